"""Batches on a Dask cluster: a scheduler and workers as processes of their own, on this machine's loopback."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest

from pcse_analysis.errors import CommandError
from tests.conftest import Ended, copy_project, run_pcse

pytest.importorskip("distributed")
from distributed import Client, KilledWorker

from pcse_analysis.running import cluster
from pcse_analysis.running.cluster import Cluster
from pcse_analysis.running.outcomes import RunError
from pcse_analysis.running.tasks import PageTask

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("cluster"),
    pytest.mark.filterwarnings("default::ResourceWarning"),  # Dask leaves some sockets to the collector of garbage
]
ROOT = Path(__file__).parents[2]
NOTEBOOK = "survey_change"
REPORTS = """service_line,group
medical_records,all
medical_records,practice
gp_payments,all
gp_pensions,all
supplies,all
registrations,all
"""
PATIENCE = 60.0

# Tells that it began, waits and fails as it is told to. Without the folder it does nothing.
CELL = """
import os, pathlib, time
marks = pathlib.Path("../marks")
if marks.is_dir():
    (marks / f"{service_line}-{group}.{os.getpid()}").touch()
    assert not (marks / f"fail-{service_line}-{group}").exists(), "told to fail"
    while (marks / "hold").exists():
        time.sleep(0.02)
"""


def until(true: Callable[[], object], what: str) -> None:
    late = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < late, f"waited in vain for: {what}"
        time.sleep(0.05)


@dataclass
class Machines:
    """A scheduler and its workers, by their processes."""

    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text(encoding="utf-8"))["address"])

    def start(self, *words: object, code: Path = ROOT / "src") -> subprocess.Popen[bytes]:
        words = ("--scheduler-file", self.folder / "scheduler.json", "--no-dashboard", *words)
        log = (self.folder / f"{len(self.started)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *map(str, words[-1:]), *map(str, words[:-1])],
                env=os.environ | {"PYTHONPATH": str(code)},
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self.started.append(process)
        return process

    def worker(self, code: Path = ROOT / "src") -> subprocess.Popen[bytes]:
        return self.start("--nthreads", 1, "--no-nanny", "--host", "127.0.0.1", "worker", code=code)

    def logs(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.log")))


def descendants(processes: list[subprocess.Popen[bytes]]) -> list[psutil.Process]:
    """The workshops of workers and the pages that they make."""
    found: list[psutil.Process] = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found += psutil.Process(process.pid).children(recursive=True)
    return found


def all_gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    those = Machines(tmp_path_factory.mktemp("machines"))
    try:
        those.start("--host", "127.0.0.1", "--port", 0, "scheduler")
        until((those.folder / "scheduler.json").is_file, "the scheduler")
        those.worker(), those.worker()
        yield those
    finally:
        for process in those.started:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose notebook first does what the marks tell it to, and the reports that are asked for."""
    root = copy_project(tmp_path_factory.mktemp("cluster") / "project")
    path = root / "notebooks" / f"{NOTEBOOK}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = CELL + notebook.cells[1].source
    nbformat.write(notebook, path)
    (root / "six.csv").write_text(REPORTS, encoding="utf-8")
    return root


@pytest.fixture
def marks(place: Path) -> Iterator[Path]:
    folder = place / "marks"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def words(root: Path, out: Path, *more: object) -> list[str]:
    fixed = ["--project", root, "--edition", "published", "--over", root / "six.csv", "--out", out]
    return ["batch", NOTEBOOK, *map(str, fixed), *map(str, more)]


def begun(marks: Path) -> list[str]:
    """The report of every page that began, once for each time."""
    return sorted(path.stem for path in marks.glob("*-*.*"))


@contextlib.contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Do something at the side; its failures are failures of the test."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failures.append(error)

    side = threading.Thread(target=run)
    side.start()
    yield
    side.join()
    assert not failures, failures


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def on_cluster(machines: Machines, place: Path, out: Path, *more: object) -> Ended:
    return run_pcse(*words(place, out, "--scheduler", machines.address, *more))


def test_a_killed_worker_leaves_no_trace(machines: Machines, place: Path, marks: Path, tmp_path: Path) -> None:
    """Two of six reports are held while their worker is killed; all are then as they are on one machine."""
    (marks / "hold").touch()
    lost, kept = machines.started[1:3]

    def kill() -> None:
        until(lambda: len(begun(marks)) == 2, "a page on each worker")
        workshop = descendants([lost])
        assert len(workshop) >= 2  # the process that is warm and the one with the page
        lost.kill()
        lost.wait()
        until(lambda: all_gone(workshop), "the end of what the killed worker had started")
        (marks / "hold").unlink()

    with meanwhile(kill):
        ended = on_cluster(machines, place, tmp_path / "cluster")
    assert (ended.code, ended.out.partition(", in ")[0]) == (0, "6 reports made, 0 reused"), ended.err
    assert "6 of 6" in ended.err
    # By hand: six reports, and the one that the killed worker had was begun twice.
    assert (len(begun(marks)), len(set(begun(marks)))) == (7, 6)
    until(lambda: not descendants([kept]), "the end of the other worker's workshop")
    shutil.rmtree(marks)
    assert run_pcse(*words(place, tmp_path / "here", "--jobs", 2)).code == 0
    marks.mkdir()
    there, here = (content(tmp_path / name / f"{NOTEBOOK}-published-by-six") for name in ("cluster", "here"))
    assert {"SHA256SUMS", "index.html", "pages/medical-records-all.html"} <= set(here)
    assert there == here
    left = [path.name for path in (place / "build" / "batches").iterdir()]
    assert all(name.endswith(".lock") for name in left), left


def test_a_notebook_that_fails_runs_once(machines: Machines, place: Path, marks: Path, tmp_path: Path) -> None:
    (marks / "fail-registrations-all").touch()
    ended = on_cluster(machines, place, tmp_path)
    assert ended.code == 4
    assert "1 of 6 reports" in ended.err
    assert "AssertionError: told to fail" in ended.err
    assert "5 others are made and kept" in ended.err
    assert begun(marks).count("registrations-all") == 1
    assert (place / "build/failed" / NOTEBOOK / "pages-registrations-all.ipynb").is_file()


def test_a_worker_with_other_code_is_refused(machines: Machines, place: Path, marks: Path, tmp_path: Path) -> None:
    """One that joins a batch that runs, and then one that is there from the start."""
    other = tmp_path / "src"
    shutil.copytree(ROOT / "src", other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "pcse_analysis" / "metrics" / "__init__.py").open("a", encoding="utf-8") as file:
        file.write("# another line\n")
    (marks / "hold").touch()

    def join() -> None:
        until(lambda: begun(marks), "a page")
        machines.worker(other)

    with meanwhile(join):
        late = on_cluster(machines, place, tmp_path / "out", "--again")
    early = on_cluster(machines, place, tmp_path / "out", "--again")
    machines.started[-1].kill()
    machines.started[-1].wait()
    for ended in (late, early):
        assert ended.code == 2
        assert "CommandError: 1 problem" in ended.err
        assert "the worker tcp://127.0.0.1:" in ended.err
        assert "has other files: the code, metrics/__init__.py\n" in ended.err
        assert "docs/scaling.md" in ended.err
    assert not (tmp_path / "out" / f"{NOTEBOOK}-published-by-six").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_one_who_asked(
    machines: Machines, place: Path, marks: Path, tmp_path: Path, number: int
) -> None:
    """A page that is held on each worker ends with the command, however that ends."""
    (marks / "hold").touch()
    workers = machines.started[1:]
    asking = subprocess.Popen(
        [sys.executable, "-m", "pcse_analysis", *words(place, tmp_path, "--scheduler", machines.address, "--again")],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.PIPE,
    )
    with asking:
        until(lambda: begun(marks), "a page")
        there = descendants(workers)
        assert len(there) >= 2
        asking.send_signal(number)
        _, said = asking.communicate(timeout=PATIENCE)
    assert asking.returncode == (130 if number == signal.SIGINT else -number)
    assert said.decode().strip() == ("Stopped; earlier outputs are untouched." if number == signal.SIGINT else "")
    until(lambda: all_gone(there) and not descendants(workers), "the end of the workshops")
    with Client(machines.address, set_as_default=False) as client:

        def kept() -> list[str]:
            names = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
            return [name for name in names if name.startswith("pcse-")]

        until(lambda: not kept(), "the end of the evidence in the scheduler")
    assert "Traceback" not in machines.logs()


class Lost:
    """A task of Dask's whose fourth worker was lost: by default the scheduler then gives up."""

    def result(self, timeout: float) -> None:
        raise KilledWorker("a page", None, 3)


def test_a_report_lost_too_often_fails_alone(place: Path) -> None:
    task = PageTask(notebook=place / "notebooks" / "a.ipynb", text="", parameters={}, output="a.html")
    asker, future = Cluster.__new__(Cluster), Lost()
    asker._working = {future: task}
    end = asker._end_of(future)
    assert end is not None
    assert (end.task, end.check) == (task, None)
    assert isinstance(end.error, RunError)
    assert end.error.exit_code == 6
    assert "were lost, 4 one after the other" in str(end.error)


def test_a_cluster_without_workers(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cluster, "_workers", lambda self: 0)
    with Cluster(machines.address, waiting=0.1) as empty, pytest.raises(CommandError, match="no worker for 0 seconds"):
        empty.open(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("answers", [False, True], ids=["nobody", "somebody who says nothing"])
def test_nobody_answers(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool) -> None:
    assert cluster.CONNECTING < 10
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if answers:
            listener.listen()
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        ended = run_pcse(*words(place, tmp_path, "--scheduler", address))
    assert ended.code == 2
    assert f"CommandError: 1 problem\n    no Dask scheduler answers at '{address}'" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("address", ["nonsense", "http://127.0.0.1:1", ""])
def test_what_is_no_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTING", 0.5)
    with pytest.raises(CommandError, match="no Dask scheduler answers at"):
        Cluster(address)


def test_dask_is_not_installed(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    ended = run_pcse(*words(place, tmp_path, "--scheduler", "tcp://127.0.0.1:1"))
    assert ended.code == 2
    assert "needs the package 'distributed'" in ended.err
    assert "extra 'cluster'" in ended.err


def test_jobs_are_for_this_machine(place: Path, tmp_path: Path) -> None:
    ended = run_pcse(*words(place, tmp_path, "--scheduler", "tcp://127.0.0.1:1", "--jobs", 2))
    assert ended.code == 2
    assert "leave out --jobs, or --scheduler" in ended.err


def test_a_batch_here_imports_nothing_of_dask() -> None:
    code = (
        "import sys; import pcse_analysis.cli; print(*{n.split('.')[0] for n in sys.modules} & {'dask', 'distributed'})"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT / "src") == "\n"
