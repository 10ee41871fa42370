"""What an outsider can work back from a table of which some rows are withheld, in whole numbers.

Cells are counts that an outsider does not know. What is published says of weighted sums of cells that they lie between
two limits. A row of a table is published or withheld as a whole, with all that it says. Some sums are sensitive: they
are protected where, from what stays published, it remains possible that they are as large as a threshold. This is the
auditor's view of Hundepool et al., "Statistical Disclosure Control" (Wiley, 2012, chapter 4), and of the audit in
tau-ARGUS, for whole counts and for any linear statements; the ends of a range are found by integer programming.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Form = Mapping[int, float]
"""A weighted sum of cells: the place of each cell with its weight."""
NODES = 400
"""Branches of a search at most; a limit in seconds would give other answers on other machines."""
EXACT = 1e-9
"""Share of the sum of its parts by which a sum may miss a limit: what adding numbers of 64 bits may lose."""
UNBOUNDED, OTHER = 3, 4
"""What scipy answers where nothing bounds a sum; "other" also stands for either unbounded or contradictory."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What is known of a weighted sum of cells: ``low <= sum <= high``.

    ``row`` is the row of the table that says so; None where it is known whatever is withheld.
    """

    coefficients: Form
    low: float
    high: float
    row: int | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedTable:
    """Cells with their true counts, what rows say of them, and the sums that are sensitive.

    ``costs`` has one entry a row: how much is lost where it is withheld. ``primary`` rows are withheld in any case.
    Sensitive sums have weights that are whole numbers, mostly 1.
    """

    cells: tuple[int, ...]
    statements: tuple[Statement, ...]
    costs: tuple[float, ...]
    primary: frozenset[int]
    sensitive: tuple[Form, ...]

    @cached_property
    def matrix(self) -> csr_array:
        """Coefficients: statements by cells."""
        return forms_matrix([s.coefficients for s in self.statements], len(self.cells))

    @cached_property
    def limits(self) -> tuple[Floats, Floats]:
        """The lower and the upper limit of every statement."""
        return np.array([s.low for s in self.statements]), np.array([s.high for s in self.statements])

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """The row of every statement; -1 for none."""
        return np.array([-1 if s.row is None else s.row for s in self.statements], dtype=np.intp)

    def stays(self, withheld: Iterable[int]) -> NDArray[np.bool_]:
        """Which statements stay published where some rows are withheld."""
        gone = np.zeros(len(self.costs) + 1, dtype=bool)
        gone[list(withheld)] = True
        return ~gone[self.rows]  # -1 finds the last place, which no row has


def forms_matrix(forms: Sequence[Form], cells: int) -> csr_array:
    """The weights of several sums, a row for each; ``cells`` is the number of columns."""
    places = [(n, cell, weight) for n, form in enumerate(forms) for cell, weight in form.items()]
    n, cell, weight = zip(*places, strict=True) if places else ((), (), ())
    return csr_array((np.array(weight, dtype=float), (n, cell)), shape=(len(forms), cells))


def attack(table: PublishedTable, withheld: Iterable[int], form: Form) -> tuple[float, float]:
    """The lowest and the highest value that a sum of cells can have in whole numbers, given what stays published.

    The sum has weights that are whole numbers, so that both ends are; infinite where nothing bounds it.

    Raises:
        ValueError: what is published contradicts itself, so that the table is not a true one.
    """
    gone = frozenset(withheld)
    return -highest(table, gone, {cell: -weight for cell, weight in form.items()}), highest(table, gone, form)


def highest(table: PublishedTable, withheld: Iterable[int], form: Form) -> float:
    """The upper end of ``attack``."""
    weights = _weights(table, form)
    known = _known(table, withheld)
    found = _solved(-weights, known, {"mip_rel_gap": 0.0})
    if found.x is not None:
        return float(round(weights @ found.x)) + 0.0
    if found.status in (UNBOUNDED, OTHER) and _solved(0 * weights, known, {}).x is not None:
        return np.inf
    raise ValueError(f"what is published of these cells cannot all be true: {found.message}")


def _solved(cost: Floats, known: list[LinearConstraint], options: Mapping[str, float]) -> OptimizeResult:
    return milp(cost, constraints=known, integrality=np.ones(len(cost)), options=dict(options))


def _weights(table: PublishedTable, form: Form) -> Floats:
    weights = np.zeros(len(table.cells))
    weights[list(form)] = list(form.values())
    return weights


def _known(table: PublishedTable, withheld: Iterable[int]) -> list[LinearConstraint]:
    """What stays published of a table."""
    stays = table.stays(withheld)
    low, high = table.limits
    return [LinearConstraint(table.matrix[stays], low[stays], high[stays])] if stays.any() else []


def witness(table: PublishedTable, withheld: Iterable[int], form: Form, least: float) -> Floats | None:
    """Whole counts that agree with all that stays published and make a sum at least as large as ``least``.

    They are checked one statement after the other, so that no tolerance of the solver stands between them and the
    claim. None where there are none, and where none is found within ``NODES`` branches: then nobody may rely on them.
    """
    weights = _weights(table, form)
    known = [*_known(table, withheld), LinearConstraint(weights, least, np.inf)]
    found = _solved(0 * weights, known, {"node_limit": NODES})
    return None if found.x is None else proven(table, withheld, form, least, found.x)


def proven(table: PublishedTable, withheld: Iterable[int], form: Form, least: float, counts: Floats) -> Floats | None:
    """Counts in whole numbers, where these agree with what stays published and reach ``least``; else None."""
    whole = np.round(counts)
    if whole.min(initial=0) < 0 or _weights(table, form) @ whole < least:
        return None
    return whole if agree(table, withheld, whole) else None


def agree(table: PublishedTable, withheld: Iterable[int], counts: Floats) -> bool:
    """Whether counts agree with every statement that stays published."""
    stays = table.stays(withheld)
    low, high = table.limits
    sums = table.matrix @ counts
    slack = EXACT * (1 + abs(table.matrix) @ counts)
    return bool(((sums >= low - slack) & (sums <= high + slack) | ~stays).all())


def targets(table: PublishedTable, threshold: int) -> list[float]:
    """How large each sensitive sum has to be thought possible.

    The threshold, or less where public knowledge alone keeps it lower: where as much cannot be had even if every row is
    withheld.
    """
    everything = range(len(table.costs))
    return [
        float(threshold)
        if witness(table, everything, form, threshold) is not None
        else min(float(threshold), highest(table, everything, form))
        for form in table.sensitive
    ]


def unprotected(table: PublishedTable, withheld: Iterable[int], threshold: int = 10) -> list[Form]:
    """The sensitive sums that are known to be too small from what stays published.

    A sum that public knowledge alone keeps under the threshold needs only stay as open as that leaves it.
    """
    gone = frozenset(withheld)
    return [
        form
        for form, target in zip(table.sensitive, targets(table, threshold), strict=True)
        if witness(table, gone, form, target) is None
    ]


def two_way(counts: Sequence[Sequence[int]], threshold: int = 10) -> PublishedTable:
    """A table of counts with its row totals, column totals and grand total, each of them a row that may be withheld.

    Counts and totals of 1 to ``threshold`` less one are sensitive, and withheld. Rows of the table are numbered in
    this order: cells line by line, row totals, column totals, grand total.
    """
    array = np.array(counts, dtype=int)
    down, across = array.shape
    place = np.arange(array.size).reshape(array.shape)
    groups = [[int(p) for p in group] for group in (*place.reshape(-1, 1), *place, *place.T, place.ravel())]
    flat = array.ravel()
    totals = [int(flat[group].sum()) for group in groups]
    small = [n for n, total in enumerate(totals) if 0 < total < threshold]
    forms: list[Form] = [dict.fromkeys(group, 1.0) for group in groups]
    return PublishedTable(
        cells=tuple(int(n) for n in flat),
        statements=tuple(
            Statement(coefficients=form, low=total, high=total, row=n)
            for n, (form, total) in enumerate(zip(forms, totals, strict=True))
        ),
        costs=(1.0,) * (down * across + down + across + 1),
        primary=frozenset(small),
        sensitive=tuple(forms[n] for n in small),
    )
