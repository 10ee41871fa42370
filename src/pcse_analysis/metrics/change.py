"""Change of a share between two waves from published figures: interval, tests, verdict, sensitivity.

The order of the rules for a verdict and the source of each method are in docs/methods.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import product

from pcse_analysis.catalogue.types import Comparability, Family, Survey
from pcse_analysis.estimates import Change, Estimate, Verdict, change_id
from pcse_analysis.metrics.intervals import (
    CONFIDENCE,
    EQUIVALENCE_CONFIDENCE,
    newcombe,
    p_of_equivalence,
    p_of_no_change,
    z_of,
)
from pcse_analysis.metrics.sensitivity import base_tipping, tipping_nonresponse
from pcse_analysis.metrics.windows import full_range

ALPHA = 0.05
ADJUSTMENTS = {"holm": "holm", "benjamini-hochberg": "fdr_bh"}


def published_change(
    pair: Comparability, survey: Survey, before: Estimate, after: Estimate, response_rate_after: float | None
) -> Change:
    """The change of a pair of published shares, as far as its comparability allows; not yet judged in its family."""
    blank = Change(
        id=change_id(
            survey.id, pair.respondent_group, pair.wave_before, pair.item_before, pair.wave_after, pair.item_after
        ),
        survey=survey.id,
        respondent_group=pair.respondent_group,
        service_line=pair.service_line,
        item=pair.item_after,
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
    if None in (before.value, after.value, before.base, after.base):
        return blank
    if pair.status == "same":
        return _plain_change(blank, before, after, response_rate_after)
    if pair.status == "window_differs":
        return _window_change(blank, survey, before, after)
    return blank


def count_range(estimate: Estimate) -> range:
    """Every count that rounds to the printed percentage of a published share."""
    assert estimate.numerator_low is not None and estimate.numerator_high is not None
    return range(estimate.numerator_low, estimate.numerator_high + 1)


def _plain_change(change: Change, before: Estimate, after: Estimate, response_rate_after: float | None) -> Change:
    assert before.value is not None and after.value is not None and before.base and after.base
    shares = (before.value, before.base, after.value, after.base)
    difference = after.value - before.value
    z = z_of(CONFIDENCE)
    low, high = (float(limit) for limit in newcombe(*shares, z))
    low90, high90 = (float(limit) for limit in newcombe(*shares, z_of(EQUIVALENCE_CONFIDENCE)))
    over_counts = [
        newcombe(b / before.base, before.base, a / after.base, after.base, z)
        for b, a in product(count_range(before), count_range(after))
    ]
    tipping = base_tipping(*shares, 0.0, z)
    return replace(
        change,
        value=difference,
        low=low,
        high=high,
        low90=low90,
        high90=high90,
        low_rounding=min(float(limits[0]) for limits in over_counts),
        high_rounding=max(float(limits[1]) for limits in over_counts),
        confidence=CONFIDENCE,
        method="Newcombe, independent waves",
        p_value=p_of_no_change(*shares),
        p_equivalence=p_of_equivalence(*shares, change.margin),
        exceeds_margin=high < -change.margin or low > change.margin,
        no_improvement=low90 > -change.margin,
        base_tipping_before=tipping.before,
        base_tipping_after=tipping.after,
        base_tipping_both=tipping.both,
        tipping_nonresponse=None
        if response_rate_after is None
        else tipping_nonresponse(difference, response_rate_after),
    )


def _window_change(change: Change, survey: Survey, before: Estimate, after: Estimate) -> Change:
    assert before.base and after.base
    months_before, months_after = (survey.questions[e.item, e.wave].window_months for e in (before, after))
    assert months_before and months_after
    arguments = (count_range(before), before.base, months_before, count_range(after), after.base, months_after)
    low, high = full_range(*arguments, z_of(CONFIDENCE))
    low90, high90 = full_range(*arguments, z_of(EQUIVALENCE_CONFIDENCE))
    return replace(
        change,
        low=low,
        high=high,
        low90=low90,
        high90=high90,
        confidence=CONFIDENCE,
        method="range over windows, counts and Wilson limits",
        verdict=_verdict_of_range(low, high, change.margin),
        exceeds_margin=high < -change.margin or low > change.margin,
        no_improvement=low90 > -change.margin,
    )


def _verdict_of_range(low: float, high: float, margin: float) -> Verdict:
    if -margin < low and high < margin:
        return Verdict.NO_MATERIAL_CHANGE
    if high < 0:
        return Verdict.IMPROVED
    return Verdict.DETERIORATED if low > 0 else Verdict.UNCLEAR


def verdict(change: Change, p_adjusted: float) -> Verdict:
    """The verdict on a plain change, given its p-value adjusted within its family."""
    assert change.value is not None and change.low90 is not None and change.high90 is not None
    if -change.margin < change.low90 and change.high90 < change.margin:
        return Verdict.NO_MATERIAL_CHANGE
    if p_adjusted < ALPHA:
        return Verdict.IMPROVED if change.value < 0 else Verdict.DETERIORATED
    return Verdict.UNCLEAR


def judge(changes: Iterable[Change], families: dict[str, Family]) -> list[Change]:
    """The changes with p-values adjusted within each family, the family's size, and their verdicts.

    The size counts the comparisons that have a p-value. A tested change outside every family is judged alone.
    """
    from statsmodels.stats.multitest import multipletests  # here: a second to import, and pages need no tests

    judged = list(changes)
    places: dict[str, list[int]] = defaultdict(list)
    for place, change in enumerate(judged):
        if change.p_value is not None:
            places[change.family or change.id].append(place)
    for family, members in places.items():
        method = ADJUSTMENTS[families[family].adjustment] if family in families else "holm"
        adjusted = multipletests([judged[place].p_value for place in members], alpha=ALPHA, method=method)[1]
        for place, p in zip(members, adjusted, strict=True):
            judged[place] = replace(
                judged[place], p_adjusted=float(p), family_size=len(members), verdict=verdict(judged[place], float(p))
            )
    return judged
