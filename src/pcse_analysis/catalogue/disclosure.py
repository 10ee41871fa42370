"""Reads how small a number may be before it is suppressed: the ``disclosure`` of a survey."""

from __future__ import annotations

from dataclasses import dataclass

from pcse_analysis.catalogue.fields import MapReader

KEYS = ("threshold", "smallest_side", "decimals", "rounding")
LEAST = 2
"""A threshold under this protects nobody."""


@dataclass(frozen=True, kw_only=True)
class DisclosureRules:
    """When a figure of respondents is suppressed, and how exactly the others are given.

    A figure with a base under ``threshold`` is suppressed anywhere. In a breakdown it also is where those counted, or
    those not counted, are some but fewer than ``smallest_side``. Weighted figures and tests keep ``decimals`` places of
    a share: the weights tell of the replies in every cell that they were fitted to. With ``rounding``, counts of
    respondents are rounded to a multiple of it and shares to whole per cent.
    """

    threshold: int = 10
    smallest_side: int = 10
    decimals: int = 4
    rounding: int | None = None


def read_disclosure(head: MapReader) -> DisclosureRules:
    """The rules that a survey names; those of the house where it names none."""
    house = DisclosureRules()
    if "disclosure" not in head.content:
        return house
    rules = head.map("disclosure", (), optional=KEYS)
    found = {key: rules.whole(key) for key in KEYS if key in rules.content}
    for key in ("threshold", "smallest_side", "rounding"):
        value = found.get(key)
        if value is not None and value < LEAST:
            rules.wrong(key, f"'{key}': found '{value}', expected a whole number of {LEAST} or more")
    decimals = found.get("decimals")
    if decimals is not None and not LEAST <= decimals <= 6:
        rules.wrong("decimals", f"'decimals': found '{decimals}', expected a whole number from {LEAST} to 6")
    return DisclosureRules(
        threshold=found.get("threshold") or house.threshold,
        smallest_side=found.get("smallest_side") or house.smallest_side,
        decimals=house.decimals if decimals is None else decimals,
        rounding=found.get("rounding"),
    )
