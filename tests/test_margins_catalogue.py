"""The margins of a survey's design in the catalogue: what is read, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcse_analysis.catalogue.types import Margins
from tests.conftest import SURVEY, accepted, edit_text, only_problem, refused

SYNTHETIC = f"{SURVEY}-synthetic"
HEAD = f"{SYNTHETIC}/survey.yaml"
COLUMNS = "columns: [region_name, size_band]"


def test_margins_of_the_catalogue(project: Path) -> None:
    surveys = accepted(project).catalogue.surveys
    assert surveys["gpc-pcse-synthetic"].design.margins == Margins(
        columns=("region_name", "size_band"), method="post-stratify", least=5, trim=4.0
    )
    assert surveys["gpc-pcse"].design.margins is None


def test_trim_may_be_left_out(project: Path) -> None:
    edit_text(project / HEAD, "    trim: 4\n", "")
    margins = accepted(project).catalogue.surveys["gpc-pcse-synthetic"].design.margins
    assert margins is not None
    assert margins.trim is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (COLUMNS, "columns: [region_nam, size_band]", "near 'region_name'"),
        (COLUMNS, "columns: [rurality]", "expected a column of the register"),
        (COLUMNS, "columns: []", "at least one column"),
        (COLUMNS, "columns: region_name", "should be a list of texts"),
        (COLUMNS, "columns: [size_band, size_band]", "'size_band' stands twice"),
        ("method: post-stratify", "method: post-stratified", "near 'post-stratify'"),
        ("method: post-stratify", "method: weigh", "calibrate, post-stratify, rake"),
        ("    method: post-stratify\n", "", "'method' is missing"),
        ("least: 5", "least: 0", "expected a whole number of 1 or more"),
        ("least: 5", "least: 2.5", "'least' should be a whole number"),
        ("    least: 5\n", "", "'least' is missing"),
        ("trim: 4", "trim: 1", "expected a number above 1: a multiple of the median weight"),
        ("trim: 4", "trim: four", "expected a number"),
        ("trim: 4", "trimm: 4", "near 'trim'"),
    ],
)
def test_a_mistake_in_the_margins(project: Path, old: str, new: str, expected: str) -> None:
    line = edit_text(project / HEAD, old, new)
    problem = only_problem(project)
    assert problem.file == HEAD
    assert expected in problem.what
    assert problem.line is not None
    assert problem.line == line or "missing" in expected


def test_margins_that_hold_no_names(project: Path) -> None:
    text = (project / HEAD).read_text(encoding="utf-8")
    start, end = text.index("  margins:"), text.index("margin: 5\n")
    (project / HEAD).write_text(text[:start] + "  margins: region_name\n" + text[end:], encoding="utf-8")
    assert "'margins' should hold 'name: value' lines" in only_problem(project).what


def test_all_mistakes_at_once(project: Path) -> None:
    edit_text(project / HEAD, "least: 5", "least: 0")
    edit_text(project / HEAD, "trim: 4", "trim: 0")
    edit_text(project / HEAD, COLUMNS, "columns: [town]")
    assert len(refused(project).problems) == 3
