"""Every reference row is asserted by a test, or listed with the reason why not."""

from __future__ import annotations

import ast
import importlib
from collections import Counter
from pathlib import Path

import pytest

from tests.stats_reference.rows import KEY, Pattern, claimed, fits, needs_stats_reference, not_reproduced, rows

TESTS = Path(__file__).resolve().parents[1]


def covers_of(path: Path) -> list[Pattern] | None:
    """The constant ``COVERS`` of a test file; None where it has none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.AnnAssign):
            names, value = [node.target], node.value
        elif isinstance(node, ast.Assign):
            names, value = node.targets, node.value  # type: ignore[assignment]
        else:
            continue
        if value is not None and any(isinstance(name, ast.Name) and name.id == "COVERS" for name in names):
            return [(str(d), str(s), str(m)) for d, s, m in ast.literal_eval(value)]
    return None


def all_covers() -> dict[str, list[Pattern]]:
    """What each test file covers."""
    found = {path: covers_of(path) for path in sorted(TESTS.rglob("test_*.py"))}
    return {path.relative_to(TESTS).as_posix(): covers for path, covers in found.items() if covers is not None}


@needs_stats_reference
def test_every_row_is_asserted_or_listed() -> None:
    patterns = [pattern for covers in all_covers().values() for pattern in covers]
    asserted = {row["key"] for row in rows() if any(fits(row, pattern) for pattern in patterns)}
    listed = {key for key, row in not_reproduced().items() if not row["relative"]}
    missing = [row["key"] for row in rows() if row["key"] not in asserted | listed]
    assert not missing, f"{len(missing)} rows are in no test and not in not_reproduced.csv: {missing[:20]}"
    both = sorted(asserted & listed)
    assert not both, f"{len(both)} rows are said to be asserted and not to be reproduced: {both[:20]}"


@needs_stats_reference
def test_all_rows_are_there_and_no_two_have_one_key() -> None:
    # 976 rows over 57 statistics: README.md of the reference values.
    keys = [row["key"] for row in rows()]
    assert (len(keys), len({row["statistic"] for row in rows()})) == (976, 57)
    assert not [key for key, count in Counter(keys).items() if count > 1]


@needs_stats_reference
def test_nothing_is_covered_or_listed_that_is_not_there() -> None:
    known = rows()
    idle = [
        (path, pattern)
        for path, covers in all_covers().items()
        for pattern in covers
        if not any(fits(row, pattern) for row in known)
    ]
    assert not idle
    assert not set(not_reproduced()) - {row["key"] for row in known}


def test_every_row_listed_says_why() -> None:
    for key, row in not_reproduced().items():
        assert set(row) == {*KEY, "relative", "reason"}
        assert len(row["reason"].split()) >= 5, key
        assert not row["relative"] or 1e-5 < float(row["relative"]) <= 1e-2, key


@needs_stats_reference
@pytest.mark.parametrize("path", sorted(all_covers()))
def test_a_file_tests_each_row_that_it_covers(path: str) -> None:
    module = importlib.import_module(f"tests.{path.removesuffix('.py').replace('/', '.')}")
    tested = {
        value["key"]
        for test in vars(module).values()
        for mark in getattr(test, "pytestmark", ())
        if mark.name == "parametrize"
        for value in mark.args[1]
        if isinstance(value, dict) and "key" in value
    }
    assert tested == {row["key"] for row in claimed(all_covers()[path])}
    assert "misses(" in (TESTS / path).read_text(encoding="utf-8")
