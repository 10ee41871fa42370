"""The proportional-odds model and the test of its assumption: against logistic regression, by law and at the edges."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.miscmodels.ordinal_model import OrderedModel as Peer

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.parallel_slopes import parallel_slopes
from pcse_analysis.metrics.proportional_odds import proportional_odds
from pcse_analysis.metrics.regression import regression
from tests.metrics.made import STEADY

OPTIONS = ("low", "middle", "high")
Data = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@st.composite
def replies(draw: st.DrawFn) -> Data:
    """Answers of three options, a group, a number, weights."""
    size = draw(st.integers(40, 90))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, x = rng.choice(["a", "b"], size), rng.normal(size=size)
    codes = np.digitize(0.5 * x + (groups == "b") + rng.logistic(size=size), [-0.5, 1.0])
    codes[:12], groups[:12] = np.tile([0, 1, 2], 4), np.repeat(["a", "b"], 6)
    return codes, groups, x, rng.uniform(0.5, 3, size)


@given(replies())
@STEADY
def test_of_two_options_it_is_a_logistic_regression(data: Data) -> None:
    codes, groups, x, weights = data
    covariates, design = Covariates(columns={"group": groups, "x": x}), make_design(weights)
    model = proportional_odds((codes > 0).astype(int), ("no", "yes"), covariates, design)
    expected = regression(codes > 0, covariates, design, kind="logistic")
    np.testing.assert_allclose(model.coefficients.values, [*expected.values[1:], -expected.values[0]], rtol=1e-7)
    np.testing.assert_allclose(
        model.coefficients.standard_errors, [*expected.standard_errors[1:], expected.standard_errors[0]], rtol=1e-7
    )
    assert model.coefficients.degrees_of_freedom == expected.degrees_of_freedom


@pytest.mark.parametrize(("link", "distribution"), [("logit", "logit"), ("probit", "probit")])
def test_whole_weights_are_respondents_so_many_times(link: str, distribution: str) -> None:
    """Origin: statsmodels' OrderedModel, which takes no weights, on rows repeated as often as the weights say."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(150, 2)) * [1.0, 30.0] + [0.0, 500.0]
    codes = np.digitize(0.8 * x[:, 0] + 0.02 * x[:, 1] + rng.logistic(size=150), [9.0, 10.0, 11.0])
    weights = rng.integers(1, 5, 150)
    many = np.repeat(np.arange(150), weights)
    peer = Peer(codes[many], (x[many] - [0.0, 500.0]) / [1.0, 30.0], distr=distribution)
    result = peer.fit(method="newton", disp=False, tol=1e-13)
    slopes = result.params[:2] / [1.0, 30.0]
    thresholds = peer.transform_threshold_params(result.params)[1:-1] + slopes[1] * 500
    columns = Covariates(columns={"one": x[:, 0], "two": x[:, 1]})
    options = ("1", "2", "3", "4")
    model = proportional_odds(codes, options, columns, make_design(weights), link=link)  # type: ignore[arg-type]
    assert model.slope_names == ("one", "two")
    assert model.threshold_names == ("1 | 2", "2 | 3", "3 | 4")
    np.testing.assert_allclose(model.coefficients.values, [*slopes, *thresholds], rtol=1e-6)
    # The information is of weights of mean 1: the peer's is that many times larger.
    errors = np.sqrt(np.diag(np.linalg.inv(model.information * weights.mean())))
    np.testing.assert_allclose(errors[:2], result.bse[:2] / [1.0, 30.0], rtol=1e-5)


def test_a_saturated_table_by_hand() -> None:
    # Odds of being above "low" and above "middle" are three times as large in b: shares of a 1/2, 1/4, 1/4 of 60 give
    # cumulative odds above of 1 and 1/3; b has 3 and 1: shares 1/4, 1/4, 1/2. So the slope is log 3 exactly.
    codes = np.repeat([0, 1, 2, 0, 1, 2], [30, 15, 15, 15, 15, 30])
    columns = Covariates(columns={"wave": np.repeat(["a", "b"], 60)})
    model = proportional_odds(codes, OPTIONS, columns, make_design(np.ones(120)))
    np.testing.assert_allclose(model.coefficients.values, [log(3), 0, log(3)], atol=1e-9)
    test = parallel_slopes(codes, OPTIONS, columns, make_design(np.ones(120)))
    np.testing.assert_allclose(test.slopes.values, [log(3), log(3)], rtol=1e-9)
    assert test.together.statistic == pytest.approx(0, abs=1e-15)
    assert test.together.p_value == pytest.approx(1)


def test_slopes_that_run_apart_are_found_out() -> None:
    # Wave b leaves the middle for both ends. Above "low" its odds fall from 80/40 to 60/60, above "middle" they rise
    # from 20/100 to 56/64: the slopes are log 1/2 and log 4.375, and one slope says nothing.
    codes = np.repeat([0, 1, 2, 0, 1, 2], [40, 60, 20, 60, 4, 56])
    columns = Covariates(columns={"wave": np.repeat(["a", "b"], 120)})
    test = parallel_slopes(codes, OPTIONS, columns, make_design(np.ones(240)))
    assert test.slopes.names == ("wave: b at low | middle", "wave: b at middle | high")
    np.testing.assert_allclose(test.slopes.values, [log(1 / 2), log(4.375)], rtol=1e-9)
    assert test.together.p_value < 1e-10
    assert test.of_each["wave"] == test.together


@given(replies(), st.integers(0, 1000), st.floats(0.01, 100))
@STEADY
def test_row_order_and_the_scale_of_weights_change_nothing(data: Data, seed: int, scale: float) -> None:
    codes, groups, x, weights = data
    order = np.random.default_rng(seed).permutation(len(codes))
    columns, moved = {"group": groups, "x": x}, {"group": groups[order], "x": x[order]}
    one = proportional_odds(codes, OPTIONS, Covariates(columns=columns), make_design(weights)).coefficients
    design = make_design(weights[order] * scale)
    two = proportional_odds(codes[order], OPTIONS, Covariates(columns=moved), design).coefficients
    np.testing.assert_allclose(two.values, one.values, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(two.standard_errors, one.standard_errors, rtol=1e-7)


@given(replies(), st.sampled_from(["logit", "probit"]))
@STEADY
def test_reversing_the_options_flips_every_sign(data: Data, link: str) -> None:
    codes, groups, x, weights = data
    covariates, design = Covariates(columns={"group": groups, "x": x}), make_design(weights)
    one = proportional_odds(codes, OPTIONS, covariates, design, link=link)  # type: ignore[arg-type]
    two = proportional_odds(2 - codes, OPTIONS[::-1], covariates, design, link=link)  # type: ignore[arg-type]
    flipped = [0, 1, 3, 2]
    np.testing.assert_allclose(two.coefficients.values, -one.coefficients.values[flipped], rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(two.coefficients.standard_errors, one.coefficients.standard_errors[flipped], rtol=1e-7)


@given(replies(), st.floats(-1000, 1000), st.floats(0.01, 1000))
@STEADY
def test_the_unit_of_a_covariate_is_only_a_unit(data: Data, shift: float, unit: float) -> None:
    codes, groups, x, weights = data
    design = make_design(weights)
    one = proportional_odds(codes, OPTIONS, Covariates(columns={"group": groups, "x": x}), design).coefficients
    other = Covariates(columns={"group": groups, "x": x * unit + shift})
    two = proportional_odds(codes, OPTIONS, other, design).coefficients
    np.testing.assert_allclose(two.p_values[:2], one.p_values[:2], rtol=1e-4, atol=1e-12)
    assert two.values[1] * unit == pytest.approx(one.values[1], rel=1e-5, abs=1e-8)


def test_swapping_the_waves_flips_the_slope() -> None:
    codes, waves = np.tile([0, 1, 2, 2, 1, 1], 6), np.tile(["1", "1", "1", "2", "2", "2"], 6)
    swapped = np.where(waves == "1", "2", "1")
    design = make_design(np.linspace(1, 2, 36), clusters=np.repeat(np.arange(12), 3))
    one, two = (
        proportional_odds(codes, OPTIONS, Covariates(columns={"wave": column}), design).coefficients
        for column in (waves, swapped)
    )
    assert two.values[0] == pytest.approx(-one.values[0], rel=1e-8)
    assert two.standard_errors[0] == pytest.approx(one.standard_errors[0], rel=1e-8)


def test_who_has_no_answer_or_covariate_is_not_in_the_base() -> None:
    codes, x = np.tile([0, 1, 2, 1, 2, 0, 1], 5), np.tile([0.0, 1, 3, 0, 1, 2, 2], 5)
    some = proportional_odds(codes, OPTIONS, Covariates(columns={"x": x}), make_design(np.ones(35)))
    more_codes, more_x = np.append(codes, [-1, 2, 0]), np.append(x, [1.0, np.nan, 9.0])
    rows = np.append(np.ones(37, dtype=bool), False)
    all_ = proportional_odds(
        more_codes, OPTIONS, Covariates(columns={"x": more_x}), make_design(np.ones(38)), rows=rows
    )
    np.testing.assert_allclose(all_.coefficients.values, some.coefficients.values, rtol=1e-10)
    assert all_.coefficients.base == 35


def test_an_answer_that_almost_nobody_chose_is_fitted_all_the_same() -> None:
    codes = np.append(np.tile([0, 1, 1], 400), [2])
    x = np.append(np.tile([0.0, 1, 0, 1, 1, 0], 200), [1.0])
    model = proportional_odds(codes, OPTIONS, Covariates(columns={"x": x}), make_design(np.ones(1201)))
    assert np.isfinite(model.coefficients.standard_errors).all()


@pytest.mark.parametrize("link", ["logit", "probit"])
@pytest.mark.parametrize(
    ("codes", "x"),
    [
        ([0, 0, 0, 1, 1, 1, 2, 2, 2], range(9)),  # every threshold is crossed at one place
        ([0, 1, 0, 1, 0, 1, 2, 2, 2], list("aaabbbccc")),  # group c is above all others
        ([0, 1, 2, 0, 1, 2, 2, 2, 2], list("aaabbbccc")),  # group c has the highest option only
    ],
)
def test_covariates_that_tell_the_answers_apart_are_refused(link: str, codes: list[int], x: object) -> None:
    covariates = Covariates(columns={"x": list(x)})  # type: ignore[call-overload]
    with pytest.raises(DataError, match=r"without fail|did not settle"):
        proportional_odds(codes, OPTIONS, covariates, make_design(np.ones(9)), link=link)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codes", "options", "says"),
    [
        ([0, 2, 0, 2, 0, 2], OPTIONS, "option 'middle': nobody in the base chose it"),
        ([0, 1, 3, 2, 0, 2], OPTIONS, "1 answers are the place of no option, expected 0 to 2"),
        ([-1] * 6, OPTIONS, "nobody is in the base"),
        ([0] * 6, ("only",), "found 1 option, expected two or more"),
        ([0, 1], OPTIONS, "found 2 answers, expected one for each of 6"),
    ],
)
def test_answers_that_no_model_fits_are_refused(codes: list[int], options: tuple[str, ...], says: str) -> None:
    covariates, design = Covariates(columns={"x": [0, 1, 2, 2, 1, 1]}), make_design(np.ones(6))
    for fitted in (proportional_odds, parallel_slopes):
        with pytest.raises(DataError, match=says):
            fitted(codes, options, covariates, design)


def test_a_stratum_of_one_cluster_is_refused() -> None:
    design = make_design(np.ones(9), strata=list("aaaaaaaab"))
    covariates = Covariates(columns={"x": [0, 1, 2, 2, 1, 1, 0, 1, 1]})
    for fitted in (proportional_odds, parallel_slopes):
        with pytest.raises(DataError, match="strata with one cluster only: number 2"):
            fitted([0, 1, 2, 0, 1, 2, 1, 2, 0], OPTIONS, covariates, design)


def test_one_threshold_has_nothing_to_differ_from() -> None:
    covariates = Covariates(columns={"x": [0, 1, 2, 2, 1, 1]})
    with pytest.raises(DataError, match="found 2 options"):
        parallel_slopes([0, 1, 0, 1, 1, 0], ("no", "yes"), covariates, make_design(np.ones(6)))


def test_the_threshold_without_a_finite_slope_is_named() -> None:
    # Nobody of group b is above "middle": the model can be fitted, the logit at that threshold cannot.
    codes = [0, 1, 2, 2, 1, 0, 0, 1, 0, 1, 1, 0]
    covariates = Covariates(columns={"x": list("aaaaaabbbbbb")})
    design = make_design(np.ones(12))
    assert np.isfinite(proportional_odds(codes, OPTIONS, covariates, design).coefficients.values).all()
    with pytest.raises(DataError, match=r"at the threshold 'middle \| high': no finite estimate"):
        parallel_slopes(codes, OPTIONS, covariates, design)


def test_more_slopes_than_clusters_bear_are_refused() -> None:
    codes, x = np.tile([0, 1, 2, 1, 0, 2], 5), np.tile([0.0, 1, 3, 0, 1], 6)
    design = make_design(np.ones(30), clusters=np.repeat([1, 2], 15))
    with pytest.raises(DataError, match="3 coefficients were asked of clusters with 1 degrees of freedom"):
        proportional_odds(codes, OPTIONS, Covariates(columns={"x": x}), design)
