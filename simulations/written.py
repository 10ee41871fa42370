"""Runs one simulation from the command line: its report into ``docs/``, or a short form of it on the screen."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

WORKERS = 2
"""Processes that share the work."""


def run(name: str, about: str | None, path: Path, report: Callable[[bool, int], str]) -> None:
    """Write what ``report`` makes to ``path``; it is told whether to be quick, and how many processes share it."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=about)
    parser.add_argument("--quick", action="store_true", help="little of it, in about a minute; printed, not written")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"processes that share the work ({WORKERS})")
    asked = parser.parse_args()
    # Processes of one thread each: the matrices are small. numpy reads these when it is imported.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    text = report(asked.quick, max(asked.workers, 1))
    if asked.quick:
        print(text)
    else:
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"Wrote docs/{path.name}")
