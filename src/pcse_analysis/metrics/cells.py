"""Cells of the register that few replies came from, joined with a neighbour by a stated rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.errors import DataError, Problems
from pcse_analysis.metrics.known_totals import is_missing, reply_count

BETWEEN = ", "
AND = " + "


@dataclass(frozen=True, kw_only=True)
class JoinedCells:
    """Cells after joining: the label of each respondent's cell, each cell's count in the register, what was joined.

    ``words`` has one sentence a joined cell, for the page; no number of replies is in it, as it would be small.
    """

    labels: NDArray[np.object_]
    totals: Mapping[str, float]
    words: tuple[str, ...]


@dataclass
class _Cell:
    bands: list[str]
    replies: int
    practices: int


def joined_cells(labels: pd.DataFrame, register: pd.DataFrame, columns: Sequence[str], least: int = 1) -> JoinedCells:
    """The cells of the crossed ``columns``, those with fewer than ``least`` replies joined with a neighbour.

    ``labels`` has a row a respondent, ``register`` one a practice. Cells are joined along the last column that has an
    order (an ordered category in ``register``, such as bands of list size), within one group of the other columns, such
    as one region. In each group, until none is thin: take the cell with the fewest replies (of equals the lowest) and
    join it with the cell next to it that has fewer replies (of equals the lower). A cell that no practice of the
    register is in does not exist.

    Raises:
        DataError: a column that is missing or has missing labels, no column, replies from a cell that the register does
            not have; a thin cell that no neighbour is left for, or no column with an order to join along.
    """
    _check(labels, register, columns)
    ordered = [column for column in columns if _order(register[column])]
    along = ordered[-1] if ordered else columns[-1]
    others = [column for column in columns if column != along]
    bands = _order(register[along]) or sorted(set(register[along].astype(str)))
    replies, practices = (_counts(frame, others, along) for frame in (labels, register))
    problems = Problems()
    _refuse_strangers(replies, practices, problems)
    cell_of: dict[tuple[str, ...], str] = {}
    totals: dict[str, float] = {}
    words = []
    for group in sorted({key[:-1] for key in practices}):
        keys = [(*group, band) for band in bands if (*group, band) in practices]
        cells = [_Cell([key[-1]], replies.get(key, 0), practices[key]) for key in keys]
        if ordered:
            _join(cells, least)
        for cell in cells:
            name = BETWEEN.join((*group, AND.join(cell.bands)))
            while name in totals:  # Labels may hold what stands between them.
                name += "'"
            cell_of.update({(*group, band): name for band in cell.bands})
            totals[name] = float(cell.practices)
            if len(cell.bands) > 1:
                words.append(_words(group, cell.bands, along, least))
            if cell.replies < least:
                _add_thin(name, cell, least, along, bool(ordered), problems)
    problems.raise_as(DataError)
    found_in = [cell_of[key] for key in _keys(labels, others, along)]
    return JoinedCells(labels=np.array(found_in, dtype=object), totals=totals, words=tuple(words))


def _check(labels: pd.DataFrame, register: pd.DataFrame, columns: Sequence[str]) -> None:
    problems = Problems()
    if not columns:
        problems.add("no column is named to make cells of")
    for kind, frame in (("replies", labels), ("practices of the register", register)):
        for column in columns:
            if column not in frame:
                problems.add(f"the {kind} have no column '{column}'", to_do="take it out of 'margins', or supply it.")
            elif count := int(is_missing(frame[column]).sum()):
                problems.add(f"{count} of {len(frame)} {kind} have no '{column}'")
    problems.raise_as(DataError)


def _order(column: pd.Series) -> list[str]:
    """The labels of a column in their order; none where it has no order."""
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        return [str(label) for label in column.dtype.categories]
    return []


def _keys(frame: pd.DataFrame, others: Sequence[str], along: str) -> list[tuple[str, ...]]:
    return list(zip(*(frame[column].astype(str) for column in (*others, along)), strict=True))


def _counts(frame: pd.DataFrame, others: Sequence[str], along: str) -> dict[tuple[str, ...], int]:
    return Counter(_keys(frame, others, along))


def _refuse_strangers(
    replies: Mapping[tuple[str, ...], int], practices: Mapping[tuple[str, ...], int], problems: Problems
) -> None:
    for key in sorted(set(replies) - set(practices)):
        what = f"cell '{BETWEEN.join(key)}': {reply_count(replies[key])}, but no practice of the register is in it"
        problems.add(what, to_do="take the labels of the replies from the register that the totals are counted in.")
    problems.raise_as(DataError)


def _join(cells: list[_Cell], least: int) -> None:
    """Join until no cell is thin or only one is left; cells stand in their order."""
    while len(cells) > 1:
        thin = min(range(len(cells)), key=lambda place: (cells[place].replies, place))
        if cells[thin].replies >= least:
            return
        beside = [place for place in (thin - 1, thin + 1) if 0 <= place < len(cells)]
        low, high = sorted((thin, min(beside, key=lambda place: (cells[place].replies, place))))
        cells[low] = _Cell(
            cells[low].bands + cells[high].bands,
            cells[low].replies + cells[high].replies,
            cells[low].practices + cells[high].practices,
        )
        del cells[high]


def _words(group: tuple[str, ...], bands: list[str], along: str, least: int) -> str:
    listed = ", ".join(f"'{band}'" for band in bands[:-1]) + f" and '{bands[-1]}'"
    return (
        f"{BETWEEN.join(group) or along}: {listed} are one cell, as fewer than {least} replies came from a part of it"
    )


def _add_thin(name: str, cell: _Cell, least: int, along: str, has_order: bool, problems: Problems) -> None:
    why = "no neighbour is left to join it with" if has_order else f"'{along}' has no order to join it along"
    problems.add(
        f"cell '{name}': {reply_count(cell.replies)} for {cell.practices} practices, expected at least {least}; {why}",
        to_do="in 'margins' of survey.yaml, lower 'least', leave a column out, or take the method 'rake'.",
    )
