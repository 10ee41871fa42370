"""Turns the columns of one question into answers; what is not an option is kept aside and told, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import ExportFile, QuestionKind
from pcse_analysis.catalogue.types import Question, Scale
from pcse_analysis.cleaning.dates import read_dates
from pcse_analysis.cleaning.exports import Coded, Export
from pcse_analysis.cleaning.free_text import redact_texts
from pcse_analysis.cleaning.headers import Column, tidied
from pcse_analysis.cleaning.numbers import read_number
from pcse_analysis.cleaning.several import Marks, combinations, read_joined, read_ticks
from pcse_analysis.cleaning.unknown import Unknown
from pcse_analysis.cleaning.values import Meanings, Meant
from pcse_analysis.responses import ANSWERED, BETWEEN, NO_ANSWER, Answers, state_code

OTHER = "_other"
"""Ends the name of the item that holds what respondents wrote behind an option such as 'Other (please specify)'."""
NOT_ANSWERED = state_code("not_answered")


@dataclass
class Read:
    """The answers to the questions of one export so far, and the values that are none."""

    answers: dict[str, Answers]
    unknown: list[Unknown]


class AnswerReader:
    """Reads the answers of one export, question by question."""

    def __init__(
        self,
        export: Export,
        plan: ExportFile,
        scales: Mapping[str, Scale],
        meanings: Meanings,
        codebook: Mapping[str, Mapping[str, str]],
    ) -> None:
        """``codebook`` gives labels by column code and value, where there is one."""
        self.export, self.plan, self.scales, self.meanings, self.codebook = export, plan, scales, meanings, codebook
        platform = export.header.platform
        self.marks = Marks(
            selected=frozenset(map(tidied, plan.selected or platform.selected)),
            not_selected=frozenset(map(tidied, plan.not_selected or platform.not_selected)),
        )
        self.joined = platform.joined
        self.read = Read({}, [])

    def add(self, question: Question, columns: Sequence[Column]) -> None:
        """Read one question from its columns."""
        scale = self.scales.get(question.scale)
        if question.kind == "several":
            assert scale is not None
            main, others = self._parted(columns, scale)
            if main is None:
                self._over_columns(question, scale, columns)
                return
            self._in_one_cell(question, scale, main)
            for other in others:
                self._own_words(question.item, self.export.columns[other.place], self._meant(question.item, other))
            return
        main, *others = sorted(columns, key=lambda c: (c.part != "", c.place))
        column = self.export.columns[main.place]
        meant = self._meant(question.item, main)
        match question.kind:
            case "one":
                assert scale is not None
                self._one(question, scale, main, column, meant)
            case "number":
                self._number(question, main, column, meant)
            case "date":
                self._date(question, main, column, meant)
            case "text":
                self._text(question.item, column, meant)
        for other in others:
            self._own_words(question.item, self.export.columns[other.place], self._meant(question.item, other))

    def _meant(self, item: str, column: Column) -> Meant:
        labels = self.codebook.get(column.code) or self.codebook.get(column.name)
        return self.meanings.of(self.export.columns[column.place], item, labels)

    def _unknown(
        self,
        item: str,
        column: Column,
        coded: Coded,
        wrong: Sequence[int],
        expected: str,
        scale: Scale | None = None,
        parts: Mapping[int, str] | None = None,
    ) -> None:
        if wrong:
            unknown = Unknown(item, column.name, coded, tuple(wrong), expected, scale, parts or {})
            self.read.unknown.append(unknown)

    def _keep(self, item: str, kind: QuestionKind, codes: NDArray, states: NDArray, **more: object) -> None:
        """Note the answers of a question, its codes in the smallest whole numbers that hold them."""
        largest = int(codes.max(initial=0))
        small = np.int8 if largest < 2**7 else np.int16 if largest < 2**15 else np.int32
        self.read.answers[item] = Answers(
            item=item,
            kind=kind,
            codes=codes.astype(small),
            state=states.astype(np.uint8),
            **more,  # type: ignore[arg-type]
        )

    def _one(self, question: Question, scale: Scale, column: Column, coded: Coded, meant: Meant) -> None:
        place_of = {tidied(option): place for place, option in enumerate(scale.options)}
        codes = np.array([place_of.get(text, NO_ANSWER) for text in meant.texts], dtype=np.int32)
        states = meant.states.copy()
        answered = states == state_code(ANSWERED)
        wrong = [int(place) for place in np.flatnonzero(answered & (codes == NO_ANSWER))]
        if wrong and scale.other:
            codes[wrong] = scale.options.index(scale.other)
            own = [""] * len(meant.texts)
            for place in wrong:
                own[place] = meant.texts[place]
            self._own_words(question.item, coded, _with_texts(own, states))
        elif wrong:
            states[wrong] = NOT_ANSWERED
            expected = f"an option of scale '{scale.id}'"
            self._unknown(question.item, column, coded, wrong, expected, scale)
        for place, option in enumerate(scale.options):
            kind = scale.kind_of(option)
            if kind is not None:
                states[codes == place] = state_code(kind)
        self._keep(question.item, "one", codes[coded.codes], states[coded.codes], values=scale.options)

    def _number(self, question: Question, column: Column, coded: Coded, meant: Meant) -> None:
        numbers = [read_number(text) if text else None for text in meant.texts]
        wrong = [place for place, text in enumerate(meant.texts) if text and numbers[place] is None]
        self._unknown(question.item, column, coded, wrong, "a number")
        states = meant.states.copy()
        states[wrong] = NOT_ANSWERED
        distinct = sorted({number for number in numbers if number is not None})
        place_of = {number: place for place, number in enumerate(distinct)}
        codes = np.array([NO_ANSWER if n is None else place_of[n] for n in numbers], dtype=np.int32)
        values = tuple(repr(number).removesuffix(".0") for number in distinct)
        array = np.array(distinct, dtype=np.float64)
        self._keep(question.item, "number", codes[coded.codes], states[coded.codes], values=values, numbers=array)

    def _date(self, question: Question, column: Column, coded: Coded, meant: Meant) -> None:
        dates = read_dates(meant.texts, self.plan.dates)
        if dates.wrong or dates.trouble:
            unknown = Unknown(question.item, column.name, coded, dates.wrong, "a date", dates=dates)
            self.read.unknown.append(unknown)
        days = [moment.date().isoformat() if moment else "" for moment in dates.moments]
        states = meant.states.copy()
        states[[place for place, day in enumerate(days) if not day and states[place] == state_code(ANSWERED)]] = (
            NOT_ANSWERED
        )
        values = tuple(sorted({day for day in days if day}))
        place_of = {day: place for place, day in enumerate(values)}
        codes = np.array([place_of.get(day, NO_ANSWER) for day in days], dtype=np.int32)
        self._keep(question.item, "date", codes[coded.codes], states[coded.codes], values=values)

    def _text(self, item: str, coded: Coded, meant: Meant) -> None:
        present = [text for text in meant.texts if text]
        clean, found = redact_texts(present)
        for kind, count in found.items():
            self.meanings.repairs.redacted[kind] = self.meanings.repairs.redacted.get(kind, 0) + count
        redacted = dict(zip(present, clean, strict=True))
        values = tuple(dict.fromkeys(clean))
        place_of = {text: place for place, text in enumerate(values)}
        codes = np.array([place_of[redacted[t]] if t else NO_ANSWER for t in meant.texts], dtype=np.int32)
        self._keep(item, "text", codes[coded.codes], meant.states[coded.codes], values=values)

    def _own_words(self, item: str, coded: Coded, meant: Meant) -> None:
        """What respondents wrote behind an open option; words in a second column are put behind those in the first."""
        first = self.read.answers.get(item + OTHER)
        self._text(item + OTHER, coded, meant)
        if first is not None:
            self.read.answers[item + OTHER] = _together(first, self.read.answers[item + OTHER])

    def _in_one_cell(self, question: Question, scale: Scale, column: Column) -> None:
        coded, meant = self.export.columns[column.place], self._meant(question.item, column)
        found = read_joined(meant.texts, scale, self.joined or (";", ", "))
        if any(found.own_words):
            self._own_words(question.item, coded, _with_texts(found.own_words, meant.states))
        expected = f"options of scale '{scale.id}'"
        self._unknown(question.item, column, coded, tuple(found.wrong), expected, scale, found.wrong)
        self._several(question.item, scale, found.chosen, coded.codes, meant.states[coded.codes])

    def _over_columns(self, question: Question, scale: Scale, columns: Sequence[Column]) -> None:
        """Options spread over columns. Who answered in any of them answered; else the first says why not."""
        chosen = np.zeros((len(self.export), len(scale.options)), dtype=bool)
        states = np.full(len(self.export), NOT_ANSWERED, dtype=np.uint8)
        for column in columns:
            coded, meant = self.export.columns[column.place], self._meant(question.item, column)
            part = self._part(column)
            found = read_ticks(meant.texts, part, scale, self.marks)
            is_option = part in map(tidied, scale.options)
            expected = f"'{part}' or a mark that it is chosen" if is_option else f"an option of scale '{scale.id}'"
            self._unknown(question.item, column, coded, tuple(found.wrong), expected, scale)
            for option in np.flatnonzero(found.chosen.any(axis=0)):
                chosen[:, option] |= found.chosen[coded.codes, option]
            given = meant.states[coded.codes]
            states = np.where((states == NOT_ANSWERED) | (given == state_code(ANSWERED)), given, states)
            if any(found.own_words):
                self._own_words(question.item, coded, _with_texts(found.own_words, meant.states))
        distinct, codes = combinations(chosen)
        self._several(question.item, scale, distinct, codes, states)

    def _parted(self, columns: Sequence[Column], scale: Scale) -> tuple[Column | None, list[Column]]:
        """The column whose cells name several options, and those of own words; none where each option has its own."""
        options = {tidied(option) for option in scale.options} - {tidied(scale.other)}
        main = next((column for column in columns if not self._part(column)), columns[0])
        others = [column for column in columns if column is not main]
        if self._part(main) and (others or self._part(main) in map(tidied, scale.options)):
            return None, others
        ticks = any(not self._part(column) or self._part(column) in options for column in others)
        return (None if ticks else main), others

    def _part(self, column: Column) -> str:
        """The option that a column is about; Q9_2 is about label 2 of question Q9 in the codebook."""
        if column.part:
            return column.part
        question, _, code = (column.code or column.name).rpartition("_")
        return tidied(self.codebook.get(question, {}).get(code, ""))

    def _several(self, item: str, scale: Scale, chosen: NDArray, codes: NDArray, states: NDArray) -> None:
        """Note the answers to a question with several options; a lone "don't know" is not an opinion."""
        texts = [
            BETWEEN.join(o for o, is_chosen in zip(scale.options, row, strict=True) if is_chosen) for row in chosen
        ]
        states = states.copy()
        for place, row in enumerate(chosen):
            picked = [option for option, is_chosen in zip(scale.options, row, strict=True) if is_chosen]
            kind = scale.kind_of(picked[0]) if len(picked) == 1 else None
            if kind is not None:
                states[(codes == place) & (states == state_code(ANSWERED))] = state_code(kind)
        values = tuple(dict.fromkeys(texts))
        first = [texts.index(value) for value in values] if len(values) < len(texts) else slice(None)
        place_of = {value: place for place, value in enumerate(values)}
        merged = np.array([place_of[text] for text in texts], dtype=np.int32)[codes]
        chose_nothing = np.array([text == "" for text in texts], dtype=bool)[codes]
        merged[(chose_nothing & (states != state_code(ANSWERED))) | (states == state_code("not_asked"))] = NO_ANSWER
        self._keep(item, "several", merged, states, values=values, options=scale.options, chosen=chosen[first])


def _with_texts(texts: list[str], states: NDArray[np.uint8]) -> Meant:
    """Own words, and no answer where there are none."""
    return Meant(texts, np.where(np.array(texts, dtype=object) == "", NOT_ANSWERED, states))


def _together(first: Answers, second: Answers) -> Answers:
    """Two columns of texts as one; who wrote in both has both."""
    pairs, codes = np.unique(np.stack([first.codes, second.codes]), axis=1, return_inverse=True)
    texts = [
        BETWEEN.join(a.values[code] for a, code in zip((first, second), pair, strict=True) if code >= 0)
        for pair in pairs.T
    ]
    values = tuple(dict.fromkeys(text for text in texts if text))
    place_of = {text: place for place, text in enumerate(values)}
    places = np.array([place_of.get(text, NO_ANSWER) for text in texts], dtype=np.int32)
    states = np.where(first.state == NOT_ANSWERED, second.state, first.state)
    return replace(first, codes=places[codes], state=states, values=values)


def without(answers: Answers, rows: NDArray[np.bool_], state: str) -> Answers:
    """The same answers with those of some rows taken out and their state set."""
    codes, states = answers.codes.copy(), answers.state.copy()
    codes[rows], states[rows] = NO_ANSWER, state_code(state)
    return replace(answers, codes=codes, state=states)


def only(answers: Answers, rows: NDArray[np.intp]) -> Answers:
    """The answers of some rows."""
    codes, states = answers.taken(rows)
    return replace(answers, codes=codes, state=states)
