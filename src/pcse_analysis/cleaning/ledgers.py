"""Reads the file of a ledger through its description: finds its columns, keeps its recodes and exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.cleaning.exports import Coded, coded_columns
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.cleaning.pieces import SAVED_AGAIN
from pcse_analysis.cleaning.rows import MOST_LISTED, Rows
from pcse_analysis.cleaning.sheets import open_sheet
from pcse_analysis.errors import Problems, near_miss, shown
from pcse_analysis.frames import CLAIMS, DTYPES, ISSUES, KPI_RETURNS, FrameSpec, check_frame

FRAMES: Mapping[str, FrameSpec] = {"issues": ISSUES, "claims": CLAIMS, "kpi_returns": KPI_RETURNS}


@dataclass(frozen=True, kw_only=True)
class Repeats:
    """The words of mistakes in several rows of one case: its name, what is compared, and how to mend each."""

    column: str = "id"
    name: str = "id"
    different: str
    same: str
    if_different: str = "correct the ids"
    if_same: str = "give the ids new"


@dataclass(frozen=True, kw_only=True)
class CleanLedger:
    """The cases of a ledger as a tidy frame, the rows left out with their reasons, and what each rule did."""

    ledger: Ledger
    frame: pd.DataFrame
    received: int
    excluded: pd.DataFrame
    steps: pd.DataFrame


def cleaned(rows: Rows, frame: pd.DataFrame) -> CleanLedger:
    """A ledger with its frame brought to its columns and kinds, and what happened on the way."""
    spec = FRAMES[rows.ledger.kind]
    typed = frame[list(spec.columns)].astype({name: DTYPES[kind] for name, kind in spec.columns.items()})
    return CleanLedger(
        ledger=rows.ledger,
        frame=check_frame(typed.reset_index(drop=True), spec),
        received=rows.received,
        excluded=pd.DataFrame(rows.excluded, columns=["line", "reason"]).assign(ledger=rows.ledger.id),
        steps=pd.DataFrame(rows.steps, columns=["rule", "reason", "count"]).assign(ledger=rows.ledger.id),
    )


def read_rows(ledger: Ledger, folder: Path, problems: Problems) -> Rows | None:
    """The rows of a ledger's file after its recodes and exclusions; None where the file cannot be read as described.

    Cells are compared with recodes and exclusions as with the ledger's own spellings under 'values': blanks made
    plain, and capital letters as good as small ones. What is already written as a recode would have it is left.
    """
    sheet = open_sheet(folder / ledger.file, ledger.name, problems, encoding=ledger.encoding, sheet=ledger.sheet)
    if sheet is None:
        return None
    header = [tidied(cell) for cell in sheet.head[0]]
    before = len(problems.found)
    places = _places(ledger, header, problems)
    coded, lines, blank = coded_columns(sheet, len(header), 1, problems)
    if len(problems.found) > before:
        return None
    if not len(lines):
        problems.unreadable("has a header and no rows", file=ledger.name, to_do=SAVED_AGAIN)
        return None
    columns = {name: _without_missing(coded[place], ledger.missing) for name, place in places.items()}
    rows = Rows(ledger=ledger, problems=problems, columns=columns, lines=lines, received=len(lines) + len(blank))
    rows.excluded += [(line, "no cell is filled") for line in blank]
    rows.steps.append(("blank rows", "no cell is filled", len(blank)))
    _recode(rows)
    _exclude(rows)
    if not len(rows):
        problems.add("every row is left out", file=ledger.name, to_do=f"correct 'exclusions' in {ledger.description}.")
        return None
    return rows


def _places(ledger: Ledger, header: Sequence[str], problems: Problems) -> dict[str, int]:
    found = {}
    for name, wanted in ledger.columns.items():
        there = [place for place, cell in enumerate(header) if cell == tidied(wanted)]
        if len(there) != 1:
            near = near_miss(wanted, [cell for cell in header if cell]) if not there else None
            what = f"found {len(there)} columns '{wanted}' (our '{name}'), expected 1"
            to_do = f"correct 'columns' in {ledger.description}, or export the file again with all its columns."
            problems.add(
                what + (f"   near '{near}'" if near else ""),
                file=ledger.name,
                line=1,
                to_do=to_do,
                refers_to=ledger.description,
            )
        else:
            found[name] = there[0]
    return found


def _without_missing(coded: Coded, missing: Iterable[str]) -> Coded:
    """A column in which the texts that stand for an empty cell are empty."""
    out = set(missing)
    return Coded(["" if value.strip() in out else value for value in coded.values], coded.codes) if out else coded


def _recode(rows: Rows) -> None:
    ledger = rows.ledger
    for recode in ledger.recodes:
        coded = rows.columns.get(recode.column)
        if coded is None:
            continue
        found = tidied(recode.found).casefold()
        places = [n for n, v in enumerate(coded.tidy) if v.casefold() == found and v != tidied(recode.to)]
        count = int(np.isin(coded.codes, places).sum())
        if not count:
            what = f"a recode of '{recode.column}' finds nothing: {shown(recode.found)} is not in '{ledger.name}'"
            rows.problems.add(what, file=ledger.description, to_do="correct it or take it out.")
        values = [recode.to if n in places else value for n, value in enumerate(coded.values)]
        rows.columns[recode.column] = Coded(values, coded.codes)
        rows.steps.append((f"recode of {recode.column}", recode.reason, count))


def _exclude(rows: Rows) -> None:
    ledger = rows.ledger
    for exclusion in ledger.exclusions:
        if exclusion.lines:
            out = np.isin(rows.lines, exclusion.lines)
            stale = [str(line) for line in exclusion.lines if line not in rows.lines]
        else:
            coded = rows.columns.get(exclusion.column)
            wanted = {tidied(value).casefold() for value in exclusion.values}
            places = [] if coded is None else [n for n, value in enumerate(coded.tidy) if value.casefold() in wanted]
            out = np.isin(coded.codes, places) if coded is not None else np.zeros(len(rows), dtype=bool)
            stale = [] if out.any() else sorted(exclusion.values)
        if stale:
            what = f"an exclusion finds nothing: {', '.join(stale[:MOST_LISTED])} in '{ledger.name}'"
            rows.problems.add(what, file=ledger.description, to_do="correct it or take it out.")
        rows.drop(out, "exclusion", exclusion.reason)


def check_days(rows: Rows, days: Mapping[str, NDArray[np.datetime64]], pairs: Iterable[tuple[str, str]]) -> None:
    """Note every row in which a later step is dated before an earlier one.

    A later step that comes before several earlier ones is told with the first of the pairs alone.
    """
    told: dict[str, NDArray[np.bool_]] = {}
    for first, then in pairs:
        before = days[then] < days[first]  # false where either is missing
        wrong = before & ~told.get(then, np.zeros(len(rows), dtype=bool))
        told[then] = told.get(then, before) | before
        if wrong.any():
            where = np.flatnonzero(wrong)
            one = where[0]
            what = f"{then} on {_day(days[then][one])}, before it was {first} ({_day(days[first][one])})"
            rows.note(then, what, where, rows.to_mend)


def _day(moment: np.datetime64) -> str:
    return str(moment)[:10]


def check_ids(rows: Rows, words: Repeats, compared: Iterable[str]) -> NDArray[np.bool_]:
    """Note ids that are missing or stand twice; the rows that 'repeated' of the ledger lets be left out.

    Two rows of an id are the same where the cells of the columns ``compared`` are, as they stand in the file.
    """
    ids = np.array([text or None for text in rows.texts("id")], dtype=object)
    empty = np.flatnonzero(pd.isna(ids))
    if len(empty):
        rows.note("id", "is empty", empty, "give every case an id.")
    cells = {name: np.array(rows.texts(name), dtype=object) for name in compared if name in rows.columns}
    return check_repeated(rows, words, pd.DataFrame({"id": ids} | cells), ["id"])


def check_repeated(rows: Rows, words: Repeats, cells: pd.DataFrame, key: Sequence[str]) -> NDArray[np.bool_]:
    """Note cases that stand twice by their ``key``; the rows that 'repeated' of the ledger lets be left out.

    Two rows are the same where all ``cells`` are. Rows without a whole key are not looked at.
    """
    whole = cells[list(key)].notna().all(axis=1)
    repeated = rows.ledger.repeated
    same = cells.duplicated(keep=repeated.keep if repeated else "first") & whole
    other = cells.loc[whole & ~same, list(key)]
    by = list(key) if len(key) > 1 else key[0]
    places = other[other.duplicated(keep=False)].groupby(by, observed=True).groups.values()
    for place in list(places)[:MOST_LISTED]:
        what = f"one {words.name} in {len(place)} rows with different {words.different}"
        to_do = f"{words.if_different}, or leave rows out by 'lines' under 'exclusions' in {rows.ledger.description}."
        rows.note(words.column, what, place.to_numpy(), to_do)
    if len(places) > MOST_LISTED:
        more = f"and {len(places) - MOST_LISTED} more {words.name}s with different {words.different}"
        rows.note(words.column, more, [])
    if same.any() and repeated is None:
        to_do = f"{words.if_same}, or say under 'repeated' in {rows.ledger.description} which row is kept and why."
        what = f"the {words.name} stands in an earlier row with the same {words.same}"
        rows.note(words.column, what, np.flatnonzero(same), to_do)
    found: NDArray[np.bool_] = same.to_numpy() if repeated else np.zeros(len(rows), dtype=bool)
    return found


def drop_repeated(rows: Rows, out: NDArray[np.bool_]) -> None:
    """Leave out the rows that stand in the file again, with the ledger's reason."""
    rows.drop(out, "repeated rows", rows.ledger.repeated.reason if rows.ledger.repeated else "none")
