"""Where numbers come from: files with their hashes, and the record of one build."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ANNEX, INDEX, PDF, SUMS = "annex.html", "index.html", "annex.pdf", "SHA256SUMS"
"""The page of an edition that is sent, that of a batch which links its reports, the annex as printed, and the list of
the hashes of all files but the latter: Chromium writes the time into a PDF, so that its bytes are others every time.
"""
DRAFT, FINAL = "draft", "final"
"""The states of an edition."""
MADE_HERE = {"made_by": "pcse_analysis"}
"""How a notebook's output says that this package made it."""


@dataclass(frozen=True, kw_only=True)
class SourceFile:
    """One input as it was read: name relative to the project, SHA-256, number of data rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Superseded:
    """An earlier edition that this one corrects: its annex, what it was made from, and what moved since, in words."""

    annex_sha256: str
    evidence_date: str
    commit: str
    moved: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """What one run was made from; no clock time, so that the same inputs give the same record.

    ``notebook`` names the one notebook that a report was made from; of an edition it is empty.
    """

    edition: str
    evidence_date: str
    parameters: dict[str, str]
    inputs: tuple[SourceFile, ...]
    lock_sha256: str
    code_sha256: str
    notebooks_sha256: str
    commit: str
    packages: dict[str, str]
    state: str = DRAFT
    notebook: str = ""
    supersedes: Superseded | None = None

    def to_json(self) -> dict[str, object]:
        """The record as plain values in a fixed order."""
        return {
            "edition": self.edition,
            "state": self.state,
            "notebook": self.notebook,
            "evidence_date": self.evidence_date,
            "parameters": dict(sorted(self.parameters.items())),
            "inputs": [{"name": i.name, "sha256": i.sha256, "rows": i.rows} for i in self.inputs],
            "lock_sha256": self.lock_sha256,
            "code_sha256": self.code_sha256,
            "notebooks_sha256": self.notebooks_sha256,
            "commit": self.commit,
            "packages": dict(sorted(self.packages.items())),
            "supersedes": None if self.supersedes is None else asdict(self.supersedes),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> RunRecord:
        """The record that ``to_json`` gave these values."""
        earlier = values.get("supersedes")
        if earlier is not None:
            earlier = Superseded(**(earlier | {"moved": tuple(earlier["moved"])}))
        inputs = tuple(SourceFile(**one) for one in values["inputs"])
        return cls(**(values | {"inputs": inputs, "supersedes": earlier}))


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree_sha256(files: Iterable[Path], root: Path) -> str:
    """One SHA-256 over several files: their paths below ``root`` and their bytes, in sorted order."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + file_sha256(path).encode() + b"\n")
    return digest.hexdigest()


def commit_of(folder: Path) -> str:
    """The git commit that ``folder`` is at, with ``+changes`` where tracked files differ; ``unknown`` outside git."""
    try:
        commit, status = (
            subprocess.run(
                ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True, timeout=30
            ).stdout.strip()
            for words in (("rev-parse", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{commit}+changes" if status else commit


def listed_sums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every name in the list of a folder; none where there is no such list."""
    try:
        text = (folder / SUMS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    named = (line.partition(" ") for line in text.splitlines())
    return {name[1:]: sha256 for sha256, _, name in named if name[:1] in (" ", "*")}


def write_sums(folder: Path) -> None:
    """``SHA256SUMS`` over every file below ``folder`` but the PDF, in the form that ``sha256sum --check`` reads."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names if name != PDF]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
