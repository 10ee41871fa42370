"""Makes one report: a page of its own, from one notebook and its parameters, that takes the place of the last one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from pcse_analysis.attachment.page_rules import lost_links
from pcse_analysis.dossier import Dossier, ListedReport
from pcse_analysis.evidence import Inputs, Received, make_evidence, read_inputs
from pcse_analysis.origins import INDEX
from pcse_analysis.running.gate import refuse
from pcse_analysis.running.material import Material, check_unmoved
from pcse_analysis.running.page_check import secrets_of
from pcse_analysis.running.report_plan import Report, ReportPlan
from pcse_analysis.running.staging import MARK, clear_away, locked, telling_of_the_disk
from pcse_analysis.running.tasks import Desk, PageTask
from pcse_analysis.running.workshop import Workshop

FAILED = "build/failed"
"""Where notebooks go that did not come to their end."""


def make_report(
    workshop: Workshop,
    plan: ReportPlan,
    material: Material,
    target: Path,
    timeout: int | None,
    raw: Path | None = None,
    *,
    page: str = "",
) -> Path:
    """Make the one report of a plan into the file ``target`` and return that. The earlier one stays until it is done.

    ``page`` is the name that it has in a batch, to make it as that did; else it stands alone.

    Raises:
        UserError: the catalogue or the inputs have mistakes, or nothing can be written.
        RunError: the notebook failed, or the gate refused its page.
    """
    (report,) = plan.reports
    with telling_of_the_disk(target.parent), locked(target):
        clear_away(target)
        dossier, received, inputs = evidence_for(plan, raw, material)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}{MARK}", dir=target.parent) as folder:
            if page:
                dossier = replace(dossier, reports=(ListedReport(report=report.value, file=page, label=report.label),))
            desk = desk_for(plan, dossier, received, inputs, Path(folder))
            workshop.open(desk)
            name = page or target.name
            task = replace(task_for(plan, report, timeout, back=f"../{INDEX}" if page else ""), output=name)
            (end,) = workshop.make([task])
            if end.error is not None:
                raise end.error
            assert end.check is not None
            wrong = [*end.check.wrong, *lost_links(end.check.links, {name: end.check.ids, INDEX: ()})]
            refuse([f"{name}: {line}" for line in wrong], desk.folder, plan.root, target.stem)
            (desk.folder / name).replace(target)
    return target


def evidence_for(plan: ReportPlan, raw: Path | None, material: Material) -> tuple[Dossier, Received, Inputs]:
    """The evidence that all reports of a plan are parts of, protected as a whole, and what it was made from.

    Raises:
        UserError: the inputs have mistakes, or are no longer those that ``material`` tells of.
    """
    inputs = read_inputs(plan.root, raw)
    dossier, received = make_evidence(inputs, plan.edition, dict(plan.given))
    check_unmoved(material, plan.root, raw)  # from here on all is made from what was read
    record = replace(dossier.record, notebook=plan.notebook.path.name)
    return replace(dossier, record=record), received, inputs


def desk_for(plan: ReportPlan, dossier: Dossier, received: Received, inputs: Inputs, folder: Path) -> Desk:
    """What the reports of a plan have in common, to be made into ``folder``."""
    return Desk(
        dossier=dossier,
        secrets=secrets_of(received, dossier),
        root=plan.root,
        raw=inputs.raw.resolve() if inputs.raw.is_dir() else None,
        folder=folder,
        kept=plan.root / FAILED / plan.notebook.path.stem,
    )


def task_for(plan: ReportPlan, report: Report, timeout: int | None, back: str = "") -> PageTask:
    """The page of a report, whose record names its parameters."""
    own = {name: str(value) for name, value in report.parameters.items() if name != "edition"}
    return PageTask(
        notebook=plan.notebook.path,
        text=plan.notebook.text,
        parameters=dict(report.parameters),
        output=report.output,
        back=back,
        timeout=timeout,
        recorded=own,
        own=report.about,
    )
