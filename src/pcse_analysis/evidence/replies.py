"""The replies behind an edition: every export of its waves, cleaned."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from pcse_analysis.catalogue.load import CATALOGUE
from pcse_analysis.catalogue.raw import Quote, RegisterFiles, Theme
from pcse_analysis.catalogue.survey import RAW
from pcse_analysis.catalogue.types import Catalogue, Edition, Survey, Wave
from pcse_analysis.cleaning.payments import read_payments
from pcse_analysis.cleaning.quotes import check_quotes, read_quotes
from pcse_analysis.cleaning.register import Register, read_ods_practices, register
from pcse_analysis.cleaning.survey import clean_export
from pcse_analysis.cleaning.themes import read_themes
from pcse_analysis.errors import DATA, CommandError, DataError, Problem, Problems
from pcse_analysis.origins import SourceFile, file_sha256
from pcse_analysis.responses import Responses, tidy_responses

RAW_FOLDER = "PCSE_RAW"
"""Environment variable: the folder that stands for ``data/raw``."""


@dataclass(frozen=True)
class Words:
    """What is done with the free text of a survey: the themes that are counted, and the approved quotations."""

    themes: tuple[Theme, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, kw_only=True)
class Replies:
    """The cleaned replies of an edition, the registers of its waves, and the files that they come from."""

    responses: tuple[Responses, ...]
    registers: Mapping[str, Register]
    words: Words
    files: tuple[SourceFile, ...]

    def frame(self) -> pd.DataFrame:
        """All replies as one tidy frame."""
        return tidy_responses(self.responses)

    @cached_property
    def excluded(self) -> pd.DataFrame:
        """Every reply left out, with its reason."""
        return pd.concat([r.excluded for r in self.responses], ignore_index=True)

    @cached_property
    def unmatched(self) -> pd.DataFrame:
        """Every reply whose practice was not found in the register, with what was given."""
        return pd.concat([r.unmatched for r in self.responses], ignore_index=True)

    @cached_property
    def log(self) -> pd.DataFrame:
        """What each rule of cleaning did, in order."""
        return pd.DataFrame(
            [
                (r.wave, r.export, s.rule, s.kind, s.reason, s.action, s.rows_before, s.count, s.rows_after)
                for r in self.responses
                for s in r.flow.steps
            ],
            columns=["wave", "export", "rule", "kind", "reason", "action", "rows_before", "count", "rows_after"],
        )


def raw_folder(root: Path, raw: Path | None) -> Path:
    """The folder of raw exports: the one given, or that of the project.

    Raises:
        CommandError: the folder that is given does not exist.
    """
    if raw is not None and not raw.is_dir():
        raise CommandError(
            [Problem(what=f"no folder '{raw}' for raw exports", to_do="name an existing one with --raw.")]
        )
    return raw if raw is not None else root / RAW


def export_folder(root: Path, raw: Path, survey: Survey) -> Path:
    """The folder that a survey's exports and registers lie in."""
    return raw if survey.raw == RAW else root / survey.raw


def last_day(wave: Wave) -> str:
    """The last day of a wave's fieldwork; the last that it can have been, where only a month or year is known."""
    parts = [int(part) for part in wave.fieldwork_end.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    day = parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1]
    return f"{year:04d}-{month:02d}-{day:02d}"


def waves_of(survey: Survey, edition: Edition) -> list[Wave]:
    """The waves with exports whose fieldwork was over on the evidence date."""
    return [w for w in survey.waves.values() if w.exports and last_day(w) <= edition.evidence_date]


def read_replies(root: Path, raw: Path, catalogue: Catalogue, edition: Edition) -> Replies:
    """Every export of the edition's waves, cleaned, with the registers that its practices were looked up in.

    Raises:
        CommandError: the edition rests on published figures.
        DataError: exports or registers have mistakes; all of all files are listed.
    """
    survey = catalogue.surveys[edition.survey]
    if edition.evidence != "responses":
        what = f"edition '{edition.id}' rests on published figures, so there are no replies"
        raise CommandError([Problem(what=what)])
    folder = export_folder(root, raw, survey)
    problems = Problems()
    registers: dict[str, Register] = {}
    found: list[Responses] = []
    names: list[str] = []
    waves = waves_of(survey, edition)
    if not waves:
        what = f"no wave of survey '{survey.id}' has an export from before {edition.evidence_date}"
        to_do = "describe one under 'exports' in the wave's file, or correct evidence_date in editions.csv."
        problems.add(what, file=f"{DATA}catalogue/editions.csv", to_do=to_do)
    exports = [(wave, export) for wave in waves for export in wave.exports.values()]
    for wave in waves:
        if wave.register is not None:
            names += [n for n in (wave.register.practices, wave.register.payments) if n]
            registers[wave.id] = read_register(wave.register, folder, survey.raw, problems)
    for wave, export in tqdm(exports, desc=f"exports of '{edition.id}'", unit="file", disable=None, leave=False):
        names += [n for n in (export.file, export.codebook) if n]
        cleaned = clean_export(survey, wave, export, folder, catalogue.platforms, registers.get(wave.id), problems)
        if cleaned is not None:
            found.append(cleaned)
    words = read_words(root, survey, problems)
    if not problems.found:
        check_quotes(words.quotes, pd.concat([r.texts for r in found]), problems)
    problems.raise_as(DataError)
    counts = {e.file: r.flow.received for (_, e), r in zip(exports, found, strict=True)}
    files = [
        SourceFile(name=f"{survey.raw}/{name}", sha256=file_sha256(folder / name), rows=counts.get(name, 0))
        for name in dict.fromkeys(names)
    ]
    return Replies(responses=tuple(found), registers=registers, words=words, files=tuple(files))


def read_words(root: Path, survey: Survey, problems: Problems) -> Words:
    """The themes and quotations that a survey's folder holds; a file that is not there holds none."""
    folder = f"{CATALOGUE}/surveys/{survey.id}"
    themes, quotes = f"{folder}/themes.csv", f"{folder}/quotes.csv"
    items = {item for item, _ in survey.questions}
    return Words(
        read_themes(root / themes, themes, problems) if (root / themes).exists() else (),
        read_quotes(root / quotes, quotes, survey.waves, items | {f"{item}_other" for item in items}, problems),
    )


def read_register(files: RegisterFiles, folder: Path, name: str, problems: Problems) -> Register:
    """The register that files of a wave give; mistakes in them are noted in ``problems``."""
    ods = read_ods_practices(folder / files.practices, f"{name}/{files.practices}", problems)
    payments = None
    if files.payments:
        payments = read_payments(folder / files.payments, f"{name}/{files.payments}", problems)
    try:
        return register(ods, payments, files.as_of)
    except DataError as error:
        problems.found.extend(error.problems)
        return register(ods.iloc[:0], None, files.as_of)


def flow_in_words(responses: Responses) -> str:
    """From the rows received to the replies analysed, on one line."""
    flow = responses.flow
    reasons = ", ".join(f"{step.count} {step.kind.replace('_', ' ')}" for step in flow.excluded if step.count)
    out = flow.received - flow.analysed
    return (
        f"{responses.survey} {responses.wave} {responses.export}: received {flow.received}, excluded {out}"
        f"{f' ({reasons})' if reasons else ''}, analysed {flow.analysed}."
    )
