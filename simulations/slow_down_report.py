"""The report of the simulated issue logs: what was made up, and what came of it, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp

from simulations.report import error_of, per_cent, table, verdict_on
from simulations.run import wrapped
from simulations.slow_down import (
    ALIKE,
    BEGINS,
    DAY,
    ENDS,
    LARGE,
    LINE_SPEEDS,
    MARGIN,
    OLD,
    PATTERNS,
    ROUTES,
    SEED,
    SIZES,
    SLOW,
    SPEEDS,
    STARTS_ON,
    TURN,
    TURNS_ON,
    Cell,
)

Cells = Mapping[tuple[str, int, float], Cell]
LIMIT, OFTEN = 0.05, 0.9
"""False claims that are allowed; and the share of logs that must have a ratio if these are to be like all of them."""


def report(cells: Cells, runs: int) -> str:
    """The whole report in Markdown."""
    parts = [*_head(runs), *_steady(cells, runs), *_slower(cells, runs)]
    return "\n\n".join(wrapped(part) for part in parts) + "\n"


def with_error(share: float, runs: float) -> str:
    """A share in per cent and its Monte Carlo error."""
    return f"{per_cent(share)} ± {per_cent(error_of(share, max(round(runs), 1)))}"


def _rows(cells: Cells, speed: float) -> list[tuple[str, int, Cell]]:
    return [(pattern, issues, cells[pattern, issues, speed]) for pattern in PATTERNS for issues in SIZES]


def _head(runs: int) -> list[str]:
    speeds = ", ".join(f"{speed:g}" for speed in SPEEDS)
    lines = ", ".join(f"{speed:g}" for speed in LINE_SPEEDS)
    return [
        "# What the verdict on a slow-down does in simulated issue logs",
        f"Written by `make slowdown`; not edited by hand. Seed {SEED}; {runs:,} logs for each row of a table, each "
        "with a seed of its own, made of this one and of what the log is.",
        f"Each log runs from {STARTS_ON} to {DAY}, {ENDS - BEGINS + 1} working days, and holds about {SIZES[0]:,} or "
        f"about {SIZES[1]:,} issues; it starts with the backlog that was then open, at the ages that it had. "
        f"The last two months ({TURNS_ON} on, {ENDS - TURN + 1} working days) are set against those before by the "
        "functions that the pages are made with. The chance that an open issue is resolved falls with its age, from "
        "about 10 % on the first working day to 2 % a day; it differs by "
        f"route ({len(ROUTES)} of them: {speeds} times that chance) and by service line ({len(LINE_SPEEDS)}: {lines} "
        "times), so that the old issues are the slow ones. A few issues are withdrawn, at any age. *Slower* is the "
        "verdict `deteriorated`: all issues and each route are one family by Holm's method, and the margin is "
        f"{per_cent(MARGIN, 0)} %.",
        f"The logs differ in what comes in when. *Older* issues have been open for {OLD} working days or more; the "
        f"speeds of reporters are drawn from a gamma distribution of variance {ALIKE:g}, and the log names them.",
        *(f"- *{name}*: {what}." for name, what in PATTERNS.items()),
        "*Naive* is what is not done: Welch's t-test between the ages of the issues closed in the last two months and "
        "of those closed before, claimed where p is below 0.05. A number after ± is the Monte Carlo standard error.",
    ]


def _steady(cells: Cells, runs: int) -> list[str]:
    rows = _rows(cells, 1.0)
    pattern, issues, worst = max(rows, key=lambda row: row[2].slower)
    route_pattern, route_issues, route = max(rows, key=lambda row: row[2].any_route)
    faster_pattern, faster_issues, faster = max(rows, key=lambda row: row[2].faster)
    named = " and ".join(f"{per_cent(cells['reporters', n, 1.0].either)} % at {n:,} issues" for n in SIZES)
    up = max(rows, key=lambda row: row[2].higher)
    down = max(rows, key=lambda row: row[2].lower)
    return [
        "## Nothing slowed down",
        f"All issues together are said to be slower in at most {with_error(worst.slower, runs)} % of the logs "
        f"({pattern}, {issues:,} issues); the limit of {per_cent(LIMIT, 0)} % is "
        f"{verdict_on(worst.slower, LIMIT, error_of(worst.slower, runs))}. Some route is, in at most "
        f"{with_error(route.any_route, runs)} % ({route_pattern}, {route_issues:,} issues). All together "
        f"are said to be faster in at most {with_error(faster.faster, runs)} % ({faster_pattern}, {faster_issues:,} "
        f"issues). The naive mean is higher in up to {per_cent(up[2].higher)} % ({up[0]}, {up[1]:,} issues), "
        "and lower in up to "
        f"{per_cent(down[2].lower)} % ({down[0]}, {down[1]:,} issues).",
        "The column *test alone* counts logs in which all issues together have a p-value below 0.05, in either "
        "direction and before Holm's method. It should be 5 %; half of it would be *slower*, were no route judged "
        "with it. No ratio is given, and nothing claimed, where fewer than ten issues were resolved in a period.",
        table(
            ["pattern", "issues", "resolved late", "ratio given", "slower", "faster", "a route slower", "test alone",
             "naive higher", "naive lower"],
            [
                [name, f"{n:,}", f"{c.late:.0f}", per_cent(c.given), with_error(c.slower, runs),
                 with_error(c.faster, runs), with_error(c.any_route, runs), with_error(c.either, runs),
                 per_cent(c.higher), per_cent(c.lower)]
                for name, n, c in rows
            ],
        ),
        "*Resolved late* is the mean number of issues resolved in the last two months; all other columns are per cent "
        "of the logs.",
        "In *resolved backlog* resolving did slow down, in a way: for ten days before the last two months old issues "
        "were resolved faster than ever. Every day's work is otherwise the same. The old issues that were "
        "swept up are few beside the rest, and the ratio sets them only against others as old.",
        f"In *reporters* the test alone is at {named}: the error that lets issues of a reporter be alike is made from "
        "few reporters, of whom fewer still have issues in the last two months. With so few it lies somewhat too low, "
        "and the normal distribution that the ratio is set against does not allow for that. The verdict on all issues "
        "has Holm's method besides.",
    ]  # fmt: skip


def _slower(cells: Cells, runs: int) -> list[str]:
    rows = _rows(cells, SLOW)
    full = [row for row in rows if row[0] != "reporters" and row[2].given > OFTEN]
    pattern, issues, worst = min(full, key=lambda row: row[2].covered)
    seldom_pattern, seldom_issues, seldom = min(rows, key=lambda row: row[2].given)
    named = {n: cells["reporters", n, SLOW] for n in SIZES}
    power = [f"{with_error(cells['steady', n, SLOW].slower, runs)} % at {n:,} issues" for n in SIZES]
    return [
        "## Resolving slowed down by a third",
        f"In the last two months the chance of being resolved is {SLOW:.3f} times what it was, at every age. With a "
        f"steady inflow that is found in {' and '.join(power)}. Where nearly all logs have a ratio, and "
        f"issues are not alike within reporters, the 95 % interval is worst in {pattern} at {issues:,} issues, "
        "where it holds the truth in "
        f"{with_error(worst.covered, runs * worst.given)} % of the logs.",
        table(
            ["pattern", "issues", "resolved late", "ratio given", "slower", "faster", "a route slower", "test alone",
             "coverage", "of many", "mean ratio", "naive higher", "naive lower"],
            [
                [name, f"{n:,}", f"{c.late:.0f}", per_cent(c.given), with_error(c.slower, runs),
                 with_error(c.faster, runs), with_error(c.any_route, runs), with_error(c.either, runs),
                 with_error(c.covered, runs * c.given), per_cent(c.covered_settled), f"{exp(c.log_ratio):.3f}",
                 per_cent(c.higher), per_cent(c.lower)]
                for name, n, c in rows
            ],
        ),
        "*Coverage* is the share of intervals that hold the true ratio; *of many*, of those that hold what a log of "
        f"{LARGE:,} issues gives; *mean ratio* the geometric mean of those found; all of logs that have a ratio. "
        "*Faster* and *naive lower* claim the opposite of what is so.",
        "A ratio is given only where ten issues or more were resolved in the last two months. Where fewer are "
        "expected, only logs that happen to be fast have one, so that it lies too high: of the logs of "
        f"{seldom_pattern} at {seldom_issues:,} issues, {per_cent(seldom.given)} % have a ratio, "
        f"{exp(seldom.log_ratio):.2f} in the mean. That errs against finding a slow-down.",
        f"In *reporters* the ratio that is true for each reporter (their speeds have variance {ALIKE:g}) is not that "
        "of all issues of an age taken together, which lies nearer to 1: the fast ones are gone sooner where resolving "
        f"is fast. Coverage of the former is {' and '.join(per_cent(c.covered) + ' %' for c in named.values())}, "
        f"of the latter {' and '.join(per_cent(c.covered_settled) + ' %' for c in named.values())}.",
    ]  # fmt: skip
