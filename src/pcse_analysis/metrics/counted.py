"""A share that is a count over a base, as an estimate with Wilson's interval."""

from __future__ import annotations

from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.intervals import CONFIDENCE, share_limits
from pcse_analysis.responses import Responses


def counted_share(
    responses: Responses,
    measure: str,
    *,
    item: str,
    count: int,
    base: int,
    sources: tuple[str, ...],
    known_on: str,
    service_line: str = "all",
    category: str = "",
    group_by: str = "",
    group: str = "",
    is_sample: bool = True,
) -> Estimate:
    """``count`` over ``base``; no value where the base is nought.

    Without ``is_sample`` the share describes the replies themselves, and has no interval.
    """
    value = count / base if base else None
    low = high = None
    if value is not None and is_sample:
        low, high = share_limits(value, base)
    return Estimate(
        id=estimate_id(responses.survey, responses.wave, responses.group, item, measure, category, group_by, group),
        survey=responses.survey,
        wave=responses.wave,
        respondent_group=responses.group,
        service_line=service_line,
        item=item,
        measure=measure,
        category=category,
        group_by=group_by,
        group=group,
        value=value,
        low=low,
        high=high,
        confidence=None if low is None else CONFIDENCE,
        unit="share",
        numerator=float(count),
        base=float(base),
        base_status="counted",
        method="count, Wilson" if is_sample else "count",
        sources=sources,
        known_on=known_on,
    )
