"""The nouns of raw data: what an export file holds, how its cells are read, and which replies are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

MissingKind = Literal["not_asked", "not_answered", "dont_know", "not_applicable", "prefer_not_to_say"]
MISSING_KINDS: tuple[MissingKind, ...] = (
    "not_asked",
    "not_answered",
    "dont_know",
    "not_applicable",
    "prefer_not_to_say",
)
"""Five ways of not giving an opinion: the first two are the lack of a choice, the others can be chosen."""
QuestionKind = Literal["one", "several", "number", "date", "text"]
QUESTION_KINDS: tuple[QuestionKind, ...] = ("one", "several", "number", "date", "text")
DateOrder = Literal["", "day-first", "month-first", "year-first"]
DATE_ORDERS: tuple[DateOrder, ...] = ("", "day-first", "month-first", "year-first")
RuleKind = Literal[
    "test_rows",
    "rows_with",
    "outside_fieldwork",
    "partial",
    "same_respondent",
    "same_practice",
    "impossible",
    "straight_lining",
    "speeding",
]
ROLES = ("respondent", "started", "ended", "weight", "practice_code", "practice_name", "practice_postcode")
"""What a column can be for besides holding the answers to a question."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A question was asked only of those whose answer to ``item`` is one of ``options``."""

    item: str
    options: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Recode:
    """A value of an export that is taken for another one, and why; ``items`` is empty for every question."""

    items: tuple[str, ...]
    found: str
    meant: str
    reason: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of cleaning. Which of the other fields it uses depends on its kind; see docs/methods.md."""

    kind: RuleKind
    id: str
    reason: str
    line: int
    column: str = ""
    items: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    keep: Literal["first", "last", "fullest"] = "last"
    least: float = 0.0
    lowest: float | None = None
    highest: float | None = None
    then: Literal["exclude", "not_answered"] = "exclude"


@dataclass(frozen=True, kw_only=True)
class ExportFile:
    """One export as the wave's file describes it.

    ``lines`` gives the line on which each of its keys stands, and each name below ``headers`` and ``columns``.
    """

    id: str
    catalogue_file: str
    file: str
    group: str
    sha256: str = ""
    platform: str = ""
    encoding: str = ""
    sheet: str = ""
    codebook: str = ""
    dates: DateOrder = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    ignores_others: bool = False
    missing: Mapping[str, MissingKind] = field(default_factory=dict)
    selected: tuple[str, ...] = ()
    not_selected: tuple[str, ...] = ()
    off_route: Literal["set_aside", "keep"] = "set_aside"
    recodes: tuple[Recode, ...] = ()
    rules: tuple[Rule, ...] = ()
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)

    def line(self, *keys: str) -> int | None:
        """The line of a key; of the nearest one that holds it where it has none."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys)


REGISTER_WORDS = {"region_name": "region", "size_band": "number of patients"}
"""What the register knows of a practice that replies are broken down and adjusted by, in words."""
AREA_WORDS = {"ccg_name": "clinical commissioning group"}
"""What the register knows of a practice that names its area, in words."""


@dataclass(frozen=True, kw_only=True)
class RegisterFiles:
    """The official lists that the practices of a wave are set against, and the day for which they are read."""

    practices: str
    payments: str
    as_of: str
    size_bands: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Sign:
    """Something by which a platform's export is known: a row of the file's head with cells of a certain form.

    ``share`` is the least share of the row's filled cells that have the form; 0 asks for one cell.
    """

    row: int
    like: str
    share: float


@dataclass(frozen=True, kw_only=True)
class Platform:
    """How one platform writes its exports.

    ``header`` names the header rows from the top: ``code``, ``question``, ``part`` or ``skip``. ``pattern`` takes a
    header cell apart (groups ``code``, ``question``, ``part``); ``mark`` parts question and option where they share a
    cell, ``part_first`` says which comes first. ``joined`` lists what stands between several chosen options.
    """

    id: str
    label: str
    header: tuple[str, ...]
    signs: tuple[Sign, ...]
    fill_right: bool
    blank: str
    pattern: str
    mark: str
    part_first: bool
    plain_parts: tuple[str, ...]
    joined: tuple[str, ...]
    selected: tuple[str, ...]
    not_selected: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    private: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A subject of replies. ``not_keywords`` are phrases in which a keyword means something else.

    A ``*`` at the end of a word stands for any further letters: ``record*`` is also "records" and "recording". Both are
    in small letters, with single blanks and straight apostrophes.
    """

    id: str
    label: str
    keywords: tuple[str, ...]
    not_keywords: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Quote:
    """An approved quotation with single blanks; ``file`` and ``line`` are where it stands."""

    id: str
    wave: str
    item: str
    quote: str
    approved_by: str
    approved_on: str
    note: str
    file: str
    line: int
