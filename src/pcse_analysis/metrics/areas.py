"""Each area against the rest of the country: the difference of two shares that are shown, and how surprising it is.

Made from figures that are published anyway, after those that tell too much were taken out, so that they tell no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.intervals import CONFIDENCE, TwoShares
from pcse_analysis.metrics.survey import FAILING

DIFFERENCE, ADJUSTED_P = "difference_from_rest", "p_against_rest"
"""Measures: the share of an area less that of all others together (points), and its p-value adjusted for the areas."""
Question = tuple[str, str, str]


def against_the_rest(estimates: Iterable[Estimate], column: str) -> list[Estimate]:
    """The difference of each area that is shown from the rest of the country, for every question, and its p-value.

    ``column`` names the areas; without one there is nothing. The rest is everybody less the area, also those in no
    area. The interval is Newcombe's for two independent shares, on effective bases where practices gave several
    replies; p inverts it, and is adjusted by Benjamini and Hochberg over the areas shown of a question and wave.
    """
    from statsmodels.stats.multitest import multipletests  # here: a second to import, and pages need no tests

    whole: dict[Question, Estimate] = {}
    shown: dict[Question, list[Estimate]] = defaultdict(list)
    for e in estimates:
        if (e.measure, e.category, e.weighting) == ("share", FAILING, "unweighted") and e.value is not None:
            question = (e.wave, e.respondent_group, e.item)
            if not e.group_by:
                whole[question] = e
            elif e.group_by == column:
                shown[question].append(e)
    made: list[Estimate] = []
    for question, areas in shown.items():
        compared = [(area, shares) for area in areas if (shares := _shares(area, whole.get(question))) is not None]
        if not compared:
            continue
        adjusted = multipletests([shares.p_of_no_change() for _, shares in compared], method="fdr_bh")[1]
        for (area, shares), p in zip(compared, adjusted, strict=True):
            low, high = shares.interval(CONFIDENCE)
            blank = replace(area, value=None, low=None, high=None, confidence=None, numerator=None, base=None,
                            base_status="", effective_base=None, missing=None)  # fmt: skip
            made.append(
                replace(
                    _named(blank, DIFFERENCE), value=shares.difference, low=low, high=high, confidence=CONFIDENCE,
                    unit="points", method="Newcombe, area against the rest",
                )
            )  # fmt: skip
            method = "Newcombe inverted, Benjamini-Hochberg"
            made.append(replace(_named(blank, ADJUSTED_P), value=float(p), unit="probability", method=method))
    return made


def _named(estimate: Estimate, measure: str) -> Estimate:
    """A row of another measure: the id of a share names its measure once, behind its item."""
    behind = f".{estimate.item}.{estimate.measure}."
    return replace(estimate, id=estimate.id.replace(behind, f".{estimate.item}.{measure}.", 1), measure=measure)


def _shares(area: Estimate, whole: Estimate | None) -> TwoShares | None:
    """The rest and the area; None where there is no rest."""
    if whole is None or not whole.base or not area.base or whole.numerator is None or area.numerator is None:
        return None
    assert area.value is not None
    base, own = whole.base - area.base, area.effective_base or area.base
    if base <= 0:
        return None
    spread = (whole.effective_base or whole.base) / whole.base
    share = min(max((whole.numerator - area.numerator) / base, 0.0), 1.0)
    return TwoShares(before=share, base_before=base * spread, after=area.value, base_after=own)
