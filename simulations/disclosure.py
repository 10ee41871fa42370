"""``python -m simulations.disclosure``: attacks on protected tables, into docs/disclosure.md.

Every table is drawn at random and protected; then each sensitive sum is attacked by integer programming with all that
stays published. The attack must break none of them, and must be seen to break tables that are protected by primary
suppression alone.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pcse_analysis.metrics.protection import (
    PublishedTable,
    Statement,
    attack,
    protect,
    protect_by_heuristic,
    two_way,
    unprotected,
)
from simulations.written import run

REPORT = Path(__file__).resolve().parents[1] / "docs" / "disclosure.md"
THRESHOLD = 10
SEED = 20180116
SMALL, LARGE, LINKED = 8_500, 300, 1_200
"""Tables of each kind: two-way up to 5 x 5, two-way from 6 x 6 to 8 x 8, and two breakdowns that share their totals."""
BRUTE, PROVEN = 150, 400
"""Tables whose optimum is found by trying every choice, and by a search without limit."""
UNLIMITED = 100_000


@dataclass(frozen=True, kw_only=True)
class Attacked:
    """What came of one table."""

    sensitive: int
    withheld: int
    rows: int
    broken: int
    """Sensitive sums whose range the attack keeps under the threshold, after protection."""
    broken_before: bool
    """Whether the attack finds a small number where only primary rows are withheld."""


def random_two_way(rng: np.random.Generator, least: int, most: int) -> PublishedTable:
    """A two-way table from ``least`` to ``most`` rows and columns, with counts from crowded to sparse, some nought."""
    shape = tuple(rng.integers(least, most + 1, size=2))
    means = rng.gamma(rng.uniform(0.4, 3), rng.uniform(4, 40), size=shape)
    return two_way(np.where(rng.random(shape) < rng.uniform(0, 0.3), 0, rng.poisson(means)).tolist())


def random_linked(rng: np.random.Generator) -> PublishedTable:
    """Two breakdowns of one question that share their totals, a weighted share of the whole, and some in no group.

    Cells are the crossed groups, with the problem and without; a row is a group with both of its counts.
    """
    regions, bands = (int(n) for n in rng.integers(3, 8, size=2))
    atoms = [*itertools.product(range(regions), range(bands)), (-1, -1)]
    base = rng.poisson(rng.gamma(1.5, 8, size=len(atoms)))
    base[-1] = rng.integers(0, 20)
    counted = rng.binomial(base, rng.beta(2, 5, size=len(atoms)))
    cells = np.column_stack([counted, base - counted])
    weights = rng.uniform(0.5, 4, size=len(atoms))
    of = [[n for n, atom in enumerate(atoms) if atom[axis] == group] for axis, size in ((0, regions), (1, bands))
          for group in range(size)]  # fmt: skip
    statements = [_count(cells, range(len(atoms)), side, None) for side in (0, 1)]
    share = round(float(weights @ counted / (weights @ base)), 4)
    for end, limits in ((share - 5e-5, (0.0, np.inf)), (share + 5e-5, (-np.inf, 0.0))):
        known = {2 * n: float(w * (1 - end)) for n, w in enumerate(weights)}
        known |= {2 * n + 1: float(-w * end) for n, w in enumerate(weights)}
        statements.append(Statement(coefficients=known, low=limits[0], high=limits[1]))
    sensitive, primary = [], set()
    for row, group in enumerate([*of, [len(atoms) - 1]]):
        small = [side for side in (0, 1) if 0 < cells[group, side].sum() < THRESHOLD]
        sensitive += [{2 * n + side: 1.0 for n in group} for side in small]
        if row < len(of):
            statements += [_count(cells, group, side, row) for side in (0, 1)]
            primary |= {row} if small else set()
    return PublishedTable(
        cells=tuple(int(n) for n in cells.ravel()),
        statements=tuple(statements),
        costs=(1.0,) * len(of),
        primary=frozenset(primary),
        sensitive=tuple(sensitive),
    )


def _count(cells: np.ndarray, atoms: object, side: int, row: int | None) -> Statement:
    group = list(atoms)  # type: ignore[call-overload]
    total = float(cells[group, side].sum())
    return Statement(coefficients={2 * n + side: 1.0 for n in group}, low=total, high=total, row=row)


def attacked(table: PublishedTable) -> Attacked:
    """One table protected, then attacked: the highest whole number that each sensitive sum may still have."""
    withheld = protect(table, THRESHOLD)
    banded = any(s.row is None and s.low != s.high for s in table.statements)
    if banded:  # the highest value under a narrow band is slow to find; whether the threshold can be had is not
        broken = len(unprotected(table, withheld, THRESHOLD))
    else:
        broken = sum(attack(table, withheld, form)[1] < THRESHOLD for form in table.sensitive)
    return Attacked(
        sensitive=len(table.sensitive),
        withheld=len(withheld),
        rows=len(table.costs),
        broken=broken,
        broken_before=bool(table.sensitive) and bool(unprotected(table, table.primary, THRESHOLD)),
    )


def fewest_by_trying(table: PublishedTable) -> int:
    """The fewest rows that protect a table, by trying every choice from the smallest on."""
    others = sorted(set(range(len(table.costs))) - table.primary)
    for more in range(len(others) + 1):
        for chosen in itertools.combinations(others, more):
            if not unprotected(table, table.primary | set(chosen), THRESHOLD):
                return len(table.primary) + more
    raise AssertionError("withholding everything protects everything")


def ratios(table: PublishedTable, fewest: Callable[[PublishedTable], int]) -> tuple[float, float]:
    """Rows withheld over the fewest that would do: by ``protect``, and by the heuristic alone."""
    best = fewest(table)
    if best == 0:
        return 1.0, 1.0
    return len(protect(table, THRESHOLD)) / best, len(protect_by_heuristic(table, THRESHOLD)) / best


def _proven(table: PublishedTable) -> int:
    return len(protect(table, THRESHOLD, UNLIMITED))


def _table(kind: str, number: int) -> PublishedTable:
    rng = np.random.default_rng([SEED, sum(map(ord, kind)), number])
    if kind == "linked":
        return random_linked(rng)
    least, most = {"small": (2, 5), "large": (6, 8), "tiny": (2, 3), "five": (4, 5)}[kind]
    return random_two_way(rng, least, most)


def _attack_many(kind: str, numbers: range) -> list[Attacked]:
    return [attacked(_table(kind, number)) for number in numbers]


def _ratio_many(kind: str, numbers: range) -> list[tuple[float, float]]:
    fewest = fewest_by_trying if kind == "tiny" else _proven
    return [ratios(_table(kind, number), fewest) for number in numbers]


def _parts(count: int, parts: int = 40) -> list[range]:
    return [range(start, count, parts) for start in range(min(parts, count))]


def report(scale: float, workers: int) -> str:
    """The report, with ``scale`` times as many tables as in its long form."""
    started = time.perf_counter()
    lines, total, broken = [], 0, 0
    kinds = {
        "small": ("two-way, 2 x 2 to 5 x 5", SMALL),
        "large": ("two-way, 6 x 6 to 8 x 8", LARGE),
        "linked": ("two breakdowns with shared totals and a weighted share", LINKED),
    }
    with ProcessPoolExecutor(workers) as pool:
        for kind, (name, count) in kinds.items():
            parts = _parts(max(int(count * scale), 4))
            done = [a for some in pool.map(_attack_many, [kind] * len(parts), parts) for a in some]
            at_risk = [a for a in done if a.sensitive]
            total, broken = total + len(done), broken + sum(a.broken for a in done)
            lines.append(
                f"| {name} | {len(done):,} | {len(at_risk):,} | {sum(a.sensitive for a in done):,} | "
                f"{sum(a.broken_before for a in done):,} | {sum(a.broken for a in done):,} | "
                f"{100 * sum(a.withheld for a in done) / sum(a.rows for a in done):.0f}% |"
            )
        compared = []
        for kind, name, count in (
            ("tiny", "up to 3 x 3, by trying every choice", BRUTE),
            ("five", "4 x 4 to 5 x 5, by a search without limit", PROVEN),
        ):
            parts = _parts(max(int(count * scale), 4))
            found = np.array([r for some in pool.map(_ratio_many, [kind] * len(parts), parts) for r in some])
            mean, worst = found.mean(axis=0), found.max(axis=0)
            compared.append(
                f"| {name} | {len(found)} | {mean[0]:.3f} | {worst[0]:.3f} | {mean[1]:.3f} | {worst[1]:.3f} |"
            )
    minutes = (time.perf_counter() - started) / 60
    return TEXT.format(
        threshold=THRESHOLD,
        total=total,
        broken=broken,
        attacks="\n".join(lines),
        compared="\n".join(compared),
        seed=SEED,
        minutes=minutes,
    )


TEXT = """# Attacks on protected tables

Made by `make disclosure` (seed {seed}; {minutes:.1f} minutes). Of {total:,} random tables the attack breaks {broken}.

A sum of cells is sensitive where it counts 1 to 9. It is protected where, given everything that stays published, its
range in whole numbers still holds {threshold} or more. The attack finds the end of that range by integer programming
(HiGHS, through `scipy.optimize.milp`); beside a narrow band, as a rounded weighted share gives, it asks whether
{threshold} can be had.

| tables | number | with sensitive sums | sensitive sums | open if only primary | sums broken | withheld |
|---|---|---|---|---|---|---|
{attacks}

Linked tables are the form that a survey has: region and list size, crossed cells unknown, both totals published, a
weighted share of the whole to four decimals with weights that the attacker is taken to know, and some replies in no
group.

Areas, which lie in regions, are not chosen by search but by sums (docs/methods.md, "Areas").
`tests/metrics/test_area_rows.py` attacks regions, bands, areas, response rates and replies in none of them together,
on made-up surveys and on the made-up edition: no sum is broken.

## How much is lost

Rows withheld, primary ones included, over the fewest that would protect as much:

| tables | number | mean | worst | mean of the heuristic alone | worst of it |
|---|---|---|---|---|---|
{compared}

`protect` searches for the best choice where cells times sensitive sums are few enough, which all tables up to 5 x 5 and
the breakdowns of a survey are; the heuristic alone serves larger ones.
"""


if __name__ == "__main__":
    run("simulations.disclosure", __doc__, REPORT, lambda quick, workers: report(0.01 if quick else 1.0, workers))
