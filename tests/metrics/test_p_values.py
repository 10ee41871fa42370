"""The p-values that invert Newcombe's interval."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep

from pcse_analysis.metrics.intervals import TwoShares, newcombe
from tests.metrics.made import STEADY, Z95, counted_shares

TOO_NEAR = 1e-9


def of(before: float, base_before: float, after: float, base_after: float) -> TwoShares:
    return TwoShares(before=before, base_before=base_before, after=after, base_after=base_after)


def p_of_no_change(*shares: float) -> float:
    return of(*shares).p_of_no_change()


def p_of_equivalence(before: float, base_before: float, after: float, base_after: float, margin: float) -> float:
    return of(before, base_before, after, base_after).p_of_equivalence(margin)


@given(counted_shares(), counted_shares())
@STEADY
def test_p_is_below_5_percent_just_when_the_95_percent_interval_leaves_out_0(
    before: tuple[float, int], after: tuple[float, int]
) -> None:
    """Origin: duality of a test and its interval."""
    low, high = newcombe(*before, *after, Z95)
    assume(min(abs(low), abs(high)) > TOO_NEAR)
    assert (p_of_no_change(*before, *after) < 0.05) == (low > 0 or high < 0)


@given(counted_shares(), counted_shares(), st.floats(0.01, 0.3))
@STEADY
def test_equivalence_is_below_5_percent_just_when_the_90_percent_interval_is_inside(
    before: tuple[float, int], after: tuple[float, int], margin: float
) -> None:
    """Origin: Lakens 2017, two one-sided tests at 5 % and the 90 % interval."""
    low, high = of(*before, *after).equivalence_interval(0.9)
    assume(min(abs(low + margin), abs(high - margin)) > TOO_NEAR)
    assert (p_of_equivalence(*before, *after, margin) < 0.05) == (-margin < low and high < margin)


@pytest.mark.parametrize(("before", "after"), [((81, 100), (62, 100)), ((3, 40), (9, 35)), ((0, 12), (2, 9))])
def test_at_confidence_1_less_p_the_interval_of_statsmodels_touches_0(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Origin: statsmodels confint_proportions_2indep(method="newcomb"), at alpha = p."""
    p = p_of_no_change(before[0] / before[1], before[1], after[0] / after[1], after[1])
    limits = confint_proportions_2indep(*after, *before, method="newcomb", compare="diff", alpha=p)
    assert min(abs(limit) for limit in limits) < 1e-9


@pytest.mark.parametrize("base", [1, 2, 4, 10, 100])
def test_p_from_none_to_all(base: int) -> None:
    """Origin: by hand. 0 of n to n of n: the limit 1 - sqrt(2) z^2 / (n + z^2) is 0 at z^2 = n (1 + sqrt(2))."""
    expected = 2 * norm.sf(sqrt(base * (1 + sqrt(2))))
    assert p_of_no_change(0.0, base, 1.0, base) == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.parametrize(("base", "margin"), [(10, 0.05), (100, 0.05), (100, 0.2)])
def test_equivalence_from_none_to_none(base: int, margin: float) -> None:
    """Origin: by hand. 0 of n to 0 of n: both limits are z^2 / (n + z^2) away, which is m at z^2 = n m / (1 - m)."""
    expected = norm.sf(sqrt(base * margin / (1 - margin)))
    assert p_of_equivalence(0.0, base, 0.0, base, margin) == pytest.approx(expected, rel=1e-9, abs=0)


@given(counted_shares(), counted_shares())
@STEADY
def test_p_is_the_same_with_the_waves_swapped(before: tuple[float, int], after: tuple[float, int]) -> None:
    """Origin: the interval turns round, so it touches 0 at the same confidence."""
    assert p_of_no_change(*before, *after) == pytest.approx(p_of_no_change(*after, *before), rel=1e-6, abs=1e-300)


@given(counted_shares(), counted_shares(), st.floats(0.01, 0.3))
@STEADY
def test_equivalence_is_the_same_with_the_waves_swapped(
    before: tuple[float, int], after: tuple[float, int], margin: float
) -> None:
    """Origin: the margin is the same on both sides."""
    swapped = p_of_equivalence(*after, *before, margin)
    assert p_of_equivalence(*before, *after, margin) == pytest.approx(swapped, rel=1e-6, abs=1e-300)


@given(counted_shares(), st.integers(1, 5000))
@STEADY
def test_p_of_equal_shares_is_1(counted: tuple[float, int], base_after: int) -> None:
    """Origin: the interval shrinks to 0 only at confidence 0."""
    share, base = counted
    assert p_of_no_change(share, base, share, base_after) == 1


@given(counted_shares(20), counted_shares(20), st.floats(0.001, 0.9))
@STEADY
def test_p_values_of_tiny_bases_are_probabilities(
    before: tuple[float, int], after: tuple[float, int], margin: float
) -> None:
    """Origin: the definition of a p-value; bases of 1 and shares of 0 and 1 are among them."""
    assert 0 <= p_of_no_change(*before, *after) <= 1
    assert 0 <= p_of_equivalence(*before, *after, margin) <= 1


@pytest.mark.parametrize(("before", "after"), [(0.0, 1.0), (1.0, 0.0), (0.4, 0.6), (0.6, 0.4)])
def test_p_far_in_the_tails_is_tiny(before: float, after: float) -> None:
    """Origin: a million replies each put the change hundreds of standard errors from 0."""
    assert 0 <= p_of_no_change(before, 1e6, after, 1e6) < 1e-300


@pytest.mark.parametrize(("before", "after"), [(0.0, 1.0), (1.0, 0.0), (0.4, 0.6)])
def test_equivalence_is_hopeless_where_the_change_is_far_outside(before: float, after: float) -> None:
    """Origin: the limit of the one-sided p-value as the change moves beyond the margin."""
    assert p_of_equivalence(before, 1e6, after, 1e6, 0.05) == 1


def test_equivalence_is_certain_where_huge_bases_agree() -> None:
    """Origin: the margin lies 71 standard errors away, sqrt(2 x 0.25 / 1e6) each."""
    assert 0 <= p_of_equivalence(0.5, 1e6, 0.5, 1e6, 0.05) < 1e-300


@pytest.mark.parametrize(("after", "expected"), [(0.25, 0.5), (0.75, 0.5)])
def test_equivalence_at_the_margin_is_even(after: float, expected: float) -> None:
    """Origin: a change of exactly the margin is as likely above as below it (0.5 and 0.25 are exact in binary)."""
    assert p_of_equivalence(0.5, 4000, after, 4000, 0.25) == pytest.approx(expected)


@given(counted_shares(), counted_shares(), st.floats(0.01, 0.3), st.floats(0.01, 0.3))
@STEADY
def test_a_wider_margin_is_easier_to_keep_within(
    before: tuple[float, int], after: tuple[float, int], margin: float, wider_by: float
) -> None:
    """Origin: an interval inside the margin is inside every wider one."""
    narrow, wide = (p_of_equivalence(*before, *after, m) for m in (margin, margin + wider_by))
    assert wide <= narrow + 1e-12
