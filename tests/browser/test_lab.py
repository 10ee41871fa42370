"""The notebooks run by hand: in a real JupyterLab, in a real browser."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import EVERYTHING, NEEDS_CHROMIUM, chromium

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.xdist_group("letter")]
ROOT = Path(__file__).parents[2]
NAMES = (
    *("annex", "survey_change", "survey_responses", "survey_service", "data_quality"),
    *("issue_resolution", "compensation_claims", "service_standards", "commitments"),
    *("area_report", "practice_report", "batch_index"),
)
SOME = ("annex", "survey_service", "area_report", "batch_index")
WITHOUT_CHARTS = ("data_quality", "service_standards", "practice_report")
WAIT = 120_000
"""Milliseconds to wait for anything in JupyterLab."""


def test_the_notebooks_run_by_hand_in_jupyterlab(tmp_path: Path) -> None:
    """Run all cells from the menu; the last section appears and no cell shows an error."""
    project = tmp_path / "project"
    for folder in ("data", "notebooks"):
        shutil.copytree(ROOT / folder, project / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    log = tmp_path / "lab.log"
    environment = os.environ | {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "notebooks",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--port=0",
        "--IdentityProvider.token=",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=project, stdout=out, stderr=out, env=environment)
    try:
        address = wait_for_address(log)
        with chromium() as browser:
            for name in NAMES if EVERYTHING else SOME:
                page = browser.new_page(viewport={"width": 1400, "height": 1000})
                page.goto(f"{address}/doc/tree/{name}.ipynb?reset")
                page.get_by_text(re.compile(r"\| Idle$")).wait_for(timeout=WAIT)
                page.get_by_role("menuitem", name="Run", exact=True).click(timeout=WAIT)
                page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click(timeout=WAIT)
                expect(page.locator("table", has_text="What made this page").last).to_be_attached(timeout=WAIT)
                assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
                assert page.locator(".chart svg").count() > 0 or name in WITHOUT_CHARTS
                page.screenshot(path=pictures() / f"lab-{name}.png")
                page.close()
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for_address(log: Path) -> str:
    deadline = time.monotonic() + WAIT / 1000
    while time.monotonic() < deadline:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(errors="replace"))
        if found:
            return found.group(0)
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))


def pictures() -> Path:
    folder = ROOT / "build" / "pictures" / "lab"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
