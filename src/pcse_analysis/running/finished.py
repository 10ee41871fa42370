"""A finished folder: whether it is as the run that made it left it, and whether that is what would be made now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pcse_analysis.origins import PDF, SUMS, file_sha256, listed_sums
from pcse_analysis.running.records import last_good, one_line, sums_sha256


def is_sound(folder: Path) -> bool:
    """Whether a folder holds what its SHA256SUMS lists, as it was written, and nothing else."""
    try:
        return (folder / SUMS).is_file() and next(unlike(folder), None) is None
    except OSError:
        return False


def is_as_made(root: Path, command: str, what: str, folder: Path, key: str) -> bool:
    """Whether the last good run into a folder had this key, and the folder is still as that run left it."""
    good = last_good(root, command, what, folder)
    return good is not None and good.inputs == key and good.sums_sha256 == sums_sha256(folder) and is_sound(folder)


def unlike(folder: Path) -> Iterator[str]:
    """Everything in which a folder is not as a build left it."""
    listed = listed_sums(folder)
    found = set()
    for where, folders, files in os.walk(folder, onerror=_raise):
        for path in (Path(where) / name for name in sorted(folders + files)):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                yield f"'{one_line(name)}' is a link"
            elif path.is_file():
                found.add(name)
                if name not in (*listed, SUMS, PDF):
                    yield f"no build put '{one_line(name)}' there"
            elif not path.is_dir():
                yield f"no build put '{one_line(name)}' there"
    for name, sha256 in listed.items():
        if name not in found or file_sha256(folder / name) != sha256:
            yield f"'{name}' is not as it was built"


def _raise(error: OSError) -> None:
    raise error
