"""Real exports and made-up ones spoilt at random: a clean result or told mistakes, never anything else.

``PCSE_FUZZ`` sets the number of examples of each test (20 by default), for long runs. With the default number both
outcomes must come up, so that no law holds only because nothing was ever read.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.platforms import read_platforms
from pcse_analysis.catalogue.raw import ExportFile, Platform
from pcse_analysis.catalogue.survey import read_survey
from pcse_analysis.catalogue.types import Catalogue, Survey, Wave
from pcse_analysis.cleaning.draft import Wanted, draft_files
from pcse_analysis.cleaning.exports import Export, read_export
from pcse_analysis.cleaning.inspection import inspect
from pcse_analysis.cleaning.survey import clean_export
from pcse_analysis.errors import Problems
from tests.cleaning.made_exports import Made, check_rows, sentences
from tests.conftest import ODD_BYTES, ODD_TEXTS, ROOT
from tests.shared import REALDATA, needs_realdata

EXAMPLES = int(os.environ.get("PCSE_FUZZ", "20"))
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
ROWS = 40
"""Rows of a real export that are spoilt."""
EXPORTS = {
    "surveymonkey": "ospo_survey/2018/results.csv",
    "title line": "ospo_survey/2019/results.csv",
    "limesurvey": "rse_international_survey/2017_uk/public_data.csv",
    "google forms": "dask_user_survey/2021-user-survey-results.csv",
    "windows": "fivethirtyeight/star-wars-survey/StarWars.csv",
    "question - option": "fivethirtyeight/thanksgiving-2015/thanksgiving-2015-poll-data.csv",
    "jisc": "jisc_online_surveys/results-for-idrc-surveyin-2021-03-05-0807.en.csv",
    "alchemer": "jupyter_2015_surveygizmo/20160115235816-SurveyExport.csv",
    "qualtrics": "qualtrics_samples/No_Basis_for_Evaluation (Insights).csv",
    "repeated codes": "qualtrics_samples/Sample_Survey (Insights).csv",
    "legacy": "qualtrics_samples/No_Basis_for_Evaluation (Legacy).csv",
    "spreadsheet table": "carpentries/longterm_October2017.csv",
    "one row": "carpentries/20180908_post_clean.csv",
}
PLATFORMS = read_platforms(ROOT / "tests/realdata", Problems())
WANTED = Wanted(survey="draft", wave="2020", group="g", service_line="supplies", file="export.csv", sha256="0" * 64)
FILLED = (("dates: TO FILL IN", "dates: day-first"), ("TO FILL IN", "made up"))
Rows = list[list[str]]


def start_of(path: Path) -> bytes:
    """The first rows of a file; a row may have several lines."""
    lines = path.read_bytes().splitlines(keepends=True)
    reader = csv.reader(line.decode("latin-1") for line in lines)
    for _ in islice(reader, ROWS):
        pass
    return b"".join(lines[: reader.line_num])


# ---- ways to spoil a file, from the coarse to the fine


def other_bytes(content: bytes, data: st.DataObject) -> bytes:
    """Some bytes replaced by others."""
    at, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 20))
    new = data.draw(st.sampled_from(ODD_BYTES) | st.binary(max_size=8))
    return content[:at] + new + content[at + length :]


def cut(content: bytes, data: st.DataObject) -> bytes:
    """The end cut off."""
    return content[: data.draw(st.integers(0, len(content)))]


def other_encoding(content: bytes, data: st.DataObject) -> bytes:
    """The same text in another encoding."""
    text = content.decode("utf-8-sig", errors="replace")
    encoding = data.draw(st.sampled_from(["utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-32", "cp037"]))
    return text.encode(encoding, errors="replace")


def other_line_ends(content: bytes, data: st.DataObject) -> bytes:
    """Every line end, or one of them, another one."""
    new, count = (
        data.draw(st.sampled_from([b"\r\n", b"\n", b"\r", b"\n\n", b"\r\r\n"])),
        data.draw(st.sampled_from([1, -1])),
    )
    return content.replace(b"\r\n", b"\n").replace(b"\n", new, count)


def as_table(change: Callable[[Rows, st.DataObject], Rows]) -> Callable[[bytes, st.DataObject], bytes]:
    """A change of rows and cells as a change of the file."""

    def spoil(content: bytes, data: st.DataObject) -> bytes:
        try:
            rows = list(csv.reader(io.StringIO(content.decode("latin-1"), newline="")))
        except csv.Error:
            return content
        text = io.StringIO()
        changed = change(rows, data) if rows else rows
        csv.writer(text, delimiter=data.draw(st.sampled_from(",,,;\t|"))).writerows(changed)
        return text.getvalue().encode("latin-1", errors="replace")

    return spoil


def other_cells(rows: Rows, data: st.DataObject) -> Rows:
    """Cells replaced by odd texts, or by others of the file."""
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.sampled_from(rows))
        if row:
            old = data.draw(st.sampled_from(data.draw(st.sampled_from(rows)) or [""]))
            new = data.draw(st.sampled_from([old, *ODD_TEXTS]) | st.text(max_size=6))
            row[data.draw(st.integers(0, len(row) - 1))] = new
    return rows


def other_rows(rows: Rows, data: st.DataObject) -> Rows:
    """Rows left out, doubled, put elsewhere, blank."""
    at, to = (data.draw(st.integers(0, len(rows) - 1)) for _ in range(2))
    change = data.draw(st.sampled_from(["out", "twice", "swap", "blank", "short", "long"]))
    row = rows[at]
    new = {
        "out": [],
        "twice": [row, row],
        "swap": [rows[to]],
        "blank": [[], row],
        "short": [row[:-1]],
        "long": [[*row, ""]],
    }
    rows[at : at + 1] = new[change]
    return rows


def other_columns(rows: Rows, data: st.DataObject) -> Rows:
    """Columns left out, doubled, swapped, or without a header."""
    width = max(map(len, rows), default=0)
    if not width:
        return rows
    at, to = (data.draw(st.integers(0, width - 1)) for _ in range(2))
    order = list(range(width))
    match data.draw(st.sampled_from(["out", "twice", "swap", "blank header", "new"])):
        case "out":
            order.remove(at)
        case "twice":
            order.insert(to, at)
        case "swap":
            order[at], order[to] = order[to], order[at]
        case "blank header":
            rows[0] = [*rows[0][:at], "", *rows[0][at + 1 :]]
        case "new":
            rows = [[*row, "new" if line == 0 else str(line)] for line, row in enumerate(rows)]
            order.append(width)
    return [[row[place] for place in order if place < len(row)] for row in rows]


SPOILING = (
    *(other_bytes, cut, other_encoding, other_line_ends),
    *(as_table(change) for change in (other_cells, other_cells, other_rows, other_columns)),
)


def spoilt(content: bytes, data: st.DataObject) -> bytes:
    """A file spoilt in one or two ways."""
    for spoil in data.draw(st.lists(st.sampled_from(SPOILING), min_size=1, max_size=2)):
        content = spoil(content, data)
    return content


# ---- the laws


def read_or_refused(path: Path, outcomes: Counter[str]) -> Export | None:
    """Law: every row is a reply or blank on a line of its own, or problems are noted."""
    problems = Problems()
    export = read_export(path, path.name, PLATFORMS, problems)
    outcomes["read" if export is not None else "refused"] += 1
    if export is None:
        assert problems.found
        assert all(problem.what and problem.file == path.name for problem in problems.found)
        return None
    assert not problems.found
    assert all(len(column) == len(export) for column in export.columns)
    assert len({*export.lines.tolist(), *export.blank_lines}) == len(export) + len(export.blank_lines)
    return export


def clean_or_refused(
    survey: Survey,
    wave: Wave,
    plan: ExportFile,
    folder: Path,
    outcomes: Counter[str],
    platforms: Mapping[str, Platform] = PLATFORMS,
) -> None:
    """Law: rows in are analysed and excluded, or problems are noted."""
    problems = Problems()
    cleaned = clean_export(survey, wave, replace(plan, sha256=""), folder, platforms, None, problems)
    outcomes["clean" if cleaned is not None else "mistakes"] += 1
    if cleaned is None:
        assert problems.found
        return
    assert not problems.found
    check_rows(cleaned)


def drafted(export: Export, folder: Path) -> Survey:
    """Law: the drafts of an export are a catalogue, once their gaps are filled."""
    files = draft_files(inspect(export, {}, {}), WANTED, None)
    for path in (folder / "waves", folder):
        path.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        for gap, word in FILLED:
            text = text.replace(gap, word)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    problems = Problems()
    survey = read_survey(folder, "draft", ["supplies"], PLATFORMS, problems)
    assert not problems.found, sentences(problems.found)
    return survey


def both_came_up(outcomes: Counter[str], *names: str) -> None:
    """No law may hold only because one outcome never came up."""
    assert EXAMPLES < 20 or all(outcomes[name] for name in names), outcomes


@needs_realdata
@pytest.mark.parametrize("kind", list(EXPORTS))
def test_a_spoilt_real_export_and_its_draft(kind: str, tmp_path: Path) -> None:
    """Law: it is read or refused; what is read has a draft that the catalogue takes, and by which it is cleaned."""
    content = start_of(REALDATA / EXPORTS[kind])
    path = tmp_path / "export.csv"
    outcomes: Counter[str] = Counter()

    @FUZZ
    @given(st.data())
    def check(data: st.DataObject) -> None:
        path.write_bytes(spoilt(content, data))
        export = read_or_refused(path, outcomes)
        if export is not None:
            survey = drafted(export, tmp_path / "draft")
            wave = survey.waves["2020"]
            clean_or_refused(survey, wave, wave.exports["replies"], tmp_path, outcomes)

    check()
    both_came_up(outcomes, "read", "refused")


@cache
def real_catalogue() -> Catalogue:
    """The catalogues of the real surveys."""
    return read_catalogue(ROOT / "tests/realdata", Problems())


@needs_realdata
def test_a_spoilt_export_of_a_survey_in_the_catalogue(tmp_path: Path) -> None:
    """Law: by the catalogue of its survey, a real export is cleaned whole or refused."""
    described = [
        (survey, wave, plan)
        for survey in real_catalogue().surveys.values()
        for wave in survey.waves.values()
        for plan in wave.exports.values()
    ]
    starts = {plan.file: start_of(REALDATA / plan.file) for _, _, plan in described}
    outcomes: Counter[str] = Counter()

    @settings(FUZZ, max_examples=4 * EXAMPLES)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        survey, wave, plan = data.draw(st.sampled_from(described))
        path = tmp_path / plan.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(spoilt(starts[plan.file], data))
        if plan.codebook:
            (tmp_path / plan.codebook).write_bytes((REALDATA / plan.codebook).read_bytes())
        clean_or_refused(survey, wave, plan, tmp_path, outcomes, real_catalogue().platforms)

    check()
    both_came_up(outcomes, "clean", "mistakes")


def test_a_spoilt_made_up_export(tmp_path: Path) -> None:
    """Law: as above, for the practices of 2016 in the repository, with every kind of rule that needs no register."""
    survey = read_catalogue(ROOT, Problems()).surveys["gpc-pcse-synthetic"]
    wave = survey.waves["2016-10"]
    (plan,) = wave.exports.values()
    content = (ROOT / survey.raw / plan.file).read_bytes()
    outcomes: Counter[str] = Counter()

    @settings(FUZZ, max_examples=2 * EXAMPLES)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        (tmp_path / plan.file).write_bytes(spoilt(content, data))
        clean_or_refused(survey, wave, plan, tmp_path, outcomes)

    check()
    both_came_up(outcomes, "clean", "mistakes")


CELLS = (
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates() | st.datetimes() | st.times() | st.timedeltas()
    | st.sampled_from(["Yes", "No", "3", "=1/0", "#N/A", "", " "])
)  # fmt: skip


def test_a_workbook_of_any_cells(tmp_path: Path) -> None:
    """Law: a workbook with cells of any kind, its bytes spoilt or not, is cleaned whole or refused."""
    made = Made(tmp_path)
    made.ask("waited", "Did you wait?")
    made.ask("days", "How many days?", "number")
    made.ask("words", "Words", "text")
    made.plan()["file"] = "replies.xlsx"
    survey = made.catalogue().surveys["made"]
    wave = survey.waves["2020"]
    outcomes: Counter[str] = Counter()

    @FUZZ
    @given(st.data())
    def check(data: st.DataObject) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["Did you wait?", "How many days?", "Words"])
        right = (st.sampled_from(["Yes", "No"]), st.none() | st.integers(0, 9), CELLS)
        rows = data.draw(st.lists(st.tuples(*right) | st.tuples(CELLS, CELLS, CELLS), max_size=4))
        for row in rows if data.draw(st.booleans()) else rows[:1]:
            sheet.append(row)
        book.save(made.raw / "replies.xlsx")
        if data.draw(st.integers(0, 3)) == 0:
            # Not at a drawn share of its length: a workbook holds the time at which it was written.
            content, at = (made.raw / "replies.xlsx").read_bytes(), data.draw(st.integers(0, 4000))
            (made.raw / "replies.xlsx").write_bytes(content[:at] + data.draw(st.binary(max_size=8)) + content[at + 4 :])
        clean_or_refused(survey, wave, wave.exports["replies"], made.raw, outcomes)

    check()
    both_came_up(outcomes, "clean", "mistakes")
