"""Changes between two waves made from replies: of everyone and by group, weighted where the waves have weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pcse_analysis.catalogue.types import Comparability, Question, Scale
from pcse_analysis.estimates import Change, Estimate, estimate_id
from pcse_analysis.metrics.change import blank_change, tested_change, window_change
from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.sample import Partition, Sample
from pcse_analysis.metrics.sensitivity import tipping_nonresponse
from pcse_analysis.metrics.survey import FAILING, failing_answers
from pcse_analysis.metrics.two_waves import Difference, Side, difference

INDEPENDENT = "Newcombe on effective bases, no practice in both waves"
OVERLAPPING = "Newcombe on effective bases, covariance through practices in both waves"


def side_of(sample: Sample, question: Question, design: Design) -> Side:
    """The answers to a question as a failing share sees them."""
    scale = sample.survey.scales[question.scale]
    base, fails = failing_answers(sample.responses.answers[question.item], question, scale)
    return Side(design=design, keys=sample.keys, base=base, fails=fails)


def failing_options(question: Question, scale: Scale) -> tuple[str, ...]:
    """The options that are the failing answer to a question, in the order of the scale."""
    return scale.agreeing if question.failing == "agreeing" else scale.disagreeing


def questions_of(pair: Comparability, before: Sample, after: Sample) -> tuple[Question, Question]:
    """The two questions of a pair."""
    return (
        before.survey.questions[pair.item_before, pair.wave_before],
        after.survey.questions[pair.item_after, pair.wave_after],
    )


def weighting_of(before: Sample, after: Sample) -> str:
    """Weighted where both waves have weights, so that like is set against like."""
    return "weighted" if before.weighted is not None and after.weighted is not None else "unweighted"


def designs_of(before: Sample, after: Sample, weighting: str) -> tuple[Design, Design]:
    """The designs of two samples with the same weighting."""
    if weighting == "unweighted":
        return before.plain, after.plain
    assert before.weighted is not None and after.weighted is not None
    return before.weighted, after.weighted


def failing_estimate(
    figures: Mapping[str, Estimate], sample: Sample, question: Question, weighting: str, group_by: str, group: str
) -> Estimate | None:
    """The failing share of a question in a group, or None where it was not made."""
    responses = sample.responses
    parts = ("share", FAILING, group_by, group, "weighted" if weighting == "weighted" else "")
    return figures.get(estimate_id(responses.survey, responses.wave, responses.group, question.item, *parts))


def reply_change(
    pair: Comparability,
    before: Sample,
    after: Sample,
    figures: Mapping[str, Estimate],
    response_rate_after: float | None = None,
) -> Change | None:
    """The change of a pair over everyone, as far as its comparability allows; not yet judged in its family.

    None where one of the two shares was not made. A suppressed share is not differenced.
    """
    weighting = weighting_of(before, after)
    first, second = questions_of(pair, before, after)
    shares = [
        failing_estimate(figures, sample, question, weighting, "", "")
        for sample, question in ((before, first), (after, second))
    ]
    if shares[0] is None or shares[1] is None:
        return None
    blank = blank_change(pair, after.survey, shares[0], shares[1])
    if shares[0].value is None or shares[1].value is None:
        return blank
    if pair.status == "window_differs":
        return window_change(blank, after.survey, shares[0], shares[1])
    if pair.status != "same":
        return blank
    designs = designs_of(before, after, weighting)
    found = difference(side_of(before, first, designs[0]), side_of(after, second, designs[1]))
    assert found is not None
    change = _tested(blank, found)
    if response_rate_after is None:
        return change
    return replace(change, tipping_nonresponse=tipping_nonresponse(found.value, response_rate_after))


def changes_by_group(
    pair: Comparability,
    samples: tuple[Sample, Sample],
    partitions: tuple[Partition, Partition],
    figures: Mapping[str, Estimate],
) -> list[Change]:
    """The change of a pair in every group that both waves have, but for groups in which a share is suppressed.

    They form a family of their own for each kind of group, to be screened.
    """
    if pair.status != "same":
        return []
    before, after = samples
    weighting = weighting_of(before, after)
    questions = questions_of(pair, before, after)
    designs = designs_of(before, after, weighting)
    sides = [side_of(s, q, d) for s, q, d in zip(samples, questions, designs, strict=True)]
    made = []
    group_by = partitions[1].group_by
    for group in (g for g in partitions[0].groups if g in partitions[1].groups):
        shares = [
            failing_estimate(figures, sample, question, weighting, group_by, group)
            for sample, question in zip(samples, questions, strict=True)
        ]
        if shares[0] is None or shares[1] is None or shares[0].value is None or shares[1].value is None:
            continue
        rows = [p.of_row == p.groups.index(group) for p in partitions]
        found = difference(sides[0].within(rows[0]), sides[1].within(rows[1]))
        if found is not None:
            blank = replace(blank_change(pair, after.survey, shares[0], shares[1]), family=f"by {group_by}")
            made.append(_tested(blank, found))
    return made


def _tested(blank: Change, found: Difference) -> Change:
    method = OVERLAPPING if found.pairs else INDEPENDENT
    return replace(tested_change(blank, found.shares), method=method)
