"""The pages of a batch: an area, a practice that the page never says replied, and the index."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache

import pytest

from pcse_analysis.attachment.printed import wrong_figures
from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.dossier import Dossier, ListedReport
from pcse_analysis.errors import CommandError
from pcse_analysis.estimates import Estimate, Figures
from pcse_analysis.evidence import read_replies
from pcse_analysis.reporting import areas
from pcse_analysis.reporting.area_figures import areas_of
from pcse_analysis.reporting.html import Html
from tests.dossiers import own_dossier, own_inputs
from tests.reporting.made import said

LONDON = "SYNTHETIC CCG LONDON 1"
HEADLINE = "urgent_requests_not_actioned_3wk"
"""Of the first family of survey.yaml, headline, the item with the lowest finding in 2017: comparability.csv, read."""


@cache
def dossier() -> Dossier:
    return own_dossier("synthetic")


def page(pieces: Iterable[Html]) -> str:
    """Sections as nbconvert writes them: the attributes of a figure by name."""
    text = "".join(piece.__html__() for piece in pieces)
    return re.sub(
        r'<data class="figure" value="([^"]*)" data-row="([^"]*)" data-field="([^"]*)" data-form="([^"]*)">',
        r'<data class="figure" data-field="\3" data-form="\4" data-row="\2" value="\1">',
        text,
    )


def area_page(name: str = LONDON, of: Dossier | None = None) -> str:
    made = of or dossier()
    sections = (areas.heading, areas.about, areas.who_replied, areas.shares)
    return page(section(made, name) for section in sections)


def with_rows(*rows: Estimate) -> Dossier:
    """The made-up edition with some of its estimates in another form."""
    changed = {row.id: row for row in rows}
    held = dossier().figures
    return replace(dossier(), figures=Figures(tuple(changed.get(e.id, e) for e in held.estimates), held.changes))


def row(item: str, measure: str, area: str) -> Estimate:
    wanted = ("2017-12", item, measure, "ccg_name", area)
    return next(e for e in dossier().figures.estimates if (e.wave, e.item, e.measure, e.group_by, e.group) == wanted)


def in_points(e: Estimate) -> str:
    """A difference and its interval in whole points; none of those here is a half."""
    value, low, high = (
        f"{100 * (number or 0):+.0f}".replace("-", "\N{MINUS SIGN}") for number in (e.value, e.low, e.high)
    )
    return f"{value} points, {low} to {high}"


def test_every_figure_of_an_area_is_that_of_its_row() -> None:
    """The gate's own check, over a page of each region."""
    for name in areas_of(dossier())[::4]:
        html = area_page(name)
        assert html.count('<data class="figure"') > 60
        assert wrong_figures(html, dossier().figures) == []


def test_a_withheld_share_of_an_area_is_marked_and_nothing_is_said_of_it() -> None:
    """Records waiting for collection: 88 of 100 practices have them, so that few of an area do not."""
    assert row("records_waiting_collection", "share", LONDON).suppressed
    line = next(line for line in area_page().split("<tr>") if "M201" in line)
    assert line.count("[c]") == 4
    assert line.count("<data") == 2  # the region and all practices


def test_an_area_is_said_to_differ_only_where_its_adjusted_p_is_small() -> None:
    assert "On no question shown does this area differ" in said(area_page())
    p = row("satisfaction_supplies", "p_against_rest", LONDON)
    told = said(area_page(of=with_rows(replace(p, value=0.01))))
    apart = in_points(row("satisfaction_supplies", "difference_from_rest", LONDON))
    assert f"differs from all other practices on: M222 Dissatisfied with: Supplies ({apart})." in told


def test_the_region_of_an_area_is_that_of_the_register() -> None:
    told = said(areas.about(dossier(), LONDON))
    assert f"{LONDON} is a clinical commissioning group in SYNTHETIC REGION LONDON." in told


@pytest.mark.parametrize("section", [areas.heading, areas.about, areas.who_replied, areas.shares])
def test_an_unknown_area_is_told_with_a_near_one(section: object) -> None:
    with pytest.raises(CommandError, match="near 'SYNTHETIC CCG LONDON 1'"):
        section(dossier(), "SYNTHETIC CCG LONDON1")  # type: ignore[operator]


def test_an_edition_without_areas_says_so() -> None:
    with pytest.raises(CommandError, match="edition 'published' has no figures by area"):
        areas.heading(own_dossier("published"), LONDON)


def test_no_digit_of_prose_is_typed() -> None:
    """DESIGN section 6a: outside figures and times a digit is of a text of the catalogue or of the register."""
    survey, frame = dossier().survey, dossier().practices("2017-12")
    assert frame is not None
    own = [text for q in survey.questions.values() for text in (q.finding, q.label, q.wording, q.failure)]
    own += [wave.label for wave in survey.waves.values()] + areas_of(dossier())
    own += [str(fact) for fact in frame[frame["code"] == "X10007"].iloc[0]] + ["6,148"]
    sections = [areas.ranking(dossier(), over) for over in ("area", "service_line", "practice")]
    html = area_page() + practice_page("X10007") + page(sections)
    html = re.sub(r"<(svg|data|time)\b.*?</\1>", " ", html, flags=re.S)
    html = re.sub(r"Table [A-Z]\d?\.", " ", html)
    text = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    for known in sorted((" ".join(t.split()) for t in own if re.search(r"\d", t)), key=len, reverse=True):
        text = text.replace(known, " ")
    assert re.findall(r".{0,30}\d.{0,30}", text) == []


@cache
def practices_that_replied() -> frozenset[str]:
    inputs = own_inputs()
    replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, find_edition(inputs.catalogue, "synthetic"))
    return frozenset(
        code for r in replies.responses if r.wave == "2017-12" and r.group == "practice"
        for code in r.respondents["practice"] if code
    )  # fmt: skip


def practice_page(code: str) -> str:
    made = dossier()
    sections = (areas.practice_heading, areas.practice_facts, areas.practice_shares)
    return page(section(made, code) for section in sections)


def test_a_practice_that_replied_and_one_that_did_not_have_the_same_page() -> None:
    """In each of twenty groups of practices of one area and band: alike but for code, name and number of patients."""
    frame = dossier().practices("2017-12")
    assert frame is not None
    compared = 0
    for _, group in list(frame.groupby(["ccg_name", "size_band"], observed=True))[:20]:
        replied = group["code"].isin(practices_that_replied())
        if not replied.any() or replied.all():
            continue
        pages = []
        for fact in (group[replied].iloc[0], group[~replied].iloc[0]):
            text = practice_page(fact["code"])
            assert "does not tell whether this practice replied" in said(text)
            text = text.replace(fact["name"], "NAME").replace(fact["code"], "CODE")
            pages.append(text.replace(f"<td>{fact['list_size']:,.0f}</td>", "<td>SIZE</td>"))
        assert pages[0] == pages[1]
        compared += 1
    assert compared >= 15


def test_the_page_of_a_practice_holds_no_other_code() -> None:
    frame = dossier().practices("2017-12")
    assert frame is not None
    codes = set(re.findall(r"[A-Za-z0-9]+", practice_page("X10007"))) & set(frame["code"])
    assert codes == {"X10007"}


def test_every_figure_of_a_practices_page_is_that_of_its_row() -> None:
    assert wrong_figures(practice_page("X10007"), dossier().figures) == []


def test_an_unknown_practice_is_told() -> None:
    with pytest.raises(CommandError, match="expected the code of a practice of the register"):
        areas.practice_heading(dossier(), "X1")


def batch(*labels: str, over: str = "area") -> Dossier:
    made = tuple(
        ListedReport(report=label, file=f"pages/{over}/{n}.html", label=label) for n, label in enumerate(labels)
    )
    return replace(dossier(), reports=tuple(made))


def test_the_index_links_every_report_by_region_and_name() -> None:
    made = areas.reports(batch("SYNTHETIC CCG SOUTH 2", "SYNTHETIC CCG SOUTH 1", LONDON), "area").__html__()
    assert re.findall(r"<li><a href='([^']*)'>", made) == [f"pages/area/{n}.html" for n in (2, 1, 0)]
    assert re.findall(r"<h3 id='(group-\d+)'>([^<]*)", made) == [
        ("group-0", "SYNTHETIC REGION LONDON"), ("group-1", "SYNTHETIC REGION SOUTH")
    ]  # fmt: skip
    assert made.count("href='#group-") == 2


def test_reports_on_files_stand_in_one_list() -> None:
    made = areas.reports(batch("b.csv", "a.csv", over="file"), "file").__html__()
    assert re.findall(r">([ab]\.csv)<", made) == ["a.csv", "b.csv"]
    assert "<h3" not in made
    assert "no order but that of their names" in said(areas.ranking(dossier(), "file"))


def test_practices_are_not_ranked() -> None:
    assert "none tells what a practice said" in said(areas.ranking(dossier(), "practice"))
    assert "<data" not in areas.ranking(dossier(), "practice").__html__()


def test_areas_are_ranked_on_the_first_headline_by_default() -> None:
    html = page([areas.ranking(batch(LONDON), "area")])
    assert wrong_figures(html, dossier().figures) == []
    table = html.split("<tbody>")[1]
    rows = re.findall(r'<th scope="row">(.*?)</th>', table)
    expected = sorted(
        (e for e in dossier().figures.estimates if (e.item, e.wave, e.measure, e.group_by) ==
         (HEADLINE, "2017-12", "share", "ccg_name") and e.value is not None), key=lambda e: (-e.value, e.group),
    )  # fmt: skip
    assert [re.sub("<[^>]*>", "", name) for name in rows] == [e.group for e in expected]
    assert "means nothing where their intervals overlap" in said(html)
    assert f"<a href='pages/area/0.html'>{LONDON}</a>" in table


def test_withheld_areas_are_listed_without_a_place() -> None:
    """Late screening letters: 15 of 100, so that areas with few replies are withheld."""
    html = page([areas.ranking(dossier(), "area", "screening_letters_late")])
    hidden = [
        e.group for e in dossier().figures.estimates
        if (e.item, e.wave, e.measure, e.group_by) == ("screening_letters_late", "2017-12", "share", "ccg_name")
        and e.value is None
    ]  # fmt: skip
    assert hidden
    _, _, named = html.partition("and so in no order:")
    assert all(name in named.partition("</p>")[0] for name in hidden)
    assert not any(name in html.split("<tbody>")[1].split("</tbody>")[0] for name in hidden)


def test_areas_beyond_chance_are_named_with_their_difference() -> None:
    assert "No area differs from all others beyond chance" in said(areas.ranking(dossier(), "area"))
    p = row(HEADLINE, "p_against_rest", LONDON)
    told = said(areas.ranking(with_rows(replace(p, value=0.049)), "area"))
    apart = in_points(row(HEADLINE, "difference_from_rest", LONDON))
    assert f"these differ from all others together: {LONDON} ({apart})." in told


def test_another_question_and_one_that_there_is_not() -> None:
    assert "M222" in said(areas.ranking(dossier(), "area", "satisfaction_supplies"))
    with pytest.raises(CommandError, match="near 'satisfaction_supplies'"):
        areas.ranking(dossier(), "area", "satisfaction_suplies")


def test_services_stand_by_the_share_dissatisfied() -> None:
    """Eight services were rated on one scale in 2017; pharmacy market entry was not (questions.csv, read)."""
    html = page([areas.ranking(dossier(), "service_line")])
    assert wrong_figures(html, dossier().figures) == []
    shares = [float(v) for v in re.findall(r'data-field="value"[^>]* value="([0-9.]+)"', html)]
    assert len(shares) == 8 and shares == sorted(shares, reverse=True)
    assert "Not asked about in this way: Pharmacy market entry." in said(html)
