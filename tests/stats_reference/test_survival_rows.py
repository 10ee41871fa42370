"""Time to resolution: our curve of Kaplan and Meier, its quantiles, and our log-rank test, against R's survival."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd
import pytest

from pcse_analysis.metrics.durations import Curve, RiskTable, Scale, log_rank, risk_table
from tests.stats_reference.designs import data_of, wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference

COVERS = [
    ("two_wave_a", "km_survival", ""),
    ("two_wave_a", "km_quantile", ""),
    ("two_wave_a", "logrank", ""),
]
CLOSED = 1e-8


def of_waves(data: pd.DataFrame) -> RiskTable:
    """Days until resolved, one row a wave."""
    days, resolved = data["days"].to_numpy(), data["resolved"].to_numpy() == 1
    return risk_table(days, resolved, data["wave"].to_numpy() - 1, 2)


def curve(number: str) -> Curve:
    """The curve of one wave, counted by itself."""
    data = data_of("two_wave_a")[wave(int(number))]
    return risk_table(data["days"].to_numpy(), data["resolved"].to_numpy() == 1).curve()


def scale(row: Row) -> Scale:
    """The scale on which the limits of a row were made."""
    return cast(Scale, row["method"].removeprefix("conf.type="))


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "km_survival"], ids=key_of)
def test_share_still_open(row: Row) -> None:
    time, _, number = row["domain"].removeprefix("t=").partition("|wave=")
    found, day = curve(number), int(time)
    low, high = found.limits(scale(row))
    numbers = {"estimate": found.share[day], "se": found.error[day], "ci_low": low[day], "ci_high": high[day]}
    assert not misses(row, CLOSED, **numbers)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "km_quantile"], ids=key_of)
def test_days_until_a_share_is_resolved(row: Row) -> None:
    probability, _, number = row["domain"].removeprefix("q=").partition("|wave=")
    found = curve(number).quantile(float(probability), scale(row))
    assert found.value is not None and found.low is not None and found.high is not None
    assert not misses(row, CLOSED, estimate=found.value, ci_low=found.low, ci_high=found.high)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "logrank"], ids=key_of)
def test_log_rank(row: Row) -> None:
    data = data_of("two_wave_a")
    sizes = np.unique(data["size"]) if row["method"] == "strata(size)" else []
    strata = [of_waves(data[data["size"] == size]) for size in sizes] or [of_waves(data)]
    test = log_rank(strata, rho=1.0 if row["method"] == "rho=1" else 0.0)
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.p_value, df=test.degrees)
