"""How fast one group of cases ends beside another of the same age: the ratio of their rates, with delayed entry.

The ratio is that of D. R. Cox's model with one yes-or-no covariate that may change while a case is open, such as the
calendar period: at each age, those that end are set against all that are open at that age. Ties are taken as
B. Efron's approximation has them. The formulas are those of T. M. Therneau and P. M. Grambsch, Modeling Survival Data
(2000), 3.3 and 7.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.durations import RiskTable, risk_table
from pcse_analysis.metrics.intervals import CONFIDENCE, z_of

FEWEST = 10
"""Cases that must end in each of the two groups before a ratio is given."""
STEPS = 60


@dataclass(frozen=True, kw_only=True)
class Spells:
    """Stretches of time in which cases were under observation.

    ``entry`` and ``exit`` are ages in whole days, ``ended`` whether the case ended at ``exit``, ``second`` whether the
    stretch belongs to the second group, ``stratum`` and ``cluster`` small whole numbers. One case may have a stretch
    in each group.
    """

    entry: NDArray[np.integer]
    exit: NDArray[np.integer]
    ended: NDArray[np.bool_]
    second: NDArray[np.bool_]
    stratum: NDArray[np.integer]
    cluster: NDArray[np.integer] | None = None

    def __len__(self) -> int:
        """The number of stretches."""
        return len(self.entry)

    def where(self, mask: NDArray[np.bool_]) -> Spells:
        """Some of the stretches."""
        cluster = None if self.cluster is None else self.cluster[mask]
        return Spells(entry=self.entry[mask], exit=self.exit[mask], ended=self.ended[mask], second=self.second[mask],
                      stratum=self.stratum[mask], cluster=cluster)  # fmt: skip

    def table(self) -> RiskTable:
        """Counts by age; row 2k is the first group of stratum k, row 2k + 1 the second."""
        strata = int(self.stratum.max()) + 1 if len(self) else 1
        groups = self.stratum.astype(np.int64) * 2 + self.second
        return risk_table(self.exit, self.ended, groups, 2 * strata, self.entry)


@dataclass(frozen=True, kw_only=True)
class RateRatio:
    """The logarithm of the second group's rate over the first's, its standard error, and the cases that ended in each.

    ``error`` is the larger of that of the model and of the one that lets cases of a cluster be alike.
    """

    log_ratio: float
    error: float
    ended: tuple[int, int]

    def limits(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The interval of the logarithm."""
        half = z_of(confidence) * self.error
        return self.log_ratio - half, self.log_ratio + half

    def p_value(self, at: float = 0.0) -> float:
        """The two-sided probability of a logarithm so far from ``at``: it inverts the interval."""
        return erfc(abs(self.log_ratio - at) / self.error / sqrt(2))

    def p_equivalence(self, low: float, high: float) -> float:
        """The larger p of the two one-sided tests that the logarithm lies between ``low`` and ``high``."""
        below = 0.5 * erfc((self.log_ratio - low) / self.error / sqrt(2))
        above = 0.5 * erfc((high - self.log_ratio) / self.error / sqrt(2))
        return max(below, above)


def rate_ratio(spells: Spells) -> RateRatio | None:
    """The second group's rate over the first's, each stratum with a course of its own over age.

    None where fewer than 10 cases ended in one of the groups, or where both are never open at the same age.
    """
    ended = tuple(int((spells.ended & (spells.second == side)).sum()) for side in (False, True))
    if min(ended) < FEWEST:
        return None
    table = spells.table()
    n0, n1 = (table.at_risk[side::2].ravel() for side in (0, 1))
    d0, d1 = (table.events[side::2].ravel() for side in (0, 1))
    both = (d0 + d1 > 0) & (n0 > 0) & (n1 > 0)
    if not both.any():
        return None
    fitted = _fit(*(column[both].astype(float) for column in (n0, n1, d0, d1)))
    if fitted is None:
        return None
    beta, information = fitted
    error = sqrt(1 / information)
    if spells.cluster is not None:
        error = max(error, _clustered(spells, table, beta, information))
    return RateRatio(log_ratio=beta, error=error, ended=(ended[0], ended[1]))


def _fit(
    n0: NDArray[np.float64], n1: NDArray[np.float64], d0: NDArray[np.float64], d1: NDArray[np.float64]
) -> tuple[float, float] | None:
    """Newton's steps to the largest partial likelihood; None where it has no largest value."""
    _, _, first, second = _at_each_end(n0, n1, d0, d1)
    beta = 0.0
    for _ in range(STEPS):
        weight = second * exp(beta)
        share = weight / (first + weight)
        gradient = float(d1.sum() - share.sum())
        information = float((share * (1 - share)).sum())
        if information <= 0:
            return None
        step = gradient / information
        beta += float(np.clip(step, -1, 1))
        if abs(beta) > 20:
            return None
        if abs(step) < 1e-10:
            return beta, information
    return None


def _at_each_end(
    n0: NDArray[np.float64], n1: NDArray[np.float64], d0: NDArray[np.float64], d1: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """For each case that ended: its place, the part of those tied with it that is gone, and the rest of both groups."""
    ended = (d0 + d1).astype(np.int64)
    row = np.repeat(np.arange(len(ended)), ended)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(ended) - ended, ended)
    gone = nth / ended[row]
    return row, gone, n0[row] - gone * d0[row], n1[row] - gone * d1[row]


def _clustered(spells: Spells, table: RiskTable, beta: float, information: float) -> float:
    """The standard error that lets cases of one cluster be alike: D. Y. Lin and L. J. Wei (1989), by sums of scores.

    Ties are taken as in the ratio itself: that of R's ``coxph(..., cluster=)``, with n/(n - 1) for few clusters.
    """
    assert spells.cluster is not None
    shape = (table.at_risk.shape[0] // 2, table.at_risk.shape[1])
    n0, n1, d0, d1 = (c[side::2].ravel().astype(float) for c in (table.at_risk, table.events) for side in (0, 1))
    row, gone, first, second = _at_each_end(n0, n1, d0, d1)
    ratio = exp(beta)
    weighted = first + second * ratio
    mean = second * ratio / weighted

    def by_age(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(row, weights=values, minlength=len(n0)).reshape(shape)

    stratum, exit_, entry = spells.stratum, spells.exit, spells.entry
    usual = by_age(mean)[stratum, exit_] / np.maximum((d0 + d1).reshape(shape)[stratum, exit_], 1)
    score = np.where(spells.ended, spells.second - usual, 0.0)
    zero = np.zeros((shape[0], 1))
    for side in (0, 1):
        # What a case of the group is expected to add at each age, summed up so that a stretch is a difference; of
        # those that end at one age, each is there for only a part of it.
        pull = (side - mean) * (ratio if side else 1.0) / weighted
        by_then, tied = np.hstack([zero, np.cumsum(by_age(pull), axis=1)]), by_age(pull * gone)
        expected = by_then[stratum, exit_ + 1] - by_then[stratum, entry] - spells.ended * tied[stratum, exit_]
        score -= np.where(spells.second == side, expected, 0.0)
    by_cluster = np.bincount(spells.cluster, weights=score)
    clusters = len(np.unique(spells.cluster))
    if clusters < 2:
        return 0.0
    return sqrt(float((by_cluster**2).sum()) * clusters / (clusters - 1)) / information


def log_share(margin: float) -> tuple[float, float]:
    """The logarithms of the ratios at which a rate is lower, and higher, by a share of the margin's size."""
    return log(1 - margin), log(1 + margin)


def joined(parts: Sequence[Spells]) -> Spells:
    """Stretches of several kinds as one."""
    clusters = [part.cluster for part in parts]
    held = [c for c in clusters if c is not None]
    return Spells(
        entry=np.concatenate([p.entry for p in parts]),
        exit=np.concatenate([p.exit for p in parts]),
        ended=np.concatenate([p.ended for p in parts]),
        second=np.concatenate([p.second for p in parts]),
        stratum=np.concatenate([p.stratum for p in parts]),
        cluster=np.concatenate(held) if len(held) == len(parts) else None,
    )
