"""Shares and means of coded answers over many items, options and domains, with variances, in one pass.

The influence of a respondent on a share is its weight times a number that depends only on its domain and its answer.
So no influence is ever written out: sums of weights and of their squares (with clusters: of products within clusters)
by stratum, domain and answer hold all that the variance of ``linearised.covariance`` needs. The replies are read once,
in blocks that fit the processor's cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.metrics.design import Design
from pcse_analysis.metrics.linearised import NOISE, covariance
from pcse_analysis.metrics.tallies import Parts, Sums, cells_of, degrees_of_freedom, parts_of, sums_of

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


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


def coded_estimates(items: Sequence[Coded], design: Design, domain: Places, domains: int) -> CodedEstimates:
    """Every target of every item in every domain.

    ``domain`` has the place of each respondent's domain, from 0 to ``domains`` - 1, or -1.
    """
    parts = parts_of(design, domain, domains)
    found: list[tuple[Floats, ...]] = [()] * len(items)
    cells = cells_of(design, parts) if design.has_clusters else None
    alike: dict[tuple[int, ...], list[int]] = {}
    for place, item in enumerate(items):
        alike.setdefault(item.above.shape, []).append(place)
    for places in alike.values():
        some = [items[place] for place in places]
        sums = sums_of([item.codes for item in some], len(some[0].above) + 1, design, parts, cells)
        for place, *arrays in zip(places, *_of_items(some, sums, design, parts, domains), strict=True):
            found[place] = tuple(arrays)
    df = degrees_of_freedom(parts, cells, domains)
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


def _of_items(items: Sequence[Coded], sums: Sums, design: Design, parts: Parts, domains: int) -> tuple[Floats, ...]:
    """Value, variance, numerator, base, weighted base and Kish's base, each items x domains x targets."""
    codes, targets = items[0].above.shape
    above, below = np.zeros((2, len(items), codes + 1, targets))
    for place, item in enumerate(items):
        above[place, 1:], below[place, 1:] = item.above, item.below
    of_domain = np.zeros((domains, len(parts)))
    of_domain[parts.domain, np.arange(len(parts))] = 1.0
    weights, counts = of_domain @ sums.weights, of_domain @ sums.counts
    upper, lower = weights @ above, weights @ below
    in_base = (below != 0).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = upper / lower
        kish = np.square(weights @ in_base) / (of_domain @ sums.squares @ in_base)
        # The influence of an answer, per unit of weight: items x domains x codes x targets.
        per_weight = (above[:, None] - value[:, :, None, :] * below[:, None]) / lower[:, :, None, :]
    # Nobody's influence is nothing; left as NaN it would spread to every domain when the pairs are added up.
    per_weight[np.isnan(per_weight)] = 0.0
    influence = per_weight[:, parts.domain]
    if sums.products is None:
        square = (sums.squares[:, :, None, :] @ np.square(influence))[:, :, 0]
    else:
        square = ((sums.products @ influence) * influence).sum(axis=2)
    total = (sums.weights[:, :, None, :] @ influence)[:, :, 0]
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
