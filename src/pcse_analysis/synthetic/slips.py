"""Slips within replies that stay: wrong labels, odd blanks, codes written badly, answers to questions not asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pcse_analysis.catalogue.raw import ExportFile, Recode
from pcse_analysis.catalogue.types import Question, Survey
from pcse_analysis.synthetic.answers import Key
from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.plan import ExportPlan
from pcse_analysis.synthetic.practices import Practice
from pcse_analysis.synthetic.replies import CODE, NAME, POSTCODE, Reply, mended_codes

NO_BREAK = "\u00a0"
NOT_IN_REGISTER, APART = 98001, 17
NO_CODES = ("not known", "see letterhead", "ask the surgery", "n/k")
"""What stands in place of a code; each once, as the same words twice would be taken for one practice."""


@dataclass(frozen=True, kw_only=True)
class Slips:
    """Plants slips in the replies of one export that cleaning keeps; the counts are those of its plan."""

    survey: Survey
    wave: str
    export: ExportFile
    plan: ExportPlan
    replies: Sequence[Reply]
    chance: Chance

    def plant_all(self, practices: Sequence[Practice], in_both: Collection[str], day: str) -> None:
        """Plant every slip. Practices ``in_both`` waves keep codes that can be read, so that their number is known."""
        self._codes(practices, in_both, day)
        for item, count in self.plan.off_route.items():
            self._off_route(self.survey.questions[item, self.wave], count)
        self._numbers()
        for recode in self.export.recodes:
            self._recode(recode, self.plan.recoded.get(recode.found, 0))
        self._blanks()
        self._marks_for_nothing()

    def _items(self, *kinds: str) -> list[str]:
        return [item for item in self.export.headers if self.survey.questions[item, self.wave].kind in kinds]

    def _put(self, reply: Reply, key: Key, text: str) -> None:
        reply.cells[key] = text
        reply.touched.add(key)

    def _codes(self, practices: Sequence[Practice], in_both: Collection[str], day: str) -> None:
        mended = mended_codes(self.export)
        for reply in self.replies:
            practice = reply.practice
            if practice is not None and practice.code in mended:
                self._put(reply, CODE, mended[practice.code])
                reply.cells.update({NAME: practice.name, POSTCODE: practice.postcode})
        kept_right = {*in_both, *mended}
        free = [
            r
            for r in self.chance.shuffled(self.replies)
            if r.practice is not None and r.practice.code not in kept_right
        ]
        closed = [p.code for p in practices if p.closed and p.closed < day.replace("-", "")]
        for kind, count in self.plan.codes.items():
            fitting = [r for r in free if kind != "letter_for_digit" or "0" in r.cells[CODE]][:count]
            for place, reply in enumerate(fitting):
                _write_badly(reply, kind, place, closed)
                reply.touched.add(CODE)
            free = [reply for reply in free if reply not in fitting]

    def _off_route(self, question: Question, count: int) -> None:
        scale = self.survey.scales[question.scale]
        free = [
            reply
            for reply in self.replies
            if not all(reply.cells.get((c.item, "")) in c.options for c in question.asked_if)
        ]
        for reply in self.chance.some(free, count):
            self._put(reply, (question.item, ""), self.chance.one_of(scale.options[:2]))

    def _numbers(self) -> None:
        key = self.plan.number_item, ""
        wrong = self.plan.numbers_not_answered
        for reply, text in zip(self.chance.some(self._with(key), len(wrong)), wrong, strict=True):
            self._put(reply, key, text)

    def _with(self, key: Key) -> list[Reply]:
        return [reply for reply in self.replies if key in reply.cells and key not in reply.touched]

    def _recode(self, recode: Recode, count: int) -> None:
        """Put the wrong value where the right one stands; a number in words stands in place of any number."""
        fitting = [
            (reply, (item, ""))
            for item in self._items("one", "number")
            if item in recode.items or (not recode.items and item in self._items("one"))
            for reply in self._with((item, ""))
            if item in self._items("number") or reply.cells[item, ""] == recode.meant
        ]
        for reply, key in self.chance.some(fitting, count):
            self._put(reply, key, recode.found)

    def _blanks(self) -> None:
        for kind, count in self.plan.blanks.items():
            fitting = [(reply, (item, "")) for item in self._items("one") for reply in self._with((item, ""))]
            for reply, key in self.chance.some(fitting, count):
                text = reply.cells[key]
                odd = text.replace(" ", NO_BREAK, 1) if " " in text else text + NO_BREAK
                self._put(reply, key, odd if kind == "non_breaking" else f"{text} ")

    def _marks_for_nothing(self) -> None:
        for mark, count in self.plan.instead_of_nothing.items():
            blank = [
                (reply, (item, ""))
                for item in self._items("one")
                if not self.survey.questions[item, self.wave].asked_if
                for reply in self.replies
                if (item, "") not in reply.cells
            ]
            for reply, key in self.chance.some(blank, count):
                self._put(reply, key, mark)


def _write_badly(reply: Reply, kind: str, place: int, closed: Sequence[str]) -> None:
    """Write the practice of a reply in one of the ways that practices do."""
    practice = reply.practice
    if practice is None:
        return
    code = practice.code
    codes = {
        "lower_case": code.lower(),
        "inner_blank": f"{code[:1]} {code[1:]}",
        "letter_for_digit": code.replace("0", "O", 1),
        "not_in_register": f"X{NOT_IN_REGISTER + APART * place}",
        "not_a_code": NO_CODES[place % len(NO_CODES)],
        "closed": closed[place % len(closed)] if closed else "",
    }
    reply.cells[CODE] = codes.get(kind, "")
    if kind in codes:
        return
    given = {"no_code_but_name": (NAME,), "no_code_but_postcode": (POSTCODE,), "no_code_but_both": (NAME, POSTCODE)}
    texts = {NAME: practice.name.title(), POSTCODE: practice.postcode.lower()}
    for key in (NAME, POSTCODE):
        reply.cells[key] = texts[key] if key in given.get(kind, ()) else ""
