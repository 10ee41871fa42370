"""Which rows of a table have to be withheld so that no small number can be worked back from the others.

This is the cell suppression problem with upper protection levels (Fischetti and Salazar-González, "Models and
algorithms for the 2-dimensional cell suppression problem in statistical disclosure control", Mathematical Programming
84, 1999), for any linear statements (``attacks``), solved exactly where it is small and by a heuristic with a clean-up
where it is not (in the manner of Kelly, Golden and Assad, "Cell suppression: disclosure protection for sensitive
tabular data", Networks 22, 1992). An answer is given only with proof: for every sensitive sum, whole counts that agree
with all that stays published and make the sum large enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, kron, vstack

from pcse_analysis.metrics.attacks import (
    NODES,
    Floats,
    Form,
    PublishedTable,
    Statement,
    attack,
    forms_matrix,
    proven,
    targets,
    two_way,
    unprotected,
    witness,
)

__all__ = [
    "Form",
    "PublishedTable",
    "Statement",
    "attack",
    "protect",
    "protect_by_heuristic",
    "two_way",
    "unprotected",
]
EXACT_UP_TO = 700
"""Cells times sensitive sums up to which the best choice is searched for."""
NEAR = 1e-6
"""Part of a row that counts as none of it: the solver's own tolerance."""


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
    primary = frozenset(table.primary)
    if not table.sensitive:
        return primary
    if nodes:  # mostly each sum can be had at the threshold: then the proof comes with the choice
        audit = _Audit(table, [float(threshold)] * len(table.sensitive))
        found = audit.choice(range(len(table.sensitive)), primary, nodes)
        if found is not None and audit.passes(found):
            return found
    audit = _Audit(table, targets(table, threshold))
    if audit.passes(primary):
        return primary
    if nodes and min(audit.targets) < threshold:
        found = audit.choice(range(len(table.sensitive)), primary, nodes)
        if found is not None and audit.passes(found):
            return found
    return _cleaned(audit, _one_by_one(audit, primary))


class _Audit:
    """Proof for the sensitive sums of one table: counts found once prove every choice that they agree with."""

    def __init__(self, table: PublishedTable, targets: Sequence[float]) -> None:
        self.table, self.targets = table, targets
        self._proofs: dict[int, list[Floats]] = {}

    def holds(self, n: int, withheld: Iterable[int]) -> bool:
        """Whether a sum is shown to be protected."""
        form, target = self.table.sensitive[n], self.targets[n]
        proofs = self._proofs.setdefault(n, [])
        if any(proven(self.table, withheld, form, target, counts) is not None for counts in reversed(proofs)):
            return True
        counts = witness(self.table, withheld, form, target)
        if counts is not None:
            proofs.append(counts)
        return counts is not None

    def passes(self, withheld: Iterable[int]) -> bool:
        """Whether all sums are."""
        return all(self.holds(n, withheld) for n in range(len(self.targets)))

    def choice(self, sums: Sequence[int], withheld: frozenset[int], nodes: int) -> frozenset[int] | None:
        """The cheapest rows to withhold for some sums, beside those that are; None where none would do."""
        found = _opened(self.table, {n: self.targets[n] for n in sums}, withheld, nodes)
        if found is None:
            return None
        more, cells = found
        for n, counts in zip(sums, cells, strict=True):
            self._proofs.setdefault(n, []).append(counts)
        return withheld | more


def _one_by_one(audit: _Audit, withheld: frozenset[int]) -> frozenset[int]:
    """Rows that protect one sum after the other, those furthest from their target first."""
    table, found = audit.table, withheld
    value = [sum(table.cells[c] * w for c, w in form.items()) for form in table.sensitive]
    for n in sorted(range(len(value)), key=lambda n: (value[n] - audit.targets[n], n)):
        if audit.holds(n, found):
            continue
        found = audit.choice([n], found, 0) or found
        for row in sorted(set(range(len(table.costs))) - found, key=lambda r: (table.costs[r], r)):
            if audit.holds(n, found):
                break
            found |= {row}  # fractions reach the target, whole numbers do not yet
    return found


def _cleaned(audit: _Audit, withheld: frozenset[int]) -> frozenset[int]:
    """What is left when every row that is not needed is published again, the dearest first."""
    costs, found = audit.table.costs, withheld
    for row in sorted(withheld - audit.table.primary, key=lambda r: (-costs[r], r)):
        if audit.passes(found - {row}):
            found -= {row}
    return found


def _opened(
    table: PublishedTable, targets: dict[int, float], withheld: frozenset[int], nodes: int
) -> tuple[frozenset[int], Floats] | None:
    """The cheapest rows to withhold so that each sum can reach its target by a table of its own; None where none do.

    The tables of their own come with them, a row for each sum, in fractions. The unknowns are a table of cells for each
    sum, and for each row whether it is withheld. A statement of a row that is withheld is loosened by more than any
    target asks for. Without ``nodes`` rows may be withheld in part, which is quick, and every such row is then
    withheld; else they are withheld or not, searched for over so many branches.
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
    own = forms_matrix(
        [{c + k * cells: w for c, w in table.sensitive[n].items()} for k, n in enumerate(sums)], cells * len(sums)
    )
    nothing = csr_array((len(sums), rows))
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
    options = {"node_limit": max(nodes, 1), "mip_rel_gap": 0.0}
    found = milp(cost, constraints=limits, integrality=integral, bounds=bounds, options=options)
    if found.x is None:
        return None
    more = frozenset(int(row) for row in np.flatnonzero(found.x[:rows] > NEAR))
    return more, found.x[rows:].reshape(len(sums), cells)
