"""Intervals for a share and for the difference of two shares, and the p-values that invert them.

Shares are between 0 and 1, bases are numbers of respondents; a share need not be a whole count over its base, because a
published share is known only as printed. Everything takes arrays.

Sources: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212; R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872
(Wilson) and 873-890 (difference, method 10); 17 (1998) 2635-2650 (pairs; "1998c").
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isinf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
"""Of every interval that is printed."""
EQUIVALENCE_CONFIDENCE = 0.90
"""Of the interval that is set against the margin."""
FEWEST_DEGREES = 1.0
"""Degrees of freedom below this count as this: Student's widest quantile, 12.7 at 95 %."""
FARTHEST_Z = 38.0
"""Beyond this the normal tail is smaller than the smallest double."""


def z_of(confidence: float) -> float:
    """The two-sided standard normal quantile: 1.96 for 0.95."""
    return float(-ndtri((1 - confidence) / 2))


def wilson(share: ArrayLike, base: ArrayLike, z: float) -> tuple[Floats, Floats]:
    """Wilson's score interval for a share, without continuity correction: (low, high), each between 0 and 1."""
    p, n = np.asarray(share, float), np.asarray(base, float)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return np.where(p == 0, 0.0, np.maximum(centre - half, 0)), np.where(p == 1, 1.0, np.minimum(centre + half, 1))


def student(df: ArrayLike, confidence: float = CONFIDENCE) -> Floats:
    """The two-sided quantiles of Student's distribution: 1.96 for infinite degrees of freedom, 12.7 for 1 or fewer."""
    degrees = np.asarray(df, float)
    bounded = np.where(degrees >= FEWEST_DEGREES, degrees, FEWEST_DEGREES)
    found: Floats = np.where(np.isposinf(degrees), z_of(confidence), -stdtrit(bounded, (1 - confidence) / 2))
    return found


def share_limits(share: float, base: float) -> tuple[float, float]:
    """The limits that are printed beside one share: ``wilson`` at ``CONFIDENCE``."""
    low, high = wilson(share, base, z_of(CONFIDENCE))
    return float(low), float(high)


@dataclass(frozen=True, kw_only=True)
class TwoShares:
    """Two shares with their effective bases, and how their sampling errors go together.

    ``correlation`` is that of the errors: 0 for independent waves, positive where the same respondents answered both.
    ``degrees_of_freedom`` are those of the design; without end where the variance is a function of the shares alone.
    """

    before: float
    base_before: float
    after: float
    base_after: float
    correlation: float = 0.0
    degrees_of_freedom: float = inf

    @property
    def difference(self) -> float:
        """Later less earlier share."""
        return self.after - self.before

    def limits(self, z: float) -> tuple[float, float]:
        """Limits of the difference at a quantile."""
        low, high = newcombe(self.before, self.base_before, self.after, self.base_after, z, self.correlation)
        return float(low), float(high)

    def interval(self, confidence: float) -> tuple[float, float]:
        """The interval of the difference: (low, high)."""
        return self.limits(float(student(self.degrees_of_freedom, confidence)))

    @property
    def standard_error(self) -> float:
        """The standard error of the difference, from the shares, their bases and the correlation."""
        first = self.before * (1 - self.before) / self.base_before
        second = self.after * (1 - self.after) / self.base_after
        return sqrt(max(first + second - 2 * self.correlation * sqrt(first * second), 0.0))

    def equivalence_interval(self, confidence: float) -> tuple[float, float]:
        """What is set against the margin: the interval and Wald's, whichever reaches farther on each side.

        Alone, each of the two says "no material change" somewhat too often where one share is near 0 or 1: the interval
        where the surer wave is nearer to the middle, Wald's where it is nearer to the end. See docs/simulation.md.
        """
        low, high = self.interval(confidence)
        reach = float(student(self.degrees_of_freedom, confidence)) * self.standard_error
        return min(low, self.difference - reach), max(high, self.difference + reach)

    def p_of_no_change(self) -> float:
        """Two-sided p-value: one less the confidence at which the interval just touches 0."""
        return min(1.0, 2 * min(self._tail(0.0, above=True), self._tail(0.0, above=False)))

    def p_of_equivalence(self, margin: float) -> float:
        """p-value of two one-sided tests of "the difference is at least ``margin`` in size" (Lakens 2017).

        Below 0.05 exactly when the 90 % ``equivalence_interval`` lies inside (-margin, margin).
        """
        tails = [self._tail(-margin, above=True), self._tail(margin, above=False)]
        error = self.standard_error
        if error > 0:
            tails += [self._beyond(side / error) for side in (-margin - self.difference, self.difference - margin)]
        return max(tails)

    def _beyond(self, z: float) -> float:
        """The part of Student's (or the normal) distribution below a quantile."""
        df = self.degrees_of_freedom
        return float(ndtr(z) if isinf(df) else stdtr(df, z))

    def _tail(self, null: float, *, above: bool) -> float:
        """One-sided p-value of "the difference is ``null``" against "above" (or below), by inverting the interval."""
        if self.difference == null:
            return 0.5
        limit = 0 if self.difference > null else 1

        def distance(z: float) -> float:
            return self.limits(z)[limit] - null

        crossed = (distance(FARTHEST_Z) < 0) != (distance(0.0) < 0)
        z = brentq(distance, 0.0, FARTHEST_Z, xtol=1e-12) if crossed else FARTHEST_Z
        return self._beyond(z if (self.difference > null) != above else -z)


def newcombe(
    before: ArrayLike,
    base_before: ArrayLike,
    after: ArrayLike,
    base_after: ArrayLike,
    z: float,
    correlation: ArrayLike = 0.0,
) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score interval for ``after - before`` of two shares: (low, high).

    Where the errors of the two go together, the distances to the limits are combined with their correlation, as in
    Newcombe's interval for pairs (1998c, method 10) and in general in G. Y. Zou and A. Donner, Statistics in Medicine
    27 (2008) 1693-1702.
    """
    first, second = np.asarray(before, float), np.asarray(after, float)
    low_first, high_first = wilson(first, base_before, z)
    low_second, high_second = wilson(second, base_after, z)
    difference = second - first
    return (
        difference - _combined(second - low_second, high_first - first, correlation),
        difference + _combined(high_second - second, first - low_first, correlation),
    )


def _combined(one: Floats, other: Floats, correlation: ArrayLike) -> Floats:
    apart = np.square(one - other) + 2 * (1 - np.asarray(correlation, float)) * one * other
    return np.where(np.asarray(correlation) == 0, np.hypot(one, other), np.sqrt(np.maximum(apart, 0.0)))


def continuity_corrected(correlation: float, shares: tuple[float, float], bases: tuple[float, float]) -> float:
    """A positive correlation of two shares' errors, brought nearer to 0 by what one answer can make of it.

    For pairs this is Newcombe's correction: half a pair is taken off the excess of like pairs (1998c). Without it, an
    interval would be 0 wide where every practice answered alike in both waves. 0 where a share is 0 or 1.
    """
    spread = 1.0
    for share, base in zip(shares, bases, strict=True):
        spread *= sqrt(share * (1 - share) * base)
    return max(correlation - 1 / (2 * spread), 0.0) if correlation > 0 and spread > 0 else min(correlation, 0.0)
