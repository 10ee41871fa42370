"""The trend over three waves and more, by hand on waves of a few practices."""

from __future__ import annotations

import numpy as np
import pytest

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.trend import trend
from pcse_analysis.metrics.two_waves import Side


def wave(fails: list[int], first: int) -> Side:
    failing = np.array(fails, dtype=bool)
    keys = np.array([f"P{first + n}" for n in range(len(fails))], dtype=object)
    return Side(design=make_design(np.ones(len(fails))), keys=keys, base=np.ones(len(fails), dtype=bool), fails=failing)


def test_three_even_waves_by_hand() -> None:
    """Shares 0.6, 0.5, 0.4 of ten practices each, all different, a year apart: the slope is -0.1 a year.

    The outer variances are alike (0.24 / 10 times 30/29), so the middle wave has no say in the slope, and its variance
    is (v + v) / 4.
    """
    waves = [wave([1] * 6 + [0] * 4, 0), wave([1] * 5 + [0] * 5, 10), wave([1] * 4 + [0] * 6, 20)]
    found = trend(waves, [2016.0, 2017.0, 2018.0])
    assert found.yearly.difference == pytest.approx(-0.1)
    assert found.yearly.standard_error**2 == pytest.approx(2 * 0.024 * 30 / 29 / 4)
    assert found.shares == (0.6, 0.5, 0.4)
    assert found.yearly.low < -0.1 < found.yearly.high and found.yearly.p_value > 0.05
    assert found.moved is not None and found.moved.p_value > 0.5


def test_half_a_year_counts_as_half() -> None:
    """The same shares in half the time: twice the slope."""
    waves = [wave([1] * 6 + [0] * 4, 0), wave([1] * 5 + [0] * 5, 10), wave([1] * 4 + [0] * 6, 20)]
    assert trend(waves, [0.0, 0.5, 1.0]).yearly.difference == pytest.approx(-0.2)


def test_a_precise_wave_pulls_the_line() -> None:
    """Last wave of 1,000 practices: the line must pass near it, and near the first two on the whole."""
    waves = [wave([1] * 5 + [0] * 5, 0), wave([1] * 5 + [0] * 5, 10), wave([1] * 400 + [0] * 600, 20)]
    found = trend(waves, [0.0, 1.0, 2.0])
    # Weights w1 = w2 = 1, w3 = c: the slope of weighted least squares, with c the ratio of the variances.
    c = (0.25 / 10) / (0.24 / 1000)
    weights, x, y = np.array([1, 1, c]), np.array([0, 1, 2.0]), np.array([0.5, 0.5, 0.4])
    middle = (weights @ x) / weights.sum()
    expected = (weights * (x - middle)) @ y / ((weights * (x - middle)) @ (x - middle))
    assert found.yearly.difference == pytest.approx(expected)


def test_the_same_practices_each_time_make_the_trend_surer() -> None:
    """One more of ten fails each year, and nobody recovers: paired, the slope is far surer than unpaired."""
    answers = [[1] * k + [0] * (10 - k) for k in (3, 4, 5)]
    paired = trend([wave(a, 0) for a in answers], [0.0, 1.0, 2.0])
    apart = trend([wave(a, 10 * n) for n, a in enumerate(answers)], [0.0, 1.0, 2.0])
    assert paired.yearly.difference == pytest.approx(0.1, abs=0.02)
    assert paired.yearly.standard_error < 0.75 * apart.yearly.standard_error


def test_a_wave_without_variance_counts_like_the_others() -> None:
    """Nobody fails in the first wave: its variance is 0, which is no reason to trust it without end."""
    found = trend([wave([0] * 10, 0), wave([1] * 2 + [0] * 8, 10), wave([1] * 4 + [0] * 6, 20)], [0.0, 1.0, 2.0])
    assert found.yearly.difference == pytest.approx(0.2) and found.moved is None


def test_what_is_no_trend_is_refused() -> None:
    """Two waves; two at one time; an empty base."""
    one, other = wave([1, 0], 0), wave([1, 0], 2)
    with pytest.raises(DataError, match="found 2 waves, expected 3"):
        trend([one, other], [0.0, 1.0])
    with pytest.raises(DataError, match="at the same time"):
        trend([one, other, other], [0.0, 1.0, 1.0])
    empty = Side(design=one.design, keys=one.keys, base=np.zeros(2, dtype=bool), fails=one.fails)
    with pytest.raises(DataError, match="base of wave 2"):
        trend([one, empty, other], [0.0, 1.0, 2.0])
