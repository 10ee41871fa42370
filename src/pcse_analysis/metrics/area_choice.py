"""Which areas of one region to withhold so that no small number of theirs is known: by sums, without a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.metrics.breakdowns import small_sides

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Small = tuple[int, tuple[int, ...]]
"""The place of an area, and the sides of its answers that are a small number, alone or together."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """The answers to a question in the areas of one region: by area, side (with the problem, without) and band."""

    counts: Counts
    most: Floats
    rooms: Floats
    stray: NDArray[np.bool_]

    def hidden(self, rules: DisclosureRules, *, either_or: bool, pool: bool) -> tuple[set[int], list[Small]]:
        """The areas to withhold, and the small numbers that this is not known to protect: the place and sides of each.

        Small ones go, and with them the smallest that brings them to the threshold together. ``pool`` is for a region
        that is withheld itself: what it hides must be as much as may have to be moved out of it.
        """
        sides = self.counts.sum(axis=2)
        bases = sides.sum(axis=1)
        small = [(n, of) for n, row in enumerate(sides)
                 for of in small_sides(int(row[0]), int(row.sum()), rules, either_or=either_or)]  # fmt: skip
        found = {n for n, _ in small} | {int(n) for n in np.flatnonzero(self.stray | (bases == 0))}

        def lacking(group: set[int]) -> int:
            lines = sorted(group)
            shallow = pool and (sides[lines].sum(axis=0) < np.minimum(rules.threshold, sides.sum(axis=0))).any()
            alone = bool(small) and len(group) == 1 < len(sides)
            return sum(not self._is_safe(n, of, lines, rules.threshold) for n, of in small) + alone + bool(shallow)

        while lacking(found) and len(found) < len(sides):
            rest = [n for n in range(len(sides)) if n not in found]
            enough = [n for n in rest if not lacking(found | {n})]
            found.add(min(enough, key=lambda n: (bases[n], n)) if enough else max(rest, key=lambda n: (bases[n], -n)))
        lines = sorted(found)
        return found, [(n, of) for n, of in small if not self._is_safe(n, of, lines, rules.threshold)]

    def _is_safe(self, n: int, sides: tuple[int, ...], group: list[int], threshold: int) -> bool:
        """Whether a small number of an area may be the threshold, by replies moved within bands from the group."""
        pooled = self.counts[np.ix_(group, sides)].sum(axis=(0, 1))
        own = self.counts[n].sum(axis=0)
        as_now, at_most = np.minimum(own, pooled), np.minimum(self.rooms[n], pooled)
        spare = max(self.most[n] - own.sum(), 0.0)
        can_be = as_now.sum() + min(spare, (at_most - as_now).sum())
        within = np.minimum(self.rooms[n], self.counts[:, sides].sum(axis=(0, 1)))
        return bool(can_be >= min(threshold, within.sum()))
