"""Where pages are made: a process of its own that has imported everything once, see ``warm``; here it is spoken to."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pcse_analysis
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.running.guard import MARK
from pcse_analysis.running.outcomes import EXIT_DEAD, RunError

if TYPE_CHECKING:  # imported in earnest they would take the second that the workshop needs to warm up
    from pcse_analysis.running.tasks import Desk, PageEnd, PageTask

DIED = "KernelError: the process that makes the pages was killed from outside, or has run out of memory"
NOT_PASSED_ON = ("MPLBACKEND",)
"""A backend for charts that the machine sets, as cron and CI do, is no business of a page."""
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A process that forks may have no threads, and libraries of linear algebra start some."""
SAFE = ("-P",)
"""No module is taken from the folder that the command happens to be called in, where a ``random.py`` may lie."""
PACKAGE_FOLDER = str(Path(pcse_analysis.__file__).parents[1])


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workshop:
    """Makes pages side by side, each in a fresh process. It starts warming up when it is made, before there is work."""

    def __init__(self, jobs: int) -> None:
        """Start it; ``jobs`` is how many pages may be in the making at once.

        Raises:
            CommandError: there is no folder for files of the moment.
        """
        self.jobs = jobs
        self._folder = _new_folder()
        ours, theirs = socket.socketpair()
        with theirs:
            self._mark = os.environ.get(MARK)
            os.environ[MARK] = self._folder.name  # whatever this process itself starts meanwhile bears it too
            surroundings = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
            paths = [PACKAGE_FOLDER, *filter(None, [os.environ.get("PYTHONPATH", "")])]
            words = [theirs.fileno(), jobs, os.getpid(), self._folder]
            self._process = subprocess.Popen(
                [sys.executable, *SAFE, "-m", "pcse_analysis.running.guard", *map(str, words)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=surroundings | ONE_THREAD | {"PYTHONPATH": os.pathsep.join(paths)},
            )
        self._asked = Connection(ours.detach())
        self._opened = False

    def open(self, desk: Desk) -> None:
        """Tell it what all pages have in common. To be called once, before the first page is asked for."""
        self._opened = True
        with _as_death():
            self._asked.send(desk)

    def make(self, tasks: Iterable[PageTask]) -> Iterator[PageEnd]:
        """How each page ended, as they come. No more tasks are taken than can be worked on.

        Raises:
            RunError: the process that makes the pages is gone (6).
        """
        left = iter(tasks)
        working = 0
        while True:
            # As many again lie ready, so that nobody waits for this process to take note of what is done.
            while working < 2 * self.jobs and (task := next(left, None)) is not None:
                with _as_death():
                    self._asked.send(task)
                working += 1
            if not working:
                return
            with _as_death():
                end: PageEnd = self._asked.recv()
            working -= 1
            yield end

    def close(self) -> None:
        """End it, and whatever it is making."""
        self._asked.close()
        if not self._opened:
            self._process.kill()  # it may import for seconds yet, and has nothing to clear away
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._mark is None:
            os.environ.pop(MARK, None)
        else:
            os.environ[MARK] = self._mark

    def __enter__(self) -> Workshop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _new_folder() -> Path:
    """A folder for files of the moment, whose name also marks the processes of this run."""
    try:
        return Path(tempfile.mkdtemp(prefix="pcse-run-"))
    except OSError as error:
        what = f"no temporary folder can be made: {error.strerror}"
        to_do = "free some space, or name a folder that may be written to in the environment variable TMPDIR."
        raise CommandError([Problem(what=what, to_do=to_do)]) from None


@contextlib.contextmanager
def _as_death() -> Iterator[None]:
    try:
        yield
    except (EOFError, OSError):
        raise RunError(EXIT_DEAD, DIED) from None
