"""Real exports and a made-up one spoilt at random: a clean result or told mistakes, never anything else.

``PCSE_FUZZ`` sets the number of examples of each test (20 by default), for long runs.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.platforms import read_platforms
from pcse_analysis.cleaning.draft import Wanted, draft_files
from pcse_analysis.cleaning.exports import read_export
from pcse_analysis.cleaning.inspection import inspect
from pcse_analysis.cleaning.survey import clean_export
from pcse_analysis.errors import Problems
from pcse_analysis.evidence import read_inputs
from tests.conftest import ODD_BYTES, ROOT
from tests.shared import REALDATA, needs_realdata

FUZZ = settings(
    max_examples=int(os.environ.get("PCSE_FUZZ", "20")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LINES = 40
EXPORTS = {
    "surveymonkey": "ospo_survey/2018/results.csv",
    "title line": "ospo_survey/2019/results.csv",
    "limesurvey": "rse_international_survey/2017_uk/public_data.csv",
    "google forms": "dask_user_survey/2021-user-survey-results.csv",
    "windows": "fivethirtyeight/star-wars-survey/StarWars.csv",
    "jisc": "jisc_online_surveys/results-for-idrc-surveyin-2021-03-05-0807.en.csv",
    "alchemer": "jupyter_2015_surveygizmo/20160115235816-SurveyExport.csv",
    "qualtrics": "qualtrics_samples/No_Basis_for_Evaluation (Insights).csv",
    "legacy": "qualtrics_samples/No_Basis_for_Evaluation (Legacy).csv",
    "one row": "carpentries/20180908_post_clean.csv",
}
PLATFORMS = read_platforms(ROOT, Problems())
WANTED = Wanted(survey="s", wave="2020", group="g", service_line="l", file="f.csv", sha256="0" * 64)


def spoilt(content: bytes, data: st.DataObject) -> bytes:
    """Up to four places of a file replaced by other bytes; a row or the end may be cut out or doubled."""
    for _ in range(data.draw(st.integers(1, 4))):
        at, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 40))
        new = data.draw(st.sampled_from(ODD_BYTES) | st.binary(max_size=8))
        content = content[:at] + new + content[at + length :]
    lines = content.splitlines(keepends=True)
    if lines and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place : place + 1] = [lines[place]] * data.draw(st.sampled_from([0, 2]))
    content = b"".join(lines)
    return content[: data.draw(st.integers(0, len(content)))] if data.draw(st.integers(0, 4)) == 0 else content


@needs_realdata
@pytest.mark.parametrize("kind", list(EXPORTS))
def test_a_spoilt_real_export_is_read_or_its_mistakes_are_told(kind: str, tmp_path: Path) -> None:
    """Law: every row is a reply or blank on a line of its own, or problems are noted; a draft can be made."""
    start = b"".join((REALDATA / EXPORTS[kind]).read_bytes().splitlines(keepends=True)[:LINES])
    path = tmp_path / "export.csv"

    @FUZZ
    @given(st.data())
    def check(data: st.DataObject) -> None:
        path.write_bytes(spoilt(start, data))
        problems = Problems()
        export = read_export(path, "export.csv", PLATFORMS, problems)
        if export is None:
            assert problems.found and all(problem.what for problem in problems.found)
            return
        assert all(len(column) == len(export) for column in export.columns)
        assert len({*export.lines.tolist(), *export.blank_lines}) == len(export) + len(export.blank_lines)
        seen = inspect(export, {}, {})
        assert {"questions.csv", "survey.yaml", "waves/2020.yaml"} <= set(draft_files(seen, WANTED, None))

    check()


def test_a_spoilt_export_is_cleaned_whole_or_its_mistakes_are_told(tmp_path: Path) -> None:
    """Law: rows in are analysed and excluded, whatever was spoilt in the made-up export of the repository."""
    survey = read_inputs(ROOT).catalogue.surveys["gpc-pcse-synthetic"]
    wave = survey.waves["2016-10"]
    (plan,) = wave.exports.values()
    content = (ROOT / survey.raw / plan.file).read_bytes()
    path = tmp_path / plan.file
    plan = replace(plan, sha256="")  # it is to be spoilt

    @FUZZ
    @given(st.data())
    def check(data: st.DataObject) -> None:
        path.write_bytes(spoilt(content, data))
        problems = Problems()
        cleaned = clean_export(survey, wave, plan, tmp_path, PLATFORMS, None, problems)
        if cleaned is None:
            assert problems.found
            return
        assert not problems.found
        assert cleaned.flow.received == cleaned.flow.analysed + len(cleaned.excluded)
        assert len(cleaned) == cleaned.flow.analysed

    check()
