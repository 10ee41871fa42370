"""Wilson's interval for a share and Newcombe's for a difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from pcse_analysis.metrics.intervals import newcombe, wilson, z_of
from tests.metrics.made import STEADY, Z90, Z95, counted_shares, wilson_roots

ROUNDING = 1e-12


@pytest.mark.parametrize(("confidence", "z"), [(0.95, Z95), (0.90, Z90), (0.99, 2.5758293035489)])
def test_z_is_the_two_sided_normal_quantile(confidence: float, z: float) -> None:
    """Origin: R's qnorm(0.975), qnorm(0.95), qnorm(0.995)."""
    assert z_of(confidence) == pytest.approx(z, abs=1e-12)


@pytest.mark.parametrize("base", [1, 2, 7, 29, 281, 748, 10_000])
@pytest.mark.parametrize("confidence", [0.90, 0.95])
def test_wilson_agrees_with_statsmodels(base: int, confidence: float) -> None:
    """Origin: statsmodels proportion_confint(method="wilson"), every count or 200 of them."""
    counts = np.unique(np.linspace(0, base, 200).astype(int))
    expected = proportion_confint(counts, base, alpha=1 - confidence, method="wilson")
    np.testing.assert_allclose(wilson(counts / base, base, z_of(confidence)), expected, atol=ROUNDING)


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_examples(count: int, base: int, low: float, high: float) -> None:
    """Origin: Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, score method without correction."""
    assert [round(float(limit), 4) for limit in wilson(count / base, base, Z95)] == [low, high]


@pytest.mark.parametrize(
    ("count", "base", "low", "high"),
    [
        (222, 520, 0.38509816469168, 0.46981977141231),
        (255, 460, 0.50866278840906, 0.59913266421634),
        (12, 520, 0.013249331208461, 0.039899304417617),
        (26, 460, 0.038860653266026, 0.081528453310755),
    ],
)
def test_wilson_agrees_with_r(count: int, base: int, low: float, high: float) -> None:
    """Origin: R 4.2.2, prop.test(x, n, correct=FALSE)$conf.int, on a made survey of two waves."""
    assert wilson(count / base, base, Z95) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


@given(counted_shares(), st.floats(0.1, 5))
@STEADY
def test_wilson_limits_are_the_roots_of_its_quadratic(counted: tuple[float, int], z: float) -> None:
    """Origin: Wilson 1927, the equation the limits solve, with a general root finder."""
    share, base = counted
    expected = wilson_roots(round(share * base), base, z)
    assert wilson(share, base, z) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("base", [1, 3, 10, 281])
def test_wilson_at_the_edges(base: int) -> None:
    """Origin: the quadratic at p = 0 has the roots 0 and z^2 / (n + z^2); at p = 1 their mirror images."""
    reach = Z95**2 / (base + Z95**2)
    assert wilson(0.0, base, Z95) == (0.0, pytest.approx(reach))
    assert wilson(1.0, base, Z95) == (pytest.approx(1 - reach), 1.0)


@given(counted_shares(), st.floats(0, 40))
@STEADY
def test_wilson_stays_between_0_and_1_and_holds_the_share(counted: tuple[float, int], z: float) -> None:
    """Origin: the definition; the share itself solves the inequality for every z."""
    share, base = counted
    low, high = wilson(share, base, z)
    assert 0 <= low <= share + ROUNDING
    assert share - ROUNDING <= high <= 1


@given(counted_shares(), st.floats(0.1, 10))
@STEADY
def test_wilson_of_the_rest_is_the_mirror_image(counted: tuple[float, int], z: float) -> None:
    """Origin: the quadratic is unchanged when p and x become 1 - p and 1 - x."""
    share, base = counted
    low, high = wilson(share, base, z)
    low_rest, high_rest = wilson(1 - share, base, z)
    assert (low_rest, high_rest) == (pytest.approx(1 - high, abs=1e-9), pytest.approx(1 - low, abs=1e-9))


@given(counted_shares(), st.integers(2, 50), st.floats(0.5, 4))
@STEADY
def test_wilson_of_a_larger_base_lies_inside(counted: tuple[float, int], times: int, z: float) -> None:
    """Origin: the quadratic's right side shrinks as n grows."""
    share, base = counted
    low, high = wilson(share, base, z)
    low_larger, high_larger = wilson(share, base * times, z)
    assert low <= low_larger + ROUNDING
    assert high_larger <= high + ROUNDING
    assert high_larger - low_larger < high - low


@given(counted_shares(), st.floats(0.1, 4), st.floats(0.1, 4))
@STEADY
def test_wilson_of_more_confidence_lies_outside(counted: tuple[float, int], z: float, more: float) -> None:
    """Origin: the quadratic's right side grows with z."""
    share, base = counted
    low, high = wilson(share, base, z)
    low_more, high_more = wilson(share, base, z + more)
    assert low_more <= low + ROUNDING
    assert high <= high_more + ROUNDING
    assert high - low < high_more - low_more


def test_wilson_takes_a_share_that_no_count_gives() -> None:
    """Origin: 81 % of 281 is 227.61; the limits lie between those of 227 and 228."""
    lows, highs = wilson(np.array([227, 227.61, 228]) / 281, 281, Z95)
    assert lows[0] < lows[1] < lows[2]
    assert highs[0] < highs[1] < highs[2]


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_gives_the_published_examples(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    """Origin: Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10: first minus second.

    The sixth digit of 6/7 against 2/7 is 0.80625; the table prints 0.8062, so one unit of the last digit is allowed.
    """
    (later, base_later), (earlier, base_earlier) = first, second
    found = newcombe(earlier / base_earlier, base_earlier, later / base_later, base_later, Z95)
    assert found == (pytest.approx(low, abs=6e-5), pytest.approx(high, abs=6e-5))


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        (222, 255, 0.064756981805101, 0.18870284483793),
        (12, 26, 0.0090541115150661, 0.060313335105169),
        (196, 200, -0.0036698669890338, 0.11896176121909),
    ],
)
def test_newcombe_agrees_with_r(before: int, after: int, low: float, high: float) -> None:
    """Origin: R 4.2.2, method 10 without correction, p2 - p1, bases 520 and 460, on a made survey of two waves."""
    found = newcombe(before / 520, 520, after / 460, 460, Z95)
    assert found == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


@pytest.mark.parametrize(
    ("before", "after", "low", "high"), [(0.81, 0.62, -0.2445, -0.1295), (0.58, 0.39, -0.2559, -0.1217)]
)
def test_newcombe_gives_the_headline_intervals(before: float, after: float, low: float, high: float) -> None:
    """Origin: the limits stated when the package was asked for, 281 replies against 748."""
    assert [round(float(limit), 4) for limit in newcombe(before, 281, after, 748, Z95)] == [low, high]


@given(counted_shares(), counted_shares(), st.sampled_from([0.90, 0.95]))
@STEADY
def test_newcombe_agrees_with_statsmodels(
    before: tuple[float, int], after: tuple[float, int], confidence: float
) -> None:
    """Origin: statsmodels confint_proportions_2indep(method="newcomb", compare="diff")."""
    counts = [round(share * base) for share, base in (after, before)]
    expected = confint_proportions_2indep(
        counts[0],
        after[1],
        counts[1],
        before[1],
        method="newcomb",
        compare="diff",
        alpha=1 - confidence,
        correction=False,
    )
    assert newcombe(*before, *after, z_of(confidence)) == pytest.approx(expected, abs=1e-9)


@given(counted_shares(), counted_shares(), st.floats(0.1, 5))
@STEADY
def test_newcombe_turns_round_with_the_waves(before: tuple[float, int], after: tuple[float, int], z: float) -> None:
    """Origin: later minus earlier is the negative of earlier minus later."""
    low, high = newcombe(*before, *after, z)
    low_swapped, high_swapped = newcombe(*after, *before, z)
    assert (low_swapped, high_swapped) == (pytest.approx(-high, abs=ROUNDING), pytest.approx(-low, abs=ROUNDING))


@given(counted_shares(), counted_shares(), st.floats(0, 10))
@STEADY
def test_newcombe_holds_the_difference_and_stays_possible(
    before: tuple[float, int], after: tuple[float, int], z: float
) -> None:
    """Origin: Newcombe 1998, a reason for method 10: no limit lies beyond -1 or 1."""
    low, high = newcombe(*before, *after, z)
    assert -1 - ROUNDING <= low <= after[0] - before[0] <= high <= 1 + ROUNDING


@given(counted_shares(), counted_shares(), st.floats(0.1, 4), st.floats(0.1, 4))
@STEADY
def test_newcombe_of_more_confidence_lies_outside(
    before: tuple[float, int], after: tuple[float, int], z: float, more: float
) -> None:
    """Origin: both Wilson intervals are nested; an end that reaches -1 or 1 can go no further."""
    low, high = newcombe(*before, *after, z)
    low_more, high_more = newcombe(*before, *after, z + more)
    assert low_more <= low + ROUNDING
    assert high <= high_more + ROUNDING


def test_intervals_take_arrays() -> None:
    """Origin: the same call, one share at a time."""
    before, after = np.array([0.1, 0.81, 1.0]), np.array([0.0, 0.62, 0.39])
    lows, highs = newcombe(before, 281, after, 748, Z95)
    for place in range(3):
        assert (lows[place], highs[place]) == newcombe(before[place], 281, after[place], 748, Z95)
