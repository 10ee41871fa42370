"""Reads the figures that a page prints and sets each against the row that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from math import isfinite

from pcse_analysis.attachment.pieces import Piece, pieces_of
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.reporting.figures import FORMS

# The order of attributes is that in which nbconvert writes them: by name.
FIGURE = re.compile(
    r'<data class="figure" data-field="([^"]*)" data-form="([^"]*)" data-row="([^"]*)" value="([^"]*)">([^<]*)</data>'
)
ANY_DATA = re.compile(r"<data\b[^>]*>")


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A figure as a page prints it: its text, the value, row, field and form that it names, and where it stands."""

    text: str
    value: str
    row: str
    field: str
    form: str
    place: str


def printed_figures(html: str) -> Iterator[Printed]:
    """Every figure of a page that is written as this package writes them."""
    for piece in pieces_of(html):
        for found in FIGURE.finditer(piece.raw):
            field, form, row, value, text = map(unescape, found.groups())
            yield Printed(text=text, value=value, row=row, field=field, form=form, place=piece.place)


def rows_named(html: str) -> set[str]:
    """The ids of the rows that a page's figures name."""
    return {unescape(found[3]) for found in FIGURE.finditer(html)}


def wrong_figures(html: str, figures: Figures) -> list[str]:
    """A line for every figure of a page that its row does not give, and for every one that names no row."""
    rows: dict[str, Estimate | Change] = {e.id: e for e in figures.estimates} | {c.id: c for c in figures.changes}
    wrong = [f"{piece.place}: {line}" for piece in pieces_of(html) for line in _unreadable(piece)]
    for figure in printed_figures(html):
        line = _compared(figure, rows.get(figure.row))
        if line:
            wrong.append(f"{figure.place}: {line}")
    return wrong


def _unreadable(piece: Piece) -> Iterator[str]:
    extra = len(ANY_DATA.findall(piece.raw)) - len(FIGURE.findall(piece.raw))
    if extra:
        yield f"{extra} figures that do not name their value, row, field and form"


def _compared(figure: Printed, row: Estimate | Change | None) -> str:
    """What is wrong with one figure; empty where nothing is."""
    if row is None:
        return f"the figure '{figure.text}' names a row that is not there: {figure.row}"
    if figure.form not in FORMS or not hasattr(row, figure.field):
        return f"the figure '{figure.text}' names no field or form: {figure.field}, {figure.form}"
    value = getattr(row, figure.field)
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        return f"the figure '{figure.text}' names a field without a number: {figure.row}, {figure.field}"
    expected, exact = FORMS[figure.form](value), repr(value).removesuffix(".0")
    if figure.text != expected:
        return f"it prints '{figure.text}'; its row gives '{expected}' ({figure.row}, {figure.field})"
    if figure.value != exact:
        return f"it says its value is {figure.value}; its row gives {exact} ({figure.row}, {figure.field})"
    return ""
