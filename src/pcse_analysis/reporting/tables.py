"""HTML tables that a screen reader can follow: a caption, scoped headers, no blank cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.figures import NOT_APPLICABLE, NOT_AVAILABLE, absent, figure, wave_name
from pcse_analysis.reporting.html import Piece

Cell = str | Markup
KEY = (
    "[x]: not available. [z]: not applicable. Assumed base: all that replied, as the item's own base was not published."
)
KEY_OF_REPLIES = (
    "[c]: withheld to protect respondents; few are behind it, or the number of a few could be worked back from it. "
    "[x]: not available. [z]: not applicable."
)


@dataclass(frozen=True)
class Table(Piece):
    """A caption, column heads, and rows whose first cell names the row. ``numeric`` counts from column 0."""

    caption: Cell
    heads: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]
    numeric: frozenset[int] = frozenset()

    def __html__(self) -> str:
        """The table as HTML, in a box that scrolls sideways where the screen is narrow."""
        heads = Markup().join(
            Markup('<th scope="col"{}>{}</th>').format(self._class(i), head) for i, head in enumerate(self.heads)
        )
        rows = Markup("\n").join(self._row(row) for row in self.rows)
        label = escape(self.caption).striptags()
        return Markup(
            '<div class="scroll" role="region" tabindex="0" aria-label="{}"><table>\n'
            "<caption><span>{}</span></caption>\n"
            "<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody>\n</table></div>"
        ).format(label, self.caption, heads, rows)

    def _class(self, column: int) -> Markup:
        return Markup(' class="number"') if column in self.numeric else Markup()

    def _row(self, row: Sequence[Cell]) -> Markup:
        first, *rest = row
        cells = Markup().join(
            Markup("<td{}>{}</td>").format(self._class(i), cell if cell else NOT_APPLICABLE)
            for i, cell in enumerate(rest, start=1)
        )
        return Markup('<tr><th scope="row">{}</th>{}</tr>').format(first, cells)


def interval_head(numbers: Sequence[Estimate | Change]) -> Markup:
    """The head of a column of intervals, with their confidence."""
    with_interval = next((number for number in numbers if number.confidence is not None), None)
    if with_interval is None:
        return Markup("Interval")
    return Markup("{} interval").format(figure(with_interval, "confidence", "percent"))


def share_table(dossier: Dossier, estimates: Sequence[Estimate], caption: Cell) -> Table:
    """Shares of one or more waves with interval, the counts that round to them, and base."""
    rows = [
        [
            dossier.question(estimate).label,
            wave_name(dossier.survey.waves[estimate.wave]),
            dossier.question(estimate).window,
            figure(estimate, "value", "bare"),
            range_of(estimate, "low", "high", "bare1"),
            range_of(estimate, "numerator_low", "numerator_high", "count"),
            _base(estimate),
        ]
        for estimate in estimates
    ]
    heads = (
        "Question",
        "Survey",
        "Time window",
        "Share (%)",
        interval_head(estimates) + " (%)",
        "Counts that round to it",
        "Base (replies)",
    )
    return Table(caption, heads, rows, frozenset({3, 4, 5, 6}))


def _base(estimate: Estimate) -> Markup:
    base = figure(estimate, "base", "count")
    return Markup("{} (assumed)").format(base) if estimate.base_status == "assumed" else base


def range_of(number: Estimate | Change | None, low: str, high: str, form: str) -> Markup:
    """Two limits as "low to high", one number where they are the same, a mark where there are none, or no row."""
    if number is None:
        return NOT_AVAILABLE
    first, last = getattr(number, low), getattr(number, high)
    if first is None or last is None:
        return absent(number)
    if first == last:
        return figure(number, low, form)
    span = Markup("{} to {}").format(figure(number, low, form), figure(number, high, form))
    return span
