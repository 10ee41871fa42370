"""Time until something ends, some of it not yet ended: counted by hand, on published data, and by laws."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.metrics.durations import Curve, Quantile, RiskTable, log_rank, risk_table
from tests.metrics.made import STEADY, Z95
from tests.shared import REALDATA, needs_realdata

NEVER = Quantile(value=None, low=None, high=None)
STRETCH = st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans(), st.integers(0, 1)).map(
    lambda s: (min(s[:2]), max(s[:2]), s[2], s[3])
)
"""The age at which a case comes under observation and at which it leaves, whether it ended then, and its group."""
STRETCHES = st.lists(STRETCH, min_size=1, max_size=30)
Stretch = tuple[int, int, bool, int]


def table_of(stretches: list[Stretch]) -> RiskTable:
    entries, exits, ended, groups = (np.array(column) for column in zip(*stretches, strict=True))
    return risk_table(exits, ended, groups, 2, entries)


def curve_of(exits: list[int], ended: list[int], entries: list[int] | None = None) -> Curve:
    start = None if entries is None else np.array(entries)
    return risk_table(np.array(exits, dtype=int), np.array(ended) == 1, entries=start).curve()


def same(one: RiskTable, other: RiskTable) -> bool:
    return np.array_equal(one.at_risk, other.at_risk) and np.array_equal(one.events, other.events)


def test_six_cases_of_which_two_are_lost_sight_of() -> None:
    """Origin: by hand. At 3 one ends and one is lost: the lost one is still at risk. 5/6, times 4/5, times 1/3."""
    curve = curve_of([2, 3, 3, 5, 5, 8], [1, 1, 0, 1, 1, 0])
    assert curve.at_risk.tolist() == [6, 6, 6, 5, 3, 3, 1, 1, 1]
    assert curve.events.tolist() == [0, 0, 1, 1, 0, 2, 0, 0, 0]
    shares = [Fraction(*s) for s in ((1, 1), (1, 1), (5, 6), (2, 3), (2, 3), (2, 9), (2, 9), (2, 9), (2, 9))]
    assert curve.share == pytest.approx([float(s) for s in shares], abs=1e-15)
    # Greenwood: 1/(6*5) + 1/(5*4) = 1/12, and 2/(3*1) more make 3/4.
    assert curve.error[[3, 5]] == pytest.approx([2 / 3 * sqrt(1 / 12), 2 / 9 * sqrt(3 / 4)], abs=1e-15)
    assert [curve.quantile(q).value for q in (0.25, 0.5, 0.75, 0.9)] == [3, 5, 5, None]


def test_the_limits_on_each_scale() -> None:
    """Origin: by hand. One of four ended by day 1: share 3/4, error 3/4 * sqrt(1/12)."""
    curve, half = curve_of([1, 2, 2, 2], [1, 0, 0, 0]), Z95 * sqrt(1 / 12)
    assert [limit[1] for limit in curve.limits("plain")] == pytest.approx([0.75 - 0.75 * half, 1])
    assert [limit[1] for limit in curve.limits("log")] == pytest.approx([0.75 * np.exp(-half), 1])
    scaled = half / np.log(0.75)
    assert [limit[1] for limit in curve.limits()] == pytest.approx([0.75 ** np.exp(-scaled), 0.75 ** np.exp(scaled)])
    assert [limit[0] for limit in curve.limits()] == [1, 1]


def test_all_ended() -> None:
    """Origin: by hand. Where the curve lies on the target from day 2 to 3, its first day is given; R gives 2.5."""
    curve = curve_of([1, 2, 3, 4], [1, 1, 1, 1])
    assert curve.share == pytest.approx([1, 3 / 4, 1 / 2, 1 / 4, 0], abs=1e-15)
    assert [curve.quantile(q).value for q in (0.25, 0.5, 0.75, 1.0)] == [1, 2, 3, 4]


def test_all_ended_on_their_first_day() -> None:
    """Origin: by hand. Nothing is open after day 0."""
    curve = curve_of([0, 0, 0], [1, 1, 1])
    assert curve.share.tolist() == [0]
    assert curve.quantile(0.5) == Quantile(value=0, low=0, high=0)
    assert curve.at(99) == (0, 0, 0)


def test_none_ended() -> None:
    """Origin: by hand. The median is not reached, and nothing is known of its limits."""
    curve = curve_of([0, 4, 9], [0, 0, 0])
    assert curve.share.tolist() == [1] * 10
    assert curve.quantile(0.5) == NEVER
    assert curve.at(3) == (1, 1, 1)


def test_no_case() -> None:
    """Origin: of none nothing is reached."""
    table = risk_table(np.array([], dtype=int), np.array([], dtype=bool), number=2)
    assert table.at_risk.tolist() == [[0], [0]]
    assert table.curve().quantile(0.5) == NEVER


def test_delayed_entry() -> None:
    """Origin: by hand. Seen from age 0, 2 and 3 on, left at 4, 4 and 5: at risk 1, 1, 2, 3, 3, 1."""
    curve = curve_of([4, 4, 5], [1, 1, 1], [0, 2, 3])
    assert curve.at_risk.tolist() == [1, 1, 2, 3, 3, 1]
    assert curve.share == pytest.approx([1, 1, 1, 1, 1 / 3, 0], abs=1e-15)


def test_a_case_that_enters_as_it_ends_counts_on_that_day() -> None:
    """Origin: by hand. Of two at risk at age 4, one of them only then, one ends."""
    curve = curve_of([4, 6], [1, 0], [4, 0])
    assert curve.at_risk.tolist() == [1, 1, 1, 1, 2, 1, 1]
    assert curve.share[4] == pytest.approx(1 / 2)


@pytest.mark.parametrize(("exits", "entries"), [([-1, 2], None), ([2, 3], [3, 0]), ([2, 3], [-1, 0])])
def test_impossible_ages_are_refused(exits: list[int], entries: list[int] | None) -> None:
    """Origin: nothing leaves before it enters, or before it is opened."""
    with pytest.raises(ValueError, match="nothing leaves before it enters"):
        curve_of(exits, [1, 1], entries)


def test_log_rank_of_four() -> None:
    """Origin: by hand. One group ends at 1 and 2, the other at 2 and 3.

    Age 1: 1 of 4, expected 1/2, variance 1/4. Age 2: 2 of 3, expected 2/3, variance 2 * 1/3 * 2/3 * 1/2 = 2/9. Age 3
    tells nothing. (2 - 7/6)^2 / (17/36) = 25/17.
    """
    test = log_rank([risk_table(np.array([1, 2, 2, 3]), np.ones(4, dtype=bool), np.array([0, 0, 1, 1]), 2)])
    assert test.statistic == pytest.approx(25 / 17, rel=1e-12)
    assert test.degrees == 1


def test_log_rank_where_nothing_ended() -> None:
    """Origin: no end tells nothing of a difference."""
    test = log_rank([risk_table(np.array([1, 2]), np.zeros(2, dtype=bool), np.array([0, 1]), 2)])
    assert (test.statistic, test.degrees, test.p_value) == (0, 0, 1)


def test_log_rank_of_one_group_is_refused() -> None:
    """Origin: there is nothing to compare."""
    with pytest.raises(ValueError, match="two groups or more"):
        log_rank([risk_table(np.array([1]), np.array([True]))])


@given(STRETCHES)
@STEADY
def test_every_count_is_that_of_its_definition(stretches: list[Stretch]) -> None:
    """Origin: at an age, those are at risk that entered by then and leave no earlier."""
    table = table_of(stretches)
    for group in (0, 1):
        for age in range(table.at_risk.shape[1]):
            mine = [s for s in stretches if s[3] == group]
            assert table.at_risk[group, age] == sum(entry <= age <= left for entry, left, _, _ in mine)
            assert table.events[group, age] == sum(left == age and ended for _, left, ended, _ in mine)


@given(STRETCHES, st.randoms(use_true_random=False))
@STEADY
def test_the_order_of_rows_never_matters(stretches: list[Stretch], chance: object) -> None:
    """Law of counts."""
    mixed = list(stretches)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert same(table_of(mixed), table_of(stretches))


@given(STRETCHES, st.integers(0, 12))
@STEADY
def test_a_case_in_two_stretches_is_the_case_in_one(stretches: list[Stretch], at: int) -> None:
    """Law: until an age, and from the next on."""
    split: list[Stretch] = []
    for entry, left, ended, group in stretches:
        cut = entry <= at < left
        split += [(entry, at, False, group), (at + 1, left, ended, group)] if cut else [(entry, left, ended, group)]
    assert same(table_of(split), table_of(stretches))


@given(STRETCHES)
@STEADY
def test_shares_fall_within_their_limits(stretches: list[Stretch]) -> None:
    """Law: 1 >= high >= share >= low >= 0, the share never rises, and later quantiles come no earlier."""
    curve = table_of(stretches).of([0, 1]).curve()
    assert (np.diff(curve.share) <= 0).all()
    for scale in ("plain", "log", "log-log"):
        low, high = curve.limits(scale)  # type: ignore[arg-type]
        assert (low >= 0).all()
        assert (low <= curve.share + 1e-12).all()
        assert (curve.share <= high + 1e-12).all()
        assert (high <= 1).all()
    days = [curve.quantile(q).value for q in (0.25, 0.5, 0.75)]
    reached = [day for day in days if day is not None]
    assert reached == sorted(reached)
    assert days[: len(reached)] == reached


@given(STRETCHES)
@STEADY
def test_log_rank_is_the_same_with_the_groups_swapped(stretches: list[Stretch]) -> None:
    """Law of the test."""
    one = log_rank([table_of(stretches)])
    other = log_rank([table_of([(a, b, e, 1 - g) for a, b, e, g in stretches])])
    assert one.statistic == pytest.approx(other.statistic, rel=1e-9, abs=1e-12)
    assert one.degrees == other.degrees


def claims(name: str) -> pd.DataFrame:
    return pd.read_csv(REALDATA / "survival_claims" / f"{name}.csv")


KNOWN = [
    ("survival_cancer", "sex", 1, 270),
    ("survival_cancer", "sex", 2, 426),
    ("survival_cancer", "", None, 310),
    ("survival_veteran", "", None, 80),
    ("survival_veteran", "trt", 1, 103),
    ("survival_veteran", "trt", 2, 52),
    ("survival_colon", "rx", "Obs", 2083),
    ("survival_colon", "rx", "Lev", 2152),
    ("survival_colon", "rx", "Lev+5FU", None),
]


@needs_realdata
@pytest.mark.parametrize(("name", "by", "group", "median"), KNOWN)
def test_known_medians(name: str, by: str, group: object, median: int | None) -> None:
    """Origin: ``survival_claims`` in SOURCES.md beside the data (R's survival package); 2 is dead in cancer."""
    data = claims(name)
    if name == "survival_colon":
        data = data[data["etype"] == 2]  # death
    if by:
        data = data[data[by] == group]
    dead = data["status"] == (2 if name == "survival_cancer" else 1)
    assert risk_table(data["time"].to_numpy(), dead.to_numpy()).curve().quantile(0.5).value == median


@needs_realdata
def test_the_mean_is_the_area_under_the_curve() -> None:
    """Origin: ``UnempDur`` in SOURCES.md, 3,343 spells of mean 6.248 (a plain mean: all are counted as ended)."""
    spells = claims("Ecdat_UnempDur")["spell"].to_numpy()
    curve = risk_table(spells, np.ones(len(spells), dtype=bool)).curve()
    assert len(spells) == 3343
    assert round(float(curve.share.sum()), 3) == 6.248
