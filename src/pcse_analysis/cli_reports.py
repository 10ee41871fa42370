"""The commands that make reports from one notebook: ``pcse run`` and ``pcse batch``."""

from __future__ import annotations

from pathlib import Path

import click

from pcse_analysis.catalogue.load import project_root
from pcse_analysis.cli_options import EDITION, PARAMETERS, PROJECT, RAW, TIMEOUT
from pcse_analysis.running.reports import plan_report
from pcse_analysis.running.workshop import Workshop

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
    with Workshop(1) as workshop:  # before what follows is imported, so that both go on at once
        from pcse_analysis.running.report import make_report

        stem = plan.notebook.path.stem
        name = "-".join([stem, *(report.name for report in plan.reports if report.name != stem)])
        target = make_report(workshop, plan, out or root / "outputs" / REPORTS / f"{name}.html", timeout, raw)
    click.echo(f"Open {target}")
