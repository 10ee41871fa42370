"""The test of what the proportional-odds model assumes: that a covariate's slope is the same at every threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import DataError, Problem, Problems
from pcse_analysis.metrics.coefficients import Coefficients, SignificanceTest, coefficients_of
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.proportional_odds import answered
from pcse_analysis.metrics.regression import CONSTANT, fit, over_all

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class ParallelSlopes:
    """The tests that slopes are the same at every threshold, of all covariates together and of each.

    ``of_each`` has the groups of a covariate together. ``slopes`` are those at each threshold, named
    ``covariate at low | high``.
    """

    together: SignificanceTest
    of_each: dict[str, SignificanceTest]
    slopes: Coefficients


def parallel_slopes(
    codes: ArrayLike, options: Sequence[str], covariates: Covariates, design: Design, *, rows: Rows | None = None
) -> ParallelSlopes:
    """Whether one slope a covariate does for all thresholds of an ordered answer (arguments as ``proportional_odds``).

    At each threshold a logistic regression of "answered above it" is fitted; the slopes' covariance over all of them
    comes from the respondents' influences, and an adjusted Wald test asks whether they differ. A small p-value speaks
    against the model. Source: R. Brant, Biometrics 46 (1990) 1171-1178, with the design's covariance for his.

    Raises:
        DataError: as ``proportional_odds``; fewer than three options; slopes without a finite value at a threshold,
            which is named.
    """
    places = np.asarray(codes)
    used = answered(places, options, covariates, design, rows)
    if len(options) < 3:
        raise DataError([Problem(what=f"found {len(options)} options: with one threshold no slopes can differ")])
    columns = covariates.matrix(used)
    matrix = np.column_stack([np.ones(int(used.sum())), columns.values])
    thresholds = [f"{low} | {high}" for low, high in pairwise(options)]
    problems, found = Problems(), []
    for k, threshold in enumerate(thresholds):
        try:
            above = (places[used] > k).astype(float)
            found.append(fit(above, matrix, design.weights[used], (CONSTANT, *columns.names), "logistic"))
        except DataError as error:
            for problem in error.problems:
                problems.add(f"at the threshold '{threshold}': {problem.what}", to_do=problem.to_do)
    problems.raise_as(DataError)
    # Covariate by covariate, within each by threshold; the constant is left out.
    values = np.stack([one.values[1:] for one in found], axis=1).ravel()
    influence = np.stack([one.influence[:, 1:] for one in found], axis=2).reshape(int(used.sum()), -1)
    names = [f"{name} at {threshold}" for name in columns.names for threshold in thresholds]
    slopes = coefficients_of(names, values, over_all(influence, used), design, used, parameters=1).with_spread()
    differ = np.column_stack([-np.ones(len(thresholds) - 1), np.eye(len(thresholds) - 1)])
    each = np.eye(len(columns.names))
    made_from = np.array(columns.covariates)
    return ParallelSlopes(
        together=slopes.tested(np.kron(each, differ).astype(float), adjusted=True),
        of_each={
            covariate: slopes.tested(np.kron(each[made_from == covariate], differ).astype(float), adjusted=True)
            for covariate in dict.fromkeys(columns.covariates)
        },
        slopes=slopes,
    )
