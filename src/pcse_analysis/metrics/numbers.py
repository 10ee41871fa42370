"""What numbers and bands of numbers say without a mean: the median, and the share above a standard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pcse_analysis.catalogue.types import Question
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.bands import median_band, share_above
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.quantiles import quantiles
from pcse_analysis.metrics.sample import Sample
from pcse_analysis.metrics.survey import estimate_of
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
        numbers = {
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "confidence": found.confidence,
            "unit": "number",
            "base": float(found.base),
            "weighting": weighting,
            "method": WOODRUFF,
        }
        yield estimate_of(sample, question, "median", "", numbers)


def _bands(sample: Sample, question: Question, weighting: str, design: Design) -> Iterator[Estimate]:
    scale = sample.survey.scales[question.scale]
    codes = sample.responses.answers[question.item].codes
    (middle,) = median_band(codes, scale, design)
    if not middle.base:
        return
    band: dict[str, object] = {
        "value": None,
        "low": middle.low,
        "high": middle.high,
        "confidence": middle.confidence,
        "unit": scale.unit,
        "base": float(middle.base),
        "weighting": weighting,
        "method": WOODRUFF,
    }
    yield estimate_of(sample, question, "median_band", " or ".join(middle.options), band)
    for standard in scale.standards:
        (above,) = share_above(codes, scale, standard, design)
        shared: dict[str, object] = {
            "unit": "share",
            "confidence": above.confidence,
            "base": float(above.base),
            "base_status": "counted",
            "weighting": weighting,
            "method": "Wilson on the effective base",
        }
        name = f"{standard:g} {scale.unit}".strip()
        least, most = {"value": above.lowest, "low": above.low}, {"value": above.highest, "high": above.high}
        if above.exact:
            yield estimate_of(sample, question, "share_above", name, shared | most | least)
        else:
            yield estimate_of(sample, question, "share_above_at_least", name, shared | least)
            yield estimate_of(sample, question, "share_above_at_most", name, shared | most)
