"""How fast one group of cases ends beside another of the same age: the ratio of their rates, with delayed entry.

The ratio is that of D. R. Cox's model with one yes-or-no covariate that may change while a case is open, such as the
calendar period: at each age, those that end are set against all that are open at that age. Ties are taken as
B. Efron's approximation has them. The formulas are those of T. M. Therneau and P. M. Grambsch, Modeling Survival Data
(2000), 3.3 and 7.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, stdtr

from pcse_analysis.metrics.durations import RiskTable, risk_table
from pcse_analysis.metrics.intervals import CONFIDENCE, FEWEST_DEGREES, student, z_of

FEWEST = 10
"""Ends that must be expected in each of the two groups, were they alike, before a ratio is given."""
WIDEST = log(100)
"""An interval that reaches farther than a hundredfold from its ratio says nothing, and none is given."""
STEPS = 60
FARTHEST = -60.0
"""A logarithm of a ratio that is lower than any."""
LEAST_REST = 1e-6
"""Where all clusters but one hold less of the information than this part, nothing shows how unlike clusters are."""
ROUNDING = 1e-12
"""A cluster with less than this part of the information has none: the rest is the rounding of a computer."""


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
    """The logarithm of the second group's rate over the first's, its standard errors, and the cases that ended in each.

    ``error`` is that of the model, set against the normal distribution. ``clustered`` lets cases of a cluster be alike,
    and is set against Student's with ``degrees`` of freedom. The interval is the wider and p the larger of both.
    """

    log_ratio: float
    error: float
    ended: tuple[int, int]
    clustered: float = 0.0
    degrees: float = inf

    def limits(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The interval of the logarithm."""
        half = max(z_of(confidence) * self.error, float(student(self.degrees, confidence)) * self.clustered)
        return self.log_ratio - half, self.log_ratio + half

    def p_value(self, at: float = 0.0) -> float:
        """The two-sided probability of a logarithm so far from ``at``: it inverts the interval."""
        return 2 * self._beyond(abs(self.log_ratio - at))

    def p_equivalence(self, low: float, high: float) -> float:
        """The larger p of the two one-sided tests that the logarithm lies between ``low`` and ``high``."""
        return max(self._beyond(self.log_ratio - low), self._beyond(high - self.log_ratio))

    def _beyond(self, distance: float) -> float:
        p = float(ndtr(-distance / self.error))
        return max(p, float(stdtr(self.degrees, -distance / self.clustered))) if self.clustered > 0 else p


def rate_ratio(spells: Spells) -> RateRatio | None:
    """The second group's rate over the first's, each stratum with a course of its own over age.

    None where fewer than 10 ends are expected in one of the groups, were both alike; how many did end does not decide,
    as of small groups only the fast would be told of. None too where so few clusters are compared that the ratio could
    be a hundredfold, or a hundredth, of what is found.
    """
    table = spells.table()
    if min(expected_ends(table)) < FEWEST:
        return None
    n0, n1, d0, d1 = (column.astype(float) for column in _of_both(table))
    if not d1.any():
        beta, information = _fit_without_ends(n0, n1, d0, d1)
    elif not d0.any():
        beta, information = _fit_without_ends(n1, n0, d1, d0)
        beta = -beta
    else:
        beta, information = _fit(n0, n1, d0, d1)
    ended = tuple(int((spells.ended & (spells.second == side)).sum()) for side in (False, True))
    clustered, degrees = (0.0, inf) if spells.cluster is None else _clustered(spells, table, beta)
    error = sqrt(1 / information)
    found = RateRatio(log_ratio=beta, error=error, ended=(ended[0], ended[1]), clustered=clustered, degrees=degrees)
    return found if found.limits()[1] - beta < WIDEST else None


def expected_ends(table: RiskTable) -> tuple[float, float]:
    """How many of those that ended would be of each group, were both alike, at the ages at which both are open.

    The numbers are those of the log-rank test: in each stratum and at each age those that ended are parted as those
    open are.
    """
    n0, n1, d0, d1 = _of_both(table)
    first, second = ((d0 + d1) * n / (n0 + n1) for n in (n0, n1))
    return float(first.sum()), float(second.sum())


def _of_both(table: RiskTable) -> list[NDArray[np.int64]]:
    """Of each age and stratum at which some end and both groups are open: the open of each, and those that end."""
    n0, n1, d0, d1 = (counts[side::2].ravel() for counts in (table.at_risk, table.events) for side in (0, 1))
    both = (d0 + d1 > 0) & (n0 > 0) & (n1 > 0)
    return [column[both] for column in (n0, n1, d0, d1)]


def _fit(
    n0: NDArray[np.float64], n1: NDArray[np.float64], d0: NDArray[np.float64], d1: NDArray[np.float64]
) -> tuple[float, float]:
    """Newton's steps to the largest partial likelihood: the logarithm of the ratio, and the information."""
    _, _, first, second = _at_each_end(n0, n1, d0, d1)
    beta = 0.0
    for _ in range(STEPS):
        weight = second * exp(beta)
        share = weight / (first + weight)
        information = float((share * (1 - share)).sum())
        step = (float(d1.sum()) - float(share.sum())) / information
        beta += float(np.clip(step, -1, 1))
        if abs(step) < 1e-10:
            break
    return beta, information


def _fit_without_ends(
    n0: NDArray[np.float64], n1: NDArray[np.float64], d0: NDArray[np.float64], d1: NDArray[np.float64]
) -> tuple[float, float]:
    """The same where none of the second group ended, by D. Firth's correction: about the ratio of half an end.

    The likelihood itself is the larger the lower the ratio (G. Heinze and M. Schemper, Biometrics 57 (2001) 114-119).
    """
    _, _, first, second = _at_each_end(n0, n1, d0, d1)

    def share_at(beta: float) -> NDArray[np.float64]:
        weight = second * exp(beta)
        return weight / (first + weight)

    def gradient(beta: float) -> float:
        share = share_at(beta)
        spread = share * (1 - share)
        return float((spread * (1 - 2 * share)).sum() / spread.sum() / 2 - share.sum())

    beta = float(brentq(gradient, FARTHEST, 0.0, xtol=1e-12))
    share = share_at(beta)
    return beta, float((share * (1 - share)).sum())


def _at_each_end(
    n0: NDArray[np.float64], n1: NDArray[np.float64], d0: NDArray[np.float64], d1: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """For each case that ended: its place, the part of those tied with it that is gone, and the rest of both groups."""
    ended = (d0 + d1).astype(np.int64)
    row = np.repeat(np.arange(len(ended)), ended)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(ended) - ended, ended)
    gone = nth / ended[row]
    return row, gone, n0[row] - gone * d0[row], n1[row] - gone * d1[row]


def _clustered(spells: Spells, table: RiskTable, beta: float) -> tuple[float, float]:
    """The standard error that lets cases of one cluster be alike, and its degrees of freedom.

    Each cluster in turn is left out, by one step of Newton's from the ratio of all: S. R. Lipsitz, K. B. G. Dear and
    L. Zhao, Biometrics 50 (1994) 842-846. The degrees are F. E. Satterthwaite's for such an error were the model true:
    R. M. Bell and D. F. McCaffrey, Survey Methodology 28 (2002) 169-181. No error where one cluster holds everything.
    """
    score, held = _of_clusters(spells, table, beta)
    information = float(held.sum())
    rest = information - held
    if rest.min() < LEAST_REST * information:
        return 0.0, inf
    clusters = int((held > ROUNDING * information).sum())
    moved = score / rest
    error = sqrt(float((moved**2).sum()) * (clusters - 1) / clusters)
    # The mean of the sum of squares, and half its variance, where scores vary as the model says: the covariance of two
    # clusters is the information of each on the diagonal, less the product of both over the whole.
    weight, part = held / rest**2, held / information
    mean = float((weight * (1 - part)).sum())
    spread = float((weight**2 * (1 - 2 * part)).sum() + (weight * part).sum() ** 2)
    return error, max(mean**2 / spread, FEWEST_DEGREES)


def _of_clusters(spells: Spells, table: RiskTable, beta: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each cluster's part of the score, after D. Y. Lin and L. J. Wei (1989), and of the information.

    Ties are taken as in the ratio itself: these scores are those of R's ``coxph(..., cluster=)``.
    """
    assert spells.cluster is not None
    shape = (table.at_risk.shape[0] // 2, table.at_risk.shape[1])
    n0, n1, d0, d1 = (c[side::2].ravel().astype(float) for c in (table.at_risk, table.events) for side in (0, 1))
    row, gone, first, second = _at_each_end(n0, n1, d0, d1)
    ratio = exp(beta)
    weighted = first + second * ratio
    mean = second * ratio / weighted
    stratum, exit_, entry = spells.stratum, spells.exit, spells.entry
    zero = np.zeros((shape[0], 1))

    def by_age(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(row, weights=values, minlength=len(n0)).reshape(shape)

    def over_ages(values: NDArray[np.float64]) -> NDArray[np.float64]:
        # What a case is expected to add at each age, summed up so that a stretch is a difference; of those that end at
        # one age, each is there for only a part of it.
        by_then, tied = np.hstack([zero, np.cumsum(by_age(values), axis=1)]), by_age(values * gone)
        added: NDArray[np.float64] = by_then[stratum, exit_ + 1] - by_then[stratum, entry]
        added -= spells.ended * tied[stratum, exit_]
        return added

    usual = by_age(mean)[stratum, exit_] / np.maximum((d0 + d1).reshape(shape)[stratum, exit_], 1)
    score = np.where(spells.ended, spells.second - usual, 0.0)
    held = np.zeros(len(spells))
    for side in (0, 1):
        away, weight = side - mean, (ratio if side else 1.0) / weighted
        score -= np.where(spells.second == side, over_ages(away * weight), 0.0)
        held += np.where(spells.second == side, over_ages(away**2 * weight), 0.0)
    summed = [np.bincount(spells.cluster, weights=values).astype(np.float64) for values in (score, held)]
    return summed[0], summed[1]


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
