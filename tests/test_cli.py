"""The command as a clumsy user meets it: one message, exit code 2, no traceback, earlier outputs as they were.

Design, section 8 (an error) and 6a (exit codes: 0 done, 2 what the user can mend, 4 notebook error, 5 time-out, 130/143
signals).
No test here runs a notebook: every mistake must be found before the first one would start.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from pcse_analysis import cli
from pcse_analysis.running import build as building
from pcse_analysis.running.outcomes import RunError
from pcse_analysis.running.tasks import Desk
from tests.conftest import RESULTS, SURVEY, Ended, edit_cell, edit_text

Command = Callable[..., Ended]
SHARE = {"wave": "2016-10", "item": "urgent_requests_not_actioned_3wk"}


def message(ended: Ended) -> str:
    """Give the one message on standard error that a mistake ended in."""
    assert ended.code == 2
    assert ended.out == ""
    assert "Traceback" not in ended.err
    heads = [line for line in ended.err.splitlines() if re.match(r"\w*Error: ", line)]
    assert len(heads) == 1
    assert ended.err.startswith(heads[0])
    return ended.err


def tree(folder: Path) -> dict[str, bytes | None]:
    """Give everything below a folder, locks apart: files with their bytes, folders with None."""
    found = [path for path in folder.rglob("*") if path.suffix != ".lock"]
    return {p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in found}


@pytest.fixture
def earlier(project: Path) -> dict[str, bytes | None]:
    """The output of an earlier build in its place, and what the folder of outputs holds."""
    folder = project / "outputs/published"
    (folder / "pages").mkdir(parents=True)
    (folder / "annex.html").write_bytes(b"<!doctype html>earlier annex\n")
    (folder / "pages/supplies.html").write_bytes(b"<!doctype html>earlier page\n")
    (folder / "provenance.json").write_bytes(b"{}\n")
    names = ("annex.html", "pages/supplies.html", "provenance.json")
    (folder / "SHA256SUMS").write_text("".join(f"{'0' * 64}  {name}\n" for name in names), encoding="utf-8")
    return tree(project / "outputs")


@pytest.fixture
def no_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the process that runs notebooks would start."""

    def started(*_: object) -> None:
        pytest.fail("a workshop was started")

    monkeypatch.setattr(cli, "Workshop", started)


# ---- words of the command line


def test_check_of_the_project_itself(pcse: Command):
    ended = pcse("check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("No mistakes found.")


def test_no_command_shows_the_help(pcse: Command):
    ended = pcse()
    assert ended.code == 2
    assert "Usage: " in ended.out + ended.err
    assert "build" in ended.out + ended.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["chek"], ["'chek'", "'check'"]),
        (["check", "--projet", "x"], ["'--projet'", "'--project'"]),
        (["build", "--edtion", "letter"], ["'--edtion'", "'--edition'"]),
        (["build", "-p"], ["'-p'", "requires an argument"]),
        (["build", "letter"], ["extra argument (letter)"]),
        (["build", "--timeout", "0"], ["'--timeout'", "0"]),
        (["build", "--timeout", "ten"], ["'--timeout'", "'ten'"]),
        (["build", "--out", RESULTS], ["'--out'", "is a file"]),
        (["check", "--project", RESULTS], ["'--project'", "is a file"]),
        (["check", "--project", "nowhere"], ["nowhere"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_word(pcse: Command, words: list[str], expected: list[str]):
    """A folder that does not exist is no project, even inside one."""
    text = message(pcse(*words))
    assert [part for part in expected if part not in text] == []


def test_outside_every_project(pcse: Command, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    text = message(pcse("check", "--project", tmp_path / "elsewhere"))
    assert "no folder 'data/catalogue'" in text
    assert "To mend: work inside the project, or name it with --project." in text


def test_the_project_is_found_from_a_folder_inside_it(pcse: Command, project: Path):
    assert pcse("check", "--project", project / "data" / "published").code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-p", "service_lin=supplies"], "-p service_lin: no notebook declares it   near 'service_line'"),
        (
            ["-p", "qqq=1"],
            "-p qqq: no notebook declares it; known: claims, group, issues, service_line, survey, wave",
        ),
        (["-p", "supplies"], "-p 'supplies': expected name=value"),
        (["-p", ""], "-p (empty): expected name=value"),
        (["-p", "=x"], "-p '=x': expected name=value"),
        (["-p", "group=all", "-p", "group=practice"], "-p group is given twice"),
        (["-p", "edition=letter"], "-p edition: use --edition"),
        (["--edition", "leter"], "edition: found 'leter', expected an edition   near 'letter'"),
        (["--edition", "../outputs"], "edition: found '../outputs', expected an edition: letter, published"),
        (["-p", "service_line=suplies"], "found 'suplies', expected a service line, or 'all'   near 'supplies'"),
        (["-p", "service_line==supplies"], "found '=supplies', expected a service line, or 'all'   near 'supplies'"),
        (["-p", "wave_before=2016-10=x"], "found '2016-10=x', expected a wave, or 'previous'   near '2016-10'"),
        (["-p", "wave_after=2017-13"], "found '2017-13', expected a wave, or 'latest'   near '2017-12'"),
        (["-p", "group=practise"], "found 'practise', expected a respondent group, or 'all'   near 'practice'"),
        (["-p", "survey=gpc-pcs"], "found 'gpc-pcs', expected the survey of this edition   near 'gpc-pcse'"),
        (["-p", "group="], "parameter 'group': found (empty), expected a respondent group"),
        (["-p", "wave_before=2017-12", "-p", "wave_after=2016-10"], "found '2016-10', expected a wave after '2017-12'"),
        (["-p", "wave_after=2016-10"], "parameter 'wave_after': found '2016-10', expected a wave after '2016-10'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
@pytest.mark.usefixtures("no_notebooks")
def test_a_wrong_parameter(
    pcse: Command, project: Path, earlier: dict[str, bytes | None], words: list[str], expected: str
):
    """One problem in one message; nothing is written, nothing is lost."""
    text = message(pcse("build", *words))
    assert text.startswith("CommandError: 1 problem\n")
    assert expected in text
    assert tree(project / "outputs") == earlier


@pytest.mark.usefixtures("no_notebooks")
def test_several_wrong_words_come_in_one_message(pcse: Command):
    """Five mistakes, typed by hand."""
    text = message(pcse("build", "-p", "grop=all", "-p", "edition=letter", "-p", "supplies", "-p", "a=1", "-p", "a=2"))
    for part in ("-p grop:", "-p edition: use --edition", "-p 'supplies'", "-p a is given twice", "-p a: no notebook"):
        assert part in text
    assert text.startswith("CommandError: 5 problems\n")


@pytest.mark.usefixtures("no_notebooks")
def test_several_wrong_values_come_in_one_message(pcse: Command):
    """Four mistakes, typed by hand."""
    words = ("wave_after=2017-13", "group=practise", "service_line=suplies", "survey=gpc-pcs")
    text = message(pcse("build", *(part for word in words for part in ("-p", word))))
    assert text.startswith("CommandError: 4 problems\n")
    for near in ("near '2017-12'", "near 'practice'", "near 'supplies'", "near 'gpc-pcse'"):
        assert near in text


@pytest.mark.usefixtures("no_notebooks")
def test_wrong_names_and_wrong_values_come_in_one_message(pcse: Command):
    """All problems at once: a wrong name does not hide a wrong value, nor a wrong edition either of them."""
    text = message(pcse("build", "--edition", "leter", "-p", "grop=all", "-p", "wave_after=2017-13"))
    for near in ("near 'letter'", "near 'group'", "near '2017-12'"):
        assert near in text


@pytest.mark.usefixtures("no_notebooks")
def test_a_wrong_word_and_a_wrong_catalogue_come_in_one_message(pcse: Command, project: Path):
    """All problems at once, whether they stand on the command line or in files; the data's too, as these are read."""
    edit_cell(project / RESULTS, SHARE, "percent", "62%")
    edit_text(project / SURVEY / "survey.yaml", "margin: 5\n", "margin: five\n")
    text = message(pcse("build", "-p", "supplies"))
    for said in ("found '62%'", "found 'five'", "-p 'supplies': expected name=value"):
        assert said in text


@pytest.mark.usefixtures("no_notebooks")
def test_a_wrong_word_is_told_before_data_are_read(pcse: Command, project: Path):
    """To read data takes a second, and a mistake of the command is to be told at once."""
    edit_cell(project / RESULTS, SHARE, "percent", "62%")
    text = message(pcse("build", "-p", "supplies"))
    assert "-p 'supplies': expected name=value" in text and "found '62%'" not in text


@pytest.mark.usefixtures("no_notebooks")
def test_a_value_of_the_wrong_type(pcse: Command, project: Path, earlier: dict[str, bytes | None]):
    """A notebook that declares a whole number and gets a word."""
    path = project / "notebooks/survey_change.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    cell.source += "\ntop: int = 5  # rows shown"
    nbformat.write(notebook, path)
    text = message(pcse("build", "-p", "top=five"))
    assert text == "CommandError: 1 problem\n    -p top: found 'five', expected a whole number\n"
    assert tree(project / "outputs") == earlier


# ---- mistakes in files


@pytest.mark.parametrize("command", ["check", "build"])
@pytest.mark.usefixtures("no_notebooks")
def test_mistakes_in_files(pcse: Command, project: Path, earlier: dict[str, bytes | None], command: str):
    """Three mistakes in two files, made by hand: file, line, column, found, expected and what to do."""
    line = edit_cell(project / RESULTS, SHARE, "percent", "62%")
    other = edit_cell(project / RESULTS, {"item": "records_waiting_collection"}, "count", "800")
    margin = edit_text(project / SURVEY / "survey.yaml", "margin: 5\n", "margin: five\n")
    assert message(pcse(command)).splitlines() == [
        "DataError: 3 problems in 2 files",
        f"  {SURVEY}/survey.yaml",
        f"    line {margin}: 'margin': found 'five', expected percentage points between 0 and 100",
        f"  {RESULTS}",
        f"    line {line}, column 'percent': found '62%', expected a percentage from 0 to 100 as printed, "
        "such as 62 or 62.4",
        f"    line {other}, column 'count': 800 is more than 748, not 88 %; expected 655 to 661",
        "  To mend: write the number alone, with a dot before decimals and without a % sign.",
        "  To mend: check the count, the percentage and the base against the source.",
    ]
    assert tree(project / "outputs") == earlier


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("not a notebook", "cannot be read as a notebook"),
        ("[]", "cannot be read as a notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "found 0 cells tagged 'parameters'"),
    ],
)
@pytest.mark.usefixtures("no_notebooks")
def test_a_spoilt_notebook(pcse: Command, project: Path, earlier: dict[str, bytes | None], content: str, expected: str):
    """Found before the build starts. Parameters of that notebook are not called unknown on top of it."""
    (project / "notebooks/survey_change.ipynb").write_text(content, encoding="utf-8")
    text = message(pcse("build", "-p", "service_line=supplies"))
    assert text.startswith("CommandError: 1 problem in 'notebooks/survey_change.ipynb'\n")
    assert expected in text
    assert tree(project / "outputs") == earlier


# ---- folders


@pytest.mark.parametrize("inside", ["thesis.docx", "pages/mine.html"])
@pytest.mark.usefixtures("no_notebooks")
def test_a_folder_that_is_no_output_is_refused(pcse: Command, project: Path, inside: str):
    kept = project / "shared/published" / inside
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"mine")
    text = message(pcse("build", "--out", "shared"))
    assert f"holds files that no build put there: '{inside}'" in text
    assert "name another folder with --out" in text
    assert tree(project / "shared/published")[inside] == b"mine"


@pytest.mark.usefixtures("no_notebooks")
def test_a_file_with_the_name_of_the_edition_is_refused(pcse: Command, project: Path):
    (project / "shared").mkdir()
    (project / "shared/published").write_bytes(b"mine")
    assert "is a file, expected a folder" in message(pcse("build", "--out", "shared"))
    assert tree(project / "shared") == {"published": b"mine"}


@pytest.mark.parametrize("out", ["notebooks/annex.ipynb/out", "requirements.lock/out"])
@pytest.mark.usefixtures("no_notebooks")
def test_a_folder_that_cannot_be_made(pcse: Command, project: Path, out: str):
    """A part of the path is a file: the user can mend it, so exit code 2 and a message that names it."""
    assert out.split("/")[-2] in message(pcse("build", "--out", out))


@pytest.mark.usefixtures("no_notebooks")
def test_outputs_that_is_a_file(pcse: Command, project: Path):
    (project / "outputs").write_bytes(b"mine")
    assert "outputs" in message(pcse("build"))
    assert (project / "outputs").read_bytes() == b"mine"


def test_a_file_that_the_user_put_beside_an_earlier_output_survives(
    pcse: Command, project: Path, earlier: dict[str, bytes | None], monkeypatch: pytest.MonkeyPatch
):
    """A build replaces what a build made. What it did not make is kept, or the build is refused; never deleted."""
    monkeypatch.setattr(building, "_make_pages", lambda *_: None)
    mine = project / "outputs/published/thesis.docx"
    mine.write_bytes(b"mine")
    pcse("build")
    assert [path.read_bytes() for path in (project / "outputs").rglob("thesis.docx")] == [b"mine"]


# ---- what happens while pages are made


def ending(how: Callable[[], None]) -> Callable[..., None]:
    """Stand in for making the pages: leaves a page in the staging folder, then ends as told."""

    def make(_workshop: object, desk: Desk, *_: object) -> None:
        (desk.folder / "annex.html").write_text("half", encoding="utf-8")
        how()

    return make


def fail_as(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        (fail_as(RunError(4, "NotebookError: a cell failed")), 4, "NotebookError: a cell failed"),
        (fail_as(RunError(5, "TimeoutError: too long")), 5, "TimeoutError: too long"),
        (fail_as(KeyboardInterrupt()), 130, "earlier outputs are untouched"),
        (lambda: os.kill(os.getpid(), signal.SIGTERM), 143, ""),
    ],
    ids=["error", "time-out", "interrupt", "terminate"],
)
def test_a_build_that_stops_leaves_the_earlier_output(
    pcse: Command,
    project: Path,
    earlier: dict[str, bytes | None],
    monkeypatch: pytest.MonkeyPatch,
    how: Callable[[], None],
    code: int,
    said: str,
):
    """Exit codes of the design; the staging folder is gone, the earlier output has its bytes."""
    monkeypatch.setattr(building, "_make_pages", ending(how))
    ended = pcse("build")
    assert ended.code == code
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert tree(project / "outputs") == earlier


def test_a_build_that_stops_before_any_output_leaves_none(
    pcse: Command, project: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(building, "_make_pages", ending(fail_as(RunError(4, "NotebookError: a cell failed"))))
    assert pcse("build").code == 4
    assert tree(project / "outputs") == {}


@pytest.mark.usefixtures("no_notebooks")
def test_a_refused_build_makes_no_folder(pcse: Command, project: Path):
    """It comes before anything is written."""
    message(pcse("build", "-p", "grop=all", "--out", "new"))
    message(pcse("build", "-p", "group=practise", "--out", "new"))
    assert not (project / "new").exists()
    assert not (project / "outputs").exists()


def test_handlers_of_signals_are_put_back(pcse: Command):
    """The helper of these tests leaves the test run as it found it."""
    before = signal.getsignal(signal.SIGTERM)
    pcse("check")
    assert signal.getsignal(signal.SIGTERM) is before
