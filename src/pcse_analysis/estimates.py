"""The numbers: an estimate, a change between two of them, its verdict; to and from tidy frames."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import pandas as pd

from pcse_analysis.frames import CHANGES, ESTIMATES, FrameSpec, tidy

SEPARATOR = "; "
PERFORMANCE_SURVEY = "performance"
"""Stands as ``survey`` of figures on performance that others published."""
RATE_RATIO = "1 minus the ratio of rates at the same age, Cox with delayed entry"
"""The method of a change that is a relative fall of a rate, not a difference of shares."""


class Verdict(StrEnum):
    """What a change amounts to; see docs/methods.md for the order of the rules."""

    IMPROVED = "improved"
    DETERIORATED = "deteriorated"
    NO_MATERIAL_CHANGE = "no material change"
    UNCLEAR = "unclear"
    NONE = ""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number with all that is needed to check it. Shares lie between 0 and 1.

    ``low`` and ``high`` bound the interval at ``confidence``; all three are None for a fact without sampling error.
    ``numerator_low`` and ``numerator_high`` are the counts that round to what was printed.
    """

    id: str
    survey: str
    wave: str
    respondent_group: str
    service_line: str
    item: str
    measure: str
    category: str = ""
    group_by: str = ""
    group: str = ""
    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    unit: str
    numerator: float | None = None
    numerator_low: int | None = None
    numerator_high: int | None = None
    base: float | None = None
    base_status: str = ""
    weighted_base: float | None = None
    effective_base: float | None = None
    missing: int | None = None
    method: str
    weighting: str = "unweighted"
    suppressed: str = ""
    sources: tuple[str, ...]
    known_on: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """Later minus earlier share failing (positive is worse), its interval, tests and verdict.

    ``value`` is None where a pair may not be differenced; ``low`` and ``high`` are then a range, or None too.
    """

    id: str
    survey: str
    respondent_group: str
    service_line: str
    item: str
    group_by: str = ""
    group: str = ""
    wave_before: str
    wave_after: str
    estimate_before: str
    estimate_after: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    low90: float | None = None
    high90: float | None = None
    low_rounding: float | None = None
    high_rounding: float | None = None
    confidence: float | None = None
    method: str
    comparability: str
    reason: str
    margin: float
    family: str = ""
    family_size: int | None = None
    p_value: float | None = None
    p_adjusted: float | None = None
    p_equivalence: float | None = None
    verdict: Verdict = Verdict.NONE
    exceeds_margin: bool | None = None
    no_improvement: bool | None = None
    base_tipping_before: float | None = None
    base_tipping_after: float | None = None
    base_tipping_both: float | None = None
    tipping_nonresponse: float | None = None

    @property
    def is_compared(self) -> bool:
        """Whether the pair has an interval or a range: it may be compared, and both bases are known or assumed."""
        return self.low is not None

    @property
    def is_relative(self) -> bool:
        """Whether it is the relative fall of a rate, and not a difference of two shares."""
        return self.method == RATE_RATIO


Number = TypeVar("Number", Estimate, Change)


@dataclass(frozen=True)
class Figures:
    """All estimates and changes of an edition, found by id."""

    estimates: tuple[Estimate, ...]
    changes: tuple[Change, ...]

    @cached_property
    def _by_id(self) -> dict[str, Estimate]:
        return {e.id: e for e in self.estimates}

    def estimate(self, row: str) -> Estimate:
        """The estimate with this id."""
        return self._by_id[row]

    def change(self, row: str) -> Change:
        """The change with this id."""
        return next(c for c in self.changes if c.id == row)

    def both(self, change: Change) -> tuple[Estimate, Estimate]:
        """The earlier and the later estimate of a change."""
        return self.estimate(change.estimate_before), self.estimate(change.estimate_after)

    def beside(self, change: Change, measure: str) -> Estimate | None:
        """An estimate that stands beside a change, or None where it has none of that measure."""
        return next((e for e in self.estimates if e.id == f"{change.id}.{measure}"), None)

    def of_item(self, item: str, wave: str, measure: str = "share", category: str = "") -> Estimate | None:
        """The estimate of one measure of an item in a wave, or None where the edition has none."""
        found = (e for e in self.estimates if (e.item, e.wave, e.measure) == (item, wave, measure))
        return next((e for e in found if category in ("", e.category)), None)


def estimate_id(survey: str, wave: str, group: str, item: str, *narrower: str) -> str:
    """The id of an estimate: what it is of, from the widest to the narrowest (measure, category, domain, weighting)."""
    return ".".join(part for part in (survey, wave, group, item, *narrower) if part)


def change_id(survey: str, group: str, wave_before: str, item_before: str, wave_after: str, item_after: str) -> str:
    """The id of a change; the earlier item is named only where it is another one."""
    earlier = f"{item_before}.to." if item_before != item_after else ""
    return f"{survey}.{group}.{earlier}{item_after}.{wave_before}.to.{wave_after}"


def _plain(number: Estimate | Change) -> dict[str, object]:
    values = asdict(number)
    return {
        k: SEPARATOR.join(v) if isinstance(v, tuple) else str(v) if isinstance(v, Verdict) else v
        for k, v in values.items()
    }


def estimates_frame(estimates: Iterable[Estimate]) -> pd.DataFrame:
    """Estimates as a tidy frame, one row each, sorted by id."""
    return tidy([_plain(e) for e in sorted(estimates, key=lambda e: e.id)], ESTIMATES)


def changes_frame(changes: Iterable[Change]) -> pd.DataFrame:
    """Changes as a tidy frame, one row each, sorted by id."""
    return tidy([_plain(c) for c in sorted(changes, key=lambda c: c.id)], CHANGES)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(float(value)).removesuffix(".0") if isinstance(value, float) else str(value)


def to_csv(numbers: Iterable[Estimate | Change], spec: FrameSpec) -> str:
    """Numbers as CSV in full precision: line feeds, sorted by id, empty where there is no value."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(spec.columns), lineterminator="\n")
    writer.writeheader()
    for number in sorted(numbers, key=lambda n: n.id):
        writer.writerow({name: _cell(value) for name, value in _plain(number).items()})
    return out.getvalue()


def _read(path: Path, kind: type[Number], spec: FrameSpec) -> Iterator[Number]:
    names = {field.name for field in fields(kind)}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values: dict[str, object] = {}
            for name in names:
                text = row[name]
                match spec.columns[name]:
                    case "number":
                        values[name] = float(text) if text else None
                    case "whole":
                        values[name] = int(text) if text else None
                    case "flag":
                        values[name] = text == "true" if text else None
                    case _:
                        values[name] = text
            if "sources" in values:
                values["sources"] = tuple(part for part in row["sources"].split(SEPARATOR) if part)
            if "verdict" in values:
                values["verdict"] = Verdict(row["verdict"])
            yield kind(**values)  # type: ignore[arg-type]


def read_figures(folder: Path) -> Figures:
    """The figures that a build wrote into ``folder``."""
    return Figures(
        tuple(_read(folder / "estimates.csv", Estimate, ESTIMATES)),
        tuple(_read(folder / "changes.csv", Change, CHANGES)),
    )


def write_figures(figures: Figures, folder: Path) -> None:
    """Write ``estimates.csv`` and ``changes.csv`` into ``folder``."""
    files = {"estimates.csv": to_csv(figures.estimates, ESTIMATES), "changes.csv": to_csv(figures.changes, CHANGES)}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
