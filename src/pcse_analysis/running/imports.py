"""Lets a process import much at once without looking for garbage meanwhile."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Put off looking for garbage: of what is imported nothing is any, and to look takes a sixth of the time.

    What is there at the end is never looked at again, so that processes forked later share its memory.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
