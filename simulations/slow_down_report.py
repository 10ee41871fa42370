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
    FEW,
    LARGE,
    LINE_SPEEDS,
    MARGIN,
    OLD,
    PATTERNS,
    ROUTES,
    SEED,
    SIZES,
    SLOW,
    SMALL,
    SPEEDS,
    SPEEDS_OF_SMALL,
    STARTS_ON,
    TURN,
    TURNS_ON,
    Cell,
)

Cells = Mapping[tuple[str, int, float], Cell]
LIMIT, ONE_SIDED, OFTEN = 0.05, 0.025, 0.9
"""False claims that are allowed in both directions, and in one; and the share of logs that must have a ratio if these
are to be like all of them."""


def report(cells: Cells, runs: int) -> str:
    """The whole report in Markdown."""
    parts = [*_head(runs), *_steady(cells, runs), *_slower(cells, runs), *_few(cells, runs), *_small(cells, runs)]
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
        "with it. No ratio is given, and nothing claimed, where at equal speed fewer than ten issues would be expected "
        "to be resolved in a period.",
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
        f"In *reporters* the test alone is at {named}: issues of a reporter are alike, and the error allows for that.",
    ]  # fmt: skip


def _slower(cells: Cells, runs: int) -> list[str]:
    rows = _rows(cells, SLOW)
    full = [row for row in rows if row[0] != "reporters" and row[2].given > OFTEN]
    pattern, issues, worst = min(full, key=lambda row: row[2].covered)
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
        f"In *reporters* the ratio that is true for each reporter (their speeds have variance {ALIKE:g}) is not that "
        "of all issues of an age taken together, which lies nearer to 1: the fast ones are gone sooner where resolving "
        f"is fast. Coverage of the former is {' and '.join(per_cent(c.covered) + ' %' for c in named.values())}, "
        f"of the latter {' and '.join(per_cent(c.covered_settled) + ' %' for c in named.values())}.",
    ]  # fmt: skip


def _few(cells: Cells, runs: int) -> list[str]:
    rows = [(name, issues, cells[name, issues, 1.0], cells[name, issues, SLOW]) for name in FEW for issues in SIZES]
    worst = max(rows, key=lambda row: row[2].either)
    sided = max(rows, key=lambda row: row[2].either_slower)
    verdict = max(rows, key=lambda row: row[2].slower)
    return [
        "## Few reporters",
        "Steady logs of 8 to 240 reporters, who are of uneven sizes (drawn from an exponential distribution): their "
        "issues are *spread* over the log, or *bunched*, most of a reporter's within some months, so that few of them "
        f"have any in the last two; with *own speeds* these are drawn from a gamma distribution of variance {ALIKE:g}.",
        f"Where nothing slowed down, the test alone says that something changed in at most "
        f"{with_error(worst[2].either, runs)} % ({worst[0]}, {worst[1]:,} issues); the limit of {per_cent(LIMIT, 0)} % "
        f"is {verdict_on(worst[2].either, LIMIT, error_of(worst[2].either, runs))}. It says slower in at most "
        f"{with_error(sided[2].either_slower, runs)} % ({sided[0]}, {sided[1]:,} issues); the limit of "
        f"{per_cent(ONE_SIDED)} % is "
        f"{verdict_on(sided[2].either_slower, ONE_SIDED, error_of(sided[2].either_slower, runs))}. The verdict is "
        f"slower in at most {with_error(verdict[2].slower, runs)} % ({verdict[0]}, {verdict[1]:,} issues). *Found* is "
        f"how often the test alone says slower where the chance of being resolved is {SLOW:.3f} times what it was.",
        table(
            ["reporters", "issues", "ratio given", "test alone", "alone, slower", "slower", "faster", "found"],
            [
                [name, f"{n:,}", per_cent(c.given), with_error(c.either, runs), with_error(c.either_slower, runs),
                 with_error(c.slower, runs), with_error(c.faster, runs), per_cent(slow.either_slower)]
                for name, n, c, slow in rows
            ],
        ),
        "Few bunched reporters leave little to tell a change by: those of the last two months are then others than "
        "those before, and what sets them apart may be no more than their own speeds. The interval is wide there even "
        "where all reporters are alike, since that cannot be known from so few; none is given where it would reach "
        "farther than a hundredfold.",
    ]  # fmt: skip


def _small(cells: Cells, runs: int) -> list[str]:
    rows = [(name, issues, speed, cells[name, issues, speed]) for name, issues in SMALL for speed in SPEEDS_OF_SMALL]
    faster = max((row for row in rows if row[2] <= 1), key=lambda row: row[3].faster)
    slower = max((row for row in rows if row[2] >= 1), key=lambda row: row[3].slower)
    alike = max(row[3].alike for row in rows)
    return [
        "## Small logs",
        "Logs in which about ten issues are resolved in the last two months, or fewer; the true ratio is that of the "
        "chances of being resolved, after and before. Whether a ratio is given hangs on how many would be expected to "
        "be resolved at equal speed, at the ages at which issues were open in both periods. Were it to hang on how "
        "many were resolved, of small logs that slowed down only those would be told of that happened to be fast.",
        f"Where nothing became faster, *faster* is said in at most {with_error(faster[3].faster, runs)} % of the logs "
        f"({faster[0]}, {faster[1]:,} issues, true ratio {faster[2]:.2f}); where nothing became slower, *slower* in at "
        f"most {with_error(slower[3].slower, runs)} % ({slower[0]}, {slower[1]:,} issues, true ratio {slower[2]:.2f}). "
        f"*No material change* is said in at most {per_cent(alike)} %: so small a log cannot show it.",
        table(
            ["pattern", "issues", "true ratio", "resolved late", "ratio given", "mean ratio", "test alone", "slower",
             "faster", "coverage"],
            [
                [name, f"{n:,}", f"{speed:.2f}", f"{c.late:.1f}", per_cent(c.given), f"{exp(c.log_ratio):.2f}",
                 with_error(c.either, runs), with_error(c.slower, runs), with_error(c.faster, runs),
                 with_error(c.covered, runs * c.given)]
                for name, n, speed, c in rows
            ],
        ),
        "*Mean ratio* and *coverage* are those of logs that have a ratio. The mean lies somewhat too low: the "
        "logarithm of a small count does, and a log whose issues happen to stay open for longer has more issues by "
        "which to be given one. For the same reason logs that became faster have a ratio less often, which errs "
        "against reassurance.",
    ]  # fmt: skip
