"""What an export that nobody has described yet seems to hold, and that its draft alone gives clean replies.

Origin of every expected kind and option: chosen by the one who wrote the twenty replies of each export.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pcse_analysis.catalogue.platforms import read_platforms
from pcse_analysis.catalogue.survey import read_survey
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.cleaning.draft import Wanted, draft_files
from pcse_analysis.cleaning.exports import Export
from pcse_analysis.cleaning.inspection import Inspection, Seen, inspect
from pcse_analysis.cleaning.survey import clean_export
from pcse_analysis.errors import Problems
from pcse_analysis.responses import Responses
from tests.cleaning.made_exports import Made, answers_of, check_rows, read, sentences, write_csv
from tests.conftest import run_pcse

WANTED = Wanted(survey="mine", wave="2020", group="practice", service_line="supplies", file="x.csv", sha256="0" * 64)
COUNT = 20
WAYS = (
    *("Post, Email", "Email", "Phone", "Post, Phone", "Email, Phone", "Post"),
    *("Fax, Post", "Fax, Email", "Fax", "Phone, Fax", "Post, Email, Phone"),
)
"""Eleven combinations of four options: too many for twenty replies to be options themselves."""


def repeated(*cells: str) -> list[str]:
    """Twenty cells, the given ones over and over."""
    return [cells[place % len(cells)] for place in range(COUNT)]


def export_of(folder: Path, *columns: Sequence[str], depth: int = 1) -> Export:
    """An export of columns, each its header cells and then a cell for each reply."""
    assert {len(column) for column in columns} == {depth + COUNT}
    path = write_csv(folder / "x.csv", zip(*columns, strict=True))
    problems = Problems()
    export = read(folder, path, problems)
    assert export is not None, sentences(problems.found)
    return export


def numbers(*header: str) -> list[str]:
    """A column of keys."""
    return [*header, *map(str, range(1, COUNT + 1))]


def kinds(seen: Inspection) -> dict[str, str]:
    """The kind of each question, by item."""
    return {question.item: question.kind for question in seen.questions}


def question(seen: Inspection, item: str) -> Seen:
    """One question."""
    return next(question for question in seen.questions if question.item == item)


def drafted(seen: Inspection, folder: Path, known: Survey | None = None) -> Survey:
    """The survey that the draft describes, its gaps filled; the catalogue takes it."""
    for name, text in draft_files(seen, WANTED, known).items():
        path = folder / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        filled = text.replace("dates: TO FILL IN", "dates: day-first").replace("TO FILL IN", "made up")
        path.write_text(filled, encoding="utf-8")
    problems = Problems()
    survey = read_survey(folder / "mine", "mine", ["supplies"], read_platforms(folder, problems), problems)
    assert not problems.found, sentences(problems.found)
    return survey


def cleaned(seen: Inspection, folder: Path) -> Responses:
    """The replies of the export by its own draft."""
    survey, problems = drafted(seen, folder), Problems()
    wave = survey.waves["2020"]
    plan = replace(wave.exports["replies"], sha256="")
    found = clean_export(survey, wave, plan, folder, read_platforms(folder, problems), None, problems)
    assert found is not None, sentences(problems.found)
    check_rows(found)
    return found


def test_surveymonkey(tmp_path: Path) -> None:
    """Origin: by hand: one answer with own words beside, several over columns of which one is never chosen."""
    export = export_of(
        tmp_path,
        numbers("Respondent ID", ""),
        ["Start Date", "", *repeated("2020-02-01")],
        ["Email Address", "", *repeated("made.up@example.org")],
        ["Which way?", "Response", *repeated("Post", "Email", "Other")],
        ["", "Other (please specify)", *repeated("", "", "by pigeon")],
        ["What went wrong?", "Late", *repeated("Late", "")],
        ["", "Lost", *repeated("", "", "", "Lost")],
        ["", "Burnt", *repeated("")],
        ["How many days?", "Open-Ended Response", *repeated("3", "12", "")],
        ["When?", "Open-Ended Response", *repeated("2020-02-03", "2020-02-14")],
        ["Words", "Open-Ended Response", *[f"my words {place}" for place in range(COUNT)]],
        ["Weight", "Response", *repeated("0.5", "2")],
        ["", "", *repeated("")],
        depth=2,
    )
    seen = inspect(export, {}, {})
    assert seen.roles == {"respondent": "Respondent ID", "started": "Start Date", "weight": "Weight"}
    assert seen.private == ("Email Address",)
    assert kinds(seen) == {
        "which_way": "one",
        "what_went_wrong": "several",
        "how_many_days": "number",
        "when": "date",
        "words": "text",
    }
    assert question(seen, "what_went_wrong").options == ("Late", "Lost", "Burnt")
    assert set(question(seen, "which_way").options) == {"Post", "Email", "Other"}
    found = cleaned(seen, tmp_path)
    assert len(found) == COUNT
    assert answers_of(found, "which_way")[:3] == ["Post", "Email", "Other"]
    assert answers_of(found, "which_way_other")[:3] == ["(not_answered)", "(not_answered)", "by pigeon"]
    assert answers_of(found, "what_went_wrong")[:4] == ["Late", "(not_answered)", "Late", "Lost"]
    assert found.weights is not None


def test_google_forms(tmp_path: Path) -> None:
    """Origin: by hand: a grid on a known scale, whose order is the scale's, and options joined by commas."""
    export = export_of(
        tmp_path,
        ["Timestamp", *repeated("2020/02/01 10:00:00 AM EST")],
        ["How is it? [Fast]", *repeated("Agree", "Strongly agree", "Disagree", "Not applicable")],
        ["How is it? [Kind]", *repeated("Disagree", "Agree", "Strongly agree", "Not applicable")],
        ["Which ways?", *repeated(*WAYS)],
    )
    seen = inspect(export, {}, {})
    assert kinds(seen) == {"fast": "one", "kind": "one", "which_ways": "several"}
    survey = drafted(seen, tmp_path)
    scale = survey.scales[survey.questions["fast", "2020"].scale]
    assert scale.options == ("Disagree", "Agree", "Strongly agree", "Not applicable")
    assert scale.not_applicable == ("Not applicable",)
    assert survey.questions["kind", "2020"].scale == scale.id
    ways = answers_of(cleaned(seen, tmp_path), "which_ways")
    assert [set(way.split("; ")) for way in ways] == [set(way.split(", ")) for way in repeated(*WAYS)]


def test_alchemer(tmp_path: Path) -> None:
    """Origin: by hand: options joined in one column, and own words beside behind the option of that name."""
    write_in = "Other - Write In"
    export = export_of(
        tmp_path,
        ["Time Started", *repeated("2020-02-01 10:00:00")],
        ["Date Submitted", *repeated("2020-02-01 10:05:00")],
        ["Which ways?", *repeated("Post;Email", "Email", "Post", f"Post;{write_in}", write_in)],
        [f"{write_in}:Which ways?", *repeated("", "", "", "by pigeon", "by cart")],
    )
    seen = inspect(export, {}, {})
    assert kinds(seen) == {"which_ways": "several"}
    assert set(question(seen, "which_ways").options) == {"Post", "Email", write_in}
    assert question(seen, "which_ways").other == write_in
    found = cleaned(seen, tmp_path)
    ways = [set(way.split("; ")) for way in answers_of(found, "which_ways")[:4]]
    assert ways == [{"Post", "Email"}, {"Email"}, {"Post"}, {"Post", write_in}]
    assert answers_of(found, "which_ways_other")[2:4] == ["(not_answered)", "by pigeon"]


def test_qualtrics_with_choices_by_number(tmp_path: Path) -> None:
    """Origin: by hand: each choice has a column with 1, its text behind the question; a grid has the same form."""
    export = export_of(
        tmp_path,
        ["ResponseId", "Response ID", '{"ImportId":"_recordId"}', *(f"R_{place}" for place in range(COUNT))],
        ["Q2_1", "Which ways? - Post", '{"ImportId":"QID2_1"}', *repeated("1", "")],
        ["Q2_2", "Which ways? - Email", '{"ImportId":"QID2_2"}', *repeated("", "", "1", "1")],
        ["Q3_1", "How is it? - Fast", '{"ImportId":"QID3_1"}', *repeated("1", "2", "3")],
        ["Q3_2", "How is it? - Kind", '{"ImportId":"QID3_2"}', *repeated("3", "1", "2")],
        depth=3,
    )
    seen = inspect(export, {}, {})
    assert kinds(seen) == {"q2": "several", "q3_1": "number", "q3_2": "number"}
    assert question(seen, "q2").options == ("Post", "Email")
    assert question(seen, "q2").wording == "Which ways?"
    assert answers_of(cleaned(seen, tmp_path), "q2")[:4] == ["Post", "(not_answered)", "Post; Email", "Email"]


def test_jisc_with_its_codebook(tmp_path: Path) -> None:
    """Origin: by hand: codes become the labels and texts of the codebook."""
    labels = {
        "Q1": {"": "Did you wait?", "1": "Yes", "2": "No"},
        "Q2": {"": "Which ways?", "1": "Post", "2": "Email"},
    }
    export = export_of(
        tmp_path,
        numbers("URN"),
        ["Q1", *repeated("1", "2", "")],
        ["Q2_1", *repeated("1", "0")],
        ["Q2_2", *repeated("0", "1", "1")],
    )
    seen = inspect(export, {code: texts[""] for code, texts in labels.items()}, labels)
    assert [(q.wording, q.kind, set(q.options)) for q in seen.questions] == [
        ("Did you wait?", "one", {"Yes", "No"}),
        ("Which ways?", "several", {"Post", "Email"}),
    ]
    assert question(seen, "q2").header == "Q2_*"


def test_the_draft_names_export_and_codebook_by_their_folder(tmp_path: Path) -> None:
    """Origin: by hand: both lie in a folder below the raw data; the check of the draft then finds them there."""
    made = Made(tmp_path)
    made.ask("waited", "Did you wait?")
    made.export(["Did you wait?"], ["Yes"])
    made.write()
    folder = made.raw / "new"
    folder.mkdir()
    export = write_csv(folder / "x.csv", [["URN", "Q1"], *zip(numbers()[:4], "1212", strict=True)])
    key = write_csv(folder / "key.csv", [["Q1", "Did you wait?"], ["1", "Yes"], ["2", "No"]])
    words = ("--project", made.root, "--survey", "mine", "--wave", "2020", "--service-line", "supplies")
    ended = run_pcse("wave", "inspect", export, *words, "--platform", "jisc", "--codebook", key)
    assert (ended.code, ended.err) == (0, "")
    wave = (made.root / "data/catalogue/surveys/mine/waves/2020.yaml").read_text(encoding="utf-8")
    assert "file: new/x.csv\n" in wave
    assert "codebook: new/key.csv\n" in wave


def test_codes_that_only_begin_alike_are_not_one_question(tmp_path: Path) -> None:
    """Origin: by hand: Q3_3 holds two values, so that Q3_1 and Q3_2 are no options of one question either."""
    ids = ["ResponseId", "Q3_1", "Q3_2", "Q3_3"]
    export = export_of(
        tmp_path,
        numbers(ids[0], "Response ID", '{"ImportId":"_recordId"}'),
        *(
            [code, f"How is {word}?", f'{{"ImportId":"{code}"}}', *cells]
            for code, word, cells in zip(
                ids[1:],
                ("it", "he", "she"),
                (repeated("Good"), repeated("Good"), repeated("Good", "Bad")),
                strict=True,
            )
        ),
        depth=3,
    )
    seen = inspect(export, {}, {})
    assert kinds(seen) == {"q3_1": "one", "q3_2": "one", "q3_3": "one"}
    assert len(cleaned(seen, tmp_path)) == COUNT


def test_columns_of_one_code_and_one_text_are_named_by_number(tmp_path: Path) -> None:
    """Origin: by hand: two columns that nothing tells apart but their place, between others of the question."""
    export = export_of(
        tmp_path,
        numbers("Respondent ID", ""),
        ["Which?", "A", *repeated("1", "2", "3")],
        ["", "B", *repeated("4", "5")],
        ["", "B", *repeated("6", "7")],
        ["Did you?", "Response", *repeated("Yes", "No")],
        depth=2,
    )
    seen = inspect(export, {}, {})
    headers = [question.header for question in seen.questions]
    assert headers == ["Which? > A", "(column 3)", "(column 4)", "Did you?"]
    found = cleaned(seen, tmp_path)
    assert [answers_of(found, question.item)[0] for question in seen.questions] == ["1", "4", "6", "Yes"]


def test_a_survey_of_numbers_has_a_file_of_scales_too(tmp_path: Path) -> None:
    """Origin: by hand: no question has options, and the catalogue expects the file."""
    export = export_of(tmp_path, numbers("RespondentID"), ["Days", *repeated("1", "2", "5")])
    seen = inspect(export, {}, {})
    assert kinds(seen) == {"days": "number"}
    assert "scales.yaml" in draft_files(seen, WANTED, None)
    assert len(cleaned(seen, tmp_path)) == COUNT


def test_dates_that_can_be_read_both_ways_are_to_be_filled_in(tmp_path: Path) -> None:
    """Origin: by hand: every start is of the first twelve days."""
    start = ["Start Date", *[f"0{1 + place % 9}/03/2020" for place in range(COUNT)]]
    export = export_of(tmp_path, numbers("RespondentID"), start, ["Did you?", *repeated("Yes", "No")])
    seen = inspect(export, {}, {})
    assert seen.dates == "every date can be read with the day first or the month first"
    assert "dates: TO FILL IN" in draft_files(seen, WANTED, None)["waves/2020.yaml"]


def test_columns_of_a_practice_are_found(tmp_path: Path) -> None:
    """Origin: by hand: code, name and postcode of a practice are no questions."""
    export = export_of(
        tmp_path,
        ["Your ODS code?", *repeated("X00001", "X00002")],
        ["Name of your practice", *repeated("First", "Second")],
        ["Post code", *repeated("ZZ1 1AA", "ZZ1 1BB")],
        ["Did you?", *repeated("Yes", "No")],
    )
    seen = inspect(export, {}, {})
    assert seen.roles == {
        "practice_code": "Your ODS code?",
        "practice_name": "Name of your practice",
        "practice_postcode": "Post code",
    }
    assert kinds(seen) == {"did_you": "one"}


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (repeated("Yes", "No"), "one"),
        (repeated("1", "2", "3"), "number"),
        (repeated("£1,200", "3.5"), "number"),
        (repeated("2020-02-01", "1 March 2020"), "date"),
        ([f"text {place}" for place in range(COUNT)], "text"),
        (repeated(*(way.replace(", ", ";") for way in WAYS)), "several"),
        (repeated("A" * 200, "B"), "text"),
    ],
)
def test_the_kind_of_a_column(tmp_path: Path, cells: list[str], kind: str) -> None:
    """Origin: by hand: what repeats is an option, what is long or differs was written by respondents."""
    export = export_of(tmp_path, numbers("RespondentID"), ["What?", *cells])
    assert kinds(inspect(export, {}, {})) == {"what": kind}


def test_a_further_wave_keeps_items_labels_and_scales(tmp_path: Path) -> None:
    """Origin: by hand: two questions of the wave before keep what the catalogue calls them; the third is new."""
    made = Made(tmp_path / "earlier")
    made.ask("waited_long", "Did you wait?")
    made.ask("agrees", "How is it?", scale="agree")
    made.questions[0]["label"] = "Waited"
    known = made.catalogue().surveys["made"]
    export = export_of(
        tmp_path,
        numbers("RespondentID"),
        ["Did you wait?", *repeated("Yes", "No")],
        ["How is it?", *repeated("Agree", "Disagree", "Don't know")],
        ["And now?", *repeated("Better", "Worse")],
    )
    files = draft_files(inspect(export, {}, {}), replace(WANTED, wave="2021"), known)
    rows = csv.DictReader(io.StringIO(files["questions.csv"]))
    assert [(row["item"], row["label"], row["scale"]) for row in rows] == [
        ("waited_long", "Waited", "yes_no"),
        ("agrees", "agrees", "agree"),
        ("and_now", "And now?", "and_now_options"),
    ]
    assert set(files) == {"questions.csv", "scales.yaml", "waves/2021.yaml"}
