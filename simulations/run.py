"""Runs the jobs of all sections, two at a time, and writes the report."""

from __future__ import annotations

import gc
import importlib
import textwrap
import zlib
from collections.abc import Sequence
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

import numpy as np
import scipy
from tqdm import tqdm

from pcse_analysis.errors import UserError
from simulations import change_coverage, coverage, false_claims, power, standard_errors
from simulations.report import Job, Section

SEED = 20171201
WORKERS = 2
WIDTH = 119
Task = tuple[Job, tuple[int, ...]]


def sections(effort: float) -> list[Section]:
    """All sections in the order of the report; ``effort`` 1 is the full number of surveys."""
    modules = (standard_errors, coverage, change_coverage, false_claims, power)
    return [section for module in modules for section in module.sections(effort)]


def seed_of(section: Section, place: int) -> tuple[int, ...]:
    """A job's own seed: it changes neither with the order of the work nor with what stands in other sections."""
    return SEED, zlib.crc32(section.title.encode()), place


def work(task: Task) -> Any:
    """The result of one job."""
    job, seed = task
    try:
        return job(np.random.default_rng(seed))
    except UserError as error:
        # A worker's exception goes to the parent as bytes, which a UserError cannot.
        raise RuntimeError(str(error)) from None


def settle() -> None:
    """Make garbage collection quick in a worker: statsmodels asks for one each time it adjusts p-values."""
    importlib.import_module("statsmodels.stats.multitest")
    gc.freeze()


def results(asked: Sequence[Section], *, workers: int = WORKERS) -> list[list[Any]]:
    """For each section the results of its jobs, in their order."""
    tasks: list[Task] = [(job, seed_of(section, place)) for section in asked for place, job in enumerate(section.jobs)]
    with tqdm(total=len(tasks), unit="job", disable=None) as bar:
        found = []
        if workers == 1:
            for task in tasks:
                found.append(work(task))
                bar.update()
        else:
            with get_context("spawn").Pool(workers, initializer=settle) as pool:
                for result in pool.imap(work, tasks):
                    found.append(result)
                    bar.update()
    ends = np.cumsum([0, *(len(section.jobs) for section in asked)])
    return [found[start:end] for start, end in pairwise(ends)]


def report(effort: float, *, workers: int = WORKERS) -> str:
    """The whole report in Markdown."""
    asked = sections(effort)
    parts = [HEAD.format(seed=SEED, numpy=np.__version__, scipy=scipy.__version__)]
    for section, found in zip(asked, results(asked, workers=workers), strict=True):
        parts += [f"## {section.title}", *map(wrapped, section.write(found).split("\n\n"))]
    return "\n\n".join(parts) + "\n"


def wrapped(paragraph: str) -> str:
    """A paragraph in lines; a table as it is."""
    if paragraph.startswith("|"):
        return paragraph
    return textwrap.fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)


HEAD = """# What the intervals, tests and verdicts do in simulated surveys

Written by `make simulate`; not edited by hand. Seed {seed}; each piece of work has a seed of its own, made of this one,
the title of its section and its place there (numpy {numpy}, scipy {scipy}).

Surveys of up to 7,500 practices are made up, so that the truth is known, and given to the functions that the pages are
made with. "In both" counts the practices that reply in both waves: 0, 20, 35 or 100 % of the smaller wave. "Alike" is
the correlation of a practice's answers in the two waves. A number after ± is the Monte Carlo standard error: how far
chance in the simulation itself may have moved the figure. A limit is *kept*; or *kept within Monte Carlo error* where
the figure is beyond it by no more than two such errors; or *not kept*."""
