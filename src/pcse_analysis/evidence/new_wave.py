"""Describes an export that the catalogue does not know yet: says what is in it and drafts the files to edit."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.catalogue.load import CATALOGUE, read_catalogue
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.cleaning.codebook import read_codebook, texts_of
from pcse_analysis.cleaning.draft import Wanted, draft_files
from pcse_analysis.cleaning.exports import read_export
from pcse_analysis.cleaning.inspection import Inspection, inspect
from pcse_analysis.errors import CommandError, DataError, Problem, Problems, not_an_option
from pcse_analysis.origins import file_sha256

DRAFTS = "build/inspect"
NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the caller knows of an export before it is looked at."""

    survey: str
    wave: str
    group: str
    service_line: str
    platform: str = ""
    encoding: str = ""
    sheet: str = ""
    codebook: Path | None = None


def inspect_file(root: Path, raw: Path, path: Path, look: Look) -> tuple[Inspection, dict[str, str], str]:
    """What an export holds, the drafts of catalogue files by name, and the folder that they belong in.

    The drafts belong in the survey's own folder where there is none yet, and under ``build/inspect/`` where there is,
    so that nothing that exists is written over.

    Raises:
        CommandError, CatalogueError, DataError: a wrong name, a broken catalogue, a file that cannot be read.
    """
    problems = Problems()
    for option, name in (("--survey", look.survey), ("--wave", look.wave), ("--group", look.group)):
        if not NAME.fullmatch(name):
            problems.add(f"{option}: found '{name}', expected lower-case letters, digits and hyphens")
    catalogue = read_catalogue(root, Problems())
    if look.platform and look.platform not in catalogue.platforms:
        problems.add(f"--platform: {not_an_option(look.platform, 'a platform', catalogue.platforms)}")
    problems.raise_as(CommandError)
    export = read_export(
        path,
        path.name,
        catalogue.platforms,
        problems,
        platform=look.platform,
        encoding=look.encoding,
        sheet=look.sheet,
    )
    codebook = read_codebook(look.codebook, look.codebook.name, problems) if look.codebook else {}
    problems.raise_as(DataError)
    assert export is not None
    seen = inspect(export, texts_of(codebook), codebook)
    known: Survey | None = catalogue.surveys.get(look.survey)
    wanted = Wanted(
        survey=look.survey,
        wave=look.wave,
        group=look.group,
        service_line=look.service_line or "TO FILL IN",
        file=_inside(raw, path),
        sha256=file_sha256(path),
        codebook=_inside(raw, look.codebook) if look.codebook else "",
        encoding=look.encoding,
        sheet=look.sheet,
    )
    folder = f"{DRAFTS}/{look.survey}" if known else f"{CATALOGUE}/surveys/{look.survey}"
    return seen, draft_files(seen, wanted, known), folder


def _inside(raw: Path, path: Path) -> str:
    """How a wave's file names a raw file: by its path below the folder of raw data, where it is there already."""
    file, folder = path.resolve(), raw.resolve()
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else path.name


def write_drafts(files: dict[str, str], folder: Path) -> None:
    """Write drafts into ``folder``.

    Raises:
        CommandError: one of them is there already; nothing is written then.
    """
    there = [name for name in files if (folder / name).exists()]
    if there:
        to_do = "name another folder with --out, or move what is there away."
        raise CommandError([Problem(what=f"'{folder / name}' is there already", to_do=to_do) for name in there])
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def in_words(seen: Inspection) -> str:
    """What an inspection found, as a table for the screen."""
    export = seen.export
    lines = [
        f"{export.name}: {len(export)} replies, {len(export.columns)} columns; {', '.join(export.notes)}",
        *([f"Blank rows: {len(export.blank_lines)}"] if export.blank_lines else []),
        *(f"Column for '{role}': {name}" for role, name in seen.roles.items()),
        *([f"Personal details, not read: {', '.join(seen.private)}"] if seen.private else []),
        *([f"Empty columns: {len(seen.empty)}"] if seen.empty else []),
        *(
            [f"Dates: {seen.dates}. Write 'dates: day-first' or 'dates: month-first' in the wave's file."]
            if seen.dates
            else []
        ),
        "",
        f"{'item':32} {'kind':8} {'answers':>7} {'distinct':>8}  what was asked, and the options",
    ]
    for question in seen.questions:
        asked = textwrap.shorten(question.wording, 60, placeholder="...")
        options = textwrap.shorten(" | ".join(question.options), 90, placeholder=" ...")
        lines.append(f"{question.item[:32]:32} {question.kind:8} {question.filled:7} {question.distinct:8}  {asked}")
        lines += [f"{'':58}  {options}"] if options else []
    return "\n".join(lines)
