"""The catalogue: every name is looked up, every value is typed by the package, every mistake is named with its place.

Rules: design, section 2 (nothing is silently repaired), 4a (what each file holds), 5 (comparability) and 8 (messages).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.catalogue.fields import is_date, listed
from pcse_analysis.catalogue.files import read_yaml
from pcse_analysis.errors import CatalogueError, CommandError, DataError, Problems
from pcse_analysis.evidence import make_dossier
from tests.conftest import (
    FUZZ,
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

QUESTIONS = f"{SURVEY}/questions.csv"
COMPARABILITY = f"{SURVEY}/comparability.csv"
SCALES = f"{SURVEY}/scales.yaml"
HEAD = f"{SURVEY}/survey.yaml"
WAVE = f"{SURVEY}/waves/2016-10.yaml"
LETTER = "data/catalogue/letters/gpc-2018-01-16.yaml"
METHODS = "data/catalogue/methods.yaml"
PAGES = "data/catalogue/pages.csv"
EDITIONS = "data/catalogue/editions.csv"
SERVICE_LINES = "data/catalogue/service_lines.csv"
QUESTION = {"wave": "2016-10", "item": "supplies_not_on_expected_date"}


# ---- YAML stays what was written


def test_yaml_scalars_stay_strings(tmp_path: Path):
    """Design, section 4a: a loader left to itself turns ``Yes`` into a boolean and the code ``012`` into 10."""
    path = tmp_path / "a.yaml"
    path.write_text("a: Yes\nb: 012\nc: 1.50\nd: 2018-01-16\ne: ~\nf: null\ng: [No, 007]\n", encoding="utf-8")
    problems = Problems()
    document = read_yaml(path, "a.yaml", problems)
    assert problems.found == []
    assert document.content == {
        **{"a": "Yes", "b": "012", "c": "1.50", "d": "2018-01-16", "e": "~", "f": "null"},
        "g": ["No", "007"],
    }
    assert document.line("g", 1) == 7
    assert document.line("none of these") == 1


def test_yaml_texts_in_the_catalogue_stay_as_typed(project: Path):
    """A label that reads ``Yes`` is a label, and a scale may have the options ``Yes`` and ``012``."""
    edit_text(project / WAVE, "label: October 2016", "label: Yes")
    edit_text(project / SCALES, "[Reported, Not reported]", "[Yes, 012, Reported, Not reported]")
    survey = accepted(project).catalogue.surveys["gpc-pcse"]
    assert survey.waves["2016-10"].label == "Yes"
    assert survey.scales["reported"].options == ("Yes", "012", "Reported", "Not reported")


@pytest.mark.parametrize("file", [HEAD, SCALES, WAVE, LETTER, METHODS])
def test_a_tab_in_yaml(project: Path, file: str):
    """YAML allows no tab for indentation. The file is the one problem: what others refer to in it is not judged."""
    text = (project / file).read_text(encoding="utf-8")
    at = text.index("\n  ") + 1
    (project / file).write_text(text[:at] + "\t" + text[at + 2 :], encoding="utf-8")
    problem = only_problem(project)
    assert (problem.file, problem.line) == (file, text[:at].count("\n") + 1)
    assert "tab" in problem.what


@pytest.mark.parametrize("file", [HEAD, SCALES, WAVE, LETTER, METHODS])
@pytest.mark.parametrize("content", ["", "# nothing yet\n", "\n\n"], ids=["empty", "remark", "blank"])
def test_an_empty_yaml_file(project: Path, file: str, content: str):
    """An empty file is never accepted, and it is the one problem."""
    (project / file).write_text(content, encoding="utf-8")
    problem = only_problem(project)
    assert (problem.file, problem.what) == (file, "the file is empty")


@pytest.mark.parametrize("file", [HEAD, SCALES, WAVE, LETTER, METHODS])
@pytest.mark.parametrize("content", ["- a\n", "only words\n"], ids=["list", "words"])
def test_a_yaml_file_without_names(project: Path, file: str, content: str):
    (project / file).write_text(content, encoding="utf-8")
    problem = only_problem(project)
    assert (problem.file, problem.what) == (file, "expected 'name: value' lines at the top level")


@pytest.mark.parametrize("content", ["a: &a [*a]\n", "a: &a {b: *a}\n", "a: " + "[" * 3000 + "]" * 3000 + "\n"])
def test_yaml_that_holds_itself_or_is_too_deep(project: Path, content: str):
    (project / WAVE).write_text(content, encoding="utf-8")
    assert {p.file for p in refused(project).problems} == {WAVE}


def test_a_name_twice_in_yaml(project: Path):
    """The second of the two stands one line below the first."""
    line = edit_text(project / HEAD, "margin: 5\n", "margin: 5\nmargin: 3\n")
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.what) == (HEAD, line + 1, "'margin' stands twice")


@pytest.mark.parametrize("file", [HEAD, WAVE])
def test_yaml_of_another_encoding(project: Path, file: str):
    """The advice is about this file, so it does not speak of commas and decimals."""
    path = project / file
    path.write_bytes(path.read_bytes() + "# the GPC’s own\n".encode("cp1252"))
    problem = only_problem(project)
    assert problem.file == file
    assert "byte 0x92 is not UTF-8" in problem.what
    assert "UTF-8" in problem.to_do
    assert "CSV" not in problem.to_do


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (HEAD, "margin: 5\n", "margn: 5\n", "near 'margin'"),
        (HEAD, "margin: 5\n", "margin: 5\ncolour: red\n", "'colour' is not a name of this file"),
        (HEAD, "margin: 5\n", "", "'margin' is missing"),
        (HEAD, "results: survey_results.csv\n", "", "'results' is missing"),
        (HEAD, "  pairing: independent\n", "", "'pairing' is missing"),
        (HEAD, "  pairing: independent\n", "  pairing: independant\n", "near 'independent'"),
        (HEAD, "selection: self-selected", "selection: quota", "census, random, self-selected"),
        (HEAD, "adjustment: holm", "adjustment: bonferroni", "benjamini-hochberg, holm"),
        (HEAD, "id: gpc-pcse\n", "id: gpc\n", "expected the name of its folder: gpc-pcse"),
        (WAVE, "id: 2016-10\n", "id: 012\n", "found '012', expected the name of its file: 2016-10"),
        (WAVE, "fieldwork_end: 2016-10", "fieldwork_end: October 2016", "expected a date"),
        (WAVE, "fieldwork_end: 2016-10", "fieldwork_end: 2018-02-30", "expected a date"),
        (WAVE, "fieldwork_end: 2016-10", "fieldwork_end: 2015-10", "2016-10"),
        (WAVE, "label: October 2016", "label:", "'label' should be a text"),
        (WAVE, "practices-england-2017-06\n", "practices-england-2017-6\n", "near 'practices-england-2017-06'"),
        (WAVE, "- practices-england-2017-06\n", "- registered-patients-england-2017-07-01\n", "a practices row"),
        (SCALES, "agreeing: [Reported]\n  dis", "agreeing: [Reportd]\n  dis", "near 'Reported'"),
        (SCALES, "  options: [Reported, Not reported]\n", "", "'options' is missing"),
        (LETTER, "id: C2\n", "id: C1\n", "'C1' stands twice"),
        (LETTER, "test: some_deterioration", "test: some_deteriorations", "near 'some_deterioration'"),
        (LETTER, "survey: gpc-pcse", "survey: gpc", "gpc-pcse"),
        (LETTER, "date: 2018-01-16", "date: 16/01/2018", "expected a date"),
        (METHODS, "title: Time windows that differ\n", "titel: Time windows that differ\n", "near 'title'"),
    ],
)
def test_a_mistake_in_a_yaml_file(project: Path, file: str, old: str, new: str, expected: str):
    """One mistake, one problem, in the right file; on its own line wherever the mistake changed just one line."""
    line = edit_text(project / file, old, new)
    problem = only_problem(project)
    assert problem.file == file
    assert expected in problem.what
    if old.count("\n") == new.count("\n") <= 1 and new:
        assert problem.line == line


@pytest.mark.parametrize("value", ["0", "five", "100", "5%", "-5", "5,5", "", "0.0", "101"])
def test_a_margin_that_is_no_number_of_points(project: Path, value: str):
    """Design, section 6: the margin that matters, in percentage points; none of 0, all of 100."""
    line = edit_text(project / HEAD, "margin: 5\n", f"margin: {value}\n")
    problem = only_problem(project)
    assert (problem.file, problem.line) == (HEAD, line)
    assert ("expected percentage points between 0 and 100" if value else "'margin' should be a text") in problem.what


@pytest.mark.parametrize(("value", "share"), [("5", 0.05), ("2.5", 0.025), ("99", 0.99)])
def test_a_margin_is_kept_as_a_share(project: Path, value: str, share: float):
    edit_text(project / HEAD, "margin: 5\n", f"margin: {value}\n")
    assert accepted(project).catalogue.surveys["gpc-pcse"].margin == pytest.approx(share)


# ---- questions and pairs


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("scale", "report", "found 'report', expected a scale of this survey   near 'reported'"),
        ("wave", "2016-11", "found '2016-11', expected a wave of this survey   near '2016-10'"),
        ("asked_of", "practices", "found 'practices', expected a group of this survey   near 'practice'"),
        ("service_line", "suplies", "found 'suplies', expected a service line, or all   near 'supplies'"),
        ("window_months", "one", "found 'one', expected a number above 0, or nothing"),
        ("window_months", "0", "found '0', expected a number above 0, or nothing"),
        ("window_months", "-1", "found '-1', expected a number above 0, or nothing"),
        ("window_months", "9" * 400, "expected a number above 0, or nothing"),
        ("finding", "", "is empty"),
        ("failure", "", "is empty"),
        ("finding", "S11", "'S11' is used already"),
    ],
    ids=lambda value: value[:30],
)
def test_a_mistake_in_a_question(project: Path, column: str, value: str, expected: str):
    """The row is named; a row of another file that refers to it may be named as well, after it."""
    line = edit_cell(project / QUESTIONS, QUESTION, column, value)
    problems = [p for p in refused(project).problems if (p.file, p.line, p.column) == (QUESTIONS, line, column)]
    assert len(problems) == 1
    assert expected in problems[0].what


@pytest.mark.parametrize(
    ("finding", "change", "column", "expected"),
    [
        ("S1", {"respondent_group": "individual"}, "respondent_group", "expected that of both items: practice"),
        ("S1", {"service_line": "registrations"}, "service_line", "expected that of both items: medical_records"),
        ("S1", {"service_line": "registrationz"}, "service_line", "near 'registrations'"),
        ("S1", {"status": "window_differs"}, "status", "needs two items with different window_months"),
        ("S3", {"status": "same"}, "status", "the windows in questions.csv are 1 and 3 months"),
        ("S1", {"status": "Same"}, "status", "near 'same'"),
        ("S2", {"finding": "S1"}, "finding", "'S1' is used already in comparability.csv, line 2"),
        ("S1", {"finding": "S11"}, "finding", "'S11' is used already in questions.csv"),
        ("S1", {"finding": ""}, "finding", "is empty"),
        ("S1", {"family": "headlin"}, "family", "near 'headline'"),
        ("S1", {"reason": ""}, "reason", "is empty"),
        ("S1", {"item_after": "urgent_request_not_actioned_3wk"}, "item_after", "near 'urgent_requests_not_action"),
        ("S1", {"wave_before": "2017-12", "wave_after": "2016-10"}, "wave_after", "expected a wave after '2017-12'"),
        ("S1", {"wave_before": "2017-12"}, "wave_after", "expected a wave after '2017-12'"),
    ],
)
def test_a_mistake_in_a_pair(project: Path, finding: str, change: dict[str, str], column: str, expected: str):
    """Rules of comparability: design, section 5. Windows of 1 and 3 months: the rows of questions.csv."""
    line = edit_row(project / COMPARABILITY, {"finding": finding}, change)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (COMPARABILITY, line, column)
    assert expected in problem.what


def test_windows_that_are_equal_do_not_differ(project: Path):
    """Both windows set to three months: no window differs, so the status is wrong in the one row that says so."""
    edit_cell(project / QUESTIONS, {"wave": "2016-10", "item": "incorrect_records_received_1m"}, "window_months", "3")
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (COMPARABILITY, 4, "status")
    assert "'window_differs' needs two items with different window_months" in problem.what


def test_an_unknown_family_lists_the_families(project: Path):
    """The empty value, which is allowed, is not listed as an option without a name."""
    edit_cell(project / COMPARABILITY, {"finding": "S1"}, "family", "qqq")
    assert only_problem(project).what.endswith("or nothing: headline")


def test_a_pair_outside_every_family_is_allowed(project: Path):
    """Six pairs in the file and six changes, with or without a family."""
    edit_cell(project / COMPARABILITY, {"finding": "S1"}, "family", "")
    inputs = accepted(project)
    assert len(inputs.catalogue.surveys["gpc-pcse"].comparability) == 6
    assert len(make_dossier(inputs, "published").figures.changes) == 6


# ---- pages, editions, service lines


@pytest.mark.parametrize(
    ("page", "column", "value", "expected"),
    [
        ("annex", "notebook", "anex", "found 'anex', expected a notebook under notebooks/   near 'annex'"),
        (
            "annex",
            "notebook",
            "letter_page",
            "expected a notebook under notebooks/: annex, area_report, batch_index, commitments",
        ),
        ("annex", "output", "../annex.html", "inside the edition's folder"),
        ("annex", "output", "pages/../../annex.html", "inside the edition's folder"),
        ("annex", "output", "/tmp/annex.html", "inside the edition's folder"),
        ("annex", "output", "annex.htm", "ends in .html"),
        ("annex", "title", "", "is empty"),
        ("service-line", "output", "pages/page.html", "expected '{service_line}' in the name"),
    ],
)
def test_a_mistake_in_a_page(project: Path, page: str, column: str, value: str, expected: str):
    line = edit_cell(project / PAGES, {"id": page}, column, value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (PAGES, line, column)
    assert expected in problem.what


def test_a_page_for_each_of_what_does_not_exist(project: Path):
    line = edit_cell(project / PAGES, {"id": "service-line"}, "each", "wave")
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (PAGES, line, "each")
    assert problem.what.endswith("or nothing: claims, group, issues, service_line")


@pytest.mark.parametrize("output", ["annex.html", "pages/supplies.html"])
def test_two_pages_with_one_name(project: Path, output: str):
    """The second would take the place of the first without a word; one comes from a row, one from a service line."""
    line = append_line(project / PAGES, f"again,annex,{output},Again,published,,")
    problems = refused(project).problems
    assert [(p.file, p.line, p.column) for p in problems] == [(PAGES, line, "output")]


@pytest.mark.parametrize("file", [PAGES, EDITIONS, QUESTIONS])
def test_a_list_without_rows(project: Path, file: str):
    """Without pages or editions nothing can be built, without questions nothing can be shown."""
    write_rows(project / file, read_rows(project / file)[:1])
    assert file in {p.file for p in refused(project).problems}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("survey", "gpc-pcs", "near 'gpc-pcse'"),
        ("evidence_date", "31/07/2018", "found '31/07/2018', expected a date such as 2018-01-16"),
        ("evidence_date", "2018-02-30", "found '2018-02-30', expected a date such as 2018-01-16"),
        ("evidence_date", "2018-07", "found '2018-07', expected a date such as 2018-01-16"),
        ("id", "../published", "expected lower-case letters, digits, - and _"),
        ("id", "Published", "expected lower-case letters, digits, - and _"),
    ],
)
def test_a_mistake_in_an_edition(project: Path, column: str, value: str, expected: str):
    line = edit_cell(project / EDITIONS, {"id": "published"}, column, value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (EDITIONS, line, column)
    assert expected in problem.what


def test_an_edition_that_stands_twice(project: Path):
    """The header is line 1, ``published`` 2, ``letter`` 3."""
    edit_cell(project / EDITIONS, {"id": "published"}, "id", "letter")
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.what) == (EDITIONS, 3, "repeats line 2 (same id)")


@pytest.mark.parametrize(
    ("name", "expected"), [("leter", "near 'letter'"), ("qqq", "letter, published"), ("", "(empty)")]
)
def test_an_edition_that_does_not_exist(project: Path, name: str, expected: str):
    with pytest.raises(CommandError) as caught:
        find_edition(accepted(project).catalogue, name)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("order", "first", "found 'first', expected a whole number"),
        ("label", "", "is empty"),
        ("known_on", "2016-11-08", "expected the date of the earliest dated source: 2016-11-07"),
        ("sources", "pac-hc698-backgroud; bma-2016-11-survey", "near 'pac-hc698-background'"),
    ],
)
def test_a_mistake_in_a_service_line(project: Path, column: str, value: str, expected: str):
    line = edit_cell(project / SERVICE_LINES, {"id": "supplies"}, column, value)
    problem = only_problem(project)
    assert (problem.file, problem.line, problem.column) == (SERVICE_LINES, line, column)
    assert expected in problem.what


@pytest.mark.parametrize("file", [QUESTIONS, COMPARABILITY, SCALES, HEAD, METHODS, PAGES, EDITIONS, SERVICE_LINES])
def test_a_missing_file_of_the_catalogue_is_the_one_problem(project: Path, file: str):
    """What others refer to in it is not judged."""
    (project / file).unlink()
    problem = only_problem(project)
    assert problem.file == file
    assert problem.what.startswith("the file is missing")


def test_the_kind_of_the_message_says_where_the_mistakes_are(project: Path):
    """Design, section 8: catalogue or data. Both at once are mistakes in data."""
    edit_text(project / HEAD, "margin: 5\n", "margin: 0\n")
    assert type(refused(project)) is CatalogueError
    edit_cell(project / "data/published/sources.csv", {"id": "bma-2016-11-survey"}, "url", "x")
    error = refused(project)
    assert type(error) is DataError
    assert len(error.problems) == 2


# ---- the smallest parts


@pytest.mark.parametrize(
    ("value", "whole", "partial"),
    [
        ("2018-01-16", True, True),
        ("2016-02-29", True, True),  # a leap year
        ("2018-02-29", False, False),
        ("2018-02-30", False, False),
        ("2018-13-01", False, False),
        ("2018-01", False, True),
        ("2018", False, True),
        ("2018-1-6", False, False),
        ("20180116", False, False),
        ("16/01/2018", False, False),
        ("0000-01-01", False, False),
        ("", False, False),
        ("2018-01-16 ", False, False),
    ],
)
def test_dates(value: str, whole: bool, partial: bool):
    """Year-month-day and a day of the calendar; a year, or a year and month, only where a part is allowed."""
    assert (is_date(value), is_date(value, partial=True)) == (whole, partial)


def test_several_values_in_one_cell():
    assert listed("a; b;c ;; ") == ("a", "b", "c")
    assert listed("") == ()


# ---- anything at all


@pytest.mark.parametrize("file", [HEAD, SCALES, WAVE, LETTER, METHODS])
@FUZZ
@given(data=st.data())
def test_any_yaml_bytes_give_a_result_or_a_message(spoiling: Path, file: str, data: st.DataObject):
    """Whatever a file holds, reading ends in a result or in one message (design, section 8)."""
    with spoilt_bytes(spoiling / file, data):
        read_or_refuse(spoiling)


@pytest.mark.parametrize("file", [QUESTIONS, COMPARABILITY, PAGES, EDITIONS, SERVICE_LINES])
@FUZZ
@given(data=st.data())
def test_any_csv_gives_a_result_or_a_message(spoiling: Path, file: str, data: st.DataObject):
    """As above, with whole cells replaced in half of the examples."""
    spoil = data.draw(st.sampled_from([spoilt_cells, spoilt_bytes]))
    with spoil(spoiling / file, data):
        read_or_refuse(spoiling)
