"""The door of compensation claims: from their file to one row a claim, with its steps and its money in whole pence."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.cleaning.ledgers import (
    CleanLedger,
    Repeats,
    check_days,
    check_ids,
    cleaned,
    drop_repeated,
    read_rows,
)
from pcse_analysis.cleaning.rows import Rows
from pcse_analysis.errors import Problems

STEPS = ("submitted", "acknowledged", "decided", "closed")
DAYS = (*STEPS, "applied", "listed")
IN_ORDER = (*((first, then) for then, first in combinations(STEPS[::-1], 2)), ("applied", "listed"))
"""Pairs of steps, of which the first must not come after the second; those next to each other come first."""
MONEY = ("asked", "offered", "paid")
REPEATS = Repeats(different="dates or amounts", same="dates and amounts")
LEAST = 1_000
"""Pence below which no more than half of the claims can lie: nobody claims for less than ten pounds."""
MIXED = 100
"""The pence of a pound: what one amount is times another where one of them is in pounds."""


def clean_claims(
    ledger: Ledger, folder: Path, service_lines: Mapping[str, str], problems: Problems
) -> CleanLedger | None:
    """The claims of a file, one row each; None where mistakes were noted in ``problems``.

    ``service_lines`` gives each line its label.
    """
    before = len(problems.found)
    rows = read_rows(ledger, folder, problems)
    if rows is None:
        return None
    drop_repeated(rows, check_ids(rows, REPEATS, (*DAYS, *MONEY)))
    days = {name: rows.days(name, optional=name != "submitted") for name in DAYS}
    money = {name: rows.pence(name) for name in MONEY}
    pence = {name: amounts.to_numpy(dtype=np.float64, na_value=np.nan) for name, amounts in money.items()}
    frame = pd.DataFrame(
        {"line": rows.lines, "id": rows.texts("id"), "loss": rows.choice("loss", ledger.choices("loss"))}
        | {"service_line": rows.choice("service_line", service_lines)}
        | days
        | {"status": rows.choice("status", ledger.choices("status"))}
        | money
        | {"who": rows.free("who"), "region": rows.free("region")}
    )
    check_days(rows, days, IN_ORDER)
    _check_units(rows, pence)
    _check_amounts(rows, pence, days)
    _check_status(rows, frame["status"].to_numpy(dtype=object), pence, days)
    return cleaned(rows, frame) if len(problems.found) == before else None


def _check_units(rows: Rows, pence: Mapping[str, NDArray[np.float64]]) -> None:
    """Note amounts that can only be pounds among pence, or pence among pounds."""
    asked = pence["asked"]
    small, some = (asked > 0) & (asked < LEAST), int((asked > 0).sum())
    if rows.ledger.amounts == "pence" and small.sum() * 2 > some:
        what = f"{small.sum()} of {some} amounts are below {LEAST:,} pence: they are pounds"
        to_do = f"write 'amounts: pounds' in {rows.ledger.description}, or give the amounts in pence."
        rows.note("asked", what, np.flatnonzero(small), to_do)
    for name in MONEY[1:]:
        other = pence[name]
        for wrong, what in (
            (other == asked * MIXED, f"is {MIXED} times what was asked"),
            (other * MIXED == asked, f"is a {MIXED}th of what was asked"),
        ):
            where = np.flatnonzero(wrong & (other > 0))
            if len(where):
                rows.note(name, f"{what}: one of the two is in pounds, the other in pence", where, rows.to_mend)


def _check_amounts(
    rows: Rows, pence: Mapping[str, NDArray[np.float64]], days: Mapping[str, NDArray[np.datetime64]]
) -> None:
    """Note offers that were made before a decision, and payments above the offer."""
    for name, wrong, what in (
        ("offered", (pence["offered"] > 0) & np.isnat(days["decided"]), "an offer, but there is no day of a decision"),
        ("paid", pence["paid"] > pence["offered"], "more was paid than was offered"),
    ):
        if wrong.any():
            rows.note(name, what, np.flatnonzero(wrong), rows.to_mend)


def _check_status(
    rows: Rows,
    status: NDArray[np.object_],
    pence: Mapping[str, NDArray[np.float64]],
    days: Mapping[str, NDArray[np.datetime64]],
) -> None:
    """Note every claim whose status contradicts its days or its amounts."""
    closed, paid = ~np.isnat(days["closed"]), pence["paid"] > 0
    wrong = {"is open, but there is a day on which it was closed": (status == "open") & closed}
    wrong["is open, but an amount was paid"] = (status == "open") & paid
    unread = np.isnan(pence["paid"]) & np.array([bool(text) for text in rows.texts("paid")])  # told as such
    wrong["is paid, but no amount is given, or 0"] = (status == "paid") & ~paid & ~unread
    for ended in ("paid", "refused", "withdrawn"):
        wrong[f"is {ended}, but there is no day on which it was closed"] = (status == ended) & ~closed
        if ended != "paid":
            wrong[f"is {ended}, but an amount was paid"] = (status == ended) & paid
    for what, which in wrong.items():
        if which.any():
            to_do = f"correct the cells, or recode the status in {rows.ledger.description} with a reason."
            rows.note("status", what, np.flatnonzero(which), to_do)


def claims_as_known(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """The claims that had been submitted by a day, as the file would have shown them on it.

    Steps that came later are missing. A claim closed later is open; what was offered is known from the day of the
    decision on, and what was paid from the day on which the claim was closed.
    """
    today = np.datetime64(day, "s")
    known = frame.loc[frame["submitted"] <= today].copy()
    for name in DAYS[1:]:
        known[name] = known[name].where(known[name] <= today)
    known.loc[known["closed"].isna(), "status"] = "open"
    known.loc[known["decided"].isna(), "offered"] = pd.NA
    known.loc[known["closed"].isna(), "paid"] = pd.NA
    return known.reset_index(drop=True)
