"""What claimants ask for, are offered and are paid, in pence; sums that one person dominates are withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims_book import OPEN, ClaimsBook
from pcse_analysis.metrics.disclosure import without
from pcse_analysis.metrics.ledger_parts import Part

MONEY = ("asked", "offered", "paid")
ROUNDED = 1_000
"""Pence to which a middle amount is rounded: else it would be the amount of one claim."""
DOMINANCE = 0.1
"""The part of the largest person's amount that all but the two largest must add up to."""
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def money_estimates(book: ClaimsBook, threshold: int) -> list[Estimate]:
    """Sums, middles and ratios of money of every part, those withheld without their values."""
    sums = Sums(book, threshold)
    return [
        e for part in book.parts for e in (*_sums(book, part, sums), *_ratio(book, part, sums), *_middles(book, part))
    ]


class Sums:
    """Which sums of money can be shown."""

    def __init__(self, book: ClaimsBook, threshold: int) -> None:
        """Sums of fewer than ``threshold`` people are not shown."""
        self.book, self.threshold = book, threshold
        self.hidden = {(column, part.group_by, part.group) for column in MONEY for part in self._hidden(column)}

    def is_safe(self, column: str, mask: Bools) -> bool:
        """Whether a sum tells nobody's amount.

        The p% rule: the largest contributor must not be known to within a tenth by the second largest, who knows the
        sum and an amount of their own (A. Hundepool and others, Statistical Disclosure Control, Wiley 2012, section
        4.2). A sum of nothing is safe.
        """
        by_person = self._by_person(column, mask)
        if not len(by_person):
            return True
        largest = np.sort(by_person)[::-1]
        return len(largest) >= self.threshold and float(largest[2:].sum()) >= DOMINANCE * float(largest[0])

    def are_safe(self, column: str, mask: Bools, within: Bools) -> bool:
        """Whether neither a sum nor what is left to the sum around it tells anybody's amount."""
        return self.is_safe(column, mask & within) and self.is_safe(column, within & ~mask)

    def _by_person(self, column: str, mask: Bools) -> Floats:
        amounts = np.nan_to_num(self.book.pence(column)) * mask
        by_person = np.bincount(np.unique(self.book.people, return_inverse=True)[1], weights=amounts)
        return np.asarray(by_person[by_person > 0], dtype=np.float64)

    def _hidden(self, column: str) -> list[Part]:
        """The parts whose sum is not shown, with as many others as keep it from being worked back from the whole."""
        hidden: list[Part] = []
        for by in dict.fromkeys(part.group_by for part in self.book.parts if part.group_by):
            parts = [part for part in self.book.parts if part.group_by == by]
            taken = [part for part in parts if not self.is_safe(column, part.mask)]
            others = sorted(
                (p for p in parts if p not in taken), key=lambda p: (len(self._by_person(column, p.mask)), p.group)
            )
            for part in others if taken else ():
                if len(taken) > 1 and self.is_safe(column, np.logical_or.reduce([p.mask for p in taken])):
                    break
                taken.append(part)
            hidden += taken
        twins = [p for p in self.book.parts if p.group_by and any(np.array_equal(p.mask, h.mask) for h in hidden)]
        whole = self.book.parts[0]
        return [*twins, *([] if self.is_safe(column, whole.mask) else self.book.parts)]


def _sums(book: ClaimsBook, part: Part, sums: Sums) -> Iterator[Estimate]:
    for column in MONEY:
        hidden = (column, part.group_by, part.group) in sums.hidden
        yield _sum(book, part, column, column, part.mask, safe=not hidden)
    if not part.group_by:
        undecided = (book.claims["decided"].isna() & (book.claims["status"] == OPEN)).to_numpy()
        unpaid = (book.claims["status"] == OPEN).to_numpy()
        for measure, column, mask in (("asked_undecided", "asked", undecided), ("offered_unpaid", "offered", unpaid)):
            yield _sum(book, part, measure, column, mask, safe=sums.are_safe(column, mask, part.mask))


def _sum(book: ClaimsBook, part: Part, measure: str, column: str, mask: Bools, *, safe: bool) -> Estimate:
    amounts = book.pence(column)[mask]
    there = amounts[~np.isnan(amounts) & (amounts > 0)]
    found = book.estimate(part, measure, "pence", "count", value=float(there.sum()), base=float(len(there)))
    return found if safe else without(found)


def _ratio(book: ClaimsBook, part: Part, sums: Sums) -> Iterator[Estimate]:
    """Offered over asked of the claims that were decided; a claim without an offer counts with nothing."""
    decided = part.mask & book.claims["decided"].notna().to_numpy()
    asked, offered = (np.nan_to_num(book.pence(column)) * decided for column in ("asked", "offered"))
    if asked.sum() <= 0:
        return
    safe = sums.are_safe("asked", decided, part.mask) and sums.is_safe("offered", decided)
    found = book.estimate(
        part,
        "offered_of_asked",
        "share",
        "ratio of sums",
        value=float(offered.sum() / asked.sum()),
        base=float(decided.sum()),
    )
    yield found if safe else without(found)


def _middles(book: ClaimsBook, part: Part) -> Iterator[Estimate]:
    """The middle amount of the claims that have one, rounded."""
    amounts: Mapping[str, Floats] = {column: book.pence(column)[part.mask] for column in MONEY}
    for column, all_of in amounts.items():
        there = all_of[~np.isnan(all_of) & (all_of > 0)]
        if len(there):
            middle = float(round(float(np.median(there)) / ROUNDED) * ROUNDED)
            method = "median, rounded to ten pounds"
            yield book.estimate(part, f"{column}_median", "pence", method, value=middle, base=float(len(there)))
