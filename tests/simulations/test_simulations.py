"""The simulations in short: fixed seeds, few surveys, bounds wide enough for chance and too narrow for a mistake."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from pcse_analysis.errors import DataError, Problem
from pcse_analysis.metrics.two_waves import Populations
from simulations import coverage, false_claims, run, strata, verdicts, waves
from simulations.batch import check, draw, estimate
from simulations.change_coverage import held
from simulations.populations import OVERLAPS, Registers, bases_of, joint, registers, samples
from simulations.power import planned
from simulations.report import Section, per_cent, table, verdict_on
from simulations.share_designs import DESIGNS
from tests.metrics.made import STEADY

REPORT = Path(__file__).resolve().parents[2] / "docs" / "simulation.md"


@pytest.fixture(autouse=True, scope="module")
def quick_collections() -> Iterator[None]:
    """statsmodels collects garbage for each family: not among what other tests left."""
    run.settle()
    yield
    gc.unfreeze()


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


class TestPopulations:
    @STEADY
    @given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.floats(-1, 1))
    def test_the_chances_of_two_answers_have_the_shares_asked_for(self, p: float, q: float, alike: float) -> None:
        both, first, second, none = joint(p, q, alike)
        assert both + first == pytest.approx(p)
        assert both + second == pytest.approx(q)
        assert both + first + second + none == pytest.approx(1)
        assert min(both, first, second, none) >= -1e-12

    def test_answers_are_as_alike_as_asked_for_by_hand(self) -> None:
        """0.5 * 0.5 + 0.6 * sqrt(0.5^4) = 0.4."""
        assert joint(0.5, 0.5, 0.6) == pytest.approx((0.4, 0.1, 0.1, 0.4))

    @pytest.mark.parametrize("overlap", OVERLAPS)
    def test_samples_are_of_their_registers_and_overlap(self, overlap: float) -> None:
        open_: Registers = registers(749, 727, 720)
        bases = bases_of(50, 60, overlap)
        for seed in range(20):
            first, second = samples(rng(seed), open_, bases)
            assert (len(set(first)), len(set(second))) == (50, 60)
            assert set(first) <= set(open_.before) and set(second) <= set(open_.after)
            both = len(set(first) & set(second))
            assert both == bases.both or (overlap == 1.0 and both == len(set(first) & set(open_.both)))

    def test_strata_hold_the_register_and_differ_about_the_whole_share(self) -> None:
        assert strata.COUNTS.sum() == 7500
        assert strata.COUNTS @ strata.shares(0.3) / 7500 == pytest.approx(0.3)
        first, second = strata.who_replies(rng(), 281, 748, 1.0)
        assert set(first) <= set(second)


class TestBatch:
    """Surveys worked out in arrays are those that the package works out."""

    @pytest.mark.parametrize("overlap", OVERLAPS)
    @pytest.mark.parametrize("shares", [(0.3, 0.4), (0.02, 0.02), (0.95, 0.99)])
    def test_counts_give_what_the_replies_give(self, overlap: float, shares: tuple[float, float]) -> None:
        bases = bases_of(40, 60, overlap)
        counts = draw(rng(), bases, *shares, 0.5, 10)
        assert len(check(counts, bases, estimate(counts, bases))) == 10

    def test_a_difference_stops_the_program(self) -> None:
        bases = bases_of(40, 60, 0.35)
        counts = draw(rng(), bases, 0.3, 0.4, 0.5, 10)
        wrong = replace(estimate(counts, bases), correlation=np.zeros(10))
        with pytest.raises(AssertionError, match="survey 0 of 40, 60"):
            check(counts, bases, wrong)

    @STEADY
    @given(st.lists(st.floats(0.0001, 0.2), min_size=1, max_size=7))
    def test_holm_is_that_of_statsmodels(self, p_values: list[float]) -> None:
        p, items = np.array([p_values]), len(p_values)
        ours = verdicts.holm({k: p < 0.05 / k for k in range(1, items + 1)}, items)[0]
        adjusted = multipletests(p_values, alpha=0.05, method="holm")[1]
        assert (ours == (adjusted < 0.05)).tolist() == [True] * items


class TestStandardErrors:
    @pytest.mark.parametrize("overlap", OVERLAPS)
    def test_answers_drawn_anew(self, overlap: float) -> None:
        row = waves.anew(bases_of(281, 748, overlap), 0.5, 20_000, rng())
        assert abs(row.bias) < 0.02
        assert abs(row.held - 0.95) < 0.01

    def test_a_standard_error_without_the_covariance_would_be_seen(self) -> None:
        """With all practices in both waves it is more than a tenth too large."""
        bases = bases_of(281, 748, 1.0)
        alone = estimate(draw(rng(), bases_of(281, 748, 0.0), 0.4, 0.3, 0.5, 20_000), bases_of(281, 748, 0.0))
        assert alone.standard_error.mean() > 1.1 * waves.anew(bases, 0.5, 20_000, rng()).varies

    @pytest.mark.parametrize(
        ("populations", "overlap"), [((750, 750, 750), 0.35), ((749, 727, 700), 0.35), ((750, 750, 750), 1.0)]
    )
    def test_a_fixed_population_of_a_tenth_with_the_correction(
        self, populations: tuple[int, int, int], overlap: float
    ) -> None:
        """200 of 750 are asked: without the correction it would be 17 % too large (1 / sqrt(1 - 200 / 750))."""
        bases = bases_of(200, 200, overlap)
        row = waves.fixed("", Populations(*populations), bases, 0.5, 1500, rng())
        assert abs(row.bias) < 0.06

    def test_raked_waves(self) -> None:
        row = waves.weighted_waves("raked", 0.35, 0.5, 500, rng())
        assert abs(row.bias) < 0.08
        assert row.held > 0.92


class TestCoverage:
    def test_simple_random_samples_exactly(self) -> None:
        for found in (coverage.exact_of_counts(), coverage.exact_of_samples()):
            assert 0.945 <= found.mean() <= 0.96
            assert found.min() >= 0.92

    def test_wilson_of_thirty_by_hand(self) -> None:
        """2 % of 30: the interval holds 0.02 for counts of 0 to 2 (R 4.2.2: pbinom(2, 30, 0.02) = 0.978282165)."""
        assert coverage.exact_of_counts()[0, 0] == pytest.approx(0.978282165, abs=1e-9)

    @pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.title)
    def test_designs(self, design: coverage.ShareDesign) -> None:
        found = coverage.held(design, 281, 4, rng())
        assert found[coverage.DEFAULT].mean() == pytest.approx(0.955, abs=0.02)
        assert (found[coverage.AT_MOST_BASE] >= found[coverage.AS_R]).all()

    def test_changes(self) -> None:
        for overlap in OVERLAPS:
            found = held(bases_of(281, 748, overlap), 0.0, 4000, rng())
            assert found.min() > 0.93 and found.max() < 0.98


class TestVerdicts:
    def test_claims_of_change_where_there_is_none(self) -> None:
        for overlap in (0.0, 1.0):
            found = verdicts.false_claims(bases_of(281, 748, overlap), 2000, rng())
            assert 0.03 < found.claimed < 0.065

    @pytest.mark.parametrize("shares", [(0.30, 0.35), (0.81, 0.76)])
    def test_no_material_change_at_the_margin(self, shares: tuple[float, float]) -> None:
        found = verdicts.chances(bases_of(1500, 2500, 0.35), *shares, 0.6, 4000, rng())
        assert 0.035 < found.no_material_change < 0.065

    def test_the_power_of_what_was_planned(self) -> None:
        found = planned(bases_of(281, 748, 0.35), 0.3, 4000, rng())
        assert [found.fall, found.rise, found.margin] == pytest.approx([0.8] * 3, abs=0.025)

    def test_larger_changes_are_found_more_often(self) -> None:
        bases = bases_of(281, 748, 0.0)
        found = [verdicts.chances(bases, 0.5, 0.5 + c, 0.5, 2000, rng()).deteriorated for c in (0.0, 0.05, 0.1, 0.2)]
        assert found == sorted(found)
        assert found[0] < 0.05 and found[-1] > 0.99


def refused(rng: np.random.Generator) -> float:
    raise DataError([Problem(what="weights cannot be fitted")])


class TestReport:
    def test_the_same_seed_gives_the_same_whoever_works(self) -> None:
        section = Section(
            title="one",
            jobs=[partial(waves.anew, bases_of(40, 60, o), 0.5, 200) for o in OVERLAPS],
            write=lambda found: "",
        )
        assert run.results([section], workers=1) == run.results([section], workers=2)

    def test_a_refusal_in_a_worker_ends_the_program_in_words(self) -> None:
        with pytest.raises(RuntimeError, match="weights cannot be fitted"):
            run.results([Section(title="", jobs=[refused, refused], write=lambda found: "")], workers=2)

    def test_limits_are_judged_from_the_numbers(self) -> None:
        assert verdict_on(0.049, 0.05, 0.001) == "**kept**"
        assert verdict_on(0.051, 0.05, 0.001) == "**kept within Monte Carlo error**"
        assert verdict_on(0.053, 0.05, 0.001) == "**not kept**"
        assert verdict_on(0.915, 0.92, 0.001, at_most=False) == "**not kept**"

    def test_tables_and_per_cents(self) -> None:
        assert table(["a", "b"], [[1, per_cent(0.1234)]]) == "| a | b |\n| :-- | --: |\n| 1 | 12.3 |"
        assert per_cent(-0.0001) == "0.0"

    def test_the_report_in_the_docs_has_the_sections_of_the_program(self) -> None:
        """It is written by ``make simulate`` alone."""
        titles = [line[3:] for line in REPORT.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
        assert titles == [section.title for section in run.sections(1.0)]
        assert str(run.SEED) in REPORT.read_text(encoding="utf-8")

    def test_the_margin_of_false_claims_is_the_distance_of_its_shares(self) -> None:
        assert all(abs(after - before) == pytest.approx(verdicts.MARGIN) for before, after in false_claims.AT_MARGIN)
