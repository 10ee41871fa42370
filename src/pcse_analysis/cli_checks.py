"""The commands that look at what was built: ``pcse verify`` and ``pcse diff``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pcse_analysis.errors import Problems, UserError
from pcse_analysis.running.outcomes import EXIT_GATE

if TYPE_CHECKING:
    from pcse_analysis.attachment.embedded import Data

LISTED = 20
"""Rows or pieces of a kind that are told one by one."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--project",
    "--against",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Project whose inputs and code are set against those that made the file.",
)
@click.option("--rebuild", is_flag=True, help="Build the edition again from --project and compare every byte.")
@click.option("--raw", type=click.Path(path_type=Path, file_okay=False), default=None, help="Stands for 'data/raw'.")
def verify(file: Path, project: Path | None, rebuild: bool, raw: Path | None) -> None:
    """Say of the page FILE what made it, and whether it is as it was written."""
    from pcse_analysis.attachment.verify import CAN_SAY
    from pcse_analysis.attachment.verify import verify as verify_page

    found = verify_page(file)
    click.echo("\n".join(found.said))
    if found.wrong:
        places = "1 place" if len(found.wrong) == 1 else f"{len(found.wrong)} places"
        click.echo(f"\nNOT AS IT WAS WRITTEN: {places}.", err=True)
        click.echo("\n".join(f"  {line}" for line in found.wrong), err=True)
    else:
        click.echo("\nConsistent: every figure follows from its row, and every piece is as it was written.")
    try:
        if project is None and not rebuild:
            click.echo(CAN_SAY)
        elif found.data is not None:
            _against(file, found.data, project or Path(), raw, rebuild=rebuild)
    except UserError as error:
        if not found.wrong:
            raise
        click.echo(str(error), err=True)  # that the page was altered weighs more
    if found.wrong:
        sys.exit(EXIT_GATE)


def _against(file: Path, data: Data, project: Path, raw: Path | None, *, rebuild: bool) -> None:
    """Set a page against the inputs and the code at hand, by their hashes and, where asked, by building again."""
    from pcse_analysis.attachment.differences import different_records
    from pcse_analysis.attachment.earlier import cut
    from pcse_analysis.attachment.moved import moved, sentences
    from pcse_analysis.catalogue.load import project_root
    from pcse_analysis.evidence import make_evidence, read_inputs

    root, record = project_root(project), data.record
    dossier, _ = make_evidence(read_inputs(root, raw), record.edition, record.parameters, record.state)
    lines = different_records(record, replace(dossier.record, supersedes=record.supersedes))
    click.echo("\nAgainst the project at hand:")
    _tell(lines or ["inputs, code, notebooks, lock and versions are the same."], "  ")
    ids = {e.id for e in data.figures.estimates} | {c.id for c in data.figures.changes}
    _tell(sentences(moved(data.figures, cut(dossier.figures, ids), data.labels), LISTED), "  ")
    if rebuild:
        _built_again(file, data, root, raw)


def _built_again(file: Path, data: Data, root: Path, raw: Path | None) -> None:
    """Make a page again and say whether the same bytes come of it, or where they differ."""
    from pcse_analysis.attachment.embedded import find_block
    from pcse_analysis.attachment.verify import compared

    if data.record.supersedes is not None:
        click.echo("It is built again without what moved since the edition that it corrects: that will differ.")
    with tempfile.TemporaryDirectory(prefix="pcse-verify-") as folder:
        page = (_report_again if data.record.notebook else _edition_again)(data, root, raw, Path(folder))
        if page is None:
            return
        if page.read_bytes() == file.read_bytes():
            click.echo("Built again: identical.")
            return
        old, new = (find_block(path.read_text(encoding="utf-8", errors="replace")) for path in (file, page))
        lines = list(compared(old, new)) if old and new else []
    words = "not identical. As built now:" if lines else "the same text; what it carries of how it was made differs."
    click.echo(f"Built again: {words}")
    _tell(lines[:LISTED] + ([f"... and {len(lines) - LISTED} more"] if len(lines) > LISTED else []), "  ")


def _edition_again(data: Data, root: Path, raw: Path | None, folder: Path) -> Path | None:
    """Build the edition of a page again; the page in it, or None, which is told, where it has none of that name."""
    from pcse_analysis.origins import FINAL
    from pcse_analysis.running.build import build

    record = data.record
    given = [f"{name}={value}" for name, value in record.parameters.items()]
    built = build(root, record.edition, folder, given, None, raw, final=record.state == FINAL)
    if not (built / data.page).is_file():
        _tell([f"Built again: the edition has no page '{data.page}' now."])
        return None
    return built / data.page


def _report_again(data: Data, root: Path, raw: Path | None, folder: Path) -> Path | None:
    """Make a report again, alone; None, which is told, of the index of a batch."""
    from pcse_analysis.origins import INDEX
    from pcse_analysis.running.material import material_of
    from pcse_analysis.running.report import make_report
    from pcse_analysis.running.report_plan import plan_report
    from pcse_analysis.running.workshop import Workshop

    record = data.record
    if data.page == INDEX:
        _tell(["The index of a batch is not made again by itself: make the batch again and compare the folders."])
        return None
    plan = plan_report(
        root, record.notebook, record.edition, [f"{name}={value}" for name, value in record.parameters.items()]
    )
    with Workshop(1) as workshop:
        target = folder / Path(data.page).name
        material = material_of(root, raw).with_read(plan.notebook)
        return make_report(workshop, plan, material, target, None, raw, page=data.page if "/" in data.page else "")


def _tell(lines: Iterable[str], indent: str = "") -> None:
    """Print lines, whatever a file put into them."""
    from pcse_analysis.attachment.verify import printable

    for line in printable(lines):
        click.echo(f"{indent}{line}")


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Tell every row, not only the first of each kind.")
def diff(a: Path, b: Path, everything: bool) -> None:
    """Say in words what differs between two editions A and B, each a folder or a page."""
    from pcse_analysis.attachment.differences import different_records
    from pcse_analysis.attachment.earlier import comparable, read_earlier
    from pcse_analysis.attachment.moved import moved, sentences
    from pcse_analysis.errors import CommandError

    problems, found = Problems(), []
    for path in (a, b):
        with problems.gathering():
            found.append(read_earlier(path))
    problems.raise_as(CommandError)
    before, after = found
    if not before.whole or not after.whole:
        click.echo("A page carries the rows that it prints, and those only are compared.")
    rows = moved(*comparable(before, after), {**before.labels, **after.labels})
    lines = different_records(before.record, after.record)
    _tell(sentences(rows, None if everything else LISTED))
    _tell(lines or ["Made from the same inputs by the same code."])
    if not rows and not lines and before.whole == after.whole:
        same = before.annex_sha256 == after.annex_sha256
        click.echo("Identical." if same else "The figures are identical, the text of the page is not.")
