"""Reads the codebook that goes with an export of codes: the labels of each column's values."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from pcse_analysis.catalogue.files import read_text
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.errors import Problems

COLUMNS = ("column", "code", "label")
FORMS = "expected rows of code and text with a question's code first in each block, or columns: column, code, label"


def read_codebook(path: Path, name: str, problems: Problems) -> dict[str, dict[str, str]]:
    """Labels by column code and value.

    Two forms are read: the two-column list of Jisc Online Surveys (a row with a question's code and text, then a row
    for each of its values), and a table with the columns ``column``, ``code`` and ``label``.
    """
    text = read_text(path, name, problems, "save it as CSV in UTF-8.")
    if text is None:
        return {}
    try:
        rows = [[tidied(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        problems.unreadable(f"cannot be read as CSV: {error}", file=name)
        return {}
    if rows and tuple(rows[0]) == COLUMNS and all(len(row) == 3 for row in rows):
        found: dict[str, dict[str, str]] = {}
        for column, code, label in rows[1:]:
            found.setdefault(column, {})[code] = label
        return found
    if any(len(row) != 2 for row in rows):
        problems.unreadable(f"is not a codebook; {FORMS}", file=name)
        return {}
    return _blocks(rows)


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
