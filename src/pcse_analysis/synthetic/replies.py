"""Made-up replies: which practices and doctors reply, when, and how practices name themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from pcse_analysis.catalogue.raw import ExportFile
from pcse_analysis.catalogue.types import Wave
from pcse_analysis.synthetic.answers import Cells, Key
from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.practices import Practice

CODE: Key = ("practice_code", "")
NAME: Key = ("practice_name", "")
POSTCODE: Key = ("practice_postcode", "")
SCREENING: Key = ("screening", "")
ADDRESS: Key = ("Email Address", "")
FIRST_HOUR, OPEN_SECONDS = 8, 10 * 3600
SECONDS_TAKEN = (240, 420, 600, 840, 1200, 2700)
"""How long replies take, at equal steps from the fastest to the slowest."""
SATURDAY = 5
EAGERNESS_OF_SIZE = 0.4
NAMED, WITH_POSTCODE, INVITED = 0.6, 0.5, 0.1
"""Shares of those who give the name or the postcode of the practice, or who came by an invitation to their address."""


@dataclass(kw_only=True, eq=False)
class Reply:
    """One row of an export. ``who`` is the same number in all rows of one respondent.

    ``touched`` holds the cells that something was done to on purpose, so that nothing else is done to them.
    """

    who: int
    started: datetime
    ended: datetime
    practice: Practice | None = None
    cells: Cells = field(default_factory=dict)
    touched: set[Key] = field(default_factory=set)


def weekdays(wave: Wave) -> list[date]:
    """The days of fieldwork from Monday to Friday."""
    first, last = (date.fromisoformat(day) for day in (wave.fieldwork_start, wave.fieldwork_end))
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return [day for day in days if day.weekday() < SATURDAY]


def begun(who: int, days: Sequence[date], practice: Practice | None, chance: Chance) -> Reply:
    """A reply without answers, on one of ``days``."""
    started = datetime.combine(chance.one_of(days), time(FIRST_HOUR)) + timedelta(seconds=chance.below(OPEN_SECONDS))
    return Reply(
        who=who,
        started=started,
        ended=started + timedelta(seconds=chance.on_line(SECONDS_TAKEN)),
        practice=practice,
        cells={},
    )


def name_practice(reply: Reply, chance: Chance) -> None:
    """Put the practice's code into a reply, mostly with its name, its postcode, or both."""
    practice = reply.practice
    if practice is not None:
        reply.cells[CODE] = practice.code
        if chance.even() < NAMED:
            reply.cells[NAME] = practice.name.title()
        if chance.even() < WITH_POSTCODE:
            reply.cells[POSTCODE] = practice.postcode


def address_of(who: int) -> str:
    """A made-up address of a doctor; RFC 2606 sets the domain aside for examples."""
    return f"doctor.{who:04d}@example.org"


def mended_codes(export: ExportFile) -> dict[str, str]:
    """Wrong practice codes that the wave's file mends: from the right one to the wrong one."""
    return {recode.meant: recode.found for recode in export.recodes if CODE[0] in recode.items}


def practices_that_reply(
    practices: Iterable[Practice],
    waves: Sequence[Wave],
    wanted: Mapping[str, int],
    always: Mapping[str, Collection[str]],
    in_both: int,
    seed: str,
) -> dict[str, list[Practice]]:
    """The practices that reply in each of two waves, in the order of the register; ``in_both`` reply in both.

    ``wanted`` gives their number by wave, ``always`` the codes of those that reply in one wave and no other. Larger
    practices reply more often, as in real surveys.
    """
    chance = Chance(seed, "replies")
    known = list(practices)
    largest = max(practice.patients for practice in known)
    eager = {p.code: chance.even() + EAGERNESS_OF_SIZE * p.patients / largest for p in known}
    by_eagerness = sorted(known, key=lambda practice: (-eager[practice.code], practice.code))
    is_open = {wave.id: {p.code for p in known if p.is_open(_day(wave))} for wave in waves}
    bound = {code for codes in always.values() for code in codes}
    free = [practice.code for practice in by_eagerness if practice.code not in bound]
    both = chance.some([code for code in free if all(code in is_open[wave.id] for wave in waves)], in_both)
    chosen: dict[str, set[str]] = {}
    for wave in waves:
        own = [*both, *always[wave.id]]
        taken = {*own, *(code for codes in chosen.values() for code in codes)}
        others = [code for code in free if code in is_open[wave.id] and code not in taken]
        chosen[wave.id] = {*own, *others[: wanted[wave.id] - len(own)]}
    return {wave.id: [p for p in known if p.code in chosen[wave.id]] for wave in waves}


def _day(wave: Wave) -> str:
    if wave.register is None:
        raise ValueError(f"wave {wave.id} names no register")
    return wave.register.as_of
