"""Tests of a two-way table against R."""

from __future__ import annotations

from dataclasses import replace
from math import floor

import numpy as np
import pytest

from pcse_analysis.metrics.rao_scott import TwoWay, above_zero, two_way
from tests.stats_reference.designs import data_of, design_of, two_wave
from tests.stats_reference.rows import Row, claimed, close, key_of, misses, needs_stats_reference

COVERS = [
    ("apistrat", "svychisq", ""),
    ("apistrat_nofpc", "svychisq", ""),
    ("two_wave_a", "svychisq", ""),
    ("apistrat", "svychisq_ddf", ""),
    ("apistrat_nofpc", "svychisq_ddf", ""),
    ("two_wave_a", "svychisq_ddf", ""),
]
CLOSED, ITERATIVE = 1e-8, 1e-5


def table_of(row: Row) -> TwoWay:
    """R takes the degrees of freedom of the whole design, also where some did not answer; the package of who did."""
    data = data_of(row["dataset"])
    design = design_of(row["dataset"], row["method"].partition(";")[2])
    answer, _, group = row["domain"].partition(" x ")
    answers = two_wave(answer) if row["dataset"] == "two_wave_a" else data[answer]
    found = two_way(answers, data[group], design)
    return replace(found, degrees_of_freedom=float(design.degrees_of_freedom))


@needs_stats_reference
@pytest.mark.parametrize("row", claimed(COVERS), ids=key_of)
def test_two_way(row: Row) -> None:
    name = row["method"].partition(";")[0]
    table = table_of(row)
    if name in ("lincom", "saddlepoint"):
        # Both rows hold the saddlepoint's p-value (R falls back on it where CompQuadForm is not installed). R takes
        # whole denominator degrees of freedom in the sum; the package has no need to.
        below = table.second_order().denominator_df
        assert below is not None
        weights = np.append(table.design_effects, -table.pearson / below)
        as_r = above_zero(weights, np.append(np.ones(table.df), floor(below)))
        assert as_r is not None
        assert not misses(row, ITERATIVE, estimate=table.saddlepoint().statistic, p_value=as_r)
        assert close(table.saddlepoint().p_value, row["p_value"], 0.01)
        return
    found = {
        "F": table.second_order,
        "Chisq": table.first_order,
        "Wald": table.wald,
        "adjWald": lambda: table.wald(adjusted=True),
    }[name]()
    if row["statistic"] == "svychisq_ddf":
        assert not misses(row, CLOSED, df=found.denominator_df or 0.0)
        return
    # R's Pearson statistic counts those without an answer into the base; it has no bearing on any p-value.
    scale = len(data_of(row["dataset"])) / table.base if name == "Chisq" else 1.0
    assert not misses(row, CLOSED, estimate=found.statistic * scale, p_value=found.p_value, df=found.df)


@needs_stats_reference
def test_a_domain_of_overlapping_waves() -> None:
    """Origin: R 4.2.2, survey 4.1-1: svychisq(~q_referral+wave, subset(d, size=='small' & !is.na(q_referral))) with
    d = svydesign(id=~practice_id, strata=~region, weights=~weight, data=A)."""
    data = data_of("two_wave_a")
    small = (data["size"] == "small").to_numpy()
    table = two_way(two_wave("q_referral"), data["wave"], design_of("two_wave_a", "overlap"), small)
    assert (table.base, table.degrees_of_freedom) == (238, 190)
    f, chi, wald, adjusted = table.second_order(), table.first_order(), table.wald(), table.wald(adjusted=True)
    assert (f.statistic, f.df) == (pytest.approx(1.010581873876), pytest.approx(3.932422931585))
    assert (f.denominator_df, f.p_value) == (pytest.approx(747.1603570012), pytest.approx(0.400292443769))
    assert (chi.statistic, chi.p_value) == (pytest.approx(3.981084640122), pytest.approx(0.4003077536177))
    assert (wald.statistic, wald.p_value) == (pytest.approx(0.91280850882), pytest.approx(0.4575692353406))
    assert (adjusted.statistic, adjusted.denominator_df) == (pytest.approx(0.8983957428913), 187)
