"""What a project may do without: older records of runs, what failed and was refused, abandoned staging, older outputs.

Nothing goes that says it is final, no link is followed, and nothing goes while a build holds the lock of its place.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from pcse_analysis.origins import DRAFT
from pcse_analysis.running.batch import WORK
from pcse_analysis.running.outdated import OUTPUTS, PROVENANCE, is_whole, outdated, read_provenance, shown
from pcse_analysis.running.records import DONE, RUNNING, RUNS, UNFINISHED, Run, read_runs, sums_sha256
from pcse_analysis.running.staging import MARK, OLD, lock_of

KEPT = ("build/failed", "build/refused", WORK)
PRUNED = f"{MARK}pruned"
STAGING = re.compile(rf"\.(?P<name>.+){MARK}[a-z0-9_]{{8}}(?P<end>{OLD}|{PRUNED})?")
"""Folders that a build works in beside NAME, what it moved out of the way, and what was on its way out."""
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Going:
    """One thing that would go: a file or a folder, why, and the lock that a build of its place holds, if any does."""

    path: Path
    why: str
    lock: Path | None = None
    inode: int = 0

    @property
    def size(self) -> int:
        """The bytes of all its files."""
        return sum(seen.st_size for seen in _seen(_below(self.path)))


def what_goes(root: Path, keep: int, days: int) -> tuple[list[Going], list[str]]:
    """What would go of the project at ``root``, and a line for each thing that is left alone though it looks alike.

    Of records of runs, and of what failed or was refused, goes what is beyond the newest ``keep`` of its kind and more
    than ``days`` old; of outputs, what is beyond the newest ``keep`` of its group.
    """
    runs, told = read_runs(root)
    going = []
    for built in outdated(root, keep, runs, told):
        place, lock = built.folder, lock_of(built.folder)
        if _is_held(lock):
            told.append(f"{shown(place, root)} is left alone: a build is at work there")
        else:
            why = f"an older output of '{built.group[0]}'"
            going.append(Going(path=place, why=why, lock=lock, inode=place.stat().st_ino))
    for name in KEPT:
        if not _is_linked(root, name, told):
            going += _kept(root / name, root, keep, days, told)
    going += _staging(root, told)
    places = {one.path.relative_to(root).as_posix() for one in going}  # records of these may go with them
    if not _is_linked(root, RUNS, told):
        going += [*_records(root, runs, keep, days, places), *_unfinished(root, days)]
    return sorted(going, key=lambda one: one.path), told


def prune(root: Path, going: Sequence[Going]) -> list[str]:
    """Delete these; a line for each that could not be deleted."""
    failed = []
    for one in going:
        try:
            with _unlocked(one.lock):
                if one.path.lstat().st_ino == one.inode or not one.inode:
                    _delete(one.path)
        except Timeout:
            failed.append(f"{shown(one.path, root)} stays: a build is at work there")
        except FileNotFoundError:
            continue  # gone meanwhile, which is what was asked for
        except OSError as error:
            failed.append(f"{shown(one.path, root)} cannot be deleted: {error.strerror}")
        else:
            _leave_no_empty_folder(one, root / OUTPUTS)
    return failed


def _records(root: Path, runs: Sequence[Run], keep: int, days: int, places: set[str]) -> Iterator[Going]:
    """Older records: not the newest of a kind, nor one that still speaks of something."""
    kinds: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        kinds[run.command, run.what].append(run)
    needed = _needed(root, runs, places)
    for of_a_kind in kinds.values():
        for run in of_a_kind[:-keep]:
            age = datetime.now(UTC) - datetime.fromisoformat(run.started)
            if age.total_seconds() > days * DAY and run.name not in needed:
                yield Going(path=root / RUNS / run.name, why=f"the record of an older run of '{run.what}'")


def _needed(root: Path, runs: Sequence[Run], places: set[str]) -> set[str]:
    """The records of runs that go on, and the last that made each folder as it is; ``places`` are about to go."""

    def stays(target: str) -> bool:
        return places.isdisjoint(path.as_posix() for path in (PurePosixPath(target), *PurePosixPath(target).parents))

    sums = {run.target: sums_sha256(root / run.target) for run in runs if stays(run.target)}
    made = {}
    for run in runs:
        outside = "/" not in run.target  # only its name is known
        if run.outcome == DONE and (outside or run.sums_sha256 == sums.get(run.target)):
            made[run.command, run.what, run.target] = run.name
    return {*made.values(), *(run.name for run in runs if run.outcome == RUNNING)}


def _unfinished(root: Path, days: int) -> Iterator[Going]:
    """Records that were never put in their place."""
    for path in _entries(root / RUNS):
        if UNFINISHED.fullmatch(path.name) and _age(path) > days * DAY:
            yield Going(path=path, why="half a record of a run that was killed")


def _kept(folder: Path, root: Path, keep: int, days: int, told: list[str]) -> Iterator[Going]:
    """What failed, was refused or waits for the rest of its batch: not the newest, by when it was last written."""
    entries = [path for path in _entries(folder) if not path.is_symlink() and path.suffix != ".lock"]
    for path in sorted(entries, key=_age)[keep:]:
        if _age(path) > days * DAY and _may_go(path, root, told):
            yield Going(path=path, why=f"older than {days} days", lock=lock_of(path), inode=path.stat().st_ino)


def _staging(root: Path, told: list[str]) -> Iterator[Going]:
    """Hidden folders that a killed build left beside the place of its edition, where no build is at work."""
    if (root / OUTPUTS).is_symlink():
        return
    for where, folders, _ in os.walk(root / OUTPUTS):
        if Path(where) != root / OUTPUTS and is_whole(Path(where)):
            folders[:] = []  # an output, whole or not at all
        for name in sorted(folders):
            path, match = Path(where) / name, STAGING.fullmatch(name)
            if match is None or path.is_symlink():
                continue
            place, lock = Path(where) / match["name"], lock_of(Path(where) / match["name"])
            ours = match["end"] == PRUNED or lock.exists() or is_whole(place) or (path / PROVENANCE).exists()
            if not ours or not _may_go(path, root, told):
                continue
            if is_whole(path) and not is_whole(place) and match["end"] != PRUNED:
                told.append(f"{shown(path, root)} is left alone: it may be the last good '{match['name']}'")
            elif _is_held(lock):
                told.append(f"{shown(path, root)} is left alone: a build is at work there")
            else:
                yield Going(path=path, why="left by a build that was killed", lock=lock, inode=path.stat().st_ino)
        folders[:] = [name for name in folders if not name.startswith(".")]


def _is_linked(root: Path, name: str, told: list[str]) -> bool:
    """Whether a folder of the project is a link, or lies behind one."""
    linked = (root / name).is_symlink() or (root / name).parent.is_symlink()
    if linked:
        told.append(f"{name} is left alone: a link")
    return linked


def _may_go(path: Path, root: Path, told: list[str]) -> bool:
    """Whether nothing in a folder says that it is final, or might."""
    for record in (one for one in _below(path) if one.name == PROVENANCE):
        try:
            state = read_provenance(record)[2]
        except (OSError, ValueError) as error:
            told.append(f"{shown(path, root)} is left alone: {shown(record, root)}: {error}")
            return False
        if state != DRAFT:
            told.append(f"{shown(path, root)} is left alone: {state}")
            return False
    return True


def _is_held(lock: Path) -> bool:
    try:
        with _unlocked(lock):
            return False
    except (Timeout, OSError):
        return True


@contextmanager
def _unlocked(lock: Path | None) -> Iterator[None]:
    """Hold the lock of a place; where no build ever made one, nobody waits for it.

    Raises:
        Timeout: a build holds it.
    """
    if lock is None or not lock.exists():
        yield
        return
    with FileLock(lock, timeout=0):
        yield


def _delete(path: Path) -> None:
    """Take a file or a folder away, a folder as a whole first: a kill leaves no half of an output in its place."""
    if path.is_symlink() or not path.is_dir():
        path.unlink()
        return
    aside = path
    if not path.name.endswith(PRUNED):
        aside = path.with_name(f".{path.name.lstrip('.')}{MARK}{secrets.token_hex(4)}{PRUNED}")
        path.rename(aside)
    shutil.rmtree(aside)


def _leave_no_empty_folder(one: Going, outputs: Path) -> None:
    """Take away the folders that held an output alone, with the lock of its place."""
    if outputs not in one.path.parents:
        return
    for folder in one.path.parents:
        if folder == outputs:
            return
        rest = list(folder.iterdir())
        if one.lock is not None and rest == [one.lock] and not _lock_goes(one.lock):
            return
        with suppress(OSError):
            folder.rmdir()


def _lock_goes(lock: Path) -> bool:
    """Unlink a lock while holding it: FileLock sees that its file is gone and makes another."""
    try:
        with _unlocked(lock):
            lock.unlink()
    except (Timeout, OSError):
        return False
    return True


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _below(path: Path) -> Iterable[Path]:
    """A file, or all that is no folder in a folder; no link is followed."""
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    for where, folders, files in os.walk(path):
        yield from (Path(where) / name for name in files)
        yield from (Path(where) / name for name in folders if (Path(where) / name).is_symlink())


def _age(path: Path) -> float:
    """Seconds since anything in it was last written."""
    return time.time() - max((seen.st_mtime for seen in _seen((path, *_below(path)))), default=0)


def _seen(paths: Iterable[Path]) -> Iterator[os.stat_result]:
    """What the system says of each that is still there; a build may be at work beside."""
    for path in paths:
        with suppress(FileNotFoundError):
            yield path.lstat()
