"""Starts the Chromium of this machine without letting it ask anything of the network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from pcse_analysis.attachment.pdf import find_chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


EVERYTHING = bool(os.environ.get("PCSE_EVERYTHING"))
"""Whether every page and notebook is opened, as ``make browser`` does, and not only some of each kind."""
NEEDS_CHROMIUM = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(
        find_chromium() is None and os.environ.get("CI") != "true", reason="no Chromium on this machine"
    ),
]
"""Marks of a test in a browser: skipped where there is none, but not in CI."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
