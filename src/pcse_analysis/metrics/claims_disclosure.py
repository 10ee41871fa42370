"""Which figures of claims are withheld: small parts, small numbers that ended in one way, and what reveals them.

The number of claims that a figure of a part rests on is kept only where it is the size of the part: how many claims of
a part were decided or have an amount is a count that says much of how many were paid, and no other is withheld for it.

A share by a day is taken for the count that it is where every claim has been followed for so long: then it can be
worked back from the shares of the other parts and of all claims, and so it is withheld together with another. The
same share on other days only bounds it, and so do the shares of other ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims_book import ENDS, OPEN, ClaimsBook
from pcse_analysis.metrics.disclosure import without
from pcse_analysis.metrics.ledger_parts import withheld_parts
from pcse_analysis.metrics.protection import Form, PublishedTable, Statement, protect

WAYS = (OPEN, *ENDS)
NEAR = 1e-6
SHARES = ("decided_by", "ended_by")
NAIVE = "ended_by_naive"
SIZED = ("submitted", "ended", "days_to_acknowledged", "days_to_decided", "days_to_closed", *SHARES, NAIVE)
"""Measures of a part whose number of claims is its size, but for those submitted before the ledger began."""
ADDING_UP = (*SIZED[2:-1], "days_from_decided_to_closed", "age_of_undecided")
"""Measures whose numbers of claims, taken over the parts, add up to that of all claims."""
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
    """How many claims of a part ended in one way, where few people's did or where that lets one be worked back.

    The counts of all claims stay; those of ``parts`` go whatever they are. A small number must be able to be as large
    as ``threshold``; a larger one that comes from few people must not be known; and where all claims of a part ended
    in one way, another must have been possible. Where few of all claims ended in one way, no part says whether any of
    its own did: a nought in one would tell of the others.
    """
    columns = [column for column in dict.fromkeys(part.group_by for part in book.parts) if column]
    keys = list(zip(*(book.claims[column].astype(str) for column in columns), strict=True))
    there = sorted(set(keys))
    cells = [(*key, way) for key in there for way in WAYS]
    place = {cell: number for number, cell in enumerate(cells)}
    at = np.array([place[(*key, way)] for key, way in zip(keys, book.claims["status"].astype(str), strict=True)])
    counts = np.bincount(at.astype(np.int64), minlength=len(cells))

    def of(by: str, group: str, way: str) -> Form:
        column = columns.index(by) if by else 0
        return {n: 1.0 for cell, n in place.items() if (not by or cell[column] == group) and way in ("", cell[-1])}

    known = [("", "", way) for way in ("", *WAYS)]
    rows: list[Place] = [(p.group_by, p.group, way) for p in book.parts if p.group_by for way in ("", *WAYS)]
    forms = {name: of(*name) for name in (*known, *rows)}
    totals = {name: int(sum(counts[cell] for cell in form)) for name, form in forms.items()}
    crowds = {name: len(np.unique(book.people[np.isin(at, list(forms[name]))])) for name in rows}
    rare = {way for way in WAYS if 0 < totals["", "", way] < threshold}
    small = sorted(name for name in rows if 0 < crowds[name] < threshold or name[2] in rare)
    one_way = [(by, group) for by, group, way in rows if not way and totals[by, group, ""] in _ends(totals, by, group)]
    sensitive = [dict.fromkeys(forms[name], min(1.0, threshold / (totals[name] + 1))) for name in small]
    sensitive += [{n: float(threshold) for n in forms[by, group, ""] if not counts[n]} for by, group in sorted(one_way)]
    table = PublishedTable(
        cells=tuple(int(count) for count in counts),
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
        primary=frozenset(n for n, (by, group, _) in enumerate(rows) if rows[n] in small or (by, group) in parts),
        sensitive=tuple(sensitive),
    )
    return {rows[n] for n in protect(table, threshold)}


def _ends(totals: dict[Place, int], by: str, group: str) -> list[int]:
    return [totals[by, group, way] for way in WAYS]


def protected(book: ClaimsBook, estimates: Sequence[Estimate], threshold: int) -> list[Estimate]:
    """The figures without those that would tell of few people.

    Where the number that ended in one way is withheld, so is its share by each day, and what else says much of it; and
    a share by a day is withheld where the claims that it counts, or those that it does not, are few.
    """
    parts = hidden_parts(book, threshold)
    ends = hidden_ends(book, parts, threshold)
    taken = {
        n
        for n, e in enumerate(estimates)
        if (e.group_by, e.group) in parts
        or any((e.group_by, e.group, way) in ends for way in _ways(e))
        or _is_small(_sides(e), threshold)
        or (not e.group_by and e.base is not None and e.base < threshold)
    }
    taken |= _completed(estimates, taken, threshold)
    shares = {(e.group_by, e.group, e.category) for n in taken if (e := estimates[n]).measure == "ended_by"}
    made = []
    for n, e in enumerate(estimates):
        if n in taken or (e.measure == NAIVE and (e.group_by, e.group, e.category) in shares):
            made.append(without(e))
        elif e.group_by and ((e.group_by, e.group, "") in ends or e.measure not in (*SIZED, "age_of_undecided")):
            made.append(replace(e, base=None))
        else:
            made.append(e)
    return made


def _ways(estimate: Estimate) -> tuple[str, ...]:
    """The counts of a part that a figure says much of; the empty one is that of all its claims."""
    match estimate.measure:
        case "ended":
            return (estimate.category,)
        case "ended_by" | "ended_by_naive":
            return ("", estimate.category.split(" by ")[0])
        case "decided_by":  # those decided are those paid and refused, and some of the others
            return ("", "paid", "refused")
        case "age_of_undecided":
            return ("", OPEN)
    return ("",)


def _sides(estimate: Estimate) -> tuple[float, float]:
    """The claims of a part that a share counts and those that it does not; of any other figure those that it is of."""
    e = estimate
    if not e.group_by or e.base is None:
        return 0.0, 0.0
    counted = e.value * e.base if e.measure in SHARES and e.value is not None else 0.0
    return counted, e.base - counted


def _is_small(sides: Iterable[float], threshold: int) -> bool:
    return any(NEAR < side < threshold - NEAR for side in sides)


def _completed(estimates: Sequence[Estimate], taken: set[int], threshold: int) -> set[int]:
    """Those that would let a figure taken out be worked back from that of all claims.

    Of each measure, and each way of parting the claims, those of the smallest others go too, until two at least are
    out and the numbers of claims behind them are together none or as many as ``threshold``. A share that is not known
    is out by itself.
    """
    alike: dict[tuple[str, str, str], list[int]] = {}
    for n, e in enumerate(estimates):
        if e.group_by and e.measure in ADDING_UP:
            alike.setdefault((e.measure, e.category, e.group_by), []).append(n)
    more: set[int] = set()
    for places in alike.values():
        sides = {n: _sides(estimates[n]) for n in places}
        gone = [n for n in places if n in taken or (estimates[n].measure in SHARES and estimates[n].value is None)]
        rest = sorted((n for n in places if n not in gone), key=lambda n: (min(sides[n]), sum(sides[n]), n))
        for n in rest if taken.intersection(places) else ():
            if len(gone) > 1 and not _is_small((sum(sides[m][k] for m in gone) for k in (0, 1)), threshold):
                break
            gone.append(n)
            more.add(n)
    return more
