"""Estimates and changes: to and from CSV and tidy frames."""

from __future__ import annotations

import csv
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import DataError
from pcse_analysis.estimates import (
    Change,
    Estimate,
    Figures,
    Verdict,
    change_id,
    changes_frame,
    estimate_id,
    estimates_frame,
    read_figures,
    to_csv,
    write_figures,
)
from pcse_analysis.frames import CHANGES, ESTIMATES, FrameSpec, check_frame, tidy

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=100)

ESTIMATE_COLUMNS = (
    "id, survey, wave, respondent_group, service_line, item, measure, category, group_by, group, value, low, high, "
    "confidence, unit, numerator, numerator_low, numerator_high, base, base_status, weighted_base, effective_base, "
    "missing, method, weighting, suppressed, sources, known_on"
)
CHANGE_COLUMNS = (
    "id, survey, respondent_group, service_line, item, group_by, group, wave_before, wave_after, estimate_before, "
    "estimate_after, value, low, high, low90, high90, low_rounding, high_rounding, confidence, method, comparability, "
    "reason, margin, family, family_size, p_value, p_adjusted, p_equivalence, verdict, exceeds_margin, no_improvement, "
    "base_tipping_before, base_tipping_after, base_tipping_both, tipping_nonresponse"
)

ESTIMATE = Estimate(
    id="e",
    survey="s",
    wave="w",
    respondent_group="practice",
    service_line="supplies",
    item="i",
    measure="share",
    value=0.1,
    unit="share",
    method="made",
    sources=("one", "two"),
    known_on="2018-01-16",
)
CHANGE = Change(
    id="c",
    survey="s",
    respondent_group="practice",
    service_line="supplies",
    item="i",
    wave_before="1",
    wave_after="2",
    estimate_before="b",
    estimate_after="a",
    method="made",
    comparability="same",
    reason="made",
    margin=0.05,
)

numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
wholes = st.none() | st.integers(0, 10**9)
flags = st.none() | st.booleans()
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\0"), max_size=20) | st.text(
    ',;"\n \t' + "a1'", max_size=8
)
sources = st.lists(texts.filter(lambda s: s != "" and "; " not in s), max_size=4).map(tuple)

some_estimates = st.builds(
    Estimate,
    **{f.name: texts for f in fields(Estimate) if f.type == "str"},
    **{f.name: numbers for f in fields(Estimate) if f.type == "float | None"},
    **{f.name: wholes for f in fields(Estimate) if f.type == "int | None"},
    sources=sources,
)
some_changes = st.builds(
    Change,
    **{f.name: texts for f in fields(Change) if f.type == "str"},
    **{f.name: numbers for f in fields(Change) if f.type == "float | None"},
    **{f.name: wholes for f in fields(Change) if f.type == "int | None"},
    **{f.name: flags for f in fields(Change) if f.type == "bool | None"},
    margin=st.floats(0, 1),
    verdict=st.sampled_from(Verdict),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("figures")


def through_csv(figures: Figures, folder: Path) -> Figures:
    write_figures(figures, folder)
    return read_figures(folder)


@given(estimate=some_estimates)
@STEADY
def test_an_estimate_comes_back_from_csv_as_it_was(folder: Path, estimate: Estimate) -> None:
    """Origin: full precision; commas, quotes, semicolons and line feeds are text; None is not an empty number."""
    assert through_csv(Figures((estimate,), ()), folder).estimates == (estimate,)


@given(change=some_changes)
@STEADY
def test_a_change_comes_back_from_csv_as_it_was(folder: Path, change: Change) -> None:
    """Origin: full precision; true, false and unknown are three things."""
    assert through_csv(Figures((), (change,)), folder).changes == (change,)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, -0.19000000000000006, 1e22, 281.0])
def test_numbers_keep_every_digit(folder: Path, value: float) -> None:
    """Origin: IEEE 754 doubles, the smallest and largest among them."""
    (back,) = through_csv(Figures((replace(ESTIMATE, value=value),), ()), folder).estimates
    assert back.value == value


def test_a_source_must_not_hold_the_separator(folder: Path) -> None:
    """Origin: by hand; sources are joined by semicolon and space, so such a name would come back as two."""
    (back,) = through_csv(Figures((replace(ESTIMATE, sources=("one; two",)),), ()), folder).estimates
    assert back.sources == ("one", "two")


def test_zero_and_nothing_differ() -> None:
    """Origin: a share of 0 is a fact, an empty cell is none."""
    zero, nothing = (to_csv([replace(ESTIMATE, value=v)], ESTIMATES) for v in (0.0, None))
    assert next(csv.DictReader(zero.splitlines()))["value"] == "0"
    assert next(csv.DictReader(nothing.splitlines()))["value"] == ""


def test_false_and_nothing_differ() -> None:
    """Origin: not ruled out is an answer, an empty cell is none."""
    rows = [
        next(csv.DictReader(to_csv([replace(CHANGE, no_improvement=v)], CHANGES).splitlines()))
        for v in (True, False, None)
    ]
    assert [row["no_improvement"] for row in rows] == ["true", "false", ""]


def test_csv_is_sorted_by_id() -> None:
    """Origin: the design, so that two builds can be compared line by line."""
    text = to_csv([replace(ESTIMATE, id=row) for row in ("b", "a.2", "a.10")], ESTIMATES)
    assert [line.split(",")[0] for line in text.splitlines()] == ["id", "a.10", "a.2", "b"]


def test_frames_are_sorted_by_id() -> None:
    """Origin: the same order as the CSV."""
    assert list(estimates_frame([replace(ESTIMATE, id=row) for row in ("b", "a")])["id"]) == ["a", "b"]
    assert list(changes_frame([replace(CHANGE, id=row) for row in ("b", "a")])["id"]) == ["a", "b"]


def test_csv_files_have_line_feeds_and_utf_8(folder: Path) -> None:
    """Origin: the design; the bytes are the same on every machine."""
    write_figures(Figures((replace(ESTIMATE, unit="caf\u00e9"),), (CHANGE,)), folder)
    for name in ("estimates.csv", "changes.csv"):
        data = (folder / name).read_bytes()
        assert b"\r" not in data
        assert data.endswith(b"\n")
        assert data.count(b"\n") == 2
    assert "caf\u00e9".encode() in (folder / "estimates.csv").read_bytes()
    assert (folder / "estimates.csv").read_bytes().startswith(b"id,")


@pytest.mark.parametrize(
    ("kind", "spec", "columns"),
    [(Estimate, ESTIMATES, ESTIMATE_COLUMNS), (Change, CHANGES, CHANGE_COLUMNS)],
    ids=["estimates", "changes"],
)
def test_columns_are_those_of_the_design(kind: type, spec: FrameSpec, columns: str) -> None:
    """Origin: the design's list of outputs, copied name by name; the type has the same fields."""
    assert ", ".join(spec.columns) == columns
    assert ", ".join(field.name for field in fields(kind)) == columns
    assert to_csv([], spec) == columns.replace(", ", ",") + "\n"


@pytest.mark.parametrize("kind", [Estimate, Change])
def test_the_kind_of_a_column_is_the_type_of_the_field(kind: type) -> None:
    """Origin: the annotations of the type."""
    kinds = {"float | None": "number", "float": "number", "int | None": "whole", "bool | None": "flag"}
    spec = ESTIMATES if kind is Estimate else CHANGES
    assert spec.columns == {f.name: kinds.get(str(f.type), "text") for f in fields(kind)}


def test_a_frame_keeps_what_is_missing_missing() -> None:
    """Origin: the definition; a whole number that is missing does not turn the column into fractions."""
    frame = estimates_frame([ESTIMATE, replace(ESTIMATE, id="f", value=None, numerator_low=7)])
    assert list(frame["value"].isna()) == [False, True]
    assert frame["numerator_low"].tolist() == [pd.NA, 7]
    assert frame["sources"].tolist() == ["one; two", "one; two"]


def test_ids_are_found() -> None:
    """Origin: by hand."""
    figures = Figures((replace(ESTIMATE, id="x"), ESTIMATE), (replace(CHANGE, id="y"), CHANGE))
    assert figures.estimate("e") is figures.estimates[1]
    assert figures.change("c") is figures.changes[1]


def test_of_item_looks_at_item_wave_measure_and_category() -> None:
    """Origin: by hand."""
    yes, no = (replace(ESTIMATE, id=c, category=c) for c in ("yes", "no"))
    figures = Figures((replace(ESTIMATE, wave="v"), replace(ESTIMATE, measure="replies"), yes, no), ())
    assert figures.of_item("i", "w") is yes
    assert figures.of_item("i", "w", category="no") is no
    assert figures.of_item("i", "w", category="perhaps") is None
    assert figures.of_item("j", "w") is None


def test_ids_say_what_they_are_of() -> None:
    """Origin: by hand; an earlier item is named only where it is another one."""
    assert estimate_id("s", "w", "g", "i", "share") == "s.w.g.i.share"
    assert estimate_id("s", "w", "g", "i", "share", "Yes") == "s.w.g.i.share.Yes"
    assert change_id("s", "g", "1", "i", "2", "i") == "s.g.i.1.to.2"
    assert change_id("s", "g", "1", "h", "2", "i") == "s.g.h.to.i.1.to.2"


SPEC = FrameSpec("made", {"id": "text", "value": "number", "count": "whole", "known": "flag"}, ("id",))
ROWS = [
    {"id": "a", "value": 0.5, "count": 1, "known": True},
    {"id": "b", "value": None, "count": None, "known": None},
]


def test_a_frame_that_keeps_to_its_spec_is_passed_on() -> None:
    """Origin: the promise of check_frame."""
    frame = tidy(ROWS, SPEC)
    assert check_frame(frame, SPEC) is frame
    assert [str(dtype) for dtype in frame.dtypes] == ["string", "float64", "Int64", "boolean"]


def test_an_empty_frame_has_its_columns_and_kinds() -> None:
    """Origin: the promise of tidy, with no rows."""
    frame = tidy([], SPEC)
    assert list(frame.columns) == ["id", "value", "count", "known"]
    assert [str(dtype) for dtype in frame.dtypes] == ["string", "float64", "Int64", "boolean"]


@pytest.mark.parametrize(
    "columns",
    [["id", "value", "count"], ["id", "value", "count", "known", "more"], ["value", "id", "count", "known"]],
    ids=["missing", "extra", "reordered"],
)
def test_other_columns_are_refused(columns: list[str]) -> None:
    """Origin: the promise of check_frame; the message names what was expected."""
    with pytest.raises(DataError, match="expected id, value, count, known"):
        check_frame(tidy(ROWS, SPEC).reindex(columns=columns), SPEC)


@pytest.mark.parametrize(
    ("column", "dtype"), [("id", "object"), ("value", "Int64"), ("count", "float64"), ("known", "object")]
)
def test_another_kind_is_refused(column: str, dtype: str) -> None:
    """Origin: the promise of check_frame; the message names the column."""
    rows = [ROWS[0] | {"value": 1.0}]
    with pytest.raises(DataError, match=f"column '{column}'"):
        check_frame(tidy(rows, SPEC).astype({column: dtype}), SPEC)


def test_a_repeated_key_is_refused() -> None:
    """Origin: the promise of check_frame; the message names the key, whatever else the rows say."""
    with pytest.raises(DataError, match="a stands twice"):
        tidy([ROWS[0], ROWS[0] | {"value": 0.7}], SPEC)


def test_a_key_of_several_columns_may_repeat_in_one() -> None:
    """Origin: rows are told apart by the whole key."""
    spec = FrameSpec("made", {"wave": "text", "item": "text"}, ("wave", "item"))
    assert len(tidy([{"wave": "1", "item": "a"}, {"wave": "1", "item": "b"}], spec)) == 2


def test_every_mistake_of_a_frame_is_reported() -> None:
    """Origin: the design; two columns of another kind give two problems."""
    with pytest.raises(DataError) as raised:
        check_frame(tidy(ROWS, SPEC).astype({"value": "object", "count": "float64"}), SPEC)
    assert [problem.column for problem in raised.value.problems] == ["value", "count"]
