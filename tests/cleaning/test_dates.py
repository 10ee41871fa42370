"""Dates as exports write them; the order of day and month is found out or asked for, never guessed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.catalogue.raw import DateOrder
from pcse_analysis.cleaning.dates import read_dates
from tests.metrics.made import STEADY


def moment(text: str, order: DateOrder = "day-first") -> datetime | None:
    """The moment that one text is."""
    (found,) = read_dates([text], order).moments
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2017-12-01", datetime(2017, 12, 1)),
        ("2017/12/1", datetime(2017, 12, 1)),
        ("2017-12-01T09:30:15", datetime(2017, 12, 1, 9, 30, 15)),
        ("2017-12-01 09:30:15.123", datetime(2017, 12, 1, 9, 30, 15)),
        ("2017-12-01 09:30 UTC", datetime(2017, 12, 1, 9, 30)),
        ("2017-12-01T09:30:15Z", datetime(2017, 12, 1, 9, 30, 15)),
        ("2017-12-01 09:30:15 +01:00", datetime(2017, 12, 1, 9, 30, 15)),
        ("2020/06/05 11:34:01 AM EST", datetime(2020, 6, 5, 11, 34, 1)),
        ("06/08/2020 10:36:30 AM", datetime(2020, 8, 6, 10, 36, 30)),
        ("06/08/2020 12:05 AM", datetime(2020, 8, 6, 0, 5)),
        ("06/08/2020 12:05 pm", datetime(2020, 8, 6, 12, 5)),
        ("06/08/2020 1:05 p.m.", datetime(2020, 8, 6, 13, 5)),
        ("6.8.2020", datetime(2020, 8, 6)),
        ("06/08/20", datetime(2020, 8, 6)),
        ("06/08/68", datetime(2068, 8, 6)),
        ("06/08/69", datetime(1969, 8, 6)),
        ("1 December 2017", datetime(2017, 12, 1)),
        ("1-Dec-2017", datetime(2017, 12, 1)),
        ("1 Sept. 2017 09:30", datetime(2017, 9, 1, 9, 30)),
        ("Dec 1, 2017 9:30:00 PM", datetime(2017, 12, 1, 21, 30)),
        ("December 1 2017", datetime(2017, 12, 1)),
        ("43070", datetime(2017, 12, 1)),
        ("43070.5", datetime(2017, 12, 1, 12)),
        ("43070.395833333", datetime(2017, 12, 1, 9, 30)),
    ],
)
def test_a_date(text: str, expected: datetime) -> None:
    """Origin: by hand; 43070 is what Excel shows for 1 December 2017 as a number."""
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("yesterday", "2017", "12/2017", "2017-13-01", "2017-02-29", "31/04/2017", "0000-01-01", "1 Marzipan 2017"),
        *("1 Mayor 2017", "2017-12-01 25:00", "06/08/2020 13:05 PM", "06/08/2020 0:05 AM", "12345", "99999", "1/2/3/4"),
        *("2017-12-01 late", "01-02-03-04", "430700"),
    ],
)
def test_no_date(text: str) -> None:
    """Origin: by hand: days that no calendar has, hours that no clock has, numbers outside 1954 to 2091."""
    found = read_dates([text], "day-first")
    assert found.moments == (None,)
    assert found.wrong == (0,)


def test_an_empty_value_is_neither_date_nor_wrong() -> None:
    """Origin: by hand."""
    found = read_dates(["", "2017-12-01"])
    assert found.moments == (None, datetime(2017, 12, 1))
    assert (found.wrong, found.trouble) == ((), "")


@pytest.mark.parametrize(
    ("values", "month_of_the_first"),
    [
        (["03/04/2017", "25/04/2017"], 4),
        (["03/04/2017", "04/25/2017"], 3),
        (["03/04/2017", "2017-04-25", "31/12/16"], 4),
    ],
)
def test_a_number_above_twelve_tells_the_order(values: list[str], month_of_the_first: int) -> None:
    """Origin: by hand: 25 and 31 are no months."""
    found = read_dates(values)
    assert found.trouble == ""
    assert found.moments[0] is not None
    assert found.moments[0].month == month_of_the_first


def test_both_orders_in_one_column() -> None:
    """Origin: by hand: the third value has its day first, the second its month; only the last is no date at all."""
    found = read_dates(["03/04/2017", "04/25/2017", "25/04/2017", "31/31/2017"])
    assert found.mixed == (2, 1)
    assert found.wrong == (3,)
    assert found.trouble == "some dates have the day first and some the month"


def test_an_order_that_cannot_be_told() -> None:
    """Origin: by hand: every number is below 13; the second is the first that differs when read the other way."""
    found = read_dates(["04/04/2017", "03/04/2017"])
    assert found.unclear == 1
    assert found.trouble == "every date can be read with the day first or the month first"


def test_both_readings_may_be_the_same() -> None:
    """Origin: by hand."""
    found = read_dates(["04/04/2017", "12/12/2017"])
    assert found.trouble == ""
    assert found.moments == (datetime(2017, 4, 4), datetime(2017, 12, 12))


def test_a_date_that_is_none_in_either_order_tells_nothing() -> None:
    """Origin: by hand: 13/13 is no date with either first, and does not make the column one of both orders."""
    found = read_dates(["13/13/2017", "03/04/2017"])
    assert (found.mixed, found.unclear, found.wrong) == (None, 1, (0,))


def test_an_order_that_is_given() -> None:
    """Origin: by hand: the same text in three orders; with the year first only two digits can be the day at the end."""
    assert moment("03/04/17", "day-first") == datetime(2017, 4, 3)
    assert moment("03/04/17", "month-first") == datetime(2017, 3, 4)
    assert moment("03/04/17", "year-first") == datetime(2003, 4, 17)
    assert moment("03/04/2017", "year-first") is None
    assert read_dates(["25/12/2017"], "month-first").wrong == (0,)


FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d-%b-%Y", "%B %d, %Y", "%b %d %Y")


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(FORMS))
@STEADY
def test_any_day_in_any_form(day: date, form: str) -> None:
    """Origin: Python's strftime."""
    found = moment(day.strftime(form))
    assert found is not None
    assert found.date() == day


@given(st.datetimes(datetime(1954, 10, 4), datetime(2091, 8, 20)))
@STEADY
def test_day_numbers_of_excel(when: datetime) -> None:
    """Origin: Excel counts days from 30 December 1899; a second is 1/86400 of a day."""
    days = (when - datetime(1899, 12, 30)) / timedelta(days=1)
    found = moment(f"{days:.9f}")
    assert found is not None
    assert abs(found - when) <= timedelta(seconds=1)


@given(st.lists(st.text("0123456789/-.: APMDec,", max_size=14), max_size=5))
@STEADY
def test_any_texts_are_dates_or_wrong(values: list[str]) -> None:
    """Origin: the law of the module: every filled value has a moment or is told, or both orders are."""
    found = read_dates(values)
    assert len(found.moments) == len(values)
    for place, value in enumerate(values):
        told = place in found.wrong or found.mixed is not None
        assert found.moments[place] is not None or not value or told
        assert not (found.moments[place] and place in found.wrong)
