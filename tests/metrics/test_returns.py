"""The provider's returns against their targets: outcomes and runs, counted by hand on a few months."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.cleaning.returns import returns_as_known
from pcse_analysis.metrics.returns import (
    MET,
    MISSED,
    NO_RETURN,
    NO_TARGET,
    OUTCOMES,
    Measure,
    Month,
    measures_of,
    outcome_of,
    returns_estimates,
)
from tests.metrics.made_claims import LEDGER

NONE = float("nan")
KPIS = replace(LEDGER, id="kpis", kind="kpi_returns")
Return = tuple[str, float, float]
"""A month, its value and its target."""


def returns(
    *rows: Return, measure: str = "Sent in time", direction: str = "at_least", known: str = "2018-01-08"
) -> pd.DataFrame:
    periods, figures, targets = zip(*rows, strict=True)
    frame = pd.DataFrame({"period": periods, "value": figures, "target": targets})
    said = {"service_line": "supplies", "measure": measure, "direction": direction, "unit": "percent"}
    return frame.assign(known_on=np.datetime64(known, "s"), **said)


def the_measure(frame: pd.DataFrame) -> Measure:
    (found,) = measures_of(frame)
    return found


def measured(*outcomes: str) -> Measure:
    months = [Month(period="2017-01", value=None, target=None, outcome=outcome) for outcome in outcomes]
    return Measure(item="a", service_line="supplies", name="A", unit="", direction="", months=tuple(months))


@pytest.mark.parametrize(
    ("value", "target", "direction", "outcome"),
    [
        (90.0, 90.0, "at_least", MET),
        (89.9, 90.0, "at_least", MISSED),
        (95.0, 90.0, "at_least", MET),
        (5.0, 5.0, "at_most", MET),
        (5.1, 5.0, "at_most", MISSED),
        (0.0, 5.0, "at_most", MET),
        (0.0, 0.0, "at_least", MET),
        (90.0, None, "at_least", NO_TARGET),
        (90.0, 90.0, "", NO_TARGET),
        (None, 90.0, "at_least", NO_RETURN),
        (None, None, "", NO_RETURN),
    ],
)
def test_what_a_return_amounts_to(value: float | None, target: float | None, direction: str, outcome: str) -> None:
    """Origin: by hand; what equals its target has met it, and without a value nothing was returned."""
    assert outcome_of(value, target, direction) == outcome


def test_months_between_the_first_and_the_last_are_gaps() -> None:
    """Origin: by hand. November and January are in the file; December is not, and neither met nor missed."""
    found = the_measure(returns(("2017-11", 80, 90), ("2018-01", 70, 90)))
    assert [(month.period, month.outcome) for month in found.months] == [
        *(("2017-11", MISSED), ("2017-12", NO_RETURN), ("2018-01", MISSED)),
    ]
    assert [found.count(outcome) for outcome in OUTCOMES] == [0, 2, 0, 1]
    assert found.runs == [1, 1]


def test_a_return_without_a_value_is_a_gap_like_one_that_is_not_there() -> None:
    """Origin: by hand."""
    found = the_measure(returns(("2017-11", 80, 90), ("2017-12", NONE, 90), ("2018-01", 70, 90)))
    assert [month.outcome for month in found.months] == [MISSED, NO_RETURN, MISSED]
    assert (found.months[1].value, found.months[1].target) == (None, 90)
    assert found.runs == [1, 1]


@pytest.mark.parametrize(
    ("outcomes", "runs", "at_the_end"),
    [
        ([], [], 0),
        ([MET], [], 0),
        ([MISSED], [1], 1),
        ([MISSED, MISSED, MET], [2], 0),
        ([MISSED, MET, MISSED, MISSED, MISSED], [1, 3], 3),
        ([MISSED, NO_RETURN, MISSED], [1, 1], 1),
        ([MISSED, NO_TARGET, MISSED, NO_RETURN], [1, 1], 0),
        ([NO_RETURN, MISSED, MISSED], [2], 2),
    ],
)
def test_runs_of_misses(outcomes: list[str], runs: list[int], at_the_end: int) -> None:
    """Origin: by hand. A month met, without a return or without a target ends a run."""
    found = measured(*outcomes)
    assert (found.runs, found.misses_at_the_end) == (runs, at_the_end)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(OUTCOMES), max_size=30))
def test_runs_are_those_of_a_text(outcomes: list[str]) -> None:
    """Law: with an x for each miss and a blank for all else, runs are the words."""
    text = "".join("x" if outcome == MISSED else " " for outcome in outcomes)
    found = measured(*outcomes)
    assert found.runs == [len(word) for word in text.split()]
    assert found.misses_at_the_end == len(text) - len(text.rstrip("x"))
    assert sum(found.runs) == found.count(MISSED)
    assert sum(found.count(outcome) for outcome in OUTCOMES) == len(outcomes)


def test_a_revised_return_counts_once_and_as_it_was_known() -> None:
    """Origin: by hand. November met its target when returned, and missed it after it was revised in January."""
    frame = pd.concat([
        returns(("2017-10", 95, 90), ("2017-11", 92, 90), known="2017-12-08"),
        returns(("2017-11", 85, 90), known="2018-01-09"),
    ], ignore_index=True)  # fmt: skip
    for day, outcomes in {"2018-01-08": [MET, MET], "2018-01-09": [MET, MISSED]}.items():
        found = the_measure(returns_as_known(frame, day))
        assert [month.outcome for month in found.months] == outcomes


def test_the_figures_of_measures() -> None:
    """Origin: by hand. Six months: two met, two missed in a row, one gap, one without a target, and one missed last."""
    late = returns(
        *(("2017-06", 4, 5), ("2017-07", 5, 5), ("2017-08", 6, 5), ("2017-09", 7, 5)),
        *(("2017-11", 9, NONE), ("2017-12", 8, 5)),
        measure="Sent late, per cent",
        direction="at_most",
    )
    made = returns_estimates(KPIS, pd.concat([late, returns(("2017-12", 97.5, 90))], ignore_index=True), "2018-01-31")
    found = {estimate.id: estimate.value for estimate in made}
    assert len(found) == len(made)
    name = "kpis.supplies_sent_late_per_cent"
    assert [found[f"{name}.months.{outcome.replace(' ', '-')}"] for outcome in OUTCOMES] == [2, 3, 1, 1]
    assert (found[f"{name}.longest_run_of_misses"], found[f"{name}.misses_at_the_end"]) == (2, 1)
    assert [found[f"{name}.met.2017-{month:02}"] for month in (6, 7, 8, 9, 12)] == [1, 1, 0, 0, 0]
    assert not {f"{name}.met.2017-10", f"{name}.met.2017-11", f"{name}.reported.2017-10"} & found.keys()
    assert (found[f"{name}.reported.2017-11"], found[f"{name}.target.2017-12"]) == (9, 5)
    assert f"{name}.target.2017-11" not in found
    assert found["kpis.supplies_sent_in_time.reported.2017-12"] == 97.5
    assert found["kpis.supplies_sent_in_time.longest_run_of_misses"] == 0
    assert all(e.low is None and e.base is None and e.known_on == "2018-01-31" for e in made)
    assert {e.service_line for e in made} == {"supplies"}
    assert not any(e.value is None or math.isnan(e.value) for e in made)


def test_two_measures_whose_names_differ_in_signs_alone_have_ids_of_their_own() -> None:
    """Law: no two figures have one id. "Sent: 3 days" and "Sent - 3 days" are two measures."""
    names = ("Sent: 3 days", "Sent - 3 days", "Sent 3 days 2")
    frame = pd.concat([returns(("2017-12", 1, 2), measure=name) for name in names])
    ids = [estimate.id for estimate in returns_estimates(KPIS, frame, "2018-01-31")]
    assert len(ids) == len(set(ids))


def test_without_returns_there_are_no_measures() -> None:
    frame = returns(("2017-12", 1, 2))
    assert measures_of(returns_as_known(frame, "2017-01-01")) == []
