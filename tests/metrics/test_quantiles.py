"""Weighted quantiles: hand counts on tiny tables, R, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import CommandError, DataError
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.quantiles import Quantile, quantiles

LAWS = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def only(values: list[float], weights: list[float] | None = None, probability: float = 0.5, **more: object) -> Quantile:
    (found,) = quantiles(values, make_design(weights or [1.0] * len(values)), probability, **more)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("probability", "value"),
    # R 4.2.2, survey 4.1-1: svyquantile(~x, svydesign(id = ~1, weights = ~w, data = data.frame(x = 1:4, w = 1)),
    # c(.25, .5, .6, .75), qrule = "math") gives 1, 2, 3, 3. By hand: at or below 2 lies exactly half.
    [(0.25, 1), (0.5, 2), (0.6, 3), (0.75, 3)],
)
def test_the_smallest_value_with_enough_at_or_below(probability: float, value: float) -> None:
    assert only([4, 2, 1, 3], probability=probability).value == value


def test_weights_move_the_median() -> None:
    # Of the weight 10: 1 at value 1, 2 more at 5, 7 more at 8; half is reached at 8.
    found = only([8, 1, 5], [7.0, 1.0, 2.0])
    assert (found.value, found.base, found.weighted_base) == (8, 3, 10)


def test_rounding_of_weights_does_not_move_it() -> None:
    # 0.1 + 0.1 + 0.1 is more than 0.3, and 3 of 6 alike reach the half whatever their weight.
    for weight in (0.1, 1 / 3, 13.636363636363637):
        assert only([1, 2, 3, 4, 5, 6], [weight] * 6).value == 3


@pytest.mark.parametrize(
    ("method", "expected"),
    # R 4.2.2, survey 4.1-1: d <- data.frame(x = c(1, 2, 2, 3, 4, 7, 8, 9, 9, 12), w = c(1, 2, 1, 3, 1, 1, 2, 1, 1, 2));
    # svyquantile(~x, svydesign(id = ~1, weights = ~w, data = d), 0.5, interval.type = "mean" | "beta" | "xlogit").
    [("wald", (4, 2, 12, 2.21028)), ("beta", (4, 2, 12, 2.210280)), ("logit", (4, 2, 9, 1.547196))],
)
def test_woodruff_as_in_r(method: str, expected: tuple[float, ...]) -> None:
    found = only([1, 2, 2, 3, 4, 7, 8, 9, 9, 12], [1, 2, 1, 3, 1, 1, 2, 1, 1, 2], method=method)
    assert (found.value, found.low, found.high) == expected[:3]
    assert found.standard_error == pytest.approx(expected[3], rel=1e-5)
    assert found.degrees_of_freedom == 9


def test_woodruff_by_hand() -> None:
    # 1 to 9, alike: 5 of 9 are at or below the median 5. The variance of that share is (20/81) / 8, t(8) = 2.306, so
    # Wald's limits are 0.5556 -/+ 0.4052 = 0.1504 and 0.9607: the second value (2/9 = 0.222) and the ninth.
    found = only([1, 2, 3, 4, 5, 6, 7, 8, 9], method="wald")
    assert (found.low, found.value, found.high) == (2, 5, 9)
    assert found.standard_error == pytest.approx(7 / (2 * 2.306004135), rel=1e-9)


def test_two_respondents_bound_no_median() -> None:
    # Both limits open: that a third lies below both, or above both, is as likely as not.
    found = only([3, 8])
    assert (found.value, found.low, found.high, found.standard_error) == (3, None, None, None)
    assert found.base == 2


def test_one_respondent() -> None:
    found = only([3])
    assert (found.value, found.low, found.high, found.standard_error, found.base) == (3, None, None, None, 1)


def test_an_extreme_quantile_is_open_on_its_side() -> None:
    # 20 values; nobody above all of them has Wilson's interval 0 to 0.18 (t(19) = 2.093: q / (1 + q), q = t^2 / 20), so
    # the ninth tenth may lie beyond the largest; the smallest is far below it.
    found = only([float(value) for value in range(20)], probability=0.9)
    assert found.value == 17 and found.low is not None and found.high is None and found.standard_error is None


def test_all_alike_is_one_value_without_a_standard_error() -> None:
    found = only([7.0] * 30)
    assert (found.low, found.value, found.high, found.standard_error) == (7, 7, 7, None)


def test_no_answers() -> None:
    found = only([np.nan, np.nan])
    assert (found.value, found.low, found.high, found.base, found.weighted_base) == (None, None, None, 0, 0)


def test_domains_are_done_at_once_and_as_one_by_one() -> None:
    rng = np.random.default_rng(20171201)
    n = 400
    values = np.where(rng.random(n) < 0.1, np.nan, rng.gamma(2.0, 7.0, n).round())
    domain = rng.integers(-1, 4, n)
    design = make_design(rng.uniform(1, 5, n), strata=rng.integers(0, 3, n), clusters=rng.integers(0, 40, n))
    together = quantiles(values, design, 0.75, domain=domain, domains=5)
    for place in range(5):
        (alone,) = quantiles(values, design, 0.75, domain=np.where(domain == place, 0, -1))
        assert together[place].value == alone.value and together[place].base == alone.base
        assert (together[place].low, together[place].high) == (alone.low, alone.high)
    assert together[4].base == 0 and together[4].value is None


def test_what_cannot_be_done_is_said() -> None:
    with pytest.raises(CommandError, match="found the quantile 50, expected a number between 0 and 1"):
        only([1, 2], probability=50)
    with pytest.raises(DataError, match="1 of 2 values are infinite"):
        only([1, np.inf])


@LAWS
@given(
    values=st.lists(st.integers(0, 30), min_size=1, max_size=40),
    probability=st.floats(0.02, 0.98),
    method=st.sampled_from(["wilson", "logit", "beta", "wald"]),
)
def test_laws(values: list[int], probability: float, method: str) -> None:
    numbers = [float(value) for value in values]
    weights = [1.0 + place % 3 for place in range(len(values))]
    found = only(numbers, weights, probability, method=method)
    assert found.value in numbers
    assert found.low is None or found.low <= found.value
    assert found.high is None or found.high >= found.value
    assert found.standard_error is None or found.standard_error > 0
    at_or_below = sum(w for v, w in zip(numbers, weights, strict=True) if v <= found.value) / sum(weights)
    below = sum(w for v, w in zip(numbers, weights, strict=True) if v < found.value) / sum(weights)
    assert below < probability + 1e-9 and at_or_below > probability - 1e-9
    order = np.argsort([(place * 7919) % len(values) for place in range(len(values))])
    shuffled = only([numbers[i] for i in order], [weights[i] for i in order], probability, method=method)
    # The limits are read off at sums of weights, which rounding may move to the next value; the quantile never.
    assert shuffled.value == found.value
    in_days = only([24 * value for value in numbers], weights, probability, method=method)
    assert in_days.value == 24 * found.value
