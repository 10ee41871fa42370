"""How firm a change is, in sentences: nothing unclear reads as a claim, and nothing impossible as a possibility."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict
from pcse_analysis.reporting.checks import family_note
from pcse_analysis.reporting.findings import change_finding
from pcse_analysis.reporting.sensitivity import sensitivity_sentence, tipping_sentence, trend_sentence
from tests.dossiers import own_dossier

ROOT = Path(__file__).parents[2]
REGISTRATIONS = "gpc-pcse.practice.registrations_not_processed_3d.2016-10.to.2017-12"


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return own_dossier("published")


def changed(dossier: Dossier, **fields: Any) -> Change:
    return replace(dossier.figures.change(REGISTRATIONS), **fields)


def with_beside(dossier: Dossier, change: Change, **made: tuple[float, float, float]) -> Dossier:
    """The dossier with the same change made in other ways: value and limits of each."""
    share = dossier.figures.estimate(change.estimate_after)
    rows = [
        replace(share, id=f"{change.id}.{measure}", measure=measure, category="", value=v, low=low, high=high)
        for measure, (v, low, high) in made.items()
    ]
    estimates: tuple[Estimate, ...] = (*dossier.figures.estimates, *rows)
    return replace(dossier, figures=Figures(estimates, dossier.figures.changes))


@pytest.mark.parametrize("verdict", [Verdict.UNCLEAR, Verdict.NO_MATERIAL_CHANGE])
@pytest.mark.parametrize("value", [-0.04, 0.04])
def test_no_verb_of_movement_stands_where_nothing_is_shown_to_have_moved(
    dossier: Dossier, verdict: Verdict, value: float
) -> None:
    """Issue 5, item 5: the verb follows the interval, so that no sentence can be quoted as more than it is."""
    change = changed(
        dossier, value=value, low=-0.1, high=0.1, verdict=verdict, exceeds_margin=False, no_improvement=False,
        p_adjusted=0.4,
    )  # fmt: skip
    said = change_finding(dossier, change).sentence.striptags()
    assert not any(f" {verb} " in said for verb in ("fell", "rose", "improved", "worsened", "increased", "decreased"))
    assert f"the later share is 4 percentage points {'lower' if value < 0 else 'higher'} (95% interval" in said


def test_how_different_those_who_did_not_reply_would_have_to_be(dossier: Dossier) -> None:
    """By hand: 748 of 7,411 replied, 0.1009; a fall of 0.19 among them is undone by 0.19 / (1 - 0.1009) = 0.211."""
    said = tipping_sentence(dossier, changed(dossier)).striptags()
    assert "would have to be 21 percentage points higher than among those that did" in said
    assert "No share can be so" not in said
    assert "cannot be checked without replies" in said


@pytest.mark.parametrize(
    ("tipping", "verdict", "words"),
    [(0.62, Verdict.IMPROVED, "No share can be so high."), (-0.4, Verdict.DETERIORATED, "No share can be so low.")],
)
def test_a_share_beyond_all_or_none_is_said_to_be_impossible(
    dossier: Dossier, tipping: float, verdict: Verdict, words: str
) -> None:
    """39 % of repliers: 0.39 + 0.62 is more than all, 0.39 - 0.40 less than none; 0.61 and 0.39 are not."""
    assert words in tipping_sentence(dossier, changed(dossier, tipping_nonresponse=tipping, verdict=verdict))
    nearer = tipping - 0.01 if tipping > 0 else tipping + 0.01
    assert words not in tipping_sentence(dossier, changed(dossier, tipping_nonresponse=nearer, verdict=verdict))


def test_what_is_unclear_has_no_point_at_which_it_tips(dossier: Dossier) -> None:
    """Only a claim of better or worse can be undone by those who did not reply."""
    assert tipping_sentence(dossier, changed(dossier, verdict=Verdict.UNCLEAR)) == ""


def test_a_shared_direction_is_no_argument_for_an_unclear_change(dossier: Dossier) -> None:
    """Of two other ways, one has an interval without zero: that is told in place of the direction."""
    change = changed(dossier, value=-0.04, verdict=Verdict.UNCLEAR)
    made = with_beside(
        dossier, change, change_unweighted=(-0.03, -0.09, 0.03), change_matched=(-0.12, -0.22, -0.02)
    )  # fmt: skip
    said = sensitivity_sentence(made, change).striptags()
    assert "Made in two other ways, the change lies between" in said
    assert said.endswith("the interval leaves out zero in one of them.")
    assert "direction is the same" not in said
    clear = sensitivity_sentence(made, changed(dossier, value=-0.04)).striptags()
    assert clear.endswith("its direction is the same in all of them.")


@pytest.mark.parametrize(
    ("limits", "words"),
    [((-0.09, 0.01), "whether the share moved is unclear"), ((-0.07, -0.01), "the share fell by 4 points a year")],
)
def test_a_trend_has_a_verb_only_where_its_interval_leaves_out_zero(
    dossier: Dossier, limits: tuple[float, float], words: str
) -> None:
    """The same slope with two intervals."""
    change = changed(dossier)
    said = trend_sentence(with_beside(dossier, change, trend=(-0.04, *limits)), change).striptags()
    assert words in said and ("fell" in said) == (limits[1] < 0)


def test_the_family_says_how_many_how_and_when(dossier: Dossier) -> None:
    """survey.yaml of the published surveys; two of their changes can be tested (S1 and S2)."""
    said = family_note(dossier, changed(dossier)).striptags()
    assert said == (
        "Tested with its family, “Headline comparisons between October 2016 and December 2017”: 2 comparisons, Holm; "
        "fixed after the figures of both surveys were public."
    )
