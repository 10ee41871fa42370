"""The editions whose pages are looked at, and the pages parsed as a browser would, once."""

from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup


@cache
def soups(folder: Path) -> dict[str, BeautifulSoup]:
    """Every page of an edition by file name. Tests share them, so that none may change one."""
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html5lib")
        for path in sorted(folder.rglob("*.html"))
    }


@pytest.fixture(scope="module", params=["published", "synthetic"])
def folder(request: pytest.FixtureRequest) -> Path:
    """The folder of each edition in turn: one on published figures, one on replies."""
    built: Path = request.getfixturevalue(request.param)
    return built


@pytest.fixture(scope="module")
def every_page(folder: Path) -> dict[str, BeautifulSoup]:
    """Every page of each edition in turn."""
    return soups(folder)


@pytest.fixture(scope="module")
def made_up(synthetic: Path) -> dict[str, BeautifulSoup]:
    """Every page of the made-up replies."""
    return soups(synthetic)
