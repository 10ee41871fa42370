"""How far a batch is: a bar with rate and time left on a terminal, a quiet line now and then in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
EVERY = 30.0
"""Seconds between two lines of a log, at the least."""


def told(items: Iterable[Item], total: int, words: str) -> Iterator[Item]:
    """The items as they come, while it is told how many of ``total`` there were."""
    if sys.stderr.isatty():
        yield from tqdm(items, total=total, desc=words, unit="report", leave=False, smoothing=0.1)
        return
    began = last = time.monotonic()
    for count, item in enumerate(items, start=1):
        yield item
        now = time.monotonic()
        if count == total or now - last >= EVERY:
            last = now
            rate = count / max(now - began, 1e-9)
            left = "" if count == total else f", about {_in_words((total - count) / rate)} left"
            print(f"{words}: {count} of {total}, {60 * rate:.0f} a minute{left}", file=sys.stderr, flush=True)


def _in_words(seconds: float) -> str:
    """A time to come, as finely as anyone needs it."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
