"""What numbers and bands of numbers say without a mean: the median, and the share above a standard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pcse_analysis.catalogue.types import Question
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.bands import median_band, share_above
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.quantiles import quantiles
from pcse_analysis.metrics.sample import Sample
from pcse_analysis.responses import ANSWERED, state_code

WOODRUFF = "Woodruff's interval"


def number_estimates(sample: Sample, questions: Sequence[Question]) -> list[Estimate]:
    """Medians of numbers; for bands the band of the median and the share above each standard of the scale.

    Of everyone who gave a number or a band, for each weighting of the sample.
    """
    made: list[Estimate] = []
    for question in questions:
        scale = sample.survey.scales.get(question.scale)
        for weighting, design in sample.designs:
            if question.kind == "number":
                made += _median(sample, question, weighting, design)
            elif question.kind == "one" and scale is not None and scale.bands:
                made += _bands(sample, question, weighting, design)
    return made


def _median(sample: Sample, question: Question, weighting: str, design: Design) -> Iterator[Estimate]:
    answers = sample.responses.answers[question.item]
    assert answers.numbers is not None
    gave = answers.state == state_code(ANSWERED)
    (found,) = quantiles(np.where(gave, np.append(answers.numbers, np.nan)[answers.codes], np.nan), design)
    if found.base:
        yield _estimate(
            sample,
            question,
            weighting,
            "median",
            "",
            value=found.value,
            low=found.low,
            high=found.high,
            confidence=found.confidence,
            unit="number",
            base=float(found.base),
            method=WOODRUFF,
        )


def _bands(sample: Sample, question: Question, weighting: str, design: Design) -> Iterator[Estimate]:
    scale = sample.survey.scales[question.scale]
    codes = sample.responses.answers[question.item].codes
    (middle,) = median_band(codes, scale, design)
    if not middle.base:
        return
    yield _estimate(
        sample,
        question,
        weighting,
        "median_band",
        " or ".join(middle.options),
        value=None,
        low=middle.low,
        high=middle.high,
        confidence=middle.confidence,
        unit=scale.unit,
        base=float(middle.base),
        method=WOODRUFF,
    )
    for standard in scale.standards:
        (above,) = share_above(codes, scale, standard, design)
        shared = {
            "unit": "share",
            "confidence": above.confidence,
            "base": float(above.base),
            "base_status": "counted",
            "method": "Wilson on the effective base",
        }
        name = f"{standard:g} {scale.unit}".strip()
        if above.exact:
            ends = {"value": above.lowest, "low": above.low, "high": above.high}
            yield _estimate(sample, question, weighting, "share_above", name, **ends, **shared)
        else:
            lowest, highest = {"value": above.lowest, "low": above.low}, {"value": above.highest, "high": above.high}
            yield _estimate(sample, question, weighting, "share_above_at_least", name, **lowest, **shared)
            yield _estimate(sample, question, weighting, "share_above_at_most", name, **highest, **shared)


def _estimate(
    sample: Sample, question: Question, weighting: str, measure: str, category: str, **numbers: object
) -> Estimate:
    responses = sample.responses
    parts = (measure, category if measure != "median_band" else "", "weighted" if weighting == "weighted" else "")
    return Estimate(
        id=estimate_id(responses.survey, responses.wave, responses.group, question.item, *parts),
        survey=responses.survey,
        wave=responses.wave,
        respondent_group=responses.group,
        service_line=question.service_line,
        item=question.item,
        measure=measure,
        category=category,
        weighting=weighting,
        sources=sample.sources,
        known_on=sample.known_on,
        **numbers,  # type: ignore[arg-type]
    )
