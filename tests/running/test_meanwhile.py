"""Disks that are full or may not be written to, other runs, clocks, odd names, and files that are edited meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pcse_analysis import cli_reports
from pcse_analysis.evidence import read_inputs
from pcse_analysis.origins import tree_sha256
from pcse_analysis.running import assembly
from pcse_analysis.running import build as building
from pcse_analysis.running.batch import batch_of, is_unchanged
from pcse_analysis.running.material import material_of
from pcse_analysis.running.report import evidence_for
from pcse_analysis.running.report_plan import plan_batch
from pcse_analysis.running.staging import locked
from tests.conftest import Ended, run_pcse
from tests.running.kills import NAME, NO_BROWSER
from tests.running.traps import hashes, rows, staging, sums_hold, trap_project, until

pytestmark = pytest.mark.xdist_group("meanwhile")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk, which only root may")
AREAS = ("00123", "1e5")


@pytest.fixture(scope="module", autouse=True)
def no_browser() -> Iterator[None]:
    """A PDF bears the time, so that the bytes of two builds would differ."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHROMIUM", NO_BROWSER)
        yield


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a good edition and a good batch, in folders and from a file with odd names."""
    root = trap_project(tmp_path_factory.mktemp("meanwhile") / NAME)
    rows(over(root), ["area"], [[area] for area in AREAS])
    for made in (run_pcse("build", "--project", root), batch(root)):
        assert made.code == 0, made.err
    return root


def over(root: Path) -> Path:
    return root / "Orte é 100 %s d'été.csv"


def out(root: Path) -> Path:
    return root / "outputs/Ausgabe ü %d's"


def batch(root: Path, *words: object) -> Ended:
    return run_pcse("batch", "trap", "--project", root, "--over", over(root), "--out", out(root), *words)


def edition(root: Path) -> Path:
    return root / "outputs/published"


def good_batch(root: Path) -> Path:
    (folder,) = (path for path in out(root).iterdir() if path.is_dir())
    return folder


@contextmanager
def disk(folder: Path, size: int) -> Iterator[None]:
    """Let a folder be a disk of its own, of so many bytes, with what is in it."""
    aside = folder.with_name(folder.name + " aside")
    if folder.exists():
        folder.rename(aside)
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        if aside.exists():
            shutil.copytree(aside, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()
        if aside.exists():
            aside.rename(folder)


def grown(folder: Path, options: str = "size=50m,rw") -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def size_of(folder: Path) -> int:
    """The bytes that a folder takes on a disk of whole pages of memory."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in folder.rglob("*") if path.is_file())


def refused(made: Ended, *said: str) -> None:
    """Pass where a command ended as a mistake that the user can mend, in these words."""
    assert (made.code, made.out, "Traceback" in made.err) == (2, "", False), made.err
    assert [words for words in said if words not in made.err] == []


# ---- disks


@needs_root
def test_a_full_disk_of_outputs(project: Path) -> None:
    before = hashes(edition(project))
    with disk(project / "outputs", size_of(project / "outputs") + 200_000):
        refused(run_pcse("build", "--project", project), "outputs", "no space left", "free some space")
        assert hashes(edition(project)) == before
        assert sums_hold(edition(project))
        assert staging(project / "outputs") == []
        grown(project / "outputs")
        assert run_pcse("build", "--project", project).code == 0
        assert hashes(edition(project)) == before


@needs_root
def test_a_full_disk_of_reports_in_the_making(project: Path) -> None:
    before = hashes(out(project))
    with disk(project / "build", 100_000):
        stopped = batch(project, "--again")
        assert stopped.code == 2
        assert "build/batches" in stopped.err
        assert "no space left" in stopped.err
        assert "Traceback" not in stopped.err
        assert hashes(out(project)) == before
        grown(project / "build")
        assert batch(project, "--again").code == 0
    assert hashes(out(project)) == before


@needs_root
def test_a_full_disk_of_temporary_files(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while a notebook runs names the temporary folder, not that of the outputs."""
    small = tmp_path / "temporary"
    page = tmp_path / "page.html"
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(small))
    with disk(small, 12_288):
        refused(run_pcse("run", "trap", "--project", project, "--out", page), f"'{small}/", "no space left")
        assert not page.exists()
        until(lambda: list(small.iterdir()) == [], 2)
        grown(small)
        assert run_pcse("run", "trap", "--project", project, "--out", page).code == 0


@needs_root
def test_outputs_that_may_not_be_written_to(project: Path) -> None:
    """Permissions do not bind root: the disk itself is mounted read-only."""
    before = hashes(project / "outputs")
    with disk(project / "outputs", 50_000_000):
        grown(project / "outputs", "ro")
        refused(run_pcse("build", "--project", project), "nothing can be written to", "outputs")
        refused(batch(project, "--again"), "nothing can be written to", "outputs")
        refused(run_pcse("run", "trap", "--project", project), "outputs/reports' cannot be made: Read-only file system")
        grown(project / "outputs")
        assert hashes(project / "outputs") == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a file/x.html", "cannot be made: File exists"),
        ("a file/deeper/x.html", "cannot be made: Not a directory"),
        (f"{'x' * 300}/x.html", "cannot be made: File name too long"),
        (f"{'x' * 300}.html", "file name too long"),
        ("page", "is no name of a page, expected one that ends in .html"),
    ],
)
def test_a_place_for_a_page_that_cannot_be_is_told_before_anything_starts(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setattr(cli_reports, "Workshop", lambda *_: pytest.fail("a workshop was started"))
    (tmp_path / "a file").touch()
    refused(run_pcse("run", "trap", "--project", project, "--out", tmp_path / name), said)


# ---- other runs at the same time


def test_of_two_runs_the_second_is_told_to_wait(project: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    work = project / "build/batches" / good_batch(project).name
    for target, run in [
        (edition(project), lambda: run_pcse("build", "--project", project)),
        (good_batch(project), lambda: batch(project, "--again")),
        (work, lambda: batch(project, "--again", "--out", tmp_path)),  # elsewhere, but made in the same place
        (page, lambda: run_pcse("run", "trap", "--project", project, "--out", page)),
    ]:
        with locked(target):
            refused(run(), f"'{target}' is being made by another run now", "wait until that has ended")


# ---- clocks


@pytest.mark.parametrize("year", [1980, 2099])
def test_no_time_of_a_file_is_looked_at(project: Path, year: int) -> None:
    at = (year - 1970) * 365.25 * 86_400
    for path in project.rglob("*"):
        os.utime(path, (at, at))
    assert batch(project).out.startswith("Unchanged: 2 reports")


# ---- files that are edited meanwhile


@pytest.fixture
def kept(project: Path) -> Iterator[None]:
    """Put back whatever a test does to notebooks and data."""
    paths = [path for part in ("notebooks", "data") for path in (project / part).rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in paths}
    yield
    for path, content in before.items():
        path.write_bytes(content)


def break_notebook(project: Path, name: str) -> None:
    path = project / "notebooks" / f"{name}.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["cells"][1]["source"] = "raise ValueError('edited meanwhile')"
    path.write_text(json.dumps(notebook), encoding="utf-8")


def then(do: Callable[..., object], first: Callable[[], object]) -> Callable[..., object]:
    """What is done, and before it something else."""

    def both(*words: object, **named: object) -> object:
        first()
        return do(*words, **named)

    return both


@pytest.mark.usefixtures("kept")
def test_a_batch_uses_the_notebooks_that_it_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the reports and of the index; the record tells their hash, and the next run makes all anew."""
    before = hashes(good_batch(project))
    read = tree_sha256((project / "notebooks").glob("*.ipynb"), project)

    def broken() -> None:
        break_notebook(project, "trap")
        break_notebook(project, "batch_index")

    monkeypatch.setattr(assembly, "desk_for", then(assembly.desk_for, broken))
    made = batch(project, "--again")
    assert made.code == 0, made.err
    assert hashes(good_batch(project)) == before
    record = json.loads((good_batch(project) / "provenance.json").read_text(encoding="utf-8"))
    assert record["notebooks_sha256"] == read
    plan = plan_batch(project, "trap", "", [], str(over(project)), lambda *_: [])
    assert not is_unchanged(batch_of(plan, material_of(project), out(project)))


@pytest.mark.usefixtures("kept")
def test_a_build_uses_the_notebooks_that_it_read_and_what_is_old_may_be_pruned_meanwhile(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(edition(project))

    def broken() -> None:
        break_notebook(project, "annex")
        pruned = run_pcse("prune", "--project", project, "--yes")
        assert pruned.code == 0, pruned.err

    monkeypatch.setattr(building, "_make_pages", then(building._make_pages, broken))
    assert run_pcse("build", "--project", project).code == 0
    assert hashes(edition(project)) == before


@pytest.mark.usefixtures("kept")
def test_what_is_edited_between_planning_and_reading_stops_the_run(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(project / "outputs")
    names = ("data/published/survey_results.csv", "notebooks/trap.ipynb")
    said = f"changed while this run was made from it: {', '.join(names)}"

    def edited() -> None:
        for name in names:
            path = project / name
            path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    monkeypatch.setattr(assembly, "evidence_for", then(evidence_for, edited))
    refused(batch(project, "--again"), said, "run it again")
    monkeypatch.setattr(building, "read_inputs", then(read_inputs, edited))
    refused(run_pcse("build", "--project", project), said)
    assert hashes(project / "outputs") == before
