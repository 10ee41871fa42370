"""Every kind of file that an export comes in gives back the cells that were written into it."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.cleaning.sheets import open_sheet
from pcse_analysis.errors import Problem, Problems
from tests.cleaning.made_exports import PROTECTED, book, cells, read, write_csv
from tests.metrics.made import STEADY

HEADER = ["Respondent", "Which ways?", "In your own words"]
ROWS = [
    ["1", "Post, email", "“Late” – a café’s £5"],
    ["2", "", 'He said "no",\r\nand left'],
    ["3", "Phone; post", "one\nline, and\n\nanother"],
]


def found_in(path: Path, **given: str) -> list[list[str]]:
    """The replies in a file that is read without a problem."""
    problems = Problems()
    export = read(path.parent, path, problems, **given)
    assert export is not None, problems.found
    assert not problems.found
    return cells(export)


def refused(path: Path, **given: str) -> Problem:
    """The one problem of a file that cannot be read."""
    problems = Problems()
    assert read(path.parent, path, problems, **given) is None
    (problem,) = problems.found
    assert problem.file == path.name
    return problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_text_gives_its_cells_back(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    """Origin: the rows written, with delimiters, quotation marks, letters beyond ASCII and line breaks inside cells."""
    path = tmp_path / "replies.csv"
    write_csv(path, [HEADER, *ROWS], encoding=encoding, delimiter=delimiter, lineterminator=end)
    assert found_in(path) == ROWS


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "iso8859-1", "utf-8", "shift_jis"])
def test_an_encoding_that_is_named(tmp_path: Path, encoding: str) -> None:
    """Origin: the rows written; the second cell of the last row ends in bytes that hold a bar in Shift JIS."""
    rows = [["1", "Post", "x"], ["2", "Phone", "ア" if encoding == "shift_jis" else "é"]]
    path = write_csv(tmp_path / "replies.csv", [HEADER, *rows], encoding=encoding)
    assert found_in(path, encoding=encoding) == rows


def test_a_mark_at_the_start_before_a_quoted_header(tmp_path: Path) -> None:
    """Origin: the rows written; Excel's mark stands before a header cell with a line break."""
    path = write_csv(tmp_path / "replies.csv", [["In what\nrole?", "b"], ["1", "2"]], encoding="utf-8-sig")
    for encoding in ("", "utf-8"):
        problems = Problems()
        export = read(tmp_path, path, problems, encoding=encoding)
        assert export is not None, problems.found
        assert export.header.names == ["In what role?", "b"]
        assert cells(export) == [["1", "2"]]
        assert export.lines.tolist() == [3]


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.text("ab ,;\"'\n£é", max_size=5), min_size=width, max_size=width), min_size=1, max_size=6
        )
    )
)
@STEADY
def test_any_cells_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    """Origin: the rows written."""
    path = tmp_path_factory.getbasetemp() / "replies.csv"
    width = len(rows[0]) + 3
    filled = [["1", "2", "3", *row] for row in rows]
    write_csv(path, [[f"Question {n}" for n in range(width)], *filled])
    assert found_in(path) == filled


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Origin: by hand: a header of two lines, a reply of three, a blank row, a reply."""
    path = tmp_path / "replies.csv"
    path.write_text('"Which\nway?",b,c\n"one\ntwo\nthree",1,2\n,,\nx,3,4\n\n', encoding="utf-8")
    problems = Problems()
    export = read(tmp_path, path, problems)
    assert export is not None
    assert export.lines.tolist() == [3, 7]
    assert export.blank_lines == (6, 8)


def test_rows_as_wide_as_the_header_are_told_from_commas_in_answers(tmp_path: Path) -> None:
    """Origin: the rows written: semicolons stand between the cells, and every answer holds more commas than that."""
    rows = [["1", "a, b, c, d"], ["2", "e, f, g, h"]]
    path = write_csv(tmp_path / "replies.csv", [["Respondent", "Ways"], *rows], delimiter=";")
    assert found_in(path) == rows


def test_a_workbook_gives_its_cells_as_texts(tmp_path: Path) -> None:
    """Origin: by hand: whole numbers without a point, dates as year-month-day, an empty cell as no text."""
    day, moment = datetime.date(2017, 12, 1), datetime.datetime(2017, 12, 1, 9, 30)
    row = [1, 2.5, "text", day, moment, None, True, 1e15 + 0.0]
    path = book(tmp_path / "replies.xlsx", Sheet1=[["a", "b", "c", "d", "e", "f", "g", "h"], row])
    (found,) = found_in(path)
    assert found[:3] == ["1", "2.5", "text"]
    assert found[3].startswith("2017-12-01")
    assert found[4] == "2017-12-01 09:30:00"
    assert found[5:7] == ["", "True"]
    assert float(found[7]) == 1e15


def test_the_one_sheet_with_cells_is_taken(tmp_path: Path) -> None:
    """Origin: the rows written; two of three sheets are empty, as Excel adds them."""
    path = book(tmp_path / "replies.xlsx", Sheet1=[], Replies=[HEADER, *ROWS], Sheet3=[])
    assert found_in(path) == [[cell.replace("\r\n", "\n") for cell in row] for row in ROWS]


def test_several_sheets_need_a_name(tmp_path: Path) -> None:
    """Origin: the issue: several sheets; the message lists them, and a wrong name gets the near one."""
    path = book(tmp_path / "replies.xlsx", Replies=[HEADER, *ROWS[:1]], Notes=[["not", "this", "one"], ["1", "2", "3"]])
    assert refused(path).what == "the workbook has several sheets: 'Replies', 'Notes'"
    assert refused(path, sheet="Replys").what.endswith("near 'Replies'")
    assert found_in(path, sheet="Replies") == ROWS[:1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("replies.csv", b"", "the file is empty"),
        ("replies.csv", b"\r\n\r\n", "the first rows are blank"),
        ("replies.csv", b"\xef\xbb\xbf", "the first rows are blank"),
        ("replies.csv", b"a,b,c\r\n", "has a header and no replies"),
        ("replies.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is a PDF"),
        ("replies.csv", b"PK\x03\x04\x14\x00", "is a workbook or an archive under another name"),
        ("replies.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is a workbook or an archive under another name"),
        ("replies.csv", b"$FL2@(#) SPSS DATA FILE", "is an SPSS file under another name"),
        ("replies.csv", b"\x81,b\n1,2\n", "is neither UTF-8 nor Windows-1252; it may be cut, or no text file"),
        ("replies.csv", b"a,b\n1,\x002\n", "is neither UTF-8 nor Windows-1252; it may be cut, or no text file"),
        ("replies.csv", 'a,b\n1,"é'.encode(), "the file ends inside a quoted cell"),
        ("replies.csv", b'a,b\n1,"x\n2,y\n3,z\n', "the file ends inside a quoted cell"),
        ("replies.csv", b'a,b\n1,"x"y\n', "cannot be read as CSV from here on"),
        ("replies.csv", b"a,b,c\n1,2\rx\n3,4,5\n", "a lone carriage return"),
        ("replies.csv", b'a,b,c\n"1",2\rx\n3,4,5\n', "a lone carriage return"),
        ("replies.xlsx", b"PK\x03\x04 cut", "cannot be read as a workbook"),
        ("replies.xlsx", b"a,b\n1,2\n", "cannot be read as a workbook"),
        ("replies.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot be read as a workbook"),
        ("replies.sav", b"not SPSS", "cannot be read as an SPSS file"),
        ("replies.pdf", b"%PDF-1.4", "files of kind '.pdf' are not read"),
        ("replies", b"a,b\n1,2\n", "a file without an ending is not read"),
    ],
)
def test_what_is_no_export_is_told(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """Origin: by hand: what each file is, in the words of the issue."""
    path = tmp_path / name
    path.write_bytes(content)
    problem = refused(path)
    assert words in problem.what
    assert problem.to_do


def test_a_protected_workbook(tmp_path: Path) -> None:
    """Origin: a really encrypted file, see ``PROTECTED``."""
    assert PROTECTED.read_bytes().startswith(b"\xd0\xcf\x11\xe0")
    assert refused(PROTECTED).what == "is protected by a password"


def test_an_empty_workbook(tmp_path: Path) -> None:
    """Origin: by hand: two sheets without a cell."""
    assert refused(book(tmp_path / "replies.xlsx", Sheet1=[], Sheet2=[])).what == "the workbook holds no cells"


def test_a_cell_far_from_the_replies(tmp_path: Path) -> None:
    """Origin: by hand: one cell in the last row and column that Excel has, which takes 17 thousand million to reach."""
    made = openpyxl.Workbook()
    made.active.append(HEADER)
    made.active["XFD1048576"] = "x"
    made.save(tmp_path / "replies.xlsx")
    assert "reaches to cell XFD1048576" in refused(tmp_path / "replies.xlsx").what


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    """Origin: by hand; the near miss is the file that is there."""
    write_csv(tmp_path / "replies.csv", [HEADER, *ROWS])
    problems = Problems()
    assert open_sheet(tmp_path / "replys.csv", "replys.csv", problems) is None
    assert open_sheet(tmp_path, "folder", problems) is None
    assert [p.what for p in problems.found] == [
        "the file is missing or cannot be read   near 'replies.csv'",
        "is a folder, expected a file",
    ]


@pytest.mark.parametrize("encoding", ["utf8x", "base64", "rot13", "zip"])
def test_an_unknown_encoding(tmp_path: Path, encoding: str) -> None:
    """Origin: by hand: no such text encoding; three of them are names that Python knows for other things."""
    path = write_csv(tmp_path / "replies.csv", [HEADER, *ROWS])
    assert refused(path, encoding=encoding).what.startswith(f"'encoding': '{encoding}' is not known")


def test_an_encoding_that_does_not_fit(tmp_path: Path) -> None:
    """Origin: by hand: a byte of Windows-1252 in a file that is called UTF-8."""
    path = write_csv(tmp_path / "replies.csv", [HEADER, *ROWS], encoding="cp1252")
    assert refused(path, encoding="utf-8").what == "cannot be read as utf-8"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b"3,Phone, post,x\n", "found 4 cells, expected 3 as in the header"),
        (b"3,Phone\n", "found 2 cells, expected 3 as in the header"),
        (b"3,Phone", "found 2 cells, expected 3 as in the header"),
        (b"3", "found 1 cells, expected 3 as in the header"),
    ],
)
def test_a_shifted_or_cut_row(tmp_path: Path, row: bytes, words: str) -> None:
    """Origin: by hand: a comma without quotation marks, and a file that ends in the middle of a row."""
    path = tmp_path / "replies.csv"
    path.write_bytes(b"a,b,c\n1,Post,x\n2,Email,y\n" + row)
    problem = refused(path)
    assert (problem.what, problem.line) == (words, 4)


def test_blank_cells_beyond_the_header(tmp_path: Path) -> None:
    """Origin: by hand: where every row has them they do not matter; in one alone they are what a stray comma leaves."""
    path = tmp_path / "replies.csv"
    path.write_bytes(b"a,b,c\n1,2,3,,\n4,5,6,\n\n")
    assert found_in(path) == [["1", "2", "3"], ["4", "5", "6"]]
    path.write_bytes(b"a,b,c\n1,2,3\n4,x, y,\n\n")
    problem = refused(path)
    assert (problem.what, problem.line) == ("found 4 cells, expected 3 as in the header", 3)


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    """Origin: by hand: seven short rows, five of them listed."""
    path = tmp_path / "replies.csv"
    path.write_bytes(b"a,b,c\n" + b"1,2\n" * 7)
    problems = Problems()
    assert read(tmp_path, path, problems) is None
    assert [p.line for p in problems.found] == [2, 3, 4, 5, 6, None]
    assert problems.found[-1].what == "and 2 more rows with a wrong number of cells"


def test_spss_gives_labels(tmp_path: Path) -> None:
    """Origin: the file written: 99 is a user-missing value with a label, 7 has none, the question texts are labels."""
    path = tmp_path / "replies.sav"
    frame = pd.DataFrame(
        {
            "q1": [1.0, 2.0, 99.0, None],
            "age": [34.0, 41.5, 99.0, 7.0],
            "words": ["Better", "", "é", "x"],
            "came": pd.to_datetime(["2017-12-01", None, "2017-12-03", "2017-12-04"]),
        }
    )
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=["Did you wait?", "How old?", "In your own words", "When?"],
        variable_value_labels={"q1": {1: "Yes", 2: "No", 99: "Don't know"}, "age": {99: "Prefer not to say"}},
        missing_ranges={"q1": [99], "age": [99]},
    )
    problems = Problems()
    export = read(tmp_path, path, problems)
    assert export is not None, problems.found
    assert [(c.code, c.question) for c in export.header.columns] == [
        ("q1", "Did you wait?"),
        ("age", "How old?"),
        ("words", "In your own words"),
        ("came", "When?"),
    ]
    found = cells(export)
    assert [row[:3] for row in found] == [
        ["Yes", "34", "Better"],
        ["No", "41.5", ""],
        ["Don't know", "Prefer not to say", "é"],
        ["", "7", "x"],
    ]
    assert [row[3][:10] for row in found] == ["2017-12-01", "", "2017-12-03", "2017-12-04"]


@pytest.mark.parametrize("end", [b"4,5\r", b"4,5\r6", b"4\r,5\r\n", b'"4",5\r6'])
def test_a_lone_carriage_return_at_the_end_of_a_file(tmp_path: Path, end: bytes) -> None:
    """Origin: fuzzing: one reading sees a row there and the other does not; it is told, or the row is read whole."""
    path = tmp_path / "export.csv"
    path.write_bytes(b"a,b\r\n1,2\r\n" + end)
    problems = Problems()
    sheet = open_sheet(path, "export.csv", problems)
    pieces = list(sheet.pieces(2, 1, problems)) if sheet else []
    assert problems.found or sum(len(piece.lines) for piece in pieces) == 2
