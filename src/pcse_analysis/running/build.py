"""Builds an edition: figures, pages and record into a folder of its own, which then takes the place of the last one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from pcse_analysis.attachment.forms import make_forms
from pcse_analysis.evidence import make_evidence, read_inputs, write_dossier, write_interim
from pcse_analysis.origins import DRAFT, FINAL, write_sums
from pcse_analysis.running.gate import check_edition
from pcse_analysis.running.material import Material, check_unmoved
from pcse_analysis.running.page_check import PageCheck, secrets_of
from pcse_analysis.running.plan import Plan, plan_build, read_now
from pcse_analysis.running.staging import check_target, staged
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
) -> Path:
    """Build an edition of the project at ``root`` into ``out/<edition>`` and return that folder; see ``build_plan``."""
    plan = plan_build(root, edition, words)
    check_target(out / edition)
    with Workshop(processors()) as workshop:  # it warms up while the evidence is made
        return build_plan(workshop, plan, read_now(plan, raw), out / edition, timeout, raw, final=final)


def build_plan(
    workshop: Workshop,
    plan: Plan,
    material: Material,
    target: Path,
    timeout: int | None,
    raw: Path | None = None,
    *,
    final: bool = False,
    supersedes: Path | None = None,
) -> Path:
    """Build the edition of a plan into the folder ``target`` and return that.

    The earlier output stays untouched until every page is made and the gate is passed. ``material`` is what the project
    held when the plan was made: where it holds something else by now, the build is refused. ``raw`` stands for its
    ``data/raw``. ``supersedes`` is the folder or the annex of the edition that this one corrects.

    Raises:
        UserError: the catalogue or the inputs have mistakes, something speaks against a final edition, or nothing can
            be written.
        RunError: a notebook failed, or the gate refused what was made.
    """
    root, edition = plan.root, plan.edition
    if final:
        check_final(root, plan)
    earlier = read_superseded(supersedes, plan) if supersedes else None
    inputs = read_inputs(root, raw)
    dossier, received = make_evidence(inputs, edition, dict(plan.given), FINAL if final else DRAFT)
    check_unmoved(material, root, raw)  # from here on all is made from what was read
    if earlier is not None:
        dossier = corrected(dossier, earlier)
    with staged(target) as folder:
        write_interim(received, root, edition)
        write_dossier(dossier, folder)
        secrets = secrets_of(received, dossier)
        desk = Desk(
            dossier=dossier,
            secrets=secrets,
            root=root,
            raw=inputs.raw.resolve() if inputs.raw.is_dir() else None,
            folder=folder,
            kept=root / FAILED / edition,
        )
        pages = _make_pages(workshop, desk, plan, timeout)
        for line in make_forms(folder, dossier):
            tqdm.write(line, file=sys.stderr)
        check_edition(folder, plan, dossier, secrets, pages)
        write_sums(folder)
    return target


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
            tables=True,
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
