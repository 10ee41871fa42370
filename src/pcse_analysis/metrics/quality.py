"""How good the data are: rows received and left out, questions left open, and who answered against the register."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.counted import counted_share
from pcse_analysis.metrics.register_weights import Weighted
from pcse_analysis.responses import Responses

CLEANING = "cleaning"
"""The item of every count of the cleaning."""
WEIGHTING = "weighting"
"""The item of every fact about the weights."""
NOT_KNOWN = "not known"
MEASURES = {
    "excluded": "rows_excluded",
    "flagged": "rows_flagged",
    "repaired": "cells_repaired",
    "set to not answered": "rows_set_to_not_answered",
    "set to not asked": "answers_off_route",
    "kept": "answers_off_route",
}
"""The measure of a step of cleaning, by what it did."""


def _count(
    responses: Responses, item: str, measure: str, category: str, value: float, sources: tuple[str, ...], day: str
) -> Estimate:
    return Estimate(
        id=estimate_id(responses.survey, responses.wave, responses.group, item, measure, category),
        survey=responses.survey,
        wave=responses.wave,
        respondent_group=responses.group,
        service_line="all",
        item=item,
        measure=measure,
        category=category,
        value=value,
        unit="rows" if item == CLEANING else "respondents",
        method="count",
        sources=sources,
        known_on=day,
    )


def flow_counts(responses: Responses, sources: tuple[str, ...], day: str) -> list[Estimate]:
    """Rows received, what each rule did, and rows analysed. ``category`` names the export and the rule.

    These counts are about files, not about what anybody answered, and are never suppressed.
    """
    flow, export = responses.flow, responses.export
    made = [
        _count(responses, CLEANING, "rows_received", export, flow.received, sources, day),
        _count(responses, CLEANING, "rows_analysed", export, flow.analysed, sources, day),
    ]
    for step in flow.steps:
        measure = MEASURES[step.action]
        made.append(_count(responses, CLEANING, measure, f"{export}.{step.rule}", step.count, sources, day))
    return made


def item_nonresponse(responses: Responses, survey: Survey, sources: tuple[str, ...], day: str) -> list[Estimate]:
    """For each question the share of those asked who left it open."""
    return [
        counted_share(
            responses,
            "item_nonresponse",
            item=item,
            service_line=survey.questions[item, responses.wave].service_line,
            count=answers.count("not_answered"),
            base=answers.asked,
            sources=sources,
            known_on=day,
            is_sample=False,
        )
        for item, answers in responses.answers.items()
        if (item, responses.wave) in survey.questions
    ]


def matched_practices(responses: Responses, sources: tuple[str, ...], day: str) -> list[Estimate]:
    """How many replies were matched to a practice of the register, by the way they were matched."""
    return [
        _count(responses, "register", "replies_matched", str(how), float(count), sources, day)
        for how, count in responses.respondents["matched"].value_counts().sort_index().items()
    ]


def weighting_facts(responses: Responses, fitted: Weighted, sources: tuple[str, ...], day: str) -> list[Estimate]:
    """What the weights of replies do: how unequal they are, what that costs, and what was done to fit them.

    Weights are relative to their mean. ``cells_joined`` has a row a joined cell, with the words as its category. All of
    these describe the fit, not answers, and name no small number.
    """
    mean = float(fitted.design.weights.mean())
    facts = {
        "effective_base": (fitted.effective_base, "respondents"),
        "design_effect": (fitted.design_effect, "ratio"),
        "largest_weight": (fitted.largest / mean, "ratio"),
        "smallest_weight": (fitted.smallest / mean, "ratio"),
        "weights_trimmed": (float(fitted.trimmed), "respondents"),
        "replies_with_mean_weight": (float(fitted.unmatched), "respondents"),
        "farthest_from_register": (fitted.farthest, "share"),
    }
    made = [
        replace(_count(responses, WEIGHTING, name, "", value, sources, day), unit=unit, method="fit to the register")
        for name, (value, unit) in facts.items()
    ]
    for number, words in enumerate(fitted.joined, start=1):
        joined = _count(responses, WEIGHTING, "cells_joined", str(number), 1.0, sources, day)
        made.append(replace(joined, category=words, unit="cells", method="fit to the register"))
    return made


def response_rates(
    responses: Responses, register: pd.DataFrame, columns: Sequence[str], sources: tuple[str, ...], day: str
) -> list[Estimate]:
    """For each value of the register's ``columns`` the share of its practices that replied, with Wilson's interval.

    Only practices that were matched count as replies.
    """
    replied = register["code"].isin(set(responses.respondents["practice"]) - {""})
    made = []
    for column in ("", *(column for column in columns if column in register)):
        for group, rows in _groups(register, column):
            made.append(
                counted_share(
                    responses,
                    "response_rate",
                    item="register",
                    group_by=column,
                    group=group,
                    count=int((replied & rows).sum()),
                    base=int(rows.sum()),
                    sources=sources,
                    known_on=day,
                )
            )
    return made


def _groups(register: pd.DataFrame, column: str) -> Iterator[tuple[str, pd.Series]]:
    """The values of a column in their order, each with the rows that have it; all rows where no column is named."""
    if not column:
        yield "", pd.Series(True, index=register.index)
        return
    values = register[column].astype("string").fillna(NOT_KNOWN)
    ordered = list(register[column].cat.categories) if hasattr(register[column], "cat") else sorted(values.unique())
    for group in dict.fromkeys([*(value for value in ordered if value != NOT_KNOWN), NOT_KNOWN]):
        if (values == group).any():
            yield str(group), values == group
