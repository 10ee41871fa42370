"""The pages in a real browser: nothing leaves them, nothing is wrong in them, and they fit a phone and a sheet."""

import re
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.chromium import EVERYTHING, NEEDS_CHROMIUM

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.xdist_group("published")]
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ROOT = Path(__file__).parents[2]
PHONE = 320


def longest_of_each_kind(pages: list[Path]) -> list[Path]:
    """Of the pages that have the same sections, such as those of the services, the one that holds most."""
    by_sections: dict[tuple[str, ...], list[Path]] = {}
    for path in pages:
        headings = tuple(re.findall(r"<h2[^>]*>([^<]*)</h2>", path.read_text(encoding="utf-8")))
        by_sections.setdefault(headings, []).append(path)
    return [max(alike, key=lambda path: path.stat().st_size) for alike in by_sections.values()]


def opened(browser: Browser, path: Path, **options: object) -> tuple[Page, list[str], list[str]]:
    """A page opened offline, the addresses that it asked for beside its own, and its console messages."""
    context = browser.new_context(offline=True, **options)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    own = (path.as_uri(), "data:")
    page.on("request", lambda request: None if request.url.startswith(own) else asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.as_uri())
    return page, asked, said


def test_no_request_leaves_a_page_and_nothing_is_said_on_the_console(browser: Browser, pages: list[Path]) -> None:
    """Opened offline from a file; the page itself and data inside it are all that is asked for."""
    for path in pages:
        page, asked, said = opened(browser, path)
        page.wait_for_load_state("networkidle")  # half a second in which something might still be asked for
        assert (asked, said) == ([], []), path.name
        page.context.close()


@pytest.mark.parametrize("width", [1280, PHONE])
def test_axe_finds_nothing(browser: Browser, pages: list[Path], width: int) -> None:
    """axe-core: WCAG 2.0 to 2.2, levels A and AA, and best practice; the longest page of each kind, or every page."""
    for path in pages if EVERYTHING else longest_of_each_kind(pages):
        page, _, _ = opened(browser, path, viewport={"width": width, "height": 900})
        found = Axe().run(page, options=AXE).response
        assert found["passes"]
        violations = [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in found["violations"]]
        assert violations == [], path.name
        page.context.close()


def test_a_phone_shows_every_page_without_scrolling_sideways(browser: Browser, pages: list[Path]) -> None:
    """At 320 pixels the page is as wide as the screen; the narrow drawing stands in for the wide one."""
    for path in pages:
        page, _, _ = opened(browser, path, viewport={"width": 320, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path.name
        shown = page.evaluate(
            "[...document.querySelectorAll('.chart > div')].filter(d => d.checkVisibility()).map(d => d.className)"
        )
        assert set(shown) <= {"narrow"}
        page.context.close()


def test_the_annex_prints_on_a4_with_every_finding(browser: Browser, published: Path, tmp_path: Path) -> None:
    """Printed to PDF: A4 sheets (595 by 842 points), and no finding's id is lost."""
    page, _, _ = opened(browser, published / "annex.html")
    page.pdf(path=tmp_path / "annex.pdf", prefer_css_page_size=True)
    page.context.close()
    document = pypdfium2.PdfDocument(tmp_path / "annex.pdf")
    words = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert all(f"S{number}" in words for number in (1, 2, 3, 4, 5, 6))
    document.close()


def test_without_style_the_annex_reads_in_order_and_shows_each_chart_once(browser: Browser, published: Path) -> None:
    """Style removed: the hidden twin of a chart stays hidden, and the summary comes before the methods."""
    page, _, _ = opened(browser, published / "annex.html")
    page.evaluate("document.querySelectorAll('style').forEach(style => style.remove())")
    shown = page.evaluate(
        "[...document.querySelectorAll('.chart > div')].filter(d => d.checkVisibility()).map(d => d.className)"
    )
    assert shown and set(shown) == {"wide"}
    words = page.inner_text("main")
    assert words.index("What got better") < words.index("What the letter says", 2000) < words.index("Who replied", 5000)
    page.context.close()


def test_the_letters_of_the_charts_come_with_the_page(browser: Browser, published: Path) -> None:
    """The font of the drawings is loaded from inside the file, in both weights."""
    page, _, _ = opened(browser, published / "annex.html")
    loaded = page.evaluate(
        "document.fonts.ready.then(() => "
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family + f.weight))"
    )
    assert {name.replace('"', "") for name in loaded} == {"DejaVu Sans400", "DejaVu Sans700"}
    page.context.close()


def test_the_mark_of_a_made_up_edition_stands_on_every_sheet(browser: Browser, synthetic: Path, tmp_path: Path) -> None:
    """Printed to PDF, each sheet bears the word across it, beside the words of the page."""
    for path in sorted(synthetic.rglob("*.html")):
        page, _, _ = opened(browser, path)
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
        page.context.close()
        document = pypdfium2.PdfDocument(tmp_path / "page.pdf")
        # The word lies across the sheet, so that words of the page may be read between its letters.
        letters = re.compile(".{0,200}?".join("SYNTHETIC"), re.DOTALL)
        told = [sheet.get_textpage().get_text_range() for sheet in document]
        assert all(letters.search(text) for text in told), path.name
        document.close()
