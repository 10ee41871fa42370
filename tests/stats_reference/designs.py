"""The designs and variables that the reference values were computed with, as this package makes them."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.metrics.design import Design, make_design
from tests.stats_reference.rows import frame

Floats = NDArray[np.float64]
Rows = NDArray[np.bool_]
DELAYS = ("same day", "1-2 days", "3-7 days", "1-2 weeks", "over 2 weeks")
DONT_KNOW = 9


@functools.cache
def data_of(dataset: str) -> pd.DataFrame:
    """The data of a dataset; not to be changed. ``apistrat_nofpc`` is apistrat."""
    return frame(dataset.removesuffix("_nofpc"))


@functools.cache
def design_of(dataset: str, method: str = "") -> Design:
    """The design of a dataset's calls.

    For ``two_wave_a`` the method begins ``independent`` (strata wave x region, waves independent) or ``overlap``
    (practice as cluster in strata of region), with ``+fpc`` where the finite population correction is made. The long
    data is always as ``overlap(PSU=practice)+fpc``.
    """
    data = data_of(dataset)
    if dataset.startswith("apistrat"):
        population = data["fpc"] if dataset == "apistrat" else None
        return make_design(data["pw"], strata=data["stype"], population=population)
    corrected = dataset == "two_wave_a_long" or "+fpc" in method
    population = data["pop_practices"] if corrected else None
    if method.startswith("independent"):
        strata = data["wave"].astype(str) + "." + data["region"]
        return make_design(data["weight"], strata=strata, population=population)
    return make_design(data["weight"], strata=data["region"], clusters=data["practice_id"], population=population)


def domain_df(design: Design, rows: Rows) -> float:
    """Degrees of freedom of a domain as R counts them: its clusters less the strata that these are in."""
    return float(len(np.unique(design.psu[rows])) - len(np.unique(design.stratum[rows])))


def two_wave(variable: str) -> Floats:
    """A variable of ``two_wave_a``: NaN where there is no answer, and where it is "don't know".

    ``t_...`` is 1 for a score of 4 or more of ``q_...``; ``delay_n`` numbers the bands of delay from 1 to 5.
    """
    data = data_of("two_wave_a")
    if variable == "delay_n":
        return data["delay_band"].map({band: place for place, band in enumerate(DELAYS, start=1)}).to_numpy(float)
    if variable.startswith("t_"):
        score = two_wave(f"q_{variable.removeprefix('t_')}")
        return np.where(np.isnan(score), np.nan, score >= 4)
    found = data[variable].to_numpy(float)
    return np.where(found == DONT_KNOW, np.nan, found) if variable.startswith("q_") else found


def wave(number: int) -> Rows:
    """The rows of ``two_wave_a`` that belong to a wave."""
    return np.asarray(data_of("two_wave_a")["wave"] == number)


def stratified(variable: str) -> Floats:
    """A variable of apistrat: a column, a comparison such as ``sch.wide=='Yes'``, or a category as in ``stypeE``."""
    data = data_of("apistrat")
    if "==" in variable:
        column, value = variable.split("==")
        return (data[column] == value.strip("'")).to_numpy(float)
    if ">" in variable:
        column, least = variable.split(">")
        return (data[column] > float(least)).to_numpy(float)
    if variable in data.columns:
        return data[variable].to_numpy(float)
    column = next(c for c in ("stype", "sch.wide", "awards") if variable.startswith(c))
    return (data[column] == variable.removeprefix(column)).to_numpy(float)
