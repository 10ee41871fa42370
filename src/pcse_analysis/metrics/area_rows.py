"""The rows of areas that may not be shown, given the rows of regions and bands of list size that may not.

Areas lie in regions. Regions and bands are decided first and alone (``withheld_rows``), so that no area costs a region;
then areas are withheld so that the whole stays as safe as it was. Why that holds, for any number of areas:

Within a band of list size and a region, replies may be moved between areas without touching a total, a region, a band
or the weighted share of the whole. So a small number in an area is protected where the areas withheld in its region
hold as many replies of its kind together as the threshold asks for, which is a sum and needs no search. A number of
replies that a response rate caps is moved one for one against a reply of the other kind.

Small numbers of regions, bands, and those in no group were protected by a table in which other regions differ. Where
such a region is withheld and shows areas, it cannot hold less than these: with that said, the region is attacked again,
and where it does not withstand, all its areas go. Any table of regions and bands that is left parts into areas, as
every table of two margins with one sum does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.catalogue.types import Question
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
    small_sides,
)
from pcse_analysis.metrics.checks import REGION
from pcse_analysis.metrics.disclosure import Row, has_one_alternative
from pcse_analysis.metrics.protection import Statement, unprotected
from pcse_analysis.metrics.sample import Partition, Sample
from pcse_analysis.metrics.survey import failing_answers

Counts = NDArray[np.int64]
BOTH = (0, 1)


@dataclass(frozen=True, kw_only=True)
class _Pieces:
    """The areas in each region. A piece is an area in one region; ``stray`` ones have no row that may be shown."""

    region: NDArray[np.intp]
    area: NDArray[np.intp]
    stray: NDArray[np.bool_]
    of_row: NDArray[np.intp]

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
    pieces = _pieces(regions, areas)
    cells = crossed_codes([p.of_row for p in partitions]) if partitions else None
    for question in (q for q in questions if q.failing):
        base, fails = failing_answers(sample.responses.answers[question.item], question, survey.scales[question.scale])
        counts = np.column_stack(
            [np.bincount(pieces.of_row[who], minlength=len(pieces.area)) for who in (fails, base & ~fails)]
        )
        head = (sample.responses.wave, sample.responses.group, question.item)
        kept = {r for r in pieces.regions if _is_shown(r, regions, head, gone)}
        one = has_one_alternative(survey, question.item, question.wave)
        hidden = _hidden(pieces, counts, rules, kept, either_or=one)
        if cells is not None and regions is not None:
            atoms = answers_by(sample, question, partitions, cells)
            floors = _floors(pieces, counts, hidden, kept, regions, areas, by_area, head)
            if not _withstands(atoms, rules, gone, rates, floors, either_or=one):
                hidden |= {int(n) for r, members in pieces.regions.items() if r not in kept for n in members}
        found |= {(*head, areas.group_by, areas.groups[pieces.area[n]]) for n in hidden if pieces.area[n] >= 0}
    return found


def _pieces(regions: Partition | None, areas: Partition) -> _Pieces:
    of_region = np.zeros(len(areas.of_row), dtype=np.intp) if regions is None else regions.of_row
    pairs, of_row = crossed_codes([of_region, areas.of_row])
    region, area = pairs.T
    times = np.bincount(area[area >= 0], minlength=len(areas.groups))
    return _Pieces(region=region, area=area, stray=(area < 0) | (times[area] > 1) | (region < 0), of_row=of_row)


def _is_shown(region: int, regions: Partition | None, head: tuple[str, str, str], gone: set[Row]) -> bool:
    """Whether the count of a region is published; without regions there is one, the whole."""
    return regions is None or (region >= 0 and (*head, REGION, regions.groups[region]) not in gone)


def _hidden(pieces: _Pieces, counts: Counts, rules: DisclosureRules, kept: set[int], *, either_or: bool) -> set[int]:
    """The pieces that are withheld, region by region."""
    if counts.sum() < rules.threshold:
        return set(range(len(counts)))
    found: set[int] = set()
    for region, members in pieces.regions.items():
        own = counts[members]
        chosen = hidden_of(own, pieces.stray[members], rules, either_or=either_or, pool=region not in kept)
        found |= {int(members[n]) for n in chosen}
    return found


def hidden_of(
    counts: Counts, stray: NDArray[np.bool_], rules: DisclosureRules, *, either_or: bool, pool: bool
) -> set[int]:
    """The areas of one region to withhold; ``counts`` has a row an area: those counted, and the others.

    Small ones go, and with them the smallest that brings them to the threshold together. ``pool`` is for a region that
    is withheld itself: what it hides must be as much as may have to be moved out of it.
    """
    bases = counts.sum(axis=1)
    small = [list(small_sides(int(row[0]), int(row.sum()), rules, either_or=either_or)) for row in counts]
    found = {n for n, sides in enumerate(small) if sides or stray[n] or bases[n] == 0}
    wanted = {sides for of in small for sides in of} | ({(0,), (1,)} if pool else set())
    needed = {sides: min(rules.threshold, int(counts[:, sides].sum())) for sides in wanted}

    def lacking(group: set[int]) -> bool:
        short = any(counts[np.ix_(sorted(group), sides)].sum() < least for sides, least in needed.items())
        return short or (any(small) and len(group) == 1)

    while lacking(found) and len(found) < len(counts):
        rest = [n for n in range(len(counts)) if n not in found]
        enough = [n for n in rest if not lacking(found | {n})]
        found.add(min(enough, key=lambda n: (bases[n], n)) if enough else max(rest, key=lambda n: (bases[n], -n)))
    return found


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
        most = float("inf")
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
