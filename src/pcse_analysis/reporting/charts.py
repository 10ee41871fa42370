"""Charts as SVG pictures with alternative text made from the same numbers.

They are drawn on a figure of their own, never through pyplot, so that no backend setting can make them vanish.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from textwrap import wrap

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.figures import text
from pcse_analysis.reporting.html import Piece

BEFORE, AFTER, RANGE, INK = "#F46A25", "#12436D", "#BFBFBF", "#0b0c0c"
"""First two colours of the Analysis Function's pair, its grey, and text."""
WIDE, NARROW = 640, 320
"""Widths in CSS pixels: a page's column, and a phone."""
DOTS = 96
STYLE = str(files("pcse_analysis") / "reporting" / "house.mplstyle")
MARGIN = 16
NEAR = 0.08
"""Shares closer than this are drawn one over the other."""
LETTER = 8
"""Pixels that a letter of a mark's label takes at most, on average."""
ROW_TEXT, ROW_MARK, AXIS = 20, 60, 34
"""Heights in pixels: a line of a row's label, the band of its marks, the axis with its numbers."""


@dataclass(frozen=True)
class Row:
    """One row of a chart: its label, how its marks are drawn at a given height, and the same in words."""

    label: str
    draw: Callable[[Axes, float], None]
    words: str


@dataclass(frozen=True)
class Chart(Piece):
    """A chart in two widths with one alternative text. ``id`` keeps its parts apart from those of other charts."""

    id: str
    alt: str
    rows: Sequence[Row]

    def __html__(self) -> str:
        """The chart as drawings inside the page; phones show the narrow one, everything else the wide one."""
        drawings = Markup("\n").join(
            Markup("<div class='{}'{}>{}</div>").format(
                name, hidden, Markup(_drawing(self.rows, width, f"{self.id}-{name}")).format(alt=self.alt)
            )
            for name, width, hidden in (("wide", WIDE, Markup()), ("narrow", NARROW, Markup(" hidden")))
        )
        return Markup('<div class="chart">\n{}\n</div>').format(drawings)


def _drawing(rows: Sequence[Row], width: int, key: str) -> str:
    letters = width // 9
    labels = [wrap(row.label, letters) for row in rows]
    heights = [len(label) * ROW_TEXT + ROW_MARK for label in labels]
    height = sum(heights) + AXIS
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(width / DOTS, height / DOTS))
        axes = figure.add_axes((MARGIN / width, AXIS / height, 1 - 2.6 * MARGIN / width, 1 - AXIS / height))
        axes.set_xlim(0, 1)
        axes.set_ylim(sum(heights), 0)
        axes.set_yticks([])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        top = 0
        for row, label, row_height in zip(rows, labels, heights, strict=True):
            for place, line in enumerate(label):
                axes.text(
                    0,
                    top + 4 + place * ROW_TEXT,
                    line,
                    va="top",
                    ha="left",
                    fontweight="bold",
                    color=INK,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
                )
            row.draw(axes, top + len(label) * ROW_TEXT + ROW_MARK * 0.5)
            top += row_height
        for artist in figure.findobj():
            artist.set_clip_on(False)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _lean(out.getvalue(), width, height, key)


def _lean(svg: str, width: int, height: int, key: str) -> str:
    """The drawing alone: no prologue, metadata or style of its own, and only ids that something refers to."""
    svg = svg[svg.index("<svg") :]
    body = svg[svg.index(">") + 1 :].replace("{", "{{").replace("}", "}}")
    for unwanted in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r"<!--.*?-->", r"<defs>\s*</defs>"):
        body = re.sub(unwanted, "", body, flags=re.DOTALL)
    used = set(re.findall(r'href="#([^"]+)"', body))
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", body)
    body = re.sub(r'xlink:href="#', f'href="#{key}-', body)
    body = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), body)
    body = re.sub(r"<g/>|<g>\s*</g>|<defs>\s*</defs>", "", re.sub(r"\s*\n\s*", " ", body))
    box = f"0 0 {width * 72 / DOTS:g} {height * 72 / DOTS:g}"
    return f'<svg role="img" aria-label="{{alt}}" viewBox="{box}" width="{width}" height="{height}">{body}'


def _point(axes: Axes, estimate: Estimate, y: float, *, later: bool, word: str, above: bool = True) -> None:
    assert estimate.value is not None
    colour, marker = (AFTER, "o") if later else (BEFORE, "D")
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [y, y], color=colour, linewidth=2.5, solid_capstyle="butt")
        for end in (estimate.low, estimate.high):
            axes.plot([end, end], [y - 5, y + 5], color=colour, linewidth=1.5)
    axes.plot([estimate.value], [y], marker=marker, color=colour, markersize=8.5, linestyle="none", clip_on=False)
    _label(axes, estimate.value, y, f"{text(estimate, 'value', 'percent')} {word}".rstrip(), above=above)


def _label(axes: Axes, x: float, y: float, words: str, *, above: bool) -> None:
    """Words over or under a mark, turned inwards where they would leave the picture."""
    assert isinstance(axes.figure, Figure)
    reach = len(words) * LETTER / 2 / (axes.figure.get_figwidth() * DOTS)
    axes.annotate(
        words,
        (x, y),
        (0, 8 if above else -8),
        textcoords="offset points",
        ha="left" if x < reach else "right" if x > 1 - reach else "center",
        va="bottom" if above else "top",
        color=INK,
        fontsize=9.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )


def _short(dossier: Dossier, wave: str) -> str:
    return dossier.survey.waves[wave].label


def change_chart(dossier: Dossier, key: str, changes: Sequence[Change]) -> Chart | None:
    """Earlier and later share of every pair that may be compared, each with its interval; None where there is none.

    Where the windows differ, a grey band stands in for the earlier share: what an unchanged rate would give.
    """
    rows = [_change_row(dossier, change) for change in changes if change.is_compared]
    if not rows:
        return None
    alt = "Chart of shares in two surveys, with intervals. " + " ".join(row.words for row in rows)
    return Chart(key, alt, rows)


def _change_row(dossier: Dossier, change: Change) -> Row:
    before, after = dossier.figures.both(change)
    label = f"{dossier.question(after).label}: {change.verdict}"
    first, second = (_short(dossier, wave) for wave in (change.wave_before, change.wave_after))
    if change.comparability == "same":
        assert before.value is not None and after.value is not None

        def draw(axes: Axes, y: float) -> None:
            axes.plot([before.value or 0, after.value or 0], [y, y], color=RANGE, linewidth=1.2, zorder=1)
            apart = 5 if abs((after.value or 0) - (before.value or 0)) < NEAR else 0
            _point(axes, before, y + apart, later=False, word=_abbreviated(first), above=False)
            _point(axes, after, y - apart, later=True, word=_abbreviated(second))

        shares = [text(estimate, "value", "percent") for estimate in (before, after)]
        words = f"{label}, from {shares[0]} in {first} to {shares[1]} in {second}."
        return Row(label, draw, words)
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    low, high = (text(implied, side, "percent") for side in ("low", "high"))

    band = f"{low} to {high} if {_abbreviated(first)} rate held"

    def draw_range(axes: Axes, y: float) -> None:
        assert implied.low is not None and implied.high is not None
        axes.fill_between([implied.low, implied.high], y - 7, y + 7, color=RANGE, linewidth=0)
        _label(axes, (implied.low + implied.high) / 2, y, band, above=False)
        _point(axes, after, y, later=True, word=_abbreviated(second))

    words = (
        f"{label}, {text(after, 'value', 'percent')} in {second}, against {low} to {high} that the rate of "
        f"{first} would give over the window of the later survey."
    )
    return Row(label, draw_range, words)


def _abbreviated(wave: str) -> str:
    month, _, year = wave.partition(" ")
    return f"{month[:3]} {year}" if year else wave


def share_chart(dossier: Dossier, key: str, estimates: Sequence[Estimate]) -> Chart | None:
    """Every published share of a selection with its interval; None where no percentage was published."""
    waves = {estimate.wave for estimate in estimates}
    rows = [_share_row(dossier, e, names_wave=len(waves) > 1) for e in estimates if e.value is not None]
    if not rows:
        return None
    return Chart(key, "Chart of published shares, with intervals. " + " ".join(row.words for row in rows), rows)


def _share_row(dossier: Dossier, estimate: Estimate, *, names_wave: bool) -> Row:
    question, wave = dossier.question(estimate), _short(dossier, estimate.wave)
    later = estimate.wave == max(dossier.survey.waves, key=lambda w: dossier.survey.waves[w].fieldwork_start)

    def draw(axes: Axes, y: float) -> None:
        _point(axes, estimate, y, later=later, word=_abbreviated(wave) if names_wave else "")

    return Row(question.label, draw, f"{question.label}, {wave}: {text(estimate, 'value', 'percent')}.")
