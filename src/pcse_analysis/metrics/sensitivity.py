"""How far an assumption would have to be wrong before a change of two published shares says something else."""

from __future__ import annotations

from typing import NamedTuple

from scipy.optimize import brentq

from pcse_analysis.metrics.intervals import TwoShares, newcombe

SMALLEST_FRACTION = 1e-9


class BaseTipping(NamedTuple):
    """The bases at which the interval touches a value: earlier alone, later alone, and both by one fraction.

    None where shrinking never makes it touch, or where it holds the value already.
    """

    before: float | None
    after: float | None
    both: float | None


def base_tipping(
    before: float, base_before: float, after: float, base_after: float, null: float, z: float
) -> BaseTipping:
    """How small the true bases would have to be for the interval of the change to touch ``null``."""
    limit = 1 if after - before < null else 0

    def fraction(shrink_before: bool, shrink_after: bool) -> float | None:
        def distance(f: float) -> float:
            first = base_before * (f if shrink_before else 1)
            second = base_after * (f if shrink_after else 1)
            return float(newcombe(before, first, after, second, z)[limit]) - null

        if distance(1.0) * distance(SMALLEST_FRACTION) >= 0:
            return None
        return float(brentq(distance, SMALLEST_FRACTION, 1.0, xtol=1e-14))

    alone_before, alone_after = fraction(True, False), fraction(False, True)
    return BaseTipping(
        before=None if alone_before is None else alone_before * base_before,
        after=None if alone_after is None else alone_after * base_after,
        both=fraction(True, True),
    )


def tipping_nonresponse(change: float, response_rate_after: float) -> float | None:
    """Points by which later non-respondents must exceed respondents for the change over everybody to be 0.

    The earlier wave's non-respondents are taken to be like its respondents. The later share over everybody is
    ``after + (1 - response_rate) * excess``; setting the change to 0 gives ``excess = -change / (1 - response_rate)``.
    None where everybody replied.
    """
    return None if response_rate_after >= 1 else -change / (1 - response_rate_after)


def detectable_margin(share: float, base_before: float, base_after: float, confidence: float) -> float:
    """The smallest margin these bases could have shown: how far the equivalence interval of two like shares reaches."""
    alike = TwoShares(before=share, base_before=base_before, after=share, base_after=base_after)
    low, high = alike.equivalence_interval(confidence)
    return float(max(-low, high))
