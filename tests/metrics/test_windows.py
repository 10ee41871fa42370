"""Shares of waves that asked about windows of different length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.metrics.windows import full_range, implied_shares, points_range
from tests.metrics.made import STEADY, Z90, Z95, wilson_roots

SHARES = st.floats(0, 1)
MONTHS = st.integers(1, 24)


def test_one_month_to_three() -> None:
    """Origin: by hand, 1 - 0.69^3 = 1 - 0.328509."""
    assert implied_shares(0.31, 1, 3) == (0.31, pytest.approx(0.671491, abs=1e-12))


def test_three_months_to_one() -> None:
    """Origin: by hand, 0.9^3 = 0.729: 27.1 % over three months are 10 % over one."""
    assert implied_shares(0.271, 3, 1) == (pytest.approx(0.1, abs=1e-12), 0.271)


@given(SHARES, MONTHS)
@STEADY
def test_equal_windows_change_nothing(share: float, months: int) -> None:
    """Origin: the formula with an exponent of 1."""
    assert implied_shares(share, months, months) == (pytest.approx(share), pytest.approx(share))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_and_all_stay_what_they_are(share: float) -> None:
    """Origin: 1 - 1^x = 0 and 1 - 0^x = 1."""
    assert implied_shares(share, 1, 3) == (share, share)
    assert implied_shares(share, 3, 1) == (share, share)


@given(SHARES, SHARES, MONTHS, MONTHS)
@STEADY
def test_a_higher_share_implies_no_lower_one(share: float, other: float, months: int, other_months: int) -> None:
    """Origin: both ends of the range rise with the share."""
    smaller, larger = (implied_shares(s, months, other_months) for s in sorted((share, other)))
    assert smaller[0] <= larger[0]
    assert smaller[1] <= larger[1]


@given(SHARES, MONTHS, MONTHS, MONTHS)
@STEADY
def test_a_longer_window_implies_no_lower_share(share: float, months: int, other: int, longer_by: int) -> None:
    """Origin: a practice hit within a window is hit within every longer one."""
    shorter, longer = (implied_shares(share, months, other + more) for more in (0, longer_by))
    assert shorter[0] <= longer[0]
    assert shorter[1] <= longer[1]


@given(SHARES, MONTHS, MONTHS)
@STEADY
def test_the_range_holds_the_share_itself(share: float, months: int, other_months: int) -> None:
    """Origin: always the same practices is one end of the range; shares stay between 0 and 1."""
    low, high = implied_shares(share, months, other_months)
    assert 0 <= low <= share <= high <= 1


def test_points_range_of_the_incorrect_records() -> None:
    """Origin: by hand, 64 less 67.1491 and 64 less 31: the -3 and +33 points of the design."""
    low, high = points_range(0.31, 1, 0.64, 3)
    assert (low, high) == (pytest.approx(-0.031491, abs=1e-12), pytest.approx(0.33, abs=1e-12))
    assert (round(low * 100), round(high * 100)) == (-3, 33)


def test_points_range_of_a_shorter_later_window() -> None:
    """Origin: by hand, 30 % over one month against 27.1 % over three, which imply 10 to 27.1 %."""
    low, high = points_range(0.271, 3, 0.30, 1)
    assert (low, high) == (pytest.approx(0.029), pytest.approx(0.20))


@pytest.mark.parametrize("z", [Z90, Z95])
def test_full_range_of_the_incorrect_records(z: float) -> None:
    """Origin: the roots of Wilson's quadratic at the outermost counts that round to 31 % of 281 and 64 % of 748."""
    low_before, high_before = wilson_roots(86, 281, z)[0], wilson_roots(88, 281, z)[1]
    low_after, high_after = wilson_roots(475, 748, z)[0], wilson_roots(482, 748, z)[1]
    found = full_range(range(86, 89), 281, 1, range(475, 483), 748, 3, z)
    assert found == (
        pytest.approx(low_after - (1 - (1 - high_before) ** 3), abs=1e-9),
        pytest.approx(high_after - low_before, abs=1e-9),
    )


def test_full_range_is_that_of_the_design() -> None:
    """Origin: the design, about -15 to +42 points at 95 %."""
    low, high = full_range(range(86, 89), 281, 1, range(475, 483), 748, 3, Z95)
    assert (round(low * 100), round(high * 100)) == (-15, 42)


def test_full_range_of_a_shorter_later_window() -> None:
    """Origin: by hand; over a third of the window the earlier limits become 1 - (1 - p)^(1/3) and p."""
    low_before, high_before = wilson_roots(60, 200, Z95)
    low_after, high_after = wilson_roots(40, 400, Z95)
    found = full_range([60], 200, 3, [40], 400, 1, Z95)
    expected = (low_after - high_before, high_after - (1 - (1 - low_before) ** (1 / 3)))
    assert found == (pytest.approx(expected[0], abs=1e-9), pytest.approx(expected[1], abs=1e-9))


@given(st.integers(0, 40), st.integers(0, 5), st.integers(0, 80), st.integers(0, 5))
@STEADY
def test_full_range_is_that_of_every_single_count(first: int, more: int, second: int, also: int) -> None:
    """Origin: brute force over every pair of counts, each alone."""
    before, after = range(first, first + more + 1), range(second, second + also + 1)
    single = [full_range([b], 50, 1, [a], 90, 3, Z95) for b in before for a in after]
    found = full_range(before, 50, 1, after, 90, 3, Z95)
    assert found == (pytest.approx(min(s[0] for s in single)), pytest.approx(max(s[1] for s in single)))
