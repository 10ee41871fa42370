"""NHS Payments to General Practice: a year's file as a tidy frame, and payments per patient."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from pcse_analysis.cleaning.official_csv import DAY_FIRST, Cells, read_rows
from pcse_analysis.errors import Problems, near_miss, shown
from pcse_analysis.frames import DTYPES, PAYMENTS, check_frame, tidy

NECESSARY = {
    "code": "Practice Code",
    "name": "Practice Name",
    "postcode": "Practice Postcode",
    "region": "NHS England (Region) code",
    "region_name": "NHS England (Region) Name",
    "ccg": "CCG Code",
    "ccg_name": "CCG NAME",
    "contract": "Contract Type",
    "dispensing": "Dispensing Practice",
    "patients": "Number of Registered Patients (Last Known Figure)",
    "weighted_patients": "Number of Weighted Patients (Last Known Figure)",
    "total_payments": "Total NHS Payments to General Practice",
}
"""Headings that every year has, by our name for the column; letters and digits alone are compared."""
NOT_EVERY_YEAR = {
    "opened": "Practice Open Date",
    "closed": "Practice Close Date",
    "practice_type": "Practice Type",
    "rurality": "Practice Rurality",
    "characteristics": "Atypical Characteristics",
    "quarter": "Quarter used for patient data",
    "average_payment": "Average payments per registered patient",
    "average_weighted_payment": "Average payments per weighted patient",
}
UNKNOWN = re.compile("UNKNOWN.*", re.IGNORECASE)
CODE = re.compile("[A-Z][0-9]{5}|" + UNKNOWN.pattern, re.IGNORECASE)
PAYMENTS_FILE = "expected a year of NHS Payments to General Practice, one row a practice"


def read_payments(path: Path, name: str, problems: Problems) -> pd.DataFrame:
    """One row a practice: the columns of PAYMENTS, then every other column under its own heading.

    Money is in pounds. ``line`` is the line of the file. A column beside the known ones is a number where at least
    half of its filled cells are, text otherwise. ``N/A`` and ``-`` are missing. Rows whose code is ``UNKNOWN`` stay;
    ``cannot_be_joined`` lists them. Mistakes are noted in ``problems``, all at once; rows of another width and the
    later rows of a practice are left out.
    """
    rows = read_rows(path, name, problems)
    if not rows:
        return tidy([], PAYMENTS)
    columns = _columns(rows[0][1], rows[0][0], name, problems)
    if name in problems.unread:
        return tidy([], PAYMENTS)
    whole = [(line, cells) for line, cells in rows[1:] if len(cells) == len(columns)]
    for line, cells in rows[1:]:
        if len(cells) != len(columns):
            problems.add(f"found {len(cells)} values, expected {len(columns)} as in the header", file=name, line=line)
    if not whole:
        problems.unreadable(f"has no row of data; {PAYMENTS_FILE}", file=name)
        return tidy([], PAYMENTS)
    return _typed(Cells(whole, columns, name, problems))


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading).casefold()


def _columns(header: list[str], line: int, name: str, problems: Problems) -> list[str]:
    """Our name for each heading that is known, the heading itself for the others."""
    known = {_plain(heading): column for column, heading in (NECESSARY | NOT_EVERY_YEAR).items()}
    found = [_plain(heading) for heading in header]
    missing = [heading for heading in NECESSARY.values() if _plain(heading) not in found]
    if 2 * len(missing) > len(NECESSARY):
        what = f"{len(missing)} of {len(NECESSARY)} necessary columns are missing; {PAYMENTS_FILE}"
        problems.unreadable(what, file=name, line=line)
        return []
    others = [heading for heading in header if _plain(heading) not in known]
    for heading in missing:
        near = near_miss(heading, others)
        what = f"column '{heading}' is missing" + (f"   near {shown(near)}" if near else "")
        problems.unreadable(what, file=name, line=line)
    for plain in dict.fromkeys(plain for plain in found if found.count(plain) > 1 or not plain):
        heading = header[found.index(plain)]
        what = f"column {shown(heading)} stands {found.count(plain)} times" if plain else "a column has no heading"
        problems.unreadable(what, file=name, line=line)
    for heading in others:
        if heading in PAYMENTS.columns:
            what = f"column {shown(heading)} has the name that '{_heading(heading)}' gets here"
            problems.unreadable(what, file=name, line=line, to_do="rename the column.")
    return [known.get(plain, heading) for plain, heading in zip(found, header, strict=True)]


def _heading(column: str) -> str:
    return (NECESSARY | NOT_EVERY_YEAR).get(column, "line of the file")


def _typed(cells: Cells) -> pd.DataFrame:
    text = cells.text
    found: dict[str, pd.Series] = {"line": pd.Series(cells.lines, dtype="Int64")}
    for column, kind in PAYMENTS.columns.items():
        if column not in text:
            found.setdefault(column, pd.Series(index=text.index, dtype=DTYPES[kind]))
        elif column in ("opened", "closed"):
            found[column] = cells.days(column, DAY_FIRST, "a date such as 31/12/2017, or nothing")
        elif column == "code":
            found[column] = cells.like(column, CODE, "a practice code such as A81001, or UNKNOWN")
        elif kind == "number":
            least = 0 if column in ("patients", "weighted_patients") else None
            found[column] = cells.numbers(column, optional=column in NOT_EVERY_YEAR, least=least)
        else:
            found[column] = text[column]
    fixed = pd.DataFrame(found)[list(PAYMENTS.columns)]
    others = {
        column: cells.numbers(column) if cells.mostly_numbers(column) else text[column]
        for column in text.columns
        if column not in PAYMENTS.columns
    }
    again = cells.repeats("code", ~text["code"].str.fullmatch(UNKNOWN))
    frame = pd.concat([fixed, pd.DataFrame(others, index=text.index)], axis=1)[~again].reset_index(drop=True)
    check_frame(frame[list(PAYMENTS.columns)], PAYMENTS)
    return frame


def cannot_be_joined(payments: pd.DataFrame) -> pd.DataFrame:
    """The rows whose practice code is ``UNKNOWN``, by line of the file."""
    return payments.loc[payments["code"].str.fullmatch(UNKNOWN), ["line", "code", "name", "total_payments"]]


def payments_by_heading(payments: pd.DataFrame) -> pd.Series:
    """The sum in pounds of every number column beside the known ones, by heading; subtotals are headings too."""
    money = payments.drop(columns=list(PAYMENTS.columns)).select_dtypes("float64")
    return money.sum().rename("pounds")


def payments_per_patient(
    payments: pd.DataFrame, by: str | None = None, *, weighted: bool = False, heading: str = "total_payments"
) -> float | pd.Series:
    """Pounds per patient: the sum of payments over the sum of patients, in all or for each value of ``by``.

    This is how NHS Digital averages, and not the mean of the practices' own averages, in which a practice with ten
    patients weighs as much as one with ten thousand. Payments to practices without patients count. ``weighted``
    divides by patients weighted for need (Carr-Hill). A group without patients has no value.
    """
    patients = "weighted_patients" if weighted else "patients"
    if by is None:
        total = float(payments[patients].sum())
        return float(payments[heading].sum()) / total if total else float("nan")
    sums = payments.groupby(by, dropna=False)[[heading, patients]].sum()
    return (sums[heading] / sums[patients].where(sums[patients] > 0)).rename("pounds_per_patient")
