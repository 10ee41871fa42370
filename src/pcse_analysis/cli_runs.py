"""The commands that look after runs: ``pcse runs``, ``pcse prune`` and ``pcse schedule``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from pcse_analysis.running.records import RUNS, Run, in_place, read_runs

KEY_SHOWN = 12
"""Characters of the key over a run's inputs that the table shows."""
HEADINGS = ("when", "what", "inputs", "outcome", "seconds", "pages")
PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Project folder; else the nearest one upwards from here that holds data/catalogue.",
)


@click.command()
@PROJECT
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many of the newest.")
@click.option("--what", default="", help="Only runs of this edition, notebook or batch.")
@click.option("--json", "as_json", is_flag=True, help="The whole records, as a JSON list.")
def runs(project: Path, last: int, what: str, as_json: bool) -> None:
    """List the recorded runs, the newest last: when, what, from which inputs, how it ended, how long it took."""
    found, told = read_runs(_root(project), what=what, last=last)
    for line in told:
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps([run.to_json() for run in found], indent=1))
    elif found:
        click.echo("\n".join(_table([HEADINGS, *map(_cells, found)])))
    else:
        click.echo(f"No run of '{in_place(what)}' is recorded in {RUNS}." if what else f"No run is recorded in {RUNS}.")


def _cells(run: Run) -> tuple[str, ...]:
    when = datetime.fromisoformat(run.started).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    pages = [f"{run.pages_made} made"] if run.pages_made else []
    pages += [f"{run.pages_reused} reused"] if run.pages_reused else []
    return (
        when,
        in_place(f"{run.command} {run.what}"),
        in_place(run.inputs[:KEY_SHOWN]) or "-",
        in_place(run.outcome) + (f" ({run.exit_code})" if run.exit_code else ""),
        "-" if run.seconds is None else f"{run.seconds:.1f}",
        ", ".join(pages) or "-",
    )


def _table(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """The rows as columns, seconds to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if heading == "seconds" else cell.ljust(width)
            for heading, cell, width in zip(HEADINGS, row, widths, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _root(project: Path) -> Path:
    from pcse_analysis.catalogue.load import project_root  # here, as the catalogue reads with heavier libraries

    return project_root(project)
