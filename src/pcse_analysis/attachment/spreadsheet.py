"""The spreadsheet form of an edition, laid out by the Analysis Function's rules for accessible spreadsheets.

A cover, contents and notes; then one table a sheet: a title, what to know before reading, and a marked-up table with
one row of headers and no blank or merged cell. Suppressed numbers stand as [c], others that are missing as [x].
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from pcse_analysis.attachment.figure_tables import Rows, tables
from pcse_analysis.dossier import Dossier
from pcse_analysis.reporting.background import filled_methods
from pcse_analysis.reporting.figures import date_text
from pcse_analysis.reporting.standing import notices, state_of

MARKS = "[c] withheld to protect respondents. [x] not available. [z] not applicable."
WIDEST, NARROWEST = 60, 10
PRECISION = "Numbers are given to sixteen digits. estimates.csv and changes.csv hold every digit and every column."
CHANCE = "Respondents are taken to have chosen themselves: intervals describe chance among repliers, not who replied."


def spreadsheet(dossier: Dossier, note: str, day: str) -> bytes:
    """The workbook of an edition, as bytes.

    Args:
        dossier: the edition; nothing but what it holds is written.
        note: what the form says of itself, on its cover.
        day: the date that the workbook bears as its own, as 2018-01-16.
    """
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
    _Writer(book).write(title, _cover(dossier, note), _notes(dossier), tables(dossier), dossier.survey.label)
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

    def write(
        self, title: str, cover: list[str], notes: Rows, sheets: dict[str, tuple[str, Rows]], survey: str
    ) -> None:
        """Cover, contents, notes, and a sheet a table."""
        self._words("Cover", title, cover)
        about = {
            "Notes": "How the figures were made, and what the marks mean",
            **{n: a for n, (a, _) in sheets.items()},
        }
        listed: Rows = [["Sheet", "What it holds"]]
        listed += [[sheet, words] for sheet, words in about.items()]
        contents = self._table("Contents", "Contents", [], listed)
        for row, name in enumerate(about, start=2):
            contents.write_url(row, 0, f"internal:'{name}'!A1", self.link, name)
        self._table("Notes", "Notes", [], notes)
        for name, (words, rows) in sheets.items():
            self._table(name, f"{name}. {words}", [f"One table. {MARKS}", f"Source: {survey}."], rows)

    def _words(self, name: str, title: str, lines: Sequence[str]) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, 100)
        sheet.write_string(0, 0, title, self.title)
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self.plain)

    def _table(self, name: str, title: str, lines: list[str], rows: Rows) -> xlsxwriter.worksheet.Worksheet:
        """A sheet with a title, some lines, and directly below them, without a blank row, its one table."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, title, self.title)
        for row, line in enumerate(lines, start=1):
            sheet.write_string(row, 0, line, self.left)
        heads, *body = rows
        top = 1 + len(lines)
        for column in range(len(heads)):
            longest = max(len(str(row[column])) for row in rows)
            widest = 100 if len(heads) == 2 else WIDEST
            sheet.set_column(column, column, min(max(longest + 2, NARROWEST), widest))
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
        for number, cells in enumerate(body, start=top + 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    mark = len(cell) == 3 and cell.startswith("[")
                    sheet.write_string(number, column, cell, self.number if mark else self.plain)
                else:
                    sheet.write_number(number, column, cell, self.number)
        sheet.freeze_panes(top + 1, 1)
        return sheet


def _cover(dossier: Dossier, note: str) -> list[str]:
    edition, record, survey = dossier.edition, dossier.record, dossier.survey
    earlier = record.supersedes
    return [
        *(notice.striptags() for notice in notices(dossier)),
        f"{state_of(dossier)} Not an official statistic.",
        f"Evidence as known on {date_text(edition.evidence_date)}. {edition.about}",
        note,
        *(
            [f"It corrects the annex whose SHA-256 is {earlier.annex_sha256}. What moved:", *earlier.moved]
            if earlier
            else []
        ),
        f"Survey: {survey.label}. Asked by: {survey.asked_by}. Asked: {survey.design.population}.",
        *(f"{wave.label}: {wave.about}" for wave in dossier.waves_held()),
        f"Questions: {edition.contact}.",
        f"Made by commit {record.commit} from:",
        *(f"{file.name}, SHA-256 {file.sha256}" for file in record.inputs),
    ]


def _notes(dossier: Dossier) -> Rows:
    rows: Rows = [["Note", "Text"], ["Marks", MARKS], ["Precision", PRECISION], ["Chance", CHANCE]]
    kinds = [dossier.edition.evidence, *dict.fromkeys(ledger.kind for ledger in dossier.ledgers)]
    return rows + [[title, text] for kind in kinds for title, text in filled_methods(dossier, kind)]
