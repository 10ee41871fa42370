"""Weights cut to bounds, the excess shared out over the others."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.errors import DataError, Problem
from pcse_analysis.metrics.design import Calibration, Design

Floats = NDArray[np.float64]
ROUNDING = 1e-12
"""Bounds that miss the sum of the weights by no more than this part of it can be met."""


def trimmed(design: Design, low: float = 0.0, high: float = math.inf, *, strict: bool = False) -> Design:
    """The design with weights between two bounds, their sum unchanged.

    Weights outside are set to the nearer bound. What that takes off, or adds, is shared out in equal parts over the
    weights that were not outside. With ``strict``, what this lifts over a bound is cut in turn and shared out over all
    that have room, until none is outside; without, some may end outside. This is what ``trimWeights`` of R survey 4.1-1
    gives (it was compared, two bounds included), but found at once rather than in rounds.

    A design that was fitted to known totals no longer meets them to the last digit. Its variance takes the ratio of new
    to old weight as belonging to the respondent: an estimate is then the fitted total of the answer times that ratio,
    and the fit explains its part of this. Trimming adds bias for less variance, which no standard error shows: compare
    with the untrimmed estimate. Source: F. J. Potter, Proc. Survey Research Methods, Am. Stat. Assoc. (1990) 225-230.

    Raises:
        DataError: bounds that the sum of the weights cannot be kept within; without ``strict``, no weight is inside.
    """
    weights = design.weights
    cut = np.clip(weights, low, high)
    outside = cut != weights
    if not outside.any():
        return design
    _check(weights, low, high, shared=strict or not outside.all())
    new = cut
    if not outside.all():
        new = np.where(outside, cut, weights + (weights.sum() - cut.sum()) / (~outside).sum())
    if strict:
        new = _levelled(new, low, high, float(weights.sum()))
    fit = design.calibration
    return design.with_weights(new, None if fit is None else _kept(fit, weights / new))


def _check(weights: Floats, low: float, high: float, *, shared: bool) -> None:
    count, total = len(weights), float(weights.sum())
    slack = ROUNDING * total
    bounds = f"{count} weights that sum to {total:,.10g} cannot all be between {low:,.10g} and {high:,.10g}"
    if not low <= high or count * low > total + slack or count * high < total - slack:
        raise DataError([Problem(what=bounds, to_do="set the bounds farther from the mean weight.")])
    if not shared:
        what = f"every weight is below {low:,.10g} or above {high:,.10g}: the excess can be shared with none"
        raise DataError([Problem(what=what, to_do="set the bounds farther apart.")])


def _levelled(weights: Floats, low: float, high: float, total: float) -> Floats:
    """All weights moved by the same amount, none beyond a bound, so that they sum to ``total``."""
    inside = np.clip(weights, low, high)
    left = total - float(inside.sum())
    bound, sign = (high, 1.0) if left > 0 else (low, -1.0)
    room = np.sort(np.abs(bound - inside))
    # With the k smallest rooms filled, the others take an equal part of the rest; the first k for which they can.
    filled = np.concatenate([[0.0], np.cumsum(room[:-1])])
    parts = (abs(left) - filled) / np.arange(len(room), 0, -1)
    fits = np.flatnonzero(parts <= room)
    part = parts[fits[0]] if len(fits) else room[-1]
    levelled: Floats = np.clip(inside + sign * part, low, high)
    return levelled


def _kept(fit: Calibration, ratio: Floats) -> Calibration:
    """The fit, said in terms of the new weights; ``ratio`` is fitted over new weight.

    The residual r - w X (X'DX)^-1 X'D (r / w) of the fitted weights w is that of the new ones v once X is taken times
    w / v and the base weights D times the square of v / w. Respondents of one cell whose ratios differ are parted.
    """
    pairs, cell = np.unique(np.column_stack([fit.cell, ratio]), axis=0, return_inverse=True)
    return Calibration(
        cell=np.asarray(cell, dtype=np.intp).ravel(),
        columns=fit.columns[pairs[:, 0].astype(np.intp)] * pairs[:, 1:],
        base_weights=fit.base_weights / np.square(ratio),
    )
