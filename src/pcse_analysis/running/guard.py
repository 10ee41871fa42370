"""Starts the process that makes pages, and beside it one that sees to it that nothing of a run outlives it.

The guard is forked before anything heavy is imported, imports nothing and runs nothing of a notebook. It waits until
the command or the process that makes its pages is gone, however that came about, then kills whatever bears the mark of
the run in its environment, which everything that the run starts inherits: pages in the making, what their cells
started, and what those moved out of their group of processes. Then it takes the folder of the run away.

Only Linux tells one process of the end and of the environment of another. Elsewhere pages end with their parent, see
``warm``, and what their cells started may stay.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "PCSE_RUN"
"""The variable of the environment that tells the processes of a run."""
LONGEST = 10.0
"""Seconds after which the guard gives up on what does not even end when killed, as on a dead network drive."""


def main(socket: int, jobs: int, command: int, folder: Path) -> None:
    """Make pages, as ``warm.main`` does, under guard; ``command`` is the id of the process that asks for them."""
    if sys.platform == "linux":
        maker = os.getpid()
        if os.fork() == 0:
            try:
                _guard(socket, [command, maker], folder)
            finally:
                os._exit(0)
    from pcse_analysis.running.imports import importing

    with importing():
        from pcse_analysis.running import warm

        warm.pages.rehearse()
    warm.main(socket, jobs, folder)


def _guard(socket: int, watched: list[int], folder: Path) -> None:
    os.setsid()  # a key pressed on the terminal is not for it
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.close(socket)  # else nobody would notice that the other process, which holds it too, is gone
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    _wait_for_any(watched)
    until = time.monotonic() + LONGEST
    while time.monotonic() < until and (left := list(marked(os.environ[MARK]))):
        for process in left:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.01)
    shutil.rmtree(folder, ignore_errors=True)


def _wait_for_any(processes: list[int]) -> None:
    """Come back when one of these is gone."""
    ends = select.poll()
    for process in processes:
        try:
            ends.register(os.pidfd_open(process), select.POLLIN)
        except ProcessLookupError:
            return
    ends.poll()


def marked(token: str, variable: str = MARK) -> Iterator[int]:
    """The processes that bear this mark in their environment, but for the one that asks."""
    wanted = f"{variable}={token}".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):  # it has ended meanwhile, or is somebody else's
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)


if __name__ == "__main__":
    asked, at_once, by = map(int, sys.argv[1:4])
    main(asked, at_once, by, Path(sys.argv[4]))
    os._exit(0)  # to take down all that was imported would take half a second
