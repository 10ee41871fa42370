"""Estimates from replies: the share of each option, the share that failed, means; for everyone or by group.

Each is made without weights and, where the sample has any, with them. Without weights and clusters the interval of a
share is Wilson's on the base; else it is Wilson's on the effective base, with Student's quantile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.types import Question, Scale
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.coded import Coded, CodedEstimates, coded_estimates
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.intervals import CONFIDENCE, student, wilson, z_of
from pcse_analysis.metrics.sample import Partition, Sample
from pcse_analysis.metrics.share_intervals import cautious_base, share_interval
from pcse_analysis.responses import ANSWERED, NO_ANSWER, Answers, state_code

Floats = NDArray[np.float64]
FAILING = "failing"
CHOSEN_STATES = (ANSWERED, "dont_know", "not_applicable", "prefer_not_to_say")
"""States of those who chose an option of the scale."""


class Target(NamedTuple):
    """What is estimated of a question: a measure, and the option or the failing end that it is of."""

    measure: str
    category: str


@dataclass(frozen=True)
class _Subject:
    """A question with its answers as codes, and its targets; ``missing`` says who of those asked is in no base."""

    question: Question
    targets: tuple[Target, ...]
    coded: Coded
    missing: tuple[NDArray[np.bool_], ...]


def survey_estimates(
    sample: Sample, questions: Sequence[Question], partition: Partition, *, only_failing: bool = False
) -> list[Estimate]:
    """Every estimate of some questions in every group of a partition, for each weighting of the sample.

    Option shares are among those who chose any option, "don't know" and the like included; with several options to
    choose they do not sum to one. The failing share (category ``failing``) is among those who gave an opinion. Means
    are of those who gave a number; a group in which nobody did has none. ``only_failing`` leaves all but failing
    shares out.
    """
    subjects = [s for s in (_subject(sample, question, only_failing) for question in questions) if s.targets]
    if not subjects:
        return []
    made = []
    for weighting, design in sample.designs:
        found = coded_estimates([s.coded for s in subjects], design, partition.of_row, len(partition.groups))
        made += _estimates(sample, subjects, partition, weighting, design, found)
    return made


def failing_answers(answers: Answers, question: Question, scale: Scale) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who gave an opinion, and who of these gave the answer that the question calls a failure."""
    failing = scale.agreeing if question.failing == "agreeing" else scale.disagreeing
    opinion = answers.state == state_code(ANSWERED)
    return opinion, opinion & np.append(np.isin(answers.values, failing), False)[answers.codes]


def _subject(sample: Sample, question: Question, only_failing: bool) -> _Subject:
    answers = sample.responses.answers[question.item]
    state = answers.state
    chose = np.isin(state, [state_code(kind) for kind in CHOSEN_STATES])
    # One more code for those who chose an option that the questionnaire has no name for, such as a code for "other".
    codes = np.where(chose, np.where(answers.codes == NO_ANSWER, len(answers.values), answers.codes), NO_ANSWER)
    open_ = state == state_code("not_answered")
    targets: list[Target] = []
    above: list[Floats] = []
    below: list[Floats] = []
    missing: list[NDArray[np.bool_]] = []
    size = len(answers.values) + 1

    def add(target: Target, counted: Floats, base: Floats, left: NDArray[np.bool_]) -> None:
        targets.append(target)
        above.append(np.append(counted, 0.0))
        below.append(base)
        missing.append(left)

    if question.kind in ("one", "several"):
        scale = sample.survey.scales[question.scale]
        if not only_failing:
            chosen = np.eye(size - 1) if answers.chosen is None else answers.chosen.astype(float)
            for option, counted in zip(answers.options or answers.values, chosen.T, strict=True):
                add(Target("share", option), counted, np.ones(size), open_)
        if question.failing:
            opinion, _ = failing_answers(answers, question, scale)
            held = np.bincount(codes[opinion & (codes >= 0)], minlength=size) > 0
            failing = scale.agreeing if question.failing == "agreeing" else scale.disagreeing
            left = ~opinion & (state != state_code("not_asked"))
            add(Target("share", FAILING), np.isin(answers.values, failing).astype(float), held.astype(float), left)
    elif question.kind == "number" and not only_failing:
        assert answers.numbers is not None
        codes = np.where((state == state_code(ANSWERED)), answers.codes, NO_ANSWER)
        add(Target("mean", ""), answers.numbers, np.append(np.ones(size - 1), 0.0), open_)
    empty = np.zeros((size, 0))
    return _Subject(
        question=question,
        targets=tuple(targets),
        coded=Coded(
            codes=codes.astype(np.int32),
            above=np.column_stack([empty, *above]),
            below=np.column_stack([empty, *below]),
        ),
        missing=tuple(missing),
    )


def _estimates(
    sample: Sample,
    subjects: Sequence[_Subject],
    partition: Partition,
    weighting: str,
    design: Design,
    found: CodedEstimates,
) -> list[Estimate]:
    simple = weighting == "unweighted" and not design.has_clusters
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = cautious_base(found.value, found.variance, found.kish_base)
        if simple:
            low, high = wilson(found.value, found.base, z_of(CONFIDENCE))
        else:
            low, high = share_interval(
                found.value, found.variance, found.base, found.kish_base, found.degrees_of_freedom, CONFIDENCE
            )
    spread = len(design) if simple else 0
    made = []
    cells = [(s, group, t) for s in range(len(subjects)) for group in range(len(partition.groups))
             for t in range(len(subjects[s].targets))]  # fmt: skip
    for place, (number, group, t) in enumerate(cells):
        subject, held = subjects[number], bool(found.base[place])
        target = subject.targets[t]
        is_mean = target.measure == "mean"
        if is_mean and not held:
            continue
        limits = _mean(found, place, spread) if is_mean else (float(low[place]), float(high[place]))
        base = found.kish_base[place] if is_mean else effective[place]
        made.append(
            estimate_of(
                sample,
                subject.question,
                target.measure,
                target.category,
                {
                    "value": float(found.value[place]) if held else None,
                    "low": limits[0] if held else None,
                    "high": limits[1] if held else None,
                    "confidence": CONFIDENCE if held and limits[0] is not None else None,
                    "unit": "number" if is_mean else "share",
                    "numerator": None if is_mean else float(found.numerator[place]),
                    "base": float(found.base[place]),
                    "base_status": "" if is_mean else "counted",
                    "weighted_base": None if weighting == "unweighted" else float(found.weighted_base[place]),
                    "effective_base": float(base) if held and not simple else None,
                    "missing": int((subject.missing[t] & (partition.of_row == group)).sum()),
                    "weighting": weighting,
                    "method": _method(is_mean, simple, weighting),
                },
                partition.group_by,
                partition.groups[group],
            )
        )
    return made


def _method(is_mean: bool, simple: bool, weighting: str) -> str:
    if is_mean:
        return "mean, Student" if weighting == "unweighted" else "weighted mean, Student"
    if simple:
        return "count, Wilson"
    return f"{'count' if weighting == 'unweighted' else 'weighted'}, Wilson on the effective base"


def _mean(found: CodedEstimates, place: int, simple: int) -> tuple[float | None, float | None]:
    """Student's interval of a mean; none where all numbers are alike, which says nothing of their spread.

    ``simple`` is the number of replies of a design without weights and clusters: there the spread is that of the
    numbers given, whatever the number of replies without one.
    """
    variance, base = float(found.variance[place]), float(found.base[place])
    if not variance > 0 or base < 2:
        return None, None
    if simple:
        variance *= (simple - 1) / simple * base / (base - 1)
    reach = float(student(found.degrees_of_freedom[place])) * variance**0.5
    return float(found.value[place]) - reach, float(found.value[place]) + reach


def estimate_of(
    sample: Sample,
    question: Question,
    measure: str,
    category: str,
    numbers: Mapping[str, object],
    group_by: str = "",
    group: str = "",
) -> Estimate:
    """The estimate of a question, for everyone or in a group. ``numbers`` are the fields that are its own.

    The id names the category but where it is found by estimating, as the band of a median is.
    """
    responses = sample.responses
    named = "" if measure == "median_band" else category
    parts = (measure, named, group_by, group, "weighted" if numbers["weighting"] == "weighted" else "")
    return Estimate(
        id=estimate_id(responses.survey, responses.wave, responses.group, question.item, *parts),
        survey=responses.survey,
        wave=responses.wave,
        respondent_group=responses.group,
        service_line=question.service_line,
        item=question.item,
        measure=measure,
        category=category,
        group_by=group_by,
        group=group,
        sources=sample.sources,
        known_on=sample.known_on,
        **numbers,  # type: ignore[arg-type]
    )
