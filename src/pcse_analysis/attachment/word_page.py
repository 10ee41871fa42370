"""An empty Word document as every form starts from: its language, styles, sheet, running heads and properties."""

from __future__ import annotations

from datetime import UTC, datetime

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

HYPERLINK = "Hyperlink"
"""The id of the style of a link."""
FONT, LANGUAGE = "Arial", "en-GB"
SIZES = {"Heading 1": 20, "Heading 2": 16, "Heading 3": 13, "Heading 4": 11, "Caption": 10}
CELL = 9
"""Sizes in points. The colours of the template are too pale for so small letters: all is dark instead."""
INK, LINK = RGBColor(0x12, 0x12, 0x12), RGBColor(0x12, 0x43, 0x6D)
LEFTOVERS = ("/thumbnail", "/extended-properties", "/stylesWithEffects")
"""Parts that the template of python-docx brings along: a picture and counts of another document, styles twice."""


def prepare(document: Document, title: str, marks: str, day: str) -> None:
    """Make the template a document of ours; ``marks`` stand at the head of every sheet, ``day`` is its date."""
    _leave_out(document)
    _properties(document, title, day)
    _styles(document)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    if marks:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        head.add_run(marks).bold = True
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        foot.add_run()._r.append(part)


def _leave_out(document: Document) -> None:
    for relations in (document.part.rels, document.part.package.rels):
        for name in [name for name, relation in relations.items() if relation.reltype.endswith(LEFTOVERS)]:
            del relations[name]


def _properties(document: Document, title: str, day: str) -> None:
    properties = document.core_properties
    properties.title, properties.subject, properties.author, properties.comments = title, title, "", ""
    properties.created = properties.modified = datetime.fromisoformat(day).replace(tzinfo=UTC)
    properties.last_modified_by, properties.language, properties.revision = "", LANGUAGE, 1


def _styles(document: Document) -> None:
    # Every text starts from the defaults, headers and cells of tables too, which do not follow "Normal".
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)
    for language in document.settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:val"), LANGUAGE)
    for name in ("Normal", "No Spacing", *SIZES):
        style = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in list(fonts.attrib):
            del fonts.attrib[attribute]  # a font of the theme would go before the font named here
        style.font.name, style.font.size = FONT, Pt(SIZES.get(name, CELL if name == "No Spacing" else 11))
        if name in SIZES:
            style.font.color.rgb, style.font.bold, style.font.italic = INK, True, False
    link = document.styles.add_style(HYPERLINK, WD_STYLE_TYPE.CHARACTER, builtin=True)
    link.font.color.rgb, link.font.underline = LINK, True
