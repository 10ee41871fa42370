"""One edition's figures together with everything that a page says about them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pcse_analysis.catalogue.choices import ALL, LATEST, PREVIOUS, check_parameters
from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.catalogue.raw import Quote, Theme
from pcse_analysis.catalogue.types import Catalogue, Comparability, Edition, Question, ServiceLine, Survey, Wave
from pcse_analysis.errors import CommandError, Problems
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.origins import RunRecord


@dataclass(frozen=True, kw_only=True)
class ListedReport:
    """A report of a batch: what its parameter was, its file beside the index of the batch, and its name in words."""

    report: str
    file: str
    label: str


def _no_register(_: str) -> pd.DataFrame | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """All that pages are written from.

    ``performance`` and ``pairs`` are what was published on performance, and what of it is set beside the survey.
    ``left_out`` holds the facts not known on the evidence date: what they are about, and never their values.
    ``themes`` and ``quotes`` are those of the free text of replies. ``figures`` holds those of the survey and of the
    ``ledgers``, told apart by ``survey``, which of a ledger is its own id. ``practices`` gives the public facts on the
    practices of a wave's register (code, name, region_name, ccg_name, size_band, list_size), or None without one.
    ``reports`` are those of the batch that this evidence was made for.
    """

    edition: Edition
    survey: Survey
    catalogue: Catalogue
    figures: Figures
    notes: dict[str, str]
    left_out: pd.DataFrame
    timeline: pd.DataFrame
    commitments: pd.DataFrame
    performance: pd.DataFrame
    pairs: pd.DataFrame
    record: RunRecord
    themes: tuple[Theme, ...] = ()
    quotes: tuple[Quote, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    practices: Callable[[str], pd.DataFrame | None] = _no_register
    reports: tuple[ListedReport, ...] = ()

    @cached_property
    def survey_figures(self) -> Figures:
        """The figures of the survey alone."""
        return self.figures_of(self.survey.id)

    def figures_of(self, survey: str) -> Figures:
        """The figures of the survey, or of the ledger, that has this id."""
        return Figures(
            tuple(e for e in self.figures.estimates if e.survey == survey),
            tuple(c for c in self.figures.changes if c.survey == survey),
        )

    def question(self, estimate: Estimate) -> Question:
        """The question that a share or a direction answers."""
        return self.survey.questions[estimate.item, estimate.wave]

    def waves_held(self) -> list[Wave]:
        """The waves that the edition has estimates of, the earliest first."""
        held = {e.wave for e in self.figures.estimates if e.survey == self.survey.id}
        return sorted((self.survey.waves[w] for w in held), key=lambda w: w.fieldwork_start)

    def groups_of(self, column: str) -> list[str]:
        """The groups that shares are broken down into by a column, in the order of the register."""
        found = [e for e in self.survey_figures.estimates if (e.group_by, e.measure) == (column, "share")]
        return sorted({e.group for e in found}, key=group_order)

    def pair(self, change: Change) -> Comparability:
        """The catalogue row behind a change."""
        items = {self.figures.estimate(row).item for row in (change.estimate_before, change.estimate_after)}
        return next(
            pair
            for pair in self.survey.comparability
            if {pair.item_before, pair.item_after} == items
            and (pair.wave_before, pair.wave_after) == (change.wave_before, change.wave_after)
        )


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which part of an edition a page is about. ``service_line`` and ``group`` are None for all."""

    before: Wave
    after: Wave
    service_line: ServiceLine | None
    group: str | None

    def changes(self, dossier: Dossier) -> list[Change]:
        """The changes of this selection, in the order of their findings."""
        chosen = [
            c
            for c in dossier.survey_figures.changes
            if (c.wave_before, c.wave_after) == (self.before.id, self.after.id) and self._holds(c) and not c.group_by
        ]
        return sorted(chosen, key=lambda c: finding_order(dossier.pair(c).finding))

    def figures(self, dossier: Dossier) -> list[Estimate]:
        """The published shares and directions of this selection, in the order of their findings."""
        chosen = [
            e
            for e in dossier.survey_figures.estimates
            if e.measure in ("share", "direction")
            and not e.group_by
            and e.wave in (self.before.id, self.after.id)
            and self._holds(e)
        ]
        return sorted(chosen, key=lambda e: finding_order(dossier.question(e).finding))

    def _holds(self, number: Estimate | Change) -> bool:
        line = self.service_line is None or number.service_line == self.service_line.id
        return line and self.group in (None, number.respondent_group)


def group_order(group: str) -> tuple[int, float, str]:
    """Bands of a number from low to high, "under" first; other groups by name."""
    number = re.search(r"\d[\d,]*", group)
    if number is None:
        return 0, 0.0, group
    return 1, float(number[0].replace(",", "")) - (0.5 if group.startswith("under") else 0.0), group


def finding_order(finding: str) -> tuple[str, int]:
    """The order of finding ids: by letters, then by number."""
    letters = finding.rstrip("0123456789")
    return letters, int(finding[len(letters) :] or 0)


def choose(
    dossier: Dossier, *, wave_before: str, wave_after: str, survey: str = "", service_line: str = ALL, group: str = ALL
) -> Selection:
    """The part of an edition that parameters ask for; ``survey`` is that of the edition where it is not named.

    Raises:
        CommandError: a parameter names something that does not exist; all such are listed, with near misses.
    """
    problems = Problems()
    held = dossier.waves_held()
    asked = {
        "survey": survey or dossier.survey.id,
        "wave_before": held[-2:][0].id if wave_before == PREVIOUS and held else wave_before,
        "wave_after": held[-1].id if wave_after == LATEST and held else wave_after,
        "service_line": service_line,
        "group": group,
    }
    only = len(held) == 1 and (wave_before, wave_after) == (PREVIOUS, LATEST)
    check_parameters(dossier.catalogue, dossier.survey, asked, problems, only_wave=only)
    problems.raise_as(CommandError)
    return Selection(
        before=dossier.survey.waves[asked["wave_before"]],
        after=dossier.survey.waves[asked["wave_after"]],
        service_line=None if service_line == ALL else dossier.catalogue.service_lines[service_line],
        group=None if group == ALL else group,
    )
