"""Nothing outlives a run: whatever of it is killed, within two seconds no process of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pcse_analysis.running.guard import MARK, marked
from tests.conftest import run_pcse
from tests.running.traps import (
    children,
    ended,
    hashes,
    in_the_cell,
    maker_of,
    nothing_left,
    staging,
    start,
    token_of,
    trap_project,
    until,
    words_of,
)

pytestmark = pytest.mark.xdist_group("outlives")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one good page."""
    root = trap_project(tmp_path_factory.mktemp("outlives") / "project")
    made = run_pcse("run", "trap", "--project", root)
    assert (made.code, made.err) == (0, "")
    assert page_of(root).is_file()
    return root


def page_of(project: Path) -> Path:
    return project / "outputs/reports/trap.html"


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Path]:
    """Where temporary folders go: at the end nothing is left of them."""
    yield tmp_path
    until(lambda: not list(tmp_path.glob("pcse-run-*")), 2)


def command(process: int) -> list[int]:
    return [process]


def maker(process: int) -> list[int]:
    return [maker_of(process)]


def page(process: int) -> list[int]:
    """The page in the making: not the guard, which is a session of its own."""
    return [one for one in children(maker_of(process)) if os.getsid(one) != one]


def command_and_maker(process: int) -> list[int]:
    """Both at once, as by a key on the terminal or by a machine that is short of memory."""
    return [process, maker_of(process)]


@pytest.mark.parametrize(
    ("victims", "trap"),
    [
        (command, "starts"),
        (command, "starts, stuck"),
        (maker, "starts, stuck"),
        (page, "starts, stuck"),
        (command_and_maker, "starts, stuck"),
    ],
)
def test_whatever_is_killed_in_a_cell_nothing_is_left(
    project: Path, folders: Path, victims: Callable[[int], list[int]], trap: str
) -> None:
    """The cell sleeps, or is in C and lets nothing else of Python run; it has started three processes."""
    before = hashes(project / "outputs")
    process = start(
        project, "run", "trap", "--out", page_of(project), "-p", f"trap={trap}", env={"TMPDIR": str(folders)}
    )
    token = token_of(maker_of(process.pid))
    until(in_the_cell(token))
    for one in victims(process.pid):
        os.kill(one, signal.SIGKILL)
    nothing_left(token)
    code, said = ended(process)
    if victims in (command, command_and_maker):
        assert code == -signal.SIGKILL
    else:
        assert (code, said.splitlines()[0][:11]) == (6, "KernelError")
    after = hashes(project / "outputs")
    assert {name: sha256 for name, sha256 in after.items() if "/." not in f"/{name}"} == before


def test_before_there_is_any_work_too(project: Path, folders: Path) -> None:
    """While it still imports what it makes pages with."""
    process = start(project, "run", "trap", "--out", page_of(project), env={"TMPDIR": str(folders)})
    token = token_of(maker_of(process.pid))
    process.kill()
    nothing_left(token)
    assert ended(process)[0] == -signal.SIGKILL


def test_the_next_run_completes_and_takes_away_what_the_killed_left(project: Path) -> None:
    page = page_of(project)
    before = page.read_bytes()
    assert staging(project / "outputs") != []
    made = run_pcse("run", "trap", "--project", project)
    assert (made.code, made.err) == (0, "")
    assert page.read_bytes() == before
    assert staging(project / "outputs") == []
    assert run_pcse("verify", page).code == 0


def test_only_what_bears_the_mark_of_the_run_is_meant() -> None:
    others = [subprocess.Popen(["sleep", "60"], env={MARK: name}) for name in ("a-mark", "a-mark-more", "")]
    try:
        until(lambda: all(words_of(one.pid).startswith(b"sleep") for one in others))
        assert list(marked("a-mark")) == [others[0].pid]
    finally:
        for one in others:
            one.kill()
            one.wait()
