"""The chance of each verdict at the real sizes of the survey, and whether ``detectable_change`` says it right."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from pcse_analysis.metrics.planning import POWER, DetectableChange, detectable_change
from simulations.populations import OVERLAPS, Bases, bases_of
from simulations.report import Job, Section, error_of, per_cent, table
from simulations.verdicts import HEADLINES, MARGIN, Chances, chances

REAL = (281, 748)
CHANGES = (0.0, 0.025, 0.05, 0.075, 0.10, 0.15, 0.20)
DIRECTIONS = ((0.30, 1), (0.50, 1), (0.81, -1))
"""The earlier share, and whether the later one is larger or smaller."""
ALIKE = 0.5
PLANNED = (REAL, (748, 748), (100, 100))
PLANNED_SHARES = (0.10, 0.30, 0.50, 0.81)
NO_MARGIN = 1e-6
"""A margin in which nothing lies: whatever is found is then said."""
NEAR = {748: 0.015, 100: 0.025}
"""By how much the power may miss: counts are whole, so it moves in steps; by the later base."""


def sections(effort: float) -> list[Section]:
    """The two sections on power; ``effort`` 1 is the full number of surveys."""
    return [_verdicts(round(50_000 * effort)), _planning(round(50_000 * effort))]


def _verdicts(surveys: int) -> Section:
    cells = [
        (bases_of(*REAL, overlap), share, sign * change)
        for share, sign in DIRECTIONS
        for overlap in (0.0, 0.35, 1.0)
        for change in CHANGES
    ]
    jobs: list[Job] = [partial(chances, bases, s, s + change, ALIKE, surveys) for bases, s, change in cells]

    def write(found: list[Chances]) -> str:
        rows = [
            [
                f"{per_cent(share, 0)} %",
                bases.both,
                f"{100 * change:+.1f}" if change else "0",
                *(
                    per_cent(v)
                    for v in (one.improved, one.deteriorated, one.no_material_change, one.unclear, one.hardest)
                ),
            ]
            for (bases, share, change), one in zip(cells, found, strict=True)
        ]
        columns = [
            "earlier share", "in both", "true change, points",
            "improved, %", "deteriorated, %", "no material change, %", "unclear, %",
            f"found as hardest of {len(HEADLINES)}, %",
        ]  # fmt: skip
        return (
            f"281 replies of the earlier and 748 of the later wave, a margin of {100 * MARGIN:.0f} points, one"
            f" comparison judged alone, {surveys:,} surveys a row, answers alike by {ALIKE}; errors are at most"
            f" ± {per_cent(error_of(0.5, surveys))}. The last column is the chance of `improved` or `deteriorated` for"
            f" a comparison that has to pass the hardest step of Holm's method among {len(HEADLINES)}: what a change"
            " needs where it is the only one."
            f"\n\n{table(columns, rows)}"
        )

    return Section(title="The chance of each verdict at 281 and 748 replies", jobs=jobs, write=write)


class Planned(NamedTuple):
    """What was planned, and the power that simulation gives it: of a fall, of a rise, of the margin."""

    found: DetectableChange
    fall: float | None
    rise: float | None
    margin: float | None


def planned(bases: Bases, share: float, surveys: int, rng: np.random.Generator) -> Planned:
    """The power of waves at what ``detectable_change`` says of them."""
    found = detectable_change(
        base_before=bases.before, base_after=bases.after, share=share, in_both=bases.both, alike=ALIKE
    )

    def chance(change: float, margin: float) -> Chances:
        return chances(bases, share, share + change, ALIKE, surveys, rng, margin)

    return Planned(
        found,
        None if found.fall is None else chance(-found.fall, NO_MARGIN).improved,
        None if found.rise is None else chance(found.rise, NO_MARGIN).deteriorated,
        None if found.margin is None else chance(0.0, found.margin).no_material_change,
    )


def _planning(surveys: int) -> Section:
    cells = [(bases_of(*size, overlap), share) for size in PLANNED for overlap in OVERLAPS for share in PLANNED_SHARES]
    jobs: list[Job] = [partial(planned, bases, share, surveys) for bases, share in cells]

    def write(found: list[Planned]) -> str:
        rows = []
        off = dict.fromkeys(NEAR, 0.0)
        for (bases, share), one in zip(cells, found, strict=True):
            row: list[object] = [str(bases), bases.both, f"{per_cent(share, 0)} %"]
            pairs = ((one.found.fall, one.fall), (one.found.rise, one.rise), (one.found.margin, one.margin))
            for size, power in pairs:
                row += ["none", ""] if size is None or power is None else [per_cent(size), per_cent(power)]
                if power is not None:
                    off[bases.after] = max(off[bases.after], abs(power - POWER))
            rows.append(row)
        columns = [
            "bases", "in both", "earlier share",
            "smallest fall, points", "power, %", "smallest rise, points", "power, %",
            "smallest margin, points", "power, %",
        ]  # fmt: skip
        error = error_of(POWER, surveys)
        said = "; ".join(
            f"with {base} replies in the later wave by at most {per_cent(off[base])} points"
            f" (limit {per_cent(limit)}: **{'kept' if off[base] <= limit + 2 * error else 'not kept'}**)"
            for base, limit in NEAR.items()
        )
        return (
            f"`detectable_change` is asked for a power of {per_cent(POWER, 0)} %, and surveys with just that change are"
            f" judged: {surveys:,} a figure, error ± {per_cent(error)}, answers alike by {ALIKE}. Counts are whole, so"
            f" the power moves in steps where bases are small. It misses {per_cent(POWER, 0)} %: {said}."
            f"\n\n{table(columns, rows)}"
        )

    return Section(title="Planning: the smallest change and margin that can be shown", jobs=jobs, write=write)
