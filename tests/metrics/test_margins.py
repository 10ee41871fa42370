"""The numbers that stand beside a change."""

from __future__ import annotations

import pytest

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Estimate, Figures, Verdict
from pcse_analysis.metrics.intervals import newcombe
from pcse_analysis.metrics.margins import margins_of
from tests.metrics.made import Z90, Z95, change, estimate


def beside(survey: Survey, before: Estimate, after: Estimate, **fields: object) -> dict[str, Estimate]:
    """The estimates beside a made change between two made shares, by what follows the change's id."""
    made = change("c", estimate_before=before.id, estimate_after=after.id, **fields)
    found = margins_of(made, Figures((before, after), (made,)), survey)
    return {e.id.removeprefix("c."): e for e in found}


def test_nothing_stands_beside_a_pair_that_is_not_differenced(survey: Survey) -> None:
    """Origin: the design; such a pair is shown for each wave only."""
    assert beside(survey, estimate(), estimate(wave="2017-12"), value=None, low90=None, high90=None) == {}


@pytest.mark.parametrize(("shares", "margin"), [((0.81, 0.62), -0.05), ((0.62, 0.81), 0.05)])
def test_at_the_tipping_bases_the_interval_touches_the_margin(
    survey: Survey, shares: tuple[float, float], margin: float
) -> None:
    """Origin: the definition, put back into the interval; a rise is set against plus the margin."""
    before, after = estimate(shares[0], 281), estimate(shares[1], 748, wave="2017-12")
    limit = 0 if margin > 0 else 1
    low, high = (float(x) for x in newcombe(shares[0], 281, shares[1], 748, Z95))
    found = beside(survey, before, after, value=shares[1] - shares[0], low=low, high=high, exceeds_margin=True)
    bases = {side: found[f"base_tipping_margin.{side}"].value or 0.0 for side in ("before", "after", "both")}
    touching = (
        newcombe(shares[0], bases["before"], shares[1], 748, Z95),
        newcombe(shares[0], 281, shares[1], bases["after"], Z95),
        newcombe(shares[0], 281 * bases["both"], shares[1], 748 * bases["both"], Z95),
    )
    assert [limits[limit] for limits in touching] == pytest.approx([margin] * 3, abs=1e-9)
    assert [found[f"base_tipping_margin.{side}"].unit for side in bases] == ["respondents", "respondents", "share"]


def test_an_interval_across_the_margin_has_no_base_to_tip(survey: Survey) -> None:
    """Origin: the design; it holds the margin already."""
    found = beside(survey, estimate(0.5), estimate(0.4, wave="2017-12"), low=-0.2, high=0.01, exceeds_margin=False)
    assert found == {}


def test_beside_an_unclear_change_stands_what_the_bases_could_have_shown(survey: Survey) -> None:
    """Origin: by hand; 20 of 100 and 120 of 300 are 35 % together, and the interval of 35 % against 35 %."""
    before, after = estimate(0.2, 100), estimate(0.4, 300, wave="2017-12")
    found = beside(survey, before, after, value=0.2, low=0.1, high=0.3, verdict=Verdict.UNCLEAR)
    low, high = newcombe(0.35, 100, 0.35, 300, Z90)
    assert found["detectable_margin"].value == pytest.approx(max(-low, high))
    assert found["detectable_margin"].unit == "points"


@pytest.mark.parametrize("verdict", [Verdict.IMPROVED, Verdict.DETERIORATED, Verdict.NO_MATERIAL_CHANGE])
def test_a_clear_change_needs_no_detectable_margin(survey: Survey, verdict: Verdict) -> None:
    """Origin: the design; it stands beside every unclear one."""
    before, after = estimate(0.2, 100), estimate(0.4, 300, wave="2017-12")
    assert "detectable_margin" not in beside(survey, before, after, low=0.1, high=0.3, verdict=verdict)


def test_beside_a_change_of_windows_stand_what_is_implied_and_the_points_alone(survey: Survey) -> None:
    """Origin: by hand, 1 - 0.69^3 = 0.671491; 64 less that and 64 less 31."""
    before = estimate(0.31, 281, item="incorrect_records_received_1m")
    after = estimate(0.64, 748, wave="2017-12", item="incorrect_records_received_3m")
    found = beside(survey, before, after, value=None, low=-0.15, high=0.42)
    assert (found["implied_share"].low, found["implied_share"].high) == (0.31, pytest.approx(0.671491))
    assert (found["points_range"].low, found["points_range"].high) == pytest.approx((-0.031491, 0.33))
    assert found["implied_share"].item == "incorrect_records_received_1m"


def test_what_stands_beside_a_change_is_known_when_both_shares_are(survey: Survey) -> None:
    """Origin: the design; a number made from two facts is known from the later of them on, by the sources of both."""
    before = estimate(0.2, 100, known_on="2016-11-07", sources=("one", "two"))
    after = estimate(0.4, 300, wave="2017-12", known_on="2018-07-25", sources=("two", "three"))
    found = beside(survey, before, after, low=0.1, high=0.3, verdict=Verdict.UNCLEAR)["detectable_margin"]
    assert found.known_on == "2018-07-25"
    assert found.sources == ("one", "two", "three")
