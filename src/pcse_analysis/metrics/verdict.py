"""What a change amounts to: the order of the rules, and p-values adjusted within a family of comparisons.

Each method and its source are in docs/methods.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from pcse_analysis.catalogue.types import Family
from pcse_analysis.estimates import Change, Verdict

ALPHA = 0.05
ADJUSTMENTS = {"holm": "holm", "benjamini-hochberg": "fdr_bh"}


def verdict_of_range(low: float, high: float, margin: float) -> Verdict:
    """The verdict on a pair whose windows differ, from the whole range of what the change may be."""
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
