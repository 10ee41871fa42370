"""``python -m simulations``: all simulations, into docs/simulation.md; with ``--quick`` a short form, printed."""

from __future__ import annotations

from pathlib import Path

from simulations.written import run

QUICK = 0.05


def report(quick: bool, workers: int) -> str:
    """The report on all surveys, or on few."""
    from simulations.run import report as of_surveys  # here: it imports numpy, which reads how many threads it may use

    return of_surveys(QUICK if quick else 1.0, workers=workers)


if __name__ == "__main__":
    run("simulations", __doc__, Path(__file__).resolve().parents[1] / "docs" / "simulation.md", report)
