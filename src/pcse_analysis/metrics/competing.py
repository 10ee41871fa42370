"""Competing ends of a claim (such as paid, refused, withdrawn): the share that has ended in one of these ways by a day.

Claims that are still undecided count as long as they were followed. To count a refused claim as merely "not followed
further", as 1 less Kaplan and Meier's curve of the paid claims would, overstates the share that is ever paid.

Sources: O. O. Aalen and S. Johansen, Scand. J. Statistics 5 (1978) 141-150 (the estimate); G. E. Dinse and M. G.
Larson, Biometrika 73 (1986) 379-386, and E. Marubini and M. G. Valsecchi, Analysing Survival Data from Clinical Trials
and Observational Studies, Wiley 1995 (its variance by the delta method); A. Allignol, M. Schumacher and J. Beyersmann,
Biometrical J. 52 (2010) 126-137 (the same variance, as an estimate of Greenwood's type); M. Pintilie, Competing Risks:
A Practical Perspective, Wiley 2006 (the interval).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.metrics.intervals import CONFIDENCE, z_of

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
UNDECIDED = 0
"""The mark of a claim that had not ended when it was last looked at."""
MOST_DAYS = 1_000_000
"""Longer durations are refused: they are seconds or dates given by mistake, and every day takes up memory."""


@dataclass(frozen=True, kw_only=True)
class Incidence:
    """Share that has ended in one way by each of some times, the others' ends taken into account.

    ``times`` are in days, in the order asked. ``share`` is between 0 and 1 and holds up to and including each time;
    ``error`` is its standard error; ``low`` and ``high`` are the limits at ``CONFIDENCE``. Where the share is 0 or 1
    the error is 0 and both limits are the share: that says nothing of how sure it is. All four are NaN past the last
    day seen if claims were still undecided then. ``at_risk`` counts the claims still undecided just before each time.
    """

    times: Floats
    share: Floats
    error: Floats
    low: Floats
    high: Floats
    at_risk: Counts


@dataclass(frozen=True, kw_only=True)
class _Days:
    """One entry for each day on which claims ended, in order, and the estimates just before and after these ends."""

    day: Counts
    at_risk: Counts
    ended: Counts
    ended_so: Counts
    undecided_before: Floats
    undecided_after: Floats
    share_before: Floats
    share_after: Floats


def cumulative_incidence(days: ArrayLike, ends: ArrayLike, of: int, times: ArrayLike) -> Incidence:
    """Give the share of claims that has ended in one way by each time: Aalen and Johansen's estimate.

    By a day t it is the sum, over the days up to t, of the share undecided just before the day (Kaplan and Meier's, of
    ends of any kind) times the part of the claims at risk that ended so on the day. Claims that were last seen
    undecided on a day are at risk on it: ends count before censorings.

    The standard error is that of the delta method (Dinse and Larson; Marubini and Valsecchi), also called Greenwood's
    type: with one kind of end it is Greenwood's, without censoring that of a simple share. It equals ``std.err`` of R's
    ``survfit`` and ``cinc_se`` of ``CumIncidenceRight`` of statsmodels. It is not Aalen's (1978), which ``cmprsk`` of R
    and by default SAS give, and which differs a little where few are at risk.

    The interval is symmetric on the scale log(-log(share)), as ``survfit(conf.type = "log-log")`` of R.

    Args:
        days: whole days, 0 or more, from the start of each claim to its end or to when it was last seen undecided.
        ends: 0 where the claim was still undecided, otherwise the number of the kind of its end.
        of: the kind of end that is asked for, 1 or more; a kind that no claim has is allowed and has the share 0.
        times: days, 0 or more, in any order; not necessarily whole.

    Returns:
        The shares with their errors and limits, one for each of ``times``.

    Raises:
        ValueError: if ``days`` or ``ends`` are not whole numbers of 0 or more, are missing or differ in length, if a
            duration is above ``MOST_DAYS``, if ``of`` is below 1, or if a time is missing or below 0.
    """
    durations, kinds = _whole(days, "days"), _whole(ends, "ends")
    if durations.size != kinds.size:
        raise ValueError(f"days and ends differ in length: {durations.size} and {kinds.size}")
    if durations.size and durations.max() > MOST_DAYS:
        raise ValueError(f"days must not be above {MOST_DAYS}, found {durations.max()}")
    if of < 1:
        raise ValueError(f"the kind of end must be 1 or more, found {of}")
    asked = np.array(times, dtype=np.float64, ndmin=1)
    if not np.all(asked >= 0):
        raise ValueError("times must be 0 or more and none may be missing")

    seen = int(durations.max()) + 1 if durations.size else 0
    left = np.bincount(durations, minlength=seen)
    remaining = np.append(durations.size - np.cumsum(left) + left, 0)
    table = _table(
        remaining[:seen],
        np.bincount(durations[kinds != UNDECIDED], minlength=seen),
        np.bincount(durations[kinds == of], minlength=seen),
    )

    passed = np.searchsorted(table.day, asked, side="right")
    share = np.append(0.0, table.share_after)[passed]
    distinct, where = np.unique(passed, return_inverse=True)
    error = np.array([_error(table, int(entries)) for entries in distinct], dtype=np.float64)[where]
    # If some were still undecided on the last day, how they ended later is not known: a flat curve would claim it is.
    unknown = (asked > seen - 1) & (np.append(1.0, table.undecided_after)[-1] > 0)
    share, error = np.where(unknown, np.nan, share), np.where(unknown, np.nan, error)
    low, high = _limits(share, error, z_of(CONFIDENCE))
    at_risk = remaining[np.minimum(np.ceil(asked), seen).astype(np.int64)]
    return Incidence(times=asked, share=share, error=error, low=low, high=high, at_risk=at_risk)


def _whole(values: ArrayLike, name: str) -> Counts:
    """Give the values as whole numbers; ``ValueError`` if they are anything else or below 0."""
    found = np.asarray(values)
    if found.ndim != 1 or found.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be one row of numbers, none missing; found {found.ndim} of type {found.dtype}")
    if not np.all(np.isfinite(found)) or np.any(found < 0) or np.any(found != np.floor(found)):
        raise ValueError(f"{name} must be whole numbers of 0 or more, none missing")
    return found.astype(np.int64)


def _table(at_risk: Counts, ended: Counts, ended_so: Counts) -> _Days:
    """Give the estimates from the counts of each day from 0 on: at risk, ended in any way, ended in the way asked."""
    day = np.flatnonzero(ended)
    at_risk, ended, ended_so = at_risk[day], ended[day], ended_so[day]
    after: Floats = np.cumprod((at_risk - ended) / at_risk, dtype=np.float64)
    before = np.append(1.0, after)[:-1]
    share: Floats = np.cumsum(before * ended_so / at_risk, dtype=np.float64)
    # As long as there are no other ends the two add up to 1. Taken so, the share is 1 exactly when all have ended; the
    # sum may be 1 less a rounding error, and the scale of the interval has no end there.
    share = np.where(np.cumsum(ended) == np.cumsum(ended_so), 1 - after, share)
    return _Days(
        day=day,
        at_risk=at_risk,
        ended=ended,
        ended_so=ended_so,
        undecided_before=before,
        undecided_after=after,
        share_before=np.append(0.0, share)[:-1],
        share_after=share,
    )


def _error(table: _Days, entries: int) -> float:
    """Give the standard error of the share after so many of the days on which claims ended.

    Marubini and Valsecchi's three sums, some of them negative, are rearranged by day into sums of squares. These cannot
    come out below 0, lose no digits to each other, and hold where all that are left end at once, where theirs divide by
    0. A claim at risk on a day weighs (undecided before) / (at risk). ``hoped`` is its chance, at the start of the day,
    of ending in the way asked by the time asked; an end moves it to 1 or 0, staying undecided to ``later``. The
    variance is the sum of the squares of these moves times their weights.
    """
    reached = float(table.share_after[entries - 1]) if entries else 0.0
    if reached in (0.0, 1.0):
        return 0.0
    before, after = table.undecided_before[:entries], table.undecided_after[:entries]
    at_risk, ended, ended_so = table.at_risk[:entries], table.ended[:entries], table.ended_so[:entries]
    hoped = (reached - table.share_before[:entries]) / before
    # Where none stay undecided, no claim makes the move to "later": any number serves.
    later = (reached - table.share_after[:entries]) / np.where(after > 0, after, 1.0)
    moves = ended_so * (1 - hoped) ** 2 + (ended - ended_so) * hoped**2 + (at_risk - ended) * (later - hoped) ** 2
    return float(np.sqrt(np.sum((before / at_risk) ** 2 * moves)))


def _limits(share: Floats, error: Floats, z: float) -> tuple[Floats, Floats]:
    """Give share ** exp(±z error / (share log share)): (low, high); the share itself where it is 0, 1 or NaN."""
    inside = (share > 0) & (share < 1)
    within = np.where(inside, share, 0.5)
    reach = z * np.where(inside, error, 0.0) / (within * -np.log(within))
    return np.where(inside, within ** np.exp(reach), share), np.where(inside, within ** np.exp(-reach), share)
