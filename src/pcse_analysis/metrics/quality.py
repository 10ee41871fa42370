"""How good the data are: rows received and left out, questions left open, and who answered against the register."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.intervals import CONFIDENCE, wilson, z_of
from pcse_analysis.responses import Responses

CLEANING = "cleaning"
"""The item of every count of the cleaning."""
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
    """Rows received, what each rule did, and replies analysed. ``category`` names the export and the rule.

    These counts are about files, not about what anybody answered, and are never suppressed.
    """
    flow, export = responses.flow, responses.export
    made = [
        _count(responses, CLEANING, "rows_received", export, flow.received, sources, day),
        _count(responses, CLEANING, "rows_analysed", export, flow.analysed, sources, day),
        _count(responses, "survey_responses", "replies", "", flow.analysed, sources, day),
    ]
    for step in flow.steps:
        measure = MEASURES[step.action]
        made.append(_count(responses, CLEANING, measure, f"{export}.{step.rule}", step.count, sources, day))
    return made


def item_nonresponse(responses: Responses, survey: Survey, sources: tuple[str, ...], day: str) -> list[Estimate]:
    """For each question the share of those asked who left it open."""
    made = []
    for item, answers in responses.answers.items():
        question = survey.questions.get((item, responses.wave))
        if question is None:
            continue
        asked, left = answers.asked, answers.count("not_answered")
        made.append(
            Estimate(
                id=estimate_id(responses.survey, responses.wave, responses.group, item, "item_nonresponse"),
                survey=responses.survey,
                wave=responses.wave,
                respondent_group=responses.group,
                service_line=question.service_line,
                item=item,
                measure="item_nonresponse",
                value=left / asked if asked else None,
                unit="share",
                numerator=float(left),
                base=float(asked),
                base_status="counted",
                method="count",
                sources=sources,
                known_on=day,
            )
        )
    return made


def matched_practices(responses: Responses, sources: tuple[str, ...], day: str) -> list[Estimate]:
    """How many replies were matched to a practice of the register, by the way they were matched."""
    return [
        _count(responses, "register", "replies_matched", str(how), float(count), sources, day)
        for how, count in responses.respondents["matched"].value_counts().sort_index().items()
    ]


def response_rates(
    responses: Responses, register: pd.DataFrame, columns: Sequence[str], sources: tuple[str, ...], day: str
) -> list[Estimate]:
    """For each value of the register's ``columns`` the share of its practices that replied, with Wilson's interval.

    Only practices that were matched count as replies.
    """
    replied = set(responses.respondents["practice"]) - {""}
    made = []
    for column in ("", *columns):
        if column and column not in register:
            continue
        groups = (
            register[column].astype("string").fillna("not known") if column else pd.Series("", index=register.index)
        )
        order = (
            list(register[column].cat.categories)
            if column and groups.index.size and hasattr(register[column], "cat")
            else None
        )
        for group in order or sorted(groups.unique()):
            rows = register[groups == group]
            count, base = int(rows["code"].isin(replied).sum()), len(rows)
            if not base:
                continue
            low, high = (float(v) for v in wilson(count / base, base, z_of(CONFIDENCE)))
            made.append(
                Estimate(
                    id=estimate_id(
                        responses.survey,
                        responses.wave,
                        responses.group,
                        "register",
                        "response_rate",
                        column,
                        str(group),
                    ),
                    survey=responses.survey,
                    wave=responses.wave,
                    respondent_group=responses.group,
                    service_line="all",
                    item="register",
                    measure="response_rate",
                    group_by=column,
                    group=str(group),
                    value=count / base,
                    low=low,
                    high=high,
                    confidence=CONFIDENCE,
                    unit="share",
                    numerator=float(count),
                    base=float(base),
                    base_status="counted",
                    method="count, Wilson",
                    sources=sources,
                    known_on=day,
                )
            )
    return made
