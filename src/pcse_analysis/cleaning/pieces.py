"""One table of a file as it is handed on: its first rows as texts, then all rows in pieces of coded columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.errors import Problems

SAVED_AGAIN = "export the file again from the system that it comes from, or save it as CSV (UTF-8) or XLSX."
HEAD = 60
"""Rows looked at to find the delimiter, the header and the platform."""
ROWS = 32768
"""Rows of one piece: more take memory, fewer take time."""
RAGGED = 5
"""Rows of a wrong width that are listed one by one."""


@dataclass(frozen=True)
class Piece:
    """Some rows of a table: the line on which each starts, and for each column codes with their values."""

    lines: NDArray[np.int32]
    columns: Sequence[tuple[NDArray[np.intp], list[str]]]


class Sheet(Protocol):
    """One table of a file. ``head`` holds its first rows, ``notes`` say how the file was read."""

    name: str
    notes: list[str]

    @property
    def head(self) -> list[list[str]]:
        """The first rows."""

    def pieces(self, width: int, depth: int, problems: Problems) -> Iterator[Piece]:
        """The rows below ``depth`` rows of header, in ``width`` columns; rows of another width are noted."""


@dataclass
class HeldSheet:
    """A table that is in memory, as from a workbook; a row's number is its line."""

    name: str
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)

    @property
    def head(self) -> list[list[str]]:
        """The first rows."""
        return self.rows[:HEAD]

    def pieces(self, width: int, depth: int, problems: Problems) -> Iterator[Piece]:
        """The rows below the header; blank cells at the end of a row do not count to its width."""
        ragged = Ragged(width)
        for start in range(depth, len(self.rows), ROWS):
            rows = self.rows[start : start + ROWS]
            lines = np.arange(start + 1, start + 1 + len(rows), dtype=np.int32)
            whole = [ragged.mended(int(line), row) for line, row in zip(lines, rows, strict=True)]
            yield Piece(lines, [coded(np.array(cells, dtype=object)) for cells in zip(*whole, strict=True)])
        ragged.note(self.name, len(self.rows) - depth, problems)


def coded(cells: NDArray[np.object_]) -> tuple[NDArray[np.intp], list[str]]:
    """The codes of some cells, and the distinct values in the order in which they first stand."""
    codes, values = pd.factorize(cells)
    return codes, values.tolist()


class Ragged:
    """Rows that are longer or shorter than the header.

    Blank cells beyond the last column do not matter where every row has them; in one row alone they are what an answer
    with a comma and without quotation marks leaves behind.
    """

    def __init__(self, width: int) -> None:
        """Rows are to have ``width`` cells."""
        self.width = width
        self.found: list[tuple[int, int]] = []
        self.padded: list[tuple[int, int]] = []
        self.blank = 0

    def mended(self, line: int, row: list[str]) -> list[str]:
        """The row in the header's width; one that holds too many or too few cells is remembered."""
        if len(row) != self.width:
            self.judge(line, row)
            return row[: self.width] + [""] * (self.width - len(row))
        return row

    def judge(self, line: int, row: list[str]) -> None:
        """Remember a row that is too short or too long, unless it is blank."""
        if not any(row):
            self.blank += 1
        elif len(row) < self.width or any(row[self.width :]):
            self.found.append((line, len(row)))
        else:
            self.padded.append((line, len(row)))

    def note(self, name: str, rows: int, problems: Problems) -> None:
        """One problem for each such row, up to a few, and one for the others; the table has so many ``rows``."""
        if len(self.padded) < rows - self.blank:
            self.found = sorted([*self.found, *self.padded])
        to_do = (
            "a comma or line break inside an answer without quotation marks shifts the cells; a file that was cut ends "
            f"short. {SAVED_AGAIN[0].upper()}{SAVED_AGAIN[1:]}"
        )
        for line, cells in self.found[:RAGGED]:
            what = f"found {cells} cells, expected {self.width} as in the header"
            problems.add(what, file=name, line=line, to_do=to_do)
        more = len(self.found) - RAGGED
        if more > 0:
            problems.add(f"and {more} more row{'s' if more > 1 else ''} with a wrong number of cells", file=name)
