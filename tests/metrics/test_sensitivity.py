"""How wrong an assumption would have to be before a change says something else."""

from __future__ import annotations

from math import hypot, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pcse_analysis.metrics.intervals import newcombe
from pcse_analysis.metrics.sensitivity import base_tipping, detectable_margin, tipping_nonresponse
from tests.metrics.made import STEADY, Z90, Z95, counted_shares

URGENT = (0.81, 281, 0.62, 748)
REGISTRATIONS = (0.58, 281, 0.39, 748)


def nearest_limit(before: float, base_before: float, after: float, base_after: float, null: float) -> float:
    """How far the nearer 95 % limit is from ``null``."""
    return min(abs(float(limit) - null) for limit in newcombe(before, base_before, after, base_after, Z95))


@pytest.mark.parametrize("null", [0.0, -0.05])
@pytest.mark.parametrize("shares", [URGENT, REGISTRATIONS, (0.2, 300, 0.5, 200), (1.0, 90, 0.0, 60)])
def test_at_the_tipping_bases_the_interval_touches(shares: tuple[float, int, float, int], null: float) -> None:
    """Origin: the definition, put back into the interval."""
    before, base_before, after, base_after = shares
    null = -null if after > before else null
    tipping = base_tipping(*shares, null, Z95)
    assert tipping.before is not None and 0 < tipping.before < base_before
    assert tipping.after is not None and 0 < tipping.after < base_after
    assert tipping.both is not None and 0 < tipping.both < 1
    assert nearest_limit(before, tipping.before, after, base_after, null) < 1e-9
    assert nearest_limit(before, base_before, after, tipping.after, null) < 1e-9
    assert nearest_limit(before, tipping.both * base_before, after, tipping.both * base_after, null) < 1e-9


@given(counted_shares(800), counted_shares(800))
@STEADY
def test_every_tipping_base_puts_the_interval_on_0(before: tuple[float, int], after: tuple[float, int]) -> None:
    """Origin: the definition, put back into the interval; None just where the interval holds 0 already."""
    low, high = newcombe(*before, *after, Z95)
    assume(min(abs(low), abs(high)) > 1e-6)
    tipping = base_tipping(*before, *after, 0.0, Z95)
    assert (tipping.both is None) == (low < 0 < high)
    if tipping.both is not None:
        assert nearest_limit(before[0], tipping.both * before[1], after[0], tipping.both * after[1], 0.0) < 1e-9
    if tipping.before is not None:
        assert nearest_limit(before[0], tipping.before, *after, 0.0) < 1e-9
    if tipping.after is not None:
        assert nearest_limit(*before, after[0], tipping.after, 0.0) < 1e-9


@pytest.mark.parametrize("shares", [(0.5, 50, 0.45, 50), (0.3, 100, 0.3, 100), (0.0, 10, 0.0, 10), (0.5, 50, 0.55, 50)])
def test_an_interval_that_holds_0_already_cannot_tip(shares: tuple[float, int, float, int]) -> None:
    """Origin: by hand; 5 points at bases of 50 are half a standard error (0.1) from 0."""
    assert base_tipping(*shares, 0.0, Z95) == (None, None, None)


def test_a_change_short_of_the_margin_tips_by_its_lower_limit() -> None:
    """Origin: by hand; 3 points at a million replies lie above -5, and only the lower limit can come down to it."""
    tipping = base_tipping(0.50, 1e6, 0.47, 1e6, -0.05, Z95)
    assert tipping.both is not None
    low, high = newcombe(0.50, tipping.both * 1e6, 0.47, tipping.both * 1e6, Z95)
    assert low == pytest.approx(-0.05, abs=1e-9)
    assert high > -0.03


def test_tipping_from_none_to_all() -> None:
    """Origin: by hand. 0 of n to n of n touches 0 at n (1 + sqrt(2)) = z^2, so at 1.591 of 100."""
    tipping = base_tipping(0.0, 100, 1.0, 100, 0.0, Z95)
    assert tipping.both == pytest.approx(Z95**2 / (1 + sqrt(2)) / 100, rel=1e-9)


def test_urgent_requests_tip_at_about_25_practices() -> None:
    """Origin: stated when the package was asked for: only if the earlier base were about 25, or both under 12 %."""
    tipping = base_tipping(*URGENT, 0.0, Z95)
    assert tipping.before == pytest.approx(25, abs=1)
    assert tipping.both is not None and 0.11 < tipping.both < 0.12


def test_urgent_requests_hold_0_at_25_practices_and_not_at_30() -> None:
    """Origin: the same statement, by the interval alone."""
    assert newcombe(0.81, 25, 0.62, 748, Z95)[1] > 0
    assert newcombe(0.81, 30, 0.62, 748, Z95)[1] < 0


@given(st.floats(-1, 1), st.floats(0.01, 0.99))
@STEADY
def test_nonresponse_tipping_brings_the_change_over_everybody_to_0(change: float, rate: float) -> None:
    """Origin: the shares over everybody rebuilt from repliers and non-repliers of both waves."""
    excess = tipping_nonresponse(change, rate)
    assert excess is not None
    before, rate_before = 0.4, 0.037
    everybody_before = rate_before * before + (1 - rate_before) * before
    after = before + change
    everybody_after = rate * after + (1 - rate) * (after + excess)
    assert everybody_after == pytest.approx(everybody_before, abs=1e-9)


def test_nonresponse_tipping_by_hand() -> None:
    """Origin: by hand; where half replied, the other half must undo the change of both: 38 points against 19."""
    assert tipping_nonresponse(-0.19, 0.5) == pytest.approx(0.38)


def test_nonresponse_cannot_tip_where_everybody_replied() -> None:
    """Origin: there are no non-repliers."""
    assert tipping_nonresponse(-0.19, 1.0) is None


def test_detectable_margin_at_mid_range_is_5_to_6_points() -> None:
    """Origin: the design, and by hand: at one half Wald's z / (2 sqrt(n)) is a little wider than Wilson's."""
    margin = detectable_margin(0.5, 281, 748, 0.9)
    assert margin == pytest.approx(hypot(*(Z90 / (2 * sqrt(base)) for base in (281, 748))), abs=1e-12)
    assert margin > hypot(*(Z90 / (2 * sqrt(base + Z90**2)) for base in (281, 748)))
    assert 0.05 < margin < 0.06


def test_detectable_margin_at_none() -> None:
    """Origin: by hand; at 0 Wilson's upper limit is z^2 / (n + z^2), larger for the smaller base."""
    assert detectable_margin(0.0, 50, 400, 0.9) == pytest.approx(Z90**2 / (50 + Z90**2))
    assert detectable_margin(0.0, 400, 50, 0.9) == pytest.approx(Z90**2 / (50 + Z90**2))


@given(counted_shares(), st.integers(1, 2000))
@STEADY
def test_detectable_margin_is_the_reach_of_an_unchanged_share(counted: tuple[float, int], base_after: int) -> None:
    """Origin: the definition; just within any wider margin, not within any narrower one."""
    share, base = counted
    margin = detectable_margin(share, base, base_after, 0.9)
    low, high = newcombe(share, base, share, base_after, Z90)
    reach = Z90 * sqrt(share * (1 - share) * (1 / base + 1 / base_after))
    low, high = min(low, -reach), max(high, reach)
    assert -margin - 1e-12 <= low and high <= margin + 1e-12
    assert low <= -margin * 0.999 or high >= margin * 0.999
