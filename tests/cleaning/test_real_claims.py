"""Real insurance claims read by a description alone: the amounts of ``survival_claims`` in SOURCES.md beside the data.

AutoBi holds what each of 1,340 people lost by an injury, in thousands of dollars, and whether they had an attorney. It
lacks the rest, which is made up here: all are submitted on one day, every third is still open, the others are decided
and paid on one day; an attorney stands for the kind of loss. The waits of the real ``transplant`` are held against R in
tests/metrics/test_competing.py.
"""

from __future__ import annotations

import pandas as pd
import pytest

from pcse_analysis.cleaning.claims import claims_as_known, clean_claims
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims import claims_estimates
from pcse_analysis.metrics.claims_book import ClaimsBook
from pcse_analysis.metrics.claims_disclosure import protected
from pcse_analysis.metrics.claims_money import money_estimates
from tests.cleaning.made_ledgers import MadeLedger
from tests.shared import REALDATA, needs_realdata

pytestmark = needs_realdata
FILE = REALDATA / "survival_claims" / "insuranceData_AutoBi.csv"
HEADER = ("CASENUM", "ATTORNEY", "Service", "Submitted", "Decided", "Closed", "Status", "LOSS", "Offered", "Paid")
DESCRIPTION: dict[str, object] = {
    "id": "log",
    "kind": "claims",
    "survey": "made",
    "label": "AutoBi",
    "about": "Injuries in cars, claims of 2002.",
    "file": "autobi.csv",
    "dates": "year-first",
    "days": "all",
    "extracted_on": "2018-01-31",
    "amounts": "pounds",
    "columns": {
        **{"id": "CASENUM", "loss": "ATTORNEY", "service_line": "Service", "submitted": "Submitted"},
        **{
            "decided": "Decided",
            "closed": "Closed",
            "status": "Status",
            "asked": "LOSS",
            "offered": "Offered",
            "paid": "Paid",
        },
    },
    "values": {"loss": {"lost_earnings": ["1"], "direct": ["2"]}, "status": {"paid": ["settled"]}},
}
PAID_ON = "2017-06-30"
PENCE = 100
THOUSAND = 1_000


def raw() -> pd.DataFrame:
    return pd.read_csv(FILE)


@pytest.fixture(scope="module")
def cleaned(tmp_path_factory: pytest.TempPathFactory) -> CleanLedger:
    log = MadeLedger(tmp_path_factory.mktemp("autobi"), "autobi.csv", DESCRIPTION, HEADER, clean_claims)
    rows = []
    for place, claim in enumerate(raw().itertuples()):
        loss = str(round(THOUSAND * claim.LOSS))
        ended = ["", "", "open", loss, "", ""] if place % 3 == 0 else [PAID_ON, PAID_ON, "settled", loss, loss, loss]
        rows.append([str(claim.CASENUM), str(claim.ATTORNEY), "supplies", "2017-01-02", *ended])
    log.write(*rows)
    return log.cleaned()


@pytest.fixture(scope="module")
def figures(cleaned: CleanLedger) -> dict[str, Estimate]:
    day = "2018-01-31"
    book = ClaimsBook(cleaned.ledger, claims_as_known(cleaned.frame, day), day, ())
    made = protected(book, [*claims_estimates(book), *money_estimates(book, 10)], 10)
    return {estimate.id.removeprefix("log.claims."): estimate for estimate in made}


def test_every_claim_is_kept(cleaned: CleanLedger, figures: dict[str, Estimate]) -> None:
    """Origin: SOURCES.md: 1,340 claims, 685 with an attorney and 655 without."""
    assert (cleaned.received, len(cleaned.frame)) == (1340, 1340)
    parts = ("", ".loss.lost_earnings", ".loss.direct")
    assert [figures[f"submitted{part}"].value for part in parts] == [1340, 685, 655]


def test_sums_and_means(figures: dict[str, Estimate]) -> None:
    """Origin: SOURCES.md: means of 5.953, 9.863 and 1.865 thousand; the last digit of the first is cut, not rounded."""
    for part, number, mean in (("", 1340, 5.953), (".loss.lost_earnings", 685, 9.863), (".loss.direct", 655, 1.865)):
        found = figures[f"asked{part}"].value
        assert found is not None
        assert found / number / PENCE / THOUSAND == pytest.approx(mean, abs=0.0006)
    assert figures["asked"].value == round(raw()["LOSS"].sum() * THOUSAND) * PENCE


def test_the_middle_amounts(figures: dict[str, Estimate]) -> None:
    """Origin: SOURCES.md: 3.417 and 0.986 thousand, here to ten; of all, by pandas."""
    middles = {"": raw()["LOSS"].median(), ".loss.lost_earnings": 3.417, ".loss.direct": 0.986}
    for part, middle in middles.items():
        assert figures[f"asked_median{part}"].value == round(middle * THOUSAND / 10) * 10 * PENCE


def test_what_was_paid(figures: dict[str, Estimate]) -> None:
    """Origin: by pandas, of all claims but every third."""
    rows = raw()
    settled = rows[rows.index % 3 != 0]
    assert (figures["ended.paid"].value, figures["ended.open"].value) == (len(settled), len(rows) - len(settled))
    assert figures["paid"].value == round(settled["LOSS"].sum() * THOUSAND) * PENCE
    for attorney, loss in ((1, "lost_earnings"), (2, "direct")):
        part = settled[settled["ATTORNEY"] == attorney]
        assert figures[f"ended.paid.loss.{loss}"].value == len(part)
        assert figures[f"paid.loss.{loss}"].value == round(part["LOSS"].sum() * THOUSAND) * PENCE
    assert figures["offered_of_asked"].value == 1
