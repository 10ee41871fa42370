"""Tests of ordered answers without weights, by scipy and statsmodels: what the pages could call for a plain check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import SquareTable

from tests.stats_reference.designs import Floats, data_of, two_wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference

COVERS = [
    ("two_wave_a", "wilcox.test", ""),
    ("two_wave_a", "wilcox.test_paired", ""),
    ("two_wave_a", "kruskal.test", ""),
    ("two_wave_a", "chisq.test", ""),
    ("two_wave_a", "prop.trend.test", ""),
    ("two_wave_a", "bowker_symmetry", ""),
]
CLOSED = 1e-8


def rows_of(statistic: str) -> list[Row]:
    return [row for row in claimed(COVERS) if row["statistic"] == statistic]


def answers(variable: str, by: str = "wave") -> tuple[Floats, pd.Series]:
    """The answers there are, and the group of each."""
    values = two_wave(variable)
    return values[~np.isnan(values)], data_of("two_wave_a")[by][~np.isnan(values)]


def pairs(variable: str) -> tuple[Floats, Floats]:
    """Practices in both waves, by their first respondent: the answers of each wave."""
    data = data_of("two_wave_a").assign(value=two_wave(variable))
    both = data[data["resp_no"] == 1].pivot(index="practice_id", columns="wave", values="value").dropna()
    return both[1].to_numpy(), both[2].to_numpy()


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("wilcox.test"), ids=key_of)
def test_wilcoxon(row: Row) -> None:
    values, wave = answers(row["domain"])
    corrected = row["method"] == "correct=TRUE"
    test = stats.mannwhitneyu(values[wave == 1], values[wave == 2], use_continuity=corrected, method="asymptotic")
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.pvalue)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("wilcox.test_paired"), ids=key_of)
def test_wilcoxon_of_pairs(row: Row) -> None:
    first, second = pairs(row["domain"])
    test = stats.wilcoxon(first, second, correction=True, method="approx")
    ranks_above = stats.wilcoxon(first, second, alternative="greater", method="approx").statistic
    assert not misses(row, CLOSED, estimate=ranks_above, p_value=test.pvalue)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("kruskal.test"), ids=key_of)
def test_kruskal(row: Row) -> None:
    variable, _, by = row["domain"].partition("~")
    values, groups = answers(variable, by)
    names = sorted(set(groups))
    test = stats.kruskal(*(values[groups == name] for name in names))
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.pvalue, df=len(names) - 1)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("chisq.test"), ids=key_of)
def test_chi_square(row: Row) -> None:
    variable, _, by = row["domain"].partition(" x ")
    test = stats.chi2_contingency(pd.crosstab(*answers(variable, by)), correction=False)
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.pvalue, df=test.dof)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("prop.trend.test"), ids=key_of)
def test_trend(row: Row) -> None:
    # The chi-square for trend is the base times the squared correlation of level and wave.
    values, wave = answers(row["domain"])
    statistic = len(values) * stats.pearsonr(values, wave).statistic ** 2
    assert not misses(row, CLOSED, estimate=statistic, p_value=stats.chi2.sf(statistic, 1), df=1)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("bowker_symmetry"), ids=key_of)
def test_symmetry(row: Row) -> None:
    first, second = pairs(row["domain"])
    test = SquareTable(pd.crosstab(first, second), shift_zeros=False).symmetry(method="bowker")
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.pvalue, df=test.df)
