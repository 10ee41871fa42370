"""Answers on an ordered scale as bars that part at the middle of the scale, one bar a survey."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pcse_analysis.catalogue.types import Question, Scale
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.drawing import EDGE, INK, SMALL, Axis, Chart, Row, pixels_of, room, wide_of
from pcse_analysis.reporting.figures import text
from pcse_analysis.reporting.marks import WITHHELD
from pcse_analysis.reporting.stairs import stairs

COLOURS = {1: ("#801650",), 2: ("#801650", "#d48bb0")}
OTHERS = {1: ("#12436D",), 2: ("#6BACE6", "#12436D")}
MIDDLE, APART, DARK = "#BFBFBF", "#ffffff", ("#801650", "#12436D")
"""From the failing end to the other; in between lies grey, and white with an edge apart from all."""
BAR = 26
"""The height of a bar in pixels."""
GAP = 0.05
"""Room on the axis between a bar and the answers that are no opinion; its ends are rounded up to this."""
BESIDE = 0.04
"""Room on the axis for the number beside the answers that are no opinion."""


@dataclass(frozen=True, kw_only=True)
class _Order:
    """The options of a scale as the picture orders them: from the failing end to the other, and what stands apart."""

    bad: tuple[str, ...]
    middle: tuple[str, ...]
    good: tuple[str, ...]
    apart: tuple[str, ...]

    def colours(self) -> dict[str, str]:
        shades = (*COLOURS[len(self.bad)], *(MIDDLE,) * len(self.middle), *OTHERS[len(self.good)])
        return dict(zip((*self.bad, *self.middle, *self.good), shades, strict=True))

    def sides(self, shares: Mapping[str, Estimate]) -> tuple[float, float]:
        """How far a bar reaches to the left and to the right of the middle of the scale."""
        values = {option: share.value or 0.0 for option, share in shares.items()}
        half = sum(values[o] for o in self.middle) / 2
        return sum(values[o] for o in self.bad) + half, sum(values[o] for o in self.good) + half


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One part of a bar."""

    option: str
    colour: str
    start: float
    share: float
    words: str

    @property
    def middle(self) -> float:
        return self.start + self.share / 2


def ordered_chart(dossier: Dossier, key: str, questions: Sequence[Question]) -> Chart | None:
    """A bar for each question: options of the failing end to the left of the middle, the others to the right.

    The length of a part is its share of all that chose an answer; an answer that is no opinion stands apart at the
    right. The names of the options stand once, over the first bar. Where an option is withheld, so is the whole bar.
    None where a scale has no two ends of one or two options with at most one between them, where it has more than one
    answer that is no opinion, or where the scales are not the same.
    """
    scales = {question.scale: dossier.survey.scales.get(question.scale) for question in questions}
    scale = next(iter(scales.values()), None)
    if len(scales) != 1 or scale is None or any(q.kind != "one" or not q.failing for q in questions):
        return None
    order = _order(scale, questions[0].failing)
    if order is None:
        return None
    bars = [(question, _shares(dossier, question, order)) for question in questions]
    shown = [shares for _, shares in bars if shares]
    if not shown:
        return None
    left, right = (math.ceil(max(order.sides(s)[side] for s in shown) / GAP - 1e-9) * GAP for side in (0, 1))
    apart = right + GAP
    high = right
    if order.apart:
        high = apart + max(shares[option].value or 0.0 for shares in shown for option in order.apart) + BESIDE
    axis = Axis(low=-left, high=high, ticks=_ticks(left, right, high), lines=(0.0,))
    rows: list[Row] = []
    named = False
    for question, shares in bars:
        label = dossier.survey.waves[question.wave].label
        if not shares:
            rows.append(Row(f"{label}: {WITHHELD}"))
            continue
        parts = _parts(shares, order, apart)
        above = None if named else _room_for_names(parts, axis)
        rows.append(Row(label, _draw(parts, axis, named=not named), above=above))
        named = True
    told = [
        f"{dossier.survey.waves[q.wave].label}: "
        + ", ".join(f"{text(shares[option], 'value', 'percent')} {option.lower()}" for option in order.bad)
        for q, shares in bars
        if shares
    ]
    alt = f"Stacked bars of answers about {questions[0].label}, parted at the middle of the scale. {'; '.join(told)}."
    return Chart(id=key, alt=alt, rows=rows, axis=axis, mark=40)


def _ticks(left: float, right: float, high: float) -> tuple[tuple[float, str], ...]:
    step = 0.25 if left + high <= 1.4 else 0.5
    most = int(1 / step)
    places = [n * step for n in range(-most, most + 1) if -left <= n * step <= right]
    return tuple((at, f"{abs(at):.0%}") for at in places if at > -1)  # its number would leave the picture


def _order(scale: Scale, failing: str) -> _Order | None:
    opinions = [option for option in scale.options if option not in scale.not_an_opinion]
    bad = scale.agreeing if failing == "agreeing" else scale.disagreeing
    good = scale.disagreeing if failing == "agreeing" else scale.agreeing
    middle = tuple(option for option in opinions if option not in bad and option not in good)
    apart = tuple(scale.not_an_opinion)
    if len(opinions) < 4 or len(bad) not in COLOURS or len(good) not in OTHERS or len(middle) > 1 or len(apart) > 1:
        return None
    outward = opinions if opinions[0] in bad else opinions[::-1]
    bad, good = (tuple(o for o in outward if o in side) for side in (bad, good))
    return _Order(bad=bad, middle=middle, good=good, apart=apart)


def _shares(dossier: Dossier, question: Question, order: _Order) -> dict[str, Estimate]:
    """The plain share of each option; empty where any of them is withheld."""
    options = (*order.bad, *order.middle, *order.good, *order.apart)
    found = {
        e.category: e
        for e in dossier.figures.estimates
        if (e.item, e.wave, e.measure, e.weighting) == (question.item, question.wave, "share", "unweighted")
        and not e.group_by
        and e.category in options
        and e.value is not None
    }
    return found if len(found) == len(options) else {}


def _parts(shares: Mapping[str, Estimate], order: _Order, apart: float) -> list[_Part]:
    parts: list[_Part] = []
    at = -order.sides(shares)[0]
    for option, colour in (*order.colours().items(), *((o, APART) for o in order.apart)):
        share = shares[option].value or 0.0
        words = text(shares[option], "value", "percent")
        start = apart if colour == APART else at
        parts.append(_Part(option=option, colour=colour, start=start, share=share, words=words))
        at += share
    return parts


def _names(parts: Sequence[_Part], axis: Axis, pixels: float) -> tuple[float, list[tuple[str, list[str], float]]]:
    scale = pixels / (axis.high - axis.low)
    return stairs([p.option for p in parts], [(p.middle - axis.low) * scale for p in parts], pixels)


def _room_for_names(parts: Sequence[_Part], axis: Axis) -> Callable[[float], float]:
    return lambda pixels: _names(parts, axis, pixels)[0]


def _draw(parts: Sequence[_Part], axis: Axis, *, named: bool) -> Callable[[Axes, float], None]:
    def draw(axes: Axes, y: float) -> None:
        pixels = pixels_of(axes)
        for part in parts:
            edge = EDGE if part.colour == APART else "#ffffff"
            box = Rectangle((part.start, y - BAR / 2), part.share, BAR, facecolor=part.colour, edgecolor=edge)
            box.set_linewidth(1.2)
            axes.add_patch(box)
            long = part.share / (axis.high - axis.low) * pixels
            needed = wide_of(part.words) + 3
            if long >= needed:
                ink = "#ffffff" if part.colour in DARK else "#000000"
                axes.text(part.middle, y, part.words, ha="center", va="center_baseline", color=ink, fontsize=SMALL)
            elif part.colour == APART and room(axes, part.start + part.share)[1] >= needed + 3:
                axes.annotate(part.words, (part.start + part.share, y), (3, 0), textcoords="offset points",
                              va="center_baseline", fontsize=SMALL, color=INK)  # fmt: skip
        if named:
            high, names = _names(parts, axis, pixels)
            top = y - 20 - high
            for part, (across, lines, down) in zip(parts, names, strict=True):
                axes.plot([part.middle] * 2, [top + down, y - BAR / 2], color=EDGE, linewidth=0.8,
                          solid_capstyle="butt")  # fmt: skip
                for number, line in enumerate(lines):
                    offset = (3 if across == "left" else -3, 0)
                    axes.annotate(line, (part.middle, top + down + 8 + number * 16), offset, ha=across, fontsize=SMALL,
                                  textcoords="offset points", va="center_baseline", color=INK)  # fmt: skip

    return draw
