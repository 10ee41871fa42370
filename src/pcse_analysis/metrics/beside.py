"""An estimate that stands beside a change made from replies: the same change in another way, or a test of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.metrics.sample import Sample


def beside(
    change: Change, samples: Sequence[Sample], measure: str, numbers: Mapping[str, object], category: str = ""
) -> Estimate:
    """The estimate of this measure beside a change; its id is the change's with the measure behind it.

    ``numbers`` are the fields of the estimate that are its own: value, interval, unit, method and the like.
    """
    return Estimate(
        id=".".join(part for part in (change.id, measure, category) if part),
        survey=change.survey,
        wave=change.wave_after,
        respondent_group=change.respondent_group,
        service_line=change.service_line,
        item=change.item,
        measure=measure,
        category=category,
        sources=tuple(dict.fromkeys(source for sample in samples for source in sample.sources)),
        known_on=max(sample.known_on for sample in samples),
        **numbers,  # type: ignore[arg-type]
    )
