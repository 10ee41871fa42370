"""Works out who was asked each question from the routes of the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import Condition
from pcse_analysis.catalogue.types import Question
from pcse_analysis.responses import Answers

Mask = NDArray[np.bool_]


def who_was_asked(questions: Mapping[str, Question], answers: Mapping[str, Answers]) -> dict[str, Mask]:
    """For each routed question, who was asked it: those whose answers meet all its conditions.

    Whoever was not asked a question cannot be led on by an answer to it.
    """
    asked: dict[str, Mask] = {}

    def of(item: str) -> Mask | None:
        question = questions.get(item)
        if question is None or not question.asked_if:
            return None
        if item not in asked:
            mask = np.ones(len(answers[item].codes), dtype=bool)
            for condition in question.asked_if:
                if condition.item in answers:
                    above = of(condition.item)
                    mask &= _meets(condition, answers[condition.item]) & (True if above is None else above)
            asked[item] = mask
        return asked[item]

    for item in questions:
        if item in answers:
            of(item)
    return asked


def _meets(condition: Condition, answers: Answers) -> Mask:
    if answers.chosen is not None:
        wanted = [answers.options.index(option) for option in condition.options if option in answers.options]
        fits = answers.chosen[:, wanted].any(axis=1)
    else:
        fits = np.array([value in condition.options for value in answers.values], dtype=bool)
    return np.asarray(np.append(fits, False)[answers.codes])
