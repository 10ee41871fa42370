"""Rules for a notebook: DESIGN section 8 (thin cells, one typed parameters cell, nothing stored)."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

import pcse_analysis
from pcse_analysis.running.parameters import declared_parameters

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
ON_PUBLISHED = ("annex", "survey_change")
BANNED_NODES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.For, ast.While, ast.If, ast.With,
                ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.Try)  # fmt: skip
BANNED_NAMES = {"groupby", "merge", "Path", "open", "read_csv", "apply"}


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_the_notebooks_exist() -> None:
    """What the commission names: published figures, replies, issue logs, claims, standards, commitments; batches."""
    names = [
        "annex",
        "area_report",
        "batch_index",
        "commitments",
        "compensation_claims",
        "data_quality",
        "issue_resolution",
        "practice_report",
        "service_standards",
        "survey_annex",
        "survey_change",
        "survey_responses",
        "survey_service",
    ]
    assert [path.stem for path in NOTEBOOKS] == names


def test_notebooks_of_a_batch_make_no_page_of_an_edition() -> None:
    """Every other notebook is named in pages.csv."""
    text = (NOTEBOOKS[0].parents[1] / "data" / "catalogue" / "pages.csv").read_text(encoding="utf-8")
    named = {line.split(",")[1] for line in text.splitlines()[1:]}
    assert {path.stem for path in NOTEBOOKS} - named == {"area_report", "batch_index", "practice_report"}


def test_no_output_or_count_is_stored(path: Path) -> None:
    """What a run leaves behind stays out of git."""
    assert all(not cell.outputs and cell.execution_count is None for cell in code_cells(path))


def test_every_parameter_is_typed_and_described(path: Path) -> None:
    """``declared_parameters`` itself refuses a line without a type."""
    parameters = declared_parameters(path)
    needed = {"edition", "survey", "wave_before", "wave_after"} if path.stem in ON_PUBLISHED else {"edition"}
    assert needed <= set(parameters)
    assert all(parameter.about for parameter in parameters.values())


def test_a_cell_calls_the_library_in_at_most_six_lines(path: Path) -> None:
    """No definition, loop, grouping, joining or path; every name used is one that the package offers."""
    for cell in code_cells(path):
        if "parameters" in cell.metadata.get("tags", []):
            continue
        tree = ast.parse(cell.source)
        assert sum(1 for line in cell.source.splitlines() if line.strip()) <= 6
        for node in ast.walk(tree):
            assert not isinstance(node, BANNED_NODES)
            if isinstance(node, ast.Attribute):
                assert node.attr not in BANNED_NAMES
                if isinstance(node.value, ast.Name) and node.value.id == "pcse":
                    assert node.attr in pcse_analysis.__all__
            assert not (isinstance(node, ast.Name) and node.id in BANNED_NAMES)
        assert isinstance(tree.body[-1], ast.Expr)


def test_no_figure_is_typed_in_a_text_cell(path: Path) -> None:
    """DESIGN section 2, principle 5."""
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    assert texts
    assert not any(re.search(r"\d", text) for text in texts)


def test_every_section_has_a_heading_of_the_second_level(path: Path) -> None:
    """The first level is the title of the page, made from the catalogue."""
    texts = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
    assert all(text.startswith("## ") and text.count("\n#") == 0 for text in texts)
