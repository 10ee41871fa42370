"""Replies made by hand: a few rows, as cleaning would give them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.raw import QuestionKind
from pcse_analysis.catalogue.types import Comparability, Question, Scale, Survey, SurveyDesign
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.sample import Partition, Sample, everyone, sample_of
from pcse_analysis.metrics.survey import FAILING, survey_estimates
from pcse_analysis.responses import BETWEEN, Answers, Flow, Responses, state_code

AGREE = Scale(
    id="agree",
    options=("Agree", "Disagree", "Don't know"),
    agreeing=("Agree",),
    disagreeing=("Disagree",),
    dont_know=("Don't know",),
)


def made_answers(item: str, cells: Sequence[Any], scale: Scale = AGREE, kind: QuestionKind = "one") -> Answers:
    """The answers to one question: None for who was not asked, an empty text for who left it open.

    Options that were chosen together are a tuple; a missing number was asked for and not given.
    """
    states, texts = [], []
    for cell in cells:
        blank = cell in ("", ()) or (cell is None and kind == "number")
        kind_of = scale.kind_of(cell) if isinstance(cell, str) and kind == "one" else None
        states.append("not_answered" if blank else "not_asked" if cell is None else kind_of or "answered")
        texts.append(BETWEEN.join(cell) if isinstance(cell, tuple) else "" if cell is None else cell)
    distinct = list(scale.options) if kind == "one" else sorted({text for text in texts if text != ""})
    codes = np.array([distinct.index(text) if text != "" else -1 for text in texts], dtype=np.int8)
    several = kind == "several"
    return Answers(
        item=item,
        kind=kind,
        codes=codes,
        state=np.array([state_code(state) for state in states], dtype=np.uint8),
        values=tuple(str(text).removesuffix(".0") for text in distinct),
        options=scale.options if several else (),
        chosen=np.array([[o in v.split(BETWEEN) for o in scale.options] for v in distinct]) if several else None,
        numbers=np.array(distinct, dtype=float) if kind == "number" else None,
    )


def made_responses(
    cells: Mapping[str, Sequence[Any]],
    scale: Scale = AGREE,
    kind: QuestionKind = "one",
    weights: Sequence[float] | None = None,
) -> Responses:
    """The replies to some questions."""
    count = len(next(iter(cells.values())))
    respondents = pd.DataFrame(
        {
            "respondent": [str(n) for n in range(count)],
            "line": range(count),
            "weight": [np.nan] * count if weights is None else list(weights),
            "flags": "",
        }
    )
    return Responses(
        survey="made",
        wave="one",
        export="replies",
        group="practice",
        respondents=respondents,
        answers={item: made_answers(item, values, scale, kind) for item, values in cells.items()},
        flow=Flow(received=count, steps=(), analysed=count),
        excluded=pd.DataFrame(),
        unmatched=pd.DataFrame(),
        off_route={},
    )


def made_sample(
    cells: Mapping[str, Sequence[Any]],
    scale: Scale = AGREE,
    kind: QuestionKind = "one",
    weights: Sequence[float] | None = None,
    failing: str = "",
) -> Sample:
    """Some replies with their questions, all alike but for their names."""
    questions = {
        (item, "one"): Question(
            item=item, wave="one", asked_of="practice", service_line="supplies", kind=kind, scale=scale.id,
            asked_if=(), failing=failing, finding="Q1", label="A question", wording="A question?", failure="failed",
            window="", window_months=None,
        )
        for item in cells
    }  # fmt: skip
    design = SurveyDesign(
        unit="practice", population="", frame="", mode="", selection="self-selected", pairing="independent",
        pairing_note="",
    )  # fmt: skip
    survey = Survey(
        id="made", label="", asked_by="", results="", raw="", design=design, margin=0.05, margin_fixed="", families={},
        groups={"practice": "practices"}, scales={scale.id: scale}, waves={},
        questions=questions, comparability=(),
    )  # fmt: skip
    return sample_of(made_responses(cells, scale, kind, weights), survey, (), "")


def made_estimates(sample: Sample, partition: Partition | None = None) -> list[Estimate]:
    """Every estimate of the first question of some replies."""
    question = next(iter(sample.survey.questions.values()))
    return survey_estimates(sample, [question], partition or everyone(sample.responses))


def option_shares(sample: Sample, partition: Partition | None = None, weighting: str = "unweighted") -> list[Estimate]:
    """The shares of the options of the first question."""
    made = made_estimates(sample, partition)
    return [e for e in made if (e.measure, e.weighting) == ("share", weighting) and e.category != FAILING]


def failing_share(sample: Sample) -> Estimate:
    """The unweighted failing share of the first question."""
    (found,) = [e for e in made_estimates(sample) if (e.category, e.weighting) == (FAILING, "unweighted")]
    return found


def made_waves(
    before: Mapping[str, Sequence[Any]],
    after: Mapping[str, Sequence[Any]],
    practices: tuple[Sequence[str], Sequence[str]],
    *,
    scale: Scale = AGREE,
    weights: tuple[Sequence[float] | None, Sequence[float] | None] = (None, None),
    regions: tuple[Sequence[str], Sequence[str]] | None = None,
    status: str = "same",
    months: tuple[float, float] = (1, 1),
) -> tuple[Comparability, Sample, Sample]:
    """Two waves of replies to question ``q``, on which disagreeing is the failure, and the pair of both."""
    first, second = made_sample(before, scale, failing="disagreeing"), made_sample(after, scale, failing="disagreeing")
    question = first.survey.questions["q", "one"]
    questions = {
        ("q", wave): replace(question, wave=wave, window_months=month)
        for wave, month in zip(("one", "two"), months, strict=True)
    }
    survey = replace(first.survey, questions=questions)
    samples = []
    for place, (wave, sample) in enumerate((("one", first), ("two", second))):
        respondents = sample.responses.respondents.assign(practice=list(practices[place]))
        given = weights[place]
        if given is not None:
            respondents["weight"] = list(given)
        if regions is not None:
            respondents["region_name"] = list(regions[place])
        responses = replace(sample.responses, wave=wave, respondents=respondents)
        samples.append(sample_of(responses, survey, ("file.csv",), "2018-01-16"))
    pair = Comparability(
        finding="C1", respondent_group="practice", service_line="supplies", wave_before="one", item_before="q",
        wave_after="two", item_after="q", status=status, family="headline",  # type: ignore[arg-type]
        reason="The same question.", assumptions="",
    )  # fmt: skip
    return pair, samples[0], samples[1]


def figures_of(*samples: Sample) -> dict[str, Estimate]:
    """Every estimate of ``q`` in some waves, by id."""
    return {
        e.id: e
        for s in samples
        for e in survey_estimates(s, [s.survey.questions["q", s.responses.wave]], everyone(s.responses))
    }
