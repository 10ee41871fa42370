"""What stands in the tables of the spreadsheet: findings, figures and changes, with readable heads and marks."""

from __future__ import annotations

from pcse_analysis.attachment.pieces import words_of
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.estimates import PERFORMANCE_SURVEY, Change, Estimate
from pcse_analysis.reporting.checks import NO_RESPONSES
from pcse_analysis.reporting.figures import NOT_APPLICABLE, NOT_AVAILABLE, SUPPRESSED, absent, date_text
from pcse_analysis.reporting.findings import change_finding
from pcse_analysis.reporting.sensitivity import sensitivity_sentence

Cell = str | float | int
Rows = list[list[Cell]]
"""The heads, and then a row each; no cell is empty."""
ESTIMATE_HEADS = (
    ("Id", "id"),
    ("Source of the figure", "survey"),
    ("Survey", "wave"),
    ("Respondents", "respondent_group"),
    ("Service", "service_line"),
    ("Item", "item"),
    ("Measure", "measure"),
    ("Answer or kind", "category"),
    ("Broken down by", "group_by"),
    ("Group", "group"),
    ("Weighting", "weighting"),
    ("Unit (shares from 0 to 1)", "unit"),
    ("Value", "value"),
    ("Lower limit", "low"),
    ("Upper limit", "high"),
    ("Confidence (from 0 to 1)", "confidence"),
    ("Replies counted", "numerator"),
    ("Fewest replies that round to the value", "numerator_low"),
    ("Most replies that round to the value", "numerator_high"),
    ("Base (replies)", "base"),
    ("Status of the base", "base_status"),
    ("Weighted base (replies)", "weighted_base"),
    ("Effective base (replies)", "effective_base"),
    ("No answer (replies)", "missing"),
    ("Method", "method"),
    ("Sources", "sources"),
    ("Known on", "known_on"),
)
CHANGE_HEADS = (
    ("Id", "id"),
    ("Source of the figure", "survey"),
    ("Respondents", "respondent_group"),
    ("Service", "service_line"),
    ("Item", "item"),
    ("Broken down by", "group_by"),
    ("Group", "group"),
    ("Earlier survey", "wave_before"),
    ("Later survey", "wave_after"),
    ("Id of the earlier figure", "estimate_before"),
    ("Id of the later figure", "estimate_after"),
    ("Change of the share, or relative fall of a rate (as a part of 1; more is worse)", "value"),
    ("Lower limit", "low"),
    ("Upper limit", "high"),
    ("Confidence (from 0 to 1)", "confidence"),
    ("Lower limit, 90% interval", "low90"),
    ("Upper limit, 90% interval", "high90"),
    ("Lower limit with rounding", "low_rounding"),
    ("Upper limit with rounding", "high_rounding"),
    ("Margin that matters", "margin"),
    ("Family of comparisons", "family"),
    ("Comparisons in the family", "family_size"),
    ("p-value", "p_value"),
    ("p-value adjusted for the family", "p_adjusted"),
    ("p-value of the test against the margin", "p_equivalence"),
    ("Verdict", "verdict"),
    ("Whole interval beyond the margin", "exceeds_margin"),
    ("Improvement by the margin ruled out", "no_improvement"),
    ("Earlier base at which the interval touches zero", "base_tipping_before"),
    ("Later base at which the interval touches zero", "base_tipping_after"),
    ("Part of both bases at which it touches zero (from 0 to 1)", "base_tipping_both"),
    ("Excess among later non-repliers at which the change is nil", "tipping_nonresponse"),
    ("Comparable", "comparability"),
    ("Why", "reason"),
    ("Method", "method"),
)
FINDING_HEADS = (
    "Finding",
    "About",
    "Headline",
    "Earlier survey",
    "Later survey",
    "Earlier share (from 0 to 1)",
    "Later share (from 0 to 1)",
    "Change of the share (from -1 to 1; more is worse)",
    "Lower limit",
    "Upper limit",
    "Confidence (from 0 to 1)",
    "Margin that matters",
    "Family of comparisons",
    "Comparisons in the family",
    "Verdict",
    "In words",
    "Made in other ways",
    "Id of the change",
)


def tables(dossier: Dossier) -> dict[str, tuple[str, Rows]]:
    """Every table that holds a row: the name of its sheet, what it is about, and its rows."""
    made = {
        "Findings": ("Every pair of figures, what changed, and why it may be compared", _findings(dossier)),
        "Figures": ("Every figure of whole groups of respondents", _estimates(dossier, broken_down=False)),
        "Breakdowns": ("Every figure of parts of a group, such as by region", _estimates(dossier, broken_down=True)),
        "Changes": ("Every change and its tests", _changes(dossier)),
    }
    return {name: (about, rows) for name, (about, rows) in made.items() if len(rows) > 1}


def _cell(dossier: Dossier, row: Estimate | Change, field: str) -> Cell:
    value = getattr(row, field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if value is None:
        return _absent(dossier, row)
    words = "; ".join(value) if isinstance(value, tuple) else str(value)
    return _readable(dossier, row, field, words) or NOT_APPLICABLE


def _absent(dossier: Dossier, row: Estimate | Change) -> str:
    """The mark of a number that is not there; of a change, whether its shares or only this check are missing."""
    if isinstance(row, Estimate):
        return absent(row)
    if any(e.suppressed for e in dossier.figures.both(row)):
        return SUPPRESSED
    return NOT_APPLICABLE if row.is_compared or row.comparability == "not_comparable" else NOT_AVAILABLE


def _readable(dossier: Dossier, row: Estimate | Change, field: str, words: str) -> str:
    """The words of the catalogue for an id; what is no id stays as it is."""
    ledger = dossier.catalogue.ledgers.get(row.survey)
    match field:
        case "survey":
            reported = "published figures on performance" if words == PERFORMANCE_SURVEY else dossier.survey.label
            return ledger.label if ledger else reported
        case "group" if ledger is not None:
            return {**ledger.routes, **ledger.choices("loss"), **_service_labels(dossier)}.get(words, words)
        case "wave" | "wave_before" | "wave_after":
            named = dossier.survey.waves.get(words)
            return named.label if named else words
        case "respondent_group":
            return dossier.survey.groups.get(words, words)
        case "service_line":
            line = dossier.catalogue.service_lines.get(words)
            return line.label if line else words
        case "item":
            wave = row.wave if isinstance(row, Estimate) else row.wave_after
            question = dossier.survey.questions.get((words, wave))
            return question.label if question else words.replace("_", " ")
        case "measure" | "comparability":
            return words.replace("_", " ")
        case "known_on":
            return date_text(words) if words else ""
    return words


def _service_labels(dossier: Dossier) -> dict[str, str]:
    return {line.id: line.label for line in dossier.catalogue.service_lines.values()}


def _estimates(dossier: Dossier, *, broken_down: bool) -> Rows:
    chosen = [e for e in dossier.figures.estimates if bool(e.group_by) is broken_down]
    rows: Rows = [[head for head, _ in ESTIMATE_HEADS]]
    return rows + [
        [_cell(dossier, e, field) for _, field in ESTIMATE_HEADS] for e in sorted(chosen, key=lambda e: e.id)
    ]


def _changes(dossier: Dossier) -> Rows:
    rows: Rows = [[head for head, _ in CHANGE_HEADS]]
    return rows + [
        [_cell(dossier, c, field) for _, field in CHANGE_HEADS]
        for c in sorted(dossier.figures.changes, key=lambda c: c.id)
    ]


def _findings(dossier: Dossier) -> Rows:
    rows: Rows = [list(FINDING_HEADS)]
    whole = [c for c in dossier.survey_figures.changes if not c.group_by]
    for change in sorted(whole, key=lambda c: (finding_order(dossier.pair(c).finding), c.id)):
        finding = change_finding(dossier, change)
        before, after = dossier.figures.both(change)
        fields = ("value", "low", "high", "confidence", "margin", "family", "family_size")
        rows.append(
            [
                finding.id,
                finding.subject,
                words_of(str(finding.headline)),
                dossier.survey.waves[change.wave_before].label,
                dossier.survey.waves[change.wave_after].label,
                _cell(dossier, before, "value"),
                _cell(dossier, after, "value"),
                *(_cell(dossier, change, field) for field in fields),
                finding.verdict,
                words_of(str(finding.sentence)),
                _other_ways(dossier, change),
                change.id,
            ]
        )
    return rows


def _other_ways(dossier: Dossier, change: Change) -> str:
    """Whether the change stays when it is made in other ways, or why that cannot be told."""
    if not change.is_compared:
        return NOT_APPLICABLE
    if dossier.edition.evidence == "published":
        return NO_RESPONSES
    return words_of(str(sensitivity_sentence(dossier, change))) or NOT_APPLICABLE
