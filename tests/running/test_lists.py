"""Batches from a CSV file: mistakes in it, names of the pages, and laws that hold for every file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.errors import Problems, UserError
from pcse_analysis.running import report_plan
from pcse_analysis.running.batch import Batch, batch_of
from pcse_analysis.running.material import Material
from pcse_analysis.running.parameters import Parameter, typed
from pcse_analysis.running.report_plan import LONGEST_NAME, MARK, ReportPlan, plan_batch, plan_report
from tests.conftest import FUZZ, run_pcse
from tests.running.traps import hashes, rows, trap_project

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = LONGEST_NAME + 1 + MARK
MATERIAL = Material({"data/a.csv": "0" * 64, "notebooks/trap.ipynb": "1" * 64})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose catalogue is read once: here nothing in it changes, and it is read for each of many examples."""
    root = trap_project(tmp_path_factory.mktemp("lists") / "project")
    catalogue = read_catalogue(root, Problems())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report_plan, "read_catalogue", lambda *_: catalogue)
        yield root


def plan(project: Path, path: Path, *words: str) -> ReportPlan:
    return plan_batch(project, "trap", "", words, str(path), lambda *_: [])


def planned(project: Path, columns: list[str], lines: list[list[str]]) -> ReportPlan:
    return plan(project, rows(project / "rows.csv", columns, lines))


def batch(project: Path, columns: list[str], lines: list[list[str]], material: Material = MATERIAL) -> Batch:
    return batch_of(planned(project, columns, lines), material, project)


# ---- mistakes in the file


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbfarea\nA\n", ["starts with a byte order mark"]),
        (b"area;size\nA;1\n", ["semicolons stand between the columns, expected commas"]),
        ("area\nCafé\n".encode("cp1252"), ["line 2: byte 0xe9 is not UTF-8; the file looks like Windows-1252"]),
        ("area\nA\n".encode("utf-16"), ["is not UTF-8; it looks like UTF-16"]),
        (b"aera\nA\n", ["line 1: column 'aera'", "declares no such parameter   near 'area'"]),
        (b"edition\npublished\n", ["line 1: column 'edition'"]),
        (b"area,area\nA,B\n", ["column 'area' stands 2 times"]),
        (b"area\nA\nB\nA\n", ["line 4: repeats line 2"]),
        (b"area,size\nA,1\nA,01\n", ["line 3: repeats line 2: the same values, differently written"]),
        (b"deep\ntrue\nTrue\n", ["line 3: repeats line 2: the same values, differently written"]),
        (b"size\n1\n10\nx\n", ["line 3, column 'size': found 10", "line 4, column 'size': found 'x'"]),
        (b"kind\nshort\nshrt\n", ["line 3, column 'kind': found 'shrt', expected one of   near 'short'"]),
        (b"area,size\nA\n", ["line 2: found 1 values, expected 2 as in the header"]),
        (b'area\n"A\n', ["cannot be read as CSV from here on"]),
        (b"area\n", ["has a header and no rows"]),
        (b"", ["the file is empty"]),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_line(
    project: Path, tmp_path: Path, content: bytes, said: list[str]
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        plan(project, path)
    assert [words for words in said if words not in str(caught.value)] == []
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there(project: Path, tmp_path: Path) -> None:
    rows(tmp_path / "areas.csv", ["area"], [["A"]])
    ended = run_pcse("batch", "trap", "--project", project, "--over", tmp_path / "area.csv")
    assert (ended.code, ended.out) == (2, "")
    assert "the file is missing or cannot be read   near 'areas.csv'" in ended.err


def test_a_file_named_as_something_to_go_over_does_not_stand_for_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows(tmp_path / "service_line", ["area"], [["A"]])
    with pytest.raises(UserError, match="--over service_line: notebook 'trap' declares no such parameter"):
        plan(project, Path("service_line"))


def test_ten_thousand_rows_are_planned_each_with_a_name_of_its_own(project: Path) -> None:
    plan = planned(project, ["area", "size"], [[f"{n:05}", str(n % 9 + 1)] for n in range(10_000)])
    assert len({report.name for report in plan.reports}) == 10_000
    assert plan.reports[123].parameters["area"] == "00123"


# ---- names of pages


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("North West", "north west"),
        ("a/b", "a.b"),
        ("Ынглыш", "中文"),
        ("..", "/"),
        ("x" * 61 + "a", "x" * 61 + "b"),
        ("café", "cafe\u0301"),
    ],
)
def test_two_values_whose_names_would_be_the_same(project: Path, one: str, other: str) -> None:
    """Also on a disk that takes small and capital letters for the same."""
    names = [report.name for report in planned(project, ["area"], [[one], [other]]).reports]
    assert len({name.casefold() for name in names}) == 2
    assert all(NAME.fullmatch(name) and len(name) <= LONGEST for name in names)


def test_two_rows_that_read_the_same_in_a_list(project: Path) -> None:
    """'a, b' and 'c' beside 'a' and 'b, c': joined with a comma both would be 'a, b, c'."""
    plan = planned(project, ["area", "trap"], [["a, b", "c"], ["a", "b, c"]])
    assert len({report.name for report in plan.reports}) == 2


def test_batches_from_files_in_other_letters_have_a_folder_each(project: Path) -> None:
    folders = {
        plan(project, rows(project / f"{stem}.csv", ["area"], [["A"]])).name
        for stem in ("области", "地区", "A b", "..")
    }
    assert len(folders) == 4
    assert all(NAME.fullmatch(name.removeprefix("trap-published-by-")) for name in folders)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=90).filter(
    lambda text: text == text.strip()
)
ROWS = st.lists(st.tuples(TEXTS, st.integers(1, 9)), min_size=1, max_size=8, unique=True)


def lines_of(found: list[tuple[str, int]]) -> list[list[str]]:
    return [[area, str(size)] for area, size in found]


@FUZZ
@given(ROWS)
def test_names_are_unique_and_safe_whatever_the_values(project: Path, found: list[tuple[str, int]]) -> None:
    found_reports = planned(project, ["area", "size"], lines_of(found)).reports
    assert [(r.parameters["area"], r.parameters["size"]) for r in found_reports] == found
    names = [report.name for report in found_reports]
    assert len({name.casefold() for name in names}) == len(found)
    assert all(NAME.fullmatch(name) and len(name) <= LONGEST for name in names)


def by_values(batch: Batch) -> dict[str, tuple[str, str]]:
    """The name and the key of each report by its parameters."""
    return {json.dumps(dict(r.parameters)): (r.name, batch.keys[r.output]) for r in batch.plan.reports}


@FUZZ
@given(ROWS.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_neither_names_nor_keys_follow_the_order_of_the_rows(
    project: Path, orders: tuple[list[tuple[str, int]], list[tuple[str, int]]]
) -> None:
    one, other = (batch(project, ["area", "size"], lines_of(found)) for found in orders)
    assert by_values(one) == by_values(other)


HASHES = st.dictionaries(
    st.sampled_from(["data/a.csv", "data/b.csv", "notebooks/trap.ipynb", "requirements.lock"]),
    st.sampled_from(["0" * 64, "1" * 64]),
)


@FUZZ
@given(st.tuples(TEXTS, st.integers(1, 9)), st.tuples(TEXTS, st.integers(1, 9)), HASHES, HASHES)
def test_keys_differ_where_values_or_material_differ_and_only_there(
    project: Path,
    one: tuple[str, int],
    other: tuple[str, int],
    before: dict[str, str],
    after: dict[str, str],
) -> None:
    (first,) = batch(project, ["area", "size"], lines_of([one]), Material(before)).keys.values()
    (second,) = batch(project, ["area", "size"], lines_of([other]), Material(after)).keys.values()
    # The notebook is the one that was read, whatever the material says of it.
    same = one == other and before | {"notebooks/trap.ipynb": ""} == after | {"notebooks/trap.ipynb": ""}
    assert (first == second) == same


# ---- values


VALUES = {
    "str": st.text(st.characters(codec="utf-8")),
    "int": st.integers(-(10**15) + 1, 10**15 - 1),
    "float": st.floats(-1e15, 1e15, exclude_min=True, exclude_max=True),
    "bool": st.booleans(),
}


@FUZZ
@given(st.data())
@pytest.mark.parametrize("kind", VALUES)
def test_a_value_written_out_is_read_as_that_value(kind: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    problems = Problems()
    parameter = Parameter(name="x", type=kind, default=type(value)(), about="")
    read = typed(parameter, str(value), problems)
    assert (problems.told, type(read), read) == ([], type(value), value)


@FUZZ
@given(TEXTS)
def test_a_text_goes_through_a_file_unchanged(project: Path, text: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([["area"], [text]])
    path = project / "one.csv"
    path.write_bytes(out.getvalue().encode())
    (report,) = plan(project, path).reports
    assert report.parameters["area"] == text
    assert plan_report(project, "trap", "", [f"area={text}"]).reports[0].parameters["area"] == text


# ---- bytes


def test_no_page_follows_the_order_of_the_rows(tmp_path: Path) -> None:
    project = trap_project(tmp_path / "project", "survey_change")
    made = []
    for name, lines in (("one", ["supplies", "registrations"]), ("two", ["registrations", "supplies"])):
        over = rows(tmp_path / name / "lines.csv", ["service_line"], [[line] for line in lines])
        ended = run_pcse("batch", "survey_change", "--project", project, "--over", over, "--out", tmp_path / name)
        assert ended.code == 0, ended.err
        made.append(hashes(tmp_path / name / "survey_change-published-by-lines/pages"))
    assert made[0] == made[1]
    assert sorted(made[0]) == ["registrations.html", "supplies.html"]
