"""What marks of charts have in common: colours and shapes, an interval, and what charts say in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate, Verdict
from pcse_analysis.reporting.drawing import EDGE
from pcse_analysis.reporting.figures import text

BEFORE, AFTER = "#F46A25", "#12436D"
"""The Analysis Function's pair of colours: earlier and later."""
WORSE = "#801650"
"""Its colour for what got worse, or was missed or refused."""
LOOKS = {
    Verdict.IMPROVED: ("#12436D", "<", "better"),
    Verdict.DETERIORATED: (WORSE, ">", "worse"),
    Verdict.NO_MATERIAL_CHANGE: ("#3D3D3D", "s", "no material change"),
    Verdict.UNCLEAR: (EDGE, "o", "unclear"),
}
"""Colour, shape and word of each verdict: a triangle points to where the share went."""
WITHHELD = "[c] withheld"


def look(change: Change) -> tuple[str, str, str]:
    """Colour, shape and word of a change that has an interval or a range."""
    return LOOKS.get(change.verdict, LOOKS[Verdict.UNCLEAR])


def mark(axes: Axes, estimate: Estimate, y: float, *, later: bool) -> None:
    """A share as a circle (later) or a diamond (earlier), with its interval; nothing where it has no value."""
    if estimate.value is None:
        return
    colour, marker = (AFTER, "o") if later else (BEFORE, "D")
    low, high, none = estimate.low, estimate.high, float("nan")
    if low is not None and high is not None:
        across, up = [low, low, none, low, high, none, high, high], [y - 5, y + 5, none, y, y, none, y - 5, y + 5]
        axes.plot(across, up, color=colour, linewidth=2.5, solid_capstyle="butt")
    axes.plot([estimate.value], [y], marker=marker, color=colour, markersize=8.5, linestyle="none")


def band(axes: Axes, low: float, high: float, y: float, half: float, *, fill: str = "#ffffff") -> None:
    """A range as an open band, ``half`` pixels up and down from ``y``."""
    axes.add_patch(Rectangle((low, y - half), high - low, 2 * half, facecolor=fill, edgecolor=EDGE, linewidth=1.2))


def short_name(dossier: Dossier, wave: str) -> str:
    """A wave as a chart names it: the month in three letters, and the year; what else its label says is left out."""
    month, *rest = dossier.survey.waves[wave].label.split()
    return f"{month[:3]} {rest[0]}" if rest else month


def label_of(dossier: Dossier, change: Change) -> str:
    """What the later question of a change is about."""
    return dossier.question(dossier.figures.estimate(change.estimate_after)).label


def verdicts_in_words(dossier: Dossier, changes: Sequence[Change]) -> str:
    """How many changes have each verdict, how many pairs cannot be compared, and the largest fall and rise."""
    compared = [change for change in changes if change.is_compared]
    counts = Counter(look(change)[2] for change in compared)
    said = [", ".join(f"{counts[word]} {word}" for _, _, word in LOOKS.values() if counts[word]) + "."]
    apart = len(changes) - len(compared)
    if apart:
        said.append(f"{apart} more cannot be compared.")
    sized = [(change.value, change) for change in compared if change.value is not None]
    extremes: list[str] = []
    for way, found in (("fall", min(sized, key=lambda s: s[0], default=None)),
                       ("rise", max(sized, key=lambda s: s[0], default=None))):  # fmt: skip
        if found and (found[0] < 0 if way == "fall" else found[0] > 0):
            extremes.append(f"{way} {text(found[1], 'value', 'signed')} points, {label_of(dossier, found[1])}")
    if extremes:
        said.append(f"Largest {'; largest '.join(extremes)}.")
    return " ".join(said)
