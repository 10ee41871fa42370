"""Tests of a two-way table: against plain ones where these must be the same, against R, and at the edges."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.rao_scott import above_zero, two_way
from tests.metrics.made import STEADY

ANSWERS = np.array([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
GROUPS = np.array([1, 1, 1, 2, 1, 1, 1, 2, 2, 2, 2, 2])
WEIGHTS = np.array([1.0, 2, 3, 1, 2, 2, 1, 3, 1, 1, 2, 2])


@pytest.mark.parametrize(
    ("name", "statistic", "df", "below", "p_value"),
    [
        ("F", 2.59049754616, 1.751707225011, 19.26877947512, 0.1063157390565),
        ("Chisq", 5.740909090909, 2, None, 0.07498272343664),
        ("Wald", 4.368458812184, 2, 11, 0.0401442604435),
        ("adjWald", 3.971326192894, 2, 10, 0.05377331161683),
    ],
)
def test_a_small_table_with_an_empty_cell(
    name: str, statistic: float, df: float, below: float | None, p_value: float
) -> None:
    """Origin: R 4.2.2, survey 4.1-1: svychisq(~x+g, svydesign(id=~1, weights=~w, data=B), statistic=name)."""
    table = two_way(ANSWERS, GROUPS, make_design(WEIGHTS))
    np.testing.assert_allclose(table.shares * WEIGHTS.sum(), [[6, 1], [5, 3], [0, 6]], rtol=1e-13)
    found = {
        "F": table.second_order,
        "Chisq": table.first_order,
        "Wald": table.wald,
        "adjWald": lambda: table.wald(adjusted=True),
    }[name]()
    assert (found.statistic, found.p_value) == (pytest.approx(statistic, rel=1e-11), pytest.approx(p_value, rel=1e-10))
    assert (found.df, found.denominator_df) == (pytest.approx(df), below and pytest.approx(below))


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    size = draw(st.integers(30, 80))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    answers, groups = rng.integers(0, 4, size), rng.integers(0, 3, size)
    answers[:12], groups[:12] = np.tile([0, 1, 2, 3], 3), np.repeat([0, 1, 2], 4)
    return answers, groups, rng.uniform(0.5, 3, size)


@given(tables(), st.integers(0, 1000), st.floats(0.01, 100))
@STEADY
def test_rows_columns_orders_and_scales_may_be_changed_about(
    table: tuple[np.ndarray, np.ndarray, np.ndarray], seed: int, scale: float
) -> None:
    answers, groups, weights = table
    order = np.random.default_rng(seed).permutation(len(answers))
    one = two_way(answers, groups, make_design(weights))
    others = [
        two_way(groups, answers, make_design(weights)),
        two_way(answers[order], groups[order], make_design(weights[order] * scale)),
        two_way(-answers, 7 - groups, make_design(weights)),
    ]
    for other in others:
        np.testing.assert_allclose(other.design_effects, one.design_effects, rtol=1e-7)
        assert other.second_order().statistic == pytest.approx(one.second_order().statistic, rel=1e-8)
        assert other.wald().statistic == pytest.approx(one.wald().statistic, rel=1e-8)


@given(tables())
@STEADY
def test_of_a_simple_random_sample_pearsons_is_the_plain_statistic(
    table: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Origin: scipy's chi2_contingency."""
    answers, groups, _ = table
    found = two_way(answers, groups, make_design(np.ones(len(answers))))
    counts = np.rint(found.shares * len(answers))
    assert found.pearson == pytest.approx(stats.chi2_contingency(counts, correction=False).statistic, rel=1e-10)
    # Each design effect is n / (n - 1) where the answers do not depend on the group; near that they are near to it.
    assert 0.5 < found.design_effects.mean() < 1.6


def test_of_an_independent_table_every_design_effect_is_one() -> None:
    # 2 in each of 6 cells: the covariance of the shares is the multinomial one, n / (n - 1) times.
    answers, groups = np.tile([0, 1, 2], 4), np.repeat([0, 1], 6)
    found = two_way(answers, groups, make_design(np.ones(12)))
    np.testing.assert_allclose(found.design_effects, 12 / 11, rtol=1e-12)


def test_doubled_respondents_as_clusters_count_once() -> None:
    """Origin: with every respondent twice in one cluster all design effects are 2, so the F test is unchanged."""
    plain = two_way(ANSWERS, GROUPS, make_design(WEIGHTS))
    twice = np.repeat(np.arange(12), 2)
    doubled = two_way(ANSWERS[twice], GROUPS[twice], make_design(WEIGHTS[twice], clusters=twice))
    np.testing.assert_allclose(doubled.design_effects, 2 * plain.design_effects, rtol=1e-10)
    assert doubled.second_order().p_value == pytest.approx(plain.second_order().p_value, rel=1e-10)
    naive = two_way(ANSWERS[twice], GROUPS[twice], make_design(WEIGHTS[twice]))
    assert naive.second_order().p_value < doubled.second_order().p_value / 3


def imhof(weights: np.ndarray, counts: np.ndarray) -> float:
    """The probability that a weighted sum of chi-squares is above 0 (J. P. Imhof, Biometrika 48 (1961) 419-426)."""

    def integrand(u: float) -> float:
        angle = 0.5 * float((counts * np.arctan(weights * u)).sum())
        log_rho = 0.25 * float((counts * np.log1p((weights * u) ** 2)).sum())
        return np.sin(angle) / u * np.exp(-log_rho)

    return 0.5 + quad(integrand, 0, np.inf, limit=500, epsabs=1e-12)[0] / pi


@pytest.mark.parametrize("below", [12.0, 60.0, 400.0])
@pytest.mark.parametrize("statistic", [3.0, 7.0, 12.0])
def test_the_saddlepoint_is_within_three_per_cent_of_the_exact_distribution(statistic: float, below: float) -> None:
    weights = np.array([1.8, 1.1, 0.6, -statistic / below])
    counts = np.array([1.0, 1.0, 1.0, below])
    found = above_zero(weights, counts)
    assert found is not None
    assert found == pytest.approx(imhof(weights, counts), rel=0.03)


def test_the_saddlepoint_of_one_weight_is_near_f() -> None:
    """Origin: one design effect makes the sum an F variate."""
    for statistic in (1.5, 4.0, 9.0):
        found = above_zero(np.array([1.0, -statistic / 20]), np.array([3.0, 20.0]))
        assert found == pytest.approx(stats.f.sf(statistic / 3, 3, 20), rel=0.02)


def test_a_statistic_of_nothing_has_a_p_value_of_one() -> None:
    answers, groups = np.tile([0, 1, 2], 4), np.repeat([0, 1], 6)
    found = two_way(answers, groups, make_design(np.ones(12)))
    assert found.second_order().p_value == pytest.approx(1.0)
    assert found.saddlepoint().p_value == pytest.approx(1.0)


def test_a_domain_keeps_the_clusters_of_the_design() -> None:
    rows = np.array([True] * 12 + [False] * 4)
    answers, groups = np.append(ANSWERS, [1, 2, 3, 3]), np.append(GROUPS, [1, 1, 2, 2])
    whole = make_design(np.append(WEIGHTS, np.ones(4)))
    found, alone = two_way(answers, groups, whole, rows), two_way(ANSWERS, GROUPS, make_design(WEIGHTS))
    np.testing.assert_allclose(found.shares, alone.shares, rtol=1e-13)
    np.testing.assert_allclose(found.covariance, alone.covariance * (16 / 15) * (11 / 12), rtol=1e-10, atol=1e-18)
    assert found.degrees_of_freedom == 11


@pytest.mark.parametrize(
    ("answers", "groups", "says"),
    [
        ([None, 1, None, 2], ["a", None, "b", None], "nobody is in the table"),
        ([1, 1, 1, 1], ["a", "a", "b", "b"], "the same first answer: '1'"),
        ([1, 2, 1, 2], ["a", "a", "a", "a"], "the same second answer: 'a'"),
        ([1, 1, 2, 2], ["a", "a", "b", "b"], "no spread"),
        ([1, 1, 2, 2, 3, 3], ["a", "a", "b", "b", "c", "c"], "6 of 9 cells of the table are empty"),
    ],
)
def test_tables_without_a_test_are_refused(answers: list[object], groups: list[object], says: str) -> None:
    with pytest.raises(DataError, match=says):
        two_way(answers, groups, make_design(np.ones(len(answers))))


def test_all_that_is_wrong_is_said_at_once() -> None:
    design = make_design(np.ones(5), strata=["a", "a", "a", "a", "b"])
    with pytest.raises(DataError, match="2 problems") as error:
        two_way([1, 1, 1, 1, 1], [1, 2, 1, 2, 1], design)
    assert "strata with one cluster only: number 2" in str(error.value)


def test_more_cells_than_clusters_have_no_wald_test() -> None:
    design = make_design(np.ones(24), clusters=np.repeat([1, 2, 3, 4], 6))
    rng = np.random.default_rng(3)
    table = two_way(rng.integers(0, 3, 24), rng.integers(0, 3, 24), design)
    with pytest.raises(DataError, match=r"Wald test cannot be made|cannot be tested with 3 degrees"):
        table.wald(adjusted=True)
    assert 0 < table.second_order().p_value < 1
