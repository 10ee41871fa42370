"""A few of the kills of ``make kills``, whose report is docs/kills.md."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.running.kills import NO_BROWSER, SEED, Series, batch_series, build_series, kill


@pytest.mark.parametrize("make", [build_series, partial(batch_series, groups=["all"])])
def test_whenever_it_is_killed_the_last_good_output_stands_and_the_next_run_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Series]
) -> None:
    monkeypatch.setenv("CHROMIUM", NO_BROWSER)
    assert sum(kill(make(tmp_path), 2, SEED, complete_every=2).values()) == 2
