"""Means, shares, totals, ratios and design effects of R survey, by linearisation."""

from __future__ import annotations

import numpy as np
import pytest

from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.intervals import student
from pcse_analysis.metrics.linearised import Influence, design_effect, mean, ratio, standard_error, total
from tests.stats_reference.designs import DELAYS, data_of, design_of, domain_df, stratified, two_wave, wave
from tests.stats_reference.rows import Row, claimed, frame, key_of, misses, needs_stats_reference

COVERS = [
    ("apistrat", "mean", ""),
    ("apistrat", "mean_by_domain", ""),
    ("apistrat", "proportion", ""),
    ("apistrat", "ratio", ""),
    ("apistrat", "total", ""),
    ("apistrat", "total_of_category", ""),
    ("apistrat", "deff", ""),
    ("apistrat_nofpc", "mean", ""),
    ("apistrat_nofpc", "mean_by_domain", ""),
    ("apistrat_nofpc", "proportion", ""),
    ("apistrat_nofpc", "ratio", ""),
    ("apistrat_nofpc", "total", ""),
    ("apistrat_nofpc", "total_of_category", ""),
    ("apistrat_nofpc", "deff", ""),
    ("apipop", "population_mean", ""),
    ("two_wave_a", "proportion", ""),
    ("two_wave_a_long", "t2b_by_wave_line", ""),
    ("two_wave_a_long", "score_by_wave_line", ""),
]
CLOSED = 1e-8


def numbers(found: Influence, design: Design, df: float) -> dict[str, float]:
    """Estimate, standard error and the interval on Student's distribution, as R's ``confint`` makes it."""
    error = standard_error(found, design)
    half = float(student(df)) * error
    return {"estimate": found.value, "se": error, "ci_low": found.value - half, "ci_high": found.value + half, "df": df}


def of_schools(row: Row) -> dict[str, float]:
    """What apistrat gives for a row."""
    design, data = design_of(row["dataset"]), data_of(row["dataset"])
    name, _, domain = row["domain"].partition("|")
    if row["statistic"] == "deff":
        replaced = row["method"] == "deff=replace"
        return {"estimate": design_effect(stratified(name), design, with_replacement=replaced)}
    if row["statistic"] == "ratio":
        upper, lower = name.split("/")
        found = ratio(stratified(upper), stratified(lower), design)
    elif row["statistic"].startswith("total"):
        found = total(stratified(name), design)
    else:
        rows = np.asarray(data["stype"] == domain.removeprefix("stype=")) if domain else None
        found = mean(stratified(name), design, rows)
    return numbers(found, design, design.degrees_of_freedom)


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["dataset"].startswith("apistrat")], ids=key_of)
def test_schools(row: Row) -> None:
    assert not misses(row, CLOSED, **of_schools(row))


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["dataset"] == "apipop"], ids=key_of)
def test_a_census_has_its_plain_mean(row: Row) -> None:
    values = frame("apipop")[row["domain"]].to_numpy(float)
    schools = Design(
        weights=np.ones(len(values)),
        stratum=np.zeros(len(values), dtype=np.intp),
        psu=np.arange(len(values)),
        psus_in=np.array([len(values)]),
        population=np.array([float(len(values))]),
    )
    found = mean(values, schools)
    assert not misses(row, CLOSED, estimate=found.value)
    assert standard_error(found, schools) == 0


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["dataset"] == "two_wave_a"], ids=key_of)
def test_shares_of_banded_delays(row: Row) -> None:
    of_wave, _, band = row["domain"].partition("|")
    rows = wave(int(of_wave.removeprefix("wave=")))
    design = design_of("two_wave_a", "independent+fpc")
    chose = two_wave("delay_n") == DELAYS.index(band.removeprefix("delay_o")) + 1
    found = mean(chose.astype(float), design, rows)
    assert not misses(row, CLOSED, **numbers(found, design, domain_df(design, rows)))


@needs_stats_reference
@pytest.mark.parametrize("row", [r for r in claimed(COVERS) if r["dataset"] == "two_wave_a_long"], ids=key_of)
def test_service_lines(row: Row) -> None:
    design, data = design_of("two_wave_a_long"), data_of("two_wave_a_long")
    variable, _, domain = row["domain"].partition("|")
    of_wave, _, line = domain.partition(".")
    rows = np.asarray((data["wave"] == int(of_wave)) & (data["line"] == line))
    found = mean(data[variable].to_numpy(float), design, rows)
    assert not misses(row, CLOSED, **numbers(found, design, design.degrees_of_freedom))
