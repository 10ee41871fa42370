"""All estimates and changes of an edition: made once from the inputs, written to CSV, read back for the pages."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pcse_analysis.catalogue.fields import listed
from pcse_analysis.catalogue.load import CATALOGUE, input_files, project_root, read_catalogue
from pcse_analysis.catalogue.types import Catalogue, Edition, Survey
from pcse_analysis.cleaning.public_record import check_population, read_population, read_timeline
from pcse_analysis.cleaning.published import known_by, read_published
from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError, Problem, Problems, not_an_option
from pcse_analysis.estimates import Change, Estimate, Figures, estimate_id, read_figures, write_figures
from pcse_analysis.metrics.change import judge, published_change
from pcse_analysis.metrics.margins import margins_of
from pcse_analysis.metrics.published import population_estimate, published_estimates, response_rate
from pcse_analysis.provenance import RunRecord, SourceFile, commit_of, file_sha256, tree_sha256

BUILT_FOLDER = "PCSE_BUILT_FOLDER"
"""Environment variable that a build sets for its notebooks: the folder its CSVs are in."""
PROJECT_FOLDER = "PCSE_PROJECT"
"""Environment variable that a build sets for its notebooks: the project they belong to."""
RECORD = "provenance.json"
"""The file in an edition's folder that says what it was made from."""
PACKAGES = (
    "jinja2",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pcse-analysis",
    "scipy",
    "statsmodels",
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything read from a project's files, checked."""

    root: Path
    catalogue: Catalogue
    published: dict[str, pd.DataFrame]
    population: pd.DataFrame
    timeline: pd.DataFrame


def read_inputs(root: Path) -> Inputs:
    """The catalogue and the published figures of the project at ``root``.

    Raises:
        CatalogueError: mistakes in ``data/catalogue/`` only.
        DataError: mistakes in other files too. Both list every mistake of every file.
    """
    problems = Problems()
    catalogue = read_catalogue(root, problems)
    population = read_population(root, catalogue, problems)
    timeline = read_timeline(root, catalogue, problems)
    published = {}
    for survey in catalogue.surveys.values():
        published[survey.id] = read_published(root, survey, catalogue, problems)
        check_population(survey, f"{CATALOGUE}/surveys/{survey.id}", population, problems)
    problems.raise_as(problems.kind)
    return Inputs(root=root, catalogue=catalogue, published=published, population=population, timeline=timeline)


def find_edition(inputs: Inputs, edition: str) -> Edition:
    """The edition of this name.

    Raises:
        CommandError: there is none; near misses are named.
    """
    editions = inputs.catalogue.editions
    if edition not in editions:
        raise CommandError([Problem(what=f"edition: {not_an_option(edition, 'an edition', editions)}")])
    return editions[edition]


def make_dossier(inputs: Inputs, edition: str, parameters: dict[str, str] | None = None) -> Dossier:
    """All figures of an edition, computed from its inputs; nothing known after its evidence date enters."""
    chosen = find_edition(inputs, edition)
    survey = inputs.catalogue.surveys[chosen.survey]
    published, _ = _known(inputs, inputs.published[survey.id], chosen)
    estimates = published_estimates(published, survey)
    estimates += _rates(estimates, inputs, survey, chosen)
    changes = _changes(estimates, survey)
    estimates += [extra for change in changes for extra in margins_of(change, Figures(tuple(estimates), ()), survey)]
    record = _record(inputs, chosen, parameters or {})
    figures = Figures(tuple(sorted(estimates, key=lambda e: e.id)), tuple(sorted(changes, key=lambda c: c.id)))
    return _dossier(inputs, chosen, figures, record)


def _dossier(inputs: Inputs, edition: Edition, figures: Figures, record: RunRecord) -> Dossier:
    """Figures together with what pages say about them, as known on the evidence date."""
    survey = inputs.catalogue.surveys[edition.survey]
    published, later = _known(inputs, inputs.published[survey.id], edition)
    timeline, _ = _known(inputs, inputs.timeline, edition)
    words = {
        estimate_id(survey.id, row["wave"], row["respondent_group"], row["item"], row["measure"]): row
        for row in published.to_dict("records")
    }
    return Dossier(
        edition=edition,
        survey=survey,
        catalogue=inputs.catalogue,
        figures=figures,
        notes={row_id: _note(row, edition) for row_id, row in words.items()},
        left_out=later[["wave", "respondent_group", "service_line", "item", "measure", "known_on"]],
        timeline=timeline,
        record=record,
    )


def _note(row: Mapping[Hashable, Any], edition: Edition) -> str:
    """The words published in place of a number, or the note on a figure if that too was known on the evidence date."""
    return str(row["statement"] or (row["note"] if row["note_known_on"] <= edition.evidence_date else ""))


def _known(inputs: Inputs, facts: pd.DataFrame, edition: Edition) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The facts known on the evidence date, with the sources that were public by then; and the other facts."""
    known, later = known_by(facts, edition.evidence_date)
    sources = [inputs.catalogue.public_by(listed(cell), edition.evidence_date) for cell in known["sources"]]
    return known.assign(sources=["; ".join(names) for names in sources]), later


def _rates(estimates: list[Estimate], inputs: Inputs, survey: Survey, edition: Edition) -> list[Estimate]:
    """For each wave the number of practices (the first listed figure known by then) and the response rate."""
    known, _ = _known(inputs, inputs.population, edition)
    rows = {str(row["id"]): row for row in known.to_dict("records") if pd.notna(row["value"])}
    made = []
    for replies in (e for e in estimates if e.measure == "replies" and e.respondent_group == survey.design.unit):
        figure = next((f for f in survey.waves[replies.wave].population if f in rows), None)
        if figure is not None:
            population = population_estimate(rows[figure], survey, replies.wave)
            made += [population, response_rate(replies, population)]
    return made


def _changes(estimates: list[Estimate], survey: Survey) -> list[Change]:
    by_item = {(e.item, e.wave): e for e in estimates if e.measure == "share"}
    rates = {(e.wave, e.respondent_group): e.value for e in estimates if e.measure == "response_rate"}
    changes = []
    for pair in survey.comparability:
        before = by_item.get((pair.item_before, pair.wave_before))
        after = by_item.get((pair.item_after, pair.wave_after))
        if before is not None and after is not None:
            changes.append(
                published_change(pair, survey, before, after, rates.get((pair.wave_after, pair.respondent_group)))
            )
    return judge(changes, dict(survey.families))


def _record(inputs: Inputs, edition: Edition, parameters: dict[str, str]) -> RunRecord:
    root = inputs.root
    package = Path(__file__).parent
    code = [p for p in package.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    notebooks = tree_sha256((root / "notebooks").glob("*.ipynb"), root)
    lock = root / "requirements.lock"
    return RunRecord(
        edition=edition.id,
        evidence_date=edition.evidence_date,
        parameters=parameters,
        inputs=tuple(
            SourceFile(name=name, sha256=file_sha256(root / name), rows=_rows(root / name))
            for name in input_files(inputs.catalogue)
        ),
        lock_sha256=file_sha256(lock) if lock.is_file() else "",
        code_sha256=tree_sha256(code, package),
        notebooks_sha256=notebooks,
        commit=commit_of(root),
        packages={"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES},
    )


def _rows(path: Path) -> int:
    return len(pd.read_csv(path, dtype=str)) if path.suffix == ".csv" else 0


def write_dossier(dossier: Dossier, folder: Path) -> None:
    """Write the CSVs and ``provenance.json`` of an edition into ``folder``."""
    write_figures(dossier.figures, folder)
    record = json.dumps(dossier.record.to_json(), indent=2, ensure_ascii=False)
    (folder / RECORD).write_text(record + "\n", encoding="utf-8", newline="\n")


def open_evidence(edition: str) -> Dossier:
    """The evidence of an edition, for a notebook.

    Inside a build the figures are those the build wrote; by hand they are computed from the inputs as they are now.

    Raises:
        CommandError, CatalogueError, DataError: the inputs have mistakes; all are listed.
    """
    inputs = read_inputs(project_root(Path(os.environ.get(PROJECT_FOLDER, "."))))
    built = os.environ.get(BUILT_FOLDER)
    if not built:
        return make_dossier(inputs, edition)
    record = RunRecord.from_json(json.loads((Path(built) / RECORD).read_text(encoding="utf-8")))
    return _dossier(inputs, find_edition(inputs, edition), read_figures(Path(built)), record)
