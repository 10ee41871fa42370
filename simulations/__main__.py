"""``python -m simulations``: all simulations, into docs/simulation.md; with ``--quick`` a short form, printed."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

REPORT = Path(__file__).resolve().parents[1] / "docs" / "simulation.md"
QUICK = 0.05


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m simulations", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few surveys, in about a minute; printed, not written")
    parser.add_argument("--workers", type=int, default=2, help="processes that share the work (2)")
    asked = parser.parse_args()
    # Two processes of one thread each: the matrices are small. numpy reads these when it is imported.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    from simulations.run import report

    text = report(QUICK if asked.quick else 1.0, workers=max(asked.workers, 1))
    if asked.quick:
        print(text)
    else:
        REPORT.write_text(text, encoding="utf-8", newline="\n")
        print(f"Wrote docs/{REPORT.name}")


if __name__ == "__main__":
    main()
