"""What every ledger has in common when figures are made from it: its parts, which of them are shown, and their form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.estimates import Estimate


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a ledger: all of it, or the cases that hold one value in a column, such as those of one route."""

    group_by: str
    group: str
    mask: NDArray[np.bool_]


def parts_of(cases: pd.DataFrame, columns: Sequence[str]) -> list[Part]:
    """The whole ledger first, then for each column each value that a case holds, in the order of its categories."""
    parts = [Part(group_by="", group="", mask=np.ones(len(cases), dtype=bool))]
    for column in columns:
        values = cases[column]
        there = [name for name in values.cat.categories if (values == name).any()]
        parts += [Part(group_by=column, group=str(name), mask=(values == name).to_numpy()) for name in there]
    return parts


def people(who: pd.Series) -> NDArray[np.int64]:
    """For each case a number that stands for who it comes from; whoever is not named is one alone."""
    codes = who.cat.codes.to_numpy().astype(np.int64)
    return np.where(codes >= 0, codes, len(who.cat.categories) + np.arange(len(codes)))


def withheld_parts(sizes: Mapping[tuple[str, str], int], threshold: int) -> set[tuple[str, str]]:
    """The parts that are too small to show, and those whose showing would let them be worked back from the whole.

    ``sizes`` is of parts by column and value. Of each way of parting, the smallest others are taken out too, until
    those taken out hold ``threshold`` together and are two at least.
    """
    withheld: set[tuple[str, str]] = set()
    for by in dict.fromkeys(column for column, _ in sizes if column):
        ordered = sorted((size, group) for (column, group), size in sizes.items() if column == by)
        taken = [pair for pair in ordered if pair[0] < threshold]
        for pair in ordered[len(taken) :]:
            if not taken or (len(taken) > 1 and sum(size for size, _ in taken) >= threshold):
                break
            taken.append(pair)
        withheld |= {(by, group) for _, group in taken}
    return withheld


def ledger_estimate(
    ledger: Ledger,
    day: str,
    part: Part,
    measure: str,
    unit: str,
    method: str,
    *,
    category: str = "",
    value: float | None,
    item: str = "",
    service_line: str = "",
    **fields: Any,
) -> Estimate:
    """One number of a part of a ledger, as known on a day; a count has no interval.

    Without an ``item``, which must be unlike any other part's, it is of the cases of the ledger as such; without a
    ``service_line``, of that of the part.
    """
    names = (measure, category.replace(" ", "-"), *(() if item else (part.group_by, part.group)))
    return Estimate(
        id=".".join([ledger.id, item or ledger.kind, *(name for name in names if name)]),
        survey=ledger.id,
        wave="",
        respondent_group="",
        service_line=service_line or (part.group if part.group_by == "service_line" else "all"),
        item=item or ledger.kind,
        measure=measure,
        category=category,
        group_by=part.group_by,
        group=part.group,
        value=value,
        unit=unit,
        method=method,
        sources=(ledger.name,),
        known_on=day,
        **fields,
    )


def row_estimates(ledger: Ledger, day: str, received: int, steps: pd.DataFrame) -> list[Estimate]:
    """How many rows the file of a ledger had, and how many each rule left out or recoded, with its reason.

    ``steps`` has a row of rule, reason and count for each rule, in order. These counts are of the whole file.
    """
    everything = np.zeros(0, dtype=bool)
    whole = Part(group_by="", group="", mask=everything)
    made = [ledger_estimate(ledger, day, whole, "rows_received", "rows", "count", value=float(received))]
    for number, step in enumerate(steps.to_dict("records"), start=1):
        rule, count = str(step["rule"]), float(step["count"])
        if count:
            made.append(
                ledger_estimate(
                    ledger,
                    day,
                    Part(group_by="reason", group=str(step["reason"]), mask=everything),
                    "rows_recoded" if rule.startswith("recode") else "rows_excluded",
                    "rows",
                    "count",
                    category=f"{number:02d} {rule}",
                    value=count,
                    item=ledger.kind,
                )
            )
    return made
