"""``pcse runs`` as its reader meets it. Times and lengths are set by hand in each test."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pcse_analysis.running import records
from pcse_analysis.running.outcomes import RunError
from pcse_analysis.running.records import RUNS, recorded
from tests.conftest import run_pcse

ROOT = Path(__file__).parents[2]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project by its folder alone, in the time zone of London."""
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Europe/London")
    time.tzset()
    yield tmp_path
    monkeypatch.undo()
    time.tzset()


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setattr(records, "_now", lambda: moment)


def test_no_run_is_recorded_yet(root: Path) -> None:
    ended = run_pcse("runs")
    assert (ended.code, ended.out, ended.err) == (0, "No run is recorded in build/runs.\n", "")
    assert run_pcse("runs", "--what", "leter").out == "No run of 'leter' is recorded in build/runs.\n"
    assert json.loads(run_pcse("runs", "--json").out) == []


def test_the_table_newest_last_in_local_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In July London is an hour ahead of UTC (BST), in January it is not (GMT)."""
    monkeypatch.setattr(records.time, "monotonic", iter([10.0, 22.34, 30.0, 30.5]).__next__)
    at(monkeypatch, "2018-01-16T06:15:00.000000+00:00")
    with recorded(root, command="build", what="letter", inputs="0123456789abcdef" * 4) as progress:
        progress.pages_made, progress.pages_reused = 3, 9
    at(monkeypatch, "2018-07-31T05:15:00.000000+00:00")
    with pytest.raises(RunError), recorded(root, command="run", what="annex"):
        raise RunError(4, "")
    ended = run_pcse("runs")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "when                     what          inputs        outcome             seconds  pages",
        "2018-01-16 06:15:00 GMT  build letter  0123456789ab  done                   12.3  3 made, 9 reused",
        "2018-07-31 06:15:00 BST  run annex     -             notebook error (4)      0.5  -",
    ]
    assert run_pcse("runs", "--last", "1").out.count("\n") == 2
    assert run_pcse("runs", "--what", "letter").out.count("\n") == 2
    (only,) = json.loads(run_pcse("runs", "--what", "annex", "--json").out)
    assert (only["started"], only["exit_code"]) == ("2018-07-31T05:15:00.000000+00:00", 4)


def test_a_damaged_record_is_told_beside_the_table(root: Path) -> None:
    with recorded(root, command="build", what="letter\x1b[2J"):
        pass
    (root / RUNS / "notes.txt").write_text("mine", encoding="utf-8")
    ended = run_pcse("runs")
    assert ended.code == 0 and "\x1b" not in ended.out
    assert ended.err == "build/runs/notes.txt: not a record of a run\n"


def test_outside_every_project(tmp_path: Path) -> None:
    assert run_pcse("runs", "--project", tmp_path).code == 2


HEAVY = ("pandas", "numpy", "scipy", "matplotlib", "nbformat", "nbconvert", "papermill", "IPython", "tqdm", "asyncio")


@pytest.mark.parametrize("words", [["--help"], ["run", "survey_change", "-p", "grop=all"], ["runs"], ["batch", "x"]])
def test_a_command_that_only_tells_loads_no_heavy_library(words: list[str]) -> None:
    """These libraries take from 50 milliseconds to a second to import; help and a mistake come without them."""
    code = f"import sys; sys.argv = ['pcse', *{words!r}]\nfrom pcse_analysis.cli import main\n"
    code += f"try: main()\nexcept SystemExit: print('loaded', [m for m in {HEAVY!r} if m in sys.modules])"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ended.stdout.splitlines()[-1] == "loaded []"
