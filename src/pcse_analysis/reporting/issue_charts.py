"""Pictures of an issue log: the change of its speed, its curves, and its months."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.drawing import EDGE, SMALL, Axis, Chart, Row
from pcse_analysis.reporting.figures import text
from pcse_analysis.reporting.issue_words import WORDS, way
from pcse_analysis.reporting.ledger_figures import LedgerFigures, half_done
from pcse_analysis.reporting.marks import AFTER, BEFORE, look

WIDEST = 1.0
"""A change of the rate beyond which a line runs out of the picture: twice as fast, and nothing resolved at all."""
HALF_HEIGHT = 44
"""Pixels from the middle of a curve's row to its top and bottom."""


def slow_down_chart(log: LedgerFigures, key: str, parts: Sequence[tuple[str, str]]) -> Chart | None:
    """By how much the rate of resolving fell, part by part, with intervals; None where nothing can be compared."""
    found = [(log.label(*part), log.change(*part)) for part in parts]
    compared = [(label, change) for label, change in found if change is not None and change.value is not None]
    if not compared:
        return None
    margin = compared[0][1].margin
    said = "; ".join(f"{label}: {WORDS[c.verdict]}, {_told(c)}" for label, c in compared)
    ticks = (
        (-1.0, "+100%"),
        (-0.5, "+50%"),
        (0.0, "as before"),
        (0.5, "\N{MINUS SIGN}50%"),
        (1.0, "\N{MINUS SIGN}100%"),
    )
    return Chart(
        id=key,
        alt=f"Chart of the change in the rate at which issues of the same age are resolved. {said}.",
        rows=[_change_row(label, change) for label, change in compared],
        axis=Axis(low=-1, high=1, ticks=ticks, lines=(0.0,), band=(-margin, margin)),
        mark=34,
        column=0.4,
        key=[("", "Right of the line: slower than before. The light band is the margin that does not matter.")],
    )


def _told(change: Change) -> str:
    return f"{text(change, 'value', 'percent_size')} {way(change.value or 0)}"


def _change_row(label: str, change: Change) -> Row:
    colour, marker, _ = look(change)

    def draw(axes: Axes, y: float) -> None:
        assert change.value is not None and change.low is not None and change.high is not None
        low, high = max(change.low, -WIDEST), min(change.high, WIDEST)
        axes.plot([low, high], [y, y], color=colour, linewidth=2.5, solid_capstyle="butt")
        axes.plot([max(change.value, -WIDEST)], [y], marker=marker, color=colour, markersize=8.5, linestyle="none")

    return Row(f"{label}: {WORDS[change.verdict]}", draw)


def curves_chart(log: LedgerFigures, key: str, parts: Sequence[tuple[str, str]]) -> Chart | None:
    """The share still open after each number of days, one row a part; None where no part can be shown."""
    rows, said, last = [], [], 0
    for by, group in parts:
        points = [(int(e.category.split()[0]), e.value) for e in log.figures.estimates
                  if (e.measure, e.group_by, e.group) == ("still_open", by, group) and e.value is not None]  # fmt: skip
        median = log.get("days_to_resolve", "median", by, group)
        if not points or median is None or median.suppressed:
            continue
        last = max(last, max(day for day, _ in points))
        said.append(f"{log.label(by, group)}: {half_done(median, 'resolved', log.ledger.day_name).striptags()}")
        rows.append(curve_row(said[-1], sorted(points), median))
    if not rows:
        return None
    step = 20 if last <= 120 else 40
    ticks = tuple((float(day), f"{day}") for day in range(0, last + 1, step))
    return Chart(
        id=key,
        alt=f"Chart of the share of issues still open by age. {'; '.join(said)}.",
        rows=rows,
        axis=Axis(low=0, high=float(last), ticks=ticks),
        mark=2 * HALF_HEIGHT + 24,
        column=0.3,
        key=[
            (
                "",
                f"Along: {log.ledger.day_name} since an issue was opened. Up: share still open, from none to all.",
            )
        ],
    )


def curve_row(label: str, points: Sequence[tuple[int, float]], median: Estimate) -> Row:
    """A curve of a share over days, from none to all, with a mark where half is reached."""

    def draw(axes: Axes, y: float) -> None:
        top, bottom = y - HALF_HEIGHT, y + HALF_HEIGHT
        high = axes.get_xlim()[1]
        for at, words in ((top, "all"), (y, "half"), (bottom, "none")):
            axes.plot([0, high], [at, at], color=EDGE, linewidth=0.5, zorder=0)
            axes.annotate(
                words, (high, at), (2, 0), textcoords="offset points", fontsize=SMALL - 2, va="center_baseline"
            )
        axes.plot([d for d, _ in points], [bottom - s * 2 * HALF_HEIGHT for _, s in points], color=AFTER, linewidth=2)
        if median.value is not None:
            axes.plot([median.value], [y], marker="o", color=AFTER, markersize=7, linestyle="none")

    return Row(label, draw)


def months_chart(log: LedgerFigures, key: str) -> Chart | None:
    """How fast each month resolved what was open, beside the log's usual speed; None where no month has a speed."""
    speeds = [e for e in log.figures.estimates if e.measure == "month_speed" and e.value is not None]
    if not speeds:
        return None
    slowest = min(speeds, key=lambda e: e.value or 0)
    high = max(2.0, max(min(e.high or 0, 3.0) for e in speeds))
    return Chart(
        id=key,
        alt=(
            f"Chart of the speed of resolving in {len(speeds)} months, beside that of the whole log. Slowest: "
            f"{slowest.group}, {text(slowest, 'value', 'ratio')} times the usual."
        ),
        rows=[_month_row(e, high) for e in speeds],
        axis=Axis(low=0, high=high, ticks=tuple((n / 2, f"{n / 2:g}") for n in range(int(high * 2) + 1)), lines=(1.0,)),
        mark=22,
        column=0.16,
        key=[("", "Resolved, as a multiple of what the usual speed at the same ages would have resolved.")],
    )


def _month_row(estimate: Estimate, most: float) -> Row:
    def draw(axes: Axes, y: float) -> None:
        low, high = estimate.low or 0, min(estimate.high or 0, most)
        axes.plot([low, high], [y, y], color=BEFORE, linewidth=2, solid_capstyle="butt")
        axes.plot([estimate.value or 0], [y], marker="o", color=AFTER, markersize=6, linestyle="none")

    return Row(estimate.group, draw)
