"""Banded delays, counted by hand: shares above a standard, and between what numbers the median lies."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.types import Scale
from pcse_analysis.errors import CatalogueError
from pcse_analysis.metrics.bands import MedianBand, ShareAbove, banded, median_band, share_above
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.share_intervals import share_interval

LAWS = settings(max_examples=60, deadline=None, derandomize=True, database=None)
DELAY = Scale(
    id="delay",
    options=("Up to 3 days", "4 to 7 days", "8 to 14 days", "15 to 28 days", "More than 28 days", "Don't know"),
    agreeing=(),
    disagreeing=(),
    dont_know=("Don't know",),
    unit="days",
    bands={
        "Up to 3 days": (0, 3),
        "4 to 7 days": (4, 7),
        "8 to 14 days": (8, 14),
        "15 to 28 days": (15, 28),
        "More than 28 days": (29, None),
    },
)
# 2, 1, 4, 3 and 2 respondents in the five bands, 3 who don't know, 1 without an answer.
CODES = np.repeat([0, 1, 2, 3, 4, 5, -1], [2, 1, 4, 3, 2, 3, 1]).astype(np.int8)
ALIKE = make_design(np.ones(len(CODES)))


def above(standard: float, codes: np.ndarray = CODES, scale: Scale = DELAY, **more: object) -> ShareAbove:
    (found,) = share_above(codes, scale, standard, make_design(np.ones(len(codes))), **more)  # type: ignore[arg-type]
    return found


def median(codes: np.ndarray, scale: Scale = DELAY, **more: object) -> MedianBand:
    (found,) = median_band(codes, scale, make_design(np.ones(len(codes))), **more)  # type: ignore[arg-type]
    return found


def test_a_standard_at_the_edge_of_a_band_is_exact() -> None:
    # More than 14 days: 3 + 2 of the 12 who named a band.
    found = above(14)
    assert found.exact
    assert (found.lowest, found.highest) == (pytest.approx(5 / 12), pytest.approx(5 / 12))
    assert (found.base, found.weighted_base, found.unit) == (12, 12, "days")


def test_a_standard_inside_a_band_has_bounds() -> None:
    # More than 10 days: 5 of 12 for sure; the 4 of "8 to 14 days" may be above or not.
    found = above(10)
    assert not found.exact
    assert (found.lowest, found.highest) == (pytest.approx(5 / 12), pytest.approx(9 / 12))


def test_beyond_the_last_lower_end_nobody_is_surely_above() -> None:
    # More than 40 days: none for sure, 2 of 12 perhaps.
    found = above(40)
    assert (found.lowest, found.highest) == (0, pytest.approx(2 / 12))
    assert found.low == 0 and found.high is not None and found.high > 2 / 12


def test_the_interval_reaches_over_both_bounds() -> None:
    # 16 respondents in the design, 12 of them in the base: 11 degrees of freedom.
    found = above(10)
    shares = np.array([5 / 12, 9 / 12])
    # The variance of a share of a part: the sum of squared influences, times 16 / 15.
    variances = shares * (1 - shares) / 12 * 16 / 15
    low, high = share_interval(shares, variances, 12, 12, 11)
    assert (found.low, found.high) == (pytest.approx(low[0]), pytest.approx(high[1]))


def test_weights_count() -> None:
    # Weights 1, 2, 5 for 8 to 14, 15 to 28, don't know: 2 of 3 above 14 days.
    codes = np.array([2, 3, 5])
    (found,) = share_above(codes, DELAY, 14, make_design([1.0, 2.0, 5.0]))
    assert (found.lowest, found.weighted_base, found.base) == (pytest.approx(2 / 3), 3, 2)


def test_those_who_do_not_know_are_in_no_base() -> None:
    with_band = replace(DELAY, bands={**DELAY.bands, "Don't know": (0, None)})
    assert above(14, scale=with_band) == above(14)
    assert median(CODES, with_band) == median(CODES)


def test_an_empty_base_has_no_number() -> None:
    found = above(14, np.array([5, -1]))
    assert (found.lowest, found.highest, found.low, found.high, found.base) == (None, None, None, None, 0)
    band = median(np.array([5, -1]))
    assert (band.options, band.lower, band.upper, band.low, band.high, band.base) == ((), None, None, None, None, 0)


def test_the_median_is_in_one_band() -> None:
    # Of 12, 3 are at most at 7 days, 7 at most at 14: half is reached in "8 to 14 days".
    found = median(CODES)
    assert (found.options, found.lower, found.upper) == (("8 to 14 days",), 8, 14)
    assert (found.base, found.unit) == (12, "days")


def test_limits_of_the_median_are_ends_of_bands() -> None:
    # 60, 30, 120, 90, 60 of 360: at or below 7 days 25 %, 14 days 58.3 %, 28 days 83.3 %. The interval of 58.3 % is
    # about -/+ 5 points, so its lower limit is in "8 to 14 days" too, and its upper one in "15 to 28 days".
    found = median(np.repeat([0, 1, 2, 3, 4], [60, 30, 120, 90, 60]))
    assert (found.lower, found.upper, found.low, found.high) == (8, 14, 8, 28)


def test_a_median_in_the_last_band_has_no_upper_end() -> None:
    found = median(np.repeat([0, 4], [5, 20]))
    assert (found.options, found.lower, found.upper, found.high) == (("More than 28 days",), 29, None, None)


def test_few_respondents_bound_no_median() -> None:
    found = median(np.array([1, 2]))
    assert (found.options, found.low, found.high) == (("4 to 7 days",), None, None)


def test_bands_that_overlap_leave_the_median_between_them() -> None:
    scale = Scale(
        id="loose",
        options=("Up to 10 days", "5 to 20 days", "Over 15 days"),
        agreeing=(),
        disagreeing=(),
        unit="days",
        bands={"Up to 10 days": (0, 10), "5 to 20 days": (5, 20), "Over 15 days": (15, None)},
    )
    # Lower ends 0, 0, 5, 5, 15 have the median 5; upper ends 10, 10, 20, 20, open have 20.
    found = median(np.array([0, 0, 1, 1, 2]), scale)
    assert (found.lower, found.upper) == (5, 20)
    assert found.options == scale.options
    # Above 15 days: nobody for sure (those of "over 15" may be at 15), 2 + 1 of 5 perhaps.
    assert (
        above(15, np.array([0, 0, 1, 1, 2]), scale).lowest,
        above(15, np.array([0, 0, 1, 1, 2]), scale).highest,
    ) == (
        0,
        pytest.approx(3 / 5),
    )


def test_domains() -> None:
    domain = np.where(CODES == 4, 1, 0)
    first, second, none = share_above(CODES, DELAY, 14, ALIKE, domain=domain, domains=3)
    # Without the 2 of the last band: 3 of 10 above 14 days; these 2 alone: all.
    assert (first.lowest, first.base, second.lowest, second.base) == (pytest.approx(0.3), 10, 1, 2)
    assert second.low is not None and second.low < 0.5
    assert (none.base, none.lowest) == (0, None)
    medians = median_band(CODES, DELAY, ALIKE, domain=domain, domains=3)
    assert [m.options for m in medians] == [("8 to 14 days",), ("More than 28 days",), ()]


def test_the_targets_for_many_items_at_once() -> None:
    item = banded(CODES, DELAY, 10)
    assert item.above[:, 0].tolist() == [0, 0, 0, 1, 1, 0]
    assert item.above[:, 1].tolist() == [0, 0, 1, 1, 1, 0]
    assert item.below[:, 0].tolist() == item.below[:, 1].tolist() == [1, 1, 1, 1, 1, 0]


def test_an_opinion_without_a_band_is_refused() -> None:
    scale = replace(DELAY, dont_know=(), bands={"Up to 3 days": (0, 3)})
    with pytest.raises(CatalogueError) as caught:
        above(14, scale=scale)
    assert len(caught.value.problems) == 5
    assert "scale 'delay': option '4 to 7 days' has no band" in str(caught.value)
    with pytest.raises(CatalogueError, match="scale 'delay' has no bands"):
        median(CODES, replace(DELAY, bands={}))


@LAWS
@given(
    codes=st.lists(st.integers(-1, 5), min_size=1, max_size=40).filter(lambda c: any(0 <= code < 5 for code in c)),
    standard=st.integers(0, 40),
)
def test_laws(codes: list[int], standard: int) -> None:
    found = above(standard, np.array(codes))
    assert found.lowest is not None and found.highest is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.lowest <= found.highest <= found.high <= 1
    assert found.low < found.high
    assert not found.exact or found.lowest == found.highest
    later = above(standard + 1, np.array(codes))
    assert later.lowest is not None and later.highest is not None
    assert later.lowest <= found.lowest and later.highest <= found.highest
    band = median(np.array(codes))
    assert band.lower is not None and len(band.options) == 1
    assert (band.lower, band.upper) == DELAY.bands[band.options[0]]
    # At most half lie above the median's upper end, and less than half below its lower end.
    if band.upper is not None:
        beyond = above(band.upper, np.array(codes))
        assert beyond.exact and beyond.lowest is not None and beyond.lowest <= 0.5 + 1e-12
    assert above(band.lower - 1, np.array(codes)).lowest > 0.5 - 1e-12  # type: ignore[operator]
