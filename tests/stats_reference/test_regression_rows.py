"""Regression and the difference of two means against R."""

from __future__ import annotations

import functools

import pytest

from pcse_analysis.metrics.coefficients import Coefficients
from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.regression import difference_of_means, regression
from tests.stats_reference.designs import data_of, design_of, two_wave
from tests.stats_reference.rows import Row, claimed, key_of, misses, needs_stats_reference

COVERS = [
    ("apistrat", "svyglm", ""),
    ("two_wave_a", "svyglm", ""),
    ("apistrat", "svyttest", ""),
    ("apistrat_nofpc", "svyttest", ""),
    ("two_wave_a", "svyttest", ""),
]
CLOSED, ITERATIVE = 1e-8, 1e-5


@functools.cache
def fitted(dataset: str, answer: str) -> Coefficients:
    data = data_of(dataset)
    if answer == "api00":
        columns = {name: data[name] for name in ("ell", "meals", "mobility")}
        return regression(data["api00"], Covariates(columns=columns), design_of("apistrat"))
    if answer == "sch.wide":
        columns = {name: data[name] for name in ("ell", "meals")}
        yes = data["sch.wide"] == "Yes"
        return regression(yes, Covariates(columns=columns), design_of("apistrat"), kind="logistic")
    columns = {"wave_f": data["wave"].astype(str), "size": data["size"]}
    if answer == "uses_portal":
        covariates = Covariates(columns=columns | {"region": data["region"]})
        return regression(two_wave(answer), covariates, design_of(dataset, "independent+fpc"), kind="logistic")
    crossed = Covariates(columns=columns, products=(("wave_f", "size"),))
    return regression(two_wave(answer), crossed, design_of(dataset, "overlap+fpc"))


def our_name(name: str) -> str:
    if name == "(Intercept)":
        return "constant"
    parts = []
    for part in name.split(":"):
        column = next((c for c in ("wave_f", "size", "region") if part.startswith(c)), "")
        parts.append(f"{column}: {part.removeprefix(column)}" if column else part)
    return " x ".join(parts)


@needs_stats_reference
@pytest.mark.parametrize("row", [row for row in claimed(COVERS) if row["statistic"] == "svyglm"], ids=key_of)
def test_regression(row: Row) -> None:
    answer, _, name = row["domain"].partition(":")
    found = fitted(row["dataset"], answer)
    place = found.place(our_name(name))
    low, high = (limits[place] for limits in found.interval())
    assert not misses(
        row,
        CLOSED if row["method"].startswith("gaussian") else ITERATIVE,
        estimate=found.values[place],
        se=found.standard_errors[place],
        ci_low=low,
        ci_high=high,
        p_value=found.p_values[place],
        df=found.degrees_of_freedom,
    )


@needs_stats_reference
@pytest.mark.parametrize("row", [row for row in claimed(COVERS) if row["statistic"] == "svyttest"], ids=key_of)
def test_difference_of_means(row: Row) -> None:
    data = data_of(row["dataset"])
    answer, _, group = row["domain"].partition("~")
    values = two_wave(answer) if row["dataset"] == "two_wave_a" else data[answer].to_numpy(float)
    found = difference_of_means(values, data[group or "wave"], design_of(row["dataset"], row["method"]))
    low, high = (limits[0] for limits in found.interval())
    assert not misses(
        row,
        CLOSED,
        estimate=found.values[0],
        se=found.standard_errors[0],
        ci_low=low,
        ci_high=high,
        p_value=found.p_values[0],
        df=found.degrees_of_freedom,
    )
