"""Replicate weights: values of R, laws of the jackknife and the bootstrap, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.known_totals import KnownTotals, cross_table
from pcse_analysis.metrics.linearised import standard_error, total
from pcse_analysis.metrics.replicates import Replicates, bootstrap, jackknife, refitted, replicate_covariance
from pcse_analysis.metrics.weighting import exponential, linear, raking

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ANSWERS = np.array([1.0, 4, 6, 3, 10])
STRATA, BASE = [1, 1, 1, 2, 2], [2.0, 2, 2, 3, 3]


def error(replicates: Replicates, statistic) -> float:
    full, each = replicates.estimates(statistic)
    return float(np.sqrt(replicate_covariance(each, full, replicates)[0, 0]))


# ---- values of R 4.2, survey 4.1-1: as.svrepdesign(svydesign(id=~1, strata=~h, weights=~w, fpc=~N), type="JKn")


def test_jackknife_weights_of_r() -> None:
    found = jackknife(make_design(BASE, strata=STRATA))
    # weights(r, "replication") over the sampling weights; r$scale; r$rscales.
    assert (found.weights.T / BASE).tolist() == [
        [0, 1.5, 1.5, 1, 1],
        [1.5, 0, 1.5, 1, 1],
        [1.5, 1.5, 0, 1, 1],
        [1, 1, 1, 0, 2],
        [1, 1, 1, 2, 0],
    ]
    assert found.scale == 1
    assert found.rscales == pytest.approx([2 / 3] * 3 + [1 / 2] * 2)
    assert error(found, lambda w: w @ ANSWERS) == pytest.approx(22.7376340018041, rel=1e-13)
    assert error(found, lambda w: w @ ANSWERS / w.sum()) == pytest.approx(1.89480283348368, rel=1e-13)


def test_jackknife_with_the_correction_of_r() -> None:
    found = jackknife(make_design(BASE, strata=STRATA, population=[6] * 5))
    assert found.rscales == pytest.approx([1 / 3] * 5)
    assert error(found, lambda w: w @ ANSWERS) == pytest.approx(18.2208671582886, rel=1e-13)
    assert error(found, lambda w: w @ ANSWERS / w.sum()) == pytest.approx(1.51840559652405, rel=1e-13)


@pytest.mark.parametrize(
    ("population", "scale", "expected"), [(6, 1 / 3, 1.02740233382816), (None, 2 / 3, 1.45296631451356)]
)
def test_one_stratum_is_jk1(population: int | None, scale: float, expected: float) -> None:
    """as.svrepdesign(type="JK1") of the first stratum: r$scale, r$rscales, SE(svymean(~y, r))."""
    found = jackknife(make_design([2.0] * 3, population=None if population is None else [population] * 3))
    assert found.scale == pytest.approx(scale)
    assert found.rscales.tolist() == [1, 1, 1]
    assert error(found, lambda w: w @ ANSWERS[:3] / w.sum()) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("columns", "fit", "expected"),
    [
        # postStratify(r, ~a, ...); SE of svymean and svytotal of y
        ("a", raking, (5.2352941176471, 1.1481021680968, 188.47058823529, 41.331678051486)),
        ("a", exponential, (5.2352941176471, 1.1481021680968, 188.47058823529, 41.331678051486)),
        # calibrate(r, ~a+b, c(36, 16, 21), epsilon=1e-13)
        ("ab", linear, (5.2777777777778, 0.96113028475266, 190, 34.600690251096)),
    ],
)
def test_the_fit_is_done_again_in_each_replicate(columns: str, fit, expected: tuple[float, ...]) -> None:
    margins = [
        KnownTotals(name="a", labels=list("xxyyxxyyx"), totals={"x": 20, "y": 16}),
        KnownTotals(name="b", labels=list("uvuvvvuvu"), totals={"u": 15, "v": 21}),
    ][: len(columns)]
    y = np.array([1.0, 4, 6, 3, 10, 2, 8, 5, 7])
    plain = jackknife(make_design([1.0, 2, 3, 3, 2, 4, 4, 7, 4], strata=[1] * 5 + [2] * 4))
    found = refitted(plain, cross_table(margins, 9), fit)
    full, each = found.estimates(lambda w: (w @ y / w.sum(), w @ y))
    errors = np.sqrt(np.diag(replicate_covariance(each, full, found)))
    assert (full[0], errors[0], full[1], errors[1]) == pytest.approx(expected, rel=1e-11)


# ---- laws


@st.composite
def designs(draw: st.DrawFn):
    """Strata of two to five clusters of one to three respondents, and answers."""
    strata, clusters = [], []
    for stratum in range(draw(st.integers(1, 3))):
        for cluster in range(draw(st.integers(2, 5))):
            size = draw(st.integers(1, 3))
            strata += [stratum] * size
            clusters += [cluster] * size
    floats = st.lists(st.floats(0.5, 9), min_size=len(strata), max_size=len(strata))
    population = [12] * len(strata) if draw(st.booleans()) else None
    design = make_design(draw(floats), strata=strata, clusters=clusters, population=population)
    return design, np.array(draw(floats))


@LAW
@given(designs())
def test_of_a_total_the_jackknife_is_the_linearised_error(sample) -> None:
    """A total is linear: both are the spread of cluster totals within strata."""
    design, y = sample
    found = jackknife(design)
    full, each = found.estimates(lambda w: w @ y)
    linearised = standard_error(total(y, design), design)
    jack = float(np.sqrt(replicate_covariance(each, full, found)[0, 0]))
    assert jack == pytest.approx(linearised, rel=1e-9, abs=1e-9 * abs(full[0]))
    around = float(np.sqrt(replicate_covariance(each, full, found, around_mean=False)[0, 0]))
    assert around == pytest.approx(jack, rel=1e-9, abs=1e-9 * abs(full[0]))


@LAW
@given(designs(), st.integers(0, 5))
def test_bootstrap_weights(sample, seed: int) -> None:
    """n - 1 draws a stratum: with equal weights in each stratum the replicate of a cluster count sums to n again."""
    design, _ = sample
    before = design.weights.copy()
    found = bootstrap(design, 20, np.random.default_rng(seed))
    again = bootstrap(design, 20, np.random.default_rng(seed))
    np.testing.assert_array_equal(found.weights, again.weights)
    assert (design.weights == before).all()
    assert (found.weights >= 0).all()
    assert found.scale == pytest.approx(1 / 19)
    first = np.array([np.flatnonzero(design.psu == cluster)[0] for cluster in range(design.psus)])
    factors = found.weights[first] / design.weights[first, None]
    for stratum, n in enumerate(design.psus_in):
        np.testing.assert_allclose(factors[design.stratum[first] == stratum].sum(axis=0), n)


@pytest.mark.parametrize(("population", "tolerance"), [(None, 0.03), ([8] * 6 + [10] * 5, 0.03)])
def test_the_bootstrap_comes_to_the_linearised_error(population: list[int] | None, tolerance: float) -> None:
    """Of a total its expectation is the linearised variance, correction included (Rao and Wu 1988).

    With 4000 replicates the standard error of the standard error is 1.1 % of it.
    """
    y = np.array([1.0, 4, 6, 3, 10, 2, 8, 5, 7, 1, 4])
    design = make_design([2.0] * 6 + [3.0] * 5, strata=[1] * 6 + [2] * 5, population=population)
    found = bootstrap(design, 4000, np.random.default_rng(20180116))
    assert error(found, lambda w: w @ y) == pytest.approx(standard_error(total(y, design), design), rel=tolerance)


def test_a_stratum_that_is_all_of_its_population_adds_no_error() -> None:
    design = make_design([1.0, 1, 1, 2, 2], strata=[0, 1, 1, 2, 2], population=[1, 2, 2, 4, 4])
    only_last = make_design([2.0, 2], population=[4, 4])
    y = np.array([9.0, 1, 7, 3, 5])
    expected = standard_error(total(y[3:], only_last), only_last)
    assert error(jackknife(design), lambda w: w @ y) == pytest.approx(expected)
    drawn = bootstrap(design, 50, np.random.default_rng(1))
    assert (drawn.weights[:3] == 1).all()


def test_a_census_has_no_error() -> None:
    design = make_design([1.0] * 3, strata=[0, 1, 1], population=[1, 2, 2])
    assert error(jackknife(design), lambda w: w @ np.array([1.0, 5, 9])) == 0
    alone = make_design([1.0, 1.0], strata=[0, 1], population=[1, 1])
    assert error(jackknife(alone), lambda w: w.sum()) == 0


# ---- refused


@pytest.mark.parametrize("make", [jackknife, lambda design: bootstrap(design, 9, np.random.default_rng(1))])
def test_a_stratum_of_one_cluster(make) -> None:
    with pytest.raises(DataError, match="strata with one cluster only"):
        make(make_design([1.0, 2, 3], strata=["a", "b", "b"]))


def test_one_replicate() -> None:
    with pytest.raises(DataError, match="found 1 replicates"):
        bootstrap(make_design([1.0, 2]), 1, np.random.default_rng(1))


def test_replicates_without_an_estimate() -> None:
    """Of a domain with one respondent, the replicate without it has nothing to take the mean of."""
    found = jackknife(make_design([1.0, 2, 3]))
    with pytest.raises(DataError, match="1 of 3 replicates have no estimate"):
        replicate_covariance(np.array([[1.0], [np.nan], [2.0]]), [1.5], found)


def test_a_label_that_a_replicate_leaves_without_replies() -> None:
    table = cross_table([KnownTotals(name="size", labels=list("ssl"), totals={"s": 8, "l": 4})], 3)
    with pytest.raises(DataError, match="margin 'size': 'l' has no reply with a weight in some replicate"):
        refitted(jackknife(make_design([1.0, 2, 3])), table, raking)
