"""What runs on a worker of a Dask cluster: one workshop that stays warm, and a look at what the worker has.

Dask sends a ``Branch`` to every worker there is, and to one that joins later before its first task. The evidence comes
with it over the network and stays in memory: it holds codes of respondents and what they wrote, so it is neither data
of Dask's, which spills to disk, nor an argument of a task, which is logged where that fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import random
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from pcse_analysis.errors import UserError
from pcse_analysis.running.material import material_of
from pcse_analysis.running.outcomes import EXIT_DEAD, RunError
from pcse_analysis.running.page_check import PageCheck
from pcse_analysis.running.tasks import Desk, PageTask
from pcse_analysis.running.workshop import DIED, Workshop

LOOK = 2.0
"""Seconds between two looks at whether the one who asked is still there."""
LISTED = 3
CODE = "the code, "


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What must be the same on every worker as where the batch was started.

    ``files`` are hashes of everything that a run may read; ``word`` stands in the file ``token`` of the folder that the
    pages go to.
    """

    root: Path
    raw: Path | None
    python: str
    packages: Mapping[str, str]
    files: Mapping[str, str]
    token: Path
    word: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a page ended, without its task: that would go over the network again."""

    worker: str
    check: PageCheck | None = None
    error: Exception | None = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A worker that may not make pages, and how it differs."""

    worker: str
    differences: tuple[str, ...]


class Branch(WorkerPlugin):
    """A workshop on one worker. It is there until the batch or the worker ends, or the one who asked is gone."""

    def __init__(self, name: str, lease: str, desk: Desk, standing: Standing) -> None:
        """``lease`` is the key of a task whose result the asker holds: Dask forgets it when the asker is gone."""
        self.name = name
        self._lease, self._desk, self._standing = lease, desk, standing

    async def setup(self, worker: Worker) -> None:
        """Look at what the worker has, and let the workshop warm up where that is right."""
        self._one_page, self._changing = threading.Lock(), threading.Lock()
        self._workshop: Workshop | None = None
        self._opened = self._ended = False
        self._watching = asyncio.create_task(self._watch(worker))
        self._differences = await asyncio.to_thread(differences, self._standing)
        if not self._differences:
            await asyncio.to_thread(self._warm_up)

    async def teardown(self, worker: Worker) -> None:
        """Close the workshop, and what it is making."""
        self._watching.cancel()
        await asyncio.to_thread(self._end)

    def make(self, task: PageTask, worker: str) -> Made | Refused:
        """Make one page. A worker with several threads makes one after the other all the same."""
        with self._one_page:
            if self._differences:
                return Refused(worker=worker, differences=tuple(self._differences))
            try:
                (end,) = self._open_workshop().make([task])
            except (RunError, UserError) as error:  # the process is gone or could not begin; the next page gets another
                self._let_go()
                return Made(worker=worker, error=error)
        return Made(worker=worker, check=end.check, error=end.error, seconds=end.seconds)

    def _warm_up(self) -> Workshop:
        with self._changing:
            if self._ended:
                raise RunError(EXIT_DEAD, DIED)
            if self._workshop is None:
                self._workshop = Workshop(1)
            return self._workshop

    def _open_workshop(self) -> Workshop:
        workshop = self._warm_up()
        if not self._opened:
            workshop.open(self._desk)
            self._opened = True
        return workshop

    def _let_go(self) -> None:
        with self._changing:
            workshop, self._workshop, self._opened = self._workshop, None, False
        if workshop is not None:
            workshop.close()

    def _end(self) -> None:
        with self._changing:
            self._ended = True
        self._let_go()

    async def _watch(self, worker: Worker) -> None:
        """End when the asker is gone, however that went, and let no worker that joins later have the evidence."""
        held = True
        while held:
            await asyncio.sleep(LOOK)
            with contextlib.suppress(OSError):  # the scheduler is away; the worker itself waits for it or ends
                held = (await worker.scheduler.get_task_status(keys=[self._lease]))[self._lease] is not None
        await asyncio.to_thread(self._end)
        await asyncio.sleep(LOOK * random.random())  # one of many workers does it; the others are then cancelled
        with contextlib.suppress(Exception):
            await worker.scheduler.unregister_worker_plugin(name=self.name)


def hold() -> None:
    """The task whose result is the lease."""


def make_there(name: str, task: PageTask) -> Made | Refused:
    """What Dask calls for a page, on whichever worker. It raises nothing, so that nothing of it is logged there."""
    worker = get_worker()
    branch: Any = worker.plugins.get(name)
    if branch is None:  # the batch has ended
        return Made(worker=worker.address, error=RunError(EXIT_DEAD, DIED))
    made: Made | Refused = branch.make(task, worker.address)
    return made


def python_here() -> str:
    """The Python that runs this, and on what: charts drawn on other processors may differ in their last digits."""
    return f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}"


def differences(standing: Standing) -> list[str]:
    """How this machine differs from what is expected: a line each, none where pages made here are the same."""
    return list(_differences(standing))


def _differences(standing: Standing) -> Iterator[str]:
    if python_here() != standing.python:
        yield f"has {python_here()}, expected {standing.python}"
    found = {name: version_of(name) for name in standing.packages}
    odd = [
        f"{name} {found[name]} and not {version}"
        for name, version in standing.packages.items()
        if found[name] != version
    ]
    if odd:
        yield f"has other packages: {_listed(odd)}"
    try:
        files = files_of(standing.root, standing.raw)
        moved = {name for name in {*files, *standing.files} if files.get(name) != standing.files.get(name)}
        if moved:
            yield f"has other files: {_listed(sorted(moved, key=lambda name: (not name.startswith(CODE), name)))}"
    except OSError as error:
        yield f"cannot read the project in {standing.root}: {error.strerror}"
    yield from _other_folder(standing)


def files_of(root: Path, raw: Path | None) -> dict[str, str]:
    """The hashes of all that is read to make a page, but for the notebooks, whose text comes with each task."""
    files = material_of(root, raw).files
    return {name: sha256 for name, sha256 in files.items() if not name.startswith("notebooks/")}


def _listed(names: list[str]) -> str:
    return ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")


def _other_folder(standing: Standing) -> Iterator[str]:
    """Whether the folder for the pages is the same one here, and may be written to."""
    folder = standing.token.parent
    try:
        if standing.token.read_text(encoding="ascii") != standing.word:
            yield f"has another folder {folder}"
            return
    except OSError as error:
        yield f"has another folder {folder}, or cannot read it: {error.strerror}"
        return
    trial = standing.token.with_name(f"{standing.token.name}.{platform.node()}.{os.getpid()}")
    try:
        trial.write_text(standing.word, encoding="ascii")
        trial.unlink()
    except OSError as error:
        yield f"cannot write to {folder}: {error.strerror}"


def version_of(name: str) -> str:
    """The version of an installed package, or that there is none."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"
