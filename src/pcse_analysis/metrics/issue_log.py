"""An issue log as its figures are made from: its parts, its days, and the form of its estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.slow_down import Observed, observe
from pcse_analysis.metrics.working_days import DayCount

ITEM = "issues"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the log: all of it, those of one route, or those of one service line."""

    group_by: str
    group: str
    mask: NDArray[np.bool_]


class IssueLog:
    """One log as it was known on one day."""

    def __init__(self, ledger: Ledger, issues: pd.DataFrame, day: str, holidays: Sequence[str]) -> None:
        """``issues`` as ``as_known`` gives them on ``day``; ``holidays`` are the bank holidays."""
        self.ledger, self.issues, self.day = ledger, issues, day
        self.days = DayCount(holidays if ledger.days == "working" else None)
        self.seen: Observed = observe(ledger, issues, day, self.days)

    @cached_property
    def parts(self) -> list[Part]:
        """The whole log first, then each route and each service line that an issue was raised about."""
        parts = [Part(group_by="", group="", mask=np.ones(len(self.issues), dtype=bool))]
        for column in ("route", "service_line"):
            values = self.issues[column]
            there = [name for name in values.cat.categories if (values == name).any()]
            parts += [Part(group_by=column, group=str(name), mask=(values == name).to_numpy()) for name in there]
        return parts

    @cached_property
    def stratum(self) -> NDArray[np.integer]:
        """For each issue a number that stands for its route and service line together."""
        route, line = (self.issues[c].cat.codes.to_numpy().astype(np.int64) for c in ("route", "service_line"))
        names = route * (len(self.issues["service_line"].cat.categories) + 1) + line
        return np.unique(names, return_inverse=True)[1] if len(names) else names

    def withheld(self, threshold: int) -> set[tuple[str, str]]:
        """The parts that are too small to show, and those whose showing would let them be worked back from the whole.

        Of each way of parting, the smallest others are taken out too, until those taken out hold ``threshold`` issues
        and are two at least.
        """
        withheld: set[tuple[str, str]] = set()
        for by in dict.fromkeys(part.group_by for part in self.parts if part.group_by):
            sizes = sorted((int(p.mask.sum()), p.group) for p in self.parts if p.group_by == by)
            taken = [pair for pair in sizes if pair[0] < threshold]
            for pair in sizes[len(taken) :]:
                if not taken or (len(taken) > 1 and sum(size for size, _ in taken) >= threshold):
                    break
                taken.append(pair)
            withheld |= {(by, group) for _, group in taken}
        return withheld

    def estimate(
        self,
        part: Part,
        measure: str,
        unit: str,
        method: str,
        *,
        category: str = "",
        value: float | None,
        **fields: Any,
    ) -> Estimate:
        """One number of a part; counts of issues have no interval."""
        names = (measure, category.replace(" ", "-"), part.group_by, part.group)
        return Estimate(
            id=".".join([self.ledger.id, ITEM, *(name for name in names if name)]),
            survey=self.ledger.id,
            wave="",
            respondent_group="",
            service_line=part.group if part.group_by == "service_line" else "all",
            item=ITEM,
            measure=measure,
            category=category,
            group_by=part.group_by,
            group=part.group,
            value=value,
            unit=unit,
            method=method,
            sources=(self.ledger.name,),
            known_on=self.day,
            **fields,
        )
