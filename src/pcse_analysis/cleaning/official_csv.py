"""Reads the CSV files that NHS bodies publish, and notes what is wrong in their cells, many of a kind as one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from pcse_analysis.errors import Problems, shown

AS_PUBLISHED = "take the file again as it was published, and save it as CSV."
MOST_NOTED = 20
"""Cells of one column that are named one by one; the rest are counted."""
MISSING = ("", "-", "N/A", "NA")
"""How the publications write that there is no date or no number."""
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
DAY_FIRST = re.compile(r"(?P<day>[0-9]{2})/(?P<month>[0-9]{2})/(?P<year>[0-9]{4})")


def read_rows(path: Path, name: str, problems: Problems) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it starts on; blanks around a cell and doubled inside it are gone.

    The encoding is UTF-8, with or without a byte order mark, or else Windows-1252. There are no rows where the file
    cannot be read as CSV; ``problems`` then says why.
    """
    text = _read_text(path, name, problems)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            tidied = [" ".join(cell.split()) for cell in cells]
            if any(tidied):
                rows.append((line, tidied))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.unreadable(f"cannot be read as CSV from here on: {error}", file=name, line=line, to_do=AS_PUBLISHED)
        return []
    if not rows:
        problems.unreadable("the file is empty", file=name)
    return rows


def _read_text(path: Path, name: str, problems: Problems) -> str | None:
    try:
        raw = path.read_bytes()
    except OSError:
        problems.unreadable("the file is missing or cannot be read", file=name)
        return None
    if raw.startswith(b"PK\x03\x04"):
        problems.unreadable("is a spreadsheet or a ZIP archive, expected a CSV file", file=name, to_do=AS_PUBLISHED)
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        problems.unreadable("is neither UTF-8 nor Windows-1252", file=name, to_do=AS_PUBLISHED)
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = f"byte 0x{raw[error.start]:02x} is neither UTF-8 nor Windows-1252"
        problems.unreadable(what, file=name, line=line, to_do=AS_PUBLISHED)
        return None


class Cells:
    """The rows of one file as text columns; notes the cells that are not what they should be."""

    def __init__(
        self, rows: Sequence[tuple[int, Sequence[str]]], columns: Sequence[str], name: str, problems: Problems
    ) -> None:
        """``rows`` as ``read_rows`` gives them, each with one cell for each of ``columns``."""
        self.text = pd.DataFrame([row for _, row in rows], columns=list(columns), dtype="str").astype("string")
        self.lines = [line for line, _ in rows]
        self.name = name
        self.problems = problems

    def wrong(self, column: str, where: pd.Series, expected: str, to_do: str = "") -> None:
        """Note the cells of ``column`` for which ``where`` holds; beyond a number, how many more there are."""
        at = [position for position, wrong in enumerate(where) if wrong]
        for position in at[:MOST_NOTED]:
            what = f"found {shown(str(self.text[column].iloc[position]))}, expected {expected}"
            self.problems.add(what, file=self.name, line=self.lines[position], column=column, to_do=to_do)
        if len(at) > MOST_NOTED:
            more, last = len(at) - MOST_NOTED, self.lines[at[-1]]
            what = f"{more} more lines like this, the last of them line {last}; expected {expected}"
            self.problems.add(what, file=self.name, column=column)

    def like(self, column: str, pattern: re.Pattern[str], expected: str) -> pd.Series:
        """The column as text; cells that do not match ``pattern`` are noted."""
        self.wrong(column, ~self._fits(column, lambda value: bool(pattern.fullmatch(value))), expected)
        return self.text[column]

    def days(self, column: str, form: re.Pattern[str], expected: str, *, optional: bool = True) -> pd.Series:
        """Dates in ISO form; empty where there is none."""
        iso = {value: _iso(value, form) for value in self.text[column].unique()}
        given = ~self.text[column].isin(MISSING) if optional else pd.Series(True, index=self.text.index)
        found = self.text[column].map(iso).astype("string")
        self.wrong(column, given & (found == ""), expected)
        return found

    def numbers(self, column: str, *, optional: bool = True, least: float | None = None) -> pd.Series:
        """Numbers; missing where there is none or where the cell, noted, is not one."""
        is_number = self._fits(column, lambda value: bool(NUMBER.fullmatch(value)))
        found = pd.to_numeric(self.text[column].where(is_number)).astype("float64")
        given = ~self.text[column].isin(MISSING) if optional else pd.Series(True, index=self.text.index)
        self.wrong(column, given & ~is_number, "a number such as 1234.5")
        if least is not None:
            self.wrong(column, found < least, f"{least:g} or more")
        return found

    def mostly_numbers(self, column: str) -> bool:
        """Whether at least half of the cells that hold anything hold a number."""
        given = self.text.loc[~self.text[column].isin(MISSING), column]
        return not len(given) or float(given.map(lambda value: bool(NUMBER.fullmatch(value))).mean()) >= 0.5

    def repeats(self, column: str, where: pd.Series) -> pd.Series:
        """Whether a cell repeats one above, both being among those for which ``where`` holds; each is noted."""
        texts, to_do = self.text[column], "keep one row of each practice."
        again = where & texts.where(where).duplicated()
        first: dict[str, int] = {}
        for text, line, repeated in zip(texts, self.lines, again, strict=True):
            if repeated:
                what = f"{shown(text)} stands in line {first[text]} already"
                self.problems.add(what, file=self.name, line=line, column=column, to_do=to_do)
            first.setdefault(text, line)
        return again

    def _fits(self, column: str, judged: Callable[[str], bool]) -> pd.Series:
        known = {value: judged(value) for value in self.text[column].unique()}
        return self.text[column].map(known).astype("bool")


def _iso(value: str, form: re.Pattern[str]) -> str:
    match = form.fullmatch(value)
    try:
        return date(*(int(match[part]) for part in ("year", "month", "day"))).isoformat() if match else ""
    except ValueError:
        return ""
