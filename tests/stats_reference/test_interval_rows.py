"""Intervals of weighted shares: the methods of R survey's ``svyciprop``.

The package offers four of its seven methods. "xlogit" is "logit" by another way of computing it. "likelihood" and
"asin" are computed here, from their formulas, so that every row is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from math import asin, log, sin, sqrt

import numpy as np
import pytest
from scipy.optimize import brentq

from pcse_analysis.metrics.design import kish_base
from pcse_analysis.metrics.intervals import student
from pcse_analysis.metrics.linearised import mean, standard_error
from pcse_analysis.metrics.share_intervals import share_interval
from tests.stats_reference.designs import data_of, design_of, domain_df, stratified, two_wave, wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference, tolerance

COVERS = [
    ("apistrat", "proportion_ci", ""),
    ("apistrat_nofpc", "proportion_ci", ""),
    ("two_wave_a", "proportion_ci", ""),
    ("two_wave_a_long", "proportion_ci", ""),
]
CLOSED, ITERATIVE = 1e-8, 1e-5
OURS = {"wilson": "wilson", "logit": "logit", "xlogit": "logit", "beta": "beta", "mean": "wald"}


def likelihood(share: float, error: float, df: float, n: int) -> tuple[float, float]:
    """Shares that a likelihood ratio test of the scaled binomial likelihood does not reject.

    The likelihood is that of the effective base (J. N. K. Rao and A. J. Scott, Annals of Statistics 12 (1984) 46-60);
    twice its logarithm's fall is set against the square of Student's quantile.
    """
    base, most = share * (1 - share) / error**2, float(student(df)) ** 2

    def beyond(other: float) -> float:
        fall = share * log(share / other) + (1 - share) * log((1 - share) / (1 - other))
        return 2 * base * fall - most * n / (n - 1)

    return brentq(beyond, 1e-9, share, xtol=1e-14), brentq(beyond, share, 1 - 1e-9, xtol=1e-14)


def arcsine(share: float, error: float, df: float, _: int) -> tuple[float, float]:
    """Student's interval for the angle whose squared sine is the share: its variance hardly depends on the share."""
    angle, half = asin(sqrt(share)), float(student(df)) * error / (2 * sqrt(share * (1 - share)))
    return sin(angle - half) ** 2, sin(angle + half) ** 2


THEIRS: dict[str, Callable[[float, float, float, int], tuple[float, float]]] = {
    "likelihood": likelihood,
    "asin": arcsine,
}


@needs_stats_reference
@pytest.mark.parametrize("row", claimed(COVERS), ids=key_of)
def test_row(row: Row) -> None:
    name, _, domain = row["domain"].partition("|")
    if row["dataset"] == "two_wave_a_long":
        design, data = design_of("two_wave_a_long"), data_of("two_wave_a_long")
        values = data[name].to_numpy(float)
        of_wave, _, line = domain.partition(".")
        rows = np.asarray((data["wave"] == int(of_wave)) & (data["line"] == line)) & ~np.isnan(values)
    elif row["dataset"] == "two_wave_a":
        design, values = design_of("two_wave_a", "independent+fpc"), two_wave(name)
        rows = wave(int(domain.removeprefix("wave=")))
    else:
        design, values = design_of(row["dataset"]), stratified(name.removeprefix("I(").removesuffix(")"))
        rows = np.ones(len(design), dtype=bool)
    found, df = mean(values, design, rows), domain_df(design, rows)
    error = standard_error(found, design)
    if row["method"] in OURS:
        bases = (rows.sum(), kish_base(design.weights[rows]), df)
        low, high = share_interval(found.value, error**2, *bases, method=OURS[row["method"]])  # type: ignore[arg-type]
    else:
        low, high = THEIRS[row["method"]](found.value, error, df, int(rows.sum()))  # type: ignore[assignment]
    numbers = {"estimate": found.value, "se": error, "ci_low": float(low), "ci_high": float(high)}
    if row["df"] is not None:
        numbers["df"] = df
    aim = ITERATIVE if row["method"] == "likelihood" else CLOSED
    assert not misses(row, tolerance(row, aim), **numbers)
