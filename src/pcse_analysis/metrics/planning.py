"""How large a change the next wave could show: for planning its number of replies.

It asks of the tests of ``two_waves`` themselves, by formula, what data they would have to see and how likely such data
are. ``make simulate`` sets the answers against simulated surveys: see docs/simulation.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite, sqrt

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from pcse_analysis.errors import CommandError, Problems
from pcse_analysis.metrics.intervals import CONFIDENCE, TwoShares, continuity_corrected

POWER = 0.80
LEAST_POWER = 0.5
"""Nobody plans for less, and below it the formula would have to look from the other side."""
NEAR = 1e-9
"""How near to 0 and 1 a share is tried."""


@dataclass(frozen=True, kw_only=True)
class DetectableChange:
    """What two waves can show, as shares of 0 to 1: with a chance of ``power``, at this ``confidence``.

    ``fall`` and ``rise`` are the sizes of the smallest true changes that would be found; None where even a change to 0
    or to 1 would not be. ``margin`` is the smallest margin for which two waves without any change would show
    `no material change`; None where no margin is wide enough. ``correlation`` is that of the errors of the two shares
    were they alike.
    """

    fall: float | None
    rise: float | None
    margin: float | None
    effective_base_before: float
    effective_base_after: float
    correlation: float
    confidence: float
    power: float


def detectable_change(
    *,
    base_before: float,
    base_after: float,
    share: float,
    in_both: float = 0,
    alike: float = 0.0,
    design_effect: float = 1.0,
    confidence: float = CONFIDENCE,
    power: float = POWER,
) -> DetectableChange:
    """The smallest change, and the smallest margin, that two waves of these bases can show.

    ``share`` is the earlier share that is expected, between 0 and 1, and with no change also the later one. ``in_both``
    counts those who answer both waves, and ``alike`` is the correlation of their two answers (0: as strangers, 1: all
    answer as before). ``design_effect`` says by how much weights and clusters multiply the variance of a share; the
    bases are divided by it. Equivalence is tested at 1 - 2 (1 - ``confidence``). In a family of k comparisons, a
    confidence of 1 - 0.05 / k is the most that Holm's method can ask of one.

    A change is found where the interval of ``two_waves`` leaves out 0. Let sd be the standard error of the difference d
    at the true shares, and z the normal quantile of ``power``: then the change sought is the one for which the interval
    just touches 0 at the likeliest data whose difference lies z sd nearer to 0 than the true one. The two quantiles
    come in as in J. L. Fleiss, B. Levin, M. C. Paik, Statistical Methods for Rates and Proportions, 3rd ed. 2003,
    chapter 4, and for equivalence as in S.-C. Chow, J. Shao, H. Wang, Sample Size Calculations in Clinical Research,
    2nd ed. 2008, section 4.2.

    Raises:
        CommandError: a base below 1, more in both waves than a base holds, a share, correlation, design effect,
            confidence or power that cannot be; all such are listed.
    """
    _check(base_before, base_after, share, in_both, alike, design_effect, confidence, power)
    plan = _Plan(
        share=share,
        bases=(base_before / design_effect, base_after / design_effect),
        overlap=in_both / sqrt(base_before * base_after),
        alike=alike,
        degrees_of_freedom=max(base_before + base_after - in_both - 1, 1.0),
        z=float(ndtri(power)),
    )
    return DetectableChange(
        fall=plan.smallest_change(-1, confidence),
        rise=plan.smallest_change(1, confidence),
        margin=plan.smallest_margin(2 * confidence - 1, power),
        effective_base_before=plan.bases[0],
        effective_base_after=plan.bases[1],
        correlation=alike * plan.overlap,
        confidence=confidence,
        power=power,
    )


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """Two waves to come: the earlier share, effective bases, and how the errors of the two shares go together."""

    share: float
    bases: tuple[float, float]
    overlap: float
    alike: float
    degrees_of_freedom: float
    z: float

    def truth(self, change: float) -> _Truth:
        return _Truth(plan=self, before=self.share, after=min(max(self.share + change, NEAR), 1 - NEAR))

    def smallest_change(self, sign: int, confidence: float) -> float | None:
        """The size of the smallest change in one direction that is found."""

        def beyond(size: float) -> float:
            truth = self.truth(sign * size)
            low, high = truth.seen(truth.change - sign * self.z * truth.sd).interval(confidence)
            return low if sign > 0 else -high

        most = 1 - self.share if sign > 0 else self.share
        return _root(beyond, NEAR, most) if beyond(most) > 0 else None

    def smallest_margin(self, confidence: float, power: float) -> float | None:
        """The smallest margin within which the interval of two like shares lies."""
        truth = self.truth(0.0)

        def limit(side: int, difference: float) -> float:
            return truth.seen(difference).equivalence_interval(confidence)[side]

        def chance(margin: float) -> float:
            """Of a difference whose interval lies inside the margin."""
            if limit(1, 0.0) >= margin or limit(0, 0.0) <= -margin:
                return 0.0
            most = _root(lambda d: limit(1, d) - margin, 0.0, 1.0)
            least = _root(lambda d: limit(0, d) + margin, -1.0, 0.0)
            return float(ndtr(most / truth.sd) - ndtr(least / truth.sd))

        return _root(lambda margin: chance(margin) - power, 0.0, 1.0) if chance(1.0) > power else None


@dataclass(frozen=True, kw_only=True)
class _Truth:
    """Two true shares, and the data they make likely."""

    plan: _Plan
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @cached_property
    def correlation(self) -> float:
        """Of the errors of the two shares. Answers of differing shares cannot be wholly alike."""
        odds = sqrt(self.before / (1 - self.before)), sqrt(self.after / (1 - self.after))
        most = min(odds) / max(odds)
        least = -min(odds[0] * odds[1], 1 / (odds[0] * odds[1]))
        return min(max(self.plan.alike, least), most) * self.plan.overlap

    @cached_property
    def variances(self) -> tuple[float, float, float]:
        """Of the earlier share, of the later share, and their covariance."""
        first, second = (p * (1 - p) / base for p, base in zip((self.before, self.after), self.plan.bases, strict=True))
        return first, second, self.correlation * sqrt(first * second)

    @property
    def sd(self) -> float:
        """The standard error of the difference."""
        first, second, both = self.variances
        return sqrt(max(first + second - 2 * both, NEAR**2))

    def seen(self, difference: float) -> TwoShares:
        """The likeliest two shares with some difference, as they would be tested."""
        first, _, both = self.variances
        before = self.before + (both - first) / self.sd**2 * (difference - self.change)
        before = min(max(before, 0.0, -difference), 1.0, 1.0 - difference)
        shares = before, min(max(before + difference, 0.0), 1.0)
        return TwoShares(
            before=shares[0],
            base_before=self.plan.bases[0],
            after=shares[1],
            base_after=self.plan.bases[1],
            correlation=continuity_corrected(self.correlation, shares, self.plan.bases),
            degrees_of_freedom=self.plan.degrees_of_freedom,
        )


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    return float(brentq(function, low, high, xtol=1e-10))


def _check(
    base_before: float,
    base_after: float,
    share: float,
    in_both: float,
    alike: float,
    design_effect: float,
    confidence: float,
    power: float,
) -> None:
    problems = Problems()
    bases = {"base_before": base_before, "base_after": base_after}
    for name, base in bases.items():
        if not (isfinite(base) and base >= 1):
            problems.add(f"{name}: found {base:g}, expected a number of replies, 1 or more")
    if not (isfinite(in_both) and in_both >= 0):
        problems.add(f"in_both: found {in_both:g}, expected a number of those who answer both waves, 0 or more")
    for name, base in bases.items():
        if base >= 1 and in_both > base:
            problems.add(f"in_both: found {in_both:g}, which is more than all replies of a wave ({name}, {base:g})")
    within = [
        ("share", share, 0 < share < 1, "a share above 0 and below 1, such as 0.3 for 30 %"),
        ("alike", alike, -1 <= alike <= 1, "a correlation from -1 to 1"),
        (
            "design_effect",
            design_effect,
            0 < design_effect <= min([base for base in bases.values() if base >= 1], default=inf),
            "a number above 0 that leaves an effective base of 1 or more",
        ),
        ("confidence", confidence, 0.5 < confidence < 1, "a number above 0.5 and below 1, such as 0.95"),
        ("power", power, LEAST_POWER <= power < 1, "a chance from 0.5 to below 1, such as 0.8"),
    ]
    for name, value, fits, expected in within:
        if not fits:
            problems.add(f"{name}: found {value:g}, expected {expected}")
    problems.raise_as(CommandError)
