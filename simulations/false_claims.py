"""How often a verdict is false: change claimed where there was none, `no material change` where there was."""

from __future__ import annotations

from functools import partial

import numpy as np

from pcse_analysis.metrics.verdict import ALPHA
from simulations.populations import OVERLAPS, bases_of
from simulations.report import Job, Section, error_of, per_cent, table, verdict_on
from simulations.verdicts import HEADLINES, MARGIN, Chances, FalseClaims, chances, false_claims

SIZES = ((281, 748), (100, 100), (1500, 2500))
ALIKE = 0.6
AT_MARGIN = (
    (0.05, 0.10), (0.10, 0.05), (0.30, 0.35), (0.30, 0.25), (0.50, 0.55), (0.81, 0.86), (0.81, 0.76), (0.95, 0.90),
    (0.90, 0.95),
)  # fmt: skip
"""Earlier and later shares that are apart by the margin."""


def sections(effort: float) -> list[Section]:
    """The two sections on false verdicts; ``effort`` 1 is the full number of surveys."""
    return [_of_change(round(40_000 * effort)), _of_no_change(round(50_000 * effort))]


def _of_change(surveys: int) -> Section:
    cells = [bases_of(*size, overlap) for size in SIZES[:2] for overlap in OVERLAPS]
    jobs: list[Job] = [partial(false_claims, bases, surveys) for bases in cells]

    def write(found: list[FalseClaims]) -> str:
        rows = [
            [str(bases), bases.both, *(f"{per_cent(v, 2)} ± {per_cent(error_of(v, surveys), 2)}" for v in one)]
            for bases, one in zip(cells, found, strict=True)
        ]
        worst = max(one.claimed for one in found)
        shares = ", ".join(per_cent(share, 0) for share in HEADLINES)
        columns = ["bases", "in both", "families with a false claim, %", "with an adjusted p below 0.05, %"]
        return (
            f"Families of {len(HEADLINES)} headline comparisons with failing shares of {shares} %, the same in both"
            " waves, whose answers go together within a practice (latent correlation 0.4 between items of a wave, 0.6"
            f" of an item between waves); Holm's adjustment; {surveys:,} families a row. Limit: at most 5 % of families"
            f" with any `improved` or `deteriorated`. Most: {per_cent(worst, 2)} %:"
            f" {verdict_on(worst, ALPHA, error_of(worst, surveys))}."
            f"\n\n{table(columns, rows)}"
        )

    return Section(title="False `improved` or `deteriorated`", jobs=jobs, write=write)


def _of_no_change(surveys: int) -> Section:
    cells = [bases_of(*size, overlap) for size in SIZES for overlap in OVERLAPS]
    jobs: list[Job] = [
        partial(chances, bases, before, after, ALIKE, surveys) for bases in cells for before, after in AT_MARGIN
    ]

    def write(found: list[Chances]) -> str:
        whole = np.array([one.no_material_change for one in found]).reshape(len(cells), len(AT_MARGIN))
        rows = [
            [str(bases), bases.both, *(per_cent(value, 2) for value in values)]
            for bases, values in zip(cells, whole, strict=True)
        ]
        said = []
        for size in SIZES:
            most = max(whole[place].max() for place, bases in enumerate(cells) if (bases.before, bases.after) == size)
            kept = verdict_on(most, ALPHA, error_of(most, surveys))
            said.append(f"with {size[0]:,} and {size[1]:,} replies {per_cent(most, 2)} %, {kept}")
        columns = ["bases", "in both", *(f"{per_cent(b, 0)} to {per_cent(a, 0)} %" for b, a in AT_MARGIN)]
        return (
            f"The true change is the margin itself, {100 * MARGIN:.0f} points up or down; {surveys:,} surveys a cell,"
            f" answers alike by {ALIKE}, error of a cell ± {per_cent(error_of(ALPHA, surveys), 2)}. Limit:"
            f" `no material change` in at most 5 %. Mean {per_cent(whole.mean(), 2)} %. Most {'; '.join(said)}."
            " Small bases cannot show `no material change` at all, and give 0."
            f"\n\n{table(columns, rows)}"
        )

    return Section(title="False `no material change`", jobs=jobs, write=write)
