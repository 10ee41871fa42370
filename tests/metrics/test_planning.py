"""The smallest change and margin that two waves can show: textbook values, exact powers, laws, and bad input."""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import power_proportions_2indep

from pcse_analysis.errors import CommandError
from pcse_analysis.metrics.intervals import newcombe, student
from pcse_analysis.metrics.planning import detectable_change
from tests.metrics.made import STEADY

Z_80 = 0.8416212335729143
"""R's qnorm(0.8)."""
Z_90 = 1.2815515655446004
Z_95 = 1.6448536269514722
Z_975 = 1.959963984540054


@pytest.mark.parametrize(
    ("before", "after", "power", "base"),
    [
        (0.50, 0.60, 0.8, 387.3385167),
        (0.30, 0.20, 0.8, 293.1512858),
        (0.81, 0.73, 0.8, 433.2056301),
        (0.10, 0.15, 0.9, 917.3206405),
    ],
)
def test_as_power_prop_test_of_r(before: float, after: float, power: float, base: float) -> None:
    """R 4.2.2, power.prop.test(p1 = before, p2 = after, power = power)$n. Its test is another, so to two per cent."""
    found = detectable_change(base_before=base, base_after=base, share=before, power=power)
    size = found.rise if after > before else found.fall
    assert size == pytest.approx(abs(after - before), rel=0.02)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.81])
def test_as_the_power_of_statsmodels_at_bases_that_differ(share: float) -> None:
    found = detectable_change(base_before=28100, base_after=74800, share=share)
    assert found.fall is not None
    power = power_proportions_2indep(-found.fall, share, 28100, ratio=748 / 281, return_results=False)
    assert power == pytest.approx(0.8, abs=0.005)


def test_large_bases_by_hand() -> None:
    """(z_975 + z_80) sqrt(2 * 0.5 * 0.5 / 1e6) = 2.8015852 * 0.00070711; for the margin z_95 + z_90 in its place."""
    found = detectable_change(base_before=1e6, base_after=1e6, share=0.5)
    assert found.rise == pytest.approx((Z_975 + Z_80) * sqrt(0.5e-6), rel=1e-4)
    assert found.margin == pytest.approx((Z_95 + Z_90) * sqrt(0.5e-6), rel=1e-4)
    assert (found.effective_base_before, found.correlation) == (1e6, 0.0)


def test_the_same_practices_in_both_waves_by_hand() -> None:
    """The variance of the change of pairs is 2 p q (1 - r) / n."""
    found = detectable_change(base_before=1e6, base_after=1e6, share=0.5, in_both=1e6, alike=0.6)
    assert found.correlation == 0.6
    assert found.rise == pytest.approx((Z_975 + Z_80) * sqrt(0.5e-6 * 0.4), rel=1e-4)
    assert found.margin == pytest.approx((Z_95 + Z_90) * sqrt(0.5e-6 * 0.4), rel=1e-4)


def test_the_correlation_of_errors_by_hand() -> None:
    """Of n1 and n2 replies n12 are in both: the errors of the shares correlate by r n12 / sqrt(n1 n2)."""
    found = detectable_change(base_before=100, base_after=400, share=0.3, in_both=50, alike=0.4)
    assert found.correlation == pytest.approx(0.4 * 50 / 200)


def exact_chance(bases: tuple[int, int], shares: tuple[float, float], confidence: float, margin: float) -> np.ndarray:
    """Of an interval above 0, below 0, and with Wald's within the margin, over all counts of two independent waves."""
    first, second = (np.arange(base + 1.0) for base in bases)
    chance = np.outer(*(binom.pmf(k, n, p) for k, n, p in zip((first, second), bases, shares, strict=True)))
    quantile = float(student(sum(bases) - 1, confidence))
    before, after = first[:, None] / bases[0], second[None, :] / bases[1]
    low, high = newcombe(before, bases[0], after, bases[1], quantile)
    reach = margin - quantile * np.sqrt(before * (1 - before) / bases[0] + after * (1 - after) / bases[1])
    alike = (low > -margin) & (high < margin) & (np.abs(after - before) < reach)
    return np.array([(chance * rows).sum() for rows in (low > 0, high < 0, alike)])


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.81])
@pytest.mark.parametrize(("bases", "near"), [((281, 748), 0.01), ((60, 90), 0.03)])
def test_the_power_is_what_was_asked_for(bases: tuple[int, int], share: float, near: float) -> None:
    """By binomial probabilities of every pair of counts; these are whole, so small bases miss by a step."""
    found = detectable_change(base_before=bases[0], base_after=bases[1], share=share)
    assert found.rise is not None
    assert exact_chance(bases, (share, share + found.rise), 0.95, 0.0)[0] == pytest.approx(0.8, abs=near)
    if found.fall is not None:
        assert exact_chance(bases, (share, share - found.fall), 0.95, 0.0)[1] == pytest.approx(0.8, abs=near)
    assert exact_chance(bases, (share, share), 0.9, found.margin)[2] == pytest.approx(0.8, abs=near)


bases = st.integers(40, 5000)
shares = st.floats(0.05, 0.95)


@STEADY
@given(bases, bases, shares)
def test_asking_the_other_way_round_turns_falls_into_rises(before: int, after: int, share: float) -> None:
    one = detectable_change(base_before=before, base_after=after, share=share)
    other = detectable_change(base_before=before, base_after=after, share=1 - share)
    assert one.margin == pytest.approx(other.margin, rel=1e-6)
    for size, turned in ((one.fall, other.rise), (one.rise, other.fall)):
        assert (size is None) == (turned is None)
        assert size is None or size == pytest.approx(turned, rel=1e-6)


@STEADY
@given(bases, bases, shares, st.floats(0.1, 0.9), st.integers(1, 500))
def test_more_replies_more_in_both_and_less_power_make_it_smaller(
    before: int, after: int, share: float, alike: float, more: int
) -> None:
    plain = {"base_before": before, "base_after": after, "share": share}
    first = detectable_change(**plain)
    smaller = [
        detectable_change(**{**plain, "base_before": before + more}),
        detectable_change(**plain, in_both=min(before, after) / 2, alike=alike),
        detectable_change(**plain, power=0.7),
        detectable_change(**plain, confidence=0.9),
    ]
    larger = [detectable_change(**plain, design_effect=1.5), detectable_change(**plain, confidence=1 - 0.05 / 7)]
    for less, much in [*((one, first) for one in smaller), *((first, one) for one in larger)]:
        assert less.margin < much.margin
        for size, bigger in ((less.fall, much.fall), (less.rise, much.rise)):
            assert bigger is None or (size is not None and size < bigger)


def test_a_design_effect_divides_the_bases() -> None:
    """All but the degrees of freedom, which count practices: 1.96 and 1.97 at bases so large."""
    one = detectable_change(base_before=600, base_after=800, share=0.4, design_effect=2)
    other = detectable_change(base_before=300, base_after=400, share=0.4)
    assert one.effective_base_before, one.effective_base_after == (300, 400)
    assert one.rise == pytest.approx(other.rise, rel=0.002)


def test_a_base_too_small_to_show_any_fall() -> None:
    """Two waves of ten: even none after 5 % before would not be found."""
    found = detectable_change(base_before=10, base_after=10, share=0.05)
    assert found.fall is None
    assert found.rise is not None and 0.4 < found.rise < 0.7


def test_single_replies_show_nothing() -> None:
    found = detectable_change(base_before=1, base_after=1, share=0.5)
    assert (found.fall, found.rise, found.margin) == (None, None, None)


def test_where_every_practice_answers_as_before_some_change_is_still_too_small() -> None:
    """The interval of a change is never 0 wide."""
    found = detectable_change(base_before=500, base_after=500, share=0.5, in_both=500, alike=1.0)
    assert found.rise is not None and 0 < found.margin < found.rise < 0.05


GOOD = {"base_before": 281.0, "base_after": 748.0, "share": 0.3}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"base_before": 0}, "base_before: found 0, expected a number of replies, 1 or more"),
        ({"base_after": nan}, "base_after: found nan, expected a number of replies, 1 or more"),
        ({"base_after": inf}, "base_after: found inf, expected a number of replies, 1 or more"),
        ({"share": 1.0}, "share: found 1, expected a share above 0 and below 1, such as 0.3 for 30 %"),
        ({"share": 30}, "share: found 30, expected a share above 0 and below 1, such as 0.3 for 30 %"),
        ({"in_both": 300}, "in_both: found 300, which is more than all replies of a wave (base_before, 281)"),
        ({"in_both": -1}, "in_both: found -1, expected a number of those who answer both waves, 0 or more"),
        ({"alike": 1.5}, "alike: found 1.5, expected a correlation from -1 to 1"),
        ({"design_effect": 0}, "design_effect: found 0, expected a number above 0 that leaves"),
        ({"design_effect": 300}, "design_effect: found 300, expected a number above 0 that leaves"),
        ({"confidence": 95}, "confidence: found 95, expected a number above 0.5 and below 1, such as 0.95"),
        ({"power": 0.2}, "power: found 0.2, expected a chance from 0.5 to below 1, such as 0.8"),
    ],
)
def test_bad_input_is_named(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(CommandError) as raised:
        detectable_change(**{**GOOD, **wrong})
    assert [problem.what[: len(said)] for problem in raised.value.problems] == [said]


def test_all_mistakes_at_once() -> None:
    with pytest.raises(CommandError, match="7 problems"):
        detectable_change(base_before=0, base_after=-5, share=2, alike=2, design_effect=-1, confidence=1, power=1)
