"""Pages of an issue log: what each verdict is called, numbers of their own rows, and nothing that is withheld.

Origin of every expected sentence: by hand, from the figures written in the test.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError
from pcse_analysis.estimates import Change, Estimate, Verdict
from pcse_analysis.reporting.drawing import NARROW, WIDE, Chart
from pcse_analysis.reporting.figures import FORMS
from pcse_analysis.reporting.issue_charts import curves_chart, months_chart, slow_down_chart
from pcse_analysis.reporting.issues import ABSENT, backlog, overview, slow_down, times
from pcse_analysis.reporting.ledger_figures import LedgerFigures
from tests.dossiers import own_dossier
from tests.reporting.made import BEFORE, LATER, fall_of, figure_of, ledger, said, with_ledger, withheld

LOG = "issue-log"
BOTH_WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
ROUTE = {"by": "route", "group": "bma"}
DIRECT = {"by": "route", "group": "direct"}


def fig(measure: str, value: float | None, category: str = "", **fields: object) -> Estimate:
    return figure_of(LOG, measure, value, category, **fields)


def logged(*parts: dict[str, str]) -> list[Estimate]:
    """The counts by which a part is there."""
    return [fig("logged", 100.0, **part) for part in parts]


def dossier(figures: list[Estimate], *changes: Change, **fields: object) -> Dossier:
    return with_ledger(ledger(LOG, **fields), figures, changes)


def log_of(figures: list[Estimate], *changes: Change, **fields: object) -> LedgerFigures:
    held = dossier(figures, *changes, **fields)
    return LedgerFigures(held, held.ledgers[0])


def headline(piece: object) -> str:
    """The heading of an exhibit, without its number."""
    found = re.search(r"<span class='finding'>.*?</span> (.*?)</h3>", piece.__html__(), re.S)  # type: ignore[attr-defined]
    assert found is not None
    return said(found[1])


VERDICTS = {
    Verdict.DETERIORATED: (0.35, 0.2, 0.48, "slower"),
    Verdict.IMPROVED: (-0.3, -0.45, -0.15, "faster"),
    Verdict.NO_MATERIAL_CHANGE: (0.02, -0.05, 0.08, "no material change"),
    Verdict.UNCLEAR: (0.24, -0.04, 0.41, "cannot be said"),
}


def judged(verdict: Verdict, **fields: object) -> Dossier:
    value, low, high, _ = VERDICTS[verdict]
    return dossier(logged({}), fall_of(LOG, value, low, high, verdict=verdict, **fields))


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.DETERIORATED, "All issues: slower; issues of the same age were resolved at a rate 35% lower"),
        (Verdict.IMPROVED, "All issues: faster; issues of the same age were resolved at a rate 30% higher"),
        (Verdict.NO_MATERIAL_CHANGE, "All issues: no material change in the speed of resolving"),
        (Verdict.UNCLEAR, "All issues: whether resolving slowed down cannot be said"),
    ],
)
def test_a_headline_says_what_its_verdict_says(verdict: Verdict, expected: str) -> None:
    """Only a verdict of slower or faster has the number in its headline, and a word of movement."""
    assert headline(slow_down(judged(verdict), LOG)) == expected


def test_what_was_not_compared_says_why() -> None:
    found = slow_down(dossier(logged({}), fall_of(LOG, None, None, None, verdict=Verdict.NONE)), LOG)
    assert headline(found) == "All issues: too few issues to compare the two periods"
    assert "Too few were resolved." in said(found)
    assert "lower" not in said(found).partition("Table I1")[0] and "<svg" not in found.__html__()


@pytest.mark.parametrize(
    ("verdict", "no_improvement", "value", "interval", "more"),
    [
        (Verdict.DETERIORATED, True, "35% lower", "20% to 48% lower", ""),
        (Verdict.IMPROVED, False, "30% higher", "45% to 15% higher", ""),
        (Verdict.NO_MATERIAL_CHANGE, False, "2% lower", "5% higher to 8% lower", ""),
        (
            Verdict.UNCLEAR, True, "24% lower", "4% higher to 41% lower",
            " So a slow-down is not shown, but a quickening by 10% or more is ruled out.",
        ),
        (
            Verdict.UNCLEAR, False, "24% lower", "4% higher to 41% lower",
            " So neither a slow-down nor a quickening is shown, and neither is ruled out.",
        ),
    ],
)  # fmt: skip
def test_the_sentence_gives_the_numbers_of_its_row(
    verdict: Verdict, no_improvement: bool, value: str, interval: str, more: str
) -> None:
    held = judged(verdict, no_improvement=no_improvement)
    text = said(slow_down(held, LOG))
    start = "All issues, from 11 November 2017 to 10 January 2018 against 3 October 2016 to 10 November 2017: "
    sentence = (
        f"{start}issues of the same age, route and service were resolved at a rate {value}. The 95% interval runs from "
        f"{interval}.{more}"
    )
    assert sentence in text
    assert (" So " in text) == bool(more)
    assert f"{interval}{VERDICTS[verdict][3]}" in text  # two cells of the table, side by side


def test_the_speeds_of_both_periods_are_told_only_where_both_are_there() -> None:
    change = fall_of(LOG, 0.35, 0.2, 0.48, verdict=Verdict.DETERIORATED)
    speeds = [fig("within_standard_at_speed", 0.55, BEFORE), fig("within_standard_at_speed", 0.42, LATER)]
    words = (
        "At the speed of the earlier period 55% would be resolved within 20 working days, at that of the later one 42%."
    )
    assert words in said(slow_down(dossier([*logged({}), *speeds], change), LOG))
    one_withheld = [*logged({}), speeds[0], withheld(LOG, "within_standard_at_speed", LATER)]
    assert "At the speed" not in said(slow_down(dossier(one_withheld, change), LOG))
    assert "At the speed" not in said(slow_down(dossier([*logged({}), *speeds], change, standard=None), LOG))


@pytest.mark.parametrize(
    ("first", "second", "claim"),
    [(23.8, 28.9, "slower"), (28.9, 23.8, "faster"), (23.8, 23.8, "as fast"), (23.81, 23.84, "as fast")],
)
@pytest.mark.parametrize("verdict", [*VERDICTS, Verdict.NONE])
def test_the_naive_mean_is_told_beside_the_verdict(first: float, second: float, claim: str, verdict: Verdict) -> None:
    """What prints the same is as fast; the comparison that counts is named beside it, whatever it says."""
    means = [fig("mean_age_of_closed", first, BEFORE), fig("mean_age_of_closed", second, LATER)]
    if verdict is Verdict.NONE:
        change, found = fall_of(LOG, None, None, None, verdict=verdict), "nothing, as the periods cannot be compared"
    else:
        value, low, high, found = VERDICTS[verdict]
        change = fall_of(LOG, value, low, high, verdict=verdict)
    text = said(slow_down(dossier([*logged({}), *means], change), LOG))
    printed = [f"{mean:.1f}" for mean in (first, second)]
    assert "Not to be used: the mean of closed issues." in text
    assert (
        f"had been open for {printed[0]} working days on average, those closed in the later one for {printed[1]}. "
        f"Taken by itself that would say: {claim}. The comparison at the same age says: {found}." in text
    )


def test_a_mean_that_is_withheld_is_not_told() -> None:
    means = [fig("mean_age_of_closed", 12.0, BEFORE), withheld(LOG, "mean_age_of_closed", LATER)]
    text = said(slow_down(dossier([*logged({}), *means], fall_of(LOG, 0.35, 0.2, 0.48)), LOG))
    assert "Not to be used" not in text and "12.0" not in text


def test_a_part_that_is_withheld_is_marked_and_not_drawn() -> None:
    """Of all issues, those through the BMA are withheld: [c] for both rates, the change and the verdict."""
    rates = [fig("resolution_rate", 3.36, BEFORE, numerator=462.0), fig("resolution_rate", 2.61, LATER, numerator=80.0)]
    hidden = [withheld(LOG, "resolution_rate", category, **ROUTE) for category in (BEFORE, LATER)]
    held = dossier(
        [*logged({}), withheld(LOG, "logged", **ROUTE), *rates, *hidden],
        fall_of(LOG, 0.24, 0.03, 0.41, verdict=Verdict.DETERIORATED),
    )
    html = slow_down(held, LOG).__html__()
    rows = [said(row) for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", html)]
    # Cells stand side by side: what is resolved and the rate of each period, the interval and the verdict.
    assert rows == ["All issues4623.4802.63% to 41% lowerslower", "Through the BMA to NHS England[c][c][c][c][c][c]"]
    assert "Through the BMA" not in html.partition("<svg")[2].partition("</svg>")[0]


def test_a_log_that_asks_for_no_comparison_says_so() -> None:
    text = said(slow_down(dossier(logged({})), LOG))
    assert text == "This log does not ask for a comparison of periods, or has not run for long enough."


def test_the_other_routes_stand_beside_the_first() -> None:
    """The first route of the catalogue is the direct one."""
    ratio = fig("rate_against_first", 0.39, **ROUTE, low=0.3, high=0.51)
    text = said(slow_down(dossier([*logged({}, ROUTE), ratio], fall_of(LOG, 0.35, 0.2, 0.48)), LOG))
    assert (
        "Through the BMA to NHS England: at the same age and for the same service resolved 0.39 times as fast as "
        "directly with the provider (0.30 to 0.51)." in text
    )


def half(value: float | None, low: float | None = None, high: float | None = None, **part: str) -> Estimate:
    return fig("days_to_resolve", value, "median", low=low, high=high, **part)


@pytest.mark.parametrize(
    ("median", "told", "cells"),
    [
        (half(19.0, 17.0, 21.0), "half resolved after 19 working days", "1917 to 21"),
        (half(62.0, 50.0, None), "half resolved after 62 working days", "6250 to not reached"),
        (half(None, 90.0, None), "fewer than half resolved at any age seen", "not reached90 to not reached"),
        (withheld(LOG, "days_to_resolve", "median"), "half resolved after [c]", "[c][c]"),
    ],
)
def test_when_half_are_resolved(median: Estimate, told: str, cells: str) -> None:
    """What is not reached is so printed; no day is given in its place."""
    found = times(dossier([*logged({}), median]), LOG)
    assert headline(found) == f"All issues: {told}"
    (row,) = re.findall(r"<tr><th scope=\"row\">.*?</tr>", found.__html__())
    assert said(row) == f"All issues100[x]{cells}[x][z][z][z]"


def test_a_log_without_a_standard_names_none() -> None:
    html = times(dossier([*logged({}), half(19.0)], standard=None), LOG).__html__()
    assert "Resolved within a standard (%)" in html and "None" not in html
    html = times(dossier([*logged({}), half(19.0)]), LOG).__html__()
    assert "Resolved within 20 working days (%)" in html


def test_what_is_open_on_the_last_day() -> None:
    figures = [fig("open", 86.0), fig("open_beyond_standard", 43.0), fig("age_of_open", 20.5, "median")]
    found = backlog(dossier([*logged({}), *figures]), LOG)
    assert headline(found) == "86 issues were open on the last day"
    assert (
        "Open on the last day: 86. Half of these had been open for 21 working days or longer. 43 had been open for "
        "longer than the standard of 20 working days." in said(found)
    )


def test_an_edition_without_a_log_says_what_nothing_here_can_say() -> None:
    assert said(overview(own_dossier("published"))) == said(ABSENT)
    assert "No issue log is part of this edition." in ABSENT


@pytest.mark.parametrize("page", [slow_down, times, backlog])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("isue-log", "found 'isue-log', expected a ledger of this kind in this edition   near 'issue-log'"),
        ("claims", "found 'claims', expected a ledger of this kind in this edition: issue-log"),
    ],
)
def test_a_wrong_name_is_one_message(page: object, name: str, words: str) -> None:
    """Claims are no issue log, though the edition has them; the code of a message is 2."""
    held = dossier(logged({}))
    held = replace(held, ledgers=(*held.ledgers, ledger("claims")))
    with pytest.raises(CommandError) as caught:
        page(held, name)  # type: ignore[operator]
    assert str(caught.value).splitlines() == ["CommandError: 1 problem", f"    parameter 'issues': {words}"]
    assert caught.value.exit_code == 2


def test_an_edition_without_logs_has_none_to_name() -> None:
    with pytest.raises(CommandError, match=r"a ledger of this kind in this edition: \(none exists\)"):
        slow_down(own_dossier("published"), LOG)


def marks(chart: Chart, width: int) -> list[tuple[float, float]]:
    """The shapes of a drawing: where each stands along the axis, and how high up."""
    (axes,) = chart.figure(width).axes
    lines = [line for line in axes.lines if line.get_marker() not in ("", "None", None)]
    return [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in lines]


@BOTH_WIDTHS
def test_each_part_that_is_compared_has_a_mark(width: int) -> None:
    """Three parts: one falls beyond the picture's left end, where its mark stays; one is not compared."""
    changes = [
        fall_of(LOG, 0.35, 0.2, 0.48, verdict=Verdict.DETERIORATED),
        fall_of(LOG, -1.4, -3.0, -0.5, verdict=Verdict.IMPROVED, **ROUTE),
        fall_of(LOG, None, None, None, verdict=Verdict.NONE, **DIRECT),
    ]
    log = log_of(logged({}, ROUTE, DIRECT), *changes)
    chart = slow_down_chart(log, "c", log.parts("", "route"))
    assert chart is not None
    assert sorted(x for x, _ in marks(chart, width)) == [-1.0, 0.35]
    assert [row.label for row in chart.rows] == ["All issues: slower", "Through the BMA to NHS England: faster"]
    assert chart.alt == (
        "Chart of the change in the rate at which issues of the same age are resolved. All issues: slower, 35% lower; "
        "Through the BMA to NHS England: faster, 140% higher."
    )
    assert "Directly" not in chart.__html__()


def test_a_picture_of_nothing_is_none() -> None:
    log = log_of(logged({}), fall_of(LOG, None, None, None))
    assert slow_down_chart(log, "c", [("", "")]) is None
    assert curves_chart(log, "c", [("", "")]) is None
    assert months_chart(log, "c") is None


@BOTH_WIDTHS
def test_a_curve_is_drawn_for_each_part_that_may_be_shown(width: int) -> None:
    """Of three parts one is withheld; of the others one comes to a half, where its mark stands, and one does not."""
    all_of, through, hidden = half(20.0), half(None, **DIRECT), withheld(LOG, "days_to_resolve", "median", **ROUTE)
    points = [
        fig("still_open", share, f"{day} days", **part)
        for part in ({}, DIRECT, ROUTE)
        for day, share in ((0, 1.0), (100, 0.7), (20, 0.9))
    ]
    log = log_of([*logged({}, DIRECT, ROUTE), *points, all_of, through, hidden])
    chart = curves_chart(log, "c", log.parts("", "route"))
    assert chart is not None
    assert chart.alt == (
        "Chart of the share of issues still open by age. All issues: half resolved after 20 working days; Directly "
        "with the provider: fewer than half resolved at any age seen."
    )
    assert [row.label for row in chart.rows] == chart.alt.removesuffix(".").split("age. ")[1].split("; ")
    assert [x for x, _ in marks(chart, width)] == [20.0]
    (axes,) = chart.figure(width).axes
    curves = [list(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 3]
    assert curves == [[0, 20, 100]] * 2  # in the order of days, not of their names
    assert "BMA" not in chart.__html__()


@BOTH_WIDTHS
def test_a_month_without_a_speed_is_not_drawn(width: int) -> None:
    speeds = [
        fig("month_speed", 1.2, by="month", group="2017-10", low=0.9, high=1.6),
        fig("month_speed", 0.6, by="month", group="2017-11", low=0.4, high=4.0),
        withheld(LOG, "month_speed", by="month", group="2017-12"),
    ]
    chart = months_chart(log_of([*logged({}), *speeds]), "c")
    assert chart is not None
    assert sorted(x for x, _ in marks(chart, width)) == [0.6, 1.2]
    assert chart.alt == (
        "Chart of the speed of resolving in 2 months, beside that of the whole log. Slowest: 2017-11, 0.60 times the "
        "usual."
    )
    (axes,) = chart.figure(width).axes
    assert max(max(line.get_xdata()) for line in axes.lines) <= 3.0  # where the picture ends


@pytest.mark.parametrize(("value", "printed"), [(0.0, "0%"), (-0.004, "under 1%"), (0.005, "1%"), (-1.4, "140%")])
def test_a_change_that_is_not_nothing_is_not_printed_as_nothing(value: float, printed: str) -> None:
    assert FORMS["percent_size"](value) == printed
