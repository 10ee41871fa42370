"""Keeps respondents from being found out: small numbers are taken out before any figure leaves the metrics.

What counts as small are rules of the catalogue (``DisclosureRules``). ``withheld_rows`` adds the rows of breakdowns
from which a small number could be worked back. Which of the two took a figure out is not told: that alone would say
which of two figures is the small one. Counts of the cleaning and facts about a fit describe files, not answers, and
stay; so do figures that others published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Change, Estimate

SUPPRESSED = "to protect respondents"
"""The reason that stands in the files, the same for every suppressed figure."""
EXEMPT = frozenset(
    {
        "rows_received",
        "rows_analysed",
        "rows_excluded",
        "rows_flagged",
        "rows_set_to_not_answered",
        "cells_repaired",
        "cells_joined",
        "answers_off_route",
        "replies_matched",
        "replies_with_mean_weight",
        "weights_trimmed",
        "population",
        "detectable_margin",
    }
)
"""Measures of files, registers and fits: they say nothing of what anybody answered."""
THIRD_PARTY = ("published", "assumed")
"""The status of bases that others published."""
EITHER_OR = ("response_rate",)
"""Measures with one alternative: that nobody is counted says the same of the whole group."""
Row = tuple[str, str, str, str, str]
"""Wave, respondent group, item, and the column and group of a breakdown."""


def row_of(estimate: Estimate) -> Row:
    """The row of a breakdown that an estimate belongs to, whatever its measure and weighting."""
    return estimate.wave, estimate.respondent_group, estimate.item, estimate.group_by, estimate.group


def suppress(estimates: Iterable[Estimate], survey: Survey, withheld: Iterable[Row] = ()) -> list[Estimate]:
    """The estimates with small numbers and the rows ``withheld`` taken out, and the others as exact as may be.

    No value, interval, numerator or base is left of a suppressed one. Estimates of one row of a breakdown go together.
    """
    found = list(estimates)
    rows = set(withheld) | {row_of(e) for e in found if e.group_by and is_small(e, survey)}
    taken = [row_of(e) in rows or is_small(e, survey) for e in found]
    return [without(e) if out else coarsened(e, survey) for e, out in zip(found, taken, strict=True)]


def is_small(estimate: Estimate, survey: Survey) -> bool:
    """Whether a figure of respondents breaks the rules of its survey by itself."""
    e, rules = estimate, survey.disclosure
    if e.measure in EXEMPT or e.base is None or e.base_status in THIRD_PARTY:
        return False
    if e.base < rules.threshold:
        return True
    if not e.group_by or e.numerator is None:
        return False
    return is_telling(e.numerator, e.base, rules.smallest_side, either_or=_is_either_or(e, survey))


def is_telling(counted: float, base: float, smallest_side: int, *, either_or: bool) -> bool:
    """Whether a part of a breakdown tells of few respondents, or the same of all of them.

    Nobody counted tells of all only where the other answer is the only one (``either_or``); everybody counted always.
    """
    sides = (counted, base - counted)
    few = any(0 < side < smallest_side for side in sides)
    return few or sides[1] == 0 or (either_or and sides[0] == 0)


def _is_either_or(estimate: Estimate, survey: Survey) -> bool:
    question = survey.questions.get((estimate.item, estimate.wave))
    if question is None or estimate.measure != "share":
        return estimate.measure in EITHER_OR
    return has_one_alternative(survey, estimate.item, estimate.wave)


def has_one_alternative(survey: Survey, item: str, wave: str) -> bool:
    """Whether only one answer to a question is an opinion and no failure."""
    question = survey.questions[item, wave]
    scale = survey.scales.get(question.scale)
    if scale is None or not question.failing:
        return False
    failing = scale.agreeing if question.failing == "agreeing" else scale.disagreeing
    return len([o for o in scale.options if o not in scale.not_an_opinion and o not in failing]) == 1


def without(estimate: Estimate) -> Estimate:
    """A suppressed estimate: nothing is left of its value, interval, numerator or base."""
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
        suppressed=SUPPRESSED,
    )


def coarsened(estimate: Estimate, survey: Survey) -> Estimate:
    """An estimate as exactly as the rules let it be given; nothing is lost of what a page prints."""
    e, rules = estimate, survey.disclosure
    if e.measure in EXEMPT or e.base_status in THIRD_PARTY:
        return e
    if e.group_by:  # how many of a group gave no opinion is a small number of its own
        e = replace(e, missing=None)
    if e.weighting == "weighted":
        e = replace(
            e,
            value=_placed(e.value, rules.decimals),
            low=_placed(e.low, rules.decimals),
            high=_placed(e.high, rules.decimals),
            weighted_base=_placed(e.weighted_base, 0),
            effective_base=_placed(e.effective_base, 0),
        )
    if rules.rounding is not None and e.base is not None:
        e = _rounded(e, rules.rounding)
    return e


def _rounded(estimate: Estimate, multiple: int) -> Estimate:
    """Counts as multiples of a number, the share in whole per cent, and its interval too."""
    counts: dict[str, Any] = {
        name: None if (count := getattr(estimate, name)) is None else float(multiple * round(count / multiple))
        for name in ("numerator", "base", "weighted_base", "effective_base")
    }
    counts["missing"] = None if estimate.missing is None else multiple * round(estimate.missing / multiple)
    if estimate.unit in ("share", "points"):
        counts |= {name: _placed(getattr(estimate, name), 2) for name in ("value", "low", "high")}
    return replace(estimate, **counts)


def coarsened_change(change: Change, survey: Survey, *, weighted: bool) -> Change:
    """A change as exactly as the rules let it be given: its size, limits and probabilities to so many decimals."""
    if not weighted and survey.disclosure.rounding is None:
        return change
    sizes = ("value", "low", "high", "low90", "high90", "tipping_nonresponse")
    decimals = survey.disclosure.decimals if survey.disclosure.rounding is None else 2
    given: dict[str, Any] = {name: _placed(getattr(change, name), decimals) for name in sizes}
    given |= {name: _placed(getattr(change, name), 4) for name in ("p_value", "p_adjusted", "p_equivalence")}
    return replace(change, **given)


def _placed(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals) + 0.0
