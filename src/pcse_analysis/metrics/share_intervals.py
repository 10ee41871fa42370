"""Intervals for a weighted share from its variance under the design.

Everything takes arrays of shares: one for each item, option, group and domain. A share's variance is turned into its
effective base, the number of respondents of a simple random sample that would give the same variance; an interval for
a share of that base follows, with Student's quantile because the variance was itself estimated.

Sources: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212; E. L. Korn and B. I. Graubard, Survey Methodology 24
(1998) 193-201; for all four side by side N. Dean and M. Pagano, J. Survey Statistics and Methodology 3 (2015) 484-503.
The definitions are those of R survey's ``svyciprop``: its methods "wilson" (4.5), "logit", "beta" and "mean".
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, expit, logit

from pcse_analysis.errors import CommandError, Problems, not_an_option
from pcse_analysis.metrics.intervals import CONFIDENCE, student, wilson

Floats = NDArray[np.float64]
ShareMethod = Literal["cautious", "wilson", "logit", "beta", "wald"]
METHODS: tuple[ShareMethod, ...] = get_args(ShareMethod)
DEFAULT_METHOD: ShareMethod = "cautious"
ROUNDING = 1e-12
"""A share nearer than this to 0 or 1 is 0 or 1."""


def share_interval(
    share: ArrayLike,
    variance: ArrayLike,
    base: ArrayLike,
    kish_base: ArrayLike,
    df: ArrayLike,
    confidence: float = CONFIDENCE,
    method: ShareMethod = DEFAULT_METHOD,
) -> tuple[Floats, Floats]:
    """Lower and upper limit of shares (0 to 1), each as many as the arguments have together.

    ``variance`` is that of the share under the design, ``base`` the number of respondents, ``kish_base`` Kish's
    effective base of their weights, ``df`` the degrees of freedom of the variance (infinite: the normal quantile).

    - ``cautious``, the default: Wilson's score interval on the smaller of the effective base and ``kish_base``. A
      variance that rests on few replies of large weight can come out far too small; see docs/simulation.md. It takes
      no profit from strata, margins or a finite population.
    - ``wilson``: Wilson's score interval on the effective base ``share (1 - share) / variance``.
    - ``logit``: share -/+ quantile times standard error on the logit scale.
    - ``beta``: Korn and Graubard's. Clopper and Pearson's exact interval on the effective base, this multiplied by the
      square of Student's quantile with ``base - 1`` over that with ``df`` degrees of freedom.
    - ``wald``: share -/+ quantile times standard error, kept between 0 and 1.

    All keep 0 <= low <= share <= high <= 1, and low < high:

    - Where the variance is 0 (all answered alike, or all within each stratum) or missing, it says nothing of what
      another sample would have shown, and ``kish_base`` is the effective base.
    - A share of 0 or 1 has no logit and no standard error: ``logit`` and ``wald`` give the limits of ``wilson``.
    - With less than one degree of freedom (one cluster, or one in each stratum) there was nothing to estimate a
      variance from. The quantile is that of one degree, so wide that the interval claims next to nothing.

    A base of 0 has no share and no interval: both limits are NaN, and whoever shows estimates shows none.

    Raises:
        CommandError: an unknown method, or a confidence that is not between 0 and 1.
    """
    _check(confidence, method)
    p, v, n, kish, freedom = np.broadcast_arrays(
        *(np.asarray(a, float) for a in (share, variance, base, kish_base, df))
    )
    known = (n > 0) & (kish > 0) & np.isfinite(p)
    p = _snapped(np.where(known, p, 0.5))
    made = cautious_base if method == "cautious" else effective_base
    effective = np.where(known, made(p, v, kish), 1.0)
    degrees, place = np.unique(freedom, return_inverse=True)
    quantile = student(degrees, confidence)[place.reshape(freedom.shape)]
    low, high = _wilson(p, effective, quantile)
    inside = (p > 0) & (p < 1)
    if method == "beta":
        most = student(np.maximum(n, 1) - 1, confidence)
        low, high = _clopper_pearson(p, effective * np.square(most / quantile), confidence)
    elif method in ("logit", "wald"):
        limits = (_logit if method == "logit" else _wald)(np.where(inside, p, 0.5), effective, quantile)
        low, high = np.where(inside, limits[0], low), np.where(inside, limits[1], high)
    low, high = np.minimum(low, p), np.maximum(high, p)
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def effective_base(share: ArrayLike, variance: ArrayLike, kish_base: ArrayLike) -> Floats:
    """How many respondents of a simple random sample would give shares these variances: share (1 - share) / variance.

    ``kish_base`` where the variance is 0 or missing, and for a share of 0 or 1.
    """
    p, v, kish = (np.asarray(a, float) for a in (share, variance, kish_base))
    seen = (v > 0) & (p > 0) & (p < 1)
    found: Floats = np.where(seen, p * (1 - p) / np.where(seen, v, 1.0), kish)
    return found


def cautious_base(share: ArrayLike, variance: ArrayLike, kish_base: ArrayLike) -> Floats:
    """The smaller of ``effective_base`` and ``kish_base``: no more than the weights alone leave."""
    found: Floats = np.minimum(effective_base(share, variance, kish_base), np.asarray(kish_base, float))
    return found


def _check(confidence: float, method: str) -> None:
    problems = Problems()
    if method not in METHODS:
        problems.add(not_an_option(method, "a method for the interval of a share", METHODS))
    if not 0 < confidence < 1:
        problems.add(f"found a confidence of {confidence:g}, expected a number between 0 and 1, such as 0.95")
    problems.raise_as(CommandError)


def _snapped(share: Floats) -> Floats:
    """Shares without what rounding left of a difference to 0 and 1."""
    return np.where(share < ROUNDING, 0.0, np.where(share > 1 - ROUNDING, 1.0, share))


def _wilson(share: Floats, base: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    """The score interval depends on base and quantile through base / quantile^2 alone."""
    return wilson(share, base / np.square(quantile), 1.0)


def _logit(share: Floats, base: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    half = quantile / np.sqrt(base * share * (1 - share))
    return expit(logit(share) - half), expit(logit(share) + half)


def _wald(share: Floats, base: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    half = quantile * np.sqrt(share * (1 - share) / base)
    return np.maximum(share - half, 0.0), np.minimum(share + half, 1.0)


def _clopper_pearson(share: Floats, base: Floats, confidence: float) -> tuple[Floats, Floats]:
    """The exact interval with the beta distribution in place of binomial sums, so that counts may be broken."""
    tail = (1 - confidence) / 2
    yes, no = base * share, base * (1 - share)
    low = betaincinv(np.where(yes > 0, yes, 1.0), no + 1, tail)
    high = betaincinv(yes + 1, np.where(no > 0, no, 1.0), 1 - tail)
    return np.where(yes > 0, low, 0.0), np.where(no > 0, high, 1.0)
