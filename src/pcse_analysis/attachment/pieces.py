"""Cuts the text of a page into pieces as small as a paragraph or a row of a table, each with the place it stands in.

The cut is made in the text itself and loses none of it, so that a change of a single byte lies in exactly one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

END = re.compile(r"</(?:h[1-6]|p|li|caption|tr|svg|title|style|blockquote)>")
HEADING = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.DOTALL)
CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
TABLE_END = "</table>"
TAG = re.compile(r"<[^>]*>")
WITHIN = re.compile(r"</?(?:a|abbr|b|code|data|em|span|strong|time)\b[^>]*>")
"""Elements within a line, whose ends part no words."""
LONGEST = 90


@dataclass(frozen=True)
class Piece:
    """A part of a page's text, the heading above it, and the table that it stands in, if any."""

    raw: str
    heading: str
    table: str

    @property
    def place(self) -> str:
        """Where the piece stands, in words."""
        kind = "chart" if "<svg" in self.raw else "row" if "<tr" in self.raw and self.table else "text"
        where = f"under '{self.heading}'" if self.heading else "before the first heading"
        return f"{kind} {where}" + (f", table '{self.table}'" if self.table else "")


def words_of(raw: str) -> str:
    """What a reader sees of a piece, on one line."""
    return " ".join(unescape(TAG.sub(" ", WITHIN.sub("", raw))).split())


def shortened(words: str) -> str:
    """The beginning of some words, as much as a message bears."""
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def pieces_of(html: str) -> Iterator[Piece]:
    """The pieces of a page in order; joined, their ``raw`` is the page."""
    heading = table = ""
    start = 0
    for end in [*(match.end() for match in END.finditer(html)), len(html)]:
        raw, start = html[start:end], end
        if TABLE_END in raw:
            table = ""
        if found := HEADING.search(raw):
            heading = words_of(found[1])
        if found := CAPTION.search(raw):
            table = words_of(found[1])
        if raw:
            yield Piece(raw, heading, table)
