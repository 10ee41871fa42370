"""``pcse check`` on exports with mistakes: one message with all of them, each at its place, exit code 2, no traceback.

Origin of every expected line and place: counted in the rows that the test writes. A made-up survey asks practices
whether they waited, for how many days, which ways they used and how they feel; its export has six replies.
"""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cleaning.made_exports import HEADER, PROTECTED, WAVE_FILE, Made, book, write_csv
from tests.conftest import Ended, run_pcse

ROWS = [
    ["1", "2020-02-03", "Yes", "3", "Post", "Agree", "late"],
    ["2", "2020-02-04", "No", "", "Email;Phone", "Disagree", ""],
    ["3", "2020-02-05", "Yes", "12", "Email, phone or post", "Don't know", ""],
    ["4", "2020-02-06", "Yes", "1", "Post;Email", "Neither", "fine"],
    ["5", "2020-02-07", "No", "", "carrier pigeon", "Agree", ""],
    ["6", "2020-02-08", "No", "", "", "", ""],
]
RAW = "data/raw/replies.csv"


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The survey with its export, both without a mistake."""
    project = Made(tmp_path / "project")
    project.ask_each_kind()
    project.ask("words", "In your own words", "text")
    project.plan()["rules"] = [{"rule": "outside_fieldwork", "reason": "Came too late."}]
    project.export(HEADER, *ROWS)
    return project


def changed(cells: dict[tuple[int, str], str], rows: list[list[str]] = ROWS) -> list[list[str]]:
    """The rows with some cells changed, by line of the file and column; the header is line 1."""
    table = [list(HEADER), *map(list, rows)]
    for (line, column), value in cells.items():
        table[line - 1][HEADER.index(column)] = value
    return table


def message(ended: Ended) -> list[str]:
    """The lines of the one message that a refused command ends in."""
    assert ended.code == 2, ended
    assert ended.out == ""
    assert "Traceback" not in ended.err
    lines = ended.err.rstrip("\n").split("\n")
    assert [line for line in lines if re.match(r"\w*Error: ", line)] == lines[:1]
    return lines


def said(ended: Ended) -> str:
    """The one message, whose first line must count its problems rightly, and which must say what to do."""
    lines = message(ended)
    told = [line for line in lines if line.startswith("    ")]
    assert f": {len(told)} problem" in lines[0], ended.err
    assert any(line.startswith("  To mend: ") for line in lines), ended.err
    return ended.err


def test_without_a_mistake(made: Made) -> None:
    """Origin: the six replies, none of them left out."""
    ended = made.check()
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("made 2020 replies: received 6, excluded 0, analysed 6.\n")


def test_unknown_answers(made: Made) -> None:
    """Origin: by hand: a near miss is shown; what is not near an option may be personal and is not."""
    cells = {
        (2, "How is it?"): "Agre",
        (4, "How is it?"): "Agre",
        (5, "How is it?"): "ask Madeup Person, 5 Nowhere Road",
    }
    made.export(*changed(cells | {(3, "Did you wait?"): "Perhaps"}))
    text = said(made.check())
    assert (
        "\n    line 2, column 'How is it?': found 'Agre' in 2 rows, expected an option of scale 'agree'   near 'Agree'"
        in text
    )
    assert (
        "line 5, column 'How is it?': found (text, 33 characters), expected an option of scale 'agree'; options: "
        in text
    )
    assert "line 3, column 'Did you wait?': found (text, 7 characters)" in text
    assert "Madeup" not in text
    assert f"add it to 'recodes' of 'replies' in '{WAVE_FILE}'" in text


def test_many_unknown_answers_are_counted(made: Made) -> None:
    """Origin: by hand: six texts that are no option, five listed."""
    made.export(*changed({(line, "How is it?"): f"{'x' * 30}{line}" for line in range(2, 8)}))
    text = said(made.check())
    assert text.count("found (text, 31 characters)") == 5
    assert "column 'How is it?': and 1 more value, expected an option of scale 'agree'" in text


def test_answers_that_are_no_number(made: Made) -> None:
    """Origin: by hand; the words of a respondent are not printed."""
    made.export(*changed({(4, "How many days?"): "a fortnight", (5, "How many days?"): "1e999"}))
    text = said(made.check())
    assert "line 4, column 'How many days?': found (text, 11 characters), expected a number" in text
    assert "line 5, column 'How many days?': found (text, 5 characters), expected a number" in text


def test_a_renamed_column(made: Made) -> None:
    """Origin: by hand; the place is the line of the wave's file that names the column, and it is told once."""
    table = changed({})
    table[0][2] = "Did you have to wait?"
    made.export(*table)
    text = said(made.check())
    assert "no column 'Did you wait?' in 'data/raw/replies.csv'   near 'Did you have to wait?'" in text
    assert "is neither a question" not in text
    assert _line_of(made, "waited: Did you wait?") in text


def test_a_missing_column_and_an_added_one(made: Made) -> None:
    """Origin: by hand; the two are not alike, so both are told."""
    table = [[*row[:5], *row[6:], "x"] for row in changed({})]
    table[0][-1] = "Collector"
    made.export(*table)
    text = said(made.check())
    assert "no column 'How is it?' in 'data/raw/replies.csv'\n" in text
    assert _line_of(made, "feels: How is it?") in text
    assert "line 1: column 7, 'Collector', is neither a question nor ignored" in text


def test_a_missing_column_and_an_unknown_answer(made: Made) -> None:
    """Origin: by hand; what stands in the other columns is looked at all the same."""
    made.export(*[row[:6] for row in changed({(7, "How is it?"): "Agrees"})])
    text = said(made.check())
    assert "no column 'In your own words'" in text
    assert "line 7, column 'How is it?': found 'Agrees'" in text


def test_a_repeated_column(made: Made) -> None:
    """Origin: by hand: the third column stands again at the end; the file itself need not be touched."""
    made.export(*[[*row, row[2]] for row in changed({})])
    text = said(made.check())
    assert "line 1: column 'Did you wait?' stands 2 times" in text
    assert "name each of them by its number, as '(column 5)', under 'headers' or 'ignored'" in text
    made.plan()["headers"]["waited"] = "(column 3)"  # type: ignore[index]
    made.plan()["ignored"] = ["(column 8)"]
    assert made.check().code == 0


def test_one_column_for_two_questions(made: Made) -> None:
    """Origin: by hand."""
    made.ask("again", "Did you wait?")
    text = said(made.check())
    assert "column 'Did you wait?' is given to both 'waited' and 'again'" in text
    assert _line_of(made, "again: Did you wait?") in text


def _line_of(made: Made, text: str) -> str:
    """How a message names the line of the wave's file that holds a text."""
    lines = (made.root / WAVE_FILE).read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, start=1) if text in line]
    return f"    line {number}: "


def test_rows_shifted_by_a_stray_comma(made: Made) -> None:
    """Origin: by hand: an answer with a comma has lost its quotation marks in line 4."""
    lines = [",".join(row) for row in changed({(4, "Which ways?"): '"Email, phone or post"'})]
    lines[3] = lines[3].replace('"', "")
    _raw(made).write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    assert "\n    line 4: found 8 cells, expected 7 as in the header" in said(made.check())


def _raw(made: Made, file: str = "replies.csv") -> Path:
    made.raw.mkdir(parents=True, exist_ok=True)
    return made.raw / file


@pytest.mark.parametrize(
    ("cut", "words"),
    [
        (lambda text: text[: text.index("Don't know")], "line 5: found 6 cells, expected 7 as in the header"),
        (lambda text: text[: text.index("phone or")], "line 5: the file ends inside a quoted cell: it is cut short"),
        (lambda text: text[: text.index("waited")], "the file ends inside a quoted cell"),
    ],
)
def test_a_truncated_file(made: Made, cut: Callable[[str], str], words: str) -> None:
    """Origin: by hand: cut in the middle of a row, inside a quoted cell, and inside the header, which has two lines."""
    header = [*HEADER[:-1], "You\nwaited"]
    whole = write_csv(_raw(made), [header, *ROWS]).read_text(encoding="utf-8")
    _raw(made).write_text(cut(whole), encoding="utf-8", newline="")
    assert words in said(made.check())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is a PDF"),
        (b"<!DOCTYPE html><html><title>Sign in</title>", "is a web page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is neither UTF-8 nor Windows-1252"),
    ],
)
def test_a_file_that_is_something_else(made: Made, content: bytes, words: str) -> None:
    """Origin: by hand."""
    _raw(made).write_bytes(content)
    assert words in said(made.check())


def test_workbooks(made: Made, tmp_path: Path) -> None:
    """Origin: by hand: a really encrypted workbook, an empty one, and one whose sheet is named wrongly."""
    for name in ("protected.xlsx", "empty.xlsx", "sheets.xlsx"):
        made.exports[name.removesuffix(".xlsx")] = copy.deepcopy(made.plan()) | {"file": name}
    made.exports["sheets"]["sheet"] = "Repiles"
    shutil.copy(PROTECTED, _raw(made, "protected.xlsx"))
    book(_raw(made, "empty.xlsx"), Sheet1=[])
    book(_raw(made, "sheets.xlsx"), Replies=[HEADER, *ROWS], Other=[["a"]])
    text = said(made.check())
    assert "data/raw/protected.xlsx\n    is protected by a password" in text
    assert "data/raw/empty.xlsx\n    the workbook holds no cells" in text
    assert (
        "data/raw/sheets.xlsx\n    'sheet': found 'Repiles', expected a sheet of this workbook   near 'Replies'" in text
    )


def test_the_export_of_another_wave(made: Made) -> None:
    """Origin: by hand: the file is that of the other export; one sentence says so, not one for each column."""
    made.ask("other_a", "Was it fast?", export="others")
    made.ask("other_b", "Was it kind?", export="others")
    made.ask("other_c", "Was it good?", export="others")
    other = [["Was it fast?", "Was it kind?", "Was it good?"], ["Yes", "No", "Yes"]]
    made.export(*other, file="others.csv")
    made.export(*other)
    text = said(made.check())
    assert "5 of the 5 columns" in text
    assert "are not in this file; it looks like export 'others' of wave 2020" in text
    assert text.count("\n    ") == 1


def test_a_missing_export_and_codebook(made: Made) -> None:
    """Origin: by hand; both are told, with the near name."""
    made.plan()["codebook"] = "key.csv"
    made.raw.mkdir(parents=True, exist_ok=True)
    _raw(made).rename(_raw(made, "repiles.csv"))
    text = said(made.check())
    assert "data/raw/replies.csv\n    the file is missing or cannot be read   near 'repiles.csv'" in text
    assert "data/raw/key.csv\n    the file is missing or cannot be read" in text


def test_a_codebook_of_another_survey(made: Made) -> None:
    """Origin: by hand: its columns are none of the export's; and a table that is no codebook at all."""
    made.plan()["codebook"] = "key.csv"
    write_csv(_raw(made, "key.csv"), [["Z1", "What else?"], ["1", "This"], ["2", "That"]])
    assert "1 problem in 'data/raw/key.csv'\n    none of its columns is in 'data/raw/replies.csv'" in said(made.check())
    write_csv(_raw(made, "key.csv"), [["a", "b", "c", "d"], ["1", "2", "3", "4"]])
    assert "is not a codebook; expected rows of code and text" in said(made.check())


def test_a_changed_file(made: Made) -> None:
    """Origin: by hand: the hash of another file is recorded."""
    made.plan()["sha256"] = "0" * 64
    text = said(made.check())
    assert "is not the file whose 'sha256' the wave's file records" in text


def test_an_unknown_encoding(made: Made) -> None:
    """Origin: by hand."""
    made.plan()["encoding"] = "latin-55"
    assert "'encoding': 'latin-55' is not known" in said(made.check())


def test_dates_in_both_orders(made: Made) -> None:
    """Origin: by hand: the 25th in line 3 comes first, in line 5 second; the place is the column of the export."""
    made.export(*changed({(2, "End Date"): "02/03/2020", (3, "End Date"): "25/02/2020", (5, "End Date"): "02/25/2020"}))
    text = said(made.check())
    assert "line 5, column 'End Date': this date has the month first, and the one in line 3 has the day first" in text
    assert "write all dates of the column in one order" in text
    assert text.count("End Date") == 1


def test_dates_in_an_order_that_cannot_be_told(made: Made) -> None:
    """Origin: by hand: every date is of one of the first twelve days."""
    rows = [[row[0], f"0{line}/03/2020", *row[2:]] for line, row in enumerate(ROWS, start=1)]
    made.export(HEADER, *rows)
    text = said(made.check())
    what = (
        "line 2, column 'End Date': this date, as every one of the column, can be read with the day or the month first"
    )
    assert what in text
    assert f"write 'dates: day-first' or 'dates: month-first' for 'replies' in '{WAVE_FILE}'" in text


def test_values_that_are_no_date(made: Made) -> None:
    """Origin: by hand: an impossible day is shown, a telephone number is not."""
    made.export(*changed({(2, "End Date"): "2020-02-31", (3, "End Date"): "07700 900 123"}))
    text = said(made.check())
    assert "line 2, column 'End Date': found '2020-02-31', expected a date" in text
    assert "line 3, column 'End Date': found (text, 13 characters), expected a date" in text


@pytest.mark.parametrize(
    ("weight", "shown"),
    [
        ("", "(empty)"),
        ("0", "'0'"),
        ("-1.5", "'-1.5'"),
        ("1e999", "no number"),
        ("inf", "no number"),
        ("nan", "no number"),
        ("x", "no number"),
    ],
)
def test_weights(made: Made, weight: str, shown: str) -> None:
    """Origin: by hand: every analysed reply needs a weight above zero."""
    made.export(*[[*row, w] for row, w in zip(changed({}), ["Wt", "1", "0.5", weight, "2", "1", "1"], strict=True)])
    made.plan()["columns"] = {"weight": "Wt"}
    assert f"line 4, column 'Wt': found {shown}, expected a weight above 0" in said(made.check())


def test_many_wrong_weights_are_counted(made: Made) -> None:
    """Origin: by hand: six, five of them listed."""
    made.export(*[[*row, "Wt" if line == 0 else "0"] for line, row in enumerate(changed({}))])
    made.plan()["columns"] = {"weight": "Wt"}
    text = said(made.check())
    assert text.count("expected a weight above 0") == 5
    assert "column 'Wt': and 1 more row without a weight above 0" in text


def test_respondents_twice(made: Made) -> None:
    """Origin: by hand: respondent 1 replies in lines 2 and 4, and no rule says which reply to keep."""
    made.export(*changed({(4, "RespondentID"): "1"}))
    text = said(made.check())
    assert "line 2: 1 respondent stands in several rows, the first in lines 2, 4" in text
    assert "add a rule 'same_respondent'" in text


def test_rules_that_do_not_fit(made: Made) -> None:
    """Origin: by hand: a column that is not there, a question that is no number, too few questions, no practice."""
    made.plan()["rules"] = [
        {"rule": "test_rows", "column": "Did you wiat?", "values": ["x"], "reason": "a"},
        {"rule": "impossible", "items": ["feels"], "lowest": 0, "reason": "b"},
        {"rule": "straight_lining", "items": ["waited", "feels"], "reason": "c"},
        {"rule": "same_practice", "keep": "last", "reason": "d"},
        {"rule": "speeding", "least": 60, "reason": "e"},
    ]
    text = said(made.check())
    assert "rule 'test_rows': no column 'Did you wiat?' in 'data/raw/replies.csv'   near 'Did you wait?'" in text
    assert "rule 'impossible': 'feels' is not a question of this export that asks for a number" in text
    assert "rule 'straight_lining': needs three questions or more of this export that share one scale" in text
    assert "rule 'same_practice': the export names no practice" in text
    assert "rule 'speeding': 'started' has no column in 'data/raw/replies.csv'" in text


def test_all_mistakes_of_two_exports(made: Made) -> None:
    """Origin: by hand: five mistakes in two files, told together, file by file."""
    made.ask("fast", "Was it fast?", export="others")
    made.ask("kind", "Was it kind?", export="others")
    made.export(["Was it fast?", "Was it kind?"], ["Yes", "Noo"], ["Ye", "No"], file="others.csv")
    made.export(*changed({(2, "How is it?"): "Agre", (3, "How many days?"): "some", (4, "RespondentID"): "2"}))
    made.plan()["rules"] = []
    head, *lines = message(made.check())
    assert head == "DataError: 5 problems in 2 files"
    told = "\n".join(line for line in lines if "To mend" not in line)
    first, second = told.split("  data/raw/others.csv\n")
    assert first.startswith("  data/raw/replies.csv\n")
    assert first.count("\n    line ") == 3
    assert "line 3, column 'Was it fast?': found 'Ye'" in second
    assert "line 2, column 'Was it kind?': found 'Noo'" in second


def test_a_failed_build_leaves_earlier_outputs(made: Made) -> None:
    """Origin: the issue: a build that is refused touches nothing."""
    made.export(*changed({(2, "How is it?"): "Agre"}))
    made.write()
    earlier = {
        "outputs/made/annex.html": b"earlier",
        "outputs/made/provenance.json": b"{}",
        "outputs/made/SHA256SUMS": b"0" * 64 + b"  annex.html\n" + b"0" * 64 + b"  provenance.json\n",
        "data/interim/made/excluded.csv": b"earlier too",
    }
    for name, content in earlier.items():
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        (made.root / name).write_bytes(content)
    ended = run_pcse("build", "--edition", "made", "--project", made.root)
    assert "found 'Agre'" in said(ended)
    left = {
        p.relative_to(made.root).as_posix(): p for n in ("outputs", "data/interim") for p in (made.root / n).rglob("*")
    }
    assert {name: path.read_bytes() for name, path in left.items() if path.is_file()} == earlier
