"""Keeps respondents from being found out: small numbers are taken out before any figure leaves the metrics.

A share is suppressed where fewer than ten respondents are its base; below a whole respondent group, such as in a
region, also where one to nine of the base, or all but one to nine, are counted. Where one figure of a breakdown could
then be worked back from the total, the next smallest is suppressed with it. The threshold is that of the GP Patient
Survey. Counts of rows in the cleaning describe files, not answers, and stay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby

from pcse_analysis.estimates import Estimate

THRESHOLD = 10
PRIMARY = "small number"
SECONDARY = "could be worked back"
MEASURES = (
    "share",
    "mean",
    "median",
    "median_band",
    "share_above",
    "share_above_at_least",
    "share_above_at_most",
    "response_rate",
    "item_nonresponse",
    "theme_share",
    "change_matched",
    "p_matched",
)
"""Measures that say something of respondents."""


def suppress(estimates: Iterable[Estimate]) -> list[Estimate]:
    """The estimates with small numbers taken out: no value, interval, numerator or base is left of those."""
    found = [_without(e, PRIMARY) if _is_small(e) else e for e in estimates]
    key = _breakdown
    whole = [e for e in found if not e.group_by]
    parts = sorted((e for e in found if e.group_by), key=key)
    for _, members in groupby(parts, key=key):
        whole += _without_lone(list(members))
    return whole


def _breakdown(estimate: Estimate) -> tuple[str, ...]:
    """What the estimates of one breakdown share."""
    e = estimate
    return (e.survey, e.wave, e.respondent_group, e.item, e.measure, e.category, e.group_by, e.weighting)


def _is_small(estimate: Estimate) -> bool:
    if estimate.measure not in MEASURES or estimate.base is None:
        return False
    if estimate.base < THRESHOLD:
        return True
    if not estimate.group_by or estimate.numerator is None:
        return False
    sides = (estimate.numerator, estimate.base - estimate.numerator)
    return any(0 < side < THRESHOLD for side in sides)


def _without_lone(members: list[Estimate]) -> list[Estimate]:
    """A breakdown in which no suppressed figure stands alone."""
    hidden = [e for e in members if e.suppressed]
    shown = [e for e in members if not e.suppressed and (e.numerator or 0) > 0]
    if len(hidden) != 1 or not shown:
        return members
    next_smallest = min(shown, key=lambda e: (e.numerator or 0, e.id))
    return [_without(e, SECONDARY) if e is next_smallest else e for e in members]


def _without(estimate: Estimate, reason: str) -> Estimate:
    return replace(
        estimate,
        value=None,
        low=None,
        high=None,
        confidence=None,
        category="" if estimate.measure == "median_band" else estimate.category,
        numerator=None,
        base=None,
        weighted_base=None,
        effective_base=None,
        missing=None,
        suppressed=reason,
    )
