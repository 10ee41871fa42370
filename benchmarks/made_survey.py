"""A made-up survey of any size as plain arrays: what the benchmark of estimates calls the loaded data.

Two waves of practices in nine regions; 35 of 100 practices of a wave are in the other wave too, and one to three people
answer for a practice. The answers of a practice go together, within a wave and between the two.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

ITEMS, OPTIONS, WAVES, REGIONS = 40, 5, 2, 9
IN_BOTH_WAVES, NO_ANSWER, MOST_A_PRACTICE = 0.35, 0.08, 3
PRACTICE_EFFECT, RESPONDENT_EFFECT, LATER_WAVE = 0.7, 0.5, 0.1
"""Standard deviations of what leans all answers of a practice and of a respondent one way, and the shift of a wave."""
REGION_SHARES = (0.05, 0.14, 0.10, 0.10, 0.12, 0.11, 0.16, 0.13, 0.09)
SEED = 20171201


class Survey(NamedTuple):
    """One row a respondent: codes of its answers (items x respondents, -1: none), weight, practice, wave, region."""

    codes: NDArray[np.int8]
    weights: NDArray[np.float64]
    practice: NDArray[np.int64]
    wave: NDArray[np.int8]
    region: NDArray[np.int8]

    @property
    def size(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self)


def make_survey(respondents: int) -> Survey:
    """A survey of so many respondents, the same for the same number."""
    draw = np.random.default_rng([SEED, respondents])
    in_wave = (respondents // 2, respondents - respondents // 2)
    per_wave = respondents // (WAVES * (1 + MOST_A_PRACTICE) // 2)
    both = round(IN_BOTH_WAVES * per_wave)
    numbers = draw.permutation(9 * per_wave)[: 2 * per_wave - both] + 100_000
    regions = draw.choice(REGIONS, len(numbers), p=REGION_SHARES).astype(np.int8)
    effects = draw.normal(0, PRACTICE_EFFECT, len(numbers))
    # The practices in both waves are the last of the first wave and the first of the second.
    place = np.concatenate([_places(draw, rows, per_wave) for rows in in_wave])
    wave = np.repeat(np.arange(WAVES, dtype=np.int8), in_wave)
    place += np.where(wave == 1, per_wave - both, 0)
    leaning = effects[place] + draw.normal(0, RESPONDENT_EFFECT, respondents)
    spread = np.sqrt(PRACTICE_EFFECT**2 + RESPONDENT_EFFECT**2 + 1)
    codes = np.empty((ITEMS, respondents), dtype=np.int8)
    for item in range(ITEMS):
        cuts = spread * ndtri(np.cumsum(draw.dirichlet([8.0] * OPTIONS))[:-1])
        codes[item] = np.searchsorted(cuts, leaning + draw.normal(0, 1, respondents) + LATER_WAVE * wave)
        codes[item, draw.random(respondents) < NO_ANSWER] = -1
    weights = draw.lognormal(0, 0.4, respondents)
    return Survey(codes, weights, numbers[place], wave, regions[place])


def _places(draw: np.random.Generator, rows: int, practices: int) -> NDArray[np.int64]:
    """For each respondent of a wave the place of its practice: one to three a practice, in any order."""
    answering = draw.integers(1, MOST_A_PRACTICE + 1, practices)
    short = rows - int(answering.sum())
    with_room = np.flatnonzero(answering < MOST_A_PRACTICE if short > 0 else answering > 1)
    answering[draw.choice(with_room, abs(short), replace=False)] += np.sign(short)
    return draw.permutation(np.repeat(np.arange(practices), answering))


def save(survey: Survey, folder: Path) -> None:
    """Write the arrays into a folder, one file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in survey._asdict().items():
        np.save(folder / f"{name}.npy", array)


def load(folder: Path) -> Survey:
    """Read the arrays of a folder."""
    return Survey(*(np.load(folder / f"{name}.npy") for name in Survey._fields))


if __name__ == "__main__":
    save(make_survey(int(sys.argv[1])), Path(sys.argv[2]))
    print("{}")
