"""Rows that cleaning must leave out: each breaks one rule of its wave's file, and that rule only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pcse_analysis.catalogue.raw import ExportFile, Rule
from pcse_analysis.catalogue.types import Survey, Wave
from pcse_analysis.synthetic.answers import Cells
from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.plan import ExportPlan
from pcse_analysis.synthetic.replies import (
    ADDRESS,
    CODE,
    NAME,
    SCREENING,
    Reply,
    address_of,
    begun,
    name_practice,
    weekdays,
)

MOST_ANSWERED_IN_PART = 0.25
DROPPED_BY_SECOND = 0.3
"""Share of the answers that the second reply of a practice lacks."""


@dataclass(kw_only=True)
class Extras:
    """Makes rows to be left out from replies that stay; their free text is not copied."""

    survey: Survey
    wave: Wave
    export: ExportFile
    plan: ExportPlan
    replies: Sequence[Reply]
    chance: Chance
    made: list[Reply] = field(init=False)
    originals: list[Reply] = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no row; answers are copied from replies that nothing was done to."""
        self.made = []
        self.originals = self.chance.shuffled([reply for reply in self.replies if not reply.touched])

    def make_all(self) -> list[Reply]:
        """Every row that some rule of the export takes out, but for blank ones."""
        for rule in self.export.rules:
            if rule.then == "exclude":
                for place in range(self.plan.excluded.get(rule.kind, 0)):
                    self._make(rule, place)
        return self.made

    def _make(self, rule: Rule, place: int) -> None:
        """One row that ``rule`` takes out, the one in ``place`` of its kind."""
        match rule.kind:
            case "test_rows":
                self._test_row(rule, place)
            case "rows_with":
                self._copy().cells[SCREENING] = rule.values[place % len(rule.values)]
            case "outside_fieldwork":
                self._outside_fieldwork(place)
            case "partial":
                self._partial()
            case "impossible":
                self._impossible()
            case "same_respondent":
                self._same_respondent(rule)
            case "same_practice":
                self._same_practice(place)

    def _copy(self, pattern: Reply | None = None) -> Reply:
        """A new row with the answers of a reply that stays."""
        pattern = pattern or self.chance.one_of(self.originals)
        free = [item for item in self.export.headers if self.survey.questions[item, self.wave.id].kind == "text"]
        roles = {*self.export.columns, SCREENING[0], ADDRESS[0]}
        cells = {key: text for key, text in pattern.cells.items() if key[0] not in {*free, *roles}}
        reply = begun(len(self.replies) + len(self.made), weekdays(self.wave), None, self.chance)
        reply.cells.update(cells)
        if self.plan.screening:
            reply.cells[SCREENING] = "Yes"
        self.made.append(reply)
        return reply

    def _test_row(self, rule: Rule, place: int) -> None:
        reply = self._copy()
        value = rule.values[place % len(rule.values)]
        reply.cells[rule.column, ""] = (value, value.lower(), f" {value}", value.capitalize())[place % 4]
        if (rule.column, "") == CODE:
            reply.cells[NAME] = "test practice"

    def _outside_fieldwork(self, place: int) -> None:
        reply = self._copy()
        first, last = (datetime.fromisoformat(day) for day in (self.wave.fieldwork_start, self.wave.fieldwork_end))
        early = place % 2 == 0
        day = first - timedelta(days=1 + place) if early else last + timedelta(days=1 + place)
        self._move(reply, datetime.combine(day.date(), reply.started.time()))

    def _move(self, reply: Reply, started: datetime) -> None:
        taken = reply.ended - reply.started
        reply.started, reply.ended = started, started + taken

    def _partial(self) -> None:
        """One who gave up: the first few questions only."""
        reply = self._copy()
        items = [item for item in self.export.headers if any(key[0] == item for key in reply.cells)]
        stays = items[: 1 + self.chance.below(int(len(items) * MOST_ANSWERED_IN_PART))]
        reply.cells = {key: text for key, text in reply.cells.items() if key[0] in stays or key == SCREENING}

    def _impossible(self) -> None:
        key = self.plan.number_item, ""
        pattern = self.chance.one_of([reply for reply in self.originals if key in reply.cells])
        self._copy(pattern).cells[key] = self.plan.number_excluded

    def _original(self) -> Reply:
        """A reply that stays and gets a second row; each at most once."""
        first, last = (datetime.fromisoformat(day) for day in (self.wave.fieldwork_start, self.wave.fieldwork_end))
        room = timedelta(days=4)
        found = next(r for r in self.originals if first + room < r.started < last - room)
        self.originals.remove(found)
        return found

    def _same_respondent(self, rule: Rule) -> None:
        """The row that is not kept: earlier where the last one stays, later where the first one does."""
        original, reply = self._original(), self._copy()
        days = timedelta(days=1 + self.chance.below(3))
        self._move(reply, original.started + (days if rule.keep == "first" else -days))
        if rule.column:
            reply.cells[ADDRESS] = original.cells[ADDRESS] = address_of(original.who)
        else:
            reply.who = original.who
        reply.cells.update({key: text for key, text in original.cells.items() if key[0] in self.export.columns})

    def _same_practice(self, place: int) -> None:
        """A second reply of a practice with fewer answers; every third names the practice without its code."""
        original, reply = self._original(), self._copy()
        reply.practice = original.practice
        name_practice(reply, self.chance)
        if place % 3 == 2 and original.practice is not None:
            reply.cells.update({CODE: "", NAME: original.practice.name})
        dropped = self._some_answers(reply.cells)
        reply.cells = {key: text for key, text in reply.cells.items() if key[0] not in dropped}

    def _some_answers(self, cells: Cells) -> set[str]:
        """Questions to drop: none that others are routed by, so that no answer is left without its question."""
        routing = {
            condition.item
            for item in self.export.headers
            for condition in self.survey.questions[item, self.wave.id].asked_if
        }
        answered = [item for item in self.export.headers if item not in routing and any(k[0] == item for k in cells)]
        return set(self.chance.some(answered, int(len(answered) * DROPPED_BY_SECOND)))
