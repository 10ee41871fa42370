"""Intervals of weighted shares: hand-computed values, R, and what must hold of every interval."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pcse_analysis.errors import CommandError
from pcse_analysis.metrics.design import kish_base, make_design
from pcse_analysis.metrics.intervals import student
from pcse_analysis.metrics.linearised import mean, standard_error
from pcse_analysis.metrics.share_intervals import METHODS, cautious_base, effective_base, share_interval

LAWS = settings(max_examples=60, deadline=None, derandomize=True, database=None)
BEYOND = np.inf


def limits(*args: float, **settings: object) -> tuple[float, float]:
    low, high = share_interval(*args, **settings)  # type: ignore[arg-type]
    return float(low), float(high)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [
        # R 4.2.2, survey 4.1-1: d <- data.frame(y = rep(0:1, c(7, 3)), w = 1); s <- svydesign(id = ~1, weights = ~w,
        # data = d); svyciprop(~y, s, method = "logit" | "beta" | "mean").
        ("logit", 0.0763662289866, 0.6895848920332),
        ("beta", 0.0590341119648, 0.6720192060947),
        ("wald", 0.0, 0.6455502144136),
    ],
)
def test_three_of_ten_as_in_r(method: str, low: float, high: float) -> None:
    assert limits(0.3, 0.21 / 9, 10, 10, 9, method=method) == pytest.approx((low, high), abs=1e-12)


def test_wilson_by_hand() -> None:
    # The roots of (p - 0.3)^2 = t^2 p (1 - p) / 9: a base of 9, since 0.3 * 0.7 / (0.21 / 9) = 9.
    t2 = float(stats.t.ppf(0.975, 9)) ** 2
    roots = np.roots([1 + t2 / 9, -(0.6 + t2 / 9), 0.09])
    assert limits(0.3, 0.21 / 9, 10, 10, 9) == pytest.approx((min(roots), max(roots)), rel=1e-12)


@pytest.mark.parametrize(("yes", "base"), [(0, 20), (3, 20), (10, 20), (20, 20), (1, 1)])
@pytest.mark.parametrize(("method", "theirs"), [("wilson", "wilson"), ("beta", "beta")])
def test_with_a_known_variance_they_are_the_textbook_intervals(method: str, theirs: str, yes: int, base: int) -> None:
    # A binomial variance with infinite degrees of freedom. Korn and Graubard's has base - 1 in its numerator always,
    # so with base - 1 degrees of freedom it is Clopper and Pearson's.
    p = yes / base
    df = base - 1 if method == "beta" else BEYOND
    expected = proportion_confint(yes, base, method=theirs)
    assert limits(p, p * (1 - p) / base, base, base, df, method=method) == pytest.approx(expected, abs=1e-12)


def test_korn_and_graubard_widen_by_the_two_quantiles() -> None:
    # Their formula: 30 respondents with effective base 12 and 5 degrees of freedom.
    base = 12 * (stats.t.ppf(0.975, 29) / stats.t.ppf(0.975, 5)) ** 2
    low = stats.beta.ppf(0.025, 0.25 * base, 0.75 * base + 1)
    high = stats.beta.ppf(0.975, 0.25 * base + 1, 0.75 * base)
    assert limits(0.25, 0.1875 / 12, 30, 30, 5, method="beta") == pytest.approx((low, high), rel=1e-10)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_all_alike_take_the_base_of_the_weights(share: float, method: str) -> None:
    # Weights 1, 1, 1, 2 have Kish's base 25 / 7. Wilson's limit away from the share is q / (1 + q), q = t^2 / base.
    kish = kish_base(np.array([1.0, 1.0, 1.0, 2.0]))
    assert kish == pytest.approx(25 / 7)
    low, high = limits(share, 0.0, 4, kish, 3, method=method)
    width = high - low
    assert (low if share == 0 else high) == share
    if method == "beta":
        # Clopper and Pearson's with no success: 1 - (alpha / 2)^(1 / base), whatever the quantile (both have 3 df).
        assert width == pytest.approx(1 - 0.025 ** (7 / 25), rel=1e-12)
    else:
        q = float(stats.t.ppf(0.975, 3)) ** 2 / (25 / 7)
        assert width == pytest.approx(q / (1 + q), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_all_strata_alike_take_the_base_of_the_weights(method: str) -> None:
    # Within each stratum all answer alike, so the design sees no spread; the share of one half is not certain for that.
    design = make_design([1.0] * 8, strata=["a"] * 4 + ["b"] * 4)
    found = mean([1.0] * 4 + [0.0] * 4, design)
    assert (found.value, standard_error(found, design)) == (0.5, 0.0)
    low, high = limits(0.5, 0.0, 8, 8, 6, method=method)
    assert (low, high) == limits(0.5, 0.25 / 8, 8, 8, 6, method=method)
    assert low < 0.5 < high


@pytest.mark.parametrize("method", METHODS)
def test_one_respondent_says_next_to_nothing(method: str) -> None:
    low, high = limits(1.0, 0.0, 1, 1, 0, method=method)
    assert high == 1
    # One degree of freedom: t = 12.706; Wilson's low is 1 / (1 + t^2) = 0.0062; Clopper and Pearson's is 0.025.
    assert low == pytest.approx(0.025 if method == "beta" else 1 / (1 + 12.706204736**2), rel=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_two_respondents(method: str) -> None:
    # One yes, one no: the variance is 0.25 / 1 and t = 12.706 with one degree of freedom.
    low, high = limits(0.5, 0.25, 2, 2, 1, method=method)
    assert 0 <= low < 0.05 and 0.95 < high <= 1


def test_a_base_of_0_has_no_interval_and_spoils_no_other() -> None:
    low, high = share_interval([np.nan, 0.5], [np.nan, 0.01], [0, 25], [0, 25], [0, 24])
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[1]) == limits(0.5, 0.01, 25, 25, 24)


def test_without_degrees_of_freedom_the_quantile_is_that_of_one() -> None:
    assert student([0, -3, np.nan, 1]) == pytest.approx([12.706204736] * 4, rel=1e-9)
    assert float(student(np.inf)) == pytest.approx(1.959963985, rel=1e-9)


def test_a_share_that_rounding_took_off_its_end_is_at_its_end() -> None:
    # Sums of weights may give 1 - 2e-16; with a variance of rounding the interval would be 0 wide.
    low, high = share_interval([1 - 2e-16, 1 + 2e-16], [1e-33, 1e-33], 9, 9, 8)
    assert high.tolist() == [1, 1] and (low < 0.7).all()


def test_effective_base() -> None:
    # 0.5 * 0.5 / 0.0025 = 100.
    assert effective_base([0.5, 0.0, 1.0, 0.5], [0.0025, 0.0, 0.0, np.nan], 40).tolist() == pytest.approx(
        [100, 40, 40, 40]
    )


def test_what_is_wrong_is_said_at_once() -> None:
    with pytest.raises(CommandError, match="near 'wilson'") as caught:
        share_interval(0.5, 0.01, 25, 25, 24, confidence=95, method="wilsn")  # type: ignore[arg-type]
    assert len(caught.value.problems) == 2


SHARES = st.floats(0, 1) | st.sampled_from([0.0, 1.0, 0.5, 1e-9, 1 - 1e-9])


@LAWS
@given(
    share=SHARES,
    effect=st.floats(0.2, 20) | st.just(0.0),
    base=st.integers(1, 5000),
    df=st.integers(0, 5000),
    method=st.sampled_from(METHODS),
)
def test_laws(share: float, effect: float, base: int, df: int, method: str) -> None:
    variance = effect * share * (1 - share) / base
    low, high = limits(share, variance, base, base, df, method=method)
    assert 0 <= low <= share <= high <= 1
    assert low < high
    turned = limits(1 - share, variance, base, base, df, method=method)
    assert turned == pytest.approx((1 - high, 1 - low), abs=1e-7)
    wider = limits(share, variance, base, base, df, confidence=0.99, method=method)
    assert wider[0] <= low + 1e-12 and high <= wider[1] + 1e-12


@LAWS
@given(
    weights=st.lists(st.floats(0.1, 10), min_size=4, max_size=30),
    scale=st.sampled_from([0.001, 7.0, 1e6]),
    method=st.sampled_from(METHODS),
)
def test_scaling_weights_changes_nothing(weights: list[float], scale: float, method: str) -> None:
    answers = np.arange(len(weights)) % 3 == 0
    found = []
    for factor in (1.0, scale):
        design = make_design(np.array(weights) * factor)
        share = mean(answers.astype(float), design)
        variance = standard_error(share, design) ** 2
        kish = kish_base(design.weights)
        found.append(limits(share.value, variance, len(weights), kish, design.degrees_of_freedom, method=method))
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_many_shares_are_done_at_once_and_as_one_by_one() -> None:
    shares = np.array([[0.1, 0.5], [0.0, 1.0]])
    variances = shares * (1 - shares) / 40
    low, high = share_interval(shares, variances, 50, 45, 49)
    for place, share in np.ndenumerate(shares):
        assert (low[place], high[place]) == limits(float(share), float(variances[place]), 50, 45, 49)
    assert sqrt(variances[0, 1]) == pytest.approx(0.0790569415)


def test_the_default_never_trusts_a_variance_beyond_the_weights() -> None:
    """By hand: p = 0.5, variance 0.001: an effective base of 250; weights leave 100, so 100 counts. R's takes 250."""
    default, as_r = (share_interval(0.5, 0.001, 120, 100, 119, method=m) for m in ("cautious", "wilson"))
    assert default[0] < as_r[0] and default[1] > as_r[1]
    assert [float(limit) for limit in share_interval(0.5, 0.0025, 120, 100, 119)] == pytest.approx(
        [float(limit) for limit in default]
    )
    assert float(cautious_base(0.5, 0.01, 100)) == 25
