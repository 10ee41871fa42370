"""All estimates and changes of an edition that rests on published figures."""

from __future__ import annotations

import pandas as pd

from pcse_analysis.catalogue.fields import listed
from pcse_analysis.catalogue.types import Edition, Survey
from pcse_analysis.cleaning.published import known_by
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.evidence.inputs import Inputs
from pcse_analysis.metrics.change import published_change
from pcse_analysis.metrics.margins import margins_of
from pcse_analysis.metrics.published import population_estimate, published_estimates, response_rate
from pcse_analysis.metrics.verdict import judge


def published_evidence(inputs: Inputs, edition: Edition) -> Figures:
    """All figures of an edition, computed from its inputs; nothing known after its evidence date enters."""
    survey = inputs.catalogue.surveys[edition.survey]
    published, _ = known(inputs, inputs.published[survey.id], edition)
    estimates = published_estimates(published, survey)
    estimates += _rates(estimates, inputs, survey, edition)
    changes = _changes(estimates, survey)
    estimates += [extra for change in changes for extra in margins_of(change, Figures(tuple(estimates), ()), survey)]
    return Figures(tuple(sorted(estimates, key=lambda e: e.id)), tuple(sorted(changes, key=lambda c: c.id)))


def known(inputs: Inputs, facts: pd.DataFrame, edition: Edition) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The facts known on the evidence date, with the sources that were public by then; and the other facts."""
    public, later = known_by(facts, edition.evidence_date)
    sources = [inputs.catalogue.public_by(listed(cell), edition.evidence_date) for cell in public["sources"]]
    return public.assign(sources=["; ".join(names) for names in sources]), later


def _rates(estimates: list[Estimate], inputs: Inputs, survey: Survey, edition: Edition) -> list[Estimate]:
    """For each wave the number of practices (the first listed figure known by then) and the response rate."""
    public, _ = known(inputs, inputs.population, edition)
    rows = {str(row["id"]): row for row in public.to_dict("records") if pd.notna(row["value"])}
    made = []
    for replies in (e for e in estimates if e.measure == "replies" and e.respondent_group == survey.design.unit):
        figure = next((f for f in survey.waves[replies.wave].population if f in rows), None)
        if figure is not None:
            population = population_estimate(rows[figure], survey, replies.wave)
            made += [population, response_rate(replies, population)]
    return made


def _changes(estimates: list[Estimate], survey: Survey) -> list[Change]:
    by_item = {(e.item, e.wave): e for e in estimates if e.measure == "share"}
    rates = {(e.wave, e.respondent_group): e.value for e in estimates if e.measure == "response_rate"}
    changes = []
    for pair in survey.comparability:
        before = by_item.get((pair.item_before, pair.wave_before))
        after = by_item.get((pair.item_after, pair.wave_after))
        if before is not None and after is not None:
            changes.append(
                published_change(pair, survey, before, after, rates.get((pair.wave_after, pair.respondent_group)))
            )
    return judge(changes, dict(survey.families))
