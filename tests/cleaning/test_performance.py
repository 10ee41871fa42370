"""Published figures on performance, and pairs of them: every mistake in one message; the rows against the record."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from pcse_analysis.evidence import Inputs, make_dossier
from tests.conftest import accepted, append_line, edit_row, refused
from tests.dossiers import own_dossier, own_inputs
from tests.shared import SHARED

ROOT = Path(__file__).parents[2]
NAME, PAIRS = "data/published/performance.csv", "data/published/reported_experienced.csv"
RECORD = SHARED / "reference" / "published_performance.csv"
ELSEWHERE = {
    "committees.parliament.uk (inquiry 3882: publications)": "https://committees.parliament.uk/work/3882/supporting-"
    "primary-care-services-nhs-englands-contract-with-capita-inquiry/publications/"
}
"""Addresses that the record gives in words."""
GOOD = {
    **{"service_line": "supplies", "label": "Orders", "reported_by": "provider", "period": "2016-08", "value": "90"},
    **{"unit": "percent", "note": "", "sources": "pulse-shortfall-survey", "known_on": "2016-08-31"},
    **{"confidence": "low"},
}
PAIR = {
    **{"survey": "gpc-pcse", "service_line": "supplies", "reported": "performance.a", "experienced": "performance.b"},
    **{"same_measure": "no", "reason": "Made up."},
}


def write(path: Path, good: dict[str, str], *rows: dict[str, str]) -> None:
    """A file with these rows alone, each good but for the cells given; ids are a, b, c, and so on, from line 2 on."""
    with path.open("w", encoding="utf-8", newline="") as out:
        named = ({"id": chr(ord("a") + n)} | good | row for n, row in enumerate(rows))
        csv.writer(out, lineterminator="\n").writerows([["id", *good], *(row.values() for row in named)])


def test_every_mistake_is_told_at_once_with_its_line(project: Path) -> None:
    """One mistake a row; both files in one message."""
    write(
        project / NAME, GOOD,
        {"id": "Orders"}, {"service_line": "suplies"}, {"label": ""}, {"reported_by": "capita"}, {"period": ""},
        {"value": "90%"}, {"value": "0"}, {"unit": ""}, {"sources": "pulse-shortfal-survey"}, {"sources": ""},
        {"known_on": "2016-09-01"}, {"confidence": "certain"}, {"id": "b"}, {"sources": "pulse-shortfall-survey,x"},
        {"value": ""},
    )  # fmt: skip
    write(
        project / PAIRS, PAIR,
        {"id": "-"}, {"survey": "gpc-pce"}, {"service_line": "outside_contract"}, {"reported": ""},
        {"experienced": ""}, {"same_measure": "partially"}, {"reason": ""}, {"id": "b"},
    )  # fmt: skip
    error = refused(project)
    dated = "expected the date of the earliest dated source"
    told = sorted((p.file, p.line, p.sentence().partition(": ")[2]) for p in error.problems)
    lines = "gp_payments, gp_pensions, medical_records"
    assert [(file, line) for file, line, _ in told] == [
        *((NAME, line) for line in range(2, 17)), *((PAIRS, line) for line in range(2, 10))
    ]  # fmt: skip
    said = [what for _, _, what in told]
    assert said[:11] == [
        "found 'Orders', expected lower-case letters, digits, - and _",
        "found 'suplies', expected a service line, or a wider one   near 'supplies'",
        "is empty",
        "found 'capita', expected who reported it: auditor, commissioner, press, profession, provider",
        "is empty",
        "found '90%', expected a number above 0, or nothing",
        "found '0', expected a number above 0, or nothing",
        "is empty",
        "found 'pulse-shortfal-survey', expected a source of sources.csv   near 'pulse-shortfall-survey'",
        f"found '2016-08-31', {dated}: (empty)",
        f"found '2016-09-01', {dated}: 2016-08-31",
    ]
    assert said[11:15] == [
        "found 'certain', expected a confidence: high, low, medium",
        "repeats line 3 (same id)",
        "found 'pulse-shortfall-survey,x', expected a source of sources.csv   near 'pulse-shortfall-survey'",
        "is empty",
    ]
    assert said[15] == "found '-', expected lower-case letters, digits, - and _"
    assert said[16] == "found 'gpc-pce', expected a survey of the catalogue   near 'gpc-pcse'"
    assert said[17].startswith("found 'outside_contract', expected a service line, or all: ") and lines in said[17]
    assert said[18:20] == ["is empty"] * 2
    assert said[20] == "found 'partially', expected yes, partly or no   near 'partly'"
    assert said[21:] == ["is empty", "repeats line 3 (same id)"]
    assert "To mend: separate several values by semicolons." in str(error)


def test_a_figure_without_a_dated_source_is_read_and_enters_no_edition(project: Path) -> None:
    """bma-capita-service-failure has no date in sources.csv."""
    write(project / NAME, GOOD, {"sources": "bma-capita-service-failure", "known_on": ""})
    inputs = accepted(project)
    assert inputs.performance["known_on"].tolist() == [""]
    dossier = make_dossier(inputs, "published")
    assert dossier.performance.empty
    assert "Orders" in set(dossier.left_out["item"])


def test_work_outside_the_contract_has_a_line_of_its_own(project: Path) -> None:
    """So has a figure on all services; a pair has only the latter."""
    write(project / NAME, GOOD, {"service_line": "outside_contract"}, {"service_line": "all"})
    assert accepted(project).performance["service_line"].tolist() == ["outside_contract", "all"]


def test_a_project_may_have_neither_file(project: Path) -> None:
    for name in (NAME, PAIRS):
        (project / name).unlink()
    inputs = accepted(project)
    assert inputs.performance.empty and inputs.pairs.empty
    assert make_dossier(inputs, "published").performance.empty


def test_a_column_of_the_head_that_is_missing_is_told_once(project: Path) -> None:
    """Both files have the same way of being read: a head, then rows with an id of their own."""
    for name, column in ((NAME, "confidence"), (PAIRS, "reason")):
        path = project / name
        path.write_text(path.read_text(encoding="utf-8").replace(column, column[:-1], 1), encoding="utf-8")
    told = [(p.file, p.line, p.what.split("   ")[0]) for p in refused(project).problems]
    assert told == [(NAME, 1, "column 'confidence' is missing"), (PAIRS, 1, "column 'reason' is missing")]


def test_mistakes_of_the_sources_are_not_told_again_for_each_figure(project: Path) -> None:
    """The list of sources cannot be read: what is looked up in it may well be right."""
    edit_row(project / NAME, {"id": "orders-fulfilled-2016-08"}, {"confidence": "lo"})
    append_line(project / "data/published/sources.csv", '"')
    problems = refused(project).problems
    assert {p.file for p in problems} == {"data/published/sources.csv", NAME}
    assert [p.what for p in problems if p.file == NAME] == ["found 'lo', expected a confidence   near 'low'"]


@pytest.fixture(scope="module")
def own() -> Inputs:
    return own_inputs()


@pytest.mark.skipif(not RECORD.is_file(), reason="needs the reference material beside the project")
def test_every_figure_of_the_record_is_there_and_no_other(own: Inputs) -> None:
    """Service line, value, confidence and addresses of the sources: 62 rows there, 62 here, one to one."""
    addresses = {p.id: p.url for p in own.catalogue.publications.values()}
    with RECORD.open(encoding="utf-8", newline="") as file:
        record = list(csv.DictReader(file))
    wanted = Counter(
        (r["service_line"], float(r["value"]), r["confidence"],
         frozenset(ELSEWHERE.get(u.strip(), u.strip()) for u in r["source_url"].split(";")))
        for r in record
    )  # fmt: skip
    found = Counter(
        (r["service_line"], r["value"], r["confidence"], frozenset(addresses[s] for s in r["sources"].split("; ")))
        for r in own.performance.to_dict("records")
    )
    assert len(record) == 62
    assert found == wanted


HAND_READ = {
    # id: period, value, unit, and who said so; read by hand in published_performance.csv
    "contract-value": ("seven years from August 2015", 330, "million pounds", "auditor"),
    "services-in-rectification-2016-09": ("2016-09", 5, "of 9 services", "auditor"),
    "targets-met-capita-2018-02": ("2018-02", 41, "of 45 targets", "provider"),
    "targets-met-practitioners-2018-02": ("2018-02", 32, "of 45 targets", "profession"),
    "satisfied-practices-2016-h1": ("first half of 2016", 21, "percent", "provider"),
    "score-practices-2016-h1": ("first half of 2016", 2.91, "score from 1 to 10", "provider"),
    "orders-fulfilled-2016-08": ("2016-08", 90, "percent", "provider"),
    "record-move-time-high-2016-08": ("2016-08", 6, "weeks", "provider"),
    "practices-unpaid-2016-03": ("2015-09 to 2016-03", 279, "practices", "commissioner"),
    "goodwill-per-practice-2017": ("2017", 250, "pounds", "commissioner"),
    "applications-in-time-2017-11": ("2017-11", 41, "percent", "auditor"),
    "compensation-requests-2018-05": ("2017-04 to 2018-05", 489, "requests", "profession"),
    "letters-told-pac-2017-10": ("2017-10", 162000, "items", "commissioner"),
}


@pytest.mark.parametrize("name", HAND_READ)
def test_a_row_is_what_the_record_says(own: Inputs, name: str) -> None:
    (row,) = own.performance[own.performance["id"] == name].to_dict("records")
    assert (row["period"], row["value"], row["unit"], row["reported_by"]) == HAND_READ[name]


def test_a_percentage_becomes_a_share_and_nothing_else_does(own: Inputs) -> None:
    """90 percent of orders is 0.9; 41 of 45 targets stay 41."""
    figures = own_dossier("published").figures
    orders = figures.estimate("performance.orders-fulfilled-2016-08")
    assert (orders.value, orders.unit) == (pytest.approx(0.9), "share")
    targets = figures.estimate("performance.targets-met-capita-2018-02")
    assert (targets.value, targets.unit) == (41, "of 45 targets")


@pytest.mark.parametrize(("edition", "survey"), [("published", "gpc-pcse"), ("synthetic", "gpc-pcse-synthetic")])
def test_both_figures_of_every_pair_are_there(own: Inputs, edition: str, survey: str) -> None:
    """A slip in an id would take the pair from the page."""
    dossier = own_dossier(edition)
    ids = {e.id for e in dossier.figures.estimates if e.value is not None}
    pairs = own.pairs[own.pairs["survey"] == survey]
    assert len(pairs) >= 2
    assert {*pairs["reported"], *pairs["experienced"]} - ids == set()
