"""A letter's claims against changes: every judgement, and only by the waves that the letter speaks of."""

from dataclasses import replace
from pathlib import Path

import pytest

from pcse_analysis.catalogue.types import Claim, ClaimTest
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Figures, Verdict
from pcse_analysis.evidence.ledgers import clean_ledgers, joined, ledger_evidence
from pcse_analysis.reporting import letter_claims
from pcse_analysis.reporting.letter import judge_claim, judge_slow_down, judged_claims, letters_of
from tests.dossiers import own_dossier, own_inputs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return own_dossier("published")


@pytest.fixture(scope="module")
def change(dossier: Dossier) -> Change:
    return dossier.figures.change("gpc-pcse.practice.registrations_not_processed_3d.2016-10.to.2017-12")


def claim(test: ClaimTest) -> Claim:
    return Claim(id="C0", claim="made up", test=test, needs="nothing")


B, D, N, U = Verdict.IMPROVED, Verdict.DETERIORATED, Verdict.NO_MATERIAL_CHANGE, Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("test", "verdicts", "expected"),
    [
        ("little_improvement", [], "not testable"),
        ("little_improvement", [(B, False)], "contradicted"),
        ("little_improvement", [(B, False), (U, False)], "contradicted"),
        ("little_improvement", [(B, False), (D, True)], "contradicted"),
        ("little_improvement", [(D, True)], "supported"),
        ("little_improvement", [(N, True), (U, True)], "supported"),
        ("little_improvement", [(N, True), (U, False)], "not shown"),
        ("some_deterioration", [], "not testable"),
        ("some_deterioration", [(B, False)], "not shown"),
        ("some_deterioration", [(B, False), (D, True)], "supported"),
        ("some_deterioration", [(U, False)], "not shown"),
        ("none", [(D, True)], "not testable"),
    ],
)
def test_the_judgement_on_one_service_line(
    change: Change, test: ClaimTest, verdicts: list[tuple[Verdict, bool]], expected: str
) -> None:
    """The rules in the docstring of ``judge_claim``, each by the smallest set of changes that shows it."""
    changes = [replace(change, verdict=verdict, no_improvement=no) for verdict, no in verdicts]
    assert judge_claim(claim(test), changes) == expected


def test_an_improvement_that_may_be_little_does_not_contradict_little_improvement(change: Change) -> None:
    """The interval reaches inside the margin: the improvement may be smaller than what was set as mattering."""
    small = replace(change, verdict=B, exceeds_margin=False, no_improvement=False)
    assert judge_claim(claim("little_improvement"), [small]) == "not shown"
    assert judge_claim(claim("little_improvement"), [replace(small, exceeds_margin=True)]) == "contradicted"


def test_figures_that_may_not_be_compared_judge_nothing(change: Change) -> None:
    """A row without a verdict is no ground."""
    apart = replace(change, comparability="not_comparable", low=None, high=None, verdict=Verdict.NONE)
    assert judge_claim(claim("little_improvement"), [apart]) == "not testable"


def test_a_later_pair_of_waves_does_not_judge_an_earlier_letter(dossier: Dossier, change: Change) -> None:
    """The letter of January 2018 speaks of October 2016 and December 2017."""
    later = replace(change, id="later", wave_before="2017-12", wave_after="2018-10", verdict=Verdict.DETERIORATED)
    figures = Figures(dossier.figures.estimates, (*dossier.figures.changes, later))
    letter = letters_of(dossier)[0]
    judged = judged_claims(replace(dossier, figures=dossier.figures), letter)
    with_later = judged_claims(replace(dossier, figures=figures), letter)
    assert [(j.claim.id, j.judgement) for j in with_later] == [(j.claim.id, j.judgement) for j in judged]
    assert "supported" not in {j.judgement for j in with_later}


def test_a_letter_of_the_future_is_not_judged(dossier: Dossier) -> None:
    """An edition knows no letter written after its evidence date."""
    early = replace(dossier, edition=replace(dossier.edition, evidence_date="2018-01-15"))
    assert letters_of(early) == []
    assert len(letters_of(dossier)) == 1


@pytest.fixture(scope="module")
def with_logs(dossier: Dossier) -> Dossier:
    """The published figures together with both made-up issue logs, as if they were of the letter's survey."""
    inputs = own_inputs()
    edition = inputs.catalogue.editions["synthetic"]
    survey = inputs.catalogue.surveys[edition.survey]
    logs = [
        one for one in clean_ledgers(inputs.root, inputs.raw, inputs.catalogue, edition) if one.ledger.kind == "issues"
    ]
    figures = joined(dossier.figures, ledger_evidence(survey, edition, logs, inputs.bank_holidays))
    return replace(dossier, figures=figures, ledgers=tuple(one.ledger for one in logs))


@pytest.mark.parametrize(
    ("verdict", "beyond_margin", "expected"),
    [
        (D, True, "supported"),
        (D, False, "not shown"),  # slower, but perhaps by little, where a great deal is claimed
        (B, True, "contradicted"),
        (B, False, "contradicted"),
        (N, False, "contradicted"),
        (U, False, "not shown"),
    ],
)
def test_the_judgement_on_a_slow_down(change: Change, verdict: Verdict, beyond_margin: bool, expected: str) -> None:
    """The rules in the docstring of ``judge_slow_down``."""
    assert judge_slow_down(replace(change, verdict=verdict, exceeds_margin=beyond_margin)) == expected


def test_a_claim_that_resolving_slowed_down_is_judged_by_each_route_of_each_log(with_logs: Dossier) -> None:
    """All issues and three routes of each of two logs; the one that was made to slow down supports it."""
    (letter,) = letters_of(with_logs)
    judged = [j for j in judged_claims(with_logs, letter) if j.claim.test == "slowed_down"]
    assert len(judged) == 8 and len({j.about for j in judged}) == 8
    slowed, steady = ([j.judgement for j in judged if name in j.about] for name in ("log, ", "without"))
    assert "supported" in slowed and "contradicted" not in slowed
    assert "supported" not in steady
    page = str(letter_claims.claims(with_logs).__html__())
    assert "The issue logs support this" in page
    assert "Claim C5." in page and "it would need the issue log" not in page


def test_without_a_log_the_claim_cannot_be_tested(dossier: Dossier) -> None:
    """No edition of the real figures holds one."""
    (letter,) = letters_of(dossier)
    (judged,) = [j for j in judged_claims(dossier, letter) if j.claim.test == "slowed_down"]
    assert (judged.about, judged.judgement) == ("", "not testable")
    page = str(letter_claims.claims(dossier).__html__())
    assert "it would need the issue log" in page and "issue logs support" not in page


def test_a_part_with_too_few_issues_cannot_be_tested_though_a_log_is_held(with_logs: Dossier) -> None:
    """Never that a log is missing which stands in the same file."""
    (letter,) = letters_of(with_logs)
    changes = [replace(c, value=None, low=None, high=None) if c.is_relative else c for c in with_logs.figures.changes]
    without = replace(with_logs, figures=Figures(with_logs.figures.estimates, tuple(changes)))
    judged = [j for j in judged_claims(without, letter) if j.claim.test == "slowed_down"]
    assert {j.judgement for j in judged} == {"not testable"} and all(j.about for j in judged)
    page = str(letter_claims.claims(without).__html__())
    assert "that would need more issues in both periods" in page and "it would need the issue log" not in page


def test_a_claim_about_a_ledger_that_is_held_is_not_said_to_lack_it(dossier: Dossier) -> None:
    """Of compensation claims no test was fixed; where they are held, the page says where they stand."""
    missing = str(letter_claims.claims(dossier).__html__())
    assert "it would need the compensation claims" in missing
    held = replace(dossier, ledgers=(dossier.catalogue.ledgers["claims"],))
    page = str(letter_claims.claims(held).__html__())
    assert "it would need the compensation claims" not in page
    assert "What is known stands under Made-up compensation claims." in page
