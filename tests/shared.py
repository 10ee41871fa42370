"""Where the reference material beside the project lies, and what a test does without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"
REALDATA = SHARED / "realdata"
needs_realdata = pytest.mark.skipif(
    not REALDATA.is_dir() and os.environ.get("CI") != "true",
    reason="needs the real data in ../shared/realdata, which is not here",
)
"""Skips where the real data is absent; in CI the test runs all the same and fails."""
