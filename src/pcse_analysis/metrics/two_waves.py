"""The difference of a share between two waves from their replies, respondents of both waves counted as what they are.

Both waves are put under one design in which whoever answers twice is one cluster. The covariance of the two shares
then comes through those clusters: nothing where the waves have no respondent in common, much where they have all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import Calibration, Design, kish_base, make_design
from pcse_analysis.metrics.intervals import TwoShares, continuity_corrected
from pcse_analysis.metrics.linearised import covariance, ratio
from pcse_analysis.metrics.share_intervals import cautious_base

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
Keys = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True)
class Side:
    """The answers of one wave to one question: whose they are, who is in the base, and who of these fails.

    ``keys`` name the practice of each reply; the same key in both waves is the same practice. A reply that cannot be
    known again has a key of its own. ``stratum`` has the label of each reply's stratum, the same names in both waves.
    """

    design: Design
    keys: Keys
    base: Rows
    fails: Rows
    stratum: Keys | None = None

    def within(self, rows: Rows) -> Side:
        """The same answers with only some rows in the base; the design stays whole."""
        return Side(
            design=self.design, keys=self.keys, base=self.base & rows, fails=self.fails & rows, stratum=self.stratum
        )


class Populations(NamedTuple):
    """How many practices there were at each wave, and how many of these were there at both."""

    before: int
    after: int
    both: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Two shares, the covariance matrix of their errors, and the difference with its interval and tests."""

    shares: TwoShares
    covariance: Floats
    pairs: int
    """Practices in the base of both waves."""

    @property
    def value(self) -> float:
        """Later less earlier share."""
        return self.shares.difference

    @property
    def standard_error(self) -> float:
        """The standard error of the difference."""
        return sqrt(max(self.covariance[0, 0] + self.covariance[1, 1] - 2 * self.covariance[0, 1], 0.0))


def joined(sides: Sequence[Side]) -> Design:
    """One design over the replies of several waves, one after the other; a key that comes back is one cluster."""
    strata = None if any(side.stratum is None for side in sides) else np.concatenate([s.stratum for s in sides])
    design = make_design(
        np.concatenate([side.design.weights for side in sides]),
        strata=strata,
        clusters=np.concatenate([side.keys for side in sides]).astype(str),
    )
    if any(side.design.calibration is not None for side in sides):
        return design.with_weights(design.weights, _calibration([side.design for side in sides]))
    return design


def _calibration(designs: Sequence[Design]) -> Calibration:
    """What the weights of each wave were fitted to, side by side: the totals of one wave explain nothing of another."""
    parts = [
        design.calibration
        or Calibration(cell=np.zeros(len(design), dtype=np.intp), columns=np.zeros((1, 1)), base_weights=design.weights)
        for design in designs
    ]
    cells = np.cumsum([0, *(len(part.columns) for part in parts)])
    widths = np.cumsum([0, *(part.columns.shape[1] for part in parts)])
    columns = np.zeros((cells[-1], widths[-1]))
    for place, part in enumerate(parts):
        columns[cells[place] : cells[place + 1], widths[place] : widths[place + 1]] = part.columns
    return Calibration(
        cell=np.concatenate([part.cell + start for part, start in zip(parts, cells, strict=False)]),
        columns=columns,
        base_weights=np.concatenate([part.base_weights for part in parts]),
    )


def shares_and_covariance(sides: Sequence[Side]) -> tuple[Floats, Floats, Design]:
    """The failing share of each wave, the covariance matrix of their errors, and the design over all waves.

    A share is NaN where nobody is in the base.
    """
    design = joined(sides)
    influence = np.zeros((len(design), len(sides)))
    shares, start = np.empty(len(sides)), 0
    for place, side in enumerate(sides):
        found = ratio(side.fails.astype(float), np.ones(len(side.fails)), side.design, side.base)
        shares[place] = found.value
        influence[start : start + len(side.fails), place] = _within_strata(found.influence, side.stratum)
        start += len(side.fails)
    return shares, covariance(influence, design), design


def _within_strata(influence: Floats, stratum: Keys | None) -> Floats:
    """Influences less their mean in each stratum of their wave.

    The joined design counts practices of the other wave as if they might have replied in this one. Without this, what
    sets the strata apart would stay in the variance of each wave. Without strata the mean is 0 already.
    """
    if stratum is None:
        return influence
    _, place = np.unique(stratum.astype(str), return_inverse=True)
    return influence - (np.bincount(place, weights=influence) / np.bincount(place))[place]


def difference(
    before: Side, after: Side, populations: Populations | None = None, *, corrected_correlation: bool = True
) -> Difference | None:
    """The later share failing less the earlier one; None where a base is empty.

    With ``populations`` the finite population correction is made. See docs/methods.md for what it assumes.
    """
    if not before.base.any() or not after.base.any():
        return None
    (first, second), matrix, design = shares_and_covariance((before, after))
    pairs = len(set(before.keys[before.base]) & set(after.keys[after.base]))
    if not pairs:
        matrix[0, 1] = matrix[1, 0] = 0.0
    bases = [
        float(cautious_base(share, matrix[place, place], kish_base(side.design.weights[side.base])))
        for place, (share, side) in enumerate(((first, before), (second, after)))
    ]
    if populations is not None:
        free = matrix
        matrix = finite(free, int(before.base.sum()), int(after.base.sum()), pairs, populations)
        bases = [
            base * free[place, place] / matrix[place, place] if matrix[place, place] > 0 else base
            for place, base in enumerate(bases)
        ]
    spread = sqrt(matrix[0, 0] * matrix[1, 1])
    correlation = float(np.clip(matrix[0, 1] / spread, -1.0, 1.0)) if spread > 0 else 0.0
    if corrected_correlation:
        correlation = continuity_corrected(correlation, (first, second), (bases[0], bases[1]))
    return Difference(
        shares=TwoShares(
            before=float(first),
            base_before=bases[0],
            after=float(second),
            base_after=bases[1],
            correlation=correlation,
            degrees_of_freedom=float(max(design.degrees_of_freedom, 1)),
        ),
        covariance=matrix,
        pairs=pairs,
    )


def finite(matrix: Floats, n1: int, n2: int, n12: int, populations: Populations) -> Floats:
    """The covariance matrix with the finite population correction of two waves.

    For simple random samples of n1 of N1 and n2 of N2, n12 of them in both, of a common population Nc:
    (1 - n1/N1) S1^2/n1, (1 - n2/N2) S2^2/n2, and S12 (n12/(n1 n2) - Nc/(N1 N2)). Where N1 = N2 = Nc this is the
    textbook form. With nobody in both waves S12 cannot be seen: it is then taken as large as it can be, S1 S2.
    """
    found = matrix.copy()
    found[0, 0] *= 1 - n1 / populations.before
    found[1, 1] *= 1 - n2 / populations.after
    expected = populations.both / (populations.before * populations.after)
    if n12:
        found[0, 1] *= 1 - expected * n1 * n2 / n12
    else:
        found[0, 1] = -sqrt(matrix[0, 0] * n1 * matrix[1, 1] * n2) * expected
    found[1, 0] = found[0, 1]
    return found
