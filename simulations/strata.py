"""A population in which region and list size decide both who fails and who replies, and weights that put it right."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import Design, make_design
from pcse_analysis.metrics.known_totals import KnownTotals
from pcse_analysis.metrics.weighting import post_stratified, raked
from simulations.populations import PRACTICES, joint

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
REGIONS, SIZES = np.array(["London", "Midlands", "North", "South"]), np.array(["large", "middle", "small"])
REGION = np.repeat(np.arange(len(REGIONS)), len(SIZES))
SIZE = np.tile(np.arange(len(SIZES)), len(REGIONS))
MARGINS = (REGION, SIZE)
"""The label of each cell in either margin."""
COUNTS = (PRACTICES * np.outer([0.2, 0.3, 0.3, 0.2], [0.2, 0.5, 0.3])).round().astype(int).ravel()
"""Practices of each cell of region x list size."""
APART = np.add.outer([0.08, 0.02, -0.03, -0.065], [-0.05, 0.0, 0.1 / 3]).ravel()
"""How far the share that fails in a cell is from the whole one; 0 on average."""
RATES = np.multiply.outer([0.5, 0.9, 1.1, 1.5], [1.5, 1.0, 2 / 3]).ravel()
"""How readily a cell replies; London's small practices a fifth as readily as the South's large ones."""
RATES = RATES / (COUNTS @ RATES) * PRACTICES


ALL = slice(None)
CELL = np.repeat(np.arange(len(COUNTS)), COUNTS)
"""The cell of each practice."""


def nearness(share: float) -> float:
    """How far apart groups are, as a part of what they are in the middle: less where the share is near 0 or 1."""
    return min(1.0, 4 * min(share, 1 - share))


def shares(share: float, cell: Places | slice = ALL) -> Floats:
    """The share that fails in each cell, or for practices of these cells."""
    found: Floats = share + APART[cell] * nearness(share)
    return found


def answers(rng: np.random.Generator, before: float, after: float, alike: float) -> NDArray[np.bool_]:
    """Whether each practice fails, in each of the two waves, given what its cell makes likely (2 x practices)."""
    each = np.array([joint(b, a, alike) for b, a in zip(shares(before), shares(after), strict=True)])
    kind = (rng.random(len(CELL))[:, None] > np.cumsum(each, axis=1)[:, :3][CELL]).sum(axis=1)
    return np.stack([kind <= 1, (kind == 0) | (kind == 2)])


def who_replies(rng: np.random.Generator, before: int, after: int, overlap: float) -> tuple[Places, Places]:
    """Practices that reply in each wave, about so many; ``overlap`` of the earlier ones reply again."""
    first, second = RATES[CELL] * before / PRACTICES, RATES[CELL] * after / PRACTICES
    replied = rng.random(len(CELL)) < first
    again = np.where(replied, overlap, (second - first * overlap) / (1 - first))
    return np.flatnonzero(replied), np.flatnonzero(rng.random(len(CELL)) < again)


def margins(cell: Places) -> list[KnownTotals]:
    """Region and list size, as the register knows them."""
    return [
        KnownTotals(name=name, labels=labels[of_cell[cell]], totals=_totals(labels, of_cell))
        for name, labels, of_cell in (("region", REGIONS, REGION), ("size", SIZES, SIZE))
    ]


def _totals(labels: NDArray[np.str_], of_cell: Places) -> dict[str, float]:
    return dict(zip(map(str, labels), np.bincount(of_cell, weights=COUNTS), strict=True))


def weighted(practices: Places, method: str) -> Design:
    """The design of replies of these practices: post-stratified to regions, or raked to region and list size."""
    cell = CELL[practices]
    design = make_design(np.ones(len(practices)))
    return raked(design, margins(cell)) if method == "raked" else post_stratified(design, margins(cell)[0])
