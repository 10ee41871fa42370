"""The pages as text: what they say, how they are built, and that every figure can be traced."""

import re
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.cleaning.register import size_band
from pcse_analysis.errors import Problems
from pcse_analysis.estimates import read_figures
from pcse_analysis.reporting.figures import FORMS
from tests.pages.conftest import soups

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
ROOT = Path(__file__).parents[2]
BEYOND = (
    "Issues raised, and whether resolving them slowed down",
    "Compensation claims",
    "What is reported, and what is experienced",
    "What was promised, and was it kept?",
)
"""Headings of the parts of an annex on other evidence than the survey."""


@pytest.fixture(scope="module")
def pages(published: Path) -> dict[str, BeautifulSoup]:
    return soups(published)


@pytest.fixture(scope="module")
def annex_text(pages: dict[str, BeautifulSoup]) -> str:
    return " ".join(pages["annex.html"].main.get_text().split())


def test_pages_fetch_nothing_and_run_nothing(folder: Path) -> None:
    """No script, no style sheet or picture from elsewhere: only data addresses and links that a reader may follow."""
    for path in folder.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        soup = BeautifulSoup(text, "html5lib")
        assert not soup.find_all(["link", "iframe", "object", "embed", "img"])
        assert [script["type"] for script in soup.find_all("script")] == ["application/json"]
        assert not re.search(r"\son\w+=", text)
        assert all(address.startswith("data:") for address in re.findall(r"url\(['\"]?([^)'\"]+)", text))
        assert "@import" not in text


def test_pages_have_a_language_a_title_and_one_main_heading(folder: Path, every_page: dict[str, BeautifulSoup]) -> None:
    """The title is the main heading's text, behind the mark of the edition, and no two pages share one."""
    before = "SYNTHETIC, DRAFT: " if folder.name == "synthetic" else "DRAFT: "
    titles = [soup.title.get_text() for soup in every_page.values()]
    assert len(set(titles)) == len(titles)
    for name, soup in every_page.items():
        assert soup.html["lang"] == "en-GB", name
        assert [f"{before}{h.get_text()}" for h in soup.find_all("h1")] == [soup.title.get_text()]
        levels = [int(h.name[1]) for h in soup.find_all(re.compile(r"^h[1-6]$"))]
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), name


def test_every_table_has_a_caption_scoped_headers_and_no_blank_cell(every_page: dict[str, BeautifulSoup]) -> None:
    """Rules of the Government Analysis Function for tables."""
    count = 0
    for name, soup in every_page.items():
        for table in soup.find_all("table"):
            count += 1
            assert table.caption.get_text().strip(), name
            assert all(th.get("scope") in ("col", "row") for th in table.find_all("th"))
            assert all(cell.get_text().strip() for cell in table.find_all(["td", "th"]))
    assert count > 30


def test_every_chart_has_its_own_alternative_text(every_page: dict[str, BeautifulSoup]) -> None:
    """Each drawing's words name a figure that is printed beside it; the narrow twin says the same."""
    for name, soup in every_page.items():
        for chart in soup.find_all("div", class_="chart"):
            wide, narrow = (svg["aria-label"] for svg in chart.find_all("svg"))
            assert wide == narrow
            figures = r"\d+%|\d+ shares changed|All events: \d+|\d (working )?days|\d times the usual|£\d|\d months"
            assert re.search(figures, wide), (name, wide)


def test_ids_are_unique_and_every_link_inside_the_outputs_leads_somewhere(every_page: dict[str, BeautifulSoup]) -> None:
    """Anchors and links between pages, followed by hand through the parsed files."""
    ids = {name: [tag["id"] for tag in soup.find_all(id=True)] for name, soup in every_page.items()}
    for name, soup in every_page.items():
        assert len(ids[name]) == len(set(ids[name])), name
        for link in soup.find_all("a", href=True):
            target, _, anchor = link["href"].partition("#")
            if target.startswith("http"):
                continue
            other = (Path(name).parent / target).as_posix() if target else name
            other = other.replace("pages/../", "")
            assert other in every_page, (name, link["href"])
            assert not anchor or anchor in ids[other], (name, link["href"])


def test_an_annex_is_light_enough_to_send(published: Path, letter: Path, synthetic: Path) -> None:
    """At most 200 kB for six charts, and as much for every six more.

    A part on evidence beyond the survey, which may hold tables alone, may weigh as much as a chart.
    """
    for folder in (published, letter, synthetic):
        html = (folder / "annex.html").read_bytes()
        parts = html.count(b'<div class="chart">') + len(BEYOND)
        assert len(html) <= 200_000 * max(parts / 6, 1), (folder.name, len(html), parts)
        assert all(f">{title}<".encode() in html for title in BEYOND)


def test_every_figure_recomputes_from_its_row(folder: Path, every_page: dict[str, BeautifulSoup]) -> None:
    """DESIGN section 6a: row and field are named, the text follows from the full value in the CSV."""
    figures = read_figures(folder)
    numbers = {number.id: number for number in (*figures.estimates, *figures.changes)}
    count = 0
    for soup in every_page.values():
        for data in soup.find_all("data", class_="figure"):
            value = getattr(numbers[data["data-row"]], data["data-field"])
            assert float(data["value"]) == value
            assert data.get_text() == FORMS[data["data-form"]](value)
            count += 1
    assert count > 300


def prose(soup: BeautifulSoup) -> str:
    """The words of a page without figures, times, ids of findings, drawings, sources and provenance."""
    main = BeautifulSoup(str(soup.main), "html5lib")
    for heading in main.find_all("h2"):
        if heading.get_text() in ("Sources", "Provenance"):
            for after in [*heading.find_next_siblings()]:
                after.decompose()
            heading.decompose()
            break
    for tag in main.find_all(["data", "time", "svg", "nav"]):
        if isinstance(tag, Tag) and not tag.decomposed:
            tag.decompose()
    for tag in main.find_all("a", href=re.compile("^#source-")):
        tag.decompose()
    return " ".join(main.get_text().split())


def catalogue_texts() -> list[str]:
    """Every text of the data folder that holds a digit, longest first, with white space as a page folds it."""
    texts = set()
    for path in [*(ROOT / "data" / "catalogue").rglob("*.csv"), *(ROOT / "data" / "published").rglob("*.csv")]:
        if path.suffix == ".csv":
            import csv

            with path.open(encoding="utf-8", newline="") as file:
                texts |= {cell for row in csv.reader(file) for cell in row}
    problems = Problems()
    catalogue = read_catalogue(ROOT, problems)
    for survey in catalogue.surveys.values():
        texts |= {survey.margin_fixed, survey.design.pairing_note, *(f.label for f in survey.families.values())}
        texts |= {survey.design.population}
        texts |= {text for wave in survey.waves.values() for text in (wave.about, wave.label)}
        exports = [export for wave in survey.waves.values() for export in wave.exports.values()]
        texts |= {step.reason for export in exports for step in (*export.rules, *export.recodes)}
        registers = [wave.register for wave in survey.waves.values() if wave.register]
        texts |= {str(band) for r in registers for band in size_band(pd.Series([1.0]), r.size_bands).cat.categories}
    for ledger in catalogue.ledgers.values():
        texts |= {ledger.label, ledger.about, f"{ledger.standard} {ledger.day_name}", f"{ledger.expected_weeks} weeks"}
        reasons = (*ledger.recodes, *ledger.exclusions, *([ledger.repeated] if ledger.repeated else []))
        texts |= {step.reason for step in reasons}
        texts |= {ledger.slow_down.fixed} if ledger.slow_down else set()
    for letter in catalogue.letters.values():
        texts |= {text for claim in letter.claims for text in (claim.claim, claim.needs)}
    rules = {f"{{{k}}}": str(v) for s in catalogue.surveys.values() for k, v in asdict(s.disclosure).items()}
    for method in catalogue.methods.values():
        text = method.text
        for name, value in rules.items():
            text = text.replace(name, value)
        texts |= {method.title, text}
    return sorted((" ".join(t.split()) for t in texts if re.search(r"\d", t)), key=len, reverse=True)


def test_no_digit_of_prose_is_typed(folder: Path, every_page: dict[str, BeautifulSoup]) -> None:
    """DESIGN section 6a: outside figures and times, a digit is an id or of a text of the catalogue or of a ledger."""
    of_ledgers = {(e.category, e.group) for e in read_figures(folder).estimates if not e.wave}
    named = {text for category, group in of_ledgers for text in (group, category.split(" by ")[-1])}
    named |= {text.replace(" days", " working days") for text in named}  # as the page of such a ledger names them
    texts = sorted([*catalogue_texts(), *(text for text in named if re.search(r"\d", text))], key=len, reverse=True)
    for name, soup in every_page.items():
        words = prose(soup)
        for text in texts:
            words = words.replace(text, " ")
        words = re.sub(r"\b[SCF]\d+[ab]?\b", " ", words)
        assert not re.search(r"\d", words), (name, re.findall(r".{40}\d.{20}", words)[:5])


def test_the_annex_says_what_improved(annex_text: str) -> None:
    """81 to 62 and 58 to 39 percent are the published figures; 19 points is their difference."""
    assert (
        "81% of practices that replied said urgent requests for records were not actioned within three weeks"
        in annex_text
    )
    assert re.search(r"62% said urgent requests were not actioned.{0,80}fell by 19 percentage points", annex_text)
    assert re.search(r"39% said patient registrations were not.{0,80}fell by 19 percentage points", annex_text)
    assert annex_text.count("Among those that replied, this improved.") >= 2


def test_the_annex_says_that_incorrect_records_are_unclear(annex_text: str) -> None:
    """31 percent in one month would be 31 to 67 percent over three at a steady rate: 1 - 0.69 ** 3 = 0.671."""
    assert re.search(r"earlier share would become 31% \(.{0,50}\) to 67%", annex_text)
    assert "Whether this changed is unclear." in annex_text
    assert "Incorrect records received in three months: change unclear" in annex_text


def test_the_annex_says_that_the_figures_contradict_the_letter(annex_text: str) -> None:
    """Medical records and registrations are contradicted; the other seven service lines cannot be tested."""
    match = re.search(r"The published figures contradict this for (.*?)\. It cannot be tested for (.*?):", annex_text)
    assert match
    contradicted, untested = match.groups()
    assert "Medical records" in contradicted and "Patient registrations" in contradicted
    assert contradicted.count("improved by 19 points") == 2
    assert "unclear" not in contradicted
    assert untested.count(",") + untested.count(" and ") == 6


def test_figures_that_are_not_compared_never_stand_in_one_row_or_sentence(pages: dict[str, BeautifulSoup]) -> None:
    """28 percent against 88 or 93, and the two 51 percents: no sentence and no table row holds both."""
    separate = [
        {"records_missed_agreed_date", "records_waiting_collection"},
        {"records_missed_agreed_date", "records_awaiting_delivery"},
        {"support_unable_to_resolve_in_time", "incorrect_pension_deductions_12m"},
    ]
    seen = set()
    for soup in pages.values():
        for place in soup.find_all(["tr", "p", "li"]):
            items = {data["data-row"].split(".")[3] for data in place.find_all("data") if ".share" in data["data-row"]}
            seen |= items
            assert not any(pair <= items for pair in separate), place
    assert set().union(*separate) <= seen


def test_a_service_nobody_published_on_says_so(pages: dict[str, BeautifulSoup]) -> None:
    """No question of the catalogue is about cervical screening or pharmacies."""
    for line in ("cervical_screening", "pharmacy_market_entry"):
        assert "No figure about this service is known" in pages[f"pages/{line}.html"].main.get_text()
