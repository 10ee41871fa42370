"""Runs one notebook with Papermill and exports it with nbconvert; says in one message what went wrong."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from pcse_analysis import errors
from pcse_analysis.attachment.table_files import FOLDER
from pcse_analysis.provenance import MADE_HERE
from pcse_analysis.reporting.lean import class_rules
from pcse_analysis.running.kernels import PrivateKernelManager, private_kernels
from pcse_analysis.running.outcomes import EXIT_DEAD, EXIT_ERROR, EXIT_GATE, EXIT_TIMEOUT, RunError
from pcse_analysis.running.parameters import Value

TEMPLATES = files("pcse_analysis") / "reporting"
LAST_WORDS = 5
"""Lines of a dead kernel's messages that are shown."""
SILENT = {"parameters", "injected-parameters", "silent"}
"""Tags of cells that need not show anything."""
QUIET = {"papermill": logging.ERROR, "asyncio": logging.CRITICAL, "traitlets": logging.CRITICAL}
"""What these tell is told by our own messages; asyncio adds tracebacks when a run is stopped."""


def run_notebook(notebook: Path, parameters: Mapping[str, Value], executed: Path, timeout: int | None) -> NotebookNode:
    """The executed notebook, also written to ``executed``.

    Raises:
        UserError: a cell raised one: the user can mend it.
        RunError: a cell failed (4), took longer than ``timeout`` seconds (5), or the kernel died (6).
    """
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    source = nbformat.read(notebook, as_version=4)
    place = f"notebook {notebook.name}, parameters {dict(parameters)}"
    with private_kernels() as (config, log):
        try:
            executed_notebook: NotebookNode = papermill.execute_notebook(
                source,
                str(executed),
                dict(parameters),
                progress_bar=False,
                cwd=str(notebook.parent),
                kernel_name="python3",
                execution_timeout=timeout,
                kernel_manager_class=PrivateKernelManager,
                config=config,
            )
        except PapermillExecutionError as error:
            if error.ename in ("CommandError", "CatalogueError", "DataError"):
                raise getattr(errors, error.ename)(
                    [errors.Problem(what=line) for line in _lines(error.evalue)]
                ) from None
            message = f"NotebookError: {place}\n  cell {error.cell_index}: {error.ename}: {error.evalue}"
            raise RunError(EXIT_ERROR, message) from None
        except CellTimeoutError:
            message = f"TimeoutError: {place}\n  a cell took longer than {timeout} seconds"
            raise RunError(EXIT_TIMEOUT, message) from None
        except DeadKernelError:
            words = log.read_text(errors="replace").splitlines()[-LAST_WORDS:] if log.is_file() else []
            message = "\n    ".join([f"KernelError: {place}\n  the kernel died", *words])
            raise RunError(EXIT_DEAD, message) from None
    return executed_notebook


def _lines(message: str) -> list[str]:
    """The problems of a user mistake's message, without its head and its advice."""
    return [line.strip() for line in message.splitlines()[1:] if line.strip()] or [message]


def export_page(notebook: NotebookNode, back: str, place: str, marks: Sequence[str] = ()) -> str:
    """The page of an executed notebook as HTML: its outputs and texts, no code, nothing fetched from anywhere.

    ``marks`` are words that stand across the page, on the screen and on every sheet of paper.

    Raises:
        RunError: an output is not HTML made by this package, or the page has not exactly one main heading (7).
    """
    _refuse_foreign_outputs(notebook, place)
    _refuse_empty_cells(notebook, place)
    exporter = HTMLExporter(
        template_name="template", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True, embed_images=True
    )
    style = "".join((TEMPLATES / "template" / name).read_text(encoding="utf-8") for name in ("fonts.css", "page.css"))
    style += class_rules()
    page = {
        "title": "",
        "style": style,
        "back": back,
        "marked": "\n".join(marks),
        "tables": f"{FOLDER}/{place.removesuffix('.html')}",
    }
    html, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    titles = re.findall(r"<h1[^>]*>(.*?)</h1>", html, flags=re.DOTALL)
    if len(titles) != 1:
        raise RunError(EXIT_GATE, f"GateError: {place}\n  found {len(titles)} main headings, expected 1")
    before = f"{', '.join(marks)}: " if marks else ""
    html = html.replace("<title></title>", f"<title>{before}{re.sub(r'<[^>]+>', '', titles[0])}</title>", 1)
    return re.sub(r"[ \t]*\n\s*", "\n", _with_contents(html))


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
