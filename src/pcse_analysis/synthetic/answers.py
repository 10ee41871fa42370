"""Answers of made-up respondents: exact counts of every answer, given by ranking respondents and cutting the rank.

Each respondent has a bent for good or bad experience, and a further one for each service line, so that answers go
together as they do in real surveys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from pcse_analysis.catalogue.types import Question, Scale, Survey
from pcse_analysis.synthetic.chance import Chance, on_line
from pcse_analysis.synthetic.plan import Plan
from pcse_analysis.synthetic.targets import Published, Target, target
from pcse_analysis.synthetic.texts import written_texts

Key = tuple[str, str]
"""A cell of a reply: an item and a part of it (an option, or nothing), or a role and nothing."""
Cells = dict[Key, str]
OF_BENT, OF_LINE = 0.7, 0.5
"""What the bents weigh beside chance, which weighs 1."""
ONE_IN = 6
"""Of those to whom nothing happened, one in so many says "don't know" where the scale has it."""


@dataclass(kw_only=True)
class AnswerMaker:
    """Answers the questions of one export for all its respondents, question by question."""

    survey: Survey
    wave: str
    plan: Plan
    published: Published
    bents: Sequence[float]
    days: Sequence[date]
    answers: list[Cells] = field(init=False)
    lines: dict[str, list[float]] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nobody having answered anything."""
        self.answers = [{} for _ in self.bents]
        self.lines = {}

    def answer(self, item: str) -> None:
        """Give the answers to ``item``; whoever was not asked, or leaves it blank, has no cell for it."""
        question = self.survey.questions[item, self.wave]
        asked = [row for row, cells in enumerate(self.answers) if _is_asked(question, cells)]
        chance = Chance(self.plan.seed, self.wave, item)
        match question.kind:
            case "one":
                self._one(question, asked, chance)
            case "several":
                self._several(question, asked, chance)
            case "number":
                self._numbers(question, asked, chance)
            case "date":
                self._dates(question, asked, chance)
            case "text":
                self._texts(question, asked, chance)

    def _ranked(self, question: Question, asked: Sequence[int], chance: Chance, *, bent: bool) -> list[int]:
        """Respondents from the worst experience to the best; by chance alone where ``bent`` does not count."""
        if question.service_line not in self.lines:
            luck = Chance(self.plan.seed, self.wave, question.asked_of, question.service_line)
            self.lines[question.service_line] = [luck.bell() for _ in self.bents]
        line = self.lines[question.service_line]
        scores = {row: chance.bell() + bent * (OF_BENT * self.bents[row] + OF_LINE * line[row]) for row in asked}
        return sorted(asked, key=lambda row: (-scores[row], row))

    def _one(self, question: Question, asked: Sequence[int], chance: Chance) -> None:
        scale = self.survey.scales[question.scale]
        key = question.item, self.wave
        share = self.published.shares.get(key)
        wanted = target(question, scale, self.plan.one.get(key, ()), len(asked), self.plan.unanswered, share)
        left = dict(wanted.options)
        forced = self._implied(question.item, asked)
        for row in forced:
            self.answers[row][question.item, ""] = scale.options[0]
        left[scale.options[0]] -= len(forced)
        if min(left.values()) < 0:
            raise ValueError(f"{question.item}: more answers are implied than planned")
        free = [row for row in asked if row not in forced]
        silent = _silent(scale, left, wanted)
        unsure = dict(zip(chance.some(free, len(silent)), silent, strict=True))
        others = [row for row in free if row not in unsure]
        ranked = self._ranked(question, others, chance, bent=bool(question.failing or scale.bands))
        opinions = [option for option in _worst_first(question, scale) for _ in range(left[option])]
        given = {**unsure, **dict(zip(ranked, opinions, strict=True))}
        self.answers = [
            {**cells, (question.item, ""): given[row]} if given.get(row) else cells
            for row, cells in enumerate(self.answers)
        ]

    def _implied(self, item: str, asked: Iterable[int]) -> set[int]:
        """Those whose answer to another question leaves only the first option of this one."""
        other = self.plan.implied.get(item)
        if other is None:
            return set()
        yes = self.survey.scales[self.survey.questions[other, self.wave].scale].options[0]
        return {row for row in asked if self.answers[row].get((other, "")) == yes}

    def _several(self, question: Question, asked: Sequence[int], chance: Chance) -> None:
        scale = self.survey.scales[question.scale]
        shares = self.plan.several[question.item, self.wave]
        chosen: dict[int, Cells] = {row: {} for row in asked}
        for option, share in zip(scale.options, shares, strict=False):
            ranked = self._ranked(question, asked, chance, bent=True)
            for row in ranked[: _part(share, asked)]:
                chosen[row][question.item, option] = option
        if question.item in self.plan.other:
            share, texts = self.plan.other[question.item]
            for place, row in enumerate(chance.some(asked, _part(share, asked))):
                chosen[row][question.item, scale.other] = texts[place % len(texts)]
        nothing = chance.shuffled([row for row in asked if not chosen[row]])
        blank = _part(self.plan.unanswered, asked)
        for place, row in enumerate(nothing[blank:]):
            unsure = scale.dont_know and place % ONE_IN == 0
            option = scale.dont_know[0] if unsure else scale.options[len(shares)]
            chosen[row][question.item, option] = option
        for row, cells in chosen.items():
            self.answers[row].update(cells)

    def _numbers(self, question: Question, asked: Sequence[int], chance: Chance) -> None:
        ranked = self._ranked(question, self._answering(asked, chance), chance, bent=bool(question.asked_if))
        points = self.plan.number[question.item, self.wave]
        for place, row in enumerate(reversed(ranked)):
            self.answers[row][question.item, ""] = str(on_line(points, (place + 0.5) / len(ranked)))

    def _dates(self, question: Question, asked: Sequence[int], chance: Chance) -> None:
        least, most = self.plan.date[question.item, self.wave]
        for row in self._answering(asked, chance):
            day = self.days[row] - timedelta(days=chance.between(least, most))
            self.answers[row][question.item, ""] = day.isoformat()

    def _texts(self, question: Question, asked: Sequence[int], chance: Chance) -> None:
        text = self.plan.text[question.item]
        times = text.personal.get(self.wave, 0)
        share = text.written
        people = self.plan.people
        given = written_texts(text.plain, text.personal_texts, times, people, len(asked), share, chance)
        for row, words in zip(asked, given, strict=True):
            if words:
                self.answers[row][question.item, ""] = words

    def _answering(self, asked: Sequence[int], chance: Chance) -> list[int]:
        """Those asked without the few who leave the question blank."""
        return sorted(chance.some(asked, len(asked) - _part(self.plan.unanswered, asked)))


def _is_asked(question: Question, cells: Mapping[Key, str]) -> bool:
    return all(cells.get((condition.item, "")) in condition.options for condition in question.asked_if)


def _part(percentage: Fraction, asked: Sequence[int]) -> int:
    return int(percentage * len(asked) / 100 + Fraction(1, 2))


def _silent(scale: Scale, left: Mapping[str, int], wanted: Target) -> list[str]:
    """One entry for each respondent without an opinion: the option chosen, or nothing."""
    chosen = [option for option in scale.options if option in scale.not_an_opinion for _ in range(left[option])]
    return [*chosen, *[""] * wanted.blank]


def _worst_first(question: Question, scale: Scale) -> list[str]:
    """The opinions from the worst experience to the best; options that stand for delays rise from the best on."""
    opinions = [option for option in scale.options if option not in scale.not_an_opinion]
    worst_is_last = question.failing == "disagreeing" or bool(scale.bands)
    return opinions[::-1] if worst_is_last else opinions
