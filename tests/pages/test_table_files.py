"""Every table of a page beside it as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pcse_analysis.attachment.table_files import table_files


def test_a_table_becomes_a_file_named_by_its_caption() -> None:
    """By hand: one row of heads, cells as printed, a comma inside a cell kept."""
    html = (
        "<table><caption>Table S1a. The two figures, of S1</caption><thead><tr><th>Survey</th><th>Share (%)</th></tr>"
        "</thead><tbody><tr><th>October, 2016</th><td><data>81</data></td></tr><tr><th>x</th><td>[c]</td></tr></tbody>"
        "</table>"
    )
    files = table_files(html, "pages/supplies.html")
    assert files == {
        "tables/pages/supplies/01-s1a-the-two-figures-of-s1.csv": 'Survey,Share (%)\n"October, 2016",81\nx,[c]\n'
    }


@pytest.mark.slow
@pytest.mark.xdist_group("published")
def test_there_is_a_file_for_every_table_of_every_page(published: Path, synthetic: Path) -> None:
    """As many as the pages have, all rows as long as the head, none with an empty cell."""
    for folder in (published, synthetic):
        for page in folder.rglob("*.html"):
            html = page.read_text(encoding="utf-8")
            name = page.relative_to(folder).with_suffix("").as_posix()
            files = sorted((folder / "tables" / name).glob("*.csv"))
            assert len(files) == html.count("<table>"), page.name
            assert f"<code>tables/{name}</code>" in html
            for file in files:
                heads, *rows = csv.reader(io.StringIO(file.read_text(encoding="utf-8")))
                assert rows and all(len(row) == len(heads) and all(row) for row in rows), file.name
