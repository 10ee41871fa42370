"""The nouns of the plan of made-up replies: shares, texts, and what is to be wrong in each export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, kw_only=True)
class RegisterPlan:
    """How many practices the register lists, and of what kinds; ``list_sizes`` are points on a line."""

    counts: Mapping[str, int]
    regions: tuple[str, ...]
    list_sizes: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class TextPlan:
    """What respondents write: the percentage that writes, and how often each text with personal details is planted."""

    written: Fraction
    plain: tuple[str, ...]
    personal: Mapping[str, int]
    personal_texts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ExportPlan:
    """How one export is written and what is wrong in it: counts by the rule, recode or item that they concern."""

    encoding: str
    title: str
    screening: str
    newest_first: bool
    excluded: Mapping[str, int]
    flagged: Mapping[str, int]
    recoded: Mapping[str, int]
    off_route: Mapping[str, int]
    number_item: str
    number_excluded: str
    numbers_not_answered: tuple[str, ...]
    blanks: Mapping[str, int]
    instead_of_nothing: Mapping[str, int]
    codes: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole plan. Percentages are by item and wave, in the order of the scale's options."""

    seed: str
    results: str
    also_of_practices: tuple[str, ...]
    register: RegisterPlan
    both_waves: int
    unanswered: Fraction
    one: Mapping[tuple[str, str], tuple[Fraction, ...]]
    implied: Mapping[str, str]
    several: Mapping[tuple[str, str], tuple[Fraction, ...]]
    other: Mapping[str, tuple[Fraction, tuple[str, ...]]]
    number: Mapping[tuple[str, str], tuple[int, ...]]
    date: Mapping[tuple[str, str], tuple[int, ...]]
    text: Mapping[str, TextPlan]
    people: tuple[str, ...]
    exports: Mapping[tuple[str, str], ExportPlan]
    payments_headings: tuple[str, ...]
