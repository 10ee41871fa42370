"""How long the curves of ten million issues take, beside one sort of the same frame by its day of opening.

    python benchmarks/resolution.py [ISSUES]

The frame has the days on which issues were opened and closed (none where they are open), a route and a service line.
Working days are counted, issues opened before the log began come in late, and the share still open after each day and
its limits are made by route and by service line. Both take turns in the same process; the median of five counts. The
exit code is 1 where the curves take more than three times as long as the sort. ``make benchmark`` runs it.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import pandas as pd

from pcse_analysis.metrics.durations import risk_table
from pcse_analysis.metrics.slow_down import Observed
from pcse_analysis.metrics.working_days import DayCount

MOST_RATIO = 3.0
TURNS = 5
SEED = 20171231
STARTS_ON, DAY = "2016-10-03", "2017-12-31"
HOLIDAYS = ("2016-12-26", "2016-12-27", "2017-01-02", "2017-04-14", "2017-04-17", "2017-05-01", "2017-05-29",
            "2017-08-28", "2017-12-25", "2017-12-26")  # fmt: skip
ROUTES = ("direct", "local_committee", "bma")
LINES = ("payments", "registrations", "records", "supplies", "screening", "performers", "pensions", "other")
BY = ("route", "service_line")


def made_issues(issues: int) -> pd.DataFrame:
    """A frame of so many issues of a log of fifteen months, in no order; one in some is open."""
    rng = np.random.default_rng(SEED)
    begins, end = np.datetime64(STARTS_ON, "s"), np.datetime64(DAY, "s")
    # More than are asked for: those closed before the log began are not in it.
    opened = end - rng.integers(0, 600, 3 * issues // 2).astype("timedelta64[D]")
    closed = opened + rng.exponential(30, len(opened)).astype("timedelta64[D]")
    known = np.flatnonzero(closed >= begins)[:issues]
    opened, closed = opened[known], closed[known]
    frame = pd.DataFrame({"opened": opened, "closed": np.where(closed <= end, closed, np.datetime64("NaT", "s"))})
    for name, values in zip(BY, (ROUTES, LINES), strict=True):
        codes = rng.integers(0, len(values), len(frame)).astype(np.int8)
        frame[name] = pd.Categorical.from_codes(codes, pd.Index(values))
    return frame


def curves(frame: pd.DataFrame) -> int:
    """Make the curves and their limits by route and by service line; the number of shares and limits is returned."""
    days = DayCount(HOLIDAYS)
    begins, ends = days.first(STARTS_ON), days.last(DAY)
    opened = np.minimum(days.index(frame["opened"].to_numpy()), ends)
    closed = frame["closed"].to_numpy()
    resolved = ~np.isnat(closed)
    last = np.full(len(frame), ends, dtype=np.int32)
    last[resolved] = np.minimum(days.index(closed[resolved]), ends)
    last = np.maximum(last, opened)
    seen = Observed(opened=opened, last=last, resolved=resolved, cluster=None, begins=begins, ends=ends)
    ages, entries, made = seen.ages, seen.entries, 0
    for name in BY:
        groups = frame[name].cat
        number = len(groups.categories)
        table = risk_table(ages, resolved, groups.codes.to_numpy(), number, entries)
        for group in range(number):
            curve = table.curve(group)
            made += len(curve.share) + sum(len(limit) for limit in curve.limits())
    return made


def seconds(work: Callable[[], object]) -> float:
    """How long one turn takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Time both and print the ratio; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("issues", nargs="?", type=int, default=10_000_000)
    frame = made_issues(parser.parse_args().issues)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pandas {pd.__version__}")
    turns: dict[str, list[float]] = {"curves": [], "sort": []}
    for _ in range(TURNS):
        turns["curves"].append(seconds(lambda: curves(frame)))
        turns["sort"].append(seconds(lambda: frame.sort_values("opened")))
    medians = {name: median(found) for name, found in turns.items()}
    ratio = medians["curves"] / medians["sort"]
    over = " over" if ratio > MOST_RATIO else ""
    print(f"{'issues':>12} {'curves s':>9} {'sort s':>8} {'ratio':>6} (limit {MOST_RATIO:g})")
    print(f"{len(frame):12,} {medians['curves']:9.3f} {medians['sort']:8.3f} {ratio:6.2f}{over}")
    return int(ratio > MOST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
