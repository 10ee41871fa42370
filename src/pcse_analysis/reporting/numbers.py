"""Sentences about numbers and bands of numbers: where the middle reply lies, and how many lie above a standard."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.figures import absent, figure


def number_sentences(estimates: Sequence[Estimate]) -> Markup:
    """What the median and the shares above a standard of one question say; empty where it has none."""
    said = [_SENTENCES[e.measure](e) for e in estimates if e.measure in _SENTENCES]
    highest = {e.category: e for e in estimates if e.measure == "share_above_at_most"}
    said += [_bounds(e, highest[e.category]) for e in estimates if e.measure == "share_above_at_least"]
    return Markup("<p>{}</p>").format(Markup(" ").join(said)) if said else Markup()


def _median(median: Estimate) -> Markup:
    if median.value is None:
        return Markup("Median: {}.").format(absent(median))
    return Markup("Median: {} ({} interval {} to {}).").format(
        figure(median, "value", "decimal1"),
        figure(median, "confidence", "percent"),
        figure(median, "low", "decimal1") if median.low is not None else "no lower limit",
        figure(median, "high", "decimal1") if median.high is not None else "no upper limit",
    )


def _median_band(median: Estimate) -> Markup:
    if median.suppressed:
        return Markup("Of those who named one of the bands, the middle one: {}.").format(absent(median))
    return Markup("Of those who named one of the bands, the middle one named “{}” ({} interval: {} to {}).").format(
        median.category,
        figure(median, "confidence", "percent"),
        _end(median, "low") if median.low is not None else "no lower limit",
        _end(median, "high") if median.high is not None else "no upper limit",
    )


def _end(median: Estimate, field: str) -> Markup:
    return Markup("{} {}").format(figure(median, field, "count"), median.unit)


def _above(share: Estimate) -> Markup:
    if share.value is None:
        return Markup("More than {}: {}.").format(share.category, absent(share))
    return Markup("More than {}: {} ({} interval {} to {}).").format(
        share.category,
        figure(share, "value", "percent"),
        figure(share, "confidence", "percent"),
        figure(share, "low", "percent"),
        figure(share, "high", "percent"),
    )


def _bounds(lowest: Estimate, highest: Estimate) -> Markup:
    """A standard inside a band: only bounds are known."""
    if lowest.value is None:
        return Markup("More than {}: {}.").format(lowest.category, absent(lowest))
    words = (
        "More than {}: between {} and {}, as that number lies inside a band that was offered ({} interval of both "
        "ends: {} to {})."
    )
    return Markup(words).format(
        lowest.category,
        figure(lowest, "value", "percent"),
        figure(highest, "value", "percent"),
        figure(lowest, "confidence", "percent"),
        figure(lowest, "low", "percent"),
        figure(highest, "high", "percent"),
    )


_SENTENCES = {"median": _median, "median_band": _median_band, "share_above": _above}
