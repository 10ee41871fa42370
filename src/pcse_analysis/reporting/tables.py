"""HTML tables that a screen reader can follow: a caption, scoped headers, no blank cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.figures import NOT_APPLICABLE, absent, figure, wave_name
from pcse_analysis.reporting.html import Piece

Cell = str | Markup
KEY = (
    "[x]: not available. [z]: not applicable. Assumed base: all that replied, as the item's own base was not published."
)
KEY_OF_REPLIES = "[c]: suppressed, as few respondents are behind it. [x]: not available. [z]: not applicable."


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


def range_of(number: Estimate | Change, low: str, high: str, form: str) -> Markup:
    """Two limits as "low to high", one number where they are the same, a mark where there are none."""
    first, last = getattr(number, low), getattr(number, high)
    if first is None or last is None:
        return absent(number)
    if first == last:
        return figure(number, low, form)
    span = Markup("{} to {}").format(figure(number, low, form), figure(number, high, form))
    return Markup("<span class='range'>{}</span>").format(span)


def check_table(dossier: Dossier, change: Change, caption: Cell) -> Table:
    """Everything that a sceptic would ask about one change: tests, rounding, bases, who did not reply."""
    if change.value is None:
        return Table(caption, ("Check", "Result"), _window_checks(dossier, change))
    rows: list[list[Cell]] = [
        ["Change, percentage points (later less earlier)", figure(change, "value", "signed1")],
        [interval_head([change]) + ", at the printed percentages", range_of(change, "low", "high", "signed1")],
        [
            "Interval of ninety per cent, for the test against the margin",
            range_of(change, "low90", "high90", "signed1"),
        ],
        [
            interval_head([change]) + " over every count that rounds to the printed percentages",
            range_of(change, "low_rounding", "high_rounding", "signed1"),
        ],
        ["p-value of no change", figure(change, "p_value", "probability")],
        ["The same, adjusted for the family of comparisons tested", _adjusted(dossier, change)],
        ["p-value of the test that the change stays within the margin", figure(change, "p_equivalence", "probability")],
        ["An improvement by the margin or more is ruled out", _yes(change.no_improvement)],
        ["The whole interval lies beyond the margin", _yes(change.exceeds_margin)],
        *_tipping(dossier, change),
        ["Practices that answered both surveys only", NO_RESPONSES],
        ["With “don't know” in and out of the base", NO_RESPONSES],
        ["Weighted beside unweighted", NO_RESPONSES],
    ]
    return Table(caption, ("Check", "Result"), rows)


NO_RESPONSES = "cannot be computed: no responses published"


def _yes(value: bool | None) -> Cell:
    return NOT_APPLICABLE if value is None else "yes" if value else "no"


def _adjusted(dossier: Dossier, change: Change) -> Markup:
    family = dossier.survey.families.get(change.family)
    method = "Holm" if family is None or family.adjustment == "holm" else "Benjamini-Hochberg"
    return Markup("{} ({}; tests in the family: {})").format(
        figure(change, "p_adjusted", "probability"), method, figure(change, "family_size", "count")
    )


TIPPING = {"before": "the earlier base were {} or fewer", "after": "the later base were {} or fewer",
           "both": "both were {} of the replies or less"}  # fmt: skip
"""Rounded down, so that what is printed does touch."""


def _tipping(dossier: Dossier, change: Change) -> list[list[Cell]]:
    margins = {e.category: e for e in dossier.figures.estimates if e.id.startswith(f"{change.id}.base_tipping_margin.")}
    zero = [(change, f"base_tipping_{side}", side) for side in TIPPING]
    margin = [(margins[side], "value", side) for side in TIPPING if side in margins]
    return [
        ["With the same shares, the interval would touch zero if", _bases(zero)],
        ["With the same shares, the interval would touch the margin if", _bases(margin)],
        [
            "Points by which later non-repliers must exceed repliers for the change over all practices to be nil, if "
            "earlier non-repliers are like repliers",
            figure(change, "tipping_nonresponse", "signed"),
        ],
    ]


def _bases(numbers: Sequence[tuple[Estimate | Change, str, str]]) -> Markup:
    said = [
        Markup(TIPPING[side]).format(figure(number, field, "percent_at_most" if side == "both" else "at_most"))
        for number, field, side in numbers
        if (getattr(number, field) or 0) >= (0.01 if side == "both" else 1)
    ]
    if not said and any(getattr(number, field) is not None for number, field, _ in numbers):
        return Markup("no base of one reply or more would do so")
    return Markup(", or ").join(said) or NOT_APPLICABLE


def _window_checks(dossier: Dossier, change: Change) -> list[list[Cell]]:
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    points = dossier.figures.estimate(f"{change.id}.points_range")
    margin = dossier.figures.beside(change, "detectable_margin")
    return [
        ["Later share that an unchanged rate would give (%)", range_of(implied, "low", "high", "bare")],
        ["Later share less that, as printed (points)", range_of(points, "low", "high", "signed1")],
        [
            Markup("The same with rounding and {} sampling error").format(figure(change, "confidence", "percent")),
            range_of(change, "low", "high", "signed1"),
        ],
        [
            "The same with ninety per cent, for the test against the margin",
            range_of(change, "low90", "high90", "signed1"),
        ],
        [
            "Half the width of that range (points)",
            figure(margin, "value", "points1") if margin else NOT_APPLICABLE,
        ],
        ["An improvement by the margin or more is ruled out", _yes(change.no_improvement)],
        ["Practices that answered both surveys only", NO_RESPONSES],
        ["With “don't know” in and out of the base", NO_RESPONSES],
    ]
