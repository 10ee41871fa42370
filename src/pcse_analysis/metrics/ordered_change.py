"""A change on a question with ordered answers, seen over all its options and not over a share alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import REGISTER_WORDS
from pcse_analysis.catalogue.types import Question
from pcse_analysis.errors import DataError
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.metrics.beside import beside
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.ordinal import probability_of_superiority, rank_test
from pcse_analysis.metrics.parallel_slopes import parallel_slopes
from pcse_analysis.metrics.proportional_odds import proportional_odds
from pcse_analysis.metrics.rao_scott import two_way
from pcse_analysis.metrics.reply_change import designs_of, failing_options, side_of, weighting_of
from pcse_analysis.metrics.sample import Sample
from pcse_analysis.metrics.two_waves import joined
from pcse_analysis.responses import ANSWERED, NO_ANSWER, state_code

LATER = "later survey"
FEWEST_OPTIONS = 3
NOT_MADE = "not made: "
Made = dict[str, object]


def ordered_estimates(
    change: Change,
    samples: tuple[Sample, Sample],
    questions: tuple[Question, Question],
    adjusted_for: Sequence[str],
) -> list[Estimate]:
    """What the whole scale says of a change; none where it has fewer than three ordered opinions or differs by wave.

    ``superiority``: the probability that a later reply is worse than an earlier one, ties counting half. ``p_rank``:
    the rank test of it. ``p_distribution``: the Rao-Scott test that the options are chosen alike. ``odds_ratio``: the
    odds of a worse reply in the later survey over those in the earlier one, adjusted for what the register knows of the
    practice; ``p_parallel``: the test of what that ratio assumes. One that cannot be made has no value, and its method
    says why.
    """
    scales = [sample.survey.scales[q.scale] for sample, q in zip(samples, questions, strict=True)]
    options = [[o for o in scale.options if o not in scale.not_an_opinion] for scale in scales]
    if options[0] != options[1] or len(options[0]) < FEWEST_OPTIONS:
        return []
    ordered = options[0]
    failing = failing_options(questions[1], scales[1])
    if ordered.index(failing[0]) < len(ordered) / 2:
        ordered = ordered[::-1]
    return list(_Ordered(change, samples, questions, ordered).estimates(adjusted_for))


class _Ordered:
    """The answers of both waves, one after the other, from the best to the worst option."""

    def __init__(
        self,
        change: Change,
        samples: tuple[Sample, Sample],
        questions: tuple[Question, Question],
        ordered: Sequence[str],
    ) -> None:
        self.change, self.samples, self.ordered = change, samples, ordered
        self.weighting = weighting_of(*samples)
        designs = designs_of(*samples, self.weighting)
        sides = [side_of(s, q, d) for s, q, d in zip(samples, questions, designs, strict=True)]
        self.design = joined(sides)
        self.codes = np.concatenate([self._codes(s, q) for s, q in zip(samples, questions, strict=True)])
        self.wave = np.repeat([0, 1], [len(sample.responses) for sample in samples])
        self.base = float((self.codes != NO_ANSWER).sum())

    def _codes(self, sample: Sample, question: Question) -> NDArray[np.intp]:
        answers = sample.responses.answers[question.item]
        place = {option: number for number, option in enumerate(self.ordered)}
        of_value = np.array([*(place.get(value, NO_ANSWER) for value in answers.values), NO_ANSWER], dtype=np.intp)
        return np.where(answers.state == state_code(ANSWERED), of_value[answers.codes], NO_ANSWER)

    def estimates(self, adjusted_for: Sequence[str]) -> Iterator[Estimate]:
        answers = np.where(self.codes == NO_ANSWER, np.nan, self.codes)
        options = np.where(self.codes == NO_ANSWER, None, np.array([*self.ordered, ""], dtype=object)[self.codes])

        def superiority() -> Made:
            found = probability_of_superiority(answers, self.wave, self.design)
            low, high = found.interval(CONFIDENCE)
            method = "ranks, interval on the logit scale"
            return {"value": found.value, "low": low, "high": high, "confidence": CONFIDENCE, "method": method}

        def p_rank() -> Made:
            p = rank_test(answers, self.wave, self.design).p_value
            return {"value": p, "unit": "probability", "method": "Wilcoxon's scores under the design"}

        def p_distribution() -> Made:
            p = two_way(options, self.wave, self.design).second_order().p_value
            return {"value": p, "unit": "probability", "method": "Rao and Scott, second order"}

        yield self._made("superiority", superiority)
        yield self._made("p_rank", p_rank)
        yield self._made("p_distribution", p_distribution)
        columns = self._register(adjusted_for)
        # An option that nobody chose has no threshold of its own.
        used = self.codes != NO_ANSWER
        for column in columns.values():
            used &= pd.notna(column)
        chosen = sorted(set(self.codes[used].tolist()))
        place = np.full(len(self.ordered) + 1, NO_ANSWER)
        place[chosen] = np.arange(len(chosen))
        codes = np.where(used, place[self.codes], NO_ANSWER)
        names = [self.ordered[code] for code in chosen]
        covariates = Covariates(columns={LATER: self.wave} | columns)
        words = f", adjusted for {' and '.join(REGISTER_WORDS.get(c, c) for c in columns)}" if columns else ""

        def odds_ratio() -> Made:
            fitted = proportional_odds(codes, names, covariates, self.design).coefficients
            at = fitted.place(LATER)
            low, high = (np.exp(limits[at]) for limits in fitted.interval(CONFIDENCE))
            limits = {"low": float(low), "high": float(high), "confidence": CONFIDENCE}
            value = float(np.exp(fitted.values[at]))
            method = f"proportional odds{words}"
            return limits | {"value": value, "unit": "ratio", "base": float(fitted.base), "method": method}

        def p_parallel() -> Made:
            p = parallel_slopes(codes, names, covariates, self.design).of_each[LATER].p_value
            return {"value": p, "unit": "probability", "method": f"equal slopes at every threshold{words}"}

        yield self._made("odds_ratio", odds_ratio)
        yield self._made("p_parallel", p_parallel)

    def _register(self, columns: Sequence[str]) -> dict[str, NDArray[np.object_]]:
        """What the register knows of the practice of each reply; only columns that both waves have."""
        frames = [sample.responses.respondents for sample in self.samples]
        return {
            column: np.concatenate(
                [frame[column].astype("object").where(frame[column].notna(), None).to_numpy() for frame in frames]
            )
            for column in columns
            if all(column in frame and frame[column].notna().any() for frame in frames)
        }

    def _made(self, measure: str, make: Callable[[], Made]) -> Estimate:
        numbers: Made = {"value": None, "unit": "share", "base": self.base, "method": ""}
        try:
            numbers |= make()
        except DataError as error:
            numbers["method"] = NOT_MADE + "; ".join(problem.what for problem in error.problems)
        return beside(self.change, self.samples, measure, numbers | {"weighting": self.weighting})
