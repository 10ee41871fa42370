"""The other forms of an annex: what is in them, who can read them, and that they repeat to the byte."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn

from pcse_analysis.attachment import pdf
from pcse_analysis.attachment.figure_tables import CHANGE_HEADS, ESTIMATE_HEADS, tables
from pcse_analysis.attachment.forms import day_of, make_forms, same_bytes
from pcse_analysis.attachment.pdf import print_pdf, with_note
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Figures
from pcse_analysis.frames import CHANGES, ESTIMATES
from tests.browser.chromium import NEEDS_CHROMIUM
from tests.dossiers import own_dossier

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
ROOT = Path(__file__).parents[2]
A4_HEIGHT, MARGINS = 29.7, 2 * 2.54
NUMBERS = [head for head, field in ESTIMATE_HEADS if ESTIMATES.columns[field] in ("number", "whole")]


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
            above = [sheet.cell(row, 1).value for row in range(1, rows[0][0].row)]
            assert all(above), f"a blank row above the table of {sheet.title}"
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
            assert {cell[head] for head in NUMBERS} == {"[c]"}
        elif row["value"]:
            # A cell of a workbook holds sixteen digits.
            assert cell["Value"] == pytest.approx(float(row["value"]), rel=1e-14)
    assert (hidden > 0) == (folder.name == "synthetic")


def test_every_column_of_the_csvs_has_a_readable_head() -> None:
    """No field is lost on the way but suppression, which is told as [c]."""
    assert {field for _, field in ESTIMATE_HEADS} == set(ESTIMATES.columns) - {"suppressed"}
    assert {field for _, field in CHANGE_HEADS} == set(CHANGES.columns)
    heads = [head for head, _ in (*ESTIMATE_HEADS, *CHANGE_HEADS)]
    assert not [head for head in heads if "_" in head]


def test_findings_bear_the_numbers_of_their_change(folder: Path) -> None:
    """Earlier and later share, change, limits, margin and family of every finding, against the two CSVs."""
    sheet = openpyxl.load_workbook(folder / "annex.xlsx")["Findings"]
    (table,) = sheet.tables.values()
    heads, *rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    found = {row[heads.index("Id of the change")]: dict(zip(heads, row, strict=True)) for row in rows}
    values = {}
    for name in ("estimates", "changes"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            values[name] = {row["id"]: row for row in csv.DictReader(file)}
    estimates = values["estimates"]
    whole = {
        name: row
        for name, row in values["changes"].items()
        if not row["group_by"] and estimates[row["estimate_after"]]["wave"]  # a ledger has changes of its own
    }
    assert set(found) == set(whole)
    for name, row in whole.items():
        told = {
            "Earlier share (from 0 to 1)": estimates[row["estimate_before"]]["value"],
            "Later share (from 0 to 1)": estimates[row["estimate_after"]]["value"],
            "Change of the share (from -1 to 1; more is worse)": row["value"],
            "Lower limit": row["low"],
            "Upper limit": row["high"],
            "Margin that matters": row["margin"],
            "Comparisons in the family": row["family_size"],
        }
        for head, text in told.items():
            cell = found[name][head]
            assert cell == (pytest.approx(float(text), rel=1e-14) if text else cell) and (text or cell[0] == "["), head


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return own_dossier("published")


def test_a_change_of_a_withheld_share_is_withheld(dossier: Dossier) -> None:
    """One share of a pair suppressed: [c] for it and for each number of the change, in two sheets."""
    change = next(c for c in dossier.figures.changes if c.comparability == "same")
    none = dict.fromkeys(("value", "low", "high", "confidence", "numerator", "base"))
    numbers = [
        name for name, kind in CHANGES.columns.items() if kind in ("number", "whole", "flag") and name != "margin"
    ]
    estimates = [
        replace(e, suppressed="few respondents", **none) if e.id == change.estimate_after else e
        for e in dossier.figures.estimates
    ]
    changes = [replace(c, **dict.fromkeys(numbers)) if c.id == change.id else c for c in dossier.figures.changes]
    made = tables(replace(dossier, figures=Figures(tuple(estimates), tuple(changes))))
    heads, *rows = made["Changes"][1]
    (row,) = [dict(zip(heads, row, strict=True)) for row in rows if row[0] == change.id]
    assert {row[head] for head, field in CHANGE_HEADS if field in numbers} == {"[c]"}
    heads, *rows = made["Findings"][1]
    (row,) = [dict(zip(heads, row, strict=True)) for row in rows if row[-1] == change.id]
    assert row["Later share (from 0 to 1)"] == row["Lower limit"] == "[c]"
    assert isinstance(row["Earlier share (from 0 to 1)"], float)


def plain(text: str) -> str:
    return " ".join(text.split())


def test_no_word_of_the_page_is_lost_or_glued_to_the_next(folder: Path) -> None:
    """Every paragraph and every item of a list, word for word with its blanks, in the order of the page."""
    soup = BeautifulSoup((folder / "annex.html").read_text(encoding="utf-8"), "html.parser")
    for mark in soup.select("span.finding"):
        mark.append(" ")
    asked = [plain(tag.get_text()) for tag in soup.select("main p, main li, main h1, main h2, main h3, main caption")]
    told = iter([plain(p.text) for p in docx.Document(folder / "annex.docx").paragraphs])
    for words in filter(None, asked):
        assert words in told, words


def test_every_link_of_the_word_form_leads_somewhere_and_looks_like_one(folder: Path) -> None:
    """A link within the document needs a bookmark of its name; Word says nothing where there is none."""
    body = docx.Document(folder / "annex.docx").element.body
    links = body.findall(f".//{qn('w:hyperlink')}")
    names = [mark.get(qn("w:name")) for mark in body.findall(f".//{qn('w:bookmarkStart')}")]
    assert len(names) == len(set(names))
    assert {link.get(qn("w:anchor")) for link in links} - {None} <= set(names)
    assert all(link.find(f".//{qn('w:rStyle')}").get(qn("w:val")) == "Hyperlink" for link in links)
    assert "Contents" in {p.text for p in docx.Document(folder / "annex.docx").paragraphs}


def test_pictures_fit_on_a_sheet(folder: Path) -> None:
    """Word cuts off what is higher than a sheet without its margins."""
    for picture in docx.Document(folder / "annex.docx").inline_shapes:
        assert picture.height.cm < A4_HEIGHT - MARGINS and picture.width.cm <= 16.01


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2, from 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_word_form_is_in_british_english_and_dark_enough(published: Path) -> None:
    """WCAG: 4.5 to 1 against white, in headings, captions and links; nothing of the template's own document is left."""
    document = docx.Document(published / "annex.docx")
    for name in ("Heading 1", "Heading 2", "Heading 3", "Caption", "Hyperlink"):
        assert 1.05 / (luminance(str(document.styles[name].font.color.rgb)) + 0.05) >= 4.5, name
    languages = document.styles.element.findall(f".//{qn('w:lang')}")
    assert languages and {language.get(qn("w:val")) for language in languages} == {"en-GB"}
    with zipfile.ZipFile(published / "annex.docx") as packed:
        assert not [name for name in packed.namelist() if "thumbnail" in name or name == "docProps/app.xml"]


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


STUCK = """#!/bin/sh
for word in "$@"; do case $word in --user-data-dir=*) profile=${{word#*=}};; esac; done
mkdir -p "$profile"
( while :; do mkdir -p "$profile/$$" && touch "$profile/$$/file"; done ) &
echo $! > "{child}"
sleep 60
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes on this machine")
def test_a_chromium_that_hangs_is_ended_with_all_its_processes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A process of its own goes on writing into the profile: it is ended, and the build goes on with one line."""
    page, program, child = tmp_path / "annex.html", tmp_path / "chromium", tmp_path / "child"
    page.write_text("<p>x</p>", encoding="utf-8")
    program.write_text(STUCK.format(child=child), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(program))
    monkeypatch.setattr(pdf, "SECONDS", 1)
    assert "took longer than 1 seconds" in print_pdf(page, tmp_path / "annex.pdf")
    for _ in range(50):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", child.read_text().strip()], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            break
        time.sleep(0.1)
    else:
        pytest.fail("a process of Chromium goes on")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("", "made no PDF"),
        ("%PDF /Lang /Title", "has no tags"),
        ("%PDF /StructTreeRoot", "has no language and no title"),
    ],
)
def test_a_pdf_that_cannot_be_read_aloud_is_not_kept(
    made: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PDF/UA asks for tags, language and title: without them there is no form, and the reason is said."""
    page, program = tmp_path / "annex.html", tmp_path / "chromium"
    page.write_text("<p>x</p>", encoding="utf-8")
    to = 'for word in "$@"; do case $word in --print-to-pdf=*) to=${word#*=};; esac; done'
    program.write_text(f"#!/bin/sh\n{to}\nprintf '{made.replace('%', '%%')}' > $to\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("CHROMIUM", str(program))
    assert said in print_pdf(page, tmp_path / "annex.pdf")
    assert not (tmp_path / "annex.pdf").exists()


def test_a_note_is_the_last_paragraph_and_no_markup() -> None:
    """What a form says of itself stands in the main part, its signs as they are."""
    assert with_note("<main><p>a</p></main>", "b < c") == "<main><p>a</p><p>b &lt; c</p>\n</main>"
    assert with_note("<main></main>", "") == "<main></main>"


@pytest.mark.parametrize(
    ("epoch", "day"),
    [("0", "1970-01-01"), ("1516060800", "2018-01-16"), ("", None), ("soon", None), ("²", None), ("9" * 14, None)],
)
def test_the_date_of_the_forms(epoch: str, day: str | None, dossier: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds since 1970 where that is a date (1516060800 is 16 January 2018), else the evidence date."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert day_of(dossier) == (day or dossier.edition.evidence_date)


def test_a_library_that_is_missing_is_said_and_the_rest_is_made(
    dossier: Dossier, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without python-docx and without Chromium: a line each, and the spreadsheet."""
    (tmp_path / "annex.html").write_text("<title>t</title><main><p>x</p></main>", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "docx", None)
    for name in ("word", "word_page"):
        monkeypatch.delitem(sys.modules, f"pcse_analysis.attachment.{name}", raising=False)
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    lines = make_forms(tmp_path, dossier)
    assert len(lines) == 2
    assert lines[0].startswith("No annex.docx: the package 'docx' cannot be imported; install")
    assert lines[1].startswith("No annex.pdf: ")
    assert (tmp_path / "annex.xlsx").is_file() and not (tmp_path / "annex.docx").exists()


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
    last = plain(document[len(document) - 1].get_textpage().get_text_range())
    assert "This is the PDF form of annex.html of the edition “published”" in last
    assert b"file://" not in content
    document.close()
