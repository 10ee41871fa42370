"""The ``pcse`` command: thin, and every mistake of a user ends in one message and exit code 2."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from pcse_analysis.catalogue.choices import ALL
from pcse_analysis.catalogue.load import project_root, read_catalogue
from pcse_analysis.cli_checks import diff, verify
from pcse_analysis.cli_options import PARAMETERS, PROJECT, RAW, TIMEOUT
from pcse_analysis.cli_reports import batch, run
from pcse_analysis.cli_runs import prune, runs, schedule
from pcse_analysis.errors import DataError, Problems, UserError
from pcse_analysis.running.finished import is_as_made
from pcse_analysis.running.imports import importing
from pcse_analysis.running.plan import plan_build, read_now
from pcse_analysis.running.records import recorded
from pcse_analysis.running.staging import check_target
from pcse_analysis.running.workshop import Workshop, processors

STOPPED = "Stopped; earlier outputs are untouched."


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pcse-analysis", prog_name="pcse")
def pcse() -> None:
    """Survey evidence on Primary Care Support England, from files to pages that anyone can check."""


@pcse.command()
@PROJECT
@RAW
def check(project: Path, raw: Path | None) -> None:
    """Check the catalogue, the input files and every export that an edition is made from; make nothing."""
    from pcse_analysis.evidence import make_evidence, read_inputs
    from pcse_analysis.evidence.ledgers import ledger_in_words, ledgers_of
    from pcse_analysis.evidence.replies import flow_in_words

    inputs = read_inputs(project_root(project), raw)
    surveys = ", ".join(
        f"{s.id} ({len(inputs.published[s.id])} published figures)" for s in inputs.catalogue.surveys.values()
    )
    said = [f"No mistakes found. Surveys: {surveys}. Editions: {', '.join(inputs.catalogue.editions)}."]
    problems = Problems()
    for edition in inputs.catalogue.editions.values():
        if edition.evidence == "responses" or ledgers_of(inputs.catalogue, edition):
            with problems.gathering():
                _, received = make_evidence(inputs, edition.id)
                responses = received.replies.responses if received.replies else ()
                said += [flow_in_words(one) for one in responses]
                said += [ledger_in_words(cleaned) for cleaned in received.ledgers]
    problems.raise_as(DataError)
    click.echo("\n".join(said))


@pcse.group()
def wave() -> None:
    """Describe a new wave of a survey."""


@wave.command()
@PROJECT
@RAW
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--survey", default="new-survey", show_default=True, help="Survey that the wave belongs to.")
@click.option("--wave", "wave_id", default="new-wave", show_default=True, help="Name of the wave, such as 2026-11.")
@click.option("--group", default="practice", show_default=True, help="Who answered.")
@click.option("--service-line", default="", help="Service line that all its questions get in the draft.")
@click.option("--platform", default="", help="Survey platform; else found out.")
@click.option("--encoding", default="", help="Encoding of a text file; else found out.")
@click.option("--sheet", default="", help="Sheet of a workbook, where it has several.")
@click.option("--codebook", type=click.Path(path_type=Path), default=None, help="Labels of an export of codes.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=None, help="Folder for the drafts.")
def inspect(
    project: Path,
    raw: Path | None,
    file: Path,
    survey: str,
    wave_id: str,
    group: str,
    service_line: str,
    platform: str,
    encoding: str,
    sheet: str,
    codebook: Path | None,
    out: Path | None,
) -> None:
    """Say what FILE holds and draft the catalogue files of its wave, to be edited and then checked."""
    from pcse_analysis.evidence.new_wave import Look, in_words, inspect_file, write_drafts
    from pcse_analysis.evidence.replies import raw_folder

    root = project_root(project)
    look = Look(
        survey=survey,
        wave=wave_id,
        group=group,
        service_line=service_line,
        platform=platform,
        encoding=encoding,
        sheet=sheet,
        codebook=codebook,
    )
    seen, drafts, folder = inspect_file(root, raw_folder(root, raw), file, look)
    target = out or root / folder
    write_drafts(drafts, target)
    click.echo(in_words(seen))
    click.echo(f"\nDrafts in {target}: {', '.join(drafts)}. Edit them, then run 'pcse check'.")


@pcse.command()
@PROJECT
@RAW
@click.option(
    "--edition", default="published", show_default=True, help=f"Edition, as named in editions.csv, or '{ALL}' for each."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder that takes the edition's folder; else 'outputs' of the project.",
)
@PARAMETERS
@TIMEOUT
@click.option("--if-changed", is_flag=True, help="Build only where inputs, code, parameters or lock have changed.")
@click.option("--final", is_flag=True, help="Not a draft: needs a clean work tree and all checks passed.")
@click.option(
    "--supersedes",
    type=click.Path(path_type=Path),
    default=None,
    help="The folder or the annex of the edition that this one corrects; the pages say what moved since.",
)
def build(
    project: Path,
    raw: Path | None,
    edition: str,
    out: Path | None,
    parameters: tuple[str, ...],
    timeout: int,
    if_changed: bool,
    final: bool,
    supersedes: Path | None,
) -> None:
    """Build an edition: estimates.csv, changes.csv, annex.html, pages/, provenance.json and SHA256SUMS."""
    root = project_root(project)
    names = [edition]
    if edition == ALL:
        problems = Problems()
        names = list(read_catalogue(root, problems).editions)
        problems.raise_as(problems.kind)
    plans = {one: plan_build(root, one, parameters) for one in names}  # mistakes come before anything slow is imported
    for one, plan in plans.items():
        folder = (out or root / "outputs") / one
        check_target(folder)
        material = read_now(plan, raw)
        key = material.key(one, json.dumps(dict(plan.given), sort_keys=True), str(final), str(supersedes))
        with recorded(root, command="build", what=one, parameters=plan.given, inputs=key, target=folder) as noted:
            if if_changed and is_as_made(root, "build", one, folder, key):
                noted.unchanged = True
                click.echo(f"Unchanged: edition '{one}' in {folder}")
                continue
            with Workshop(processors()) as workshop:  # before what follows is imported, so that both go on at once
                with importing():
                    from pcse_analysis.running.build import build_plan

                build_plan(workshop, plan, material, folder, timeout, raw, final=final, supersedes=supersedes)
            noted.pages_made = len(plan.pages)
        click.echo(f"Edition '{one}': {len(plan.pages)} pages in {folder}")
        click.echo(f"Open {folder / 'annex.html'}")


for command in (run, batch, verify, diff, runs, prune, schedule):
    pcse.add_command(command)


def _terminated(signum: int, frame: FrameType | None) -> None:
    click.echo(STOPPED, err=True)
    raise SystemExit(128 + signum)


def main() -> None:
    """Run the command and leave with its exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = pcse.main(standalone_mode=False) or 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        code = 2
    except click.ClickException as error:
        click.echo(f"CommandError: {error.format_message()}", err=True)
        code = 2
    except UserError as error:
        click.echo(str(error), err=True)
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo(STOPPED, err=True)
        code = 130
    except Exception as error:
        code = getattr(error, "exit_code", None)
        if code is None:
            raise
        click.echo(str(error), err=True)
    sys.exit(code)
