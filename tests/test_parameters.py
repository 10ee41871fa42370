"""Parameters: what notebooks declare and what a command line gives.

Design, section 6a: ``-p name=value`` goes to each notebook that declares the name; one that none declares is an error.
Design, section 8: one tagged parameters cell, typed and described; all problems at once.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pcse_analysis.errors import CommandError, Problems
from pcse_analysis.running.parameters import Parameter, check_names, declared_parameters, given_parameters, typed
from tests.conftest import ROOT


def notebook(source: str, tags: object = ("parameters",)) -> dict:
    """A notebook of one code cell."""
    cell = {"id": "a", "cell_type": "code", "metadata": {"tags": tags}, "source": source}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [cell | {"outputs": [], "execution_count": None}],
    }


def declared(tmp_path: Path, source: str) -> dict[str, Parameter]:
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(notebook(source)), encoding="utf-8")
    return declared_parameters(path)


def refusal(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "page.ipynb"
    path.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        declared_parameters(path)
    assert {p.file for p in caught.value.problems} == {"notebooks/page.ipynb"}
    return str(caught.value)


def test_a_cell_is_read_with_types_defaults_and_descriptions(tmp_path: Path):
    """Each expectation is a line of the cell."""
    found = declared(
        tmp_path,
        'wave: str = "2016-10"  # the earlier survey\n'
        "# a remark between\n"
        "top: int = 5\n"
        "margin: float = 2.5  # points\n"
        "draft: bool = True\n",
    )
    assert list(found.values()) == [
        Parameter(name="wave", type="str", default="2016-10", about="the earlier survey"),
        Parameter(name="top", type="int", default=5, about=""),
        Parameter(name="margin", type="float", default=2.5, about="points"),
        Parameter(name="draft", type="bool", default=True, about=""),
    ]


def test_a_hash_inside_a_text_is_not_a_description(tmp_path: Path):
    found = declared(tmp_path, 'colour: str = "#003087"  # of the lines')
    assert found["colour"] == Parameter(name="colour", type="str", default="#003087", about="of the lines")


def test_a_negative_default_is_a_number(tmp_path: Path):
    assert declared(tmp_path, "shift: int = -5")["shift"].default == -5


@pytest.mark.parametrize("name", sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb")))
def test_every_notebook_of_the_project_declares_described_parameters(name: str):
    """Design, section 8: typed and described."""
    found = declared_parameters(ROOT / "notebooks" / f"{name}.ipynb")
    assert "edition" in found
    assert all(parameter.about for parameter in found.values())


@pytest.mark.parametrize(
    "line",
    [
        'wave = "2016-10"',
        "waves: list = []",
        "wave: str = None",
        "wave: str = other()",
        "wave: str",
        "import os",
        "top: int = 'five'",
        "top: int = True",
        "wave: str = 2016",
        "draft: bool = 1",
    ],
)
def test_a_line_that_is_no_parameter_is_named(tmp_path: Path, line: str):
    """A parameter is ``name: type = value`` with a value of that type; a build could not check any other line."""
    message = refusal(tmp_path, json.dumps(notebook(f"first: int = 1\n{line}")).encode())
    assert "CommandError: 1 problem in 'notebooks/page.ipynb'" in message
    assert f"'{line}'" in message
    assert "name: type = value" in message


def test_all_wrong_lines_of_a_cell_are_named_at_once(tmp_path: Path):
    message = refusal(tmp_path, json.dumps(notebook("one = 1\nfine: int = 1\ntwo = 2")).encode())
    assert "'one = 1'" in message
    assert "'two = 2'" in message
    assert "fine" not in message


def test_a_parameter_declared_twice_is_refused(tmp_path: Path):
    """Two values for one name: which one counts is a guess."""
    assert "'top'" in refusal(tmp_path, json.dumps(notebook("top: int = 5\ntop: int = 6")).encode())


@pytest.mark.parametrize(
    ("source", "tags", "expected"),
    [
        ("x: int = 5", [], "found 0 cells tagged 'parameters', expected 1"),
        ("x: int = 5", ["parameter"], "found 0 cells tagged 'parameters', expected 1"),
        ("x: int =", ["parameters"], "is not valid Python"),
        ("x: int = 5", None, "found 0 cells tagged 'parameters', expected 1"),
    ],
)
def test_a_notebook_without_a_usable_parameters_cell(tmp_path: Path, source: str, tags: object, expected: str):
    assert expected in refusal(tmp_path, json.dumps(notebook(source, tags)).encode())


def test_two_parameters_cells_are_one_too_many(tmp_path: Path):
    two = notebook("x: int = 5")
    two["cells"].append(dict(two["cells"][0], id="b"))
    assert "found 2 cells tagged 'parameters', expected 1" in refusal(tmp_path, json.dumps(two).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a notebook",
        b"[]",
        b"null",
        b"3",
        b'"text"',
        b"{}",
        b"\xff\xfe\x92",
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode(),
        json.dumps(notebook("x: int = 5") | {"cells": 3}).encode(),
        json.dumps(notebook("x: int = 5") | {"cells": ["text"]}).encode(),
        json.dumps(notebook("x: int = 5") | {"nbformat": 99}).encode(),
        json.dumps(notebook("x: int = 5")).encode()[:-20],
    ],
    ids=[
        "empty",
        "text",
        "list",
        "null",
        "number",
        "string",
        "object",
        "bytes",
        "no-cells",
        "cells-number",
        "cells-text",
        "version",
        "cut-short",
    ],
)
def test_a_file_that_is_no_notebook(tmp_path: Path, content: bytes):
    assert "cannot be read as a notebook" in refusal(tmp_path, content)


def test_a_notebook_that_is_missing_or_a_folder(tmp_path: Path):
    (tmp_path / "folder.ipynb").mkdir()
    for name in ("none.ipynb", "folder.ipynb"):
        with pytest.raises(CommandError, match=f"notebooks/{name}"):
            declared_parameters(tmp_path / name)


def test_a_cell_without_id_as_older_programs_write_it(tmp_path: Path):
    """Cells had no id before nbformat 4.5; such a notebook is still a notebook and brings no warning."""
    old = notebook("x: int = 5") | {"nbformat_minor": 4}
    del old["cells"][0]["id"]
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert declared_parameters(path)["x"].default == 5


def test_a_value_may_hold_an_equals_sign_and_may_be_empty():
    problems = Problems()
    given = given_parameters(["title=a=b", "wave==x", "group=", "code=012"], problems)
    assert given == {"title": "a=b", "wave": "=x", "group": "", "code": "012"}
    assert problems.found == []


def test_wrong_words_are_all_noted():
    """Four of six words are wrong, each in its own way, and each is named."""
    problems = Problems()
    given = given_parameters(["supplies", "a=1", "a=2", "=x", "my group=x", "b=1"], problems)
    assert given == {"a": "1", "b": "1"}
    assert [p.what for p in problems.found] == [
        "-p 'supplies': expected name=value",
        "-p a is given twice",
        "-p '=x': expected name=value",
        "-p 'my group=x': expected name=value",
    ]


def test_names_that_no_notebook_declares():
    """Near where one letter is missing, else the names there are; ``edition`` has an option of its own."""
    group = Parameter(name="group", type="str", default="all", about="")
    edition = Parameter(name="edition", type="str", default="published", about="")
    problems = Problems()
    check_names(
        {"grop": "x", "zzz": "x", "edition": "x", "group": "x"},
        {"page": {"group": group, "edition": edition}},
        problems,
    )
    assert [p.what for p in problems.found] == [
        "-p grop: no notebook declares it   near 'group'",
        "-p zzz: no notebook declares it; known: group",
        "-p edition: use --edition",
    ]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("str", "012", "012"),
        ("str", "Yes", "Yes"),
        ("str", "", ""),
        ("int", "12", 12),
        ("int", "-3", -3),
        ("float", "2.5", 2.5),
        ("float", "1e3", 1000.0),
        ("bool", "true", True),
        ("bool", "False", False),
    ],
)
def test_a_text_becomes_the_type_that_is_declared(kind: str, text: str, expected: object):
    problems = Problems()
    value = typed(Parameter(name="x", type=kind, default=0, about=""), text, problems)
    assert (value, type(value), problems.found) == (expected, type(expected), [])


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("int", "five", "a whole number"),
        ("int", "5.0", "a whole number"),
        ("int", "", "a whole number"),
        ("int", "1_000", "a whole number"),
        ("int", "1,000", "a whole number"),
        ("float", "2,5", "a number"),
        ("float", "5%", "a number"),
        ("float", "nan", "a number"),
        ("float", "inf", "a number"),
        ("bool", "yes", "true or false"),
        ("bool", "1", "true or false"),
    ],
)
def test_a_text_of_another_type_is_refused(kind: str, text: str, wanted: str):
    """Nothing is guessed: what Python alone would take for a number (``1_000``, ``nan``) is none to a reader."""
    problems = Problems()
    typed(Parameter(name="top", type=kind, default=0, about=""), text, problems)
    found = f"'{text}'" if text else "(empty)"
    assert [p.what for p in problems.found] == [f"-p top: found {found}, expected {wanted}"]
