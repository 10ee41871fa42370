"""Reads numbers as people and platforms write them: with thousands separated, a trailing ``.0``, or a pound sign."""

from __future__ import annotations

import math
import re

PLAIN = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d{1,3})?")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")


def read_number(text: str) -> float | None:
    """The number that a text is, or None where it is none. ``1,200`` is twelve hundred; ``1,2`` is not a number.

    A number too large to be held is none either.
    """
    bare = text.strip().lstrip("£").rstrip("%").strip()
    if not PLAIN.fullmatch(bare) and not THOUSANDS.fullmatch(bare):
        return None
    number = float(bare.replace(",", ""))
    return number if math.isfinite(number) else None
