"""The ``pcse`` command: thin, and every mistake of a user ends in one message and exit code 2."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

import click

from pcse_analysis.catalogue.load import project_root
from pcse_analysis.dossier import ALL
from pcse_analysis.errors import UserError
from pcse_analysis.evidence import read_inputs

STOPPED = "Stopped; earlier outputs are untouched."
PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Project folder; else the nearest one upwards from here that holds data/catalogue.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pcse-analysis", prog_name="pcse")
def pcse() -> None:
    """Survey evidence on Primary Care Support England, from files to pages that anyone can check."""


@pcse.command()
@PROJECT
def check(project: Path) -> None:
    """Check the catalogue and the input files; make nothing."""
    inputs = read_inputs(project_root(project))
    surveys = ", ".join(
        f"{s.id} ({len(inputs.published[s.id])} published figures)" for s in inputs.catalogue.surveys.values()
    )
    click.echo(f"No mistakes found. Surveys: {surveys}. Editions: {', '.join(inputs.catalogue.editions)}.")


@pcse.command()
@PROJECT
@click.option(
    "--edition", default="published", show_default=True, help=f"Edition, as named in editions.csv, or '{ALL}' for each."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder that takes the edition's folder; else 'outputs' of the project.",
)
@click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter for every notebook that declares it; may be repeated.",
)
@click.option(
    "--timeout", type=click.IntRange(min=1), default=600, show_default=True, help="Seconds that one cell may take."
)
def build(project: Path, edition: str, out: Path | None, parameters: tuple[str, ...], timeout: int) -> None:
    """Build an edition: estimates.csv, changes.csv, annex.html, pages/, provenance.json and SHA256SUMS."""
    from pcse_analysis.running.build import build as build_edition  # here, as Papermill takes a second to import

    root = project_root(project)
    for one in read_inputs(root).catalogue.editions if edition == ALL else [edition]:
        folder = build_edition(root, one, out or root / "outputs", parameters, timeout)
        click.echo(f"Edition '{one}': {len(list(folder.rglob('*.html')))} pages in {folder}")
        click.echo(f"Open {folder / 'annex.html'}")


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
