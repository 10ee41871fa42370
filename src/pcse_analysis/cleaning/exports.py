"""Reads one export into columns of codes: every cell is kept, each distinct value once.

A survey has many rows and few distinct answers, so a column is the list of its distinct values and one small number a
row. Everything that follows works on the distinct values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import Platform
from pcse_analysis.cleaning.headers import Header, read_header, tidied, unnamed_column
from pcse_analysis.cleaning.pieces import SAVED_AGAIN, Sheet
from pcse_analysis.cleaning.sheets import SPSS_ENDINGS, open_sheet
from pcse_analysis.errors import Problems


@dataclass(frozen=True)
class Coded:
    """One column: its distinct values in the order in which they first came, and the position of each row's value."""

    values: list[str]
    codes: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def tidy(self) -> list[str]:
        """The distinct values with their blanks made plain."""
        return self.values if _are_tidy(self.values) else [tidied(value) for value in self.values]

    @cached_property
    def texts(self) -> NDArray[np.object_]:
        """The cell of each row with its blanks made plain."""
        cells: NDArray[np.object_] = np.array(self.tidy, dtype=object)[self.codes]
        return cells


@dataclass(frozen=True, kw_only=True)
class Export:
    """One export as it was read: its header, its columns in order, and the line on which each row starts.

    ``blank_lines`` are the lines that hold no cell. ``notes`` say how the file was read.
    """

    name: str
    header: Header
    columns: tuple[Coded, ...]
    lines: NDArray[np.int32]
    blank_lines: tuple[int, ...]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        """The number of rows that hold a reply."""
        return len(self.lines)

    def cells_of(self, row: int) -> dict[str, str]:
        """The filled cells of a row by the names of their columns, but for columns that hold personal details.

        Where several columns have a name, all but the first are named with their number too.
        """
        cells: dict[str, str] = {}
        for column, coded in zip(self.header.columns, self.columns, strict=True):
            text = coded.values[coded.codes[row]]
            if text and column.place not in self.header.private:
                name = column.name if column.name not in cells else f"{column.name} {unnamed_column(column.place)}"
                cells[name] = text
        return cells


def _are_tidy(values: list[str]) -> bool:
    """Whether no value has a blank that is not plain; asked of all at once, as a column may have a million."""
    together = "\0".join(values)
    odd = ("  ", "\0 ", " \0", "\t", "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x1f")
    at_ends = together[:1] == " " or together[-1:] == " "
    return together.isascii() and not at_ends and not any(mark in together for mark in odd)


def read_export(
    path: Path,
    name: str,
    platforms: Mapping[str, Platform],
    problems: Problems,
    *,
    platform: str = "",
    encoding: str = "",
    sheet: str = "",
) -> Export | None:
    """The export in a file; None, with notes in ``problems``, where it cannot be read whole.

    ``platform``, ``encoding`` and ``sheet`` are found out where they are not given.
    """
    opened = open_sheet(path, name, problems, encoding=encoding, sheet=sheet)
    if opened is None:
        return None
    before = len(problems.found)
    header = read_header(opened.head, platforms, platform or platform_of_file(path), name, problems)
    if header is None:
        return None
    columns, lines, blank = coded_columns(opened, len(header.columns), header.depth, problems)
    if len(problems.found) > before:
        return None
    if not len(lines):
        problems.unreadable("has a header and no replies", file=name, to_do=SAVED_AGAIN)
        return None
    return Export(
        name=name,
        header=header,
        columns=columns,
        lines=lines,
        blank_lines=tuple(blank),
        notes=(header.platform.label, *opened.notes),
    )


def platform_of_file(path: Path) -> str:
    """The platform that the kind of a file gives away; empty where it does not."""
    return "spss" if path.suffix.lower() in SPSS_ENDINGS else ""


def coded_columns(
    sheet: Sheet, width: int, depth: int, problems: Problems
) -> tuple[tuple[Coded, ...], NDArray[np.int32], list[int]]:
    """The columns of a table below its header, the line of each row, and the lines of rows that hold no cell."""
    places: list[dict[str, int]] = [{} for _ in range(width)]
    pieces: list[list[NDArray]] = [[] for _ in range(width)]
    lines: list[NDArray[np.int32]] = []
    blank: list[int] = []
    for piece in sheet.pieces(width, depth, problems):
        filled = np.zeros(len(piece.lines), dtype=bool)
        for codes, values in piece.columns:
            filled |= np.fromiter((value != "" for value in values), dtype=bool, count=len(values))[codes]
            if filled.all():
                break
        rows = slice(None) if filled.all() else filled
        blank += piece.lines[~filled].tolist()
        lines.append(piece.lines[rows])
        for place, (codes, values) in enumerate(piece.columns):
            known = places[place]
            if known.keys().isdisjoint(values):  # as identifiers and times are: no look-up one by one
                found = np.arange(len(known), len(known) + len(values), dtype=np.int32)
                known.update(zip(values, found.tolist(), strict=True))
            else:
                found = np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int32)
            pieces[place].append(_small(found[codes[rows]], len(known)))
    columns = []
    for place in range(width):
        joined = np.concatenate(pieces[place]) if pieces[place] else np.array([], dtype=np.int32)
        columns.append(Coded(list(places[place]), joined))
        pieces[place] = []
    return tuple(columns), np.concatenate(lines) if lines else np.array([], dtype=np.int32), blank


def _small(codes: NDArray[np.int32], distinct: int) -> NDArray:
    """Codes in the smallest whole numbers that hold them."""
    return codes.astype(np.int16 if distinct < 2**15 else np.int32, copy=False)
