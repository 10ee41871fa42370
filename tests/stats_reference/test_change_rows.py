"""Changes between two waves: differences of means under R survey's designs, their tests, and p-values adjusted.

The rows ``overlap(PSU=practice)+fpc`` are reproduced as arithmetic. They are no target for practice: the correction
there counts the distinct practices of both waves together. The package's own change uses another one.
"""

from __future__ import annotations

import functools

import numpy as np
import pytest
from scipy.stats import mannwhitneyu
from statsmodels.stats.multitest import multipletests

from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.linearised import covariance, mean
from pcse_analysis.metrics.tests_of_difference import WaldTest, joint_wald, wald
from tests.stats_reference.designs import Floats, Rows, data_of, design_of, two_wave, wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference

COVERS = [
    ("two_wave_a", "wave_difference", "independent"),
    ("two_wave_a", "wave_difference", "overlap"),
    ("two_wave_a", "wave_covariance", ""),
    ("two_wave_a", "tost", "independent"),
    ("two_wave_a", "tost", "overlap"),
    ("two_wave_a", "tost_lower", "independent"),
    ("two_wave_a", "tost_lower", "overlap"),
    ("two_wave_a", "tost_upper", "independent"),
    ("two_wave_a", "tost_upper", "overlap"),
    ("two_wave_a", "p_adjusted_unweighted", ""),
    ("two_wave_a_long", "wave_difference_by_line", ""),
    ("two_wave_a_long", "tost", ""),
    ("two_wave_a_long", "tost_lower", ""),
    ("two_wave_a_long", "tost_upper", ""),
    ("two_wave_a_long", "p_adjusted", ""),
    ("two_wave_a_long", "joint_test_all_lines", ""),
]
CLOSED = 1e-8
LINES = (
    *("referral", "advice", "imaging", "pathology", "discharge", "prescribing"),
    *("community", "mental_health", "it_support"),
)
ADJUSTMENTS = {
    "holm": "holm",
    "hochberg": "simes-hochberg",
    "hommel": "hommel",
    "bonferroni": "bonferroni",
    "BH": "fdr_bh",
    "BY": "fdr_by",
}


def two_means(values: Floats, design: Design, waves: tuple[Rows, Rows]) -> tuple[Floats, Floats]:
    """The means of two waves and the covariance matrix of their errors."""
    found = [mean(values, design, rows) for rows in waves]
    influence = np.column_stack([one.influence for one in found])
    return np.array([one.value for one in found]), covariance(influence, design)


@functools.cache
def of_variable(variable: str, method: str) -> tuple[Floats, Floats, Design]:
    """Means and covariance of both waves for a variable, under the design that a method begins with."""
    design = design_of("two_wave_a", method)
    return *two_means(two_wave(variable), design, (wave(1), wave(2))), design


@functools.cache
def of_line(variable: str, line: str) -> tuple[Floats, Floats, Design]:
    """The same for one service line of the long data."""
    design, data = design_of("two_wave_a_long"), data_of("two_wave_a_long")
    waves = [np.asarray((data["line"] == line) & (data["wave"] == number)) for number in (1, 2)]
    return *two_means(data[variable].to_numpy(float), design, (waves[0], waves[1])), design


def wald_of(means: Floats, matrix: Floats, design: Design, margin: float | None = None) -> WaldTest:
    """Later less earlier mean, tested."""
    error = float(np.sqrt(matrix[0, 0] + matrix[1, 1] - 2 * matrix[0, 1]))
    return wald(float(means[1] - means[0]), error, design.degrees_of_freedom, margin)


def numbers(row: Row, test: WaldTest) -> dict[str, float]:
    """What a test gives for a row of its statistic."""
    found = {"estimate": test.difference, "se": test.standard_error, "df": test.degrees_of_freedom}
    if row["statistic"] == "tost":
        return {**found, "ci_low": test.low90, "ci_high": test.high90, "p_value": _given(test.p_equivalence)}
    if row["statistic"].startswith("tost_"):
        return {**found, "p_value": _given(test.p_lower if row["statistic"] == "tost_lower" else test.p_upper)}
    return {**found, "ci_low": test.low, "ci_high": test.high, "p_value": test.p_value}


def _given(value: float | None) -> float:
    assert value is not None
    return value


def of_row(row: Row) -> tuple[Floats, Floats, Design]:
    """Means, covariance and design that a row is about."""
    variable, _, line = row["domain"].partition("|")
    return of_line(variable, line) if line else of_variable(variable, row["method"].partition(";")[0])


@needs_stats_reference
@pytest.mark.parametrize(
    "row", [r for r in claimed(COVERS) if r["statistic"].startswith(("wave_difference", "tost"))], ids=key_of
)
def test_differences_and_two_one_sided_tests(row: Row) -> None:
    _, _, margin = row["method"].partition(";margin=")
    test = wald_of(*of_row(row), float(margin) if margin else None)
    assert not misses(row, CLOSED, **numbers(row, test))


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"] == "wave_covariance"], ids=key_of)
def test_covariance_of_the_waves(row: Row) -> None:
    assert not misses(row, CLOSED, estimate=of_row(row)[1][0, 1])


@functools.cache
def p_of_lines(variable: str) -> Floats:
    """The p-value of no change in each of the nine lines."""
    return np.array([wald_of(*of_line(variable, line)).p_value for line in LINES])


@functools.cache
def rank_p_of_lines() -> Floats:
    """The same by Wilcoxon's rank test without weights."""
    found = []
    for line in LINES:
        score = two_wave(f"q_{line}")
        earlier, later = (score[wave(number) & ~np.isnan(score)] for number in (1, 2))
        found.append(mannwhitneyu(earlier, later, use_continuity=True, method="asymptotic").pvalue)
    return np.array(found)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"].startswith("p_adjusted")], ids=key_of)
def test_adjusted_p_values(row: Row) -> None:
    variable, _, line = row["domain"].rpartition("|")
    raw = p_of_lines(variable) if row["statistic"] == "p_adjusted" else rank_p_of_lines()
    adjusted = multipletests(raw, method=ADJUSTMENTS[row["method"]])[1]
    place = LINES.index(line)
    assert not misses(row, CLOSED, estimate=raw[place], p_value=adjusted[place])


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["statistic"].startswith("joint")], ids=key_of)
def test_all_lines_at_once(row: Row) -> None:
    design, data = design_of("two_wave_a_long"), data_of("two_wave_a_long")
    values = data[row["domain"]].to_numpy(float)
    differences, influences = [], []
    for line in LINES:
        earlier, later = (
            mean(values, design, np.asarray((data["line"] == line) & (data["wave"] == n))) for n in (1, 2)
        )
        differences.append(later.value - earlier.value)
        influences.append(later.influence - earlier.influence)
    test = joint_wald(differences, covariance(np.column_stack(influences), design), design.degrees_of_freedom)
    assert not misses(row, CLOSED, estimate=test.statistic, p_value=test.p_value, df=test.numerator_df)
