"""Intervals for a share and for the difference of two shares, and the p-values that invert them.

Shares are between 0 and 1, bases are numbers of respondents; a share need not be a whole count over its base, because a
published share is known only as printed. Everything takes arrays.

Sources: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212; R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872
(Wilson) and 873-890 (difference, method 10).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
"""Of every interval that is printed."""
EQUIVALENCE_CONFIDENCE = 0.90
"""Of the interval that is set against the margin."""
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


def share_limits(share: float, base: float) -> tuple[float, float]:
    """The limits that are printed beside one share: ``wilson`` at ``CONFIDENCE``."""
    low, high = wilson(share, base, z_of(CONFIDENCE))
    return float(low), float(high)


def newcombe(
    before: ArrayLike, base_before: ArrayLike, after: ArrayLike, base_after: ArrayLike, z: float
) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score interval for ``after - before`` of two independent shares: (low, high)."""
    first, second = np.asarray(before, float), np.asarray(after, float)
    low_first, high_first = wilson(first, base_before, z)
    low_second, high_second = wilson(second, base_after, z)
    difference = second - first
    return (
        difference - np.hypot(second - low_second, high_first - first),
        difference + np.hypot(high_second - second, first - low_first),
    )


def _tail(before: float, base_before: float, after: float, base_after: float, null: float, *, above: bool) -> float:
    """One-sided p-value of "the difference is ``null``" against "above" (or below) it, by inverting ``newcombe``."""
    difference = after - before
    if difference == null:
        return 0.5
    limit = 0 if difference > null else 1

    def distance(z: float) -> float:
        return float(newcombe(before, base_before, after, base_after, z)[limit]) - null

    crossed = (distance(FARTHEST_Z) < 0) != (distance(0.0) < 0)
    z = brentq(distance, 0.0, FARTHEST_Z, xtol=1e-12) if crossed else FARTHEST_Z
    return float(ndtr(-z) if (difference > null) == above else ndtr(z))


def p_of_no_change(before: float, base_before: float, after: float, base_after: float) -> float:
    """Two-sided p-value: one less the confidence at which ``newcombe`` just touches 0."""
    above, below = (_tail(before, base_before, after, base_after, 0.0, above=side) for side in (True, False))
    return min(1.0, 2 * min(above, below))


def p_of_equivalence(before: float, base_before: float, after: float, base_after: float, margin: float) -> float:
    """p-value of two one-sided tests of "the difference is at least ``margin`` in size" (Lakens 2017).

    Below 0.05 exactly when the 90 % interval of ``newcombe`` lies inside (-margin, margin).
    """
    return max(
        _tail(before, base_before, after, base_after, -margin, above=True),
        _tail(before, base_before, after, base_after, margin, above=False),
    )
