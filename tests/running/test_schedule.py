"""The printed units as cron, a shell, systemd and GitHub read them.

Origins: crontab(5) and Debian's cron for ``%``; systemd.syntax(7); the workflow syntax of GitHub Actions.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

from tests.conftest import Ended, run_pcse
from tests.test_packaging import REGISTRY_HOSTS

WORDS = ("build", "--edition", "published")
ODD = """x=50% of "it's" $HOME `id` ;&|<>*?#!~{}()"""
# A program that any shell starts, as a line #!PYTHON does not where the path of Python holds a blank.
STUB = """#!/bin/sh
'''exec' "{python}" -S "$0" "$@"
' '''
import json, os, sys, time
from pathlib import Path
with open("seen.jsonl", "a") as file:
    print(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]), file=file)
print("said by the stub")
time.sleep(float(Path("seconds").read_text()) if Path("seconds").exists() else 0)
sys.exit(7)
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose name is hard to quote, with a ``pcse`` that says how it was called and exits 7."""
    folder = tmp_path / "a b 50% d'été \u65e5"
    (folder / "data" / "catalogue").mkdir(parents=True)
    program = folder / ".venv" / "bin" / "pcse"
    program.parent.mkdir(parents=True)
    program.write_text(STUB.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.chdir(folder)
    return folder


def printed(kind: str, *words: str) -> str:
    ended = run_pcse("schedule", kind, *words)
    assert (ended.code, ended.err) == (0, "")
    return ended.out


def as_cron_reads(text: str) -> tuple[str, str]:
    """The five fields and the command of the one line; a ``%`` without a backslash would end the command."""
    (line,) = [line for line in text.splitlines() if not line.startswith("#")]
    *fields, command = line.split(" ", 5)
    assert not re.search(r"(?<!\\)%", command)
    return " ".join(fields), command.replace("\\%", "%")


def run_by_cron(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as cron does: by /bin/sh, from elsewhere, with almost no environment."""
    words = ["env", "-i", *(f"{name}={value}" for name, value in environment.items()), "/bin/sh", "-c", command]
    return subprocess.run(words, cwd="/", capture_output=True, text=True, check=False, timeout=30)


def seen(root: Path) -> list[tuple[list[str], dict[str, str], str]]:
    return [tuple(json.loads(line)) for line in (root / "seen.jsonl").read_text(encoding="utf-8").splitlines()]


needs_flock = pytest.mark.skipif(shutil.which("flock") is None, reason="needs flock of util-linux, which is not here")


# ---- cron


@needs_flock
def test_the_line_of_cron_runs_the_command_and_keeps_its_exit_code(root: Path) -> None:
    fields, command = as_cron_reads(printed("cron", *WORDS, "-p", ODD))
    ended = run_by_cron(command, MPLBACKEND="Agg", LANG="C", SHELL="/bin/sh")
    assert (ended.returncode, ended.stdout, ended.stderr) == (7, "", "")
    assert fields == "15 6 * * 1"
    ((words, environment, folder),) = seen(root)
    assert words == [*WORDS, "-p", ODD, "--if-changed"]
    assert folder == str(root)
    assert "MPLBACKEND" not in environment
    assert environment["LANG"] == "C.UTF-8"
    assert environment["PATH"] == "/usr/local/bin:/usr/bin:/bin"
    (log,) = (root / "build" / "logs").glob("*.log")
    first, last = log.read_text(encoding="utf-8").splitlines()
    assert first == "said by the stub"
    assert re.search(r"\bUTC\b.* exit 7$", last)
    run_by_cron(command)
    assert log.read_text(encoding="utf-8").count("exit 7") == 2


@needs_flock
def test_of_two_at_once_the_second_does_not_run(root: Path) -> None:
    """75 is EX_TEMPFAIL of sysexits(3), 'try again later'."""
    text = printed("cron", *WORDS)
    assert "# 75: the run before is still going on" in text
    _, command = as_cron_reads(text)
    (root / "seconds").write_text("2", encoding="utf-8")
    with subprocess.Popen(["env", "-i", "/bin/sh", "-c", command], cwd="/") as first:
        late = time.monotonic() + 30
        while not (root / "seen.jsonl").exists():
            assert time.monotonic() < late, "the first run did not start"
            time.sleep(0.02)
        second = run_by_cron(command)
        assert first.wait(timeout=30) == 7
    assert second.returncode == 75
    assert len(seen(root)) == 1
    (log,) = (root / "build" / "logs").glob("*.log")
    assert [line.rpartition(" ")[2] for line in log.read_text(encoding="utf-8").splitlines()] == ["75", "stub", "7"]


def test_a_backslash_is_refused_as_cron_programs_read_it_in_several_ways(root: Path) -> None:
    assert "holds a backslash" in refused("cron", "build", "-p", "x=a\\b")


def test_a_line_longer_than_cron_reads_is_refused(root: Path) -> None:
    """Debian's cron: MAX_COMMAND is 1000."""
    assert "more than the 998 that cron reads" in refused("cron", "build", "-p", "x=" + "y" * 1000)


@pytest.mark.parametrize(
    ("at", "cron", "systemd"),
    [
        ("daily 23:05", "5 23 * * *", "*-*-* 23:05:00"),
        ("Sun 00:00", "0 0 * * 0", "Sun *-*-* 00:00:00"),
        ("thu,MON 06:15", "15 6 * * 1,4", "Mon,Thu *-*-* 06:15:00"),
    ],
)
def test_when(root: Path, at: str, cron: str, systemd: str) -> None:
    """crontab(5) counts Sunday as 0; systemd.time(7) has days by name before the date."""
    assert as_cron_reads(printed("cron", "--at", at, *WORDS))[0] == cron
    assert f"\nOnCalendar={systemd}\n" in printed("systemd", "--at", at, *WORDS)
    assert yaml.safe_load(printed("github", "--at", at, *WORDS))[True]["schedule"] == [{"cron": cron}]


def test_the_time_zone_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kolkata is at UTC+05:30 all the year round."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        for kind in ("cron", "systemd"):
            assert "by the clock of this machine (IST, UTC+05:30 now)" in printed(kind, *WORDS)
        assert "The time is UTC" in printed("github", *WORDS)
    finally:
        monkeypatch.undo()
        time.tzset()


# ---- what is asked for


def refused(kind: str, *words: str) -> str:
    ended: Ended = run_pcse("schedule", kind, *words)
    assert (ended.code, ended.out) == (2, "")
    return ended.err


@pytest.mark.parametrize("kind", ["cron", "systemd", "github"])
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "no command is given"),
        (["biuld"], "found 'biuld', expected a command that can be scheduled   near 'build'"),
        (["verify", "x"], "expected a command that can be scheduled"),
        (["--at", "Mon 24:00", "build"], "--at: found 'Mon 24:00', expected 'daily HH:MM'"),
        (["--at", "Mon 6:15", "build"], "--at: found"),
        (["--at", "Mom 06:15", "build"], "--at: found"),
        (["--at", "0 6 * * 1", "build"], "--at: found"),
        (["build", "-p", "x=a\nb"], "found 'x=a\\nb', which holds a character that no line of a unit can"),
        (["build", "-p", "x=\udcff"], "which holds a character"),
    ],
)
def test_mistakes(root: Path, kind: str, words: list[str], told: str) -> None:
    assert told in refused(kind, *words)


def test_all_mistakes_at_once(root: Path) -> None:
    assert refused("cron", "--at", "now", "biuld", "\t").startswith("CommandError: 3 problems")


@pytest.mark.parametrize("kind", ["cron", "systemd", "github"])
def test_what_is_unchanged_is_skipped_unless_always(root: Path, kind: str) -> None:
    """A build has an option for it; a batch does it by itself, and has an option against it."""
    batch = ("batch", "area_report", "--over", "area")
    for words, skips, anew in (
        (("build",), 1, 0),
        (("build", "--if-changed"), 1, 0),
        (("--always", "build"), 0, 0),
        (batch, 0, 0),
        (("--always", *batch), 0, 1),
        (("check",), 0, 0),
    ):
        unit = printed(kind, *words)
        assert (unit.count("--if-changed"), unit.count("--again")) == (skips, anew)


def test_different_commands_have_different_names(root: Path) -> None:
    words = (
        ("build",),
        ("build", "--final"),
        ("build", "--edition", "letter"),
        ("batch", "r", "-p", "x=\u00e9"),
        ("batch", "r", "-p", "x=\u00e8"),
        *(("batch", "r", "-p", "x" * 100 + str(n)) for n in range(2)),
    )
    names = {printed("github", *one).split("\nname: ")[1].split("\n")[0] for one in words}
    assert len(names) == len(words)
    assert all(re.fullmatch(r"pcse-[A-Za-z0-9_-]{1,70}", name) for name in names)


def test_without_a_pcse_to_run(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(root / ".venv")
    monkeypatch.setattr(sys, "executable", str(root / "python"))
    assert "To mend: run 'make setup'." in refused("cron", "build")


# ---- systemd


def parts(text: str) -> dict[str, str]:
    """The files that the text consists of, by their names."""
    found = re.split(r"^# (pcse-\S+\.(?:service|timer))$", text, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_the_service_and_its_timer(root: Path) -> None:
    text = printed("systemd", *WORDS, "-p", 'x=50% "$HOME" a\\b')
    service, timer = parts(text).values()
    place = str(root).replace("%", "%%")
    program = rf'-c "exec \"$0\" \"$@\"" "{place}/.venv/bin/pcse"'
    words = r'"build" "--edition" "published" "-p" "x=50%% \"$HOME\" a\\b" "--if-changed"'
    assert service.split("[Service]\n")[1].strip().splitlines() == [
        "Type=oneshot",
        f"WorkingDirectory={place}/",
        "UnsetEnvironment=MPLBACKEND",
        "Environment=LANG=C.UTF-8",
        f"ExecStart=:/bin/sh {program} {words}",
        "Nice=10",
        "TimeoutStartSec=12h",
    ]
    assert "OnCalendar=Mon *-*-* 06:15:00\nPersistent=true\n" in timer
    assert f"systemctl --user enable --now {list(parts(text))[1]}" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze, which is not here")
@pytest.mark.parametrize("folder", ["plain", 'a $HOME ${x} 50%h d\'\u00e9t\u00e9 "q" x=y back\\\\slash\\\\'])
def test_systemd_finds_no_fault(root: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    another(root / folder, root, monkeypatch)
    units = root / "units"
    units.mkdir()
    for name, text in parts(printed("systemd", *WORDS, "-p", ODD, "-p", "y=\\")).items():
        (units / name).write_text(text, encoding="utf-8")
    words = ["systemd-analyze", "--user", "verify", *(f"./{path.name}" for path in units.iterdir())]
    with tempfile.TemporaryDirectory() as short:  # sockets of other units are looked for below it
        environment = {**os.environ, "XDG_RUNTIME_DIR": short}
        ended = subprocess.run(words, cwd=units, env=environment, capture_output=True, text=True, check=False)
    if "Failed to initialize manager" in ended.stderr:
        pytest.skip(f"systemd-analyze does not work here: {ended.stderr.splitlines()[0]}")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("folder", ["plain", 'a $HOME ${x} 50%h d\'\u00e9t\u00e9 "q" x=y back\\\\slash\\\\'])
def test_the_service_runs_the_command(root: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """The line is unquoted as systemd.syntax(7) says: quotes off, ``\\\\``, ``\\"`` and ``%%`` for one of each."""
    project = another(root / folder, root, monkeypatch)
    service = next(iter(parts(printed("systemd", *WORDS, "-p", ODD, "-p", "y=\\")).values()))
    line = service.split("\nExecStart=:")[1].split("\n")[0]
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    words = [re.sub(r"\\(.)|%(%)", r"\1\2", one) or bare for one, bare in quoted]
    folder_line = service.split("\nWorkingDirectory=")[1].split("\n")[0].replace("%%", "%")
    assert Path(folder_line) == project
    assert subprocess.run(words, cwd=folder_line, env={}, check=False, timeout=30).returncode == 7
    ((given, _, where),) = seen(project)
    assert (given, where) == ([*WORDS, "-p", ODD, "-p", "y=\\", "--if-changed"], str(project))


def another(project: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of another name with the same stub, from now on the current folder."""
    shutil.copytree(root / ".venv", project / ".venv")
    (project / "data" / "catalogue").mkdir(parents=True)
    monkeypatch.chdir(project)
    return project


# ---- GitHub


def test_the_workflow_of_github(root: Path) -> None:
    text = printed("github", *WORDS, "-p", ODD, "-p", "y=${{ secrets.X }}")
    workflow = yaml.safe_load(text)
    assert workflow[True] == {"schedule": [{"cron": "15 6 * * 1"}], "workflow_dispatch": None}  # YAML 1.1 reads 'on' so
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"] == {"group": workflow["name"], "cancel-in-progress": False}
    (job,) = workflow["jobs"].values()
    assert 0 < job["timeout-minutes"] <= 360
    checkout, python, setup, run, upload = job["steps"]
    assert checkout["uses"].startswith("actions/checkout@")
    assert python["uses"].startswith("actions/setup-python@") and python["with"]["python-version"] == "3.11"
    assert setup == {"run": "make setup"}
    assert upload["uses"].startswith("actions/upload-artifact@") and upload["with"]["path"] == "outputs/"
    assert "${{" not in text
    assert not re.search("|".join(map(re.escape, REGISTRY_HOSTS)), text)
    assert str(root) not in text
    ended = subprocess.run(["/bin/sh", "-c", run["run"]], cwd=root, env={"MPLBACKEND": "Agg"}, check=False, timeout=30)
    assert ended.returncode == 7
    ((words, environment, _),) = seen(root)
    assert words == [*WORDS, "-p", ODD, "-p", "y=${{ secrets.X }}", "--if-changed"]
    assert "MPLBACKEND" not in environment


def test_a_command_that_makes_no_pages_uploads_none(root: Path) -> None:
    (job,) = yaml.safe_load(printed("github", "check"))["jobs"].values()
    assert [step["run"] for step in job["steps"][2:]] == ["make setup", "env -u MPLBACKEND .venv/bin/pcse check\n"]
