"""The rows of a ledger's file as columns under our names: choices, days and amounts, every mistake noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.cleaning.dates import order_of, read_dates
from pcse_analysis.cleaning.exports import Coded
from pcse_analysis.cleaning.months import EARLIEST, read_month
from pcse_analysis.cleaning.numbers import read_number
from pcse_analysis.errors import Problems, near_miss, shown

MOST_LISTED = 5
"""Lines, and values of a column, that are named one by one."""
ZONED = re.compile(r".*\d{1,2}:\d{2}.*?(Z|[A-Z]{3,4}|(?!AM|PM)[A-Z]{2}|[+-]\d{1,2}:?\d{0,2})")
POUNDS = re.compile(r"-?£?-?\s*\d{1,3}(,?\d{3})*\.\d{1,2}|-?£-?\s*\d[\d,]*(\.\d{1,2})?")
WHOLE = re.compile(r"\d{1,12}|\d{1,3}(,\d{3}){1,3}")
AMOUNT = re.compile(r"£?\s*(\d{1,10}|\d{1,3}(,\d{3}){1,3})(\.\d{1,2})?")
DATED = re.compile(r"[\d/.:+\-T Z,]{4,32}|[\d ]*[A-Za-z]{3,9}[\d ,]*")
NUMERIC = re.compile(r"[\d\s.,£$€%()+-]*([eE][-+]?\d+)?")
"""Cells that may be printed where a number is expected; a text may say who claimed."""


@dataclass(kw_only=True)
class Rows:
    """The rows of a ledger's file that are not left out, as columns under our names, and what was done with them.

    ``excluded`` has a row of line, reason and rule for each row left out. ``steps`` say in order what each rule did.
    """

    ledger: Ledger
    problems: Problems
    columns: dict[str, Coded]
    lines: NDArray[np.int32]
    received: int
    excluded: list[tuple[int, str]] = field(default_factory=list)
    steps: list[tuple[str, str, int]] = field(default_factory=list)

    def __len__(self) -> int:
        """The number of rows that are kept."""
        return len(self.lines)

    @property
    def to_mend(self) -> str:
        """What to do about rows whose cells cannot all be right."""
        return (
            f"correct the cells, or leave the rows out under 'exclusions' in {self.ledger.description} with a reason."
        )

    def note(self, column: str, what: str, rows: NDArray | Sequence[int], to_do: str = "") -> None:
        """Note one kind of mistake with the lines it stands on; ``rows`` are places among the kept rows."""
        lines = [int(self.lines[row]) for row in rows]
        named = ", ".join(map(str, lines[1:MOST_LISTED]))
        more = f" (also on line {named})" if len(lines) == 2 else f" (also on lines {named})" if named else ""
        if len(lines) > MOST_LISTED:
            more = more[:-1] + f" and {len(lines) - MOST_LISTED} more)"
        self.problems.add(
            what + more,
            file=self.ledger.name,
            line=lines[0] if lines else None,
            column=self.ledger.columns.get(column, ""),
            to_do=to_do,
        )

    def drop(self, out: NDArray[np.bool_], rule: str, reason: str) -> None:
        """Leave rows out, with their reason."""
        self.excluded += [(int(line), reason) for line in self.lines[out]]
        self.steps.append((rule, reason, int(out.sum())))
        self.lines = self.lines[~out]
        self.columns = {name: Coded(c.values, c.codes[~out]) for name, c in self.columns.items()}

    def texts(self, column: str) -> list[str]:
        """The cells of a column, blanks made plain; empty ones where the ledger has no such column."""
        coded = self.columns.get(column)
        return [""] * len(self) if coded is None else list(coded.texts)

    def _used(self, coded: Coded) -> list[int]:
        return [int(place) for place in np.unique(coded.codes)]

    def _each(
        self,
        column: str,
        read: Callable[[str], object],
        expected: str,
        to_do: str,
        shows: re.Pattern[str] | None = None,
    ) -> list[object]:
        """Every distinct value as ``read`` gives it; those that it gives an exception for are noted and None.

        Of the values noted, those that ``shows`` matches are printed, and those that are near to what is expected.
        """
        coded = self.columns[column]
        found: list[object] = [None] * len(coded.values)
        wrong = 0
        for place in self._used(coded):
            text = coded.tidy[place]
            try:
                found[place] = read(text)
            except ValueError as error:
                wrong += 1
                if wrong <= MOST_LISTED:
                    printed = text == "" or "near" in str(error) or (shows is not None and shows.fullmatch(text))
                    said = shown(text) if printed else _length(text)
                    what = f"found {said}, expected {expected}{error}"
                    self.note(column, what, np.flatnonzero(coded.codes == place), to_do)
        if wrong > MOST_LISTED:
            self.problems.add(
                f"and {wrong - MOST_LISTED} more values of this kind",
                file=self.ledger.name,
                column=self.ledger.columns[column],
            )
        return found

    def choice(self, column: str, options: Mapping[str, str], *, optional: bool = False) -> pd.Categorical:
        """A column of fixed choices. Options are found by id, by their words, and by the ledger's own spellings."""
        names = list(options)
        if column not in self.columns:
            return pd.Categorical([None] * len(self), categories=names)
        known = {words.casefold(): name for name, words in options.items()} | {n.casefold(): n for n in names}
        known |= self.ledger.values.get(column, {})

        def read(text: str) -> str | None:
            if not text and optional:
                return None
            found = known.get(text.casefold())
            if found is None:
                near = near_miss(text, known) if text else None
                raise ValueError(f"   near '{near}'" if near else f": {', '.join(names)}")
            return found

        to_do = f"name it under 'values' of '{column}' in {self.ledger.description}, or add a recode with a reason."
        values = self._each(column, read, f"a {column.replace('_', ' ')}", to_do)
        places = {name: number for number, name in enumerate(names)}
        codes = np.array([places.get(str(v), -1) for v in values], dtype=np.int32)[self.columns[column].codes]
        return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))

    def free(self, column: str) -> pd.Categorical:
        """A column of any content, such as who reported; an empty cell is missing."""
        if column not in self.columns:
            return pd.Categorical([None] * len(self))
        coded = self.columns[column]
        names = list(dict.fromkeys(t for t in coded.tidy if t))
        places = {name: number for number, name in enumerate(names)} | {"": -1}
        codes = np.array([places[t] for t in coded.tidy], dtype=np.int32)[coded.codes]
        return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))

    def days(self, column: str, *, optional: bool = True, to_come: bool = False) -> NDArray[np.datetime64]:
        """A column of days; a time of day is left off. Not-a-time where the cell is empty or wrong.

        Only days ``to_come``, such as a promised one, may lie after the day on which the file was drawn.
        """
        if column not in self.columns:
            return np.full(len(self), np.datetime64("NaT", "s"))
        coded = self.columns[column]
        used = self._used(coded)
        texts = [coded.tidy[place] for place in used]
        zoned = {n: self._in_zone(t) for n, t in enumerate(texts) if ZONED.fullmatch(t)}
        dates = read_dates(["" if n in zoned else t for n, t in enumerate(texts)], self.ledger.dates)
        moments = [zoned.get(n) or m for n, m in enumerate(dates.moments)]
        last = datetime.fromisoformat(self.ledger.extracted_on)
        found = np.full(len(coded.values), np.datetime64("NaT", "s"))
        told: dict[str, list[int]] = {}
        examples: dict[str, str] = {}
        for place, text, number, moment in zip(used, texts, range(len(used)), moments, strict=True):
            what = ""
            if moment is None:
                if text or not optional:
                    what = self._wrong_date(text, zone=number in zoned)
            elif moment.date() > last.date() and not to_come:
                what = f"a day after the file was drawn (extracted_on: {self.ledger.extracted_on})"
            elif moment.year < EARLIEST:
                what = f"a day before {EARLIEST}"
            else:
                found[place] = np.datetime64(moment.date(), "s")
            if what:
                told.setdefault(what, []).append(place)
                examples.setdefault(what, text)
        for what, places in told.items():
            rows = np.flatnonzero(np.isin(coded.codes, places))
            said = shown(examples[what]) if DATED.fullmatch(examples[what]) or not examples[what] else "a text"
            self.note(column, f"found {said}: {what}", rows, self._to_mend_dates(what))
        by_row: NDArray[np.datetime64] = found[coded.codes]
        return by_row

    def _in_zone(self, text: str) -> datetime | None:
        """The moment of a stamp with a time zone, in the ledger's own zone; None without one."""
        if not self.ledger.time_zone:
            return None
        try:
            return datetime.fromisoformat(text).astimezone(ZoneInfo(self.ledger.time_zone)).replace(tzinfo=None)
        except (ValueError, OverflowError):  # the latter in the year 1
            return None

    def _wrong_date(self, text: str, *, zone: bool) -> str:
        if zone:
            return "a time with a time zone, so that its day depends on where it is read"
        if not text:
            return "expected a date"
        other = order_of(text, self.ledger.dates)
        return (
            f"is a date only as {other}, but the file's dates are {self.ledger.dates}" if other else "expected a date"
        )

    def _to_mend_dates(self, what: str) -> str:
        if "time zone" in what:
            return (
                f"give 'time_zone' in {self.ledger.description}, such as Europe/London, and write stamps as ISO 8601."
            )
        if "only as" in what:
            return (
                "export the dates again in one order (year-month-day is safest); Excel turns some round and not others."
            )
        return f"correct the cell, or leave the row out under 'exclusions' in {self.ledger.description} with a reason."

    def pence(self, column: str) -> ExtensionArray:
        """A column of money in whole pence; missing where the cell is empty."""
        in_pounds = self.ledger.amounts == "pounds"

        def read(text: str) -> int | None:
            bare = text.replace(" ", "")
            if not bare:
                return None
            if bare.startswith("-") or bare.startswith("("):
                raise ValueError(": it is negative")
            if in_pounds:
                if not AMOUNT.fullmatch(bare):
                    raise ValueError("")
                return int(Decimal(bare.lstrip("£").replace(",", "")) * 100)
            if POUNDS.fullmatch(bare):
                raise ValueError(": this is written in pounds")
            if not WHOLE.fullmatch(bare):
                raise ValueError("")
            return int(bare.replace(",", ""))

        if column not in self.columns:
            return pd.array([None] * len(self), dtype="Int64")
        expected = "an amount in pounds such as 1250.00" if in_pounds else "whole pence such as 125000"
        to_do = f"give the amounts in pence, or write 'amounts: pounds' in {self.ledger.description}."
        values = self._each(column, read, expected, to_do, shows=NUMERIC)
        coded = self.columns[column]
        return pd.array([values[code] for code in coded.codes], dtype="Int64")

    def months(self, column: str) -> list[str | None]:
        """A column of months as year-month; None where the cell is none, which is noted."""
        to_do = f"correct the cells, or add a recode in {self.ledger.description} with a reason."
        values = self._each(
            column, lambda text: read_month(text, self.ledger.dates), "a month such as 2017-11", to_do, shows=DATED
        )
        return [None if values[code] is None else str(values[code]) for code in self.columns[column].codes]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column of numbers; not-a-number where the cell is empty or a mistake."""

        def read(text: str) -> float | None:
            found = read_number(text) if text else np.nan
            if found is None:
                raise ValueError("")
            return found

        to_do = f"correct the cells, or add a recode in {self.ledger.description} with a reason."
        values = self._each(column, read, "a number such as 97.5", to_do, shows=NUMERIC)
        by_value = np.array([value if isinstance(value, float) else np.nan for value in values])
        by_row: NDArray[np.float64] = by_value[self.columns[column].codes]
        return by_row


def _length(text: str) -> str:
    return f"(text, {len(text)} characters)"
