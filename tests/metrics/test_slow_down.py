"""The two periods of a slow-down, and why they are not compared: by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pcse_analysis.cleaning.issues import as_known
from pcse_analysis.estimates import Change
from pcse_analysis.metrics.issue_log import IssueLog
from pcse_analysis.metrics.rates import Spells
from pcse_analysis.metrics.slow_down import Observed, sides_of, spells_of
from pcse_analysis.metrics.slow_down_figures import SAME, TOO_FEW, slow_down_figures
from tests.cleaning.made_ledgers import MadeLedger, row


def observed(*cases: tuple[int, int, bool]) -> Observed:
    """Issues by the day opened, the day last seen and whether they were resolved then; the log runs from 10 to 20."""
    opened, last, resolved = (np.array(column) for column in zip(*cases, strict=True))
    return Observed(opened=opened, last=last, resolved=resolved, cluster=None, begins=10, ends=20)


def stretches(spells: Spells) -> list[tuple[int, int, bool, bool]]:
    columns = (spells.entry.tolist(), spells.exit.tolist(), spells.ended.tolist(), spells.second.tolist())
    return list(zip(*columns, strict=True))


def test_an_issue_opened_before_a_period_counts_from_its_age() -> None:
    """Origin: by hand, with a turn on day 15."""
    seen = observed(
        (4, 17, True),  # in the first period at ages 6 to 10, in the second at 11 to 13, where it is resolved
        (12, 14, True),  # resolved on the last day of the first period, at age 2
        (15, 20, False),  # opened on the day of the turn and open on the last day, at age 5
        (15, 15, True),  # resolved on the day on which it was opened
        (3, 9, True),  # resolved before the log begins: in no period
    )
    assert stretches(spells_of(seen, 15, np.zeros(5, dtype=int))) == [
        (6, 10, False, False),
        (0, 2, True, False),
        (11, 13, True, True),
        (0, 5, False, True),
        (0, 0, True, True),
    ]


def test_resolved_for_each_hundred_days_open() -> None:
    """Origin: by hand. Days at risk 5 + 3 before the turn, one resolved; 3 + 6 + 1 from it on, two resolved."""
    seen = observed((4, 17, True), (12, 14, True), (15, 20, False), (15, 15, True))
    before, after = sides_of(spells_of(seen, 15, np.array([0, 1, 1, 0])))
    assert (before.resolved, before.days_open, before.rate) == (1, 8, 12.5)
    assert (after.resolved, after.days_open, after.rate) == (2, 10, 20)


def change(root: Path, early: int, late: int, still_open: int) -> Change:
    """Of all issues of a log whose last month begins on 1 January 2018, every day counted.

    So many are opened and resolved on one day of the earlier period, and of the later; others are opened in the later
    and stay open.
    """
    log = MadeLedger(root)
    log.says |= {"days": "all", "slow_down": {"months": 1, "margin": 0.1, "fixed": "before the log was seen"}}
    days = {"Opened": "10/01/2018", "Resolved": "10/01/2018"}, {"Opened": "05/06/2017", "Resolved": "05/06/2017"}
    ended = [dates for dates, number in zip(days, (late, early), strict=True) for _ in range(number)]
    rows = [row(str(n), Status="resolved", **dates) for n, dates in enumerate(ended)]
    rows += [row(f"open {n}", Opened="10/01/2018") for n in range(still_open)]
    log.write(*rows)
    cleaned = log.cleaned()
    made = IssueLog(cleaned.ledger, as_known(cleaned.frame, "2018-01-31"), "2018-01-31", ())
    return next(change for change in slow_down_figures(made)[1] if not change.group_by)


def test_few_that_are_resolved_of_many_that_could_be_are_compared(tmp_path: Path) -> None:
    """Origin: by hand. At age 0, 30 of 30 were resolved and 3 of 33; at equal speed 33 times 33/63 of the later."""
    found = change(tmp_path, early=30, late=3, still_open=30)
    assert found.reason == SAME
    assert found.value is not None


def test_few_that_would_be_resolved_at_equal_speed_are_not_compared(tmp_path: Path) -> None:
    """Origin: by hand. At age 0, 30 of 30 were resolved and 12 of 12: 12 of the later, but 9 of 9 are too few."""
    assert change(tmp_path / "enough", early=30, late=12, still_open=0).value is not None
    found = change(tmp_path / "few", early=30, late=9, still_open=0)
    assert found.value is None
    assert found.reason == TOO_FEW


def test_that_nothing_was_resolved_is_found_to_be_slower(tmp_path: Path) -> None:
    """Origin: by hand. At age 0, 30 of 30 were resolved and none of 30; at equal speed 15 of the later."""
    found = change(tmp_path, early=30, late=0, still_open=30)
    assert found.reason == SAME
    assert found.low is not None
    assert found.low > 0
