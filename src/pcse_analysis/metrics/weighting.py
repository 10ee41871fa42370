"""Weights fitted to known totals of a population: post-stratification, raking and calibration.

Whatever the method, the weights are the given ones times a factor that is the same for all respondents of a cell of the
crossed margins. The fits therefore work on the sums of the weights over cells, for many sets of weights at once: that
is how a fit is done again in every replicate.

Sources: W. E. Deming, F. F. Stephan, Annals of Mathematical Statistics 11 (1940) 427-444 (raking); D. Holt, T. M. F.
Smith, J. R. Stat. Soc. A 142 (1979) 33-46 (post-stratification); J.-C. Deville, C.-E. Sarndal, J. Am. Stat. Assoc. 87
(1992) 376-382 (calibration and its distances; raking is the calibration with distance "raking").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.errors import DataError, Problem, Problems
from pcse_analysis.metrics.design import Calibration, Design
from pcse_analysis.metrics.known_totals import CrossTable, KnownTotals, cross_table

Floats = NDArray[np.float64]
Distance = Literal["linear", "raking"]
Fit = Callable[[Floats, CrossTable], Floats]
"""Takes sums of weights (cells x sets of weights) and gives the factor of each cell in each set."""
CLOSE = 1e-12
"""A fit has converged when no weighted count is off its total by more than this part of the total."""
MOST_ROUNDS = 1000
"""A fit that has not converged after so many rounds does not."""
NO_WEIGHT = 1e-6
"""A weight below this part of the mean weight takes a reply out: such a fit is refused."""
HALVINGS = 40
DEPENDENT = 1e-12
"""An eigenvalue below this part of the largest, the diagonal being 1, says that columns depend on one another."""
FEW_TOLD = 8
JOIN = (
    "join labels that few replies have with others that are alike (a larger 'least'), or fit to fewer margins; totals "
    "that contradict one another in the cells that have replies cannot be met."
)


def post_stratified(design: Design, margin: KnownTotals) -> Design:
    """The design with weights that add up to the known total of each label of one margin, and what they were fitted to.

    w_i = d_i T_c / (sum of d over the respondents of label c), for a respondent i of label c.

    Raises:
        DataError: labels and totals do not go together (see ``cross_table``).
    """
    return fitted(design, cross_table([margin], len(design)), raking)


def raked(design: Design, margins: Sequence[KnownTotals]) -> Design:
    """The design with weights brought to each margin in turn until all hold, and what they were fitted to.

    Converged when every weighted count is its total to ``CLOSE``, within ``MOST_ROUNDS`` rounds over all margins or as
    many steps of Newton's method after them.

    Raises:
        DataError: labels and totals do not go together (see ``cross_table``); no convergence: the farthest label of
            each margin is named with what it came to.
    """
    return fitted(design, cross_table(margins, len(design)), raking)


def calibrated(design: Design, margins: Sequence[KnownTotals], *, distance: Distance = "linear") -> Design:
    """The design with the weights nearest to its own, by a distance, that add up to every known total.

    "linear" is the distance of the general regression estimator: w = d (1 + x'l), solved at once. "raking" gives
    w = d exp(x'l), the weights of ``raked``, by Newton's method, converged as there.

    Raises:
        DataError: as ``raked``; a linear fit that makes weights 0 or negative.
    """
    return fitted(design, cross_table(margins, len(design)), linear if distance == "linear" else exponential)


def fitted(design: Design, table: CrossTable, fit: Fit) -> Design:
    """The design with the weights of one fit. An earlier fit of the design is replaced: only the last is kept to."""
    factors = fit(table.summed(design.weights), table)[:, 0]
    weights = design.weights * factors[table.cell]
    vanished = int((weights < NO_WEIGHT * weights.mean()).sum())
    if vanished:
        what = f"the totals can only be met by giving {vanished} of {len(weights)} replies no weight to speak of"
        raise DataError([Problem(what=what, to_do=JOIN)])
    calibration = Calibration(cell=table.cell, columns=table.columns, base_weights=design.weights)
    return design.with_weights(weights, calibration)


def raking(sums: Floats, table: CrossTable) -> Floats:
    """The factors that iterative proportional fitting gives. One margin needs one round.

    Where ``MOST_ROUNDS`` are not enough, as with totals that nearly contradict one another, Newton's method finds the
    same factors if there are any.

    Raises:
        DataError: no convergence.
    """
    _refuse_empty(sums, table)
    reached = sums
    for _ in range(MOST_ROUNDS):
        before = reached
        for labels in table.slices:
            columns = table.columns[:, labels]
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                reached = reached * (columns @ (table.totals[labels, None] / (columns.T @ reached)))
        if not np.isfinite(reached).all():
            raise _not_converged(before, table)
        if _farthest(reached, table) <= CLOSE:
            return np.divide(reached, sums, out=np.ones_like(sums), where=sums > 0)
    try:
        return exponential(sums, table)
    except DataError:
        raise _not_converged(reached, table) from None


def linear(sums: Floats, table: CrossTable) -> Floats:
    """The factors of the general regression estimator.

    Raises:
        DataError: totals that cannot all be met, or factors of 0 or less.
    """
    _refuse_empty(sums, table)
    factors = np.ones_like(sums)
    for place in range(sums.shape[1]):
        factors[:, place] += table.columns @ _step(sums[:, place], sums[:, place], table)
        # A second step takes off what rounding left of the first; it is 0 otherwise.
        factors[:, place] += table.columns @ _step(sums[:, place], factors[:, place] * sums[:, place], table)
    if _farthest(factors * sums, table) > CLOSE:
        raise _not_converged(factors * sums, table)
    below = int(((factors <= 0) & (sums > 0)).any(axis=1).sum())
    if below:
        what = f"the linear fit needs weights of 0 or less in {below} of {len(factors)} cells"
        raise DataError([Problem(what=what, to_do="take the method 'rake', whose weights stay above 0.")])
    return factors


def exponential(sums: Floats, table: CrossTable) -> Floats:
    """The factors of calibration with the distance "raking", by Newton's method with halved steps.

    Raises:
        DataError: no convergence.
    """
    _refuse_empty(sums, table)
    return np.column_stack([_newton(column, table) for column in sums.T])


def _newton(sums: Floats, table: CrossTable) -> Floats:
    exponent = np.zeros(len(table.columns[0]))

    def loss(at: Floats) -> float:
        with np.errstate(over="ignore"):
            return float(sums @ np.exp(table.columns @ at) - table.totals @ at)

    # Started at the sum of the totals, so that base weights on any scale are as near.
    exponent[table.slices[0]] = np.log(table.totals[table.slices[0]].sum() / sums.sum())
    for _ in range(MOST_ROUNDS):
        factors = np.exp(table.columns @ exponent)
        if _farthest((factors * sums)[:, None], table) <= CLOSE:
            return factors
        step, size, now = _step(factors * sums, factors * sums, table), 1.0, loss(exponent)
        # Near the end the loss no longer tells one step from another: a full step is taken then.
        for _ in range(HALVINGS):
            if loss(exponent + size * step) <= now + 1e-9 * abs(now):
                break
            size /= 2
        exponent = exponent + size * step
    raise _not_converged((np.exp(table.columns @ exponent) * sums)[:, None], table)


def _step(sums: Floats, reached: Floats, table: CrossTable) -> Floats:
    """What solves X'diag(sums) X l = totals - X'reached; the shortest, as the columns of the margins depend."""
    gram = table.columns.T @ (sums[:, None] * table.columns)
    size = np.sqrt(np.diag(gram))
    inverse = np.linalg.pinv(gram / np.outer(size, size), rtol=DEPENDENT, hermitian=True)
    step: Floats = inverse @ ((table.totals - table.columns.T @ reached) / size) / size
    return step


def _farthest(reached: Floats, table: CrossTable) -> float:
    return float(np.abs(table.columns.T @ reached / table.totals[:, None] - 1).max())


def _refuse_empty(sums: Floats, table: CrossTable) -> None:
    """In a replicate a label may have lost all its respondents."""
    empty = (table.columns.T @ sums <= 0).any(axis=1)
    if not empty.any():
        return
    problems = Problems()
    for place in np.flatnonzero(empty)[:FEW_TOLD]:
        margin, label = table.labels[place]
        problems.add(f"margin '{margin}': '{label}' has no reply with a weight in some replicate", to_do=JOIN)
    problems.raise_as(DataError)


def _not_converged(reached: Floats, table: CrossTable) -> DataError:
    worst = int(np.argmax(np.abs(table.columns.T @ reached / table.totals[:, None] - 1).max(axis=0)))
    found = table.columns.T @ reached[:, worst]
    problems = []
    for labels in table.slices:
        off = np.abs(found[labels] / table.totals[labels] - 1)
        place = labels.start + int(np.argmax(off))
        if off.max() > CLOSE:
            margin, label = table.labels[place]
            what = f"margin '{margin}': '{label}' came to {found[place]:,.10g}, expected {table.totals[place]:,.10g}"
            problems.append(Problem(what=f"weights cannot be fitted; {what}", to_do=JOIN))
    return DataError(problems)
