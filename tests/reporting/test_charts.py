"""Charts: marks where their numbers say, words that do not cover one another, and nothing that is withheld."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import matplotlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict
from pcse_analysis.reporting.charts import change_chart, groups_chart, share_chart
from pcse_analysis.reporting.drawing import EDGE, NARROW, WIDE, Chart, Row, lines_of, wide_of
from pcse_analysis.reporting.lean import CLASSES, class_rules, short_path
from pcse_analysis.reporting.marks import AFTER, BEFORE, LOOKS
from pcse_analysis.reporting.ordered_chart import COLOURS, DARK, MIDDLE, OTHERS, ordered_chart
from pcse_analysis.reporting.overview_chart import overview_chart
from pcse_analysis.reporting.stairs import stairs
from tests.dossiers import own_dossier

ROOT = Path(__file__).parents[2]
BOTH_WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
PUBLISHED, SYNTHETIC = "published", "synthetic"
property_test = settings(max_examples=60, deadline=None, derandomize=True, database=None)


@cache
def dossier(edition: str) -> Dossier:
    return own_dossier(edition)


@cache
def changes(edition: str) -> list[Change]:
    held = dossier(edition)
    whole = [c for c in held.survey_figures.changes if not c.group_by]
    return sorted(whole, key=lambda c: finding_order(held.pair(c).finding))


def plain(edition: str) -> Change:
    """A change with a value: a pair with the same window."""
    return next(c for c in changes(edition) if c.value is not None)


def holding(change: Change, before: Estimate, after: Estimate) -> Dossier:
    """The dossier with other numbers for the two shares of one change."""
    held = dossier(PUBLISHED)
    new = {before.id: before, after.id: after}
    estimates = tuple(new.get(e.id, e) for e in held.figures.estimates)
    others = tuple(change if c.id == change.id else c for c in held.figures.changes)
    return replace(held, figures=Figures(estimates, others))


def withheld(estimate: Estimate) -> Estimate:
    return replace(estimate, value=None, low=None, high=None, suppressed="to protect respondents")


def words_of(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text of a drawing with its box, as matplotlib measures it; half a pixel of touching is let pass."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    (axes,) = figure.axes
    texts = [t for t in (*axes.texts, *figure.texts, *axes.get_xticklabels()) if t.get_text()]
    return [(t.get_text(), t.get_window_extent(renderer).padded(-0.5)) for t in texts]


def markers(figure: Figure) -> list[tuple[float, float]]:
    """Where the shapes of a drawing stand, in pixels from its lower left corner."""
    (axes,) = figure.axes
    lines = [line for line in axes.lines if line.get_marker() not in ("", "None", None)]
    return [tuple(axes.transData.transform((line.get_xdata()[0], line.get_ydata()[0]))) for line in lines]


def clashes(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of words of which one lies on the other, words that leave the picture, and words on a shape."""
    boxes = words_of(figure)
    wide, high = figure.get_size_inches() * 96
    found = [(a, b) for (a, one), (b, two) in combinations(boxes, 2) if one.overlaps(two)]
    found += [(a, "edge") for a, box in boxes if box.x0 < 0 or box.x1 > wide or box.y0 < 0 or box.y1 > high]
    return found + [(a, "shape") for a, box in boxes for place in markers(figure) if box.contains(*place)]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_colours_stand_out() -> None:
    """WCAG 2.2, 1.4.11: marks 3:1 against white and each other; 1.4.3: numbers in a bar 4.5:1 against its colour."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # WebAIM's well-known near miss
    assert all(contrast(colour, "#ffffff") >= 3 for colour, _, _ in LOOKS.values())
    assert contrast(EDGE, "#ffffff") >= 3 and contrast(EDGE, "#e3e3e3") >= 3
    # Orange reaches 3:1 against white only nearly (2.94): so it always has its own shape, and its number beside it.
    assert contrast(AFTER, "#ffffff") >= 3 and contrast(BEFORE, AFTER) >= 3
    for colour in {*COLOURS[2], *OTHERS[2], MIDDLE}:
        assert contrast(colour, "#ffffff" if colour in DARK else "#000000") >= 4.5, colour


def test_shapes_and_words_of_verdicts_differ() -> None:
    """Colour is never the only sign."""
    assert len({shape for _, shape, _ in LOOKS.values()}) == len({word for _, _, word in LOOKS.values()}) == 4


@pytest.mark.parametrize(("width", "by_hand"), [(WIDE, 16 + 598.4 / 2), (NARROW, 16 + 278.4 / 2)])
def test_a_mark_stands_where_its_number_says(width: int, by_hand: float) -> None:
    """By hand: 640 pixels less 16 and 1.6 times 16 leave 598.4 (320: 278.4); a half lies in the middle of them."""
    change = plain(PUBLISHED)
    before, after = dossier(PUBLISHED).figures.both(change)
    held = holding(change, replace(before, value=0.0), replace(after, value=0.5))
    chart = change_chart(held, "c", [change])
    assert chart is not None
    (first, second) = markers(chart.figure(width))
    assert first[0] == pytest.approx(16, abs=0.01) and second[0] == pytest.approx(by_hand, abs=0.01)
    # The same in the file: 0.75 points a pixel, to a tenth of a point.
    assert f'<circle cx="{by_hand * 0.75:.1f}"'.replace(".0", "") in chart._drawing(width, "x")


def test_a_change_of_nought_stands_on_the_line() -> None:
    """By hand: labels take 0.46 of 640 pixels; of what is left, 640 - 16 - 294.4 - 25.6 = 304, the middle is 152."""
    change = replace(plain(PUBLISHED), value=0.0, low=-0.02, high=0.02)
    chart = overview_chart(dossier(PUBLISHED), "c", [change])
    assert chart is not None
    ((x, _),) = markers(chart.figure(WIDE))
    assert x == pytest.approx(16 + 294.4 + 152, abs=0.01)


shares = st.floats(0.0, 1.0)


@property_test
@given(first=shares, second=shares, half=st.floats(0.001, 0.3), width=st.sampled_from([WIDE, NARROW]))
def test_no_word_of_a_pair_covers_another_or_a_mark(first: float, second: float, half: float, width: int) -> None:
    change = plain(PUBLISHED)
    both = [
        replace(e, value=value, low=max(value - half, 0.0), high=min(value + half, 1.0))
        for e, value in zip(dossier(PUBLISHED).figures.both(change), (first, second), strict=True)
    ]
    chart = change_chart(holding(change, *both), "c", [change])
    assert chart is not None
    figure = chart.figure(width)
    assert clashes(figure) == []


@settings(property_test, max_examples=30)
@given(
    values=st.lists(st.tuples(st.floats(-1, 1), st.floats(0.001, 0.5), st.booleans()), min_size=1, max_size=18),
    width=st.sampled_from([WIDE, NARROW]),
)
def test_no_word_of_the_overview_covers_another_or_a_mark(
    values: Sequence[tuple[float, float, bool]], width: int
) -> None:
    """One row to all that there are, anywhere on the axis, with a middle or as a range only."""
    made = [
        replace(
            change,
            value=middle if has_middle else None,
            low=max(middle - half, -1.0),
            high=min(middle + half, 1.0),
            verdict=list(LOOKS)[number % 4],
        )
        for number, (change, (middle, half, has_middle)) in enumerate(zip(changes(SYNTHETIC), values, strict=False))
    ]
    chart = overview_chart(dossier(SYNTHETIC), "c", made)
    assert chart is not None
    figure = chart.figure(width)
    assert clashes(figure) == []
    assert len(markers(figure)) == sum(change.value is not None for change in made)


@BOTH_WIDTHS
@pytest.mark.parametrize("edition", [PUBLISHED, SYNTHETIC])
def test_no_word_of_the_overview_as_built_covers_another(edition: str, width: int) -> None:
    chart = overview_chart(dossier(edition), "c", changes(edition))
    assert chart is not None
    assert clashes(chart.figure(width)) == []


@property_test
@given(
    groups=st.lists(st.tuples(*[st.one_of(st.none(), st.just(-1.0), shares)] * 2), min_size=1, max_size=9),
    width=st.sampled_from([WIDE, NARROW]),
)
def test_groups_have_a_mark_for_every_share_shown_and_none_else(
    groups: list[tuple[float | None, ...]], width: int
) -> None:
    """None: the group was not there; -1: withheld. Numbers stand in columns, so that they cover nothing."""
    held, change = dossier(SYNTHETIC), plain(SYNTHETIC)
    both = held.figures.both(change)

    def made(whole: Estimate, value: float | None) -> Estimate | None:
        if value is None:
            return None
        shown = replace(whole, value=value, low=max(value - 0.1, 0.0), high=min(value + 0.1, 1.0))
        return withheld(whole) if value < 0 else shown

    rows = [(f"Region {n}", made(both[0], a), made(both[1], b)) for n, (a, b) in enumerate(groups)]
    chart = groups_chart(held, "g", change, "region", rows)
    pairs = sum(a is not None and b is not None and min(a, b) >= 0 for a, b in groups)
    if pairs == 0:
        assert chart is None
        return
    assert chart is not None and f"of {pairs} groups that can be shown in both" in chart.alt
    figure = chart.figure(width)
    assert len(markers(figure)) == sum(v is not None and v >= 0 for row in groups for v in row)
    assert clashes(figure) == []
    marks = [words for words, _ in words_of(figure)]
    assert marks.count("[c]") == sum(v == -1 for row in groups for v in row)
    assert marks.count("[z]") == sum(v is None for row in groups for v in row)


def test_nothing_withheld_is_told() -> None:
    """A group with both shares, one with one, one with none: three marks; the words speak of the first alone."""
    held, change = dossier(SYNTHETIC), plain(SYNTHETIC)
    before, after = held.figures.both(change)
    rows = [("North", before, after), ("South", withheld(before), after), ("West", withheld(before), withheld(after))]
    chart = groups_chart(held, "g", change, "region", rows)
    assert chart is not None
    wide = chart._drawing(WIDE, "x")
    # A circle for each later share, a diamond (the only closed orange path) for each earlier one.
    assert wide.count("<circle") == 2 and len(re.findall(r'z" class="fb"', wide)) == 1
    assert wide.count("[c]<") == 3 and "[c] withheld" in wide
    assert "The largest difference: North, from" in chart.alt and "South" not in chart.alt
    assert groups_chart(held, "g", change, "region", rows[1:]) is None


def test_a_withheld_share_has_words_and_no_mark() -> None:
    held = dossier(PUBLISHED)
    one, other = held.figures.both(plain(PUBLISHED))
    chart = share_chart(held, "c", [one, withheld(other)])
    assert chart is not None
    assert len(markers(chart.figure(WIDE))) == 1
    assert any("[c] withheld" in row.label for row in chart.rows)
    assert chart.alt.startswith("Chart of 1 share with intervals") and chart.alt.endswith("1 withheld.")
    assert share_chart(held, "c", [withheld(one), withheld(other)]) is None


def test_many_shares_are_told_by_their_ends() -> None:
    """By hand: of 10, 20, ... 90 per cent the highest is 90 and the lowest 10."""
    held = dossier(PUBLISHED)
    one = held.figures.both(plain(PUBLISHED))[0]
    chart = share_chart(held, "c", [replace(one, value=n / 10) for n in range(1, 10)])
    assert chart is not None
    assert "9 shares" in chart.alt and "highest is 90%" in chart.alt and "lowest 10%" in chart.alt
    assert "50%" not in chart.alt and len(chart.alt) <= 400


def test_the_overview_tells_how_many_and_the_largest() -> None:
    """The published edition: two better, the larger by 19 points, one unclear, and three that cannot be compared."""
    held, all_changes = dossier(PUBLISHED), changes(PUBLISHED)
    chart = overview_chart(held, "c", all_changes)
    assert chart is not None
    assert "how 3 shares changed between two surveys, with intervals: 2 better, 1 unclear." in chart.alt
    assert "3 more cannot be compared." in chart.alt and "Largest fall \u221219 points" in chart.alt
    assert "rise" not in chart.alt  # none rose
    assert sum(c.verdict is Verdict.IMPROVED for c in all_changes) == 2
    labels = [row.label for row in chart.rows]
    assert labels.index("Medical records") < labels.index("Patient registrations")
    apart = [row for row in chart.rows if row.label.endswith("not comparable")]
    assert len(apart) == 3 and all(row.draw is None for row in apart)
    assert "Pharmacy market entry" in labels[-1] and labels[-2] == "No two figures to compare"
    assert overview_chart(held, "c", []) is None
    assert overview_chart(held, "c", [c for c in all_changes if not c.is_compared]) is None


def test_the_overview_of_one_service_is_silent_on_the_others() -> None:
    chart = overview_chart(dossier(PUBLISHED), "c", [plain(PUBLISHED)])
    assert chart is not None
    assert [row.label for row in chart.rows if row.heading] == ["Medical records"]


@pytest.mark.parametrize("edition", [PUBLISHED, SYNTHETIC])
def test_alternative_texts_are_short(edition: str) -> None:
    """At most two sentences' worth, however many rows: 400 characters."""
    held, all_changes = dossier(edition), changes(edition)
    shown = [held.figures.estimate(c.estimate_after) for c in all_changes]
    for chart in (
        overview_chart(held, "a", all_changes),
        change_chart(held, "b", all_changes),
        share_chart(held, "c", shown),
        *(change_chart(held, "d", [c]) for c in all_changes),
    ):
        assert chart is None or 60 < len(chart.alt) <= 400, chart.alt


def ordered(item: str, held: Dossier) -> Chart | None:
    change = next(c for c in changes(SYNTHETIC) if c.item == item)
    return ordered_chart(held, "o", [held.question(e) for e in held.figures.both(change)])


def with_shares(values: dict[str, float | None]) -> Dossier:
    """The synthetic dossier with these shares of the scale of satisfaction with supplies in both waves."""
    held = dossier(SYNTHETIC)

    def made(e: Estimate) -> Estimate:
        if e.item != "satisfaction_supplies" or e.category not in values or e.measure != "share":
            return e
        value = values[e.category]
        return withheld(e) if value is None else replace(e, value=value)

    return replace(held, figures=Figures(tuple(made(e) for e in held.figures.estimates), held.figures.changes))


SCALE = ("Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied", "Very satisfied")


def test_parts_of_a_bar_lie_about_the_middle_of_the_scale() -> None:
    """By hand: 10, 20, 40, 20, 5 and 5 per cent: from -50 (10 + 20 + half of 40) to +45, and 5 apart from 50 on."""
    held = with_shares(dict(zip((*SCALE, "Don't know"), (0.1, 0.2, 0.4, 0.2, 0.05, 0.05), strict=True)))
    chart = ordered("satisfaction_supplies", held)
    assert chart is not None
    (axes,) = chart.figure(WIDE).axes
    boxes = [(round(b.get_x(), 9), round(b.get_width(), 9)) for b in axes.patches]
    by_hand = [(-0.5, 0.1), (-0.4, 0.2), (-0.2, 0.4), (0.2, 0.2), (0.4, 0.05), (0.5, 0.05)]
    assert boxes == by_hand * 2
    assert "10% very dissatisfied, 20% dissatisfied" in chart.alt
    names = [words for words, _ in words_of(chart.figure(WIDE))]
    assert all(names.count(name) == 1 for name in ("Very dissatisfied", "Dissatisfied", "Satisfied", "Don't know"))


def test_a_scale_with_a_withheld_option_has_no_bar() -> None:
    chart = ordered("satisfaction_supplies", with_shares({"Don't know": None}))
    assert chart is None


def test_a_scale_is_drawn_only_where_it_has_two_ends() -> None:
    """Five ordered options are drawn; yes and no are not."""
    held = dossier(SYNTHETIC)
    assert ordered("satisfaction_supplies", held) is not None
    assert ordered("registrations_not_processed_3d", held) is None


@property_test
@given(
    weights=st.lists(st.integers(0, 100), min_size=6, max_size=6).filter(lambda w: sum(w) > 0),
    width=st.sampled_from([WIDE, NARROW]),
)
def test_no_word_of_a_scale_covers_another(weights: list[int], width: int) -> None:
    """Names hang on levels of their own, and a number stands in a part only where it fits."""
    values = {o: w / sum(weights) for o, w in zip((*SCALE, "Don't know"), weights, strict=True)}
    chart = ordered("satisfaction_supplies", with_shares(values))
    assert chart is not None
    assert clashes(chart.figure(width)) == []


def test_names_run_to_the_right_of_their_line_until_the_edge_is_near() -> None:
    """By hand: on axes 300 long, a name at 290 has 10 + 16 - 6 pixels at its right, and runs to the left."""
    high, placed = stairs(["First", "Second", "Third"], [10, 20, 290], 300)
    assert [across for across, _, _ in placed] == ["left", "left", "right"]
    assert [down for _, _, down in placed] == [0, 16, 32] and high == 3 * 16 + 4


def test_the_same_drawing_whatever_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The backend and the settings of the session change nothing; twice the same bytes."""
    held = dossier(SYNTHETIC)

    def all_charts() -> str:
        made = [change_chart(held, "c", [plain(SYNTHETIC)]), overview_chart(held, "o", changes(SYNTHETIC))]
        return "".join(str(chart.__html__()) for chart in (*made, ordered("satisfaction_supplies", held)) if chart)

    first = all_charts()
    assert first.count("<svg") == 6 and first == all_charts()
    monkeypatch.setenv("MPLBACKEND", "Agg")
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "other", "figure.dpi": 30}):
        assert first == all_charts()


def test_ids_are_those_of_the_chart() -> None:
    """Nothing else has an id, so that charts of one page cannot clash."""
    chart = overview_chart(dossier(SYNTHETIC), "chart-A", changes(SYNTHETIC))
    assert re.findall(r' id="([^"]*)"', str(chart.__html__()) if chart else "") == ["chart-A-wide", "chart-A-narrow"]


def test_a_chart_is_light() -> None:
    """Targets set beforehand: a pair in both widths under 4 kB, all services with their 17 pairs under 12 kB."""
    one = change_chart(dossier(PUBLISHED), "c", [plain(PUBLISHED)])
    many = overview_chart(dossier(SYNTHETIC), "c", changes(SYNTHETIC))
    assert one is not None and many is not None
    assert len(str(one.__html__()).encode()) < 4_000
    assert len(str(many.__html__()).encode()) < 12_000


def test_every_style_is_a_class_with_a_rule() -> None:
    """What recurs is written once a page; a style that matplotlib words anew would show up here."""
    held = dossier(SYNTHETIC)
    charts = [overview_chart(held, "o", changes(SYNTHETIC)), change_chart(held, "c", [plain(SYNTHETIC)])]
    drawn = "".join(str(chart.__html__()) for chart in charts if chart)
    names = set(re.findall(r'<(?:path|circle|text)[^>]* class="(\w+)"', drawn))
    assert names and names <= set(CLASSES.values())
    assert all(f".{name} {{" in class_rules() for name in names)
    assert len(re.findall(r'style="', drawn)) <= 4  # the band under the numbers, and the open range, in both widths


def test_paths_are_written_short() -> None:
    """SVG 2, 9.3: H and V are lines along one axis; by hand."""
    assert short_path("M 12 60 \nL 12 0 \n") == "M12 60V0"
    assert short_path("M 1.04 2 \nL 3.06 2 \nL 4 5 \nz\n") == "M1 2H3.1L4 5z"
    assert short_path("M -0.01 0 L 0.02 3") == "M0 0V3"


def test_words_break_into_lines_that_fit() -> None:
    """Every line fits but a single word that is too long by itself; no word is lost."""
    words = "Support centre could not resolve issues in an appropriate time"
    lines = lines_of(words, 200, bold=False)
    assert " ".join(lines) == words and all(wide_of(line) <= 200 for line in lines) and len(lines) > 1
    assert lines_of("Unbreakable", 10, bold=False) == ["Unbreakable"] and lines_of("", 10, bold=True) == []
    assert wide_of("mm") > wide_of("ii") and wide_of("mm", bold=True) > wide_of("mm")


def test_braces_in_words_are_kept() -> None:
    """Drawings go through a template on their way; braces must not be taken for fields."""
    assert "a {b} c" in str(Chart(id="c", alt="x", rows=[Row("a {b} c")]).__html__())
