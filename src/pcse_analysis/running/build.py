"""Builds an edition: figures, pages and record into a folder of its own, which then takes the place of the last one."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tqdm import tqdm

from pcse_analysis.attachment.embedded import with_data
from pcse_analysis.attachment.forms import PDF, make_forms
from pcse_analysis.attachment.table_files import table_files
from pcse_analysis.attachment.verify import listed_sums
from pcse_analysis.attachment.wording import labels_of
from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.evidence import (
    BUILT_FOLDER,
    PROJECT_FOLDER,
    RAW_FOLDER,
    make_evidence,
    write_dossier,
    write_interim,
)
from pcse_analysis.provenance import DRAFT, FINAL, SUMS, file_sha256
from pcse_analysis.reporting.standing import marks
from pcse_analysis.running.gate import check_edition
from pcse_analysis.running.notebooks import export_page, run_notebook
from pcse_analysis.running.outcomes import RunError
from pcse_analysis.running.plan import Plan, plan_build
from pcse_analysis.running.state import check_final, corrected, read_superseded

OTHER_FOLDER = "name another folder with --out, or move that away."


def build(
    root: Path,
    edition: str,
    out: Path,
    words: Sequence[str],
    timeout: int | None,
    raw: Path | None = None,
    *,
    final: bool = False,
    supersedes: Path | None = None,
) -> Path:
    """Build one edition of the project at ``root`` into ``out/<edition>`` and return that folder.

    The earlier output stays untouched until every page is made and the gate is passed. ``raw`` stands for the project's
    ``data/raw``. ``supersedes`` is the folder or the annex of the edition that this one corrects.

    Raises:
        UserError: the command, the catalogue or the inputs have mistakes, or something speaks against a final edition.
        RunError: a notebook failed, or the gate refused what was made.
    """
    plan = plan_build(root, edition, words, raw)
    if final:
        check_final(root, plan)
    target = out / edition
    _check_target(target)
    earlier = read_superseded(supersedes, plan) if supersedes else None
    dossier, received = make_evidence(plan.inputs, edition, dict(plan.given), FINAL if final else DRAFT)
    if earlier is not None:
        dossier = corrected(dossier, earlier)
    write_interim(received, root, edition)
    with _staged(target) as folder:
        write_dossier(dossier, folder)
        _make_pages(root, dossier, plan, folder, timeout)
        _write_tables(folder)
        for line in make_forms(folder, dossier):
            tqdm.write(line, file=sys.stderr)
        check_edition(folder, plan, dossier, received)
        _write_sums(folder)
    return target


def _check_target(target: Path) -> None:
    """Refuse a place that cannot be a folder, and one that holds anything but what a build put there."""
    if target.exists() and not target.is_dir():
        raise CommandError([Problem(what=f"'{target}' is a file, expected a folder", to_do=OTHER_FOLDER)])
    if target.is_dir():
        ours = {*listed_sums(target), SUMS, PDF}
        found = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir()}
        others = sorted(name for name in found - ours if not name.rpartition("/")[2].startswith("."))
        if others:
            listed = ", ".join(f"'{name}'" for name in others[:5]) + (", ..." if len(others) > 5 else "")
            what = f"'{target}' holds files that no build put there: {listed}"
            raise CommandError([Problem(what=what, to_do=OTHER_FOLDER)])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder '{target.parent}' cannot be made: {error.strerror}"
        raise CommandError([Problem(what=what, to_do=OTHER_FOLDER)]) from None


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` that replaces it when all went well, and vanishes when not."""
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    old = staging.with_name(staging.name + "-old")
    try:
        yield staging
        staging.chmod(0o755)
        if target.exists():
            target.rename(old)
        try:
            staging.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        for leftover in (staging, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _make_pages(root: Path, dossier: Dossier, plan: Plan, folder: Path, timeout: int | None) -> None:
    settings = {
        BUILT_FOLDER: str(folder.resolve()),
        PROJECT_FOLDER: str(root.resolve()),
        RAW_FOLDER: str(plan.inputs.raw.resolve()) if plan.inputs.raw.is_dir() else "",
    }
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    failed = root / "build" / "failed"
    try:
        with tempfile.TemporaryDirectory(prefix="pcse-run-") as temporary:
            for run in tqdm(plan.pages, desc=f"pages of '{plan.edition}'", unit="page", disable=None, leave=False):
                executed = Path(temporary) / "executed.ipynb"
                try:
                    notebook = run_notebook(run.notebook, run.parameters, executed, timeout)
                    html = export_page(notebook, plan.back(run), run.output, marks(dossier))
                except RunError as error:
                    failed.mkdir(parents=True, exist_ok=True)
                    kept = failed / run.notebook.name
                    shutil.copy(executed, kept)
                    raise RunError(
                        error.exit_code, f"{error}\n  The notebook as far as it ran: {kept.relative_to(root)}"
                    ) from None
                page = folder / run.output
                page.parent.mkdir(parents=True, exist_ok=True)
                html = with_data(html, dossier.figures, dossier.record, page=run.output, labels=labels_of(dossier))
                page.write_text(html, encoding="utf-8", newline="\n")
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _write_tables(folder: Path) -> None:
    """Every table of every page as a CSV file under ``tables/``."""
    for page in sorted(folder.rglob("*.html")):
        files = table_files(page.read_text(encoding="utf-8"), page.relative_to(folder).as_posix())
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _write_sums(folder: Path) -> None:
    """``SHA256SUMS`` over every file of the edition, in the form that ``sha256sum --check`` reads.

    But for the PDF: Chromium writes the time into it, so that its bytes are others at every build.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    names = [name for name in names if name != PDF]
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
