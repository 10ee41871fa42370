"""The breakdowns of one wave as tables that an outsider would attack, and the rows that have to go for their safety.

An outsider knows every figure that is published, the official list of practices, and, to be on the safe side, the
weight of a reply in every cell. What is unknown are counts of replies in each cell of the register's columns crossed
with one another, with and without the problem. Whatever is published of a question says something of these counts:
totals, rows of each breakdown, the weighted share as exactly as it is given, and how many replied in each group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.catalogue.types import Question
from pcse_analysis.metrics.disclosure import Row, has_one_alternative, is_telling
from pcse_analysis.metrics.protection import PublishedTable, Statement, protect
from pcse_analysis.metrics.quality import NOT_KNOWN
from pcse_analysis.metrics.sample import Partition, Sample
from pcse_analysis.metrics.survey import failing_answers

Rows = NDArray[np.bool_]
REGISTER = "register"
"""The item of response rates."""
SMALL_PART = 1e-4
"""What a reply of a row costs beside the row itself: of two rows the smaller one goes."""
AGAIN = 0.3
"""How much less it costs to withhold a group that is withheld elsewhere: a change needs the group in both waves."""


@dataclass(frozen=True)
class Part:
    """A group of one breakdown: the atoms that it is made of; ``row`` is None for those in no group."""

    row: Row | None
    atoms: Rows


@dataclass(frozen=True, kw_only=True)
class Atoms:
    """Counts in every cell of all breakdowns crossed: with the answer in question and without; and the breakdowns."""

    counted: NDArray[np.int64]
    others: NDArray[np.int64]
    breakdowns: tuple[tuple[Part, ...], ...]
    weights: NDArray[np.float64] | None
    """The weight of a reply in each cell; None where replies of a cell have different weights, or none."""


def withheld_rows(
    sample: Sample,
    questions: Iterable[Question],
    partitions: Sequence[Partition],
    practices: pd.DataFrame | None,
    elsewhere: Iterable[Row] = (),
) -> set[Row]:
    """The rows of breakdowns that may not be shown: those with small numbers, and those that would give these away.

    ``practices`` is the register of the wave, where there is one: response rates are broken down by its columns.
    Groups withheld in the rows ``elsewhere`` are withheld rather than others.
    """
    if not partitions:
        return set()
    rules = sample.survey.disclosure
    replied: Mapping[Row, int] = {}
    before, gone = set(elsewhere), set[Row]()
    if practices is not None:
        atoms = practices_by(sample, [p.group_by for p in partitions], practices)
        gone |= _withheld(atoms, rules, before, either_or=True, public=True)
        replied = counts_shown(atoms, gone)
    crossed = crossed_codes([p.of_row for p in partitions])
    for question in questions:
        if question.failing:
            atoms = answers_by(sample, question, partitions, crossed)
            one = has_one_alternative(sample.survey, question.item, question.wave)
            gone |= _withheld(atoms, rules, before | gone, either_or=one, replied=replied)
    return gone


def _withheld(
    atoms: Atoms,
    rules: DisclosureRules,
    elsewhere: set[Row],
    *,
    either_or: bool,
    public: bool = False,
    replied: Mapping[Row, int] | None = None,
) -> set[Row]:
    """``public``: both sides of every atom together are known to all, as the practices of a register are."""
    rows = rows_of(atoms)
    if int(atoms.counted.sum() + atoms.others.sum()) < rules.threshold and not public:
        return set(rows)
    table = published_table(atoms, rules, elsewhere, either_or=either_or, public=public, replied=replied)
    return {rows[number] for number in protect(table, rules.threshold)} if table.sensitive else set()


def rows_of(atoms: Atoms) -> list[Row]:
    """The rows of all breakdowns, in the order in which ``published_table`` numbers them."""
    return [part.row for parts in atoms.breakdowns for part in parts if part.row is not None]


def published_table(
    atoms: Atoms,
    rules: DisclosureRules,
    elsewhere: set[Row],
    *,
    either_or: bool,
    public: bool = False,
    replied: Mapping[Row, int] | None = None,
) -> PublishedTable:
    """All that is said of some atoms; its rows are numbered as ``rows_of`` lists them."""
    parts = [part for parts in atoms.breakdowns for part in parts]
    place = {row: number for number, row in enumerate(rows_of(atoms))}
    primary: set[int] = set()
    sensitive: list[dict[int, float]] = []
    for part in parts:
        forms = list(_telling(atoms, part, rules, either_or=either_or, public=public))
        sensitive += forms
        if forms and part.row is not None:
            primary.add(place[part.row])
    again = {row[3:] for row in elsewhere}
    return PublishedTable(
        cells=tuple(int(count) for pair in zip(atoms.counted, atoms.others, strict=True) for count in pair),
        statements=tuple(_statements(atoms, place, rules, public=public, replied=replied or {})),
        costs=tuple(
            1 + SMALL_PART * _size(atoms, part) - AGAIN * (part.row[3:] in again)
            for part in parts
            if part.row is not None
        ),
        primary=frozenset(primary),
        sensitive=tuple(sensitive),
    )


def counts_shown(atoms: Atoms, gone: set[Row]) -> dict[Row, int]:
    """How many are counted in each row that stays."""
    parts = [part for parts in atoms.breakdowns for part in parts if part.row not in gone]
    return {part.row: int(atoms.counted[part.atoms].sum()) for part in parts if part.row is not None}


def _size(atoms: Atoms, part: Part) -> int:
    return int(atoms.counted[part.atoms].sum() + atoms.others[part.atoms].sum())


def form_of(atoms: Rows, *sides: int) -> dict[int, float]:
    """The sum of some sides (0: counted, 1: others) of some atoms; cells alternate between the two."""
    return {int(2 * atom + side): 1.0 for atom in np.flatnonzero(atoms) for side in sides}


def _telling(
    atoms: Atoms, part: Part, rules: DisclosureRules, *, either_or: bool, public: bool
) -> Iterator[dict[int, float]]:
    """The sums of cells that are too small to be known, of one group or of those in no group."""
    counted, base = int(atoms.counted[part.atoms].sum()), _size(atoms, part)
    for sides in small_sides(counted, base, rules, either_or=either_or, public=public):
        yield form_of(part.atoms, *sides)


def small_sides(
    counted: int, base: int, rules: DisclosureRules, *, either_or: bool, public: bool = False
) -> Iterator[tuple[int, ...]]:
    """The sides (0: counted, 1: others, or both together) of a group that are too small to be known."""
    if base == 0:
        return
    if base < rules.threshold and not public:
        yield 0, 1
    if base >= rules.threshold and not is_telling(counted, base, rules.smallest_side, either_or=either_or):
        return
    for side, count in enumerate((counted, base - counted)):
        if count < rules.smallest_side and (count > 0 or side == 1 or either_or):
            yield (side,)


def _statements(
    atoms: Atoms, place: Mapping[Row, int], rules: DisclosureRules, *, public: bool, replied: Mapping[Row, int]
) -> Iterator[Statement]:
    everything = np.ones(len(atoms.counted), dtype=bool)
    yield from _exact(atoms, everything, None)
    yield from _weighted(atoms, rules)
    if public:
        for atom in range(len(everything)):
            of_atom = np.arange(len(everything)) == atom
            known = float(_size(atoms, Part(None, of_atom)))
            yield Statement(coefficients=form_of(of_atom, 0, 1), low=known, high=known)
    for part in (part for parts in atoms.breakdowns for part in parts if part.row is not None):
        assert part.row is not None
        yield from _exact(atoms, part.atoms, place[part.row])
        most = replied.get((*part.row[:2], REGISTER, *part.row[3:]))
        if most is not None and _size(atoms, part) <= most:
            yield Statement(coefficients=form_of(part.atoms, 0, 1), low=0.0, high=float(most))


def _exact(atoms: Atoms, of: Rows, row: int | None) -> Iterator[Statement]:
    for side, counts in enumerate((atoms.counted, atoms.others)):
        count = float(counts[of].sum())
        yield Statement(coefficients=form_of(of, side), low=count, high=count, row=row)


def _weighted(atoms: Atoms, rules: DisclosureRules) -> Iterator[Statement]:
    """What the weighted share of the whole says: that it lies within what it is rounded to.

    Inside a group, weights differ by the other columns alone; how many replies each crossed cell has is not published,
    so that nothing follows from the weighted share of a group that its plain share does not say.
    """
    if atoms.weights is None:
        return
    counted, others = (float((atoms.weights * side).sum()) for side in (atoms.counted, atoms.others))
    if counted + others <= 0:
        return
    share, half = round(counted / (counted + others), rules.decimals), 0.5 * 10.0**-rules.decimals
    for end, limits in ((share - half, (0.0, np.inf)), (share + half, (-np.inf, 0.0))):
        sides = ((0, atoms.weights * (1 - end)), (1, -atoms.weights * end))
        coefficients = {2 * n + side: float(weight) for side, weights in sides for n, weight in enumerate(weights)}
        yield Statement(coefficients=coefficients, low=limits[0], high=limits[1])


def crossed_codes(codes: Sequence[NDArray[np.intp]]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The distinct combinations of several codes, a row each, and for every reply the place of its own."""
    combinations, of_row = np.unique(np.column_stack(codes), axis=0, return_inverse=True)
    return combinations, of_row.ravel()


def answers_by(
    sample: Sample,
    question: Question,
    partitions: Sequence[Partition],
    crossed: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> Atoms:
    """The answers to one question in every cell of the partitions crossed."""
    combinations, of_row = crossed
    responses = sample.responses
    scale = sample.survey.scales[question.scale]
    base, fails = failing_answers(responses.answers[question.item], question, scale)
    head = (responses.wave, responses.group, question.item)
    breakdowns = tuple(
        (
            *(
                Part((*head, partition.group_by, group), combinations[:, column] == number)
                for number, group in enumerate(partition.groups)
            ),
            Part(None, combinations[:, column] < 0),
        )
        for column, partition in enumerate(partitions)
    )
    return Atoms(
        counted=np.bincount(of_row[fails], minlength=len(combinations)),
        others=np.bincount(of_row[base & ~fails], minlength=len(combinations)),
        breakdowns=breakdowns,
        weights=_weights(sample, of_row, len(combinations)),
    )


def _weights(sample: Sample, of_row: NDArray[np.intp], cells: int) -> NDArray[np.float64] | None:
    """The weight of a reply in each cell, where all replies of a cell have the same."""
    if sample.weighted is None:
        return None
    weights = sample.weighted.weights
    mean = np.bincount(of_row, weights, cells) / np.bincount(of_row, minlength=cells)
    return mean if np.allclose(weights, mean[of_row], rtol=1e-9) else None


def practices_by(sample: Sample, columns: Sequence[str], practices: pd.DataFrame) -> Atoms:
    """The practices of the register in every cell of some columns crossed: those that replied and the others."""
    replied = practices["code"].isin(set(sample.responses.respondents["practice"]) - {""}).to_numpy()
    names = [name for name in columns if name in practices]
    labels = [practices[name].astype("string").fillna(NOT_KNOWN).to_numpy(dtype=str) for name in names]
    groups = [sorted(set(column)) for column in labels]
    codes = [np.searchsorted(group, column) for group, column in zip(groups, labels, strict=True)]
    combinations, of_row = crossed_codes(codes)
    head = (sample.responses.wave, sample.responses.group, REGISTER)
    return Atoms(
        counted=np.bincount(of_row[replied], minlength=len(combinations)),
        others=np.bincount(of_row[~replied], minlength=len(combinations)),
        breakdowns=tuple(
            tuple(Part((*head, name, str(label)), combinations[:, column] == number) for number, label in enumerate(of))
            for column, (name, of) in enumerate(zip(names, groups, strict=True))
        ),
        weights=None,
    )
