"""Opens Excel and OpenDocument workbooks as rows of texts."""

from __future__ import annotations

import datetime
import math
from pathlib import Path
from typing import Any

import python_calamine

from pcse_analysis.cleaning.pieces import SAVED_AGAIN, HeldSheet
from pcse_analysis.errors import Problems, not_an_option


def open_book(path: Path, name: str, sheet: str, problems: Problems) -> HeldSheet | None:
    """The table in a workbook; None, with a note in ``problems``, where there is none to be had.

    ``sheet`` names its sheet where several hold cells.
    """
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


def _cells(book: Any, title: str) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in book.get_sheet_by_name(title).to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates as year-month-day."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell)
        case float() if math.isfinite(cell) and cell == int(cell) and abs(cell) < 1e15:
            return str(int(cell))
        case datetime.datetime():
            return cell.isoformat(sep=" ")
        case _:
            return str(cell)
