"""Reads dates as exports write them, and finds out whether day or month comes first; never guesses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pcse_analysis.catalogue.raw import DateOrder

TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
ZONE = r"(?: ?(?:Z|UTC|GMT|BST|[A-Z]{2,4}|(?:UTC|GMT)?[+-]\d{1,2}:?\d{0,2}))?"
YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){TIME}{ZONE}")
YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})[-/.](?P<second_part>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){TIME}{ZONE}"
)
WITH_NAME = re.compile(rf"(?P<day>\d{{1,2}})[ -]?(?P<name>[A-Za-z]{{3,9}})\.?[ -]?,?(?P<year>\d{{4}}){TIME}{ZONE}")
SERIAL = re.compile(r"[2-6]\d{4}(\.\d+)?")
"""A day number as Excel stores it: 20000 is in 1954, 69999 in 2091."""
EXCEL_START = datetime(1899, 12, 30)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CENTURY = 2000


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What a column of dates holds: the moment of each distinct value, None for one that is no date.

    ``wrong`` lists the values that are no date; ``trouble`` says why the order of day and month cannot be told, if so.
    """

    moments: tuple[datetime | None, ...]
    wrong: tuple[str, ...]
    trouble: str


def read_dates(values: Sequence[str], order: DateOrder = "") -> Dates:
    """The dates among distinct values; an empty value is no date and not wrong.

    ``order`` is that of numbers such as 03/04/2017. Where it is not given, a column tells it by a number above 12, and
    where every such date can be read both ways that is a ``trouble``, unless both readings are the same.
    """
    trouble = ""
    if not order:
        order, trouble = _order(values)
    moments = [_moment(value, order) if value else None for value in values]
    wrong = [value for value, moment in zip(values, moments, strict=True) if value and moment is None]
    return Dates(moments=tuple(moments), wrong=tuple(wrong), trouble=trouble)


def _order(values: Sequence[str]) -> tuple[DateOrder, str]:
    pairs = {(int(m["first"]), int(m["second_part"])) for v in values if v and (m := YEAR_LAST.fullmatch(v))}
    day_first = any(first > 12 for first, _ in pairs)
    month_first = any(second > 12 for _, second in pairs)
    if day_first and month_first:
        return "day-first", "some dates have the day first and some the month"
    if pairs and not day_first and not month_first and any(first != second for first, second in pairs):
        return "day-first", "every date can be read with the day first or the month first"
    return ("month-first" if month_first else "day-first"), ""


def _moment(value: str, order: DateOrder) -> datetime | None:
    try:
        if match := YEAR_FIRST.fullmatch(value):
            return _made(match, int(match["year"]), int(match["month"]), int(match["day"]))
        if match := YEAR_LAST.fullmatch(value):
            first, second, year = int(match["first"]), int(match["second_part"]), int(match["year"])
            day, month = (second, first) if order == "month-first" else (first, second)
            return _made(match, year + CENTURY if year < 100 else year, month, day)
        if match := WITH_NAME.fullmatch(value):
            return _made(match, int(match["year"]), MONTHS.index(match["name"][:3].lower()) + 1, int(match["day"]))
        if SERIAL.fullmatch(value):
            return EXCEL_START + timedelta(seconds=round(float(value) * 86400))
    except ValueError:
        return None
    return None


def _made(match: re.Match[str], year: int, month: int, day: int) -> datetime:
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    return datetime(year, month, day, hour, int(match["minute"] or 0), int(match["second"] or 0))
