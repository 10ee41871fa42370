"""Exports an executed notebook with nbconvert as a page; refuses what no page may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from nbconvert import HTMLExporter
from nbformat import NotebookNode

from pcse_analysis import errors
from pcse_analysis.attachment.table_files import FOLDER
from pcse_analysis.origins import MADE_HERE
from pcse_analysis.reporting.lean import class_rules
from pcse_analysis.running.outcomes import EXIT_GATE, RunError

TEMPLATES = files("pcse_analysis") / "reporting"
SILENT = {"parameters", "injected-parameters", "silent"}
"""Tags of cells that need not show anything."""


def export_page(
    notebook: NotebookNode, back: str, place: str, marks: Sequence[str] = (), *, with_tables: bool = True
) -> str:
    """The page of an executed notebook as HTML: its outputs and texts, no code, nothing fetched from anywhere.

    ``marks`` are words that stand across the page, on the screen and on every sheet of paper. ``with_tables`` says
    that its tables lie beside it as CSV files.

    Raises:
        RunError: an output is not HTML made by this package, or the page has not exactly one main heading (7).
    """
    _refuse_foreign_outputs(notebook, place)
    _refuse_empty_cells(notebook, place)
    page = {
        "title": "",
        "style": _style(),
        "back": back,
        "marked": "\n".join(marks),
        "tables": f"{FOLDER}/{place.removesuffix('.html')}" if with_tables else "",
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"page": page})
    titles = re.findall(r"<h1[^>]*>(.*?)</h1>", html, flags=re.DOTALL)
    if len(titles) != 1:
        raise RunError(EXIT_GATE, f"GateError: {place}\n  found {len(titles)} main headings, expected 1")
    before = f"{', '.join(marks)}: " if marks else ""
    html = html.replace("<title></title>", f"<title>{before}{re.sub(r'<[^>]+>', '', titles[0])}</title>", 1)
    return re.sub(r"[ \t]*\n\s*", "\n", _with_contents(html))


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        template_name="template", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True, embed_images=True
    )


@cache
def _style() -> str:
    files = ("fonts.css", "page.css")
    return "".join((TEMPLATES / "template" / name).read_text(encoding="utf-8") for name in files) + class_rules()


def _refuse_foreign_outputs(notebook: NotebookNode, place: str) -> None:
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("text/html") != MADE_HERE:
                kind = f"{output.name} text" if output.output_type == "stream" else ", ".join(output.get("data", {}))
                message = f"  cell {number} shows {kind}; a page holds only exhibits of the package"
                raise RunError(EXIT_GATE, f"GateError: {place}\n{message}")


def _refuse_empty_cells(notebook: NotebookNode, place: str) -> None:
    """Every cell declares an exhibit, but that of the parameters, and those tagged as showing nothing."""
    for number, cell in enumerate(notebook.cells):
        silent = SILENT & set(cell.metadata.get("tags") or [])
        if cell.cell_type == "code" and not silent and not cell.get("outputs"):
            first = next((line for line in cell.source.splitlines() if line.strip()), "nothing")
            message = f"  cell {number} shows nothing, expected an exhibit; it begins: {errors.shown(first)}"
            raise RunError(EXIT_GATE, f"GateError: {place}\n{message}")


def _with_contents(html: str) -> str:
    """The page with an anchor on every section and a list of its sections before the first of them."""
    sections = [
        (f"section-{number}", title) for number, title in enumerate(re.findall(r"<h2>(.*?)</h2>", html), start=1)
    ]
    for anchor, title in sections:
        html = html.replace(f"<h2>{title}</h2>", f'<h2 id="{anchor}">{title}</h2>', 1)
    items = "\n".join(f'<li><a href="#{anchor}">{title}</a></li>' for anchor, title in sections)
    contents = f'<nav aria-labelledby="contents">\n<h2 id="contents">Contents</h2>\n<ul>\n{items}\n</ul>\n</nav>\n'
    first = html.index("<h2 ", html.index("</h1>")) if sections else html.index("</main>")
    return html[:first] + (contents if sections else "") + html[first:]
