"""The commands that look after runs: ``pcse runs``, ``pcse prune`` and ``pcse schedule``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from pcse_analysis.catalogue.load import project_root
from pcse_analysis.cli_options import PROJECT
from pcse_analysis.running.records import RUNS, Run, one_line, read_runs

KEY_SHOWN = 12
"""Characters of the key over a run's inputs that the table shows."""
HEADINGS = ("when", "what", "inputs", "outcome", "seconds", "pages")
NEWEST = (
    "Nothing was deleted: give --yes to delete them. Which output is newest is told by the records of runs, where "
    "there is none by the date in its path, then by the time of its SHA256SUMS."
)


@click.command()
@PROJECT
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many of the newest.")
@click.option("--what", default="", help="Only runs of this edition, notebook or batch.")
@click.option("--json", "as_json", is_flag=True, help="The whole records, as a JSON list.")
def runs(project: Path, last: int, what: str, as_json: bool) -> None:
    """List the recorded runs, the newest last: when, what, from which inputs, how it ended, how long it took."""
    found, told = read_runs(project_root(project), what=what, last=last)
    for line in told:
        click.echo(line, err=True)
    if as_json:
        click.echo(json.dumps([run.to_json() for run in found], indent=1))
    elif found:
        click.echo("\n".join(_table([HEADINGS, *map(_cells, found)])))
    else:
        click.echo(f"No run of '{one_line(what)}' is recorded in {RUNS}." if what else f"No run is recorded in {RUNS}.")


@click.command()
@PROJECT
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How many of the newest stay: outputs of an edition with the same parameters, records of runs, failures.",
)
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=90,
    show_default=True,
    help="Records of runs and what failed or was refused stay for so many days at least.",
)
@click.option("--yes", is_flag=True, help="Delete what is listed; without it nothing is touched.")
def prune(project: Path, keep: int, days: int, yes: bool) -> None:
    """List older outputs, records of runs, failures and abandoned staging folders; delete them with --yes.

    A final edition, the newest of each kind, an edition in its own place and whatever no build made always stay.
    """
    from pcse_analysis.running.prune import prune as delete
    from pcse_analysis.running.prune import shown, what_goes

    root = project_root(project)
    going, told = what_goes(root, keep, days)
    for line in told:
        click.echo(line, err=True)
    sizes = [one.size for one in going]
    for one, size in zip(going, sizes, strict=True):
        click.echo(f"{_bytes(size):>9}  {shown(one.path, root)}  ({one_line(one.why)})")
    if not going:
        click.echo("Nothing is to go.")
        return
    failed = delete(root, going) if yes else []
    total = f"{len(going)} {'thing' if len(going) == 1 else 'things'}, {_bytes(sum(sizes))}"
    click.echo(f"{total}. {'Deleted.' if yes and not failed else NEWEST if not yes else 'Not all could be deleted.'}")
    for line in failed:
        click.echo(line, err=True)
    if failed:
        sys.exit(2)


@click.group()
def schedule() -> None:
    """Print a unit that runs a pcse command by the clock; it changes nothing on this machine."""


def _kind(function: Callable[..., None]) -> click.Command:
    """A command of ``schedule``: its options, then the pcse command with all of its own."""
    for add in (
        click.argument("command", nargs=-1, type=click.UNPROCESSED),
        click.option("--always", is_flag=True, help="A build or batch runs even where nothing changed."),
        click.option(
            "--at",
            default="Mon 06:15",
            show_default=True,
            metavar="'DAYS HH:MM'",
            help="'daily', or days of the week such as 'Mon' or 'Mon,Thu', and a time.",
        ),
        PROJECT,
    ):
        function = add(function)
    settings = {"ignore_unknown_options": True, "allow_interspersed_args": False}
    return schedule.command(context_settings=settings)(function)


@_kind
def cron(project: Path, at: str, always: bool, command: tuple[str, ...]) -> None:
    """Print a line for crontab that runs the pcse COMMAND, with a lock against overlap and a log."""
    from pcse_analysis.running.schedule import cron_line, scheduled

    click.echo(cron_line(scheduled(project_root(project), command, at, always=always)))


@_kind
def systemd(project: Path, at: str, always: bool, command: tuple[str, ...]) -> None:
    """Print a service and a timer of systemd that run the pcse COMMAND."""
    from pcse_analysis.running.schedule import scheduled, systemd_units

    click.echo(systemd_units(scheduled(project_root(project), command, at, always=always)))


@_kind
def github(project: Path, at: str, always: bool, command: tuple[str, ...]) -> None:
    """Print a GitHub workflow that runs the pcse COMMAND; the time is UTC."""
    from pcse_analysis.running.schedule import github_workflow, scheduled

    click.echo(github_workflow(scheduled(project_root(project), command, at, always=always)))


def _bytes(size: int) -> str:
    """A size in words; kB and MB are thousands and millions of bytes."""
    for unit, worth in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= worth:
            return f"{size / worth:.1f} {unit}"
    return f"{size} B"


def _cells(run: Run) -> tuple[str, ...]:
    when = datetime.fromisoformat(run.started).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    pages = [f"{run.pages_made} made"] if run.pages_made else []
    pages += [f"{run.pages_reused} reused"] if run.pages_reused else []
    return (
        when,
        one_line(f"{run.command} {run.what}"),
        one_line(run.inputs[:KEY_SHOWN]) or "-",
        one_line(run.outcome) + (f" ({run.exit_code})" if run.exit_code else ""),
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
