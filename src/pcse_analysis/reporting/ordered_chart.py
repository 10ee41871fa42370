"""Answers on an ordered scale as bars that part at the middle of the scale, one bar a survey."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes

from pcse_analysis.catalogue.types import Question, Scale
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.drawing import Axis, Chart, Row, label_at
from pcse_analysis.reporting.figures import text

COLOURS = {1: ("#801650",), 2: ("#801650", "#d48bb0")}
OTHERS = {1: ("#12436D",), 2: ("#6BACE6", "#12436D")}
MIDDLE, DARK = "#BFBFBF", ("#801650", "#12436D")
"""From the failing end to the other; in between lies grey. White stands between neighbours."""
LEAST = 0.07
"""A part narrower than this has no room for its number; the table has it."""
WITHHELD = "[c] withheld"


def ordered_chart(dossier: Dossier, key: str, questions: Sequence[Question]) -> Chart | None:
    """A bar for each question: options of the failing end to the left of the middle, the others to the right.

    The length of a part is its share of all that chose an answer; what is left of 100% gave no opinion. None where a
    scale has no two ends of one or two options with at most one between them, or where the scales are not the same.
    """
    scales = {question.scale: dossier.survey.scales.get(question.scale) for question in questions}
    scale = next(iter(scales.values()), None)
    if len(scales) != 1 or scale is None or any(q.kind != "one" or not q.failing for q in questions):
        return None
    ends = _ends(scale, questions[0].failing)
    if ends is None:
        return None
    bad, middle, good = ends
    shades = (*COLOURS[len(bad)], *(MIDDLE,) * len(middle), *OTHERS[len(good)])
    colours = dict(zip((*bad, *middle, *good), shades, strict=True))
    bars = [(question, _shares(dossier, question, tuple(colours))) for question in questions]
    if not any(shares for _, shares in bars):
        return None
    rows = [Row(dossier.survey.waves[q.wave].label, _draw(shares, colours, bad, middle)) for q, shares in bars]
    told = [
        f"{dossier.survey.waves[q.wave].label}: "
        + ", ".join(f"{text(shares[option], 'value', 'percent')} {option.lower()}" for option in bad)
        for q, shares in bars
        if shares
    ]
    alt = f"Stacked bars of answers about {questions[0].label}, parted at the middle of the scale. {'; '.join(told)}."
    sides = [_sides(shares, bad, middle) for _, shares in bars if shares]
    end = min(0.25 * math.ceil(max(max(pair) for pair in sides) / 0.25 + 0.2), 1.0)
    ticks = tuple((n * 0.25, f"{abs(n) * 25}%") for n in range(-3, 4) if abs(n) * 0.25 < end)
    names = tuple((colour, option) for option, colour in colours.items())
    axis = Axis(low=-end, high=end, ticks=ticks, lines=(0.0,))
    return Chart(id=key, alt=alt, rows=rows, axis=axis, mark=40, key=names)


def _ends(scale: Scale, failing: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] | None:
    """The failing options from the outermost inwards, those in between, and the others outwards."""
    opinions = [option for option in scale.options if option not in scale.not_an_opinion]
    bad = scale.agreeing if failing == "agreeing" else scale.disagreeing
    good = scale.disagreeing if failing == "agreeing" else scale.agreeing
    middle = tuple(option for option in opinions if option not in bad and option not in good)
    if len(opinions) < 4 or len(bad) not in COLOURS or len(good) not in OTHERS or len(middle) > 1:
        return None
    outward = opinions if opinions[0] in bad else opinions[::-1]
    ordered = [option for option in outward if option in (*bad, *middle, *good)]
    return tuple(o for o in ordered if o in bad), middle, tuple(o for o in ordered if o in good)


def _shares(dossier: Dossier, question: Question, options: Sequence[str]) -> dict[str, Estimate]:
    """The plain share of each option; empty where any of them is withheld."""
    found = {
        e.category: e
        for e in dossier.figures.estimates
        if (e.item, e.wave, e.measure, e.weighting) == (question.item, question.wave, "share", "unweighted")
        and not e.group_by
        and e.category in options
        and e.value is not None
    }
    return found if len(found) == len(options) else {}


def _sides(shares: Mapping[str, Estimate], bad: Sequence[str], middle: Sequence[str]) -> tuple[float, float]:
    """How far a bar reaches to the left and to the right of the middle of the scale."""
    values = {option: share.value or 0.0 for option, share in shares.items()}
    left = sum(values[o] for o in bad) + sum(values[o] for o in middle) / 2
    return left, sum(values.values()) - left


def _draw(
    shares: dict[str, Estimate], colours: dict[str, str], bad: Sequence[str], middle: Sequence[str]
) -> Callable[[Axes, float], None]:
    def draw(axes: Axes, y: float) -> None:
        if not shares:
            label_at(axes, 0.0, y, WITHHELD, side="above")
            return
        at = -_sides(shares, bad, middle)[0]
        for option, colour in colours.items():
            width = shares[option].value or 0
            axes.barh(y, width, left=at, height=26, color=colour, edgecolor="white", linewidth=1.5)
            if width >= LEAST:
                ink = "white" if colour in DARK else "#0b0c0c"
                words = text(shares[option], "value", "percent")
                axes.text(at + width / 2, y, words, ha="center", va="center", color=ink, fontsize=9.5)
            at += width

    return draw
