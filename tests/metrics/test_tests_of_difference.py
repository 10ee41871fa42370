"""Wald's tests of differences: tables of Student's distribution, and laws between the tests."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import CommandError, DataError
from pcse_analysis.metrics.tests_of_difference import joint_wald, wald

LAWS = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def test_student_by_the_tables() -> None:
    # t(10) has 2.228 at 5 % two-sided and 1.812 at 10 %.
    test = wald(2.228139, 1.0, 10)
    assert (test.low, test.high) == pytest.approx((0.0, 4.456278), abs=1e-6)
    assert (test.low90, test.high90) == pytest.approx((2.228139 - 1.812461, 2.228139 + 1.812461), abs=1e-6)
    assert test.p_value == pytest.approx(0.05, abs=1e-7)
    assert test.p_lower is test.p_upper is test.p_equivalence is None


def test_infinite_degrees_of_freedom_are_the_normal_distribution() -> None:
    test = wald(0.0, 1.0, inf, margin=1.644853627)
    assert (test.low, test.high) == pytest.approx((-1.959963985, 1.959963985), rel=1e-9)
    # Both one-sided tests stand at exactly 5 %: the 90 % interval just reaches the margin.
    assert test.p_lower == test.p_upper == pytest.approx(0.05, rel=1e-8)


@LAWS
@given(st.floats(-5, 5), st.floats(0.01, 3), st.integers(1, 900), st.floats(0.01, 5))
def test_laws(difference: float, error: float, df: int, margin: float) -> None:
    test = wald(difference, error, df, margin)
    assert test.p_equivalence is not None
    inside = -margin < test.low90 and test.high90 < margin
    if abs(test.p_equivalence - 0.05) > 1e-9:
        assert inside == (test.p_equivalence < 0.05)
    if abs(test.p_value - 0.05) > 1e-9:
        assert (test.low > 0 or test.high < 0) == (test.p_value < 0.05)
    turned = wald(-difference, error, df, margin)
    assert (turned.low, turned.high) == pytest.approx((-test.high, -test.low))
    assert (turned.p_lower, turned.p_upper) == pytest.approx((test.p_upper, test.p_lower))
    assert turned.p_value == pytest.approx(test.p_value)
    alone = joint_wald([difference], [[error**2]], df)
    assert alone.p_value == pytest.approx(test.p_value, rel=1e-6, abs=1e-12)


def test_several_by_hand() -> None:
    # Independent differences of 1 and 2 standard errors: Wald = 1 + 4, F = 2.5 with 2 and 20 - 1 degrees of freedom.
    # With 2 degrees above, the tail of F is (1 + 2 F / d)^(-d / 2).
    test = joint_wald([1.0, -6.0], np.diag([1.0, 9.0]), 20)
    assert (test.statistic, test.numerator_df, test.denominator_df) == (pytest.approx(2.5), 2, 19)
    assert test.p_value == pytest.approx((1 + 5 / 19) ** -9.5, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((nan, 1.0, 10.0), "one of its sides has an empty base"),
        ((0.1, 0.0, 10.0), "its standard error is 0, not above 0"),
        ((0.1, nan, 10.0), "its standard error is nan, not above 0"),
        ((0.1, 1.0, 0.0), "no more clusters than strata"),
    ],
)
def test_what_cannot_be_tested_is_said(arguments: tuple[float, float, float], words: str) -> None:
    with pytest.raises(DataError, match=words):
        wald(*arguments)


def test_wrong_parameters_are_said_at_once() -> None:
    with pytest.raises(CommandError) as caught:
        wald(0.1, 1.0, 10, margin=0.0, confidence=95)
    assert len(caught.value.problems) == 2


def test_several_that_cannot_be_tested() -> None:
    with pytest.raises(DataError, match="one of them follows from the others"):
        joint_wald([1.0, 1.0], [[1.0, 1.0], [1.0, 1.0]], 20)
    with pytest.raises(DataError, match="3 differences cannot be tested together with 2 degrees of freedom"):
        joint_wald([1.0, 1.0, 2.0], np.eye(3), 2)
    with pytest.raises(DataError, match="one has an empty base"):
        joint_wald([1.0, nan], np.eye(2), 20)
