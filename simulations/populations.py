"""Practices, what they answer in two waves, and which of them reply."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
PRACTICES = 7500
OVERLAPS = (0.0, 0.2, 0.35, 1.0)
"""Shares of the smaller wave that reply in both."""


class Bases(NamedTuple):
    """Replies of the earlier and of the later wave, and how many practices are in both."""

    before: int
    after: int
    both: int

    def __str__(self) -> str:
        return f"{self.before}, {self.after}"


def bases_of(before: int, after: int, overlap: float) -> Bases:
    """The bases of two waves that overlap by a share of the smaller one."""
    return Bases(before, after, round(overlap * min(before, after)))


def joint(before: float, after: float, alike: float) -> tuple[float, float, float, float]:
    """How likely a practice fails in both waves, the earlier only, the later only, in none.

    ``alike`` is the correlation of its two answers, as near as two shares that differ allow.
    """
    both = before * after + alike * sqrt(before * (1 - before) * after * (1 - after))
    both = min(max(both, before + after - 1, 0.0), before, after)
    return both, before - both, after - both, 1 - before - after + both


def answers(rng: np.random.Generator, practices: int, before: float, after: float, alike: float) -> NDArray[np.bool_]:
    """Whether each practice fails, in the earlier and in the later wave (2 x practices)."""
    kind = rng.choice(4, practices, p=joint(before, after, alike))
    return np.stack([(kind == 0) | (kind == 1), (kind == 0) | (kind == 2)])


class Registers(NamedTuple):
    """The places of the practices that are open at each wave, and of those that are open at both."""

    before: Places
    after: Places
    both: Places


def registers(before: int, after: int, both: int) -> Registers:
    """Practices 0 to ``before`` - 1 are open at the earlier wave; the last ``both`` of them stay, others open later."""
    closed = before - both
    return Registers(np.arange(before), np.arange(closed, closed + after), np.arange(closed, before))


def samples(rng: np.random.Generator, open_: Registers, bases: Bases) -> tuple[Places, Places]:
    """A simple random sample of each register, with as many practices in both as asked for.

    Where fewer of the earlier sample are still open, all of these are in both.
    """
    first = rng.choice(open_.before, bases.before, replace=False)
    if len(open_.both) == len(open_.after):
        staying = bases.after
    else:
        staying = int(rng.hypergeometric(len(open_.both), len(open_.after) - len(open_.both), bases.after))
    taken = np.zeros(int(open_.after[-1]) + 1, dtype=bool)
    taken[first] = True
    again = first[first >= open_.both[0]]
    again = again[: min(bases.both, staying)]
    stayed = open_.both[~taken[open_.both]]
    opened = open_.after[len(open_.both) :]
    fresh = rng.choice(stayed, staying - len(again), replace=False)
    new = rng.choice(opened, bases.after - staying, replace=False) if bases.after > staying else opened[:0]
    return first, np.concatenate([again, fresh, new])
