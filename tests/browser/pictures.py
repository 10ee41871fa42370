"""Takes pictures of every built page: on a screen, on a phone, printed on A4, and without its style.

Run by ``make pictures``; the pictures go to ``build/pictures/<edition>/``.
"""

import sys
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser

from tests.browser.chromium import chromium, find_chromium

ROOT = Path(__file__).parents[2]
TALLEST = 2400
"""Pixels of one picture: a long page becomes several, so that each can be looked at in full size."""


def pictures_of(browser: Browser, page_file: Path, target: Path) -> int:
    """Write the pictures of one page below ``target`` and return how many."""
    count = 0
    for name, width in (("screen", 1280), ("phone", 320), ("no-css", 1280)):
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(page_file.as_uri())
        if name == "no-css":
            page.evaluate("document.querySelectorAll('style').forEach(style => style.remove())")
        height = page.evaluate("document.documentElement.scrollHeight")
        for part, top in enumerate(range(0, height, TALLEST), start=1):
            clip = {"x": 0, "y": top, "width": width, "height": min(TALLEST, height - top)}
            page.screenshot(path=target / f"{name}-{part:02d}.png", full_page=True, clip=clip)
            count += 1
        page.close()
    page = browser.new_page()
    page.goto(page_file.as_uri())
    pdf = target / "print.pdf"
    page.pdf(path=pdf, format="A4", prefer_css_page_size=True)
    page.close()
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        document[number].render(scale=1.6).to_pil().save(target / f"print-{number + 1:02d}.png")
        count += 1
    document.close()
    return count


def main() -> None:
    """Take the pictures of every edition under ``outputs/``."""
    if find_chromium() is None:
        sys.exit("make pictures needs Chromium: install it, or name it in the environment variable CHROMIUM.")
    pages = sorted((ROOT / "outputs").glob("*/**/*.html"))
    if not pages:
        sys.exit("make pictures: nothing under outputs/ yet; run make evidence first.")
    with chromium() as browser:
        for page_file in pages:
            target = ROOT / "build" / "pictures" / page_file.relative_to(ROOT / "outputs").with_suffix("")
            target.mkdir(parents=True, exist_ok=True)
            for old in target.glob("*.png"):
                old.unlink()
            print(f"{pictures_of(browser, page_file, target)} pictures in {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
