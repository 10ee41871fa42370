"""The response rates of areas that may not be shown: the practices of every area are on a list that all can read.

How many practices an area has in each band of list size is known, so that no more replies can be moved into it than it
has practices: an area is protected where the areas withheld in its region could have as many of theirs in it, band by
band, as the threshold asks for or its practices allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.metrics.breakdowns import Atoms, Part, form_of, published_table, rows_of, small_sides
from pcse_analysis.metrics.checks import REGION
from pcse_analysis.metrics.disclosure import Row
from pcse_analysis.metrics.protection import Form, unprotected

Counts = NDArray[np.int64]


def withheld_rates(atoms: Atoms, rules: DisclosureRules, gone: set[Row], column: str) -> set[Row]:
    """The rows of the areas in ``column`` to withhold, where the rows ``gone`` of the other breakdowns are withheld.

    ``atoms`` are the practices in every cell of all breakdowns crossed. An area that reaches into two regions is
    withheld. In a region that is withheld, areas go that hide as much as may have to be moved out of it; where all
    tables together then do not withstand the attack, all its areas.
    """
    table = published_table(atoms, rules, set(), either_or=True, public=True)
    found: set[Row] = set()
    for whole_regions in (False, True):
        found, proven = _by_region(atoms, rules, gone, column, whole_regions=whole_regions)
        left = replace(table, sensitive=tuple(form for form in table.sensitive if form not in proven))
        withheld = [number for number, row in enumerate(rows_of(atoms)) if row in found | gone]
        if not left.sensitive or not unprotected(left, withheld, rules.threshold):
            return found
    return {row for row in rows_of(atoms) if row[3] == column}


def _by_region(
    atoms: Atoms, rules: DisclosureRules, gone: set[Row], column: str, *, whole_regions: bool
) -> tuple[set[Row], list[Form]]:
    """The rows of areas to withhold, region by region, and the small numbers that this is known to protect."""
    parts = [part for parts in atoms.breakdowns for part in parts if part.row is not None]
    areas = [part for part in parts if part.row and part.row[3] == column]
    regions = [part for part in parts if part.row and part.row[3] == REGION]
    whole = Part(None, np.ones(len(atoms.counted), dtype=bool))
    bands = _bands(atoms, {column, REGION})
    found: set[Row] = set()
    proven: list[Form] = []
    for region in regions or [whole]:
        members = [area for area in areas if (area.atoms & region.atoms).any()]
        stray = [bool((area.atoms & ~region.atoms).any()) for area in members]
        cells = np.array([_by_band(atoms, area.atoms & region.atoms, bands) for area in members])
        hidden, safe = _hidden(cells, stray, rules, atoms, pool=region.row in gone)
        if whole_regions and region.row in gone:
            hidden = set(range(len(members)))
        found |= {row for n in hidden if (row := members[n].row) is not None}
        proven += [form_of(members[n].atoms, side) for n, side in safe if not stray[n]]
    return found, proven


def _bands(atoms: Atoms, others: set[str]) -> NDArray[np.intp]:
    """The band of every atom: its place in the breakdowns besides areas and regions."""
    codes = [np.zeros(len(atoms.counted), dtype=np.intp)]
    for parts in atoms.breakdowns:
        if parts and parts[0].row is not None and parts[0].row[3] not in others:
            codes.append(np.argmax([part.atoms for part in parts], axis=0))
    return np.unique(np.column_stack(codes), axis=0, return_inverse=True)[1].ravel()


def _by_band(atoms: Atoms, area: NDArray[np.bool_], bands: NDArray[np.intp]) -> Counts:
    """Practices of an area by band, a row each: those that replied, and the others."""
    size = int(bands.max()) + 1
    own = bands[area]
    return np.array([np.bincount(own, side[area], size).astype(np.int64) for side in (atoms.counted, atoms.others)])


def _hidden(
    cells: Counts, stray: Sequence[bool], rules: DisclosureRules, atoms: Atoms, *, pool: bool
) -> tuple[set[int], list[tuple[int, int]]]:
    """The areas of one region to withhold, and the small numbers that this protects: the place and side of each.

    ``cells`` are practices by area, side and band; ``stray`` areas reach into another region and are never shown.
    ``pool`` is for a region that is withheld itself.
    """
    totals = (int(atoms.counted.sum()), int(atoms.others.sum()))
    sides = cells.sum(axis=2)
    bases = sides.sum(axis=1)
    small = [
        (n, side)
        for n, (counted, others) in enumerate(sides)
        for (side,) in small_sides(int(counted), int(counted + others), rules, either_or=True, public=True)
    ]
    found = {n for n, _ in small} | {n for n, out in enumerate(stray) if out}

    def is_safe(n: int, side: int, group: set[int]) -> bool:
        pooled = cells[sorted(group), side].sum(axis=0)
        can_be = np.minimum(cells[n].sum(axis=0), pooled).sum()
        return bool(can_be >= min(rules.threshold, bases[n], totals[side]))

    def open_ones(group: set[int]) -> int:
        shallow = pool and (sides[sorted(group)].sum(axis=0) < np.minimum(rules.threshold, sides.sum(axis=0))).any()
        alone = bool(small) and len(group) == 1
        return sum(not is_safe(n, side, group) for n, side in small) + alone + bool(shallow)

    while open_ones(found) and len(found) < len(cells):
        rest = [n for n in range(len(cells)) if n not in found]
        found.add(min(rest, key=lambda n: (open_ones(found | {n}), bases[n], n)))
    return found, [(n, side) for n, side in small if is_safe(n, side, found)]
