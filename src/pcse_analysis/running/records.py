"""A record of each run in ``build/runs``: a JSON file that is there from the start of the run and finished at its end.

While a run goes on it holds a lock on its record, which the system takes away however the run ends: a record without
an end and without a lock is that of a run that was killed. A process id would not do: it is given to others, and means
nothing on another machine. What came later is told by the number in a record's name, not by the clock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pcse_analysis.origins import SUMS
from pcse_analysis.running.outcomes import EXIT_DEAD, EXIT_ERROR, EXIT_GATE, EXIT_TIMEOUT

RUNS = "build/runs"
RUNNING, KILLED, DONE, UNCHANGED, CRASHED = "running", "killed", "done", "unchanged", "crashed"
WORDS = {
    0: DONE,
    2: "mistake",
    EXIT_ERROR: "notebook error",
    EXIT_TIMEOUT: "time-out",
    EXIT_DEAD: "kernel died",
    EXIT_GATE: "refused",
    130: "stopped",
    143: "stopped",
}
"""What each exit code is called; any other is a fault of the program: ``crashed``."""
NAME = re.compile(r"\d{8}T\d{6}\.\d{6}Z-(\d{6,})-[0-9a-f]{8}\.json")
UNFINISHED = re.compile(rf"\.{NAME.pattern}\.tmp")
"""Names of records, and of files that were to become one when the run was killed."""
LARGEST = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run as its record tells it.

    ``command`` is build, run or batch; ``what`` the edition, notebook or batch; ``inputs`` one key over inputs, code,
    parameters and lock; ``target`` the folder made, relative to the project where it lies inside, else its name;
    ``sums_sha256`` the hash of its SHA256SUMS. Times are UTC; ``seconds`` are of a clock that nobody sets.
    """

    command: str
    what: str
    parameters: dict[str, object]
    started: str
    pid: int
    inputs: str = ""
    target: str = ""
    ended: str = ""
    seconds: float | None = None
    outcome: str = RUNNING
    exit_code: int | None = None
    sums_sha256: str = ""
    pages_made: int = 0
    pages_reused: int = 0
    name: str = field(default="", compare=False)

    def to_json(self) -> dict[str, object]:
        """The record as plain values in a fixed order; the name is the file's."""
        return {name: value for name, value in asdict(self).items() if name != "name"}


@dataclass(kw_only=True)
class Progress:
    """What a run tells its record while it goes on."""

    inputs: str = ""
    pages_made: int = 0
    pages_reused: int = 0
    unchanged: bool = False
    """Nothing had to be made: the last good output stands."""


@contextmanager
def recorded(
    root: Path,
    *,
    command: str,
    what: str,
    parameters: Mapping[str, object] | None = None,
    inputs: str = "",
    target: Path | None = None,
) -> Iterator[Progress]:
    """Record the run inside; its outcome is that of the block. Where no record can be kept, one line says so."""
    progress, began = Progress(inputs=inputs), time.monotonic()
    run = Run(
        command=command,
        what=what,
        parameters=dict(parameters or {}),
        started=_now(),
        pid=os.getpid(),
        inputs=inputs,
        target=place(root, target),
    )
    opened = _open(root, run)
    code = 0
    try:
        yield progress
    except BaseException as error:
        code = _exit_code(error)
        raise
    finally:
        if opened is not None and os.getpid() == run.pid:  # a forked child may leave by here too
            path, lock = opened
            outcome = UNCHANGED if code == 0 and progress.unchanged else WORDS.get(code, CRASHED)
            ended = replace(
                run,
                inputs=progress.inputs,
                ended=_now(),
                seconds=round(time.monotonic() - began, 3),
                outcome=outcome,
                exit_code=code,
                sums_sha256=sums_sha256(target) if outcome == DONE else "",
                pages_made=progress.pages_made,
                pages_reused=progress.pages_reused,
            )
            try:
                os.close(_write(path, ended))
            except OSError as error:
                _warn(f"how this run ended is not recorded in {RUNS}: {error.strerror or error}")
            os.close(lock)


def place(root: Path, target: Path | None) -> str:
    """How a record names a folder: relative to the project where it lies inside, else by its own name."""
    if target is None:
        return ""
    for folder, project in ((target.absolute(), root.absolute()), (target.resolve(), root.resolve())):
        if folder.is_relative_to(project):
            return folder.relative_to(project).as_posix()
    return target.name


def sums_sha256(target: Path | None) -> str:
    """The SHA-256 of a folder's SHA256SUMS; empty where it has none."""
    try:
        return hashlib.sha256((target / SUMS).read_bytes()).hexdigest() if target is not None else ""
    except OSError:
        return ""


def read_runs(root: Path, *, what: str = "", last: int | None = None) -> tuple[list[Run], list[str]]:
    """The newest ``last`` runs (all without it), oldest first, and a line for each file that is no record of a run."""
    told: list[str] = []
    found: list[Run] = []
    for run in _newest_first(root, told):
        if last is not None and len(found) >= last:
            break
        if what in ("", run.what):
            found.append(run)
    return found[::-1], told


def last_good(root: Path, command: str, what: str, target: Path) -> Run | None:
    """The newest run of that kind into ``target`` that made what it was to make; None where there is none."""
    wanted = (command, what, place(root, target))
    runs = (run for run in _newest_first(root, []) if run.outcome == DONE)
    return next((run for run in runs if (run.command, run.what, run.target) == wanted), None)


def one_line(text: str) -> str:
    """``text`` on one line, whatever a file put into it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _newest_first(root: Path, told: list[str]) -> Iterator[Run]:
    """Every run from the newest on; what is no record of a run is added to ``told`` when it is met."""
    folder = root / RUNS
    try:
        names = [name for name in _names(folder) if not name.startswith(".")]
    except FileNotFoundError:
        return
    except OSError as error:
        told.append(f"{RUNS} cannot be read: {error.strerror}")
        return
    numbered = {name: int(match[1]) for name in names if (match := NAME.fullmatch(name))}
    told.extend(f"{RUNS}/{one_line(name)}: not a record of a run" for name in sorted(set(names) - set(numbered)))
    for name in sorted(numbered, key=lambda one: (numbered[one], one), reverse=True):
        try:
            yield _read(folder / name)
        except FileNotFoundError:
            continue  # pruned meanwhile
        except (OSError, ValueError, RecursionError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            told.append(f"{RUNS}/{name}: cannot be read as a record of a run: {one_line(str(reason))}")


def _read(path: Path) -> Run:
    """The run of a record; one without an end is running or was killed, which its lock tells.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read, or is no record of a run.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        run = replace(_from_json(file.read(LARGEST)), name=path.name)
        if run.outcome != RUNNING or _locked(descriptor):
            return run
        replaced = os.fstat(descriptor).st_ino != path.stat().st_ino
    return _read(path) if replaced else replace(run, outcome=KILLED)  # it may have ended between two looks


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True  # held; or a drive without locks, where nobody can say that the run was killed
    return False


def _from_json(text: bytes) -> Run:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("not the fields of a run")
    known = {name: value for name, value in values.items() if name in Run.__dataclass_fields__ and name != "name"}
    try:
        run = Run(**known)
    except TypeError:
        raise ValueError("fields of a run are missing") from None
    texts = (run.command, run.what, run.inputs, run.target, run.ended, run.outcome, run.sums_sha256)
    counts = (run.pid, run.pages_made, run.pages_reused, run.exit_code or 0)
    right = all(isinstance(text, str) for text in texts) and all(type(count) is int for count in counts)
    if not right or not isinstance(run.parameters, dict) or not isinstance(run.seconds, int | float | None):
        raise ValueError("a field holds a value of another type")
    if not isinstance(run.started, str) or datetime.fromisoformat(run.started).tzinfo is None:
        raise ValueError("'started' is no time with its zone")
    try:
        datetime.fromisoformat(run.started).astimezone(), float(run.seconds or 0)
    except OverflowError:
        raise ValueError("a field holds a value that no run has") from None
    return run


def _open(root: Path, run: Run) -> tuple[Path, int] | None:
    """Write the record of a run that starts; its path, and the descriptor that holds its lock."""
    folder = root / RUNS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(match[1]) for name in _names(folder) if (match := NAME.fullmatch(name))), default=0)
        stamp = datetime.fromisoformat(run.started).strftime("%Y%m%dT%H%M%S.%fZ")
        path = folder / f"{stamp}-{number:06}-{secrets.token_hex(4)}.json"
        return path, _write(path, run)
    except OSError as error:
        _warn(f"this run is not recorded in {RUNS}: {error.strerror or error}")
        return None


def _write(path: Path, run: Run) -> int:
    """Put a record in its place as a whole, under a lock; the descriptor that holds it."""
    temporary = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        with suppress(OSError):  # a drive without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with os.fdopen(descriptor, "w", encoding="ascii", closefd=False) as file:
            file.write(json.dumps(run.to_json(), indent=1, default=str) + "\n")
        os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)
        raise
    return descriptor


def _exit_code(error: BaseException) -> int:
    """The exit code that the command ends with where this is raised."""
    if isinstance(error, KeyboardInterrupt):
        return 130
    code = error.code or 0 if isinstance(error, SystemExit) else getattr(error, "exit_code", 1)
    return code if isinstance(code, int) else 1


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _warn(line: str) -> None:
    from tqdm import tqdm  # here, as it is rarely needed and slow to import

    tqdm.write(f"Warning: {line}", file=sys.stderr)
