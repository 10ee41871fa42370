"""The register on one day, from the NHS list of practices."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.cleaning.official_csv import MOST_NOTED
from pcse_analysis.cleaning.payments import read_payments
from pcse_analysis.cleaning.register import practices_open_on, read_ods_practices, register, size_band
from pcse_analysis.errors import CommandError, DataError, Problems
from pcse_analysis.frames import PRACTICES, check_frame
from tests.cleaning.made_practices import HEADINGS, ods_row, only, paid_row, practices, said, write
from tests.conftest import FUZZ, spoilt_bytes
from tests.metrics.made import STEADY
from tests.shared import REALDATA, needs_realdata

EPRACCUR = REALDATA / "ods_epraccur" / "epraccur.csv"
PAYMENTS_17_18 = REALDATA / "nhs_payments_general_practice" / "17-18.csv"
DAYS = st.dates(date(2016, 1, 1), date(2018, 12, 31))


def read(path: Path) -> tuple[pd.DataFrame, Problems]:
    problems = Problems()
    return read_ods_practices(path, "list.csv", problems), problems


@needs_realdata
def test_the_real_list_reads_without_a_problem() -> None:
    """Origin: SOURCES.md of the real data: 14,303 rows, closed practices kept, Wales and Y codes among them."""
    frame, problems = read(EPRACCUR)
    assert said(problems) == []
    assert len(frame) == 14_303
    first = frame.iloc[0]
    assert (first["code"], first["name"], first["opened"]) == ("A81001", "THE DENSHAM SURGERY", "1974-04-01")
    assert {"W", "Y"} <= set(frame["code"].str[0])
    assert frame[["region_name", "ccg_name", "list_size", "contract", "dispensing"]].isna().all(axis=None)


@needs_realdata
@pytest.mark.parametrize(("day", "published"), [("2017-07-01", 7_411), ("2018-01-01", 7_254)])
def test_practices_with_patients_are_as_many_as_were_published(day: str, published: int) -> None:
    """Origin: GPonline of 24 July 2018 and the RCGP's page, in population_frames.csv; other extracts, so within 1 %."""
    problems = Problems()
    payments = read_payments(PAYMENTS_17_18, "17-18.csv", problems)
    found = register(read(EPRACCUR)[0], payments, day)
    gone = payments.loc[(payments["closed"] != "") & (payments["closed"] < day), "code"]
    still = found.frame[found.frame["list_size"].notna() & ~found.frame["code"].isin(gone)]
    assert problems.found == []
    assert len(still) == pytest.approx(published, rel=0.01)


@needs_realdata
def test_practices_dormant_in_the_later_list_had_patients_on_the_day() -> None:
    """Origin: the two real files; an extract of 2019 says D of practices with patients in 2017-18."""
    frame, problems = read(EPRACCUR)
    payments = read_payments(PAYMENTS_17_18, "17-18.csv", problems)
    dormant = frame.loc[(frame["status"] == "D") & (frame["setting"] == "4"), "code"]
    with_patients = payments.loc[payments["code"].isin(dormant) & (payments["patients"] > 0), "code"]
    assert len(with_patients) > 0.9 * len(dormant)
    assert set(with_patients) <= set(practices_open_on(frame, "2017-12-01")["code"])


def test_the_closing_date_is_the_last_day() -> None:
    """Origin: by hand. The list closes practices on last days of months: 30, 31 or 28."""
    frame = practices(
        {"code": "X00001", "name": "ALWAYS"},
        {"code": "X00002", "name": "CLOSED ON THE DAY", "closed": "2017-12-01"},
        {"code": "X00003", "name": "CLOSED THE DAY BEFORE", "closed": "2017-11-30"},
        {"code": "X00004", "name": "OPENED ON THE DAY", "opened": "2017-12-01"},
        {"code": "X00005", "name": "OPENED THE DAY AFTER", "opened": "2017-12-02"},
    )
    assert list(practices_open_on(frame, "2017-12-01")["code"]) == ["X00001", "X00002", "X00004"]


@given(st.lists(st.tuples(DAYS, st.none() | st.integers(0, 700), st.sampled_from("ACDP")), max_size=8), DAYS)
@STEADY
def test_open_is_between_the_two_dates_whatever_the_status(rows: list[tuple[date, int | None, str]], day: date) -> None:
    """Origin: the definition, worked out with dates in place of texts."""
    ends = [None if stays is None else opened + timedelta(stays) for opened, stays, _ in rows]
    frame = practices(
        *(
            {
                "code": f"X{at:05}",
                "opened": opened.isoformat(),
                "closed": end.isoformat() if end else "",
                "status": status,
            }
            for at, ((opened, _, status), end) in enumerate(zip(rows, ends, strict=True))
        )
    )
    expected = [
        f"X{at:05}"
        for at, ((opened, _, _), end) in enumerate(zip(rows, ends, strict=True))
        if opened <= day <= (end or date.max)
    ]
    assert list(practices_open_on(frame, day.isoformat())["code"]) == expected


@pytest.mark.parametrize(
    ("code", "setting", "kept"),
    [
        ("X00001", "4", True),
        ("Y00001", "4", True),
        ("X00001", "9", False),
        ("X00001", "0", False),
        ("W00001", "4", False),
        ("S00001", "4", False),
        ("Z00001", "4", False),
        ("JER001", "4", False),
        ("GUE001", "4", False),
        ("ALD001", "4", False),
    ],
)
def test_gp_practices_of_england(code: str, setting: str, kept: bool) -> None:
    """Origin: SOURCES.md (setting 4 is a GP practice, W is Wales) and the islands' codes in the real list."""
    frame = practices({"code": code, "setting": setting})
    assert len(practices_open_on(frame, "2017-12-01")) == kept
    assert len(practices_open_on(frame, "2017-12-01", gp_only=False)) == 1


@pytest.mark.parametrize("day", ["2017-02-30", "01/12/2017", "2017-12", ""])
def test_a_day_that_is_none_is_the_users_mistake(day: str) -> None:
    """Origin: DESIGN section 8, a parameter that the user can mend."""
    with pytest.raises(CommandError):
        practices_open_on(practices({"code": "X00001"}), day)


def test_every_mistake_is_noted_with_its_line(tmp_path: Path) -> None:
    """Origin: by hand, one mistake a line from the second on."""
    rows = [
        ods_row(),
        ods_row(code="X0000O"),
        ods_row(code="X00003", opened="19740231"),
        ods_row(code="X00004", opened=""),
        ods_row(code="X00005", status="B"),
        ods_row(code="X00006", closed="31/12/2017"),
        ods_row(code="X00001"),
        ods_row(code="X00008")[:-1],
        ods_row(code="X00009", closed="19700101", status="C"),
        ods_row(code="X00010", status="C"),
        ods_row(code="X00011", setting="GP"),
    ]
    frame, problems = read(write(tmp_path / "list.csv", rows))
    noted = {(problem.line, problem.column) for problem in problems.found}
    assert noted == {
        (2, "code"),
        (3, "opened"),
        (4, "opened"),
        (5, "status"),
        (6, "closed"),
        (7, "code"),
        (8, ""),
        (9, "closed"),
        (10, "closed"),
        (11, "setting"),
    }
    assert "line 8: found 26 columns, expected 27" in said(problems)
    assert "line 7, column 'code': 'X00001' stands in line 1 already" in said(problems)
    assert len(frame) == 9


def test_many_mistakes_of_a_kind_are_counted(tmp_path: Path) -> None:
    """Origin: by hand, 25 wrong dates: 20 named, 5 counted."""
    rows = [ods_row(code=f"X{at:05}", opened="2017") for at in range(25)]
    noted = said(read(write(tmp_path / "list.csv", rows))[1])
    assert len(noted) == MOST_NOTED + 1
    assert "5 more lines like this, the last of them line 25" in noted[-1]


def test_a_header_is_noted_and_the_rest_read(tmp_path: Path) -> None:
    """Origin: the list has no header; a colleague may have put one."""
    header = [f"Column {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"] + ["Last"]
    frame, problems = read(write(tmp_path / "list.csv", [header, ods_row()]))
    assert only(problems).line == 1
    assert list(frame["code"]) == ["X00001"]


@needs_realdata
@pytest.mark.parametrize(
    "name",
    ["ods_epraccur/eauth_2017_08.csv", "ods_epraccur/gp-reg-pat-prac-quin-age_2017_09_sample.csv", "SOURCES.md"],
)
def test_another_file_is_one_problem(name: str) -> None:
    """Origin: files beside the list; ``eauth`` has 27 columns too, and codes of regions."""
    frame, problems = read(REALDATA / name)
    assert only(problems).file == "list.csv"
    assert len(frame) == 0


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\r\n\r\n", "empty"),
        (b"PK\x03\x04rest", "ZIP"),
        ("X".encode("utf-16"), "neither UTF-8 nor Windows-1252"),
        (b"\x81\x8d", "byte 0x81"),
        (b'"X00001,"\n"', "CSV"),
    ],
)
def test_a_file_that_is_no_csv_is_one_problem(tmp_path: Path, content: bytes, what: str) -> None:
    """Origin: by hand, what may be saved under the name."""
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    frame, problems = read(path)
    assert what in only(problems).what
    assert len(frame) == 0


def test_a_missing_file_is_one_problem(tmp_path: Path) -> None:
    """Origin: by hand; a folder cannot be read either."""
    for path in (tmp_path / "none.csv", tmp_path):
        assert "missing or cannot be read" in only(read(path)[1]).what


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_line_ends_make_no_difference(tmp_path: Path, encoding: str, end: str) -> None:
    """Origin: NHS files come in both encodings; a name with an accent, by hand."""
    path = write(tmp_path / "list.csv", [ods_row(name="CAFÉ  SURGERY ")], encoding=encoding, end=end)
    frame, problems = read(path)
    assert said(problems) == []
    assert list(frame["name"]) == ["CAFÉ SURGERY"]


def paid(tmp_path: Path, *rows: dict[str, str]) -> pd.DataFrame:
    problems = Problems()
    path = write(tmp_path / "paid.csv", [HEADINGS, *(paid_row(cells=row) for row in rows)])
    frame = read_payments(path, "paid.csv", problems)
    assert said(problems) == []
    return frame


def test_the_register_joins_and_counts(tmp_path: Path) -> None:
    """Origin: by hand. Three are open; the second has no known patients, the third is not in the payments file."""
    patients = "Number of Registered Patients (Last Known Figure)"
    payments = paid(
        tmp_path,
        {"Practice Code": "X00001", "Contract Type": "PMS", "Practice Name": "WAS FIRST SURGERY"},
        {"Practice Code": "X00002", patients: "0", "Practice Close Date": "30/06/2017"},
        {"Practice Code": "X00004"},
        {"Practice Code": "X00009"},
        {"Practice Code": "UNKNOWN"},
        {"Practice Code": "UNKNOWN"},
    )
    listed = practices(
        {"code": "X00001", "name": "FIRST", "region": "Q99"},
        {"code": "X00002", "name": "SECOND", "region": "Q99"},
        {"code": "X00003", "name": "THIRD", "region": "Q99"},
        {"code": "X00004", "name": "CLOSED", "closed": "2017-10-31"},
        {"code": "X00005", "name": "NOT A PRACTICE", "setting": "1"},
    )
    found = register(listed, payments, "2017-12-01")
    check_frame(found.frame, PRACTICES)
    assert list(found.frame["code"]) == ["X00001", "X00002", "X00003"]
    assert found.frame["list_size"].fillna(-1).tolist() == [1000, -1, -1]
    assert found.frame["region"].fillna("none").tolist() == ["Q00", "Q00", "none"]
    assert found.frame["contract"].fillna("none").tolist() == ["PMS", "GMS", "none"]
    assert (found.open, found.with_list_size, found.without_list_size) == (3, 1, 2)
    assert (found.not_in_payments, found.payments_not_open, found.closed_in_payments) == (1, 4, 1)
    assert found.outside["X00004"] == "closed on 2017-10-31, before 2017-12-01"
    assert found.outside["X00005"] == "not a GP practice: its prescribing setting is 1"
    assert found.also_known["name"].tolist() == ["WAS FIRST SURGERY", "FIRST SURGERY"]


def test_without_payments_the_list_keeps_its_regions() -> None:
    """Origin: by hand."""
    found = register(practices({"code": "X00001", "region": "Q99"}), None, "2017-12-01")
    assert list(found.frame["region"]) == ["Q99"]
    assert (found.open, found.with_list_size, found.not_in_payments) == (1, 0, 1)
    assert len(found.outside) == len(found.also_known) == 0


def test_a_practice_that_stands_twice_in_payments_cannot_be_joined(tmp_path: Path) -> None:
    """Origin: the join is one to one."""
    payments = paid(tmp_path, {"Practice Code": "X00001"}, {"Practice Code": "X00002"})
    payments["code"] = payments["code"].replace({"X00002": "X00001"})
    with pytest.raises(DataError, match="X00001 stands twice"):
        register(practices({"code": "X00001"}), payments, "2017-12-01")


def test_size_bands_by_hand() -> None:
    """Origin: by hand, at both sides of each edge."""
    bands = size_band(pd.Series([1, 3999, 4000, 7999.5, 8000, 12000, None]), [4000, 8000, 12000])
    assert bands.astype("string").fillna("none").tolist() == [
        "under 4,000",
        "under 4,000",
        "4,000 to 7,999",
        "4,000 to 7,999",
        "8,000 to 11,999",
        "12,000 or more",
        "none",
    ]
    labels = ["under 4,000", "4,000 to 7,999", "8,000 to 11,999", "12,000 or more"]
    assert list(bands.cat.categories) == labels


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=5, unique=True), st.lists(st.integers(0, 40_000)))
@STEADY
def test_a_larger_list_is_in_no_lower_band(edges: list[int], sizes: list[int]) -> None:
    """Origin: bands are the counts of edges passed."""
    found = size_band(pd.Series(sizes, dtype="float64"), sorted(edges)).cat.codes
    assert found.tolist() == [sum(edge <= size for edge in edges) for size in sizes]


@pytest.mark.parametrize("edges", [[], [8000, 4000], [4000, 4000], [0, 4000], [-1]])
def test_edges_that_make_no_bands_are_the_users_mistake(edges: list[int]) -> None:
    """Origin: DESIGN section 8, a parameter that the user can mend."""
    with pytest.raises(CommandError):
        size_band(pd.Series([1.0]), edges)


def frame_or_problems(path: Path) -> None:
    frame, problems = read(path)
    check_frame(frame, PRACTICES)
    assert len(frame) or problems.found


@pytest.fixture(scope="module")
def made_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [ods_row(code=f"X{at:05}", name=f"SURGERY, No {at}") for at in range(5)]
    return write(tmp_path_factory.mktemp("made") / "list.csv", rows)


@given(st.data())
@FUZZ
def test_a_spoilt_list_gives_a_frame_or_problems(made_list: Path, data: st.DataObject) -> None:
    """Origin: DESIGN section 8, no input ends in a traceback."""
    with spoilt_bytes(made_list, data):
        frame_or_problems(made_list)


@pytest.fixture(scope="module")
def real_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("real") / "list.csv"
    path.write_bytes(b"".join(EPRACCUR.read_bytes().splitlines(keepends=True)[:30]))
    return path


@needs_realdata
@given(st.data())
@FUZZ
def test_a_spoilt_real_list_gives_a_frame_or_problems(real_lines: Path, data: st.DataObject) -> None:
    """Origin: the same with the first 30 lines of the real list."""
    with spoilt_bytes(real_lines, data):
        frame_or_problems(real_lines)
