"""Tests and intervals without weights, by scipy and statsmodels; Newcombe's and Wilson's by the package."""

from __future__ import annotations

from math import inf, sqrt

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import proportion_confint

from pcse_analysis.metrics.intervals import CONFIDENCE, newcombe, wilson, z_of
from pcse_analysis.metrics.tests_of_difference import wald
from tests.stats_reference.designs import data_of, two_wave, wave
from tests.stats_reference.rows import Row, claimed, close, key_of, misses, needs_stats_reference, tolerance

COVERS = [
    ("two_wave_a", "prop.test", ""),
    ("two_wave_a", "prop.test_X2", ""),
    ("two_wave_a", "proportion_ci_unweighted", ""),
    ("two_wave_a", "difference_ci_unweighted", ""),
    ("two_wave_a", "fisher.test", ""),
    ("two_wave_a", "tost", "unpooled"),
    ("two_wave_a", "tost_lower", "unpooled"),
    ("two_wave_a", "tost_upper", "unpooled"),
    ("two_wave_a", "mcnemar.test", ""),
    ("two_wave_a", "mcnemar_exact", ""),
    ("two_wave_a", "paired_difference", ""),
]
CLOSED, ITERATIVE = 1e-8, 1e-5
Z = z_of(CONFIDENCE)


def counts(variable: str) -> tuple[int, int, int, int]:
    """Of those who answered: how many did so with yes in wave 1, how many there were; the same for wave 2."""
    values = two_wave(variable)
    answers = [values[wave(number) & ~np.isnan(values)] for number in (1, 2)]
    return int(answers[0].sum()), len(answers[0]), int(answers[1].sum()), len(answers[1])


def pairs(variable: str) -> tuple[int, int, int]:
    """Practices in both waves, by their first respondent: no then yes, yes then no, and all."""
    data = data_of("two_wave_a").assign(value=two_wave(variable))
    firsts = data[data["resp_no"] == 1].pivot(index="practice_id", columns="wave", values="value").dropna()
    return int((firsts[1] < firsts[2]).sum()), int((firsts[1] > firsts[2]).sum()), len(firsts)


def rows_of(*statistics: str) -> list[Row]:
    """The rows that this file covers, of some statistics."""
    return [row for row in claimed(COVERS) if row["statistic"] in statistics]


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("prop.test", "prop.test_X2"), ids=key_of)
def test_two_shares(row: Row) -> None:
    yes1, n1, yes2, n2 = counts(row["domain"])
    corrected = row["method"] == "correct=TRUE"
    test = stats.chi2_contingency([[yes1, n1 - yes1], [yes2, n2 - yes2]], correction=corrected)
    if row["statistic"] == "prop.test_X2":
        assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.pvalue, df=test.dof)
        return
    p1, p2 = yes1 / n1, yes2 / n2
    # Yates's correction of the interval: half a respondent in each wave.
    half = Z * sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) + corrected * (1 / n1 + 1 / n2) / 2
    low, high = p2 - p1 - half, p2 - p1 + half
    assert not misses(row, CLOSED, estimate=p2 - p1, ci_low=low, ci_high=high, p_value=test.pvalue, df=test.dof)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("proportion_ci_unweighted"), ids=key_of)
def test_one_share(row: Row) -> None:
    variable, _, number = row["domain"].partition("|wave=")
    yes, n = counts(variable)[:2] if number == "1" else counts(variable)[2:]
    if row["method"] == "wilson":
        low, high = (float(limit) for limit in wilson(yes / n, n, Z))
    else:
        named = {"clopper-pearson": "beta", "jeffreys": "jeffreys"}
        low, high = proportion_confint(yes, n, method=named[row["method"]])
    assert not misses(row, CLOSED, estimate=yes / n, ci_low=low, ci_high=high)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("difference_ci_unweighted"), ids=key_of)
def test_newcombe(row: Row) -> None:
    yes1, n1, yes2, n2 = counts(row["domain"])
    low, high = newcombe(yes1 / n1, n1, yes2 / n2, n2, Z)
    assert not misses(row, CLOSED, estimate=yes2 / n2 - yes1 / n1, ci_low=float(low), ci_high=float(high))


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("fisher.test"), ids=key_of)
def test_fisher(row: Row) -> None:
    yes1, n1, yes2, n2 = counts(row["domain"])
    table = [[n1 - yes1, n2 - yes2], [yes1, yes2]]
    found = stats.contingency.odds_ratio(table, kind="conditional")
    low, high = found.confidence_interval(CONFIDENCE)
    p_value = stats.fisher_exact(table).pvalue
    assert close(p_value, row["p_value"], CLOSED)
    assert not misses(
        row, tolerance(row, ITERATIVE), estimate=found.statistic, ci_low=low, ci_high=high, p_value=p_value
    )


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("tost", "tost_lower", "tost_upper"), ids=key_of)
def test_equivalence_of_two_shares(row: Row) -> None:
    yes1, n1, yes2, n2 = counts(row["domain"])
    p1, p2 = yes1 / n1, yes2 / n2
    error = sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    test = wald(p2 - p1, error, inf, float(row["method"].partition("margin=")[2]))
    p_value = {"tost": test.p_equivalence, "tost_lower": test.p_lower, "tost_upper": test.p_upper}[row["statistic"]]
    assert p_value is not None
    numbers = {"estimate": test.difference, "se": error, "p_value": p_value, "df": inf}
    if row["statistic"] == "tost":
        numbers |= {"ci_low": test.low90, "ci_high": test.high90}
    assert not misses(row, CLOSED, **numbers)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("mcnemar.test"), ids=key_of)
def test_mcnemar(row: Row) -> None:
    rose, fell, _ = pairs(row["domain"])
    test = mcnemar([[0, rose], [fell, 0]], exact=False, correction=row["method"] == "correct=TRUE")
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.pvalue, df=1)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("mcnemar_exact"), ids=key_of)
def test_mcnemar_exact(row: Row) -> None:
    rose, fell, _ = pairs(row["domain"])
    test = stats.binomtest(rose, rose + fell)
    low, high = test.proportion_ci(CONFIDENCE, method="exact")
    assert not misses(row, CLOSED, estimate=test.statistic, ci_low=low, ci_high=high, p_value=test.pvalue)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("paired_difference"), ids=key_of)
def test_paired_difference(row: Row) -> None:
    rose, fell, n = pairs(row["domain"])
    error = sqrt(rose + fell - (rose - fell) ** 2 / n) / n
    assert not misses(row, CLOSED, estimate=(rose - fell) / n, se=error)
