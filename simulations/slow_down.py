"""``python -m simulations.slow_down``: made-up issue logs, judged as real ones are, into docs/slow_down.md.

The truth is known in each: resolving is as fast in the last two months as before at every age, or it is a third slower.
The logs differ in how many issues come in when, which moves the mean age of closed issues and must not move a verdict.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import lru_cache
from math import log, nan, sqrt
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from pcse_analysis.metrics.rates import rate_ratio
from pcse_analysis.metrics.slow_down import Observed, Slower, slower, spells_of
from pcse_analysis.metrics.verdict import ALPHA
from pcse_analysis.metrics.working_days import DayCount
from simulations.written import run

REPORT = Path(__file__).resolve().parents[1] / "docs" / "slow_down.md"
SEED, RUNS, QUICK, SIZES, BLOCK = 20171231, 5000, 100, (200, 1000), 100
STARTS_ON, TURNS_ON, DAY, MARGIN = "2016-10-03", "2017-11-01", "2017-12-31", 0.10
DAYS = DayCount(())
BEGINS, TURN, ENDS = DAYS.first(STARTS_ON), DAYS.first(TURNS_ON), DAYS.last(DAY)
WARM, LARGE = 400, 300_000
"""Working days of inflow before the log, whose issues still open are its first backlog; issues of a very large log."""
HAZARD = np.cumsum(0.02 + 0.08 * np.exp(-np.arange(20_000) / 8))
"""The summed chance of being resolved by each age in working days: 10 % on the first day, falling to 2 %."""
ROUTES, SPEEDS = ("direct", "local_committee", "bma"), np.array([1.3, 1.0, 0.45])
USUAL, SHIFTED = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6])
LINES, LINE_SPEEDS = np.array([0.4, 0.3, 0.2, 0.1]), np.array([1.4, 1.0, 0.8, 0.5])
WITHDRAWN, OLD, SWEEP, SWEPT = 0.003, 40, 10, 0.7
ALIKE, PER_REPORTER, SMALLEST = 0.5, 8, 0.05
SLOW = 2 / 3
SMALL, SPEEDS_OF_SMALL = (("steady", 100), ("shrinking", 200), ("stop", 200)), (1.5, 1.0, SLOW, 0.5, 0.25)
PATTERNS = {
    "steady": "as many new issues every day",
    "growing": "new issues a day grow fourfold over the log",
    "shrinking": "new issues a day fall to a quarter over the log",
    "burst": "three times as many new issues in the last two months",
    "stop": "no new issue in the last two months",
    "closed backlog": "in the ten working days before the last two months, 70 % of the older issues are withdrawn",
    "resolved backlog": "the same, but they are resolved: for ten days old issues really were resolved faster",
    "route mix": "60 % of new issues come by the slowest route in the last two months, where it was 20 %",
    "reporters": "each reporter has about eight issues, most within some months, and a speed of its own",
}


@dataclass(frozen=True, kw_only=True)
class Reporters:
    """How many report, of uneven sizes; whether each has a speed of its own, and its issues within some months."""

    number: int
    alike: bool
    bunched: bool


FEW = {
    f"{number} {'bunched' if bunched else 'spread'}{', own speeds' if alike else ''}": Reporters(
        number=number, alike=alike, bunched=bunched
    )
    for number in (8, 15, 40, 240)
    for bunched in (False, True)
    for alike in (False, True)
}
"""A steady inflow from so many reporters."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A made-up log: its issues, and the route and service line of each by number."""

    seen: Observed
    route: NDArray[np.int64]
    line: NDArray[np.int64]


def inflow(pattern: str) -> NDArray[np.float64]:
    """How many issues come in on each day from ``WARM`` days before the log to its end, up to a factor."""
    day = np.arange(BEGINS - WARM, ENDS + 1)
    part = np.clip((day - BEGINS) / (ENDS - BEGINS), 0, 1)
    weights = {
        "growing": 0.4 + 1.2 * part,
        "shrinking": 1.6 - 1.2 * part,
        "burst": np.where(day >= TURN, 3.0, 1.0),
        "stop": np.where(day >= TURN, 0.0, 1.0),
    }
    return weights.get(pattern, np.ones(len(day)))


def opened_for(pattern: str, issues: int, rng: np.random.Generator, speed: float = 1.0) -> Made:
    """A log for which ``issues`` are expected to come in, those before the log and long since closed included."""
    chances = np.cumsum(inflow(pattern))
    number = int(rng.poisson(issues))
    opened = BEGINS - WARM + np.searchsorted(chances / chances[-1], rng.random(number), side="right")
    shares = np.where((opened >= TURN)[:, None] & (pattern == "route mix"), SHIFTED, USUAL)
    route = (rng.random(number)[:, None] > np.cumsum(shares, axis=1)[:, :-1]).sum(axis=1)
    line = np.searchsorted(np.cumsum(LINES)[:-1], rng.random(number))
    fast = SPEEDS[route] * LINE_SPEEDS[line]
    cluster = None
    if pattern == "reporters":
        cluster = _bunched(opened, rng) // PER_REPORTER
        fast = fast * rng.gamma(1 / ALIKE, ALIKE, number // PER_REPORTER + 1)[cluster]
    if (few := FEW.get(pattern)) is not None:
        sizes = np.cumsum(rng.gamma(1, 1, few.number) + SMALLEST)
        place = (_bunched(opened, rng) + 0.5) / number if few.bunched else rng.random(number)
        cluster = np.searchsorted(sizes / sizes[-1], place)
        fast = fast * (rng.gamma(1 / ALIKE, ALIKE, few.number)[cluster] if few.alike else 1)
    # Resolved at the age at which the summed chances reach a draw; from the turn on they grow at ``speed``.
    need = rng.exponential(size=number) / fast
    at_turn = np.where(opened < TURN, HAZARD[np.maximum(TURN - opened, 1) - 1], 0.0)
    need = np.where(need > at_turn, at_turn + (need - at_turn) / speed, need)
    last = opened + np.searchsorted(HAZARD, need)
    resolved = np.ones(number, dtype=bool)
    if pattern in ("closed backlog", "resolved backlog"):
        sweep = TURN - SWEEP
        on = sweep + rng.integers(0, SWEEP, number)
        swept = (sweep - opened >= OLD) & (last > on) & (rng.random(number) < SWEPT)
        last, resolved = np.where(swept, on, last), ~swept | (pattern == "resolved backlog")
    gone = opened + (rng.exponential(size=number) / WITHDRAWN).astype(int)
    resolved &= (gone >= last) & (last <= ENDS)
    last = np.minimum(np.minimum(last, gone), ENDS)
    days = {"opened": opened.astype(np.int32), "last": last.astype(np.int32)}
    seen = Observed(**days, resolved=resolved, cluster=cluster, begins=BEGINS, ends=ENDS)
    known = last >= BEGINS
    return Made(seen=seen.where(known), route=route[known], line=line[known])


def _bunched(opened: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """The places of issues in an order in which those opened at about the same time stand together."""
    return np.argsort(np.argsort(opened + rng.normal(0, 40, len(opened))))


@lru_cache
def _known_share(pattern: str) -> float:
    made = opened_for(pattern, 100_000, np.random.default_rng(SEED))
    return len(made.seen) / 100_000


def made_log(pattern: str, issues: int, rng: np.random.Generator, speed: float = 1.0) -> Made:
    """A log of about so many issues; ``speed`` times as fast as before in its last two months."""
    return opened_for(pattern, round(issues / _known_share(pattern)), rng, speed)


def compared(made: Made) -> list[Slower | None]:
    """All issues and then each route, as ``slow_down_figures`` compares them; None where there are too few."""
    stratum = made.route * len(LINES) + made.line
    masks = [np.ones(len(made.seen), dtype=bool), *(made.route == route for route in range(len(ROUTES)))]
    found: list[Slower | None] = []
    for mask in masks:
        ratio = rate_ratio(spells_of(made.seen.where(mask), TURN, stratum[mask])) if mask.any() else None
        found.append(None if ratio is None else slower(ratio, MARGIN))
    return found


def claims(found: Sequence[Slower | None]) -> list[int]:
    """1 where the verdict is `deteriorated` and -1 where `improved`, by Holm's method and the rules of ``verdict``."""
    claimed, going = [0] * len(found), True
    tested = sorted((one.p_value, place) for place, one in enumerate(found) if one is not None)
    for step, (p, place) in enumerate(tested):
        going = going and p * (len(tested) - step) < ALPHA
        one = found[place]
        assert one is not None
        alike = one.low90 > -MARGIN and one.high90 < MARGIN
        claimed[place] = (1 if one.value > 0 else -1) if going and not alike else 0
    return claimed


def naive(seen: Observed) -> float:
    """Welch's t of the ages of issues closed in the last two months less before; nought where p is not below 0.05."""
    inside = seen.resolved & (seen.last >= BEGINS)
    before, after = (seen.ages[inside & ((seen.last >= TURN) == late)].astype(float) for late in (False, True))
    if min(len(before), len(after)) < 2:
        return 0.0
    a, b = before.var(ddof=1) / len(before), after.var(ddof=1) / len(after)
    if a + b == 0:
        return 0.0
    t = float((after.mean() - before.mean()) / sqrt(a + b))
    degrees = (a + b) ** 2 / (a**2 / (len(before) - 1) + b**2 / (len(after) - 1))
    return t if 2 * stdtr(degrees, -abs(t)) < ALPHA else 0.0


@lru_cache
def settled(pattern: str, speed: float) -> float:
    """How much slower a log of very many issues is found to be: what the estimate settles at."""
    whole = compared(made_log(pattern, LARGE, np.random.default_rng(SEED), speed))[0]
    assert whole is not None
    return whole.value


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What came of the runs of one pattern, size and truth: shares of the runs, and the mean numbers of issues."""

    known: float
    late: float
    """Issues that were resolved in the last two months."""
    given: float
    """Runs in which all issues together have a ratio: ten were expected to be resolved in each period."""
    log_ratio: float
    """The mean of its logarithm, where there is one."""
    slower: float
    faster: float
    any_route: float
    either: float
    """Runs in which all issues together have a p-value below 0.05, before Holm's method, in either direction."""
    either_slower: float
    """Those of them that say slower."""
    alike: float
    """Runs in which the verdict on all issues together is `no_material_change`."""
    covered: float
    """Intervals of all issues together that hold the truth, of the runs that have one."""
    covered_settled: float
    """The same of what a log of very many issues gives."""
    higher: float
    lower: float
    """Runs in which the mean age of closed issues is higher, or lower, in the last two months by a t-test."""


def one_run(pattern: str, issues: int, speed: float, run: int) -> tuple[float, ...]:
    """The fields of ``Cell`` for one run, by a seed of its own."""
    rng = np.random.default_rng([SEED, zlib.crc32(pattern.encode()), issues, round(1000 * speed), run])
    made = made_log(pattern, issues, rng, speed)
    found = compared(made)
    claimed, whole, t = claims(found), found[0], naive(made.seen)
    late = int((made.seen.resolved & (made.seen.last >= TURN)).sum())
    of_whole: tuple[float, ...] = (0, nan)
    covered: tuple[float, ...] = (0, 0, 0, nan, nan)
    if whole is not None:
        of_whole = 1, log(1 - whole.value)
        truths = (1 - speed, settled(pattern, speed) if pattern in PATTERNS else 1 - speed)
        told = whole.p_value < ALPHA
        alike = whole.low90 > -MARGIN and whole.high90 < MARGIN
        covered = told, told and whole.value > 0, alike, *(whole.low <= truth <= whole.high for truth in truths)
    verdicts = claimed[0] > 0, claimed[0] < 0, max(claimed[1:]) > 0
    return len(made.seen), late, *of_whole, *verdicts, *covered, t > 0, t < 0


def _block(pattern: str, issues: int, speed: float, first: int, runs: int) -> list[tuple[float, ...]]:
    return [one_run(pattern, issues, speed, run) for run in range(first, first + runs)]


def cell(rows: Sequence[tuple[float, ...]]) -> Cell:
    """The means of some runs."""
    means = np.nanmean(np.array(rows, dtype=float), axis=0)
    return Cell(**{field.name: float(mean) for field, mean in zip(fields(Cell), means, strict=True)})


def cells(runs: int, workers: int) -> dict[tuple[str, int, float], Cell]:
    """Every pattern at each size, without and with a slow-down; and small logs at several speeds."""
    asked = [(pattern, issues, speed) for pattern in [*PATTERNS, *FEW] for issues in SIZES for speed in (1.0, SLOW)]
    asked += [(*small, speed) for small in SMALL for speed in SPEEDS_OF_SMALL if (*small, speed) not in asked]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        firsts = range(0, runs, BLOCK)
        waiting = {key: [pool.submit(_block, *key, n, min(BLOCK, runs - n)) for n in firsts] for key in asked}
        return {key: cell([row for part in parts for row in part.result()]) for key, parts in waiting.items()}


def _report(quick: bool, workers: int) -> str:
    from simulations.slow_down_report import report  # here: the report imports this module

    runs = QUICK if quick else RUNS
    return report(cells(runs, workers=workers), runs)


if __name__ == "__main__":
    run("simulations.slow_down", __doc__, REPORT, _report)
