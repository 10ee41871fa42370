"""The ratio of the rates at which two groups end: against R's Cox model on written-out tables, by hand, and by laws."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from pcse_analysis.metrics.rates import RateRatio, Spells, expected_ends, joined, log_share, rate_ratio
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


# R 4.2.2, survival 3.5-3: f <- coxph(Surv(entry - 0.5, exit, ended) ~ second + strata(stratum), ties = "efron",
# control = coxph.control(eps = 1e-14)). Our ages are whole days at risk from entry to exit, both of them in; R's
# intervals are open at their beginning, so that its entry is half a day earlier.
OF_R = [(TIED, -0.0693679806477378, 0.377015041753193), (UNTIED, 0.10953470665312, 0.402994899860422)]
# u <- tapply(residuals(f, type = "score"), cluster, sum); and over every end at age a in stratum s, the k-th (from 0)
# of m that are tied: w <- (stratum == s & entry <= a & exit >= a) * exp(coef(f) * second) *
# (1 - (exit == a & ended) * k / m); z <- sum(w * second) / sum(w); held <- held + w * (second - z)^2 / sum(w).
# h <- tapply(held, cluster, sum); the error is sqrt(sum((u / (sum(h) - h))^2) * 8 / 9) for the nine clusters; with
# M <- diag(1 / (sum(h) - h)^2) %*% (diag(h) - outer(h, h) / sum(h)), degrees are sum(diag(M))^2 / sum(diag(M %*% M)).
CLUSTERED_OF_R = [(TIED, 0.428706563812352, 5.08392523668412), (UNTIED, 0.359084054896016, 6.20493564099578)]


@pytest.mark.parametrize(("table", "log_ratio", "error"), OF_R, ids=["tied", "untied"])
def test_the_ratio_and_its_error_are_those_of_r(table: str, log_ratio: float, error: float) -> None:
    """Origin: ``OF_R``; they are the same with clusters."""
    for spells in (spells_from(table), replace(spells_from(table), cluster=None)):
        ratio = found(spells)
        assert (ratio.log_ratio, ratio.error) == (pytest.approx(log_ratio, **AGREES), pytest.approx(error, **AGREES))
    assert (ratio.clustered, ratio.degrees) == (0, inf)


@pytest.mark.parametrize(("table", "clustered", "degrees"), CLUSTERED_OF_R, ids=["tied", "untied"])
def test_the_clustered_error_is_that_of_r(table: str, clustered: float, degrees: float) -> None:
    """Origin: ``CLUSTERED_OF_R``."""
    ratio = found(spells_from(table))
    assert ratio.clustered == pytest.approx(clustered, **AGREES)
    assert ratio.degrees == pytest.approx(degrees, **AGREES)


def test_the_clustered_error_of_cases_that_come_in_tens() -> None:
    """Origin: with ten copies of every case of a cluster, scores and information are ten times those of R's.

    So neither the error nor its degrees move. The copies are untied by making a stratum of each.
    """
    one = spells_from(UNTIED)
    ten = joined([replace(one, stratum=one.stratum + 2 * copy) for copy in range(10)])
    ratio = found(ten)
    assert ratio.log_ratio == pytest.approx(0.10953470665312, **AGREES)
    assert ratio.clustered == pytest.approx(0.359084054896016, **AGREES)
    assert ratio.degrees == pytest.approx(6.20493564099578, **AGREES)


def pairs(first: int, second: int, cluster: list[int] | None = None) -> Spells:
    """One of either group open at age 0, where one of them ends: in so many pairs that of the first, or the second."""
    number = first + second
    ended = np.column_stack([np.arange(number) < first, np.arange(number) >= first]).ravel()
    return Spells(
        entry=np.zeros(2 * number, dtype=int),
        exit=np.where(ended, 0, 1),
        ended=ended,
        second=np.tile([False, True], number),
        stratum=np.repeat(np.arange(number), 2),
        cluster=None if cluster is None else np.repeat(cluster, 2),
    )


def test_a_ratio_by_hand() -> None:
    """Origin: by hand. The likelihood is that of 30 throws of a coin: odds 20 to 10, error sqrt(1/10 + 1/20)."""
    ratio = found(pairs(10, 20))
    assert ratio.log_ratio == pytest.approx(log(2), **AGREES)
    assert ratio.error == pytest.approx(sqrt(1 / 10 + 1 / 20), **AGREES)
    assert ratio.ended == (10, 20)


def test_a_clustered_error_by_hand() -> None:
    """Origin: by hand. Six clusters of five throws; the second group wins 1, 2, 4, 4, 4 and 5, of 10/3 expected.

    The squares of what is left over make 34/3; each holds 5 times 2/3 times 1/3 of information, the other five 50/9.
    With clusters of one size, the degrees of freedom are one fewer than these.
    """
    lost, won = [4, 3, 1, 1, 1, 0], [1, 2, 4, 4, 4, 5]
    ratio = found(pairs(10, 20, [*np.repeat(range(6), lost), *np.repeat(range(6), won)]))
    assert ratio.clustered == pytest.approx(sqrt(34 / 3 * (9 / 50) ** 2 * 5 / 6), **AGREES)
    assert ratio.degrees == pytest.approx(5, **AGREES)


def test_two_clusters_leave_one_degree_of_freedom_however_uneven() -> None:
    """Origin: by hand. The second group wins 6 of 10 in one cluster and 14 of 20 in the other, left over 2/3 in both.

    The degrees are 1, as both scores are one number.
    """
    ratio = found(pairs(10, 20, [0] * 4 + [1] * 6 + [0] * 6 + [1] * 14))
    each = [2 / 3 / (20 * 2 / 9), 2 / 3 / (10 * 2 / 9)]
    assert ratio.clustered == pytest.approx(sqrt((each[0] ** 2 + each[1] ** 2) / 2), **AGREES)
    assert ratio.degrees == pytest.approx(1, rel=1e-6)


def test_a_ratio_that_hangs_on_one_cluster_is_not_given() -> None:
    """Origin: by hand. The second cluster is one throw of 30: without the first 2/9 of information are left.

    The error is then more than 1/3 over 2/9 over the root of 2, and Student's quantile 12.7.
    """
    assert rate_ratio(pairs(10, 20, [0] * 29 + [1])) is None


def test_one_cluster_shows_nothing_of_how_unlike_clusters_are() -> None:
    """Origin: by hand. The second cluster is never open with the other group."""
    one = pairs(10, 20, [0] * 30)
    alone = replace(one.where(np.arange(60) == 0), stratum=np.array([30]), cluster=np.array([1]))
    for spells in (one, joined([one, alone])):
        assert (found(spells).clustered, found(spells).degrees) == (0, inf)


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


@pytest.mark.parametrize(("clustered", "degrees"), [(0.09, 4.0), (0.05, 4.0), (0.2, 1.0)])
def test_the_wider_interval_and_the_larger_p_are_given(clustered: float, degrees: float) -> None:
    """Origin: the normal and Student's distribution of scipy, by other functions than ours."""
    ratio = RateRatio(log_ratio=log(0.8), error=0.1, ended=(10, 10), clustered=clustered, degrees=degrees)
    both = norm.interval(0.95, log(0.8), 0.1), student.interval(0.95, degrees, log(0.8), clustered)
    assert ratio.limits() == pytest.approx((min(low for low, _ in both), max(high for _, high in both)))
    tails = norm.cdf(log(0.8) / 0.1), student.cdf(log(0.8) / clustered, degrees)
    assert ratio.p_value() == pytest.approx(2 * max(tails))


@given(st.floats(-2, 2), st.floats(0.05, 1), st.floats(0, 1), st.floats(1, 50))
@STEADY
def test_p_inverts_the_interval(at: float, error: float, clustered: float, degrees: float) -> None:
    """Law: at a confidence of 1 less p, a limit is what p is of; p of equivalence is below 5 % as the 90 % one lies."""
    ratio = RateRatio(log_ratio=0.1, error=error, ended=(10, 10), clustered=clustered, degrees=degrees)
    if 1e-6 < ratio.p_value(at) < 1:
        assert min(abs(limit - at) for limit in ratio.limits(1 - ratio.p_value(at))) < 1e-6
    low, high = log_share(0.5)
    inside = ratio.limits(0.9)[0] > low and ratio.limits(0.9)[1] < high
    assert (ratio.p_equivalence(low, high) < 0.05) == inside


@pytest.mark.parametrize(("first", "second", "given"), [(3, 17, True), (17, 3, True), (10, 9, False), (19, 0, False)])
def test_a_ratio_needs_ten_expected_ends_in_each_group(first: int, second: int, given: bool) -> None:
    """Origin: ``FEWEST`` is 10; of alike groups each is expected to have half of the ends of pairs."""
    spells = pairs(first, second)
    assert expected_ends(spells.table()) == ((first + second) / 2, (first + second) / 2)
    assert (rate_ratio(spells) is not None) == given


# Origin: R 4.2.2; over every age and stratum in which both are open, m * n1 / (n0 + n1) of the m that end.
@pytest.mark.parametrize(
    ("table", "expected"),
    [(TIED, (14.5338661338661, 14.4661338661339)), (UNTIED, (13.6753524253524, 13.3246475746476))],
    ids=["tied", "untied"],
)
def test_expected_ends_are_those_of_r(table: str, expected: tuple[float, float]) -> None:
    assert expected_ends(spells_from(table).table()) == pytest.approx(expected, **AGREES)


def test_a_group_of_which_none_ended_by_hand() -> None:
    """Origin: by hand. For throws of a coin D. Firth's correction adds half a throw to each side: odds 1/2 to 20 1/2.

    The information is 20 times the shares 1/42 and 41/42.
    """
    ratio = found(pairs(20, 0))
    assert ratio.log_ratio == pytest.approx(log(0.5 / 20.5), **AGREES)
    assert ratio.error == pytest.approx(sqrt(42 * 42 / (20 * 41)), **AGREES)
    assert ratio.p_value() < 0.05


# R 4.2.2, survival 3.5-3: the table without the second group's ends, in six copies with strata of their own; f is coxph
# as for OF_R with init = b and iter.max = 0, and optimize finds the b of the largest f$loglik[2] - log(f$var) / 2.
@pytest.mark.parametrize(
    ("table", "log_ratio", "error"),
    [(TIED, -3.68535241097, 1.44983716437), (UNTIED, -3.98285407175, 1.43303687003)],
    ids=["tied", "untied"],
)
def test_a_group_of_which_none_ended_is_that_of_r(table: str, log_ratio: float, error: float) -> None:
    one = spells_from(table)
    one = replace(one.where(~(one.ended & one.second)), cluster=None)
    ratio = found(joined([replace(one, stratum=one.stratum + 2 * copy) for copy in range(6)]))
    assert (ratio.log_ratio, ratio.error) == (pytest.approx(log_ratio, rel=1e-6), pytest.approx(error, rel=1e-6))


@pytest.mark.parametrize("apart", [True, False])
def test_groups_of_different_ages_give_no_ratio(apart: bool) -> None:
    """Origin: by hand. Never open at one age, nothing can be compared; else only where 6 of 12 are expected."""
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
        assert one.clustered == pytest.approx(other.clustered, rel=1e-7)
        assert one.degrees == pytest.approx(other.degrees, rel=1e-6)


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
