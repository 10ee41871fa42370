"""A few of the kills of ``make kills``, whose report is docs/kills.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running.kills import SEED, kill, series_of, small_project


@pytest.mark.parametrize("name", ["build", "batch"])
def test_whenever_it_is_killed_the_last_good_output_stands_and_the_next_run_completes(
    tmp_path: Path, name: str
) -> None:
    with small_project(tmp_path) as project:
        (series,) = (one for one in series_of(project) if one.name == name)
        assert sum(kill(series, 3, SEED).values()) == 3
