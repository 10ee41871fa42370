from __future__ import annotations

from pathlib import Path

import pytest

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.dossier import Dossier
from pcse_analysis.evidence import Inputs
from tests.dossiers import own_dossier, own_inputs

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    """The repository's own catalogue and published figures."""
    return own_inputs()


@pytest.fixture(scope="session")
def survey(inputs: Inputs) -> Survey:
    return inputs.catalogue.surveys["gpc-pcse"]


@pytest.fixture(scope="session")
def published(inputs: Inputs) -> Dossier:
    """The edition of 31 July 2018."""
    return own_dossier("published")


@pytest.fixture(scope="session")
def letter(inputs: Inputs) -> Dossier:
    """The edition of 16 January 2018."""
    return own_dossier("letter")
