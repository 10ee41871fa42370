"""Pairs of waves from made-up practices: how the estimated changes vary, and what their standard errors say."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.two_waves import Difference, Populations, Side, difference
from simulations import strata
from simulations.batch import check, draw, estimate, side
from simulations.populations import PRACTICES, Bases, answers, joint, registers, samples
from simulations.report import error_of, per_cent

Places = NDArray[np.intp]
BEFORE, AFTER = 0.4, 0.3
"""Failing shares of the two waves."""
REAL = (281, 748)
STRATUM_SHARES, STRATUM_BEFORE = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.8, 0.6, 0.35, 0.2375])
"""Strata that differ much in their failing shares, 0.4 on the whole."""
KEYS = np.array([f"P{place:05d}" for place in range(2 * PRACTICES)], dtype=object)
CLOSED_MORE = 0.3
"""Of the practices that close and do not fail, the part that is made to fail: those that close are not like others."""
Outcome = Iterator[tuple[Difference, int]]


class Spread(NamedTuple):
    """One row: what was simulated, how much changes vary, what standard errors say, how often the interval held.

    ``overlap`` is the number of practices in both waves, on average.
    """

    what: str
    bases: str
    overlap: float
    alike: float
    varies: float
    said: float
    held: float
    surveys: int

    @property
    def bias(self) -> float:
        """The mean standard error over what it should be, less 1."""
        return self.said / self.varies - 1

    @property
    def error(self) -> float:
        """The Monte Carlo error of the bias, from that of a standard deviation of a normal variable."""
        return sqrt(1 / (2 * self.surveys))

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        held = f"{per_cent(self.held)} ± {per_cent(error_of(self.held, self.surveys))}"
        bias = f"{100 * self.bias:+.2f} ± {per_cent(self.error, 2)}"
        numbers = (f"{self.varies:.4f}", f"{self.said:.4f}", bias, held)
        return (self.what, self.bases, f"{self.overlap:.0f}", f"{self.alike:.1f}", *numbers)


def anew(bases: Bases, alike: float, surveys: int, rng: np.random.Generator) -> Spread:
    """Practices whose answers are drawn anew for each survey; no correction for the population."""
    counts = draw(rng, bases, BEFORE, AFTER, alike, surveys)
    found = estimate(counts, bases)
    check(counts, bases, found)
    low, high = found.interval(CONFIDENCE)
    held = float(((low <= AFTER - BEFORE) & (high >= AFTER - BEFORE)).mean())
    spread = float(found.change.std(ddof=1)), float(found.standard_error.mean())
    return Spread("anew", str(bases), bases.both, alike, *spread, held, surveys)


def _gathered(what: str, bases: tuple[int, int], alike: float, true: float, surveys: int, outcomes: Outcome) -> Spread:
    changes, errors, both, held = np.empty(surveys), np.empty(surveys), 0, 0
    for run, (found, overlap) in enumerate(outcomes):
        changes[run], errors[run] = found.value, found.standard_error
        both += overlap
        low, high = found.shares.interval(CONFIDENCE)
        held += low <= true <= high
    spread = float(changes.std(ddof=1)), float(errors.mean())
    return Spread(what, f"{bases[0]}, {bases[1]}", both / surveys, alike, *spread, held / surveys, surveys)


def _sides(rows: tuple[Places, Places], fails: NDArray[np.bool_], method: str = "none") -> tuple[Side, Side]:
    first, second = (side(KEYS[places], answered[places]) for places, answered in zip(rows, fails, strict=True))
    if method == "none":
        return first, second
    designs = [strata.weighted(places, method) for places in rows]
    return tuple(  # type: ignore[return-value]
        Side(design=design, keys=one.keys, base=one.base, fails=one.fails)
        for one, design in zip((first, second), designs, strict=True)
    )


def _outcome(
    sides: tuple[Side, Side], rows: tuple[Places, Places], populations: Populations | None
) -> tuple[Difference, int]:
    found = difference(*sides, populations)
    assert found is not None
    return found, len(np.intersect1d(*rows, assume_unique=True))


def fixed(what: str, open_: Populations, bases: Bases, alike: float, surveys: int, rng: np.random.Generator) -> Spread:
    """Samples of practices whose answers stand; the correction for the population is made."""
    register = registers(*open_)
    fails = answers(rng, int(register.after[-1]) + 1, BEFORE, AFTER, alike)
    closing = int(register.both[0])
    fails[0, :closing] |= rng.random(closing) < CLOSED_MORE
    true = float(fails[1, register.after].mean() - fails[0, register.before].mean())

    def outcomes() -> Outcome:
        for _ in range(surveys):
            rows = samples(rng, register, bases)
            yield _outcome(_sides(rows, fails), rows, open_)

    return _gathered(what, (bases.before, bases.after), alike, true, surveys, outcomes())


def weighted_waves(method: str, overlap: float, alike: float, surveys: int, rng: np.random.Generator) -> Spread:
    """Practices of region x list size that reply unequally, weighted to the register in both waves."""

    def outcomes() -> Outcome:
        for _ in range(surveys):
            fails = strata.answers(rng, BEFORE, AFTER, alike)
            rows = strata.who_replies(rng, *REAL, overlap)
            yield _outcome(_sides(rows, fails, method), rows, None)

    return _gathered(method, REAL, alike, AFTER - BEFORE, surveys, outcomes())


def stratified(bases: Bases, alike: float, surveys: int, rng: np.random.Generator) -> Spread:
    """As many practices of each of four strata, fixed beforehand in each wave, with the weights of their strata."""
    of_each = [n // len(STRATUM_SHARES) for n in bases]
    chances = [joint(share, share + AFTER - BEFORE, alike) for share in STRATUM_BEFORE]

    def wave(n: int, both: int, failing: list[NDArray[np.bool_]], name: str) -> Side:
        stratum = np.repeat(np.arange(len(STRATUM_SHARES)), n)
        keys = [f"{h} {place if place < both else f'{name}{place}'}" for h in range(len(failing)) for place in range(n)]
        weights = (STRATUM_SHARES / n)[stratum] * PRACTICES
        labels = np.array([f"stratum {h}" for h in stratum], dtype=object)
        return Side(
            design=make_design(weights, strata=labels),
            keys=np.array(keys, dtype=object),
            base=np.ones(len(keys), dtype=bool),
            fails=np.concatenate(failing),
            stratum=labels,
        )

    def outcomes() -> Outcome:
        n1, n2, both = of_each
        for _ in range(surveys):
            kinds = [rng.choice(4, n1 + n2 - both, p=chance) for chance in chances]
            first = [kind[:n1] <= 1 for kind in kinds]
            later = [np.concatenate([kind[:both], kind[n1:]]) for kind in kinds]
            second = [(kind == 0) | (kind == 2) for kind in later]
            found = difference(wave(n1, both, first, "a"), wave(n2, both, second, "b"))
            assert found is not None
            yield found, both * len(STRATUM_SHARES)

    return _gathered("strata", (bases.before, bases.after), alike, AFTER - BEFORE, surveys, outcomes())
