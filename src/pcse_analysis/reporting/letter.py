"""What a letter says against what the figures show: each claim judged for each service line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pcse_analysis.catalogue.types import Claim, Letter
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.ledger_figures import LedgerFigures, ledgers_of

Judgement = Literal["supported", "contradicted", "not shown", "not testable"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A claim judged for one service line or one part of an issue log, or as a whole; and the changes behind it.

    ``about`` names the line or the part; it is empty where the claim is judged as a whole.
    """

    claim: Claim
    about: str
    judgement: Judgement
    changes: tuple[Change, ...]


def judge_claim(claim: Claim, changes: Sequence[Change]) -> Judgement:
    """What comparable changes of one service line say of a claim.

    "Little or no improvement" is contradicted by an improvement whose whole interval lies beyond the margin, and
    supported where every change either got worse or rules an improvement by the margin out. "Some deterioration" is
    supported by any deterioration. Where there are such changes but they settle nothing, the claim is not shown; where
    there are none, it cannot be tested.
    """
    comparable = [change for change in changes if change.is_compared]
    if claim.test == "none" or not comparable:
        return "not testable"
    if claim.test == "some_deterioration":
        worse = any(change.verdict is Verdict.DETERIORATED for change in comparable)
        return "supported" if worse else "not shown"
    if any(change.verdict is Verdict.IMPROVED and change.exceeds_margin for change in comparable):
        return "contradicted"
    if all(change.verdict is Verdict.DETERIORATED or change.no_improvement for change in comparable):
        return "supported"
    return "not shown"


def judge_slow_down(change: Change) -> Judgement:
    """What the speed of one part of an issue log says of a claim that it has slowed down a great deal.

    Supported where it is slower by more than the margin with its whole interval; contradicted where it is faster, or
    where there is no material change. A slow-down that may be smaller than the margin does not show a great one.
    """
    if change.verdict is Verdict.DETERIORATED and change.exceeds_margin:
        return "supported"
    if change.verdict in (Verdict.IMPROVED, Verdict.NO_MATERIAL_CHANGE):
        return "contradicted"
    return "not shown"


def letters_of(dossier: Dossier) -> list[Letter]:
    """The letters about this survey that were written by the evidence date."""
    return [
        letter
        for letter in dossier.catalogue.letters.values()
        if letter.survey == dossier.survey.id and letter.date <= dossier.edition.evidence_date
    ]


def judged_claims(dossier: Dossier, letter: Letter) -> list[Judged]:
    """Every claim of a letter: for each service line or part of a log where figures could test it, else as a whole.

    Only changes between the two waves that the letter speaks of count, and the logs that the edition holds.
    """
    spoken_of = [
        change
        for change in dossier.survey_figures.changes
        if (change.wave_before, change.wave_after) == (letter.wave_before, letter.wave_after) and change.is_compared
    ]
    spoken_of.sort(key=lambda change: finding_order(dossier.pair(change).finding))
    judged = []
    for claim in letter.claims:
        if claim.test == "slowed_down":
            judged += _slow_downs(dossier, claim)
            continue
        if claim.test == "none":
            judged.append(Judged(claim=claim, about="", judgement="not testable", changes=()))
            continue
        for line in dossier.catalogue.service_lines.values():
            changes = tuple(change for change in spoken_of if change.service_line == line.id)
            judgement = judge_claim(claim, changes)
            judged.append(Judged(claim=claim, about=line.label, judgement=judgement, changes=changes))
    return judged


def _slow_downs(dossier: Dossier, claim: Claim) -> list[Judged]:
    """The claim judged for all issues and each route of each log; once as a whole without any log.

    A part whose periods could not be compared cannot be tested.
    """
    judged = []
    for ledger in ledgers_of(dossier, "issues"):
        log = LedgerFigures(dossier, ledger)
        for part in log.parts("", "route"):
            change, about = log.change(*part), f"{ledger.label}, {log.label(*part)}"
            if change is None or change.value is None:
                judged.append(Judged(claim=claim, about=about, judgement="not testable", changes=()))
            else:
                judgement = judge_slow_down(change)
                judged.append(Judged(claim=claim, about=about, judgement=judgement, changes=(change,)))
    return judged or [Judged(claim=claim, about="", judgement="not testable", changes=())]
