"""The areas of a survey's design in the catalogue: what is read, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import SURVEY, accepted, edit_text, only_problem

HEAD = f"{SURVEY}-synthetic/survey.yaml"


def test_areas_of_the_catalogue(project: Path) -> None:
    surveys = accepted(project).catalogue.surveys
    assert surveys["gpc-pcse-synthetic"].design.areas == "ccg_name"
    assert surveys["gpc-pcse"].design.areas == ""


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("areas: ccg_nam", "near 'ccg_name'"),
        ("areas: region_name", "expected a column of the register that names areas"),
        ("areas: [ccg_name]", "should be a text"),
        ("area: ccg_name", "near 'areas'"),
    ],
)
def test_a_mistake_in_areas_is_told(project: Path, new: str, expected: str) -> None:
    """One problem each, on its line."""
    line = edit_text(project / HEAD, "areas: ccg_name", new)
    problem = only_problem(project)
    assert expected in str(problem)
    assert (problem.file, problem.line) == (f"data/catalogue/surveys/{Path(HEAD).parent.name}/survey.yaml", line)


def test_areas_that_replies_are_weighted_by_are_refused(project: Path) -> None:
    """A weighted share of the whole would then tell of the areas themselves."""
    edit_text(project / HEAD, "columns: [region_name, size_band]", "columns: [region_name, ccg]")
    assert "replies are weighted by 'ccg' too" in str(only_problem(project))
