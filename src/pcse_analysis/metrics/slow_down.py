"""Did resolving slow down: the last months of an issue log against those before, at the same age of an issue.

The mean time of issues closed in a period depends on how many were opened when, and is not used. Here, on each day,
the issues that are resolved are set against those that are open, and compared at the same age: an issue that was open
already when a period began comes into it at the age that it had then (delayed entry).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import exp

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.metrics.durations import Curve
from pcse_analysis.metrics.intervals import CONFIDENCE, EQUIVALENCE_CONFIDENCE
from pcse_analysis.metrics.ledger_parts import people
from pcse_analysis.metrics.rates import RateRatio, Spells, joined, log_share
from pcse_analysis.metrics.working_days import DayCount


@dataclass(frozen=True, kw_only=True)
class Observed:
    """The issues of a log as whole numbers of counted days: when opened, when last seen, and whether resolved then."""

    opened: NDArray[np.int32]
    last: NDArray[np.int32]
    resolved: NDArray[np.bool_]
    cluster: NDArray[np.int64] | None
    begins: int
    """The index of the first day of the log."""
    ends: int
    """That of the last day on which it is known."""

    def __len__(self) -> int:
        """The number of issues."""
        return len(self.opened)

    @property
    def ages(self) -> NDArray[np.int32]:
        """The age of each issue when it was last seen."""
        return self.last - self.opened

    @property
    def entries(self) -> NDArray[np.int32]:
        """The age of each issue when the log began; one opened before is known only because it was open then."""
        return np.minimum(np.maximum(self.begins - self.opened, 0), self.ages)

    def where(self, mask: NDArray[np.bool_]) -> Observed:
        """Some of the issues."""
        return replace(
            self,
            opened=self.opened[mask],
            last=self.last[mask],
            resolved=self.resolved[mask],
            cluster=None if self.cluster is None else self.cluster[mask],
        )

    def between(self, first: int, end: int, *, second: bool, stratum: NDArray[np.integer]) -> Spells:
        """The part of each issue's time that lies on days ``first`` to ``end``, both of them in."""
        there = (self.opened <= end) & (self.last >= first)
        opened, last = self.opened[there], self.last[there]
        return Spells(
            entry=np.maximum(first - opened, 0),
            exit=np.minimum(last, end) - opened,
            ended=self.resolved[there] & (last <= end),
            second=np.full(int(there.sum()), second),
            stratum=stratum[there],
            cluster=None if self.cluster is None else self.cluster[there],
        )


def observe(ledger: Ledger, issues: pd.DataFrame, day: str, days: DayCount) -> Observed:
    """The issues that were known on ``day``, with ages in the days that the log counts."""
    ends = days.last(day)
    opened = np.minimum(days.index(issues["opened"].to_numpy()), ends)
    closed = issues["closed"].to_numpy()
    last = np.full(len(issues), ends, dtype=np.int32)
    known = ~np.isnat(closed)
    last[known] = np.minimum(days.index(closed[known]), ends)
    return Observed(
        opened=opened,
        last=np.maximum(last, opened),
        resolved=(issues["end"] == "resolved").to_numpy(),
        cluster=people(issues["who"]) if bool(issues["who"].notna().any()) else None,
        begins=days.first(ledger.starts_on),
        ends=ends,
    )


@dataclass(frozen=True, kw_only=True)
class Periods:
    """The first day of the log, the first of its last months, and the last day on which it is known."""

    first: str
    turn: str
    last: str

    @property
    def names(self) -> tuple[str, str]:
        """The earlier and the later period, each by its first and its last day."""
        before = date.fromisoformat(self.turn) - timedelta(days=1)
        return f"{self.first} to {before.isoformat()}", f"{self.turn} to {self.last}"


def periods_of(ledger: Ledger, day: str) -> Periods | None:
    """The two periods that are compared; None where the log does not ask for it, or has not run for long enough."""
    if ledger.slow_down is None:
        return None
    turn = (pd.Timestamp(day) - pd.DateOffset(months=ledger.slow_down.months) + pd.Timedelta(days=1)).date().isoformat()
    return Periods(first=ledger.starts_on, turn=turn, last=day) if turn > ledger.starts_on else None


def spells_of(seen: Observed, turn: int, stratum: NDArray[np.integer]) -> Spells:
    """Every issue's time before the turn as the first group, and from it on as the second."""
    return joined(
        [
            seen.between(seen.begins, turn - 1, second=False, stratum=stratum),
            seen.between(turn, seen.ends, second=True, stratum=stratum),
        ]
    )


@dataclass(frozen=True, kw_only=True)
class Side:
    """One period: how many were resolved, over how many days that issues were open, and the curve at its speed."""

    resolved: int
    days_open: int
    curve: Curve

    @property
    def rate(self) -> float | None:
        """Resolved for each hundred days that an issue was open; None where none was."""
        return 100 * self.resolved / self.days_open if self.days_open else None


def sides_of(spells: Spells) -> tuple[Side, Side]:
    """Both periods by themselves, all strata together."""
    table = spells.table()
    found = []
    for side in (0, 1):
        both = table.of(range(side, table.at_risk.shape[0], 2))
        found.append(Side(resolved=int(both.events.sum()), days_open=int(both.at_risk.sum()), curve=both.curve()))
    return found[0], found[1]


@dataclass(frozen=True, kw_only=True)
class Slower:
    """By which share the rate of resolving fell; below nought it rose. With its intervals and tests."""

    value: float
    low: float
    high: float
    low90: float
    high90: float
    p_value: float
    p_equivalence: float


def slower(ratio: RateRatio, margin: float) -> Slower:
    """A ratio of rates as a fall: 1 minus the ratio, so that more is worse, with a margin that is a share too."""
    low, high = ratio.limits(CONFIDENCE)
    low90, high90 = ratio.limits(EQUIVALENCE_CONFIDENCE)
    return Slower(
        value=1 - exp(ratio.log_ratio),
        low=1 - exp(high),
        high=1 - exp(low),
        low90=1 - exp(high90),
        high90=1 - exp(low90),
        p_value=ratio.p_value(),
        p_equivalence=ratio.p_equivalence(*log_share(margin)),
    )


def naive_means(seen: Observed, turn: int) -> tuple[float | None, float | None]:
    """The mean age of the issues closed before the turn and from it on: what must not be compared, to say so."""
    ages = seen.ages.astype(float)
    inside = seen.resolved & (seen.last >= seen.begins)
    parts = (ages[inside & (seen.last < turn)], ages[inside & (seen.last >= turn)])
    before, after = (float(part.mean()) if len(part) else None for part in parts)
    return before, after


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month of the log: opened, resolved, open at its end, and how many the usual speed would have resolved."""

    name: str
    opened: int
    resolved: int
    open_at_end: int
    expected: float


def months_of(
    seen: Observed, ledger: Ledger, day: str, days: DayCount, stratum: NDArray[np.integer]
) -> Iterator[Month]:
    """Every month from the first of the log to ``day``.

    ``expected`` sums, over the issues open on each day, how often issues of that age and stratum were resolved over
    the whole log: indirect standardisation by age.
    """
    whole = seen.between(seen.begins, seen.ends, second=False, stratum=stratum)
    table = whole.table()
    with np.errstate(invalid="ignore", divide="ignore"):
        usual = np.where(table.at_risk > 0, table.events / table.at_risk, 0.0)[0::2]
    for start in pd.date_range(ledger.starts_on[:7] + "-01", day, freq="MS"):
        first = max(start.date().isoformat(), ledger.starts_on)
        last = min((start + pd.offsets.MonthEnd(0)).date().isoformat(), day)
        begin, end = days.first(first), days.last(last)
        spells = seen.between(begin, end, second=False, stratum=stratum)
        if len(spells) == 0:
            yield Month(name=first[:7], opened=0, resolved=0, open_at_end=0, expected=0.0)
            continue
        at_risk = spells.table().at_risk[0::2]
        rows, ages = at_risk.shape
        closed_by = (seen.last < end) | ((seen.last == end) & seen.resolved)
        yield Month(
            name=first[:7],
            opened=int(((seen.opened >= begin) & (seen.opened <= end)).sum()),
            resolved=int(spells.ended.sum()),
            open_at_end=int(((seen.opened <= end) & ~closed_by).sum()),
            expected=float((at_risk * usual[:rows, :ages]).sum()),
        )
