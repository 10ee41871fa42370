"""An issue log as its figures are made from: its parts, its days, and the form of its estimates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.metrics.ledger_parts import Part, ledger_estimate, parts_of, people, withheld_parts
from pcse_analysis.metrics.slow_down import Observed, observe
from pcse_analysis.metrics.working_days import DayCount

ITEM = "issues"


class IssueLog:
    """One log as it was known on one day."""

    def __init__(self, ledger: Ledger, issues: pd.DataFrame, day: str, holidays: Sequence[str]) -> None:
        """``issues`` as ``as_known`` gives them on ``day``; ``holidays`` are the bank holidays."""
        self.ledger, self.issues, self.day = ledger, issues, day
        self.days = DayCount(holidays if ledger.days == "working" else None)
        self.seen: Observed = observe(ledger, issues, day, self.days)
        self.estimate = partial(ledger_estimate, ledger, day)

    @cached_property
    def parts(self) -> list[Part]:
        """The whole log first, then each route and each service line that an issue was raised about."""
        return parts_of(self.issues, ("route", "service_line"))

    @cached_property
    def stratum(self) -> NDArray[np.integer]:
        """For each issue a number that stands for its route and service line together."""
        route, line = (self.issues[c].cat.codes.to_numpy().astype(np.int64) for c in ("route", "service_line"))
        names = route * (len(self.issues["service_line"].cat.categories) + 1) + line
        return np.unique(names, return_inverse=True)[1] if len(names) else names

    def withheld(self, threshold: int) -> set[tuple[str, str]]:
        """The parts with issues of too few people, or too few issues, to show."""
        who = people(self.issues["who"])
        sizes = {(part.group_by, part.group): len(np.unique(who[part.mask])) for part in self.parts}
        return withheld_parts(sizes, threshold)
