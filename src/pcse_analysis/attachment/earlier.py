"""An edition as it was built before: read from its folder, or from one of its pages."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.attachment.verify import verify
from pcse_analysis.errors import CommandError, Problem, Problems
from pcse_analysis.estimates import Figures, read_figures
from pcse_analysis.evidence import RECORD
from pcse_analysis.provenance import RunRecord, file_sha256

ANNEX = "annex.html"


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What an edition was: its figures (of a page: those that the page prints), its record, the hash of its annex."""

    figures: Figures
    record: RunRecord
    annex_sha256: str


def read_earlier(path: Path) -> Earlier:
    """The edition in a folder, or of a page.

    Raises:
        CommandError: there is no such edition, or the page is not as it was sealed.
    """
    if not path.is_dir():
        found = verify(path)
        if found.wrong:
            what = f"'{path}' is not as it was built: {found.wrong[0]}"
            raise CommandError([Problem(what=what, to_do="take the file that was sent, or look with 'pcse verify'.")])
        return Earlier(figures=found.embedded.figures, record=found.embedded.record, annex_sha256=found.sha256)
    try:
        record = RunRecord.from_json(json.loads((path / RECORD).read_text(encoding="utf-8")))
        return Earlier(figures=read_figures(path), record=record, annex_sha256=file_sha256(path / ANNEX))
    except (OSError, ValueError, KeyError, TypeError) as error:
        missing = f": {Path(error.filename).name} is missing" if isinstance(error, FileNotFoundError) else ""
        what = f"'{path}' is no folder that a build wrote{missing}"
        to_do = "name the folder of an edition, such as outputs/published, or a page in it."
        raise CommandError([Problem(what=what, to_do=to_do)]) from None


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
    """The surveys that figures are of."""
    rows: Iterable[str] = (e.survey for e in figures.estimates)
    return set(rows)
