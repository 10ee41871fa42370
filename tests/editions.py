"""Editions built once for all tests of the pages that they make."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pcse_analysis.running.build import build

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the edition ``published``, built from the repository's data."""
    return build(ROOT, "published", tmp_path_factory.mktemp("published"), (), 300)


@pytest.fixture(scope="session")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the edition ``letter``, built from the repository's data."""
    return build(ROOT, "letter", tmp_path_factory.mktemp("letter"), (), 300)


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the edition ``synthetic``, built from the made-up exports in the repository."""
    return build(ROOT, "synthetic", tmp_path_factory.mktemp("synthetic"), (), 300)


@pytest.fixture(scope="session")
def areas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a batch of reports on each area of the edition ``synthetic``."""
    return batch(tmp_path_factory.mktemp("areas"), "area_report", "area")


@pytest.fixture(scope="session")
def practices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a batch of reports on two practices of the made-up register."""
    folder = tmp_path_factory.mktemp("practices")
    listed = folder / "two practices.csv"
    listed.write_text("practice\nX10007\nX10153\n", encoding="utf-8")
    return batch(folder, "practice_report", str(listed))


def batch(out: Path, notebook: str, over: str) -> Path:
    """Make a batch of the repository's data into ``out``; its folder."""
    words = [sys.executable, "-m", "pcse_analysis", "batch", notebook, "--over", over, "--out", str(out)]
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True)
    (index,) = out.glob("*/index.html")
    return index.parent


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """A copy of the project whose editions have one page, the annex, so that a build takes seconds."""
    project = tmp_path / "project"
    for folder in ("data", "notebooks"):
        ignored = shutil.ignore_patterns("raw", "interim", ".ipynb_checkpoints")
        shutil.copytree(ROOT / folder, project / folder, ignore=ignored)
    pages = project / "data" / "catalogue" / "pages.csv"
    head, annex, *_ = pages.read_text(encoding="utf-8").splitlines()
    pages.write_text(f"{head}\n{annex}\n", encoding="utf-8")
    return project
