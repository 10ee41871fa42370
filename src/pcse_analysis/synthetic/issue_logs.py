"""Makes two example issue logs from the same rules: in one, resolving slows down in the last two months."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.ledger_files import EXTRACTED, STARTS, file_of, picked, working_days, written

WARM_UP, TURN = date(2016, 7, 1), date(2017, 11, 11)
SLOWER = 0.45
"""What is left of the speed of resolving from ``TURN`` on, in the log that slows down."""
HEADERS = (
    *("Issue", "Opened", "Resolved", "Status", "Withdrawn", "Reopened", "Promised for", "Service", "How raised"),
    *("Raised by", "Same issue as"),
)
LINES = {
    "Medical records": (0.24, 0.9),
    "Patient registrations": (0.14, 1.2),
    "Supplies": (0.10, 1.5),
    "GP payments": (0.20, 0.8),
    "GP pensions": (0.14, 0.6),
    "Performers list": (0.12, 0.7),
    "Cervical screening letters": (0.05, 1.0),
    "Pharmacy market entry": (0.01, 1.0),
}
"""For each service its share of the issues, and its speed beside the others."""
ROUTES = {"PCSE direct": (0.66, 0.055), "LMC": (0.18, 0.035), "BMA / NHSE": (0.16, 0.022)}
"""For each route its share, and the share of its open issues that a working day resolves."""
REPORTERS = 240
WITHDRAWN, REOPENED, FILED_AGAIN = 0.0012, 0.05, 0.03


@dataclass
class Issue:
    """One made-up issue; its cells by header."""

    opened: date
    closed: date | None = None
    cells: dict[str, str] = field(default_factory=dict)


def issue_logs(seed: str) -> dict[str, bytes]:
    """Both logs by the names of their files."""
    logs = {
        "issue-log.csv": _issues(Chance(seed, "issues"), slower=True),
        "issue-log-steady.csv": _issues(Chance(seed, "issues", "steady"), slower=False),
    }
    return {name: file_of(HEADERS, (issue.cells for issue in issues)) for name, issues in logs.items()}


def _issues(chance: Chance, *, slower: bool) -> list[Issue]:
    issues = []
    day = WARM_UP
    while day <= EXTRACTED:
        if day.weekday() < 5:
            issues += [_issue(chance, day, slower=slower) for _ in range(_opened_on(chance, day))]
        day += timedelta(days=1)
    kept = [issue for issue in issues if issue.closed is None or issue.closed >= STARTS]
    for number, issue in enumerate(kept, start=1):
        issue.cells["Issue"] = f"ISS-{number:05d}"
    _file_again(chance, kept)
    return kept


def _opened_on(chance: Chance, day: date) -> int:
    """How many are opened on a working day; more and more over the months."""
    expected = 1.0 + (day - WARM_UP).days / 380
    return int(expected) + (chance.even() < expected - int(expected))


def _issue(chance: Chance, opened: date, *, slower: bool) -> Issue:
    line, factor = picked(chance, LINES)
    route, speed = picked(chance, ROUTES)
    issue = Issue(opened)
    issue.cells |= {
        "Opened": written(opened),
        "Service": line,
        "How raised": route,
        "Raised by": f"R{chance.between(1, REPORTERS):04d}",
        "Status": "Open",
    }
    if route != next(iter(ROUTES)):
        issue.cells["Promised for"] = written(opened + timedelta(days=28))
    for day in working_days(opened):
        pace = speed * factor * (SLOWER if slower and day >= TURN else 1)
        if chance.even() < WITHDRAWN:
            issue.closed = day
            issue.cells |= {"Status": "Withdrawn", "Withdrawn": written(day)}
            break
        if chance.even() < pace:
            issue.closed = day
            issue.cells |= {"Status": "Resolved", "Resolved": written(day)}
            break
    _reopen(chance, issue)
    return issue


def _reopen(chance: Chance, issue: Issue) -> None:
    """A few are reopened some days after they were resolved, and most of these are resolved again."""
    if issue.cells["Status"] != "Resolved" or issue.closed is None or chance.even() >= REOPENED:
        return
    again = issue.closed + timedelta(days=chance.between(2, 20))
    if again > EXTRACTED:
        return
    issue.cells["Reopened"] = written(again)
    then = again + timedelta(days=chance.between(5, 40))
    if then <= EXTRACTED:
        issue.closed = then
        issue.cells["Resolved"] = written(then)
    else:
        issue.closed = None
        issue.cells["Status"] = "Open"


def _file_again(chance: Chance, issues: list[Issue]) -> None:
    for number, issue in enumerate(list(issues)):
        if chance.even() < FILED_AGAIN:
            copy = Issue(issue.opened, issue.closed, dict(issue.cells))
            copy.cells |= {"Issue": f"ISS-9{number:04d}", "Same issue as": issue.cells["Issue"]}
            issues.append(copy)
