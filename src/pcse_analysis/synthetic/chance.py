"""Draws that stay the same in every version of Python: only ``Random.random`` is used, and no logarithms."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")
SUMMED = 12
"""Even draws whose sum is nearly normal, with a variance of one."""


class Chance:
    """A stream of draws with its own name, so that one more draw in another stream changes nothing here."""

    def __init__(self, seed: str, *names: str) -> None:
        """The stream of ``names`` under ``seed``."""
        self._random = random.Random("/".join((seed, *names)))

    def even(self) -> float:
        """A number from 0 to below 1, each as likely."""
        return self._random.random()

    def below(self, limit: int) -> int:
        """A whole number from 0 to below ``limit``."""
        return int(self._random.random() * limit)

    def between(self, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``, both included."""
        return least + self.below(most - least + 1)

    def bell(self) -> float:
        """A nearly normal number with mean 0 and variance 1."""
        return math.fsum(self._random.random() for _ in range(SUMMED)) - SUMMED / 2  # exact, unlike sum before 3.12

    def one_of(self, values: Sequence[T]) -> T:
        """One of ``values``, each as likely."""
        return values[self.below(len(values))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """``values`` in an order drawn by chance."""
        return [value for _, _, value in sorted((self.even(), place, value) for place, value in enumerate(values))]

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """``count`` of ``values``, each at most once, in an order drawn by chance.

        Raises:
            ValueError: there are not as many.
        """
        if count > len(values):
            raise ValueError(f"{count} wanted, {len(values)} to choose from")
        return self.shuffled(values)[:count]

    def on_line(self, points: Sequence[int]) -> int:
        """A whole number between points that stand at equal steps from the least to the greatest."""
        return on_line(points, self.even())


def on_line(points: Sequence[int], share: float) -> int:
    """The whole number at ``share`` of the way along straight lines between ``points``."""
    place = share * (len(points) - 1)
    step = min(int(place), len(points) - 2)
    return points[step] + int((points[step + 1] - points[step]) * (place - step))


def parted(total: int, weights: Sequence[Fraction]) -> list[int]:
    """``total`` in whole parts as near to ``weights`` as can be: the largest remainders are rounded up."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [weight * total / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_rest[: total - sum(parts)]:
        parts[place] += 1
    return parts
