"""One picture over all service lines: how much each share changed, with its interval, and the verdict in words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.drawing import Axis, Chart, Row, label_at
from pcse_analysis.reporting.figures import MINUS, text

LOOKS = {
    Verdict.IMPROVED: ("#12436D", "<", "better"),
    Verdict.DETERIORATED: ("#801650", ">", "worse"),
    Verdict.NO_MATERIAL_CHANGE: ("#3D3D3D", "s", "no material change"),
    Verdict.UNCLEAR: ("#6b6b6b", "o", "unclear"),
}
"""Colour, shape and word of each verdict: a triangle points to where the share went."""
STEP = 0.1
RANGE_ONLY = "range only"


def overview_chart(dossier: Dossier, key: str, changes: Sequence[Change]) -> Chart | None:
    """Every change that may be compared as a mark with its interval, grouped by service; None where there is none.

    Left of the line is better. Inside the band a change is smaller than the margin that matters. Where the windows of
    the two surveys differ there is no single change, and the range is drawn alone.
    """
    compared = [change for change in changes if change.is_compared]
    if not compared:
        return None
    rows: list[Row] = []
    for line in dossier.catalogue.service_lines.values():
        of_line = [change for change in compared if change.service_line == line.id]
        if of_line:
            rows.append(Row(line.label, _nothing, heading=True))
            rows += [_row(dossier, change) for change in of_line]
    reach = max(max(abs(c.low or 0), abs(c.high or 0)) for c in compared)
    end = max(STEP * math.ceil((reach + 0.02) / STEP), 2 * STEP)
    step = STEP if end <= 3 * STEP else 2 * STEP
    places = [n * step for n in range(-int(end / step + 1e-9), int(end / step + 1e-9) + 1)]
    ticks = tuple((at, f"{MINUS if at < -1e-9 else '+' if at > 1e-9 else ''}{abs(at) * 100:.0f}") for at in places)
    margin = compared[0].margin
    axis = Axis(low=-end, high=end, ticks=ticks, lines=(0.0,), band=(-margin, margin))
    key_words = (
        ("#12436D", "Left of the line: fewer have the problem, better. Numbers are percentage points."),
        ("#eef1f5", f"Band: smaller than the margin that matters, {text(compared[0], 'margin', 'points')} points."),
    )
    return Chart(id=key, alt=_alt(dossier, compared), rows=rows, axis=axis, mark=44, column=0.46, key=key_words)


def _nothing(axes: Axes, y: float) -> None:
    """A heading has no mark."""


def _row(dossier: Dossier, change: Change) -> Row:
    colour, marker, word = LOOKS.get(change.verdict, LOOKS[Verdict.UNCLEAR])
    pair = dossier.pair(change)

    def draw(axes: Axes, y: float) -> None:
        assert change.low is not None and change.high is not None
        if change.value is None:
            ends = [change.low, change.high]
            axes.fill_between(ends, y - 5, y + 9, facecolor="white", edgecolor=colour, linewidth=1.2)
            label_at(axes, (change.low + change.high) / 2, y - 4, f"{word}, {RANGE_ONLY}", side="above")
            return
        axes.plot([change.low, change.high], [y + 4, y + 4], color=colour, linewidth=2.5, solid_capstyle="butt")
        axes.plot([change.value], [y + 4], marker=marker, color=colour, markersize=8.5, linestyle="none")
        label_at(axes, change.value, y + 3, f"{text(change, 'value', 'signed')} {word}", side="above")

    label = dossier.question(dossier.figures.estimate(change.estimate_after)).label
    return Row(f"{pair.finding} {label}", draw)


def _alt(dossier: Dossier, compared: Sequence[Change]) -> str:
    counts = Counter(LOOKS.get(change.verdict, LOOKS[Verdict.UNCLEAR])[2] for change in compared)
    told = ", ".join(f"{counts[word]} {word}" for _, _, word in LOOKS.values() if counts[word])
    sized = [change for change in compared if change.value is not None]
    largest = max(sized, key=lambda change: abs(change.value or 0), default=None)
    most = ""
    if largest is not None:
        label = dossier.question(dossier.figures.estimate(largest.estimate_after)).label
        most = f" The largest is {text(largest, 'value', 'signed')} points: {label}."
    return f"Chart of how {len(compared)} shares changed between two surveys, with intervals: {told}.{most}"
