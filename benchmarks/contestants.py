"""What the benchmark of estimates times: the package, the floor and svy, each from the same loaded arrays to limits.

Run as a script it is the process of one of them, or says how far the results of two are apart. Each is imported only in
its own process; svy is in an environment of its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from math import inf
from pathlib import Path
from statistics import median
from typing import Any

import child
import made_survey
import numpy as np
from made_survey import ITEMS, OPTIONS, REGIONS, WAVES, Survey
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Arrays = dict[str, Floats]
Run = Callable[[Survey], Any]
TURN, MOST_IN_A_TURN = 0.1, 50
"""Seconds for which a contestant repeats its run when its turn comes (at least once), and how often at most."""
DOMAINS = WAVES * REGIONS
SHAPE = (ITEMS, DOMAINS, OPTIONS)
TIMED_ITEMS = 1
"""Items of which the package's changes are made: it makes them one by one, and the time is scaled up."""


def floor(line: str) -> tuple[Run, Callable[[Any], Arrays]]:
    """The pass over residuals; its result needs no turning."""
    import residual_pass

    def run(survey: Survey) -> Any:
        if line == "respondents":
            return residual_pass.shares_of_respondents(survey.codes, survey.weights, survey.wave, survey.region), None
        return residual_pass.shares_of_practices(*survey, changes=line == "changes")

    def arrays(found: Any) -> Arrays:
        shares, changes = found
        made: Arrays = shares._asdict()
        return made if changes is None else {"change": changes.change, "change_error": changes.standard_error}

    return run, arrays


def package(line: str) -> tuple[Run, Callable[[Any], Arrays]]:
    """The package: a design, all shares in one pass, their intervals."""
    from pcse_analysis.metrics.coded import Coded, coded_estimates
    from pcse_analysis.metrics.design import make_design
    from pcse_analysis.metrics.share_intervals import share_interval

    above, below = np.eye(OPTIONS), np.ones((OPTIONS, OPTIONS))

    def run(survey: Survey) -> Any:
        domain = survey.wave * np.int8(REGIONS) + survey.region
        if line == "respondents":
            design = make_design(survey.weights, strata=domain)
        else:
            design = make_design(survey.weights, strata=survey.region, clusters=survey.practice)
        items = [Coded(codes=codes, above=above, below=below) for codes in survey.codes]
        found = coded_estimates(items, design, domain, DOMAINS)
        limits = share_interval(
            found.value, found.variance, found.base, found.kish_base, found.degrees_of_freedom, method="wilson"
        )
        return found.value, np.sqrt(found.variance), *limits

    def arrays(found: Any) -> Arrays:
        names = ("share", "standard_error", "low", "high")
        return {name: array.reshape(SHAPE) for name, array in zip(names, found, strict=True)}

    return package_changes() if line == "changes" else (run, arrays)


def package_changes() -> tuple[Run, Callable[[Any], Arrays]]:
    """The package's differences of two waves, with their intervals: one call for each item, region and option."""
    from pcse_analysis.metrics.design import make_design
    from pcse_analysis.metrics.two_waves import Side, difference

    def run(survey: Survey) -> Any:
        rows = [survey.wave == wave for wave in range(WAVES)]
        designs = [make_design(survey.weights[own], strata=survey.region[own]) for own in rows]
        made = np.empty((TIMED_ITEMS, REGIONS, OPTIONS, 2))
        for item, region, option in np.ndindex(made.shape[:3]):
            sides = []
            for own, design in zip(rows, designs, strict=True):
                codes, regions = survey.codes[item, own], survey.region[own]
                base = (codes >= 0) & (regions == region)
                keys = survey.practice[own]
                sides.append(Side(design=design, keys=keys, base=base, fails=codes == option, stratum=regions))
            found = difference(sides[0], sides[1])
            assert found is not None
            found.shares.interval(0.95)
            made[item, region, option] = found.value, found.standard_error
        return made

    return run, lambda made: {"change": made[..., 0], "change_error": made[..., 1]}


def svy(line: str) -> tuple[Run, Callable[[Any], Arrays]]:
    """The package svy: its proportions of a list of columns by wave and region."""
    import polars as pl
    import svy

    names = [f"item{item:02d}" for item in range(ITEMS)]

    def run(survey: Survey) -> Any:
        columns = {name: pl.Series(codes) for name, codes in zip(names, survey.codes, strict=True)}
        rest = {name: pl.Series(getattr(survey, name)) for name in ("weights", "practice", "wave", "region")}
        frame = pl.DataFrame(columns | rest)
        frame = frame.with_columns(pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name) for name in names)
        if line == "respondents":
            design = svy.Design(stratum=("wave", "region"), wgt="weights")
        else:
            design = svy.Design(stratum="region", psu="practice", wgt="weights")
        sample = svy.Sample(data=frame, design=design)
        return sample.estimation.prop(names, by=["wave", "region"], ci_method="wilson", drop_nulls=True)

    def arrays(found: Any) -> Arrays:
        made = {name: np.full(SHAPE, np.nan) for name in ("share", "standard_error", "low", "high")}
        for item, estimate in enumerate(found):
            table = estimate.to_polars()
            at = (item, table["wave"].to_numpy() * REGIONS + table["region"].to_numpy(), table[names[item]].to_numpy())
            for name, column in zip(made, ("est", "se", "lci", "uci"), strict=True):
                made[name][at] = table[column].to_numpy()
        return made

    return run, arrays


CONTESTANTS = {"package": package, "floor": floor, "svy": svy}


def timed(run: Run, survey: Survey, times: int) -> dict[str, float]:
    """The median seconds of the runs of one turn, times what a run is only a part of."""
    found: list[float] = []
    while not found or (sum(found) < TURN and len(found) < MOST_IN_A_TURN):
        start = time.perf_counter()
        run(survey)
        found.append(time.perf_counter() - start)
    return {"seconds": median(found) * times}


def memory(run: Run, folder: Path) -> dict[str, float]:
    """Megabytes above those after the imports: with the data loaded, and at most; and of the data themselves."""
    imported = child.resident()
    survey = made_survey.load(folder)
    loaded = child.resident()
    run(survey)
    size = survey.size / child.MEGABYTE
    return {"loaded": loaded - imported, "peak": child.largest_resident() - imported, "data": size}


def apart(one: Path, other: Path) -> dict[str, float]:
    """The largest relative difference of each array that two files of results both have, and of their estimates.

    Limits are compared as they are, because they may be 0. An estimate that only one has is infinitely far.
    """
    found = {}
    with np.load(one) as first, np.load(other) as second:
        for name in set(first) & set(second):
            own, theirs = first[name], second[name][: len(first[name])]
            unit = 1.0 if name in ("low", "high", "change") else np.where(theirs == 0, 1.0, np.abs(theirs))
            alike = (own == theirs) | (np.isnan(own) & np.isnan(theirs))
            difference = np.where(alike, 0.0, np.abs(own - theirs) / unit)
            found[name] = float(np.nan_to_num(difference, nan=inf).max())
    return found | {"largest": max(found.values())}


def serve(run: Run, arrays: Callable[[Any], Arrays], folder: Path, times: int) -> None:
    """Load the survey, then answer ``time`` and ``keep FILE`` until no more comes."""
    survey = made_survey.load(folder)

    def answer(question: str) -> dict[str, float]:
        what, _, file = question.partition(" ")
        if what == "time":
            return timed(run, survey, times)
        np.savez(file, **arrays(run(survey)))
        return {}

    child.serve(answer)


def main() -> None:
    """``apart FILE FILE``, or be the process of a contestant: ``serve`` or ``memory``, its name, line and folder."""
    what, *words = sys.argv[1:]
    if what == "apart":
        print(json.dumps(apart(Path(words[0]), Path(words[1]))))
        return
    name, line, folder = words
    run, arrays = CONTESTANTS[name](line)
    if what == "memory":
        print(json.dumps(memory(run, Path(folder))))
    else:
        serve(run, arrays, Path(folder), ITEMS // TIMED_ITEMS if (name, line) == ("package", "changes") else 1)


if __name__ == "__main__":
    main()
