"""Margins that replies cannot be weighted by end the command with one message, before anything is made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import run_pcse

SURVEY = "data/catalogue/surveys/gpc-pcse-synthetic/survey.yaml"


@pytest.mark.parametrize(
    ("margins", "told"),
    [
        ("{columns: [region_name, size_band], method: post-stratify, least: 200}", "expected at least 200"),
        ("{columns: [regoin], method: rake, least: 5}", "found 'regoin', expected a column of the register"),
        ("{columns: [region_name], method: racke, least: 5}", "near 'rake'"),
        ("{columns: [region_name], method: rake, least: few}", "'least'"),
    ],
)
def test_margins_that_cannot_be_met_are_told_by_check_and_by_build(
    small_project: Path, margins: str, told: str
) -> None:
    """Thin cells, an unknown column, an unknown method, no number: exit 2, no traceback, no outputs."""
    survey = small_project / SURVEY
    text = survey.read_text(encoding="utf-8")
    survey.write_text(re.sub(r"(?s)  margins:\n.*?(?=\nmargin:)", f"  margins: {margins}", text), encoding="utf-8")
    for words in (("check",), ("build", "--edition", "synthetic")):
        ended = run_pcse(*words, "--project", small_project)
        assert ended.code == 2, ended.out
        assert told in ended.err and "survey.yaml" in ended.err and "Traceback" not in ended.err, ended.err
    assert not (small_project / "outputs" / "synthetic").exists()


def test_an_export_of_which_no_reply_is_left_is_named(small_project: Path) -> None:
    """Three rows, all before or after the fieldwork: nothing to estimate from, and the message says of which file."""
    wave = small_project / "data/catalogue/surveys/gpc-pcse-synthetic/waves/2017-12.yaml"
    wave.write_text(re.sub(r"(?m)^    sha256: .*\n", "", wave.read_text(encoding="utf-8")), encoding="utf-8")
    (small_project / "data/catalogue/surveys/gpc-pcse-synthetic/quotes.csv").unlink()
    export = small_project / "data/synthetic/pcse-2017-12-practices.csv"
    export.write_bytes(b"\n".join(export.read_bytes().split(b"\n")[:5]) + b"\n")
    ended = run_pcse("check", "--project", small_project)
    assert ended.code == 2 and "none is left to estimate from" in ended.err, ended.err
    assert "pcse-2017-12-practices.csv" in ended.err and "Traceback" not in ended.err
