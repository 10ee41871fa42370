"""The figures of the example's claims and returns: what is small is withheld, and nothing is known before its day."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.errors import Problems
from pcse_analysis.estimates import Estimate
from pcse_analysis.evidence import Inputs
from pcse_analysis.evidence.ledgers import DOORS, known_day, ledger_evidence
from tests.cleaning.made_ledgers import example
from tests.metrics.conftest import ROOT

EARLIER = "2017-06-30"
Rows = Sequence[dict[str, str]]


def figures(inputs: Inputs, name: str, folder: Path, evidence_date: str = "", drawn: str = "") -> list[Estimate]:
    """Every figure of one ledger of the example, read from a folder, by an edition and a day on which it was drawn."""
    catalogue: Catalogue = inputs.catalogue
    edition = catalogue.editions["synthetic"]
    edition = replace(edition, evidence_date=evidence_date or edition.evidence_date)
    ledger = catalogue.ledgers[name]
    ledger = replace(ledger, extracted_on=drawn or ledger.extracted_on)
    problems = Problems()
    labels = {line.id: line.label for line in catalogue.service_lines.values()}
    cleaned: CleanLedger | None = DOORS[ledger.kind](ledger, folder, labels, problems)
    assert cleaned is not None, problems.found
    assert known_day(ledger, edition) == min(edition.evidence_date, ledger.extracted_on)
    made = ledger_evidence(catalogue.surveys[edition.survey], edition, [cleaned], inputs.bank_holidays)
    assert made.changes == ()
    rows = [e for e in made.estimates if e.measure.startswith("rows_")]
    assert bool(rows) is (ledger.extracted_on <= edition.evidence_date)  # else later rows would be counted too
    return [e for e in made.estimates if e not in rows]


@pytest.fixture(scope="module")
def claims(inputs: Inputs) -> dict[str, Estimate]:
    made = figures(inputs, "claims", ROOT / "data" / "synthetic")
    found = {estimate.id.removeprefix("claims.claims."): estimate for estimate in made}
    assert len(found) == len(made)
    return found


def slug(words: str) -> str:
    return words.casefold().removesuffix(" loss").replace(" ", "_")


def test_no_small_number_of_the_example_is_printed(claims: dict[str, Estimate]) -> None:
    """Origin: counts of the file by the csv module. Of each service and loss, what 1 to 9 ended in is withheld; what is
    printed is as counted; and of every end two services at least are withheld, or none."""
    seen = Counter[str]()
    for by, column in (("service_line", "Service"), ("loss", "Kind of loss")):
        counts = Counter((slug(row[column]), slug(row["Status"])) for row in example("claims"))
        for (part, end), count in counts.items():
            status = "open" if end == "undecided" else end
            estimate = claims[f"ended.{status}.{by}.{part}"]
            if count < 10:
                assert estimate.suppressed and estimate.value is None
                seen[f"{by} {status}"] += 1
            else:
                assert estimate.suppressed or estimate.value == count
    assert seen.total() > 5
    for end in ("open", "paid", "refused", "withdrawn"):
        gone = [e for e in claims.values() if (e.measure, e.category, e.group_by) == ("ended", end, "service_line")]
        assert sum(bool(e.suppressed) for e in gone) != 1


def test_no_number_of_amounts_gives_what_is_withheld(claims: dict[str, Estimate]) -> None:
    """Origin: by hand. Six claims on records were paid, of 153 in all: no sum or middle tells the others' numbers."""
    paid = [row for row in example("claims") if row["Status"] == "Paid"]
    assert (len(paid), sum(row["Service"] == "Medical records" for row in paid)) == (153, 6)
    assert claims["paid"].base == 153
    named = [e for e in claims.values() if e.group_by and e.unit == "pence"]
    assert named and all(e.base is None for e in named)
    gone = {e.group for e in named if (e.measure, e.group_by) == ("paid", "service_line") and e.suppressed}
    assert "medical_records" in gone and len(gone) > 1


def day(cell: str) -> str:
    return datetime.strptime(cell, "%d/%m/%Y").date().isoformat() if cell else "9999-12-31"


def cut_claim(row: dict[str, str]) -> dict[str, str]:
    """One claim of the file as it stood on the earlier day."""
    steps = ("Acknowledged", "Decided", "Closed", "Applied to the list", "On the list since")
    cut = row | {step: row[step] if day(row[step]) <= EARLIER else "" for step in steps}
    if not cut["Closed"]:
        cut |= {"Status": "Undecided", "Paid (pence)": ""}
    if not cut["Decided"]:
        cut["Offered (pence)"] = ""
    return cut


def write(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_claims_of_an_earlier_edition_are_those_of_the_file_cut_back(inputs: Inputs, tmp_path: Path) -> None:
    """Origin: the file cut back by hand: no claim, step, end, offer or payment of after 30 June 2017."""
    cut = [cut_claim(row) for row in example("claims") if day(row["Submitted"]) <= EARLIER]
    assert 0 < len(cut) < len(example("claims"))
    assert sum(bool(row["Paid (pence)"]) for row in cut) < sum(bool(row["Paid (pence)"]) for row in example("claims"))
    write(tmp_path / "claims.csv", cut)
    then = figures(inputs, "claims", tmp_path, drawn=EARLIER)
    now = figures(inputs, "claims", ROOT / "data" / "synthetic", evidence_date=EARLIER)
    assert then == now
    assert {e.known_on for e in now} == {EARLIER}
    assert next(e for e in now if e.id == "claims.claims.submitted").value == len(cut)


def test_returns_of_an_earlier_edition_are_those_of_the_file_cut_back(inputs: Inputs, tmp_path: Path) -> None:
    """Origin: the file cut back by hand: no return that became known after 30 June 2017, revised ones neither."""
    cut = [row for row in example("kpi-returns") if day(row["Known on"]) <= EARLIER]
    assert 0 < len(cut) < len(example("kpi-returns"))
    write(tmp_path / "kpi-returns.csv", cut)
    then = figures(inputs, "kpi-returns", tmp_path, drawn=EARLIER)
    now = figures(inputs, "kpi-returns", ROOT / "data" / "synthetic", evidence_date=EARLIER)
    assert then == now
    assert max(e.category for e in now if e.measure == "reported") == "2017-05"
