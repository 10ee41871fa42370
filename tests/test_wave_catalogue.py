"""Mistakes in what a project says of a wave: its questions, scales, exports and platforms, each told at its line.

Origin of every message: written by hand for one mistake in a catalogue that is otherwise right.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.platforms import read_platforms
from pcse_analysis.catalogue.raw import Condition, Recode
from pcse_analysis.errors import Problem, Problems
from tests.cleaning.made_exports import SURVEY, WAVE_FILE, Made, sentences


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A survey with one export: a yes or no, a number, several options, an opinion."""
    project = Made(tmp_path)
    project.ask_each_kind()
    return project


def only(made: Made) -> Problem:
    """The one mistake in the catalogue."""
    problems = made.catalogue_mistakes()
    assert len(problems) == 1, sentences(problems)
    return problems[0]


def line_with(made: Made, text: str, file: str = WAVE_FILE) -> int:
    """The line of a file on which a text stands."""
    lines = (made.root / file).read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, start=1) if text in line]
    return number


def test_the_catalogue_without_a_mistake(made: Made) -> None:
    """Origin: by hand: what was written is what is read."""
    made.plan()["columns"] = {"weight": "Wt"}
    made.plan()["recodes"] = [{"from": "Ys", "to": "Yes", "item": "waited", "reason": "A slip."}]
    made.plan()["missing"] = {"dont_know": ["DK"], "not_asked": ["NA", ""]}
    plan = made.plan_as_read()
    assert plan.headers == {
        "waited": "Did you wait?",
        "days": "How many days?",
        "ways": "Which ways?",
        "feels": "How is it?",
    }
    assert plan.missing == {"DK": "dont_know", "NA": "not_asked", "": "not_asked"}
    (recode,) = plan.recodes
    assert recode == Recode(
        items=("waited",), found="Ys", meant="Yes", reason="A slip.", line=line_with(made, "from: Ys")
    )
    assert plan.line("headers", "days") == line_with(made, "days: How many days?")
    assert plan.line("columns", "weight") == line_with(made, "weight: Wt")
    assert plan.line("headers", "nothing") == line_with(made, "headers:")
    question = made.catalogue().surveys["made"].questions["days", "2020"]
    assert question.asked_if == (Condition(item="waited", options=("Yes",)),)


@pytest.mark.parametrize(
    ("change", "near", "what"),
    [
        ({"file": "../secret.csv"}, "file:", "'file': expected a path inside the folder of raw data, without '..'"),
        ({"file": "/etc/hosts"}, "file:", "'file': expected a path inside the folder of raw data, without '..'"),
        ({"codebook": "a/../../b.csv"}, "codebook:", "'codebook': expected a path inside the folder of raw data"),
        (
            {"group": "practise"},
            "group:",
            "'group': found 'practise', expected a group of this survey   near 'practice'",
        ),
        ({"platform": "surveymonky"}, "platform:", "expected a platform   near 'surveymonkey'"),
        ({"sha256": "abc"}, "sha256:", "'sha256' should be 64 hexadecimal digits in lower case"),
        ({"dates": "day first"}, "dates:", "expected an order of dates   near 'day-first'"),
        ({"off_route": "drop"}, "off_route:", "'off_route': found 'drop', expected what to do"),
        ({"column": {"weight": "Wt"}}, "column:", "'column' is not a name of this file   near 'columns'"),
        ({"columns": {"wieght": "Wt"}}, "wieght:", "'wieght' is not a name of this file   near 'weight'"),
        ({"columns": {"weight": " "}}, "weight:", "'weight' should name a column of the export"),
        ({"columns": ["Wt"]}, "columns:", "'columns' should hold 'name: value' lines"),
        ({"ignored": "Collector"}, "ignored:", "'ignored' should be a list of texts"),
        ({"missing": {"unknown": ["DK"]}}, "unknown:", "'unknown' is not a name of this file; expected not_asked"),
        ({"missing": {"dont_know": ["x"], "not_asked": ["x"]}}, "dont_know:", "'x' is listed as two kinds of missing"),
    ],
)
def test_an_export(made: Made, change: dict[str, object], near: str, what: str) -> None:
    """Origin: by hand."""
    made.plan().update(change)
    problem = only(made)
    assert what in problem.what
    assert (problem.file, problem.line) == (WAVE_FILE, line_with(made, near))


def test_headers_of_questions_that_are_not_there(made: Made) -> None:
    """Origin: by hand: an item that questions.csv does not have, one without a column, one without a name."""
    made.plan()["headers"] = {"wated": "Did you wait?", "days": "", "ways": "Which ways?", "feels": "How is it?"}
    problems = made.catalogue_mistakes()
    wated = line_with(made, "wated:")
    assert sentences(problems) == [
        f"line {wated}: 'wated' is not an item that questions.csv has for wave 2020   near 'waited'",
        f"line {line_with(made, 'days:')}: 'days' should name a column of the export",
        "'waited' of wave 2020 stands under 'headers' of no export",
        f"line {line_with(made, 'days:')}: the route to 'days' starts at 'waited', for which 'replies' has no column",
    ]
    assert problems[2].file == f"{SURVEY}/questions.csv"


def test_a_question_of_another_group(made: Made) -> None:
    """Origin: by hand."""
    made.questions[3]["asked_of"] = "doctor"
    problem = only(made)
    assert problem.what == "'feels' is asked of 'doctor' in questions.csv, and export 'replies' is of 'practice'"
    assert problem.line == line_with(made, "feels: How is it?")


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"rule": "partal", "least": 50}, "'rule': found 'partal', expected a rule   near 'partial'"),
        ({"rule": "partial"}, "a rule 'partial' needs 'least'"),
        (
            {"rule": "partial", "least": 0},
            "'least' of a rule 'partial' is a percentage of the questions asked, 1 to 100",
        ),
        ({"rule": "partial", "least": 101}, "'least' of a rule 'partial' is a percentage"),
        ({"rule": "partial", "least": "half"}, "'least': found 'half', expected a number"),
        ({"rule": "partial", "least": 50, "items": ["days"]}, "a rule 'partial' has no 'items'"),
        ({"rule": "speeding", "least": -60}, "'least' of a rule 'speeding' is a number of seconds above 0"),
        ({"rule": "test_rows", "column": "x"}, "a rule 'test_rows' needs 'values'"),
        ({"rule": "test_rows", "column": "x", "values": []}, "'values' of a rule 'test_rows' is empty"),
        ({"rule": "impossible", "items": ["days"]}, "a rule 'impossible' needs 'lowest' or 'highest' or both"),
        ({"rule": "impossible", "items": [], "lowest": 1}, "'items' of a rule 'impossible' is empty"),
        ({"rule": "impossible", "items": ["days"], "lowest": 9, "highest": 1}, "'lowest' is above 'highest'"),
        ({"rule": "impossible", "items": ["dayz"], "lowest": 1}, "expected an item of this wave   near 'days'"),
        ({"rule": "same_respondent", "keep": "newest"}, "'keep': found 'newest', expected which to keep"),
        ({"rule": "same_practice"}, "a rule 'same_practice' needs 'keep'"),
        ({"rule": "outside_fieldwork", "reasons": "x"}, "'reasons' is not a name of this file   near 'reason'"),
    ],
)
def test_a_rule(made: Made, rule: dict[str, object], what: str) -> None:
    """Origin: by hand; the second rule of the export is right, and keeps its number."""
    right = {"rule": "outside_fieldwork", "reason": "Came too late."}
    made.plan()["rules"] = [rule | {"reason": "Made up."}, right]
    problems = made.catalogue_mistakes()
    assert what in problems[0].what
    assert len(problems) == 1 or rule["rule"] == "partal", sentences(problems)
    assert problems[0].file == WAVE_FILE
    lines = (made.root / WAVE_FILE).read_text(encoding="utf-8").splitlines()
    rules = [number for number, line in enumerate(lines, start=1) if line.strip().startswith("- rule: ")]
    assert rules[0] <= (problems[0].line or 0) < rules[1]


def test_a_rule_or_recode_without_a_reason(made: Made) -> None:
    """Origin: by hand: nothing is repaired or left out without one."""
    made.plan()["rules"] = [{"rule": "outside_fieldwork"}]
    made.plan()["recodes"] = [{"from": "Ys", "to": "Yes"}]
    assert [p.what for p in made.catalogue_mistakes()] == ["'reason' is missing", "'reason' is missing"]


@pytest.mark.parametrize(
    ("recodes", "what"),
    [
        ([("Ys", "Yse", "waited")], "'to' of 'waited': found 'Yse', expected an option of scale 'yes_no'   near 'Yes'"),
        ([("Ys", "Yes", "wated")], "expected an item of this wave   near 'waited'"),
        ([("Ys", "Yes", "waited"), ("Ys ", "No", "waited")], "'Ys ' is recoded in line"),
        ([("Ys", "Yes", ""), ("Ys", "No", "")], "'Ys' is recoded in line"),
    ],
)
def test_a_recode(made: Made, recodes: list[tuple[str, str, str]], what: str) -> None:
    """Origin: by hand: a recode must lead somewhere, and only one way."""
    made.plan()["recodes"] = [
        {"from": found, "to": meant, "reason": "A slip."} | ({"item": item} if item else {})
        for found, meant, item in recodes
    ]
    problem = only(made)
    assert what in problem.what
    assert problem.file == WAVE_FILE


def test_recodes_that_are_right(made: Made) -> None:
    """Origin: by hand: for one question and for all, to nothing, to a kind of missing, of a role, of a number."""
    made.plan()["missing"] = {"dont_know": ["DK"]}
    pairs = [
        ("Ys", "Yes", "waited"),
        ("Ys", "No", ""),
        ("?", "", "waited"),
        ("??", "DK", "waited"),
        ("ten", "10", "days"),
    ]
    pairs += [("yesterday", "2020-01-01", "ended"), ("post/email", "Post;Email", "ways")]
    made.plan()["recodes"] = [
        {"from": found, "to": meant, "reason": "A slip."} | ({"item": item} if item else {})
        for found, meant, item in pairs
    ]
    assert len(made.plan_as_read().recodes) == 7


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("kind", "ones", "found 'ones', expected a kind of question   near 'one'"),
        ("scale", "yesno", "found 'yesno', expected a scale of this survey   near 'yes_no'"),
        ("asked_if", "feels = Agree", "found 'feels = Agree', expected an item, the word 'is', and options"),
        ("asked_if", "feelz is Agree", "found 'feelz', expected another item of wave 2020   near 'feels'"),
        ("asked_if", "feels is Agre", "found 'Agre', expected an option of scale 'agree'   near 'Agree'"),
        ("asked_if", "days is 3", "'days' has no options to be routed by"),
        ("asked_if", "waited is Yes", "found 'waited', expected another item of wave 2020"),
        ("asked_if", "feels is Agree && Disagree", "expected an item, the word 'is', and options"),
    ],
)
def test_a_question(made: Made, column: str, value: str, what: str) -> None:
    """Origin: by hand; the first question stands on line 2, and nothing is routed by it."""
    made.questions[1]["asked_if"] = ""
    made.questions[0][column] = value
    problem = only(made)
    assert what in problem.what
    assert (problem.file, problem.line, problem.column) == (f"{SURVEY}/questions.csv", 2, column)


def test_a_number_with_a_scale(made: Made) -> None:
    """Origin: by hand."""
    made.questions[1]["scale"] = "yes_no"
    assert only(made).what == "a question of kind 'number' has no scale; expected nothing"


def test_routes_in_a_circle(made: Made) -> None:
    """Origin: by hand: waited and feels lead to each other; days hangs on both and is told nothing."""
    made.questions[0]["asked_if"] = "feels is Agree"
    made.questions[3]["asked_if"] = "waited is Yes"
    assert [(p.line, p.what) for p in made.catalogue_mistakes()] == [
        (2, "the route leads back to this question"),
        (5, "the route leads back to this question"),
    ]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"options": []}, "'options' should list the answers in their order"),
        ({"options": ["Yes", "No", "Yes  "]}, "option 'Yes' stands twice"),
        ({"options": ["Yes", "No"], "agreeing": ["Yse"]}, "expected an option of this scale   near 'Yes'"),
        ({"options": ["Yes", "No"], "agreeing": ["Yes"], "dont_know": ["Yes"]}, "'Yes' is listed under 'agreeing' too"),
        ({"options": ["Yes", "No"], "other": "Othr"}, "'other': found 'Othr', expected an option of this scale"),
        ({"options": ["Yes", "No"], "bands": {"Yes": ["14", "8"]}}, "'Yes': its upper end is below its lower end"),
        ({"options": ["Yes", "No"], "bands": {"Yes": ["a week"]}}, "'Yes': expected its lower and upper end"),
        ({"options": ["Yes", "No"], "bands": {"Yes": []}}, "'Yes': expected its lower and upper end"),
        ({"options": ["Yes", "No"], "bands": {"Yes": ["1", "nan"]}}, "'Yes': expected its lower and upper end"),
        ({"options": ["Yes", "No"], "bands": {"Yes": ["1", "2", "3"]}}, "'Yes': expected its lower and upper end"),
        ({"options": ["Yes", "No"], "bands": {"Maybe": ["1"]}}, "'Maybe' is not an option of this scale"),
    ],
)
def test_a_scale(made: Made, change: dict[str, object], what: str) -> None:
    """Origin: by hand: a further scale that no question has."""
    made.scales["another"] = change
    problem = only(made)
    assert what in problem.what
    assert problem.file == f"{SURVEY}/scales.yaml"


PLATFORM = "made:\n  label: Made up\n  header: [question]\n  signs:\n    - {row: 1, like: 'Key'}\n"


def test_a_platform_of_the_project(made: Made) -> None:
    """Origin: by hand: another platform is a file; it goes before those that come with the package."""
    made.write()
    path = made.root / "data/catalogue/platforms.yaml"
    path.write_text(PLATFORM + "  mark: ': '\n  joined: ['/']\n  roles:\n    respondent: [Key]\n", encoding="utf-8")
    problems = Problems()
    platforms = read_platforms(made.root, problems)
    assert not problems.found
    assert next(iter(platforms)) == "made"
    assert platforms["made"].joined == ("/",)
    assert "surveymonkey" in platforms


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("[question]", "[]", 3, "'header' should list its rows from the top, one of them 'code' or 'question'"),
        ("[question]", "[skip]", 3, "'header' should list its rows from the top"),
        ("[question]", "[question, question]", 3, "'header' should list its rows from the top"),
        ("[question]", "[questions]", 3, "expected a kind of header row   near 'question'"),
        ("'Key'", "'('", 5, "'like' is not a regular expression"),
        ("row: 1", "row: one", 5, "'row': found 'one', expected a number"),
        ("  signs:", "  fill_right: maybe\n  signs:", 4, "expected yes or no"),
        ("  signs:", "  mark: [a]\n  signs:", 4, "'mark' should be a text"),
        ("  signs:", "  pattern: {a: b}\n  signs:", 4, "'pattern' should be a text"),
        ("  label", "  lable", 2, "'lable' is not a name of this file   near 'label'"),
    ],
)
def test_a_wrong_platform(made: Made, old: str, new: str, line: int, what: str) -> None:
    """Origin: by hand: one mistake in the five lines above."""
    made.write()
    name = "data/catalogue/platforms.yaml"
    (made.root / name).write_text(PLATFORM.replace(old, new), encoding="utf-8")
    problems = Problems()
    read_catalogue(made.root, problems)
    assert what in problems.found[0].what
    assert (problems.found[0].file, problems.found[0].line) == (name, line)


def test_the_platforms_of_the_package_are_right() -> None:
    """Origin: the list that comes with the package."""
    problems = Problems()
    platforms = read_platforms(Path("no project here"), problems)
    assert not problems.found
    assert {
        "surveymonkey",
        "qualtrics",
        "limesurvey",
        "google-forms",
        "microsoft-forms",
        "jisc",
        "alchemer",
        "spss",
    } <= set(platforms)
