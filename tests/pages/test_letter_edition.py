"""The edition of the day of the letter holds nothing that became known later."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.errors import Problems
from pcse_analysis.estimates import read_figures

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("letter")]
DAY = "2018-01-16"
ROOT = Path(__file__).parents[2]


def test_no_figure_or_source_is_younger_than_the_letter(letter: Path) -> None:
    """``known_on`` of every row, and the date of every publication that a row names."""
    dates = {p.id: p.published_on for p in read_catalogue(ROOT, Problems()).publications.values()}
    figures = read_figures(letter)
    assert figures.estimates
    for estimate in figures.estimates:
        assert estimate.known_on <= DAY
        assert all(dates[source] <= DAY for source in estimate.sources if source in dates)


def test_what_became_known_later_is_listed_without_its_value(letter: Path) -> None:
    """The Public Accounts Committee published 73 and 51 percent on 25 July 2018."""
    soup = BeautifulSoup((letter / "annex.html").read_text(encoding="utf-8"), "html5lib")
    heading = next(h for h in soup.find_all("h2") if h.get_text() == "What is left out")
    table = heading.find_next("table").get_text()
    assert "Records service increased the workload" in table
    assert "Incorrect pension deductions in twelve months" in table
    assert "25 July 2018" in table
    rows = {data["data-row"] for data in soup.find_all("data")}
    assert not any("records_service_increased_workload" in row or "incorrect_pension" in row for row in rows)


def test_no_later_day_stands_on_any_page(letter: Path) -> None:
    """Every machine-readable date but those of the left-out list is on or before the day of the letter."""
    for path in letter.rglob("*.html"):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html5lib")
        for heading in soup.find_all("h2"):
            if heading.get_text() == "What is left out":
                heading.find_next("table").decompose()
        days = [time["datetime"] for time in soup.find_all("time")]
        assert days
        assert all(day <= DAY for day in days if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)), path.name


def test_the_verdicts_are_those_of_the_published_edition(letter: Path) -> None:
    """The three headline figures were all known on the day of the letter."""
    verdicts = {c.item: c.verdict.value for c in read_figures(letter).changes if c.comparability != "not_comparable"}
    assert verdicts == {
        "urgent_requests_not_actioned_3wk": "improved",
        "registrations_not_processed_3d": "improved",
        "incorrect_records_received_3m": "unclear",
    }


def test_a_note_that_became_known_later_is_left_out_too(letter: Path) -> None:
    """BMJ Careers, 24 January 2018, is the source of the remark on how many records were waiting."""
    assert "small number of records" not in (letter / "annex.html").read_text(encoding="utf-8")
