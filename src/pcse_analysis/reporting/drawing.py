"""Draws rows of marks as one SVG in two widths.

Drawn on a figure of its own, never through pyplot, so that no backend setting can make it vanish. Words are measured
in the font that comes with matplotlib, so that none is put where it has no room.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import matplotlib.style
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from pcse_analysis.reporting.html import Piece
from pcse_analysis.reporting.lean import lean

INK, EDGE = "#0b0c0c", "#6b6b6b"
"""Letters; and lines and outlines that carry meaning, more than 3 to 1 against white."""
WIDE, NARROW = 640, 320
"""Widths in CSS pixels: a page's column, and a phone."""
DOTS, POINTS = 96, 72
TICK_GAP = 8
"""Pixels between two numbers of an axis, at the least."""
STYLE = str(files("pcse_analysis") / "reporting" / "house.mplstyle")
MARGIN = 16
ROW_TEXT, AXIS = 20, 34
"""Heights in pixels: a line of a row's label, the axis with its numbers."""
HEADED = 6
"""Pixels that lie free above a heading."""
SMALL, LARGE = 9.5, 10.5
"""Sizes of letters in points."""
GAP = 12
"""Pixels between columns of numbers."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What lies along the picture: its two ends, its numbers, lines to be seen through it, and a band."""

    low: float = 0.0
    high: float = 1.0
    ticks: tuple[tuple[float, str], ...] = ((0, "0%"), (0.25, "25%"), (0.5, "50%"), (0.75, "75%"), (1, "100%"))
    lines: tuple[float, ...] = ()
    band: tuple[float, float] | None = None


SHARES = Axis()


@dataclass(frozen=True)
class Row:
    """One row of a chart: its label, and how its marks are drawn at a given height; words alone without ``draw``.

    ``above`` is the room in pixels that its marks need on top, on axes so many pixels long. ``values`` are its entries
    in the columns at the right, one for each of the chart's ``heads``.
    """

    label: str
    draw: Callable[[Axes, float], None] | None = None
    heading: bool = False
    above: Callable[[float], float] | None = None
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Chart(Piece):
    """A chart in two widths with one alternative text.

    ``mark`` is the height of a row's marks. ``column`` is the part of the wide picture that labels take at its left;
    nought, as on a phone, puts each label above its marks. ``heads`` stand over the columns at the right. ``key``
    says, by colour, what marks are; without a colour a line of it is a plain remark.
    """

    id: str
    alt: str
    rows: Sequence[Row]
    axis: Axis = SHARES
    mark: int = 64
    column: float = 0.0
    heads: tuple[str, ...] = ()
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
        figure = self.figure(width)
        out = io.StringIO()
        with matplotlib.style.context(STYLE):
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        points = [f"{side * POINTS:g}" for side in figure.get_size_inches()]
        height = round(figure.get_figheight() * DOTS)
        head = f'<svg role="img" aria-label="{{alt}}" id="{key}" viewBox="0 0 {" ".join(points)}"'
        return f'{head} width="{width}" height="{height}">{lean(out.getvalue())}</svg>'

    def figure(self, width: int) -> Figure:
        """The drawing in one width, as matplotlib's figure."""
        beside = self.column > 0 and width == WIDE
        left = MARGIN + (self.column * width if beside else 0)
        columns = [
            max(wide_of(words) for words in (*head.split("\n"), *(row.values[n] for row in self.rows if row.values)))
            for n, head in enumerate(self.heads)
        ]
        right = 1.6 * MARGIN + sum(columns) + GAP * len(columns)
        long = width - left - right
        bold = not beside and not any(row.heading for row in self.rows)
        labels = [
            lines_of(row.label, (left - MARGIN if beside else width - 2 * MARGIN) - 6, bold=bold or row.heading)
            for row in self.rows
        ]
        heights = [self._height(row, len(label), long, beside) for row, label in zip(self.rows, labels, strict=True)]
        remarks = [(colour, lines_of(words, width - 3 * MARGIN, bold=False)) for colour, words in self.key]
        head = max((words.count("\n") + 1 for words in self.heads), default=0) * ROW_TEXT * 0.75
        foot = AXIS + sum(len(lines) for _, lines in remarks) * ROW_TEXT
        height = round(head + sum(heights) + foot)
        with matplotlib.style.context(STYLE):
            figure = Figure(figsize=(width / DOTS, height / DOTS))
            figure.patch.set_visible(False)
            axes = figure.add_axes((left / width, foot / height, long / width, 1 - (foot + head) / height))
            axes.patch.set_visible(False)
            axes.set_xlim(self.axis.low, self.axis.high)
            axes.set_ylim(sum(heights), 0)
            axes.set_yticks([])
            ticks = _ticks_with_room(self.axis.ticks, long)
            axes.set_xticks([at for at, _ in ticks], [words for _, words in ticks])
            if self.axis.band is not None:
                axes.axvspan(*self.axis.band, color="#eef1f5", linewidth=0, zorder=0)
            for at in self.axis.lines:
                axes.axvline(at, color=EDGE, linewidth=1.2, zorder=1)

            def write(x: float, y: float, words: str, across: str = "left", *, bold: bool = False) -> None:
                # Placed in pixels from the upper left corner of the picture.
                weight, size = ("bold", LARGE) if bold else ("normal", SMALL)
                figure.text(x / width, 1 - y / height, words, va="center_baseline", ha=across,
                            fontweight=weight, fontsize=size, color=INK)  # fmt: skip

            top = float(head)
            for row, label, high in zip(self.rows, labels, heights, strict=True):
                marks = high if beside else self.mark
                block: float = len(label) * ROW_TEXT + 3 + (2 * HEADED if row.heading else 0)
                if beside and not row.heading:
                    block = high
                for number, line in enumerate(label):
                    at = top + block / 2 + (number - (len(label) - 1) / 2) * ROW_TEXT
                    write(MARGIN, at, line, bold=bold or row.heading)
                end = width - 1.6 * MARGIN
                wide: float
                for wide, words in zip(reversed(columns), reversed(row.values), strict=False):
                    write(end, top + high - marks / 2, words, "right")
                    end -= wide + GAP
                if row.draw is not None:
                    row.draw(axes, top - head + high - marks / 2)
                top += high
            end = width - 1.6 * MARGIN
            for wide, words in zip(reversed(columns), reversed(self.heads), strict=True):
                for number, line in enumerate(words.split("\n")):
                    write(end, 8 + number * ROW_TEXT * 0.75, line, "right")
                end -= wide + GAP
            top = height - foot + AXIS
            for colour, lines in remarks:
                for number, line in enumerate(lines):
                    if number == 0 and colour:
                        figure.text(MARGIN / width, 1 - (top + 9) / height, "\u25a0", color=colour, fontsize=11,
                                    va="center_baseline")  # fmt: skip
                    write(MARGIN + (18 if colour else 0), top + 9, line)
                    top += ROW_TEXT
            for artist in figure.findobj():
                artist.set_clip_on(False)
        return figure

    def _height(self, row: Row, lines: int, long: float, beside: bool) -> float:
        label = lines * ROW_TEXT + 6 + (HEADED if row.heading else 0)
        if row.draw is None:
            return label
        above = row.above(long) if row.above else 0
        return max(label, self.mark) + above if beside else lines * ROW_TEXT + self.mark + above


def _ticks_with_room(ticks: Sequence[tuple[float, str]], long: float) -> Sequence[tuple[float, str]]:
    """The numbers along an axis so many pixels long: every second one is left out until none touches the next."""
    while len(ticks) > 3 and long / (len(ticks) - 1) < max(wide_of(words, bold=True) for _, words in ticks) + TICK_GAP:
        ticks = ticks[::2]
    return ticks


@cache
def wide_of(words: str, *, bold: bool = False) -> float:
    """How many pixels words take in the letters of a label."""
    font = FontProperties(family="DejaVu Sans", size=LARGE if bold else SMALL, weight="bold" if bold else "normal")
    return float(TextToPath().get_text_width_height_descent(words, font, ismath=False)[0]) * DOTS / POINTS


def lines_of(words: str, pixels: float, *, bold: bool) -> list[str]:
    """Words in lines that take no more than so many pixels each; a single longer word stands alone."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and wide_of(longer, bold=bold) <= pixels:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def pixels_of(axes: Axes) -> float:
    """How many pixels the axes are long."""
    assert isinstance(axes.figure, Figure)
    return float(axes.get_position().width * axes.figure.get_figwidth() * DOTS)


def room(axes: Axes, x: float) -> tuple[float, float]:
    """Pixels between a place on the axis and what words must not touch: labels at the left, the picture's edges."""
    assert isinstance(axes.figure, Figure)
    low, high = axes.get_xlim()
    start = axes.get_position().x0 * axes.figure.get_figwidth() * DOTS
    along = (x - low) / (high - low) * pixels_of(axes)
    free = start if start < MARGIN + 1 else 4.0
    return free + along - 2, axes.figure.get_figwidth() * DOTS - start - along - 2


def label_at(axes: Axes, x: float, y: float, words: str, *, side: str) -> None:
    """Words ``above`` or ``below`` a mark, or ``on`` its place; moved inwards as far as the picture's edge asks."""
    left, right = room(axes, x)
    half = wide_of(words) / 2
    moved = max(half - left, 0) or -max(half - right, 0)
    axes.annotate(
        words,
        (x, y),
        (moved * POINTS / DOTS, {"above": 8.0, "below": -8.0, "on": 0.0}[side]),
        textcoords="offset points",
        ha="center",
        va={"above": "bottom", "below": "top", "on": "center_baseline"}[side],
        color=INK,
        fontsize=SMALL,
    )
