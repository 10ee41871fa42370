"""The rows of areas that may not be shown, given the rows of regions and bands of list size that may not.

Areas lie in regions. Regions and bands are decided first and alone (``withheld_rows``), so that no area costs a region;
then areas are withheld so that the whole stays as safe as it was. Why that holds, for any number of areas:

Within a band of list size and a region, replies may be moved between areas without touching a total, a region, a band
or the weighted share of the whole. So a small number in an area is protected where the areas withheld in its region
hold, band by band, as many replies of its kind as the threshold asks for and as the area has practices: a sum, which
needs no search. A number of replies that a response rate caps is moved one for one against a reply of the other kind.
No more is asked than can be had with all areas withheld: what regions and bands say alone is not for areas to mend.

Small numbers of regions, bands, and those in no group were protected by a table in which other regions differ. Where
such a region is withheld and shows areas, it cannot hold less than these: with that said, the region is attacked again,
and where it does not withstand, all its areas go. Any table of regions and bands that is left parts into areas, as
every table of two margins with one sum does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.catalogue.types import Question
from pcse_analysis.metrics.area_choice import Counts, Floats, Region, Small
from pcse_analysis.metrics.area_rates import withheld_rates
from pcse_analysis.metrics.breakdowns import (
    Atoms,
    answers_by,
    counts_shown,
    crossed_codes,
    form_of,
    practices_by,
    published_table,
    rows_of,
)
from pcse_analysis.metrics.checks import REGION
from pcse_analysis.metrics.disclosure import Row, has_one_alternative
from pcse_analysis.metrics.protection import Statement, unprotected
from pcse_analysis.metrics.sample import Partition, Sample
from pcse_analysis.metrics.survey import failing_answers

BOTH = (0, 1)


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """The areas in each region. A piece is an area in one region; ``stray`` ones have no row that may be shown."""

    region: NDArray[np.intp]
    area: NDArray[np.intp]
    stray: NDArray[np.bool_]
    of_row: NDArray[np.intp]
    of_band: NDArray[np.intp]
    bands: tuple[tuple[str, ...], ...]
    """The groups of every other breakdown that occur together; of each reply, ``of_band`` is their place."""

    def count(self, who: NDArray[np.bool_]) -> Counts:
        """How many of some replies each piece has in each band."""
        size = len(self.area) * len(self.bands)
        cells = self.of_row * len(self.bands) + self.of_band
        return np.bincount(cells[who], minlength=size).reshape(len(self.area), -1)

    @property
    def regions(self) -> dict[int, NDArray[np.intp]]:
        """The places of the pieces in each region; -1 for those in none."""
        return {int(r): np.flatnonzero(self.region == r) for r in np.unique(self.region)}


def withheld_areas(
    sample: Sample,
    questions: Iterable[Question],
    areas: Partition,
    partitions: Sequence[Partition],
    practices: pd.DataFrame | None,
    gone: set[Row],
) -> set[Row]:
    """The rows of areas that may not be shown, where the rows ``gone`` of the other ``partitions`` are withheld.

    An area that lies in two regions, and one whose practices are in no region, has no row that is shown.
    """
    survey, rules = sample.survey, sample.survey.disclosure
    columns = [p.group_by for p in partitions]
    found: set[Row] = set()
    rates: dict[Row, int] = {}
    by_area: dict[str, int] = {}
    if practices is not None and areas.group_by in practices:
        rates = counts_shown(practices_by(sample, columns, practices), gone)
        crossed = practices_by(sample, [*columns, areas.group_by], practices)
        found |= withheld_rates(crossed, rules, gone, areas.group_by)
        shown = counts_shown(crossed, found)
        by_area = {row[4]: count for row, count in shown.items() if row[3] == areas.group_by}
    regions = next((p for p in partitions if p.group_by == REGION), None)
    pieces = _pieces(regions, areas, [p for p in partitions if p.group_by != REGION])
    cells = crossed_codes([p.of_row for p in partitions]) if partitions else None
    rooms = _rooms(pieces, areas, regions, partitions, practices)
    for question in (q for q in questions if q.failing):
        base, fails = failing_answers(sample.responses.answers[question.item], question, survey.scales[question.scale])
        counts = np.stack([pieces.count(who) for who in (fails, base & ~fails)], axis=1)
        head = (sample.responses.wave, sample.responses.group, question.item)
        kept = {r for r in pieces.regions if _is_shown(r, regions, head, gone)}
        one = has_one_alternative(survey, question.item, question.wave)
        most = [by_area.get(areas.groups[n], inf) if n >= 0 else inf for n in pieces.area]
        hidden, left = _hidden(pieces, counts, np.array(most), rooms, rules, kept, either_or=one)
        if cells is not None and regions is not None:
            atoms = answers_by(sample, question, partitions, cells)
            floors = _floors(pieces, counts.sum(axis=2), hidden, kept, regions, areas, by_area, head)
            if not _withstands(atoms, rules, gone, rates, floors, either_or=one):
                hidden |= {int(n) for r, members in pieces.regions.items() if r not in kept for n in members}
        rows = _rows(head, areas, pieces, hidden)
        if left and not _reached(
            sample, question, partitions, areas, pieces, rooms, rates, gone, rows, left, either_or=one
        ):
            rows = {(*head, areas.group_by, area) for area in areas.groups}
        found |= rows
    return found


def _rows(head: tuple[str, str, str], areas: Partition, pieces: _Pieces, hidden: set[int]) -> set[Row]:
    return {(*head, areas.group_by, areas.groups[pieces.area[n]]) for n in hidden if pieces.area[n] >= 0}


def _reached(
    sample: Sample,
    question: Question,
    partitions: Sequence[Partition],
    areas: Partition,
    pieces: _Pieces,
    rooms: Floats,
    rates: dict[Row, int],
    gone: set[Row],
    hidden: set[Row],
    left: Sequence[Small],
    *,
    either_or: bool,
) -> bool:
    """Whether small numbers of areas can be as large as they could be with all areas withheld, found by attack.

    For those that no sum shows to be protected, such as of an area without practices in some band.
    """
    every, rules = [*partitions, areas], sample.survey.disclosure
    combinations, of_row = crossed_codes([p.of_row for p in every])
    atoms = answers_by(sample, question, every, (combinations, of_row))
    table, rows = published_table(atoms, rules, set(), either_or=either_or, replied=rates), rows_of(atoms)
    known = [
        s if s.row is None or rows[s.row][3] == areas.group_by else replace(s, row=None)
        for s in table.statements
        if s.row is None or rows[s.row] not in gone
    ]
    first = np.unique(of_row, return_index=True)[1]
    for n, room in enumerate(rooms[pieces.of_row[first], pieces.of_band[first]]):
        known.append(Statement(coefficients=form_of(np.arange(len(first)) == n, *BOTH), low=0.0, high=float(room)))
    sums = tuple(form_of(pieces.of_row[first] == piece, *sides) for piece, sides in left)
    asked = replace(table, statements=tuple(known), sensitive=sums, primary=frozenset())
    return not unprotected(asked, [n for n, row in enumerate(rows) if row in hidden], rules.threshold)


def _pieces(regions: Partition | None, areas: Partition, bands: Sequence[Partition]) -> _Pieces:
    of_region = np.zeros(len(areas.of_row), dtype=np.intp) if regions is None else regions.of_row
    pairs, of_row = crossed_codes([of_region, areas.of_row])
    crossed, of_band = crossed_codes([of_region * 0, *(p.of_row for p in bands)])
    region, area = pairs.T
    times = np.bincount(area[area >= 0], minlength=len(areas.groups))
    stray = (area < 0) | (times[area] > 1) | (region < 0)
    names = [tuple(p.groups[c] if c >= 0 else "" for p, c in zip(bands, row[1:], strict=True)) for row in crossed]
    return _Pieces(region=region, area=area, stray=stray, of_row=of_row, of_band=of_band, bands=tuple(names))


def _rooms(
    pieces: _Pieces,
    areas: Partition,
    regions: Partition | None,
    partitions: Sequence[Partition],
    practices: pd.DataFrame | None,
) -> NDArray[np.float64]:
    """How many practices each piece has in each band, as all can read; without a register, or without end."""
    rooms = np.full((len(pieces.area), len(pieces.bands)), inf)
    columns = [p.group_by for p in partitions if p.group_by != REGION]
    place = [*([REGION] if regions is not None else []), areas.group_by]
    if practices is None or not {*place, *columns} <= set(practices.columns):
        return rooms
    keys = practices[[*place, *columns]].astype("string").fillna("")
    listed = Counter(tuple(map(str, row)) for row in keys.itertuples(index=False))
    replied = pieces.count(np.ones(len(pieces.of_row), dtype=bool))
    for n, (region, area) in enumerate(zip(pieces.region, pieces.area, strict=True)):
        if area >= 0 and (regions is None or region >= 0):
            where = [*([regions.groups[region]] if regions is not None else []), areas.groups[area]]
            rooms[n] = [listed[(*where, *band)] for band in pieces.bands]
    # Several replies of one practice are more than there are practices.
    at_least: Floats = np.maximum(rooms, replied)
    return at_least


def _is_shown(region: int, regions: Partition | None, head: tuple[str, str, str], gone: set[Row]) -> bool:
    """Whether the count of a region is published; without regions there is one, the whole."""
    return regions is None or (region >= 0 and (*head, REGION, regions.groups[region]) not in gone)


def _hidden(
    pieces: _Pieces,
    counts: Counts,
    most: Floats,
    rooms: Floats,
    rules: DisclosureRules,
    kept: set[int],
    *,
    either_or: bool,
) -> tuple[set[int], list[Small]]:
    """The pieces that are withheld, region by region, and the small numbers that this is not known to protect.

    ``counts`` by piece, side and band; ``most`` replies of a piece and ``rooms`` in a band of it are known to all.
    """
    if counts.sum() < rules.threshold:
        return set(range(len(counts))), []
    found: set[int] = set()
    open_ones: list[Small] = []
    for region, members in pieces.regions.items():
        own = Region(counts=counts[members], most=most[members], rooms=rooms[members], stray=pieces.stray[members])
        chosen, left = own.hidden(rules, either_or=either_or, pool=region not in kept)
        found |= {int(members[n]) for n in chosen}
        open_ones += [(int(members[n]), sides) for n, sides in left]
    return found, open_ones


def _floors(
    pieces: _Pieces,
    counts: Counts,
    hidden: set[int],
    kept: set[int],
    regions: Partition,
    areas: Partition,
    by_area: dict[str, int],
    head: tuple[str, str, str],
) -> Iterator[tuple[Row, Counts, float]]:
    """For each region that is withheld and shows areas: what these hold, and how many replies it may hold at most."""
    for region, members in pieces.regions.items():
        shown = [n for n in members if int(n) not in hidden]
        if region in kept or region < 0 or not shown:
            continue
        others = [areas.groups[pieces.area[n]] if pieces.area[n] >= 0 else "" for n in members if int(n) in hidden]
        most = inf
        if all(name in by_area for name in others):  # their response rates cap how many replies they hold
            capped = sum(by_area[name] for name in others) + float(counts[shown].sum())
            most = capped if counts[members].sum() <= capped else most
        yield (*head, REGION, regions.groups[region]), counts[shown].sum(axis=0), most


def _withstands(
    atoms: Atoms,
    rules: DisclosureRules,
    gone: set[Row],
    rates: dict[Row, int],
    floors: Iterable[tuple[Row, Counts, float]],
    *,
    either_or: bool,
) -> bool:
    """Whether regions and bands stay protected where withheld regions are known to hold what their areas show."""
    found = list(floors)
    if not found:
        return True
    table = published_table(atoms, rules, set(), either_or=either_or, replied=rates)
    own = {part.row: part.atoms for parts in atoms.breakdowns for part in parts if part.row is not None}
    more: list[Statement] = []
    for number, (row, shown, most) in enumerate(found, start=len(table.costs)):
        sides = [(form_of(own[row], side), float(shown[side]), np.inf) for side in BOTH]
        for form, low, high in (*sides, (form_of(own[row], *BOTH), 0.0, most)):
            more.append(Statement(coefficients=form, low=low, high=high, row=number))
    table = replace(table, statements=(*table.statements, *more), costs=(*table.costs, *([1.0] * len(found))))
    withheld = [number for number, row in enumerate(rows_of(atoms)) if row in gone]
    return not unprotected(table, withheld, rules.threshold)
