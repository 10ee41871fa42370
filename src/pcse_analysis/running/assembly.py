"""Makes the missing reports of a batch and its index, and puts all in place at once."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pcse_analysis.attachment.page_rules import lost_links
from pcse_analysis.dossier import ListedReport
from pcse_analysis.evidence import write_dossier
from pcse_analysis.origins import INDEX, file_sha256, write_sums
from pcse_analysis.running.batch import COLUMNS, LIST, Batch
from pcse_analysis.running.gate import check_batch
from pcse_analysis.running.outcomes import EXIT_GATE, RunError
from pcse_analysis.running.pages import write_whole
from pcse_analysis.running.parameters import Value
from pcse_analysis.running.progress import told
from pcse_analysis.running.records import Progress
from pcse_analysis.running.report import desk_for, evidence_for, task_for
from pcse_analysis.running.report_plan import OF_THE_REGISTER, Report, ReportPlan
from pcse_analysis.running.staging import replacing
from pcse_analysis.running.tasks import Desk, Maker, PageEnd, PageTask

TOLD = 10
"""Reports that failed, told one by one."""


def make_batch(
    batch: Batch,
    maker: Maker,
    there: Mapping[str, Path],
    noted: Progress,
    raw: Path | None,
    timeout: int | None,
) -> None:
    """Make what is missing of a batch, then its index, and put all in place; the counts are added to ``noted``.

    ``there`` says where the reports lie that need not be made again. To be called by who holds the lock of the batch's
    folder.

    Raises:
        UserError: mistakes in the inputs or in all failed reports.
        RunError: reports failed, or the gate refused; what was made is kept for the next time.
    """
    plan = batch.plan
    dossier, received, inputs = evidence_for(plan, raw, batch.material)
    listed = tuple(ListedReport(report=r.value, file=r.output, label=r.label) for r in plan.reports)
    desk = desk_for(plan, replace(dossier, reports=listed), received, inputs, batch.work)
    desk = replace(desk, with_register=not {*OF_THE_REGISTER}.isdisjoint(plan.notebook.parameters))
    maker.open(desk)
    noted.pages_reused = len(there)
    failed: dict[str, Exception] = {}
    for report, end in _ends(batch, maker, timeout, there):
        error = end.error or _refusal(report, end, batch)
        if error is not None:
            failed[report.output] = error
        else:
            made = {"key": batch.keys[report.output], "sha256": file_sha256(batch.work / report.output)}
            write_whole(batch.note(report), json.dumps(made))
            noted.pages_made += 1
    _tell_failed(batch, failed)
    with replacing(batch.target) as folder:
        for report in plan.reports:
            _put(there.get(report.output, batch.work / report.output), folder / report.output)
        _finish(batch, desk, maker, folder, timeout)
    shutil.rmtree(batch.work, ignore_errors=True)


def _ends(
    batch: Batch, maker: Maker, timeout: int | None, there: Mapping[str, Path]
) -> Iterator[tuple[Report, PageEnd]]:
    """How each missing report ended, as they come."""
    missing = {report.output: report for report in batch.plan.reports if report.output not in there}
    tasks = (_task(batch.plan, report, timeout) for report in missing.values())
    for end in told(maker.make(tasks), len(missing), f"reports of '{batch.plan.name}'"):
        yield missing[end.task.output], end


def _task(plan: ReportPlan, report: Report, timeout: int | None) -> PageTask:
    return task_for(plan, report, timeout, back=f"../{INDEX}")


def _refusal(report: Report, end: PageEnd, batch: Batch) -> RunError | None:
    """What the gate says of a page by itself; what is wrong with it is told and the page is not kept."""
    assert end.check is not None
    pages = {INDEX: frozenset[str](), report.output: end.check.ids}
    wrong = [*end.check.wrong, *lost_links(end.check.links, pages)]
    if not wrong:
        return None
    (batch.work / report.output).unlink(missing_ok=True)
    return RunError(EXIT_GATE, "\n".join([f"GateError: {report.output}", *(f"  {line}" for line in wrong)]))


def _tell_failed(batch: Batch, failed: Mapping[str, Exception]) -> None:
    """Pass where no report failed.

    Raises:
        RunError: some did; its exit code is that of the first in the order of the batch.
    """
    if not failed:
        return
    first = next(failed[name] for name in batch.keys if name in failed)
    count = len(failed)
    lines = [f"{type(first).__name__}: {count} of {len(batch.keys)} reports of '{batch.plan.name}' failed"]
    for name, error in list(failed.items())[:TOLD]:
        lines += [f"  {name}", *(f"    {line}" for line in str(error).splitlines())]
    lines += [f"  ... and {count - TOLD} more"] if count > TOLD else []
    lines.append(
        f"  {len(batch.keys) - count} others are made and kept: run the same command again, and only what is missing "
        "is made. Earlier outputs are as they were."
    )
    raise RunError(getattr(first, "exit_code", 1), "\n".join(lines))


def _put(made: Path, place: Path) -> None:
    """Let a finished report stand in its place too, without copying it where the disk can do that."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(made, place)
    except OSError:
        shutil.copyfile(made, place)


def _finish(batch: Batch, desk: Desk, maker: Maker, folder: Path, timeout: int | None) -> None:
    """Make the index and the files of the batch, and let the gate look at all of it."""
    plan = batch.plan
    write_dossier(desk.dossier, folder)
    with (folder / LIST).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((r.value, r.output, r.label, batch.keys[r.output]) for r in plan.reports)
    codes = frozenset(code for report in plan.reports for code in report.about)
    values: dict[str, Value] = {name: parameter.default for name, parameter in batch.index.parameters.items()}
    values |= {"edition": plan.edition, "over": plan.by}
    task = PageTask(
        notebook=batch.index.path,
        text=batch.index.text,
        parameters=values,
        output=INDEX,
        timeout=timeout,
        own=codes,
    )
    (end,) = maker.make([task])
    if end.error is not None:
        raise end.error
    assert end.check is not None
    _put(desk.folder / INDEX, folder / INDEX)
    pages = {report.output: frozenset[str]() for report in plan.reports} | {INDEX: end.check.ids}
    wrong = [f"{INDEX}: {line}" for line in (*end.check.wrong, *lost_links(end.check.links, pages))]
    check_batch(folder, plan.root, plan.name, desk.dossier, desk.secrets, codes, wrong)
    write_sums(folder)
