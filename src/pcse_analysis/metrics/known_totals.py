"""Margins of a population as they are known, set against respondents: every label and total is checked before a fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import DataError, Problems, near_miss
from pcse_analysis.metrics.design import FEW_NAMED

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
SAME_SUM = 1e-9
"""Sums of margins that differ by no more than this part of themselves differ by rounding only."""
JOIN = "join it with another label that is alike, in the replies and in the totals (see joined_cells)."


@dataclass(frozen=True, kw_only=True)
class KnownTotals:
    """One margin: the label of each respondent, and how many of the population have each label."""

    name: str
    labels: ArrayLike
    totals: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class CrossTable:
    """Respondents in the cells that their margins make when crossed.

    ``cell`` has the place of each respondent's cell; a cell without respondents has no place. ``columns`` (cells x
    labels of all margins) is 1 where a cell has a label; ``totals`` are those labels' known totals, ``labels`` their
    names as (margin, label), and ``slices`` the labels of each margin.
    """

    cell: Places
    columns: Floats
    totals: Floats
    labels: tuple[tuple[str, str], ...]
    slices: tuple[slice, ...]

    def summed(self, weights: Floats) -> Floats:
        """Weights (respondents, or respondents x replicates) added up over cells: cells x 1, or cells x replicates."""
        wide = weights.reshape(len(weights), -1)
        cells = len(self.columns)
        return np.column_stack([np.bincount(self.cell, weights=column, minlength=cells) for column in wide.T])


def cross_table(margins: Sequence[KnownTotals], respondents: int) -> CrossTable:
    """The respondents in the cells of some margins.

    Margins whose sums differ by rounding are brought to the sum of the first.

    Raises:
        DataError: no margin, labels missing, a label without a total or without respondents, a total that is not
            above 0, margins of different sums; all such are listed.
    """
    problems = Problems()
    if not margins:
        problems.add("no margin is given to fit weights to", to_do="name at least one.")
    known = [_coded(margin, respondents, problems) for margin in margins]
    sums = [float(totals.sum()) for _, _, totals in known]
    if not problems.found and any(abs(total - sums[0]) > SAME_SUM * abs(sums[0]) for total in sums):
        listed = ", ".join(f"'{m.name}' {total:,.10g}" for m, total in zip(margins, sums, strict=True))
        problems.add(
            f"the totals of the margins do not add up to the same: {listed}",
            to_do="count every margin over one population.",
        )
    problems.raise_as(DataError)
    paths, cell = np.unique(np.column_stack([codes for codes, _, _ in known]), axis=0, return_inverse=True)
    starts = np.cumsum([0, *(len(names) for _, names, _ in known)])
    columns = np.zeros((len(paths), starts[-1]))
    for place, start in enumerate(starts[:-1]):
        columns[np.arange(len(paths)), start + paths[:, place]] = 1.0
    return CrossTable(
        cell=np.asarray(cell, dtype=np.intp).ravel(),
        columns=columns,
        totals=np.concatenate([totals * (sums[0] / sum_) for (_, _, totals), sum_ in zip(known, sums, strict=True)]),
        labels=tuple((m.name, name) for m, (_, names, _) in zip(margins, known, strict=True) for name in names),
        slices=tuple(slice(int(a), int(b)) for a, b in pairwise(starts)),
    )


def is_missing(labels: ArrayLike) -> NDArray[np.bool_]:
    """Which labels are missing: not there at all, or empty."""
    found = np.array(labels, dtype=object)
    found[pd.isna(found)] = ""
    return np.asarray(found == "", dtype=bool)


def reply_count(count: int) -> str:
    """A number of replies in words."""
    return f"{count} repl{'y' if count == 1 else 'ies'}"


def _coded(margin: KnownTotals, respondents: int, problems: Problems) -> tuple[Places, list[str], Floats]:
    """The place of each respondent's label, the labels in order, and their totals."""
    found = np.asarray(margin.labels, dtype=object)
    if len(found) != respondents:
        problems.add(f"margin '{margin.name}': found {len(found)} labels, expected one for each of {respondents}")
        return np.zeros(respondents, dtype=np.intp), [], np.zeros(0)
    missing = is_missing(found)
    if missing.any():
        rows = ", ".join(map(str, np.flatnonzero(missing)[:FEW_NAMED] + 1))
        rows += ", ..." if missing.sum() > FEW_NAMED else ""
        problems.add(
            f"margin '{margin.name}': no label in {missing.sum()} of {respondents} replies: reply {rows}",
            to_do="give such replies a weight that the margins do not decide, or leave them out by a rule.",
        )
    codes, found_names = pd.factorize(found[~missing].astype(str), sort=True)
    names = [str(name) for name in found_names]
    for what, to_do in _label_problems(margin, names, np.bincount(codes)):
        problems.add(f"margin '{margin.name}': {what}", to_do=to_do)
    places = np.zeros(respondents, dtype=np.intp)
    places[~missing] = codes
    return places, names, np.array([float(margin.totals.get(name, 0.0)) for name in names])


def _label_problems(margin: KnownTotals, names: list[str], counts: Places) -> Iterator[tuple[str, str]]:
    for name, count in zip(names, counts, strict=True):
        if name not in margin.totals:
            near = near_miss(name, margin.totals)
            yield f"'{name}' has {reply_count(count)} but no known total" + (f"   near '{near}'" if near else ""), ""
    for name, total in margin.totals.items():
        number = float(total)
        if not np.isfinite(number) or number < 0:
            yield f"'{name}': found a total of {number:g}, expected a number above 0", ""
        elif name not in names and number > 0:
            yield f"'{name}' has a total of {number:,.10g} but no replies", JOIN
        elif name in names and number == 0:
            yield f"'{name}' has a total of 0 but {reply_count(counts[names.index(name)])}", JOIN
