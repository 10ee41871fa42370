"""Draws rows of marks as one SVG in two widths, lean enough to travel inside a page.

Drawn on a figure of its own, never through pyplot, so that no backend setting can make it vanish. What many charts
share (colours, weights of lines and letters) are classes, whose rules ``class_rules`` gives.
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

from pcse_analysis.reporting.html import Piece

INK, GRID = "#0b0c0c", "#e3e3e3"
WIDE, NARROW = 640, 320
"""Widths in CSS pixels: a page's column, and a phone."""
DOTS = 96
STYLE = str(files("pcse_analysis") / "reporting" / "house.mplstyle")
MARGIN = 16
ROW_TEXT, AXIS = 20, 34
"""Heights in pixels: a line of a row's label, the axis with its numbers."""
LETTER, WIDER = 7.6, 1.2
"""Pixels that a letter of a label takes at most, on average; and how much more bold ones and capitals take."""
CLASSES = {
    f"fill: none; stroke: {GRID}; stroke-linecap: square": "cg",
    "fill: none; stroke: #f46a25; stroke-width: 2.5": "cb",
    "fill: none; stroke: #f46a25; stroke-width: 1.5; stroke-linecap: square": "cbe",
    "fill: none; stroke: #12436d; stroke-width: 2.5": "ca",
    "fill: none; stroke: #12436d; stroke-width: 1.5; stroke-linecap: square": "cae",
    "fill: none; stroke: #bfbfbf; stroke-width: 1.2; stroke-linecap: square": "cj",
    "fill: none; stroke: #bfbfbf; stroke-width: 0.8; stroke-linejoin: miter; stroke-linecap: square": "cx",
    "fill: #ffffff": "cw",
    "font-size: 10.5px; font-family: 'DejaVu Sans'; text-anchor: middle; fill: #3d3d3d": "ct",
    "font-size: 9.5px; font-family: 'DejaVu Sans'; text-anchor: middle; fill: #0b0c0c": "cm",
    "font-size: 9.5px; font-family: 'DejaVu Sans'; text-anchor: start; fill: #0b0c0c": "cs",
    "font-size: 9.5px; font-family: 'DejaVu Sans'; text-anchor: end; fill: #0b0c0c": "ce",
    "font-weight: 700; font-size: 10.5px; font-family: 'DejaVu Sans'; text-anchor: start; fill: #0b0c0c": "cl",
}
"""Styles that recur, with the name of their class."""


def class_rules() -> str:
    """The classes as a style sheet."""
    return "".join(f".{name} {{ {style} }}\n" for style, name in CLASSES.items())


@dataclass(frozen=True)
class Row:
    """One row of a chart: its label, and how its marks are drawn at a given height."""

    label: str
    draw: Callable[[Axes, float], None]
    heading: bool = False


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What lies along the picture: its two ends, its numbers, lines to be seen through it, and a band."""

    low: float = 0.0
    high: float = 1.0
    ticks: tuple[tuple[float, str], ...] = ((0, "0%"), (0.25, "25%"), (0.5, "50%"), (0.75, "75%"), (1, "100%"))
    lines: tuple[float, ...] = ()
    band: tuple[float, float] | None = None


SHARES = Axis()


@dataclass(frozen=True, kw_only=True)
class Chart(Piece):
    """A chart in two widths with one alternative text. ``id`` keeps its parts apart from those of other charts.

    ``mark`` is the height of a row's marks. ``column`` is the part of the wide picture that labels take at its left;
    nought, as on a phone, puts each label above its marks. ``key`` names marks under the picture, by colour.
    """

    id: str
    alt: str
    rows: Sequence[Row]
    axis: Axis = SHARES
    mark: int = 60
    column: float = 0.0
    key: Sequence[tuple[str, str]] = ()

    def __html__(self) -> str:
        """The chart as drawings inside the page; phones show the narrow one, everything else the wide one."""
        drawings = Markup("\n").join(
            Markup("<div class='{}'{}>{}</div>").format(
                name, hidden, Markup(self._drawing(width, f"{self.id}-{name}")).format(alt=self.alt)
            )
            for name, width, hidden in (("wide", WIDE, Markup()), ("narrow", NARROW, Markup(" hidden")))
        )
        return Markup('<div class="chart">\n{}\n</div>').format(drawings)

    def _drawing(self, width: int, key: str) -> str:
        column = self.column * width if width == WIDE else 0.0
        room = column or width - 2 * MARGIN
        labels = [
            wrap(row.label, int(room / (LETTER * (WIDER if row.heading or row.label.isupper() else 1.0))))
            for row in self.rows
        ]
        beside = column > 0
        heights = [
            len(label) * ROW_TEXT + 6 if row.heading
            else max(len(label) * ROW_TEXT + 6, self.mark) if beside
            else len(label) * ROW_TEXT + self.mark
            for label, row in zip(labels, self.rows, strict=True)
        ]  # fmt: skip
        foot = AXIS + sum(len(wrap(words, (width - 40) // 8)) * ROW_TEXT for _, words in self.key)
        height = sum(heights) + foot
        with matplotlib.style.context(STYLE):
            figure = Figure(figsize=(width / DOTS, height / DOTS))
            figure.patch.set_visible(False)
            left = (MARGIN + column) / width
            axes = figure.add_axes((left, foot / height, 1 - left - 1.6 * MARGIN / width, 1 - foot / height))
            axes.patch.set_visible(False)
            axes.set_xlim(self.axis.low, self.axis.high)
            axes.set_ylim(sum(heights), 0)
            axes.set_yticks([])
            axes.set_xticks([at for at, _ in self.axis.ticks], [words for _, words in self.axis.ticks])
            if self.axis.band is not None:
                axes.axvspan(*self.axis.band, color="#eef1f5", linewidth=0, zorder=0)
            for at in self.axis.lines:
                axes.axvline(at, color="#6b6b6b", linewidth=1.2, zorder=1)
            top = 0
            for row, label, row_height in zip(self.rows, labels, heights, strict=True):
                self._label(axes, label, top, column, width, bold=row.heading or not beside)
                marks = row_height if beside else self.mark
                row.draw(axes, top + row_height - marks * 0.5)
                top += row_height
            self._keys(figure, width, height, foot)
            for artist in figure.findobj():
                artist.set_clip_on(False)
            out = io.StringIO()
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        return _lean(out.getvalue(), width, height, key)

    @staticmethod
    def _label(axes: Axes, lines: Sequence[str], top: float, column: float, width: int, *, bold: bool) -> None:
        low, high = axes.get_xlim()
        start = low - (high - low) * column / (width - column - 2.6 * MARGIN)
        for place, line in enumerate(lines):
            box = {} if column else {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1.5}}
            weight, size = ("bold", 10.5) if bold else ("normal", 9.5)
            at = top + 4 + place * ROW_TEXT
            axes.text(start, at, line, va="top", ha="left", fontweight=weight, fontsize=size, color=INK, **box)

    def _keys(self, figure: Figure, width: int, height: int, foot: int) -> None:
        at = float(foot - AXIS)
        for colour, words in self.key:
            for number, line in enumerate(wrap(words, (width - 40) // 8)):
                at -= ROW_TEXT
                if number == 0:
                    figure.text(MARGIN / width, (at + 4) / height, "\u25a0", color=colour, fontsize=11)
                figure.text((MARGIN + 18) / width, (at + 4) / height, line, color=INK, fontsize=9.5)


def label_at(axes: Axes, x: float, y: float, words: str, *, side: str) -> None:
    """Words over or under a mark (``above``, ``below``), or beside it (``left``, ``right``); inwards at the edges."""
    assert isinstance(axes.figure, Figure)
    low, high = axes.get_xlim()
    pixels = axes.get_position().width * axes.figure.get_figwidth() * DOTS
    place = (x - low) / (high - low)
    reach = len(words) * LETTER / 2 / pixels
    upright = side in ("above", "below")
    if upright:
        across = "left" if place < reach else "right" if place > 1 - reach else "center"
        offset = (0.0, 8.0 if side == "above" else -8.0)
    else:
        inside = place > 2 * reach if side == "left" else place < 1 - 2 * reach
        left = (side == "left") == inside  # the other side, where there is no room on this one
        across, offset = ("right", (-6.0, 0.0)) if left else ("left", (6.0, 0.0))
    axes.annotate(
        words,
        (x, y),
        offset,
        textcoords="offset points",
        ha=across,
        va="bottom" if side == "above" else "top" if side == "below" else "center",
        color=INK,
        fontsize=9.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
    )


def _lean(svg: str, width: int, height: int, key: str) -> str:
    """The drawing alone: no prologue or metadata, styles as classes, and only ids that something refers to."""
    svg = svg[svg.index("<svg") :]
    body = svg[svg.index(">") + 1 :].replace("{", "{{").replace("}", "}}")
    for unwanted in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r"<!--.*?-->", r"<defs>\s*</defs>"):
        body = re.sub(unwanted, "", body, flags=re.DOTALL)
    used = set(re.findall(r'href="#([^"]+)"', body))
    names = {name: f"{key}-{number}" for number, name in enumerate(sorted(used))}
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{names[m[1]]}"' if m[1] in names else "", body)
    body = re.sub(r'xlink:href="#([^"]+)"', lambda m: f'href="#{names[m[1]]}"', body)
    body = re.sub(r' transform="rotate\(-0 [^"]*\)"', "", body)
    body = re.sub(r"-?\d+\.\d{2,}", lambda m: f"{float(m[0]):.1f}".removesuffix(".0").replace("-0", "0", 1)
                  if abs(float(m[0])) < 0.05 else f"{float(m[0]):.1f}".removesuffix(".0"), body)  # fmt: skip
    body = re.sub(r' style="([^"]*)"', lambda m: f' class="{CLASSES[m[1]]}"' if m[1] in CLASSES else m[0], body)
    body = re.sub(r"\s*\n\s*", " ", body)
    if "<g " not in body:
        body = re.sub(r"</?g>|<g/>", "", body)
    body = re.sub(r'\s+(?=[<"z])|(?<=>)\s+', "", body)
    box = f"0 0 {width * 72 / DOTS:g} {height * 72 / DOTS:g}"
    return f'<svg role="img" aria-label="{{alt}}" viewBox="{box}" width="{width}" height="{height}">{body}'
