"""Estimates from replies: the share of each option, the share that failed, means; for everyone or by group.

Unweighted and, where the replies have weights, weighted. A weighted share's interval is Wilson's on Kish's effective
base (L. Kish, Survey Sampling, 1965, section 11.7): the base divided by one plus the squared variation of the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.weightstats import DescrStatsW

from pcse_analysis.catalogue.types import Question, Scale, Survey
from pcse_analysis.estimates import Estimate, estimate_id
from pcse_analysis.metrics.design import kish_base
from pcse_analysis.metrics.intervals import CONFIDENCE, share_limits
from pcse_analysis.responses import ANSWERED, NO_ANSWER, Answers, Responses, state_code

Floats = NDArray[np.float64]
EVERYONE = ""
FAILING = "failing"
CHOSEN_STATES = (ANSWERED, "dont_know", "not_applicable", "prefer_not_to_say")
"""States of those who chose an option of the scale."""


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Some of the respondents: those with ``group`` in ``group_by``, or everyone."""

    group_by: str
    group: str
    rows: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an estimate is about."""

    survey: Survey
    responses: Responses
    question: Question
    sources: tuple[str, ...]
    known_on: str


def everyone(responses: Responses) -> Domain:
    """The domain of all respondents."""
    return Domain(group_by=EVERYONE, group="", rows=np.ones(len(responses), dtype=bool))


def domains_of_item(answers: Answers) -> list[Domain]:
    """A domain for each option of a question with one answer."""
    return [
        Domain(group_by=answers.item, group=option, rows=answers.codes == place)
        for place, option in enumerate(answers.values)
    ]


def option_shares(subject: Subject, scale: Scale, domain: Domain, *, weighted: bool = False) -> list[Estimate]:
    """The share of each option among those who chose any option of the question, "don't know" and the like included.

    With several options to choose, the shares of a question do not sum to one.
    """
    answers = subject.responses.answers[subject.question.item]
    chose = np.isin(answers.state, [state_code(state) for state in CHOSEN_STATES]) & domain.rows
    counts = _option_counts(answers, chose, None)
    weights = subject.responses.weights if weighted else None
    sums = counts.astype(float) if weights is None else _option_counts(answers, chose, weights)
    missing = int(((answers.state == state_code("not_answered")) & domain.rows).sum())
    return [
        _share(subject, domain, option, chose, int(counts[place]), float(sums[place]), missing, weights)
        for place, option in enumerate(scale.options)
    ]


def failing_share(subject: Subject, scale: Scale, domain: Domain, *, weighted: bool = False) -> Estimate:
    """The share with a failing answer among those who gave an opinion: "don't know" and the like are not in the base.

    ``category`` is ``failing``; which options fail is what the question says of its scale.
    """
    answers = subject.responses.answers[subject.question.item]
    failing = scale.agreeing if subject.question.failing == "agreeing" else scale.disagreeing
    fails = np.append(np.isin(answers.values, failing), False)[answers.codes]
    opinion = (answers.state == state_code(ANSWERED)) & domain.rows
    weights = subject.responses.weights if weighted else None
    count = int((fails & opinion).sum())
    total = float(count) if weights is None else float(weights[fails & opinion].sum())
    missing = int((domain.rows & ~opinion & (answers.state != state_code("not_asked"))).sum())
    return _share(subject, domain, FAILING, opinion, count, total, missing, weights)


def mean(subject: Subject, domain: Domain, *, weighted: bool = False) -> Estimate | None:
    """The mean of a question that asks for a number, with Student's interval; None where nobody answered."""
    answers = subject.responses.answers[subject.question.item]
    assert answers.numbers is not None
    gave = (answers.state == state_code(ANSWERED)) & (answers.codes != NO_ANSWER) & domain.rows
    if not gave.any():
        return None
    values = answers.numbers[answers.codes[gave]]
    weights = subject.responses.weights if weighted else None
    chosen = None if weights is None else weights[gave]
    effective = None if chosen is None else kish_base(chosen)
    # Weights are scaled to sum to the effective base: they say whom a reply stands for, not how often it was given.
    scaled = None if chosen is None or effective is None else chosen * effective / chosen.sum()
    described = DescrStatsW(values, scaled)
    low = high = None
    if len(values) > 1 and float(described.var) > 0:
        low, high = (float(limit) for limit in described.tconfint_mean(1 - CONFIDENCE))
    missing = int(((answers.state == state_code("not_answered")) & domain.rows).sum())
    return _estimate(
        subject,
        domain,
        "mean",
        "",
        value=float(described.mean),
        low=low,
        high=high,
        confidence=None if low is None else CONFIDENCE,
        unit="number",
        base=float(len(values)),
        weighted_base=None if chosen is None else float(chosen.sum()),
        effective_base=effective,
        missing=missing,
        method="mean, Student" if chosen is None else "weighted mean, Student on the effective base",
        weighting="unweighted" if chosen is None else "weighted",
    )


def _option_counts(answers: Answers, chose: NDArray[np.bool_], weights: Floats | None) -> NDArray:
    """How often each option was chosen, or the sum of the weights of those who chose it."""
    codes = answers.codes[chose]
    in_use = codes != NO_ANSWER
    of_values = np.bincount(
        codes[in_use],
        weights=None if weights is None else weights[chose][in_use],
        minlength=len(answers.values),
    )
    return of_values if answers.chosen is None else of_values @ answers.chosen


def _share(
    subject: Subject,
    domain: Domain,
    category: str,
    in_base: NDArray[np.bool_],
    count: int,
    total: float,
    missing: int,
    weights: Floats | None,
) -> Estimate:
    base = int(in_base.sum())
    weighted_base = effective = None
    value: float | None
    if weights is None:
        value = count / base if base else None
        method = "count, Wilson"
    else:
        weighted_base = float(weights[in_base].sum())
        effective = kish_base(weights[in_base])
        value = min(1.0, total / weighted_base) if weighted_base else None
        method = "weighted, Wilson on the effective base"
    low = high = None
    if value is not None:
        low, high = share_limits(value, effective or base)
    return _estimate(
        subject,
        domain,
        "share",
        category,
        value=value,
        low=low,
        high=high,
        confidence=None if low is None else CONFIDENCE,
        unit="share",
        numerator=float(count),
        base=float(base),
        base_status="counted",
        weighted_base=weighted_base,
        effective_base=effective,
        missing=missing,
        method=method,
        weighting="unweighted" if weights is None else "weighted",
    )


def _estimate(subject: Subject, domain: Domain, measure: str, category: str, **numbers: object) -> Estimate:
    responses, question = subject.responses, subject.question
    parts: Sequence[str] = (measure, category, domain.group_by, domain.group)
    weighted = ["weighted"] if numbers.get("weighting") == "weighted" else []
    return Estimate(
        id=estimate_id(
            responses.survey, responses.wave, responses.group, question.item, *(p for p in (*parts, *weighted) if p)
        ),
        survey=responses.survey,
        wave=responses.wave,
        respondent_group=responses.group,
        service_line=question.service_line,
        item=question.item,
        measure=measure,
        category=category,
        group_by=domain.group_by,
        group=domain.group,
        sources=subject.sources,
        known_on=subject.known_on,
        **numbers,  # type: ignore[arg-type]
    )
