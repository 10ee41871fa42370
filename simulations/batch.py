"""Many simple random samples at once: what ``two_waves.difference`` makes of each, from counts of answers.

Without weights and strata all that the package computes depends on a few counts. So thousands of surveys are worked
out in arrays here, by the package's own functions for intervals; ``check`` takes some of them apart into replies, hands
these to the package and stops the program where one number differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.intervals import newcombe, student
from pcse_analysis.metrics.two_waves import Difference, Side, difference
from simulations.populations import Bases, joint

Floats = NDArray[np.float64]
Counts_ = NDArray[np.integer]
CHECKED = 10
"""Surveys of each batch that the package itself works out."""
TOLERANCE = 1e-10


class Counts(NamedTuple):
    """Practices that fail: of those in both waves in both, in the earlier only, in the later only; then of the others.

    Each an array, one number a survey.
    """

    twice: Counts_
    before_only: Counts_
    after_only: Counts_
    before_alone: Counts_
    after_alone: Counts_

    def of_item(self, item: int) -> Counts:
        """Those of one item of families (surveys x items)."""
        return Counts(*(array[:, item] for array in self))


def draw(rng: np.random.Generator, bases: Bases, before: float, after: float, alike: float, surveys: int) -> Counts:
    """Counts of surveys of practices whose answers are drawn anew each time."""
    matched = rng.multinomial(bases.both, joint(before, after, alike), size=surveys)
    return Counts(
        matched[:, 0],
        matched[:, 1],
        matched[:, 2],
        rng.binomial(bases.before - bases.both, before, surveys),
        rng.binomial(bases.after - bases.both, after, surveys),
    )


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """What the package makes of each survey: the arguments of its intervals, and the standard error of the change."""

    before: Floats
    base_before: Floats
    after: Floats
    base_after: Floats
    correlation: Floats
    standard_error: Floats
    degrees_of_freedom: float

    def of_item(self, item: int) -> Estimates:
        """Those of one item of families (surveys x items)."""
        return Estimates(
            before=self.before[:, item],
            base_before=self.base_before[:, item],
            after=self.after[:, item],
            base_after=self.base_after[:, item],
            correlation=self.correlation[:, item],
            standard_error=self.standard_error[:, item],
            degrees_of_freedom=self.degrees_of_freedom,
        )

    @property
    def change(self) -> Floats:
        """Later less earlier share."""
        return self.after - self.before

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Lower and upper limits of the change."""
        quantile = float(student(self.degrees_of_freedom, confidence))
        return newcombe(self.before, self.base_before, self.after, self.base_after, quantile, self.correlation)

    def found(self, level: float) -> NDArray[np.bool_]:
        """Where the p-value of no change is below a level: where the interval of 1 - level leaves out 0."""
        low, high = self.interval(1 - level)
        return (low > 0) | (high < 0)

    def equivalence_interval(self, confidence: float) -> tuple[Floats, Floats]:
        """What is set against the margin, as ``TwoShares.equivalence_interval``."""
        low, high = self.interval(confidence)
        first, second = (
            self.before * (1 - self.before) / self.base_before,
            self.after * (1 - self.after) / self.base_after,
        )
        variance = np.maximum(first + second - 2 * self.correlation * np.sqrt(first * second), 0.0)
        reach = float(student(self.degrees_of_freedom, confidence)) * np.sqrt(variance)
        return np.minimum(low, self.change - reach), np.maximum(high, self.change + reach)

    def within(self, margin: float, confidence: float) -> NDArray[np.bool_]:
        """Where the interval for equivalence lies inside a margin on both sides of 0."""
        low, high = self.equivalence_interval(confidence)
        return (low > -margin) & (high < margin)


def estimate(counts: Counts, bases: Bases) -> Estimates:
    """The estimates of ``two_waves.difference``, of all surveys at once."""
    n1, n2, n12 = bases
    before = (counts.twice + counts.before_only + counts.before_alone) / n1
    after = (counts.twice + counts.after_only + counts.after_alone) / n2
    practices = n1 + n2 - n12
    factor = practices / (practices - 1)
    first, second = (factor * p * (1 - p) / n for p, n in ((before, n1), (after, n2)))
    none = n12 - counts.twice - counts.before_only - counts.after_only
    together = (
        counts.twice * (1 - before) * (1 - after)
        - counts.before_only * (1 - before) * after
        - counts.after_only * before * (1 - after)
        + none * before * after
    )
    covariance = factor * together / (n1 * n2)
    spread = np.sqrt(first * second)
    seen = spread > 0
    correlation = np.clip(np.where(seen, covariance / np.where(seen, spread, 1.0), 0.0), -1.0, 1.0)
    b1, b2 = (np.where(v > 0, n / factor, float(n)) for v, n in ((first, n1), (second, n2)))
    half_a_pair = np.sqrt(before * (1 - before) * b1) * np.sqrt(after * (1 - after) * b2)
    nearer = np.maximum(correlation - 1 / (2 * np.where(seen, half_a_pair, 1.0)), 0.0)
    return Estimates(
        before=before,
        base_before=b1,
        after=after,
        base_after=b2,
        correlation=np.where((correlation > 0) & seen, nearer, np.minimum(correlation, 0.0)),
        standard_error=np.sqrt(np.maximum(first + second - 2 * covariance, 0.0)),
        degrees_of_freedom=float(max(practices - 1, 1)),
    )


def replies(counts: Counts, bases: Bases, survey: int) -> tuple[Side, Side]:
    """One of the surveys as replies of practices."""
    twice, before_only, after_only, before_alone, after_alone = (int(c[survey]) for c in counts)
    n1, n2, n12 = bases
    matched = np.arange(n12)
    first, second = np.zeros(n1, dtype=bool), np.zeros(n2, dtype=bool)
    first[:n12] = matched < twice + before_only
    second[:n12] = (matched < twice) | ((matched >= twice + before_only) & (matched < twice + before_only + after_only))
    first[n12 : n12 + before_alone] = True
    second[n12 : n12 + after_alone] = True
    keys = np.array([f"P{place}" for place in range(n1 + n2 - n12)], dtype=object)
    return side(keys[:n1], first), side(np.concatenate([keys[:n12], keys[n1:]]), second)


def side(keys: NDArray[np.object_], fails: NDArray[np.bool_]) -> Side:
    """One wave without weights in which everybody answers."""
    everyone = np.ones(len(fails))
    return Side(design=make_design(everyone), keys=keys, base=everyone.astype(bool), fails=fails)


def check(counts: Counts, bases: Bases, estimates: Estimates) -> list[Difference]:
    """What the package itself makes of the first surveys.

    Raises:
        AssertionError: it is not what ``estimates`` has.
    """
    made = []
    for survey in range(min(CHECKED, len(counts.twice))):
        found = difference(*replies(counts, bases, survey))
        assert found is not None
        theirs = [
            found.value,
            found.standard_error,
            *found.shares.interval(0.95),
            *found.shares.equivalence_interval(0.9),
        ]
        ours = [
            estimates.change,
            estimates.standard_error,
            *estimates.interval(0.95),
            *estimates.equivalence_interval(0.9),
        ]
        for one, other in zip(theirs, ours, strict=True):
            assert abs(one - other[survey]) < TOLERANCE, f"survey {survey} of {bases}: {one} is not {other[survey]}"
        made.append(found)
    return made
