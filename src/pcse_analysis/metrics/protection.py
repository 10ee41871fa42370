"""Which figures of a table have to be withheld so that no small number can be worked back from the others.

Cells are counts that an outsider does not know. What is published says of weighted sums of cells that they lie between
two limits. A row of a table is published or withheld as a whole, with all that it says. Some sums are sensitive: from
what stays published it must remain possible that they are as large as a threshold, in whole numbers. This is the cell
suppression problem with upper protection levels (Fischetti and Salazar-González, "Models and algorithms for the
2-dimensional cell suppression problem", Mathematical Programming 84, 1999), for any linear statements, solved exactly
where it is small and by a heuristic with a clean-up where it is not (in the manner of Kelly, Golden and Assad, "Cell
suppression: disclosure protection for sensitive tabular data", Networks 22, 1992). Every answer is audited by
``attack`` before it is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

Floats = NDArray[np.float64]
Form = Mapping[int, float]
"""A weighted sum of cells: the place of each cell with its weight."""
EXACT_UP_TO = 700
"""Cells times sensitive sums up to which the best choice is searched for."""
NODES = 400
"""Branches of that search at most; a limit in seconds would give other answers on other machines."""
NEAR = 1e-6
UNBOUNDED, INFEASIBLE_OR_UNBOUNDED = 3, 4
"""What scipy answers where nothing bounds a sum."""


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
    """

    cells: tuple[int, ...]
    statements: tuple[Statement, ...]
    costs: tuple[float, ...]
    primary: frozenset[int]
    sensitive: tuple[Form, ...]

    @cached_property
    def matrix(self) -> csr_array:
        """Coefficients: statements by cells."""
        return _matrix([s.coefficients for s in self.statements], len(self.cells))

    @cached_property
    def limits(self) -> tuple[Floats, Floats]:
        """The lower and the upper limit of every statement."""
        return np.array([s.low for s in self.statements]), np.array([s.high for s in self.statements])

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """The row of every statement; -1 for none."""
        return np.array([-1 if s.row is None else s.row for s in self.statements], dtype=np.intp)


def _matrix(forms: Sequence[Form], cells: int) -> csr_array:
    places = [(n, cell, weight) for n, form in enumerate(forms) for cell, weight in form.items()]
    n, cell, weight = zip(*places, strict=True) if places else ((), (), ())
    return csr_array((np.array(weight, dtype=float), (n, cell)), shape=(len(forms), cells))


def attack(table: PublishedTable, withheld: Iterable[int], form: Form) -> tuple[float, float]:
    """The lowest and the highest value that a sum of cells can have in whole numbers, given what stays published.

    Infinite where nothing bounds it.

    Raises:
        ValueError: what is published contradicts itself, so that the table is not a true one.
    """
    return _end(table, withheld, form, -1), _end(table, withheld, form, 1)


def _end(table: PublishedTable, withheld: Iterable[int], form: Form, sign: int) -> float:
    weights = _weights(table, form)
    found = milp(-sign * weights, constraints=_known(table, withheld), integrality=np.ones(len(weights)))
    if found.status == UNBOUNDED or (found.status == INFEASIBLE_OR_UNBOUNDED and found.x is None):
        return np.inf
    if found.x is None:
        raise ValueError(f"what is published of these cells cannot all be true: {found.message}")
    return float(round(weights @ found.x))


def _weights(table: PublishedTable, form: Form) -> Floats:
    weights = np.zeros(len(table.cells))
    weights[list(form)] = list(form.values())
    return weights


def _known(table: PublishedTable, withheld: Iterable[int]) -> list[LinearConstraint]:
    """What stays published of a table."""
    stays = ~np.isin(table.rows, list(withheld))
    low, high = table.limits
    return [LinearConstraint(table.matrix[stays], low[stays], high[stays])] if stays.any() else []


def _reaches(table: PublishedTable, withheld: Iterable[int], form: Form, target: float) -> bool:
    """Whether a sum may be as large as its target in whole numbers. Where that is not found out, it counts as a no."""
    weights = _weights(table, form)
    wanted = LinearConstraint(weights, target, np.inf)
    found = milp(
        np.zeros(len(weights)),
        constraints=[*_known(table, withheld), wanted],
        integrality=np.ones(len(weights)),
        options={"node_limit": NODES},
    )
    return found.x is not None


def unprotected(table: PublishedTable, withheld: Iterable[int], threshold: int = 10) -> list[Form]:
    """The sensitive sums that are known to be too small from what stays published.

    A sum that public knowledge alone keeps under the threshold needs only stay as open as that leaves it.
    """
    gone = set(withheld)
    return [
        form
        for form, target in zip(table.sensitive, _targets(table, threshold), strict=True)
        if not _reaches(table, gone, form, target)
    ]


def _targets(table: PublishedTable, threshold: int) -> list[float]:
    """The threshold, or less where as much cannot be had even if every row is withheld."""
    everything = range(len(table.costs))
    return [
        float(threshold)
        if _reaches(table, everything, form, threshold)
        else min(float(threshold), _end(table, everything, form, 1))
        for form in table.sensitive
    ]


def protect(table: PublishedTable, threshold: int = 10, nodes: int = NODES) -> frozenset[int]:
    """The rows to withhold: the primary ones, and as few and cheap others as protect every sensitive sum.

    Where even withholding every row protects less (see ``unprotected``), that much is reached. The best choice is
    searched for over at most ``nodes`` branches.
    """
    return _protected(table, threshold, nodes if len(table.cells) * len(table.sensitive) <= EXACT_UP_TO else 0)


def protect_by_heuristic(table: PublishedTable, threshold: int = 10) -> frozenset[int]:
    """As ``protect``, without the search for the best choice; for large tables, and to be set beside it."""
    return _protected(table, threshold, 0)


def _protected(table: PublishedTable, threshold: int, nodes: int) -> frozenset[int]:
    targets = dict(enumerate(_targets(table, threshold)))
    withheld = set(table.primary)
    if not _open(table, withheld, targets):
        return frozenset(withheld)
    found = _opened(table, targets, withheld, nodes) if nodes else None
    if found is None or _open(table, found, targets):
        found = _cleaned(table, _one_by_one(table, targets, withheld), targets)
    return frozenset(found)


def _open(table: PublishedTable, withheld: set[int], targets: Mapping[int, float]) -> list[int]:
    """The sensitive sums that are not protected."""
    return [n for n, target in targets.items() if not _reaches(table, withheld, table.sensitive[n], target)]


def _one_by_one(table: PublishedTable, targets: Mapping[int, float], withheld: set[int]) -> set[int]:
    """Rows that protect one sum after the other, those furthest from their target first."""
    found = set(withheld)
    value = {n: sum(table.cells[c] * w for c, w in table.sensitive[n].items()) for n in targets}
    for n in sorted(targets, key=lambda n: (value[n] - targets[n], n)):
        if _reaches(table, found, table.sensitive[n], targets[n]):
            continue
        more = _opened(table, {n: targets[n]}, found, 0)
        found = more if more is not None else set(range(len(table.costs)))
        if not _reaches(table, found, table.sensitive[n], targets[n]):  # fractions reach it, whole numbers do not
            for row in sorted(set(range(len(table.costs))) - found, key=lambda r: (table.costs[r], r)):
                found.add(row)
                if _reaches(table, found, table.sensitive[n], targets[n]):
                    break
    return found


def _cleaned(table: PublishedTable, withheld: set[int], targets: Mapping[int, float]) -> set[int]:
    """What is left when every row that is not needed is published again, the dearest first."""
    found = set(withheld)
    for row in sorted(withheld - table.primary, key=lambda r: (-table.costs[r], r)):
        if not _open(table, found - {row}, targets):
            found.remove(row)
    return found


def _opened(table: PublishedTable, targets: Mapping[int, float], withheld: set[int], nodes: int) -> set[int] | None:
    """The cheapest rows to withhold so that each sum can reach its target by a table of its own; None where none do.

    The unknowns are a table of cells for each sum, and for each row whether it is withheld. A statement of a row that
    is withheld is loosened by more than any target asks for. Without ``nodes`` rows may be withheld in part, which is
    quick, and every such row is then withheld; else they are withheld or not, searched for over so many branches.
    """
    rows, cells, sums = len(table.costs), len(table.cells), list(targets)
    low, high = table.limits
    size = np.abs(table.matrix).max(axis=1).toarray().ravel()
    most = max(targets.values())
    loose = size * (2 * most if nodes else most)
    tied = np.flatnonzero(table.rows >= 0)
    switches = csr_array((loose[tied], (tied, table.rows[tied])), shape=(len(low), rows))
    copies = kron(eye_array(len(sums)), table.matrix, format="csr")
    repeated = vstack([switches] * len(sums), format="csr")
    wanted = _matrix([table.sensitive[n] for n in sums], cells)
    own = vstack(
        [_matrix([{c + k * cells: w for c, w in table.sensitive[n].items()}], cells * len(sums))
         for k, n in enumerate(sums)], format="csr",
    )  # fmt: skip
    nothing = csr_array((wanted.shape[0], rows))
    limits = [
        LinearConstraint(hstack([repeated, copies], format="csr"), np.tile(low, len(sums)), np.inf),
        LinearConstraint(hstack([-repeated, copies], format="csr"), -np.inf, np.tile(high, len(sums))),
        LinearConstraint(hstack([nothing, own], format="csr"), np.array([targets[n] for n in sums]), np.inf),
    ]
    fixed = np.isin(np.arange(rows), list(withheld)).astype(float)
    bounds = Bounds(
        np.concatenate([fixed, np.zeros(cells * len(sums))]),
        np.concatenate([np.ones(rows), np.full(cells * len(sums), np.inf)]),
    )
    cost = np.concatenate([np.where(fixed > 0, 0.0, table.costs), np.zeros(cells * len(sums))])
    integral = np.concatenate([np.full(rows, float(nodes > 0)), np.zeros(cells * len(sums))])
    found = milp(cost, constraints=limits, integrality=integral, bounds=bounds, options={"node_limit": max(nodes, 1)})
    if found.x is None:
        return None
    return withheld | {int(row) for row in np.flatnonzero(found.x[:rows] > NEAR)}


def two_way(counts: Sequence[Sequence[int]], threshold: int = 10) -> PublishedTable:
    """A table of counts with its row totals, column totals and grand total, each of them a row that may be withheld.

    Counts and totals of 1 to ``threshold`` less one are sensitive, and withheld.
    """
    array = np.array(counts, dtype=int)
    down, across = array.shape
    place = np.arange(array.size).reshape(array.shape)
    groups = (
        [[int(p)] for p in place.ravel()] + [list(map(int, r)) for r in place] + [list(map(int, c)) for c in place.T]
    )
    groups.append(list(map(int, place.ravel())))
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
