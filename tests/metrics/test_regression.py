"""Covariates, regression under a design and differences of means: by hand, by law and at the edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.coefficients import Coefficients
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.design import Design, make_design
from pcse_analysis.metrics.regression import difference_of_means, group_means, regression
from tests.metrics.made import STEADY

ALL = np.ones(6, dtype=bool)


def test_groups_become_columns_against_a_reference() -> None:
    covariates = Covariates(columns={"size": ["small", "large", "mid", "large", "mid", "small"], "doctors": range(6)})
    found = covariates.matrix(ALL)
    assert found.names == ("size: mid", "size: small", "doctors")
    assert found.covariates == ("size", "size", "doctors")
    assert found.values.T.tolist() == [[0, 0, 1, 0, 1, 0], [1, 0, 0, 0, 0, 1], [0, 1, 2, 3, 4, 5]]


def test_a_reference_may_be_named_and_a_categorical_has_its_own_order() -> None:
    sizes = pd.Categorical(list("sslmml"), categories=["s", "m", "l", "unused"])
    assert Covariates(columns={"size": sizes}).matrix(ALL).names == ("size: m", "size: l")
    named = Covariates(columns={"size": sizes}, references={"size": "l"})
    assert named.matrix(ALL).names == ("size: s", "size: m")


def test_products_let_an_effect_differ() -> None:
    columns = {"wave": list("112212"), "size": [0.0, 1, 0, 1, 2, 3]}
    found = Covariates(columns=columns, products=(("wave", "size"),)).matrix(ALL)
    assert found.names == ("wave: 2", "size", "wave: 2 x size")
    assert found.values[:, 2].tolist() == [0, 0, 0, 1, 0, 3]


def test_who_lacks_a_covariate_is_not_known() -> None:
    covariates = Covariates(columns={"size": ["a", None, "b"], "doctors": [1.0, 2.0, np.nan]})
    assert covariates.known(3).tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("covariates", "says"),
    [
        (Covariates(columns={"size": ["a"] * 6}), "covariate 'size': it is the same for all"),
        (Covariates(columns={"size": list("aaabbc")}), "one respondent only is of the group 'c'"),
        (Covariates(columns={"size": list("aaabbb")}, references={"size": "z"}), "covariate 'size': found 'z'"),
        (Covariates(columns={"one": range(6), "two": range(2, 14, 2)}), "covariate 'two': it follows from"),
        (Covariates(columns={"one": [1, 2, 3, np.inf, 4, 5]}), "1 values are infinite"),
    ],
)
def test_covariates_that_explain_nothing_are_refused(covariates: Covariates, says: str) -> None:
    with pytest.raises(DataError, match=says):
        covariates.matrix(ALL)


def test_columns_that_do_not_fit_are_all_named() -> None:
    covariates = Covariates(columns={"size": [1, 2]}, references={"sise": "a"}, products=(("size", "wave"),))
    with pytest.raises(DataError, match="3 problems") as error:
        covariates.known(3)
    assert "near 'size'" in str(error.value)


def test_a_regression_on_one_group_by_hand() -> None:
    # Means 2 and 5; without strata the variance of the slope is n / (n - 1) times the sum of the squared influences:
    # (residual / size of the group)^2, here 4 of (1/3)^2.
    design = make_design(np.ones(6))
    found = regression([1, 2, 3, 4, 5, 6], Covariates(columns={"wave": list("aaabbb")}), design)
    assert found.names == ("constant", "wave: b")
    np.testing.assert_allclose(found.values, [2, 3], atol=1e-12)
    assert found.standard_errors[1] ** 2 == pytest.approx(6 / 5 * 4 / 9, rel=1e-12)
    assert (found.degrees_of_freedom, found.base) == (4, 6)


def test_a_logistic_regression_on_one_group_by_hand() -> None:
    # Odds 1/2 of three and 2 of three: the slope is log 4.
    answers, waves = [0, 0, 1, 0, 1, 1], list("aaabbb")
    found = regression(answers, Covariates(columns={"wave": waves}), make_design(np.ones(6)), kind="logistic")
    np.testing.assert_allclose(found.values, [np.log(1 / 2), np.log(4)], rtol=1e-9)
    # The influence is the residual over n p (1 - p) of its group, p (1 - p) = 2/9: squares sum to 2 (2/3)/(2/3)^2.
    assert found.standard_errors[1] ** 2 == pytest.approx(6 / 5 * 2 * (2 / 3) / (2 / 3) ** 2, rel=1e-9)


def test_the_difference_of_means_is_the_slope_on_the_group() -> None:
    values, waves = [1.0, 2, 4, 3, 5, 9], list("aababb")
    design = make_design([1, 2, 3, 1, 2, 3], clusters=list("pqrpqs"))
    slope = regression(values, Covariates(columns={"wave": waves}), design)
    found = difference_of_means(values, waves, design)
    assert found.names == ("b less a",)
    assert found.values[0] == pytest.approx(slope.values[1], rel=1e-12)
    assert found.standard_errors[0] == pytest.approx(slope.standard_errors[1], rel=1e-12)
    assert found.degrees_of_freedom == slope.degrees_of_freedom == 2


Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def replies(draw: st.DrawFn) -> Data:
    size = draw(st.integers(20, 50))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups = rng.choice(["a", "b"], size)
    groups[:4] = ["a", "a", "b", "b"]
    return rng.normal(size=size), groups, rng.uniform(0.5, 3, size), rng.normal(size=size)


@given(replies(), st.integers(0, 1000), st.floats(0.01, 100))
@STEADY
def test_row_order_and_the_scale_of_weights_change_nothing(data: Data, seed: int, scale: float) -> None:
    y, groups, weights, x = data
    order = np.random.default_rng(seed).permutation(len(y))
    one = regression(y, Covariates(columns={"group": groups, "x": x}), make_design(weights))
    columns = {"group": groups[order], "x": x[order]}
    two = regression(y[order], Covariates(columns=columns), make_design(weights[order] * scale))
    np.testing.assert_allclose(two.values, one.values, atol=1e-9)
    np.testing.assert_allclose(two.standard_errors, one.standard_errors, rtol=1e-8)


@given(replies(), st.floats(-5, 5), st.floats(0.1, 1000))
@STEADY
def test_the_unit_of_a_covariate_is_only_a_unit(data: Data, shift: float, unit: float) -> None:
    y, groups, weights, x = data
    yes, design = (y > 0).astype(float), make_design(weights)
    yes[:4] = [0, 1, 0, 1]
    try:
        one = regression(yes, Covariates(columns={"group": groups, "x": x}), design, kind="logistic")
    except DataError:
        return
    two = regression(yes, Covariates(columns={"group": groups, "x": x * unit + shift}), design, kind="logistic")
    np.testing.assert_allclose(two.values[1], one.values[1], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(two.values[2] * unit, one.values[2], rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(two.p_values[1:], one.p_values[1:], rtol=1e-5)


@given(replies())
@STEADY
def test_swapping_the_groups_flips_the_difference(data: Data) -> None:
    y, groups, weights, _ = data
    swapped = np.where(groups == "a", "b", "a")
    one = difference_of_means(y, groups, make_design(weights))
    two = difference_of_means(y, swapped, make_design(weights))
    assert two.values[0] == pytest.approx(-one.values[0], abs=1e-12)
    assert two.p_values[0] == pytest.approx(one.p_values[0], rel=1e-9)


def test_what_is_given_is_not_altered() -> None:
    frame = pd.DataFrame({"y": [1.0, 2, np.nan, 4, 3, 6], "size": list("abaabb"), "doctors": [1, 2, 3, 4, 5, 9]})
    before = frame.copy()
    covariates = Covariates(columns={"size": frame["size"], "doctors": frame["doctors"]})
    regression(frame["y"], covariates, make_design(np.ones(6)))
    pd.testing.assert_frame_equal(frame, before)


def plain(size: int) -> Design:
    return make_design(np.ones(size))


@pytest.mark.parametrize(
    ("answers", "column", "kind", "says"),
    [
        ([np.nan] * 6, range(6), "linear", "nobody is in the base"),
        ([3] * 6, range(6), "linear", "all 6 answers are the same"),
        ([0, 1, 2, 0, 1, 1], range(6), "logistic", "1 of 6 answers are neither 0 nor 1"),
        ([0, 0, 0, 1, 1, 1], range(6), "logistic", "tell the answers apart without fail"),
        ([0, 1, 0, 1, 1, 1], list("aaabbb"), "logistic", "tell the answers apart without fail"),
        ([1, 3, 5, 7, 9, 11], range(6), "linear", "explain every answer exactly"),
    ],
)
def test_regressions_without_an_honest_error_are_refused(
    answers: list[float], column: object, kind: str, says: str
) -> None:
    covariates = Covariates(columns={"x": list(column)})  # type: ignore[call-overload]
    with pytest.raises(DataError, match=says):
        regression(answers, covariates, plain(6), kind=kind)  # type: ignore[arg-type]


def test_small_units_are_no_perfect_fit() -> None:
    large = regression([1, 2, 4, 3, 5, 5], Covariates(columns={"x": range(6)}), plain(6))
    small = regression(np.array([1, 2, 4, 3, 5, 5]) * 1e-12, Covariates(columns={"x": range(6)}), plain(6))
    np.testing.assert_allclose(small.values * 1e12, large.values, rtol=1e-9)
    np.testing.assert_allclose(small.p_values, large.p_values, rtol=1e-9)


def test_too_few_clusters_and_strata_of_one_are_both_named() -> None:
    design = make_design(np.ones(6), strata=list("aaaaab"), clusters=list("pppqqr"))
    with pytest.raises(DataError, match="2 problems") as error:
        regression([1, 2, 4, 3, 5, 5], Covariates(columns={"x": [1, 0, 2, 0, 3, 1], "z": [0, 0, 1, 1, 0, 1]}), design)
    assert "strata with one cluster only" in str(error.value)
    assert "3 coefficients were asked of clusters with 1 degrees of freedom" in str(error.value)


def test_a_sample_of_all_there_are_has_no_interval() -> None:
    design = make_design(np.ones(6), population=[6] * 6)
    for compared in (
        lambda: regression([1, 2, 4, 3, 5, 5], Covariates(columns={"x": range(6)}), design),
        lambda: difference_of_means([1.0, 2, 4, 3, 5, 5], list("aaabbb"), design),
    ):
        with pytest.raises(DataError, match="no spread"):
            compared()


def test_one_group_of_one_mind_still_has_a_difference() -> None:
    found = difference_of_means([2.0, 2, 2, 3, 4, 5], list("aaabbb"), plain(6))
    assert (found.values[0], found.base) == (2, 6)
    assert found.standard_errors[0] > 0


def test_a_mean_of_one_cluster_is_refused() -> None:
    design = make_design(np.ones(6), clusters=list("pppqrs"))
    with pytest.raises(DataError, match="group 'a': all its respondents are of one cluster"):
        group_means([1.0, 2, 3, 4, 5, 6], list("aaabbb"), design)


def test_contrasts_that_follow_from_each_other_are_refused() -> None:
    means = group_means([1.0, 2, 4, 5, 7, 8], list("aabbcc"), plain(6))
    with pytest.raises(DataError, match="one follows from others"):
        means.tested(np.array([[-1.0, 1, 0], [0, -1, 1], [-1, 0, 1]]))


def test_the_adjusted_wald_test_by_hand() -> None:
    # Two means of variance 1: 9 + 16 = 25 over 2 is 12.5; with 4 degrees of freedom times 3/4 on 2 and 3.
    made = Coefficients(
        names=("a", "b"), values=np.array([3.0, 4.0]), covariance=np.eye(2), degrees_of_freedom=4.0, base=9
    )
    plainly, adjusted = made.tested(np.eye(2)), made.tested(np.eye(2), adjusted=True)
    assert (plainly.statistic, plainly.df, plainly.denominator_df) == (pytest.approx(12.5), 2, 4)
    assert (adjusted.statistic, adjusted.df, adjusted.denominator_df) == (pytest.approx(9.375), 2, 3)
    # F on 2 and d degrees of freedom: P(F > f) = (1 + 2 f / d)^(-d / 2).
    assert plainly.p_value == pytest.approx((1 + 2 * 12.5 / 4) ** -2)
    assert adjusted.p_value == pytest.approx((1 + 2 * 9.375 / 3) ** -1.5)
