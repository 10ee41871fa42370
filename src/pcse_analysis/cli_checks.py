"""The commands that look at what was built: ``pcse verify`` and ``pcse diff``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

EXIT_GATE = 7


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=None,
    help="Project whose inputs and code are set against those that made the file.",
)
@click.option("--rebuild", is_flag=True, help="Build the edition again from --project and compare every number.")
@click.option("--raw", type=click.Path(path_type=Path, file_okay=False), default=None, help="Stands for 'data/raw'.")
def verify(file: Path, project: Path | None, rebuild: bool, raw: Path | None) -> None:
    """Say of the page FILE what made it, and whether it is as it was written."""
    from pcse_analysis.attachment.verify import CAN_SAY
    from pcse_analysis.attachment.verify import verify as verify_page

    found = verify_page(file)
    click.echo("\n".join(found.said))
    if found.wrong:
        click.echo(f"\nNOT AS IT WAS WRITTEN: {len(found.wrong)} places.", err=True)
        click.echo("\n".join(f"  {line}" for line in found.wrong), err=True)
    else:
        click.echo("\nConsistent: every figure follows from its row, and every piece is as it was sealed.")
    if project is None and not rebuild:
        click.echo(CAN_SAY)
    else:
        _against(file, project or Path(), raw, rebuild=rebuild)
    if found.wrong:
        sys.exit(EXIT_GATE)


def _against(file: Path, project: Path, raw: Path | None, *, rebuild: bool) -> None:
    """Set a page against the inputs and the code at hand, by their hashes and, where asked, by building again."""
    from pcse_analysis.attachment.differences import different_records
    from pcse_analysis.attachment.earlier import Earlier, read_earlier
    from pcse_analysis.attachment.moved import moved, sentences
    from pcse_analysis.attachment.verify import verify as verify_page
    from pcse_analysis.catalogue.load import project_root
    from pcse_analysis.evidence import make_evidence, read_inputs
    from pcse_analysis.provenance import FINAL

    embedded = verify_page(file).embedded
    root = project_root(project)
    dossier, _ = make_evidence(
        read_inputs(root, raw), embedded.record.edition, embedded.record.parameters, embedded.record.state
    )
    lines = different_records(embedded.record, dossier.record)
    click.echo("\nAgainst the project at hand:")
    click.echo("\n".join(f"  {line}" for line in lines or ["inputs, code, notebooks, lock and versions are the same."]))
    ids = {e.id for e in embedded.figures.estimates} | {c.id for c in embedded.figures.changes}
    at_hand = Earlier(
        figures=type(dossier.figures)(
            tuple(e for e in dossier.figures.estimates if e.id in ids),
            tuple(c for c in dossier.figures.changes if c.id in ids),
        ),
        record=dossier.record,
        annex_sha256="",
    )
    click.echo("\n".join(f"  {line}" for line in sentences(moved(embedded.figures, at_hand.figures))))
    if not rebuild:
        return
    from pcse_analysis.running.build import build

    words = [f"{name}={value}" for name, value in embedded.record.parameters.items()]
    with tempfile.TemporaryDirectory(prefix="pcse-verify-") as folder:
        built = build(
            root, embedded.record.edition, Path(folder), words, None, raw, final=embedded.record.state == FINAL
        )
        same = [path for path in built.rglob("*.html") if path.read_bytes() == file.read_bytes()]
        again = read_earlier(built)
        click.echo("Built again: identical." if same else "Built again: not identical.")
        if not same:
            click.echo("\n".join(f"  {line}" for line in different_records(embedded.record, again.record)))


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Tell every row, not only the first of each kind.")
def diff(a: Path, b: Path, everything: bool) -> None:
    """Say in words what differs between two editions A and B, each a folder or a page."""
    from pcse_analysis.attachment.differences import different_records
    from pcse_analysis.attachment.earlier import read_earlier
    from pcse_analysis.attachment.moved import moved, sentences
    from pcse_analysis.errors import Problems, UserError

    problems, found = Problems(), []
    for path in (a, b):
        try:
            found.append(read_earlier(path))
        except UserError as error:
            problems.found.extend(error.problems)
    if problems.found:
        from pcse_analysis.errors import CommandError

        raise CommandError(problems.found)
    before, after = found
    limit = None if everything else 20
    click.echo("\n".join(sentences(moved(before.figures, after.figures), limit)))
    lines = different_records(before.record, after.record)
    click.echo("\n".join(lines or ["Made from the same inputs by the same code."]))
