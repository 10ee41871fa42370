"""A notebook that falls into the trap that a parameter names, a project that holds it, and the command as a process."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from pcse_analysis.running.guard import MARK, marked

ROOT = Path(__file__).parents[2]
PARAMETERS = """\
from typing import Annotated, Literal
from annotated_types import Interval
edition: str = "published"  # edition whose evidence is shown
area: str = "none"  # any text
size: Annotated[int, Interval(ge=1, le=9)] = 1  # a number in a range
rate: float = 1.0  # any number
deep: bool = False  # yes or no
kind: Literal["short", "long"] = "short"  # one of two
trap: str = "none"  # what happens in the cell below"""
HEAD = """\
import pcse_analysis as pcse

evidence = pcse.open_evidence(edition)
selection = pcse.choose(evidence, survey="gpc-pcse", wave_before="2016-10", wave_after="2017-12")
pcse.heading(evidence, "annex")"""
TRAPS = {
    "none": "",
    "error": "raise ValueError('the trap')",
    "late": "time.sleep(600)",
    "stuck": "collections.deque(itertools.repeat(0), maxlen=0)",  # a loop in C that holds the lock of Python
    "left": "os.write(2, b'one\\ntwo\\nlast words\\n'); os._exit(3)",
    "killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "crashed": "ctypes.string_at(0)",
    "quit": "exit()",
    "system exit": "sys.exit(0)",
    "prints": "print('hello')",
    "mistake": "pcse.choose(evidence, survey='gpc-pcse', wave_before='2016-11', wave_after='2017-12')",
    "forked": "child = os.fork(); time.sleep(600) if child == 0 else os.kill(os.getpid(), signal.SIGKILL)",
    "deaf": "os.closerange(3, 100); time.sleep(600)",
    "swallows": "\n    try: time.sleep(600)\n    except BaseException: pass",
    "always swallows": "\n    while True:\n        try: time.sleep(600)\n        except BaseException: pass",
    "starts": "started(); time.sleep(600)",
    "starts, stuck": "started(); collections.deque(itertools.repeat(0), maxlen=0)",
}
"""What the trap of each name does in its cell."""
STARTED = """
def started():
    for moved in (False, True):
        subprocess.Popen(["sleep", "600"], start_new_session=moved)
    if os.fork() == 0:
        time.sleep(600)
"""
"""What a cell may start that outlives it: a process, one in a session of its own, and a copy of itself."""
CELL = 3
"""The number of the cell that holds the traps, as messages count: the injected parameters are one too."""


def trap_project(project: Path, *others: str) -> Path:
    """Make a project whose editions have the annex alone, with the notebook ``trap`` and these others."""
    shutil.copytree(ROOT / "data", project / "data", ignore=shutil.ignore_patterns("raw", "interim"))
    pages = project / "data/catalogue/pages.csv"
    lines = pages.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.split(",")[1] in ("notebook", "annex", *others)]
    pages.write_text("\n".join(kept) + "\n", encoding="utf-8")
    (project / "notebooks").mkdir()
    for name in ("annex", "batch_index", *others):
        shutil.copy(ROOT / f"notebooks/{name}.ipynb", project / "notebooks")
    write_notebook(project / "notebooks/trap.ipynb")
    return project


def write_notebook(path: Path, head: str = HEAD) -> None:
    """Write the notebook with the traps."""
    lines = ["import collections, ctypes, itertools, os, signal, subprocess, sys, time", STARTED]
    lines += [f"if trap == {name!r}: {what or 'pass'}" for name, what in TRAPS.items()]
    cells = [
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        new_code_cell(head),
        new_code_cell("\n".join(lines), metadata={"tags": ["silent"]}),
        *(new_markdown_cell("## The changes"), new_code_cell("pcse.overview(evidence, selection)")),
        new_code_cell("pcse.findings(evidence, selection)"),
        *(new_markdown_cell("## Sources"), new_code_cell("pcse.sources(evidence)")),
        *(new_markdown_cell("## Provenance"), new_code_cell("pcse.provenance(evidence)")),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(notebook, path)


def injected(notebook: Path) -> dict[str, object]:
    """Give the values that a run put into a notebook, as Python reads them there."""
    cells = nbformat.read(notebook, as_version=4).cells
    (cell,) = (c for c in cells if "injected-parameters" in c.metadata.get("tags", []))
    return {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }


def start(project: Path, *words: object, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command, as a shell would, on this project."""
    given = {"PYTHONPATH": str(ROOT / "src"), "CHROMIUM": "no-such-program", **(env or {})}
    command = [sys.executable, "-P", "-m", "pcse_analysis", *map(str, words), "--project", str(project)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=os.environ | given, stdout=pipe, stderr=pipe, text=True, process_group=0)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a command; its exit code and what it said of mistakes."""
    _, said = process.communicate(timeout=120)
    return process.returncode, said.lstrip("\n")


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is true."""
    late = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < late, "it did not come true"
        time.sleep(0.01)


def maker_of(command: int) -> int:
    """Give the process that makes the pages of a command, once it is there."""
    found: list[int] = []

    def there() -> bool:
        found[:] = [child for child in children(command) if b"running.guard" in words_of(child)]
        return bool(found)

    until(there)
    return found[0]


def token_of(process: int) -> str:
    """Give the mark that a process bears in its environment."""
    variables = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    (mark,) = (one for one in variables if one.startswith(f"{MARK}=".encode()))
    return mark.decode().partition("=")[2]


def children(process: int) -> list[int]:
    """Give the processes that a process started and that are its own still."""
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def words_of(process: int) -> bytes:
    """Give the command line of a process; nothing where it has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def nothing_left(token: str, seconds: float = 2) -> None:
    """Pass where within so many seconds no process bears the mark."""
    until(lambda: not list(marked(token)), seconds)


def in_the_cell(token: str, least: int = 3) -> Callable[[], bool]:
    """Whether the cell of a run has started its processes: two that sleep, and a copy of its own."""
    return lambda: sum(b"sleep" in words_of(process) for process in marked(token)) >= least - 1


def hashes(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of each file below a folder, locks apart."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def sums_hold(folder: Path) -> bool:
    """Whether ``sha256sum`` finds every file of a folder as its list says."""
    return subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=folder, check=False).returncode == 0


def staging(folder: Path) -> list[str]:
    """Give what runs left unfinished below a folder: hidden, and no lock."""
    return sorted(p.name for p in folder.rglob(".*") if not p.name.endswith(".lock"))


def stop(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    """Send a signal to a command and wait for its end."""
    process.send_signal(number)
    return ended(process)


def rows(path: Path, columns: Sequence[str], lines: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Path:
    """Write a CSV file as the project keeps them."""
    import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)
    return path
