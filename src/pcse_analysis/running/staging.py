"""A folder that takes the place of the last good one in one step, and only when everything in it is made.

While it is made a lock is held, so that two runs cannot make the same folder, and so that whoever holds the lock may
clear away what a killed run left behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pcse_analysis.errors import CommandError, Problem, disk_error
from pcse_analysis.origins import PDF, SUMS, listed_sums

MARK = "~"
"""Stands between the name of a folder and what tells its staging folders apart; no edition has it in its name."""
OLD = "~old"
OTHER_FOLDER = "name another folder with --out, or move that away."
HERE, EXCHANGE = -100, 2
"""AT_FDCWD and RENAME_EXCHANGE of Linux's renameat2."""


def check_target(target: Path) -> None:
    """Pass where ``target`` is free, or holds only what a run put there by its list of hashes.

    Raises:
        CommandError: it is a file, holds anything else, or cannot be made.
    """
    with telling_of_the_disk(target.parent):
        if target.exists() and not target.is_dir():
            raise CommandError([Problem(what=f"'{target}' is a file, expected a folder", to_do=OTHER_FOLDER)])
        if target.is_dir():
            ours = {*listed_sums(target), SUMS, PDF}
            found = {p.relative_to(target).as_posix() for p in target.rglob("*") if not p.is_dir()}
            others = sorted(name for name in found - ours if not name.rpartition("/")[2].startswith("."))
            if others:
                listed = ", ".join(f"'{name}'" for name in others[:5]) + (", ..." if len(others) > 5 else "")
                what = f"'{target}' holds files that no build put there: {listed}"
                raise CommandError([Problem(what=what, to_do=OTHER_FOLDER)])
    check_folder(target.parent)


def check_page(target: Path) -> None:
    """Pass where a page may be written to ``target``, and make the folder that it goes to.

    Raises:
        CommandError: it is no name of a page, or its folder cannot be made.
    """
    check_folder(target.parent)
    with telling_of_the_disk(target.parent):
        if target.is_dir() or target.suffix != ".html":
            what = f"'{target}' is no name of a page, expected one that ends in .html"
            raise CommandError([Problem(what=what, to_do=OTHER_FOLDER)])


def check_folder(folder: Path) -> None:
    """Pass where a folder is there or can be made, and make it.

    Raises:
        CommandError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"the folder '{folder}' cannot be made: {error.strerror}"
        raise CommandError([Problem(what=what, to_do=OTHER_FOLDER)]) from None


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` that replaces it when all went well, and vanishes when not.

    Raises:
        CommandError: another run makes ``target`` now, or the disk is full or may not be written to.
    """
    with telling_of_the_disk(target.parent), locked(target), replacing(target) as staging:
        yield staging


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """As ``staged``, for one who holds the lock of ``target``."""
    clear_away(target)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}{MARK}", dir=target.parent))
    try:
        yield staging
        staging.chmod(0o755)
        _take_place(staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def telling_of_the_disk(place: Path) -> Iterator[None]:
    """Turn errors of a disk that the user can mend into a message.

    Raises:
        CommandError: the disk is full or may not be written to.
    """
    try:
        yield
    except OSError as error:
        mistake = disk_error(error, place)
        if mistake is None:
            raise
        raise mistake from None


def lock_of(target: Path) -> Path:
    """The file that is locked while ``target`` is made."""
    return target.with_name(f".{target.name}.lock")


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of ``target``; it is gone when this process is, however that ends.

    Raises:
        CommandError: another run holds it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_of(target))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        what = f"'{target}' is being made by another run now"
        raise CommandError([Problem(what=what, to_do="wait until that has ended, then run this again.")]) from None
    try:
        yield
    finally:
        lock.release()


def clear_away(target: Path) -> None:
    """Take away what a killed run left beside ``target``; put the last good folder back where it took that away.

    To be called by who holds the lock.
    """
    start = f".{target.name}{MARK}"
    left = sorted(path for path in target.parent.iterdir() if path.name.startswith(start))
    olds = [path for path in left if path.name.endswith(OLD)]
    if olds and not target.exists():
        olds[-1].rename(target)
    for path in left:
        shutil.rmtree(path, ignore_errors=True)


def _take_place(staging: Path, target: Path) -> None:
    """Put ``staging`` where ``target`` is, in one step where the system can; then ``staging`` is the old folder."""
    if not target.exists():
        staging.rename(target)
        return
    if _exchanged(staging, target):
        return
    old = staging.with_name(staging.name + OLD)
    target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; whether the system could."""
    if sys.platform != "linux":
        return False
    with contextlib.suppress(AttributeError):  # a C library without it
        call = ctypes.CDLL(None, use_errno=True).renameat2
        return bool(call(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0)
    return False
