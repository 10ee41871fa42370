"""The report: sections of jobs, what their results amount to, and tables in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

Job = Callable[[np.random.Generator], Any]
"""One piece of work: it is given its own source of chance, so that the order of work does not matter."""
NEAR = 2.0
"""Monte Carlo errors by which a figure may miss its limit and still not be shown to miss it."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One part of the report: jobs, and what is written of their results (in the order of the jobs)."""

    title: str
    jobs: Sequence[Job]
    write: Callable[[list[Any]], str]


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown, the first column to the left and all others to the right."""
    lines = [columns, [":--", *["--:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def per_cent(share: float, decimals: int = 1) -> str:
    """A share of 0 to 1 in per cent, without a sign before a nought."""
    text = f"{100 * share:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text


def error_of(share: float, runs: int) -> float:
    """The Monte Carlo standard error of a share of runs."""
    return sqrt(max(share * (1 - share), 1 / runs) / runs)


def verdict_on(worst: float, limit: float, error: float, *, at_most: bool = True) -> str:
    """Whether a figure keeps its limit, said with the Monte Carlo error in mind."""
    beyond = worst - limit if at_most else limit - worst
    if beyond <= 0:
        return "**kept**"
    return "**kept within Monte Carlo error**" if beyond <= NEAR * error else "**not kept**"
