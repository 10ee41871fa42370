"""Builds an edition: figures, pages and record into a folder of its own, which then takes the place of the last one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tqdm import tqdm

from pcse_analysis.attachment.forms import PDF, make_forms
from pcse_analysis.attachment.table_files import table_files
from pcse_analysis.attachment.verify import listed_sums
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.evidence import Inputs, make_evidence, read_inputs, write_dossier, write_interim
from pcse_analysis.origins import DRAFT, FINAL, SUMS, file_sha256
from pcse_analysis.running.gate import check_edition
from pcse_analysis.running.material import check_unmoved, material_of
from pcse_analysis.running.page_check import PageCheck, secrets_of
from pcse_analysis.running.plan import Plan, plan_build
from pcse_analysis.running.staging import OTHER_FOLDER, staged
from pcse_analysis.running.state import check_final, corrected, read_superseded
from pcse_analysis.running.tasks import Desk, PageTask
from pcse_analysis.running.workshop import Workshop, processors

FAILED = "build/failed"
"""Where notebooks go that did not come to their end."""


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
    jobs: int | None = None,
) -> Path:
    """Build one edition of the project at ``root`` into ``out/<edition>`` and return that folder.

    The earlier output stays untouched until every page is made and the gate is passed. ``raw`` stands for the project's
    ``data/raw``. ``supersedes`` is the folder or the annex of the edition that this one corrects. ``jobs`` pages are
    made at once; None: as many as there are processors.

    Raises:
        UserError: the command, the catalogue or the inputs have mistakes, something speaks against a final edition, or
            nothing can be written.
        RunError: a notebook failed, or the gate refused what was made.
    """
    material = material_of(root, raw)
    plan = plan_build(root, edition, words)
    target = out / edition
    check_target(target)
    with ExitStack() as ends:
        workshop = ends.enter_context(Workshop(jobs or processors()))  # it warms up while the evidence is made
        if final:
            check_final(root, plan)
        earlier = read_superseded(supersedes, plan) if supersedes else None
        inputs = read_inputs(root, raw)
        dossier, received = make_evidence(inputs, edition, dict(plan.given), FINAL if final else DRAFT)
        if earlier is not None:
            dossier = corrected(dossier, earlier)
        folder = ends.enter_context(staged(target))
        write_interim(received, root, edition)
        write_dossier(dossier, folder)
        secrets = secrets_of(received, dossier)
        desk = Desk(
            dossier=dossier, secrets=secrets, root=root, raw=raw_of(inputs), folder=folder, kept=root / FAILED / edition
        )
        pages = _make_pages(workshop, desk, plan, timeout)
        write_tables(folder)
        for line in make_forms(folder, dossier):
            tqdm.write(line, file=sys.stderr)
        check_edition(folder, plan, dossier, secrets, pages)
        check_unmoved(material, root, raw)
        write_sums(folder)
    return target


def check_target(target: Path) -> None:
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


def raw_of(inputs: Inputs) -> Path | None:
    """The folder of raw exports, where there is one."""
    return inputs.raw.resolve() if inputs.raw.is_dir() else None


def _make_pages(workshop: Workshop, desk: Desk, plan: Plan, timeout: int | None) -> dict[str, PageCheck]:
    """What was found in every page, by file name.

    Raises:
        UserError, RunError: the first page that did not come to be says why.
    """
    workshop.open(desk)
    tasks = [
        PageTask(
            notebook=run.notebook.path,
            text=run.notebook.text,
            parameters=run.parameters,
            output=run.output,
            back=plan.back(run),
            timeout=timeout,
        )
        for run in plan.pages
    ]
    found: dict[str, PageCheck] = {}
    ends = workshop.make(tasks)
    words = {"desc": f"pages of '{plan.edition}'", "unit": "page", "disable": None, "leave": False}
    for end in tqdm(ends, total=len(tasks), **words):
        if end.error is not None:
            raise end.error
        assert end.check is not None
        found[end.task.output] = end.check
    return found


def write_tables(folder: Path) -> None:
    """Every table of every page as a CSV file under ``tables/``."""
    for page in sorted(folder.rglob("*.html")):
        files = table_files(page.read_text(encoding="utf-8"), page.relative_to(folder).as_posix())
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")


def write_sums(folder: Path) -> None:
    """``SHA256SUMS`` over every file of the edition, in the form that ``sha256sum --check`` reads.

    But for the PDF: Chromium writes the time into it, so that its bytes are others at every build.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    names = [name for name in names if name != PDF]
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
