"""What parameters may ask for, by the catalogue alone: checked before anything slow is read or imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pcse_analysis.catalogue.ledgers import LEDGER_PAGES
from pcse_analysis.catalogue.types import Catalogue, Edition, Survey
from pcse_analysis.errors import CommandError, Problem, Problems, not_an_option

SERVICE_LINE = "service_line"
EACH = (SERVICE_LINE, "group", *LEDGER_PAGES)
"""Parameters that a page can be made for one by one."""
ALL = "all"
PREVIOUS, LATEST = "previous", "latest"
"""Stand for the last wave that an edition holds, and for the one before."""
CATALOGUE_NAMES = "names of waves, groups and service lines stand in data/catalogue/."


def find_edition(catalogue: Catalogue, edition: str) -> Edition:
    """The edition of this name.

    Raises:
        CommandError: there is none; near misses are named.
    """
    if edition not in catalogue.editions:
        raise CommandError([Problem(what=f"edition: {not_an_option(edition, 'an edition', catalogue.editions)}")])
    return catalogue.editions[edition]


def names_over(catalogue: Catalogue, each: str, survey: Survey) -> dict[str, str]:
    """What pages are made for one by one, with labels: service lines, ledgers of a kind, or groups with replies."""
    if each == SERVICE_LINE:
        return {line.id: line.label for line in catalogue.service_lines.values()}
    if each in LEDGER_PAGES:
        return {name: catalogue.ledgers[name].label for name in _ledgers(catalogue, each, [survey])}
    asked = {export.group for wave in survey.waves.values() for export in wave.exports.values()}
    return {group: f"Replies of {label}" for group, label in survey.groups.items() if group in asked}


def check_parameters(
    catalogue: Catalogue,
    survey: Survey | None,
    given: Mapping[str, str],
    problems: Problems,
    *,
    only_wave: bool = False,
) -> None:
    """Note every parameter whose value names something that does not exist in ``survey`` (None: in any survey).

    With ``only_wave`` the earlier and the later wave may be one and the same, as there is no other.
    """
    surveys = [survey] if survey else list(catalogue.surveys.values())
    waves = {wave.id: wave for one in surveys for wave in one.waves.values()}
    groups = [group for one in surveys for group in one.groups]
    options: dict[str, tuple[str, list[str]]] = {
        "survey": ("the survey of this edition", [one.id for one in surveys]),
        "wave_before": (f"a wave, or '{PREVIOUS}'", [PREVIOUS, *waves]),
        "wave_after": (f"a wave, or '{LATEST}'", [LATEST, *waves]),
        "service_line": (f"a service line, or '{ALL}'", [ALL, *catalogue.service_lines]),
        "issues": ("an issue log of this edition", _ledgers(catalogue, "issues", surveys)),
        "claims": ("claims of this edition", _ledgers(catalogue, "claims", surveys)),
        "group": (f"a respondent group, or '{ALL}'", [ALL, *groups]),
    }
    for name, value in given.items():
        if name in options and value not in options[name][1]:
            problems.add(f"parameter '{name}': {not_an_option(value, *options[name])}", to_do=CATALOGUE_NAMES)
    before, after = (waves.get(given.get(name, "")) for name in ("wave_before", "wave_after"))
    if before and after and before.fieldwork_start >= after.fieldwork_start and not only_wave:
        problems.add(f"parameter 'wave_after': found '{after.id}', expected a wave after '{before.id}' (wave_before)")


def _ledgers(catalogue: Catalogue, kind: str, surveys: Sequence[Survey]) -> list[str]:
    names = {survey.id for survey in surveys}
    return [one.id for one in catalogue.ledgers.values() if one.kind == kind and one.survey in names]
