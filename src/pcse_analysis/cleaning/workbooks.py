"""Opens Excel and OpenDocument workbooks as rows of texts."""

from __future__ import annotations

import datetime
import math
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import python_calamine

from pcse_analysis.cleaning.pieces import SAVED_AGAIN, HeldSheet
from pcse_analysis.errors import Problems, not_an_option

LAST_CELL = re.compile(rb'<dimension ref="[A-Z]{1,3}\d{1,7}:([A-Z]{1,3})(\d{1,7})"')
HEAD_BYTES = 4096
MOST_CELLS = 100_000_000
"""Cells of one sheet, blank ones counted: a million replies of a hundred columns."""


def open_book(path: Path, name: str, sheet: str, problems: Problems) -> HeldSheet | None:
    """The table in a workbook; None, with a note in ``problems``, where there is none to be had.

    ``sheet`` names its sheet where several hold cells.
    """
    far = _far_cell(path)
    if far:
        what = f"a sheet reaches to cell {far}: something stands far below or beside the replies"
        problems.unreadable(what, file=name, to_do="delete the rows and columns beyond the replies, or save it as CSV.")
        return None
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        filled = {title: _cells(book, title) for title in ([sheet] if sheet in book.sheet_names else book.sheet_names)}
    except python_calamine.PasswordError:
        problems.unreadable("is protected by a password", file=name, to_do="save it without a password.")
        return None
    except Exception as error:  # the library raises several kinds of its own, and plain ones on broken files
        word = "is protected by a password" if "assword" in str(error) else "cannot be read as a workbook"
        problems.unreadable(word, file=name, to_do=SAVED_AGAIN)
        return None
    if sheet and sheet not in filled:
        problems.unreadable(f"'sheet': {not_an_option(sheet, 'a sheet of this workbook', filled)}", file=name)
        return None
    full = {title: rows for title, rows in filled.items() if any(any(row) for row in rows)}
    if not full:
        problems.unreadable("the workbook holds no cells", file=name, to_do=SAVED_AGAIN)
        return None
    if len(full) > 1:
        listed = ", ".join(f"'{title}'" for title in full)
        problems.unreadable(f"the workbook has several sheets: {listed}", file=name, to_do="name one with 'sheet'.")
        return None
    return HeldSheet(name, next(iter(full.values())), [f"sheet '{sheet}'"] if sheet else [])


def _far_cell(path: Path) -> str:
    """The last cell of a sheet that is too large to be held; empty where there is none.

    The library makes room for all cells up to the last one. Excel writes at the head of a sheet which that is.
    """
    try:
        with zipfile.ZipFile(path) as parts:
            for name in parts.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with parts.open(name) as sheet:
                        last = LAST_CELL.search(sheet.read(HEAD_BYTES))
                    if last and _number(last[1].decode()) * int(last[2]) > MOST_CELLS:
                        return (last[1] + last[2]).decode()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError):
        return ""  # not a workbook of this kind, or a broken one: the library tells
    return ""


def _number(letters: str) -> int:
    """The number of a column: A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _cells(book: Any, title: str) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in book.get_sheet_by_name(title).to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates as year-month-day."""
    match cell:
        case None:
            return ""
        case str():
            return cell.replace("\r\n", "\n")  # a line break is one, whichever program wrote it
        case bool():
            return str(cell)
        case float() if math.isfinite(cell) and cell == int(cell) and abs(cell) < 1e15:
            return str(int(cell))
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)
