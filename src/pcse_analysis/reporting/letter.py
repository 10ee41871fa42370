"""What a letter says against what the figures show: each claim judged for each service line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pcse_analysis.catalogue.types import Claim, Letter, ServiceLine
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.estimates import Change, Verdict

Judgement = Literal["supported", "contradicted", "not shown", "not testable"]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A claim judged for one service line, or as a whole where ``service_line`` is None; and the changes behind it."""

    claim: Claim
    service_line: ServiceLine | None
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


def letters_of(dossier: Dossier) -> list[Letter]:
    """The letters about this survey that were written by the evidence date."""
    return [
        letter
        for letter in dossier.catalogue.letters.values()
        if letter.survey == dossier.survey.id and letter.date <= dossier.edition.evidence_date
    ]


def judged_claims(dossier: Dossier, letter: Letter) -> list[Judged]:
    """Every claim of a letter: for each service line where figures could test it, else once as a whole.

    Only changes between the two waves that the letter speaks of count.
    """
    spoken_of = [
        change
        for change in dossier.survey_figures.changes
        if (change.wave_before, change.wave_after) == (letter.wave_before, letter.wave_after) and change.is_compared
    ]
    spoken_of.sort(key=lambda change: finding_order(dossier.pair(change).finding))
    judged = []
    for claim in letter.claims:
        if claim.test == "none":
            judged.append(Judged(claim=claim, service_line=None, judgement="not testable", changes=()))
            continue
        for line in dossier.catalogue.service_lines.values():
            changes = tuple(change for change in spoken_of if change.service_line == line.id)
            judged.append(
                Judged(claim=claim, service_line=line, judgement=judge_claim(claim, changes), changes=changes)
            )
    return judged
