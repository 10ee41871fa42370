"""How many respondents give each answer: a published share is kept exactly, other shares come from the plan."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

from pcse_analysis.catalogue.types import Question, Scale
from pcse_analysis.synthetic.chance import parted

HALF = Fraction(1, 2)
MOST_SILENT = Fraction(3, 200)
"""The largest share of respondents that does not know, or leaves blank, an item with a published share."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A published share: the percentage as printed, and the count behind it where that was published too."""

    percent: Fraction
    count: int | None


@dataclass(frozen=True, kw_only=True)
class Published:
    """What the made-up replies keep: replies by wave and group, shares by item and wave."""

    replies: Mapping[tuple[str, str], int]
    shares: Mapping[tuple[str, str], Share]


@dataclass(frozen=True, kw_only=True)
class Target:
    """How often each option is to be chosen, and how many of those asked leave the question blank."""

    options: Mapping[str, int]
    blank: int


def read_published(path: Path, groups: Collection[str]) -> Published:
    """The published numbers of replies, and the shares of the ``groups``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return Published(
        replies={
            (row["wave"], row["respondent_group"]): int(row["count"]) for row in rows if row["measure"] == "replies"
        },
        shares={
            (row["item"], row["wave"]): Share(
                percent=Fraction(row["percent"]), count=int(row["count"]) if row["count"] else None
            )
            for row in rows
            if row["measure"] == "share" and row["respondent_group"] in groups
        },
    )


def target(
    question: Question, scale: Scale, weights: Sequence[Fraction], asked: int, unanswered: Fraction, share: Share | None
) -> Target:
    """The counts for ``asked`` respondents. ``weights`` are percentages of the options in their order."""
    weights = weights or [Fraction(1)] * len(scale.options)
    if len(weights) != len(scale.options):
        raise ValueError(f"{question.item}: {len(weights)} percentages for {len(scale.options)} options")
    by_option = dict(zip(scale.options, weights, strict=True))
    if share is None:
        *counts, blank = parted(asked, [*(w * (100 - unanswered) / 100 for w in weights), unanswered])
        return Target(options=dict(zip(scale.options, counts, strict=True)), blank=blank)
    failing = scale.agreeing if question.failing == "agreeing" else scale.disagreeing
    failed, silent = failing_and_silent(share, asked)
    unsure = [option for option in scale.options if option in scale.not_an_opinion]
    not_knowing = silent * 2 // 3 if unsure else 0
    others = [option for option in scale.options if option not in (*failing, *unsure)]
    counted: dict[str, int] = {}
    for options, total in ((failing, failed), (unsure, not_knowing), (others, asked - failed - silent)):
        counted.update(zip(options, parted(total, [by_option[option] for option in options]), strict=True))
    return Target(options={option: counted[option] for option in scale.options}, blank=silent - not_knowing)


def failing_and_silent(share: Share, asked: int) -> tuple[int, int]:
    """How many give the failing answer, and how many none: the share rounds to what was printed with them and without.

    Where the count was published it is kept, and everybody answers. Else the failing are the fewest whose share rounds
    to the percentage, which leaves most room for those without an opinion.
    """
    if share.count is not None:
        return share.count, 0
    failed = int((share.percent - HALF) * asked / 100) + 1
    fewest_answers = int(failed * 100 / (share.percent + HALF)) + 1
    return failed, max(0, min(asked - fewest_answers, ceil(asked * MOST_SILENT)))
