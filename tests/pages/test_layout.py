"""The order of a page, what every annex says of itself, and how pages lead to one another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from pcse_analysis.estimates import Change, Verdict, read_figures

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
MOVED = re.compile(r"\b(fell|rose|improved|worsened|increased by|decreased by|got (better|worse))\b")
NOT_CLAIMS = ("An improvement by the margin",)


def words(tag: Tag | None) -> str:
    assert tag is not None
    return " ".join(tag.get_text().split())


def changes_of_the_survey(folder: Path) -> list[Change]:
    """Those of whole groups; an issue log has changes of its own."""
    found = read_figures(folder)
    return [c for c in found.changes if not c.group_by and found.estimate(c.estimate_after).wave]


def test_an_annex_keeps_the_order_of_the_issue(every_page: dict[str, BeautifulSoup]) -> None:
    """Contents, summary, one picture, an exhibit a finding, services, who answered, methods, limits, and the rest."""
    titles = [words(h) for h in every_page["annex.html"].find_all("h2")]
    picture = next(t for t in titles if t in ("The changes in one picture", "Every change at a glance"))
    exhibits = next(t for t in titles if t in ("Findings in order", "Every change and what it rests on"))
    asked = ["Contents", "Summary of findings", picture, exhibits, "Service by service", "Who replied"]
    asked += ["How it was done", "Limits", "Sources", "Provenance"]
    places = [titles.index(title) for title in asked]
    assert places == sorted(places)
    four = [words(h) for h in every_page["annex.html"].find_all("h3")][:4]
    assert four == ["What got worse", "What got better", "What did not change", "What cannot be said"]


@pytest.mark.parametrize(
    "said",
    [
        "Draft.", "Not an official statistic.", "Questions: ", "Evidence as known on ", "Asked by ", "Population: ",
        "Respondents are taken to be self-selected", "Table R. Replies to each survey",
        r"days of fieldwork|replies from \d+", r"Response rate|Replied \(%\)", "nothing is known of the others",
        "intervals describe chance", "Disclosure", "margin that matters", "Commit", "Parameters", "Lock of packages",
        "Versions", "Input files",
    ],
)  # fmt: skip
def test_every_annex_says_what_an_attachment_must_say(every_page: dict[str, BeautifulSoup], said: str) -> None:
    """The list of the rules for attachments, an entry a line."""
    assert re.search(said, words(every_page["annex.html"].main))


def test_every_page_has_contents_that_name_each_of_its_sections(every_page: dict[str, BeautifulSoup]) -> None:
    """The links of the contents against the headings below them."""
    for name, soup in every_page.items():
        listed = [(link["href"], words(link)) for link in soup.nav.find_all("a")]
        assert listed == [(f"#{h['id']}", words(h)) for h in soup.find_all("h2")[1:]], name
        assert len(listed) >= 5


def test_every_page_below_the_annex_leads_to_it_and_to_all_others(every_page: dict[str, BeautifulSoup]) -> None:
    """Each is linked once in the last section; none links to itself, and the annex, sent alone, to no other file."""
    for name, soup in every_page.items():
        found = [str(link["href"]) for link in soup.find_all("a", href=True)]
        files = [href for href in found if not href.startswith(("#", "http"))]
        if name == "annex.html":
            assert files == []
            continue
        back, *others = files
        assert back == "../annex.html" and words(soup.find("a", href=back)) == "Back to the annex"
        expected = {"../annex.html"} | {
            other.removeprefix("pages/") for other in every_page if other.startswith("pages/")
        }
        assert sorted(others) == sorted(expected - {name.removeprefix("pages/")}), name


def test_every_file_that_an_annex_names_is_there(folder: Path, every_page: dict[str, BeautifulSoup]) -> None:
    """No link can lead from a file that is sent alone, but its names must be right."""
    named = {words(code) for code in every_page["annex.html"].find_all("code")}
    files = {name for name in named if name.endswith(".html")}
    assert files <= set(every_page) and len(files) >= 5


def test_the_summary_has_a_line_a_finding(folder: Path, every_page: dict[str, BeautifulSoup]) -> None:
    """Each change once, with its verdict, short enough to be run through by eye: two lines of the page at most."""
    lines = [words(li) for ul in every_page["annex.html"].find_all("ul", class_="summary") for li in ul.find_all("li")]
    changes = changes_of_the_survey(folder)
    assert len(lines) == len(changes)
    assert len({line.split()[0] for line in lines}) == len(lines)
    assert max(len(line) for line in lines) <= 130
    assert all(re.search(r"(improved|deteriorated|unclear|no material change|comparable|worded|differs)\.$", line)
               for line in lines)  # fmt: skip


def test_no_sentence_says_that_something_moved_where_that_is_unclear(
    folder: Path, every_page: dict[str, BeautifulSoup]
) -> None:
    """Read alone, no sentence of an unclear finding may be taken for a claim."""
    unclear = 0
    for name, soup in every_page.items():
        for exhibit in soup.find_all("section", class_="exhibit"):
            if not words(exhibit.find(re.compile("^h[1-6]$"))).endswith("change unclear"):
                continue
            unclear += 1
            for sentence in re.split(r"(?<=[.;]) ", " ".join(words(p) for p in exhibit.find_all("p"))):
                claim = MOVED.search(sentence) and not sentence.startswith(NOT_CLAIMS)
                assert not claim, (name, sentence)
    assert unclear >= sum(c.verdict is Verdict.UNCLEAR for c in changes_of_the_survey(folder))


def test_each_headline_has_its_sensitivity_and_its_family_beside_it(every_page: dict[str, BeautifulSoup]) -> None:
    """Of what improved or got worse: those who did not reply, and when the family was fixed."""
    found = 0
    for exhibit in every_page["annex.html"].find_all("section", class_="exhibit"):
        headline, text = words(exhibit.find("h3")), words(exhibit)
        if re.search(r": (improved|worse) by", headline):
            found += 1
            assert "the later share among those that did not reply would have to be" in text
            assert re.search(r"Tested with its family, “[^”]+”: \d+ comparisons, [\w-]+; fixed ", text)
    assert found >= 2


def test_a_weighted_share_stands_beside_the_plain_share_of_its_own_survey(made_up: dict[str, BeautifulSoup]) -> None:
    """The rows that the two figures of a line name differ in the weighting alone."""
    lines = 0
    for soup in (made_up["annex.html"], made_up["pages/practice.html"]):
        for table in soup.find_all("table"):
            if "share with a problem" not in words(table.caption):
                continue
            for row in table.tbody.find_all("tr"):
                plain, *_, weighted = row.find_all("data")
                assert weighted["data-row"] == plain["data-row"] + ".weighted"
                lines += 1
    assert lines >= 60


def test_a_picture_of_a_scale_says_where_its_numbers_stand(made_up: dict[str, BeautifulSoup]) -> None:
    """The tables that it names are on the same page; each has a picture of its own scale above it."""
    named = 0
    for name, soup in made_up.items():
        for said in soup.find_all("p", class_="source", string=re.compile("The numbers of this picture")):
            for table in re.findall(r"[A-Z]+\d+", words(said)):
                caption = soup.find("caption", string=re.compile(rf"^Table {table}\. "))
                caption = caption or next(c for c in soup.find_all("caption") if words(c).startswith(f"Table {table}."))
                assert "chart" in caption.find_parent("section").find("div")["class"], (name, table)
                named += 1
    assert named >= 16


def test_the_sources_of_replies_name_every_export_and_list(made_up: dict[str, BeautifulSoup]) -> None:
    """The files of the made-up raw folder, counted there: three exports, one list of practices and one of payments."""
    table = next(t for t in made_up["annex.html"].find_all("table") if words(t.caption).startswith("Table J."))
    files = [words(th) for th in table.tbody.find_all("th")]
    raw = {path.name for path in (Path(__file__).parents[2] / "data" / "synthetic").glob("*.csv")}
    assert set(files) <= raw
    assert {name for name in raw if name.startswith("pcse-")} <= set(files) and len(files) == 3 + 2 * 2
