"""Reads the codebook that goes with an export of codes: the labels of each column's values."""

from __future__ import annotations

import csv
from pathlib import Path

from pcse_analysis.cleaning.encodings import encoding_of
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.cleaning.pieces import SAVED_AGAIN
from pcse_analysis.cleaning.sheets import is_file
from pcse_analysis.cleaning.text_files import broken_text
from pcse_analysis.errors import Problems

COLUMNS = ("column", "code", "label")
FORMS = "expected rows of code and text with a question's code first in each block, or columns: column, code, label"


def read_codebook(path: Path, name: str, problems: Problems) -> dict[str, dict[str, str]]:
    """Labels by column code and value.

    Two forms are read: the two-column list of Jisc Online Surveys (a row with a question's code and text, then a row
    for each of its values), and a table with the columns ``column``, ``code`` and ``label``.
    """
    encoding = encoding_of(path, name, "", problems) if is_file(path, name, "codebook", problems) else None
    if encoding is None:
        return {}
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = [[tidied(cell) for cell in row] for row in csv.reader(file, strict=True) if any(row)]
    except csv.Error as error:
        problems.unreadable(broken_text(error), file=name, to_do=SAVED_AGAIN)
        return {}
    if rows and tuple(rows[0]) == COLUMNS and all(len(row) == 3 for row in rows):
        table: dict[str, dict[str, str]] = {}
        for column, code, label in rows[1:]:
            table.setdefault(column, {})[code] = label
        return table
    found = {} if any(len(row) != 2 for row in rows) else _blocks(rows)
    if not found:
        to_do = "name the codebook of the export under 'codebook' in the wave's file, or take the line out."
        problems.unreadable(f"is not a codebook; {FORMS}", file=name, to_do=to_do)
    return found


def _blocks(rows: list[list[str]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    labels: dict[str, str] = {}
    for code, text in rows:
        if code and not code[0].isdigit() and not code.startswith("-"):
            labels = found.setdefault(code, {"": text})
        else:
            labels[code] = text
    return found


def texts_of(codebook: dict[str, dict[str, str]]) -> dict[str, str]:
    """What the codebook says of each question, by column code."""
    return {code: labels[""] for code, labels in codebook.items() if "" in labels}
