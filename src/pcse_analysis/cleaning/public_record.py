"""Public facts beside the survey: how many practices and patients there were, and what happened when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.fields import RowReader
from pcse_analysis.catalogue.files import read_table
from pcse_analysis.catalogue.load import PUBLISHED, read_known_on
from pcse_analysis.catalogue.types import Catalogue, Survey
from pcse_analysis.errors import Problems, not_an_option
from pcse_analysis.frames import POPULATION_FIGURES, TIMELINE, FrameSpec, tidy

POPULATION = f"{PUBLISHED}/population_frames.csv"
BANK_HOLIDAYS = f"{PUBLISHED}/bank_holidays.csv"
POPULATION_COLUMNS = (
    "id",
    "measure",
    "area",
    "date",
    "value",
    "unit",
    "basis",
    "note",
    "sources",
    "known_on",
    "confidence",
)
TIMELINE_COLUMNS = ("id", "date", "event", "sources", "known_on")


def optional_rows(root: Path, name: str, spec: FrameSpec, problems: Problems) -> Iterator[RowReader]:
    """The rows of a file of public facts that a project may do without; none where it has no such file."""
    if (root / name).is_file():
        for row in read_table(root / name, name, tuple(spec.columns), spec.key, problems):
            yield RowReader(row, problems)


def read_population(root: Path, catalogue: Catalogue, problems: Problems) -> pd.DataFrame:
    """Register and workforce figures as a tidy frame; ``value`` is missing where the source gives no number."""
    rows = []
    for row in read_table(root / POPULATION, POPULATION, POPULATION_COLUMNS, ("id",), problems):
        read = RowReader(row, problems)
        sources, known_on = read_known_on(read, catalogue.publications, needs_all=row["basis"] == "derived")
        rows.append(
            {
                "id": read.identifier("id"),
                "measure": read.text("measure"),
                "area": read.text("area"),
                "date": read.text("date"),
                "value": read.decimal("value"),
                "unit": read.text("unit"),
                "basis": read.one_of("basis", "a basis", ("published", "derived")),
                "note": row["note"],
                "sources": "; ".join(sources),
                "known_on": known_on,
                "confidence": read.one_of("confidence", "a confidence", ("high", "medium", "low")),
            }
        )
    return tidy(rows, POPULATION_FIGURES)


def check_population(survey: Survey, name: str, population: pd.DataFrame, problems: Problems) -> None:
    """Note every wave of ``survey`` that names a register figure which does not exist or is not of practices."""
    practices = list(population.loc[population["measure"] == "practices", "id"])
    for wave in survey.waves.values():
        for figure, line in zip(wave.population, wave.population_lines, strict=True):
            if figure not in practices:
                what = f"'population': {not_an_option(figure, 'a practices row of population_frames.csv', practices)}"
                file = f"{name}/waves/{wave.id}.yaml"
                problems.add(what, file=file, line=line, refers_to=POPULATION)


def read_timeline(root: Path, catalogue: Catalogue, problems: Problems) -> pd.DataFrame:
    """Dated events as a tidy frame, in the order of the file."""
    name = f"{PUBLISHED}/timeline.csv"
    rows = []
    for row in read_table(root / name, name, TIMELINE_COLUMNS, ("id",), problems):
        read = RowReader(row, problems)
        sources, known_on = read_known_on(read, catalogue.publications)
        rows.append(
            {
                "id": read.identifier("id"),
                "date": read.day("date", partial=True),
                "event": read.text("event"),
                "sources": "; ".join(sources),
                "known_on": known_on,
            }
        )
    return tidy(rows, TIMELINE)


def read_bank_holidays(root: Path, catalogue: Catalogue, problems: Problems) -> tuple[str, ...]:
    """The bank holidays of England and Wales, year-month-day, in order; none where no ledger counts working days."""
    name = BANK_HOLIDAYS
    if not any(ledger.days == "working" for ledger in catalogue.ledgers.values()):
        return ()
    days = []
    for row in read_table(root / name, name, ("date", "name"), ("date",), problems):
        read = RowReader(row, problems)
        read.text("name")
        days.append(read.day("date"))
    return tuple(sorted(days))
