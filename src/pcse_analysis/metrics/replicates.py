"""Variance from replicates: the estimate is made again with many sets of weights, and their spread is its variance.

Sources: J. Shao, D. Tu, The Jackknife and Bootstrap, 1995, chapter 6 (jackknife of clusters within strata); J. N. K.
Rao, C. F. J. Wu, J. Am. Stat. Assoc. 83 (1988) 231-241 and J. N. K. Rao, C. F. J. Wu, K. Yue, Survey Methodology 18
(1992) 209-217 (bootstrap of n - 1 clusters a stratum, as weights). Names and scales are those of R survey's
``as.svrepdesign``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import DataError, Problem
from pcse_analysis.metrics.design import Design, refuse_lonely
from pcse_analysis.metrics.known_totals import CrossTable
from pcse_analysis.metrics.weighting import Fit

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Replicates:
    """Sets of weights (respondents x replicates), and what the squared deviation of each replicate is multiplied by.

    The variance is ``scale`` times the sum over replicates of ``rscales`` times the squared deviation. ``full`` are
    the weights of the sample as it is.
    """

    full: Floats
    weights: Floats
    scale: float
    rscales: Floats
    degrees_of_freedom: int

    def __len__(self) -> int:
        """The number of replicates."""
        return int(self.weights.shape[1])

    def estimates(self, statistic: Callable[[Floats], ArrayLike]) -> tuple[Floats, Floats]:
        """What a function of weights gives for the sample (values) and for the replicates (replicates x values)."""
        full = np.atleast_1d(np.asarray(statistic(self.full), dtype=float))
        return full, np.array([np.atleast_1d(statistic(column)) for column in self.weights.T], dtype=float)


def jackknife(design: Design) -> Replicates:
    """One replicate a cluster: it is left out, and the others of its stratum stand for it.

    Weights of the others are multiplied by n / (n - 1), n being the clusters of the stratum; the squared deviation by
    (n - 1) / n and, where the population is known, by 1 - n / N. With one stratum this is JK1, where these stand in
    ``scale``, otherwise JKn, where they stand in ``rscales``. A stratum that is all of its population has no replicate.

    Raises:
        DataError: a stratum of one cluster that is not all of its population.
    """
    refuse_lonely(design)
    n = design.psus_in.astype(float)
    left = np.ones(len(n)) if design.population is None else 1 - n / design.population
    stratum = _stratum_of_cluster(design)
    dropped = np.flatnonzero(design.psus_in[stratum] > 1)
    factors = np.where(stratum[:, None] == stratum[dropped], (n / np.maximum(n - 1, 1))[stratum[dropped]], 1.0)
    factors[dropped, np.arange(len(dropped))] = 0.0
    each = ((n - 1) / n * left)[stratum[dropped]]
    one = len(n) == 1 and len(dropped) > 0
    return Replicates(
        full=design.weights,
        weights=design.weights[:, None] * factors[design.psu],
        scale=float(each[0]) if one else 1.0,
        rscales=np.ones_like(each) if one else each,
        degrees_of_freedom=design.degrees_of_freedom,
    )


def bootstrap(design: Design, count: int, chance: np.random.Generator) -> Replicates:
    """Replicates of n - 1 clusters drawn with replacement from the n of each stratum.

    A cluster drawn t times has its weight multiplied by 1 - s + s t n / (n - 1), where s is 1 or, with a known
    population, the root of 1 - n / N (Rao and Wu 1988). Squared deviations are multiplied by 1 / (count -
    1), as they are taken around the mean of the replicates. Generators of the same seed give the same replicates.

    Raises:
        DataError: a stratum of one cluster that is not all of its population; fewer than 2 replicates.
    """
    refuse_lonely(design)
    if count < 2:
        what = f"found {count} replicates, expected at least 2"
        raise DataError([Problem(what=what, to_do="take 200 or more: their number is the precision of the error.")])
    stratum = _stratum_of_cluster(design)
    factors = np.ones((design.psus, count))
    for place, n in enumerate(design.psus_in):
        if n < 2:
            continue
        times = chance.multinomial(n - 1, np.full(n, 1 / n), size=count).T
        shrink = 1.0 if design.population is None else float(np.sqrt(1 - n / design.population[place]))
        factors[stratum == place] = 1 - shrink + shrink * times * n / (n - 1)
    return Replicates(
        full=design.weights,
        weights=design.weights[:, None] * factors[design.psu],
        scale=1 / (count - 1),
        rscales=np.ones(count),
        degrees_of_freedom=count - 1,
    )


def refitted(replicates: Replicates, table: CrossTable, fit: Fit) -> Replicates:
    """The replicates with the fit to known totals done again in each, so that its part of the error is in their spread.

    Raises:
        DataError: a label has lost all its replies in a replicate, or a replicate cannot be fitted.
    """
    weights = replicates.weights * fit(table.summed(replicates.weights), table)[table.cell]
    full = replicates.full * fit(table.summed(replicates.full), table)[table.cell, 0]
    return replace(replicates, full=full, weights=weights)


def replicate_covariance(
    per_replicate: Floats, full: ArrayLike, replicates: Replicates, *, around_mean: bool = True
) -> Floats:
    """The covariance matrix of estimates, from their values per replicate (replicates x values) and of the sample.

    Deviations are taken around the mean of the replicates (R's default, ``mse=FALSE``) or around ``full``.

    Raises:
        DataError: a replicate without a value, as where it has none of a domain's respondents.
    """
    values = np.asarray(per_replicate, dtype=float).reshape(len(replicates), np.size(full))
    lost = int((~np.isfinite(values)).any(axis=1).sum())
    if lost:
        what = f"{lost} of {len(replicates)} replicates have no estimate"
        raise DataError([Problem(what=what, to_do="estimate over more respondents, or by linearisation.")])
    centre = np.atleast_1d(np.asarray(full, dtype=float))
    counted = replicates.rscales > 0
    if around_mean and counted.any():
        centre = values[counted].mean(axis=0)
    off = (values - centre) * np.sqrt(replicates.scale * replicates.rscales)[:, None]
    found: Floats = off.T @ off
    return found


def _stratum_of_cluster(design: Design) -> NDArray[np.intp]:
    stratum = np.zeros(design.psus, dtype=np.intp)
    stratum[design.psu] = design.stratum
    return stratum
