"""How often replies in free text speak of a theme."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.types import Question
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.counted import counted_share
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
    return [
        counted_share(
            responses,
            "theme_share",
            item=question.item,
            service_line=question.service_line,
            category=str(theme),
            count=int(by_text[of[theme].to_numpy(dtype=bool)].sum()),
            base=len(codes),
            sources=sources,
            known_on=known_on,
        )
        for theme in of.columns
    ]
