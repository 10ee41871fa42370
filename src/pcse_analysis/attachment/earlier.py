"""An edition as it was built before: read from its folder, or from one of its pages."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pcse_analysis.attachment.embedded import find_block, read_data
from pcse_analysis.attachment.verify import verify
from pcse_analysis.errors import CommandError, Problem, Problems
from pcse_analysis.estimates import Figures, read_figures
from pcse_analysis.evidence import RECORD
from pcse_analysis.origins import ANNEX, INDEX, SUMS, RunRecord, file_sha256, listed_sums

READ = (RECORD, "estimates.csv", "changes.csv", ANNEX, INDEX)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What an edition was: its figures, its record, the hash of its annex, and the names of items in words.

    ``whole`` is False of a page, which carries no rows but those that it prints.
    """

    figures: Figures
    record: RunRecord
    annex_sha256: str
    labels: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True


def read_earlier(path: Path) -> Earlier:
    """The edition in a folder, or of a page.

    Raises:
        CommandError: there is no such edition, or it is not as it was built.
    """
    if not path.is_dir():
        found = verify(path)
        if found.wrong or found.data is None:
            what = f"'{path}' is not as it was built: {found.wrong[0]}"
            raise CommandError([Problem(what=what, to_do="take the file that was sent, or look with 'pcse verify'.")])
        data = found.data
        return Earlier(
            figures=data.figures, record=data.record, annex_sha256=found.sha256, labels=data.labels, whole=False
        )
    altered = list(_altered(path))
    if altered:
        what = f"'{path}' is not as it was built: {SUMS} lists another SHA-256 for {', '.join(altered)}"
        raise CommandError([Problem(what=what, to_do="build the edition again, or take it from where it was kept.")])
    try:
        record = RunRecord.from_json(json.loads((path / RECORD).read_text(encoding="utf-8")))
        front = path / (INDEX if record.notebook else ANNEX)
        figures, annex_sha256 = read_figures(path), file_sha256(front)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        missing = f": {Path(error.filename).name} is missing" if isinstance(error, FileNotFoundError) else ""
        what = f"'{path}' is no folder that a build wrote{missing}"
        to_do = "name the folder of an edition, such as outputs/published, or a page in it."
        raise CommandError([Problem(what=what, to_do=to_do)]) from None
    return Earlier(figures=figures, record=record, annex_sha256=annex_sha256, labels=_labels(front))


def _altered(folder: Path) -> Iterator[str]:
    sums = listed_sums(folder)
    for name in READ:
        if name in sums and (folder / name).is_file() and file_sha256(folder / name) != sums[name]:
            yield name


def _labels(front: Path) -> Mapping[str, str]:
    """The names of items that a page carries; none where it carries nothing."""
    try:
        block = find_block(front.read_text(encoding="utf-8", errors="replace"))
        return read_data(block.text).labels if block else {}
    except ValueError:
        return {}


def comparable(before: Earlier, after: Earlier) -> tuple[Figures, Figures]:
    """The figures of two editions, those of a folder cut to the rows of a page where the other one is a page."""
    if before.whole == after.whole:
        return before.figures, after.figures
    page = after if before.whole else before
    ids = {e.id for e in page.figures.estimates} | {c.id for c in page.figures.changes}
    return cut(before.figures, ids), cut(after.figures, ids)


def cut(figures: Figures, ids: set[str]) -> Figures:
    """The figures with these ids."""
    return Figures(tuple(e for e in figures.estimates if e.id in ids), tuple(c for c in figures.changes if c.id in ids))


def check_same_edition(earlier: Earlier, edition: str, survey: str) -> None:
    """Pass where an earlier edition is one of the same name and survey.

    Raises:
        CommandError: it is another one.
    """
    problems = Problems()
    if earlier.record.edition != edition:
        problems.add(f"--supersedes: found the edition '{earlier.record.edition}', expected one of '{edition}'")
    surveys = surveys_of(earlier.figures) - {survey}
    if surveys:
        problems.add(f"--supersedes: found figures of the survey '{min(surveys)}', expected those of '{survey}'")
    problems.raise_as(CommandError)


def surveys_of(figures: Figures) -> set[str]:
    """The surveys that figures are of; those of ledgers and of published performance have no wave."""
    return {e.survey for e in figures.estimates if e.wave}
