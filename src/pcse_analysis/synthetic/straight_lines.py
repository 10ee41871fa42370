"""Respondents who give one answer to a whole block of questions: only those that are planted, and no others.

Answers are moved between respondents, so that every count stays what it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.replies import Reply


def is_straight(reply: Reply, items: Sequence[str]) -> bool:
    """Whether a reply gives every one of ``items`` the same answer."""
    answers = {reply.cells.get((item, ""), "") for item in items}
    return len(answers) == 1 and answers != {""}


def plant(replies: Sequence[Reply], items: Sequence[str], answer: str, count: int, chance: Chance) -> list[Reply]:
    """Make ``count`` replies give ``answer`` to all ``items``, and no other reply the same to all of them.

    Raises:
        ValueError: there is nobody to change answers with.
    """
    planted = chance.some(replies, count)
    others = chance.shuffled([reply for reply in replies if reply not in planted])
    for reply in planted:
        for item in items:
            if reply.cells.get((item, "")) != answer:
                _swap(reply, _donor(others, item, [answer]), item)
    for reply in others:
        if is_straight(reply, items):
            item = chance.one_of(items)
            given = {other.cells.get((item, ""), "") for other in others} - {reply.cells[item, ""], ""}
            _swap(reply, _crooked_donor(others, items, item, sorted(given)), item)
    return planted


def _donor(others: Iterable[Reply], item: str, answers: Sequence[str]) -> Reply:
    found = next((other for other in others if other.cells.get((item, "")) in answers), None)
    if found is None:
        raise ValueError(f"nobody answers {item} with one of {', '.join(answers)}")
    return found


def _crooked_donor(others: Iterable[Reply], items: Sequence[str], item: str, answers: Sequence[str]) -> Reply:
    """One who does not give a single answer, and would not after a swap of ``item`` either."""
    rest = [other for other in items if other != item]
    crooked = [other for other in others if len({other.cells.get((i, ""), "") for i in rest}) > 1]
    return _donor(crooked, item, answers)


def _swap(one: Reply, other: Reply, item: str) -> None:
    key = item, ""
    mine, theirs = one.cells.pop(key, ""), other.cells.pop(key, "")
    if theirs:
        one.cells[key] = theirs
    if mine:
        other.cells[key] = mine
