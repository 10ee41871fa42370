"""Wald's tests of differences with a standard error: no difference, equivalence within a margin, several at once.

They serve differences of means and scores, whose scale has no ends. Shares have ends: for a change of shares the
interval is Newcombe's, which holds near 0 and 1 too.

Sources: D. Lakens, Social Psychological and Personality Science 8 (2017) 355-362 (two one-sided tests); E. L. Korn and
B. I. Graubard, The American Statistician 44 (1990) 270-276 (several differences with few clusters).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from pcse_analysis.errors import CommandError, DataError, Problem, Problems
from pcse_analysis.metrics.intervals import CONFIDENCE, EQUIVALENCE_CONFIDENCE


@dataclass(frozen=True, kw_only=True)
class WaldTest:
    """A difference with its intervals and p-values, all on Student's distribution.

    ``low``, ``high`` at the confidence asked for; ``low90``, ``high90`` are set against the margin. ``p_value`` is that
    of "no difference". ``p_lower`` is that of "the difference is at most minus the margin", ``p_upper`` of "it is at
    least the margin"; ``p_equivalence`` is the larger of these two. None without a margin.
    """

    difference: float
    standard_error: float
    degrees_of_freedom: float
    low: float
    high: float
    low90: float
    high90: float
    p_value: float
    p_lower: float | None
    p_upper: float | None
    p_equivalence: float | None


@dataclass(frozen=True, kw_only=True)
class JointTest:
    """The test that several differences are all 0: ``statistic`` on F with these degrees of freedom."""

    statistic: float
    numerator_df: int
    denominator_df: float
    p_value: float


def wald(
    difference: float,
    standard_error: float,
    df: float,
    margin: float | None = None,
    confidence: float = CONFIDENCE,
) -> WaldTest:
    """A difference tested against 0 and, with a margin (above 0, in the unit of the difference), for equivalence.

    ``df`` are the degrees of freedom of the standard error; infinite: the normal distribution.

    Raises:
        CommandError: a margin that is not above 0, or a confidence that is not between 0 and 1.
        DataError: no difference, no standard error above 0, or less than one degree of freedom: nothing can be tested.
    """
    wrong = Problems()
    if margin is not None and not margin > 0:
        wrong.add(f"found the margin {margin:g}, expected a number above 0")
    if not 0 < confidence < 1:
        wrong.add(f"found a confidence of {confidence:g}, expected a number between 0 and 1, such as 0.95")
    wrong.raise_as(CommandError)
    if not isfinite(difference) or not (isfinite(standard_error) and standard_error > 0) or not df >= 1:
        raise DataError([Problem(what=_untested(difference, standard_error, df))])
    student = stats.t(df)
    outer, inner = (standard_error * float(student.isf((1 - c) / 2)) for c in (confidence, EQUIVALENCE_CONFIDENCE))
    lower = upper = None
    if margin is not None:
        lower = float(student.sf((difference + margin) / standard_error))
        upper = float(student.cdf((difference - margin) / standard_error))
    return WaldTest(
        difference=difference,
        standard_error=standard_error,
        degrees_of_freedom=df,
        low=difference - outer,
        high=difference + outer,
        low90=difference - inner,
        high90=difference + inner,
        p_value=2 * float(student.sf(abs(difference) / standard_error)),
        p_lower=lower,
        p_upper=upper,
        p_equivalence=None if lower is None or upper is None else max(lower, upper),
    )


def _untested(difference: float, standard_error: float, df: float) -> str:
    if not isfinite(difference):
        return "a difference cannot be tested: one of its sides has an empty base"
    if not df >= 1:
        return "a difference cannot be tested: there are no more clusters than strata, so nothing shows their spread"
    return f"a difference of {difference:g} cannot be tested: its standard error is {standard_error:g}, not above 0"


def joint_wald(differences: ArrayLike, covariance: ArrayLike, df: float) -> JointTest:
    """The test that differences (k of them, with their k x k covariance matrix) are all 0.

    Wald's statistic over k is set against F with k and ``df - k + 1`` degrees of freedom (Korn and Graubard 1990, whose
    statistic is this one times ``(df - k + 1) / df``; without that factor, as here, it is a little larger).

    Raises:
        DataError: as many differences as degrees of freedom or more, or one that follows from the others.
    """
    d, v = np.asarray(differences, float), np.asarray(covariance, float)
    k = len(d)
    problems = Problems()
    if not df - k + 1 > 0:
        problems.add(f"{k} differences cannot be tested together with {df:g} degrees of freedom")
    if not (np.isfinite(d).all() and np.isfinite(v).all()):
        problems.add(f"{k} differences cannot be tested together: one has an empty base")
    elif np.linalg.matrix_rank(v, hermitian=True) < k:
        problems.add(f"{k} differences cannot be tested together: one of them follows from the others")
    problems.raise_as(DataError)
    statistic = float(d @ np.linalg.solve(v, d)) / k
    return JointTest(
        statistic=statistic,
        numerator_df=k,
        denominator_df=df - k + 1,
        p_value=float(stats.f.sf(statistic, k, df - k + 1)),
    )
