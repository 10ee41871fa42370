"""Designs in which one share is estimated: who replies with what weights, and how likely each of them fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import Design, make_design
from simulations import strata

Floats = NDArray[np.float64]
FEWEST = 3
"""A sample with fewer replies in a label of a margin, or that the package refuses to rake, is drawn again."""
STRATUM_SHARES = np.array([0.1, 0.2, 0.3, 0.4])
STRATUM_APART = np.array([0.08, 0.03, 0.0, -0.035])
ALIKE_IN_PRACTICE = 0.2
"""The intraclass correlation of individuals of one practice."""


class Sample(NamedTuple):
    """A design, and for a whole share the chance that each respondent fails."""

    design: Design
    chance: Callable[[float], Floats]


def in_strata(base: int, rng: np.random.Generator) -> Sample:
    """As many replies from each of four strata that are not alike in size: weights from 0.4 to 1.6 of the mean."""
    stratum = np.arange(base) % 4
    weights = (STRATUM_SHARES / np.bincount(stratum))[stratum] * strata.PRACTICES

    def chance(share: float) -> Floats:
        found: Floats = share + STRATUM_APART[stratum] * strata.nearness(share)
        return found

    return Sample(make_design(weights, strata=stratum), chance)


def in_practices(base: int, rng: np.random.Generator) -> Sample:
    """Individuals, one to four of a practice; those of one practice go together."""
    practice = np.repeat(np.arange(base), rng.integers(1, 5, base))[:base]
    size = (1 - ALIKE_IN_PRACTICE) / ALIKE_IN_PRACTICE

    def chance(share: float) -> Floats:
        return rng.beta(share * size, (1 - share) * size, base)[practice]

    return Sample(make_design(np.ones(base), clusters=practice), chance)


def raked_to_register(base: int, rng: np.random.Generator) -> Sample:
    """Practices of region x list size that reply unequally, with weights raked to both."""
    rates = strata.RATES[strata.CELL]
    while True:
        practices = rng.choice(len(rates), base, replace=False, p=rates / rates.sum())
        cell = strata.CELL[practices]
        regions, sizes = (np.bincount(of_cell[cell], minlength=of_cell.max() + 1) for of_cell in strata.MARGINS)
        if min(regions.min(), sizes.min()) >= FEWEST:
            with suppress(DataError):
                return Sample(strata.weighted(practices, "raked"), partial(strata.shares, cell=cell))


@dataclass(frozen=True, kw_only=True)
class ShareDesign:
    """A design with its heading, what is said of it, and why its intervals may hold a share too rarely."""

    title: str
    words: str
    cause: str
    make: Callable[[int, np.random.Generator], Sample]


DESIGNS = (
    ShareDesign(
        title="unequal strata",
        words="As many replies from each of four strata that hold 10, 20, 30 and 40 % of the population.",
        cause=(
            "the variance rests on few replies of large weight: where none of these fails, or all do, it comes out too"
            " small and the effective base above the number of replies."
        ),
        make=in_strata,
    ),
    ShareDesign(
        title="individuals of practices",
        words=(
            "Individuals, one to four of a practice, whose answers go together"
            f" (intraclass correlation {ALIKE_IN_PRACTICE})."
        ),
        cause="the variance rests on few practices.",
        make=in_practices,
    ),
    ShareDesign(
        title="raked weights",
        words=(
            "Practices of four regions and three list sizes reply unequally, the readiest cell nearly seven times as"
            " often as the least ready one; weights are raked to both margins."
        ),
        cause=(
            "the base is small for the number of labels: the fit to the margins takes up some of the spread, the"
            " variance comes out too small and the effective base above Kish's, often above the number of replies."
        ),
        make=raked_to_register,
    ),
)
