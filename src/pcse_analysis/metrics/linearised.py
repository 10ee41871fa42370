"""Variance of an estimate from the influence of each respondent on it (Taylor linearisation).

Every estimate of a design is a function of weighted totals, so to first order its error is the error of one total: of
the respondents' influences. The variance of a total is estimated from the spread of its clusters within strata.

Sources: C.-E. Sarndal, B. Swensson, J. Wretman, Model Assisted Survey Sampling, 1992, chapters 5 and 6; D. A. Binder,
International Statistical Review 51 (1983) 279-292; for calibrated weights J.-C. Deville and C.-E. Sarndal, J. Am.
Stat. Assoc. 87 (1992) 376-382. The conventions are those of R survey's ``svyrecvar`` with one stage.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.metrics.design import Calibration, Design

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
NOISE = 1e-13
"""A variance below this part of the sum of squares it is the rest of is rounding, not spread."""


class Influence(NamedTuple):
    """A value with the influence of each respondent on it, weight included: their sum is 0 for a mean or ratio."""

    value: float
    influence: Floats


def explained_away(influence: Floats, weights: Floats, calibration: Calibration) -> Floats:
    """What is left of influences (respondents x estimates) after the known totals have explained their part."""
    cells = len(calibration.columns)
    base, columns = calibration.base_weights, calibration.columns
    per_weight = influence / weights[:, None]
    sums = np.empty((cells, influence.shape[1]))
    for column in range(influence.shape[1]):
        sums[:, column] = np.bincount(calibration.cell, weights=base * per_weight[:, column], minlength=cells)
    in_cell = np.bincount(calibration.cell, weights=base, minlength=cells)
    gram = columns.T @ (in_cell[:, None] * columns)
    fitted = columns @ (np.linalg.pinv(gram, hermitian=True) @ (columns.T @ sums))
    left: Floats = influence - weights[:, None] * fitted[calibration.cell]
    return left


def covariance(influence: Floats, design: Design) -> Floats:
    """The covariance matrix of estimates whose influences (respondents x estimates) are given."""
    if design.calibration is not None:
        influence = explained_away(influence, design.weights, design.calibration)
    totals, stratum = psu_totals(influence, design)
    sums = _by(stratum, totals, len(design.psus_in))
    means = sums / np.maximum(design.psus_in, 1)[:, None]
    spread = totals - means[stratum]
    spread *= np.sqrt(design.factors)[stratum][:, None]
    found: Floats = spread.T @ spread
    noise = NOISE * np.square(totals).sum(axis=0)
    return np.where(np.eye(len(found), dtype=bool) & (found < noise), 0.0, found)


def psu_totals(influence: Floats, design: Design) -> tuple[Floats, NDArray[np.integer]]:
    """Influences added up over clusters (clusters x estimates), and the stratum of each cluster."""
    if not design.has_clusters:
        return influence, design.stratum
    stratum = np.zeros(design.psus, dtype=np.intp)
    stratum[design.psu] = design.stratum
    return _by(design.psu, influence, design.psus), stratum


def _by(groups: NDArray[np.integer], values: Floats, count: int) -> Floats:
    """Sums of each column of values over groups."""
    return np.column_stack([np.bincount(groups, weights=column, minlength=count) for column in values.T])


def standard_error(estimate: Influence, design: Design) -> float:
    """The standard error of one estimate."""
    return float(np.sqrt(covariance(estimate.influence[:, None], design)[0, 0]))


def total(values: ArrayLike, design: Design, rows: Rows | None = None) -> Influence:
    """The weighted total of values over some rows (missing: not counted)."""
    y, used = _used(values, rows)
    influence = np.where(used, design.weights * y, 0.0)
    return Influence(float(influence.sum()), influence)


def ratio(above: ArrayLike, below: ArrayLike, design: Design, rows: Rows | None = None) -> Influence:
    """The weighted total of one variable over that of another, over the rows that have both.

    NaN where the lower total is 0.
    """
    y, used = _used(above, rows)
    x, used = _used(below, used)
    y = np.where(used, y, 0.0)
    w = np.where(used, design.weights, 0.0)
    lower = float(w @ x)
    if lower == 0:
        return Influence(float("nan"), np.full(len(w), np.nan))
    value = float(w @ y) / lower
    return Influence(value, w * (y - value * x) / lower)


def mean(values: ArrayLike, design: Design, rows: Rows | None = None) -> Influence:
    """The weighted mean of values over some rows (missing: not counted). NaN where none is left."""
    return ratio(values, np.ones(len(design)), design, rows)


def _used(values: ArrayLike, rows: Rows | None) -> tuple[Floats, Rows]:
    """Values with 0 for those not used, and which are used."""
    y = np.asarray(values, dtype=float)
    used = ~np.isnan(y) if rows is None else rows & ~np.isnan(y)
    return np.where(used, y, 0.0), used


def design_effect(
    values: ArrayLike, design: Design, rows: Rows | None = None, *, with_replacement: bool = True
) -> float:
    """The variance of a mean over that of a simple random sample of as many respondents.

    The sample it is set against is drawn with replacement, or else from a population of as many as the weights sum to.
    The spread is estimated with the weights; NaN where all values are alike. Source: Kish (1965), section 8.2.
    """
    y, used = _used(values, rows)
    found = mean(values, design, rows)
    w = np.where(used, design.weights, 0.0)
    n = int(used.sum())
    spread = float(w @ np.square(y - found.value)) / float(w.sum()) * n / max(n - 1, 1)
    simple = spread / n * (1.0 if with_replacement else 1 - n / float(w.sum()))
    return standard_error(found, design) ** 2 / simple if simple > 0 else float("nan")
