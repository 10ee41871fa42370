"""NHS Payments to General Practice: figures as published, and files as they come."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.cleaning.payments import (
    NECESSARY,
    cannot_be_joined,
    payments_by_heading,
    payments_per_patient,
    read_payments,
)
from pcse_analysis.cleaning.register import read_ods_practices
from pcse_analysis.errors import Problems
from pcse_analysis.frames import PAYMENTS, check_frame
from tests.cleaning.made_practices import HEADINGS, PAID, only, paid_row, said, write
from tests.conftest import FUZZ, spoilt_bytes
from tests.metrics.made import STEADY
from tests.shared import REALDATA, needs_realdata

FOLDER = REALDATA / "nhs_payments_general_practice"
PATIENTS = "Number of Registered Patients (Last Known Figure)"
WEIGHTED = "Number of Weighted Patients (Last Known Figure)"
TOTAL = "Total NHS Payments to General Practice"
AVERAGE = "Average payments per registered patient"
GPONLINE = "NHS Digital as reported by GPonline, 20 December 2018; SOURCES.md of the real data"


def read(path: Path) -> tuple[pd.DataFrame, Problems]:
    problems = Problems()
    return read_payments(path, "paid.csv", problems), problems


@functools.cache
def year(name: str) -> pd.DataFrame:
    frame, problems = read(FOLDER / f"{name}.csv")
    assert said(problems) == []
    return frame


@needs_realdata
@pytest.mark.parametrize(("name", "published"), [("16-17", 151.37), ("17-18", 152.04)])
def test_pounds_per_registered_patient(name: str, published: float) -> None:
    """Origin: GPONLINE. All rows: payments to practices without patients and to walk-in centres count."""
    assert round(payments_per_patient(year(name)), 2) == published


@needs_realdata
@pytest.mark.parametrize(("contract", "published"), [("GMS", 150.18), ("PMS", 152.81), ("APMS", 196.83)])
def test_pounds_per_registered_patient_by_contract(contract: str, published: float) -> None:
    """Origin: GPONLINE. All rows of 2017-18 with that contract type, those without patients too."""
    assert round(payments_per_patient(year("17-18"), "contract")[contract], 2) == published


@needs_realdata
def test_providers_with_an_apms_contract() -> None:
    """Origin: GPONLINE, 234; rows of 2017-18 with contract type APMS, those without patients too."""
    assert (year("17-18")["contract"] == "APMS").sum() == 234


@needs_realdata
@pytest.mark.parametrize(("name", "billions"), [("16-17", 8.88), ("17-18", 9.05)])
def test_total_payments(name: str, billions: float) -> None:
    """Origin: GPONLINE, 8.9 and 9.1 billion pounds; to two decimals in SOURCES.md. Before deductions."""
    assert round(year(name)["total_payments"].sum() / 1e9, 2) == billions


@needs_realdata
@pytest.mark.parametrize(
    ("heading", "millions"),
    [("Premises Payments", 798.8), ("Total QOF Payments", 716.1), ("General Practice Forward View", 49.2)],
)
def test_payments_by_heading(heading: str, millions: float) -> None:
    """Origin: GPONLINE. All rows of 2017-18."""
    assert round(payments_by_heading(year("17-18"))[heading] / 1e6, 1) == millions


@needs_realdata
def test_lowest_and_highest_ccg_per_weighted_patient() -> None:
    """Origin: GPONLINE, which names NHS Manchester as the lowest and NHS West Norfolk; CCGs of 2017-18."""
    found = payments_per_patient(year("17-18"), "ccg_name", weighted=True)
    assert found.idxmin() == "NHS MANCHESTER CCG"
    assert found.idxmax() == "NHS WEST NORFOLK CCG"
    assert (round(found.min(), 2), round(found.max(), 2)) == (122.13, 223.00)


@needs_realdata
def test_the_mean_of_practice_averages_is_another_figure() -> None:
    """Origin: SOURCES.md: the plain mean of the practices' own averages is not the published figure."""
    frame = year("17-18")
    assert abs(frame["average_payment"].mean() - 152.04) > 50
    own = (frame["total_payments"] / frame["patients"]).round(2)
    printed = frame["average_payment"].notna()
    assert ((own - frame["average_payment"])[printed].abs() < 0.011).all()


@needs_realdata
def test_practices_of_the_two_years() -> None:
    """Origin: SOURCES.md: 7,763 and 7,543 rows, 7,533 in both years, 230 and 10 in one, 158 without patients."""
    before, after = set(year("16-17")["code"]), set(year("17-18")["code"])
    assert (len(year("16-17")), len(year("17-18"))) == (7_763, 7_543)
    assert (len(before & after), len(before - after), len(after - before)) == (7_533, 230, 10)
    assert (year("17-18")["patients"] == 0).sum() == 158


@needs_realdata
def test_every_practice_paid_is_in_the_list() -> None:
    """Origin: SOURCES.md: every one of the 7,543 codes of 17-18.csv is in epraccur."""
    listed = read_ods_practices(REALDATA / "ods_epraccur" / "epraccur.csv", "list.csv", Problems())
    assert set(year("17-18")["code"]) <= set(listed["code"])


def made(tmp_path: Path, *rows: dict[str, str], headings: tuple[str, ...] = HEADINGS) -> tuple[pd.DataFrame, Problems]:
    return read(write(tmp_path / "paid.csv", [headings, *(paid_row(cells=row) for row in rows)]))


def test_sums_not_averages(tmp_path: Path) -> None:
    """Origin: by hand. £100 for each of 1,000 patients and £1,000 for each of 10: 110,000 / 1,010, not 550."""
    frame, problems = made(
        tmp_path,
        {"Practice Code": "X00001"},
        {"Practice Code": "X00002", PATIENTS: "10", WEIGHTED: "20", TOTAL: "10000", AVERAGE: "1000"},
    )
    assert said(problems) == []
    assert payments_per_patient(frame) == pytest.approx(110_000 / 1_010)
    assert payments_per_patient(frame, weighted=True) == pytest.approx(110_000 / 1_220.5)
    assert payments_per_patient(frame, heading="Premises Payments") == pytest.approx(10_000 / 1_010)
    assert frame["average_payment"].mean() == 550


def test_payments_without_patients_count_and_their_group_has_no_value(tmp_path: Path) -> None:
    """Origin: by hand, £100,000 more for the same 1,000 patients."""
    frame, _ = made(
        tmp_path,
        {"Practice Code": "X00001"},
        {"Practice Code": "X00002", PATIENTS: "0", "Contract Type": "UNKNOWN", AVERAGE: "N/A"},
    )
    assert payments_per_patient(frame) == pytest.approx(200)
    by_contract = payments_per_patient(frame, "contract")
    assert by_contract["GMS"] == pytest.approx(100)
    assert pd.isna(by_contract["UNKNOWN"])
    assert pd.isna(payments_per_patient(frame.iloc[1:]))


@given(st.lists(st.tuples(st.integers(1, 30_000), st.integers(0, 10**7), st.sampled_from("ab")), min_size=1))
@STEADY
def test_the_whole_lies_between_its_groups(rows: list[tuple[int, int, str]]) -> None:
    """Origin: a ratio of sums is a mean of the groups' ratios, weighted by patients."""
    frame = pd.DataFrame(rows, columns=["patients", "total_payments", "contract"])
    groups = payments_per_patient(frame, "contract")
    whole = payments_per_patient(frame)
    assert groups.min() <= whole * (1 + 1e-12)
    assert whole <= groups.max() * (1 + 1e-12)


@pytest.mark.parametrize(
    ("heading", "other"),
    [
        ("Practice Code", "PracticeCode"),
        ("Contract Type", "Contract.Type"),
        (TOTAL, f"{TOTAL} "),
        ("CCG NAME", "ccg name"),
        (PATIENTS, PATIENTS.replace(" ", "_")),
    ],
)
def test_headings_are_known_by_letters_and_digits(tmp_path: Path, heading: str, other: str) -> None:
    """Origin: the years 2016-17 and 2017-18 differ in blanks, dots and case."""
    headings = tuple(other if known == heading else known for known in HEADINGS)
    frame, problems = made(tmp_path, {}, headings=headings)
    assert said(problems) == []
    assert (frame["code"][0], frame["contract"][0], frame["patients"][0]) == ("X00001", "GMS", 1000)


def test_other_columns_keep_their_heading(tmp_path: Path) -> None:
    """Origin: by hand; money is a number, a column of words stays text."""
    headings = (*HEADINGS, " Winter  Fund ", "Code")
    rows = [[*paid_row(), "-12.5", "U00001"], [*paid_row(cells={"Practice Code": "X00002"}), "N/A", "U00002"]]
    frame, problems = read(write(tmp_path / "paid.csv", [headings, *rows]))
    assert said(problems) == []
    assert frame["Winter Fund"].fillna(0).tolist() == [-12.5, 0]
    assert frame["Code"].tolist() == ["U00001", "U00002"]
    assert payments_by_heading(frame).to_dict() == {"Premises Payments": 10_000, "Winter Fund": -12.5}


def test_rows_without_a_code_stay_and_are_listed(tmp_path: Path) -> None:
    """Origin: by hand; ``UNKNOWN`` may repeat, a practice may not."""
    frame, problems = made(tmp_path, {}, {"Practice Code": "UNKNOWN"}, {"Practice Code": "Unknown"})
    assert said(problems) == []
    assert cannot_be_joined(frame)["line"].tolist() == [3, 4]


def test_dates_are_iso_and_empty_where_there_is_none(tmp_path: Path) -> None:
    """Origin: by hand; the years write nothing, a blank or ``-``."""
    rows = [{"Practice Code": f"X0000{at}", "Practice Close Date": day} for at, day in enumerate(("", " ", "-"))]
    frame, problems = made(tmp_path, *rows, {"Practice Code": "X00009", "Practice Close Date": "31/12/2017"})
    assert said(problems) == []
    assert frame["closed"].tolist() == ["", "", "", "2017-12-31"]
    assert frame["opened"].tolist() == ["1974-04-01"] * 4


def test_every_mistake_is_noted_with_its_line(tmp_path: Path) -> None:
    """Origin: by hand, one mistake a line from the third on."""
    wrong = [
        {"Practice Code": "X0002"},
        {"Practice Code": "X00003", PATIENTS: "many"},
        {"Practice Code": "X00004", PATIENTS: "N/A"},
        {"Practice Code": "X00005", PATIENTS: "-1"},
        {"Practice Code": "X00006", TOTAL: ""},
        {"Practice Code": "X00007", "Premises Payments": "1,000"},
        {"Practice Code": "X00008", "Practice Open Date": "04/31/1974"},
        {"Practice Code": "X00001"},
    ]
    lines = [HEADINGS, paid_row(), *(paid_row(cells=row) for row in wrong), paid_row()[:-2]]
    frame, problems = read(write(tmp_path / "paid.csv", lines))
    assert {(problem.line, problem.column) for problem in problems.found} == {
        (3, "code"),
        (4, "patients"),
        (5, "patients"),
        (6, "patients"),
        (7, "total_payments"),
        (8, "Premises Payments"),
        (9, "opened"),
        (10, "code"),
        (11, ""),
    }
    assert len(frame) == 8


def test_every_mistake_of_the_header_is_noted(tmp_path: Path) -> None:
    """Origin: by hand: one column renamed, one missing, one twice, one without a heading."""
    headings = [heading for heading in HEADINGS if heading != "Contract Type"]
    headings[headings.index("Practice Code")] = "Practise Code"
    lines = [[*headings, "CCG code", ""], [*(PAID.get(heading, "") for heading in headings), "", ""]]
    frame, problems = read(write(tmp_path / "paid.csv", lines))
    assert said(problems) == [
        "line 1: column 'Practice Code' is missing   near 'Practise Code'",
        "line 1: column 'Contract Type' is missing",
        "line 1: column 'CCG Code' stands 2 times",
        "line 1: a column has no heading",
    ]
    assert len(frame) == 0


def test_a_column_with_one_of_our_names_is_noted(tmp_path: Path) -> None:
    """Origin: by hand; two columns of one name cannot be told apart."""
    problems = read(write(tmp_path / "paid.csv", [(*HEADINGS, "line"), [*paid_row(), "1"]]))[1]
    assert "'line' has the name" in only(problems).what


@needs_realdata
def test_another_file_is_one_problem() -> None:
    """Origin: the list of practices in place of the payments."""
    problems = read(REALDATA / "ods_epraccur" / "epraccur.csv")[1]
    assert only(problems).what.startswith(f"{len(NECESSARY)} of {len(NECESSARY)} necessary columns are missing")


def test_a_header_alone_is_one_problem(tmp_path: Path) -> None:
    """Origin: by hand."""
    assert "no row of data" in only(made(tmp_path)[1]).what


def frame_or_problems(path: Path) -> None:
    frame, problems = read(path)
    check_frame(frame[list(PAYMENTS.columns)], PAYMENTS)
    assert len(frame) or problems.found


@pytest.fixture(scope="module")
def made_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [paid_row(cells={"Practice Code": f"X0000{at}", "Practice Name": f"SURGERY, No {at}"}) for at in range(5)]
    return write(tmp_path_factory.mktemp("made") / "paid.csv", [HEADINGS, *rows])


@given(st.data())
@FUZZ
def test_a_spoilt_year_gives_a_frame_or_problems(made_year: Path, data: st.DataObject) -> None:
    """Origin: DESIGN section 8, no input ends in a traceback."""
    with spoilt_bytes(made_year, data):
        frame_or_problems(made_year)


@pytest.fixture(scope="module")
def real_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("real") / "paid.csv"
    path.write_bytes(b"".join((FOLDER / "17-18.csv").read_bytes().splitlines(keepends=True)[:30]))
    return path


@needs_realdata
@given(st.data())
@FUZZ
def test_a_spoilt_real_year_gives_a_frame_or_problems(real_lines: Path, data: st.DataObject) -> None:
    """Origin: the same with the first 30 lines of the real file."""
    with spoilt_bytes(real_lines, data):
        frame_or_problems(real_lines)
