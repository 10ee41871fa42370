"""The engine that Papermill runs notebooks with: in the process it is called in, by IPython, without a kernel.

No second process has to start, import and be talked to over sockets; nothing can outlive the run. What one notebook
does to the process stays in it, so that each notebook is given a process of its own (see ``warm``).
"""

from __future__ import annotations

import io
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from types import FrameType
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager
from traitlets.config import Config

NAME = "pcse"
"""Under which Papermill knows the engine."""
AGAIN = 1.0
"""Seconds after which a cell is interrupted once more."""


class CellTimeout(BaseException):
    """A cell took longer than it may."""


class Shell(InteractiveShell):
    """IPython as a notebook meets it, that keeps what cells show, and exceptions, rather than printing them."""

    shown: list[Mapping[str, Any]]
    """What was shown since the last cell began: data by kind, and metadata."""
    traceback: list[str]

    def keep_what_is_shown(self) -> None:
        """Begin to keep what cells show."""
        publisher = CapturingDisplayPublisher()
        self.display_pub, self.shown = publisher, publisher.outputs
        self.display_trap.hook = CapturingDisplayHook(shell=self, outputs=self.shown)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.traceback = list(stb)

    def ask_exit(self) -> None:
        """End the cell that calls ``exit()``, as an error: what stands below it would never run."""
        raise SystemExit

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: no window is ever opened."""


class InProcessEngine(Engine):
    """Runs the code cells of a notebook one after the other until one fails."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: int | None = None,
        started: Callable[[int], None] = lambda _: None,
        **_: Any,
    ) -> None:
        """Run ``nb_man``'s notebook; ``started`` is told the number of each cell that begins.

        Raises:
            CellTimeout: a cell took longer than ``execution_timeout`` seconds.
        """
        shell = _new_shell()
        for number, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            nb_man.cell_start(cell, number)
            started(number)
            try:
                if not _run(shell, cell, execution_timeout):
                    nb_man.cell_exception(cell, number)
                    return
            finally:
                nb_man.cell_complete(cell, number)


def _new_shell() -> Shell:
    config = Config()
    config.HistoryManager.enabled = False  # it would keep a database and a thread
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.autoindent = False
    Shell.clear_instance()
    shell: Shell = Shell.instance(config=config)
    shell.keep_what_is_shown()
    return shell


def _run(shell: Shell, cell: NotebookNode, timeout: int | None) -> bool:
    """Run one cell and keep what it showed; whether it went well."""
    shell.shown.clear()
    streams = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    with redirect_stdout(streams["stdout"]), redirect_stderr(streams["stderr"]), _at_most(timeout) as late:
        result = shell.run_cell(cell.source, store_history=True)
    cell.execution_count = count = result.execution_count
    texts = {name: stream.getvalue() for name, stream in streams.items()}
    cell.outputs = [new_output("stream", name=name, text=text) for name, text in texts.items() if text]
    cell.outputs += [
        new_output("execute_result", data=shown["data"], metadata=shown["metadata"] or {}, execution_count=count)
        for shown in shell.shown
    ]
    error = result.error_before_exec or result.error_in_exec
    if late:
        raise CellTimeout(timeout)
    if error is not None:
        lines, words = shell.traceback, str(error)
        if isinstance(error, SystemExit):
            # Papermill takes one that says nothing, or 0, for a notebook that came to its end.
            lines, words = [], f"the cell left with exit code {error.code or 0}"
        cell.outputs.append(new_output("error", ename=type(error).__name__, evalue=words, traceback=lines))
    return error is None


@contextmanager
def _at_most(seconds: int | None) -> Iterator[list[float]]:
    """Interrupt what runs inside after so many seconds; what is yielded is empty while it was not interrupted.

    Only the main thread of a process can be interrupted. It is done again and again, as Python drops an exception that
    comes while it clears away an object, and as a cell may catch it.
    """
    late: list[float] = []
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield late
        return

    def interrupt(signum: int, frame: FrameType | None) -> None:
        late.append(time.monotonic())
        raise CellTimeout(seconds)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
