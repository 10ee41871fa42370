"""Sizes of differences in words: so many percentage points, lower or higher."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.figures import figure, text


def points(number: Estimate | Change, field: str, unit: str = "point") -> Markup:
    """A size in percentage points, with its unit in the singular or plural."""
    return Markup("{} {}").format(
        figure(number, field, "points"), unit + ("" if text(number, field, "points") in ("1", "under 1") else "s")
    )


def between(change: Estimate | Change, low: str, high: str) -> Markup:
    """Two limits of a change in words, as points higher or lower."""

    def side(field: str) -> Markup:
        value = getattr(change, field)
        return Markup("{} {}").format(points(change, field), "lower" if value < 0 else "higher")

    small, large = getattr(change, low), getattr(change, high)
    if large < 0:
        return Markup("{} to {} points lower").format(figure(change, high, "points"), figure(change, low, "points"))
    if small > 0:
        return Markup("{} to {} points higher").format(figure(change, low, "points"), figure(change, high, "points"))
    return Markup("from {} to {}").format(side(low), side(high))
