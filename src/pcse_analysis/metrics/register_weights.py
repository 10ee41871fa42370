"""Weights that make replies stand for the practices of a register."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.types import Margins
from pcse_analysis.errors import DataError, Problems
from pcse_analysis.metrics.cells import joined_cells
from pcse_analysis.metrics.design import Calibration, Design, kish_base, kish_effect, make_design
from pcse_analysis.metrics.known_totals import CrossTable, KnownTotals, cross_table, is_missing
from pcse_analysis.metrics.trimming import trimmed
from pcse_analysis.metrics.weighting import Fit, fitted, linear, raking

Floats = NDArray[np.float64]
FITS: dict[str, Fit] = {"post-stratify": raking, "rake": raking, "calibrate": linear}


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """Replies with weights that sum to the practices of the register, and what the page says of them.

    ``untrimmed`` is the design before trimming, None where no weight was cut. ``joined`` says which cells were joined.
    ``unmatched`` replies have the mean weight; ``unplaced`` practices of the register have no label of some margin.
    ``trimmed`` counts the weights that were cut. ``farthest`` is the most by which a weighted count misses its known
    total, as a part of it: 0 but for rounding unless weights were trimmed. The effect and base are Kish's.
    """

    design: Design
    untrimmed: Design | None
    joined: tuple[str, ...]
    unmatched: int
    unplaced: int
    trimmed: int
    farthest: float
    design_effect: float
    effective_base: float
    largest: float
    smallest: float


def weights_to_register(labels: pd.DataFrame, register: pd.DataFrame, margins: Margins) -> Weighted:
    """Weights for replies by the margins of a register.

    ``labels`` has a row a reply with the columns of ``margins`` (or ``practice``, a code to look them up by);
    ``register`` has a row a practice. Every reply starts with the same weight, whatever its practice.

    A reply without a label of some margin, because its practice was not given or not found, cannot be weighted by it.
    Leaving it out would lose its answers, and guessing its labels would invent data; it has the mean weight. Of n
    replies, m with labels, the weights of these are fitted to m/n of the register: nothing is assumed of the others but
    that they are as many among all who could have replied as among those who did. Their answers are not explained by
    the margins, so their part of the variance stays whole.

    A practice of the register without a label counts in the total and is taken to be spread over the cells as the
    others are.

    Method "post-stratify" fits to the crossed columns; "rake" and "calibrate" (linear) to each column by itself. Thin
    cells, or labels, are joined as ``joined_cells`` says. Weights with labels above ``trim`` times their median are cut
    strictly (see ``trimmed``).

    Raises:
        DataError: columns missing, no reply with labels, cells that stay thin, a fit or bounds that cannot be met.
    """
    known, practices = _labelled(labels, register, margins)
    placed, counted = _complete(known), _complete(practices)
    _refuse_none(placed, counted, margins)
    matched, total = int(placed.sum()), float(len(register))
    scale = total / int(counted.sum()) * matched / len(labels)
    columns = [margins.columns] if margins.method == "post-stratify" else [(column,) for column in margins.columns]
    problems, cells = Problems(), []
    for crossed in columns:
        with problems.gathering():
            cells.append(joined_cells(known[placed], practices[counted], crossed, margins.least))
    problems.raise_as(DataError)
    table = cross_table(
        [
            KnownTotals(
                name=" x ".join(crossed),
                labels=cell.labels,
                totals={label: count * scale for label, count in cell.totals.items()},
            )
            for crossed, cell in zip(columns, cells, strict=True)
        ],
        matched,
    )
    fit = fitted(make_design(np.full(matched, total / len(labels))), table, FITS[margins.method])
    high = math.inf if margins.trim is None else margins.trim * float(np.median(fit.weights))
    cut = trimmed(fit, high=high, strict=True)
    whole = make_design(np.full(len(labels), total / len(labels)))
    design = _spread(cut, placed, whole)
    above = int((fit.weights > high).sum())
    return Weighted(
        design=design,
        untrimmed=_spread(fit, placed, whole) if above else None,
        joined=tuple(word for cell in cells for word in cell.words),
        unmatched=len(labels) - matched,
        unplaced=int((~counted).sum()),
        trimmed=above,
        farthest=_farthest(cut.weights, table),
        design_effect=kish_effect(design.weights),
        effective_base=kish_base(design.weights),
        largest=float(design.weights.max()),
        smallest=float(design.weights.min()),
    )


def _labelled(labels: pd.DataFrame, register: pd.DataFrame, margins: Margins) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The columns of the margins for each reply and each practice."""
    problems = Problems()
    by_code = register.set_index("code") if "code" in register and "practice" in labels else None
    found = {}
    for column in margins.columns:
        if column not in register:
            problems.add(
                f"the register has no column '{column}'",
                to_do="take it out of 'margins' of survey.yaml; 'size_band' needs 'size_bands' in the wave's file.",
            )
        elif column in labels:
            found[column] = labels[column].to_numpy(dtype=object)
        elif by_code is not None:
            found[column] = by_code[column].reindex(labels["practice"].to_numpy(dtype=object)).to_numpy(dtype=object)
        else:
            problems.add(f"the replies have no column '{column}', nor a practice to look it up by")
    problems.raise_as(DataError)
    return pd.DataFrame(found), register[list(margins.columns)]


def _complete(frame: pd.DataFrame) -> NDArray[np.bool_]:
    missing = np.column_stack([is_missing(frame[column]) for column in frame])
    return np.asarray(~missing.any(axis=1), dtype=bool)


def _refuse_none(placed: NDArray[np.bool_], counted: NDArray[np.bool_], margins: Margins) -> None:
    problems, listed = Problems(), ", ".join(margins.columns)
    for kind, found in (("replies", placed), ("practices of the register", counted)):
        if not found.any():
            problems.add(f"none of the {len(found)} {kind} has {listed}: there is nothing to weight by")
    problems.raise_as(DataError)


def _spread(part: Design, placed: NDArray[np.bool_], whole: Design) -> Design:
    """The design of all replies: those with labels as in ``part``, the others in a cell that no total explains."""
    fit = part.calibration
    assert fit is not None
    weights, base = whole.weights.copy(), whole.weights.copy()
    weights[placed], base[placed] = part.weights, fit.base_weights
    cell = np.full(len(placed), len(fit.columns), dtype=np.intp)
    cell[placed] = fit.cell
    columns = np.vstack([fit.columns, np.zeros(fit.columns.shape[1])])
    return whole.with_weights(weights, Calibration(cell=cell, columns=columns, base_weights=base))


def _farthest(weights: Floats, table: CrossTable) -> float:
    return float(np.abs((table.columns.T @ table.summed(weights))[:, 0] / table.totals - 1).max())
