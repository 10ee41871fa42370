"""Reads dates as exports write them, and finds out whether day or month comes first; never guesses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pcse_analysis.catalogue.raw import DATE_ORDERS, DateOrder

ZONE = r"(?: ?(?:Z|UTC|GMT|BST|[A-Z]{2,4}|(?:UTC|GMT)?[+-]\d{1,2}:?\d{0,2}))?"
TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
    rf"{ZONE})?"
)
YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){TIME}")
YEAR_LAST = re.compile(rf"(?P<first>\d{{1,2}})[-/.](?P<second_part>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){TIME}")
NAME = r"(?P<name>[A-Za-z]{3,9})"
DAY_AND_NAME = re.compile(rf"(?P<day>\d{{1,2}})[ -]?{NAME}\.?[ -]?,?(?P<year>\d{{4}}){TIME}")
NAME_AND_DAY = re.compile(rf"{NAME}\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}}){TIME}")
SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")
"""A day number as Excel stores it: 20000 is in 1954, 69999 in 2091."""
EXCEL_START = datetime(1899, 12, 30)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
PIVOT = 69
"""Years of two digits from here on are of the last century, as in POSIX: 69 is 1969, 68 is 2068."""


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What a column of dates holds: the moment of each distinct value, None for one that is no date.

    ``wrong`` are the places of the values that are no date in any order. ``mixed`` are the places of one value with the
    day first and of one with the month first, where there are both. ``unclear`` is the place of a value that can be
    read both ways, where every value of the column can.
    """

    moments: tuple[datetime | None, ...]
    wrong: tuple[int, ...] = ()
    mixed: tuple[int, int] | None = None
    unclear: int | None = None

    @property
    def trouble(self) -> str:
        """Why the order of day and month cannot be told; empty where it can."""
        if self.mixed is not None:
            return "some dates have the day first and some the month"
        return "" if self.unclear is None else "every date can be read with the day first or the month first"


def read_dates(values: Sequence[str], order: DateOrder = "") -> Dates:
    """The dates among distinct values; an empty value is no date and not wrong.

    ``order`` is that of numbers such as 03/04/2017. Where it is not given, a column tells it by a number above 12, and
    where every such date can be read both ways that is ``unclear``, unless both readings are the same.
    """
    found = Dates(moments=())
    if not order:
        order, found = _order(values)
    moments = tuple(_moment(value, order) if value else None for value in values)
    wrong = tuple(place for place, value in enumerate(values) if value and moments[place] is None)
    if found.mixed is not None:  # what is a date with the month first is told as that
        wrong = tuple(place for place in wrong if _moment(values[place], "month-first") is None)
    return Dates(moments=moments, wrong=wrong, mixed=found.mixed, unclear=found.unclear)


def _order(values: Sequence[str]) -> tuple[DateOrder, Dates]:
    pairs = {
        place: (int(m["first"]), int(m["second_part"]))
        for place, value in enumerate(values)
        if value and (m := YEAR_LAST.fullmatch(value))
    }
    day_first = next((place for place, (first, second) in pairs.items() if first > 12 >= second), None)
    month_first = next((place for place, (first, second) in pairs.items() if second > 12 >= first), None)
    unclear = None
    if day_first is None and month_first is None:
        unclear = next((place for place, (first, second) in pairs.items() if first != second <= 12), None)
    mixed = (day_first, month_first) if day_first is not None and month_first is not None else None
    order: DateOrder = "month-first" if month_first is not None and mixed is None else "day-first"
    return order, Dates(moments=(), mixed=mixed, unclear=unclear)


def _moment(value: str, order: DateOrder) -> datetime | None:
    try:
        if match := YEAR_FIRST.fullmatch(value):
            return _made(match, int(match["year"]), int(match["month"]), int(match["day"]))
        if match := YEAR_LAST.fullmatch(value):
            return _of_numbers(match, order)
        if match := DAY_AND_NAME.fullmatch(value) or NAME_AND_DAY.fullmatch(value):
            name = match["name"].lower()
            month = next((m for m in MONTHS if m.startswith(name)), "")
            return _made(match, int(match["year"]), MONTHS.index(month) + 1, int(match["day"]))
        if SERIAL.fullmatch(value):
            return EXCEL_START + timedelta(seconds=round(float(value) * 86400))
    except ValueError:
        return None
    return None


def _of_numbers(match: re.Match[str], order: DateOrder) -> datetime | None:
    """The moment in three numbers, the last of which may be the year, or the day where the year is first."""
    first, second, last = match["first"], match["second_part"], match["year"]
    if order == "year-first":
        return _made(match, full_year(first), int(second), int(last)) if len(last) == 2 else None
    day, month = (second, first) if order == "month-first" else (first, second)
    return _made(match, full_year(last), int(month), int(day))


def order_of(text: str, but: DateOrder) -> DateOrder | None:
    """Another order of dates in which a text is one, where it is none in the order ``but``."""
    others = [order for order in DATE_ORDERS if order not in ("", but)]
    return next((order for order in others if read_dates([text], order).moments[0] is not None), None)


def full_year(year: str) -> int:
    """The year of four digits, or of two."""
    if len(year) == 4:
        return int(year)
    return int(year) + (1900 if int(year) >= PIVOT else 2000)


def _made(match: re.Match[str], year: int, month: int, day: int) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    return datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0))
