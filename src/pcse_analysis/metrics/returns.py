"""The provider's returns against their targets: met, missed, not made, and how many months in a row were missed."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.ledger_parts import Part, ledger_estimate

MET, MISSED, NO_TARGET, NO_RETURN = "met", "missed", "no target", "no return"
OUTCOMES = (MET, MISSED, NO_TARGET, NO_RETURN)


@dataclass(frozen=True, kw_only=True)
class Month:
    """One month of a measure: what was returned, the target, and what that amounts to."""

    period: str
    value: float | None
    target: float | None
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measure of one service line, with every month from its first return to its last, and those between.

    ``item`` is its name as a part of an id.
    """

    item: str
    service_line: str
    name: str
    unit: str
    direction: str
    months: tuple[Month, ...]

    def count(self, outcome: str) -> int:
        """The months that amount to this."""
        return sum(month.outcome == outcome for month in self.months)

    @property
    def runs(self) -> list[int]:
        """The lengths of all runs of missed months, in order; a month without a return or a target ends a run."""
        runs, length = [], 0
        for month in self.months:
            if month.outcome == MISSED:
                length += 1
            elif length:
                runs.append(length)
                length = 0
        return [*runs, length] if length else runs

    @property
    def misses_at_the_end(self) -> int:
        """How many of the last months in a row were missed."""
        return self.runs[-1] if self.months and self.months[-1].outcome == MISSED else 0


def measures_of(returns: pd.DataFrame) -> list[Measure]:
    """The measures of some returns, one row a month, as ``returns_as_known`` gives them; in the order of the file."""
    made: list[Measure] = []
    for (line, name), rows in returns.groupby(["service_line", "measure"], sort=False):
        by_period = {str(row["period"]): row for row in rows.to_dict("records")}
        span = pd.period_range(min(by_period), max(by_period), freq="M")
        directions = [str(row["direction"]) for row in by_period.values() if str(row["direction"])]
        direction = directions[0] if directions else ""
        months = [_month(str(period), by_period.get(str(period), {}), direction) for period in span]
        unit = str(rows["unit"].iloc[0])
        made.append(
            Measure(
                item=_item(f"{line} {name}", [measure.item for measure in made]),
                service_line=str(line),
                name=str(name),
                unit=unit,
                direction=direction,
                months=tuple(months),
            )
        )
    return made


def _item(name: str, others: Sequence[str]) -> str:
    """A name as a part of an id: letters and digits, and a number where these alone are another's."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    numbered = (f"{plain}_{number}" for number in count(2))
    return next(item for item in chain([plain], numbered) if item not in others)


def _month(period: str, row: Mapping[Hashable, object], direction: str) -> Month:
    value, target = (_number(row.get(name)) for name in ("value", "target"))
    return Month(period=period, value=value, target=target, outcome=outcome_of(value, target, direction))


def _number(cell: object) -> float | None:
    return None if cell is None or pd.isna(cell) else float(str(cell))  # type: ignore[call-overload]


def outcome_of(value: float | None, target: float | None, direction: str) -> str:
    """What a return amounts to; one that equals its target has met it."""
    if value is None:
        return NO_RETURN
    if target is None or not direction:
        return NO_TARGET
    return MET if (value >= target if direction == "at_least" else value <= target) else MISSED


def returns_estimates(ledger: Ledger, returns: pd.DataFrame, day: str) -> list[Estimate]:
    """For each measure its returns and targets by month, how many were met and missed, and its runs of misses."""
    return [estimate for measure in measures_of(returns) for estimate in _of_measure(ledger, measure, day)]


def _of_measure(ledger: Ledger, measure: Measure, day: str) -> Iterator[Estimate]:
    part = Part(group_by="measure", group=measure.name, mask=np.zeros(0, dtype=bool))

    def fact(name: str, unit: str, category: str, value: float | None, method: str = "count") -> Estimate:
        return ledger_estimate(
            ledger,
            day,
            part,
            name,
            unit,
            method,
            category=category,
            value=value,
            item=measure.item,
            service_line=measure.service_line,
        )

    for month in measure.months:
        unit = measure.unit or "as returned"
        if month.value is not None:
            yield fact("reported", unit, month.period, month.value)
        if month.target is not None:
            yield fact("target", unit, month.period, month.target, measure.direction.replace("_", " "))
        if month.outcome in (MET, MISSED):
            yield fact("met", "1 where met, 0 where missed", month.period, float(month.outcome == MET))
    for outcome in OUTCOMES:
        yield fact("months", "months", outcome, float(measure.count(outcome)))
    yield fact("longest_run_of_misses", "months", "", float(max(measure.runs, default=0)))
    yield fact("misses_at_the_end", "months", "", float(measure.misses_at_the_end))
