"""Sums of weights over strata, domains and answers: all that the estimates of coded answers are made from.

Replies are read in blocks that stay in the processor's cache; of few replies several items are counted at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import Design, blocks, narrow

Floats = NDArray[np.float64]
Places = NDArray[np.integer]
Codes = NDArray[np.integer]
CLUSTERED = 1 << 13
"""Respondents that are read at a time where there are clusters; a cluster is never parted."""
ANSWERS = 1 << 14
"""Answers that are counted at a time, of several items where these have few."""
SMALL = np.iinfo(np.int32).max
"""Keys up to this fit half the memory."""


@dataclass(frozen=True)
class Parts:
    """The pairs of stratum and domain that occur: the stratum and domain of each, and the pair of each respondent."""

    stratum: Places
    domain: Places
    of_row: Places

    def __len__(self) -> int:
        return len(self.stratum)


@dataclass(frozen=True)
class Cells:
    """Respondents of any domain in the order of their cells (a cluster within a pair), and where one begins."""

    order: Places
    begins: NDArray[np.bool_]


@dataclass(frozen=True)
class Sums:
    """For alike items, by item, pair and code (none first): respondents, weights, their squares, and products.

    Products (codes x codes) are those of the weights within clusters; None where no respondents share one.
    """

    counts: Floats
    weights: Floats
    squares: Floats
    products: Floats | None


def parts_of(design: Design, domain: Places, domains: int) -> Parts:
    """Respondents of no domain are in a last pair of their own, which nothing is estimated of."""
    size = len(design.psus_in) * domains

    def key(rows: slice) -> Places:
        some = domain[rows].astype(np.int64)
        return np.where(some < 0, size, design.stratum[rows].astype(np.int64) * domains + some)

    found = np.zeros(size + 1, dtype=bool)
    for rows in blocks(len(design)):
        found[key(rows)] = True
    occurs = np.flatnonzero(found[:size])
    place: Places = np.full(size + 1, len(occurs), dtype=narrow(len(occurs) + 1))
    place[occurs] = np.arange(len(occurs))
    of_row: Places = np.empty(len(design), dtype=place.dtype)
    for rows in blocks(len(design)):
        of_row[rows] = place[key(rows)]
    return Parts(occurs // domains, occurs % domains, of_row)


def cells_of(design: Design, parts: Parts) -> Cells:
    """The order of pair and cluster. Cell and row are sorted as one number, in place, which takes half the memory."""
    bits = len(design).bit_length()
    # A hundred million respondents in as many clusters and a thousand domains fit.
    assert ((len(parts) + 1) * design.psus).bit_length() + bits < 64
    packed = np.empty(len(design), dtype=np.int64)
    for rows in blocks(len(design)):
        cell = parts.of_row[rows].astype(np.int64) * design.psus + design.psu[rows]
        packed[rows] = (cell << bits) + np.arange(rows.start, rows.start + len(cell))
    packed.sort()
    inside = int(np.searchsorted(packed, (len(parts) * design.psus) << bits))
    order: Places = np.empty(inside, dtype=np.int32 if len(design) < SMALL else np.int64)
    begins = np.empty(inside, dtype=bool)
    before = -1
    for rows in blocks(inside):
        some = packed[rows.start : min(rows.stop, inside)]
        order[rows] = some & ((1 << bits) - 1)
        cell = some >> bits
        np.not_equal(cell, np.append(before, cell[:-1]), out=begins[rows])
        before = cell[-1]
    return Cells(order, begins)


def sums_of(items: Sequence[Codes], width: int, design: Design, parts: Parts, cells: Cells | None) -> Sums:
    """Sums of weights and squares over pairs and codes; of products where there are clusters."""
    size = (len(parts) + 1) * width
    counts, weights, squares = (np.zeros((len(items), size)) for _ in range(3))
    alike = bool((design.weights == design.weights[0]).all())
    at_once = max(1, ANSWERS // len(design))
    for rows in blocks(len(design)):
        w = design.weights[rows]
        first = parts.of_row[rows].astype(np.int64) * width + 1
        for place in range(0, len(items), at_once):
            some = items[place : place + at_once]
            key, repeated = _keys(some, rows, first, size, w)
            shape, length = (len(some), size), len(some) * size
            counts[place : place + at_once] += np.bincount(key, minlength=length).reshape(shape)
            if not alike:
                weights[place : place + at_once] += np.bincount(key, repeated, length).reshape(shape)
                squares[place : place + at_once] += np.bincount(key, repeated * repeated, length).reshape(shape)
    if alike:
        weights, squares = counts * design.weights[0], counts * design.weights[0] ** 2
    counts, weights, squares = (
        each.reshape(len(items), len(parts) + 1, width)[:, :-1] for each in (counts, weights, squares)
    )
    products = None if cells is None else _products(items, design, parts, cells, width)
    return Sums(counts, weights, squares, products)


def _keys(some: Sequence[Codes], rows: slice | Places, first: Places, size: int, w: Floats) -> tuple[Places, Floats]:
    """The place that each answer counts towards, and its weight: of several items one after the other."""
    if len(some) == 1:
        return np.add(first, some[0][rows], dtype=np.intp), w
    key = np.add(first, np.stack([item[rows] for item in some]), dtype=np.intp)
    key += np.arange(0, len(some) * size, size)[:, None]
    return key.ravel(), np.tile(w, len(some))


def _products(items: Sequence[Codes], design: Design, parts: Parts, cells: Cells, width: int) -> Floats:
    """Products (codes x codes) of the weights of each cluster within a pair, added up over its clusters."""
    found = np.zeros((len(items), len(parts), width, width))
    start, end = 0, len(cells.order)
    while start < end:
        stop = start + CLUSTERED
        stop = stop + int(np.argmax(cells.begins[stop:])) if cells.begins[stop:].any() else end
        rows, begins = cells.order[start:stop], cells.begins[start:stop]
        start = stop
        pairs = parts.of_row[rows[begins]]
        bounds = np.flatnonzero(np.diff(pairs, prepend=-1, append=-1))
        w, first = design.weights[rows], (np.cumsum(begins) - 1) * width + 1
        at_once = max(1, ANSWERS // len(rows))
        for place in range(0, len(items), at_once):
            some = items[place : place + at_once]
            key, repeated = _keys(some, rows, first, len(pairs) * width, w)
            totals = np.bincount(key, repeated, len(some) * len(pairs) * width).reshape(len(some), -1, width)
            for one, other in pairwise(bounds):
                part = totals[:, one:other]
                found[place : place + at_once, pairs[one]] += part.swapaxes(1, 2) @ part
    return found


def degrees_of_freedom(parts: Parts, cells: Cells | None, domains: int) -> Floats:
    """Clusters less strata among the respondents of each domain, at least 1."""
    rows = parts.of_row if cells is None else parts.of_row[cells.order[cells.begins]]
    of_pair = np.bincount(rows, minlength=len(parts))[: len(parts)]
    clusters = np.bincount(parts.domain, weights=of_pair, minlength=domains)
    found: Floats = np.maximum(clusters - np.bincount(parts.domain, minlength=domains), 1.0)
    return found
