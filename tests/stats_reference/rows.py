"""The reference values of R and the data they were computed on: the one reader of ``../shared/reference/stats``.

A test file says which rows it asserts in a constant ``COVERS``, a literal list of (dataset, statistic, beginning of the
method), and parametrizes over ``claimed(COVERS)``, so that ``test_every_row.py`` can count::

    COVERS = [("two_wave_a", "svychisq", ""), ("apistrat", "svychisq", "F")]


    @needs_stats_reference
    @pytest.mark.parametrize("row", claimed(COVERS), ids=key_of)
    def test_row(row):
        found = ...
        assert not misses(row, 1e-8, estimate=found.value, se=found.se)
"""

from __future__ import annotations

import csv
import functools
import math
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.shared import SHARED

STATS = SHARED / "reference" / "stats"
EXPECTED = STATS / "expected_values.csv"
NOT_REPRODUCED = Path(__file__).with_name("not_reproduced.csv")
KEY = ("dataset", "statistic", "method", "domain")
NUMBERS = ("estimate", "se", "ci_low", "ci_high", "p_value", "df")
ABSOLUTE = 1e-14
"""What a value that should be 0 may be off by; R's own are not always 0 to the last bit."""

Row = dict[str, Any]
Pattern = tuple[str, str, str]

needs_stats_reference = pytest.mark.skipif(
    not EXPECTED.is_file() and os.environ.get("CI") != "true",
    reason="needs the reference values in ../shared/reference/stats, which are not here",
)
"""Skips where the reference values are absent; in CI the test runs all the same and fails."""


@functools.cache
def _all() -> tuple[Row, ...]:
    if not EXPECTED.is_file() and os.environ.get("CI") != "true":
        return ()
    with EXPECTED.open(encoding="utf-8", newline="") as file:
        return tuple(_typed(row) for row in csv.DictReader(file))


def _typed(row: dict[str, str]) -> Row:
    numbers = {name: float(row[name]) if row[name] else None for name in NUMBERS}
    return {**row, **numbers, "key": "|".join(row[name] for name in KEY)}


def rows(statistic: str | None = None, dataset: str | None = None, method: str | None = None) -> list[Row]:
    """The rows of a statistic (of all), each a dict.

    ``estimate, se, ci_low, ci_high, p_value, df`` are floats, None where R's call does not define them; ``dataset,
    statistic, method, domain, r_call`` are text; ``key`` is the first four of these with ``|`` between. ``dataset`` and
    ``method`` must be equal, not only begin so. Empty where the reference is absent (outside CI).
    """
    wanted = {"statistic": statistic, "dataset": dataset, "method": method}
    return [row for row in _all() if all(value is None or row[name] == value for name, value in wanted.items())]


def fits(row: Row, pattern: Pattern) -> bool:
    """Whether a row has this dataset and statistic and a method that begins so."""
    dataset, statistic, method = pattern
    return bool(row["dataset"] == dataset and row["statistic"] == statistic and row["method"].startswith(method))


def claimed(patterns: Iterable[Pattern]) -> list[Row]:
    """The rows that fit one of the patterns, in the order of the file."""
    listed = list(patterns)
    return [row for row in _all() if any(fits(row, pattern) for pattern in listed)]


def key_of(row: Row) -> str:
    """The name of a row's test."""
    return str(row["key"])


@functools.cache
def _frame(name: str) -> pd.DataFrame:
    return pd.read_csv(STATS / f"{name.removesuffix('.csv')}.csv")


def frame(name: str) -> pd.DataFrame:
    """A data file as pandas reads it (``frame("apistrat")``): read once, each caller has a copy of its own."""
    return _frame(name).copy()


@functools.cache
def not_reproduced() -> dict[str, dict[str, str]]:
    """The rows of ``not_reproduced.csv`` by key: those that no test asserts, or only less closely than is aimed for.

    ``relative`` is how closely a row is asserted after all; empty where it is not.
    """
    with NOT_REPRODUCED.open(encoding="utf-8", newline="") as file:
        return {"|".join(row[name] for name in KEY): row for row in csv.DictReader(file)}


def tolerance(row: Row, aim: float) -> float:
    """How closely a row is asserted: the aim, or what ``not_reproduced.csv`` allows it."""
    listed = not_reproduced().get(row["key"])
    return float(listed["relative"]) if listed and listed["relative"] else aim


def close(found: float, expected: float, relative: float) -> bool:
    """Whether two numbers agree to so many parts of the expected one; infinities must be alike.

    ``ABSOLUTE`` counts only where 0 is expected, so that tiny p-values are compared too.
    """
    if math.isinf(expected) or math.isinf(found):
        return found == expected
    return abs(found - expected) <= (relative * abs(expected) if expected else ABSOLUTE)


def misses(row: Row, relative: float, **found: float) -> list[str]:
    """What is wrong with numbers found for a row, empty where nothing is.

    Every number that the row has must be given, so that none passes by not being looked at.
    """
    return list(_misses(row, relative, found))


def _misses(row: Row, relative: float, found: dict[str, float]) -> Iterator[str]:
    for name in NUMBERS:
        expected = row[name]
        if expected is None:
            if name in found:
                yield f"{name}: found {found[name]!r}, but R gives none: {row['key']}"
        elif name not in found:
            yield f"{name}: R gives {expected!r}, which is compared with nothing: {row['key']}"
        elif not close(float(found[name]), expected, relative):
            error = (found[name] - expected) / expected if expected else math.inf
            yield f"{name}: found {found[name]!r}, expected {expected!r} (relative {error:.2g}): {row['key']}"
