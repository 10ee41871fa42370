"""The pages of an edition that rests on replies: the made-up example, from its exports to HTML."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pcse_analysis.cleaning.free_text import patterns_found
from pcse_analysis.estimates import read_figures
from pcse_analysis.evidence import open_responses
from pcse_analysis.metrics.disclosure import EXEMPT
from tests.conftest import run_pcse
from tests.pages.packed import text_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
ROOT = Path(__file__).parents[2]
TELLING = {"e-mail", "NHS number", "NI number", "GMC number", "postcode", "practice code", "doctor code"}
"""Kinds that no table of numbers and no heading looks like, unlike phone numbers and titled names."""
SERVICES = (
    "cervical_screening", "customer_support", "gp_payments", "gp_pensions", "medical_records", "performers_list",
    "pharmacy_market_entry", "registrations", "supplies",
)  # fmt: skip
OTHER_EVIDENCE = {"claims", "issue-log", "issue-log-steady", "commitments", "service-standards"}
PAGES = {"annex.html", "pages/practice.html", "pages/individual.html", "pages/data-quality.html"} | {
    f"pages/{name}.html" for name in (*SERVICES, *OTHER_EVIDENCE)
}


def words(soup: BeautifulSoup) -> str:
    return " ".join(soup.main.get_text().split())


def test_there_is_a_page_for_each_group_and_one_on_how_good_the_replies_are(made_up: dict[str, BeautifulSoup]) -> None:
    """The issue's list: survey pages for practices and for individuals, and data quality."""
    assert set(made_up) == PAGES


def test_every_page_says_that_it_is_made_up(made_up: dict[str, BeautifulSoup]) -> None:
    """In the title, in words before the heading, and as the word that the style prints across each sheet."""
    for name, soup in made_up.items():
        assert soup.title.get_text().startswith("SYNTHETIC, DRAFT: "), name
        assert soup.body["data-marked"] == "SYNTHETIC\nDRAFT"
        assert words(soup).index("SYNTHETIC: made-up example") < words(soup).index(soup.h1.get_text())


def test_the_flow_is_told_in_one_sentence(made_up: dict[str, BeautifulSoup]) -> None:
    """The plan of the example: 812 rows of practices in December 2017, of which 748 are analysed."""
    text = words(made_up["pages/data-quality.html"])
    (told,) = re.findall(r"Received 812; excluded: (.*?); analysed 748\.", text)
    assert sum(int(number) for number in re.findall(r"(\d+) \(", told)) == 812 - 748


def test_the_published_shares_stand_on_the_page_of_practices(made_up: dict[str, BeautifulSoup]) -> None:
    """The example was made to have them: 81 and 62 % of urgent requests, 58 and 39 % of registrations."""
    text = words(made_up["pages/practice.html"])
    for percent, failure in (
        ("81%", "urgent requests for records were not actioned within three weeks"),
        ("62%", "urgent requests for records were not actioned within three weeks"),
        ("58%", "patient registrations were not processed within three days"),
        ("39%", "patient registrations were not processed within three days"),
    ):
        assert re.search(rf"{percent} of [\w -]* said {failure}", text), failure


def test_a_service_that_was_not_asked_about_says_so(made_up: dict[str, BeautifulSoup]) -> None:
    """General practice does not use pharmacy market entry."""
    assert words(made_up["pages/practice.html"]).count("Not asked about: Pharmacy market entry.") == 2


def test_a_routed_question_says_who_was_asked(made_up: dict[str, BeautifulSoup]) -> None:
    """The route of the catalogue in words, with the number of those asked below the whole."""
    assert "Only those were asked who had answered" in words(made_up["pages/practice.html"])


def test_only_approved_quotations_of_what_was_written_are_shown(made_up: dict[str, BeautifulSoup]) -> None:
    """The two rows of quotes.csv, and no other text of a respondent."""
    with (ROOT / "data/catalogue/surveys/gpc-pcse-synthetic/quotes.csv").open(encoding="utf-8", newline="") as file:
        approved = {row["quote"] for row in csv.DictReader(file)}
    shown = {quote.get_text().strip() for quote in made_up["pages/practice.html"].find_all("blockquote")}
    assert shown == approved
    written = open_responses("synthetic").query("item.isin(['effect_on_patients', 'one_change', 'own_words'])")[
        "answer"
    ]
    others = {text for text in written.dropna().unique() if text not in approved and len(text) > 12}
    assert len(others) > 20
    for name, soup in made_up.items():
        assert not [text for text in others if text in words(soup)], name


def test_nothing_personal_leaves_for_the_outputs(synthetic: Path) -> None:
    """Planted in the exports: addresses, numbers, names, postcodes, codes. None is in any file of the edition."""
    planted = set()
    for path in (ROOT / "data/synthetic").glob("pcse-*.csv"):
        text = path.read_text(encoding="cp1252", errors="replace")
        planted |= set(re.findall(r"[\w.+-]+@[\w-]+\.\w+", text)) | set(re.findall(r"\bX\d{5}\b", text))
    assert len(planted) > 100
    for path in synthetic.rglob("*"):
        if path.is_file():
            text = text_of(path)
            assert not [word for word in planted if word in text], path.name
    for path in synthetic.rglob("*.html"):
        prose = " ".join(BeautifulSoup(path.read_text(encoding="utf-8"), "html5lib").main.get_text(" ").split())
        before = prose.split("What made this page")[0]
        assert not set(patterns_found(before)) & TELLING, path.name


def test_rows_left_out_are_kept_beside_and_not_in_the_outputs(synthetic: Path) -> None:
    """Every excluded row has its line and reason in data/interim; counted against the flow."""
    folder = ROOT / "data" / "interim" / "synthetic"
    with (folder / "excluded.csv").open(encoding="utf-8", newline="") as file:
        excluded = list(csv.DictReader(file))
    with (folder / "ledgers_excluded.csv").open(encoding="utf-8", newline="") as file:
        of_ledgers = list(csv.DictReader(file))
    counts = [(e.wave, e.value or 0) for e in read_figures(synthetic).estimates if e.measure == "rows_excluded"]
    counted = sum(count for wave, count in counts if wave)
    assert len(excluded) == counted == (300 - 281) + (812 - 748) + (1601 - 1540)
    assert len(of_ledgers) == sum(count for wave, count in counts if not wave) > 0
    assert all(row["reason"] and row["line"] and row["rule"] for row in excluded)
    assert not any(patterns_found(row["row"]) for row in excluded if row["rule"] == "02-test_rows")
    interim = {"excluded.csv", "cleaning_log.csv", "unmatched.csv", "ledgers_excluded.csv", "ledgers_log.csv"}
    assert {path.name for path in folder.iterdir()} == interim
    names = {path.name for path in synthetic.rglob("*")}
    assert not names & interim


def test_no_small_group_is_left_in_the_estimates(synthetic: Path) -> None:
    """No share has a base under ten; below a whole group of replies no numerator or rest is one to nine."""
    for e in read_figures(synthetic).estimates:
        if e.measure not in EXEMPT and not e.suppressed and e.base is not None:
            assert e.base >= 10
            if e.group_by and e.wave:
                assert e.numerator is not None
                assert not 0 < e.numerator < 10 and not 0 < e.base - e.numerator < 10
        if e.suppressed:
            assert (e.value, e.low, e.high, e.numerator, e.base, e.missing) == (None,) * 6


def test_a_broken_export_leaves_the_last_edition_as_it_was(small_project: Path) -> None:
    """An answer that is no option stops the build with one message and exit code 2; the outputs stay."""
    pages = small_project / "data/catalogue/pages.csv"
    pages.write_text(
        pages.read_text(encoding="utf-8") + "q,data_quality,annex.html,Quality,responses,,\n", encoding="utf-8"
    )
    notebook = small_project / "notebooks/data_quality.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace('\\"data-quality\\"', '\\"q\\"'), encoding="utf-8")
    words = ("build", "--project", small_project, "--edition", "synthetic")
    assert run_pcse(*words).code == 0
    outputs = small_project / "outputs" / "synthetic"
    before = {path.name: path.read_bytes() for path in outputs.rglob("*") if path.is_file()}
    wave = small_project / "data/catalogue/surveys/gpc-pcse-synthetic/waves/2016-10.yaml"
    wave.write_text(re.sub(r"(?m)^    sha256: .*\n", "", wave.read_text(encoding="utf-8")), encoding="utf-8")
    export = small_project / "data/synthetic/pcse-2016-10-practices.csv"
    export.write_bytes(export.read_bytes().replace(b"Very dissatisfied", b"Verry dissatisfied"))
    ended = run_pcse(*words)
    assert ended.code == 2 and "near 'Very dissatisfied'" in ended.err and "Traceback" not in ended.err
    assert {path.name: path.read_bytes() for path in outputs.rglob("*") if path.is_file()} == before
