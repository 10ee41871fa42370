"""The ratio of the rates at which two groups end: against R's Cox model on written-out tables, by hand, and by laws."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from pcse_analysis.metrics.rates import RateRatio, Spells, joined, log_share, rate_ratio
from pcse_analysis.metrics.slow_down import Observed, sides_of, spells_of
from tests.metrics.made import STEADY

TIED = """
3 5 1 1 1 2; 0 6 0 0 0 0; 0 9 1 1 1 6; 0 11 1 0 1 3; 0 0 1 1 0 5; 1 1 1 0 1 4; 0 9 0 1 0 7; 0 11 1 0 0 2; 0 2 1 1 0 0;
0 3 1 0 0 6; 5 10 0 1 0 0; 0 5 1 0 1 8; 0 3 1 1 0 0; 4 9 1 0 0 1; 0 3 1 1 1 3; 0 4 1 0 1 8; 0 7 0 1 0 4; 0 6 1 0 0 7;
1 1 1 1 0 7; 0 0 1 0 1 0; 7 10 1 1 1 5; 0 9 1 0 0 2; 0 10 1 1 1 6; 0 6 1 0 0 2; 0 9 1 1 0 3; 0 3 1 0 1 2; 0 5 1 1 1 1;
0 9 1 0 1 3; 0 1 0 1 0 5; 0 3 1 0 1 3; 0 1 1 1 1 2; 0 5 0 0 0 1; 0 11 1 1 0 7; 0 1 1 0 1 0; 2 4 1 1 0 2; 3 4 1 0 0 8
"""
"""Made up: entry, exit, ended, second, stratum, cluster. Most ends are tied."""
UNTIED = """
0 27 1 1 1 2; 29 31 0 0 1 8; 37 38 0 1 0 6; 0 26 1 0 0 2; 0 11 1 1 0 5; 0 29 1 0 1 0; 0 12 1 1 1 1; 46 57 1 0 0 1;
0 39 1 1 0 8; 15 41 0 0 1 6; 0 17 1 1 0 6; 0 47 1 0 1 2; 0 59 0 1 0 5; 0 6 1 0 0 2; 6 9 1 1 0 3; 0 55 1 0 0 8;
0 24 1 1 1 2; 0 22 1 0 1 2; 1 18 1 1 1 2; 0 34 1 0 1 8; 0 44 0 1 1 0; 24 30 1 0 0 5; 0 36 1 1 1 4; 28 35 1 0 1 1;
2 2 1 1 0 1; 8 20 1 0 0 3; 0 32 0 1 1 7; 36 50 0 0 1 6; 0 49 1 1 0 7; 24 42 1 0 1 4; 0 13 1 1 0 7; 0 28 1 0 0 0;
0 7 1 1 0 5; 0 23 1 0 0 4; 0 51 1 1 0 4; 0 52 1 0 1 6
"""
"""The same columns; no two end at one age."""
AGREES = {"rel": 1e-9}


def spells_from(table: str) -> Spells:
    rows = np.array([[int(cell) for cell in row.split()] for row in table.split(";")])
    entry, exit_, ended, second, stratum, cluster = rows.T
    return Spells(entry=entry, exit=exit_, ended=ended == 1, second=second == 1, stratum=stratum, cluster=cluster)


def found(spells: Spells) -> RateRatio:
    ratio = rate_ratio(spells)
    assert ratio is not None
    return ratio


# R 4.2.2, survival 3.5-3: coxph(Surv(entry - 0.5, exit, ended) ~ second + strata(stratum), ties = "efron",
# control = coxph.control(eps = 1e-14)), and the same with cluster = cluster. Our ages are whole days at risk from entry
# to exit, both of them in; R's intervals are open at their beginning, so that its entry is half a day earlier.
OF_R = [
    (TIED, -0.0693679806477378, 0.377015041753193, 0.372831037276291),
    (UNTIED, 0.10953470665312, 0.402994899860422, 0.335725919606714),
]


@pytest.mark.parametrize(("table", "log_ratio", "error", "_"), OF_R, ids=["tied", "untied"])
def test_the_ratio_and_its_error_are_those_of_r(table: str, log_ratio: float, error: float, _: float) -> None:
    """Origin: ``OF_R``."""
    ratio = found(replace(spells_from(table), cluster=None))
    assert (ratio.log_ratio, ratio.error) == (pytest.approx(log_ratio, **AGREES), pytest.approx(error, **AGREES))


@pytest.mark.parametrize(("table", "_", "error", "clustered"), OF_R, ids=["tied", "untied"])
def test_the_clustered_error_is_that_of_r(table: str, _: float, error: float, clustered: float) -> None:
    """Origin: ``OF_R``, times sqrt(9/8) for the nine clusters, which R leaves out; the larger of the two is given."""
    assert found(spells_from(table)).error == pytest.approx(max(error, clustered * sqrt(9 / 8)), **AGREES)


def test_the_clustered_error_of_cases_that_come_in_tens() -> None:
    """Origin: with ten copies of every case of a cluster, R's clustered error stays (the sandwich is unchanged).

    The copies are untied by making a stratum of each, so that R's value of the untied table holds for the whole.
    """
    one = spells_from(UNTIED)
    ten = joined([replace(one, stratum=one.stratum + 2 * copy) for copy in range(10)])
    ratio = found(ten)
    assert ratio.log_ratio == pytest.approx(0.10953470665312, **AGREES)
    assert ratio.error == pytest.approx(0.335725919606714 * sqrt(9 / 8), **AGREES)


def test_a_ratio_by_hand() -> None:
    """Origin: by hand. At each age one of 10 in either group is alone at risk with one of the other; both end.

    One stratum a pair: both are at risk at age 0, where the first ends, in 10 pairs it is of the first group, in 20 of
    the second. The likelihood is that of 30 throws of a coin: odds 20 to 10, error sqrt(1/10 + 1/20).
    """
    pairs = np.arange(30)
    ended = np.column_stack([pairs < 10, pairs >= 10]).ravel()
    spells = Spells(
        entry=np.zeros(60, dtype=int),
        exit=np.where(ended, 0, 1),
        ended=ended,
        second=np.tile([False, True], 30),
        stratum=np.repeat(pairs, 2),
    )
    ratio = found(spells)
    assert ratio.log_ratio == pytest.approx(log(2), **AGREES)
    assert ratio.error == pytest.approx(sqrt(1 / 10 + 1 / 20), **AGREES)
    assert ratio.ended == (10, 20)


def test_the_intervals_and_tests_of_a_ratio() -> None:
    """Origin: the normal distribution of scipy, by other functions than ours."""
    ratio = RateRatio(log_ratio=log(0.8), error=0.1, ended=(10, 10))
    assert ratio.limits(0.9) == pytest.approx(norm.interval(0.9, log(0.8), 0.1))
    assert ratio.p_value() == pytest.approx(2 * norm.cdf(log(0.8) / 0.1))
    assert ratio.p_value(at=log(0.8)) == 1
    low, high = log_share(0.1)
    assert (low, high) == (log(0.9), log(1.1))
    above, below = norm.sf((log(0.8) - low) / 0.1), norm.cdf((log(0.8) - high) / 0.1)
    assert ratio.p_equivalence(low, high) == pytest.approx(max(above, below))


@pytest.mark.parametrize(("first", "second"), [(9, 30), (30, 9), (0, 30)])
def test_fewer_than_ten_ends_give_no_ratio(first: int, second: int) -> None:
    """Origin: ``FEWEST`` is 10."""
    number = first + second
    spells = Spells(
        entry=np.zeros(number, dtype=int),
        exit=np.arange(number) % 7,
        ended=np.ones(number, dtype=bool),
        second=np.arange(number) >= first,
        stratum=np.zeros(number, dtype=int),
    )
    assert rate_ratio(spells) is None


@pytest.mark.parametrize("apart", [True, False])
def test_groups_of_different_ages_give_no_ratio(apart: bool) -> None:
    """Origin: never at risk at one age, nothing can be compared; where all of one end first, no ratio is largest."""
    old = np.repeat([False, True], 12)
    spells = Spells(
        entry=np.where(old & apart, 10, 0),
        exit=np.where(old, 15, 5),
        ended=np.ones(24, dtype=bool),
        second=old,
        stratum=np.zeros(24, dtype=int),
    )
    assert rate_ratio(spells) is None


ROW = st.tuples(*(st.integers(0, top) for top in (9, 9, 4, 2, 5)))


@st.composite
def many(draw: st.DrawFn) -> Spells:
    """Stretches of which enough end in either group."""
    rows = np.array(draw(st.lists(ROW, min_size=50, max_size=80)))
    ages = np.sort(rows[:, :2], axis=1)
    return Spells(
        entry=ages[:, 0],
        exit=ages[:, 1],
        ended=rows[:, 2] > 0,
        second=np.arange(len(rows)) % 2 == 0,
        stratum=rows[:, 3],
        cluster=rows[:, 4],
    )


def agree(one: RateRatio | None, other: RateRatio | None, sign: int = 1) -> None:
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert one.log_ratio == pytest.approx(sign * other.log_ratio, rel=1e-7, abs=1e-9)
        assert one.error == pytest.approx(other.error, rel=1e-7)


@given(many())
@STEADY
def test_swapping_the_groups_turns_the_sign(spells: Spells) -> None:
    """Law of a ratio."""
    agree(rate_ratio(replace(spells, second=~spells.second)), rate_ratio(spells), -1)


@given(many(), st.integers(0, 2**32 - 1))
@STEADY
def test_the_order_of_rows_never_matters(spells: Spells, seed: int) -> None:
    """Law of sums."""
    agree(rate_ratio(spells.where(np.random.default_rng(seed).permutation(len(spells)))), rate_ratio(spells))


@given(many(), st.integers(0, 9))
@STEADY
def test_a_case_in_two_stretches_is_the_case_in_one(spells: Spells, at: int) -> None:
    """Law: until an age, and from the next on; the second half is of the same cluster."""
    cut = (spells.entry <= at) & (at < spells.exit)
    first = replace(spells, exit=np.where(cut, at, spells.exit), ended=spells.ended & ~cut)
    then = replace(spells, entry=np.full(len(spells), at + 1)).where(cut)
    agree(rate_ratio(joined([first, then])), rate_ratio(spells))


@given(many())
@STEADY
def test_the_names_of_strata_and_clusters_never_matter(spells: Spells) -> None:
    """Law: other numbers, with gaps between them."""
    assert spells.cluster is not None
    other = replace(spells, stratum=7 - 3 * spells.stratum, cluster=spells.cluster * 5 + 2)
    agree(rate_ratio(other), rate_ratio(spells))


def observed(*cases: tuple[int, int, bool]) -> Observed:
    """Issues by the day opened, the day last seen and whether they were resolved then; the log runs from 10 to 20."""
    opened, last, resolved = (np.array(column) for column in zip(*cases, strict=True))
    return Observed(opened=opened, last=last, resolved=resolved, cluster=None, begins=10, ends=20)


def stretches(spells: Spells) -> list[tuple[int, int, bool, bool]]:
    columns = (spells.entry.tolist(), spells.exit.tolist(), spells.ended.tolist(), spells.second.tolist())
    return list(zip(*columns, strict=True))


def test_an_issue_opened_before_a_period_counts_from_its_age() -> None:
    """Origin: by hand, with a turn on day 15."""
    seen = observed(
        (4, 17, True),  # in the first period at ages 6 to 10, in the second at 11 to 13, where it is resolved
        (12, 14, True),  # resolved on the last day of the first period, at age 2
        (15, 20, False),  # opened on the day of the turn and open on the last day, at age 5
        (15, 15, True),  # resolved on the day on which it was opened
        (3, 9, True),  # resolved before the log begins: in no period
    )
    assert stretches(spells_of(seen, 15, np.zeros(5, dtype=int))) == [
        (6, 10, False, False),
        (0, 2, True, False),
        (11, 13, True, True),
        (0, 5, False, True),
        (0, 0, True, True),
    ]


def test_resolved_for_each_hundred_days_open() -> None:
    """Origin: by hand. Days at risk 5 + 3 before the turn, one resolved; 3 + 6 + 1 from it on, two resolved."""
    seen = observed((4, 17, True), (12, 14, True), (15, 20, False), (15, 15, True))
    before, after = sides_of(spells_of(seen, 15, np.array([0, 1, 1, 0])))
    assert (before.resolved, before.days_open, before.rate) == (1, 8, 12.5)
    assert (after.resolved, after.days_open, after.rate) == (2, 10, 20)
