"""Charts: marks where their numbers say, words that do not cover one another, and nothing that is withheld."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations
from pathlib import Path

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate, Verdict
from pcse_analysis.evidence import make_dossier, read_inputs
from pcse_analysis.reporting import drawing
from pcse_analysis.reporting.charts import AFTER, BEFORE, change_chart, groups_chart
from pcse_analysis.reporting.drawing import NARROW, WIDE, Axis, Chart, Row, label_at
from pcse_analysis.reporting.ordered_chart import COLOURS, DARK, MIDDLE, OTHERS, ordered_chart
from pcse_analysis.reporting.overview_chart import LOOKS, overview_chart

ROOT = Path(__file__).parents[2]


@cache
def dossier(edition: str) -> Dossier:
    return make_dossier(read_inputs(ROOT), edition)


def changes(edition: str) -> list[Change]:
    return [c for c in dossier(edition).figures.changes if not c.group_by]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_stand_out() -> None:
    """WCAG 2.2, 1.4.11: marks 3:1 against white; 1.4.3: numbers in a bar 4.5:1 against its colour."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert all(contrast(colour, "#ffffff") >= 3 for colour, _, _ in LOOKS.values())
    assert contrast(AFTER, "#ffffff") >= 3 and contrast(BEFORE, AFTER) >= 3
    for colour in {*COLOURS[2], *OTHERS[2], MIDDLE}:
        assert contrast(colour, "#ffffff" if colour in DARK else "#0b0c0c") >= 4.5, colour


def drawn(chart: Chart, width: int, monkeypatch: pytest.MonkeyPatch) -> Figure:
    """The figure behind one width of a chart."""
    made: list[Figure] = []

    class Kept(Figure):
        def __init__(self, *args: object, **words: object) -> None:
            super().__init__(*args, **words)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(drawing, "Figure", Kept)
    chart._drawing(width, "x")
    return made[0]


def test_a_mark_stands_where_its_number_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: 640 pixels less 16 and 1.6 times as much leave 598.4; a half lies 16 + 299.2 from the left."""

    def draw(axes: object, y: float) -> None:
        axes.plot([0.5], [y], marker="o")  # type: ignore[attr-defined]

    figure = drawn(Chart(id="c", alt="a", rows=[Row("One", draw)]), WIDE, monkeypatch)
    (line,) = figure.axes[0].lines
    ((x, _),) = figure.axes[0].transData.transform([[line.get_xdata()[0], line.get_ydata()[0]]])
    assert x == pytest.approx(16 + 299.2, abs=0.01)


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("edition", ["published", "synthetic"])
def test_no_word_of_the_overview_covers_another(edition: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Boxes of all words as matplotlib measures them; a pixel of touching is let pass."""
    chart = overview_chart(dossier(edition), "c", changes(edition))
    assert chart is not None
    figure = drawn(chart, width, monkeypatch)
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts = [t for t in (*figure.axes[0].texts, *figure.texts) if t.get_text()]
    boxes = [(t.get_text(), t.get_window_extent(renderer).padded(-1)) for t in texts]
    assert len(boxes) > 10
    covered = [(a, b) for (a, one), (b, two) in combinations(boxes, 2) if one.overlaps(two)]
    assert covered == []


def test_the_overview_tells_how_many_and_the_largest() -> None:
    """The published edition: two better by 19 points, one unclear; in words, not a list of every row."""
    chart = overview_chart(dossier("published"), "c", changes("published"))
    assert chart is not None
    assert "how 3 shares changed between two surveys, with intervals: 2 better, 1 unclear." in chart.alt

    assert "\u221219 points" in chart.alt and len(chart.alt) < 300
    assert sum(c.verdict is Verdict.IMPROVED for c in changes("published")) == 2
    labels = [row.label for row in chart.rows]
    assert labels.index("Medical records") < labels.index("Patient registrations")
    assert overview_chart(dossier("published"), "c", []) is None


def test_nothing_withheld_is_drawn() -> None:
    """A group with both shares, one with one, one with none: three marks in all, and the words say the rest."""
    held = dossier("synthetic")
    change = next(c for c in changes("synthetic") if c.value is not None)
    before, after = held.figures.both(change)
    hidden = Estimate(**{**before.__dict__, "value": None, "low": None, "high": None, "suppressed": "x"})
    shares = [("North", before, after), ("South", hidden, after), ("West", hidden, hidden)]
    chart = groups_chart(held, "g", change, "region", shares)
    assert chart is not None
    wide = str(chart.__html__()).partition("narrow")[0]
    assert wide.count("<use") == 3
    assert "[c] withheld" in wide and "other [c]" in wide
    assert re.search("in [01] of 1 groups that can be shown in both", chart.alt)
    assert groups_chart(held, "g", change, "region", shares[1:]) is None


def test_a_scale_is_drawn_only_where_it_has_two_ends() -> None:
    """Five ordered options are drawn; yes and no are not. A part is as long as its share."""
    held = dossier("synthetic")
    pairs = [[held.question(e) for e in held.figures.both(c)] for c in changes("synthetic")]
    charts = {questions[1].item: ordered_chart(held, "o", questions) for questions in pairs}
    assert charts["satisfaction_supplies"] is not None
    assert charts["registrations_not_processed_3d"] is None
    alt = charts["satisfaction_supplies"].alt
    very = next(
        e
        for e in held.figures.estimates
        if (e.item, e.category, e.wave, e.weighting)
        == ("satisfaction_supplies", "Very dissatisfied", "2017-12", "unweighted")
        and not e.group_by
    )
    assert very.value is not None
    assert f"December 2017 (made up): {very.value * 100:.0f}% very dissatisfied" in alt


def test_the_same_drawing_whatever_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend and the settings of the session change nothing; twice the same bytes."""
    chart = change_chart(dossier("published"), "c", changes("published"))
    first = str(chart.__html__()) if chart else ""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "other"}):
        assert first == str(chart.__html__()) if chart else False
    assert 'role="img"' in first and "viewBox" in first


def test_a_chart_is_light() -> None:
    """Six charts and all else have to go into 200 kB: one row in both widths under 5 kB, sixteen under 25 kB."""
    one = change_chart(dossier("published"), "c", changes("published")[:1])
    many = overview_chart(dossier("synthetic"), "c", changes("synthetic"))
    assert len(str(one.__html__())) < 5_000 if one else False
    assert len(str(many.__html__())) < 25_000 if many else False


def test_words_beside_a_mark_turn_inwards_at_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 99 % there is no room at the right."""

    def draw(axes: object, y: float) -> None:
        label_at(axes, 0.99, y, "99%, other [c]", side="right")  # type: ignore[arg-type]

    figure = drawn(Chart(id="c", alt="a", rows=[Row("One", draw)], axis=Axis()), NARROW, monkeypatch)
    renderer = FigureCanvasAgg(figure).get_renderer()
    (label,) = [t for t in figure.axes[0].texts if "other" in t.get_text()]
    assert label.get_window_extent(renderer).x1 <= NARROW
