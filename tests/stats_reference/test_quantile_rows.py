"""Weighted quantiles with Woodruff's interval: R survey's ``svyquantile``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike

from pcse_analysis.metrics.intervals import student
from pcse_analysis.metrics.quantiles import quantiles
from pcse_analysis.metrics.share_intervals import share_interval
from tests.stats_reference.designs import Floats, design_of, stratified, two_wave, wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference

COVERS = [("apistrat", "quantile", ""), ("apistrat_nofpc", "quantile", ""), ("two_wave_a", "quantile", "")]
CLOSED = 1e-8
OURS = {"mean": "wald", "xlogit": "logit", "beta": "beta"}


def arcsine(share: ArrayLike, variance: ArrayLike, *bases: ArrayLike, **settings: Any) -> tuple[Floats, Floats]:
    """The arcsine interval of a share, which the package does not offer; that of the package at 0 and 1."""
    p = np.asarray(share, float)
    if ((p == 0) | (p == 1)).all():
        return share_interval(share, variance, *bases, **settings)  # type: ignore[arg-type]
    half = student(bases[2], settings["confidence"]) * np.sqrt(variance) / (2 * np.sqrt(p * (1 - p)))
    angle = np.arcsin(np.sqrt(p))
    return np.sin(angle - half) ** 2, np.sin(angle + half) ** 2


@needs_stats_reference
@pytest.mark.parametrize("row", claimed(COVERS), ids=key_of)
def test_row(row: Row) -> None:
    name, _, domain = row["domain"].partition("|")
    variable, _, probability = name.partition("@")
    if row["dataset"] == "two_wave_a":
        design, values = design_of("two_wave_a", "independent+fpc"), two_wave(variable)
        place = np.where(wave(int(domain.removeprefix("wave="))), 0, -1)
    else:
        design, values = design_of(row["dataset"]), stratified(variable)
        place = np.zeros(len(design), dtype=np.intp)
    method = row["method"].removeprefix("interval.type=")
    interval = arcsine if method == "asin" else share_interval
    (found,) = quantiles(
        values, design, float(probability), domain=place, method=OURS.get(method, "wilson"), interval=interval
    )  # type: ignore[arg-type]
    assert found.value is not None and found.low is not None and found.high is not None
    assert found.standard_error is not None
    assert not misses(
        row,
        CLOSED,
        estimate=found.value,
        se=found.standard_error,
        ci_low=found.low,
        ci_high=found.high,
        df=found.degrees_of_freedom,
    )
