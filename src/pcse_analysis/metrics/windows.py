"""Shares of two waves that asked about time windows of different length."""

from __future__ import annotations

from collections.abc import Sequence

from pcse_analysis.metrics.intervals import wilson


def implied_shares(share: float, months: float, other_months: float) -> tuple[float, float]:
    """The lowest and the highest share over ``other_months`` that an unchanged rate would give.

    ``share`` was met by the problem at least once in ``months``. Always the same respondents: the share stays. Months
    independent of one another: 1 - (1 - share) ** (other_months / months). Holds where a hit in one month does not make
    a hit in the next less likely.
    """
    independent = 1 - (1 - share) ** (other_months / months)
    return min(share, independent), max(share, independent)


def points_range(before: float, months_before: float, after: float, months_after: float) -> tuple[float, float]:
    """The later share minus each end of what the earlier one implies, taking both as printed: (low, high)."""
    low, high = implied_shares(before, months_before, months_after)
    return after - high, after - low


def full_range(
    counts_before: Sequence[float],
    base_before: float,
    months_before: float,
    counts_after: Sequence[float],
    base_after: float,
    months_after: float,
    z: float,
) -> tuple[float, float]:
    """The range of later minus implied earlier share, over all counts given and the Wilson limits of each.

    The limits of both waves are taken at once, so the range is wider than an interval of the same confidence.
    """
    before = [
        float(limit)
        for count in (min(counts_before), max(counts_before))
        for limit in wilson(count / base_before, base_before, z)
    ]
    after = [
        float(limit)
        for count in (min(counts_after), max(counts_after))
        for limit in wilson(count / base_after, base_after, z)
    ]
    low, _ = implied_shares(min(before), months_before, months_after)
    _, high = implied_shares(max(before), months_before, months_after)
    return min(after) - high, max(after) - low
