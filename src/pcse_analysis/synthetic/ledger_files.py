"""What the example ledgers have in common: draws out of shares, working days, and how a file is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from pcse_analysis.synthetic.chance import Chance

STARTS, EXTRACTED = date(2016, 10, 3), date(2018, 1, 10)
T = TypeVar("T")


def picked(chance: Chance, shares: Mapping[str, tuple[float, T]]) -> tuple[str, T]:
    """A name drawn by its share, with what else stands beside the share; the last takes what is left of one."""
    left = chance.even()
    for name, (share, beside) in shares.items():
        left -= share
        if left < 0:
            return name, beside
    name = list(shares)[-1]
    return name, shares[name][1]


def working_days(first: date) -> Iterator[date]:
    """The working days from ``first`` to the day on which the files were drawn."""
    day = first
    while day <= EXTRACTED:
        if day.weekday() < 5 and not (day.month == 12 and day.day in (25, 26)) and (day.month, day.day) != (1, 1):
            yield day
        day += timedelta(days=1)


def written(day: date) -> str:
    """A day as the files write it, day first."""
    return day.strftime("%d/%m/%Y")


def file_of(header: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A file with one row a case; a cell that a row does not name is empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] for row in rows)
    return text.getvalue().encode("utf-8")
