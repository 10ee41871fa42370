"""Time until something happens, where for some it has not happened yet: Kaplan and Meier's curve and its quantiles.

Everything is counted by whole days first, so that ten million cases take no longer than a few passes over them. The
formulas are those of J. P. Klein and M. L. Moeschberger, Survival Analysis (2nd edition, 2003), chapters 4 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.intervals import CONFIDENCE, z_of

Scale = Literal["log-log", "log", "plain"]
QUARTILES = {"lower quartile": 0.25, "median": 0.5, "upper quartile": 0.75}
"""The quantiles that pages give, by name."""
EXACT = 1e-12
"""How far a share may lie above its target by the rounding of a computer alone."""


@dataclass(frozen=True, kw_only=True)
class RiskTable:
    """For each group (row) and each age in days (column): how many were open at that age, and how many ended at it."""

    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]

    def of(self, groups: Sequence[int] | NDArray[np.integer]) -> RiskTable:
        """The table of several groups as one."""
        return RiskTable(
            at_risk=self.at_risk[groups].sum(axis=0, keepdims=True),
            events=self.events[groups].sum(axis=0, keepdims=True),
        )

    def curve(self, group: int = 0) -> Curve:
        """The curve of one group."""
        return Curve(at_risk=self.at_risk[group], events=self.events[group])


def risk_table(
    exits: NDArray[np.integer],
    ended: NDArray[np.bool_],
    groups: NDArray[np.integer] | None = None,
    number: int = 1,
    entries: NDArray[np.integer] | None = None,
) -> RiskTable:
    """Counts by group and age. ``exits`` are ages in whole days when observation ends, ``ended`` whether by the event.

    A case of age 0 to ``exits`` was at risk at each of these ages; with ``entries`` (delayed entry) only from the age
    at which it came under observation. What ends at an age ends before others are lost sight of at it.

    Raises:
        ValueError: an age is negative, or a case leaves before it enters.
    """
    if len(exits) == 0:
        return RiskTable(at_risk=np.zeros((number, 1), dtype=np.int64), events=np.zeros((number, 1), dtype=np.int64))
    if exits.min() < 0 or (entries is not None and bool((entries > exits).any() or entries.min() < 0)):
        raise ValueError("ages must be 0 or more, and nothing leaves before it enters")
    ages = int(exits.max()) + 1
    place = exits.astype(np.int64) * 2 + ended
    if groups is not None:
        place += groups.astype(np.int64) * (2 * ages)
    counts = np.bincount(place, minlength=2 * ages * number).reshape(number, ages, 2)
    left = counts.sum(axis=2)
    open_at = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
    if entries is not None:
        start = entries.astype(np.int64) + (0 if groups is None else groups.astype(np.int64) * ages)
        came = np.bincount(start, minlength=ages * number).reshape(number, ages)
        later = np.cumsum(came[:, ::-1], axis=1)[:, ::-1] - came
        open_at = open_at - later
    return RiskTable(at_risk=open_at, events=counts[:, :, 1])


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """A number of days with its interval; None where the curve, or its limit, never comes down so far."""

    value: int | None
    low: int | None
    high: int | None

    @property
    def limits(self) -> dict[str, Any]:
        """Value, low and high by these names, as an estimate has them."""
        found = {"value": self.value, "low": self.low, "high": self.high}
        return {name: None if days is None else float(days) for name, days in found.items()}


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The share still open after each number of days from 0 on, of one group."""

    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """Kaplan and Meier's estimate of the share still open after each day (equation 4.2.1)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            ended = np.where(self.at_risk > 0, self.events / self.at_risk, 0.0)
        return np.cumprod(1 - ended)

    @cached_property
    def error(self) -> NDArray[np.float64]:
        """Greenwood's standard error of the share (equation 4.2.2)."""
        return self.share * np.sqrt(self._greenwood)

    @cached_property
    def _greenwood(self) -> NDArray[np.float64]:
        left = self.at_risk - self.events
        with np.errstate(invalid="ignore", divide="ignore"):
            terms = np.where(left > 0, self.events / (self.at_risk * np.where(left > 0, left, 1)), 0.0)
        return np.cumsum(terms)

    def limits(self, scale: Scale = "log-log") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The 95% limits of the share after each day, made on a scale that keeps them between 0 and 1 (section 4.3)."""
        z, share = z_of(CONFIDENCE), self.share
        relative = np.sqrt(self._greenwood)
        with np.errstate(invalid="ignore", divide="ignore"):
            if scale == "plain":
                low, high = share - z * self.error, share + z * self.error
            elif scale == "log":
                low, high = share * np.exp(-z * relative), share * np.exp(z * relative)
            else:
                half = z * relative / np.log(share)
                low, high = share ** np.exp(-half), share ** np.exp(half)
        certain = (share >= 1) | (share <= 0)
        low, high = np.where(certain, share, low), np.where(certain, share, high)
        return np.clip(low, 0, 1), np.clip(high, 0, 1)

    def at(self, day: int) -> tuple[float, float, float]:
        """The share still open after ``day`` days and its limits; beyond the last day known, those of that day."""
        place = min(day, len(self.share) - 1)
        low, high = self.limits()
        return float(self.share[place]), float(low[place]), float(high[place])

    def quantile(self, resolved: float, scale: Scale = "log-log") -> Quantile:
        """After how many days this share is resolved: the first day on which no more than the rest is open.

        The interval holds the days for which the limits of the curve do not exclude it (section 4.5). R's ``survfit``
        gives the middle where the curve lies on the target over a stretch of days; this gives its first day.
        """
        low, high = self.limits(scale)
        rest = 1 - resolved
        found = [self._first_at(curve, rest) for curve in (self.share, low, high)]
        return Quantile(value=found[0], low=found[1], high=found[2])

    @staticmethod
    def _first_at(curve: NDArray[np.float64], rest: float) -> int | None:
        below = np.flatnonzero(curve <= rest + EXACT)
        return int(below[0]) if len(below) else None


@dataclass(frozen=True, kw_only=True)
class LogRank:
    """A test of whether several groups end equally fast: chi-square, its degrees of freedom, and p."""

    statistic: float
    degrees: int
    p_value: float


def log_rank(strata: Sequence[RiskTable], rho: float = 0.0) -> LogRank:
    """The log-rank test of the groups of tables, one table a stratum (section 7.3 and 7.5).

    ``rho`` weights each age by so high a power of the share still open just before it (Fleming and Harrington).

    Raises:
        ValueError: there is only one group.
    """
    from scipy.stats import chi2

    groups = strata[0].at_risk.shape[0]
    if groups < 2:
        raise ValueError("a test of differences needs two groups or more")
    score, spread = np.zeros(groups), np.zeros((groups, groups))
    for table in strata:
        told = table.events.sum(axis=0) > 0
        n, d = table.at_risk[:, told].astype(float), table.events[:, told].astype(float)
        all_n, all_d = n.sum(axis=0), d.sum(axis=0)
        before = np.concatenate([[1.0], np.cumprod(1 - all_d / all_n)[:-1]])
        weight = before**rho
        part = n / all_n
        score += (weight * (d - all_d * part)).sum(axis=1)
        common = weight**2 * all_d * np.where(all_n > 1, (all_n - all_d) / np.maximum(all_n - 1, 1), 0)
        spread += np.diag((common * part).sum(axis=1)) - (common * part) @ part.T
    inner, rest = score[1:], spread[1:, 1:]
    statistic = float(inner @ np.linalg.pinv(rest) @ inner)
    degrees = int(np.linalg.matrix_rank(rest))
    return LogRank(statistic=statistic, degrees=degrees, p_value=float(chi2.sf(statistic, max(degrees, 1))))
