"""Finds out which platform wrote an export and what each of its columns is: code, question and part of a question."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pcse_analysis.catalogue.raw import Platform
from pcse_analysis.errors import Problems, near_miss

INSIDE = " > "
"""Stands between a question and its part where a column is named."""
MANY = "*"
LONGEST_NAMED = 90
TITLE_LINES = 3
"""Lines above the header that may hold a title alone, blank ones not counted."""


def tidied(text: str) -> str:
    """A text without blanks at its ends, and with one plain blank for each run of blanks of any kind."""
    return " ".join(text.replace("\ufeff", "").split())


NUMBERED = re.compile(r"\(column ([1-9]\d{0,5})\)")


def unnamed_column(place: int) -> str:
    """How a column is named that has no header, or one that other columns have too: by its number, from 1."""
    return f"(column {place + 1})"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of an export: its place from 0, and what its header says."""

    place: int
    code: str
    question: str
    part: str

    @property
    def name(self) -> str:
        """The question, with the part where there is one; the code where there is no question."""
        return f"{self.question}{INSIDE}{self.part}" if self.part else self.question or self.code


@dataclass(frozen=True, kw_only=True)
class Header:
    """The columns of an export, the platform it was read as, and the number of rows above the first reply."""

    platform: Platform
    columns: tuple[Column, ...]
    depth: int

    @property
    def line(self) -> int:
        """The line on which the header starts."""
        return self.depth - len(self.platform.header) + 1

    def found(self, name: str) -> list[Column]:
        """The columns that a name in a wave's file means: by question and part, by code, or by question.

        A question that has a column of its own, as for one answer, is found with the columns of its parts, such as the
        one for respondents' own words. A name that ends in ``*``, and is not itself one of these, means every column
        whose code or name starts so. ``(column 5)`` means the fifth column, for headers that are blank or repeated.
        """
        wanted = tidied(name)
        for by in (lambda c: c.name, lambda c: c.code, lambda c: c.question):
            columns = [column for column in self.columns if by(column) == wanted]
            if any(column.question == wanted and not column.part for column in columns):
                return [column for column in self.columns if column.question == wanted]
            if columns:
                return columns
        if wanted.endswith(MANY):
            start = wanted.removesuffix(MANY)
            return [c for c in self.columns if (c.code and c.code.startswith(start)) or c.name.startswith(start)]
        number = NUMBERED.fullmatch(wanted)
        return [column for column in self.columns if number and column.place + 1 == int(number[1])]

    @cached_property
    def private(self) -> frozenset[int]:
        """The places of the columns that hold personal details, as the platform names them."""
        names = {tidied(text) for text in self.platform.private}
        return frozenset(c.place for c in self.columns if c.name in names or c.code in names)

    @property
    def names(self) -> list[str]:
        """The names of all columns, each once."""
        return list(dict.fromkeys(column.name for column in self.columns))


def read_header(
    head: Sequence[Sequence[str]], platforms: Mapping[str, Platform], wanted: str, name: str, problems: Problems
) -> Header | None:
    """The header in the first rows of an export; ``wanted`` names its platform, else it is found out."""
    titles = _title_lines(head)
    rows = [[tidied(cell) for cell in row] for row in head[titles:]]
    platform = platforms[wanted] if wanted else _platform(rows, platforms)
    if len(rows) < len(platform.header):
        what = f"has {len(rows)} rows, and {platform.label} has {len(platform.header)} of header"
        to_do = "export the file again, or correct 'platform' in the wave's file."
        problems.unreadable(what, file=name, to_do=to_do)
        return None
    width = max(map(len, rows[: len(platform.header)]))
    by_kind: dict[str, list[str]] = {
        kind: row + [""] * (width - len(row)) for kind, row in zip(platform.header, rows, strict=False)
    }
    columns = _columns(by_kind, platform, width)
    return Header(platform=platform, columns=columns, depth=titles + len(platform.header))


def _title_lines(head: Sequence[Sequence[str]]) -> int:
    """How many lines stand above the header: blank ones, and titles of one cell where the header has more than two."""
    filled = [sum(1 for cell in row if cell.strip()) for row in head]
    blank = next((place for place, cells in enumerate(filled) if cells), 0)
    header = next((place for place, cells in enumerate(filled) if cells > 1), 0)
    titles = sum(filled[:header])
    return header if titles <= TITLE_LINES and filled[header] > 2 else blank


def _platform(rows: Sequence[Sequence[str]], platforms: Mapping[str, Platform]) -> Platform:
    fits = (platform for platform in platforms.values() if platform.signs and _has_signs(rows, platform))
    return next(fits, platforms["plain"])


def _has_signs(rows: Sequence[Sequence[str]], platform: Platform) -> bool:
    for sign in platform.signs:
        if sign.row > len(rows):
            return False
        cells = [cell for cell in rows[sign.row - 1] if cell]
        fitting = sum(1 for cell in cells if re.fullmatch(sign.like, cell, re.DOTALL))
        if not fitting or fitting < sign.share * len(cells):
            return False
    return True


def _columns(rows: Mapping[str, Sequence[str]], platform: Platform, width: int) -> tuple[Column, ...]:
    blank = [""] * width
    codes, questions, parts = (list(rows.get(kind, blank)) for kind in ("code", "question", "part"))
    if platform.blank:
        questions = ["" if re.fullmatch(platform.blank, text) else text for text in questions]
    if platform.fill_right:
        for place in range(1, width):
            # A cell with neither question nor part is a column without a name, not a part of the question before it.
            if not questions[place] and (parts[place] or "part" not in rows):
                questions[place] = questions[place - 1]
    if platform.pattern:
        codes, questions, parts = _by_pattern(platform.pattern, codes, questions, parts)
    if platform.mark:
        questions, parts = _by_mark(questions, platform.mark, part_first=platform.part_first)
    columns = []
    for place in range(width):
        part = parts[place]
        # Excel numbers cells of a table's header that say the same: Response, Response2.
        if part.rstrip("0123456789") in platform.plain_parts or part == questions[place]:
            part = ""
        if not questions[place] and part:
            questions[place], part = part, ""
        unnamed = not questions[place] and not codes[place]
        columns.append(
            Column(
                place=place,
                code=codes[place],
                question=unnamed_column(place) if unnamed else questions[place],
                part=part,
            )
        )
    return tuple(columns)


def _by_pattern(
    pattern: str, codes: list[str], questions: list[str], parts: list[str]
) -> tuple[list[str], list[str], list[str]]:
    for place, text in enumerate(questions):
        match = re.fullmatch(pattern, text, re.DOTALL)
        if match:
            groups = {name: value or "" for name, value in match.groupdict().items()}
            codes[place] = groups.get("code") or codes[place]
            questions[place] = tidied(groups.get("question", text))
            parts[place] = tidied(groups.get("part", "")) or parts[place]
    return codes, questions, parts


def _by_mark(texts: Sequence[str], mark: str, *, part_first: bool) -> tuple[list[str], list[str]]:
    """Question and part of headers that hold both: a split counts where another column has the same question.

    A question may itself hold the mark, so every place at which a header could be split is tried, longest question
    first.
    """

    def splits(text: str) -> list[tuple[str, str]]:
        pieces = text.split(mark)
        joined = [(mark.join(pieces[:at]), mark.join(pieces[at:])) for at in range(1, len(pieces))]
        pairs = [(after, before) if part_first else (before, after) for before, after in joined]
        found = [(tidied(question), tidied(part)) for question, part in pairs]
        return sorted((pair for pair in found if all(pair)), key=lambda pair: -len(pair[0]))

    shared = Counter(question for text in texts for question in {text, *(q for q, _ in splits(text))})
    found = [next(((q, p) for q, p in splits(text) if shared[q] > 1), (text, "")) for text in texts]
    return [question for question, _ in found], [part for _, part in found]


def near_column(name: str, header: Header, taken: Iterable[str] = ()) -> str | None:
    """The column whose name is most like a name that no column has, out of those that nothing else means."""
    used = set(taken)
    return near_miss(tidied(name), [column for column in header.names if column not in used])


def named(header: str) -> str:
    """A header in quotation marks, its first words where it is long: it is the survey's own, nobody's answer."""
    return f"'{textwrap.shorten(header, LONGEST_NAMED, placeholder='...')}'"


def not_found(name: str, file: str, near: str | None) -> str:
    """The words for a name that no column of an export has, with the nearest column."""
    return f"no column {named(name)} in '{file}'" + (f"   near '{near}'" if near else "")
