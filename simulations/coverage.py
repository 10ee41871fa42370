"""How often the 95 % interval of one share holds the true share: a map over shares and bases."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from pcse_analysis.metrics.coded import Coded, coded_estimates
from pcse_analysis.metrics.intervals import CONFIDENCE, wilson, z_of
from pcse_analysis.metrics.share_intervals import share_interval
from simulations.report import Job, Section, error_of, per_cent, table, verdict_on
from simulations.share_designs import DESIGNS, Sample, ShareDesign

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
SHARES = (0.02, 0.05, 0.10, 0.20, 0.30, 0.40, 0.50, 0.60, 0.70, 0.80, 0.90, 0.95, 0.98)
BASES = (30, 50, 75, 100, 150, 281, 500, 748)
MEAN, WORST = (0.945, 0.96), 0.92
DEFAULT, AS_R, AT_MOST_BASE = "the default", "wilson, as in R survey 4.5", "wilson, at most the base"
ANSWERS = 100
"""Sets of answers that are drawn for each sample."""
ABOVE, BELOW = np.array([[0.0], [1.0]]), np.ones((2, 1))


def exact_of_counts(rng: np.random.Generator | None = None) -> Floats:
    """Coverage of Wilson's interval of a count, shares x bases: sums of binomial probabilities, without chance."""
    return _exact(lambda count, n: wilson(count / n, n, z_of(CONFIDENCE)))


def exact_of_samples(rng: np.random.Generator | None = None) -> Floats:
    """Coverage of the default interval in a simple random sample, whose variance is estimated."""

    def limits(count: Floats, n: int) -> tuple[Floats, Floats]:
        share = count / n
        return share_interval(share, share * (1 - share) / (n - 1), n, n, n - 1)

    return _exact(limits)


def _exact(limits: Callable[[Floats, int], tuple[Floats, Floats]]) -> Floats:
    found = np.empty((len(SHARES), len(BASES)))
    for column, n in enumerate(BASES):
        counts = np.arange(n + 1.0)
        low, high = limits(counts, n)
        for row, share in enumerate(SHARES):
            found[row, column] = binom.pmf(counts, n, share) @ ((low <= share) & (share <= high))
    return found


def held(design: ShareDesign, base: int, samples: int, rng: np.random.Generator) -> dict[str, Floats]:
    """By method and for each share, how often the interval held it."""
    counts: dict[str, Floats] = {}
    for _ in range(samples):
        sample = design.make(base, rng)
        for place, share in enumerate(SHARES):
            for method, inside in _held_once(sample, share, rng).items():
                counts.setdefault(method, np.zeros(len(SHARES)))[place] += inside.mean() / samples
    return counts


def _held_once(sample: Sample, share: float, rng: np.random.Generator) -> dict[str, Rows]:
    """Whether each of the intervals of a sample held the share, by method."""
    base = len(sample.design)
    items = [
        Coded(codes=(rng.random(base) < sample.chance(share)).astype(np.int8), above=ABOVE, below=BELOW)
        for _ in range(ANSWERS)
    ]
    found = coded_estimates(items, sample.design, np.zeros(base, dtype=np.intp), 1)
    rest = (found.base, found.kish_base, found.degrees_of_freedom)
    at_least = np.maximum(found.variance, found.value * (1 - found.value) / found.base)
    limits = {
        DEFAULT: share_interval(found.value, found.variance, *rest),
        AS_R: share_interval(found.value, found.variance, *rest, method="wilson"),
        AT_MOST_BASE: share_interval(found.value, at_least, *rest, method="wilson"),
        "logit": share_interval(found.value, found.variance, *rest, method="logit"),
        "beta": share_interval(found.value, found.variance, *rest, method="beta"),
    }
    return {method: (low <= share) & (share <= high) for method, (low, high) in limits.items()}


def map_of(found: Floats) -> str:
    """Coverage as a table of shares x bases, in per cent."""
    rows = [
        [f"{per_cent(share, 0)} %", *(per_cent(value) for value in line)]
        for share, line in zip(SHARES, found, strict=True)
    ]
    return table(["share", *(f"base {base}" for base in BASES)], rows)


def worst_cell(found: Floats) -> tuple[float, str]:
    """The lowest coverage and where it is."""
    row, column = np.unravel_index(found.argmin(), found.shape)
    return float(found.min()), f"{per_cent(SHARES[row], 0)} % of {BASES[column]}"


def kept(found: Floats, surveys: int | None = None) -> str:
    """What is said of a map: its mean and worst cell, and whether these keep their limits. No ``surveys``: exact."""
    mean, (worst, where) = float(found.mean()), worst_cell(found)
    error = error_of(worst, surveys) if surveys else 0.0
    within = error_of(mean, surveys * found.size) if surveys else 0.0
    low, high = MEAN
    on_mean = verdict_on(mean, high, within) if mean > high else verdict_on(mean, low, within, at_most=False)
    said = f" ± {per_cent(error)}" if surveys else ""
    return (
        f"Limits: a mean of 94.5 to 96 %, no cell under 92 %. Mean {per_cent(mean, 2)} %: {on_mean}."
        f" Worst cell {per_cent(worst)} %{said} ({where}): {verdict_on(worst, WORST, error, at_most=False)}."
    )


def _simple(found: list[Floats]) -> str:
    plain, estimated = found
    return "\n\n".join(
        [
            "Sums of binomial probabilities, without any chance. Wilson's interval of a count, with the normal"
            f" quantile, as it is used for published shares. {kept(plain)}",
            map_of(plain),
            "The default interval for replies: Wilson's on the effective base of the estimated variance, but not above"
            f" Kish's base, with Student's quantile. {kept(estimated)}",
            map_of(estimated),
        ]
    )


def _write(design: ShareDesign, surveys: int) -> Callable[[list[dict[str, Floats]]], str]:
    def write(found: list[dict[str, Floats]]) -> str:
        maps = {method: np.column_stack([of_base[method] for of_base in found]) for method in found[0]}
        error = error_of(CONFIDENCE, surveys)
        behind = max(float((maps[AS_R] - maps[DEFAULT]).max()), 0.0)
        no_worse = verdict_on(behind, 0.0, sqrt(2) * error)
        return "\n\n".join(
            [
                f"{design.words} {surveys:,} surveys a cell; the error of a cell is ± {per_cent(error)} or somewhat"
                f" more. {kept(maps[DEFAULT], surveys)}",
                map_of(maps[DEFAULT]),
                "Other intervals on the same surveys. Limit: the default is in no cell worse than R's `wilson` by more"
                f" than Monte Carlo error; at most {per_cent(behind, 2)} points: {no_worse}. `logit` and `beta` are R's"
                " too. With `at most the base` the effective base is kept at or below the number of replies; the"
                f" default keeps it at or below Kish's base.{_why(design, maps)}",
                _methods(maps),
            ]
        )

    return write


def _methods(maps: dict[str, Floats]) -> str:
    rows = []
    for method, values in maps.items():
        worst, where = worst_cell(values)
        under = f"{int((values < WORST).sum())} of {values.size}"
        first = per_cent(values[:, 0].mean())
        rows.append([method, per_cent(values.mean(), 2), f"{per_cent(worst)} ({where})", under, first])
    return table(["interval", "mean, %", "worst cell, %", "cells under 92 %", f"mean at base {BASES[0]}, %"], rows)


def _why(design: ShareDesign, maps: dict[str, Floats]) -> str:
    """Where the coverage of R's interval is low, what it comes from, and what the others make of it."""
    low = maps[AS_R] < WORST
    if not low.any():
        return ""
    as_r, base, ours = (per_cent(maps[method][low].mean()) for method in (AS_R, AT_MOST_BASE, DEFAULT))
    return (
        f" In the {int(low.sum())} cells in which R's `wilson` is under 92 % (on average {as_r} %) {design.cause} With"
        f" at most the base the same cells have {base} %, with the default {ours} %."
    )


def sections(effort: float) -> list[Section]:
    """The sections on the interval of one share; ``effort`` 1 is the full number of surveys."""
    samples = max(round(60 * effort), 2)
    exact: list[Job] = [exact_of_counts, exact_of_samples]
    made = [Section(title="Interval of a share: simple random samples", jobs=exact, write=_simple)]
    for design in DESIGNS:
        jobs: list[Job] = [partial(held, design, base, samples) for base in BASES]
        title = f"Interval of a share: {design.title}"
        made.append(Section(title=title, jobs=jobs, write=_write(design, samples * ANSWERS)))
    return made
