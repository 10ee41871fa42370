"""Tests of a two-way table under a design: whether the answers are the same in every column.

The Pearson statistic of a weighted table is no chi-square: its distribution is a weighted sum of chi-squares, whose
weights are the design effects of the table's interactions.

Sources: J. N. K. Rao and A. J. Scott, Annals of Statistics 12 (1984) 46-60 (first and second order, design effects);
G. G. Koch, D. H. Freeman and J. L. Freeman, International Statistical Review 43 (1975) 59-78 (Wald); D. R. Thomas and
J. N. K. Rao, J. Am. Stat. Assoc. 82 (1987) 630-636 (adjusted Wald); D. Kuonen, Biometrika 86 (1999) 929-935
(saddlepoint).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, fdtrc, ndtr

from pcse_analysis.errors import DataError, Problem, Problems
from pcse_analysis.metrics.coefficients import SignificanceTest, degrees_of_freedom_of
from pcse_analysis.metrics.design import Design, refuse_lonely
from pcse_analysis.metrics.linearised import covariance

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
NO_EFFECT = 1e-9
"""A design effect below this is rounding."""
FLAT = 1e-4
"""A saddlepoint nearer to 0 than this leaves the approximation 0 over 0."""


@dataclass(frozen=True, kw_only=True)
class TwoWay:
    """A two-way table under a design, and its tests. ``shares`` (rows x columns) sum to 1.

    ``row_names`` and ``column_names`` are those that occur. ``of_totals`` is the covariance, row by row, of the cells'
    weighted totals over the weighted base; ``base`` counts the respondents in the table; ``degrees_of_freedom`` are
    their clusters less their strata.
    """

    row_names: tuple[object, ...]
    column_names: tuple[object, ...]
    shares: Floats
    of_totals: Floats
    base: int
    degrees_of_freedom: float

    @property
    def df(self) -> int:
        """Rows less one times columns less one."""
        return (len(self.row_names) - 1) * (len(self.column_names) - 1)

    @property
    def covariance(self) -> Floats:
        """The covariance matrix of the shares' errors, row by row."""
        turn = np.eye(self.shares.size) - np.outer(self.shares, np.ones(self.shares.size))
        found: Floats = turn @ self.of_totals @ turn.T
        return found

    @property
    def pearson(self) -> float:
        """Pearson's statistic of the weighted shares, over the respondents in the table."""
        alone = np.outer(self.shares.sum(axis=1), self.shares.sum(axis=0))
        return float(self.base * (np.square(self.shares - alone) / alone).sum())

    @property
    def design_effects(self) -> Floats:
        """The generalised design effects of the interactions, largest first (Rao and Scott 1984, section 2)."""
        lean, simple = self._interactions()
        found = np.linalg.eigvals(np.linalg.solve(simple, lean.T @ self.covariance @ lean)).real
        return np.sort(np.maximum(found, 0.0))[::-1]

    def is_sparse(self) -> bool:
        """Whether so many cells are empty that some interactions cannot be told from the margins."""
        simple = self._interactions()[1]
        return bool(np.linalg.matrix_rank(simple, hermitian=True) < self.df)

    def _interactions(self) -> tuple[Floats, Floats]:
        """Each interaction's weights over the cells, and the covariance of a simple random sample."""
        r, c = self.shares.shape
        main = np.column_stack([np.kron(np.eye(r), np.ones((c, 1))), np.kron(np.ones((r, 1)), np.eye(c))])
        crossed = np.kron(np.eye(r)[:, 1:], np.eye(c)[:, 1:])
        apart = crossed - main @ (np.linalg.pinv(main) @ crossed)
        shares = self.shares.ravel()
        lean = apart / np.where(shares > 0, shares, np.inf)[:, None]
        return lean, apart.T @ lean / self.base

    def second_order(self) -> SignificanceTest:
        """Rao and Scott's second-order F test: the one to use."""
        effects = self.design_effects
        df = float(effects.sum() ** 2 / np.square(effects).sum())
        statistic, below = self.pearson / float(effects.sum()), df * self.degrees_of_freedom
        return SignificanceTest(
            statistic=statistic, p_value=float(fdtrc(df, below, statistic)), df=df, denominator_df=below
        )

    def first_order(self) -> SignificanceTest:
        """Rao and Scott's first-order chi-square: the statistic is Pearson's, over the mean effect in the p-value."""
        p_value = float(chdtrc(self.df, self.pearson / self.design_effects.mean()))
        return SignificanceTest(statistic=self.pearson, p_value=p_value, df=self.df)

    def wald(self, *, adjusted: bool = False) -> SignificanceTest:
        """The Wald F test of the cells' totals less the products of their margins over the total.

        Without ``adjusted`` it rejects far too often where degrees of freedom are few.

        Raises:
            DataError: some of the cells have no spread, or there are more of them than the degrees of freedom bear.
        """
        r, c = self.shares.shape
        rows, columns = self.shares.sum(axis=1), self.shares.sum(axis=0)
        turn = np.eye(r * c) - np.kron(np.eye(r), np.outer(columns, np.ones(c)))
        turn -= np.kron(np.outer(rows, np.ones(r)), np.eye(c))
        turn += np.outer(np.kron(rows, columns), np.ones(r * c))
        inner = np.arange(r * c).reshape(r, c)[1:, 1:].ravel()
        off = (self.shares - np.outer(rows, columns)).ravel()[inner]
        matrix = (turn @ self.of_totals @ turn.T)[np.ix_(inner, inner)]
        if np.linalg.matrix_rank(matrix, hermitian=True) < self.df:
            what = "the table has cells without spread, so the Wald test cannot be made"
            raise DataError([Problem(what=what, to_do="join options, or use the second-order test.")])
        statistic, below = float(off @ np.linalg.solve(matrix, off)) / self.df, self.degrees_of_freedom
        if adjusted:
            below = self.degrees_of_freedom - self.df + 1
            if below < 1:
                what = f"{self.df} cells cannot be tested with {self.degrees_of_freedom:g} degrees of freedom"
                raise DataError([Problem(what=what, to_do="join options, or use the second-order test.")])
            statistic *= below / self.degrees_of_freedom
        p_value = float(fdtrc(self.df, below, statistic))
        return SignificanceTest(statistic=statistic, p_value=p_value, df=self.df, denominator_df=below)

    def saddlepoint(self) -> SignificanceTest:
        """Pearson's statistic with the p-value of the whole weighted sum of chi-squares, by a saddlepoint.

        The denominator is a chi-square on the second-order test's degrees of freedom, over these.
        """
        test = self.second_order()
        assert test.denominator_df is not None
        below = test.denominator_df
        weights = np.append(self.design_effects, -self.pearson / below)
        counts = np.append(np.ones(self.df), below)
        p_value = above_zero(weights, counts)
        return SignificanceTest(
            statistic=self.pearson,
            p_value=test.p_value if p_value is None else p_value,
            df=test.df,
            denominator_df=below,
        )


def above_zero(weights: Floats, counts: Floats) -> float | None:
    """The probability that a weighted sum of chi-squares on ``counts`` degrees of freedom is above 0 (Kuonen 1999).

    Some weights are above 0 and some below. None where 0 is so near to the mean that the formula is 0 over 0.
    """
    used = weights != 0
    weights, counts = weights[used], counts[used]
    if weights.min() > 0:
        return 1.0

    def first(at: float) -> float:
        return float((counts * weights / (1 - 2 * at * weights)).sum())

    low, high = 1 / (2 * weights.min()), 1 / (2 * weights.max())
    at = brentq(first, low * (1 - 1e-9), high * (1 - 1e-9), xtol=1e-15)
    if abs(at) < FLAT:
        return None
    cumulant = -0.5 * float((counts * np.log1p(-2 * at * weights)).sum())
    second = 2 * float((counts * np.square(weights / (1 - 2 * at * weights))).sum())
    w, v = np.sign(at) * sqrt(-2 * cumulant), at * sqrt(second)
    return float(ndtr(-(w + log(v / w) / w)))


def two_way(rows_of: ArrayLike, columns_of: ArrayLike, design: Design, rows: Rows | None = None) -> TwoWay:
    """The table of two answers (or of an answer and a group), missing ones left out; ``rows`` limits it to a domain.

    Raises:
        DataError: nobody in the table, a row or column for all, a stratum of one cluster, no degrees of freedom, or
            groups of one mind each, so that nothing in the table has spread.
    """
    labels = [np.asarray(values, dtype=object) for values in (rows_of, columns_of)]
    used = ~pd.isna(labels[0]) & ~pd.isna(labels[1])
    if rows is not None:
        used &= rows
    problems = Problems()
    if not used.any():
        problems.add("nobody is in the table: no respondent has both answers")
        problems.raise_as(DataError)
    coded = [pd.factorize(one[used], sort=True) for one in labels]
    for kind, (_, names) in zip(("first", "second"), coded, strict=True):
        if len(names) == 1:
            problems.add(f"all respondents in the table have the same {kind} answer: '{names[0]}'")
    with problems.gathering():
        refuse_lonely(design)
    df = degrees_of_freedom_of(design, used)
    if df < 1:
        problems.add(f"the table has {df} degrees of freedom of clusters", to_do="more clusters are needed.")
    problems.raise_as(DataError)
    shape = (len(coded[0][1]), len(coded[1][1]))
    cell = coded[0][0] * shape[1] + coded[1][0]
    weights = design.weights[used] / design.weights[used].sum()
    shares = np.bincount(cell, weights=weights, minlength=shape[0] * shape[1]).astype(float)
    influence = np.zeros((len(design), len(shares)))
    influence[used] = weights[:, None] * (cell[:, None] == np.arange(len(shares)))
    found = TwoWay(
        row_names=tuple(coded[0][1]),
        column_names=tuple(coded[1][1]),
        shares=shares.reshape(shape),
        of_totals=covariance(influence, design),
        base=int(used.sum()),
        degrees_of_freedom=float(df),
    )
    if found.is_sparse():
        what = f"{int((found.shares == 0).sum())} of {found.shares.size} cells of the table are empty: too many to test"
        raise DataError([Problem(what=what, to_do="join options that few chose.")])
    if not found.design_effects.max() > NO_EFFECT:
        raise DataError([Problem(what="the table has no spread: nothing shows how far off its shares are")])
    return found
