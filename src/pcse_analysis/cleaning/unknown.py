"""Says which values of an export are no answer: where each first stands, how often, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import ExportFile
from pcse_analysis.catalogue.types import Scale
from pcse_analysis.cleaning.dates import Dates
from pcse_analysis.cleaning.exports import Coded, Export
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.errors import Problems, near_miss

MOST_LISTED = 5
"""Unknown values of one column that are listed one by one."""
LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ,]+[\d:.]+( ?[AaPp][Mm])?)?")


@dataclass(frozen=True)
class Unknown:
    """Values of a column that are no answer to its question; ``wrong`` are their positions among its distinct values.

    ``parts`` gives what is wrong in a value that is right in part. ``dates`` is given for a question that asks for a
    date, and says what is wrong with the order of day and month.
    """

    item: str
    column: str
    coded: Coded
    wrong: tuple[int, ...]
    expected: str
    scale: Scale | None = None
    parts: Mapping[int, str] = field(default_factory=dict)
    dates: Dates | None = None


class Notes:
    """Notes mistakes of one export at the lines of its file."""

    def __init__(self, export: Export, plan: ExportFile, problems: Problems) -> None:
        """Mistakes of ``export``, which ``plan`` describes, go to ``problems``."""
        self.export, self.plan, self.problems = export, plan, problems

    def unknown(self, unknown: Unknown, kept: NDArray[np.bool_]) -> None:
        """Note the values that are no answer and stand in rows that are kept."""
        options = unknown.scale.options if unknown.scale else ()
        to_do = f"{self._to_recode()}; behind an option that the scale names as 'other' any words may stand."
        found = self._found(unknown.coded, unknown.wrong, kept)
        for place, line, count in found[:MOST_LISTED]:
            value = unknown.parts.get(place, tidied(unknown.coded.values[place]))
            near = near_miss(value, options) if options else None
            said = f"'{value}'" if near else f"(text, {len(value)} characters)"
            rows = f" in {count} rows" if count > 1 else ""
            more = f"   near '{near}'" if near else f"; options: {', '.join(options)}" if options else ""
            what = f"found {said}{rows}, expected {unknown.expected}{more}"
            self.problems.add(what, file=self.export.name, line=line, column=unknown.column, to_do=to_do)
        self._more(len(found), unknown.column, unknown.expected)
        if unknown.dates is not None:  # read before any row was left out, so that a row left out may tell the order
            self._order(unknown.dates, unknown.coded, unknown.column, np.ones(len(self.export), dtype=bool))

    def dates(self, dates: Dates, coded: Coded, role: str, column: str, kept: NDArray[np.bool_]) -> bool:
        """Note what keeps a column of dates from being read, in rows that are kept; whether there is anything.

        ``dates`` are those of the values that such rows hold.
        """
        before = len(self.problems.found)
        found = self._found(coded, dates.wrong, kept)
        for place, line, _ in found[:MOST_LISTED]:
            value = tidied(coded.values[place])
            said = f"'{value}'" if LIKE_A_DATE.fullmatch(value) else f"(text, {len(value)} characters)"
            to_do = f"{self._to_recode()} and 'item: {role}'."
            self.problems.add(
                f"found {said}, expected a date", file=self.export.name, line=line, column=column, to_do=to_do
            )
        self._more(len(found), column, "a date")
        self._order(dates, coded, column, kept)
        return len(self.problems.found) > before

    def _order(self, dates: Dates, coded: Coded, column: str, kept: NDArray[np.bool_]) -> None:
        plan = self.plan
        if dates.mixed is not None:
            day, month = (self._first(coded, place, kept) for place in dates.mixed)
            if day is None or month is None:
                return
            what, line = f"this date has the month first, and the one in line {day} has the day first", month
            to_do = "write all dates of the column in one order, as year-month-day, or export the file again."
        elif dates.unclear is not None:
            first = self._first(coded, dates.unclear, kept)
            if first is None:
                return
            what, line = "this date, as every one of the column, can be read with the day or the month first", first
            to_do = f"write 'dates: day-first' or 'dates: month-first' for '{plan.id}' in '{plan.catalogue_file}'."
        else:
            return
        self.problems.add(what, file=self.export.name, line=line, column=column, to_do=to_do)

    def _to_recode(self) -> str:
        plan = self.plan
        return f"to accept a value, add it to 'recodes' of '{plan.id}' in '{plan.catalogue_file}' with a reason"

    def _more(self, count: int, column: str, expected: str) -> None:
        more = count - MOST_LISTED
        if more > 0:
            what = f"and {more} more value{'s' if more > 1 else ''}, expected {expected}"
            self.problems.add(what, file=self.export.name, column=column)

    def _first(self, coded: Coded, place: int, kept: NDArray[np.bool_]) -> int | None:
        """The line of the first kept row that holds a value."""
        found = self._found(coded, (place,), kept)
        return found[0][1] if found else None

    def _found(self, coded: Coded, places: Collection[int], kept: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
        """Values in kept rows: the place of each, its first line and its number of rows, in the order of the file."""
        if not places:
            return []
        rows = np.flatnonzero(kept & np.isin(coded.codes, list(places)))
        codes, first, counts = np.unique(coded.codes[rows], return_index=True, return_counts=True)
        order = np.argsort(first)
        lines = self.export.lines[rows[first]]
        return [(int(codes[n]), int(lines[n]), int(counts[n])) for n in order]
