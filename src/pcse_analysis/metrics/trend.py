"""The trend of a share over three waves or more: how much it rises or falls in a year, and whether it moved at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.errors import DataError, Problem
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.tests_of_difference import JointTest, WaldTest, joint_wald, wald
from pcse_analysis.metrics.two_waves import Side, shares_and_covariance

Floats = NDArray[np.float64]
FEWEST_WAVES = 3


@dataclass(frozen=True, kw_only=True)
class Trend:
    """``yearly``: the change of the share in a year on a straight line, with interval and test (Wald, Student's t).

    ``moved`` tests whether all waves have the same share, whatever the path; None where a wave's share has no variance.
    """

    shares: tuple[float, ...]
    yearly: WaldTest
    moved: JointTest | None


def trend(waves: Sequence[Side], years: Sequence[float], confidence: float = CONFIDENCE) -> Trend:
    """The straight line through the shares of several waves, each at its time in years.

    Fitted by generalised least squares, so that waves count by their precision and practices that answered several
    times as what they are: slope = (x'Ax)^-1 x'Ap with A the inverse of the shares' covariance matrix. Where a share
    has no variance (0 or 1) all waves count alike. Source: A. C. Aitken, Proc. Royal Society of Edinburgh 55 (1935)
    42-48.

    Raises:
        DataError: fewer than three waves, two at one time, a wave with an empty base, or shares without any variance.
    """
    if len(waves) < FEWEST_WAVES:
        raise DataError([Problem(what=f"found {len(waves)} waves, expected {FEWEST_WAVES} or more for a trend")])
    if len(set(years)) < len(years):
        raise DataError([Problem(what="two waves are at the same time, so there is no line through them")])
    empty = [str(place + 1) for place, side in enumerate(waves) if not side.base.any()]
    if empty:
        raise DataError([Problem(what=f"nobody is in the base of wave {', '.join(empty)}")])
    shares, matrix, design = shares_and_covariance(waves)
    df = float(max(design.degrees_of_freedom, 1))
    line = np.column_stack([np.ones(len(years)), years])
    spread = np.sqrt(np.diag(matrix))
    regular = bool((spread > 0).all()) and np.linalg.matrix_rank(matrix / np.outer(spread, spread)) == len(years)
    weight = np.linalg.inv(matrix) if regular else np.eye(len(years))
    fit = np.linalg.solve(line.T @ weight @ line, line.T @ weight)
    slope, variance = float((fit @ shares)[1]), float((fit @ matrix @ fit.T)[1, 1])
    moved = None
    if regular:
        steps = np.diff(np.eye(len(years)), axis=0)
        moved = joint_wald(steps @ shares, steps @ matrix @ steps.T, df)
    return Trend(
        shares=tuple(float(share) for share in shares),
        yearly=wald(slope, sqrt(max(variance, 0.0)), df, confidence=confidence),
        moved=moved,
    )
