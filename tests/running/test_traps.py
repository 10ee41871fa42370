"""Every trap of ``notebook_runs.md``: what this command makes of it and, where that shows why, what Papermill makes.

Expected exit codes are those of the design, section 6a.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from papermill.__main__ import papermill

from pcse_analysis import cli_reports
from pcse_analysis.running import assembly
from tests.conftest import Ended, run_pcse
from tests.running.traps import (
    CELL,
    TRAPS,
    hashes,
    in_the_cell,
    injected,
    maker_of,
    nothing_left,
    rows,
    start,
    stop,
    token_of,
    trap_project,
    until,
)

TEXTS = {
    "leading zeros": "00123",
    "an exponent": "1e5",
    "a word that YAML takes for false": "NO",
    "an equals sign": "a=b==c",
    "nothing but a number": "12.50",
    "a way out": "../../etc/passwd",
    "a line break": "one\ntwo",
    "quotation marks and a backslash": '"it\'s" \\n {area} %s $HOME',
    "letters of other scripts": "Ынглыш 中文 🙂",
    "None": "None",
}
DEFAULTS = {"edition": "published", "size": 1, "rate": 1.0, "deep": False, "kind": "short"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trap_project(tmp_path_factory.mktemp("traps") / "project")


# ---- parameters


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("aera=Devon", "-p aera: no notebook declares it   near 'area'"),
        ("size=abc", "-p size: found 'abc', expected a whole number"),
        ("size=1e0", "-p size: found '1e0', expected a whole number"),
        ("size=0", "-p size: found 0, expected at least 1 and at most 9"),
        ("size=10", "-p size: found 10, expected at least 1 and at most 9"),
        ("rate=1e999", "-p rate: found '1e999', expected a number"),
        ("rate=nan", "-p rate: found 'nan', expected a number"),
        ("deep=NO", "-p deep: found 'NO', expected true or false"),
        ("kind=shrt", "-p kind: found 'shrt', expected one of   near 'short'"),
        ("area=\udcff", "-p area: holds bytes that are no text in UTF-8"),
    ],
)
def test_a_wrong_parameter_stops_a_run_and_a_batch_before_anything_starts(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, said: str
) -> None:
    monkeypatch.setattr(cli_reports, "Workshop", lambda *_: pytest.fail("a workshop was started"))
    for words in (["run", "trap"], ["batch", "trap", "--over", rows(tmp_path / "of.csv", ["trap"], [["none"]])]):
        stopped = run_pcse(*words, "--project", project, "-p", word)
        assert (stopped.code, stopped.out) == (2, "")
        assert said in stopped.err


@pytest.mark.parametrize(
    ("word", "becomes"),
    [("aera=Devon", "Devon"), ("size=abc", "abc"), ("area=00123", 123), ("area=1e5", 100000.0), ("kind=shrt", "shrt")],
)
def test_papermill_itself_says_nothing_of_them(project: Path, tmp_path: Path, word: str, becomes: object) -> None:
    """Its command, version 2.7: exit code 0, and the value that ``notebook_runs.md`` tells of in the notebook."""
    name, _, value = word.partition("=")
    out = tmp_path / "out.ipynb"
    words = [str(project / "notebooks/trap.ipynb"), str(out), "--prepare-only", "-p", name, value]
    assert CliRunner().invoke(papermill, words).exit_code == 0
    assert injected(out)[name] == becomes


def test_papermill_itself_runs_the_notebook_and_loses_the_last_good_one(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A choice and a range in the cell of parameters are plain Python: it comes to its trap, which ends in 1."""
    monkeypatch.setenv("PCSE_PROJECT", str(project))
    out = tmp_path / "out.ipynb"
    out.write_text("the last good one", encoding="utf-8")
    words = [str(project / "notebooks/trap.ipynb"), str(out), "--cwd", str(project / "notebooks")]
    assert CliRunner().invoke(papermill, [*words, "-p", "size", "9", "-p", "trap", "error"]).exit_code == 1
    assert injected(out) == {"size": 9, "trap": "error"}
    failed = [cell for cell in nbformat.read(out, as_version=4).cells if "trap == 'none'" in cell.source]
    assert [output.evalue for cell in failed for output in cell.outputs] == ["the trap"]


# ---- one batch, in which each report falls into another trap


@pytest.fixture(scope="module")
def batch(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    traps = [name for name in TRAPS if not name.startswith("starts")]
    lines = [[name, trap] for name, trap in zip(traps, traps, strict=True)] + [[t, "error"] for t in TEXTS.values()]
    over = rows(tmp_path_factory.mktemp("over") / "all.csv", ["area", "trap"], lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assembly, "TOLD", 1000)
        return run_pcse("batch", "trap", "--project", project, "--over", over, "--timeout", 3, "--jobs", 4)


@pytest.mark.xdist_group("traps")
@pytest.mark.parametrize(
    ("trap", "said"),
    [
        ("error", ["NotebookError: notebook trap.ipynb", f"cell {CELL}: ValueError: the trap"]),
        ("late", ["TimeoutError: notebook trap.ipynb", "a cell took longer than 3 seconds"]),
        ("stuck", ["TimeoutError", f"cell {CELL} took longer than 3 seconds and could not be interrupted"]),
        ("swallows", ["TimeoutError", "a cell took longer than 3 seconds"]),
        ("always swallows", ["TimeoutError", f"cell {CELL} took longer than 3 seconds and could not be interrupted"]),
        ("left", ["KernelError", f"its process left with exit code 3 in cell {CELL}", "    one", "    last words"]),
        ("killed", ["KernelError", f"its process was killed by SIGKILL in cell {CELL}"]),
        ("crashed", ["KernelError", "SIGSEGV", "Fatal Python error: Segmentation fault", "in string_at", "<ipython"]),
        ("quit", ["NotebookError", f"cell {CELL}: SystemExit: the cell left with exit code 0"]),
        ("system exit", ["NotebookError", f"cell {CELL}: SystemExit: the cell left with exit code 0"]),
        ("prints", ["GateError", f"cell {CELL} shows stdout text; a page holds only exhibits"]),
        ("mistake", ["CommandError: 1 problem\n", "'wave_before': found '2016-11'", "near '2016-10'", "To mend: "]),
        ("forked", ["KernelError", f"its process was killed by SIGKILL in cell {CELL}"]),
        ("deaf", ["KernelError", f"in cell {CELL}"]),
    ],
)
def test_each_trap_of_a_batch_is_told_and_what_ran_is_kept(
    project: Path, batch: Ended, trap: str, said: list[str]
) -> None:
    page = f"{trap}-{trap}".replace(" ", "-")
    (told,) = (part for part in batch.err.split("\n  pages/") if part.startswith(f"{page}.html"))
    assert [words for words in said if words not in told] == []
    kept = project / f"build/failed/trap/pages-{page}.ipynb"
    if trap != "mistake":
        assert str(kept.relative_to(project)) in told
        assert injected(kept)["trap"] == trap


@pytest.mark.xdist_group("traps")
def test_the_others_of_the_batch_are_made_and_none_is_in_its_place(project: Path, batch: Ended) -> None:
    """14 traps and 10 texts fail, 1 report is well; the exit code is that of the first that failed, an error."""
    assert batch.code == 4
    assert "24 of 25 reports" in batch.err
    assert "1 others are made and kept" in batch.err
    assert (project / "build/batches/trap-published-by-all/pages/none-none.html").is_file()
    assert not (project / "outputs/batches/trap-published-by-all").exists()


@pytest.mark.xdist_group("traps")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_stays_as_it_is_to_the_byte(project: Path, batch: Ended, text: str) -> None:
    """From a CSV file to the notebook; and no name of a file follows it out of its folder."""
    kept = [injected(path) for path in (project / "build/failed/trap").glob("pages-*error*.ipynb")]
    assert [one for one in kept if one["area"] == text] == [DEFAULTS | {"area": text, "trap": "error"}]
    assert sorted(path.name for path in (project / "build").rglob("*passwd*")) == ["pages-etc-passwd-error.ipynb"]


# ---- the exit code of each end


@pytest.fixture(scope="module")
def page(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that is in its place: the last good one."""
    out = tmp_path_factory.mktemp("pages") / "page.html"
    made = run_pcse("run", "trap", "--project", project, "--out", out, "-p", "area=00123")
    assert (made.code, made.err) == (0, "")
    return out


def command_stopped(number: signal.Signals) -> Callable[[Path, Path], tuple[int, str]]:
    """Stop a run with a signal while its cell sleeps."""

    def go(project: Path, out: Path) -> tuple[int, str]:
        process = start(project, "run", "trap", "--out", out, "-p", "trap=starts")
        token = token_of(maker_of(process.pid))
        until(in_the_cell(token))
        code = stop(process, number)
        nothing_left(token)
        return code

    return go


def with_trap(name: str, *words: object) -> Callable[[Path, Path], tuple[int, str]]:
    def go(project: Path, out: Path) -> tuple[int, str]:
        made = run_pcse("run", "trap", "--project", project, "--out", out, "-p", f"trap={name}", *words)
        return made.code, made.err

    return go


@pytest.mark.xdist_group("ends")
@pytest.mark.parametrize(
    ("code", "go", "said"),
    [
        (2, with_trap("none", "-p", "aera=Devon"), "CommandError"),
        (4, with_trap("error"), "NotebookError"),
        (5, with_trap("late", "--timeout", 1), "TimeoutError"),
        (6, with_trap("killed"), "KernelError"),
        (7, with_trap("prints"), "GateError"),
        (130, command_stopped(signal.SIGINT), "Stopped; earlier outputs are untouched."),
        (143, command_stopped(signal.SIGTERM), "Stopped; earlier outputs are untouched."),
    ],
)
def test_every_exit_code_and_the_last_good_page_stays(
    project: Path, page: Path, code: int, go: Callable[[Path, Path], tuple[int, str]], said: str
) -> None:
    before = hashes(page.parent)
    ended_with, told = go(project, page)
    assert (ended_with, told.startswith(said), "Traceback" in told) == (code, True, False)
    assert hashes(page.parent) == before


@pytest.mark.xdist_group("ends")
def test_a_backend_for_charts_that_the_machine_sets_changes_nothing(
    project: Path, page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done, 0; the page has its chart, and the bytes of that made without. Cron and CI set MPLBACKEND=Agg."""
    out = tmp_path / "page.html"
    (tmp_path / "random.py").write_text("raise SystemExit('a file that happens to lie here was imported')\n")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.chdir(tmp_path)
    assert run_pcse("run", "trap", "--project", project, "--out", "page.html", "-p", "area=00123").code == 0
    assert "<svg" in out.read_text(encoding="utf-8")
    assert out.read_bytes() == page.read_bytes()


@pytest.mark.xdist_group("ends")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_batch_that_is_stopped_keeps_what_is_made(
    project: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    over = rows(tmp_path / f"stop{code}.csv", ["trap"], [["none"], ["starts"]])
    process = start(project, "batch", "trap", "--over", over, "--jobs", 2)
    token = token_of(maker_of(process.pid))
    note = project / f"build/batches/trap-published-by-stop{code}/made/none.json"
    until(note.is_file)
    assert stop(process, number) == (code, "Stopped; earlier outputs are untouched.\n")
    nothing_left(token)
    assert note.is_file()
