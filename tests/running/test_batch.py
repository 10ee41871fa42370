"""A batch as a reader meets it: an index, a report for each area, and one body of evidence behind all of them."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from pcse_analysis.attachment.embedded import find_block, read_data
from pcse_analysis.attachment.verify import verify
from pcse_analysis.estimates import read_figures
from pcse_analysis.running.finished import is_sound

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
AREAS = 16
"""Areas of the made-up register: four in each of four regions (data/synthetic/payments.csv, counted)."""


def test_the_index_links_every_report_once_in_its_list(areas: Path) -> None:
    """Every area has a file, the list of the index leads to each, and each leads back."""
    rows = list(csv.DictReader((areas / "reports.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == AREAS == len({row["key"] for row in rows})
    html = (areas / "index.html").read_text(encoding="utf-8")
    listed = html[html.index("class='reports'") if "class='reports'" in html else html.index('class="reports"') :]
    linked = [unquote(link) for link in re.findall(r'href="(pages/[^"]+)"', listed[: listed.index("Side by side")])]
    assert sorted(linked) == sorted(row["file"] for row in rows)
    for row in rows:
        page = (areas / row["file"]).read_text(encoding="utf-8")
        assert '<a href="../index.html">Back to the list of reports</a>' in page
        assert f"<h1>{row['label']}" in page
    assert is_sound(areas)


def test_every_report_is_a_part_of_the_same_evidence(areas: Path, synthetic: Path) -> None:
    """Small numbers are withheld once over all that is published: an area and the country have the same rows anywhere.

    The figures of the batch are those of the edition, byte for byte, and every row inside a page is one of them.
    """
    for name in ("estimates.csv", "changes.csv"):
        assert (areas / name).read_bytes() == (synthetic / name).read_bytes()
    figures = read_figures(areas)
    estimates = {e.id: e for e in figures.estimates}
    for page in (areas / "index.html", *sorted(areas.glob("pages/*.html"))):
        block = find_block(page.read_text(encoding="utf-8"))
        assert block is not None
        carried = read_data(block.text).figures
        assert carried.estimates and all(estimates[e.id] == e for e in carried.estimates)


def test_a_report_says_by_itself_what_made_it(areas: Path) -> None:
    """The record inside a page names the notebook and the area; the page verifies without anything beside it."""
    page = areas / "pages" / "synthetic-ccg-london-1.html"
    found = verify(page)
    assert found.wrong == () and found.data is not None
    assert found.data.record.notebook == "area_report.ipynb"
    assert found.data.record.parameters == {"area": "SYNTHETIC CCG LONDON 1"}


def test_a_practice_stands_by_its_code_on_its_own_page_alone(practices: Path) -> None:
    """Neither names the other one; that no page tells who replied is held in tests/reporting/test_batch_pages.py."""
    pages = {path.stem: path.read_text(encoding="utf-8") for path in practices.glob("pages/*.html")}
    assert set(pages) == {"x10007", "x10153"}
    assert "X10153" not in pages["x10007"] and "X10007" not in pages["x10153"]
