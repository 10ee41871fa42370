"""The one pass over coded answers: by hand, and against the variance written out respondent by respondent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pcse_analysis.metrics import design as design_module
from pcse_analysis.metrics import tallies
from pcse_analysis.metrics.coded import Coded, CodedEstimates, coded_estimates
from pcse_analysis.metrics.design import Calibration, Design, make_design
from pcse_analysis.metrics.linearised import mean, ratio, standard_error

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
OPTIONS = 3


def shares_of(codes: Any) -> Coded:
    return Coded(codes=np.asarray(codes, dtype=np.int8), above=np.eye(OPTIONS), below=np.ones((OPTIONS, OPTIONS)))


def everyone(count: int) -> Any:
    return np.zeros(count, dtype=np.intp)


@st.composite
def surveys(draw: st.DrawFn) -> tuple[Any, Design, Any]:
    """Codes, design and domains: weighted or not, with strata, clusters and populations or without."""
    count = draw(st.integers(4, 40))

    def labels(most: int) -> Any:
        return draw(arrays.arrays(np.int64, count, elements=st.integers(0, most)))

    codes = labels(OPTIONS) - 1
    weights = draw(arrays.arrays(float, count, elements=st.floats(0.2, 8)))
    strata = labels(2) if draw(st.booleans()) else None
    clusters = labels(count // 2) if draw(st.booleans()) else None
    population = np.full(count, 1000.0) if draw(st.booleans()) else None
    design = make_design(weights, strata=strata, clusters=clusters, population=population)
    return codes, design, labels(3) - 1


def written_out(codes: Any, design: Design, domain: Any, place: int, option: int) -> tuple[float, float]:
    found = mean(np.where(codes < 0, np.nan, codes == option), design, domain == place)
    return found.value, standard_error(found, design)


def agree(found: CodedEstimates, codes: Any, design: Design, domain: Any) -> None:
    value, variance = found.of_item(0, found.value), found.of_item(0, found.variance)
    for place in range(value.shape[0]):
        for option in range(OPTIONS):
            if np.isnan(value[place, option]):
                assert not ((domain == place) & (codes >= 0)).any()
                continue
            share, error = written_out(codes, design, domain, place, option)
            assert value[place, option] == pytest.approx(share, rel=1e-12, abs=1e-14)
            assert variance[place, option] == pytest.approx(error**2, rel=1e-8, abs=1e-14)


def test_by_hand() -> None:
    """Four replies a, a, b, none: 2/3; influences 1/9, 1/9, -2/9; variance 4/3 (1 + 1 + 4) / 81 = 8/81."""
    found = coded_estimates([shares_of([0, 0, 1, -1])], make_design(np.ones(4)), everyone(4), 1)
    assert found.value.tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert found.variance.tolist() == pytest.approx([8 / 81, 8 / 81, 0])
    assert (found.base.tolist(), found.numerator.tolist()) == ([3, 3, 3], [2, 1, 0])


def test_clusters_by_hand() -> None:
    """Two practices, of two replies a and of one b: influences add to 2/9 and -2/9; variance 2 (4 + 4) / 81 = 16/81."""
    design = make_design(np.ones(3), clusters=list("xxy"))
    found = coded_estimates([shares_of([0, 0, 1])], design, everyone(3), 1)
    assert found.variance.tolist() == pytest.approx([16 / 81, 16 / 81, 0])
    assert found.degrees_of_freedom.tolist() == [1, 1, 1]


@LAW
@given(surveys())
def test_the_pass_agrees_with_influences_written_out(survey: tuple[Any, Design, Any]) -> None:
    """Law: sums of products hold all that the variance needs."""
    codes, design, domain = survey
    agree(coded_estimates([shares_of(codes)], design, domain, 3), codes, design, domain)


@LAW
@given(surveys())
def test_blocks_change_nothing(survey: tuple[Any, Design, Any]) -> None:
    """Law: read five respondents at a time, the sums are the same."""
    codes, design, domain = survey
    with pytest.MonkeyPatch.context() as patch:
        for module, size in ((design_module, "BLOCK"), (tallies, "CLUSTERED"), (tallies, "ANSWERS")):
            patch.setattr(module, size, 5)
        found = coded_estimates([shares_of(codes)], design, domain, 3)
    agree(found, codes, design, domain)


@LAW
@given(surveys(), st.floats(0.01, 100))
def test_scaling_weights_changes_nothing(survey: tuple[Any, Design, Any], factor: float) -> None:
    """Law: weights say whom a reply stands for among the others."""
    codes, design, domain = survey
    one = coded_estimates([shares_of(codes)], design, domain, 3)
    other = coded_estimates([shares_of(codes)], design.with_weights(design.weights * factor), domain, 3)
    assert other.value == pytest.approx(one.value, rel=1e-9, abs=1e-12, nan_ok=True)
    assert other.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-12, nan_ok=True)


@LAW
@given(surveys(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_options_changes_nothing(survey: tuple[Any, Design, Any], random: Any) -> None:
    """Law."""
    codes, design, domain = survey
    order = list(range(len(codes)))
    random.shuffle(order)
    moved = make_design(
        design.weights[order], strata=design.stratum[order], clusters=design.psu[order],
        population=None if design.population is None else design.population[design.stratum][order],
    )  # fmt: skip
    one = coded_estimates([shares_of(codes)], design, domain, 3)
    reversed_ = np.where(codes < 0, -1, OPTIONS - 1 - codes)
    other = coded_estimates([shares_of(reversed_[order])], moved, domain[order], 3)
    assert other.of_item(0, other.value)[:, ::-1] == pytest.approx(one.of_item(0, one.value), rel=1e-9, nan_ok=True)
    assert other.of_item(0, other.variance)[:, ::-1] == pytest.approx(
        one.of_item(0, one.variance), rel=1e-7, abs=1e-14, nan_ok=True
    )


@LAW
@given(surveys())
def test_shares_sum_to_one_and_a_domain_given_twice_is_the_same_twice(survey: tuple[Any, Design, Any]) -> None:
    """Laws; and the arrays that are passed in stay as they were."""
    codes, design, domain = survey
    kept = codes.copy(), domain.copy(), design.weights.copy()
    found = coded_estimates([shares_of(codes), shares_of(codes)], design, domain, 3)
    first = found.of_item(0, found.value)
    assert np.nansum(first, axis=1)[~np.isnan(first[:, 0])] == pytest.approx(1.0)
    assert found.of_item(1, found.variance) == pytest.approx(found.of_item(0, found.variance), nan_ok=True)
    assert all((now == then).all() for now, then in zip((codes, domain, design.weights), kept, strict=True))


def test_calibrated_weights_agree_with_influences_written_out() -> None:
    """Origin: ``linearised.covariance``, itself checked against R in tests/stats_reference."""
    rng = np.random.default_rng(20180116)
    cell, codes, domain = rng.integers(0, 3, 60), rng.integers(-1, OPTIONS, 60), rng.integers(-1, 2, 60)
    base = rng.uniform(1, 3, 60)
    for clusters in (None, rng.integers(0, 25, 60)):
        design = make_design(base, clusters=clusters).with_weights(
            base * np.array([1.5, 0.8, 1.1])[cell], Calibration(cell=cell, columns=np.eye(3), base_weights=base)
        )
        agree(coded_estimates([shares_of(codes)], design, domain, 2), codes, design, domain)


def test_means_and_other_ratios() -> None:
    """Origin: ``linearised.ratio`` on the numbers behind the codes, with 5 given by one reply alone."""
    numbers = np.array([1.0, 2.5, 5.0])
    codes = np.array([0, 0, 1, 2, -1, 1])
    design = make_design([1.0, 2.0, 1.0, 3.0, 1.0, 1.0])
    item = Coded(codes=codes, above=numbers[:, None], below=np.ones((3, 1)))
    found = coded_estimates([item], design, everyone(6), 1)
    expected = ratio(np.append(numbers, np.nan)[codes], np.ones(6), design)
    assert found.value[0] == pytest.approx(expected.value)
    assert found.variance[0] == pytest.approx(standard_error(expected, design) ** 2)


def test_a_domain_without_anybody_has_no_value() -> None:
    """NaN in the arrays, which whoever shows estimates prints as no value; its base is 0."""
    found = coded_estimates([shares_of([0, 1])], make_design(np.ones(2)), np.array([0, 0]), 2)
    assert np.isnan(found.of_item(0, found.value)[1]).all() and found.of_item(0, found.base)[1].tolist() == [0, 0, 0]


def test_all_alike_have_no_variance_and_not_the_dust_of_rounding() -> None:
    """Everybody answers the same: the variance is 0, not 1e-20."""
    rng = np.random.default_rng(1)
    for clusters in (None, rng.integers(0, 9, 50)):
        design = make_design(rng.uniform(0.1, 5, 50), clusters=clusters)
        assert coded_estimates([shares_of(np.zeros(50))], design, everyone(50), 1).variance.tolist() == [0, 0, 0]


def test_more_strata_and_domains_than_a_byte_can_number() -> None:
    """300 strata of four, 200 domains: places are held in as few bytes as they need, and must not run over."""
    rng = np.random.default_rng(7)
    codes, domain = rng.integers(-1, OPTIONS, 1200), rng.integers(-1, 200, 1200)
    for clusters in (None, rng.integers(0, 500, 1200)):
        design = make_design(rng.uniform(0.5, 2, 1200), strata=np.repeat(np.arange(300), 4), clusters=clusters)
        found = coded_estimates([shares_of(codes)], design, domain, 200)
        value, variance = found.of_item(0, found.value), found.of_item(0, found.variance)
        for place in (0, 127, 128, 199):
            share, error = written_out(codes, design, domain, place, 1)
            assert value[place, 1] == pytest.approx(share)
            assert variance[place, 1] == pytest.approx(error**2)
