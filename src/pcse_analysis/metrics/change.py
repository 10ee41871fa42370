"""Change of a share between two waves from published figures: interval, tests, verdict, sensitivity.

The order of the rules for a verdict and the source of each method are in docs/methods.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from pcse_analysis.catalogue.types import Comparability, Survey
from pcse_analysis.estimates import Change, Estimate, change_id
from pcse_analysis.metrics.intervals import (
    CONFIDENCE,
    EQUIVALENCE_CONFIDENCE,
    TwoShares,
    newcombe,
    z_of,
)
from pcse_analysis.metrics.sensitivity import base_tipping, tipping_nonresponse
from pcse_analysis.metrics.verdict import verdict_of_range
from pcse_analysis.metrics.windows import full_range


def blank_change(pair: Comparability, survey: Survey, before: Estimate, after: Estimate) -> Change:
    """A pair of shares, of everyone or of a domain, before anything is known of their difference."""
    row = change_id(
        survey.id, pair.respondent_group, pair.wave_before, pair.item_before, pair.wave_after, pair.item_after
    )
    return Change(
        id=".".join(part for part in (row, after.group_by, after.group) if part),
        survey=survey.id,
        respondent_group=pair.respondent_group,
        service_line=pair.service_line,
        item=pair.item_after,
        group_by=after.group_by,
        group=after.group,
        wave_before=pair.wave_before,
        wave_after=pair.wave_after,
        estimate_before=before.id,
        estimate_after=after.id,
        method="not differenced",
        comparability=pair.status,
        reason=pair.reason,
        margin=survey.margin,
        family=pair.family,
    )


def published_change(
    pair: Comparability, survey: Survey, before: Estimate, after: Estimate, response_rate_after: float | None
) -> Change:
    """The change of a pair of published shares, as far as its comparability allows; not yet judged in its family."""
    blank = blank_change(pair, survey, before, after)
    if None in (before.value, after.value, before.base, after.base):
        return blank
    if pair.status == "same":
        return _plain_change(blank, before, after, response_rate_after)
    if pair.status == "window_differs":
        return window_change(blank, survey, before, after)
    return blank


def count_range(estimate: Estimate) -> range:
    """Every count that rounds to the printed percentage of a published share."""
    assert estimate.numerator_low is not None and estimate.numerator_high is not None
    return range(estimate.numerator_low, estimate.numerator_high + 1)


def _plain_change(change: Change, before: Estimate, after: Estimate, response_rate_after: float | None) -> Change:
    assert before.value is not None and after.value is not None and before.base and after.base
    shares = (before.value, before.base, after.value, after.base)
    z = z_of(CONFIDENCE)
    tested = tested_change(
        change, TwoShares(before=shares[0], base_before=shares[1], after=shares[2], base_after=shares[3])
    )
    over_counts = [
        newcombe(b / before.base, before.base, a / after.base, after.base, z)
        for b, a in product(count_range(before), count_range(after))
    ]
    tipping = base_tipping(*shares, 0.0, z)
    return replace(
        tested,
        low_rounding=min(float(limits[0]) for limits in over_counts),
        high_rounding=max(float(limits[1]) for limits in over_counts),
        method="Newcombe, independent waves",
        base_tipping_before=tipping.before,
        base_tipping_after=tipping.after,
        base_tipping_both=tipping.both,
        tipping_nonresponse=None
        if response_rate_after is None
        else tipping_nonresponse(after.value - before.value, response_rate_after),
    )


def tested_change(change: Change, shares: TwoShares) -> Change:
    """The change with the difference of two shares, its intervals and tests; its method is for the caller to name."""
    low, high = shares.interval(CONFIDENCE)
    low90, high90 = shares.equivalence_interval(EQUIVALENCE_CONFIDENCE)
    return replace(
        change,
        value=shares.difference,
        low=low,
        high=high,
        low90=low90,
        high90=high90,
        confidence=CONFIDENCE,
        p_value=shares.p_of_no_change(),
        p_equivalence=shares.p_of_equivalence(change.margin),
        exceeds_margin=high < -change.margin or low > change.margin,
        no_improvement=low90 > -change.margin,
    )


def window_change(change: Change, survey: Survey, before: Estimate, after: Estimate) -> Change:
    """The range of what a pair may have changed by whose two questions are about windows of different length."""
    months_before, months_after = (survey.questions[e.item, e.wave].window_months for e in (before, after))
    assert months_before and months_after
    arguments = (
        _counts_behind(before), base_for_intervals(before), months_before,
        _counts_behind(after), base_for_intervals(after), months_after,
    )  # fmt: skip
    low, high = full_range(*arguments, z_of(CONFIDENCE))
    low90, high90 = full_range(*arguments, z_of(EQUIVALENCE_CONFIDENCE))
    printed = before.numerator_low is not None
    return replace(
        change,
        low=low,
        high=high,
        low90=low90,
        high90=high90,
        confidence=CONFIDENCE,
        method=f"range over windows, {'counts and ' if printed else ''}Wilson limits",
        verdict=verdict_of_range(low, high, change.margin),
        exceeds_margin=high < -change.margin or low > change.margin,
        no_improvement=low90 > -change.margin,
    )


def base_for_intervals(estimate: Estimate) -> float:
    """The base that the interval of a share rests on: the effective one where the share has one."""
    found = estimate.effective_base if estimate.effective_base is not None else estimate.base
    assert found
    return found


def _counts_behind(estimate: Estimate) -> Sequence[float]:
    """The counts that a share may be of its base: all that round to what was printed, or the one that it is."""
    if estimate.numerator_low is not None:
        return count_range(estimate)
    assert estimate.value is not None
    return [estimate.value * base_for_intervals(estimate)]
