"""The difference of two waves: by hand, in the two extremes of overlap, and the laws that must hold."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.metrics.design import Calibration, make_design
from pcse_analysis.metrics.linearised import mean, standard_error
from pcse_analysis.metrics.two_waves import Difference, Populations, Side, difference, joined, shares_and_covariance

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def side(fails: Any, keys: Any, weights: Any = None, base: Any = None) -> Side:
    failing = np.asarray(fails, dtype=bool)
    asked = np.ones(len(failing), dtype=bool) if base is None else np.asarray(base, dtype=bool)
    return Side(
        design=make_design(np.ones(len(failing)) if weights is None else weights),
        keys=np.array([str(key) for key in keys], dtype=object),
        base=asked,
        fails=failing & asked,
    )


def found(before: Side, after: Side, populations: Populations | None = None) -> Difference:
    made = difference(before, after, populations)
    assert made is not None
    return made


def test_independent_waves_by_hand() -> None:
    """2 of 4 and 3 of 6, all different practices: D = 0; variance 10/9 (4 (1/8)^2 + 6 (1/12)^2)."""
    one, other = side([1, 1, 0, 0], "abcd"), side([1, 1, 1, 0, 0, 0], "efghij")
    made = found(one, other)
    assert made.value == 0
    assert made.standard_error**2 == pytest.approx(10 / 9 * (1 / 16 + 1 / 24))
    assert (made.shares.correlation, made.shares.degrees_of_freedom) == (0, 9)


def test_practices_that_all_answered_twice_have_mcnemars_variance() -> None:
    """n = 10, 4 got better, 1 worse: D = -0.3.

    Origin: the Wald variance of paired shares, (b + c - (b - c)^2 / n) / n^2 = (5 - 0.9) / 100; here with n / (n - 1),
    as the variance of a mean of differences has it.
    """
    before, after = [1] * 4 + [0] + [1] * 2 + [0] * 3, [0] * 4 + [1] + [1] * 2 + [0] * 3
    made = found(side(before, range(10)), side(after, range(10)))
    assert made.value == pytest.approx(-0.3)
    assert made.standard_error**2 == pytest.approx((5 - 0.9) / 100 * 10 / 9)


def test_nobody_changed_and_yet_the_interval_is_not_0_wide() -> None:
    """Every practice answered alike in both waves: the estimated error is 0, but the next ten could have changed."""
    made = found(side([1, 0] * 10, range(20)), side([1, 0] * 10, range(20)))
    low, high = made.shares.interval(0.95)
    assert (made.value, made.standard_error) == (0, pytest.approx(0, abs=1e-12))
    assert low < -0.05 and high > 0.05 and made.shares.p_of_no_change() == 1


def test_all_fail_in_both_waves() -> None:
    """Shares of 1 have no variance; the interval rests on the bases."""
    made = found(side([1] * 12, range(12)), side([1] * 30, range(30, 60)))
    low, high = made.shares.interval(0.95)
    assert made.value == 0 and low < -0.05 and high > 0.1


def test_an_empty_base_is_no_difference() -> None:
    """Nobody in the earlier wave gave an opinion."""
    assert difference(side([1, 0], "ab", base=[0, 0]), side([1, 0], "cd")) is None


def test_a_base_of_one_in_each_wave_says_next_to_nothing() -> None:
    """One fails, one does not: all that is known is that D lies between -1 and 1."""
    low, high = found(side([1], "a"), side([0], "b")).shares.interval(0.95)
    assert -1 <= low < -0.99 and high > 0.3


def test_the_same_practice_twice_in_a_wave_is_one_cluster() -> None:
    """Two replies of practice a are no two witnesses: the joined design counts 3 clusters, not 4."""
    design = joined([side([1, 1], "aa"), side([0, 1], "bc")])
    assert (design.psus, len(design), design.degrees_of_freedom) == (3, 4, 2)


def test_each_wave_alone_has_the_variance_of_the_joined_design() -> None:
    """The shares' own variances are those of the wave, but for one practice more or less in n / (n - 1)."""
    one, other = side([1, 0, 0, 1, 0], range(5), [1, 2, 1, 3, 1]), side([1, 0, 1], range(3, 6), [2, 1, 1])
    _, matrix, design = shares_and_covariance((one, other))
    alone = [standard_error(mean(s.fails.astype(float), s.design, s.base), s.design) ** 2 for s in (one, other)]
    factor = design.psus / (design.psus - 1)
    assert matrix[0, 0] == pytest.approx(alone[0] / (5 / 4) * factor)
    assert matrix[1, 1] == pytest.approx(alone[1] / (3 / 2) * factor)


def test_what_one_wave_was_fitted_to_explains_nothing_of_the_other() -> None:
    """The earlier wave's failing is known from its margin: its error is 0; the later wave's stays as it was."""
    fails = np.array([1, 1, 0, 0, 0, 0])
    cell = Calibration(cell=fails.astype(np.intp), columns=np.eye(2), base_weights=np.ones(6))
    fitted = side(fails, range(6))
    fitted = Side(
        design=fitted.design.with_weights(np.ones(6), cell), keys=fitted.keys, base=fitted.base, fails=fitted.fails
    )
    later = side(fails, range(6, 12))
    _, matrix, _ = shares_and_covariance((fitted, later))
    _, plain, _ = shares_and_covariance((side(fails, range(6)), later))
    assert matrix[0, 0] == pytest.approx(0, abs=1e-15)
    assert matrix[1, 1] == pytest.approx(plain[1, 1])


def test_finite_population_by_hand() -> None:
    """The textbook form for simple random samples from one population of 40.

    n1 = n2 = 10, n12 = 10: (1 - 10/40) S1^2/10 + the same of 2 - 2 S12 (10/100 - 1/40): all terms times 3/4, so the
    variance too.
    """
    before, after = [1] * 6 + [0] * 4, [1] * 3 + [0] * 6 + [1]
    free = found(side(before, range(10)), side(after, range(10)))
    tied = found(side(before, range(10)), side(after, range(10)), Populations(40, 40, 40))
    assert tied.standard_error**2 == pytest.approx(free.standard_error**2 * 0.75)


def test_finite_population_of_partly_matched_waves_by_hand() -> None:
    """n1 = 4 of 20, n2 = 5 of 16, 2 in both, 12 practices at both times: each term of the formula by itself."""
    before, after = side([1, 0, 1, 0], "abcd"), side([1, 0, 0, 1, 1], "cdefg")
    free, tied = found(before, after), found(before, after, Populations(20, 16, 12))
    expected = free.covariance.copy()
    expected[0, 0] *= 1 - 4 / 20
    expected[1, 1] *= 1 - 5 / 16
    expected[0, 1] = expected[1, 0] = free.covariance[0, 1] / (2 / 20) * (2 / 20 - 12 / (20 * 16))
    assert tied.covariance == pytest.approx(expected)


def test_without_anybody_in_both_waves_the_correction_takes_the_worst_case() -> None:
    """S12 cannot be seen: it is taken as S1 S2, which makes the variance of the change larger, never smaller."""
    before, after = side([1, 0, 1, 0], "abcd"), side([1, 0, 0, 1], "efgh")
    free, tied = found(before, after), found(before, after, Populations(40, 40, 40))
    s1, s2 = (sqrt(free.covariance[k, k] * 4) for k in (0, 1))
    assert tied.covariance[0, 1] == pytest.approx(-s1 * s2 / 40)
    assert tied.standard_error**2 == pytest.approx(0.9 * (s1**2 + s2**2) / 4 + 2 * s1 * s2 / 40)


@st.composite
def two_waves(draw: st.DrawFn) -> tuple[Side, Side]:
    """Two waves of up to 20 replies, of practices that may be in both."""

    def wave() -> Side:
        keys = draw(st.lists(st.integers(0, 25), min_size=2, max_size=20, unique=True))
        fails = draw(st.lists(st.booleans(), min_size=len(keys), max_size=len(keys)))
        weights = draw(st.lists(st.floats(0.3, 5), min_size=len(keys), max_size=len(keys)))
        return side(fails, keys, weights)

    return wave(), wave()


@LAW
@given(two_waves())
def test_swapping_the_waves_flips_the_change(waves: tuple[Side, Side]) -> None:
    """Law: interval and difference change sign, tests stay."""
    there, back = found(*waves), found(*waves[::-1])
    low, high = there.shares.interval(0.95)
    assert (back.value, *back.shares.interval(0.95)) == pytest.approx((-there.value, -high, -low), abs=1e-9)
    assert back.shares.p_of_no_change() == pytest.approx(there.shares.p_of_no_change(), abs=1e-6)
    assert back.shares.p_of_equivalence(0.05) == pytest.approx(there.shares.p_of_equivalence(0.05), abs=1e-6)


@LAW
@given(two_waves())
def test_the_interval_holds_the_change_and_is_never_0_wide(waves: tuple[Side, Side]) -> None:
    """Law: and no limit is missing or beyond what a difference of shares can be."""
    made = found(*waves)
    low, high = made.shares.interval(0.95)
    assert -1 <= low <= made.value <= high <= 1
    assert high - low > 1e-6 and 0 <= made.shares.p_of_no_change() <= 1


@LAW
@given(two_waves(), st.floats(0.05, 20))
def test_scaling_the_weights_of_one_wave_changes_nothing(waves: tuple[Side, Side], factor: float) -> None:
    """Law: only relations within a wave count."""
    before, after = waves
    scaled = Side(
        design=before.design.with_weights(before.design.weights * factor),
        keys=before.keys, base=before.base, fails=before.fails,
    )  # fmt: skip
    one, other = found(before, after), found(scaled, after)
    assert other.shares.interval(0.95) == pytest.approx(one.shares.interval(0.95), abs=1e-7)


def test_what_sets_strata_apart_is_no_error_of_a_wave() -> None:
    """All of the north fail, none of the south, in both waves, whoever replies: with strata nothing is left to vary."""
    region = np.array(["north"] * 4 + ["south"] * 4, dtype=object)
    fails = [1] * 4 + [0] * 4
    plain = side(fails, range(8)), side(fails, range(4, 12))
    parted = [replace(s, stratum=region) for s in plain]
    # The later wave's keys 4 to 7 are northern there: given names of their own, each key has one stratum.
    parted[1] = replace(parted[1], keys=np.array([f"Q{n}" for n in range(8)], dtype=object))
    assert found(*parted).standard_error == pytest.approx(0, abs=1e-12)
    assert found(*plain).standard_error > 0.1
