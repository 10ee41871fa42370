"""The Word form of a finished page: the same words, tables and charts, from the page itself."""

from __future__ import annotations

import io
import re
from pathlib import Path

import docx
import matplotlib
import resvg_py
from bs4 import BeautifulSoup, NavigableString, Tag
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph

from pcse_analysis.attachment.word_page import HYPERLINK, prepare
from pcse_analysis.reporting.lean import class_rules

SKIPPED = ("script", "style")
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
WIDTH, HIGHEST = Cm(16), Cm(22)
"""A picture is as wide as the text, or as high as a sheet bears, whichever is smaller."""
ZOOM = 2.0
LEVELS = 4


def word(html: str, note: str, marks: str, day: str) -> bytes:
    """A finished page as a Word document.

    Args:
        html: the page.
        note: what the form says of itself, at its end.
        marks: what stands at the head of every sheet, such as DRAFT; may be empty.
        day: the date that the document bears, as 2018-01-16.
    """
    soup = BeautifulSoup(html, "html.parser")
    document = docx.Document()
    prepare(document, soup.title.get_text() if soup.title else "", marks, day)
    main = soup.find("main")
    assert isinstance(main, Tag)
    _Writer(document).write(main)
    document.add_paragraph(note)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


class _Writer:
    """Writes the elements of a page one after the other."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.marks = 0

    def write(self, element: Tag) -> None:
        """Everything in an element that is not a paragraph itself."""
        for child in element.children:
            if not isinstance(child, Tag) or child.name in SKIPPED or "back" in (child.get("class") or []):
                continue
            if re.fullmatch("h[1-6]", child.name):
                self._heading(child)
            elif child.name == "table":
                self._table(child)
            elif child.name in ("p", "blockquote"):
                self._runs(self.document.add_paragraph(style="Quote" if child.name == "blockquote" else None), child)
            elif child.name == "li":
                self._runs(self.document.add_paragraph(style="List Bullet"), child)
            elif "chart" in (child.get("class") or []):
                self._chart(child)
            else:
                self.write(child)

    def _heading(self, tag: Tag) -> None:
        self._runs(self.document.add_heading(level=min(int(tag.name[1]), LEVELS)), tag)

    def _bookmark(self, paragraph: Paragraph, name: str) -> None:
        self.marks += 1
        for kind in ("bookmarkStart", "bookmarkEnd"):
            mark = OxmlElement(f"w:{kind}")
            mark.set(qn("w:id"), str(self.marks))
            if kind == "bookmarkStart":
                mark.set(qn("w:name"), _anchor(name))
            paragraph._p.append(mark)

    def _runs(self, paragraph: Paragraph, tag: Tag, *, bold: bool = False) -> None:
        """The words of an element, with what is bold, what is a link, and what a link may lead to."""
        if tag.get("id"):
            self._bookmark(paragraph, str(tag["id"]))
        for child in tag.children:
            if isinstance(child, NavigableString):
                text = re.sub(r"\s+", " ", str(child))
                text = text if paragraph.text and not paragraph.text.endswith(" ") else text.lstrip()
                if text:
                    paragraph.add_run(text).bold = bold or None
            elif isinstance(child, Tag) and child.name == "a" and child.get("href"):
                self._link(paragraph, child)
            elif isinstance(child, Tag):
                finding = "finding" in (child.get("class") or [])
                self._runs(paragraph, child, bold=bold or child.name in ("strong", "b", "th"))
                if finding:
                    paragraph.add_run(" ")  # on the page the style parts the id from what follows

    def _link(self, paragraph: Paragraph, tag: Tag) -> None:
        address, text = str(tag["href"]), re.sub(r"\s+", " ", tag.get_text())
        link = OxmlElement("w:hyperlink")
        if address.startswith("#"):
            link.set(qn("w:anchor"), _anchor(address[1:]))
        elif address.startswith("http"):
            link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
        else:
            paragraph.add_run(text)
            return
        run = OxmlElement("w:r")
        run.get_or_add_rPr().style = HYPERLINK
        words = OxmlElement("w:t")
        words.text = text
        words.set(qn("xml:space"), "preserve")
        run.append(words)
        link.append(run)
        paragraph._p.append(link)

    def _table(self, tag: Tag) -> None:
        rows = [row.find_all(["th", "td"]) for row in tag.find_all("tr")]
        caption = tag.find("caption")
        if isinstance(caption, Tag):
            paragraph = self.document.add_paragraph(style="Caption")
            paragraph.paragraph_format.keep_with_next = True
            self._runs(paragraph, caption)
        table = self.document.add_table(rows=len(rows), cols=len(rows[0]))
        table.style = self.document.styles["Table Grid"]
        cells = table._cells  # asked for once: python-docx looks all of them up at every question
        for number, row in enumerate(rows):
            properties = table.rows[number]._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for column, cell in enumerate(row):
                paragraph = cells[number * len(rows[0]) + column].paragraphs[0]
                paragraph.style = self.document.styles["No Spacing"]
                self._runs(paragraph, cell, bold=number == 0)
                if "number" in (cell.get("class") or []):
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    def _chart(self, tag: Tag) -> None:
        drawing = tag.find("svg")
        if not isinstance(drawing, Tag):
            return
        picture = self.document.add_picture(io.BytesIO(png_of(str(drawing))), width=WIDTH)
        if picture.height > HIGHEST:
            picture.width, picture.height = Cm(WIDTH.cm * HIGHEST / picture.height), HIGHEST
        described = picture._inline.docPr
        described.set("descr", str(drawing.get("aria-label", "")))
        described.set("title", "")


def _anchor(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "_", f"a_{name}")[:40]


def png_of(svg: str) -> bytes:
    """A drawing of a page as a picture, with the letters of the font that comes with matplotlib."""
    svg = svg.replace("viewbox=", "viewBox=", 1)
    if "xmlns=" not in svg:
        svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    fonts = [str(FONTS / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=ZOOM,
            font_files=fonts,
            skip_system_fonts=True,
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
            style_sheet=class_rules(),
            background="#ffffff",
        )
    )
