"""Everything that a project's evidence is made from, read and checked; and the record of it."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import pcse_analysis
from pcse_analysis.catalogue.load import CATALOGUE, input_files, read_catalogue
from pcse_analysis.catalogue.types import Catalogue, Edition
from pcse_analysis.cleaning.commitments import read_commitments
from pcse_analysis.cleaning.performance import read_pairs, read_performance
from pcse_analysis.cleaning.public_record import (
    check_population,
    read_bank_holidays,
    read_population,
    read_timeline,
)
from pcse_analysis.cleaning.published import read_published
from pcse_analysis.errors import Problems
from pcse_analysis.evidence.received import Received
from pcse_analysis.evidence.replies import raw_folder
from pcse_analysis.origins import RunRecord, SourceFile, commit_of, file_sha256, tree_sha256

PACKAGES = (
    "jinja2",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pcse-analysis",
    "phonenumbers",
    "pyreadstat",
    "python-calamine",
    "python-stdnum",
    "rapidfuzz",
    "scipy",
    "statsmodels",
)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Everything read from a project's files but its raw exports, checked. ``raw`` stands for ``data/raw``."""

    root: Path
    raw: Path
    catalogue: Catalogue
    published: dict[str, pd.DataFrame]
    population: pd.DataFrame
    timeline: pd.DataFrame
    bank_holidays: tuple[str, ...]
    commitments: pd.DataFrame
    performance: pd.DataFrame
    pairs: pd.DataFrame


def read_inputs(root: Path, raw: Path | None = None) -> Inputs:
    """The catalogue and the published figures of the project at ``root``.

    Raises:
        CatalogueError: mistakes in ``data/catalogue/`` only.
        DataError: mistakes in other files too. Both list every mistake of every file.
    """
    problems = Problems()
    catalogue = read_catalogue(root, problems)
    population = read_population(root, catalogue, problems)
    timeline = read_timeline(root, catalogue, problems)
    commitments = read_commitments(root, catalogue, timeline, problems)
    performance = read_performance(root, catalogue, problems)
    pairs = read_pairs(root, catalogue, problems)
    bank_holidays = read_bank_holidays(root, catalogue, problems)
    published = {}
    for survey in catalogue.surveys.values():
        published[survey.id] = read_published(root, survey, catalogue, problems)
        check_population(survey, f"{CATALOGUE}/surveys/{survey.id}", population, problems)
    problems.raise_as(problems.kind)
    return Inputs(
        root=root,
        raw=raw_folder(root, raw),
        catalogue=catalogue,
        published=published,
        population=population,
        timeline=timeline,
        bank_holidays=bank_holidays,
        commitments=commitments,
        performance=performance,
        pairs=pairs,
    )


def record_of(
    inputs: Inputs, edition: Edition, parameters: dict[str, str], received: Received, state: str
) -> RunRecord:
    """What an edition is made from: files with hashes, code, parameters and versions."""
    root = inputs.root
    package = Path(pcse_analysis.__file__).parent
    code = [p for p in package.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    notebooks = tree_sha256((root / "notebooks").glob("*.ipynb"), root)
    lock = root / "requirements.lock"
    files = [
        SourceFile(name=name, sha256=file_sha256(root / name), rows=_rows(root / name))
        for name in input_files(root, inputs.catalogue)
    ]
    return RunRecord(
        edition=edition.id,
        evidence_date=edition.evidence_date,
        parameters=parameters,
        inputs=(*files, *received.files),
        lock_sha256=file_sha256(lock) if lock.is_file() else "",
        code_sha256=tree_sha256(code, package),
        notebooks_sha256=notebooks,
        commit=commit_of(root),
        state=state,
        packages={"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in PACKAGES},
    )


def _rows(path: Path) -> int:
    return len(pd.read_csv(path, dtype=str)) if path.suffix == ".csv" else 0
