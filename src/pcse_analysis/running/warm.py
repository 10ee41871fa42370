"""The process that has imported everything once, and forks one of its own for every page.

It is started by ``workshop``, by way of ``guard``, and talks to it over a socket. It has one thread, so that it may
fork, and runs no notebook itself: what a notebook does to its process goes with that process. It ends when the socket
does, and its children with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pcse_analysis.running.quick_nbformat  # noqa: F401  - before what imports nbformat
from pcse_analysis.errors import UserError, disk_error
from pcse_analysis.evidence import PROJECT_FOLDER, RAW_FOLDER
from pcse_analysis.running import pages
from pcse_analysis.running.outcomes import EXIT_DEAD, EXIT_TIMEOUT, RunError
from pcse_analysis.running.tasks import Desk, PageEnd, PageTask

GRACE = 5.0
"""Seconds that a cell gets to heed its time-out before its process is killed."""
GLANCE = 1.0
"""Seconds between two looks at whether a process is alive whose pipe another one, forked in a cell, holds open."""
LAST_WORDS = 5
"""Lines of what a process said last that are shown."""
FATAL = "Fatal Python error: "
LOOKED_AT = 65_536
"""Bytes at the end of what a process said in which its last words are looked for."""
DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


@dataclass
class Child:
    """A page in the making: its process, the pipe that it tells by, and when it last told of a cell."""

    task: PageTask
    process: BaseProcess
    told: Connection
    executed: Path
    log: Path
    begun: float
    heard: float
    cell: int | None = None


def main(socket: int, jobs: int, folder: Path) -> None:
    """Make pages, so many at once, until the other end of the socket closes; ``folder`` is for files of the moment."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started this
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(EOFError, OSError), Connection(socket) as asker:
        desk: Desk = asker.recv()
        os.environ[PROJECT_FOLDER] = str(desk.root)
        os.environ.pop(RAW_FOLDER, None)
        if desk.raw is not None:
            os.environ[RAW_FOLDER] = str(desk.raw)
        for wave in desk.dossier.survey.waves if desk.with_register else ():
            desk.dossier.practices(wave)
        os.environ["IPYTHONDIR"] = str(folder)
        children: list[Child] = []
        try:
            _serve(asker, desk, folder, children, jobs)
        finally:
            for child in children:
                _kill(child)


def _serve(asker: Connection, desk: Desk, folder: Path, children: list[Child], jobs: int) -> None:
    """Fork for each task that comes, and send back how each ended."""
    number = 0
    tasks: deque[PageTask] = deque()
    while True:
        while tasks and len(children) < jobs:
            number += 1
            children.append(_forked(tasks.popleft(), desk, folder / str(number)))
        for ready in wait([asker, *(c.told for c in children)], _patience(children)):
            if ready is asker:
                tasks.append(asker.recv())
        for child in list(children):
            end = _end_of(child, desk)
            if end is not None:
                children.remove(child)
                for path in (child.executed, child.log):
                    path.unlink(missing_ok=True)
                asker.send(end)


def _patience(children: list[Child]) -> float | None:
    """Seconds until the first child is overdue, or is to be looked at again; None where there is none."""
    due = [c.heard + c.task.timeout + GRACE for c in children if c.task.timeout is not None]
    return max(0.0, min([GLANCE, *(at - time.monotonic() for at in due)])) if children else None


def _forked(task: PageTask, desk: Desk, at: Path) -> Child:
    told, telling = multiprocessing.Pipe(duplex=False)
    executed, log = at.with_suffix(".ipynb"), at.with_suffix(".log")
    arguments = (task, desk, executed, log, telling)
    process = multiprocessing.get_context("fork").Process(target=_make, args=arguments)
    process.start()
    telling.close()
    now = time.monotonic()
    return Child(task=task, process=process, told=told, executed=executed, log=log, begun=now, heard=now)


def _make(task: PageTask, desk: Desk, executed: Path, log: Path, telling: Connection) -> None:
    """What a forked process does: one page."""
    os.setpgid(0, 0)  # so that what a notebook starts can be ended with it
    _die_with_parent()
    try:
        with log.open("wb", buffering=0) as words:
            for stream in (1, 2):
                os.dup2(words.fileno(), stream)
        faulthandler.enable(all_threads=False)
        found = pages.make_page(desk, task, executed, lambda cell: telling.send(cell))
        telling.send(PageEnd(task=task, check=found))
    except (UserError, RunError) as error:
        telling.send(PageEnd(task=task, error=error))
    except OSError as error:
        mistake = disk_error(error, desk.folder)
        if mistake is None:
            raise
        telling.send(PageEnd(task=task, error=mistake))


def _die_with_parent() -> None:
    """See that this process ends when the one that forked it does."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":  # also while a library keeps all threads of Python from running
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)


def _end_of(child: Child, desk: Desk) -> PageEnd | None:
    """How a page ended; None while it is in the making."""
    end: PageEnd | None = None
    hung_up = not child.process.is_alive()
    try:
        while end is None and child.told.poll():
            word = child.told.recv()
            child.heard = time.monotonic()
            if isinstance(word, PageEnd):
                end = word
            else:
                child.cell = word
    except (EOFError, OSError):
        hung_up = True
    late = child.task.timeout is not None and time.monotonic() > child.heard + child.task.timeout + GRACE
    if end is None and not hung_up and not late:
        return None
    if end is None:
        if hung_up:
            child.process.join(GLANCE)  # a cell may close the pipe and go on
        end = PageEnd(task=child.task, error=_dead(child) if hung_up else _late(child))
    _kill(child)
    error = end.error
    if isinstance(error, RunError):
        error = RunError(error.exit_code, "\n".join([str(error), *_kept(child, desk)]))
    return PageEnd(task=end.task, check=end.check, error=error, seconds=time.monotonic() - child.begun)


def _late(child: Child) -> RunError:
    where = f"  cell {child.cell} took longer than {child.task.timeout} seconds and could not be interrupted"
    return RunError(EXIT_TIMEOUT, f"TimeoutError: {pages.place_of(child.task)}\n{where}")


def _dead(child: Child) -> RunError:
    code = child.process.exitcode or 0
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"left with exit code {code}"
    if child.process.exitcode is None:
        how = "no longer answers"
    cell = "before its first cell" if child.cell is None else f"in cell {child.cell}"
    words = _last_words(_end_of_text(child.log)) if child.log.is_file() else []
    lines = [f"KernelError: {pages.place_of(child.task)}", f"  the kernel died: its process {how} {cell}"]
    return RunError(EXIT_DEAD, "\n".join([*lines, *(f"    {line}" for line in words)]))


def _last_words(said: str) -> list[str]:
    """The last lines of what a process said; the first of what Python says of a crash, which begins at the cell."""
    _, fatal, after = said.rpartition(FATAL)
    lines = [line for line in (fatal + after).splitlines() if line.strip()]
    return lines[:LAST_WORDS] if fatal else lines[-LAST_WORDS:]


def _end_of_text(path: Path) -> str:
    """The last of a text that may be of any length."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOOKED_AT))
        return file.read(LOOKED_AT).decode(errors="replace")


def _kept(child: Child, desk: Desk) -> list[str]:
    """Keep the notebook as far as it ran and what its process said; a line on where, for the message."""
    name = child.task.output.replace("/", "-").removesuffix(".html")
    try:
        desk.kept.mkdir(parents=True, exist_ok=True)
        if child.log.is_file() and child.log.stat().st_size:
            shutil.copy(child.log, desk.kept / f"{name}.log")
        if child.executed.is_file():
            shutil.copy(child.executed, desk.kept / f"{name}.ipynb")
            return [f"  The notebook as far as it ran: {_named(desk.kept / f'{name}.ipynb', desk.root)}"]
    except OSError as error:
        return [f"  The notebook as far as it ran could not be kept: {error.strerror}"]
    return []


def _named(path: Path, root: Path) -> str:
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _kill(child: Child) -> None:
    """End a child and what it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid or 0, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        child.process.kill()
    child.process.join()
    child.told.close()
