"""How long claimants wait by step, how claims end, what is asked, offered and paid, and working days lost."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims_book import ENDS, OPEN, REACHED, ClaimsBook, Wait
from pcse_analysis.metrics.durations import QUARTILES, risk_table
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.ledger_parts import Part
from pcse_analysis.metrics.rates import Spells, rate_ratio

GRID = (20, 40, 60, 80, 120, 160, 200, 240)
"""Days by which the shares decided, and ended in each way, are given."""
STEPS = {
    "days_to_acknowledged": ("submitted", "acknowledged"),
    "days_to_decided": ("submitted", "decided"),
    "days_to_closed": ("submitted", "closed"),
    "days_from_decided_to_closed": ("decided", "closed"),
}
"""Waits by the name of their measure: the step from which, and to which."""
AALEN_JOHANSEN = "Aalen-Johansen"


def claims_estimates(book: ClaimsBook) -> list[Estimate]:
    """Every figure of the claims but those in money; parts are not withheld yet."""
    made: list[Estimate] = []
    times = _days_given(book)
    for part in book.parts:
        followed = part.mask & book.followed
        made += [
            *_counts(book, part),
            *_waits(book, part, followed),
            *_shares(book, part, followed, times),
            *_open(book, part),
        ]
    return [*made, *_against_direct(book), *_approval(book)]


def _counts(book: ClaimsBook, part: Part) -> Iterator[Estimate]:
    status = book.claims.loc[part.mask, "status"]
    base = float(len(status))
    yield book.estimate(part, "submitted", "claims", "count", value=base, base=base)
    for end in (OPEN, *ENDS):
        value = float((status == end).sum())
        yield book.estimate(part, "ended", "claims", "count", category=end, value=value, base=base)


def _waits(book: ClaimsBook, part: Part, followed: NDArray[np.bool_]) -> Iterator[Estimate]:
    for measure, (start, step) in STEPS.items():
        if book.claims[step].isna().all():
            continue
        yield from _quantiles(book, part, measure, book.wait(start, step, followed))


def _quantiles(book: ClaimsBook, part: Part, measure: str, wait: Wait) -> Iterator[Estimate]:
    for name, share in QUARTILES.items():
        limits: dict[str, Any] = wait.quantile(share).limits
        base = float(len(wait))
        unit = book.ledger.day_name
        yield book.estimate(
            part, measure, unit, AALEN_JOHANSEN, category=name, base=base, confidence=CONFIDENCE, **limits
        )


def _days_given(book: ClaimsBook) -> list[int]:
    """Days by which shares are given, the same for every part: those of the grid that any claim is seen for."""
    last = int(book.wait("submitted", "closed", book.followed).days.max(initial=0))
    return sorted({*(at for at in GRID if at <= last), *([book.ledger.standard] if book.ledger.standard else [])})


def _shares(book: ClaimsBook, part: Part, followed: NDArray[np.bool_], times: list[int]) -> Iterator[Estimate]:
    decided, ended = book.wait("submitted", "decided", followed), book.wait_for_ends(followed)
    yield from _by_days(book, part, "decided_by", "", decided, REACHED, times)
    for mark, end in enumerate(ENDS, start=1):
        yield from _by_days(book, part, "ended_by", f"{end} by ", ended, mark, times)
    if times:
        curve = risk_table(ended.days, ended.ends == ENDS.index("paid") + 1).curve()
        naive = 1 - curve.at(times[-1])[0] if len(ended) else None
        category = f"paid by {times[-1]} days"
        method = "1 less Kaplan-Meier, biased"
        yield book.estimate(
            part, "ended_by_naive", "share", method, category=category, value=naive, base=float(len(ended))
        )


def _by_days(
    book: ClaimsBook, part: Part, measure: str, words: str, wait: Wait, mark: int, times: list[int]
) -> Iterator[Estimate]:
    found = wait.incidence(times, of=mark)
    for place, at in enumerate(times):
        value, low, high = (float(side[place]) for side in (found.share, found.low, found.high))
        seen = not np.isnan(value)
        limits: dict[str, Any] = {"value": value, "low": low, "high": high} if seen else {"value": None}
        yield book.estimate(
            part,
            measure,
            "share",
            AALEN_JOHANSEN,
            category=f"{words}{at} days",
            base=float(len(wait)),
            confidence=CONFIDENCE if seen else None,
            **limits,
        )


def _open(book: ClaimsBook, part: Part) -> Iterator[Estimate]:
    """How old the undecided claims are."""
    mask = part.mask & book.claims["decided"].isna().to_numpy() & (book.claims["status"] == OPEN).to_numpy()
    ages = book.wait("submitted", "closed", mask).days
    if len(ages):
        unit, base = book.ledger.day_name, float(len(ages))
        middle = float(np.median(ages))
        yield book.estimate(part, "age_of_undecided", unit, "median", category="median", value=middle, base=base)


def _against_direct(book: ClaimsBook) -> Iterator[Estimate]:
    """How fast lost earnings are decided beside direct losses of the same service at the same age of a claim."""
    loss = book.claims["loss"]
    part = next((p for p in book.parts if (p.group_by, p.group) == ("loss", "lost_earnings")), None)
    if part is None:
        return
    wait = book.wait("submitted", "decided", book.followed)
    lines = book.claims["service_line"].cat.codes.to_numpy().astype(np.int64)[book.followed]
    spells = Spells(
        entry=np.zeros(len(wait), dtype=np.int64),
        exit=wait.days,
        ended=wait.ends == REACHED,
        second=(loss == "lost_earnings").to_numpy()[book.followed],
        stratum=np.unique(lines, return_inverse=True)[1],
        cluster=book.people[book.followed] if bool(book.claims["who"].notna().any()) else None,
    )
    ratio = rate_ratio(spells)
    if ratio is not None:
        low, high = ratio.limits()
        limits: dict[str, Any] = {"value": exp(ratio.log_ratio), "low": exp(low), "high": exp(high)}
        yield book.estimate(
            part,
            "rate_against_direct",
            "ratio",
            "Cox by service",
            confidence=CONFIDENCE,
            base=float(len(wait)),
            **limits,
        )


def _approval(book: ClaimsBook) -> Iterator[Estimate]:
    """How long approval for the performers list took, and the working days lost beyond the weeks expected for it."""
    applications = book.applications
    if book.ledger.expected_weeks is None or not len(applications):
        return
    part = book.parts[0]
    yield from _quantiles(book, part, "days_to_listed", book.wait_for_approval())
    lost = days_lost(book)
    late, base = lost[lost > 0], float(len(applications))
    for measure, value in (
        ("applications", base),
        ("not_yet_listed", float(applications["listed"].isna().sum())),
        ("beyond_expected", float(len(late))),
    ):
        yield book.estimate(part, measure, "applications", "count", value=value, base=base)
    days, base = "working days", float(len(late)) or base
    yield book.estimate(part, "working_days_lost", days, "count", value=float(late.sum()), base=base)
    if len(late):
        middle = float(np.median(late))
        yield book.estimate(
            part, "working_days_lost_by_each", days, "median", category="median", value=middle, base=base
        )


def days_lost(book: ClaimsBook) -> NDArray[np.int64]:
    """Of each application: the working days from when it should have ended until it did, or until now.

    Of those who are not on the list yet the days are as many at least.
    """
    weeks = book.ledger.expected_weeks or 0
    due = book.applications["applied"].to_numpy().astype("datetime64[D]") + 7 * weeks
    until = book.applications["listed"].fillna(np.datetime64(book.day, "s")).to_numpy().astype("datetime64[D]")
    until = np.maximum(until, due)
    count = book.working_days
    return (count.index(until) - count.index(due)).astype(np.int64)
