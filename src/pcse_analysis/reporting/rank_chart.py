"""A caterpillar of shares: one line a group from the highest to the lowest, with the share of all as a line through."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.drawing import EDGE, Axis, Chart, Row
from pcse_analysis.reporting.figures import text
from pcse_analysis.reporting.marks import AFTER, mark

NAMED = 45
"""Groups that can be named beside their lines; more stand as thin lines without names, and the table names them."""
THIN = 3
"""Pixels that a line without a name takes."""
PALE = "#9fb3c8"
"""Intervals that stand so close that in full colour they would hide the shares."""


def rank_chart(key: str, label: str, shares: Sequence[tuple[str, Estimate]], whole: Estimate) -> Chart:
    """Shares in the order given, each with its interval; ``whole`` is the share of all, and has a value."""
    assert whole.value is not None
    (first, highest), (last, lowest) = shares[0], shares[-1]
    alt = (
        f"Chart of {len(shares)} shares with intervals, from the highest to the lowest, {label}: {first} "
        f"{text(highest, 'value', 'percent')}, {last} {text(lowest, 'value', 'percent')}; all together "
        f"{text(whole, 'value', 'percent')}, a line through them."
    )
    axis = Axis(lines=(whole.value,))
    colours = [(AFTER, "Share with its interval"), (EDGE, "The line is the share of all practices together.")]
    if len(shares) <= NAMED:
        rows = [_named(name, share) for name, share in shares]
        return Chart(id=key, alt=alt, rows=rows, axis=axis, mark=26, column=0.36, heads=("Share",), key=colours)
    words = "Each line is one area, the highest share at the top; the table names them."
    return Chart(
        id=key, alt=alt, rows=[_thin(words, shares, whole)], axis=axis, mark=THIN * len(shares) + 16, key=colours
    )


def _named(name: str, share: Estimate) -> Row:
    def draw(axes: Axes, y: float) -> None:
        mark(axes, share, y, later=True)

    return Row(name, draw, values=(text(share, "value", "percent"),))


def _thin(words: str, shares: Sequence[tuple[str, Estimate]], whole: Estimate) -> Row:
    def draw(axes: Axes, y: float) -> None:
        across: list[float] = []
        up: list[float] = []
        dots: list[tuple[float, float]] = []
        for place, (_, share) in enumerate(shares):
            at = y + (place - (len(shares) - 1) / 2) * THIN
            if share.low is not None and share.high is not None:
                across += [share.low, share.high, float("nan")]
                up += [at, at, at]
            dots.append((share.value or 0, at))
        axes.plot(across, up, color=PALE, linewidth=0.9, solid_capstyle="butt")
        ends = [y - THIN * len(shares) / 2, y + THIN * len(shares) / 2]
        axes.plot([whole.value or 0] * 2, ends, color=EDGE, linewidth=1.2)
        axes.plot(*zip(*dots, strict=True), marker="o", color=AFTER, markersize=2.6, linestyle="none")

    return Row(words, draw)
