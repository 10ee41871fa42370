"""Records of runs: DESIGN section 6a has the exit codes; every other expected value is set by hand in its test."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.running import records
from pcse_analysis.running.outcomes import RunError
from pcse_analysis.running.records import RUNS, last_good, read_runs, recorded


class CrashError(Exception):
    """A fault of the program."""


def written(root: Path) -> list[Path]:
    return sorted((root / RUNS).iterdir())


def run(root: Path, what: str = "letter", target: Path | None = None, **given: object) -> None:
    with recorded(root, command="build", what=what, target=target, **given):
        pass


def set_clock(monkeypatch: pytest.MonkeyPatch, *moments: str) -> None:
    """Let the clock show these moments one after the other."""
    shown = iter(moments)
    monkeypatch.setattr(records, "_now", lambda: next(shown))


def test_a_record_of_a_run_that_went_well(tmp_path: Path) -> None:
    target = tmp_path / "outputs" / "letter"
    target.mkdir(parents=True)
    (target / "SHA256SUMS").write_bytes(b"0  annex.html\n")
    parameters = {"service_line": "supplies"}
    before = datetime.now(UTC)
    with recorded(
        tmp_path, command="build", what="letter", parameters=parameters, inputs="ab" * 32, target=target
    ) as progress:
        (during,), _ = read_runs(tmp_path)
        progress.pages_made, progress.pages_reused = 3, 9
    (path,) = written(tmp_path)
    values = json.loads(path.read_text(encoding="ascii"))
    assert during.outcome == "running" and during.pid == os.getpid() and during.ended == ""
    assert before <= datetime.fromisoformat(values.pop("started")) <= datetime.fromisoformat(values.pop("ended"))
    assert 0 <= values.pop("seconds") < 10
    assert values == {
        "command": "build",
        "what": "letter",
        "parameters": parameters,
        "pid": os.getpid(),
        "inputs": "ab" * 32,
        "target": "outputs/letter",
        "outcome": "done",
        "exit_code": 0,
        "sums_sha256": hashlib.sha256(b"0  annex.html\n").hexdigest(),
        "pages_made": 3,
        "pages_reused": 9,
    }


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (CommandError([Problem(what="wrong")]), 2, "mistake"),
        (RunError(4, ""), 4, "notebook error"),
        (RunError(5, ""), 5, "time-out"),
        (RunError(6, ""), 6, "kernel died"),
        (RunError(7, ""), 7, "refused"),
        (KeyboardInterrupt(), 130, "stopped"),
        (SystemExit(143), 143, "stopped"),
        (SystemExit(None), 0, "done"),
        (SystemExit("a word"), 1, "crashed"),
        (CrashError(), 1, "crashed"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_each_end_has_its_code_and_word_and_is_passed_on(
    tmp_path: Path, error: BaseException, code: int, word: str
) -> None:
    """DESIGN section 6a; exit code 1 is Python's own for a traceback."""
    with pytest.raises(type(error)), recorded(tmp_path, command="run", what="annex"):
        raise error
    ((ended,), told) = read_runs(tmp_path)
    assert (ended.exit_code, ended.outcome, told) == (code, word, [])


def test_unchanged(tmp_path: Path) -> None:
    with recorded(tmp_path, command="build", what="letter") as progress:
        progress.unchanged, progress.inputs = True, "cd" * 32
    ((ended,), _) = read_runs(tmp_path)
    assert (ended.outcome, ended.exit_code, ended.inputs) == ("unchanged", 0, "cd" * 32)


def test_newer_is_told_by_number_where_the_clock_was_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second run starts an hour earlier by the clock, the third in the same microsecond as the first."""
    noon = datetime(2018, 1, 16, 12, tzinfo=UTC)
    for what, start in (("a", noon), ("b", noon - timedelta(hours=1)), ("c", noon)):
        set_clock(monkeypatch, start.isoformat(), start.isoformat())
        run(tmp_path, what)
    runs, _ = read_runs(tmp_path)
    assert [one.what for one in runs] == ["a", "b", "c"]
    assert [one.name[:29] for one in runs] == [
        "20180116T120000.000000Z-00000",
        "20180116T110000.000000Z-00000",
        "20180116T120000.000000Z-00000",
    ]
    assert [path.name[:22] for path in written(tmp_path)] == sorted(one.name[:22] for one in runs)


def test_two_runs_of_one_microsecond_have_a_record_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find the folder empty, so both take the number 1."""
    monkeypatch.setattr(records, "_now", lambda: "2018-01-16T12:00:00.000000+00:00")
    with (
        monkeypatch.context() as blind,
        recorded(tmp_path, command="build", what="a"),
    ):
        blind.setattr(records, "_names", lambda _: [])
        with recorded(tmp_path, command="build", what="b"):
            pass
    runs, _ = read_runs(tmp_path)
    assert {one.what for one in runs} == {"a", "b"}
    assert len({one.name[:30] for one in runs}) == 1 and len({one.name for one in runs}) == 2


KILLED_RUN = """
import sys, time
from pathlib import Path
from pcse_analysis.running.records import recorded
with recorded(Path(sys.argv[1]), command="build", what="letter"):
    print("started", flush=True)
    time.sleep(60)
"""


def test_a_run_killed_by_force_shows_as_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED_RUN, tmp_path], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline() == b"started\n"
        ((going,), _) = read_runs(tmp_path)
        child.send_signal(signal.SIGKILL)
    ((killed,), _) = read_runs(tmp_path)
    assert (going.outcome, going.pid) == ("running", child.pid)
    assert (killed.outcome, killed.exit_code, killed.ended) == ("killed", None, "")
    assert last_good(tmp_path, "build", "letter", tmp_path) is None


MANY_RUNS = """
import sys
from pathlib import Path
from pcse_analysis.running.records import recorded
print("started", flush=True)
while True:
    with recorded(Path(sys.argv[1]), command="build", what="letter"):
        pass
"""


def test_whenever_a_run_is_killed_every_record_stays_legible(tmp_path: Path) -> None:
    """Six processes that record one run after the other, each killed some milliseconds later than the last."""
    for wait in range(6):
        with subprocess.Popen([sys.executable, "-c", MANY_RUNS, tmp_path], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None and child.stdout.readline() == b"started\n"
            time.sleep(wait * 0.0067)
            child.kill()
    runs, told = read_runs(tmp_path)
    assert told == [] and {one.outcome for one in runs} <= {"done", "killed"}
    run(tmp_path, "annual")
    assert read_runs(tmp_path, last=1)[0][0].what == "annual"


def test_a_forked_child_that_leaves_by_the_block_does_not_end_the_run(tmp_path: Path) -> None:
    with recorded(tmp_path, command="batch", what="area_report"):
        child = os.fork()
        if child == 0:
            try:
                with recorded(tmp_path, command="run", what="annex"):
                    raise CrashError
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        runs, _ = read_runs(tmp_path)
        assert [(one.what, one.outcome) for one in runs] == [("area_report", "running"), ("annex", "crashed")]
    block = recorded(tmp_path, command="build", what="letter")
    block.__enter__()
    child = os.fork()
    if child == 0:
        block.__exit__(None, None, None)
        os._exit(0)
    os.waitpid(child, 0)
    assert read_runs(tmp_path)[0][-1].outcome == "running"
    block.__exit__(None, None, None)
    assert read_runs(tmp_path)[0][-1].outcome == "done"


def test_where_no_record_can_be_kept_the_run_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file stands where the folder should be; that also stops a user whom no permission stops."""
    (tmp_path / "build").write_text("a file", encoding="utf-8")
    done = False
    with recorded(tmp_path, command="build", what="letter"):
        done = True
    assert done and last_good(tmp_path, "build", "letter", tmp_path) is None
    assert capsys.readouterr().err == "Warning: this run is not recorded in build/runs: Not a directory\n"


def test_a_disk_that_fills_during_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record of the start stays; no half of a file lies beside it."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with recorded(tmp_path, command="build", what="letter"):
        monkeypatch.setattr(records.os, "fsync", full)
    ((killed,), told) = read_runs(tmp_path)
    assert (killed.outcome, told, len(written(tmp_path))) == ("killed", [], 1)
    assert capsys.readouterr().err == (
        "Warning: how this run ended is not recorded in build/runs: No space left on device\n"
    )


def test_damaged_and_foreign_files_are_told_in_a_line(tmp_path: Path) -> None:
    for _ in range(11):
        run(tmp_path)
    paths = written(tmp_path)
    values = json.loads(paths[0].read_text(encoding="ascii"))
    odd = [
        b"",
        paths[0].read_bytes()[:60],
        b"[1]",
        b"[" * 100_000,
        b"\xff\xfe\0",
        json.dumps({name: value for name, value in values.items() if name != "what"}).encode(),
        json.dumps({**values, "seconds": "1"}).encode(),
        json.dumps({**values, "started": "2018-01-16"}).encode(),
        json.dumps({**values, "started": "9999-12-31T23:59:59-12:00"}).encode(),
        json.dumps({**values, "seconds": 10**400}).encode(),
    ]
    for path, content in zip(paths[1:], odd, strict=True):
        path.write_bytes(content)
    paths[1].unlink()
    os.mkfifo(paths[1])
    (tmp_path / RUNS / "notes\x1b[2J.txt").write_text("mine", encoding="utf-8")
    runs, told = read_runs(tmp_path)
    assert [one.name for one in runs] == [paths[0].name]
    assert len(told) == 11 and all("\x1b" not in line and "\n" not in line for line in told)
    assert told[0] == "build/runs/notes\N{REPLACEMENT CHARACTER}[2J.txt: not a record of a run"


def test_the_last_good_run_is_of_the_same_command_edition_and_folder(tmp_path: Path) -> None:
    """Of seven runs, the second is the newest that made 'letter' in its own place."""
    place, other = tmp_path / "outputs" / "letter", tmp_path / "outputs" / "2018" / "letter"
    run(tmp_path, target=place, inputs="1")
    run(tmp_path, target=place, inputs="2")
    run(tmp_path, what="published", target=place, inputs="3")
    run(tmp_path, target=other, inputs="4")
    with recorded(tmp_path, command="batch", what="letter", target=place, inputs="5"):
        pass
    with recorded(tmp_path, command="build", what="letter", target=place, inputs="6") as progress:
        progress.unchanged = True
    with pytest.raises(RunError), recorded(tmp_path, command="build", what="letter", target=place, inputs="7"):
        raise RunError(4, "")
    found = last_good(tmp_path, "build", "letter", place)
    assert found is not None and found.inputs == "2"
    assert last_good(tmp_path, "build", "annual", place) is None


def test_a_folder_outside_the_project_is_named_without_its_way(tmp_path: Path) -> None:
    root = tmp_path / "project"
    run(root, target=tmp_path / "elsewhere" / "letter")
    ((ended,), _) = read_runs(root)
    assert ended.target == "letter"
    assert str(tmp_path) not in written(root)[0].read_text(encoding="ascii")


def test_seconds_do_not_follow_the_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock goes back by a year during a run of a fiftieth of a second."""
    set_clock(monkeypatch, "2018-01-16T12:00:00.000000+00:00", "2017-01-16T12:00:00.000000+00:00")
    with recorded(tmp_path, command="build", what="letter"):
        time.sleep(0.02)
    ((ended,), _) = read_runs(tmp_path)
    assert ended.seconds is not None and 0.02 <= ended.seconds < 5
