"""Makes example compensation claims: lost earnings wait much longer than direct losses, and many are undecided."""

from __future__ import annotations

from datetime import date, timedelta

from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.ledger_files import EXTRACTED, STARTS, file_of, picked, working_days, written

HEADERS = (
    *("Claim", "Claimant", "Kind of loss", "Service", "Submitted", "Acknowledged", "Decided", "Closed", "Status"),
    *("Asked (pence)", "Offered (pence)", "Paid (pence)", "Applied to the list", "On the list since"),
)
PERFORMERS = "Performers list"
LINES = {
    PERFORMERS: (0.42, 0.70),
    "GP pensions": (0.26, 0.20),
    "GP payments": (0.22, 0.15),
    "Medical records": (0.06, 0.30),
    "Supplies": (0.04, 0.05),
}
"""For each service its share of the claims, and the share of these that are for lost earnings."""
DIRECT, EARNINGS = "Direct loss", "Lost earnings"
DECIDED = {DIRECT: 0.017, EARNINGS: 0.005}
"""The share of the claims acknowledged that a working day decides."""
OFFERED = {DIRECT: 0.70, EARNINGS: 0.55}
"""The share of the decisions that are an offer."""
AMOUNTS = {
    DIRECT: (2_500, 12_000, 30_000, 80_000, 250_000),
    EARNINGS: (60_000, 150_000, 400_000, 900_000, 2_500_000),
}
"""Pence that are asked for, at equal steps from the least to the greatest."""
ACKNOWLEDGED, PAID, WITHDRAWN = 0.20, 0.06, 0.0008
"""Shares of the claims that wait for it which a working day acknowledges, pays and sees withdrawn."""
IN_PART, LEAST_PART, MOST_PART = 0.12, 50, 95
"""The share of the offers that are paid in part, and which part, as a percentage."""
CLAIMANTS = 1_500
APPLIED_BEFORE = (60, 260)
"""Days from the application to join the performers list to the claim."""
WAITS = (35, 70, 110, 180, 420)
"""Days from the application to the place on the list, at equal steps from the least to the greatest."""


def claims(seed: str) -> dict[str, bytes]:
    """The claims by the name of their file."""
    chance = Chance(seed, "claims")
    rows = [_claim(chance, day) for day in working_days(STARTS) for _ in range(_submitted_on(chance, day))]
    for number, row in enumerate(rows, start=1):
        row["Claim"] = f"CL-{number:04d}"
    return {"claims.csv": file_of(HEADERS, rows)}


def _submitted_on(chance: Chance, day: date) -> int:
    """How many are submitted on a working day; more and more over the months."""
    expected = 0.8 + (day - STARTS).days / 530
    return int(expected) + (chance.even() < expected - int(expected))


def _claim(chance: Chance, submitted: date) -> dict[str, str]:
    line, for_earnings = picked(chance, LINES)
    loss = EARNINGS if chance.even() < for_earnings else DIRECT
    row = {
        "Claimant": f"C{chance.between(1, CLAIMANTS):04d}",
        "Kind of loss": loss,
        "Service": line,
        "Submitted": written(submitted),
        "Status": "Open",
        "Asked (pence)": str(chance.on_line(AMOUNTS[loss])),
    }
    if line == PERFORMERS:
        _apply(chance, row, submitted)
    _go_on(chance, row, submitted)
    return row


def _apply(chance: Chance, row: dict[str, str], submitted: date) -> None:
    applied = submitted - timedelta(days=chance.between(*APPLIED_BEFORE))
    listed = applied + timedelta(days=chance.on_line(WAITS))
    row["Applied to the list"] = written(applied)
    if listed <= EXTRACTED:
        row["On the list since"] = written(listed)


def _go_on(chance: Chance, row: dict[str, str], submitted: date) -> None:
    """Walk through the working days after a claim: it is acknowledged, decided, and paid where there is an offer."""
    loss = row["Kind of loss"]
    for day in working_days(submitted + timedelta(days=1)):
        if "Offered (pence)" in row:
            if chance.even() < PAID:
                part = chance.between(LEAST_PART, MOST_PART) if chance.even() < IN_PART else 100
                paid = int(row["Offered (pence)"]) * part // 100
                row |= {"Status": "Paid", "Closed": written(day), "Paid (pence)": str(paid)}
                return
        elif chance.even() < WITHDRAWN:
            row |= {"Status": "Withdrawn", "Closed": written(day)}
            return
        elif "Acknowledged" not in row:
            if chance.even() < ACKNOWLEDGED:
                row["Acknowledged"] = written(day)
        elif chance.even() < DECIDED[loss]:
            row["Decided"] = written(day)
            if chance.even() >= OFFERED[loss]:
                row |= {"Status": "Refused", "Closed": written(day)}
                return
            row["Offered (pence)"] = str(int(row["Asked (pence)"]) * chance.between(30, 100) // 100)
