"""The test of parallel slopes against one stacked regression in R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pcse_analysis.metrics.coefficients import SignificanceTest
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.parallel_slopes import parallel_slopes
from tests.stats_reference.designs import data_of, design_of, two_wave
from tests.stats_reference.rows import needs_stats_reference

# Origin of all: R 4.2.2, survey 4.1-1. The respondents are stacked, once for each threshold, with above = answer beyond
# it; svyglm(above ~ thr * (covariates), family = quasibinomial()) with the respondent (or its practice) as cluster has
# the covariance of all slopes; W is Wald's statistic of the interactions, F = W (d - q + 1) / (d q), d = degf(design).


def same(found: SignificanceTest, statistic: float, df: int, below: int, p_value: float) -> None:
    assert (found.statistic, found.p_value) == (pytest.approx(statistic, rel=1e-7), pytest.approx(p_value, rel=1e-7))
    assert (found.df, found.denominator_df) == (df, below)


@needs_stats_reference
def test_numbers_under_strata_with_a_correction() -> None:
    data = data_of("apistrat")
    meals = pd.cut(data["meals"], [0, 25, 50, 75, 100], include_lowest=True)
    columns = Covariates(columns={name: data[name] for name in ("avg.ed", "mobility")})
    options = [str(option) for option in meals.cat.categories]
    found = parallel_slopes(meals.cat.codes.to_numpy(), options, columns, design_of("apistrat"))
    same(found.together, 0.282328781383, 4, 194, 0.889190103421)
    same(found.of_each["avg.ed"], 0.262061499855, 2, 196, 0.769732879296)
    same(found.of_each["mobility"], 0.284302218736, 2, 196, 0.752848980738)
    assert found.slopes.values[0] == pytest.approx(-3.59715109758, rel=1e-9)
    assert found.slopes.standard_errors[0] == pytest.approx(0.53083178408, rel=1e-7)


@needs_stats_reference
def test_groups_in_overlapping_waves() -> None:
    data = data_of("two_wave_a")
    codes = np.nan_to_num(two_wave("q_referral")).astype(int) - 1
    columns = Covariates(columns={"wave": data["wave"].astype(str), "size": data["size"]})
    found = parallel_slopes(codes, ["1", "2", "3", "4", "5"], columns, design_of("two_wave_a", "overlap"))
    same(found.together, 0.809148752235, 9, 743, 0.607893890236)
    same(found.of_each["wave"], 1.35984081574, 3, 749, 0.253881320309)
    same(found.of_each["size"], 0.531994472362, 6, 746, 0.784174017121)
    assert found.slopes.standard_errors[0] == pytest.approx(0.142685734416, rel=1e-7)
