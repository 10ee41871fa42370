"""How often the 95 % interval of a change holds the true change."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.intervals import CONFIDENCE
from simulations.batch import check, draw, estimate
from simulations.populations import OVERLAPS, Bases, bases_of
from simulations.report import Job, Section, error_of, per_cent, table, verdict_on

SHARES = (0.05, 0.10, 0.20, 0.30, 0.50, 0.70, 0.80, 0.90, 0.95)
CHANGES = (0.0, 0.10)
SIZES = ((281, 748), (100, 100), (40, 60))
ALIKE = 0.5
MEAN, WORST = (0.945, 0.97), 0.92
ROUNDING = 1e-12


def shares_of(change: float) -> list[tuple[float, float]]:
    """Earlier and later shares with this change; a rise where there is room, and else a fall."""
    return [(share, share + change if share <= 0.5 else share - change) for share in SHARES]


def held(bases: Bases, change: float, surveys: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """For each share, how often the interval holds the change."""
    found = []
    for before, after in shares_of(change):
        counts = draw(rng, bases, before, after, ALIKE, surveys)
        estimates = estimate(counts, bases)
        check(counts, bases, estimates)
        low, high = estimates.interval(CONFIDENCE)
        true = after - before
        found.append(((low <= true + ROUNDING) & (high >= true - ROUNDING)).mean())
    return np.array(found)


def sections(effort: float) -> list[Section]:
    """The section on the interval of a change; ``effort`` 1 is the full number of surveys."""
    surveys = round(50_000 * effort)
    cells = [(bases_of(*size, overlap), change) for size in SIZES for overlap in OVERLAPS for change in CHANGES]
    jobs: list[Job] = [partial(held, bases, change, surveys) for bases, change in cells]

    def write(found: list[NDArray[np.float64]]) -> str:
        rows = [
            [str(bases), bases.both, f"{100 * change:.0f}", *(per_cent(value) for value in values)]
            for (bases, change), values in zip(cells, found, strict=True)
        ]
        whole = np.array(found)
        mean, worst = float(whole.mean()), float(whole.min())
        columns = ["bases", "in both", "change, points", *(f"{per_cent(share, 0)} %" for share in SHARES)]
        return (
            "Columns are the earlier share; the later one is as large, or ten points nearer to the other end."
            f" {surveys:,}"
            f" surveys a cell, answers alike by {ALIKE}; the error of a cell is ± {per_cent(error_of(0.95, surveys))}."
            f" Limit: no cell under 92 %. Mean {per_cent(mean, 2)} %; worst cell {per_cent(worst)} %:"
            f" {verdict_on(worst, WORST, error_of(worst, surveys), at_most=False)}. Where few practices fail and all"
            " are in"
            " both waves the interval is wider than it need be, as it may never be 0 wide."
            f"\n\n{table(columns, rows)}"
        )

    return [Section(title="Interval of a change", jobs=jobs, write=write)]
