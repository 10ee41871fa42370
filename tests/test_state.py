"""Draft and final, embargo and correction."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pcse_analysis.errors import CommandError
from pcse_analysis.running.plan import plan_build
from pcse_analysis.running.state import check_final
from tests.conftest import accepted, copy_project, edit_cell, edit_text, only_problem, run_pcse

EDITIONS = "data/catalogue/editions.csv"


def committed(root: Path) -> Path:
    """The project in a git work tree of its own, everything committed."""
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    names = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *names, "commit", "-qm", "All"], cwd=root, check=True)
    return root


def test_a_clean_tree_may_be_final(project: Path) -> None:
    """Nothing changed, nothing given, the packages of the lock: nothing is said."""
    check_final(committed(project), plan_build(project, "published", ()))


def test_everything_that_speaks_against_final_is_listed_at_once(project: Path) -> None:
    """A file changed, one added, a parameter, an output in a notebook, another version in the lock."""
    committed(project)
    edit_text(project / "notebooks" / "annex.ipynb", "## Sources", "## All sources")
    notebook = project / "notebooks" / "annex.ipynb"
    stored = '"outputs": [{"name": "stdout", "output_type": "stream", "text": []}]'
    notebook.write_text(notebook.read_text(encoding="utf-8").replace('"outputs": []', stored, 1), encoding="utf-8")
    (project / "data" / "new.txt").write_text("new", encoding="utf-8")
    lock = project / "requirements.lock"
    lock.write_text(lock.read_text(encoding="utf-8").replace("jinja2==3", "jinja2==2"), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        check_final(project, plan_build(project, "published", ("service_line=supplies",)))
    text = str(caught.value)
    for expected in (
        "the work tree is not clean: notebooks/annex.ipynb, requirements.lock, data/new.txt",
        "-p service_line is given",
        "notebooks/annex.ipynb has outputs stored",
        "jinja2 3",
    ):
        assert expected in text, text
    assert caught.value.exit_code == 2


def test_outside_git_nothing_is_final(tmp_path: Path) -> None:
    """The state of the files cannot be named there."""
    ended = run_pcse("build", "--project", copy_project(tmp_path / "p"), "--edition", "published", "--final")
    assert ended.code == 2 and "no git work tree" in ended.err


@pytest.mark.parametrize("wrong", ["02/11/2026", "2026-11-02 25:00", "tomorrow"])
def test_a_malformed_embargo(project: Path, wrong: str) -> None:
    edit_cell(project / EDITIONS, {"id": "published"}, "embargo_until", wrong)
    assert "expected a date such as 2018-01-16, or 2018-01-16 00:01" in only_problem(project).what


def test_an_embargo_with_and_without_a_time(project: Path) -> None:
    for value in ("2026-11-02", "2026-11-02 00:01"):
        edit_cell(project / EDITIONS, {"id": "published"}, "embargo_until", value)
        assert accepted(project).catalogue.editions["published"].embargo_until == value


@pytest.mark.slow
@pytest.mark.xdist_group("letter")
def test_final_embargoed_and_corrected(small_project: Path) -> None:
    """Registrations in December 2017 were 39 per cent, and are corrected to 49: said on the page, and by its state."""
    (small_project / ".gitignore").write_text("outputs/\nbuild/\n", encoding="utf-8")
    lock = Path(__file__).parents[1] / "requirements.lock"
    (small_project / "requirements.lock").write_bytes(lock.read_bytes())
    out = small_project / "outputs"
    first = run_pcse("build", "--project", small_project, "--edition", "published")
    assert first.code == 0, first.err
    draft = (out / "published" / "annex.html").read_text(encoding="utf-8")
    assert 'data-marked="DRAFT"' in draft and "DRAFT. Figures and words may still change" in draft
    results = small_project / "data" / "published" / "survey_results.csv"
    edit_text(results, "registrations_not_processed_3d,share,39,", "registrations_not_processed_3d,share,49,")
    edit_cell(small_project / EDITIONS, {"id": "published"}, "embargo_until", "2026-11-02 00:01")
    edit_cell(small_project / EDITIONS, {"id": "published"}, "correction", "A share was mistyped.")
    committed(small_project)
    words = ("--edition", "published", "--final", "--supersedes", out / "published")
    ended = run_pcse("build", "--project", small_project, *words)
    assert ended.code == 0, ended.err
    page = (out / "published" / "annex.html").read_text(encoding="utf-8")
    assert "<body>" in page and "DRAFT" not in page and "Final. Evidence as known on" in page
    assert "Embargoed until" in page and "2 November 2026" in page
    assert "supersedes an earlier one" in page and "A share was mistyped." in page
    assert "was 39.0%" in page and "is 49.0%" in page
    same = ("--edition", "published", "--supersedes", out / "published" / "annex.html")
    again = run_pcse("build", "--project", small_project, *same)
    assert again.code == 0, again.err
    page = (out / "published" / "annex.html").read_text(encoding="utf-8")
    assert "No number moved." in page and "Rows that are new" not in page
    (small_project / "supplies.html").write_text(page, encoding="utf-8")
    other = run_pcse("build", "--project", small_project, "--supersedes", small_project / "supplies.html")
    assert other.code == 2 and "is not the annex" in other.err
    letter = run_pcse("build", "--project", small_project, "--edition", "letter", "--supersedes", out / "published")
    assert letter.code == 2 and "found the edition 'published', expected one of 'letter'" in letter.err
