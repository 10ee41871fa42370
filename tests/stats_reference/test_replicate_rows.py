"""Standard errors from replicate weights: R survey's jackknife, and its bootstrap with the weights that R drew."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from pcse_analysis.metrics.replicates import Replicates, bootstrap, jackknife, replicate_covariance
from pcse_analysis.metrics.share_intervals import student
from tests.stats_reference.designs import design_of, two_wave, wave
from tests.stats_reference.rows import Row, claimed, frame, key_of, misses, needs_stats_reference

COVERS = [
    ("two_wave_a", "mean_by_wave", "JKn"),
    ("two_wave_a", "mean_by_wave", "subbootstrap"),
    ("two_wave_a", "wave_difference", "JKn"),
    ("two_wave_a", "wave_difference", "subbootstrap"),
    ("two_wave_a", "replicate_scale", "subbootstrap"),
]
CLOSED = 1e-8


@functools.cache
def replicates(method: str) -> Replicates:
    """R's ``as.svrepdesign(type="JKn")``, or its 100 bootstrap replicates as they are in the data."""
    if method.startswith("JKn"):
        return jackknife(design_of("two_wave_a", method.removeprefix("JKn;")))
    drawn = frame("two_wave_a_bootstrap_weights").drop(columns="respondent_id").to_numpy(float)
    made = bootstrap(design_of("two_wave_a", "independent"), drawn.shape[1], np.random.default_rng(1))
    return Replicates(
        full=made.full,
        weights=drawn,
        scale=made.scale,
        rscales=made.rscales,
        degrees_of_freedom=made.degrees_of_freedom,
    )


@functools.cache
def by_wave(method: str, variable: str) -> tuple[np.ndarray, np.ndarray]:
    """The means of both waves, and their covariance matrix."""
    y = two_wave(variable)
    rows = [wave(number) & ~np.isnan(y) for number in (1, 2)]
    found = replicates(method)
    means, each = found.estimates(lambda w: [w[r] @ y[r] / w[r].sum() for r in rows])
    return means, replicate_covariance(each, means, found)


@needs_stats_reference
@pytest.mark.parametrize("row", claimed(COVERS), ids=key_of)
def test_replicates(row: Row) -> None:
    df = float(replicates(row["method"]).degrees_of_freedom)
    if row["statistic"] == "replicate_scale":
        assert not misses(row, CLOSED, estimate=replicates(row["method"]).scale)
        return
    variable, _, number = row["domain"].partition("|wave=")
    means, covariance = by_wave(row["method"], variable)
    if row["statistic"] == "wave_difference":
        apart = np.array([-1.0, 1.0])
        error = float(np.sqrt(apart @ covariance @ apart))
        assert not misses(row, CLOSED, estimate=float(apart @ means), se=error, df=df)
        return
    place = int(number) - 1
    value, error = float(means[place]), float(np.sqrt(covariance[place, place]))
    half = float(student(df)) * error
    assert not misses(row, CLOSED, estimate=value, se=error, ci_low=value - half, ci_high=value + half, df=df)
