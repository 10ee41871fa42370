"""What was promised or asked for: every mistake of the file in one message, and its rows against the letters."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from pcse_analysis.evidence import Inputs
from tests.conftest import accepted, append_line, edit_cell, edit_row, only_problem, refused
from tests.dossiers import own_dossier, own_inputs
from tests.shared import SHARED

ROOT = Path(__file__).parents[2]
NAME = "data/published/commitments.csv"
LETTERS = SHARED / "reference" / "letters"
GPC, NHSE = "gpc-letter-2018-01-16", "nhse-letter-2016-09-16"
GOOD = {
    **{"id": "a", "survey": "gpc-pcse", "kind": "promised", "who": "NHS England", "to_whom": "practices"},
    **{"commitment": "Something is done.", "made_on": "2018-01-16", "due": "", "service_line": "all", "shown_by": ""},
    **{"target": "", "direction": "", "needs": "a record", "sources": GPC, "known_on": "2018-01-16"},
}
FIGURE = {"shown_by": "issue-log.issues.logged", "target": "80", "direction": "at_least"}


def write(project: Path, *rows: dict[str, str]) -> None:
    """The file with these rows alone, each good but for the cells given; the first stands on line 2."""
    with (project / NAME).open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([GOOD.keys(), *((GOOD | row).values() for row in rows)])


def test_every_mistake_is_told_at_once_with_its_line(project: Path) -> None:
    """One mistake a row, from line 2 on; the last two rows have two each."""
    write(
        project,
        {"id": "A promise"},
        {"id": "b", "survey": "gpc-pcs"},
        {"id": "c", "kind": "promissed"},
        {"id": "d", "who": ""},
        {"id": "e", "made_on": "16/01/2018"},
        {"id": "f", "due": "2018-01"},
        {"id": "g", "due": "2018-01-15"},
        {"id": "h", "service_line": "medical_record"},
        {"id": "i", "shown_by": "event:2018-03-legal-guidanc"},
        {"id": "j", **FIGURE, "direction": ""},
        {"id": "k", **FIGURE, "target": "80%"},
        {"id": "l", **FIGURE, "target": "180"},
        {"id": "m", **FIGURE, "direction": "at_last"},
        {"id": "n", "target": "80", "direction": "at_least"},
        {"id": "o", "shown_by": "issue-log.issues.logged"},
        {"id": "p", "sources": "gpc-letter-2018-01-17"},
        {"id": "q", "sources": "", "known_on": ""},
        {"id": "r", "known_on": "2018-01-17"},
        {"id": "b"},
        {"id": "s", "made_on": "soon", "due": "2017-01-01"},
        {"id": "t", "needs": "", "commitment": ""},
    )
    told = [problem.sentence() for problem in refused(project).problems]
    assert sorted(told) == sorted([
        "line 2, column 'id': found 'A promise', expected lower-case letters, digits, - and _",
        "line 3, column 'survey': found 'gpc-pcs', expected a survey of the catalogue   near 'gpc-pcse'",
        "line 4, column 'kind': found 'promissed', expected promised or asked   near 'promised'",
        "line 5, column 'who': is empty",
        "line 6, column 'made_on': found '16/01/2018', expected a date such as 2018-01-16",
        "line 7, column 'due': found '2018-01', expected a date such as 2018-01-16",
        "line 8, column 'due': found '2018-01-15', which is before it was made (2018-01-16)",
        "line 9, column 'service_line': found 'medical_record', expected a service line, or all   near "
        "'medical_records'",
        "line 10, column 'shown_by': found '2018-03-legal-guidanc', expected 'event:' and the id of an event of "
        "timeline.csv   near '2018-03-legal-guidance'",
        "line 11, column 'direction': is given exactly where target is",
        "line 12, column 'target': found '80%', expected a number above 0, or nothing",
        "line 13, column 'target': found '180', expected a percentage up to 100",
        "line 14, column 'direction': found 'at_last', expected at_least or at_most   near 'at_least'",
        "line 15, column 'target': is given exactly where shown_by names a figure",
        "line 16, column 'target': is given exactly where shown_by names a figure",
        "line 17, column 'sources': found 'gpc-letter-2018-01-17', expected a source of sources.csv   near "
        f"'{GPC}'",
        "line 18, column 'sources': is empty",
        "line 19, column 'known_on': found '2018-01-17', expected the date of the earliest dated source: "
        "2018-01-16",
        "line 20: repeats line 3 (same id)",
        "line 21, column 'made_on': found 'soon', expected a date such as 2018-01-16",
        "line 22, column 'needs': is empty",
        "line 22, column 'commitment': is empty",
    ])  # fmt: skip


def test_a_day_may_be_the_day_on_which_it_was_made(project: Path) -> None:
    """Due on the same day; a month and a year as the day of making may hold the day that is due."""
    write(
        project, {"due": "2018-01-16"}, {"id": "b", "made_on": "2018-01", "due": "2018-01-01"},
        {"id": "c", "made_on": "2018", "due": "2018-01-01"},
    )  # fmt: skip
    assert accepted(project).commitments["due"].tolist() == ["2018-01-16", "2018-01-01", "2018-01-01"]


def test_only_what_nobody_made_needs_no_source(project: Path) -> None:
    """The survey gpc-pcse-synthetic has none but editions that are marked as made up; it is known from its own day."""
    write(project, {"survey": "gpc-pcse-synthetic", "sources": "", "known_on": "", "made_on": "2017-11-01"})
    assert accepted(project).commitments["known_on"].tolist() == ["2017-11-01"]
    edit_cell(project / "data/catalogue/editions.csv", {"id": "synthetic"}, "marked", "")
    problem = only_problem(project)
    assert problem.sentence() == "line 2, column 'sources': is empty"


def test_a_made_up_commitment_needs_a_whole_day(project: Path) -> None:
    """A year is no day from which on it could be known: '2017' stands before every day of 2017."""
    write(project, {"survey": "gpc-pcse-synthetic", "sources": "", "known_on": "", "made_on": "2017"})
    assert only_problem(project).sentence() == (
        "line 2, column 'made_on': found '2017', expected a date such as 2018-01-16"
    )


def test_a_project_may_have_no_such_file(project: Path) -> None:
    (project / NAME).unlink()
    assert accepted(project).commitments.empty


def test_a_percentage_becomes_a_share(project: Path) -> None:
    """80 percent is 0.8."""
    write(project, FIGURE)
    assert accepted(project).commitments["target"].tolist() == [0.8]


def test_a_row_that_is_spoilt_leaves_the_others_judged(project: Path) -> None:
    """Too few cells on the last line, and another mistake above it."""
    line = edit_row(project / NAME, {"id": "gpc-2018-01-review"}, {"kind": "ask"})
    short = append_line(project / NAME, "x,gpc-pcse")
    assert [(p.line, p.file) for p in refused(project).problems] == [(short, NAME), (line, NAME)]


@pytest.fixture(scope="module")
def own() -> Inputs:
    return own_inputs()


def row_of(own: Inputs, name: str) -> dict[str, str]:
    (row,) = own.commitments[own.commitments["id"] == name].to_dict("records")
    return {str(key): value for key, value in row.items()}


HAND_READ = [
    # id, kind, who, to whom, made on, due, source, and the words of the letter that it stands for
    ("nhse-2016-09-standard", "promised", "NHS England", "stakeholders", "2016-09-16", "", NHSE,
     "ensure operational improvement plans are in place to address the underlying issues and return the service to an "
     "acceptable standard"),
    ("nhse-2016-09-shortfalls", "promised", "NHS England", "stakeholders", "2016-09-16", "", NHSE,
     "our continued commitment to resolving the shortfalls in service as quickly as possible"),
    ("nhse-2016-09-experts", "promised", "NHS England", "stakeholders", "2016-09-16", "", NHSE,
     "we are embedding a team of NHS England experts to work even more closely alongside the Capita team"),
    ("capita-2016-09-effort", "promised", "Capita (as NHS England reports it)", "NHS England", "2016-09-16", "", NHSE,
     "Capita have accepted the service is unacceptable and reconfirmed their commitment to make every effort to "
     "recover services with urgency"),
    ("gpc-2017-11-progress", "asked", "GPC", "NHS England", "2017-11-07", "2017-12-31", GPC,
     "In a meeting on 7 November, we asked NHS England for significant progress to be made to resolve the issues by 31 "
     "December 2017"),
    ("gpc-2018-01-review", "asked", "GPC", "NHS England", "2018-01-16", "", GPC,
     "we believe it is imperative that NHS England conducts a transparent and comprehensive review of all policy, "
     "procedures and processes used by PCSE across each service line"),
    ("gpc-2018-01-legal-routes", "promised", "GPC", "practices and doctors", "2018-01-16", "", GPC,
     "no option but to support practices and individual doctors in taking legal routes to seek resolution"),
]  # fmt: skip


@pytest.mark.parametrize("row", HAND_READ, ids=[row[0] for row in HAND_READ])
def test_a_row_says_what_its_letter_says(own: Inputs, row: tuple[str, ...]) -> None:
    """Read by hand in the two letters: who, to whom, when, until when. No letter gives a day but that of November."""
    name, kind, who, to_whom, made_on, due, source, words = row
    found = row_of(own, name)
    told = (found["kind"], found["who"], found["to_whom"], found["made_on"], found["due"], found["sources"])
    assert told == (kind, who, to_whom, made_on, due, source)
    assert found["survey"] == "gpc-pcse"
    if LETTERS.is_dir():
        file = {GPC: "gpc-to-nhs-england-2018-01-16.txt", NHSE: "nhs-england-to-stakeholders-2016-09-16.txt"}[source]
        assert words in " ".join((LETTERS / file).read_text(encoding="utf-8").split())


def test_every_row_of_a_letter_was_read(own: Inputs) -> None:
    """No row names a letter as its source that is not among those above; the others are known from the press."""
    of_letters = own.commitments["sources"].isin([GPC, NHSE])
    assert set(own.commitments.loc[of_letters, "id"]) == {row[0] for row in HAND_READ}
    rest: pd.DataFrame = own.commitments[~of_letters]
    assert set(rest["id"]) == {"flat-payment-2017", "made-up-direct", "made-up-escalated"}


def test_what_would_show_a_commitment_is_there(own: Inputs) -> None:
    """A figure that no edition has would be a commitment that can never be told."""
    named = own.commitments[own.commitments["target"].notna()]
    ids = {e.id for e in own_dossier("synthetic").figures.estimates}
    assert len(named) == 2 and set(named["shown_by"]) <= ids
