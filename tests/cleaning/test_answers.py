"""From the columns of a question to its answers: one option, several, numbers, dates and own words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pcse_analysis.responses import tidy_responses
from tests.cleaning.made_exports import Made, answers_of, sentences, write_csv


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A survey without a question."""
    return Made(tmp_path)


def rows(*cells: str) -> list[list[str]]:
    """Replies with one cell each behind a number."""
    return [[str(number), cell] for number, cell in enumerate(cells, start=1)]


def test_one_option(made: Made) -> None:
    """Origin: by hand: options keep their order, those that are no opinion keep their text and their kind."""
    made.ask("feels", "How is it?", scale="agree")
    made.export(["RespondentID", "How is it?"], *rows("Agree", "Don't know", "", "Not applicable", "Prefer not to say"))
    responses = made.clean()
    assert answers_of(responses, "feels") == [
        "Agree",
        "(dont_know)",
        "(not_answered)",
        "(not_applicable)",
        "(prefer_not_to_say)",
    ]
    answers = responses.answers["feels"]
    assert answers.values == tuple(made.scales["agree"]["options"])  # type: ignore[arg-type]
    assert answers.codes.tolist() == [2, 3, -1, 4, 5]
    assert (answers.asked, answers.count("answered"), answers.count("dont_know")) == (5, 1, 1)


def test_a_value_for_missing_is_the_same_kind_without_a_text(made: Made) -> None:
    """Origin: by hand: the export has 'DK' where the questionnaire has no such option."""
    made.ask("waited", "Did you wait?")
    made.plan()["missing"] = {"dont_know": ["DK"], "not_asked": ["NA"]}
    made.export(["RespondentID", "Did you wait?"], *rows("Yes", "DK", "NA", ""))
    responses = made.clean()
    assert answers_of(responses, "waited") == ["Yes", "(dont_know)", "(not_asked)", "(not_answered)"]
    assert responses.answers["waited"].codes.tolist() == [0, -1, -1, -1]
    assert responses.answers["waited"].asked == 3


def test_own_words_in_the_column_of_the_options(made: Made) -> None:
    """Origin: by hand: what is no option stands behind 'Other', and the words are kept as a text, redacted."""
    made.ask("way", "Which way?", scale="ways")
    made.export(
        ["RespondentID", "Which way?"], *rows("Post", "by pigeon", "Other", "ask me at made.up@example.org", "")
    )
    responses = made.clean()
    assert answers_of(responses, "way") == ["Post", "Other", "Other", "Other", "(not_answered)"]
    words = answers_of(responses, "way_other")
    assert words[:3] == ["(not_answered)", "by pigeon", "(not_answered)"]
    assert words[3].startswith("ask me at ")
    assert "example.org" not in words[3]
    assert words[4] == "(not_answered)"


def test_own_words_in_a_column_beside_the_options(made: Made) -> None:
    """Origin: by hand: SurveyMonkey has the words in a column of their own."""
    made.ask("way", "Which way?", scale="ways")
    made.export(
        ["Respondent ID", "Which way?", ""],
        ["", "Response", "Other (please specify)"],
        ["1", "Post", ""],
        ["2", "Other", "by pigeon"],
        ["3", "", "none really"],
    )
    responses = made.clean()
    assert answers_of(responses, "way") == ["Post", "Other", "(not_answered)"]
    assert answers_of(responses, "way_other") == ["(not_answered)", "by pigeon", "none really"]


def test_own_words_in_both_places_are_kept(made: Made) -> None:
    """Origin: by hand: nothing of a reply is lost where two columns hold words."""
    made.ask("way", "Which way?", scale="ways")
    made.export(
        ["Respondent ID", "Which way?", "", ""],
        ["", "Response", "Other (please specify)", "And why?"],
        ["1", "by cart", "", ""],
        ["2", "Other", "by pigeon", "it is fast"],
        ["3", "Post", "", "it is cheap"],
    )
    responses = made.clean()
    assert answers_of(responses, "way") == ["Other", "Other", "Post"]
    assert answers_of(responses, "way_other") == ["by cart", "by pigeon; it is fast", "it is cheap"]


def test_words_beside_a_number_are_kept(made: Made) -> None:
    """Origin: by hand: a second column of a question that asks for a number."""
    made.ask("days", "How many days?", "number")
    made.export(
        ["Respondent ID", "How many days?", ""], ["", "Response", "Why?"], ["1", "3", "by pigeon"], ["2", "", ""]
    )
    responses = made.clean()
    assert answers_of(responses, "days") == ["3", "(not_answered)"]
    assert answers_of(responses, "days_other") == ["by pigeon", "(not_answered)"]


def test_several_options_in_one_cell(made: Made) -> None:
    """Origin: by hand: joined by commas, one option holds two of them; own words are kept apart."""
    made.ask("ways", "Which ways?", "several")
    made.export(
        ["Timestamp", "Which ways?"],
        ["2020-02-01 10:00", "Post, Email"],
        ["2020-02-01 10:01", "Email, phone or post"],
        ["2020-02-01 10:02", "Email, Post"],
        ["2020-02-01 10:03", "Post, by pigeon, or by cart"],
        ["2020-02-01 10:04", ""],
    )
    responses = made.clean()
    assert answers_of(responses, "ways") == [
        "Post; Email",
        "Email, phone or post",
        "Post; Email",
        "Post; Other",
        "(not_answered)",
    ]
    assert answers_of(responses, "ways_other")[3] == "by pigeon, or by cart"
    answers = responses.answers["ways"]
    assert answers.chosen is not None
    assert answers.chosen[answers.codes[:4]].sum(axis=0).tolist() == [3, 2, 0, 1, 1]


def test_options_that_are_none_without_an_open_one(made: Made) -> None:
    """Origin: by hand: 'Emial' is near an option; of the cell only that part is told."""
    made.scales["ways"].pop("other")
    made.ask("ways", "Which ways?", "several")
    made.export(["RespondentID", "Which ways?"], *rows("Post;Email", "Post;Emial"))
    (problem,) = made.mistakes()
    assert problem.line == 3
    assert problem.column == "Which ways?"
    assert problem.what == "found 'Emial', expected options of scale 'ways'   near 'Email'"


HEAD = ["Respondent ID", "Which ways?", "", "", ""]


@pytest.mark.parametrize(
    ("marks", "platform"),
    [
        (("Post", "", "Email", "", "Phone", ""), ""),
        (("1", "0", "1", "0", "1", "0"), ""),
        (("Yes", "No", "Yes", "No", "Yes", "No"), ""),
        (("Checked", "Unchecked", "Checked", "Unchecked", "Checked", "Unchecked"), ""),
        (("Selected", "Not selected", "Selected", "Not selected", "Selected", "Not selected"), ""),
        (("x", "", "x", "", "x", ""), ""),
    ],
)
def test_several_options_over_columns(made: Made, marks: tuple[str, ...], platform: str) -> None:
    """Origin: by hand: the option itself, or any of the marks that platforms write; own words come last."""
    made.ask("ways", "Which ways?", "several")
    a, no_a, b, no_b, c, no_c = marks
    made.export(
        HEAD,
        ["", "Post", "Email", "Phone", "Other"],
        ["1", a, b, no_c, ""],
        ["2", no_a, b, c, "by pigeon"],
        ["3", no_a, no_b, no_c, ""],
    )
    made.plan()["platform"] = "surveymonkey"
    responses = made.clean()
    none = "" if no_a else "(not_answered)"
    assert answers_of(responses, "ways") == ["Post; Email", "Email; Phone; Other", none]
    assert answers_of(responses, "ways_other") == ["(not_answered)", "by pigeon", "(not_answered)"]
    tidy = tidy_responses([responses])
    assert len(tidy) == 3 * 2


def test_several_options_over_columns_that_were_not_asked(made: Made) -> None:
    """Origin: by hand: every column says so, or why it was not answered; one that is chosen counts all the same."""
    made.ask("ways", "Which ways?", "several")
    made.plan()["missing"] = {"not_asked": ["NA"], "dont_know": ["DK"]}
    made.plan()["platform"] = "surveymonkey"
    made.export(
        HEAD[:4],
        ["", "Post", "Email", "Phone"],
        ["1", "NA", "NA", "NA"],
        ["2", "Post", "NA", "NA"],
        ["3", "DK", "DK", "DK"],
        ["4", "", "", ""],
    )
    responses = made.clean()
    assert answers_of(responses, "ways") == ["(not_asked)", "Post", "(dont_know)", "(not_answered)"]
    assert responses.answers["ways"].codes[[0, 2, 3]].tolist() == [-1, -1, -1]


def test_a_cell_with_the_option_of_another_column_is_not_taken(made: Made) -> None:
    """Origin: by hand: 'Email' below 'Post' means that the cells of the row are shifted."""
    made.ask("ways", "Which ways?", "several")
    made.plan()["platform"] = "surveymonkey"
    made.export(HEAD[:4], ["", "Post", "Email", "Phone"], ["1", "Post", "Email", ""], ["2", "Email", "Phone", ""])
    told = sentences(made.mistakes())
    assert len(told) == 2
    assert told[0].startswith("line 4, column 'Which ways? > Post': found 'Email'")


def test_options_in_columns_without_a_part(made: Made) -> None:
    """Origin: by hand: below blank headers each cell holds its option."""
    made.ask("ways", "Which ways?", "several")
    made.export(["Age", "Which ways?", "Column3", "Column4"], ["30", "", "Phone", "Post"], ["40", "Email", "", ""])
    made.ask("age", "Age", "number")
    assert answers_of(made.clean(), "ways") == ["Post; Phone", "Email"]


def test_several_options_in_one_cell_and_own_words_beside(made: Made) -> None:
    """Origin: by hand: Alchemer joins what was ticked in one column and has the words in another."""
    made.ask("ways", "Which ways?", "several")
    made.export(
        ["Time Started", "Date Submitted", "Which ways?", "Other - Write In:Which ways?"],
        ["2020-02-01", "2020-02-01", "Post;Email", ""],
        ["2020-02-01", "2020-02-01", "Email;Other", "by pigeon"],
        ["2020-02-01", "2020-02-01", "", "by cart"],
        ["2020-02-01", "2020-02-01", "", ""],
    )
    responses = made.clean()
    assert answers_of(responses, "ways") == ["Post; Email", "Email; Other", "(not_answered)", "(not_answered)"]
    assert answers_of(responses, "ways_other") == ["(not_answered)", "by pigeon", "by cart", "(not_answered)"]


def test_one_column_of_a_question_with_several_options(made: Made) -> None:
    """Origin: by hand: LimeSurvey gives a lone option a column with Yes and No."""
    made.scales["agreed"] = {"options": ["I agree"]}
    made.ask("agreed", "agreed[1]", "several", scale="agreed")
    made.export(["id. Response ID", "agreed[1]. Do you agree? [I agree]"], ["1", "Yes"], ["2", "No"], ["3", ""])
    assert answers_of(made.clean(), "agreed") == ["I agree", "", "(not_answered)"]


def test_several_options_by_codebook(made: Made) -> None:
    """Origin: by hand: Q2_2 is about label 2 of Q2; blank cells of a coded question are no answer."""
    made.ask("waited", "Q1")
    made.ask("ways", "Q2_*", "several")
    made.plan()["codebook"] = "key.csv"
    made.raw.mkdir(parents=True)
    key = [
        ["Q1", "Did you wait?"],
        ["1", "Yes"],
        ["2", "No"],
        ["", ""],
        ["Q2", "Which ways?"],
        ["1", "Post"],
        ["2", "Email"],
    ]
    write_csv(made.raw / "key.csv", key, encoding="utf-8-sig")
    made.export(["URN", "Q1", "Q2_1", "Q2_2"], ["a", "1", "0", "1"], ["b", "", "1", "1"], ["c", "2", "0", "0"])
    responses = made.clean()
    assert answers_of(responses, "waited") == ["Yes", "(not_answered)", "No"]
    assert answers_of(responses, "ways") == ["Email", "Post; Email", ""]


def test_a_codebook_as_a_table(made: Made) -> None:
    """Origin: by hand."""
    made.ask("waited", "Q1")
    made.plan()["codebook"] = "key.csv"
    made.raw.mkdir(parents=True)
    write_csv(made.raw / "key.csv", [["column", "code", "label"], ["Q1", "1", "Yes"], ["Q1", "2", "No"]])
    made.export(["URN", "Q1"], ["a", "1"], ["b", "2"])
    made.plan()["platform"] = "jisc"
    assert answers_of(made.clean(), "waited") == ["Yes", "No"]


def test_a_lone_dont_know_is_no_opinion(made: Made) -> None:
    """Origin: by hand: beside another option it is one of those chosen."""
    made.scales["ways"] = {"options": ["Post", "Email", "Don't know"], "dont_know": ["Don't know"]}
    made.ask("ways", "Which ways?", "several")
    made.export(["RespondentID", "Which ways?"], *rows("Post", "Don't know", "Email;Don't know"))
    assert answers_of(made.clean(), "ways") == ["Post", "(dont_know)", "Email; Don't know"]


def test_numbers(made: Made) -> None:
    """Origin: by hand: values rise, equal numbers are one value, and blanks are not answered."""
    made.ask("days", "How many days?", "number")
    made.export(["RespondentID", "How many days?"], *rows("12", "3.0", "", "1,200", "3", "-1"))
    responses = made.clean()
    assert answers_of(responses, "days") == ["12", "3", "(not_answered)", "1200", "3", "-1"]
    numbers = responses.answers["days"].numbers
    assert numbers is not None
    assert numbers.tolist() == [-1.0, 3.0, 12.0, 1200.0]
    tidy = tidy_responses([responses])
    assert tidy["number"].tolist()[:2] == [12.0, 3.0]
    assert np.isnan(tidy["number"][2])


def test_dates(made: Made) -> None:
    """Origin: by hand: days as year-month-day, one for two moments of a day; 43892 is 2 March 2020."""
    made.ask("came", "When?", "date")
    made.export(["RespondentID", "When?"], *rows("25/02/2020", "02/03/2020 10:00", "", "43892", "2020-03-02"))
    responses = made.clean()
    assert answers_of(responses, "came") == ["2020-02-25", "2020-03-02", "(not_answered)", "2020-03-02", "2020-03-02"]
    assert responses.answers["came"].values == ("2020-02-25", "2020-03-02")


def test_dates_of_a_question_whose_order_cannot_be_told(made: Made) -> None:
    """Origin: by hand; the dates themselves are answers and are not shown."""
    made.ask("came", "When?", "date")
    made.export(["RespondentID", "When?"], *rows("01/02/2020", "", "03/04/2020"))
    (problem,) = made.mistakes()
    assert (problem.line, problem.column) == (2, "When?")
    assert "can be read with the day or the month first" in problem.what
    assert "2020" not in problem.what
    made.plan()["dates"] = "month-first"
    assert answers_of(made.clean(), "came") == ["2020-01-02", "(not_answered)", "2020-03-04"]


def test_delay_bands_are_options_in_order(made: Made) -> None:
    """Origin: by hand: bands are the ends of options, which stay options."""
    made.ask("wait", "How long?", scale="delay")
    made.export(["RespondentID", "How long?"], *rows("8 to 14 days", "Up to a week", "More than 14 days"))
    responses = made.clean()
    assert responses.answers["wait"].codes.tolist() == [1, 0, 2]
    scale = made.catalogue().surveys["made"].scales["delay"]
    assert scale.bands == {"Up to a week": (0, 7), "8 to 14 days": (8, 14), "More than 14 days": (15, None)}


def test_free_text_is_redacted_and_counted(made: Made) -> None:
    """Origin: by hand: one address in two cells of the same text, which counts once, and one text without."""
    made.ask("words", "In your own words", "text")
    text = "write to made.up@example.org"
    made.export(["RespondentID", "In your own words"], *rows(text, "fine", text, ""))
    responses = made.clean()
    assert answers_of(responses, "words")[1::2] == ["fine", "(not_answered)"]
    assert not any("example.org" in value for value in responses.answers["words"].values)
    assert list(responses.texts["text"]) == [
        answers_of(responses, "words")[0],
        "fine",
        answers_of(responses, "words")[0],
    ]
    (step,) = [step for step in responses.flow.steps if step.kind == "redacted"]
    assert step.count == 1


def test_spss_file_through_the_whole_way(made: Made) -> None:
    """Origin: by hand: labels become options, and a user-missing 'Don't know' stays one."""
    made.ask("feels", "q1", scale="agree")
    made.ask("age", "How old?", "number")
    made.plan()["file"] = "replies.sav"
    made.plan()["missing"] = {"prefer_not_to_say": ["Refused"]}
    made.raw.mkdir(parents=True)
    pyreadstat.write_sav(
        pd.DataFrame({"q1": [1.0, 3.0, 9.0, None], "age": [40.0, 99.0, 41.0, 42.0]}),
        str(made.raw / "replies.sav"),
        column_labels=["How is it?", "How old?"],
        variable_value_labels={"q1": {1: "Agree", 3: "Disagree", 9: "Don't know"}, "age": {99: "Refused"}},
        missing_ranges={"q1": [9], "age": [99]},
    )
    responses = made.clean()
    assert answers_of(responses, "feels") == ["Agree", "Disagree", "(dont_know)", "(not_answered)"]
    assert answers_of(responses, "age") == ["40", "(prefer_not_to_say)", "41", "42"]


def test_tidy_frame_has_a_row_for_each_respondent_and_question(made: Made) -> None:
    """Origin: by hand: three replies, two questions, and the own words of one of them: nine rows."""
    made.ask("waited", "Did you wait?")
    made.ask("way", "Which way?", scale="ways")
    header = ["RespondentID", "Did you wait?", "Which way?"]
    made.export(header, ["a", "Yes", "Post"], ["b", "No", "by cart"], ["c", "", ""])
    tidy = tidy_responses([made.clean()])
    assert len(tidy) == 9
    assert tidy.groupby("item", observed=True).size().to_dict() == {"waited": 3, "way": 3, "way_other": 3}
    assert tidy.groupby("state", observed=True).size().to_dict() == {"answered": 5, "not_answered": 4}
    wide = tidy.pivot(index="respondent", columns="item", values="answer")[["waited", "way", "way_other"]]
    assert wide.loc["b"].tolist() == ["No", "Other", "by cart"]
    assert wide.loc["c"].isna().all()
