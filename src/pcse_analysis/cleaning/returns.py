"""The door of the provider's monthly returns: from their file to one row a measure, a month and a version of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.cleaning.ledgers import CleanLedger, Repeats, check_repeated, cleaned, drop_repeated, read_rows
from pcse_analysis.cleaning.rows import Rows
from pcse_analysis.errors import Problems
from pcse_analysis.frames import KPI_RETURNS

FIGURES = ("value", "target")
REPEATS = Repeats(
    column="period",
    name="return",
    different="values or targets",
    same="value and target",
    if_different="give under 'known_on' the day on which each became known",
    if_same="take one of the rows out",
)
PERCENT = ("percent", "per cent", "%")
"""How the unit may be written; the first is ours."""
MOST_OF_A_SHARE = 1.5
"""What Excel keeps of 97%, or of 101% where more was done than was due, lies below this."""
MUCH = 10
"""Times that the others must be as large: then the figure taken times 100 is nearer to them than it is as it stands."""


def clean_returns(
    ledger: Ledger, folder: Path, service_lines: Mapping[str, str], problems: Problems
) -> CleanLedger | None:
    """The returns of a file; None where mistakes were noted in ``problems``.

    A return without a value is kept: none was made for that month. ``service_lines`` gives each line its label.
    """
    before = len(problems.found)
    rows = read_rows(ledger, folder, problems)
    if rows is None:
        return None
    frame = pd.DataFrame(
        {"line": rows.lines, "service_line": rows.choice("service_line", service_lines), "measure": _measures(rows)}
        | {"period": pd.array(rows.months("period"), dtype="string"), "value": rows.numbers("value")}
        | {"target": rows.numbers("target"), "direction": _directions(rows), "unit": _units(rows)}
        | {"known_on": _known_on(rows)}
    )
    by_measure = frame.groupby(["service_line", "measure"], observed=True, sort=False).indices.values()
    places = [np.asarray(rows_of, dtype=np.intp) for rows_of in by_measure]
    signed = {name: np.array([text.endswith("%") for text in rows.texts(name)]) for name in FIGURES}
    for name in ("direction", "unit"):
        _check_one(rows, name, frame[name].to_numpy(dtype=object), places)
    frame["unit"] = _of_measures(frame["unit"].to_numpy(dtype=object), signed, places)
    _check_percentages(rows, frame, signed)
    _check_shares(rows, frame, signed, places)
    _check_periods(rows, frame)
    out = check_repeated(rows, REPEATS, frame[[*KPI_RETURNS.key, *FIGURES]], KPI_RETURNS.key)
    if len(problems.found) > before:
        return None
    drop_repeated(rows, out)
    return cleaned(rows, frame[~out])


def _measures(rows: Rows) -> NDArray[np.object_]:
    """The measures by their names; those without one, and those in other letters than before, are noted."""
    names = np.array([text or None for text in rows.texts("measure")], dtype=object)
    first: dict[str, str] = {}
    other = [bool(name) and first.setdefault(str(name).casefold(), str(name)) != name for name in names]
    for wrong, what in (
        (pd.isna(names), "is empty"),
        (np.array(other), "is a measure of an earlier row in other capital letters"),
    ):
        if wrong.any():
            rows.note("measure", what, np.flatnonzero(wrong), rows.to_mend)
    return names


def _directions(rows: Rows) -> NDArray[np.object_]:
    """``at_least``, ``at_most``, or an empty text where there is no target either."""
    found = np.asarray(rows.choice("direction", rows.ledger.choices("direction"), optional=True), dtype=object)
    empty = np.array([not text for text in rows.texts("direction")])
    without = empty & np.array([bool(text) for text in rows.texts("target")])
    if without.any():
        rows.note("direction", "is empty, but there is a target", np.flatnonzero(without), rows.to_mend)
    return np.where(pd.isna(found), "", found)


def _units(rows: Rows) -> NDArray[np.object_]:
    texts = rows.texts("unit")
    return np.array([PERCENT[0] if text.casefold() in PERCENT else text for text in texts], dtype=object)


def _known_on(rows: Rows) -> NDArray[np.datetime64]:
    """The day on which each return became known: its own, or that on which the file was drawn."""
    if "known_on" in rows.columns:
        return rows.days("known_on", optional=False)
    return np.full(len(rows), np.datetime64(rows.ledger.extracted_on, "s"))


def _check_one(rows: Rows, column: str, texts: NDArray[np.object_], measures: Iterable[NDArray[np.intp]]) -> None:
    """Note every row in which a measure has another ``column`` than in its first row that has one."""
    for places in measures:
        filled = [int(place) for place in places if texts[place]]
        other = [place for place in filled if texts[place] != texts[filled[0]]]
        if other:
            what = f"is another {column} than that of the same measure on line {rows.lines[filled[0]]}"
            rows.note(column, what, other, rows.to_mend)


def _of_measures(
    units: NDArray[np.object_], signed: Mapping[str, NDArray[np.bool_]], measures: Iterable[NDArray[np.intp]]
) -> NDArray[np.object_]:
    """The unit of each row: its own, that of its measure, or percent where the measure is written with the sign."""
    found = units.copy()
    for places in measures:
        sign = PERCENT[0] if any(signed[name][places].any() for name in FIGURES) else ""
        unit = next((units[place] for place in places if units[place]), sign)
        found[places] = np.where(units[places] == "", unit, units[places])
    return found


def _check_percentages(rows: Rows, frame: pd.DataFrame, signed: Mapping[str, NDArray[np.bool_]]) -> None:
    """Note percentages outside 0 to 100, and signs of one in a measure of another unit."""
    percent = (frame["unit"] == PERCENT[0]).to_numpy()
    for name in FIGURES:
        figures = frame[name].to_numpy()
        for wrong, what in (
            (percent & ((figures < 0) | (figures > 100)), "is a percentage outside 0 to 100"),
            (signed[name] & ~percent, "is written with the sign of a percentage, but the unit is another"),
        ):
            if wrong.any():
                rows.note(name, what, np.flatnonzero(wrong), rows.to_mend)


def _check_shares(
    rows: Rows,
    frame: pd.DataFrame,
    signed: Mapping[str, NDArray[np.bool_]],
    measures: Iterable[NDArray[np.intp]],
) -> None:
    """Note shares such as 0.97 where percentages are meant. What is written with the sign is none."""
    wrong = {name: np.zeros(len(rows), dtype=bool) for name in FIGURES}
    for places in measures:
        part = frame.iloc[places]
        if part["unit"].iloc[0] not in ("", PERCENT[0]):
            continue
        figures = {name: part[name].to_numpy() for name in FIGURES}
        small = {name: (f > 0) & (f <= 1) & ~signed[name][places] for name, f in figures.items()}
        others = np.concatenate([f[(f > 0) & ~small[name]] for name, f in figures.items()])
        for name, figure in figures.items():
            if len(others) and others.max() > MOST_OF_A_SHARE:
                share = small[name] & bool(others.min() > MOST_OF_A_SHARE) & (MUCH * figure < np.median(others))
            else:  # no more than one per cent at best is no target that anybody sets
                share = small[name] & (part["direction"] == "at_least").to_numpy() & (part["unit"] != "").to_numpy()
            wrong[name][places[share]] = True
    for name, which in wrong.items():
        if which.any():
            first = rows.texts(name)[int(np.flatnonzero(which)[0])]
            little = f"where so little is meant, write the sign too: {first}%."
            to_do = f"write percentages, such as 97 (Excel keeps 97% as 0.97); {little}"
            rows.note(name, f"found '{first}': a share where a percentage is meant", np.flatnonzero(which), to_do)


def _check_periods(rows: Rows, frame: pd.DataFrame) -> None:
    """Note returns for a month that had not begun on the day on which they became known."""
    known = frame["known_on"].dt.strftime("%Y-%m").astype("string")
    wrong = (frame["period"] > known).fillna(False).to_numpy(dtype=bool)
    if wrong.any():
        one = int(np.flatnonzero(wrong)[0])
        what = f"{frame['period'].iloc[one]} is after the month in which the return became known ({known.iloc[one]})"
        rows.note("period", what, np.flatnonzero(wrong), rows.to_mend)


def returns_as_known(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """Of every service line, measure and month the last return that was known on a day."""
    known = frame.loc[frame["known_on"] <= np.datetime64(day, "s")]
    latest = known.sort_values("known_on", kind="stable").drop_duplicates(list(KPI_RETURNS.key[:-1]), keep="last")
    return latest.sort_index().reset_index(drop=True)
