"""The shares and response rates of an area, a region, a band of list size and all practices, found by question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pcse_analysis.catalogue.raw import AREA_WORDS
from pcse_analysis.catalogue.types import Question, Wave
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.errors import CommandError, Problem, not_an_option
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.answers import FAILING, waves_asked

NOT_KNOWN = "not known"
DIFFERENCE, ADJUSTED_P = "difference_from_rest", "p_against_rest"
BEYOND_CHANCE = 0.05
"""An adjusted p-value below this is called a difference beyond chance."""
PLACE = tuple[str, str]
"""The column of the register and the group in it; both empty for all practices."""
ALL_PRACTICES: PLACE = ("", "")


@dataclass(frozen=True, kw_only=True)
class PlaceFigures:
    """The unweighted figures of practices in some places in one wave, by place, item and measure."""

    wave: Wave
    questions: tuple[Question, ...]
    found: dict[tuple[PLACE, str, str], Estimate]

    def share(self, place: PLACE, item: str) -> Estimate | None:
        """The share with the problem; None where the place has no reply."""
        return self.found.get((place, item, "share"))

    def rate(self, place: PLACE) -> Estimate | None:
        """The response rate; None where the wave has no register, or the place no practice."""
        return self.found.get((place, "register", "response_rate"))

    def beyond_chance(self, place: PLACE, item: str) -> Estimate | None:
        """The difference of an area from all others where it is beyond chance; None elsewhere."""
        p = self.found.get((place, item, ADJUSTED_P))
        return (
            self.found.get((place, item, DIFFERENCE)) if p and p.value is not None and p.value < BEYOND_CHANCE else None
        )

    def shown(self, place: PLACE) -> list[Question]:
        """The questions on which the place has a share that is not withheld."""
        return [q for q in self.questions if (e := self.share(place, q.item)) is not None and e.value is not None]


def area_column(dossier: Dossier) -> str:
    """The column of the register that names areas.

    Raises:
        CommandError: the survey names none, or the edition holds no replies.
    """
    column = dossier.survey.design.areas
    if dossier.edition.evidence != "responses" or not column:
        what = f"edition '{dossier.edition.id}' has no figures by area"
        raise CommandError([Problem(what=what, to_do="name a column of the register as 'areas' in survey.yaml.")])
    return column


def area_words(dossier: Dossier) -> str:
    """What an area is, such as a clinical commissioning group."""
    return AREA_WORDS[area_column(dossier)]


def areas_of(dossier: Dossier) -> list[str]:
    """The areas that the edition has figures of, withheld ones too, by name."""
    column = area_column(dossier)
    return sorted({e.group for e in dossier.survey_figures.estimates if e.group_by == column} - {NOT_KNOWN})


def check_area(dossier: Dossier, area: str) -> PLACE:
    """The place that an area is.

    Raises:
        CommandError: the edition knows no such area; near misses are named.
    """
    known = areas_of(dossier)
    if area not in known:
        raise CommandError([Problem(what=f"parameter 'area': {not_an_option(area, 'an area of this edition', known)}")])
    return area_column(dossier), area


def place_figures(dossier: Dossier, places: Sequence[PLACE]) -> list[PlaceFigures]:
    """The figures of some places in every wave that practices replied in, the earliest first."""
    unit = dossier.survey.design.unit
    wanted = set(places)
    made = []
    for wave in waves_asked(dossier, unit):
        found: dict[tuple[PLACE, str, str], Estimate] = {}
        for e in dossier.survey_figures.estimates:
            if (e.wave, e.respondent_group) == (wave.id, unit) and (e.group_by, e.group) in wanted:
                rate = e.measure == "response_rate"
                if rate or (e.category == FAILING and e.weighting != "weighted"):
                    found[(e.group_by, e.group), e.item, e.measure] = e
        items = {item for (place, item, measure) in found if measure == "share"}
        questions = [dossier.survey.questions[item, wave.id] for item in items]
        ordered = tuple(sorted(questions, key=lambda q: finding_order(q.finding)))
        made.append(PlaceFigures(wave=wave, questions=ordered, found=found))
    return made


def register_of(dossier: Dossier) -> tuple[Wave, pd.DataFrame] | None:
    """The latest wave that has a register of practices, and that register; None where no wave has one."""
    for wave in reversed(waves_asked(dossier, dossier.survey.design.unit)):
        practices = dossier.practices(wave.id)
        if practices is not None:
            return wave, practices
    return None


def region_of(dossier: Dossier, area: str) -> str:
    """The region of an area as the latest register has it; empty where there is none, or more than one."""
    known = register_of(dossier)
    if known is None:
        return ""
    frame = known[1]
    regions = frame.loc[frame[area_column(dossier)] == area, "region_name"].dropna().unique()
    return str(regions[0]) if len(regions) == 1 else ""
