"""The floor of the benchmark: shares of a survey in plain numpy, by one pass over residuals, as fast as it will go.

It knows this one table (items x waves x regions x options), checks nothing, and is not touched when the package
changes: what the package costs is set against it. It computes what the formulas say and no more: weighted shares; their
standard errors from the squared residuals of respondents or of practices (Taylor linearisation, with strata); and
Wilson's interval with Student's quantile, on the base ``share (1 - share) / variance``.

Each domain (wave and region) lies within one stratum, so its residuals add up to 0 there and no mean is taken off.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]
OPTIONS, WAVES, REGIONS = 5, 2, 9
BLOCK = 1024
"""Respondents at a time, whose residuals on all options of all items stay in the processor's second cache."""
ANSWERS = 8_000
"""Answers at a time where practices are added up: all items of a small region, one item of a large one."""
CONFIDENCE = 0.95


class Shares(NamedTuple):
    """Shares of options with their standard errors and 95 % limits, each items x domains x options.

    The domain of wave 1 and region 3 is at place 1 * 9 + 3.
    """

    share: Floats
    standard_error: Floats
    low: Floats
    high: Floats


class Changes(NamedTuple):
    """Later less earlier shares and their standard errors, each items x regions x options."""

    change: Floats
    standard_error: Floats


def shares_of_respondents(codes: Codes, weights: Floats, wave: Codes, region: Codes) -> Shares:
    """Respondents by themselves, in strata of wave and region. ``codes`` is items x respondents, -1 for no answer."""
    domain = wave * np.int8(REGIONS) + region
    order, counts = np.argsort(domain, kind="stable"), np.bincount(domain, minlength=WAVES * REGIONS)
    items, ends = len(codes), np.cumsum(counts)
    share, square = np.empty((len(counts), OPTIONS, items)), np.empty((len(counts), OPTIONS, items))
    base, squares, answering = np.empty((3, len(counts), 1, items))
    options = np.arange(OPTIONS, dtype=np.int8)[:, None, None]
    space, chosen = np.empty(OPTIONS * items * BLOCK), np.empty(OPTIONS * items * BLOCK, dtype=bool)
    for place, (count, end) in enumerate(zip(counts, ends, strict=True)):
        rows = order[end - count : end]
        answers, w = codes.take(rows, axis=1), weights.take(rows)
        w2 = w * w
        blocks = [slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]
        total = np.zeros(OPTIONS * items)
        for block in blocks:
            ones = _ones(answers[:, block], options, space, chosen)
            total += ones.reshape(OPTIONS * items, -1) @ w[block]
        upper = total.reshape(OPTIONS, items)
        lower = upper.sum(axis=0)
        p = upper / lower
        above, unanswered = np.zeros(OPTIONS * items), np.zeros(items)
        for block in blocks:
            if len(blocks) > 1:
                ones = _ones(answers[:, block], options, space, chosen)
            residual = np.subtract(ones, p[:, :, None], out=ones)
            np.multiply(residual, residual, out=residual)
            above += residual.reshape(OPTIONS * items, -1) @ w2[block]
            unanswered += (answers[:, block] < 0).astype(float) @ w2[block]
        # Who did not answer has no residual: what was added for them comes off again, all of it where p is 1.
        square[place] = (above.reshape(OPTIONS, items) - p * p * unanswered) * (p < 1)
        share[place], base[place], squares[place] = p, lower, w2.sum() - unanswered
        answering[place] = np.count_nonzero(answers >= 0, axis=1)
    n = counts[:, None, None]
    variance = square / (base * base) * (n / (n - 1))
    return _shares(share, variance, base * base / squares, answering - 1)


def _ones(answers: Codes, options: Codes, space: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """1 where an option is the answer, else 0: options x items x respondents."""
    shape = (OPTIONS, *answers.shape)
    size = OPTIONS * answers.size
    ones, is_chosen = space[:size].reshape(shape), chosen[:size].reshape(shape)
    np.equal(answers, options, out=is_chosen)
    np.copyto(ones, is_chosen)
    return ones


def shares_of_practices(
    codes: Codes, weights: Floats, practice: NDArray[np.int64], wave: Codes, region: Codes, *, changes: bool = True
) -> tuple[Shares, Changes | None]:
    """Respondents clustered in practices, these in strata of region; a practice in both waves is one cluster.

    With ``changes`` also how the shares of each region changed, with the covariance of the waves through the practices.
    """
    items = len(codes)
    order, new_cell, in_both = _by_cell(practice, wave, region)
    waves, regions = wave.take(order), region.take(order)
    rows_in = np.bincount(regions, minlength=REGIONS)
    cells_in = np.bincount(regions[new_cell] * WAVES + waves[new_cell], minlength=REGIONS * WAVES)
    both_in = np.bincount(regions[new_cell & in_both & (waves == 0)], minlength=REGIONS)
    cell = np.cumsum(new_cell)
    share, square, kish = (np.empty((REGIONS, WAVES, OPTIONS, items)) for _ in range(3))
    product = np.empty((REGIONS, OPTIONS, items))
    end = 0
    for place, count in enumerate(rows_in):
        start, end = end, end + count
        rows = order[start:end]
        answers, w = codes.take(rows, axis=1), weights.take(rows)
        first, second = cells_in[place * WAVES : place * WAVES + WAVES]
        cells, here = first + second, cell[start:end] - cell[start]
        at_once = max(1, ANSWERS // count)
        for item in range(0, items, at_once):
            some = answers[item : item + at_once]
            key = np.multiply(some, cells, dtype=np.intp)
            key += here + np.arange(cells, len(some) * (OPTIONS + 1) * cells, (OPTIONS + 1) * cells)[:, None]
            repeated = w if len(some) == 1 else np.tile(w, len(some))
            sums = np.bincount(key.ravel(), repeated, len(some) * (OPTIONS + 1) * cells)
            upper = sums.reshape(len(some), OPTIONS + 1, cells)[:, 1:]
            lower = upper.sum(axis=1)
            base = np.stack([part.sum(axis=1) for part in (lower[:, :first], lower[:, first:])])
            p = np.stack([part.sum(axis=2) for part in (upper[:, :, :first], upper[:, :, first:])])
            p /= base[:, :, None]
            residual = upper
            residual[:, :, :first] -= p[0, :, :, None] * lower[:, None, :first]
            residual[:, :, first:] -= p[1, :, :, None] * lower[:, None, first:]
            earlier, later = residual[:, :, :first], residual[:, :, first:]
            some_items = slice(item, item + at_once)
            share[place, :, :, some_items] = p.swapaxes(1, 2)
            square[place, 0, :, some_items] = (np.vecdot(earlier, earlier) / base[0, :, None] ** 2).T
            square[place, 1, :, some_items] = (np.vecdot(later, later) / base[1, :, None] ** 2).T
            if not changes:
                continue
            both = both_in[place]
            together = np.vecdot(earlier[:, :, :both], later[:, :, :both])
            product[place, :, some_items] = (together / (base[0] * base[1])[:, None]).T
        for at, part in enumerate((waves[start:end] == 0, waves[start:end] == 1)):
            if (square[place, at] == 0).any():
                answered, own = answers[:, part] >= 0, w[part]
                kish[place, at] = np.square(answered @ own) / (answered @ (own * own))
    clusters = cells_in.reshape(REGIONS, WAVES).sum(axis=1) - both_in
    factor = (clusters / (clusters - 1))[:, None, None]
    variance = square * factor[:, None]
    degrees = (cells_in - 1.0).reshape(REGIONS, WAVES).T.reshape(-1, 1, 1)
    p, v, base = (np.concatenate([found[:, 0], found[:, 1]]) for found in (share, variance, kish))
    shares = _shares(p, v, base, degrees)
    if not changes:
        return shares, None
    error = np.sqrt(variance.sum(axis=1) - 2 * factor * product)
    return shares, Changes((share[:, 1] - share[:, 0]).transpose(2, 0, 1), error.transpose(2, 0, 1))


def _by_cell(
    practice: NDArray[np.int64], wave: Codes, region: Codes
) -> tuple[NDArray[np.intp], NDArray[np.bool_], NDArray[np.bool_]]:
    """Respondents in the order of their cells: region, wave, practices in both waves first, practice.

    So practices in both waves come first, in the same order, in either wave. The order; whether a cell (the practice
    in a wave) begins at a place of it; whether the practice there is in both waves.
    """
    order = np.argsort(practice)
    found = practice.take(order)
    new = np.empty(len(order), dtype=bool)
    new[0] = True
    np.not_equal(found[1:], found[:-1], out=new[1:])
    starts = np.flatnonzero(new)
    waves = wave.take(order)
    later = np.add.reduceat(waves, starts, dtype=np.int64)
    sizes = np.diff(starts, append=len(order))
    both = np.repeat((later > 0) & (later < sizes), sizes)
    group = (region.take(order) * np.int8(WAVES) + waves) * np.int8(2) + ~both
    again = np.argsort(group, kind="stable")
    found, group = found.take(again), group.take(again)
    np.not_equal(found[1:], found[:-1], out=new[1:])
    new[1:] |= group[1:] != group[:-1]
    return order.take(again), new, both.take(again)


def _shares(share: Floats, variance: Floats, kish: Floats, degrees: Floats) -> Shares:
    """Domains x options x items, turned and with limits. Where all answered alike the base is Kish's."""
    with np.errstate(divide="ignore", invalid="ignore"):
        base = np.where(variance > 0, share * (1 - share) / variance, kish)
    quantile = -stdtrit(degrees, (1 - CONFIDENCE) / 2)
    a = quantile * quantile / base
    centre, half = share + a / 2, np.sqrt(a * (share * (1 - share) + a / 4))
    low, high = np.maximum((centre - half) / (1 + a), 0), np.minimum((centre + half) / (1 + a), 1)
    return Shares(*(found.transpose(2, 0, 1) for found in (share, np.sqrt(variance), low, high)))
