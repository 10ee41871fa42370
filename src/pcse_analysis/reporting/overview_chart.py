"""One picture over all service lines: how much each share changed, with its interval, and the verdict in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change
from pcse_analysis.reporting.drawing import EDGE, INK, SMALL, Axis, Chart, Row, label_at
from pcse_analysis.reporting.figures import MINUS, text
from pcse_analysis.reporting.marks import WITHHELD, band, label_of, look, verdicts_in_words

STEP = 0.1
RANGE_ONLY = "range only"
NO_PAIR = "No two figures to compare"


def overview_chart(dossier: Dossier, key: str, changes: Sequence[Change]) -> Chart | None:
    """Every change that may be compared as a mark with its interval, grouped by service; None where there is none.

    Left of the line is better. Inside the band a change is smaller than the margin that matters. Where the windows of
    the two surveys differ there is no single change, and the range is drawn alone. Pairs that cannot be compared, and
    where more than one service is shown also services without a pair, stand there in words, without a mark.
    """
    compared = [change for change in changes if change.is_compared]
    if not compared:
        return None
    margins = {change.margin for change in compared}
    margin = compared[0].margin if len(margins) == 1 else None
    rows = [Row("", _head(margin, text(compared[0], "margin", "points")))]
    asked = {change.service_line for change in changes}
    lines = dossier.catalogue.service_lines.values()
    for line in lines:
        if line.id in asked:
            rows.append(Row(line.label, heading=True))
            rows += [_row(dossier, change) for change in changes if change.service_line == line.id]
    left = [line.label for line in lines if line.id not in asked]
    if left and len(asked) > 1:  # a picture of one service is not about the others
        rows += [Row(NO_PAIR, heading=True), Row(", ".join(left))]
    reach = max(max(abs(c.low or 0), abs(c.high or 0)) for c in compared)
    end = max(STEP * math.ceil((reach + 0.02) / STEP), 2 * STEP)
    step = next((n * STEP for n in (1, 2) if end < (3 * n + 0.5) * STEP), 5 * STEP)  # at most seven numbers
    count = int(end / step + 1e-9)
    # Three figures at the very end of the axis would run over the edge of a narrow picture.
    places = [n * step for n in range(-count, count + 1) if abs(n * step) < 0.999]
    ticks = tuple((at, f"{MINUS if at < -1e-9 else '+' if at > 1e-9 else ''}{abs(at) * 100:.0f}") for at in places)
    axis = Axis(low=-end, high=end, ticks=ticks, lines=(0.0,), band=(-margin, margin) if margin else None)
    remarks = [("", "Change of the share with the problem, in percentage points, with its interval.")]
    if margin:
        remarks.append(("", "Within the band, a change is smaller than the margin that matters."))
    alt = f"Chart of how {len(compared)} shares changed between two surveys, with intervals: "
    alt += verdicts_in_words(dossier, changes)
    return Chart(id=key, alt=alt, rows=rows, axis=axis, mark=44, column=0.46, key=remarks)


def _head(margin: float | None, size: str) -> Callable[[Axes, float], None]:
    def draw(axes: Axes, y: float) -> None:
        """What the sides and the band are, once, on top."""
        edge = margin or 0.0
        if margin:
            label_at(axes, 0, y - 9, f"margin: {size}", side="on")
            for at in (-margin, margin):
                axes.plot([at, at], [y + 2, y + 20], color=EDGE, linewidth=0.8, solid_capstyle="butt")
        for at, words, across, apart in ((-edge, "better", "right", -4), (edge, "worse", "left", 4)):
            axes.annotate(words, (at, y + 11), (apart, 0), textcoords="offset points", ha=across,
                          va="center_baseline", fontsize=SMALL, color=INK)  # fmt: skip

    return draw


def _row(dossier: Dossier, change: Change) -> Row:
    label = f"{dossier.pair(change).finding} {label_of(dossier, change)}"
    if not change.is_compared:
        return Row(f"{label}: {_why(dossier, change)}")
    colour, marker, word = look(change)

    def draw(axes: Axes, y: float) -> None:
        assert change.low is not None and change.high is not None
        if change.value is None:
            band(axes, change.low, change.high, y + 7, 6)
            label_at(axes, (change.low + change.high) / 2, y + 4, f"{word}, {RANGE_ONLY}", side="above")
            return
        axes.plot([change.low, change.high], [y + 7, y + 7], color=colour, linewidth=2.5, solid_capstyle="butt")
        axes.plot([change.value], [y + 7], marker=marker, color=colour, markersize=8.5, linestyle="none")
        label_at(axes, change.value, y + 6, f"{text(change, 'value', 'signed')} {word}", side="above")

    return Row(label, draw)


def _why(dossier: Dossier, change: Change) -> str:
    """Why a pair has no mark."""
    if change.comparability != "same":
        return change.comparability.replace("_", " ")
    few = any(estimate.suppressed for estimate in dossier.figures.both(change))
    return WITHHELD if few else "a base is not known"
