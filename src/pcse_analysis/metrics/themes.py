"""How often replies in free text speak of a theme."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.types import Question
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.intervals import CONFIDENCE, wilson, z_of
from pcse_analysis.responses import NO_ANSWER, Responses


def theme_shares(
    responses: Responses, question: Question, of: pd.DataFrame, sources: tuple[str, ...], known_on: str
) -> list[Estimate]:
    """The share of replies to a text question that are of each theme, among those that wrote something.

    ``of`` has a row for each distinct text and a column of flags for each theme; a reply can be of several.
    """
    answers = responses.answers[question.item]
    codes = answers.codes[answers.codes != NO_ANSWER]
    by_text = np.bincount(codes, minlength=len(answers.values))
    base = len(codes)
    made = []
    for theme in of.columns:
        count = int(by_text[of[theme].to_numpy(dtype=bool)].sum())
        value = count / base if base else None
        low, high = (None, None) if value is None else (float(v) for v in wilson(value, base, z_of(CONFIDENCE)))
        made.append(
            Estimate(
                id=estimate_id(
                    responses.survey, responses.wave, responses.group, question.item, "theme_share", str(theme)
                ),
                survey=responses.survey,
                wave=responses.wave,
                respondent_group=responses.group,
                service_line=question.service_line,
                item=question.item,
                measure="theme_share",
                category=str(theme),
                value=value,
                low=low,
                high=high,
                confidence=None if low is None else CONFIDENCE,
                unit="share",
                numerator=float(count),
                base=float(base),
                base_status="counted",
                method="count of texts with a keyword, Wilson",
                sources=sources,
                known_on=known_on,
            )
        )
    return made
