"""Estimates from published figures: shares with Wilson intervals, counts, response rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.intervals import CONFIDENCE, share_limits

PUBLISHED_FILE = "survey_results.csv"
POPULATION_FILE = "population_frames.csv"


def published_estimates(figures: pd.DataFrame, survey: Survey) -> list[Estimate]:
    """One estimate for each published figure; ``value`` is None where only a direction was published.

    A share is the published count over its base, or the percentage as printed where no count was published.
    """
    return [_estimate(row, survey) for row in figures.to_dict("records")]


def _number(value: Any) -> Any:
    return None if pd.isna(value) else value


def _estimate(row: Mapping[Any, Any], survey: Survey) -> Estimate:
    measure = str(row["measure"])
    question = survey.questions.get((row["item"], row["wave"]))
    share = _number(row["value"]) if measure == "share" else None
    base = _number(row["base"])
    low = high = None
    method = {"direction": "no number published"}.get(measure, "count")
    if share is not None and base is not None:
        low, high = share_limits(share, base)
        method = "published count, Wilson" if _number(row["numerator"]) is not None else "published percentage, Wilson"
    elif share is not None:
        method = "published percentage, base not published"
    return Estimate(
        id=estimate_id(survey.id, row["wave"], row["respondent_group"], row["item"], measure),
        survey=survey.id,
        wave=row["wave"],
        respondent_group=row["respondent_group"],
        service_line=row["service_line"],
        item=row["item"],
        measure=measure,
        category=survey.scales[question.scale].agreeing[0] if question else "",
        value=_number(row["value"]),
        low=low,
        high=high,
        confidence=None if low is None else CONFIDENCE,
        unit="share" if measure in ("share", "direction") else "patients" if measure == "patients" else "respondents",
        numerator=_number(row["numerator"]) if measure == "share" else None,
        numerator_low=_number(row["numerator_low"]),
        numerator_high=_number(row["numerator_high"]),
        base=base,
        base_status=row["base_status"],
        method=method,
        sources=(PUBLISHED_FILE, *str(row["sources"]).split("; ")),
        known_on=row["known_on"],
    )


def population_estimate(row: Mapping[Any, Any], survey: Survey, wave: str) -> Estimate:
    """The number of practices that the replies of ``wave`` are set against, from a register figure."""
    return Estimate(
        id=estimate_id(survey.id, wave, survey.design.unit, "population", "practices"),
        survey=survey.id,
        wave=wave,
        respondent_group=survey.design.unit,
        service_line="all",
        item="population",
        measure="practices",
        category=str(row["date"]),
        value=float(row["value"]),
        unit="practices",
        base_status=str(row["basis"]),
        method="count",
        sources=(POPULATION_FILE, *str(row["sources"]).split("; ")),
        known_on=str(row["known_on"]),
    )


def response_rate(replies: Estimate, population: Estimate) -> Estimate:
    """Replies over the practices there were: a share of a count, so without an interval."""
    assert replies.value is not None and population.value is not None
    return Estimate(
        id=estimate_id(replies.survey, replies.wave, replies.respondent_group, "survey_responses", "response_rate"),
        survey=replies.survey,
        wave=replies.wave,
        respondent_group=replies.respondent_group,
        service_line="all",
        item="survey_responses",
        measure="response_rate",
        value=replies.value / population.value,
        unit="share",
        numerator=replies.value,
        base=population.value,
        base_status=population.base_status,
        method="count",
        sources=tuple(dict.fromkeys((*replies.sources, *population.sources))),
        known_on=max(replies.known_on, population.known_on),
    )
