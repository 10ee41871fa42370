"""An export through the whole of cleaning: the same replies from every form, weights, practices, what is written.

Origin of every number: counted in the rows that the test writes; the first reply stands on line 2, the third on two.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.cleaning.payments import read_payments
from pcse_analysis.cleaning.register import Register, read_ods_practices, register
from pcse_analysis.errors import Problems
from pcse_analysis.evidence.inputs import read_inputs
from pcse_analysis.evidence.received import Received, write_interim
from pcse_analysis.evidence.replies import flow_in_words, read_replies
from pcse_analysis.responses import tidy_responses
from tests.cleaning import made_practices
from tests.cleaning.made_exports import HEADER, Made, book, labelled

ROWS = [
    ["1", "2020-02-03", "Yes", "3", "Post", "Agree", "late, again"],
    ["2", "2020-02-04", "No", "", "Email;Phone", "Disagree", 'they said "no"'],
    ["3", "2020-02-05", "Yes", "12", "Email, phone or post", "Don't know", "one\ntwo"],
    ["4", "2020-02-06", "Yes", "", "Post;Email;by hand", "Prefer not to say", ""],
    ["5", "2019-02-07", "No", "", "", "", "café £5"],
]
ANSWERS = {
    "waited": ["Yes", "No", "Yes", "Yes"],
    "days": ["3", "(not_asked)", "12", "(not_answered)"],
    "ways": ["Post", "Email; Phone", "Email, phone or post", "Post; Email; Other"],
    "ways_other": ["(not_answered)", "(not_answered)", "(not_answered)", "by hand"],
    "feels": ["Agree", "Disagree", "(dont_know)", "(prefer_not_to_say)"],
    "words": ["late, again", 'they said "no"', "one two", "(not_answered)"],
}


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The survey; its fieldwork leaves out the last reply."""
    project = Made(tmp_path)
    project.ask_each_kind()
    project.ask("words", "In your own words", "text")
    project.plan()["rules"] = [{"rule": "outside_fieldwork", "reason": "Came too early."}]
    return project


def as_workbook(made: Made, file: str) -> None:
    """The export as a workbook whose numbers and dates are cells of their kinds, below a title."""
    rows = [
        [row[0], pd.Timestamp(row[1]).to_pydatetime(), row[2], int(row[3]) if row[3] else None, *row[4:]]
        for row in ROWS
    ]
    made.raw.mkdir(parents=True)
    book(made.raw / file, Notes=[], Replies=[["Our survey"], HEADER, *rows])


@pytest.mark.parametrize(
    ("write", "file"),
    [
        (lambda made, file: made.export(HEADER, *ROWS, file=file), "replies.csv"),
        (lambda made, file: made.export(HEADER, *ROWS, file=file, encoding="utf-8-sig", delimiter=";"), "replies.csv"),
        (lambda made, file: made.export(HEADER, *ROWS, file=file, encoding="utf-16", delimiter="\t"), "replies.tsv"),
        (lambda made, file: made.export(HEADER, *ROWS, file=file, encoding="cp1252"), "replies.txt"),
        (as_workbook, "replies.xlsx"),
    ],
)
def test_every_form_gives_the_same_replies(made: Made, write: Callable[[Made, str], object], file: str) -> None:
    """Origin: by hand: the answers that the rows hold, whatever the file."""
    made.plan()["file"] = file
    write(made, file)
    assert labelled(made.clean()) == ANSWERS


def test_the_order_of_the_columns_changes_nothing(made: Made) -> None:
    """Origin: by hand: the same cells with the columns turned round."""
    made.export(*[row[::-1] for row in [HEADER, *ROWS]])
    assert labelled(made.clean()) == ANSWERS


def test_the_frame_counts(made: Made) -> None:
    """Origin: by hand: four replies and six items; one cell kept was not asked, four not answered but words."""
    made.export(HEADER, *ROWS)
    frame = tidy_responses([made.clean()])
    assert len(frame) == 24
    said = [answer for answers in ANSWERS.values() for answer in answers]
    for state in ("not_asked", "not_answered", "dont_know", "prefer_not_to_say"):
        assert (frame["state"] == state).sum() == said.count(f"({state})")
    assert frame["number"].notna().sum() == 2
    assert set(frame["respondent_group"]) == {"practice"}


def test_weights_are_kept_by_reply(made: Made) -> None:
    """Origin: by hand: the weight of the excluded reply is of no matter."""
    weights = ("Weight", "0.5", "2", "1,000.5", "1e-3", "")
    made.export(*[[*row, weight] for row, weight in zip([HEADER, *ROWS], weights, strict=True)])
    made.plan()["columns"] = {"weight": "Weight"}
    found = made.clean().weights
    assert found is not None
    assert found.tolist() == [0.5, 2, 1000.5, 0.001]


def test_without_a_column_of_weights_there_are_none(made: Made) -> None:
    """Origin: by hand."""
    made.export(HEADER, *ROWS)
    assert made.clean().weights is None


def test_a_role_that_the_platform_names_twice(made: Made) -> None:
    """Origin: by hand: Qualtrics has EndDate and RecordedDate; the first of them says when a reply ended."""
    made.questions.clear()
    made.plan()["headers"] = {}
    made.ask("waited", "Q1")
    made.plan()["ignored"] = ["RecordedDate"]
    codes, ids = ["EndDate", "RecordedDate", "ResponseId", "Q1"], ["endDate", "recordedDate", "_recordId", "QID1"]
    texts = ["End Date", "Recorded Date", "Response ID", "Did you wait?"]
    rows = [["2020-02-01", "2019-02-01", "R_1", "Yes"], ["2019-02-01", "2020-02-01", "R_2", "No"]]
    made.export(codes, texts, [f'{{"ImportId":"{name}"}}' for name in ids], *rows)
    assert list(made.clean().respondents["respondent"]) == ["R_1"]


def test_a_recode_mends_a_date(made: Made) -> None:
    """Origin: by hand: what stands in a column with a role is mended under the name of the role."""
    rows = [[row[0], "yesterday" if row[0] == "2" else row[1], *row[2:]] for row in ROWS]
    made.export(HEADER, *rows)
    made.plan()["recodes"] = [{"from": "yesterday", "to": "2020-02-04", "item": "ended", "reason": "Said by phone."}]
    assert labelled(made.clean()) == ANSWERS


def practices(folder: Path) -> Register:
    """Two made-up practices in a register."""
    problems = Problems()
    folder.mkdir(parents=True, exist_ok=True)
    ods = made_practices.write(
        folder / "ods.csv",
        [
            made_practices.ods_row(code="X00001", name="FIRST SURGERY", postcode="ZZ1 1AA"),
            made_practices.ods_row(code="X00002", name="SECOND SURGERY", postcode="ZZ1 1BB"),
        ],
    )
    paid = made_practices.write(folder / "paid.csv", [made_practices.HEADINGS, made_practices.paid_row()])
    listed = read_ods_practices(ods, "ods.csv", problems)
    found = register(listed, read_payments(paid, "paid.csv", problems), "2020-02-01")
    assert not problems.found
    return found


def test_practices_are_set_against_the_register(made: Made) -> None:
    """Origin: by hand: by code, by name and postcode; a wrong code is listed with its line and a near one."""
    given = [
        ("x00001", "", ""),
        ("", "Second surgery", "zz11bb"),
        ("X0OOO1", "", ""),
        ("", "Nowhere Surgery", "ZZ9 9ZZ"),
        ("X00001", "", ""),
    ]
    header = [*HEADER, "Practice code", "Practice name", "Postcode"]
    made.export(header, *[[*row, *names] for row, names in zip(ROWS, given, strict=True)])
    roles = {"practice_code": "Practice code", "practice_name": "Practice name", "practice_postcode": "Postcode"}
    made.plan()["columns"] = roles
    responses = made.clean(practices(made.raw))
    assert list(responses.respondents["practice"]) == ["X00001", "X00002", "", ""]
    assert responses.respondents["list_size"].tolist()[0] == 1000
    assert responses.unmatched[["line", "given_code", "given_name"]].to_numpy().tolist() == [
        [4, "X0OOO1", ""],
        [6, "", "Nowhere Surgery"],
    ]
    assert responses.unmatched["near_misses"][0] == "X00001"


def test_the_same_practice_by_what_the_register_knows(made: Made) -> None:
    """Origin: by hand: a code and a name lead to one practice; "unknown" twice to none, a wrong code to itself."""
    given = [("X00001", ""), ("", "First Surgery"), ("unknown", ""), ("unknown", ""), ("X00009", ""), ("X00009", "")]
    rows = [[str(n), "2020-02-01", "Yes", "1", "Post", "Agree", "", *names] for n, names in enumerate(given, start=1)]
    made.export([*HEADER, "Practice code", "Practice name"], *rows)
    made.plan()["columns"] = {"practice_code": "Practice code", "practice_name": "Practice name"}
    made.plan()["rules"] = [{"rule": "same_practice", "keep": "first", "reason": "One reply a practice."}]
    responses = made.clean(practices(made.raw))
    assert list(responses.respondents["respondent"]) == ["1", "3", "4", "5"]


def test_two_exports_are_read_together_and_written(made: Made) -> None:
    """Origin: by hand: four of five replies and one of two; the three files say what became of the others.

    The line break in the words of the third reply was made a blank.
    """
    made.export(HEADER, *ROWS)
    made.ask("fast", "Was it fast?", export="others")
    made.plan("others")["rules"] = [
        {"rule": "test_rows", "column": "Was it fast?", "values": ["test"], "reason": "Filled in as a test."}
    ]
    made.export(["RespondentID", "Was it fast?"], ["1", "test"], ["2", "Yes"], file="others.csv")
    made.write()
    inputs = read_inputs(made.root)
    replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, find_edition(inputs.catalogue, "made"))
    assert [flow_in_words(r) for r in replies.responses] == [
        "made 2020 replies: received 5, excluded 1 (1 outside fieldwork), analysed 4.",
        "made 2020 others: received 2, excluded 1 (1 test rows), analysed 1.",
    ]
    assert [(f.name, f.rows) for f in replies.files] == [("data/raw/replies.csv", 5), ("data/raw/others.csv", 2)]
    assert len(replies.frame()) == 4 * 6 + 1
    write_interim(Received(replies=replies, ledgers=(), files=()), made.root, "made")
    folder = made.root / "data" / "interim" / "made"
    assert folder == made.root / "data/interim/made"
    excluded = pd.read_csv(folder / "excluded.csv")
    assert excluded[["export", "line", "reason"]].to_numpy().tolist() == [
        ["replies", 7, "Came too early."],
        ["others", 2, "Filled in as a test."],
    ]
    assert json.loads(excluded["row"][0])["In your own words"] == "café £5"
    log = pd.read_csv(folder / "cleaning_log.csv")
    assert log[["rule", "rows_before", "count", "rows_after"]].to_numpy().tolist() == [
        ["01-outside_fieldwork", 5, 1, 4],
        ["blanks", 4, 1, 4],
        ["01-test_rows", 2, 1, 1],
    ]
    assert pd.read_csv(folder / "unmatched.csv").empty


def test_all_replies_may_be_left_out(made: Made) -> None:
    """Origin: by hand: no reply is of the fieldwork; the answers are empty, and the frame too."""
    made.wave |= {"fieldwork_start": "2021", "fieldwork_end": "2021"}
    made.export(HEADER, *ROWS)
    responses = made.clean()
    assert (len(responses), responses.flow.received, len(responses.excluded)) == (0, 5, 5)
    assert tidy_responses([responses]).empty
    assert responses.texts.empty


def test_unknown_answers_of_excluded_replies_are_of_no_matter(made: Made) -> None:
    """Origin: by hand: the reply that is left out may hold anything."""
    rows = [*ROWS[:4], [*ROWS[4][:3], "a lot", "x", "dreadful", ""]]
    made.export(HEADER, *rows)
    assert labelled(made.clean())["feels"] == ANSWERS["feels"]


def test_one_respondent_of_two_exports_is_told_apart(made: Made) -> None:
    """Origin: by hand: the key is that of survey, wave, export and respondent."""
    made.export(HEADER, *ROWS)
    made.ask("fast", "Was it fast?", export="others")
    made.export(["RespondentID", "Was it fast?"], ["1", "Yes"], file="others.csv")
    problems = Problems()
    both = [made.cleaned(problems, export=export) for export in ("replies", "others")]
    frame = tidy_responses([responses for responses in both if responses is not None])
    ones = frame[frame["respondent"] == "1"]
    assert ones.groupby("export", observed=True).size().to_dict() == {"replies": 6, "others": 1}
    assert np.count_nonzero(frame.duplicated(["survey", "wave", "export", "respondent", "item"])) == 0
