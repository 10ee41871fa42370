"""Made-up practices as the NHS files would hold them. ODS gives out no practice code that starts with X."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from pcse_analysis.cleaning.register import POSITIONS, WIDTH
from pcse_analysis.errors import Problem, Problems
from pcse_analysis.frames import PRACTICES, tidy

HEADINGS = (
    "NHS England (Region) code",
    "NHS England (Region) Name",
    "CCG Code",
    "CCG NAME",
    "Practice Code",
    "Practice Name",
    "Practice Postcode",
    "Practice Open Date",
    "Practice Close Date",
    "Contract Type",
    "Dispensing Practice",
    "Number of Registered Patients (Last Known Figure)",
    "Number of Weighted Patients (Last Known Figure)",
    "Average payments per registered patient",
    "Premises Payments",
    "Total NHS Payments to General Practice",
)
PAID = {
    "NHS England (Region) code": "Q00",
    "NHS England (Region) Name": "MADE-UP REGION",
    "CCG Code": "00X",
    "CCG NAME": "MADE-UP CCG",
    "Practice Code": "X00001",
    "Practice Name": "FIRST SURGERY",
    "Practice Postcode": "ZZ1 1AA",
    "Practice Open Date": "01/04/1974",
    "Practice Close Date": "",
    "Contract Type": "GMS",
    "Dispensing Practice": "No",
    "Number of Registered Patients (Last Known Figure)": "1000",
    "Number of Weighted Patients (Last Known Figure)": "1200.5",
    "Average payments per registered patient": "100",
    "Premises Payments": "5000",
    "Total NHS Payments to General Practice": "100000",
}
LISTED = {
    "code": "X00001",
    "name": "FIRST SURGERY",
    "region": "Q00",
    "postcode": "ZZ1 1AA",
    "opened": "19740401",
    "closed": "",
    "status": "A",
    "ccg": "00X",
    "setting": "4",
}


def ods_row(**cells: str) -> list[str]:
    """One row of ``epraccur``: an open GP practice, but for ``cells``."""
    row = [""] * WIDTH
    for column, value in (LISTED | cells).items():
        row[POSITIONS[column]] = value
    return row


def paid_row(headings: Iterable[str] = HEADINGS, cells: Mapping[str, str] | None = None) -> list[str]:
    """One row of a payments file: a GMS practice with 1,000 patients and £100,000, but for ``cells``."""
    values = PAID | dict(cells or {})
    return [values[heading] for heading in headings]


def practices(*rows: Mapping[str, str]) -> pd.DataFrame:
    """A frame PRACTICES of open GP practices, but for what each row says."""
    usual = {"opened": "1974-04-01", "closed": "", "status": "A", "setting": "4"}
    return tidy([usual | dict(row) for row in rows], PRACTICES)


def write(path: Path, rows: Iterable[Iterable[str]], *, encoding: str = "utf-8", end: str = "\r\n") -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, lineterminator=end).writerows(rows)
    return path


def said(problems: Problems) -> list[str]:
    """Every problem on one line, the file left out."""
    return [problem.sentence() for problem in problems.found]


def only(problems: Problems) -> Problem:
    """The one problem that was noted."""
    assert len(problems.found) == 1, said(problems)
    return problems.found[0]
