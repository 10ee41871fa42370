"""How long issues take, from a log of a few rows: counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pcse_analysis.cleaning.issues import as_known
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.issue_log import IssueLog
from pcse_analysis.metrics.resolution import resolution_estimates
from tests.cleaning.made_ledgers import MadeLedger, row


def resolved(issue: str, opened: str, day: str) -> list[str]:
    return row(issue, Opened=opened, Resolved=day, Status="resolved")


def figures(root: Path, *rows: list[str], day: str = "2018-01-31") -> dict[str, Estimate]:
    """The figures of a log that begins on 1 January 2017, every day counted."""
    log = MadeLedger(root)
    log.says["days"] = "all"
    log.write(*rows)
    cleaned = log.cleaned()
    made = resolution_estimates(IssueLog(cleaned.ledger, as_known(cleaned.frame, day), day, ()))
    return {estimate.id.removeprefix("log.issues."): estimate for estimate in made if not estimate.group_by}


def test_quartiles(tmp_path: Path) -> None:
    """Origin: by hand. Resolved after 3, 5 and 9 days, one of four is open: 3/4, 1/2, 1/4 are left after these."""
    made = figures(
        tmp_path,
        resolved("1", "02/01/2017", "05/01/2017"),
        resolved("2", "02/01/2017", "07/01/2017"),
        resolved("3", "02/01/2017", "11/01/2017"),
        row("4", Opened="02/01/2017"),
    )
    found = [made[f"days_to_resolve.{name}"].value for name in ("lower-quartile", "median", "upper-quartile")]
    assert found == [3, 5, 9]
    assert [made[name].value for name in ("logged", "resolved", "open", "withdrawn")] == [4, 3, 1, 0]
    assert made["still_open.7-days"].value == pytest.approx(1 / 2)


def test_an_issue_closed_before_the_log_begins_tells_nothing_of_its_days(tmp_path: Path) -> None:
    """Origin: by hand. Of those closed before the first day only some are in it; one opened before counts from then.

    Issue 2 comes in at age 5 and is resolved at 7, when issue 3 is at risk too; issue 1 is left out.
    """
    made = figures(
        tmp_path,
        resolved("1", "01/11/2016", "02/11/2016"),
        resolved("2", "27/12/2016", "03/01/2017"),
        row("3", Opened="02/01/2017"),
    )
    assert made["still_open.5-days"].value == 1
    assert made["still_open.7-days"].value == pytest.approx(1 / 2)
    assert made["days_to_resolve.median"].value == 7
    assert made["days_to_resolve.median"].base == 2


def test_the_median_is_not_reached(tmp_path: Path) -> None:
    """Origin: by hand. One of three is resolved."""
    made = figures(tmp_path, resolved("1", "02/01/2017", "05/01/2017"), row("2"), row("3"))
    assert made["days_to_resolve.median"].value is None
    assert made["days_to_resolve.lower-quartile"].value == 3
