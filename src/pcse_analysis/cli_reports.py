"""The commands that make reports from one notebook: ``pcse run`` makes one, ``pcse batch`` many."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pcse_analysis.catalogue.load import project_root
from pcse_analysis.cli_options import EDITION, PARAMETERS, PROJECT, RAW, TIMEOUT
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.running.batch import batch_of, is_unchanged, made_before, report_key
from pcse_analysis.running.imports import importing
from pcse_analysis.running.material import material_of
from pcse_analysis.running.records import recorded
from pcse_analysis.running.report_plan import named, plan_batch, plan_report, register_names
from pcse_analysis.running.staging import check_page, check_target, clear_away, locked, telling_of_the_disk
from pcse_analysis.running.workshop import Workshop, processors

if TYPE_CHECKING:
    from pcse_analysis.running.tasks import Maker

REPORTS = "reports"


@click.command()
@PROJECT
@RAW
@EDITION
@PARAMETERS
@TIMEOUT
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help="The page to write; else in 'outputs/reports'."
)
@click.argument("notebook")
def run(
    project: Path,
    raw: Path | None,
    edition: str,
    parameters: tuple[str, ...],
    timeout: int,
    out: Path | None,
    notebook: str,
) -> None:
    """Run one NOTEBOOK and make its page, which replaces the last one only when all went well."""
    root = project_root(project)
    plan = plan_report(root, notebook, edition, parameters)
    stem = plan.notebook.path.stem
    name = "-".join([stem, *(report.name for report in plan.reports if report.name != named(stem))])
    target = out or root / "outputs" / REPORTS / f"{name}.html"
    check_page(target)
    with recorded(root, command="run", what=stem, parameters=plan.given, target=target) as noted:
        with Workshop(1) as workshop:  # before what follows is imported, so that both go on at once
            material = material_of(root, raw).with_read(plan.notebook)
            noted.inputs = report_key(plan, material)
            with importing():
                from pcse_analysis.running.report import make_report

            make_report(workshop, plan, material, target, timeout, raw)
        noted.pages_made = 1
    click.echo(f"Open {target}")


@click.command()
@PROJECT
@RAW
@EDITION
@PARAMETERS
@TIMEOUT
@click.option("--over", required=True, help="What to go over: area, practice, service_line, group, ... or a CSV file.")
@click.option("--jobs", type=click.IntRange(min=1), default=None, help="Reports made at once; else one a processor.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Make them on the Dask cluster at this address.")
@click.option("--again", is_flag=True, help="Make every report, also those that are unchanged.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder that takes the batch's folder; else 'outputs/batches'.",
)
@click.argument("notebook")
def batch(
    project: Path,
    raw: Path | None,
    edition: str,
    parameters: tuple[str, ...],
    timeout: int,
    over: str,
    jobs: int | None,
    scheduler: str,
    again: bool,
    out: Path | None,
    notebook: str,
) -> None:
    """Run one NOTEBOOK many times, and make a page of each run and an index of the pages.

    A CSV file has a column for each parameter that it sets and a row for each report. What did not change since the
    last time is not made again, and a batch that was stopped goes on where it was.
    """
    root = project_root(project)
    plan = plan_batch(root, notebook, edition, parameters, over, register_names(root, raw))
    planned = batch_of(plan, material_of(root, raw), out or root / "outputs" / "batches")
    check_target(planned.target)
    given = {"over": over, **plan.given}
    kept = recorded(root, command="batch", what=plan.name, parameters=given, inputs=planned.key, target=planned.target)
    with kept as noted, telling_of_the_disk(planned.target.parent), locked(planned.target):
        clear_away(planned.target)
        if not again and is_unchanged(planned):
            noted.unchanged, noted.pages_reused = True, len(plan.reports)
            click.echo(f"Unchanged: {len(plan.reports)} reports in {planned.target}")
            return
        with locked(planned.work), _maker(scheduler, jobs, len(plan.reports)) as maker:
            with importing():
                from pcse_analysis.running.assembly import make_batch

            there = {} if again else made_before(planned)
            make_batch(planned, maker, there, noted, raw, timeout)
    click.echo(f"{noted.pages_made} reports made, {noted.pages_reused} reused, in {planned.target}")
    click.echo(f"Open {planned.target / 'index.html'}")


def _maker(scheduler: str, jobs: int | None, count: int) -> AbstractContextManager[Maker]:
    """What makes the reports of a batch: this machine, or the Dask cluster with this scheduler."""
    if not scheduler:
        return Workshop(min(jobs or processors(), count))
    if jobs is not None:
        what = "--jobs is for this machine; on a cluster each worker makes one report at a time"
        raise CommandError([Problem(what=what, to_do="leave out --jobs, or --scheduler.")])
    from pcse_analysis.running.cluster import Cluster

    return Cluster(scheduler)
