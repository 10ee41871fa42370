"""What a run is made from, by the hashes of its files: whether anything changed since another run, or during one."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pcse_analysis
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.origins import file_sha256
from pcse_analysis.running.parameters import Notebook

NOT_READ = "data/interim"
"""The folder of the data that runs write to and never read."""
LISTED = 5


@dataclass(frozen=True)
class Material:
    """The SHA-256 of every file that a run may read, by name: data, notebooks, the lock and the code."""

    files: Mapping[str, str]

    def key(self, *others: str) -> str:
        """One SHA-256 over everything, the version of Python and ``others``: equal where the same would be made."""
        digest = hashlib.sha256(platform.python_version().encode())
        for part in (*(f"{name}\0{sha256}" for name, sha256 in sorted(self.files.items())), *others):
            digest.update(b"\0\0" + part.encode())
        return digest.hexdigest()

    def with_read(self, *notebooks: Notebook) -> Material:
        """This, but for notebooks that were read before: those as they were then, whatever their files hold now."""
        return Material({**self.files, **{f"notebooks/{one.path.name}": one.sha256 for one in notebooks}})


def material_of(root: Path, raw: Path | None = None) -> Material:
    """What a run of the project at ``root`` is made from now; ``raw`` stands for its ``data/raw``."""
    return Material({name: file_sha256(path) for name, path in _files(root, raw)})


def _files(root: Path, raw: Path | None) -> Iterator[tuple[str, Path]]:
    package = Path(pcse_analysis.__file__).parent
    for path in _below(root / "data"):
        name = path.relative_to(root).as_posix()
        if not name.startswith(f"{NOT_READ}/"):
            yield name, path
    if raw is not None:
        yield from ((f"data/raw/{path.relative_to(raw).as_posix()}", path) for path in _below(raw))
    yield from ((f"notebooks/{path.name}", path) for path in sorted((root / "notebooks").glob("*.ipynb")))
    yield from ((f"the code, {path.relative_to(package)}", path) for path in _below(package) if path.suffix != ".pyc")
    if (root / "requirements.lock").is_file():
        yield "requirements.lock", root / "requirements.lock"


def _below(folder: Path) -> list[Path]:
    """The files below a folder, but for hidden ones, such as the locks of office programs."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def check_unmoved(before: Material, root: Path, raw: Path | None) -> None:
    """Pass where everything that a run is made from is still as it was before.

    Raises:
        CommandError: files were changed, added or taken away meanwhile, so that its record would not be true.
    """
    now = material_of(root, raw).files
    moved = sorted(name for name in {*before.files, *now} if before.files.get(name) != now.get(name))
    if moved:
        listed = ", ".join(moved[:LISTED]) + (", ..." if len(moved) > LISTED else "")
        what = f"changed while this run was made from it: {listed}"
        raise CommandError([Problem(what=what, to_do="run it again; earlier outputs are as they were.")])
