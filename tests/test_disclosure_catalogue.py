"""The rules of disclosure in a survey's file: what is read, and every mistake with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcse_analysis.catalogue.disclosure import DisclosureRules
from tests.conftest import SURVEY, accepted, edit_text, only_problem

HEAD = f"{SURVEY}-synthetic/survey.yaml"


def test_rules_of_the_catalogue_and_of_the_house(project: Path) -> None:
    """A survey that names none has those of the house: ten, ten, four decimals, no rounding."""
    edit_text(project / HEAD, "  threshold: 10\n", "  threshold: 30\n  rounding: 5\n")
    surveys = accepted(project).catalogue.surveys
    assert surveys["gpc-pcse-synthetic"].disclosure == DisclosureRules(threshold=30, rounding=5)
    house = DisclosureRules(threshold=10, smallest_side=10, decimals=4, rounding=None)
    assert surveys["gpc-pcse"].disclosure == house


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("threshold: 10", "threshold: 1", "found '1', expected a whole number of 2 or more"),
        ("threshold: 10", "threshold: ten", "found 'ten', expected a number"),
        ("threshold: 10", "treshold: 10", "near 'threshold'"),
        ("smallest_side: 10", "smallest_side: 0", "expected a whole number of 2 or more"),
        ("decimals: 4", "decimals: 1", "expected a whole number from 2 to 6"),
        ("decimals: 4", "decimals: 4\n  rounding: 1", "expected a whole number of 2 or more"),
    ],
)
def test_a_mistake_in_the_rules(project: Path, old: str, new: str, expected: str) -> None:
    edit_text(project / HEAD, old, new)
    problem = only_problem(project)
    assert problem.file == HEAD
    assert expected in problem.what
    assert problem.line is not None
