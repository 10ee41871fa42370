"""A few claims, and the book of them as known on a day; small enough to count by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.ledgers import STATUSES, Ledger
from pcse_analysis.cleaning.claims import DAYS, MONEY, claims_as_known
from pcse_analysis.estimates import Estimate
from pcse_analysis.frames import CLAIMS
from pcse_analysis.metrics.claims_book import ClaimsBook

DAY = "2018-01-31"
LINES = ("supplies", "records", "payments")
LEDGER = Ledger(
    id="made",
    kind="claims",
    survey="made",
    label="Made up",
    about="Made up.",
    file="claims.csv",
    raw="data/raw",
    dates="day-first",
    time_zone="",
    days="all",
    extracted_on=DAY,
    starts_on="2017-01-01",
    columns={},
    expected_weeks=12,
)
CHOICES = {"loss": ("direct", "lost_earnings"), "service_line": LINES, "status": tuple(STATUSES["claims"])}
USUAL: Mapping[str, object] = {"loss": "direct", "service_line": "supplies", "submitted": "2017-01-02"}
Claim = Mapping[str, object]


def claims(rows: Sequence[Claim]) -> pd.DataFrame:
    """A direct loss to supplies a row, submitted on 2 January 2017 and open, but for what is given; each by another."""
    full = [USUAL | {"status": "open", "who": f"C{n}", "line": n, "id": str(n)} | row for n, row in enumerate(rows)]
    frame = pd.DataFrame([dict(one) for one in full], columns=list(CLAIMS.columns))
    for name in DAYS:
        frame[name] = frame[name].to_numpy(dtype=object, na_value=None).astype("datetime64[s]")
    for name in MONEY:
        frame[name] = frame[name].astype("Int64")
    for name in ("loss", "service_line", "status", "who", "region"):
        frame[name] = pd.Categorical(frame[name], categories=CHOICES.get(name, frame[name].dropna().unique()))
    return frame


def book(rows: Sequence[Claim], day: str = DAY, holidays: Sequence[str] = (), **says: object) -> ClaimsBook:
    """The book of some claims as known on a day; ``says`` is what the ledger's description says else."""
    return ClaimsBook(replace(LEDGER, **says), claims_as_known(claims(rows), day), day, holidays)  # type: ignore[arg-type]


def after(days: int, start: str = "2017-01-02") -> str:
    """A day so many days after another."""
    return str(np.datetime64(start, "D") + days)


def found(estimates: Sequence[Estimate]) -> dict[str, Estimate]:
    """Estimates by their ids, without what all have in common."""
    made = {estimate.id.removeprefix("made.claims."): estimate for estimate in estimates}
    assert len(made) == len(estimates)
    return made
