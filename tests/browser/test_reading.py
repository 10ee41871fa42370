"""Pages as they are read in large letters, on sheets of paper and without any style."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import NEEDS_CHROMIUM
from tests.browser.test_pages import opened

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.xdist_group("published")]


def test_letters_of_twice_the_size_leave_nothing_beside_the_page(browser: Browser, pages: list[Path]) -> None:
    """WCAG 1.4.4: only the letters grow, as by a browser's own setting; the text flows on, and no word is cut off."""
    for path in pages:
        page, _, _ = opened(browser, path, viewport={"width": 1280, "height": 900})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path.name
        cut = page.evaluate(
            "[...document.querySelectorAll('main p, main li, main h1, main h2, main h3, caption span')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display != 'inline')"
            ".map(e => e.textContent.slice(0, 40))"
        )
        assert cut == [], path.name
        page.context.close()


def test_no_sheet_ends_with_a_heading_or_the_head_of_a_table(
    browser: Browser, published: Path, synthetic: Path, tmp_path: Path
) -> None:
    """Printed to PDF: what a sheet ends with is no heading, no caption and no row of heads left alone."""
    for path in (published / "annex.html", synthetic / "annex.html", synthetic / "pages/medical_records.html"):
        page, _, _ = opened(browser, path)
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
        lonely = page.evaluate(
            "[...document.querySelectorAll('main :is(h2, h3, h4, h5, h6), caption, thead tr, p.subtitle')]"
            ".map(e => e.tagName == 'TR' ? [...e.cells].map(c => c.textContent).join('') : e.textContent)"
        )
        page.context.close()
        ends = {re.sub(r"\s", "", words) for words in lonely}
        document = pypdfium2.PdfDocument(tmp_path / "page.pdf")
        for number, sheet in enumerate(document, start=1):
            text = re.sub(r"\s", "", sheet.get_textpage().get_text_range())
            text = re.sub(rf"{number}/{len(document)}$", "", re.sub("SYNTHETICDRAFT|DRAFT$", "", text))
            assert number == len(document) or not any(text.endswith(end) for end in ends), (path.name, number)
        document.close()


@pytest.mark.parametrize("edition", ["published", "synthetic"])
def test_without_style_both_annexes_and_their_exhibits_read_in_order(
    browser: Browser, request: pytest.FixtureRequest, edition: str
) -> None:
    """Style removed: the hidden twin of a chart stays hidden; headline, picture, table, base and source keep order."""
    page, _, _ = opened(browser, request.getfixturevalue(edition) / "annex.html")
    page.evaluate("document.querySelectorAll('style').forEach(style => style.remove())")
    shown = page.evaluate(
        "[...document.querySelectorAll('.chart > div')].filter(d => d.checkVisibility()).map(d => d.className)"
    )
    assert shown and set(shown) == {"wide"}
    words = page.inner_text("main")
    first = [words.index(title) for title in ("Draft.", "Contents", "Summary of findings", "What got better")]
    places = first + [words.rindex(title) for title in ("Service by service", "Who replied", "Limits")]
    assert places == sorted(places)
    orders = page.evaluate(
        "[...document.querySelectorAll('section.exhibit')].filter(e => e.querySelector('.chart')).map("
        "e => [...e.children].map(c => c.className || c.tagName.toLowerCase()))"
    )
    for order in orders:
        found = [next(i for i, part in enumerate(order) if part == one) for one in ("h3", "subtitle", "p", "chart")]
        found += [order.index(one) for one in ("scroll", "caveats", "source")]
        assert found == sorted(found)
    page.context.close()
