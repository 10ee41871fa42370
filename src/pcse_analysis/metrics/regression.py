"""Linear and logistic regression under a design, and the difference of means between groups.

statsmodels fits; the standard errors are those of the design: a coefficient's error is the error of the weighted total
of the respondents' influences on it (D. A. Binder, International Statistical Review 51 (1983) 279-292).
"""

from __future__ import annotations

import warnings
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import DataError, Problem, Problems
from pcse_analysis.metrics.coefficients import (
    Coefficients,
    coefficients_of,
    groups_of,
    refuse_separation,
    root_mean_square,
)
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.linearised import mean

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Kind = Literal["linear", "logistic"]
CONSTANT = "constant"
STEPS = 100
EXACT = 1e-10
"""Residuals below this part of the answers' spread are rounding."""


class Fit(NamedTuple):
    """Coefficients and the influence (respondents fitted x coefficients) on each, weight included."""

    values: Floats
    influence: Floats


def regression(
    answers: ArrayLike, covariates: Covariates, design: Design, *, kind: Kind = "linear", rows: Rows | None = None
) -> Coefficients:
    """The coefficients of a regression of the answers on the covariates, the constant first.

    ``answers`` are numbers, for ``logistic`` 0 and 1 (coefficients are then log odds ratios); missing (NaN): not
    counted, as is who lacks a covariate. ``rows`` limits the base to a domain; the design stays whole.

    Raises:
        DataError: nobody in the base, answers other than 0 and 1 or all alike, covariates that cannot be told apart or
            that tell the answers apart without fail, strata of one cluster, too few clusters.
    """
    y = np.asarray(answers, dtype=float)
    used = ~np.isnan(y) & covariates.known(len(design))
    if rows is not None:
        used &= rows
    _refuse(y[used], kind)
    columns = covariates.matrix(used)
    names = (CONSTANT, *columns.names)
    matrix = np.column_stack([np.ones(int(used.sum())), columns.values])
    found = fit(y[used], matrix, design.weights[used], names, kind)
    return coefficients_of(names, found.values, over_all(found.influence, used), design, used).with_spread()


def over_all(influence: Floats, used: Rows) -> Floats:
    """Influences of the respondents used, with 0 for those that are not."""
    whole = np.zeros((len(used), influence.shape[1]))
    whole[used] = influence
    return whole


def _refuse(y: Floats, kind: Kind) -> None:
    problems = Problems()
    if not len(y):
        problems.add("nobody is in the base: no respondent has an answer and all covariates")
    elif kind == "logistic" and not np.isin(y, (0.0, 1.0)).all():
        count = int((~np.isin(y, (0.0, 1.0))).sum())
        problems.add(f"{count} of {len(y)} answers are neither 0 nor 1, as a logistic regression needs")
    elif y.min() == y.max():
        problems.add(f"all {len(y)} answers are the same: nothing is left to explain")
    problems.raise_as(DataError)


def fit(y: Floats, matrix: Floats, weights: Floats, names: tuple[str, ...], kind: Kind) -> Fit:
    """The weighted fit of complete answers on a matrix whose first column is the constant.

    Raises:
        DataError: the fit does not settle, or a coefficient has no finite value.
    """
    scaled = weights / weights.mean()
    spread = np.concatenate([[1.0], root_mean_square(matrix[:, 1:], weights)])
    unit = matrix / spread
    mu, values = _fitted(y, unit, scaled, kind)
    slope = mu * (1 - mu) if kind == "logistic" else np.ones(len(y))
    if root_mean_square((y - mu)[:, None], weights)[0] < EXACT * root_mean_square(y[:, None], weights)[0]:
        what = "the covariates explain every answer exactly: nothing shows how far off the coefficients are"
        raise DataError([Problem(what=what, to_do="leave a covariate out.")])
    information = unit.T @ ((scaled * slope)[:, None] * unit)
    if kind == "logistic":
        refuse_separation(information / len(y), names)
    influence = np.linalg.solve(information, ((scaled * (y - mu))[:, None] * unit).T).T
    return Fit(values / spread, influence / spread)


def _fitted(y: Floats, unit: Floats, weights: Floats, kind: Kind) -> tuple[Floats, Floats]:
    """Fitted answers and coefficients."""
    # Imported here: it takes a second, and what needs no model (rank tests, tables) shall not wait for it.
    from statsmodels.genmod.families import Binomial, Gaussian
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationError, PerfectSeparationWarning

    family = Binomial() if kind == "logistic" else Gaussian()
    with warnings.catch_warnings():
        # Of a linear regression it only says that residuals are small in their unit; ``fit`` looks at the spread.
        warnings.simplefilter("error" if kind == "logistic" else "ignore", PerfectSeparationWarning)
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            model = GLM(y, unit, family=family, var_weights=weights)
            result = model.fit(maxiter=STEPS, tol=1e-12, tol_criterion="params", rtol=1e-12)
        except (PerfectSeparationWarning, PerfectSeparationError, ConvergenceWarning):
            what = "no finite estimate: the covariates tell the answers apart without fail"
            raise DataError([Problem(what=what, to_do="leave a covariate out, or join groups or options.")]) from None
    return np.asarray(result.fittedvalues), np.asarray(result.params)


def group_means(
    values: ArrayLike, groups: ArrayLike, design: Design, rows: Rows | None = None, *, expected: int | None = None
) -> Coefficients:
    """The weighted mean of values in each group, groups sorted, with the covariance of their errors.

    Missing values and missing groups are not counted. Degrees of freedom are those of a regression on the group. The
    variance of one mean is 0 where its group is of one mind, of all never.

    Raises:
        DataError: fewer than two groups, or not as many as ``expected``; a group of one respondent or one cluster; no
            spread within any group.
    """
    y = np.asarray(values, dtype=float)
    labels = np.asarray(groups, dtype=object)
    used = ~np.isnan(y) & ~pd.isna(labels)
    if rows is not None:
        used &= rows
    names = groups_of(labels, design, used)
    if expected is not None and len(names) != expected:
        raise DataError([Problem(what=f"groups with answers: found {len(names)}, expected {expected}")])
    members = [used & (labels == name) for name in names]
    if all(np.ptp(y[inside]) == 0 for inside in members):
        raise DataError([Problem(what="within each group all values are the same: nothing shows how far off they are")])
    found = [mean(y, design, inside) for inside in members]
    influence = np.column_stack([one.influence for one in found])
    means = np.array([one.value for one in found])
    return coefficients_of([str(name) for name in names], means, influence, design, used)


def difference_of_means(values: ArrayLike, groups: ArrayLike, design: Design, rows: Rows | None = None) -> Coefficients:
    """The weighted mean of the second of two groups (sorted) less that of the first: one coefficient.

    It is the slope of a linear regression on the group. Where the groups are the waves of one design with practices as
    clusters, the covariance of the waves is in its error.

    Raises:
        DataError: as ``group_means``, of two groups.
    """
    means = group_means(values, groups, design, rows, expected=2)
    turn = np.array([[-1.0, 1.0]])
    return Coefficients(
        names=(f"{means.names[1]} less {means.names[0]}",),
        values=turn @ means.values,
        covariance=turn @ means.covariance @ turn.T,
        degrees_of_freedom=means.degrees_of_freedom,
        base=means.base,
    ).with_spread()
