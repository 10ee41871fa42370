"""What is reported beside what is experienced, and standards met and missed: figures by hand, sentences by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate, Figures
from pcse_analysis.reporting.drawing import NARROW, WIDE, Chart
from pcse_analysis.reporting.ledger_figures import LedgerFigures
from pcse_analysis.reporting.returned import MET, MISSED, Returned, returns_chart
from pcse_analysis.reporting.standards import (
    NO_RETURNS,
    NONE,
    published,
    reported_and_experienced,
    returns,
)
from tests.dossiers import own_dossier
from tests.reporting.made import figure_of, ledger, said, with_ledger

RETURNS = "kpi-returns"
edition = partial(own_dossier, "published")
BOTH_WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
Months = Sequence[tuple[str, str]]


def measure(name: str, months: Months, service_line: str = "medical_records") -> list[Estimate]:
    """The figures of one measure: months with their outcome, which are counted here as a reader would."""
    about = {"by": "measure", "group": name, "item": f"{service_line}_{name}", "service_line": service_line}
    runs, run = [0], 0
    for _, outcome in months:
        run = run + 1 if outcome == "missed" else 0
        runs.append(run)
    made = []
    for month, outcome in months:
        made += [figure_of(RETURNS, "reported", 90.0, month, **about)] if outcome != "no return" else []
        met = {"met": 1.0, "missed": 0.0}.get(outcome)
        made += [figure_of(RETURNS, "met", met, month, **about)] if met is not None else []
    for outcome in ("met", "missed", "no target", "no return"):
        count = float(sum(1 for _, found in months if found == outcome))
        made.append(figure_of(RETURNS, "months", count, outcome, **about))
    made.append(figure_of(RETURNS, "longest_run_of_misses", float(max(runs)), **about))
    return [*made, figure_of(RETURNS, "misses_at_the_end", float(runs[-1]), **about)]


def year(*outcomes: str, start: int = 1) -> Months:
    return [(f"2017-{start + n:02d}", outcome) for n, outcome in enumerate(outcomes)]


def returned(*figures: Estimate) -> Dossier:
    return with_ledger(ledger(RETURNS), figures)


def headline(*figures: Estimate) -> str:
    found = re.search(r"<span class='finding'>B1</span> (.*?)</h3>", returns(returned(*figures)).__html__(), re.S)
    assert found is not None
    return said(found[1])


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        (
            [*measure("a", year("met", "missed", "missed", "missed")), *measure("b", year("missed", "missed", "met"))],
            "Medical records: a: missed its target in 3 months in a row, the longest run of all measures",
        ),
        (  # a tie: both are named
            [*measure("a", year("missed", "missed")), *measure("b", year("met", "missed", "missed"), "supplies")],
            "Medical records: a; Supplies: b: missed their targets in 2 months in a row, the longest run of all "
            "measures",
        ),
        (  # never twice in a row
            [*measure("a", year("missed", "met", "missed")), *measure("b", year("met", "missed"))],
            "Targets were missed, but none in two months in a row",
        ),
        (  # a month without a return ends a run
            measure("a", year("missed", "no return", "missed")),
            "Targets were missed, but none in two months in a row",
        ),
        ([*measure("a", year("met", "met"))], "Every return that has a target met it"),
        ([*measure("a", year("met", "no target")), *measure("b", year("no return"))],
         "Every return that has a target met it"),
        ([*measure("a", year("no target", "no target"))], "No return has a target"),
        ([], "No return has a target"),
    ],
)  # fmt: skip
def test_the_headline_names_the_longest_run_and_all_that_have_it(figures: list[Estimate], expected: str) -> None:
    """Nothing is met where there is no target, and no measure has the longest run alone where another has it too."""
    assert headline(*figures) == expected


def test_the_table_counts_months_and_runs() -> None:
    """By hand: two met, three missed of which two in a row at the end, one without a target, one without a return."""
    months = year("met", "missed", "no target", "met", "no return", "missed", "missed")
    html = returns(returned(*measure("a", months))).__html__()
    (row,) = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html)
    assert re.findall(r">([^<>]+)<", row)[:1] == ["Medical records: a"]
    assert re.findall(r">([^<>]+)<", row)[-6:] == ["2", "3", "1", "1", "2", "2"]


def test_absent_returns_are_said_to_be_absent() -> None:
    assert said(returns(edition())) == said(NO_RETURNS)


def chart_of(*figures: Estimate) -> Chart:
    held = returned(*figures)
    chart = returns_chart(Returned(held, held.ledgers[0]), "c")
    assert chart is not None
    return chart


@BOTH_WIDTHS
def test_every_month_of_every_measure_has_a_mark(width: int) -> None:
    """Two measures over five months, of which the fourth nobody returned: 3 met, 2 missed, 1 without a target."""
    figures = [
        *measure("a", [("2017-01", "met"), ("2017-02", "missed"), ("2017-03", "no target"), ("2017-05", "met")]),
        *measure("b", [("2017-01", "met"), ("2017-05", "missed")], "supplies"),
    ]
    chart = chart_of(*figures)
    (axes,) = chart.figure(width).axes
    squares = [patch for patch in axes.patches if patch.get_width() < 1]
    filled = [p for p in squares if p.get_facecolor()[3] > 0]
    crosses = [line for line in axes.lines if line.get_marker() == "X"]
    dots = [line for line in axes.lines if line.get_marker() == "."]
    assert (len(filled), len(squares) - len(filled), len(crosses), len(dots)) == (3, 1, 2, 10 - 6)
    assert sorted(line.get_xdata()[0] for line in crosses) == [1, 4]  # February and May, months from January on
    assert chart.alt == (
        "Chart of the months in which each measure met or missed its target. Medical records: a: 2 met, 1 missed; "
        "Supplies: b: 1 met, 1 missed."
    )


def test_the_colours_of_met_and_missed_are_in_the_key() -> None:
    chart = chart_of(*measure("a", year("met")))
    assert [colour for colour, _ in chart.key] == [MET, MISSED, ""]


def test_nothing_returned_is_not_drawn() -> None:
    held = returned()
    assert returns_chart(Returned(held, held.ledgers[0]), "c") is None
    assert LedgerFigures(held, held.ledgers[0]).subtitle.startswith("Made-up returns of the provider. ")


def with_pairs(*rows: dict[str, str], **fields: object) -> Dossier:
    usual = {
        **{"id": "a", "survey": "gpc-pcse", "service_line": "supplies"},
        **{"reported": "performance.orders-fulfilled-2016-08"},
        **{"experienced": "gpc-pcse.2016-10.practice.supplies_not_on_expected_date.share", "same_measure": "no"},
        **{"reason": "One counts orders, the other practices."},
    }
    frame = pd.DataFrame([usual | row for row in rows], columns=list(usual))
    return replace(edition(), pairs=frame, **fields)


def test_a_pair_stands_side_by_side_without_a_difference() -> None:
    """By hand from performance.csv and survey_results.csv: 90 percent of orders, 23 percent of practices."""
    text = said(reported_and_experienced(with_pairs({})))
    said_so = "Orders of clinical supplies that were fulfilled: 90% (August 2016; by the provider). "
    assert f"{said_so}The source says more than this." in text
    assert "23% (practices that replied, October 2016)noOne counts orders, the other practices." in text
    assert "points" not in text and "Not shown" not in text


@pytest.mark.parametrize(("same", "word"), [("yes", "yes"), ("partly", "in part"), ("no", "no")])
def test_whether_both_measure_the_same_is_said(same: str, word: str) -> None:
    html = reported_and_experienced(with_pairs({"same_measure": same})).__html__()
    assert f"<strong>{word}</strong>" in html


def test_a_pair_whose_figure_is_missing_is_named() -> None:
    """One id that is not there on either side; the pair that is whole is shown all the same."""
    rows = [{}, {"id": "b", "reported": "performance.nothing"}, {"id": "c", "experienced": "gpc-pcse.nothing"}]
    text = said(reported_and_experienced(with_pairs(*rows)))
    assert "Not shown, as one of their figures is not part of this edition: b, c." in text
    assert "90%" in text


def test_a_pair_whose_figure_is_withheld_is_named_too() -> None:
    estimates = tuple(
        replace(e, value=None, suppressed="few") if "supplies_not_on_expected_date.share" in e.id else e
        for e in edition().figures.estimates
    )
    text = said(reported_and_experienced(with_pairs({}, figures=Figures(estimates, edition().figures.changes))))
    assert text == (
        "No reported figure can be set beside an experienced one in this edition. Not shown, as one of their figures "
        "is not part of this edition: a."
    )


def test_without_pairs_none_is_missing() -> None:
    text = said(reported_and_experienced(with_pairs()))
    assert text == "No reported figure can be set beside an experienced one in this edition."


def test_absent_figures_on_performance_are_said_to_be_absent() -> None:
    assert said(published(replace(edition(), figures=Figures((), ())))) == said(NONE)


def test_a_published_figure_stands_with_its_period_unit_and_source() -> None:
    """By hand from performance.csv: 41 of 45 targets, February 2018, the committee's page of 18 June 2018."""
    rows = [said(row) for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", published(edition()).__html__())]
    (row,) = [row for row in rows if "by Capita&#39;s account" in row or "by Capita's account" in row]
    assert row.startswith("All services: Performance targets met, by Capita's account")
    assert "February 2018" in row and "41 of 45 targets" in row and row.endswith("18 June 2018")
    # Every figure that was known on 31 July 2018, each once; what is of all services stands first.
    assert len(rows) == len(edition().performance)
    assert rows[0].startswith("All services: ") and rows[-1].startswith("Outside the contract: ")
