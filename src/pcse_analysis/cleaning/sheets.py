"""Opens an export, whatever the file: CSV, tab-separated text, Excel, OpenDocument or SPSS."""

from __future__ import annotations

from pathlib import Path

from pcse_analysis.cleaning.pieces import SAVED_AGAIN, Sheet
from pcse_analysis.cleaning.spss import open_spss
from pcse_analysis.cleaning.text_files import open_text
from pcse_analysis.cleaning.workbooks import open_book
from pcse_analysis.errors import Problems, near_miss

TEXT_ENDINGS = (".csv", ".tsv", ".tab", ".txt")
BOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SPSS_ENDINGS = (".sav", ".zsav")


def open_sheet(path: Path, name: str, problems: Problems, *, encoding: str = "", sheet: str = "") -> Sheet | None:
    """The table in a file; None, with a note in ``problems``, where there is none to be had.

    ``encoding`` and ``sheet`` are found out where they are not given.
    """
    if not is_file(path, name, "file", problems):
        return None
    if path.stat().st_size == 0:
        problems.unreadable("the file is empty", file=name, to_do=SAVED_AGAIN)
        return None
    ending = path.suffix.lower()
    if ending in SPSS_ENDINGS:
        return open_spss(path, name, problems)
    if ending in BOOK_ENDINGS:
        return open_book(path, name, sheet, problems)
    if ending in TEXT_ENDINGS:
        return open_text(path, name, encoding, problems)
    expected = ", ".join((*TEXT_ENDINGS, *BOOK_ENDINGS, *SPSS_ENDINGS))
    kind = f"files of kind '{ending}' are" if ending else "a file without an ending is"
    problems.unreadable(f"{kind} not read; expected {expected}", file=name, to_do=SAVED_AGAIN)
    return None


def is_file(path: Path, name: str, key: str, problems: Problems) -> bool:
    """Whether a file is there that the wave's file names under ``key``; noted with the near name where it is not."""
    if path.is_file():
        return True
    others = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
    near = near_miss(path.name, others)
    what = "is a folder, expected a file" if path.is_dir() else "the file is missing or cannot be read"
    to_do = f"put the file in its place, or correct '{key}' in the file of the catalogue that names it."
    problems.unreadable(what + (f"   near '{near}'" if near else ""), file=name, to_do=to_do)
    return False
