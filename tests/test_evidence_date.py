"""Beyond the survey too, nothing enters an edition that was known later than its evidence date, and each is listed.

The edition ``letter`` is of 16 January 2018. Days are read here from the CSVs on their own.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import PERFORMANCE_SURVEY
from pcse_analysis.evidence import Inputs, make_dossier
from pcse_analysis.evidence import left_out as evidence_left_out
from pcse_analysis.evidence.ledgers import clean_ledgers, ledger_evidence
from pcse_analysis.reporting.background import left_out, sources, timeline
from pcse_analysis.reporting.commitments import overview
from pcse_analysis.reporting.standards import published, reported_and_experienced
from tests.dossiers import own_dossier, own_inputs

ROOT = Path(__file__).parents[1]
DAY, DAY_AFTER = "2018-01-16", "2018-01-17"
COLUMNS = ["kind", "wave", "respondent_group", "service_line", "item", "measure", "known_on"]


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return own_inputs()


@pytest.fixture(scope="module")
def letter(inputs: Inputs) -> Dossier:
    return own_dossier("letter")


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / f"data/published/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known(row: dict[str, str]) -> bool:
    return "" < row["known_on"] <= DAY


def listed(dossier: Dossier, kind: str) -> pd.DataFrame:
    return dossier.left_out[dossier.left_out["kind"] == kind]


def test_figures_on_performance_are_parted_by_the_day(letter: Dossier) -> None:
    """Each of the 62 rows is either in the dossier or listed, and none is both."""
    table = rows("performance")
    ids = {row["id"] for row in table if known(row)}
    assert set(letter.performance["id"]) == ids
    assert {e.item for e in letter.figures.estimates if e.survey == PERFORMANCE_SURVEY} == ids
    later = sorted((row["service_line"], row["label"], row["known_on"]) for row in table if not known(row))
    found = listed(letter, "performance")[["service_line", "item", "known_on"]]
    assert sorted(found.itertuples(index=False, name=None)) == later
    assert ids and later and len(ids) + len(later) == 62


def test_commitments_are_parted_by_the_day(letter: Dossier) -> None:
    """All of the real ones were known on the day of the letter: it is the source of the last three."""
    table = [row for row in rows("commitments") if row["survey"] == "gpc-pcse"]
    assert set(letter.commitments["id"]) == {row["id"] for row in table if known(row)}
    assert listed(letter, "commitment").empty and all(known(row) for row in table)
    assert "made up" not in overview(letter).__html__()  # those of the made-up survey


def test_events_are_parted_by_the_day(letter: Dossier) -> None:
    """An event that took place earlier and became known later is not there either."""
    table = rows("timeline")
    assert set(letter.timeline["id"]) == {row["id"] for row in table if known(row)}
    assert "2015-08-contract-signed" not in set(letter.timeline["id"])  # known from May 2018 on


def test_no_source_is_later(letter: Dossier) -> None:
    """Of a fact with two sources only that is named which was public."""
    dates = {row["id"]: row["published_on"] for row in rows("sources")}
    cells = [*letter.performance["sources"], *letter.commitments["sources"], *letter.timeline["sources"]]
    named = {name for cell in cells for name in cell.split("; ")}
    assert {name: dates[name] for name in named if not "" < dates[name] <= DAY} == {}
    goodwill = letter.performance.set_index("id").loc["goodwill-per-practice-2017", "sources"]
    assert goodwill == "pulse-250-payment"  # and not bma-capita-service-failure, which has no date


def test_what_is_listed_has_no_value(letter: Dossier) -> None:
    """Neither a column for it, nor the number or the period in the words of any row."""
    assert list(letter.left_out.columns) == COLUMNS
    for row in rows("performance"):
        if not known(row):
            words = row["label"].replace(",", "")
            assert row["value"] not in words.split() and row["note"] not in (words, *words.split())
    page = left_out(letter).__html__()
    assert "130,000" not in page and "130000" not in page and "Records archived by mistake under Capita" in page


def test_pages_of_the_letter_hold_nothing_later(letter: Dossier) -> None:
    """No name of a publication of a later day, and no later day."""
    dates = {row["id"]: row["published_on"] for row in rows("sources")}
    pieces = [overview(letter), published(letter), reported_and_experienced(letter), timeline(letter)]
    html = "\n".join(
        piece.__html__() for piece in (*pieces, sources(letter, with_timeline=True, with_commitments=True))
    )
    for name, day in dates.items():
        if not "" < day <= DAY:
            assert f"source-{name}'" not in html, name
    days = {part.split('"')[0] for part in html.split('datetime="')[1:]}
    assert DAY in days and max(days) <= DAY
    # The pair on the 45 targets, of June 2018, is named and no more.
    assert "targets" in html and "45 targets" not in html


def moved(inputs: Inputs, table: str, row: str, day: str) -> Inputs:
    """The inputs with one row known on another day."""
    frame: pd.DataFrame = getattr(inputs, table)
    held: Any = {table: frame.assign(known_on=frame["known_on"].mask(frame["id"] == row, day))}
    return replace(inputs, **held)


@pytest.mark.parametrize(("day", "enters"), [(DAY, True), (DAY_AFTER, False), ("", False)])
@pytest.mark.parametrize("row", ["orders-fulfilled-2016-08", "records-archived-capita"])
def test_a_figure_on_performance_moves_over_the_day(inputs: Inputs, row: str, day: str, enters: bool) -> None:
    """One that was known in time and one that was not: only the day decides."""
    dossier = make_dossier(moved(inputs, "performance", row, day), "letter")
    label = next(one["label"] for one in rows("performance") if one["id"] == row)
    assert (row in set(dossier.performance["id"])) is enters
    assert (f"{PERFORMANCE_SURVEY}.{row}" in {e.id for e in dossier.figures.estimates}) is enters
    found = listed(dossier, "performance").set_index("item")
    assert (label in found.index) is not enters
    if not enters:
        assert found.loc[label, "known_on"] == day
        assert ("no dated source" if not day else "17 January 2018") in left_out(dossier).__html__()


@pytest.mark.parametrize(("day", "enters"), [(DAY, True), (DAY_AFTER, False)])
def test_a_commitment_moves_over_the_day(inputs: Inputs, day: str, enters: bool) -> None:
    """What it is about is named, and not how it is judged."""
    row = "gpc-2018-01-review"
    dossier = make_dossier(moved(inputs, "commitments", row, day), "letter")
    assert (row in set(dossier.commitments["id"])) is enters
    words = next(one["commitment"] for one in rows("commitments") if one["id"] == row)
    assert (words in set(listed(dossier, "commitment")["item"])) is not enters
    assert (words in overview(dossier).__html__()) is enters


@pytest.mark.parametrize(("day", "enters"), [(DAY, True), (DAY_AFTER, False)])
def test_an_event_moves_over_the_day_and_the_judgement_with_it(inputs: Inputs, day: str, enters: bool) -> None:
    """NHS England withdrew its team at the end of January 2018: were that known on the day, the promise were kept."""
    event, promise = "2018-01-31-nhse-team-withdrawn", "nhse-2016-09-experts"
    dossier = make_dossier(moved(inputs, "timeline", event, day), "letter")
    assert (event in set(dossier.timeline["id"])) is enters
    alone = replace(dossier, commitments=dossier.commitments[dossier.commitments["id"] == promise])
    html = overview(alone).__html__()
    assert ("<strong>kept</strong>" in html) is enters
    assert ("<strong>cannot be told</strong>" in html) is not enters


@pytest.mark.parametrize(("day", "named"), [(DAY, False), (DAY_AFTER, True)])
def test_a_ledger_that_was_drawn_later_is_listed(inputs: Inputs, day: str, named: bool) -> None:
    """The made-up log, had it been drawn on the evidence date or a day later; what came later in it is cut off."""
    ledgers = {**inputs.catalogue.ledgers}
    ledgers["issue-log"] = replace(ledgers["issue-log"], extracted_on=day)
    catalogue, edition = replace(inputs.catalogue, ledgers=ledgers), inputs.catalogue.editions["synthetic"]
    none = inputs.performance.iloc[:0]
    later = evidence_left_out.left_out(replace(inputs, catalogue=catalogue), edition, none, [ledgers["issue-log"]])
    assert ("Made-up issue log" in set(later.loc[later["kind"] == "ledger", "item"])) is named
    logs = [one for one in clean_ledgers(ROOT, inputs.raw, catalogue, edition) if one.ledger.id == "issue-log"]
    figures = ledger_evidence(catalogue.surveys[edition.survey], edition, logs, inputs.bank_holidays)
    assert {e.known_on for e in figures.estimates} == {DAY}


def test_the_made_up_edition_has_no_real_figure() -> None:
    dossier = own_dossier("synthetic")
    assert dossier.performance.empty and not dossier.figures_of(PERFORMANCE_SURVEY).estimates
    assert set(dossier.commitments["survey"]) == {"gpc-pcse-synthetic"}
    assert listed(dossier, "performance").empty
