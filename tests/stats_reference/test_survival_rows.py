"""Time to resolution: Kaplan and Meier's curve, its quantiles, and log-rank tests, by statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from pcse_analysis.metrics.intervals import CONFIDENCE, z_of
from tests.stats_reference.designs import data_of, wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference

COVERS = [
    ("two_wave_a", "km_survival", ""),
    ("two_wave_a", "km_quantile", ""),
    ("two_wave_a", "logrank", ""),
]
CLOSED = 1e-8
Z = z_of(CONFIDENCE)
QUANTILE_METHODS = {"plain": "linear", "log": "log", "log-log": "cloglog"}


def curve(number: str) -> SurvfuncRight:
    """The curve of one wave: days until resolved."""
    data = data_of("two_wave_a")[wave(int(number))]
    return SurvfuncRight(data["days"].to_numpy(), data["resolved"].to_numpy())


def limits(share: float, error: float, kind: str) -> tuple[float, float]:
    """The interval of a share still open, on the scale named; as J. P. Klein and M. L. Moeschberger (2003), 4.3."""
    if kind == "plain":
        low, high = share - Z * error, share + Z * error
    elif kind == "log":
        low, high = share * np.exp(-Z * error / share), share * np.exp(Z * error / share)
    else:
        half = Z * error / (share * np.log(share))
        low, high = share ** np.exp(-half), share ** np.exp(half)
    return max(float(low), 0.0), min(float(high), 1.0)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "km_survival"], ids=key_of)
def test_share_still_open(row: Row) -> None:
    time, _, number = row["domain"].removeprefix("t=").partition("|wave=")
    found = curve(number)
    place = int(np.searchsorted(found.surv_times, float(time), side="right")) - 1
    share, error = float(found.surv_prob[place]), float(found.surv_prob_se[place])
    low, high = limits(share, error, row["method"].removeprefix("conf.type="))
    assert not misses(row, CLOSED, estimate=share, se=error, ci_low=low, ci_high=high)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "km_quantile"], ids=key_of)
def test_days_until_a_share_is_resolved(row: Row) -> None:
    probability, _, number = row["domain"].removeprefix("q=").partition("|wave=")
    found = curve(number)
    method = QUANTILE_METHODS[row["method"].removeprefix("conf.type=")]
    low, high = found.quantile_ci(float(probability), method=method)
    assert not misses(row, CLOSED, estimate=found.quantile(float(probability)), ci_low=low, ci_high=high)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "logrank"], ids=key_of)
def test_log_rank(row: Row) -> None:
    data = data_of("two_wave_a")
    settings = {"rho=0": {}, "rho=1": {"weight_type": "fh", "fh_p": 1}, "strata(size)": {"strata": data["size"]}}
    statistic, p_value = survdiff(data["days"], data["resolved"], data["wave"], **settings[row["method"]])
    assert not misses(row, CLOSED, estimate=statistic, p_value=p_value, df=1)
