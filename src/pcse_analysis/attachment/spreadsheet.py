"""The spreadsheet form of an edition, laid out by the Analysis Function's rules for accessible spreadsheets.

A cover, contents and notes; then one table a sheet: a title, what to know before reading, and a marked-up table with
one row of headers and no blank or merged cell. Suppressed numbers stand as [c], others that are missing as [x].
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from pcse_analysis.attachment.pieces import words_of
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.provenance import FINAL
from pcse_analysis.reporting.background import filled_methods
from pcse_analysis.reporting.figures import date_text
from pcse_analysis.reporting.findings import change_finding

Cell = str | float | int
Rows = list[list[Cell]]
MARKS = "[c] withheld to protect respondents. [x] not available. [z] not applicable."
WIDEST, NARROWEST = 60, 10
ESTIMATE_HEADS = (
    ("Id", "id"),
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
    ("Base (replies)", "base"),
    ("Status of the base", "base_status"),
    ("Method", "method"),
    ("Known on", "known_on"),
)
CHANGE_HEADS = (
    ("Id", "id"),
    ("Respondents", "respondent_group"),
    ("Service", "service_line"),
    ("Item", "item"),
    ("Broken down by", "group_by"),
    ("Group", "group"),
    ("Earlier survey", "wave_before"),
    ("Later survey", "wave_after"),
    ("Change of the share (from -1 to 1; more is worse)", "value"),
    ("Lower limit", "low"),
    ("Upper limit", "high"),
    ("Confidence (from 0 to 1)", "confidence"),
    ("Margin that matters", "margin"),
    ("Family of comparisons", "family"),
    ("Comparisons in the family", "family_size"),
    ("p-value", "p_value"),
    ("p-value adjusted for the family", "p_adjusted"),
    ("Verdict", "verdict"),
    ("Comparable", "comparability"),
    ("Why", "reason"),
    ("Method", "method"),
)


def spreadsheet(dossier: Dossier, annex_sha256: str, day: str) -> bytes:
    """The workbook as bytes; ``day`` is the date that it bears as its own."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False})
    title = f"{dossier.edition.label}: figures"
    book.set_properties(
        {
            "title": title,
            "subject": dossier.survey.label,
            "author": dossier.survey.asked_by,
            "created": datetime.fromisoformat(day).replace(tzinfo=UTC),
        }
    )
    sheets = {
        "Findings": ("Every pair of figures, what changed, and why it may be compared", _findings(dossier)),
        "Figures": ("Every figure of whole groups of respondents", _estimates(dossier, broken_down=False)),
        "Breakdowns": ("Every figure of parts of a group, such as by region", _estimates(dossier, broken_down=True)),
        "Changes": ("Every change and its tests", _changes(dossier)),
    }
    sheets = {name: (about, rows) for name, (about, rows) in sheets.items() if len(rows) > 1}
    _Writer(book).write(title, _cover(dossier, annex_sha256), _notes(dossier), sheets)
    book.close()
    return out.getvalue()


class _Writer:
    """Writes sheets in one hand."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "Arial", "font_size": 12}
        self.book = book
        self.plain = book.add_format(font | {"text_wrap": True, "valign": "top"})
        self.bold = book.add_format(font | {"bold": True, "text_wrap": True, "valign": "top"})
        self.title = book.add_format(font | {"bold": True, "font_size": 16})
        self.number = book.add_format(font | {"align": "right", "valign": "top"})
        self.left = book.add_format(font)
        self.link = book.add_format(font | {"font_color": "#1a5490", "underline": 1})

    def write(self, title: str, cover: list[str], notes: list[str], sheets: dict[str, tuple[str, Rows]]) -> None:
        """Cover, contents, notes, and a sheet a table."""
        self._words("Cover", title, cover)
        contents = self.book.add_worksheet("Contents")
        contents.set_column(0, 0, WIDEST)
        contents.write(0, 0, "Contents", self.title)
        for row, (name, about) in enumerate([("Notes", "Notes"), *((n, a) for n, (a, _) in sheets.items())], start=1):
            contents.write_url(row, 0, f"internal:'{name}'!A1", self.link, f"{name}: {about}")
        self._words("Notes", "Notes", notes)
        for name, (about, rows) in sheets.items():
            self._table(name, about, rows)

    def _words(self, name: str, title: str, lines: Sequence[str]) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, title, self.title)
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self.plain)

    def _table(self, name: str, about: str, rows: Rows) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, f"{name}. {about}", self.title)
        sheet.write_string(1, 0, f"One table. {MARKS}", self.left)
        heads, *body = rows
        top = 3
        for column in range(len(heads)):
            longest = max(len(str(row[column])) for row in rows)
            sheet.set_column(column, column, min(max(longest + 2, NARROWEST), WIDEST))
        sheet.add_table(
            top,
            0,
            top + len(body),
            len(heads) - 1,
            {
                "name": name,
                "autofilter": False,
                "style": "Table Style Light 1",
                "banded_rows": False,
                "columns": [{"header": str(head), "header_format": self.bold} for head in heads],
            },
        )
        for number, row in enumerate(body, start=top + 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell, self.number if cell.startswith("[") else self.plain)
                else:
                    sheet.write_number(number, column, cell, self.number)
        sheet.freeze_panes(top + 1, 1)


def _cell(row: Estimate | Change, field: str) -> Cell:
    value = getattr(row, field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return value
    if value is None:
        return "[c]" if isinstance(row, Estimate) and row.suppressed else "[x]"
    return str(value) or "[z]"


def _estimates(dossier: Dossier, *, broken_down: bool) -> Rows:
    chosen = [e for e in dossier.figures.estimates if bool(e.group_by) is broken_down]
    rows: Rows = [[head for head, _ in ESTIMATE_HEADS]]
    return rows + [[_cell(e, field) for _, field in ESTIMATE_HEADS] for e in sorted(chosen, key=lambda e: e.id)]


def _changes(dossier: Dossier) -> Rows:
    rows: Rows = [[head for head, _ in CHANGE_HEADS]]
    return rows + [
        [_cell(c, field) for _, field in CHANGE_HEADS] for c in sorted(dossier.figures.changes, key=lambda c: c.id)
    ]


def _findings(dossier: Dossier) -> Rows:
    rows: Rows = [["Finding", "About", "Earlier survey", "Later survey", "Verdict", "In words"]]
    for change in dossier.figures.changes:
        if not change.group_by:
            finding = change_finding(dossier, change)
            waves = [dossier.survey.waves[wave].label for wave in (change.wave_before, change.wave_after)]
            words = words_of(str(finding.sentence))
            rows.append([finding.id, finding.subject, *waves, finding.verdict, words])
    return rows[:1] + sorted(rows[1:], key=lambda row: (len(str(row[0])), str(row[0])))


def _cover(dossier: Dossier, annex_sha256: str) -> list[str]:
    edition, record, survey = dossier.edition, dossier.record, dossier.survey
    state = "Final" if record.state == FINAL else "DRAFT: figures and words may still change"
    marked = [f"{edition.marked}: made-up example; no figure here says anything about real practices or people"]
    return [
        *(marked if edition.marked else []),
        f"{state}. Not an official statistic.",
        *([f"Embargoed until {edition.embargo_until}."] if edition.embargo_until else []),
        f"Evidence as known on {date_text(edition.evidence_date)}. {edition.about}",
        f"The form to check is annex.html, whose SHA-256 is {annex_sha256}; this is its spreadsheet.",
        f"Survey: {survey.label}. Asked by: {survey.asked_by}. Asked: {survey.design.population}.",
        *(f"{wave.label}: {wave.about}" for wave in dossier.waves_held()),
        f"Questions: {edition.contact}.",
        f"Made by commit {record.commit} from:",
        *(f"{file.name}, SHA-256 {file.sha256}" for file in record.inputs),
    ]


def _notes(dossier: Dossier) -> list[str]:
    chance = (
        "Respondents are taken to have chosen themselves: intervals describe chance among repliers, not who replied."
    )
    return [MARKS, chance, *(f"{title}. {text}" for title, text in filled_methods(dossier))]
