"""``pcse wave inspect``: what it says of an export, and that its drafts need no more than their gaps filled."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.evidence import read_inputs, read_replies
from tests.cleaning.made_exports import write_csv
from tests.conftest import ROOT, copy_project, run_pcse
from tests.shared import REALDATA, needs_realdata

HEADER = ["Respondent ID", "Start Date", "Did you wait?", "Which ways?", "", "How many days?", "Anything else?"]
PARTS = ["", "", "Response", "Post", "Email", "Open-Ended Response", "Open-Ended Response"]
ROWS = [
    [
        str(n),
        f"2020-02-{n + 1:02d}",
        ["Yes", "No"][n % 2],
        "Post" if n % 3 else "",
        "",
        str(n % 7),
        f"words of number {n}",
    ]
    for n in range(20)
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = copy_project(tmp_path / "project")
    write_csv(root / "data/raw/export.csv", [HEADER, PARTS, *ROWS])
    return root


def inspected(project: Path, *more: str) -> str:
    words = ("wave", "inspect", project / "data/raw/export.csv", "--project", project, "--survey", "mine")
    ended = run_pcse(*words, "--wave", "2020-02", "--service-line", "supplies", *more)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def test_it_says_what_each_column_seems_to_be(project: Path) -> None:
    """Origin: the twenty rows above: a choice of two, several options over columns, a number, text."""
    said = inspected(project)
    assert "20 replies, 7 columns; SurveyMonkey" in said
    kinds = dict(re.findall(r"(?m)^(did_you_wait|which_ways|how_many_days|anything_else) +(\w+)", said))
    assert kinds == {"did_you_wait": "one", "which_ways": "several", "how_many_days": "number", "anything_else": "text"}
    assert "words of number" not in said


def test_the_drafts_are_enough_for_clean_replies(project: Path) -> None:
    """Origin: the words TO FILL IN replaced and a row in editions.csv; 20 rows in are 20 replies analysed."""
    inspected(project)
    for path in (project / "data/catalogue/surveys/mine").rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("TO FILL IN", "made up"), encoding="utf-8")
    editions = project / "data/catalogue/editions.csv"
    row = "mine,Mine,mine,responses,2020-12-31,Made up.,the maintainers,,,\n"
    editions.write_text(editions.read_text(encoding="utf-8") + row, encoding="utf-8")
    inputs = read_inputs(project)
    replies = read_replies(project, inputs.raw, inputs.catalogue, find_edition(inputs.catalogue, "mine"))
    assert [(r.flow.received, r.flow.analysed) for r in replies.responses] == [(20, 20)]


def test_check_says_what_a_draft_still_lacks(project: Path) -> None:
    """A service line has to be chosen: the draft says so and the check points at each row."""
    words = ("wave", "inspect", project / "data/raw/export.csv", "--project", project, "--survey", "mine")
    assert run_pcse(*words, "--wave", "2020-02").code == 0
    ended = run_pcse("check", "--project", project)
    assert ended.code == 2 and "questions.csv" in ended.err and "expected a service line" in ended.err


def test_nothing_that_is_there_is_written_over(project: Path) -> None:
    """A second look at the same wave goes to a folder of drafts, a third is refused; the survey's files stay."""
    inspected(project)
    before = {p: p.read_bytes() for p in (project / "data/catalogue/surveys/mine").rglob("*") if p.is_file()}
    inspected(project)
    ended = run_pcse("wave", "inspect", project / "data/raw/export.csv", "--project", project, "--survey", "mine",
                     "--wave", "2020-02")  # fmt: skip
    assert ended.code == 2 and "is there already" in ended.err
    assert {p: p.read_bytes() for p in before} == before


def test_wrong_words_and_a_wrong_file_come_in_one_message(project: Path) -> None:
    """Every mistake of the command at once, exit code 2 and no traceback."""
    ended = run_pcse("wave", "inspect", project / "data/raw/exprt.csv", "--project", project, "--survey", "My Survey",
                     "--platform", "surveymonky")  # fmt: skip
    assert ended.code == 2 and "Traceback" not in ended.err
    assert "--survey" in ended.err and "near 'surveymonkey'" in ended.err
    ended = run_pcse("wave", "inspect", project / "data/raw/exprt.csv", "--project", project)
    assert ended.code == 2 and "near 'export.csv'" in ended.err


@needs_realdata
def test_a_survey_is_added_by_files_alone(tmp_path: Path) -> None:
    """A real export of a platform, from nothing to clean replies: no file of Python is touched. Rows: SOURCES.md."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "tests/realdata/data", project / "data", ignore=shutil.ignore_patterns("surveys", "interim"))
    shutil.copytree(ROOT / "notebooks", project / "notebooks")
    (project / "data/catalogue/surveys").mkdir()
    export = REALDATA / "fivethirtyeight/thanksgiving-2015/thanksgiving-2015-poll-data.csv"
    words = ("--project", project, "--raw", REALDATA)
    assert run_pcse("wave", "inspect", export, *words, "--survey", "new", "--wave", "2015-11", "--group", "adult",
                    "--service-line", "answers").code == 0  # fmt: skip
    for path in (project / "data/catalogue/surveys/new").rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("TO FILL IN", "as published"), encoding="utf-8")
    editions = project / "data/catalogue/editions.csv"
    head = editions.read_text(encoding="utf-8").splitlines()[0]
    editions.write_text(
        f"{head}\nnew,New,new,responses,2020-12-31,A test.,the readers of this test,,,\n", encoding="utf-8"
    )
    ended = run_pcse("check", *words)
    assert ended.code == 0 and "received 1058, excluded 0, analysed 1058" in ended.out
