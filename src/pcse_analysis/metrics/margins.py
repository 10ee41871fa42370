"""Numbers printed beside a change that are not the change itself, as estimates of their own.

What an unchanged rate would give over another window; the smallest margin that the bases could have shown; how small
the bases would have to be before the interval touches the margin.
"""

from __future__ import annotations

from dataclasses import replace

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict
from pcse_analysis.metrics.change import base_for_intervals
from pcse_analysis.metrics.intervals import CONFIDENCE, EQUIVALENCE_CONFIDENCE, z_of
from pcse_analysis.metrics.sensitivity import base_tipping, detectable_margin
from pcse_analysis.metrics.windows import implied_shares, points_range


def margins_of(change: Change, figures: Figures, survey: Survey) -> list[Estimate]:
    """The estimates that stand beside ``change``; none where the pair may not be differenced."""
    if not change.is_compared:
        return []
    before, after = figures.both(change)
    assert before.value is not None and after.value is not None and before.base and after.base
    blank = Estimate(
        id=change.id,
        survey=change.survey,
        wave=change.wave_after,
        respondent_group=change.respondent_group,
        service_line=change.service_line,
        item=change.item,
        measure="",
        value=None,
        unit="points",
        method="",
        sources=tuple(dict.fromkeys((*before.sources, *after.sources))),
        known_on=max(before.known_on, after.known_on),
    )
    made = _window(blank, before, after, survey) if change.value is None else _bases(blank, change, before, after)
    if change.verdict is Verdict.UNCLEAR:
        method = "half the range" if change.value is None else "reach of the 90 % interval were the change 0"
        made.append(_named(blank, "detectable_margin", value=_detectable(change, before, after), method=method))
    return made


def _named(blank: Estimate, measure: str, category: str = "", **values: object) -> Estimate:
    row = ".".join(part for part in (blank.id, measure, category) if part)
    return replace(blank, id=row, measure=measure, category=category, **values)  # type: ignore[arg-type]


def _window(blank: Estimate, before: Estimate, after: Estimate, survey: Survey) -> list[Estimate]:
    months_before, months_after = (survey.questions[e.item, e.wave].window_months for e in (before, after))
    assert before.value is not None and after.value is not None and months_before and months_after
    low, high = implied_shares(before.value, months_before, months_after)
    low_points, high_points = points_range(before.value, months_before, after.value, months_after)
    return [
        _named(
            blank,
            "implied_share",
            wave=before.wave,
            item=before.item,
            low=low,
            high=high,
            unit="share",
            method="unchanged rate over the window of the later wave",
        ),
        _named(
            blank,
            "points_range",
            low=low_points,
            high=high_points,
            method="later share less implied earlier share, both as printed",
        ),
    ]


def _bases(blank: Estimate, change: Change, before: Estimate, after: Estimate) -> list[Estimate]:
    assert before.value is not None and after.value is not None and before.base and after.base
    if not change.exceeds_margin or before.base_status == "counted":
        return []
    null = -change.margin if (change.value or 0) < 0 else change.margin
    tipping = base_tipping(before.value, before.base, after.value, after.base, null, z_of(CONFIDENCE))
    method = "base at which the 95 % interval touches the margin"
    units = {"before": "respondents", "after": "respondents", "both": "share"}
    return [
        _named(blank, "base_tipping_margin", category=side, value=value, unit=units[side], method=method)
        for side, value in tipping._asdict().items()
        if value is not None
    ]


def _detectable(change: Change, before: Estimate, after: Estimate) -> float:
    assert before.value is not None and after.value is not None and before.base and after.base
    if change.value is None:
        assert change.low is not None and change.high is not None
        return (change.high - change.low) / 2
    bases = base_for_intervals(before), base_for_intervals(after)
    share = (before.value * bases[0] + after.value * bases[1]) / sum(bases)
    return detectable_margin(share, *bases, EQUIVALENCE_CONFIDENCE)
