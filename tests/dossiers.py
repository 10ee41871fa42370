"""The repository's own inputs and dossiers, each made once in a process: that of the made-up replies takes seconds."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pcse_analysis.dossier import Dossier
from pcse_analysis.evidence import Inputs, make_dossier, read_inputs

ROOT = Path(__file__).parents[1]


@cache
def own_inputs() -> Inputs:
    """The inputs of the repository."""
    return read_inputs(ROOT)


@cache
def own_dossier(edition: str) -> Dossier:
    """The dossier of an edition of the repository."""
    return make_dossier(own_inputs(), edition)
