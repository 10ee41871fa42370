"""A browser and the pages to open in it, for every module of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium that asks nothing of the network."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def pages(published: Path, synthetic: Path, areas: Path, practices: Path) -> list[Path]:
    """Every page of an edition on published figures and of one on replies; the index and a report of two batches."""
    reports = [page for folder in (areas, practices) for page in (folder / "index.html", min(folder.glob("pages/*")))]
    return sorted((*published.rglob("*.html"), *synthetic.rglob("*.html"), *reports))
