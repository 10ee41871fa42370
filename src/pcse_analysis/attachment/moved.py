"""Which numbers moved between two sets of figures, in words: verdicts first, then changes, then estimates.

A number that the later set does not show is never told again: it may have been withheld to protect respondents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from pcse_analysis.attachment.wording import FIELDS, given, name_of, printed, value_of
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict

Kind = Literal["verdict", "change", "estimate", "withheld", "shown", "less than is printed", "other", "gone", "new"]
KINDS: tuple[Kind, ...] = (
    "verdict",
    "change",
    "estimate",
    "withheld",
    "shown",
    "other",
    "new",
    "gone",
    "less than is printed",
)
"""What may have happened to a row, the weightiest first."""
TITLES: Mapping[Kind, str] = {
    "verdict": "Verdicts that changed",
    "change": "Changes that moved",
    "estimate": "Figures that moved",
    "withheld": "Figures now withheld",
    "shown": "Figures no longer withheld",
    "other": "Rows whose figure is the same, but something else is not",
    "new": "Rows that are new",
    "gone": "Rows that are gone",
    "less than is printed": "Rows that moved by less than is printed",
}
Row = Estimate | Change


@dataclass(frozen=True, kw_only=True)
class Moved:
    """One row that is not what it was, and how, in words."""

    id: str
    kind: Kind
    sentence: str


def moved(before: Figures, after: Figures, labels: Mapping[str, str] | None = None) -> tuple[Moved, ...]:
    """Every row that differs between two sets of figures, the weightiest first.

    ``labels`` names items in words; else they stand by id.
    """
    found = []
    hidden = [_hidden(before), _hidden(after)]
    pairs: tuple[tuple[Iterable[Row], Iterable[Row]], ...] = (
        (before.changes, after.changes),
        (before.estimates, after.estimates),
    )
    for olds, news in pairs:
        old, new = ({row.id: row for row in rows} for rows in (olds, news))
        for row in sorted(old.keys() | new.keys()):
            if old.get(row) != new.get(row):
                kind, words = _told(old.get(row), new.get(row), hidden)
                one = new.get(row) or old[row]
                found.append(Moved(id=row, kind=kind, sentence=f"{name_of(one, labels or {})}{words}"))
    return tuple(sorted(found, key=lambda m: (KINDS.index(m.kind), m.id)))


def _hidden(figures: Figures) -> set[str]:
    """The rows that are withheld, and the changes that rest on them."""
    withheld = {e.id for e in figures.estimates if e.suppressed}
    resting = {c.id for c in figures.changes if {c.estimate_before, c.estimate_after} & withheld and not given(c)}
    return withheld | resting


def _told(old: Row | None, new: Row | None, hidden: list[set[str]]) -> tuple[Kind, str]:
    """What happened to a row, and the words that follow its name."""
    if old is None or new is None:
        return ("gone", "") if new is None else ("new", f": {value_of(new)}")
    if old.id in hidden[1] and old.id not in hidden[0]:
        return "withheld", ": is withheld, was not"
    if old.id in hidden[0] and old.id not in hidden[1]:
        return "shown", f": was withheld, is {value_of(new)}"
    different = [f.name for f in fields(new) if getattr(old, f.name) != getattr(new, f.name)]
    visible = [name for name in different if _visible(old, new, name)]
    if isinstance(old, Change) and isinstance(new, Change) and old.verdict != new.verdict:
        return "verdict", f": was {_judged(old, given(new))}, is {_judged(new, True)}{_also(visible, {'verdict'})}"
    if value_of(old) != value_of(new):
        was = value_of(old) if given(new) else "given"
        kind: Kind = "change" if isinstance(new, Change) else "estimate"
        return kind, f": was {was}, is {value_of(new)}{_also(visible, set())}"
    if visible:
        numbers = [name for name in visible if given(new) and printed(old, name) and printed(new, name)]
        told = [f"{FIELDS[name]} was {printed(old, name)}, is {printed(new, name)}" for name in numbers]
        others = [_field(name) for name in visible if name not in numbers]
        return "other", ": " + "; ".join(told + ([f"differs in {', '.join(others)}"] if others else []))
    return "less than is printed", f": {', '.join(map(_field, different))}"


def _visible(old: Row, new: Row, name: str) -> bool:
    """Whether a field differs where it is printed."""
    was, now = getattr(old, name), getattr(new, name)
    if isinstance(was, float | int) and isinstance(now, float | int):
        return printed(old, name) != printed(new, name)
    return True


def _judged(change: Change, tell: bool) -> str:
    words = f"'{change.verdict if change.verdict != Verdict.NONE else 'not judged'}'"
    return f"{words} ({value_of(change)})" if tell else words


def _also(visible: list[str], told: set[str]) -> str:
    """Fields that differ besides those that were told, by name."""
    others = [FIELDS[name] for name in visible if name in FIELDS and name not in told]
    return f"; differs also in {', '.join(others)}" if others else ""


def _field(name: str) -> str:
    return FIELDS.get(name, name.replace("_", " "))


def sentences(found: Iterable[Moved], limit: int | None = 20) -> list[str]:
    """What moved as lines under their titles; of each kind at most ``limit`` are told one by one, None for all."""
    rows = list(found)
    if not rows:
        return ["No number moved."]
    lines = []
    for kind in KINDS:
        of_kind = [m for m in rows if m.kind == kind]
        if not of_kind:
            continue
        lines.append(f"{TITLES[kind]}: {len(of_kind)}.")
        told = [] if kind == "less than is printed" and limit is not None else of_kind[:limit]
        lines += [f"  {m.sentence}" for m in told]
        if told and len(of_kind) > len(told):
            lines.append(f"  ... and {len(of_kind) - len(told)} more")
    return lines
