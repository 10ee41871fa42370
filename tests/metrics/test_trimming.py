"""Weights cut to bounds: what R's ``trimWeights`` gives, laws, and bounds that cannot be met."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.known_totals import KnownTotals
from pcse_analysis.metrics.linearised import mean, standard_error
from pcse_analysis.metrics.trimming import trimmed
from pcse_analysis.metrics.weighting import raked

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
WEIGHTS = st.lists(st.floats(0.1, 50), min_size=1, max_size=15)
TO_TEN = [1.0, 2, 3, 4, 10]
TO_SIX = [1.0, 2, 3, 4, 5, 6]
ENDLESS = math.inf


# R 4.2, survey 4.1-1: weights(trimWeights(svydesign(id=~1, weights=w), upper, lower, strict)), to 12 digits.
@pytest.mark.parametrize(
    ("weights", "low", "high", "strict", "expected"),
    [
        (TO_TEN, 0, 5, False, [2.25, 3.25, 4.25, 5.25, 5]),
        (TO_TEN, 0, 5, True, [2.33333333333, 3.33333333333, 4.33333333333, 5, 5]),
        (TO_TEN, 0, 4.5, False, [2.375, 3.375, 4.375, 5.375, 4.5]),
        (TO_TEN, 0, 4.5, True, [2.75, 3.75, 4.5, 4.5, 4.5]),
        (TO_TEN, 2.9, 4.5, False, [2.9, 2.9, 4.35, 5.35, 4.5]),
        (TO_TEN, 2.9, 4.5, True, [3.25, 3.25, 4.5, 4.5, 4.5]),
        (TO_TEN, 2.5, ENDLESS, False, [2.5, 2.5, 2.33333333333, 3.33333333333, 9.33333333333]),
        (TO_TEN, 2.5, ENDLESS, True, [2.5, 2.5, 2.5, 3.25, 9.25]),
        (TO_SIX, 2.5, 4.2, False, [2.5, 2.5, 3.3, 4.3, 4.2, 4.2]),
        (TO_SIX, 2.5, 4.2, True, [2.53333333333, 2.53333333333, 3.33333333333, 4.2, 4.2, 4.2]),
        ([1, 2.6, 3, 4, 5, 6.5], 2.5, 5.5, True, [2.5, 2.5, 2.86875, 3.86875, 4.86875, 5.49375]),
        ([1, 2.6, 3, 4, 5, 5.6], 2.5, 5.5, True, [2.5, 2.5, 2.5875, 3.5875, 4.5875, 5.4375]),
        ([1, 1, 8], 0, 4, True, [3, 3, 4]),
    ],
)
def test_trimmed_as_r_does(weights, low, high, strict, expected) -> None:
    assert trimmed(make_design(weights), low, high, strict=strict).weights == pytest.approx(expected, rel=1e-11)


def test_bounds_that_only_equal_weights_meet() -> None:
    """Five weights that sum to 20, none above 4."""
    assert trimmed(make_design(TO_TEN), high=4, strict=True).weights == pytest.approx([4] * 5)


def test_nothing_outside_is_the_same_design() -> None:
    design = make_design(TO_TEN)
    assert trimmed(design, 1, 10, strict=True) is design


@pytest.mark.parametrize(
    ("low", "high", "strict"), [(0, 3, True), (0, 3, False), (5, ENDLESS, True), (5, 4, True), (4.5, 3.9, False)]
)
def test_bounds_that_cannot_be_met(low: float, high: float, strict: bool) -> None:
    with pytest.raises(DataError, match="5 weights that sum to 20 cannot all be between"):
        trimmed(make_design(TO_TEN), low, high, strict=strict)


def test_no_weight_inside_to_share_with() -> None:
    with pytest.raises(DataError, match="the excess can be shared with none"):
        trimmed(make_design([1.0, 9.0]), 4, 6)
    assert trimmed(make_design([1.0, 8.0]), 4, 6, strict=True).weights == pytest.approx([4, 5])


@LAW
@given(WEIGHTS, st.floats(0.05, 1), st.floats(1, 3))
def test_strict_bounds_hold_and_the_sum_stays(weights: list[float], low: float, high: float) -> None:
    mean_weight = float(np.mean(weights))
    found = trimmed(make_design(weights), low * mean_weight, high * mean_weight, strict=True).weights
    assert found.sum() == pytest.approx(sum(weights), rel=1e-12)
    assert (found >= low * mean_weight * (1 - 1e-12)).all()
    assert (found <= high * mean_weight * (1 + 1e-12)).all()


@LAW
@given(WEIGHTS, st.floats(1.01, 3), st.integers(0, 3))
def test_order_and_scale_change_nothing(weights: list[float], high: float, seed: int) -> None:
    bound = high * float(np.mean(weights))
    found = trimmed(make_design(weights), high=bound, strict=True).weights
    order = np.random.default_rng(seed).permutation(len(weights))
    again = trimmed(make_design(np.array(weights)[order]), high=bound, strict=True).weights
    np.testing.assert_allclose(again, found[order], rtol=1e-11)
    scaled = trimmed(make_design(np.array(weights) * 7), high=7 * bound, strict=True).weights
    np.testing.assert_allclose(scaled, 7 * found, rtol=1e-11)


@LAW
@given(WEIGHTS, st.floats(1.01, 3))
def test_a_larger_weight_stays_larger(weights: list[float], high: float) -> None:
    found = trimmed(make_design(weights), high=high * float(np.mean(weights)), strict=True).weights
    assert (np.diff(found[np.argsort(weights)]) >= -1e-9).all()


@LAW
@given(st.lists(st.floats(0.5, 9), min_size=8, max_size=8), st.floats(1.05, 2))
def test_the_error_takes_the_ratio_of_weights_as_the_respondents_own(base: list[float], high: float) -> None:
    """A trimmed total is the fitted total of the answer times new over fitted weight, and so has its error."""
    fit = raked(
        make_design(base),
        [
            KnownTotals(name="a", labels=list("xxxxyyyy"), totals={"x": 30, "y": 20}),
            KnownTotals(name="b", labels=list("uuvvuvuv"), totals={"u": 22, "v": 28}),
        ],
    )
    cut = trimmed(fit, high=high * 50 / 8, strict=True)
    assume(cut is not fit)
    answers = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])
    found = mean(answers, cut)
    # The influence of the mean of the trimmed weights, as an answer of the fitted design.
    as_answer = (answers - found.value) * cut.weights / fit.weights
    of_fit = mean(as_answer, fit)
    assert of_fit.value == pytest.approx(0, abs=1e-12)
    assert standard_error(found, cut) == pytest.approx(standard_error(of_fit, fit), rel=1e-9)
