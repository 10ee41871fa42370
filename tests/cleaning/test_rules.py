"""Every rule of cleaning on replies that can be counted by hand, and the flow from rows received to replies analysed.

Origin of every number: counted in the rows that the test writes, whose first reply stands on line 2.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.responses import Responses
from tests.cleaning.made_exports import Made, answers_of
from tests.metrics.made import STEADY

HEADER = ["RespondentID", "Start Date", "End Date", "Practice code", "Did you wait?", "How many days?", "A", "B", "C"]
REPLY = ["", "2020-02-01 10:00", "2020-02-01 10:05", "", "Yes", "3", "Agree", "Disagree", "Neither"]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A survey that asks for a practice, a number and three opinions on one scale."""
    return survey(tmp_path)


def survey(root: Path) -> Made:
    """The survey in a folder."""
    project = Made(root)
    project.ask("waited", "Did you wait?")
    project.ask("days", "How many days?", "number")
    for item in "ABC":
        project.ask(item.lower(), item, scale="agree")
    project.plan()["columns"] = {"practice_code": "Practice code"}
    return project


def replies(made: Made, *changes: dict[str, str]) -> None:
    """Replies 1, 2, 3, ... that are alike but for some cells each."""
    rows = [
        dict(zip(HEADER, REPLY, strict=True)) | {"RespondentID": str(n)} | c for n, c in enumerate(changes, start=1)
    ]
    made.export(HEADER, *[list(row.values()) for row in rows])


def apply(made: Made, *rules: dict[str, object]) -> Responses:
    """The replies after some rules, each with a reason."""
    made.plan()["rules"] = [{"reason": f"reason {number}", **rule} for number, rule in enumerate(rules, start=1)]
    return made.clean()


def left(responses: Responses) -> list[str]:
    """The respondents that are analysed."""
    return list(responses.respondents["respondent"])


def counts(responses: Responses) -> list[tuple[str, str, int, int, int]]:
    """Of each rule: kind, action, rows before, rows hit, rows after."""
    return [
        (s.kind, s.action, s.rows_before, s.count, s.rows_after)
        for s in responses.flow.steps
        if s.reason[:6] == "reason"
    ]


def test_test_rows_and_rows_with(made: Made) -> None:
    """Origin: by hand: capitals and blanks do not matter; a question or a header may be named."""
    replies(
        made,
        {"Practice code": "TEST"},
        {},
        {"Practice code": " test "},
        {"Did you wait?": "No"},
        {"Practice code": "TESTS"},
    )
    responses = apply(
        made,
        {"rule": "test_rows", "column": "practice_code", "values": ["Test"]},
        {"rule": "rows_with", "column": "waited", "values": ["No"]},
    )
    assert left(responses) == ["2", "5"]
    assert counts(responses) == [("test_rows", "excluded", 5, 2, 3), ("rows_with", "excluded", 3, 1, 2)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2020", "2020", ["2", "3", "4", "6"]),
        ("2020-01", "2020-06", ["2", "3", "6"]),
        ("2020-01-01", "2020-06-29", ["2", "6"]),
        ("2020-01-01", "2020-06-30", ["2", "3", "6"]),
    ],
)
def test_outside_fieldwork(made: Made, start: str, end: str, expected: list[str]) -> None:
    """Origin: by hand: a month or a year is in until its last moment; who gives no date stays."""
    ends = ("2019-12-31 23:59", "2020-01-01 00:00", "2020-06-30 23:59", "2020-07-01 00:00", "2021-01-01", "")
    replies(made, *[{"End Date": when} for when in ends])
    made.wave |= {"fieldwork_start": start, "fieldwork_end": end}
    assert left(apply(made, {"rule": "outside_fieldwork"})) == expected


def test_dates_of_rows_that_are_gone_are_of_no_matter(made: Made) -> None:
    """Origin: by hand: a test row has a text and one the month first; without them every date has the day first."""
    test = {"Practice code": "TEST"}
    replies(made, test | {"End Date": "soon"}, test | {"End Date": "02/25/2020"}, {"End Date": "25/02/2020"})
    made.wave |= {"fieldwork_start": "2020-01-01", "fieldwork_end": "2020-06-30"}
    rules = ({"rule": "test_rows", "column": "practice_code", "values": ["TEST"]}, {"rule": "outside_fieldwork"})
    assert left(apply(made, *rules)) == ["3"]


def test_fieldwork_by_another_column(made: Made) -> None:
    """Origin: by hand: the second began before and ended within."""
    replies(made, {}, {"Start Date": "2019-12-31"})
    made.wave |= {"fieldwork_start": "2020-01-01", "fieldwork_end": "2020-06-30"}
    assert left(apply(made, {"rule": "outside_fieldwork"})) == ["1", "2"]
    assert left(apply(made, {"rule": "outside_fieldwork", "column": "started"})) == ["1"]


def test_partial(made: Made) -> None:
    """Origin: by hand: of five questions 5, 3, 2 and 0 are answered; 60 % is three of five, which is enough."""
    none = dict.fromkeys(("Did you wait?", "How many days?", "A", "B", "C"), "")
    replies(made, {}, {"A": "", "B": ""}, {"A": "", "B": "", "C": "Don't know", "Did you wait?": ""}, none)
    assert left(apply(made, {"rule": "partial", "least": 60})) == ["1", "2"]
    assert left(apply(made, {"rule": "partial", "least": 40})) == ["1", "2", "3"]


def test_partial_counts_only_what_was_asked(made: Made) -> None:
    """Origin: by hand: who did not wait is not asked for days: 4 of 4 answered, not 4 of 5; free text never counts."""
    made.questions[1]["asked_if"] = "waited is Yes"
    made.ask("words", "Words", "text")
    row = {"Did you wait?": "No", "How many days?": ""}
    rows = [[*(dict(zip(HEADER, REPLY, strict=True)) | c).values(), ""] for c in (row, row | {"A": ""})]
    made.export([*HEADER, "Words"], *[[str(n), *cells[1:]] for n, cells in enumerate(rows, start=1)])
    assert left(apply(made, {"rule": "partial", "least": 100})) == ["1"]


@pytest.mark.parametrize(("keep", "line"), [("first", 3), ("last", 5), ("fullest", 2)])
def test_same_respondent(made: Made, keep: str, line: int) -> None:
    """Origin: by hand: of line 2 (day 2, full), 3 (day 1, full but one) and 5 (day 3, full but one) one reply stays."""
    same = {"RespondentID": "x"}
    replies(
        made,
        same | {"End Date": "2020-02-02"},
        same | {"End Date": "2020-02-01", "A": ""},
        {},
        same | {"End Date": "2020-02-03", "B": ""},
    )
    responses = apply(made, {"rule": "same_respondent", "keep": keep})
    kept = responses.respondents.set_index("respondent")["line"]
    assert kept.to_dict() == {"x": line, "3": 4}
    assert counts(responses) == [("same_respondent", "excluded", 4, 2, 2)]


def test_equally_full_replies_leave_the_last(made: Made) -> None:
    """Origin: by hand: both are full; the later one came first in the file."""
    same = {"RespondentID": "x"}
    replies(made, same | {"End Date": "2020-02-03"}, same | {"End Date": "2020-02-01"})
    assert apply(made, {"rule": "same_respondent", "keep": "fullest"}).respondents["line"].tolist() == [2]


@pytest.mark.parametrize("keep", ["first", "last"])
def test_a_reply_without_a_time_gives_way(made: Made, keep: str) -> None:
    """Origin: by hand: of three replies two have no time; the one with a time stays."""
    same = {"RespondentID": "x"}
    replies(made, same | {"End Date": ""}, same, same | {"End Date": ""})
    assert apply(made, {"rule": "same_respondent", "keep": keep}).respondents["line"].tolist() == [3]


def test_without_times_the_order_of_the_file_counts(made: Made) -> None:
    """Origin: by hand."""
    same = {"RespondentID": "x", "End Date": "", "Start Date": ""}
    replies(made, same, same, same)
    assert apply(made, {"rule": "same_respondent", "keep": "first"}).respondents["line"].tolist() == [2]
    assert apply(made, {"rule": "same_respondent", "keep": "last"}).respondents["line"].tolist() == [4]


def test_respondents_without_a_key_are_not_the_same(made: Made) -> None:
    """Origin: by hand: blank keys are no key; such a reply is known by its line."""
    made.plan()["missing"] = {"not_answered": ["n/a"]}
    replies(made, {"RespondentID": ""}, {"RespondentID": ""}, {"RespondentID": "n/a"}, {"RespondentID": "N1"})
    responses = apply(made, {"rule": "same_respondent", "keep": "last"})
    assert left(responses) == ["line 2", "line 3", "line 4", "N1"]


def test_same_respondent_by_another_column(made: Made) -> None:
    """Origin: by hand: the practice code stands for the respondent."""
    replies(made, {"Practice code": "X1"}, {"Practice code": "X1"}, {"Practice code": ""}, {"Practice code": ""})
    assert left(apply(made, {"rule": "same_respondent", "column": "Practice code", "keep": "first"})) == ["1", "3", "4"]


def test_same_practice(made: Made) -> None:
    """Origin: by hand: small letters and a recode name the same practice; without a code nothing is the same."""
    made.plan()["recodes"] = [{"from": "XO1", "to": "X01", "item": "practice_code", "reason": "A letter O."}]
    made.plan()["missing"] = {"not_answered": ["n/a"]}
    codes = ("X01", "x01", "XO1", "X02", "", "", "n/a", "n/a")
    replies(made, *[{"Practice code": code} for code in codes])
    responses = apply(made, {"rule": "same_practice", "keep": "last"})
    assert left(responses) == ["3", "4", "5", "6", "7", "8"]
    assert counts(responses) == [("same_practice", "excluded", 8, 2, 6)]
    (step,) = [step for step in responses.flow.steps if step.kind == "recode"]
    assert step.count == 1


def test_impossible_values_leave_out_the_reply(made: Made) -> None:
    """Origin: by hand: below 0 and above 100; both ends are possible, and no answer is not impossible."""
    replies(made, *[{"How many days?": days} for days in ("-1", "0", "100", "101", "")])
    rule = {"rule": "impossible", "items": ["days"], "lowest": 0, "highest": 100}
    responses = apply(made, rule)
    assert left(responses) == ["2", "3", "5"]
    assert counts(responses) == [("impossible", "excluded", 5, 2, 3)]


def test_impossible_values_as_not_answered(made: Made) -> None:
    """Origin: by hand: the reply stays, the answer goes, and the count tells."""
    replies(made, *[{"How many days?": days} for days in ("5", "101", "7")])
    rule = {"rule": "impossible", "items": ["days"], "highest": 100, "then": "not_answered"}
    responses = apply(made, rule)
    assert answers_of(responses, "days") == ["5", "(not_answered)", "7"]
    assert counts(responses) == [("impossible", "set to not answered", 3, 1, 3)]


def test_straight_lining_is_flagged(made: Made) -> None:
    """Origin: by hand: three like answers; three blanks and three kinds of no opinion are none."""
    blank, unsure = dict.fromkeys("ABC", ""), dict.fromkeys("ABC", "Don't know")
    replies(made, dict.fromkeys("ABC", "Agree"), {}, blank, unsure, {"A": "Agree", "B": "Agree", "C": ""})
    responses = apply(made, {"rule": "straight_lining", "items": ["a", "b", "c"]})
    assert list(responses.respondents["flags"]) == ["straight_lining", "", "", "", ""]
    assert counts(responses) == [("straight_lining", "flagged", 5, 1, 5)]


def test_speeding_is_flagged(made: Made) -> None:
    """Origin: by hand: 59 and 60 seconds; without an end nothing can be said."""
    times = ("2020-02-01 10:00:59", "2020-02-01 10:01:00", "")
    replies(made, *[{"End Date": end} for end in times])
    responses = apply(made, {"rule": "speeding", "least": 60}, {"rule": "straight_lining", "items": ["a", "b", "c"]})
    assert list(responses.respondents["flags"]) == ["speeding", "", ""]


def test_two_flags(made: Made) -> None:
    """Origin: by hand: one reply has both, in the order of the rules."""
    replies(made, dict.fromkeys("ABC", "Agree") | {"End Date": "2020-02-01 10:00:01"})
    rules = ({"rule": "speeding", "least": 60}, {"rule": "straight_lining", "items": ["a", "b", "c"]})
    assert list(apply(made, *rules).respondents["flags"]) == ["speeding; straight_lining"]


def test_the_order_of_the_rules_matters(made: Made) -> None:
    """Origin: by hand: the later of two replies is partial: taken out first, the earlier stands; else neither does."""
    same = {"RespondentID": "x"}
    replies(made, same, same | dict.fromkeys("ABC", "") | {"End Date": "2020-02-02"})
    last, partial = {"rule": "same_respondent", "keep": "last"}, {"rule": "partial", "least": 50}
    assert len(apply(made, partial, last)) == 1
    assert len(apply(made, last, partial)) == 0


def test_each_excluded_row_has_its_reason(made: Made) -> None:
    """Origin: by hand: a blank row, a test row and a late one; the row is kept as JSON without personal details."""
    made.ask("words", "Words > Why?", "text")
    made.plan()["platform"] = "surveymonkey"
    head = [*HEADER, "Words", "First Name", "Words"]
    parts = [*["Response"] * len(HEADER), "Why?", "", "Who else?"]
    row = [*REPLY, "I am at made.up@example.org", "Fictional", "nobody"]
    made.plan()["ignored"] = ["Words > Who else?"]
    late = ["4", REPLY[1], "2021-01-01", *row[3:]]
    made.export(head, parts, ["1", *row[1:]], [""] * len(row), ["3", *REPLY[1:3], "TEST", *row[4:]], late)
    responses = apply(
        made,
        {"rule": "test_rows", "column": "practice_code", "values": ["TEST"]},
        {"rule": "outside_fieldwork"},
    )
    excluded = responses.excluded
    assert excluded[["line", "respondent", "rule", "reason"]].to_numpy().tolist() == [
        [4, "", "00-blank_rows", "The row holds no cell"],
        [5, "3", "01-test_rows", "reason 1"],
        [6, "4", "02-outside_fieldwork", "reason 2"],
    ]
    cells = json.loads(excluded["row"][2])
    assert cells["End Date"] == "2021-01-01"
    assert cells["Did you wait?"] == "Yes"
    assert cells["Words > Who else?"] == "nobody"
    assert cells["Words > Why?"].startswith("I am at ")
    assert "example.org" not in excluded["row"][2]
    assert "Fictional" not in excluded["row"][2]
    assert json.loads(excluded["row"][0]) == {}


def test_columns_of_one_name_are_all_kept_in_an_excluded_row(made: Made) -> None:
    """Origin: by hand: three columns under one header; the second and third are told apart by their number."""
    made.ask("ways", "Which ways?", "several")
    head = [*HEADER, "Which ways?", "Which ways?", "Which ways?"]
    made.export(head, [*REPLY, "Post", "", "Phone"], [*REPLY[:3], "TEST", *REPLY[4:], "Email", "Post", ""])
    responses = apply(made, {"rule": "test_rows", "column": "practice_code", "values": ["TEST"]})
    cells = json.loads(responses.excluded["row"][0])
    assert cells["Which ways?"] == "Email"
    assert cells["Which ways? (column 11)"] == "Post"


def test_the_flow_adds_up(made: Made) -> None:
    """Origin: by hand: seven rows: one blank, one test, two late, one the same respondent: two are analysed."""
    replies(
        made,
        {},
        dict.fromkeys(HEADER, ""),
        {"Practice code": "TEST"},
        {"End Date": "2021-01-01"},
        {"End Date": "2021-01-02"},
        {"RespondentID": "7"},
        {},
    )
    responses = apply(
        made,
        {"rule": "test_rows", "column": "practice_code", "values": ["TEST"]},
        {"rule": "outside_fieldwork"},
        {"rule": "same_respondent", "keep": "first"},
    )
    flow = responses.flow
    assert (flow.received, flow.analysed) == (7, 2)
    assert [(s.kind, s.rows_before, s.count, s.rows_after) for s in flow.excluded] == [
        ("blank_rows", 7, 1, 6),
        ("test_rows", 6, 1, 5),
        ("outside_fieldwork", 5, 2, 3),
        ("same_respondent", 3, 1, 2),
    ]


FEW = settings(STEADY, max_examples=25)
"""Each example reads and cleans two exports."""
RULES = (
    {"rule": "test_rows", "column": "practice_code", "values": ["TEST"]},
    {"rule": "outside_fieldwork"},
    {"rule": "partial", "least": 50},
    {"rule": "same_respondent", "keep": "last"},
    {"rule": "same_practice", "keep": "fullest"},
    {"rule": "impossible", "items": ["days"], "highest": 50},
)
ROW = st.fixed_dictionaries(
    {
        "RespondentID": st.sampled_from(["1", "2", "3", "4", "5"]),
        "Practice code": st.sampled_from(["X1", "X2", "TEST", ""]),
        "End Date": st.dates(pd.Timestamp("2019-11-01").date(), pd.Timestamp("2020-08-01").date()).map(str),
        "How many days?": st.sampled_from(["1", "30", "99", ""]),
        "A": st.sampled_from(["Agree", ""]),
        "B": st.sampled_from(["Agree", ""]),
        "C": st.sampled_from(["Agree", ""]),
        "Did you wait?": st.sampled_from(["Yes", ""]),
    }
)


@given(st.lists(ROW, min_size=1, max_size=8), st.permutations(RULES), st.data())
@FEW
def test_rows_in_are_rows_out_whatever_the_rules_and_the_order_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, str]],
    rules: list[dict[str, object]],
    data: st.DataObject,
) -> None:
    """Origin: the law, and that the order of the rows changes no count where no two replies came at one time."""
    made = survey(tmp_path_factory.getbasetemp() / "law")
    times = [{**row, "End Date": f"{row['End Date']} 10:{place:02d}"} for place, row in enumerate(rows)]
    replies(made, *times)
    rules = [*rules, {"rule": "same_respondent", "keep": "last"}]
    first = apply(made, *rules)
    replies(made, *data.draw(st.permutations(times)))
    second = apply(made, *rules)
    assert counts(second) == counts(first)
    assert sorted(left(second)) == sorted(left(first))
    for item in first.answers:
        assert sorted(answers_of(second, item)) == sorted(answers_of(first, item))
