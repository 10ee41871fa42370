"""All estimates and changes of an edition that rests on replies, small numbers suppressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pandas as pd

from pcse_analysis.catalogue.load import CATALOGUE
from pcse_analysis.catalogue.raw import REGISTER_WORDS
from pcse_analysis.catalogue.types import Catalogue, Comparability, Edition, Family, Question, Survey, Wave
from pcse_analysis.cleaning.practices import with_size_bands
from pcse_analysis.cleaning.themes import themes_of
from pcse_analysis.errors import DataError, Problems
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.evidence.replies import Replies, last_day
from pcse_analysis.evidence.trends import trend_estimates
from pcse_analysis.metrics.area_rows import withheld_areas
from pcse_analysis.metrics.areas import against_the_rest
from pcse_analysis.metrics.breakdowns import withheld_rows
from pcse_analysis.metrics.checks import REGION, Checks, rows_without
from pcse_analysis.metrics.disclosure import Row, coarsened_change, suppress
from pcse_analysis.metrics.margins import margins_of
from pcse_analysis.metrics.numbers import number_estimates
from pcse_analysis.metrics.ordered_change import ordered_estimates
from pcse_analysis.metrics.quality import (
    flow_counts,
    item_nonresponse,
    matched_practices,
    response_rates,
    weighting_facts,
)
from pcse_analysis.metrics.register_weights import Weighted, weights_to_register
from pcse_analysis.metrics.reply_change import changes_by_group, questions_of, reply_change
from pcse_analysis.metrics.sample import Partition, Sample, by_column, everyone, sample_of
from pcse_analysis.metrics.survey import survey_estimates
from pcse_analysis.metrics.themes import theme_shares
from pcse_analysis.metrics.two_waves import Populations
from pcse_analysis.metrics.verdict import judge
from pcse_analysis.responses import Responses

REGISTER_COLUMNS = tuple(REGISTER_WORDS)
"""What the register knows of a practice that shares are broken down by."""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """One export of an edition: its replies as a sample, parted by what the register knows, and its wave's register.

    ``areas`` parts it by area, where the survey names a column for that; changes are not made by area.
    """

    sample: Sample
    partitions: tuple[Partition, ...]
    areas: Partition | None
    practices: pd.DataFrame | None
    fitted: Weighted | None


def reply_evidence(catalogue: Catalogue, edition: Edition, replies: Replies) -> Figures:
    """All figures of an edition that rests on replies, with small groups suppressed.

    Raises:
        DataError: replies of some waves cannot be weighted by the margins that the survey names; all are listed.
    """
    survey = catalogue.surveys[edition.survey]
    problems = Problems()
    for responses in (r for r in replies.responses if not len(r)):
        file = f"{survey.raw}/{survey.waves[responses.wave].exports[responses.export].file}"
        what = f"of {responses.flow.received} replies received none is left to estimate from"
        to_do = "look at the rules of cleaning in the wave's file, or take the export out of it."
        problems.add(what, file=file, to_do=to_do)
    problems.raise_as(DataError)
    sampled = [_sampled(survey, survey.waves[r.wave], r, replies, problems) for r in replies.responses]
    problems.raise_as(DataError)
    withheld: set[Row] = set()
    for one in sampled:
        gone = withheld_rows(one.sample, _asked(survey, one), one.partitions, one.practices, withheld)
        if one.areas is not None:
            gone |= withheld_areas(one.sample, _asked(survey, one), one.areas, one.partitions, one.practices, gone)
        withheld |= gone
    made = suppress(chain.from_iterable(_estimates(survey, s, replies) for s in sampled), survey, withheld)
    changes = _changes(survey, sampled, made)
    judged = judge(changes, dict(survey.families) | _group_families(survey, changes))
    by_id = {e.id: e for e in made}
    judged = [coarsened_change(c, survey, weighted=by_id[c.estimate_after].weighting == "weighted") for c in judged]
    figures = Figures(tuple(made), tuple(judged))
    beside = [extra for change in judged if not change.group_by for extra in margins_of(change, figures, survey)]
    beside += _checks(survey, sampled, judged, by_id)
    beside += against_the_rest(made, survey.design.areas)
    everything = [*made, *suppress(beside, survey)]
    return Figures(
        tuple(sorted(everything, key=lambda e: e.id)),
        tuple(sorted(judged, key=lambda c: c.id)),
    )


def _sampled(survey: Survey, wave: Wave, responses: Responses, replies: Replies, problems: Problems) -> Sampled:
    source = (f"{survey.raw}/{wave.exports[responses.export].file}",)
    registered = replies.registers.get(wave.id)
    practices = None
    if registered is not None and responses.group == survey.design.unit and "practice" in responses.respondents:
        practices = with_size_bands(registered, wave.register)
    fitted = None
    if practices is not None and survey.design.margins is not None and responses.weights is None:
        try:
            fitted = weights_to_register(responses.respondents, practices, survey.design.margins)
        except DataError as error:
            file = f"{CATALOGUE}/surveys/{survey.id}/survey.yaml"
            for problem in error.problems:
                problems.add(
                    f"weights of '{wave.id}', {responses.group}: {problem.what}", file=file, to_do=problem.to_do
                )
    sample = sample_of(responses, survey, source, last_day(wave), fitted)
    partitions = [by_column(responses, column, _order(practices, column)) for column in REGISTER_COLUMNS]
    parted = tuple(p for p in partitions if p is not None)
    areas = by_column(responses, survey.design.areas) if survey.design.areas else None
    return Sampled(sample=sample, partitions=parted, areas=areas, practices=practices, fitted=fitted)


def _order(practices: pd.DataFrame | None, column: str) -> Sequence[str]:
    """The groups of a column in the order that the register gives them, such as bands from small to large."""
    if practices is None or column not in practices or not hasattr(practices[column], "cat"):
        return ()
    return [str(name) for name in practices[column].cat.categories]


def _estimates(survey: Survey, sampled: Sampled, replies: Replies) -> list[Estimate]:
    sample = sampled.sample
    responses, source, day = sample.responses, sample.sources, sample.known_on
    wave, questions = survey.waves[responses.wave], _asked(survey, sampled)
    made = [*flow_counts(responses, source, day), *item_nonresponse(responses, survey, source, day)]
    made += survey_estimates(sample, questions, everyone(responses))
    made += number_estimates(sample, questions)
    for partition in sampled.partitions:
        made += survey_estimates(sample, questions, partition, only_failing=True)
    if sampled.areas is not None:  # without weights, which are not fitted to areas
        made += survey_estimates(replace(sample, weighted=None), questions, sampled.areas, only_failing=True)
    for item, answers in responses.answers.items():
        if answers.kind == "text" and replies.words.themes and (item, wave.id) in survey.questions:
            of = themes_of(answers.values, replies.words.themes)
            made += theme_shares(responses, survey.questions[item, wave.id], of, source, day)
    if replies.registers.get(wave.id) is not None and "practice" in responses.respondents:
        made += matched_practices(responses, source, day)
    if sampled.practices is not None:
        columns = (*REGISTER_COLUMNS, survey.design.areas) if sampled.areas is not None else REGISTER_COLUMNS
        made += response_rates(responses, sampled.practices, columns, source, day)
    if sampled.fitted is not None:
        made += weighting_facts(responses, sampled.fitted, source, day)
    return made


def _asked(survey: Survey, sampled: Sampled) -> list[Question]:
    responses = sampled.sample.responses
    headers = survey.waves[responses.wave].exports[responses.export].headers
    return [survey.questions[item, responses.wave] for item in headers]


def _pairs(survey: Survey, sampled: Sequence[Sampled]) -> list[tuple[Comparability, Sampled, Sampled]]:
    """The recorded pairs of items that this edition has the replies to, where both have a failing answer."""

    def holding(wave: str, group: str, item: str) -> Sampled | None:
        question = survey.questions[item, wave]
        if not question.failing or question.kind != "one":
            return None
        return next(
            (
                s
                for s in sampled
                if (s.sample.responses.wave, s.sample.responses.group) == (wave, group)
                and item in s.sample.responses.answers
            ),
            None,
        )

    found = []
    for pair in survey.comparability:
        before = holding(pair.wave_before, pair.respondent_group, pair.item_before)
        after = holding(pair.wave_after, pair.respondent_group, pair.item_after)
        if before is not None and after is not None:
            found.append((pair, before, after))
    return found


def _shared(before: Sampled, after: Sampled) -> list[tuple[Partition, Partition]]:
    """The ways of parting that both waves have."""
    later = {p.group_by: p for p in after.partitions}
    return [(p, later[p.group_by]) for p in before.partitions if p.group_by in later]


def _changes(survey: Survey, sampled: Sequence[Sampled], made: Sequence[Estimate]) -> list[Change]:
    figures = {e.id: e for e in made}
    rates = {(e.wave, e.respondent_group): e.value for e in made if e.measure == "response_rate" and not e.group_by}
    changes = []
    for pair, before, after in _pairs(survey, sampled):
        rate = rates.get((pair.wave_after, pair.respondent_group))
        change = reply_change(pair, before.sample, after.sample, figures, rate)
        changes += [change] if change is not None else []
        for partitions in _shared(before, after):
            changes += changes_by_group(pair, (before.sample, after.sample), partitions, figures)
    return changes


def _group_families(survey: Survey, changes: Sequence[Change]) -> dict[str, Family]:
    """A family for each way of breaking changes down: looked through rather than claimed."""
    return {
        change.family: Family(
            id=change.family,
            label=f"Changes {change.family}",
            adjustment="benjamini-hochberg",
            fixed=survey.margin_fixed,
        )
        for change in changes
        if change.group_by
    }


def _checks(
    survey: Survey, sampled: Sequence[Sampled], changes: Sequence[Change], figures: Mapping[str, Estimate]
) -> list[Estimate]:
    by_pair: dict[tuple[str, ...], Change] = {
        (c.wave_before, c.wave_after, c.item, c.respondent_group): c for c in changes if not c.group_by
    }
    made: list[Estimate] = []
    for pair, before, after in _pairs(survey, sampled):
        change = by_pair.get((pair.wave_before, pair.wave_after, pair.item_after, pair.respondent_group))
        if change is None or change.value is None:
            continue
        samples = (before.sample, after.sample)
        regions = next((p for p in _shared(before, after) if p[0].group_by == REGION), None)
        without = rows_without(regions, _published_regions(change, regions, figures)) if regions else {}
        questions = questions_of(pair, *samples)
        made += Checks(change, samples, questions).all(_populations(before, after), without)
        made += ordered_estimates(change, samples, questions, REGISTER_COLUMNS)
    steps = [(pair, before.sample, after.sample) for pair, before, after in _pairs(survey, sampled)]
    return [*made, *trend_estimates(survey, steps, by_pair)]


def _published_regions(
    change: Change, regions: tuple[Partition, Partition], figures: Mapping[str, Estimate]
) -> list[str]:
    """Regions whose own shares are shown: leaving out another would let its share be worked back."""
    shown = {
        (e.wave, e.group)
        for e in figures.values()
        if (e.group_by, e.respondent_group) == (REGION, change.respondent_group)
        and e.item in (figures[change.estimate_before].item, change.item)
        and e.measure == "share"
        and e.value is not None
    }
    waves = (change.wave_before, change.wave_after)
    return [g for g in regions[0].groups if g in regions[1].groups and all((w, g) in shown for w in waves)]


def _populations(before: Sampled, after: Sampled) -> Populations | None:
    """How many practices the registers of both waves list, and how many of these both."""
    if before.practices is None or after.practices is None:
        return None
    first, second = (set(s.practices["code"]) for s in (before, after) if s.practices is not None)
    return Populations(len(first), len(second), len(first & second))
