"""Trends of an edition: questions that three waves or more asked alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pcse_analysis.catalogue.types import Comparability, Survey
from pcse_analysis.errors import DataError
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.evidence.replies import last_day
from pcse_analysis.metrics.beside import beside
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.reply_change import side_of
from pcse_analysis.metrics.sample import Sample
from pcse_analysis.metrics.trend import FEWEST_WAVES, trend

Step = tuple[Comparability, Sample, Sample]


def chains(steps: Sequence[Step]) -> list[list[Step]]:
    """Pairs marked ``same`` that follow on one another, from the first wave to the last; of two pairs or more."""
    same = [step for step in steps if step[0].status == "same"]
    after = {(step[0].respondent_group, step[0].wave_before, step[0].item_before): step for step in same}
    followed = {_end(pair) for pair, _, _ in same}
    found = []
    for key, step in after.items():
        if key in followed:
            continue
        chain = [step]
        while (following := after.get(_end(chain[-1][0]))) is not None:
            chain.append(following)
        if len(chain) + 1 >= FEWEST_WAVES:
            found.append(chain)
    return found


def _end(pair: Comparability) -> tuple[str, str, str]:
    """The question that a pair ends with."""
    return pair.respondent_group, pair.wave_after, pair.item_after


def trend_estimates(
    survey: Survey, steps: Sequence[Step], changes: Mapping[tuple[str, ...], Change]
) -> Iterator[Estimate]:
    """The yearly change of every question that three waves or more asked alike, beside its latest change.

    ``changes`` are found by earlier wave, later wave, item and group. Weights are used where every wave has them.
    """
    for chain in chains(steps):
        last = chain[-1][0]
        change = changes.get((last.wave_before, last.wave_after, last.item_after, last.respondent_group))
        if change is None or change.value is None:
            continue
        samples = [chain[0][1], *(step[2] for step in chain)]
        items = [chain[0][0].item_before, *(step[0].item_after for step in chain)]
        weighted = all(sample.weighted is not None for sample in samples)
        sides = []
        for sample, item in zip(samples, items, strict=True):
            design = sample.weighted if weighted and sample.weighted is not None else sample.plain
            sides.append(side_of(sample, survey.questions[item, sample.responses.wave], design))
        try:
            found = trend(sides, [_years(survey, sample) for sample in samples])
        except DataError:
            continue
        numbers = {
            "value": found.yearly.difference,
            "low": found.yearly.low,
            "high": found.yearly.high,
            "confidence": CONFIDENCE,
            "unit": "points a year",
            "method": "generalised least squares over all waves",
            "weighting": "weighted" if weighted else "unweighted",
        }
        waves = f"{samples[0].responses.wave} to {samples[-1].responses.wave}"
        yield replace(beside(change, samples, "trend", numbers), category=waves)


def _years(survey: Survey, sample: Sample) -> float:
    """The last day of a wave's fieldwork, in years."""
    return date.fromisoformat(last_day(survey.waves[sample.responses.wave])).toordinal() / 365.25
