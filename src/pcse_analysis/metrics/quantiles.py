"""Weighted quantiles, the median among them, with an interval, for every domain at once.

The quantile of a share ``p`` is the smallest value at or below which at least ``p`` of the weight lies. Its interval is
Woodruff's: the interval of the share at or below the quantile, read off on the values themselves.

Sources: R. S. Woodruff, J. Am. Stat. Assoc. 47 (1952) 635-646; C.-E. Sarndal, B. Swensson, J. Wretman, Model Assisted
Survey Sampling, 1992, section 5.11. The conventions are those of R survey's ``svyquantile`` (4.1 and later) with
``qrule="math"``, but for limits that the values do not reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import CommandError, DataError, Problem
from pcse_analysis.metrics.coded import Coded, coded_estimates
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.intervals import CONFIDENCE, student
from pcse_analysis.metrics.share_intervals import DEFAULT_METHOD, ShareMethod, share_interval

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
ROUNDING = 1e-12
"""Weight that is missing to a share by less than this part is missing by rounding."""
AT_OR_BELOW = np.array([[1.0], [0.0]])
ALL = np.ones((2, 1))


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """One weighted quantile, in the unit of the values.

    ``low`` or ``high`` is None where the interval is open on that side: the replies are so few, or the quantile so
    extreme, that it may well lie beyond all of them. ``standard_error`` is the width of the interval over twice
    Student's quantile; None where the interval is open, or where values are so coarse that it is one value only.
    ``base`` counts the respondents with a value; where it is 0 everything else is None or 0.
    """

    probability: float
    value: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    confidence: float
    base: int
    weighted_base: float
    degrees_of_freedom: float


def quantiles(
    values: ArrayLike,
    design: Design,
    probability: float = 0.5,
    *,
    domain: Places | None = None,
    domains: int = 1,
    confidence: float = CONFIDENCE,
    method: ShareMethod = DEFAULT_METHOD,
    interval: Callable[..., tuple[Floats, Floats]] = share_interval,
) -> list[Quantile]:
    """The quantile of every domain, in their order.

    ``values`` has one number a respondent (NaN: none). ``domain`` has the place of each respondent's domain, from 0 to
    ``domains`` - 1, or -1 for none; without it all are one. ``method`` is one of ``share_interval``; ``interval`` may
    stand in for that function.

    Raises:
        CommandError: a probability that is not between 0 and 1.
        DataError: a value is infinite.
    """
    if not 0 < probability < 1:
        what = f"found the quantile {probability:g}, expected a number between 0 and 1, such as 0.5 for the median"
        raise CommandError([Problem(what=what)])
    x = np.asarray(values, dtype=float)
    if np.isinf(x).any():
        raise DataError([Problem(what=f"{int(np.isinf(x).sum())} of {len(x)} values are infinite")])
    place = np.zeros(len(x), dtype=np.intp) if domain is None else domain
    place = np.where(np.isnan(x), -1, place)
    sorted_ = [_sorted(x[rows], design.weights[rows]) for rows in _rows_by_domain(place, domains)]
    value = np.array([_read_off(one, probability) if len(one[0]) else np.nan for one in sorted_])
    codes = np.where(place < 0, -1, x > value[place]).astype(np.int8)
    at_or_below = Coded(codes=codes, above=AT_OR_BELOW, below=ALL)
    found = coded_estimates([at_or_below], design, place, domains)

    def limits(share: Floats, variance: Floats) -> tuple[Floats, Floats]:
        bases = (found.base, found.kish_base, found.degrees_of_freedom)
        return interval(share, variance, *bases, confidence=confidence, method=method)

    low, high = limits(found.value, found.variance)
    nothing = np.zeros(domains)
    most_below = limits(nothing, nothing)[1]
    least_below = limits(nothing + 1, nothing)[0]
    half = student(found.degrees_of_freedom, confidence)
    return [
        _quantile(
            sorted_[place],
            (float(low[place]), float(high[place])),
            (bool(most_below[place] >= probability), bool(least_below[place] <= probability)),
            2 * float(half[place]),
            probability=probability,
            confidence=confidence,
            degrees_of_freedom=float(found.degrees_of_freedom[place]),
        )
        for place in range(domains)
    ]


def _rows_by_domain(place: Places, domains: int) -> list[Places]:
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], np.arange(domains + 1))
    return [order[start:end] for start, end in pairwise(ends)]


def _sorted(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Values from small to large, and the weight at or below each."""
    order = np.argsort(values, kind="stable")
    return values[order], np.cumsum(weights[order])


def _read_off(sorted_: tuple[Floats, Floats], share: float) -> float:
    """The smallest value at or below which at least this share of the weight lies."""
    values, weight = sorted_
    wanted = share * weight[-1] * (1 - ROUNDING)
    return float(values[min(int(np.searchsorted(weight, wanted)), len(values) - 1)])


def _quantile(
    sorted_: tuple[Floats, Floats],
    shares: tuple[float, float],
    is_open: tuple[bool, bool],
    quantiles_wide: float,
    *,
    probability: float,
    confidence: float,
    degrees_of_freedom: float,
) -> Quantile:
    """The quantile of one domain.

    A value beyond all replies has a share of 0 (or 1) at or below it. Where the interval of such a share still holds
    the probability, no reply bounds the quantile on that side.
    """
    value = low = high = error = None
    if len(sorted_[0]):
        value = _read_off(sorted_, probability)
        low, high = (None if o else _read_off(sorted_, s) for s, o in zip(shares, is_open, strict=True))
        if low is not None and high is not None and low < high:
            error = (high - low) / quantiles_wide
    return Quantile(
        probability=probability,
        value=value,
        low=low,
        high=high,
        standard_error=error,
        confidence=confidence,
        base=len(sorted_[0]),
        weighted_base=float(sorted_[1][-1]) if len(sorted_[1]) else 0.0,
        degrees_of_freedom=degrees_of_freedom,
    )
