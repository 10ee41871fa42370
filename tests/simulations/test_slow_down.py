"""Simulated issue logs in short: the verdict on a slow-down is seldom false, and finds one that is there."""

from __future__ import annotations

from math import exp
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pcse_analysis.catalogue.ledgers import Ledger, SlowDown
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.metrics.issue_log import IssueLog
from pcse_analysis.metrics.slow_down import periods_of
from pcse_analysis.metrics.slow_down_figures import families_of, slow_down_figures
from pcse_analysis.metrics.verdict import judge
from simulations import slow_down
from simulations.report import error_of
from simulations.slow_down import FEW, PATTERNS, Made, cell, claims, compared, made_log, one_run

RUNS = 200
LINES = ("a", "b", "c", "d")
LEDGER = Ledger(
    id="made",
    kind="issues",
    survey="made",
    label="Made log",
    about="",
    file="made.csv",
    raw="data/made",
    dates="year-first",
    time_zone="Europe/London",
    days="working",
    extracted_on=slow_down.DAY,
    starts_on=slow_down.STARTS_ON,
    columns={},
    routes={route: route for route in slow_down.ROUTES},
    slow_down=SlowDown(months=2, margin=slow_down.MARGIN, fixed=""),
)


def as_frame(made: Made) -> pd.DataFrame:
    """A made log as ``as_known`` gives a real one."""
    seen = made.seen
    working = np.flatnonzero(slow_down.DAYS.counted)
    origin = np.datetime64("1990-01-01", "D")
    opened, last = (origin + working[days].astype("timedelta64[D]") for days in (seen.opened, seen.last))
    closed = seen.resolved | (seen.last < seen.ends)
    end = np.where(seen.resolved, "resolved", np.where(closed, "withdrawn", "open"))
    who = [None] * len(seen) if seen.cluster is None else [f"reporter {n:04}" for n in seen.cluster]
    return pd.DataFrame(
        {
            "opened": opened.astype("datetime64[s]"),
            "closed": np.where(closed, last.astype("datetime64[s]"), np.datetime64("NaT", "s")),
            "end": pd.Categorical(end, categories=["open", "resolved", "withdrawn"]),
            "route": pd.Categorical.from_codes(made.route, pd.Index(slow_down.ROUTES)),
            "service_line": pd.Categorical.from_codes(made.line, pd.Index(LINES)),
            "who": pd.Categorical(who),
        }
    )


def of_the_package(made: Made) -> list[Change]:
    """The judged changes of all issues and of each route."""
    log = IssueLog(LEDGER, as_frame(made), slow_down.DAY, [])
    changes = judge(slow_down_figures(log)[1], families_of(LEDGER))
    return [change for change in changes if change.group_by in ("", "route")]


@pytest.mark.parametrize("speed", [1.0, 0.5], ids=["no slow-down", "half as fast"])
@pytest.mark.parametrize("pattern", ["stop", "closed backlog", "reporters", "15 bunched, own speeds"])
def test_the_arithmetic_is_that_of_the_pages(pattern: str, speed: float) -> None:
    made = made_log(pattern, 1000, np.random.default_rng(1), speed)
    found = compared(made)
    names = ("value", "low", "high", "low90", "high90", "p_value", "p_equivalence")
    theirs = of_the_package(made)
    assert [change.group for change in theirs] == ["", *slow_down.ROUTES]
    for ours, change, claim in zip(found, theirs, claims(found), strict=True):
        expected = None if ours is None else [getattr(ours, name) for name in names]
        assert (change.value is None) == (ours is None)
        assert expected is None or [getattr(change, name) for name in names] == pytest.approx(expected, rel=1e-12)
        assert (change.verdict is Verdict.DETERIORATED, change.verdict is Verdict.IMPROVED) == (claim > 0, claim < 0)


def test_the_last_months_begin_where_the_package_has_them() -> None:
    periods = periods_of(LEDGER, slow_down.DAY)
    assert periods is not None
    assert periods.turn == slow_down.TURNS_ON


@pytest.mark.parametrize("pattern", ["stop", "burst"])
def test_slower_is_seldom_said_where_nothing_slowed_down(pattern: str) -> None:
    found = cell([one_run(pattern, 200, 1.0, run) for run in range(RUNS)])
    assert found.slower <= 0.05 + 3 * error_of(0.05, RUNS)
    assert max(found.higher, found.lower) > 0.15, "the naive mean is not misled"


@pytest.mark.parametrize("pattern", ["8 bunched, own speeds", "40 bunched, own speeds", "15 spread"])
def test_a_change_is_seldom_found_among_few_reporters_where_there_is_none(pattern: str) -> None:
    found = cell([one_run(pattern, 200, 1.0, run) for run in range(RUNS)])
    assert found.either <= 0.05 + 3 * error_of(0.05, RUNS)


def test_a_small_log_that_slowed_down_is_not_told_of_only_where_it_happened_to_be_fast() -> None:
    """Ten are expected at equal speed and about five resolved: the ratio of the logs that have one is not too high."""
    found = cell([one_run("shrinking", 200, 0.5, run) for run in range(RUNS)])
    assert found.given > 0.5
    assert exp(found.log_ratio) < 0.55
    assert found.slower > 0.2


def test_half_the_speed_is_found_in_a_thousand_issues() -> None:
    found = cell([one_run("steady", 1000, 0.5, run) for run in range(30)])
    assert found.slower >= 28 / 30


def test_the_same_seed_gives_the_same() -> None:
    assert one_run("reporters", 200, 1.0, 7) == one_run("reporters", 200, 1.0, 7)


def test_a_log_has_about_as_many_issues_as_asked_for() -> None:
    for pattern in [*PATTERNS, *FEW]:
        assert len(made_log(pattern, 1000, np.random.default_rng(2)).seen) == pytest.approx(1000, abs=120)


def test_the_report_in_the_docs_has_every_pattern() -> None:
    """It is written by ``make slowdown`` alone."""
    text = Path(slow_down.REPORT).read_text(encoding="utf-8")
    assert f"Seed {slow_down.SEED}; {slow_down.RUNS:,} logs" in text
    assert all(f"| {pattern} | {size:,} |" in text for pattern in [*PATTERNS, *FEW] for size in slow_down.SIZES)
