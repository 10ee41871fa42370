"""Days without weekends and bank holidays: counted by hand on a calendar, and against numpy's own count."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.metrics.working_days import DayCount
from tests.metrics.made import STEADY

HOLIDAYS = ("2017-12-25", "2017-12-26", "2018-01-01", "2018-03-30", "2018-04-02")
"""From www.gov.uk/bank-holidays, England and Wales."""
WORKING, EVERY = DayCount(HOLIDAYS), DayCount(None)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def between(count: DayCount, first: str, then: str) -> int:
    one, other = count.index(np.array([first, then], dtype="datetime64[D]"))
    return int(other - one)


@pytest.mark.parametrize(
    ("first", "then", "working", "every"),
    [
        ("2017-12-22", "2017-12-22", 0, 0),  # a Friday
        ("2017-12-21", "2017-12-22", 1, 1),
        ("2017-12-22", "2017-12-23", 1, 1),  # the Saturday counts as the next day counted
        ("2017-12-22", "2017-12-27", 1, 5),  # over Christmas: the Wednesday
        ("2017-12-23", "2017-12-27", 0, 4),  # opened on the Saturday, resolved on the first day counted
        ("2017-12-27", "2018-01-02", 3, 6),  # 27, 28 and 29 December lie between
        ("2018-03-29", "2018-04-03", 1, 5),  # Maundy Thursday to the Tuesday after Easter
        ("2018-02-28", "2018-03-01", 1, 1),
        ("2016-02-28", "2016-03-01", 1, 2),  # a Sunday to a Tuesday, by way of 29 February
    ],
)
def test_days_counted_on_a_calendar(first: str, then: str, working: int, every: int) -> None:
    """Origin: by hand."""
    assert between(WORKING, first, then) == working
    assert between(EVERY, first, then) == every


def test_first_and_last_counted_day() -> None:
    """Origin: by hand. From the 23rd on the first is the 27th; up to the 26th the last is the 22nd."""
    friday, wednesday = WORKING.index(np.array(["2017-12-22", "2017-12-27"], dtype="datetime64[D]"))
    assert WORKING.first("2017-12-23") == WORKING.first("2017-12-27") == wednesday
    assert WORKING.last("2017-12-26") == WORKING.last("2017-12-22") == friday
    assert EVERY.last("2017-12-26") == EVERY.first("2017-12-26")


def test_a_time_of_day_is_left_off() -> None:
    """Origin: frames hold days as moments to the second."""
    moments = np.array(["2017-12-22T23:59:59", "2017-12-22T00:00:00"], dtype="datetime64[s]")
    assert len(set(WORKING.index(moments).tolist())) == 1


@pytest.mark.parametrize("day", ["NaT", "1989-12-31", "2061-01-01"])
def test_a_day_that_is_not_in_the_table_is_refused(day: str) -> None:
    """Origin: it would be looked up in another place."""
    with pytest.raises(ValueError, match="missing or lies outside"):
        WORKING.index(np.array(["2017-01-02", day], dtype="datetime64[D]"))


def test_no_days() -> None:
    """Origin: of none there is none."""
    assert WORKING.index(np.array([], dtype="datetime64[D]")).tolist() == []


@given(DAYS, DAYS)
@STEADY
def test_as_numpy_counts(one: date, other: date) -> None:
    """Origin: ``numpy.busday_count``, which counts the days from the first up to but without the last."""
    first, then = sorted((one.isoformat(), other.isoformat()))
    assert between(WORKING, first, then) == np.busday_count(first, then, holidays=list(HOLIDAYS))
    assert between(EVERY, first, then) == abs((other - one).days)
