"""Names rows and their fields in words, and prints each field as people read it, so that two can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.figures import FORMS

Row = Estimate | Change
FIELDS: Mapping[str, str] = {
    "numerator": "the count behind the share",
    "numerator_low": "the lowest count that rounds to it",
    "numerator_high": "the highest count that rounds to it",
    "base_status": "how the base is known",
    "weighted_base": "the weighted base",
    "effective_base": "the effective base",
    "missing": "the number of missing answers",
    "confidence": "the confidence of the interval",
    "method": "the method",
    "weighting": "the weighting",
    "unit": "the unit",
    "sources": "the sources",
    "known_on": "the date on which it became known",
    "suppressed": "why it is withheld",
    "low90": "the lower end of the 90% interval",
    "high90": "the upper end of the 90% interval",
    "low_rounding": "the lower end from rounding",
    "high_rounding": "the upper end from rounding",
    "comparability": "the comparability",
    "reason": "the reason of the comparability",
    "margin": "the margin that matters",
    "family": "the family of comparisons",
    "family_size": "the number of comparisons in the family",
    "p_value": "p",
    "p_adjusted": "adjusted p",
    "p_equivalence": "p of no material change",
    "verdict": "the verdict",
    "exceeds_margin": "whether it exceeds the margin",
    "no_improvement": "whether improvement is ruled out",
    "base_tipping_before": "the earlier base at which it tips",
    "base_tipping_after": "the later base at which it tips",
    "base_tipping_both": "the share of both bases at which it tips",
    "tipping_nonresponse": "the difference of non-respondents at which it tips",
}
"""Fields in words; the value itself, its ends and its base are told without a name."""
POINTS = ("low90", "high90", "low_rounding", "high_rounding", "margin", "tipping_nonresponse")
PROBABILITIES = ("p_value", "p_adjusted", "p_equivalence")
SHARES = ("confidence", "base_tipping_both")
BY_UNIT = {
    "points": "signed1",
    "share": "percent1",
    "probability": "probability",
    "ratio": "ratio",
    "pence": "pounds",
}


def labels_of(dossier: Dossier) -> dict[str, str]:
    """The items of an edition's survey in words, with the finding that each is told under; and its ledgers."""
    labels = {}
    for question in dossier.survey.questions.values():
        finding = f"Finding {question.finding}, " if question.finding else ""
        labels[question.item] = f"{finding}{question.label}"
    return labels | {ledger.id: ledger.label for ledger in dossier.ledgers}


def name_of(row: Row, labels: Mapping[str, str]) -> str:
    """A row in words: what it is about, of whom, and when."""
    parts = [labels.get(row.item) or labels.get(row.survey, row.item)]
    if isinstance(row, Estimate):
        parts += [] if row.measure == "share" else [row.measure.replace("_", " ")]
        parts += [row.category] if row.category and row.category != "failing" else []
        parts += ["weighted"] if row.weighting == "weighted" else []
    parts += [row.respondent_group.replace("_", " "), row.group]
    waves = f"{row.wave_before} to {row.wave_after}" if isinstance(row, Change) else row.wave
    return ", ".join(part for part in (*parts, waves) if part)


def given(row: Row) -> bool:
    """Whether a row shows a number: a value, or a range without one."""
    return row.value is not None or row.low is not None


def value_of(row: Row) -> str:
    """A row as people read it: per cent and points to one decimal, counts whole, with the interval and the base."""
    if isinstance(row, Estimate) and row.suppressed:
        return "withheld"
    relative = isinstance(row, Change) and row.is_relative
    points = "% of the rate" if relative else " points" if isinstance(row, Change) or row.unit == "points" else ""
    if row.low is not None and row.high is not None:
        ends = f"{printed(row, 'low')} to {printed(row, 'high')}"
        shown = f"{printed(row, 'value')}{points}, interval {ends}" if row.value is not None else f"{ends}{points}"
    else:
        shown = "no value" if row.value is None else f"{printed(row, 'value')}{points}"
    if isinstance(row, Estimate) and row.base is not None:
        shown += f", base {printed(row, 'base')}"
    return shown


def printed(row: Row, name: str) -> str:
    """One field as people read it; empty for none, and for a text."""
    value = getattr(row, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float) or not isfinite(value):
        return ""
    return FORMS[_form(row, name)](value)


def _form(row: Row, name: str) -> str:
    if name in ("value", "low", "high"):
        unit = "points" if isinstance(row, Change) else row.unit
        return BY_UNIT.get(unit, "count" if row.confidence is None else "decimal1")
    if name in POINTS:
        return "signed1"
    if name in PROBABILITIES:
        return "probability"
    if name in SHARES:
        return "percent"
    return "decimal1" if name.endswith("_base") else "count"
