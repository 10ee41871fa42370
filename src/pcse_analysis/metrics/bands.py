"""Answers that are bands of a number, such as days of delay: what they say of a standard, and of the median.

A band is never given a number of its own. Where the standard lies inside a band, those who chose it may be above or
not: then a lowest and a highest share are possible, and both are shown.

Sources: C. F. Manski, Partial Identification of Probability Distributions, 2003, chapter 1 (bounds); J. L. Horowitz and
C. F. Manski, J. Am. Stat. Assoc. 95 (2000) 77-84 (an interval that covers both bounds).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.types import Scale
from pcse_analysis.errors import CatalogueError, Problem, Problems
from pcse_analysis.metrics.coded import Coded, coded_estimates
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.quantiles import quantiles
from pcse_analysis.metrics.share_intervals import DEFAULT_METHOD, ShareMethod, share_interval

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Codes = NDArray[np.integer]


@dataclass(frozen=True, kw_only=True)
class ShareAbove:
    """The share above a standard, as far as the bands tell.

    ``lowest`` is the share in bands wholly above, ``highest`` adds the bands that hold the standard. ``low`` is the
    lower limit of the lowest, ``high`` the upper limit of the highest: an interval for the true share, wherever
    between the bounds it lies. ``exact`` says that no band holds the standard, so that both shares are the same.
    All are None where ``base``, the respondents who named a band, is 0.
    """

    standard: float
    unit: str
    exact: bool
    lowest: float | None
    highest: float | None
    low: float | None
    high: float | None
    confidence: float
    method: ShareMethod
    base: int
    weighted_base: float


@dataclass(frozen=True, kw_only=True)
class MedianBand:
    """Between which numbers the weighted median lies: ``lower`` and ``upper`` end of its band, both included.

    ``upper`` is None where the band has no upper end. ``low`` and ``high`` are the limits of the interval, ends of
    bands too; None where it is open on that side. ``options`` are the bands that the median may be in, one unless
    bands overlap. All are None or empty where ``base`` is 0.
    """

    unit: str
    options: tuple[str, ...]
    lower: float | None
    upper: float | None
    low: float | None
    high: float | None
    confidence: float
    method: ShareMethod
    base: int
    weighted_base: float


def banded(codes: Codes, scale: Scale, standard: float) -> Coded:
    """The item with two targets: the share in bands wholly above a standard, and that not wholly at or below it.

    ``codes`` has the place of each answer among the options of the scale, -1 for none. The base are those who named a
    band; options that are no opinion are not in it.

    Raises:
        CatalogueError: an option that is an opinion has no band.
    """
    lower, upper = _ends(scale)
    in_base = ~np.isnan(lower)
    surely = in_base & (lower > standard)
    perhaps = in_base & (upper > standard)
    above = np.column_stack([surely, perhaps]).astype(float)
    below = np.column_stack([in_base, in_base]).astype(float)
    return Coded(codes=codes, above=above, below=below)


def share_above(
    codes: Codes,
    scale: Scale,
    standard: float,
    design: Design,
    *,
    domain: Places | None = None,
    domains: int = 1,
    confidence: float = CONFIDENCE,
    method: ShareMethod = DEFAULT_METHOD,
) -> list[ShareAbove]:
    """The share above a standard (such as 14 days: more than 14) in every domain, in their order.

    ``codes`` has the place of each answer among the options of the scale, -1 for none; ``domain`` the place of each
    respondent's domain, from 0 to ``domains`` - 1, or -1 for none. Without it all are one. Shares are between 0 and 1.

    Raises:
        CatalogueError: an option that is an opinion has no band.
    """
    item = banded(codes, scale, standard)
    place = np.zeros(len(codes), dtype=np.intp) if domain is None else domain
    found = coded_estimates([item], design, place, domains)
    value = found.of_item(0, found.value)
    base = found.of_item(0, found.base)
    bases = (found.base, found.kish_base, found.degrees_of_freedom)
    low, high = (
        found.of_item(0, limits)
        for limits in share_interval(found.value, found.variance, *bases, confidence=confidence, method=method)
    )
    blank = ShareAbove(
        standard=standard,
        unit=scale.unit,
        exact=bool((item.above[:, 0] == item.above[:, 1]).all()),
        lowest=None,
        highest=None,
        low=None,
        high=None,
        confidence=confidence,
        method=method,
        base=0,
        weighted_base=0.0,
    )
    return [
        replace(
            blank,
            lowest=float(value[place, 0]),
            highest=float(value[place, 1]),
            low=float(low[place, 0]),
            high=float(high[place, 1]),
            base=int(base[place, 0]),
            weighted_base=float(found.of_item(0, found.weighted_base)[place, 0]),
        )
        if base[place, 0]
        else blank
        for place in range(domains)
    ]


def median_band(
    codes: Codes,
    scale: Scale,
    design: Design,
    *,
    domain: Places | None = None,
    domains: int = 1,
    confidence: float = CONFIDENCE,
    method: ShareMethod = DEFAULT_METHOD,
) -> list[MedianBand]:
    """The band of the weighted median in every domain, in their order; arguments as for ``share_above``.

    The median is at least the median of the lower ends of the bands chosen and at most that of the upper ends. The
    limits are those of Woodruff's intervals of these two.

    Raises:
        CatalogueError: an option that is an opinion has no band.
    """
    lower, upper = _ends(scale)
    ends = np.unique(np.concatenate([lower, upper])[~np.isnan(np.concatenate([lower, upper]))])
    found = [
        # Ranks stand for the ends, because an open end is infinite and has no place among numbers.
        quantiles(
            np.append(np.where(np.isnan(side), np.nan, np.searchsorted(ends, side)), np.nan)[codes],
            design,
            domain=domain,
            domains=domains,
            confidence=confidence,
            method=method,
        )
        for side in (lower, upper)
    ]

    def end(rank: float | None) -> float | None:
        return None if rank is None or ends[int(rank)] == inf else float(ends[int(rank)])

    return [
        MedianBand(
            unit=scale.unit,
            options=_between(scale, end(least.value), end(most.value)) if least.base else (),
            lower=end(least.value),
            upper=end(most.value),
            low=end(least.low),
            high=end(most.high),
            confidence=confidence,
            method=method,
            base=least.base,
            weighted_base=least.weighted_base,
        )
        for least, most in zip(*found, strict=True)
    ]


def _between(scale: Scale, lower: float | None, upper: float | None) -> tuple[str, ...]:
    """The bands that hold any number from the lower to the upper end."""
    least, most = -inf if lower is None else lower, inf if upper is None else upper
    return tuple(
        option
        for option in scale.options
        if option in scale.bands
        and option not in scale.not_an_opinion
        and scale.bands[option][0] <= most
        and _open(scale.bands[option][1]) >= least
    )


def _open(end: float | None) -> float:
    return inf if end is None else end


def _ends(scale: Scale) -> tuple[Floats, Floats]:
    """Lower and upper end of each option's band, infinite where open, NaN for an option that is no opinion."""
    if not scale.bands:
        raise CatalogueError([Problem(what=f"scale '{scale.id}' has no bands")])
    problems = Problems()
    lower, upper = np.full(len(scale.options), np.nan), np.full(len(scale.options), np.nan)
    for place, option in enumerate(scale.options):
        if option in scale.not_an_opinion:
            continue
        if option in scale.bands:
            lower[place], upper[place] = scale.bands[option][0], _open(scale.bands[option][1])
            continue
        problems.add(
            f"scale '{scale.id}': option '{option}' has no band, so nobody knows whether it is above a standard",
            to_do="give it one under 'bands', or name it under 'dont_know' or another of the options without opinion.",
        )
    problems.raise_as(CatalogueError)
    return lower, upper
