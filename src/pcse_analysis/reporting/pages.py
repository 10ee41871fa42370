"""Which pages an edition has, and how one leads to the others."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from markupsafe import Markup

from pcse_analysis.catalogue.choices import ALL, SERVICE_LINE, names_over
from pcse_analysis.catalogue.types import Page
from pcse_analysis.dossier import Dossier, Selection
from pcse_analysis.reporting.findings import change_finding
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.tables import Cell, Table

NO_PAGE = "none in this build"
LISTED = "<p>The other reports of this batch stand in <a href='../index.html'>its list</a>.</p>"
ALONE = "<p>This page was made alone.</p>"


def pages_made(dossier: Dossier) -> Iterator[tuple[Page, str, str, str]]:
    """Every page of this edition's build: its row, what it is about, its file, and a short name for it."""
    for page in dossier.catalogue.pages if not dossier.record.notebook else ():
        if dossier.edition.evidence not in page.evidence:
            continue
        if not page.each:
            yield page, "", page.output, page.title
            continue
        asked = dossier.record.parameters.get(page.each, ALL)
        for one, name in names_over(dossier.catalogue, page.each, dossier.survey).items():
            if asked in (ALL, one):
                yield page, one, page.output.replace(f"{{{page.each}}}", one), name


def page_of(dossier: Dossier, service_line: str) -> str:
    """The file of a service line's page inside the edition's folder; empty where this build makes none."""
    made = pages_made(dossier)
    return next((file for page, one, file, _ in made if (page.each, one) == (SERVICE_LINE, service_line)), "")


def other_pages(dossier: Dossier, page: str, about: str = "") -> Html:
    """Links from one page to every other of its edition; ``about`` is the service line or group that it is about.

    A report of a batch leads to the list of its reports; one that was made alone leads nowhere.
    """
    if dossier.record.notebook:
        return Html(Markup(LISTED if dossier.reports else ALONE))
    made = list(pages_made(dossier))
    here = next((file for row, one, file, _ in made if row.id == page and one in ("", about)), "")
    items = joined(
        Markup("<li><a href='{}'>{}</a></li>").format(posixpath.relpath(file, posixpath.dirname(here) or "."), name)
        for _, _, file, name in made
        if file != here
    )
    return Html(Markup("<ul>\n{}\n</ul>").format(items) if items else Markup("<p>There is no other page.</p>"))


def service_pages(dossier: Dossier, selection: Selection) -> Markup:
    """A table of the service lines: the findings on each with their verdicts, and the file of its page.

    The files are named and not linked, as the annex may be sent alone.
    """
    changes = selection.changes(dossier)
    rows: list[list[Cell]] = []
    for line in dossier.catalogue.service_lines.values():
        found = [change_finding(dossier, change) for change in changes if change.service_line == line.id]
        told = Markup("; ").join(Markup("<a href='#{0}'>{0}</a> {1}").format(f.id, f.verdict) for f in found)
        name = page_of(dossier, line.id)
        rows.append([line.label, told or "no question of both surveys", _file(name)])
    heads = ("Service", "Findings", "Its page, beside this file")
    return Markup("{}").format(Table("Table K. Findings on each service, and where the rest of it stands", heads, rows))


def _file(name: str) -> Markup:
    return Markup("<code class='file'>{}</code>").format(name) if name else Markup(NO_PAGE)
