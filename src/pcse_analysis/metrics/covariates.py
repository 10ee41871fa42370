"""What an answer is adjusted for: named columns of numbers or groups, made into the matrix of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pcse_analysis.errors import DataError, Problems, not_an_option

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]


class ModelMatrix(NamedTuple):
    """The columns of a model without the constant: names, values (respondents x columns), what each was made from."""

    names: tuple[str, ...]
    values: Floats
    covariates: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Covariates:
    """Columns by name, one value a respondent. Numbers and true/false enter as they are, anything else as groups.

    A group's coefficient is set against the column's reference: the first group found (in the order of a pandas
    categorical, else of the alphabet) unless ``references`` names another. ``products`` are pairs of columns whose
    products enter too, so that the effect of the one may differ by the other.
    """

    columns: Mapping[str, ArrayLike]
    references: Mapping[str, str] = field(default_factory=dict)
    products: tuple[tuple[str, str], ...] = ()

    def known(self, count: int) -> Rows:
        """Which of ``count`` respondents have every column.

        Raises:
            DataError: a column of another length; a reference or product of a column that is not there.
        """
        problems = Problems()
        rows = np.ones(count, dtype=bool)
        for name, column in self.columns.items():
            values = pd.Series(column)
            if len(values) == count:
                rows &= values.notna().to_numpy()
            else:
                problems.add(f"covariate '{name}': {len(values)} values, expected one for each of {count} respondents")
        for name in [*self.references, *(name for pair in self.products for name in pair)]:
            if name not in self.columns:
                problems.add(not_an_option(name, "a covariate", self.columns))
        problems.raise_as(DataError)
        return rows

    def matrix(self, rows: Rows) -> ModelMatrix:
        """The columns for some respondents, who must have every value. Groups are named ``column: group``.

        Raises:
            DataError: a covariate that is the same for all of them, a group of one, a reference nobody is in, or
                columns of which one follows from the others.
        """
        problems = Problems()
        parts: dict[str, ModelMatrix] = {}
        for name, column in self.columns.items():
            parts[name] = _part(name, pd.Series(column)[rows], self.references.get(name), problems)
        problems.raise_as(DataError)
        blocks = [*parts.values(), *(_product(parts[one], parts[other]) for one, other in self.products)]
        names = tuple(name for block in blocks for name in block.names)
        made_from = tuple(name for block in blocks for name in block.covariates)
        values = np.hstack([np.empty((int(rows.sum()), 0)), *(block.values for block in blocks)])
        _refuse_dependent(names, values)
        return ModelMatrix(names, values, made_from)


def _part(name: str, column: pd.Series, reference: str | None, problems: Problems) -> ModelMatrix:
    if column.nunique() < 2:
        problems.add(f"covariate '{name}': it is the same for all respondents in the base, so it explains nothing")
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float)
        if not np.isfinite(values).all():
            problems.add(f"covariate '{name}': {int((~np.isfinite(values)).sum())} values are infinite")
        return ModelMatrix((name,), values[:, None], (name,))
    groups = column.astype("category").cat.remove_unused_categories()
    found = [str(group) for group in groups.cat.categories]
    if reference is not None and reference not in found:
        problems.add(f"covariate '{name}': {not_an_option(reference, 'a group of it', found)}")
    codes = groups.cat.codes.to_numpy()
    for place in np.flatnonzero(np.bincount(codes, minlength=len(found)) == 1):
        # Its coefficient would fit the one answer exactly, and the standard error would not know.
        what = f"covariate '{name}': one respondent only is of the group '{found[place]}'"
        problems.add(what, to_do="join the group with another.")
    base = found.index(reference) if reference in found else 0
    others = [place for place in range(len(found)) if place != base]
    values = (codes[:, None] == np.array(others, dtype=int)).astype(float)
    return ModelMatrix(tuple(f"{name}: {found[place]}" for place in others), values, (name,) * len(others))


def _product(one: ModelMatrix, other: ModelMatrix) -> ModelMatrix:
    names = tuple(f"{first} x {second}" for first in one.names for second in other.names)
    values = one.values[:, :, None] * other.values[:, None, :]
    made_from = f"{one.covariates[0]} x {other.covariates[0]}"
    return ModelMatrix(names, values.reshape(len(values), -1), (made_from,) * len(names))


def _refuse_dependent(names: tuple[str, ...], values: Floats) -> None:
    """Pass where no column follows from those before it and the constant."""
    if not values.size:
        return
    centred = values - values.mean(axis=0)
    sizes = np.linalg.norm(centred, axis=0)
    scaled = centred / np.where(sizes > 0, sizes, 1.0)
    diagonal = np.zeros(len(names))
    r = np.linalg.qr(scaled, mode="r")
    diagonal[: len(r)] = np.abs(np.diag(r))
    problems = Problems()
    for name in (name for name, left in zip(names, diagonal, strict=True) if left < 1e-7):
        problems.add(
            f"covariate '{name}': it follows from the covariates before it, so their effects cannot be told apart",
            to_do="leave one of them out.",
        )
    problems.raise_as(DataError)
