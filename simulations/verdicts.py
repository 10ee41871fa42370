"""Verdicts on simulated changes: how often each is given, and how often it is false."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from pcse_analysis.catalogue.types import Family
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.metrics.change import tested_change
from pcse_analysis.metrics.intervals import EQUIVALENCE_CONFIDENCE
from pcse_analysis.metrics.two_waves import Difference
from pcse_analysis.metrics.verdict import ALPHA, judge
from simulations.batch import CHECKED, Counts, Estimates, check, draw, estimate
from simulations.populations import Bases

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
MARGIN = 0.05
HEADLINES = np.array([0.81, 0.62, 0.50, 0.43, 0.31, 0.21, 0.12])
"""Failing shares of a family of seven, unchanged between the waves."""
PRACTICE, PRACTICE_ITEM, PRACTICE_WAVE, REST = 0.25, 0.35, 0.15, 0.25
"""Where the spread of what leans an answer comes from; they sum to 1."""
BLOCK = 500
FAMILY = {"headline": Family(id="headline", label="Headlines", adjustment="holm", fixed="")}


class Verdicts(NamedTuple):
    """Which surveys (x items) have which verdict; the rest are unclear."""

    improved: Rows
    deteriorated: Rows
    no_material_change: Rows


def holm(found: dict[int, Rows], items: int) -> Rows:
    """Which comparisons Holm's method claims, given those with a p-value below ALPHA / k for each k to ``items``.

    It claims as many as there are steps i = 1, 2, ... with at least i p-values below ALPHA / (items + 1 - i), up to the
    first step that fails: those below the level of the last step that does not.
    """
    claimed, going = np.zeros_like(found[items]), np.ones(len(found[items]), dtype=bool)
    for step in range(1, items + 1):
        below = found[items + 1 - step]
        going = going & (below.sum(axis=1) >= step)
        claimed = np.where(going[:, None], below, claimed)
    return claimed


def verdicts(estimates: Estimates, margin: float = MARGIN) -> Verdicts:
    """The verdicts of families (surveys x items) in the order of the rules of ``metrics.verdict``."""
    items = estimates.change.shape[1]
    claimed = holm({k: estimates.found(ALPHA / k) for k in range(1, items + 1)}, items)
    alike = estimates.within(margin, EQUIVALENCE_CONFIDENCE)
    return Verdicts(claimed & ~alike & (estimates.change < 0), claimed & ~alike & (estimates.change > 0), alike)


def judged(differences: list[Difference], margin: float) -> list[Verdict]:
    """The verdicts of the package itself on a family."""
    changes = [
        tested_change(
            Change(
                id=f"item {place}", survey="simulated", respondent_group="practice", service_line="",
                item=f"item {place}", wave_before="1", wave_after="2", estimate_before="", estimate_after="",
                method="", comparability="same", reason="", margin=margin, family="headline",
            ),
            found.shares,
        )
        for place, found in enumerate(differences)
    ]  # fmt: skip
    return [change.verdict for change in judge(changes, FAMILY)]


def check_verdicts(counts: Counts, bases: Bases, estimates: Estimates, found: Verdicts, margin: float) -> None:
    """Stop where the package gives the first families another verdict.

    Raises:
        AssertionError: it does.
    """
    items = estimates.change.shape[1]
    made = [check(counts.of_item(item), bases, estimates.of_item(item)) for item in range(items)]
    for survey in range(min(CHECKED, len(estimates.change))):
        for item, theirs in enumerate(judged([of_item[survey] for of_item in made], margin)):
            ours = [bool(rows[survey, item]) for rows in found]
            expected = [theirs is v for v in (Verdict.IMPROVED, Verdict.DETERIORATED, Verdict.NO_MATERIAL_CHANGE)]
            assert ours == expected, f"survey {survey}, item {item}: {theirs} is not {ours}"


def families(rng: np.random.Generator, bases: Bases, surveys: int) -> Counts:
    """Counts (surveys x items) of families of items that go together and have not changed."""
    cut = ndtri(HEADLINES).astype(np.float32)
    blocks = []
    for start in range(0, surveys, BLOCK):
        block = min(BLOCK, surveys - start)

        def normal(practices: int, items: int, part: float, block: int = block) -> NDArray[np.float32]:
            return rng.standard_normal((block, practices, items), dtype=np.float32) * np.float32(np.sqrt(part))

        stays = normal(bases.both, 1, PRACTICE) + normal(bases.both, len(cut), PRACTICE_ITEM)
        first, second = (
            stays + normal(bases.both, 1, PRACTICE_WAVE) + normal(bases.both, len(cut), REST) < cut for _ in range(2)
        )
        alone = [
            (normal(n, 1, PRACTICE + PRACTICE_WAVE) + normal(n, len(cut), PRACTICE_ITEM + REST) < cut).sum(axis=1)
            for n in (bases.before - bases.both, bases.after - bases.both)
        ]
        matched = [(first & second).sum(axis=1), (first & ~second).sum(axis=1), (~first & second).sum(axis=1)]
        blocks.append((*matched, *alone))
    return Counts(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


class FalseClaims(NamedTuple):
    """Of families in which nothing changed: those with a claim of change, and with an adjusted p-value below ALPHA."""

    claimed: float
    significant: float


def false_claims(bases: Bases, surveys: int, rng: np.random.Generator) -> FalseClaims:
    """How often a family in which nothing changed has any `improved` or `deteriorated`."""
    counts = families(rng, bases, surveys)
    estimates = estimate(counts, bases)
    found = verdicts(estimates)
    check_verdicts(counts, bases, estimates, found, MARGIN)
    return FalseClaims(
        float((found.improved | found.deteriorated).any(axis=1).mean()),
        float(estimates.found(ALPHA / len(HEADLINES)).any(axis=1).mean()),
    )


class Chances(NamedTuple):
    """How often each verdict is given to one comparison.

    ``hardest``: a change is found even as the first of Holm's steps.
    """

    improved: float
    deteriorated: float
    no_material_change: float
    hardest: float

    @property
    def unclear(self) -> float:
        """What is left."""
        return max(1 - self.improved - self.deteriorated - self.no_material_change, 0.0)


def chances(
    bases: Bases,
    before: float,
    after: float,
    alike: float,
    surveys: int,
    rng: np.random.Generator,
    margin: float = MARGIN,
) -> Chances:
    """The verdicts on one comparison with these true shares, judged alone."""
    counts = Counts(*(c[:, None] for c in draw(rng, bases, before, after, alike, surveys)))
    estimates = estimate(counts, bases)
    found = verdicts(estimates, margin)
    check_verdicts(counts, bases, estimates, found, margin)
    hardest = estimates.found(ALPHA / len(HEADLINES)) & ~found.no_material_change
    return Chances(
        improved=float(found.improved.mean()),
        deteriorated=float(found.deteriorated.mean()),
        no_material_change=float(found.no_material_change.mean()),
        hardest=float(hardest.mean()),
    )
