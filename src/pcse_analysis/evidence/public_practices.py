"""What the register of a wave says of its practices: public facts, read once in a process however many pages ask."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.raw import RegisterFiles
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.cleaning.practices import with_size_bands
from pcse_analysis.errors import CatalogueError, CommandError, DataError, Problem, Problems
from pcse_analysis.evidence.replies import export_folder, raw_folder, read_register

FACTS = ("code", "name", "region_name", "ccg_name", "size_band", "list_size")
Stamps = tuple[tuple[int, int], ...]


def public_practices(root: Path, raw: Path, survey: Survey, wave: str) -> pd.DataFrame | None:
    """The practices of a wave's register with their FACTS, in the order of their codes; None without a register.

    What the register does not know is missing. Nothing of any reply is read.

    Raises:
        DataError: the files of the register have mistakes; all are listed.
    """
    files = survey.waves[wave].register
    if files is None:
        return None
    folder = export_folder(root, raw, survey)
    read = [folder / name for name in (files.practices, files.payments) if name]
    stamps = tuple((path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else (0, 0) for path in read)
    return _read(folder, survey.raw, files, stamps)


@lru_cache(maxsize=8)
def _read(folder: Path, name: str, files: RegisterFiles, stamps: Stamps) -> pd.DataFrame:
    """``stamps`` are times and sizes of the files, so that a changed one is read again."""
    problems = Problems()
    found = with_size_bands(read_register(files, folder, name, problems), files)
    problems.raise_as(DataError)
    return found.reindex(columns=list(FACTS)).sort_values("code", ignore_index=True)


def names_in_register(root: Path, raw: Path | None, edition: str, over: str) -> list[tuple[str, str]]:
    """The areas, or the practices (``over``), of an edition's latest register, each with its name in words.

    Raises:
        CommandError: the edition rests on no register, or its survey names no areas.
        DataError: the files of the register have mistakes; all are listed.
    """
    problems = Problems()
    catalogue = read_catalogue(root, problems)
    problems.raise_as(CatalogueError)
    survey = catalogue.surveys[find_edition(catalogue, edition).survey]
    waves = sorted(survey.waves.values(), key=lambda wave: wave.fieldwork_start)
    latest = next((wave for wave in reversed(waves) if wave.register is not None), None)
    if latest is None or not (survey.design.areas or over == "practice"):
        lacks = (
            "rests on no register of practices" if latest is None else "names no areas (design: areas in survey.yaml)"
        )
        raise CommandError([Problem(what=f"--over {over}: the survey of edition '{edition}' {lacks}")])
    frame = public_practices(root, raw_folder(root, raw), survey, latest.id)
    assert frame is not None
    if over == "practice":
        return [(row["code"], f"{row['name']} ({row['code']})") for row in frame.to_dict("records")]
    return [(name, name) for name in sorted(set(frame[survey.design.areas].dropna().astype(str)))]
