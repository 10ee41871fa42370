"""Shares and means of coded answers over many items, options and domains, with variances, in one pass.

The influence of a respondent on a share is its weight times a number that depends only on its domain and its answer.
So no influence is ever written out: sums of weights and of their squares (with clusters: of products within clusters)
by stratum, domain and answer hold all that the variance of ``linearised.covariance`` needs. The replies are read once,
in blocks that fit the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.linearised import NOISE, covariance

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
BLOCK = 1 << 16
"""Respondents that are read at a time."""
NOBODY = -1
"""The domain of respondents who are in none."""


@dataclass(frozen=True, kw_only=True)
class Coded:
    """One item: the code of each respondent's answer (-1: none), and what is estimated of it.

    Each of the targets is a weighted total over another: row ``code`` of ``above`` and of ``below`` (codes x targets)
    says what an answer counts towards the one and the other. For the share of an option ``above`` is 1 in its row and
    ``below`` is 1 wherever an answer is in the base; for a mean ``above`` has the numbers.
    """

    codes: NDArray[np.integer]
    above: Floats
    below: Floats


@dataclass(frozen=True, kw_only=True)
class CodedEstimates:
    """The estimates of some items, each array flat in the order item, domain, target; ``shapes`` says how many of each.

    ``value`` and ``variance`` are NaN where the base is 0. ``numerator`` and ``base`` count respondents: of an answer
    with anything above, and with anything below. ``kish_base`` is Kish's effective base of the weights in the base;
    ``degrees_of_freedom`` the clusters less the strata of the domain, less than the base, at least 1.
    """

    shapes: tuple[tuple[int, int], ...]
    value: Floats
    variance: Floats
    numerator: Floats
    base: Floats
    weighted_base: Floats
    kish_base: Floats
    degrees_of_freedom: Floats

    def of_item(self, place: int, array: Floats) -> Floats:
        """The part of one of the arrays that belongs to an item, as domains x targets."""
        start = sum(domains * targets for domains, targets in self.shapes[:place])
        domains, targets = self.shapes[place]
        return array[start : start + domains * targets].reshape(domains, targets)


@dataclass(frozen=True)
class _Parts:
    """The pairs of stratum and domain that occur: the stratum and domain of each, and the pair of each respondent."""

    stratum: Places
    domain: Places
    of_row: Places

    def __len__(self) -> int:
        return len(self.stratum)


@dataclass(frozen=True)
class _Sums:
    """For one item, by pair and code (none first): respondents, weights, and products of weights within clusters."""

    counts: Floats
    weights: Floats
    products: Floats


def coded_estimates(items: Sequence[Coded], design: Design, domain: Places, domains: int) -> CodedEstimates:
    """Every target of every item in every domain.

    ``domain`` has the place of each respondent's domain, from 0 to ``domains`` - 1, or -1.
    """
    parts = _parts(design, domain, domains)
    sums = _clustered(items, design, parts) if design.has_clusters else _plain(items, design, parts)
    df = _degrees_of_freedom(design, parts, domains)
    found = [_of_item(item, sum_, design, parts, domains) for item, sum_ in zip(items, sums, strict=True)]
    if design.calibration is not None:
        for item, one in zip(items, found, strict=True):
            one[1][:] = _calibrated_variance(item, one[0], design, domain)
    columns = [np.concatenate([np.ravel(one[place]) for one in found]) for place in range(6)]
    most = np.maximum(columns[3] - 1, 1.0)
    shapes = tuple((domains, item.above.shape[1]) for item in items)
    return CodedEstimates(
        shapes=shapes,
        value=columns[0],
        variance=columns[1],
        numerator=columns[2],
        base=columns[3],
        weighted_base=columns[4],
        kish_base=columns[5],
        degrees_of_freedom=np.clip(np.concatenate([np.repeat(df, targets) for _, targets in shapes]), 1.0, most),
    )


def _parts(design: Design, domain: Places, domains: int) -> _Parts:
    """Respondents of no domain are in a last pair of their own, which nothing is estimated of."""
    key = design.stratum * domains
    key += domain
    outside = domain < 0
    size = len(design.psus_in) * domains
    if outside.any():
        key[outside] = size
    occurs = np.flatnonzero(np.bincount(key, minlength=size)[:size])
    place = np.full(size + 1, len(occurs), dtype=np.intp)
    place[occurs] = np.arange(len(occurs))
    np.take(place, key, out=key)
    return _Parts(occurs // domains, occurs % domains, key)


def _plain(items: Sequence[Coded], design: Design, parts: _Parts) -> Iterator[_Sums]:
    """Without clusters the products are the squares of the weights: nothing but answers of one respondent meet."""
    widths = [len(item.above) + 1 for item in items]
    counts, weights, squares = ([np.zeros((len(parts) + 1) * width) for width in widths] for _ in range(3))
    alike = bool((design.weights == design.weights[0]).all())
    for start in range(0, len(design), BLOCK):
        rows = slice(start, start + BLOCK)
        w = design.weights[rows]
        w2 = w * w
        firsts = {width: parts.of_row[rows] * width + 1 for width in set(widths)}
        key = np.empty(len(w), dtype=np.intp)
        for place, (item, width) in enumerate(zip(items, widths, strict=True)):
            np.add(firsts[width], item.codes[rows], out=key)
            size = len(counts[place])
            counts[place] += np.bincount(key, minlength=size)
            if not alike:
                weights[place] += np.bincount(key, weights=w, minlength=size)
                squares[place] += np.bincount(key, weights=w2, minlength=size)
    one = float(design.weights[0])
    for place, width in enumerate(widths):
        shape = (len(parts) + 1, width)
        n = counts[place].reshape(shape)
        yield _Sums(
            n[:-1],
            n[:-1] * one if alike else weights[place].reshape(shape)[:-1],
            n[:-1] * one**2 if alike else squares[place].reshape(shape)[:-1],
        )


def _clustered(items: Sequence[Coded], design: Design, parts: _Parts) -> Iterator[_Sums]:
    """With clusters: each one's weight by code, and from these the products (codes x codes) by pair."""
    widths = [len(item.above) + 1 for item in items]
    counts = [np.zeros((len(parts), width)) for width in widths]
    weights = [np.zeros((len(parts), width)) for width in widths]
    products = [np.zeros((len(parts), width, width)) for width in widths]
    for order, cell, cell_pair in _blocks_of_clusters(design, parts):
        w = design.weights[order]
        segments = [(pair, slice(*np.searchsorted(cell_pair, (pair, pair + 1)))) for pair in np.unique(cell_pair)]
        for place, (item, width) in enumerate(zip(items, widths, strict=True)):
            key = cell * width
            key += 1
            key += item.codes[order]
            shape = (len(cell_pair), width)
            n = np.bincount(key, minlength=len(cell_pair) * width).reshape(shape)
            totals = np.bincount(key, weights=w, minlength=len(cell_pair) * width).reshape(shape)
            for pair, rows in segments:
                counts[place][pair] += n[rows].sum(axis=0)
                weights[place][pair] += totals[rows].sum(axis=0)
                products[place][pair] += totals[rows].T @ totals[rows]
    yield from (_Sums(*three) for three in zip(counts, weights, products, strict=True))


def _blocks_of_clusters(design: Design, parts: _Parts) -> Iterator[tuple[Places, Places, Places]]:
    """Respondents in the order of pair and cluster, whole clusters at a time.

    Their rows, the place of each one's cell (a cluster within a pair) in the block, and the pair of each cell.
    """
    key = parts.of_row * design.psus
    key += design.psu
    order = np.argsort(key)
    np.take(key, order, out=key)
    inside = int(np.searchsorted(key, len(parts) * design.psus))
    start = 0
    while start < inside:
        end = min(start + BLOCK, inside)
        end = int(np.searchsorted(key, key[end - 1], side="right"))
        block = key[start:end]
        new = np.empty(len(block), dtype=bool)
        new[0] = True
        np.not_equal(block[1:], block[:-1], out=new[1:])
        yield order[start:end], np.cumsum(new) - 1, block[new] // design.psus
        start = end


def _degrees_of_freedom(design: Design, parts: _Parts, domains: int) -> Floats:
    """Clusters less strata among the respondents of each domain, at least 1."""
    rows = parts.of_row < len(parts)
    if design.has_clusters:
        cells = np.unique(parts.of_row[rows] * design.psus + design.psu[rows]) // design.psus
    else:
        cells = parts.of_row[rows]
    clusters = np.bincount(parts.domain, weights=np.bincount(cells, minlength=len(parts)), minlength=domains)
    found: Floats = np.maximum(clusters - np.bincount(parts.domain, minlength=domains), 1.0)
    return found


def _of_item(item: Coded, sums: _Sums, design: Design, parts: _Parts, domains: int) -> tuple[Floats, ...]:
    """Value, variance, numerator, base, weighted base and Kish's base of an item, each domains x targets."""
    nothing = np.zeros((1, item.above.shape[1]))
    above, below = np.vstack([nothing, item.above]), np.vstack([nothing, item.below])
    of_domain = np.zeros((domains, len(parts)))
    of_domain[parts.domain, np.arange(len(parts))] = 1.0
    weights = of_domain @ sums.weights
    counts = of_domain @ sums.counts
    upper, lower = weights @ above, weights @ below
    in_base = (below != 0).astype(float)
    squares = sums.products if sums.products.ndim == 2 else np.einsum("hcc->hc", sums.products)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = upper / lower
        kish = np.square(weights @ in_base) / (of_domain @ squares @ in_base)
        # The influence of an answer, per unit of weight, for each pair: codes x targets.
        per_weight = (above - value[:, None, :] * below) / lower[:, None, :]
    # Nobody's influence is nothing; left as NaN it would spread to every domain when the pairs are added up.
    per_weight[np.isnan(per_weight)] = 0.0
    influence = per_weight[parts.domain]
    if sums.products.ndim == 2:
        square = np.einsum("hc,hck->hk", sums.products, np.square(influence))
    else:
        square = np.einsum("hck,hce,hek->hk", influence, sums.products, influence, optimize=True)
    total = np.einsum("hc,hck->hk", sums.weights, influence)
    n, factor = design.psus_in[parts.stratum][:, None], design.factors[parts.stratum][:, None]
    variance = of_domain @ (factor * (square - np.square(total) / n))
    variance[variance < NOISE * (of_domain @ (factor * square))] = 0.0
    variance[np.isnan(value)] = np.nan
    return value, variance, counts @ (above != 0), counts @ in_base, lower, kish


def _calibrated_variance(item: Coded, value: Floats, design: Design, domain: Places) -> Floats:
    """The variance where weights were fitted to known totals: then all respondents count, not those of a domain."""
    nothing = np.zeros((1, item.above.shape[1]))
    above, below = np.vstack([item.above, nothing]), np.vstack([item.below, nothing])
    variance = np.empty_like(value)
    for place, shares in enumerate(value):
        w = np.where(domain == place, design.weights, 0.0)[:, None]
        lower = (w * below[item.codes]).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            influence = w * (above[item.codes] - shares * below[item.codes]) / lower
        known = lower > 0
        variance[place] = np.nan
        variance[place, known] = np.diag(covariance(influence[:, known], design))
    return variance
