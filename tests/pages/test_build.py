"""A build as a whole: it follows its inputs, repeats itself to the byte, and loses nothing when it fails."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from pcse_analysis.errors import UserError
from pcse_analysis.estimates import read_figures
from pcse_analysis.running.build import build
from pcse_analysis.running.outcomes import RunError

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("letter")]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def content(folder: Path) -> dict[str, bytes]:
    """Every file but locks, and the PDF, into which Chromium writes the time."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".pdf", ".lock")]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_one_percentage_changed_in_the_csv_changes_table_chart_sentence_and_verdict(small_project: Path) -> None:
    """Registrations in December 2017: 59 for 39 percent. 59 - 58 = 1 point; 58.5 to 59.5 % of 748 is 438 to 445."""
    results = small_project / "data" / "published" / "survey_results.csv"
    edit(results, "registrations_not_processed_3d,share,39,", "registrations_not_processed_3d,share,59,")
    folder = build(small_project, "published", small_project / "outputs", (), 300)
    soup = BeautifulSoup((folder / "annex.html").read_text(encoding="utf-8"), "html5lib")
    finding = soup.find(id="S2").parent
    text = " ".join(finding.get_text().split())
    assert "change unclear" in text and "improved" not in text
    assert "in December 2017, 59% said patient registrations" in text
    assert re.search(
        r"the later share is 1 percentage point higher "
        r"\(95% interval of the change: from \d+ points lower to \d+ points higher\)",
        text,
    )
    assert "438 to 445" in text
    assert re.search(r"smallest margin within which no change could be shown is 5\.[0-9] points", text)
    assert "unclear, from 58% in October 2016 to 59% in December 2017" in finding.svg["aria-label"]
    assert "Patient registrations" not in re.search(r"contradict this for (.*?)\.", soup.main.get_text()).group(1)
    change = next(c for c in read_figures(folder).changes if c.item == "registrations_not_processed_3d")
    assert change.verdict == "unclear"


def test_two_builds_in_two_folders_and_time_zones_give_the_same_bytes(
    small_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DESIGN section 2, principle 7."""
    other = tmp_path / "another folder {x}"
    shutil.copytree(small_project, other)
    first = content(build(small_project, "published", small_project / "outputs", (), 300))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("LC_ALL", "C")
    second = content(build(other, "published", tmp_path / "elsewhere", (), 300))
    assert first == second
    assert b"<svg" in first["annex.html"]


BROKEN = {
    "a cell that fails": ("1 / 0", 4, "ZeroDivisionError"),
    "a cell that hangs": ("import time\ntime.sleep(60)", 5, "longer than 5 seconds"),
    "a kernel that dies": ("import os\nos._exit(1)", 6, "kernel died"),
    "a print": ("print('by the way')", 7, "stdout text"),
    "a table of one's own": ("import pandas\npandas.DataFrame({'secret': [1]})", 7, "only exhibits of the package"),
    "a picture of one's own": ("from IPython.display import SVG\nSVG('<svg xmlns=\"x\"></svg>')", 7, "image/svg.xml"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_notebook_that_goes_wrong_leaves_the_last_good_output(small_project: Path, kind: str) -> None:
    """Exit codes of DESIGN section 6a; the earlier files keep their bytes and nothing else is left behind."""
    source, code, words = BROKEN[kind]
    outputs = small_project / "outputs"
    earlier = outputs / "published"
    earlier.mkdir(parents=True)
    (earlier / "annex.html").write_text("the last good one", encoding="utf-8")
    (earlier / "SHA256SUMS").write_text(f"{'0' * 64}  annex.html\n", encoding="utf-8")
    before = content(outputs)
    path = small_project / "notebooks" / "annex.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(2, nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, path)
    with pytest.raises(RunError, match=words) as caught:
        build(small_project, "published", outputs, (), 5)
    assert caught.value.exit_code == code
    assert content(outputs) == before
    assert sorted(p.name for p in outputs.iterdir()) == [".published.lock", "published"]
    kept = nbformat.read(small_project / "build" / "failed" / "published" / "annex.ipynb", as_version=4)
    assert source in [cell.source for cell in kept.cells]


def test_a_mistake_found_inside_a_notebook_is_told_like_any_other(small_project: Path) -> None:
    """A wave that the notebook itself names wrongly is the user's to mend: exit code 2, near miss named."""
    path = small_project / "notebooks" / "annex.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(
        2,
        nbformat.v4.new_code_cell("pcse.choose(evidence, survey=survey, wave_before='2016-11', wave_after=wave_after)"),
    )
    nbformat.write(notebook, path)
    with pytest.raises(UserError, match="near '2016-10'") as caught:
        build(small_project, "published", small_project / "outputs", (), 300)
    assert caught.value.exit_code == 2
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_build_that_is_stopped_leaves_the_last_good_output_and_no_kernel(
    small_project: Path, sent: signal.Signals, code: int
) -> None:
    """Exit codes of DESIGN section 6a; the marker of this build's kernels is looked for in the process table."""
    outputs = small_project / "outputs"
    path = small_project / "notebooks" / "annex.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(
        2, nbformat.v4.new_code_cell("import pathlib, time\npathlib.Path('started').touch()\ntime.sleep(60)")
    )
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "pcse_analysis", "build", "--project", str(small_project)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    started = small_project / "notebooks" / "started"
    deadline = time.monotonic() + 60
    while not started.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
    assert started.exists()
    process.send_signal(sent)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert "Traceback" not in errors
    assert [p.name for p in outputs.iterdir()] == [".published.lock"]
    time.sleep(0.5)
    session = subprocess.run(["ps", "-o", "pid=", "-s", str(process.pid)], capture_output=True, text=True, check=False)
    assert session.stdout.strip() == "", "a process of the build is still running"


def test_parameters_reach_the_notebook_and_the_record(small_project: Path) -> None:
    """A page made for one service line, asked for on the command line; the record names the parameter."""
    pages = small_project / "data" / "catalogue" / "pages.csv"
    pages.write_text(
        "id,notebook,output,title,evidence,each,declares\nservice-line,survey_change,pages/{service_line}.html,"
        "{service_line}: figures,published,service_line,\n",
        encoding="utf-8",
    )
    folder = build(small_project, "published", small_project / "outputs", ("service_line=registrations",), 300)
    assert [p.name for p in (folder / "pages").iterdir()] == ["registrations.html"]
    assert "service_line=registrations" in (folder / "pages" / "registrations.html").read_text(encoding="utf-8")


def test_the_environment_is_as_it_was_after_a_build(small_project: Path) -> None:
    """A build tells the process that makes its pages by variables; those of its own process are as they were."""
    before = dict(os.environ)
    build(small_project, "letter", small_project / "outputs", (), 300)
    assert dict(os.environ) == before
