"""Ordered answers of two or more groups compared by order alone: probability of superiority and rank tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from pcse_analysis.errors import DataError, Problem
from pcse_analysis.metrics.coefficients import SignificanceTest, degrees_of_freedom_of, groups_of, two_sided
from pcse_analysis.metrics.design import Design, kish_base, refuse_lonely
from pcse_analysis.metrics.intervals import CONFIDENCE, student
from pcse_analysis.metrics.linearised import Influence, standard_error
from pcse_analysis.metrics.regression import group_means

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Scores = Literal["wilcoxon", "van der waerden", "median"]
SCORES: dict[str, Callable[[Floats], Floats]] = {
    "wilcoxon": lambda ranks: ranks,
    "van der waerden": ndtri,
    "median": lambda ranks: (ranks > 0.5).astype(float),
}
"""What each test makes of a rank between 0 and 1."""


@dataclass(frozen=True, kw_only=True)
class Superiority:
    """The probability that an answer of the second group is higher than one of the first, ties counting half.

    ``value`` is above 0.5 where the second group tends to answer higher (later in the order of the options); whether
    higher is worse lies in the scale. ``groups`` names the two in that order, ``bases`` counts their respondents, and
    ``effective_bases`` are the smaller of Kish's effective base and the number of clusters. ``standard_error`` is 0
    where the answers show no spread of the probability: the interval does not rest on it then.
    """

    value: float
    standard_error: float
    degrees_of_freedom: float
    groups: tuple[str, str]
    bases: tuple[int, int]
    effective_bases: tuple[float, float]

    @property
    def cliffs_delta(self) -> float:
        """Higher less lower: P(second > first) - P(second < first), from -1 to 1 (N. Cliff, 1993)."""
        return 2 * self.value - 1

    @property
    def has_spread(self) -> bool:
        """Whether the interval rests on the design's standard error."""
        return self.standard_error > 0 and 0 < self.value < 1

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """The interval: (low, high), between 0 and 1 and never 0 wide.

        It is symmetric on the logit scale (M. Pohar Perme and D. Manevski, Statistical Methods in Medical Research 28
        (2019) 3755-3768). Where there is no spread, it is Newcombe's method 5 with the effective bases (Statistics in
        Medicine 25 (2006) 559-573).
        """
        z = float(student(self.degrees_of_freedom, confidence))
        if not self.has_spread:
            return self._newcombe(z)
        centre = log(self.value / (1 - self.value))
        half = z * self.standard_error / (self.value * (1 - self.value))
        return _expit(centre - half), _expit(centre + half)

    @property
    def p_value(self) -> float:
        """Two-sided p-value of "neither group tends to answer higher": where the interval just touches 0.5."""
        if self.has_spread:
            off = log(self.value / (1 - self.value)) * self.value * (1 - self.value) / self.standard_error
        else:
            off = (self.value - 0.5) / sqrt(self._variance(0.5))
        return float(two_sided(np.array([off]), self.degrees_of_freedom)[0])

    def _variance(self, truth: float) -> float:
        m, n = self.effective_bases
        others = max((m + n) / 2 - 1, 0.0)
        spread = truth * (1 - truth)
        return spread * (1 + others * ((1 - truth) / (2 - truth) + truth / (1 + truth))) / (m * n)

    def _newcombe(self, z: float) -> tuple[float, float]:
        """The probabilities that lie z of their own standard errors away."""

        def beyond(truth: float) -> float:
            return abs(self.value - truth) - z * sqrt(self._variance(truth))

        low = 0.0 if self.value == 0 else brentq(beyond, 0.0, self.value - 1e-12, xtol=1e-14)
        high = 1.0 if self.value == 1 else brentq(beyond, self.value + 1e-12, 1.0, xtol=1e-14)
        return float(low), float(high)


def _expit(value: float) -> float:
    return 1 / (1 + exp(-value)) if value > 0 else exp(value) / (1 + exp(value))


def middle_ranks(answers: Floats, weights: Floats, of: Floats | None = None) -> Floats:
    """The weighted share of answers below each value, and half the share of those equal to it.

    The values are the answers themselves unless given as ``of``.
    """
    options, place = np.unique(answers, return_inverse=True)
    at = np.bincount(place, weights=weights) / weights.sum()
    below = np.concatenate([[0.0], np.cumsum(at)])
    if of is None:
        return np.asarray((below[:-1] + at / 2)[place])
    left, right = np.searchsorted(options, of, side="left"), np.searchsorted(options, of, side="right")
    return np.asarray((below[left] + below[right]) / 2)


def probability_of_superiority(
    answers: ArrayLike, groups: ArrayLike, design: Design, rows: Rows | None = None
) -> Superiority:
    """The probability that the second of two groups (sorted) answers higher than the first, ties counting half.

    ``answers`` are numbers in the order of the options; missing (NaN): not counted. With waves as groups and practices
    as clusters, practices that answered in both are counted as such. Without weights it is 1 - W / (n1 n2) for R's
    ``wilcox.test(first, second)``, and without strata its standard error is that of E. Brunner and U. Munzel,
    Biometrical Journal 42 (2000) 17-25.

    Raises:
        DataError: other than two groups, a group of one respondent or one cluster, a stratum of one cluster.
    """
    y = np.asarray(answers, dtype=float)
    labels = np.asarray(groups, dtype=object)
    used = ~np.isnan(y) & ~pd.isna(labels)
    if rows is not None:
        used &= rows
    names = groups_of(labels, design, used)
    if len(names) != 2:
        raise DataError([Problem(what=f"groups with answers: found {len(names)}, expected 2")])
    refuse_lonely(design)
    first, second = (used & (labels == name) for name in names)
    found = _superiority(y, first, second, design.weights)
    counted = [int(side.sum()) for side in (first, second)]
    effective = [min(kish_base(design.weights[side]), len(np.unique(design.psu[side]))) for side in (first, second)]
    spread = np.ptp(y[first]) > 0 or np.ptp(y[second]) > 0
    return Superiority(
        value=found.value,
        standard_error=standard_error(found, design) if spread and 0 < found.value < 1 else 0.0,
        degrees_of_freedom=float(max(degrees_of_freedom_of(design, used) - 1, 1)),
        groups=(str(names[0]), str(names[1])),
        bases=(counted[0], counted[1]),
        effective_bases=(effective[0], effective[1]),
    )


def _superiority(y: Floats, first: Rows, second: Rows, weights: Floats) -> Influence:
    """It is linear in the distribution of either group, so a respondent's influence is its rank among the others."""
    one, other = weights[first], weights[second]
    ranks = middle_ranks(y[first], one, of=y[second])
    value = float(other @ ranks / other.sum())
    # Where the groups do not overlap it is 0 or 1 exactly, not but for rounding: there is no spread then.
    if y[first].max() < y[second].min() or y[second].max() < y[first].min():
        return Influence(float(y[first].max() < y[second].min()), np.zeros(len(y)))
    influence = np.zeros(len(y))
    influence[second] = other * (ranks - value) / other.sum()
    influence[first] = one * (1 - middle_ranks(y[second], other, of=y[first]) - value) / one.sum()
    return Influence(value, influence)


def rank_test(
    answers: ArrayLike, groups: ArrayLike, design: Design, rows: Rows | None = None, *, scores: Scores = "wilcoxon"
) -> SignificanceTest:
    """The test that the groups answer alike, from the weighted mean of their rank scores.

    Of two groups the statistic is Student's t, positive where the second (sorted) answers higher; of more it is F (with
    Wilcoxon's scores the test is then Kruskal's and Wallis's). A rank is the estimated share of the population that
    answers lower, and half of those that answer the same. Source: T. Lumley and A. J. Scott, Biometrika 100 (2013)
    831-842.

    Raises:
        DataError: fewer than two groups, a group of one respondent or one cluster, answers (or their scores) that are
            alike within each group, a stratum of one cluster.
    """
    y = np.asarray(answers, dtype=float)
    labels = np.asarray(groups, dtype=object)
    used = ~np.isnan(y) & ~pd.isna(labels)
    if rows is not None:
        used &= rows
    ranks = np.full(len(y), np.nan)
    if used.any():
        ranks[used] = middle_ranks(y[used], design.weights[used])
    return score_test(SCORES[scores](ranks), labels, design, used)


def score_test(scores: Floats, groups: ArrayLike, design: Design, rows: Rows | None = None) -> SignificanceTest:
    """The test that the weighted mean of some scores is the same in all groups: t for two groups, F for more."""
    means = group_means(scores, groups, design, rows)
    contrasts = np.column_stack([-np.ones(len(means.names) - 1), np.eye(len(means.names) - 1)])
    found = means.tested(contrasts)
    if len(means.names) > 2:
        return found
    sign = 1.0 if means.values[1] >= means.values[0] else -1.0
    return SignificanceTest(statistic=sign * sqrt(found.statistic), p_value=found.p_value, df=means.degrees_of_freedom)
