"""The gate: nothing of an edition is published while anything declared is missing, wrong, or tells too much."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from pathlib import Path

from bs4 import BeautifulSoup

from pcse_analysis.attachment.page_rules import broken_rules, ids_of
from pcse_analysis.attachment.printed import rows_named, wrong_figures
from pcse_analysis.dossier import LATEST, PREVIOUS, Dossier, choose
from pcse_analysis.estimates import Figures, read_figures
from pcse_analysis.evidence import Received
from pcse_analysis.evidence.protected import codes_in, codes_of, patterns_found, small_rows, texts_of_replies
from pcse_analysis.provenance import SUMS
from pcse_analysis.running.outcomes import EXIT_GATE, RunError
from pcse_analysis.running.plan import Plan

LISTED = 40
PACKED, MARKED_UP = (".xlsx", ".docx"), (".html", ".svg")
PLACES = re.compile(r' (?:r|ref|sqref|activeCell|topLeftCell)="[A-Z]+\d+(?:[: ][A-Z]+\d+)*"')
"""Where a cell of a workbook stands, such as C1236, which is no code of anybody."""
LOCAL_PATH = re.compile(r"(?:(?<![\w./])/(?:home|root|tmp|Users|work)/|\b[A-Z]:\\)[^\s<>\"']{1,60}")
KEPT = "build/refused"
CHOSEN_BY = ("wave_before", "wave_after", "service_line", "group")
"""Parameters that say which changes a page is about."""


def check_edition(
    folder: Path, plan: Plan, dossier: Dossier, received: Received, own: Mapping[str, frozenset[str]] | None = None
) -> None:
    """Pass where an edition as it was staged keeps every rule.

    ``own`` gives, by file, the codes of practices that it may hold, as it is about them whether they replied or not.

    Raises:
        RunError: it does not (7); every place is named. What was refused is kept under ``build/refused``.
    """
    figures = read_figures(folder)
    pages = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html"))
    }
    wrong = [*_missing(plan, dossier, pages), *_disclosed(figures, pages, dossier)]
    anchors = {name: ids_of(html) for name, html in pages.items()}
    prose: dict[str, str] = {}
    for name, html in pages.items():
        soup = BeautifulSoup(html, "html.parser")
        wrong += [f"{name}: {line}" for line in (*broken_rules(soup, name, anchors), *wrong_figures(html, figures))]
        prose[name] = _prose(soup)
    wrong += _leaks(folder, prose, dossier, received, own or {})
    if not wrong:
        return
    kept = plan.inputs.root / KEPT / plan.edition
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept)
    listed = "\n".join(f"  {line}" for line in wrong[:LISTED])
    more = f"\n  ... and {len(wrong) - LISTED} more" if len(wrong) > LISTED else ""
    head = f"GateError: {len(wrong)} things keep edition '{plan.edition}' from being published"
    end = f"  Earlier outputs are as they were; what was refused lies in {kept.relative_to(plan.inputs.root)}."
    raise RunError(EXIT_GATE, f"{head}\n{listed}{more}\n{end}")


def _missing(plan: Plan, dossier: Dossier, pages: Mapping[str, str]) -> Iterator[str]:
    """Pages that were planned, and findings of every change that may be compared, as far as they are not there."""
    for run in plan.pages:
        if run.output not in pages:
            yield f"{run.output}: the page is missing"
    for run in (run for run in plan.pages if "findings" in run.declares and run.output in pages):
        there = ids_of(pages[run.output])
        asked = {name: str(run.parameters[name]) for name in CHOSEN_BY if name in run.parameters}
        for change in choose(dossier, **{"wave_before": PREVIOUS, "wave_after": LATEST} | asked).changes(dossier):
            finding = dossier.pair(change).finding
            if change.is_compared and finding not in there:
                yield f"{run.output}: finding {finding} is missing"


def _disclosed(figures: Figures, pages: Mapping[str, str], dossier: Dossier) -> Iterator[str]:
    for row in small_rows(figures.estimates, dossier.survey):
        yield f"estimates.csv: {row} is under the threshold"
    withheld = {e.id for e in figures.estimates if e.suppressed}
    shown = {c.id for c in figures.changes if c.value is not None}
    for change in (c for c in figures.changes if c.id in shown):
        if {change.estimate_before, change.estimate_after} & withheld:
            yield f"changes.csv: {change.id} is given, though one of its two shares is withheld"
    for name, html in pages.items():
        for row in sorted(rows_named(html) & withheld):
            yield f"{name}: a figure of {row} is printed, though it is withheld"


def _leaks(
    folder: Path,
    prose: Mapping[str, str],
    dossier: Dossier,
    received: Received,
    own: Mapping[str, frozenset[str]],
) -> Iterator[str]:
    """Identifiers of persons and practices, answers in own words, and addresses of this machine, in any output.

    ``prose`` has the words of every page by file name, ``own`` the codes that a file may hold.
    """
    codes = codes_of(received, _words_of_the_house(dossier))
    written = texts_of_replies(received.replies) if received.replies else set()
    allowed = [dossier.edition.contact, *(p.publisher for p in dossier.catalogue.publications.values())]
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS):
        name = path.relative_to(folder).as_posix()
        for text in _texts(path):
            for found in sorted(codes_in(text, codes, own.get(name, ())))[:3]:
                yield f"{name}: holds the code of a person, practice or case ({len(found)} characters)"
            for found in written:
                if found in text:
                    yield f"{name}: holds what a respondent wrote ({len(found)} characters)"
            if match := LOCAL_PATH.search(text):
                yield f"{name}: holds an address of this machine: {match[0]}"
        words = prose.get(name, "")
        for known in allowed:
            words = words.replace(known, " ") if known else words
        yield from (f"{name}: holds something like a {kind}" for kind in patterns_found(words))


def _words_of_the_house(dossier: Dossier) -> str:
    """Words that pages take from the catalogue: on methods, services, groups and routes; of no ledger's rows."""
    catalogue = dossier.catalogue
    lines = catalogue.service_lines.values()
    said = [text for method in catalogue.methods.values() for text in (method.title, method.text)]
    said += [text for line in lines for text in (line.label, line.covers, line.users)]
    said += [*dossier.survey.groups.values(), *(words for one in dossier.ledgers for words in one.routes.values())]
    return " | ".join(said)


def _texts(path: Path) -> Iterable[str]:
    """What a file says, unpacked where it is packed, an apostrophe as it was typed; nothing of what is no text."""
    if path.suffix in PACKED:
        with zipfile.ZipFile(path) as packed:
            parts = [n for n in packed.namelist() if n.endswith((".xml", ".rels"))]
            return [unescape(PLACES.sub("", packed.read(n).decode("utf-8", "replace"))) for n in parts]
    if path.suffix in MARKED_UP:
        return [unescape(path.read_text(encoding="utf-8"))]
    return [path.read_text(encoding="utf-8")] if path.suffix in (".csv", ".json", ".txt") else []


def _prose(soup: BeautifulSoup) -> str:
    """The words of a page without figures, drawings, code and data, which are taken out of ``soup`` for that."""
    for tag in soup.select("script, style, svg, data, code, time, a.address"):
        tag.decompose()
    return " ".join(soup.get_text(" | ").split())  # so that two cells do not read as one name
