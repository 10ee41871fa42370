"""Probability of superiority and rank tests: by hand, under every rule that must hold, and at the edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import brentq

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import Calibration, Design, make_design
from pcse_analysis.metrics.ordinal import Superiority, probability_of_superiority, rank_test
from tests.metrics.made import STEADY

LAW = 1e-9


@dataclass(frozen=True)
class Made:
    """Answers 1 to 5 of two waves with uneven weights, practices in two strata, some in both waves."""

    answers: NDArray[np.float64]
    waves: NDArray[np.object_]
    weights: NDArray[np.float64]
    strata: NDArray[np.object_]
    practices: NDArray[np.object_]

    def design(self, scale: float = 1.0) -> Design:
        return make_design(self.weights * scale, strata=self.strata, clusters=self.practices)

    def ordered(self, order: NDArray[np.intp]) -> Made:
        parts = (self.answers, self.waves, self.weights, self.strata, self.practices)
        return Made(*(part[order] for part in parts))


@st.composite
def made(draw: st.DrawFn) -> Made:
    size = draw(st.integers(12, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    strata = np.where(np.arange(size) % 2 == 0, "north", "south").astype(object)
    practices = np.array([f"{stratum}{rng.integers(0, 10)}" for stratum in strata], dtype=object)
    practices[:4] = ["north-a", "south-a", "north-b", "south-b"]
    waves = rng.choice(["2016-10", "2017-12"], size).astype(object)
    waves[:4] = ["2016-10", "2016-10", "2017-12", "2017-12"]
    answers = rng.integers(1, 6, size).astype(float)
    answers[:4] = [1, 3, 3, 2]
    return Made(answers, waves, rng.uniform(0.5, 4, size), strata, practices)


def simple(first: list[float], second: list[float]) -> Superiority:
    """Two waves without weights."""
    answers = np.array(first + second, dtype=float)
    return probability_of_superiority(answers, [1] * len(first) + [2] * len(second), make_design(np.ones(len(answers))))


def test_superiority_by_hand() -> None:
    # Earlier 1 2 2, later 2 3. Of the six pairs, 2 beats 1 and ties with 2, 2; 3 beats all: (1 + 1/2 + 1/2 + 3) / 6.
    found = simple([1, 2, 2], [2, 3])
    assert found.value == pytest.approx(5 / 6, abs=1e-15)
    assert found.cliffs_delta == pytest.approx(4 / 6, abs=1e-15)
    assert (found.groups, found.bases) == (("1", "2"), (3, 2))


def test_superiority_with_weights_by_hand() -> None:
    # Earlier 1 (weight 1) and 3 (weight 3), later 2 (weight 1) and 3 (weight 1): 2 beats a quarter, 3 beats a quarter
    # and ties with three quarters: (1/4 + 1/4 + 3/8) / 2 = 7/16.
    found = probability_of_superiority([1, 3, 2, 3], ["a", "a", "b", "b"], make_design([1, 3, 1, 1]))
    assert found.value == pytest.approx(7 / 16, abs=1e-15)


def test_higher_answers_of_the_second_group_are_above_a_half() -> None:
    assert simple([1, 2, 3], [3, 4, 5]).value > 0.5 > simple([3, 4, 5], [1, 2, 3]).value


@given(made())
@STEADY
def test_of_two_options_it_is_half_the_difference_of_shares(replies: Made) -> None:
    """Origin: with answers 0 and 1 the pairs count up to 1/2 + (p2 - p1) / 2."""
    from pcse_analysis.metrics.regression import difference_of_means

    yes = (replies.answers >= 3).astype(float)
    found = probability_of_superiority(yes, replies.waves, replies.design())
    difference = difference_of_means(yes, replies.waves, replies.design())
    assert found.value == pytest.approx(0.5 + difference.values[0] / 2, abs=1e-12)
    assert found.standard_error == pytest.approx(difference.standard_errors[0] / 2, rel=1e-9)


@given(made())
@STEADY
def test_swapping_the_groups_mirrors_everything(replies: Made) -> None:
    swapped = np.where(replies.waves == "2016-10", "2017-12", "2016-10").astype(object)
    one = probability_of_superiority(replies.answers, replies.waves, replies.design())
    other = probability_of_superiority(replies.answers, swapped, replies.design())
    assert other.value == pytest.approx(1 - one.value, abs=LAW)
    assert other.standard_error == pytest.approx(one.standard_error, abs=LAW)
    assert other.interval() == pytest.approx((1 - one.interval()[1], 1 - one.interval()[0]), abs=LAW)
    test, mirrored = (rank_test(replies.answers, groups, replies.design()) for groups in (replies.waves, swapped))
    assert mirrored.statistic == pytest.approx(-test.statistic, abs=LAW)


@given(made(), st.integers(0, 1000), st.floats(0.01, 100))
@STEADY
def test_row_order_and_the_scale_of_weights_change_nothing(replies: Made, seed: int, scale: float) -> None:
    other = replies.ordered(np.random.default_rng(seed).permutation(len(replies.answers)))
    one = probability_of_superiority(replies.answers, replies.waves, replies.design())
    two = probability_of_superiority(other.answers, other.waves, other.design(scale))
    assert (two.value, two.standard_error) == pytest.approx((one.value, one.standard_error), abs=LAW)
    for scores in ("wilcoxon", "van der waerden"):
        first = rank_test(replies.answers, replies.waves, replies.design(), scores=scores)  # type: ignore[arg-type]
        second = rank_test(other.answers, other.waves, other.design(scale), scores=scores)  # type: ignore[arg-type]
        assert second.statistic == pytest.approx(first.statistic, abs=1e-7)


@given(made())
@STEADY
def test_only_the_order_of_the_answers_matters(replies: Made) -> None:
    one = probability_of_superiority(replies.answers, replies.waves, replies.design())
    two = probability_of_superiority(np.exp(replies.answers), replies.waves, replies.design())
    assert (two.value, two.standard_error) == (one.value, one.standard_error)


@given(made())
@STEADY
def test_the_p_value_inverts_the_interval(replies: Made) -> None:
    found = probability_of_superiority(replies.answers, replies.waves, replies.design())
    low, high = found.interval(1 - found.p_value)
    assert min(abs(low - 0.5), abs(high - 0.5)) < 1e-6
    assert 0 <= found.interval()[0] < found.value < found.interval()[1] <= 1


def test_a_domain_is_not_the_rest_left_out() -> None:
    # The clusters of the stratum stay, so that the size of the domain is a chance too: R's subset().
    replies = make_design([1.0] * 8, strata=["n"] * 8)
    rows = np.array([True] * 6 + [False] * 2)
    answers = [1.0, 2, 2, 3, 1, 3, 5, 5]
    found = probability_of_superiority(answers, [1, 1, 1, 2, 2, 2, 1, 2], replies, rows)
    alone = probability_of_superiority(answers[:6], [1, 1, 1, 2, 2, 2], make_design([1.0] * 6))
    assert found.value == alone.value
    # n / (n - 1) of the stratum is 8/7 in the one and 6/5 in the other.
    assert found.standard_error == pytest.approx(alone.standard_error * np.sqrt(8 / 7 * 5 / 6), rel=1e-12)
    assert found.degrees_of_freedom == alone.degrees_of_freedom == 4


def test_practices_in_both_waves_lessen_the_error() -> None:
    answers = np.array([1.0, 2, 3, 4, 5, 2, 3, 4, 5, 5])
    waves, weights = [1] * 5 + [2] * 5, np.ones(10)
    apart = probability_of_superiority(answers, waves, make_design(weights))
    paired = probability_of_superiority(answers, waves, make_design(weights, clusters=[*range(5), *range(5)]))
    assert paired.value == apart.value
    assert paired.standard_error < apart.standard_error / 2


def test_calibration_that_explains_nothing_of_the_answers_changes_little() -> None:
    # One cell that everybody is in: the known total fixes the sum of the weights, and influences sum to 0 already.
    design = make_design(np.ones(8))
    cell = np.zeros(8, dtype=np.intp)
    calibration = Calibration(cell=cell, columns=np.ones((1, 1)), base_weights=design.weights)
    answers, waves = [1.0, 2, 3, 3, 2, 3, 4, 5], [1, 1, 1, 1, 2, 2, 2, 2]
    plain = probability_of_superiority(answers, waves, design)
    fitted = probability_of_superiority(answers, waves, design.with_weights(design.weights, calibration))
    assert fitted.standard_error == pytest.approx(plain.standard_error, rel=1e-12)


@pytest.mark.parametrize(("first", "second"), [([1, 1, 2], [3, 4, 4]), ([3, 4, 4], [1, 1, 2]), ([2, 2, 2], [2, 2])])
def test_without_spread_the_interval_is_newcombes(first: list[float], second: list[float]) -> None:
    """Origin: Newcombe 2006, method 5: limits whose own standard error puts the value z away (here Student's)."""
    found = simple(first, second)
    assert not found.has_spread
    low, high = found.interval()
    assert 0 <= low <= found.value <= high <= 1
    assert high - low > 0.3
    m, n = len(first), len(second)
    t = 2.776445105198 if m + n == 6 else 3.182446305284  # R: qt(0.975, 4), qt(0.975, 3)

    def off(truth: float) -> float:
        others = (m + n) / 2 - 1
        spread = truth * (1 - truth) * (1 + others * ((1 - truth) / (2 - truth) + truth / (1 + truth))) / (m * n)
        return (found.value - truth) ** 2 - t**2 * spread

    for limit, ends in ((low, (1e-9, found.value - 1e-9)), (high, (found.value + 1e-9, 1 - 1e-9))):
        if limit not in (0, 1):
            assert limit == pytest.approx(brentq(off, *ends, xtol=1e-13), abs=1e-8)
    assert 0 < found.p_value <= 1


@given(made(), st.booleans())
@STEADY
def test_groups_that_do_not_overlap_are_told_apart_without_rounding(replies: Made, upwards: bool) -> None:
    later = replies.waves == "2017-12"
    answers = np.where(later == upwards, replies.answers + 5, replies.answers)
    found = probability_of_superiority(answers, replies.waves, replies.design())
    assert found.value == float(upwards)
    low, high = found.interval()
    assert high - low > 0.01


@pytest.mark.parametrize(
    ("answers", "groups", "clusters", "says"),
    [
        ([1, 2, 3], [1, 1, 2], None, "group '2': one respondent only"),
        ([1, 2, 3, 4], [1, 1, 2, 2], ["a", "b", "c", "c"], "group '2': all its respondents are of one cluster"),
        ([1, 2, np.nan, np.nan], [1, 1, 2, 2], None, "groups with answers: found '1' only"),
        ([np.nan] * 4, [1, 1, 2, 2], None, "groups with answers: found none"),
    ],
)
def test_groups_that_say_nothing_of_the_spread_are_refused(
    answers: list[float], groups: list[int], clusters: list[str] | None, says: str
) -> None:
    design = make_design(np.ones(len(answers)), clusters=clusters)
    for compared in (probability_of_superiority, rank_test):
        with pytest.raises(DataError, match=says):
            compared(answers, groups, design)


def test_three_groups_have_no_superiority() -> None:
    with pytest.raises(DataError, match="found 3, expected 2"):
        probability_of_superiority([1, 2, 3, 4, 5, 6], [1, 1, 2, 2, 3, 3], make_design(np.ones(6)))


def test_a_stratum_of_one_cluster_is_refused() -> None:
    design = make_design(np.ones(5), strata=["a", "a", "a", "a", "b"])
    for compared in (probability_of_superiority, rank_test):
        with pytest.raises(DataError, match="strata with one cluster only: number 2"):
            compared([1, 2, 3, 4, 5], [1, 2, 1, 2, 2], design)


def test_a_rank_test_of_groups_of_one_mind_each_is_refused() -> None:
    with pytest.raises(DataError, match="within each group all values are the same"):
        rank_test([1, 1, 2, 2], [1, 1, 2, 2], make_design(np.ones(4)))
    with pytest.raises(DataError, match="within each group all values are the same"):
        rank_test([3, 3, 3, 3], [1, 1, 2, 2], make_design(np.ones(4)))
