"""The proportional-odds model of ordered answers under a design (cumulative logit, or probit).

The model says P(answer at or below option k) = F(threshold k - covariates x slopes): one slope a covariate, the same at
every threshold, above 0 where the covariate goes with higher answers. ``parallel_slopes`` tests that assumption.

Sources: P. McCullagh, J. R. Statist. Soc. B 42 (1980) 109-142; for the standard errors D. A. Binder, International
Statistical Review 51 (1983) 279-292. The likelihood has one maximum (J. W. Pratt, J. Am. Stat. Assoc. 76 (1981)
103-106), which Newton's method finds. statsmodels has the model, but without weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtr, ndtri

from pcse_analysis.errors import DataError, Problem, Problems
from pcse_analysis.metrics.coefficients import Coefficients, coefficients_of, refuse_separation, root_mean_square
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.regression import over_all

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Places = NDArray[np.intp]
Link = Literal["logit", "probit"]
STEPS = 100
LEAST_CHANCE = 1e-250
"""Of an answer; with less, the derivatives overflow."""
SETTLED = 1e-14
"""Newton's decrement of the mean log-likelihood at which one more step is exact to rounding."""


@dataclass(frozen=True, kw_only=True)
class OrderedModel:
    """A fitted model: ``coefficients`` has the slopes, then the thresholds (named ``low | high``).

    ``information`` is that of the weights scaled to a mean of 1: the inverse is the covariance matrix of a simple
    random sample.
    """

    coefficients: Coefficients
    information: Floats
    slopes: int
    link: Link

    @property
    def slope_names(self) -> tuple[str, ...]:
        """The covariates in the order of their slopes."""
        return self.coefficients.names[: self.slopes]

    @property
    def threshold_names(self) -> tuple[str, ...]:
        """The thresholds from low to high."""
        return self.coefficients.names[self.slopes :]


def proportional_odds(
    codes: ArrayLike,
    options: Sequence[str],
    covariates: Covariates,
    design: Design,
    *,
    link: Link = "logit",
    rows: Rows | None = None,
) -> OrderedModel:
    """The model of answers, each a place in ``options`` (low to high; -1: no answer), on covariates.

    Who has no answer or lacks a covariate is not in the base; ``rows`` limits it to a domain. With the logit link the
    exponential of a slope is the odds ratio of a higher answer.

    Raises:
        DataError: nobody in the base, codes that are no option, an option nobody in the base chose, fewer than two
            options, covariates that cannot be told apart or that tell the answers apart without fail, a fit that does
            not settle, strata of one cluster, too few clusters.
    """
    places = np.asarray(codes)
    used = answered(places, options, covariates, design, rows)
    columns = covariates.matrix(used)
    thresholds = tuple(f"{low} | {high}" for low, high in pairwise(options))
    names = (*columns.names, *thresholds)
    weights = design.weights[used] / design.weights[used].mean()
    middle = weights @ columns.values / weights.sum()
    spread = root_mean_square(columns.values, weights)
    model = _Model(places[used].astype(np.intp), (columns.values - middle) / spread, weights, len(options) - 1, link)
    values, at = _maximum(model)
    refuse_separation(at.information / weights.sum(), names)
    influence = np.linalg.solve(at.information, at.scores.T).T
    # Back to the covariates' own units: a slope is divided by the spread, the thresholds take up the middle.
    back = np.eye(len(names))
    back[: len(spread), : len(spread)] = np.diag(1 / spread)
    back[len(spread) :, : len(spread)] = middle / spread
    forth = np.linalg.inv(back)
    found = coefficients_of(names, back @ values, over_all(influence @ back.T, used), design, used).with_spread()
    return OrderedModel(coefficients=found, information=forth.T @ at.information @ forth, slopes=len(spread), link=link)


def answered(
    places: NDArray[np.integer], options: Sequence[str], covariates: Covariates, design: Design, rows: Rows | None
) -> Rows:
    """Who is in the base: an answer, every covariate, in the domain.

    Raises:
        DataError: nobody, codes that are no option, an option nobody chose, fewer than two options.
    """
    problems = Problems()
    if len(places) != len(design):
        problems.add(f"found {len(places)} answers, expected one for each of {len(design)} respondents")
        problems.raise_as(DataError)
    wrong = (places < -1) | (places >= len(options))
    if wrong.any():
        problems.add(f"{int(wrong.sum())} answers are the place of no option, expected 0 to {len(options) - 1}, or -1")
    with problems.gathering():
        known = covariates.known(len(design))
    problems.raise_as(DataError)
    used = (places >= 0) & known
    if rows is not None:
        used &= rows
    if not used.any():
        problems.add("nobody is in the base: no respondent has an answer and all covariates")
    elif len(options) < 2:
        problems.add(f"found {len(options)} option, expected two or more")
    else:
        chosen = np.bincount(places[used], minlength=len(options))
        for place in np.flatnonzero(chosen == 0):
            to_do = "join it with the option beside it."
            problems.add(f"option '{options[int(place)]}': nobody in the base chose it", to_do=to_do)
    problems.raise_as(DataError)
    return used


class _At(NamedTuple):
    """The log-likelihood at some values, each respondent's weighted score, and minus the second derivative."""

    likelihood: float
    scores: Floats
    information: Floats


@dataclass(frozen=True)
class _Model:
    """Answers as places, covariates of mean 0 and spread 1, weights of mean 1. Values: slopes, then thresholds."""

    places: Places
    matrix: Floats
    weights: Floats
    thresholds: int
    link: Link

    def start(self) -> Floats:
        """No slopes, and the thresholds that give the weighted shares."""
        shares = np.bincount(self.places, weights=self.weights) / self.weights.sum()
        below = np.cumsum(shares)[:-1]
        return np.concatenate([np.zeros(self.matrix.shape[1]), logit(below) if self.link == "logit" else ndtri(below)])

    def at(self, values: Floats) -> _At | None:
        """None where the values give somebody's answer no probability."""
        slopes = self.matrix.shape[1]
        ends = np.concatenate([[-np.inf], values[slopes:], [np.inf]])
        eta = self.matrix @ values[:slopes]
        high, low = ends[self.places + 1] - eta, ends[self.places] - eta
        # Above the middle both tails are near 1 and their difference would be lost: take it from the other side.
        other = low > 0
        chance = self._below(np.where(other, -low, high)) - self._below(np.where(other, -high, low))
        if not (chance > LEAST_CHANCE).all():
            return None
        (f_high, g_high), (f_low, g_low) = self._density(high), self._density(low)
        f_high, f_low, g_high, g_low = (part / chance for part in (f_high, f_low, g_high, g_low))
        each = np.column_stack([-(f_high - f_low)[:, None] * self.matrix, *self._by_threshold(f_high, -f_low)])
        weighted = self.weights[:, None] * each
        information = each.T @ weighted - self._curvature(self.weights * g_high, self.weights * g_low)
        return _At(float(self.weights @ np.log(chance)), weighted, information)

    def _by_threshold(self, high: Floats, low: Floats) -> list[Floats]:
        """Columns of the thresholds: ``high`` where one is above the answer, ``low`` where it is below."""
        return [
            np.where(self.places == k, high, 0.0) + np.where(self.places == k + 1, low, 0.0)
            for k in range(self.thresholds)
        ]

    def _curvature(self, high: Floats, low: Floats) -> Floats:
        """The part of the second derivative that comes from the slopes of the density at the two ends."""
        p = self.matrix.shape[1]
        found = np.zeros((p + self.thresholds, p + self.thresholds))
        found[:p, :p] = self.matrix.T @ ((high - low)[:, None] * self.matrix)
        ends = self._by_threshold(high, -low)
        for k, end in enumerate(ends):
            found[p + k, :p] = found[:p, p + k] = -end @ self.matrix
            found[p + k, p + k] = end.sum()
        return found

    def _below(self, at: Floats) -> Floats:
        return np.asarray(expit(at) if self.link == "logit" else ndtr(at))

    def _density(self, at: Floats) -> tuple[Floats, Floats]:
        """The density and its slope; both 0 at the ends of the line."""
        finite = np.where(np.isfinite(at), at, 0.0)
        if self.link == "logit":
            density = expit(finite) * expit(-finite)
            slope = density * (1 - 2 * expit(finite))
        else:
            density = np.exp(-np.square(finite) / 2) / np.sqrt(2 * np.pi)
            slope = -finite * density
        return np.where(np.isfinite(at), density, 0.0), np.where(np.isfinite(at), slope, 0.0)


def _maximum(model: _Model) -> tuple[Floats, _At]:
    """The values of the highest likelihood, by Newton's steps, halved where they overshoot."""
    values = model.start()
    here = model.at(values)
    for _ in range(STEPS):
        if here is None:
            break
        gradient = here.scores.sum(axis=0)
        step = np.linalg.lstsq(here.information, gradient, rcond=None)[0]
        decrement = float(gradient @ step) / model.weights.sum()
        length = 1.0
        there = model.at(values + step)
        while (there is None or there.likelihood < here.likelihood - abs(here.likelihood) * 1e-13) and length > 1e-6:
            length /= 2
            there = model.at(values + length * step)
        values, here = values + length * step, there
        if here is not None and decrement < SETTLED:
            return values, here
    what = f"the proportional-odds model did not settle in {STEPS} steps"
    raise DataError([Problem(what=what, to_do="leave a covariate out, or join options that few chose.")])
