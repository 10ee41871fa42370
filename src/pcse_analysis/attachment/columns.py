"""Rows as columns, which take little room inside a page; and back, refusing what no build can have put there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from math import isfinite
from typing import Any, TypeVar

from pcse_analysis.estimates import Change, Estimate, Verdict

COUNT = "rows"
MOST_ROWS = 1_000_000
"""More than any edition has: a count above it is no count."""
Row = TypeVar("Row", Estimate, Change)


def columns_of(rows: Sequence[Estimate | Change], kind: type[Estimate] | type[Change]) -> dict[str, list[Any]]:
    """Rows as columns: those with any value; where all values are one, that one; texts that recur by their place."""
    found: dict[str, list[Any]] = {}
    for field in fields(kind):
        values = [_plain(getattr(row, field.name)) for row in rows]
        distinct = list(dict.fromkeys(map(_hashable, values)))
        if distinct in ([], [None], [""], [()]):
            continue
        if len(distinct) == 1:
            found[field.name] = [_listed(distinct[0])]
        elif 2 * len(distinct) < len(values) and not isinstance(values[0], float):
            place = {value: number for number, value in enumerate(distinct)}
            found[field.name] = [list(map(_listed, distinct)), [place[_hashable(value)] for value in values]]
        else:
            found[field.name] = values
    return found | {COUNT: [len(rows)]}


def _plain(value: object) -> Any:
    if isinstance(value, float) and value.is_integer() and str(value) == f"{int(value)}.0":
        return int(value)  # written alike, whether it was computed or read from a file
    return str(value) if isinstance(value, Verdict) else list(value) if isinstance(value, tuple) else value


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def rows_of(columns: object, kind: type[Row]) -> tuple[Row, ...]:
    """The rows that ``columns_of`` made columns of.

    Raises:
        ValueError: it made no such columns.
    """
    if not isinstance(columns, dict):
        raise ValueError("its rows are no columns")
    match columns.get(COUNT):
        case [int(count)] if 0 <= count <= MOST_ROWS:
            pass
        case _:
            raise ValueError("it does not say how many rows it has")
    known = {field.name: str(field.type) for field in fields(kind)}
    extra = columns.keys() - known.keys() - {COUNT}
    if extra:
        raise ValueError(f"it has a column that no row has: {min(map(str, extra))[:40]}")
    if not count:
        return ()
    given = {
        name: [_value(value, known[name]) for value in _spread(values, count)]
        for name, values in columns.items()
        if name != COUNT
    }
    blank = {name: [_blank(kind_of)] * count for name, kind_of in known.items() if name not in given}
    return tuple(_made(given | blank, count, kind))


def _made(columns: dict[str, list[Any]], count: int, kind: type[Row]) -> Iterator[Row]:
    for place in range(count):
        yield kind(**{name: values[place] for name, values in columns.items()})


def _spread(values: object, count: int) -> list[Any]:
    """One value a row, out of the three ways in which a column is written."""
    match values:
        case [one] if count != 1:
            return [one] * count
        case [list(distinct), list(places)] if count > 2 and len(places) == count:
            if all(type(place) is int and 0 <= place < len(distinct) for place in places):
                return [distinct[place] for place in places]
        case list(several) if len(several) == count:
            return several
    raise ValueError("a column does not have a value for every row")


def _value(value: Any, kind: str) -> Any:
    """A value as the field keeps it."""
    if value is None and "None" in kind:
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if kind.startswith("float") and number:
        return float(value)
    if kind.startswith("int") and number and isinstance(value, int):
        return value
    if kind.startswith("bool") and isinstance(value, bool):
        return value
    if kind.startswith("tuple") and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if kind == "Verdict" and isinstance(value, str):
        return Verdict(value)
    if kind == "str" and isinstance(value, str):
        return value
    raise ValueError("a column holds a value of another kind")


def _blank(kind: str) -> Any:
    """What a field has where a build wrote no column for it."""
    if "None" in kind:
        return None
    blanks = {"str": "", "Verdict": Verdict.NONE, "tuple[str, ...]": ()}
    if kind not in blanks:
        raise ValueError("a column is missing")
    return blanks[kind]
