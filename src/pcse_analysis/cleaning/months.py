"""Reads the month that a figure is for, as people write it and as Excel turns it into a date; never guesses."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime

from pcse_analysis.catalogue.raw import DateOrder
from pcse_analysis.cleaning.dates import MONTHS, full_year, order_of, read_dates

YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})")
YEAR_LAST = re.compile(r"(?P<month>\d{1,2})[-/](?P<year>\d{4})")
NAMED = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?[ -](?P<year>\d{4})")
AS_EXCEL_SHOWS = re.compile(r"(?P<name>[A-Za-z]{3})-(?P<year>\d{2})")
"""How Excel shows the first day of a month that was typed without a day: Nov-17 is November 2017."""
EARLIEST = 1990


def read_month(text: str, order: DateOrder) -> str:
    """The month of a text as year-month.

    It is written in numbers or by its name, or is the date of its first or last day in the file's ``order`` of dates.

    Raises:
        ValueError: it is no month; what may be said besides of why is the message.
    """
    if match := YEAR_FIRST.fullmatch(text) or YEAR_LAST.fullmatch(text):
        return _month(int(match["year"]), int(match["month"]))
    if match := NAMED.fullmatch(text) or AS_EXCEL_SHOWS.fullmatch(text):
        name = match["name"].lower()
        number = next((n for n, month in enumerate(MONTHS, start=1) if month.startswith(name)), 0)
        return _month(full_year(match["year"]), number)
    moment = read_dates([text], order).moments[0]
    if moment is not None:
        return _of_day(moment)
    other = order_of(text, order)
    raise ValueError(f": it is a date only as {other}, but the file's dates are {order}" if other else "")


def _of_day(moment: datetime) -> str:
    """The month of its first or last day; any other day does not say that a month is meant."""
    if moment.day not in (1, monthrange(moment.year, moment.month)[1]):
        raise ValueError(": it is a day within a month")
    return _month(moment.year, moment.month)


def _month(year: int, month: int) -> str:
    if not 1 <= month <= 12:
        raise ValueError("")
    if year < EARLIEST:
        raise ValueError(f": it is before {EARLIEST}")
    return f"{year:04d}-{month:02d}"
