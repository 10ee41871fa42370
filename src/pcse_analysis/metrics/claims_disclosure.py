"""Which figures of claims are withheld: small parts, small numbers that ended in one way, and what reveals them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims_book import ENDS, OPEN, ClaimsBook
from pcse_analysis.metrics.disclosure import without
from pcse_analysis.metrics.ledger_parts import withheld_parts
from pcse_analysis.metrics.protection import Form, PublishedTable, Statement, protect

WAYS = (OPEN, *ENDS)
Place = tuple[str, str, str]
"""The column and value of a part, and one way in which claims end."""


def hidden_parts(book: ClaimsBook, threshold: int) -> set[tuple[str, str]]:
    """The parts with claims of too few people, those in which all ended in one way, and others that protect them."""
    sizes = {}
    for part in book.parts:
        one_way = book.claims.loc[part.mask, "status"].nunique() == 1
        sizes[part.group_by, part.group] = 0 if one_way else len(np.unique(book.people[part.mask]))
    return withheld_parts(sizes, threshold)


def hidden_ends(book: ClaimsBook, parts: set[tuple[str, str]], threshold: int) -> set[Place]:
    """How many claims of a part ended in one way, where that is a small number or lets one be worked back.

    The counts of all claims stay; those of ``parts`` go whatever they are.
    """
    columns = [column for column in dict.fromkeys(part.group_by for part in book.parts) if column]
    keys = list(zip(*(book.claims[column].astype(str) for column in columns), strict=True))
    there = sorted(set(keys))
    cells = [(*key, way) for key in there for way in WAYS]
    place = {cell: number for number, cell in enumerate(cells)}
    counts = [0] * len(cells)
    for key, way in zip(keys, book.claims["status"].astype(str), strict=True):
        counts[place[(*key, way)]] += 1

    def of(by: str, group: str, way: str) -> Form:
        at = columns.index(by) if by else 0
        return {n: 1.0 for cell, n in place.items() if (not by or cell[at] == group) and way in ("", cell[-1])}

    known = [("", "", way) for way in ("", *WAYS)]
    rows: list[Place] = [(p.group_by, p.group, way) for p in book.parts if p.group_by for way in ("", *WAYS)]
    forms = {name: of(*name) for name in (*known, *rows)}
    totals = {name: sum(counts[cell] for cell in form) for name, form in forms.items()}
    small = {name for name in rows if 0 < totals[name] < threshold}
    table = PublishedTable(
        cells=tuple(counts),
        statements=tuple(
            Statement(
                coefficients=forms[name],
                low=totals[name],
                high=totals[name],
                row=rows.index(name) if name in rows else None,
            )
            for name in (*known, *rows)
        )
        + tuple(Statement(coefficients={n: 1.0}, low=0, high=np.inf) for n in range(len(cells))),
        costs=tuple(1.0 if way else 5.0 for _, _, way in rows),
        primary=frozenset(n for n, (by, group, way) in enumerate(rows) if rows[n] in small or (by, group) in parts),
        sensitive=tuple(forms[name] for name in sorted(small)),
    )
    return {rows[n] for n in protect(table, threshold)}


def protected(book: ClaimsBook, estimates: Sequence[Estimate], threshold: int) -> list[Estimate]:
    """The figures without those that would tell of few people.

    Where the number that ended in one way is withheld, so is its share by each day; and a share by a day is withheld
    where the claims that it counts, or those that it does not, are few.
    """
    parts = hidden_parts(book, threshold)
    ends = hidden_ends(book, parts, threshold)
    made = []
    for e in estimates:
        way = e.category.split(" by ")[0] if e.measure in ("ended", "ended_by", "ended_by_naive") else ""
        out = (e.group_by, e.group) in parts or (e.group_by, e.group, way) in ends
        if e.measure in ("ended_by", "decided_by") and e.group_by and e.value is not None and e.base is not None:
            counted = e.value * e.base
            out = out or any(0 < side < threshold for side in (counted, e.base - counted))
        made.append(without(e) if out or (e.base is not None and e.base < threshold) else e)
    return made
