"""Counts days without weekends and bank holidays, by looking each day up in a table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

FIRST, LAST = np.datetime64("1990-01-01", "D"), np.datetime64("2061-01-01", "D")
"""The days that can be looked up; nothing is read that lies outside of them."""


class DayCount:
    """Gives every day the number of counted days that lie before it, so that a difference is a number of days.

    A day that is not counted has the number of the next one that is: what happens on a Saturday counts as of Monday.
    """

    def __init__(self, holidays: Iterable[str] | None) -> None:
        """Count Mondays to Fridays but for ``holidays`` (year-month-day); with None, every day."""
        every = np.arange(FIRST, LAST)
        if holidays is None:
            self.counted = np.ones(len(every), dtype=bool)
        else:
            self.counted = np.is_busday(every, holidays=[np.datetime64(day, "D") for day in holidays])
        self._before = np.concatenate([[0], np.cumsum(self.counted)]).astype(np.int32)

    def index(self, days: NDArray[np.datetime64]) -> NDArray[np.int32]:
        """The number of counted days before each of some days.

        Raises:
            ValueError: a day is missing, or lies outside of 1990 to 2060.
        """
        offset = (days.astype("datetime64[D]") - FIRST).astype(np.int64)
        if len(offset) and (offset.min() < 0 or offset.max() >= len(self.counted)):
            raise ValueError("a day is missing or lies outside of 1990 to 2060")
        found: NDArray[np.int32] = self._before[offset]
        return found

    def last(self, day: str) -> int:
        """The index of the last counted day up to and with a day."""
        return int(self.index(np.array([np.datetime64(day, "D") + 1]))[0]) - 1

    def first(self, day: str) -> int:
        """The index of the first counted day from a day on."""
        return int(self.index(np.array([np.datetime64(day, "D")]))[0])
