"""The gate: nothing of an edition is published while anything declared is missing, wrong, or tells too much."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path

from pcse_analysis.attachment.page_rules import lost_links
from pcse_analysis.catalogue.choices import LATEST, PREVIOUS
from pcse_analysis.dossier import Dossier, choose
from pcse_analysis.estimates import read_figures
from pcse_analysis.evidence.protected import small_rows
from pcse_analysis.origins import SUMS
from pcse_analysis.running.outcomes import EXIT_GATE, RunError
from pcse_analysis.running.page_check import PageCheck, Secrets
from pcse_analysis.running.plan import Plan

LISTED = 40
PACKED = (".xlsx", ".docx")
PLACES = re.compile(r' (?:r|ref|sqref|activeCell|topLeftCell)="[A-Z]+\d+(?:[: ][A-Z]+\d+)*"')
"""Where a cell of a workbook stands, such as C1236, which is no code of anybody."""
KEPT = "build/refused"
CHOSEN_BY = ("wave_before", "wave_after", "service_line", "group")
"""Parameters that say which changes a page is about."""


def check_edition(folder: Path, plan: Plan, dossier: Dossier, secrets: Secrets, pages: Mapping[str, PageCheck]) -> None:
    """Pass where an edition as it was staged keeps every rule; ``pages`` has what was found in each, by file name.

    Raises:
        RunError: it does not (7); every place is named. What was refused is kept under ``build/refused``.
    """
    wrong = [*_missing(plan, dossier, pages), *_disclosed(folder, dossier)]
    anchors = {name: page.ids for name, page in pages.items()}
    for name, page in sorted(pages.items()):
        wrong += [f"{name}: {line}" for line in (*page.wrong, *lost_links(page.links, anchors))]
    wrong += _leaks(folder, secrets)
    refuse(wrong, folder, plan.root, plan.edition)


def check_batch(
    folder: Path,
    root: Path,
    name: str,
    dossier: Dossier,
    secrets: Secrets,
    own: frozenset[str],
    wrong: Iterable[str],
) -> None:
    """Pass where a batch as it was staged keeps every rule; ``wrong`` is what was found in its pages already.

    ``own`` are the codes of practices that its list of reports may hold, as they are those that it goes over.

    Raises:
        RunError: it does not (7); every place is named. What was refused is kept under ``build/refused``.
    """
    refuse([*wrong, *_disclosed(folder, dossier), *_leaks(folder, secrets, own)], folder, root, name)


def refuse(wrong: list[str], folder: Path, root: Path, name: str) -> None:
    """Pass where nothing is wrong.

    Raises:
        RunError: something is (7). What lies in ``folder`` is kept under ``build/refused/<name>``.
    """
    if not wrong:
        return
    kept = root / KEPT / name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    listed = "\n".join(f"  {line}" for line in wrong[:LISTED])
    more = f"\n  ... and {len(wrong) - LISTED} more" if len(wrong) > LISTED else ""
    head = f"GateError: {len(wrong)} things keep '{name}' from being published"
    end = f"  Earlier outputs are as they were; what was refused lies in {kept.relative_to(root)}."
    raise RunError(EXIT_GATE, f"{head}\n{listed}{more}\n{end}")


def _missing(plan: Plan, dossier: Dossier, pages: Mapping[str, PageCheck]) -> Iterator[str]:
    """Pages that were planned, and findings of every change that may be compared, as far as they are not there."""
    for run in plan.pages:
        if run.output not in pages:
            yield f"{run.output}: the page is missing"
    for run in (run for run in plan.pages if "findings" in run.declares and run.output in pages):
        there = pages[run.output].ids
        asked = {name: str(run.parameters[name]) for name in CHOSEN_BY if name in run.parameters}
        for change in choose(dossier, **{"wave_before": PREVIOUS, "wave_after": LATEST} | asked).changes(dossier):
            finding = dossier.pair(change).finding
            if change.is_compared and finding not in there:
                yield f"{run.output}: finding {finding} is missing"


def _disclosed(folder: Path, dossier: Dossier) -> Iterator[str]:
    """Rows of the CSV files that tell too much, or are not those that the pages were made from."""
    figures = read_figures(folder)
    if figures != dossier.figures:
        yield "estimates.csv, changes.csv: not the figures that the pages were made from"
    for row in small_rows(figures.estimates, dossier.survey):
        yield f"estimates.csv: {row} is under the threshold"
    withheld = {e.id for e in figures.estimates if e.suppressed}
    for change in (c for c in figures.changes if c.value is not None):
        if {change.estimate_before, change.estimate_after} & withheld:
            yield f"changes.csv: {change.id} is given, though one of its two shares is withheld"


def _leaks(folder: Path, secrets: Secrets, own: frozenset[str] = frozenset()) -> Iterator[str]:
    """Identifiers of persons and practices, answers in own words, addresses of this machine, in any file but pages."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS and p.suffix != ".html"):
        name = path.relative_to(folder).as_posix()
        yield from (f"{name}: {line}" for text in _texts(path) for line in secrets.found_in(text, own))


def _texts(path: Path) -> Iterable[str]:
    """What a file says, unpacked where it is packed, an apostrophe as it was typed; nothing of what is no text."""
    if path.suffix in PACKED:
        with zipfile.ZipFile(path) as packed:
            parts = [n for n in packed.namelist() if n.endswith((".xml", ".rels"))]
            return [unescape(PLACES.sub("", packed.read(n).decode("utf-8", "replace"))) for n in parts]
    if path.suffix == ".svg":
        return [unescape(path.read_text(encoding="utf-8"))]
    return [path.read_text(encoding="utf-8")] if path.suffix in (".csv", ".json", ".txt") else []
