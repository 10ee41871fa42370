"""The other forms of an annex: what is in them, who can read them, and that they repeat to the byte."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from docx.oxml.ns import qn

from pcse_analysis.attachment.forms import same_bytes
from pcse_analysis.attachment.pdf import print_pdf
from tests.browser.chromium import NEEDS_CHROMIUM

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=["published", "synthetic"])
def folder(request: pytest.FixtureRequest) -> Path:
    built: Path = request.getfixturevalue(request.param)
    return built


def test_every_sheet_is_laid_out_for_everybody(folder: Path) -> None:
    """Analysis Function: cover, contents, notes; a title in A1, one row of headers, no blank and no merged cell."""
    book = openpyxl.load_workbook(folder / "annex.xlsx")
    assert book.sheetnames[:4] == ["Cover", "Contents", "Notes", "Findings"]
    for sheet in book:
        assert sheet["A1"].value
        assert not sheet.merged_cells.ranges
        for table in sheet.tables.values():
            rows = list(sheet[table.ref])
            assert len({cell.value for cell in rows[0]}) == len(rows[0])
            assert all(cell.value not in (None, "") for row in rows for cell in row), sheet.title
    words = "\n".join(str(row[0].value) for row in book["Cover"])
    assert "DRAFT" in words and "Not an official statistic" in words and "SHA-256" in words
    assert ("made-up example" in words) == (folder.name == "synthetic")


def test_the_numbers_are_those_of_the_csv(folder: Path) -> None:
    """Every row of estimates.csv stands in one of two sheets, its value in full, or [c] where it is withheld."""
    book = openpyxl.load_workbook(folder / "annex.xlsx")
    told = {}
    for name in ("Figures", "Breakdowns"):
        if name in book.sheetnames:
            (table,) = book[name].tables.values()
            heads, *rows = [[cell.value for cell in row] for row in book[name][table.ref]]
            told |= {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    with (folder / "estimates.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["id"] for row in rows} == set(told)
    hidden = 0
    for row in rows:
        cell = told[row["id"]]
        if row["suppressed"]:
            hidden += 1
            assert {cell["Value"], cell["Lower limit"], cell["Replies counted"], cell["Base (replies)"]} == {"[c]"}
        elif row["value"]:
            # A cell of a workbook holds sixteen digits.
            assert cell["Value"] == pytest.approx(float(row["value"]), rel=1e-14)
    assert (hidden > 0) == (folder.name == "synthetic")


def test_the_word_form_says_what_the_page_says(folder: Path) -> None:
    """Headings in order without a skipped level, every finding, a caption and a repeated head for every table."""
    document = docx.Document(folder / "annex.docx")
    levels = [int(p.style.name[-1]) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert levels[0] == 1 and all(later - earlier <= 1 for earlier, later in pairwise(levels))
    html = (folder / "annex.html").read_text(encoding="utf-8")
    text = "\n".join(p.text for p in document.paragraphs)
    for finding in re.findall(r'<h3 id="([SC][0-9]+)"', html):
        assert re.search(rf"^{finding} ", text, re.MULTILINE), finding
    assert len(document.tables) == html.count("<table>")
    assert sum(p.style.name == "Caption" for p in document.paragraphs) == len(document.tables)
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    pictures = document.element.body.findall(f".//{qn('wp:docPr')}")
    assert len(pictures) == html.count('<div class="chart">')
    assert all(len(picture.get("descr")) > 30 for picture in pictures)
    assert "DRAFT" in document.sections[0].header.paragraphs[0].text
    assert "The HTML is the one to check." in text


def test_forms_repeat_to_the_byte_whatever_the_clock_says() -> None:
    """The same archive written at two times: other bytes before, the same afterwards, and the same contents."""
    made = []
    for year in (2001, 2020):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            for name in sorted(("b.xml", "[Content_Types].xml"), reverse=year == 2020):
                packed.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), name)
        made.append(out.getvalue())
    assert made[0] != made[1]
    assert same_bytes(made[0]) == same_bytes(made[1])
    with zipfile.ZipFile(io.BytesIO(same_bytes(made[0]))) as packed:
        assert packed.namelist() == ["[Content_Types].xml", "b.xml"] and packed.read("b.xml") == b"b.xml"


REPEAT = """
import sys, hashlib
from pathlib import Path
from pcse_analysis.attachment.forms import make_forms
from pcse_analysis.evidence import make_dossier, read_inputs
folder = Path(sys.argv[2])
make_forms(folder, make_dossier(read_inputs(Path(sys.argv[1])), "published"))
print([hashlib.sha256((folder / f"annex.{kind}").read_bytes()).hexdigest() for kind in ("xlsx", "docx")])
"""


def test_another_time_zone_another_folder_the_same_bytes(published: Path, tmp_path: Path) -> None:
    """Spreadsheet and Word form made anew by another process, elsewhere on the globe."""
    (tmp_path / "annex.html").write_bytes((published / "annex.html").read_bytes())
    settings = os.environ | {"TZ": "Pacific/Auckland", "CHROMIUM": "/nowhere/chromium", "PYTHONHASHSEED": "7"}
    words = [sys.executable, "-c", REPEAT, str(ROOT), str(tmp_path)]
    subprocess.run(words, check=True, capture_output=True, env=settings)
    for name in ("annex.xlsx", "annex.docx"):
        assert (tmp_path / name).read_bytes() == (published / name).read_bytes(), name


def test_a_missing_chromium_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither found nor named: what is not made, why, and what to do."""
    page = tmp_path / "annex.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert "Chromium was not found; install it" in print_pdf(page, tmp_path / "annex.pdf")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    assert "correct the environment variable CHROMIUM" in print_pdf(page, tmp_path / "annex.pdf")
    assert not (tmp_path / "annex.pdf").exists()


@pytest.mark.browser
@NEEDS_CHROMIUM[-1]
def test_the_pdf_is_tagged_and_has_an_outline(published: Path) -> None:
    """PDF/UA asks for tags, a language and a title; the outline is made of the headings."""
    content = (published / "annex.pdf").read_bytes()
    assert b"/StructTreeRoot" in content and b"/Marked true" in content and b"/Lang (en-GB)" in content
    document = pypdfium2.PdfDocument(published / "annex.pdf")
    titles = [entry.get_title() for entry in document.get_toc()]
    assert "Summary of findings" in titles
    assert "DRAFT" in document[0].get_textpage().get_text_range()
    document.close()
