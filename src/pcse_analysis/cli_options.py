"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Project folder; else the nearest one upwards from here that holds data/catalogue.",
)
RAW = click.option(
    "--raw",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder that stands for 'data/raw', where exports are kept elsewhere.",
)
EDITION = click.option("--edition", default="", help="Edition, as named in editions.csv; else the notebook's own.")
PARAMETERS = click.option(
    "-p",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter for every notebook that declares it; may be repeated.",
)
TIMEOUT = click.option(
    "--timeout", type=click.IntRange(min=1), default=600, show_default=True, help="Seconds that one cell may take."
)
