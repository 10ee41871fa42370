"""Coefficients of a fitted model with their covariance: standard errors, intervals and Wald tests.

The covariance is that of ``linearised.covariance``, so it holds for any design; the tests are on the degrees of freedom
that the clusters leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc, fdtrc, ndtr, stdtr

from pcse_analysis.errors import DataError, Problem, Problems
from pcse_analysis.metrics.design import Design, refuse_lonely
from pcse_analysis.metrics.intervals import CONFIDENCE, student
from pcse_analysis.metrics.linearised import covariance

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Keys = NDArray[np.object_]
LEAST_INFORMATION = 1e-8
"""Of a respondent of average weight, about covariates of unit spread; below it a coefficient can grow without end."""


@dataclass(frozen=True, kw_only=True)
class SignificanceTest:
    """A test: its statistic, its degrees of freedom (numerator, denominator; None or without end: none) and p-value."""

    statistic: float
    p_value: float
    df: float
    denominator_df: float | None = None


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """Named coefficients with the covariance matrix of their errors.

    ``base`` counts the respondents they were fitted to. ``degrees_of_freedom`` are the clusters less the strata among
    these, and less the coefficients after the first; without end, intervals and tests are the normal ones.
    """

    names: tuple[str, ...]
    values: Floats
    covariance: Floats
    degrees_of_freedom: float
    base: int

    @property
    def standard_errors(self) -> Floats:
        """The standard error of each coefficient."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def p_values(self) -> Floats:
        """Two-sided p-values of "this coefficient is 0" (Wald)."""
        return two_sided(self.values / self.standard_errors, self.degrees_of_freedom)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
        """The lower and upper Wald limits of each coefficient."""
        half = float(student(self.degrees_of_freedom, confidence)) * self.standard_errors
        return self.values - half, self.values + half

    def with_spread(self) -> Coefficients:
        """The same coefficients.

        Raises:
            DataError: the variance of one is 0, so that its interval would be 0 wide.
        """
        alike = [name for name, variance in zip(self.names, np.diag(self.covariance), strict=True) if not variance > 0]
        what = "'{}': the answers (or a sample of all there are) leave it no spread, so no interval can be given"
        if alike:
            raise DataError([Problem(what=what.format(name)) for name in alike])
        return self

    def place(self, name: str) -> int:
        """Where a coefficient stands."""
        return self.names.index(name)

    def tested(self, contrasts: Floats, *, adjusted: bool = False) -> SignificanceTest:
        """The Wald test that every row of ``contrasts`` times the coefficients is 0.

        ``adjusted``: the F statistic is scaled by (d - q + 1) / d, on d - q + 1 degrees of freedom for q contrasts,
        which allows for the error of the covariance matrix. Source: E. L. Korn and B. I. Graubard, The American
        Statistician 44 (1990) 270-276.

        Raises:
            DataError: the contrasts have no spread, or more of them than the degrees of freedom bear.
        """
        off = contrasts @ self.values
        matrix = contrasts @ self.covariance @ contrasts.T
        q, df = len(off), self.degrees_of_freedom
        spread = np.sqrt(np.diag(matrix))
        if not (spread > 0).all() or np.linalg.matrix_rank(matrix / np.outer(spread, spread), hermitian=True) < q:
            what = (
                f"{q} differences cannot be tested: the answers leave some without spread, or one follows from others"
            )
            raise DataError([Problem(what=what, to_do="join groups or options that few are in.")])
        statistic = float(off @ np.linalg.solve(matrix, off)) / q
        if adjusted and not isinf(df):
            statistic, df = statistic * (df - q + 1) / df, df - q + 1
            if df < 1:
                what = f"{q} differences cannot be tested with {self.degrees_of_freedom:g} degrees of freedom"
                raise DataError([Problem(what=what, to_do="more clusters are needed, or fewer covariates or options.")])
        p_value = float(chdtrc(q, statistic * q) if isinf(df) else fdtrc(q, df, statistic))
        return SignificanceTest(statistic=statistic, p_value=p_value, df=q, denominator_df=df)


def two_sided(statistics: Floats, degrees_of_freedom: float) -> Floats:
    """Two-sided p-values of statistics that are Student's, or normal where the degrees of freedom are without end."""
    far = -np.abs(statistics)
    found: Floats = 2 * (ndtr(far) if isinf(degrees_of_freedom) else stdtr(degrees_of_freedom, far))
    return found


def degrees_of_freedom_of(design: Design, rows: Rows) -> int:
    """Clusters less strata among some of the respondents."""
    return len(np.unique(design.psu[rows])) - len(np.unique(design.stratum[rows]))


def coefficients_of(
    names: Sequence[str],
    values: Floats,
    influence: Floats,
    design: Design,
    rows: Rows,
    *,
    parameters: int | None = None,
) -> Coefficients:
    """Coefficients from the influence (all respondents x coefficients) on each, fitted to some respondents.

    Degrees of freedom are the clusters less the strata among these respondents, and less the model's ``parameters`` (as
    many as coefficients unless given) after the first.

    Raises:
        DataError: a stratum of one cluster, or too few clusters for so many coefficients.
    """
    problems = Problems()
    with problems.gathering():
        refuse_lonely(design)
    taken = len(names) if parameters is None else parameters
    left = degrees_of_freedom_of(design, rows) + 1 - taken
    if left < 1:
        what = f"{taken} coefficients were asked of clusters with {left + taken - 1} degrees of freedom"
        problems.add(what, to_do="more clusters are needed, or fewer coefficients.")
    problems.raise_as(DataError)
    return Coefficients(
        names=tuple(names),
        values=values,
        covariance=covariance(influence, design),
        degrees_of_freedom=float(left),
        base=int(rows.sum()),
    )


def groups_of(labels: Keys, design: Design, rows: Rows) -> list[object]:
    """The groups of some respondents, sorted.

    Raises:
        DataError: fewer than two groups, or one of a single respondent or a single cluster; all are listed.
    """
    problems = Problems()
    names = sorted(pd.unique(labels[rows]), key=_order)
    if len(names) < 2:
        found = "none" if not names else f"'{names[0]}' only"
        problems.add(f"groups with answers: found {found}, expected two or more")
    for name in names:
        inside = rows & (labels == name)
        if inside.sum() == 1:
            problems.add(f"group '{name}': one respondent only, which says nothing of the spread")
        elif len(np.unique(design.psu[inside])) == 1:
            problems.add(f"group '{name}': all its respondents are of one cluster, which says nothing of the spread")
    problems.raise_as(DataError)
    return names


def _order(label: object) -> tuple[bool, object]:
    """Numbers before text, each in its own order."""
    return isinstance(label, str), label


def refuse_separation(information: Floats, names: Sequence[str]) -> None:
    """Pass where the answers hold every coefficient down.

    ``information`` is the mean of a respondent's, about covariates brought to unit spread.

    Raises:
        DataError: the covariates tell some answers apart without fail, so that a coefficient has no finite estimate.
    """
    sizes, directions = np.linalg.eigh(information)
    if np.isfinite(sizes).all() and sizes[0] > LEAST_INFORMATION:
        return
    worst = names[int(np.abs(directions[:, 0]).argmax())]
    what = f"no finite estimate: the covariates tell the answers apart without fail ('{worst}' grows without end)"
    raise DataError([Problem(what=what, to_do="leave that covariate out, or join groups or options.")])


def root_mean_square(values: Floats, weights: Floats) -> Floats:
    """The spread of each column about its weighted mean."""
    means = weights @ values / weights.sum()
    return np.asarray(np.sqrt(weights @ np.square(values - means) / weights.sum()))
