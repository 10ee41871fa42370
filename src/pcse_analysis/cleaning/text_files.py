"""Opens text with cells between commas, semicolons or tabs: how it is encoded, whether it is whole, and its columns.

Two passes: the first looks at the shape of every row (its line, its number of cells, its quotation marks) without
taking it apart, the second lets pandas read the cells. pandas alone would fill up short rows in silence.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.cleaning.encodings import ONE_BYTE_MARKS, WORDS, encoding_of
from pcse_analysis.cleaning.pieces import HEAD, ROWS, SAVED_AGAIN, Piece, Ragged, coded
from pcse_analysis.errors import Problems

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
LONE_RETURN = "a lone carriage return stands in the row"
LARGEST_CELL = 10_000_000
"""Characters: beyond this a quotation mark was left open."""


@dataclass
class TextSheet:
    """The table in a text file."""

    name: str
    path: Path
    encoding: str
    delimiter: str
    head: list[list[str]]
    notes: list[str] = field(default_factory=list)

    def pieces(self, width: int, depth: int, problems: Problems) -> Iterator[Piece]:
        """The rows below the header; nothing is given where a row is broken."""
        before = len(problems.found)
        lines, widest = self._shape(width, depth, problems)
        if len(problems.found) > before:
            return
        reader = pd.read_csv(
            self._source(),
            sep=self.delimiter,
            encoding=self.encoding if self.encoding in ONE_BYTE_MARKS else "utf-8",
            header=None,
            names=list(range(max(widest, width))),
            dtype=str,
            na_filter=False,
            skip_blank_lines=False,
            index_col=False,
            chunksize=ROWS,
        )
        start = 0
        with reader:
            for frame in reader:
                rows = frame.iloc[max(depth - start, 0) :]
                numbers = lines[start + max(depth - start, 0) : start + len(frame)]
                start += len(frame)
                if len(rows) != len(numbers):
                    break
                yield Piece(numbers, [coded(rows[place].to_numpy(dtype=object)) for place in range(width)])
        if start != len(lines):
            what = "has another number of rows by its line ends and quotation marks than when it is read"
            problems.unreadable(what, file=self.name, to_do=SAVED_AGAIN)

    def _source(self) -> io.BytesIO | Path:
        """The file in an encoding that gives quotation marks and delimiters one byte each."""
        if self.encoding in ONE_BYTE_MARKS:
            return self.path
        return io.BytesIO(self.path.read_bytes().decode(self.encoding).removeprefix("\ufeff").encode())

    def _shape(self, width: int, depth: int, problems: Problems) -> tuple[NDArray[np.int32], int]:
        """The line on which each row starts, and the number of cells of the widest; broken rows are noted."""
        source = self._source()
        with source if isinstance(source, io.BytesIO) else source.open("rb") as file:
            if self.encoding == "utf-8-sig" and file.read(len(BOM_UTF8)) != BOM_UTF8:
                file.seek(0)
            shape = _Shape(file, self.delimiter, width, depth)
            shape.read(self.name, problems)
        return np.array(shape.lines, dtype=np.int32), shape.widest


class _Shape:
    """The shape of every row of a text file. Only rows with quotation marks are looked into."""

    def __init__(self, file: io.BufferedIOBase, delimiter: str, width: int, depth: int) -> None:
        self.file, self.delimiter, self.width, self.depth = iter(file), delimiter, width, depth
        mark = re.escape(delimiter.encode())
        # A cell in quotation marks, between two delimiters or ends of the row.
        self.quoted = re.compile(rb'(?:(?<=%s)|^)"[^"]*(?:""[^"]*)*"(?=%s|\r?\n|$)' % (mark, mark))
        self.lines: list[int] = []
        self.ragged = Ragged(width)
        self.widest = 0
        self.number = 0

    def read(self, name: str, problems: Problems) -> None:
        mark = self.delimiter.encode()
        for line in self.file:
            start = self.number = self.number + 1
            try:
                bare, row = line, None
                if b'"' in line:
                    bare = self.quoted.sub(b"", line)
                    row = self._taken_apart(line) if b'"' in bare else None
                if row is None and b"\r" in bare and b"\r" in bare.removesuffix(b"\r\n"):
                    raise csv.Error(LONE_RETURN)
                cells = bare.count(mark) + 1 if row is None else len(row)
                if cells != self.width and len(self.lines) >= self.depth:
                    self.ragged.judge(start, row if row is not None else self._row(line))
            except csv.Error as error:
                problems.unreadable(broken_text(error), file=name, line=start, to_do=SAVED_AGAIN)
                return
            if cells > self.widest:
                self.widest = cells
            self.lines.append(start)
        self.ragged.note(name, len(self.lines) - self.depth, problems)

    def _taken_apart(self, line: bytes) -> list[str]:
        """The cells of a row as the rules of CSV have them, from as many lines as it takes."""

        def lines() -> Iterator[str]:
            yield line.decode("latin-1")
            for more in self.file:
                self.number += 1
                yield more.decode("latin-1")

        return next(csv.reader(lines(), delimiter=self.delimiter, strict=True))

    def _row(self, line: bytes) -> list[str]:
        return next(csv.reader([line.decode("latin-1")], delimiter=self.delimiter), [])


def open_text(path: Path, name: str, encoding: str, problems: Problems) -> TextSheet | None:
    """The table in a text file; None, with a note in ``problems``, where it cannot be read."""
    found = encoding_of(path, name, encoding, problems)
    if found is None:
        return None
    csv.field_size_limit(LARGEST_CELL)
    with path.open(encoding=found, newline="") as file:
        delimiter = _delimiter(list(islice(file, HEAD)))
    head: list[list[str]] = []
    with path.open(encoding=found, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        line = 1
        try:
            for row in islice(reader, HEAD):
                head.append(row)
                line = reader.line_num + 1
        except csv.Error as error:
            problems.unreadable(broken_text(error), file=name, line=line, to_do=SAVED_AGAIN)
            return None
    if not any(any(row) for row in head):
        problems.unreadable("the first rows are blank", file=name, to_do=SAVED_AGAIN)
        return None
    notes = [f"{WORDS.get(found, found)}, {DELIMITERS[delimiter]} between the cells"]
    return TextSheet(name, path, found, delimiter, head, notes)


def _delimiter(lines: list[str]) -> str:
    """What stands between the cells: that which gives most of the first rows the same number of cells."""
    cells = {}
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            widths = Counter()
        cells[delimiter] = max(((rows, width) for width, rows in widths.items() if width > 1), default=(0, 0))
    return max(cells, key=lambda delimiter: cells[delimiter])


def broken_text(error: csv.Error) -> str:
    """The words for text that breaks the rules of CSV."""
    reason = str(error)
    if reason == LONE_RETURN or "new-line character" in reason:
        return f"{LONE_RETURN}: an answer with a line break has no quotation marks, or line ends are mixed"
    if "unexpected end of data" in reason:
        return "the file ends inside a quoted cell: it is cut short, or a quotation mark is left open"
    if "field larger" in reason:
        return "a cell never ends: a quotation mark is left open"
    return f"cannot be read as CSV from here on: {reason}"
