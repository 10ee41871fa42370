"""Published figures and the public facts beside them: what is accepted, what is refused, and in which words.

The rules are those of the design: a percentage must be reachable from its base (section 5), ``known_on`` is the date of
the earliest dated public source (section 5), all problems at once with file, line and column (section 8). Line numbers
are found by the helper that makes the mistake; counts are by hand, as said beside each.
"""

from __future__ import annotations

from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.cleaning.published import reachable_counts
from pcse_analysis.errors import UserError
from pcse_analysis.evidence import make_dossier, read_inputs
from tests.conftest import (
    FUZZ,
    RESULTS,
    SURVEY,
    accepted,
    append_line,
    edit_cell,
    edit_row,
    edit_text,
    only_problem,
    read_or_refuse,
    read_rows,
    refused,
    spoilt_bytes,
    spoilt_cells,
    write_rows,
)

POPULATION = "data/published/population_frames.csv"
SOURCES = "data/published/sources.csv"
TIMELINE = "data/published/timeline.csv"

SHARE = {"wave": "2016-10", "item": "urgent_requests_not_actioned_3wk"}
COUNTED = {"wave": "2017-12", "item": "records_waiting_collection"}
REPLIES = {"wave": "2016-10", "item": "survey_responses"}
TREND = {"wave": "2016-10", "item": "incorrect_payments_trend"}


# ---- counts that a printed percentage can stand for


@pytest.mark.parametrize(
    ("percent", "base", "counts"),
    [
        ("33", 10, []),  # counts of 10 give multiples of 10 %
        ("30", 10, [3]),
        ("12.5", 30, []),  # 3 of 30 is 10.0 %, 4 of 30 is 13.3 %
        ("13.3", 30, [4]),
        ("12.5", 8, [1]),
        ("13", 8, [1]),  # 12.5 % rounded up
        ("12", 8, [1]),  # 12.5 % rounded to even
        ("12.6", 8, []),
        ("50", 1, []),  # 0 % or 100 %
        ("0", 1, [0]),
        ("100", 1, [1]),
        ("62", 748, [461, 462, 463, 464, 465, 466, 467]),  # 61.5 % is 460.02, 62.5 % is 467.5
        ("81", 281, [227, 228, 229]),  # 80.5 % is 226.2, 81.5 % is 229.0
        ("88", 748, [655, 656, 657, 658, 659, 660, 661]),  # 87.5 % is 654.5, 88.5 % is 661.98
        ("0", 748, [0, 1, 2, 3]),  # 0.5 % is 3.74
        ("100", 748, [745, 746, 747, 748]),  # 99.5 % is 744.26
        ("62.4", 281, []),  # 175 of 281 is 62.28 %, 176 is 62.63 %
    ],
)
def test_reachable_counts_by_hand(percent: str, base: int, counts: list[int]):
    assert list(reachable_counts(percent, base)) == counts


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(decimals=st.integers(0, 2), base=st.integers(1, 300), data=st.data())
def test_reachable_counts_are_those_that_print_as_the_percentage(decimals: int, base: int, data: st.DataObject):
    """Every count is divided, rounded and printed; a half may have gone either way, as programs differ."""
    step = Decimal(1).scaleb(-decimals)
    percent = str(step * data.draw(st.integers(0, 100 * 10**decimals)))

    def printing(*roundings: str) -> list[int]:
        shares = {count: Decimal(100 * count) / base for count in range(base + 1)}
        wanted = Decimal(percent)
        return [c for c, s in shares.items() if any(s.quantize(step, rounding=r) == wanted for r in roundings)]

    found = list(reachable_counts(percent, base))
    assert found == printing(ROUND_HALF_UP, ROUND_HALF_DOWN)
    assert set(printing(ROUND_HALF_UP, ROUND_HALF_EVEN)) <= set(found)


# ---- what is accepted


def test_the_repository_itself_has_no_mistakes(project: Path):
    """Nineteen data rows, counted in the file."""
    assert len(accepted(project).published["gpc-pcse"]) == 19


@pytest.mark.parametrize(("percent", "low", "high"), [("0", 0, 1), ("100", 280, 281)])
def test_none_and_all_are_percentages(project: Path, percent: str, low: int, high: int):
    """0.5 % of 281 is 1.4, so 0 % stands for 0 or 1; 99.5 % of 281 is 279.6, so 100 % stands for 280 or 281."""
    edit_cell(project / RESULTS, SHARE, "percent", percent)
    frame = accepted(project).published["gpc-pcse"]
    row = frame[(frame["wave"] == "2016-10") & (frame["item"] == SHARE["item"])].iloc[0]
    assert (row["value"], row["numerator_low"], row["numerator_high"]) == (float(percent) / 100, low, high)
    assert row["base_status"] == "assumed"


def test_line_ends_of_windows_are_accepted(project: Path):
    """CRLF is what a spreadsheet writes; it changes no value, so it is no mistake."""
    before = accepted(project).published["gpc-pcse"]
    for path in sorted((project / "data").rglob("*.csv")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    for path in sorted((project / "data").rglob("*.yaml")):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert accepted(project).published["gpc-pcse"].equals(before)


def test_blank_lines_at_the_end_are_accepted(project: Path):
    append_line(project / RESULTS, "\n")
    assert len(accepted(project).published["gpc-pcse"]) == 19


def test_an_item_base_of_its_own_replaces_the_replies(project: Path):
    """81 % of 100 is 81 and nothing else; with a printed base nothing is assumed."""
    edit_cell(project / RESULTS, SHARE, "base", "100")
    frame = accepted(project).published["gpc-pcse"]
    row = frame[(frame["wave"] == "2016-10") & (frame["item"] == SHARE["item"])].iloc[0]
    assert (row["base"], row["numerator_low"], row["numerator_high"], row["base_status"]) == (100, 81, 81, "published")


# ---- numbers


@pytest.mark.parametrize(
    "percent", ["101", "100.1", "-5", "62%", "62 %", "62,4", "62.", ".5", "1e1", "sixty", "", "０６２"]
)
def test_a_percentage_that_is_none(project: Path, percent: str):
    """From 0 to 100, with a dot, without a sign; Decimal digits of other scripts are no figures of this file."""
    line = edit_cell(project / RESULTS, SHARE, "percent", percent)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, "percent")
    assert f"found {f'{percent!r}' if percent else '(empty)'}, expected a percentage from 0 to 100" in problem.what


@pytest.mark.parametrize(
    ("percent", "base"),
    [("33", "10"), ("12.5", "30"), ("62.4", "281"), ("50", "1"), ("1", "3"), ("99", "20")],
)
def test_a_percentage_that_its_base_cannot_give(project: Path, percent: str, base: str):
    """Design, section 5. By hand: see the counts above; of 3, 0 and 33 %; of 20, 95 and 100 %."""
    line = edit_row(project / RESULTS, SHARE, {"percent": percent, "base": base})
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, "percent")
    assert f"no count of {base} gives {percent} %" in problem.what
    assert "check the percentage, its decimals and the base" in problem.to_do


def test_a_percentage_that_the_replies_cannot_give(project: Path):
    """62.4 % of 281 is no count; as 281 is only assumed, giving the item's own base is the other way out."""
    line = edit_cell(project / RESULTS, SHARE, "percent", "62.4")
    problem = only_problem(project)
    assert (problem.line, problem.column) == (line, "percent")
    assert "no count of 281 gives 62.4 %; 281 replied" in problem.what
    assert "give the base of the item in column 'base'" in problem.to_do


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        ({"count": "654"}, "count", "654 of 748 is 87.43 %, not 88 %; expected 655 to 661"),
        ({"count": "662"}, "count", "662 of 748 is 88.50 %, not 88 %; expected 655 to 661"),
        ({"count": "800"}, "count", "800 is more than 748"),
        ({"count": "6,58"}, "count", "found '6,58', expected a whole number"),
        ({"count": "658.0"}, "count", "found '658.0', expected a whole number"),
        ({"count": "-658"}, "count", "found '-658', expected a whole number"),
        ({"base": ""}, "base", "is empty; a published count needs the base it was counted from"),
        ({"base": "0"}, "base", "found '0', expected a base of at least 1"),
        ({"base": "-748"}, "base", "found '-748', expected a whole number"),
        ({"base": "7 48"}, "base", "found '7 48', expected a whole number"),
        ({"count": "9" * 25}, "count", "expected a whole number"),
        ({"count": "9" * 5000}, "count", ""),
        ({"base": "9" * 25, "count": ""}, "base", ""),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_count_and_its_base(project: Path, change: dict[str, str], column: str, expected: str):
    """By hand: 654/748 = 87.433 %, 662/748 = 88.503 %, and 88 % of 748 is 655 to 661 (see above)."""
    line = edit_row(project / RESULTS, COUNTED, change)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, column)
    assert expected in problem.what


@pytest.mark.parametrize("count", ["", "2 81", "281.0", "-1", "²", "2²", "9" * 25], ids=lambda v: f"count-{v[:9]}")
def test_replies_that_are_no_count(project: Path, count: str):
    """A superscript two is a digit to Python and no number; 25 digits are more replies than there are people."""
    line = edit_cell(project / RESULTS, REPLIES, "count", count)
    assert any((p.file, p.line, p.column) == (RESULTS, line, "count") for p in refused(project).problems)


def test_no_replies_at_all(project: Path):
    """One wrong cell: the shares that rest on it (six in this wave, by hand) are not called wrong as well."""
    line = edit_cell(project / RESULTS, REPLIES, "count", "0")
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, "count")
    assert "found '0', expected at least one reply" in problem.what


def test_a_number_where_none_belongs(project: Path):
    """A direction has words and no number; replies have a count and no percentage."""
    trend = edit_cell(project / RESULTS, TREND, "percent", "40")
    replies = edit_cell(project / RESULTS, REPLIES, "percent", "40")
    found = {(p.line, p.column) for p in refused(project).problems}
    assert found == {(trend, "percent"), (replies, "percent")}


# ---- dates and sources


@pytest.mark.parametrize("value", ["16/01/2018", "16.01.2018", "2018-02-30", "43116", "2018-1-16", "2016-11", "Nov-16"])
def test_a_date_as_a_spreadsheet_writes_it(project: Path, value: str):
    """Year-month-day and a day that exists; the cell is named once."""
    line = edit_cell(project / RESULTS, SHARE, "known_on", value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, "known_on")
    assert f"found '{value}', expected" in problem.what


@pytest.mark.parametrize("value", ["2016-11-08", "2016-11-06", "2099-01-01", ""])
def test_known_on_is_the_date_of_the_earliest_dated_source(project: Path, value: str):
    """Design, section 5. The four sources of this row are dated 7 November 2016 or later in sources.csv."""
    line = edit_cell(project / RESULTS, SHARE, "known_on", value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, "known_on")
    assert "expected the date of the earliest dated source: 2016-11-07" in problem.what


def test_a_fact_without_a_dated_source_has_no_date_and_takes_none_from_its_base(project: Path):
    """Design, section 5: an edition holds nothing known after its evidence date. An undated share has no known date.

    Its base is assumed to be the 281 replies, which are dated; that must not make the share itself datable.
    """
    edit_row(project / RESULTS, SHARE, {"sources": "blmc-555", "known_on": ""})
    inputs = accepted(project)
    frame = inputs.published["gpc-pcse"]
    row = frame[(frame["wave"] == "2016-10") & (frame["item"] == SHARE["item"])].iloc[0]
    assert row["known_on"] == ""
    kept = make_dossier(inputs, "published").figures.estimates
    assert not [e for e in kept if (e.wave, e.item) == ("2016-10", SHARE["item"])]


def test_a_share_whose_base_has_no_date_cannot_be_dated_either(project: Path):
    """The interval of such a share rests on the replies, which no dated source gives."""
    edit_row(project / RESULTS, REPLIES, {"sources": "blmc-555", "known_on": ""})
    frame = accepted(project).published["gpc-pcse"]
    row = frame[(frame["wave"] == "2016-10") & (frame["item"] == SHARE["item"])].iloc[0]
    assert row["known_on"] == ""


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (
            "bma-2016-11-servey",
            "found 'bma-2016-11-servey', expected a source of sources.csv   near 'bma-2016-11-survey'",
        ),
        ("qqq", "found 'qqq', expected a source of sources.csv: "),
    ],
)
def test_an_unknown_source(project: Path, sources: str, expected: str):
    line = edit_cell(project / RESULTS, SHARE, "sources", sources)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, "sources")
    assert expected in problem.what


@pytest.mark.parametrize("value", ["07/11/2016", "2016-11", "2018-02-30"])
def test_a_wrong_date_in_the_list_of_sources(project: Path, value: str):
    """The facts that use the source are right; only the row of the source is wrong."""
    line = edit_cell(project / SOURCES, {"id": "bma-2016-11-survey"}, "published_on", value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (SOURCES, line, "published_on")
    assert f"found '{value}', expected a date such as 2018-01-16" in problem.what


@pytest.mark.parametrize(
    ("file", "where", "column", "value", "expected"),
    [
        (SOURCES, {"id": "bma-2016-11-survey"}, "url", "www.bma.org.uk", "starts with http:// or https://"),
        (SOURCES, {"id": "bma-2016-11-survey"}, "publisher", "", "is empty"),
        (POPULATION, {"id": "practices-england-2017-06"}, "value", "7,435", "found '7,435', expected a number"),
        (POPULATION, {"id": "practices-england-2017-06"}, "value", "0", "found '0', expected a number above 0"),
        (POPULATION, {"id": "practices-england-2017-06"}, "basis", "publishd", "near 'published'"),
        (POPULATION, {"id": "practices-england-2017-06"}, "confidence", "hgh", "near 'high'"),
        (TIMELINE, {"id": "2016-07-no-confidence-vote"}, "date", "July 2016", "expected a date"),
        (TIMELINE, {"id": "2016-07-no-confidence-vote"}, "date", "2016-13", "expected a date"),
        (TIMELINE, {"id": "2016-07-no-confidence-vote"}, "event", "", "is empty"),
        (TIMELINE, {"id": "2016-07-no-confidence-vote"}, "known_on", "2016-07-30", "2016-07-31"),
    ],
)
def test_facts_beside_the_survey(
    project: Path, file: str, where: dict[str, str], column: str, value: str, expected: str
):
    line = edit_cell(project / file, where, column, value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (file, line, column)
    assert expected in problem.what


# ---- names


@pytest.mark.parametrize(
    ("column", "value", "near"),
    [
        ("wave", "2016-1", "2016-10"),
        ("respondent_group", "practise", "practice"),
        ("service_line", "medical-records", "medical_records"),
        ("item", "urgent_request_not_actioned_3wk", "urgent_requests_not_actioned_3wk"),
        ("measure", "Share", "share"),
        ("confidence", "hi", "high"),
    ],
)
def test_a_misspelt_name_is_named_once_with_its_near_miss(project: Path, column: str, value: str, near: str):
    """One wrong cell is one problem."""
    line = edit_cell(project / RESULTS, SHARE, column, value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (RESULTS, line, column)
    assert f"found '{value}'" in problem.what
    assert problem.what.endswith(f"   near '{near}'")


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("respondent_group", "individual", "practice"), ("service_line", "registrations", "medical_records")],
)
def test_a_name_that_exists_and_is_not_that_of_the_question(project: Path, column: str, value: str, expected: str):
    line = edit_cell(project / RESULTS, SHARE, column, value)
    problems = [p for p in refused(project).problems if (p.file, p.line, p.column) == (RESULTS, line, column)]
    assert [p.what for p in problems] == [f"found '{value}', expected '{expected}' as in questions.csv"]


def test_all_problems_of_all_files_come_at_once(project: Path):
    """Five mistakes in four files, made by hand: five problems, none hidden by another."""
    made = {
        (RESULTS, edit_cell(project / RESULTS, SHARE, "percent", "62%"), "percent"),
        (RESULTS, edit_cell(project / RESULTS, COUNTED, "count", "800"), "count"),
        (TIMELINE, edit_cell(project / TIMELINE, {"id": "2016-07-no-confidence-vote"}, "date", "x"), "date"),
        (SOURCES, edit_cell(project / SOURCES, {"id": "bma-2016-11-survey"}, "url", "x"), "url"),
        (f"{SURVEY}/survey.yaml", edit_text(project / SURVEY / "survey.yaml", "margin: 5\n", "margin: 0\n"), ""),
    }
    error = refused(project)
    assert {(p.file, p.line, p.column) for p in error.problems} == made
    assert str(error).startswith("DataError: 5 problems in 4 files")


# ---- the shape of a file


@pytest.mark.parametrize("file", [RESULTS, POPULATION, TIMELINE])
def test_a_missing_file(project: Path, file: str):
    (project / file).rename(project / file.replace(".csv", "s.csv"))
    problems = [p for p in refused(project).problems if p.file == file]
    assert len(problems) == 1
    assert problems[0].what == f"the file is missing or cannot be read   near '{Path(file).stem}s.csv'"


def test_a_folder_in_place_of_a_file(project: Path):
    """A near miss is another name, never the name itself."""
    (project / RESULTS).unlink()
    (project / RESULTS).mkdir()
    problem = only_problem(project)
    assert problem.file == RESULTS
    assert "near" not in problem.what


def test_an_empty_file(project: Path):
    (project / RESULTS).write_bytes(b"")
    problem = only_problem(project)
    assert (problem.file, problem.what) == (RESULTS, "the file is empty")


def test_a_header_and_no_rows(project: Path):
    """A survey without one published figure makes pages without one: an export that went wrong."""
    write_rows(project / RESULTS, read_rows(project / RESULTS)[:1])
    assert only_problem(project).file == RESULTS


def encoded(project: Path, encoding: str) -> None:
    path = project / RESULTS
    path.write_bytes(path.read_text(encoding="utf-8").replace("GPC itself", "GPC’s chair").encode(encoding))


def test_bytes_of_windows_1252(project: Path):
    """The apostrophe of Windows-1252 is byte 0x92; the line is that of the one row that holds it."""
    line = 1 + next(i for i, row in enumerate(read_rows(project / RESULTS)) if row[3] == COUNTED["item"])
    encoded(project, "cp1252")
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, line)
    assert "byte 0x92 is not UTF-8" in problem.what
    assert "UTF-8" in problem.to_do


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(project: Path, encoding: str):
    """The whole file is of another encoding: that is the one problem, and its rows are not judged."""
    encoded(project, encoding)
    problem = only_problem(project)
    assert problem.file == RESULTS
    assert "UTF-16" in problem.what
    assert "UTF-8" in problem.to_do


def test_a_byte_order_mark(project: Path):
    """The rest of the file is fine, so this is the one problem."""
    encoded(project, "utf-8-sig")
    problem = only_problem(project)
    assert (problem.file, problem.what) == (RESULTS, "starts with a byte order mark, as Excel writes it")
    assert "UTF-8 without a byte order mark" in problem.to_do


@pytest.mark.parametrize(("delimiter", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_delimiter(project: Path, delimiter: str, word: str):
    """What a regional spreadsheet writes; the values between the delimiters are not judged."""
    rows = read_rows(project / RESULTS)
    lines = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in rows]
    (project / RESULTS).write_text("\n".join(lines) + "\n", encoding="utf-8")
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, 1)
    assert problem.what == f"{word} stand between the columns, expected commas"
    assert "commas between columns" in problem.to_do


def test_semicolons_put_in_by_hand(project: Path):
    """Search and replace of every comma: sources, separated by semicolons, fall apart; the cause is still one."""
    path = project / RESULTS
    path.write_bytes(path.read_bytes().replace(b",", b";"))
    problem = only_problem(project)
    assert problem.what == "semicolons stand between the columns, expected commas"


def without_column(rows: list[list[str]], column: str) -> list[list[str]]:
    at = rows[0].index(column)
    return [row[:at] + row[at + 1 :] for row in rows]


@pytest.mark.parametrize("column", ["percent", "wave", "note", "sources", "measure"])
def test_a_missing_column(project: Path, column: str):
    """The column is the one problem: that its cells are empty in every row is said by that."""
    write_rows(project / RESULTS, without_column(read_rows(project / RESULTS), column))
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, 1)
    assert problem.what == f"column '{column}' is missing"


@pytest.mark.parametrize(
    ("file", "column", "renamed"),
    [
        (RESULTS, "percent", "per_cent"),
        (RESULTS, "known_on", "Known on"),
        (SOURCES, "published_on", "published"),
        (POPULATION, "measure", "measures"),
    ],
)
def test_a_renamed_column(project: Path, file: str, column: str, renamed: str):
    rows = read_rows(project / file)
    rows[0][rows[0].index(column)] = renamed
    write_rows(project / file, rows)
    problem = only_problem(project)
    assert (problem.file, problem.line) == (file, 1)
    assert problem.what.startswith(f"column '{column}' is missing   near '{renamed}'")


@pytest.mark.parametrize("file", [POPULATION, TIMELINE, SOURCES])
def test_a_missing_id_column_is_named(project: Path, file: str):
    """Without the column that tells rows apart, the message still says which column of which file."""
    write_rows(project / file, without_column(read_rows(project / file), "id"))
    problems = refused(project).problems
    assert any((p.file, p.line, p.what) == (file, 1, "column 'id' is missing") for p in problems)


def test_a_missing_id_column_hides_no_other_mistake(project: Path):
    """All problems at once."""
    write_rows(project / POPULATION, without_column(read_rows(project / POPULATION), "id"))
    line = edit_cell(project / RESULTS, SHARE, "percent", "62%")
    assert any((p.file, p.line) == (RESULTS, line) for p in refused(project).problems)


def test_an_extra_column(project: Path):
    rows = read_rows(project / RESULTS)
    write_rows(project / RESULTS, [[*rows[0], "remark"], *([*row, ""] for row in rows[1:])])
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, 1)
    assert "'remark' is not a column of this file" in problem.what


def test_a_column_that_stands_twice(project: Path):
    rows = read_rows(project / RESULTS)
    write_rows(project / RESULTS, [[*rows[0], "percent"], *([*row, "1"] for row in rows[1:])])
    assert any(p.what == "column 'percent' stands 2 times" and p.line == 1 for p in refused(project).problems)


@pytest.mark.parametrize("line", ["2017-12,practice,all", "," * 15 + "x"])
def test_a_ragged_row(project: Path, line: str):
    """3 and 16 values where the header has 13: counted by hand. The values cannot be told apart and are not judged."""
    at = append_line(project / RESULTS, line)
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, at)
    assert problem.what == f"found {line.count(',') + 1} values, expected 14 as in the header"


def test_a_row_twice(project: Path):
    """The earlier of the two is named; which one is right only the user knows."""
    path = project / RESULTS
    third = path.read_text(encoding="utf-8").splitlines()[3]
    line = append_line(path, third)
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, line)
    assert problem.what == "repeats line 4 (same wave, respondent_group, item, measure)"
    assert problem.to_do == "keep one of the repeated rows."


def test_blanks_around_a_value(project: Path):
    """Nothing is silently repaired (design, section 2), not even a blank."""
    line = edit_cell(project / RESULTS, SHARE, "percent", " 81")
    problem = only_problem(project)
    assert (problem.line, problem.column) == (line, "percent")
    assert problem.what == "' 81' starts or ends with a blank"


def test_a_blank_first_line(project: Path):
    """One blank line is one mistake, said in one place."""
    path = project / RESULTS
    path.write_bytes(b"\n" + path.read_bytes())
    problem = only_problem(project)
    assert (problem.file, problem.line) == (RESULTS, 1)


def test_a_quotation_mark_without_its_partner_is_found_where_it_opens(project: Path):
    """Every line after it is swallowed; the line to mend is the one with the quotation mark."""
    path = project / RESULTS
    rows = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, row in enumerate(rows) if row.endswith("high,,")) + 1
    rows[at - 1] += '"no end'
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    problems = [p for p in refused(project).problems if "cannot be read as CSV" in p.what]
    assert [(p.file, p.line) for p in problems] == [(RESULTS, at)]


@pytest.mark.parametrize("content", [b"", b"a,b\n\x92,1\n", b'"', None], ids=["empty", "bytes", "quote", "folder"])
def test_another_file_among_the_published_ones(project: Path, content: bytes | None):
    """A colleague's own notes beside the data: reported as a mistake of the user's, or left alone; never a crash."""
    changes = len(make_dossier(accepted(project), "published").figures.changes)
    stray = project / "data/published/notes.csv"
    if content is None:
        stray.mkdir()
    else:
        stray.write_bytes(content)
    try:
        dossier = make_dossier(read_inputs(project), "published")
    except UserError as error:
        assert "notes.csv" in str(error)
    else:
        assert len(dossier.figures.changes) == changes


# ---- anything at all


@pytest.mark.parametrize("file", [RESULTS, POPULATION, SOURCES, TIMELINE])
@FUZZ
@given(data=st.data())
def test_any_csv_gives_a_result_or_a_message(spoiling: Path, file: str, data: st.DataObject):
    """Whatever a file holds, reading ends in a result or in one message (design, section 8).

    Bytes are replaced in half of the examples, whole cells in the others. What is accepted can also be worked with.
    """
    spoil = data.draw(st.sampled_from([spoilt_cells, spoilt_bytes]))
    with spoil(spoiling / file, data):
        inputs = read_or_refuse(spoiling)
        if inputs is not None and file == RESULTS:
            make_dossier(inputs, "published")
