"""The register of practices on one day: who was open, from the NHS list, and how large, from the payments file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.fields import is_date
from pcse_analysis.cleaning.official_csv import YEAR_FIRST, Cells, read_rows
from pcse_analysis.errors import CommandError, DataError, Problem, Problems, shown
from pcse_analysis.frames import DTYPES, PAYMENTS, PRACTICES, check_frame, tidy

POSITIONS = {
    "code": 0,
    "name": 1,
    "region": 3,
    "postcode": 9,
    "opened": 10,
    "closed": 11,
    "status": 12,
    "ccg": 14,
    "setting": 25,
}
"""Where ``epraccur`` of the NHS Organisation Data Service (ODS) holds a column; it has no header."""
WIDTH = 27
STATUSES = ("A", "C", "D", "P")
"""Active, closed, dormant, proposed: as of the extract."""
GP_SETTING = "4"
LISTED_CODE = re.compile(r"[A-Z]([0-9]{2}|[A-Z]{2})[0-9]{3}")
ENGLISH_CODE = re.compile(r"[A-RT-VXY][0-9]{5}")
"""One letter and five digits; ``W`` is Wales, ``S`` Scotland, ``Z`` Northern Ireland.

Alderney, Guernsey and Jersey have three letters. ODS gives out no practice code with ``X``: made-up ones have it.
"""
EPRACCUR = "expected the file epraccur of the NHS Organisation Data Service: 27 columns, no header"
NO_HEADER = "delete the line with the names of the columns."
FROM_PAYMENTS = ["region", "region_name", "ccg", "ccg_name", "list_size", "contract", "dispensing"]


@dataclass(frozen=True, kw_only=True)
class Register:
    """The practices open on ``day`` (frame PRACTICES), and what is known of the joining.

    ``outside`` gives, by code, why a practice of the list is not in the register. ``also_known`` holds the code, name
    and postcode under which the payments file has practices of the register. ``closed_in_payments`` counts
    practices of the register whose closing date in the payments file is before ``day``: the list closes some a year
    later than they stopped. ``payments_not_open`` counts rows of the payments file that belong to no practice here.
    """

    day: str
    frame: pd.DataFrame
    outside: pd.Series
    also_known: pd.DataFrame
    open: int
    with_list_size: int
    without_list_size: int
    not_in_payments: int
    payments_not_open: int
    closed_in_payments: int


def read_ods_practices(path: Path, name: str, problems: Problems) -> pd.DataFrame:
    """Every prescribing cost centre of ``epraccur``, closed ones too, as a frame PRACTICES.

    ``region`` is the high level health geography and ``ccg`` the commissioner, both as of the extract. What the file
    does not hold is missing. Mistakes are noted in ``problems``, all at once; rows of another width are left out.
    """
    rows = read_rows(path, name, problems)
    whole = [(line, row) for line, row in rows if len(row) == WIDTH]
    listed = sum(bool(LISTED_CODE.fullmatch(row[0])) for _, row in whole)
    if rows and (2 * len(whole) < len(rows) or 2 * listed < len(whole)):
        line, first = rows[0]
        what = f"{len(first)} columns, the first cell is {shown(first[0])}; {EPRACCUR}"
        problems.unreadable(what, file=name, line=line)
        return tidy([], PRACTICES)
    for line, row in rows:
        if len(row) != WIDTH:
            problems.add(f"found {len(row)} columns, expected {WIDTH}", file=name, line=line)
    if whole and not any(re.search("[0-9]", whole[0][1][POSITIONS[column]]) for column in ("code", "opened")):
        problems.add(f"a header stands above the data; {EPRACCUR}", file=name, line=whole[0][0], to_do=NO_HEADER)
        whole = whole[1:]
    picked = [(line, [row[at] for at in POSITIONS.values()]) for line, row in whole]
    cells = Cells(picked, list(POSITIONS), name, problems)
    frame = cells.text.assign(
        code=cells.like("code", LISTED_CODE, "a code such as A81001"),
        status=cells.like("status", re.compile("|".join(STATUSES)), "a status: A, C, D or P"),
        setting=cells.like("setting", re.compile("[0-9]{1,2}"), "a prescribing setting such as 4"),
        opened=cells.days("opened", YEAR_FIRST, "a date such as 20171231", optional=False),
        closed=cells.days("closed", YEAR_FIRST, "a date such as 20171231, or nothing"),
    )
    ended = frame["closed"] != ""
    cells.wrong("closed", ended & (frame["closed"] < frame["opened"]), "no date before the opening")
    cells.wrong("closed", (frame["status"] == "C") & (cells.text["closed"] == ""), "a date, as the status is C")
    again = cells.repeats("code", pd.Series(True, index=frame.index))
    return _practices(frame[~again])


def _practices(frame: pd.DataFrame) -> pd.DataFrame:
    wanted = frame.reindex(columns=list(PRACTICES.columns))
    typed = wanted.astype({column: DTYPES[kind] for column, kind in PRACTICES.columns.items()})
    return check_frame(typed.reset_index(drop=True), PRACTICES)


def practices_open_on(frame: pd.DataFrame, day: str, *, gp_only: bool = True) -> pd.DataFrame:
    """The practices of a frame PRACTICES that were open on ``day`` (ISO), in the order of the frame.

    Open is: opened on that day or earlier, and not closed before it; the closing date is the last day. The column
    ``status`` is never used: the extract may be later than the day, and those dormant in it may have had patients.
    ``gp_only`` keeps GP practices of England: prescribing setting 4 and ``ENGLISH_CODE``. The setting is as of the
    extract, as the list holds no earlier one.

    Raises:
        CommandError: ``day`` is not a date.
    """
    return frame[_why_not(frame, day, gp_only=gp_only) == ""].reset_index(drop=True)


def _why_not(frame: pd.DataFrame, day: str, *, gp_only: bool) -> pd.Series:
    """Why each practice is not open on ``day`` or none of those asked for; empty where it is."""
    if not is_date(day):
        raise CommandError([Problem(what=f"found {shown(day)}, expected a date such as 2017-12-01")])
    opened, closed, setting = (frame[column].fillna("") for column in ("opened", "closed", "setting"))
    why = pd.Series("", index=frame.index, dtype="string")
    if gp_only:
        why = why.mask(setting != GP_SETTING, "not a GP practice: its prescribing setting is " + setting)
        why = why.mask(~frame["code"].str.fullmatch(ENGLISH_CODE), "not a practice in England")
    why = why.mask(opened > day, "opened on " + opened + f", after {day}")
    return why.mask((closed != "") & (closed < day), "closed on " + closed + f", before {day}")


def register(ods: pd.DataFrame, payments: pd.DataFrame | None, day: str) -> Register:
    """The GP practices of England open on ``day``, with region, CCG, list size and contract joined by code.

    Regions and CCGs were redrawn between extracts, so a practice without a row in ``payments`` has none, rather than
    one of another map; without any ``payments`` those of ``ods`` stay. A list size of 0 is missing: the payments file
    writes 0 where no patients are known.

    Raises:
        CommandError: ``day`` is not a date.
        DataError: a practice code repeats in ``payments``.
    """
    why = _why_not(ods, day, gp_only=True)
    frame = ods[why == ""]
    outside = pd.Series(why[why != ""].array, index=ods.loc[why != "", "code"].array, name="why")
    paid = frame.iloc[:0] if payments is None else _joinable(payments)
    joined = frame["code"].isin(paid["code"])
    if payments is not None:
        found = paid.set_index("code").reindex(frame["code"])
        frame = frame.assign(**{column: found[column].array for column in FROM_PAYMENTS})
    has_list = frame["list_size"].notna()
    paid = paid[paid["code"].isin(frame["code"])]
    ended = paid["closed"].fillna("")
    return Register(
        day=day,
        frame=_practices(frame),
        outside=outside,
        also_known=paid[["code", "name", "postcode"]].reset_index(drop=True),
        open=len(frame),
        with_list_size=int(has_list.sum()),
        without_list_size=int((~has_list).sum()),
        not_in_payments=int((~joined).sum()),
        payments_not_open=0 if payments is None else len(payments) - int(joined.sum()),
        closed_in_payments=int(((ended != "") & (ended < day)).sum()),
    )


def _joinable(payments: pd.DataFrame) -> pd.DataFrame:
    """Payments by practice code, without rows whose code is unknown."""
    check_frame(payments[list(PAYMENTS.columns)], PAYMENTS)
    known = payments[payments["code"].str.fullmatch(ENGLISH_CODE)]
    again = known.loc[known["code"].duplicated(), "code"]
    if len(again):
        raise DataError([Problem(what=f"{PAYMENTS.name}: practice {code} stands twice") for code in again])
    return known.assign(list_size=known["patients"].where(known["patients"] > 0))


def size_band(list_size: pd.Series, edges: Sequence[int]) -> pd.Series:
    """The band of each list size, as ordered categories: below the first edge, between edges, the last and above.

    Edges 4000 and 8000 give "under 4,000", "4,000 to 7,999" and "8,000 or more". Missing sizes have no band.

    Raises:
        CommandError: there is no edge, or the edges are not positive and rising.
    """
    limits = list(edges)
    if not limits or limits != sorted(set(limits)) or limits[0] <= 0:
        raise CommandError([Problem(what=f"found size bands {limits}, expected rising numbers such as 4000, 8000")])
    labels = [
        f"under {limits[0]:,}",
        *(f"{low:,} to {high - 1:,}" for low, high in pairwise(limits)),
        f"{limits[-1]:,} or more",
    ]
    bands = pd.cut(list_size, [float("-inf"), *limits, float("inf")], right=False, labels=labels, ordered=True)
    return pd.Series(bands, index=list_size.index, name="size_band")
