"""Makes one page in the process that it is called in: runs the notebook, exports it, puts its data in, looks at it."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import nbformat
import papermill
from bs4 import BeautifulSoup
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

import pcse_analysis
from pcse_analysis import errors
from pcse_analysis.attachment.embedded import with_data
from pcse_analysis.attachment.page_rules import broken_rules, links_of
from pcse_analysis.attachment.table_files import table_files
from pcse_analysis.attachment.wording import labels_of
from pcse_analysis.dossier import Dossier
from pcse_analysis.evidence import hand_over
from pcse_analysis.reporting.drawing import Chart, Row
from pcse_analysis.reporting.standing import marks
from pcse_analysis.running.engine import NAME, CellTimeout
from pcse_analysis.running.export import export_page
from pcse_analysis.running.outcomes import EXIT_ERROR, EXIT_TIMEOUT, RunError
from pcse_analysis.running.page_check import PageCheck, check_page, prose_of
from pcse_analysis.running.tasks import Desk, PageTask

TO_MEND = "To mend: "
USER_ERRORS = ("CommandError", "CatalogueError", "DataError")
logging.getLogger("papermill").setLevel(logging.ERROR)  # what it tells is told by our own messages


def make_page(desk: Desk, task: PageTask, executed: Path, started: Callable[[int], None]) -> PageCheck:
    """Write the page of a task into the desk's folder, whole or not at all, and say what was found in it.

    ``executed`` takes the notebook as far as it ran; ``started`` is told the number of each cell that begins.

    Raises:
        UserError: a cell raised one: the user can mend it.
        RunError: a cell failed (4), took too long (5), or shows what no page may hold (7).
    """
    dossier = recording(desk.dossier, task.recorded)
    hand_over(dossier)
    notebook = run_notebook(task, executed, started)
    html = export_page(notebook, task.back, task.output, marks(dossier), with_tables=task.tables)
    html = with_data(html, dossier.figures, dossier.record, page=task.output, labels=labels_of(dossier))
    found = check_page(html, task.output, dossier, desk.secrets, task.own)
    for name, text in table_files(html, task.output).items() if task.tables else ():
        write_whole(desk.folder / name, text)
    write_whole(desk.folder / task.output, html)
    return found


def recording(dossier: Dossier, parameters: Mapping[str, str]) -> Dossier:
    """The dossier with these parameters in its record beside those of the whole run."""
    record = dossier.record
    return replace(dossier, record=replace(record, parameters=record.parameters | dict(parameters)))


def rehearse() -> None:
    """Import whatever a notebook may ask for, and do once what is slow the first time, for all forked from here."""
    for name in pcse_analysis.__all__:
        getattr(pcse_analysis, name)
    page = new_notebook(cells=[new_markdown_cell("# Rehearsal"), new_markdown_cell("## A section")])
    chart = Chart(id="rehearsal", alt="", rows=[Row("a row", lambda axes, at: None)])
    html = export_page(page, "", "rehearsal.html").replace("</main>", f"{chart.__html__()}</main>")
    soup = BeautifulSoup(html, "html.parser")
    broken_rules(soup), links_of(soup, ""), prose_of(soup)


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that nobody ever meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}")  # machines may share the folder
    try:
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def run_notebook(task: PageTask, executed: Path, started: Callable[[int], None] = lambda _: None) -> NotebookNode:
    """The executed notebook, also written to ``executed``.

    Raises:
        UserError: a cell raised one: the user can mend it.
        RunError: a cell failed (4) or took longer than the task's seconds (5).
    """
    source = nbformat.reads(task.text, as_version=4)
    try:
        notebook: NotebookNode = papermill.execute_notebook(
            source,
            str(executed),
            dict(task.parameters),
            engine_name=NAME,
            progress_bar=False,
            cwd=str(task.notebook.parent),
            kernel_name="python3",
            execution_timeout=task.timeout,
            started=started,
        )
    except PapermillExecutionError as error:
        if error.ename in USER_ERRORS:
            raise getattr(errors, error.ename)(_problems(error.evalue)) from None
        where = f"  cell {error.cell_index}: {error.ename}: {error.evalue}"
        raise RunError(EXIT_ERROR, f"NotebookError: {place_of(task)}\n{where}") from None
    except OSError as error:
        error.filename = error.filename or str(executed)  # a disk that fills up does not say where
        raise
    except CellTimeout:
        where = f"  a cell took longer than {task.timeout} seconds"
        raise RunError(EXIT_TIMEOUT, f"TimeoutError: {place_of(task)}\n{where}") from None
    return notebook


def place_of(task: PageTask) -> str:
    """Which run it is, in words for a message."""
    return f"notebook {task.notebook.name}, parameters {task.parameters}"


def _problems(message: str) -> list[errors.Problem]:
    """The problems of a user mistake's message, with its advice."""
    lines = [line.strip() for line in message.splitlines()[1:] if line.strip()] or [message]
    advice = [line.removeprefix(TO_MEND) for line in lines if line.startswith(TO_MEND)]
    return [errors.Problem(what=line, to_do=" ".join(advice)) for line in lines if not line.startswith(TO_MEND)]
