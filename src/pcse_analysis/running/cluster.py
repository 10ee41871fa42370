"""Makes pages on an existing Dask cluster: the same batch, by workers on this machine or others.

Project, code and the folder of the pages must lie at the same paths on every worker, which is looked at before a worker
makes its first page. Workers write the pages there; only what was found in them comes back. A page whose worker is lost
is made again elsewhere, which is Dask's doing; a page whose notebook failed is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import re
import secrets
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.running.outcomes import EXIT_DEAD, RunError
from pcse_analysis.running.tasks import Desk, PageEnd, PageTask

if TYPE_CHECKING:
    from distributed import Client, Future

    from pcse_analysis.running.branch import Standing

CONNECTING = 8.0
"""Seconds that a scheduler gets to answer."""
WAITING = 60.0
"""Seconds that a cluster may have no worker."""
LOOK = 2.0
"""Seconds between two looks at which workers there are, and that a result gets to arrive."""
ARRIVING = 15.0
"""Seconds that a page written elsewhere gets to appear in the folder: file systems of networks remember for a while."""
ENDING = 10.0
"""Seconds that the workers get to close their workshops."""
AHEAD = 2
"""Tasks for each worker that are with Dask at once, so that none waits for the next."""
TOLD = 5
TO_DO = "see docs/scaling.md for what must be the same on all workers."
OURS = ("pcse-analysis", "distributed")


class Cluster:
    """Makes pages on the workers of a Dask cluster. Satisfies ``tasks.Maker``."""

    def __init__(self, address: str, waiting: float = WAITING) -> None:
        """Connect to the scheduler at ``address``; ``waiting`` is how many seconds it may be without any worker.

        Raises:
            CommandError: Dask is not installed here, or no scheduler answers.
        """
        if importlib.util.find_spec("distributed") is None:
            what = "--scheduler needs the package 'distributed', which is not installed"
            raise CommandError([Problem(what=what, to_do="install this project with its extra 'cluster'.")])
        from distributed import Client

        for logger in ("distributed", "distributed.client"):  # what matters is told by our own messages
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        self._address, self._waiting = address, waiting
        self._name = f"pcse-{secrets.token_hex(8)}"
        self._token: Path | None = None
        self._branched = False
        self._working: dict[Future, PageTask] = {}
        try:
            asyncio.run(asyncio.wait_for(_answer(address), CONNECTING))
            with warnings.catch_warnings(action="ignore"):  # versions are compared in our own way
                self._client: Client = Client(address, timeout=CONNECTING, name="pcse")
        except (OSError, ValueError, TypeError) as error:
            why = (str(error) or f"nothing is heard for {CONNECTING:.0f} seconds").splitlines()[0]
            what = f"no Dask scheduler answers at '{address}': {why}"
            to_do = "name the address that the scheduler prints when it starts, such as tcp://10.0.0.5:8786."
            raise CommandError([Problem(what=what, to_do=to_do)]) from None

    def open(self, desk: Desk) -> None:
        """Look at all workers, and give them what all pages have in common.

        Raises:
            CommandError: there is no worker, or one is not fit for this.
        """
        from pcse_analysis.running.branch import Branch, hold

        self._wait_for_workers()
        desk.folder.mkdir(parents=True, exist_ok=True)
        self._token = desk.folder / f".{self._name}"
        self._desk = desk
        self._standing = standing_of(desk, self._token, secrets.token_hex(16))
        self._token.write_text(self._standing.word, encoding="ascii")
        self._check_workers()
        lease = f"{self._name}-lease"
        self._lease = self._client.submit(hold, key=lease, pure=False)
        self._branched = True
        self._client.register_plugin(Branch(self._name, lease, desk, self._standing), name=self._name)

    def make(self, tasks: Iterable[PageTask]) -> Iterator[PageEnd]:
        """How each page ended, as they come. No more tasks are taken than can be worked on.

        Raises:
            CommandError: a worker that came later is not fit for this.
            RunError: the scheduler is gone, or all workers are (6).
        """
        from pcse_analysis.running.branch import make_there

        left = iter(tasks)
        workers, looked = self._workers(), time.monotonic()
        while True:
            while len(self._working) < AHEAD * max(workers, 1) and (task := next(left, None)) is not None:
                self._working[self._client.submit(make_there, self._name, task, pure=False)] = task
            if not self._working:
                return
            for future in self._done():
                end = self._end_of(future)
                if end is not None:
                    del self._working[future]
                    yield end
            if time.monotonic() > looked + LOOK:
                workers, looked = self._wait_for_workers(), time.monotonic()

    def _done(self) -> list[Future]:
        """The tasks that have ended; none after a while."""
        from distributed import wait

        with self._while_there(), contextlib.suppress(TimeoutError):
            return list(wait(list(self._working), timeout=LOOK, return_when="FIRST_COMPLETED").done)
        return []

    def _end_of(self, future: Future) -> PageEnd | None:
        """How a page ended; None where its worker was lost with the answer, so that it is made again."""
        from distributed import KilledWorker

        from pcse_analysis.running.branch import Refused
        from pcse_analysis.running.pages import place_of

        task = self._working[future]
        with self._while_there():
            try:
                made = future.result(timeout=LOOK)
            except TimeoutError:
                return None
            except KilledWorker as error:
                lost = f"  {error.allowed_failures + 1} workers were lost one after the other while they had it"
                return PageEnd(task=task, error=RunError(EXIT_DEAD, f"KernelError: {place_of(task)}\n{lost}"))
            except Exception as error:
                self._check_workers()  # one that joined cannot run this code
                words = f"KernelError: {place_of(task)}\n  a worker could not take it: {type(error).__name__}: {error}"
                return PageEnd(task=task, error=RunError(EXIT_DEAD, words))
        if isinstance(made, Refused):
            raise _unfit([f"the worker {made.worker} {line}" for line in made.differences])
        if made.error is None:
            self._see(self._desk.folder / task.output, made.worker)
        return PageEnd(task=task, check=made.check, error=made.error, seconds=made.seconds)

    @contextlib.contextmanager
    def _while_there(self) -> Iterator[None]:
        """Turn the end of the connection into a message.

        Raises:
            RunError: the scheduler is gone (6).
        """
        from concurrent.futures import CancelledError

        try:
            yield
        except (CancelledError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            words = f"KernelError: the Dask scheduler at '{self._address}' is gone, or has cancelled the batch"
            raise RunError(EXIT_DEAD, words) from None

    def _see(self, page: Path, worker: str) -> None:
        """Pass as soon as a page that was made is there.

        Raises:
            CommandError: it does not appear: the worker writes to another folder.
        """
        late = time.monotonic() + ARRIVING
        while not page.is_file():
            if time.monotonic() > late:
                raise _unfit([f"the worker {worker} wrote a page that does not appear in {page.parent}"])
            time.sleep(0.1)

    def _workers(self) -> int:
        with self._while_there():
            return len(self._client.nthreads())

    def _wait_for_workers(self) -> int:
        """How many workers there are, as soon as there is one.

        Raises:
            CommandError: there is none for too long, and there was none before.
            RunError: all were lost (6).
        """
        late = time.monotonic() + self._waiting
        told = False
        while not (count := self._workers()):
            if time.monotonic() > late:
                what = f"the cluster at '{self._address}' has had no worker for {self._waiting:.0f} seconds"
                if self._branched:
                    raise RunError(EXIT_DEAD, f"KernelError: {what}")
                to_do = "start workers, such as: dask worker ADDRESS --nthreads 1"
                raise CommandError([Problem(what=what, to_do=to_do)])
            if not told:
                print(f"The cluster at '{self._address}' has no worker; waiting for one.", file=sys.stderr, flush=True)
                told = True
            time.sleep(min(LOOK, 0.5))
        return count

    def _check_workers(self) -> None:
        """Pass where all workers that are there now are fit for this.

        Raises:
            CommandError: some are not; each is named with how it differs.
        """
        from pcse_analysis.running.branch import differences

        lines = []
        with self._while_there():
            found = self._client.run(differences, self._standing, on_error="return")
        for worker, differing in found.items():
            if isinstance(differing, OSError):  # it is lost, and Dask will tell
                continue
            if isinstance(differing, Exception):
                differing = [f"cannot run this code: {type(differing).__name__}: {differing}"]
            lines += [f"the worker {worker} {line}" for line in differing]
        if lines:
            raise _unfit(lines)

    def close(self) -> None:
        """Take back what is not made, and close the workshops of the workers."""
        with contextlib.suppress(Exception):
            self._client.cancel(list(self._working), force=True)
        self._working.clear()
        if self._branched:
            with contextlib.suppress(Exception):
                self._client.unregister_worker_plugin(self._name)
        with contextlib.suppress(Exception):
            self._client.close(timeout=ENDING)
        if self._token is not None:
            self._token.unlink(missing_ok=True)

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def _answer(address: str) -> None:
    """Pass when a scheduler answers. A client would wait for ever for one that accepts and says nothing."""
    from distributed import rpc
    from distributed.security import Security

    async with rpc(address, timeout=CONNECTING, connection_args=Security().get_connection_args("client")) as scheduler:
        await scheduler.identity()


def _unfit(lines: list[str]) -> CommandError:
    more = [f"and {len(lines) - TOLD} more such lines"] if len(lines) > TOLD else []
    return CommandError([Problem(what=line, to_do=TO_DO) for line in [*lines[:TOLD], *more]])


def standing_of(desk: Desk, token: Path, word: str) -> Standing:
    """What a worker must have to make the same pages as this machine."""
    from pcse_analysis.running.branch import Standing, files_of, python_here, version_of

    return Standing(
        root=desk.root,
        raw=desk.raw,
        python=python_here(),
        packages={name: version_of(name) for name in sorted(_needed(OURS))},
        files=files_of(desk.root, desk.raw),
        token=token,
        word=word,
    )


def _needed(names: Iterable[str]) -> set[str]:
    """These packages, but for our own, and all that they require, as far as they are installed."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    left = list(names)
    while left:
        name = re.sub(r"[-_.]+", "-", left.pop()).lower()
        if name not in found:
            with contextlib.suppress(metadata.PackageNotFoundError):
                wanted = [Requirement(text) for text in metadata.requires(name) or ()]
                found.add(name)
                left += [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found - {OURS[0]}
