"""Compensation claims as their figures are made from: parts, days, steps, and the ends that exclude each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import STATUSES, Ledger
from pcse_analysis.metrics.competing import Incidence, cumulative_incidence
from pcse_analysis.metrics.durations import Quantile
from pcse_analysis.metrics.ledger_parts import Part, ledger_estimate, parts_of, people
from pcse_analysis.metrics.working_days import DayCount

OPEN = "open"
ENDS = tuple(end for end in STATUSES["claims"] if end != OPEN)
"""How a claim can end: paid, refused or withdrawn."""
REACHED, OTHERWISE = 1, 2
"""Marks of a wait that ended with the step waited for, and of one that ended without it."""


@dataclass(frozen=True, kw_only=True)
class Wait:
    """How long some claims waited for a step, in counted days, and how each wait ended: reached, otherwise, or not."""

    days: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        """The number of claims."""
        return len(self.days)

    def incidence(self, times: Sequence[int] | NDArray[np.int64], of: int = REACHED) -> Incidence:
        """The share whose wait had ended in one way by each of some days."""
        return cumulative_incidence(self.days, self.ends, of, times)

    def quantile(self, share: float) -> Quantile:
        """After how many days the step is reached by this share of all; None where that is not seen."""
        found = self.incidence(np.arange(int(self.days.max()) + 1 if len(self) else 1))
        return Quantile(value=_first(found.share, share), low=_first(found.high, share), high=_first(found.low, share))


def _first(curve: NDArray[np.float64], share: float) -> int | None:
    there = np.flatnonzero(curve >= share - 1e-12)
    return int(there[0]) if len(there) else None


class ClaimsBook:
    """The claims of one ledger as they were known on one day."""

    def __init__(self, ledger: Ledger, claims: pd.DataFrame, day: str, holidays: Sequence[str]) -> None:
        """``claims`` as ``claims_as_known`` gives them on ``day``; ``holidays`` are the bank holidays."""
        self.ledger, self.claims, self.day = ledger, claims, day
        self.working_days = DayCount(holidays)
        self.days = self.working_days if ledger.days == "working" else DayCount(None)
        self.people = people(claims["who"])
        self.estimate = partial(ledger_estimate, ledger, day)

    @cached_property
    def parts(self) -> list[Part]:
        """All claims first, then those of each kind of loss and of each service line."""
        return parts_of(self.claims, ("loss", "service_line"))

    @cached_property
    def followed(self) -> NDArray[np.bool_]:
        """The claims whose time is counted: those submitted since the ledger begins.

        One submitted before is in the ledger only because it was still open then, which makes it a slow one.
        """
        began = np.datetime64(self.ledger.starts_on or "1990-01-01", "s")
        return (self.claims["submitted"] >= began).to_numpy()

    @cached_property
    def applications(self) -> pd.DataFrame:
        """Applications to join a list: a row for each person and day, however many claims name it."""
        known = self.claims[["applied", "listed"]].assign(person=self.people)
        known = known[known["applied"].notna()].sort_values("listed", kind="stable")
        return known.drop_duplicates(["person", "applied"]).sort_index()

    def pence(self, column: str) -> NDArray[np.float64]:
        """An amount of every claim; not-a-number where there is none."""
        return self.claims[column].to_numpy(dtype=np.float64, na_value=np.nan)

    def wait(self, start: str, step: str, mask: NDArray[np.bool_]) -> Wait:
        """The wait from one step to another, of claims that took the first; a claim closed without it waits no more."""
        claims = self.claims.loc[mask & self.claims[start].notna().to_numpy()]
        closed = claims["closed"].to_numpy()
        return self._wait(claims[start].to_numpy(), claims[step].to_numpy(), closed)

    def wait_for_ends(self, mask: NDArray[np.bool_]) -> Wait:
        """The wait from a claim's first day to its end; its mark is the place of the end in ``ENDS`` plus 1."""
        claims = self.claims.loc[mask]
        wait = self._wait(claims["submitted"].to_numpy(), claims["closed"].to_numpy(), claims["closed"].to_numpy())
        places = claims["status"].map({end: n + 1 for n, end in enumerate(ENDS)} | {OPEN: 0})
        return Wait(days=wait.days, ends=np.asarray(places, dtype=np.int64))

    def wait_for_approval(self) -> Wait:
        """The wait from an application to the place on the list, whatever becomes of the claim."""
        applied, listed = (self.applications[name].to_numpy() for name in ("applied", "listed"))
        return self._wait(applied, listed, np.full(len(applied), np.datetime64("NaT", "s")))

    def _wait(
        self, start: NDArray[np.datetime64], step: NDArray[np.datetime64], closed: NDArray[np.datetime64]
    ) -> Wait:
        begun, now = self.days.index(start).astype(np.int64), self.days.last(self.day)
        end, mark = np.full(len(start), now, dtype=np.int64), np.zeros(len(start), dtype=np.int64)
        for days, how in ((closed, OTHERWISE), (step, REACHED)):
            there = ~np.isnat(days)
            end[there], mark[there] = self.days.index(days[there]), how
        return Wait(days=np.maximum(np.minimum(end, now) - begun, 0), ends=mark)
