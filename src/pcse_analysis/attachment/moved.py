"""Which numbers moved between two sets of figures, in words: verdicts first, then changes, then estimates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.reporting.figures import FORMS

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
    "other": "Rows that differ otherwise",
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
    """Every row that differs between two sets of figures. ``labels`` names items in words; else they stand by id."""
    found = []
    pairs: tuple[tuple[Iterable[Row], Iterable[Row]], ...] = (
        (before.changes, after.changes),
        (before.estimates, after.estimates),
    )
    for olds, news in pairs:
        old, new = ({row.id: row for row in rows} for rows in (olds, news))
        for row in sorted(old.keys() | new.keys()):
            if old.get(row) != new.get(row):
                found.append(_told(row, old.get(row), new.get(row), labels or {}))
    return tuple(sorted(found, key=lambda m: (KINDS.index(m.kind), m.id)))


def _told(row: str, old: Row | None, new: Row | None, labels: Mapping[str, str]) -> Moved:
    one = new if new is not None else old
    assert one is not None
    name = _name(one, labels)
    if old is None or new is None:
        kind: Kind = "new" if old is None else "gone"
        return Moved(id=row, kind=kind, sentence=f"{name}: {_value(one)}")
    if isinstance(old, Change) and isinstance(new, Change):
        if old.verdict != new.verdict:
            was, now = (f"'{c.verdict or 'not judged'}' ({_value(c)})" for c in (old, new))
            return Moved(id=row, kind="verdict", sentence=f"{name}: was {was}, is {now}")
    elif isinstance(old, Estimate) and isinstance(new, Estimate) and bool(old.suppressed) != bool(new.suppressed):
        kind = "withheld" if new.suppressed else "shown"
        return Moved(id=row, kind=kind, sentence=f"{name}: was {_value(old)}, is {_value(new)}")
    if _value(old) != _value(new):
        kind = "change" if isinstance(new, Change) else "estimate"
        return Moved(id=row, kind=kind, sentence=f"{name}: was {_value(old)}, is {_value(new)}")
    different = [f.name for f in fields(new) if getattr(old, f.name) != getattr(new, f.name)]
    numbers = all(isinstance(getattr(new, name), float | int | None) for name in different)
    kind = "less than is printed" if numbers else "other"
    return Moved(id=row, kind=kind, sentence=f"{name}: {', '.join(different)}")


def _name(row: Row, labels: Mapping[str, str]) -> str:
    item = labels.get(row.item, row.item)
    group = f", {row.group}" if row.group else ""
    if isinstance(row, Change):
        return f"{item}{group}, {row.wave_before} to {row.wave_after}"
    what = "" if row.measure == "share" else f", {row.measure.replace('_', ' ')}"
    category = f", {row.category}" if row.category and row.category != "failing" else ""
    weighted = ", weighted" if row.weighting == "weighted" else ""
    return f"{item}{what}{category}{group}, {row.wave}{weighted}"


def _value(row: Row) -> str:
    """A row as people read it: per cent and points to one decimal, counts whole, with the interval and the base."""
    if isinstance(row, Estimate) and row.suppressed:
        return "withheld"
    unit = "points" if isinstance(row, Change) else row.unit
    form = {"points": "signed1", "share": "percent1"}.get(unit, "count" if row.confidence is None else "decimal1")
    if unit in ("probability", "ratio"):
        form = "probability" if unit == "probability" else "ratio"
    shown = "no value" if row.value is None else FORMS[form](row.value) + (" points" if unit == "points" else "")
    if row.low is not None and row.high is not None:
        shown += f", interval {FORMS[form](row.low)} to {FORMS[form](row.high)}"
    if isinstance(row, Estimate) and row.base is not None:
        shown += f", base {FORMS['count'](row.base)}"
    return shown


def sentences(found: Iterable[Moved], limit: int | None = 20) -> list[str]:
    """What moved as lines under their titles; of each kind at most ``limit`` are told one by one."""
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
