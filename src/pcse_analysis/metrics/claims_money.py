"""What claimants ask for, are offered and are paid, in pence; sums that one person dominates are withheld."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims_book import OPEN, ClaimsBook
from pcse_analysis.metrics.disclosure import without
from pcse_analysis.metrics.ledger_parts import Part

MONEY = ("asked", "offered", "paid")
ROUNDED = 1_000
"""Pence to which a middle amount is rounded: else it would be the amount of one claim."""
DOMINANCE = 0.1
"""The part of the largest person's amount that all but the two largest must add up to."""
NEAR = 1.0
"""Pence by which a bound may be missed by the rounding of a computer alone."""
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


def money_estimates(book: ClaimsBook, threshold: int) -> list[Estimate]:
    """Sums, middles and ratios of money of every part, those withheld without their values."""
    sums = Sums(book, threshold)
    makers = (_sums, _ratio, _middles)
    return [estimate for part in book.parts for make in makers for estimate in make(book, part, sums)]


class Sums:
    """Which sums of money can be shown."""

    def __init__(self, book: ClaimsBook, threshold: int) -> None:
        """Sums of fewer than ``threshold`` people are not shown.

        ``few`` holds the parts that are withheld for what they tell, or to protect another; ``hidden`` besides every
        part where the sum of all claims must not be known.
        """
        self.book, self.threshold = book, threshold
        self._person = np.unique(book.people, return_inverse=True)[1]
        self.few = {(column, part.group_by, part.group) for column in MONEY for part in self._hidden(column)}
        whole = book.parts[0]
        self.hidden = self.few | {
            (column, part.group_by, part.group)
            for column in MONEY
            for part in book.parts
            if not self.is_safe(column, whole.mask)
        }

    def is_safe(self, column: str, mask: Bools) -> bool:
        """Whether a sum tells nobody's amount.

        The p% rule: the largest contributor must not be known to within a tenth by the second largest, who knows the
        sum and an amount of their own (A. Hundepool and others, Statistical Disclosure Control, Wiley 2012, section
        4.2). A sum of nothing is safe.
        """
        by_person = self.by_person(column, mask)
        if not len(by_person):
            return True
        largest = np.sort(by_person)[::-1]
        return len(largest) >= self.threshold and float(largest[2:].sum()) >= DOMINANCE * float(largest[0])

    def are_safe(self, column: str, mask: Bools, within: Bools) -> bool:
        """Whether neither a sum nor what is left to the sum around it tells anybody's amount."""
        return self.is_safe(column, mask & within) and self.is_safe(column, within & ~mask)

    def by_person(self, column: str, mask: Bools) -> Floats:
        """The amounts of each person who has any in some claims."""
        amounts = np.nan_to_num(self.book.pence(column)) * mask
        by_person = np.bincount(self._person, weights=amounts)
        return np.asarray(by_person[by_person > 0], dtype=np.float64)

    def _hidden(self, column: str) -> list[Part]:
        """The parts whose sum is not shown, with as many others as keep it from being worked back."""
        hidden: list[Part] = []
        by_size = sorted(
            (part for part in self.book.parts if part.group_by),
            key=lambda p: (len(self.by_person(column, p.mask)), p.group_by, p.group),
        )
        for by in dict.fromkeys(part.group_by for part in by_size):
            parts = [part for part in by_size if part.group_by == by]
            taken = [part for part in parts if not self.is_safe(column, part.mask)]
            for part in [part for part in parts if part not in taken] if taken else ():
                if len(taken) > 1 and self.is_safe(column, np.logical_or.reduce([p.mask for p in taken])):
                    break
                taken.append(part)
            hidden += taken
        for part in [part for part in by_size if part not in hidden]:
            if not self._is_worked_back(column, [p for p in by_size if p not in hidden]):
                break
            hidden.append(part)
        return hidden

    def _is_worked_back(self, column: str, shown: Sequence[Part]) -> bool:
        """Whether the sums shown, and that of all claims, say too much of a sum that tells somebody's amount.

        Looked at are the sums of parts and of those where two parts meet: a kind of loss less the services in which
        nothing else was lost is such a one. From what is shown, and as no amount is below 0, each must be able to be
        larger than it is by a tenth of the largest amount in it.
        """
        parts = [part for part in self.book.parts if part.group_by]
        names, place = np.unique(np.array([part.mask for part in parts]).T, axis=0, return_inverse=True)
        amounts = np.nan_to_num(self.book.pence(column))
        cells = np.bincount(np.ravel(place), weights=amounts, minlength=len(names))
        total = cells.sum()
        if not total:
            return False
        whole = np.ones(len(cells))
        known = np.array([whole, *(names[:, parts.index(part)].astype(float) for part in shown)])
        meetings = [np.ravel(place) == n for n in range(len(names))]
        for mask in (*(part.mask for part in parts if part not in shown), *meetings):
            if self.is_safe(column, mask):
                continue
            form = np.isin(np.arange(len(names)), np.ravel(place)[mask]).astype(float)
            needed = form @ cells + DOMINANCE * self.by_person(column, mask).max()
            most = linprog(-form, A_eq=known, b_eq=known @ cells / total, bounds=(0, None))
            if -most.fun * total < needed - NEAR:
                return True
        return False


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
    """Offered over asked of the claims that were decided; a claim without an offer counts with nothing.

    It is withheld where one of the two sums is: it would give that one from the other. It is given in whole per cent,
    as in full it would give the sum asked in the claims decided, and the rest of what was asked with it.
    """
    decided = part.mask & book.claims["decided"].notna().to_numpy()
    asked, offered = (np.nan_to_num(book.pence(column)) * decided for column in ("asked", "offered"))
    if asked.sum() <= 0:
        return
    hidden = any((column, part.group_by, part.group) in sums.hidden for column in ("asked", "offered"))
    safe = not hidden and sums.are_safe("asked", decided, part.mask) and sums.is_safe("offered", decided)
    found = book.estimate(
        part,
        "offered_of_asked",
        "share",
        "ratio of sums, in whole per cent",
        value=round(float(offered.sum() / asked.sum()), 2),
        base=float(decided.sum()),
    )
    yield found if safe else without(found)


def _middles(book: ClaimsBook, part: Part, sums: Sums) -> Iterator[Estimate]:
    """The middle amount of the claims that have one, rounded; withheld with the sum of a part, or of few people."""
    for column in MONEY:
        amounts = book.pence(column)[part.mask]
        there = amounts[~np.isnan(amounts) & (amounts > 0)]
        if not len(there):
            continue
        few = len(sums.by_person(column, part.mask)) < sums.threshold
        middle = float(round(float(np.median(there)) / ROUNDED) * ROUNDED)
        found = book.estimate(
            part,
            f"{column}_median",
            "pence",
            "median, rounded to ten pounds",
            value=middle,
            base=float(len(there)),
        )
        yield without(found) if few or (column, part.group_by, part.group) in sums.few else found
