"""Cuts the text of a page into pieces as small as a paragraph or a row of a table, each with the place it stands in.

The cut is made in the text itself and loses none of it, so that a change of a single byte lies in exactly one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

END = re.compile(r"</(?:h[1-6]|p|li|caption|tr|svg|text|title|style|blockquote)>|<svg\b[^>]*>")
"""Where a piece ends. A chart's alternative text stands in its first tag, which is a piece of its own."""
HEADING = re.compile(r"<h[1-6][^>]*>(.*?)</h[1-6]>", re.DOTALL)
CAPTION = re.compile(r"<caption>(.*?)</caption>", re.DOTALL)
CHART = re.compile(r"<svg\b[^>]*>$")
ALT = re.compile(r'aria-label="([^"]*)"')
TABLE_END, CHART_END, ROW, HEAD_ROW = "</table>", "</svg>", "</tr>", 'scope="col"'
TAG = re.compile(r"<[^>]*>")
WITHIN = re.compile(r"</?(?:a|abbr|b|code|data|em|span|strong|time)\b[^>]*>")
"""Elements within a line, whose ends part no words."""
KINDS = (
    ("style sheet", re.compile(r"</style>$")),
    ("title", re.compile(r"</title>$")),
    ("heading", re.compile(r"</h[1-6]>$")),
    ("caption", re.compile(r"</caption>$")),
    ("list item", re.compile(r"</li>$")),
    ("paragraph", re.compile(r"</p>$")),
)
LONGEST = 90


@dataclass(frozen=True)
class Piece:
    """A part of a page's text: what it is, the heading above it, and the table that it stands in, if any."""

    raw: str
    kind: str
    heading: str
    table: str

    @property
    def place(self) -> str:
        """Where the piece stands, in words."""
        where = f"under '{self.heading}'" if self.heading else "before the first heading"
        return f"{self.kind} {where}" + (f", table '{self.table}'" if self.table else "")

    @property
    def words(self) -> str:
        """What a reader sees of the piece, or hears of a chart; nothing of a style sheet."""
        if self.kind == "style sheet":
            return ""
        alt = ALT.search(self.raw) if CHART.search(self.raw) else None
        return " ".join(unescape(alt[1]).split()) if alt else words_of(self.raw)


def words_of(raw: str) -> str:
    """What a reader sees of a piece, on one line."""
    return " ".join(unescape(TAG.sub(" ", WITHIN.sub("", raw))).split())


def shortened(words: str) -> str:
    """The beginning of some words, as much as a message bears."""
    return words if len(words) <= LONGEST else words[: LONGEST - 3] + "..."


def pieces_of(html: str) -> Iterator[Piece]:
    """The pieces of a page in order; joined, their ``raw`` is the page.

    Rows are counted from the first below the head of their table.
    """
    heading = table = ""
    start = row = 0
    in_chart = False
    for end in [*(match.end() for match in END.finditer(html)), len(html)]:
        raw, start = html[start:end], end
        if not raw:
            continue
        if TABLE_END in raw:
            table = ""
        if found := HEADING.search(raw):
            heading = words_of(found[1])
        if found := CAPTION.search(raw):
            table, row = words_of(found[1]), 0
        row += table != "" and raw.endswith(ROW) and HEAD_ROW not in raw
        kind = "chart" if in_chart else _kind(raw, row if table else 0)
        if CHART.search(raw):
            kind, in_chart = "alternative text of a chart", True
        in_chart = in_chart and CHART_END not in raw
        yield Piece(raw, kind, heading, table)


def _kind(raw: str, row: int) -> str:
    if raw.endswith(ROW) and row:
        return "head of the table" if HEAD_ROW in raw else f"row {row}"
    if raw.endswith(ROW) and HEAD_ROW in raw:
        return "head of the table"
    return next((kind for kind, ends in KINDS if ends.search(raw)), "text")
