"""How respondents stand for those they were drawn from: weights, strata, clusters, population, margins.

A design knows nothing of answers. Estimates take it together with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import DataError, Problem, Problems

Floats = NDArray[np.float64]
Places = NDArray[np.integer]
Names = Sequence[object] | Places
"""Labels of strata or clusters in their order."""
FEW_NAMED = 5
BLOCK = 1 << 15
"""Respondents that are read at a time: index arrays are widened while they are used, and this keeps that small."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Weights were fitted to known totals: what that explains of an answer adds no sampling error.

    ``cell`` has the place of each respondent's cell of the margins; row ``cell`` of ``columns`` says what it counts
    towards each known total. ``base_weights`` are the weights before the fit.
    """

    cell: Places
    columns: Floats
    base_weights: Floats


@dataclass(frozen=True, kw_only=True)
class Design:
    """One row a respondent: ``weights``, the place of its ``stratum`` and of its cluster ``psu`` (within the stratum).

    ``psus_in`` counts the clusters of each stratum. ``population`` has the clusters of each stratum in the population;
    None leaves the finite population correction out.
    """

    weights: Floats
    stratum: Places
    psu: Places
    psus_in: Places
    population: Floats | None = None
    calibration: Calibration | None = None

    def __len__(self) -> int:
        """The number of respondents."""
        return len(self.weights)

    @property
    def psus(self) -> int:
        """The number of clusters."""
        return int(self.psus_in.sum())

    @property
    def degrees_of_freedom(self) -> int:
        """Clusters less strata."""
        return self.psus - len(self.psus_in)

    @property
    def has_clusters(self) -> bool:
        """Whether any cluster holds more than one respondent."""
        return self.psus < len(self)

    @property
    def factors(self) -> Floats:
        """For each stratum what the squared deviations of its clusters are multiplied by: (1 - n/N) n / (n - 1).

        A stratum of one cluster says nothing of its own spread; its factor is 0, and ``lonely`` names it.
        """
        n = self.psus_in.astype(float)
        sampled = 0.0 if self.population is None else n / self.population
        return np.where(n > 1, (1 - sampled) * n / np.maximum(n - 1, 1), 0.0)

    @property
    def lonely(self) -> Places:
        """Strata of one cluster that is not all of its population."""
        alone = self.psus_in == 1
        return np.flatnonzero(alone if self.population is None else alone & (self.population > 1))

    def with_weights(self, weights: Floats, calibration: Calibration | None = None) -> Design:
        """The same respondents with other weights, and what these were fitted to."""
        return replace(self, weights=check_weights(weights), calibration=calibration)

    def without_correction(self) -> Design:
        """The same design as if drawn from a population without end."""
        return replace(self, population=None)


def kish_base(weights: Floats) -> float:
    """Kish's effective base of some weights: the square of their sum over the sum of their squares.

    Source: L. Kish, Survey Sampling, 1965, section 11.7. 0 for no weights.
    """
    return float(weights.sum() ** 2 / np.square(weights).sum()) if len(weights) else 0.0


def kish_effect(weights: Floats) -> float:
    """Kish's design effect of some weights: respondents over ``kish_base``; 1 where all weights are alike."""
    return len(weights) / kish_base(weights)


def check_weights(weights: ArrayLike) -> Floats:
    """The weights as they are.

    Raises:
        DataError: one is missing, zero, negative or infinite; counts and the first places are named.
    """
    found = np.asarray(weights, dtype=float)
    problems = Problems()
    kinds = {
        "missing": np.isnan(found),
        "zero": found == 0,
        "negative": found < 0,
        "infinite": np.isposinf(found),
    }
    for kind, at in kinds.items():
        if at.any():
            problems.add(
                f"{int(at.sum())} of {len(found)} weights {'is' if at.sum() == 1 else 'are'} {kind}: {_rows(at)}",
                to_do="every reply analysed needs a weight above 0; leave rows out by a rule of the wave's file.",
            )
    problems.raise_as(DataError)
    return found


def _rows(at: NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(at) + 1
    more = ", ..." if len(rows) > FEW_NAMED else ""
    return f"reply {', '.join(map(str, rows[:FEW_NAMED]))}{more}"


def _coded(labels: ArrayLike, kind: str, problems: Problems) -> tuple[Places, Names]:
    given = np.asarray(labels)
    if given.dtype.kind in "iu" and len(given):
        return _numbered(given)
    codes, names = pd.factorize(given, sort=kind == "stratum")
    missing = codes < 0
    if missing.any():
        problems.add(f"{int(missing.sum())} of {len(codes)} replies have no {kind}: {_rows(missing)}")
    return codes.astype(narrow(len(names)), copy=False), list(names)


def narrow(count: int) -> np.dtype[np.signedinteger]:
    """The smallest whole numbers that hold the places of so many, and -1. Widen before adding or multiplying."""
    return np.min_scalar_type(-max(count, 1))


def blocks(count: int) -> Iterator[slice]:
    """The rows of some respondents, a block at a time."""
    return (slice(start, start + BLOCK) for start in range(0, count, BLOCK))


def _numbered(labels: NDArray[np.integer]) -> tuple[Places, Names]:
    """Whole numbers by their place in order. For millions of keys this takes a third of the memory of a hash table."""
    names = np.sort(labels)
    new = np.ones(len(names), dtype=bool)
    np.not_equal(names[1:], names[:-1], out=new[1:])
    names = names[new]
    codes = np.empty(len(labels), dtype=narrow(len(names)))
    for rows in blocks(len(labels)):
        codes[rows] = np.searchsorted(names, labels[rows])
    return codes, names


def make_design(
    weights: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    population: ArrayLike | None = None,
) -> Design:
    """The design of respondents with these weights.

    ``strata`` and ``clusters`` are labels, one a respondent; clusters of the same label in two strata are two.
    ``population`` is, for each respondent, how many clusters its stratum has in the population.

    Raises:
        DataError: weights that are not above 0, labels missing, a population that differs within a stratum or is
            smaller than its sample, no respondents; all such are listed.
    """
    problems = Problems()
    with problems.gathering():
        check_weights(weights)
    values = np.asarray(weights, dtype=float)
    if not len(values):
        problems.add("no reply is left to estimate from")
        problems.raise_as(DataError)
    stratum: Places = np.zeros(len(values), dtype=narrow(1))
    names: Names = ["all"]
    if strata is not None:
        stratum, names = _coded(strata, "stratum", problems)
    psu: Places | None = None
    if clusters is not None:
        psu, _ = _coded(clusters, "cluster", problems)
    problems.raise_as(DataError)
    if psu is None:
        psu, of_psu = np.arange(len(values), dtype=narrow(len(values))), stratum
    else:
        psu, of_psu = _within_strata(psu, stratum)
    psus_in = np.bincount(of_psu, minlength=len(names))
    totals = None
    if population is not None:
        totals = _population(np.asarray(population, dtype=float), stratum, psus_in, names, problems)
    problems.raise_as(DataError)
    return Design(weights=values, stratum=stratum, psu=psu, psus_in=psus_in, population=totals)


def _within_strata(psu: Places, stratum: Places) -> tuple[Places, Places]:
    """The clusters, one of the same label in two strata as two, and the stratum of each."""
    of_psu = np.zeros(int(psu.max()) + 1, dtype=stratum.dtype)
    for rows in blocks(len(psu)):
        of_psu[psu[rows]] = stratum[rows]
    if any((of_psu[psu[rows]] != stratum[rows]).any() for rows in blocks(len(psu))):
        pairs, psu = np.unique(np.multiply(stratum, len(of_psu), dtype=np.intp) + psu, return_inverse=True)
        of_psu = (pairs // len(of_psu)).astype(stratum.dtype)
    return psu, of_psu


def _population(given: Floats, stratum: Places, sampled: Places, names: Names, problems: Problems) -> Floats:
    least, most = np.full(len(names), np.inf), np.full(len(names), -np.inf)
    np.fmin.at(least, stratum, given)
    np.fmax.at(most, stratum, given)
    for place, name in enumerate(names):
        if not np.isfinite(given[stratum == place]).all():
            problems.add(f"stratum '{name}': its population is missing for some replies")
        elif least[place] != most[place]:
            problems.add(f"stratum '{name}': found populations {least[place]:g} and {most[place]:g}, expected one")
        elif most[place] < sampled[place]:
            what = f"stratum '{name}': {sampled[place]} were sampled from a population of {most[place]:g}"
            problems.add(what)
    return most


def refuse_lonely(design: Design, names: list[str] | None = None) -> None:
    """Pass where every stratum has two clusters or is all of its population.

    Raises:
        DataError: a stratum of one cluster; collapse it with another.
    """
    alone = design.lonely
    if len(alone):
        named = ", ".join(names[i] if names else f"number {i + 1}" for i in alone)
        to_do = "join such strata with others that are alike."
        raise DataError([Problem(what=f"strata with one cluster only: {named}", to_do=to_do)])
