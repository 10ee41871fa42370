"""Every platform's way of writing headers, on files small enough to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcse_analysis.catalogue.platforms import read_platforms
from pcse_analysis.cleaning.headers import Header, near_column, read_header
from pcse_analysis.errors import Problems

PLATFORMS = read_platforms(Path("no project here"), Problems())
NAMES = "ImportId"


def header_of(*rows: list[str], platform: str = "") -> Header:
    """The header of these rows."""
    problems = Problems()
    header = read_header(list(rows), PLATFORMS, platform, "replies.csv", problems)
    assert header is not None
    assert not problems.found
    return header


def parts(header: Header) -> list[tuple[str, str, str]]:
    """Code, question and part of each column."""
    return [(column.code, column.question, column.part) for column in header.columns]


SURVEYMONKEY = (
    ["Respondent ID", "Start Date", "Did you wait?", "Which ways?", "", "", "In your own words"],
    ["", "", "Response", "Post", "Email", "Other (please specify)", "Open-Ended Response"],
    ["1", "06/08/2020", "Yes", "Post", "", "", ""],
)
SURVEYMONKEY_PARTS = [
    ("", "Respondent ID", ""),
    ("", "Start Date", ""),
    ("", "Did you wait?", ""),
    ("", "Which ways?", "Post"),
    ("", "Which ways?", "Email"),
    ("", "Which ways?", "Other (please specify)"),
    ("", "In your own words", ""),
]


def test_surveymonkey() -> None:
    """Origin: by hand: two rows; a question stands over its first option only, and 'Response' is no option."""
    header = header_of(*SURVEYMONKEY)
    assert (header.platform.id, header.depth) == ("surveymonkey", 2)
    assert parts(header) == SURVEYMONKEY_PARTS
    assert header.names[3] == "Which ways? > Post"


@pytest.mark.parametrize(
    "above",
    [
        [["Our survey"]],
        [["Our survey", "", ""], [""]],
        [[], ["Our survey"], []],
        [["Our survey"], ["Exported in June"], ["Confidential"]],
    ],
)
def test_surveymonkey_below_a_title(above: list[list[str]]) -> None:
    """Origin: by hand: a title of one cell, with or without blank lines around it, is no header."""
    header = header_of(*above, *SURVEYMONKEY)
    assert (header.platform.id, header.depth) == ("surveymonkey", 2 + len(above))
    assert parts(header) == SURVEYMONKEY_PARTS


def test_surveymonkey_with_the_question_over_every_option() -> None:
    """Origin: by hand: newer exports repeat the question; the columns are the same ones."""
    rows = [[*SURVEYMONKEY[0][:4], "Which ways?", "Which ways?", SURVEYMONKEY[0][6]], *SURVEYMONKEY[1:]]
    assert parts(header_of(*rows)) == SURVEYMONKEY_PARTS


def test_surveymonkey_written_through_pandas() -> None:
    """Origin: by hand: pandas fills blank header cells with 'Unnamed: 4'."""
    rows = [[*SURVEYMONKEY[0][:4], "Unnamed: 4", "Unnamed: 5", SURVEYMONKEY[0][6]], *SURVEYMONKEY[1:]]
    assert parts(header_of(*rows)) == SURVEYMONKEY_PARTS


QUALTRICS = (
    ["StartDate", "ResponseId", "Q1", "Q2_1", "Q2_2"],
    ["Start Date", "Response ID", "Did you wait?", "Which ways? - Post", "Which ways? - Email"],
)
IDS = ("startDate", "_recordId", "QID1", "QID2_1", "QID2_2")


@pytest.mark.parametrize("form", ['{{"ImportId":"{}"}}', "{{'ImportId': '{}'}}", '{{"ImportId":"{}","timeZone":"Z"}}'])
def test_qualtrics_with_three_rows(form: str) -> None:
    """Origin: by hand: the third row is JSON, or the same with single quotation marks as older exports have it."""
    header = header_of(*QUALTRICS, [form.format(name) for name in IDS], ["2020-01-01", "R_1", "Yes", "Post", ""])
    assert (header.platform.id, header.depth) == ("qualtrics", 3)
    assert parts(header)[2:4] == [("Q1", "Did you wait?", ""), ("Q2_1", "Which ways?", "Post")]
    assert [c.code for c in header.found("Q2_*")] == ["Q2_1", "Q2_2"]


def test_qualtrics_with_two_rows() -> None:
    """Origin: by hand: the older form names its first columns V1, V2 and says below what they are."""
    header = header_of(["V1", "V8", "Q1"], ["ResponseID", "StartDate", "Did you wait?"], ["R_1", "2020-01-01", "1"])
    assert (header.platform.id, header.depth) == ("qualtrics-legacy", 2)
    assert parts(header) == [("V1", "ResponseID", ""), ("V8", "StartDate", ""), ("Q1", "Did you wait?", "")]


def test_limesurvey() -> None:
    """Origin: by hand: code and text in one cell, sub-questions in brackets behind the code and behind the text."""
    rows = [
        "id. Response ID",
        "submitdate. Date submitted",
        "wait. Did you wait? [really]",
        "ways[SQ001]. Which ways? [Post]",
        "ways[other]. Which ways? [Other]",
        "rank[1]. In which order? [Rank 1]",
    ]
    header = header_of(rows)
    assert (header.platform.id, header.depth) == ("limesurvey", 1)
    assert parts(header) == [
        ("id", "Response ID", ""),
        ("submitdate", "Date submitted", ""),
        ("wait", "Did you wait?", "really"),
        ("ways[SQ001]", "Which ways?", "Post"),
        ("ways[other]", "Which ways?", "Other"),
        ("rank[1]", "In which order?", "Rank 1"),
    ]


def test_limesurvey_with_lines_in_a_question() -> None:
    """Origin: by hand: a question of two paragraphs is one header cell."""
    header = header_of(["id. Response ID", "wait. Did you wait?\n\nThink of December."])
    assert header.columns[1].question == "Did you wait? Think of December."


def test_google_forms() -> None:
    """Origin: by hand: a grid is 'question [row]'; brackets inside a question stay where nothing else follows."""
    header = header_of(["Timestamp", "How is it? [Fast]", "How is it? [Kind]", "Which ways?", "Is [this] right?"])
    assert (header.platform.id, header.depth) == ("google-forms", 1)
    assert parts(header)[1:] == [
        ("", "How is it?", "Fast"),
        ("", "How is it?", "Kind"),
        ("", "Which ways?", ""),
        ("", "Is [this] right?", ""),
    ]


def test_microsoft_forms() -> None:
    """Origin: by hand: the first columns are always these."""
    header = header_of(["ID", "Start time", "Completion time", "Email", "Name", "Did\xa0you wait?\n"])
    assert (header.platform.id, header.depth) == ("microsoft-forms", 1)
    assert header.columns[5].question == "Did you wait?"


def test_jisc() -> None:
    """Origin: by hand: codes only; the texts are in the codebook."""
    header = header_of(["URN", "CompletionDate", "Q1", "Q2_1", "Q2_2", "Q3_a"], ["1", "2020-01-01", "1", "0", "1", ""])
    assert (header.platform.id, header.depth) == ("jisc", 1)
    assert parts(header)[2:4] == [("Q1", "", ""), ("Q2_1", "", "")]
    assert header.columns[2].name == "Q1"


def test_alchemer() -> None:
    """Origin: by hand: the option stands before its question; colons inside either stay where they are."""
    header = header_of(
        [
            "Time Started",
            "Date Submitted",
            "Post:Choose: which ways?",
            "By phone: day:Choose: which ways?",
            "Last point: did you wait?",
        ]
    )
    assert (header.platform.id, header.depth) == ("alchemer", 1)
    assert parts(header)[2:] == [
        ("", "Choose: which ways?", "Post"),
        ("", "Choose: which ways?", "By phone: day"),
        ("", "Last point: did you wait?", ""),
    ]


def test_one_row_with_options_behind_a_dash() -> None:
    """Origin: by hand: 'question - option' counts where two columns share the question; a lone dash parts nothing."""
    header = header_of(["RespondentID", "Which ways? - Post", "Which ways? - Email - fast", "Age - in years"])
    assert (header.platform.id, header.depth) == ("plain", 1)
    assert parts(header)[1:] == [
        ("", "Which ways?", "Post"),
        ("", "Which ways?", "Email - fast"),
        ("", "Age - in years", ""),
    ]


def test_a_spreadsheet_table() -> None:
    """Origin: by hand: a table of Excel fills blank headers with 'Column2', 'Column3'; they belong to the left."""
    header = header_of(["Age", "Which ways?", "Column3", "Column4", "In your own words"])
    assert header.platform.id == "excel-table"
    assert [column.question for column in header.columns[1:4]] == ["Which ways?"] * 3


def test_blank_and_repeated_headers() -> None:
    """Origin: by hand: a blank header is named by its place, a repeated one is found twice."""
    header = header_of(["", "Did you wait?", "Did you wait?", " "])
    assert header.names == ["(column 1)", "Did you wait?", "(column 4)"]
    assert [column.place for column in header.found("Did you wait?")] == [1, 2]


def test_a_column_without_question_and_option_is_no_part_of_the_one_before() -> None:
    """Origin: by hand: a blank column at the end of a SurveyMonkey file belongs to no question."""
    header = header_of(["Respondent ID", "Did you wait?", ""], ["", "Response", ""], ["1", "Yes", ""])
    assert header.columns[2].question == "(column 3)"


def test_a_platform_that_is_named_is_taken() -> None:
    """Origin: by hand: the same row read as one header row and as Google Forms."""
    assert header_of(["Timestamp", "How is it? [Fast]"], platform="plain").columns[1].part == ""
    assert header_of(["Sent", "How is it? [Fast]"], platform="google-forms").columns[1].part == "Fast"


def test_fewer_rows_than_the_header_has() -> None:
    """Origin: by hand: two rows read as three of header."""
    problems = Problems()
    assert read_header(list(QUALTRICS), PLATFORMS, "qualtrics", "replies.csv", problems) is None
    (problem,) = problems.found
    assert problem.what == "has 2 rows, and Qualtrics (three header rows) has 3 of header"
    assert problem.to_do


def test_how_columns_are_found() -> None:
    """Origin: by hand: by name, code, question, or the start of either before a star."""
    header = header_of(["id. Response ID", "ways[1]. Which ways? [Post]", "ways[2]. Which ways? [Email]"])
    for name, places in (
        ("ways[1]", [1]),
        ("Which ways? > Email", [2]),
        ("Which  ways?\n", [1, 2]),
        ("ways[*", [1, 2]),
        ("Which*", [1, 2]),
        ("Which way", []),
    ):
        assert [column.place for column in header.found(name)] == places, name


def test_a_column_is_found_by_its_number() -> None:
    """Origin: by hand: for headers that are blank or repeated; a header that says just this goes before."""
    header = header_of(["Age", "Did you wait?", "Did you wait?", "", "(column 1)"])
    for name, places in (("(column 3)", [2]), ("(column 4)", [3]), ("(column 1)", [4]), ("(column 6)", [])):
        assert [column.place for column in header.found(name)] == places, name


def test_a_star_that_belongs_to_the_header() -> None:
    """Origin: by hand: forms mark a required question with a star, and another question starts with the same words."""
    header = header_of(["Age", "Did you wait? *", "Did you wait? Why?"])
    assert [column.place for column in header.found("Did you wait? *")] == [1]


def test_the_near_column_is_one_that_nothing_else_means() -> None:
    """Origin: by hand: of two near columns the first is a question already."""
    header = header_of(["Age", "Did you wait in May?", "Did you wait in March?"])
    assert near_column("Did you wait in Mai?", header) == "Did you wait in May?"
    assert near_column("Did you wait in Mai?", header, ["Did you wait in May?"]) == "Did you wait in March?"
    assert near_column("Something else", header) is None
