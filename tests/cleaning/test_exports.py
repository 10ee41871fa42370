"""An export as columns of codes: every cell is kept once for each distinct value, whatever the size of the pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.cleaning import pieces, text_files
from pcse_analysis.cleaning.exports import Export
from pcse_analysis.errors import Problems
from tests.cleaning.made_exports import book, cells, read, write_csv
from tests.metrics.made import STEADY

ROWS = [["1", "Yes", ""], ["2", "No", "x"], ["", "", ""], ["3", "Yes", ""], ["4", " Yes ", "x"]]


def export_of(path: Path) -> Export:
    """The export in a file that is read without a problem."""
    problems = Problems()
    export = read(path.parent, path, problems)
    assert export is not None, problems.found
    return export


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Five rows below a header, one of them blank."""
    return export_of(write_csv(tmp_path / "replies.csv", [["RespondentID", "Did you wait?", "Words"], *ROWS]))


def test_each_distinct_value_is_kept_once(export: Export) -> None:
    """Origin: by hand: in the order in which they first came, as they are and tidied; no row has the blank."""
    column = export.columns[1]
    assert column.values == ["Yes", "No", "", " Yes "]
    assert column.codes.tolist() == [0, 1, 0, 3]
    assert column.tidy == ["Yes", "No", "", "Yes"]
    assert column.texts.tolist() == ["Yes", "No", "Yes", "Yes"]


def test_blank_rows_are_told_apart(export: Export) -> None:
    """Origin: by hand: the third reply stands on line 5, as line 4 is blank."""
    assert len(export) == 4
    assert export.lines.tolist() == [2, 3, 5, 6]
    assert export.blank_lines == (4,)


def test_what_is_said_of_how_a_file_was_read(export: Export, tmp_path: Path) -> None:
    """Origin: by hand: the platform, the encoding and what stands between the cells."""
    assert export.notes == ("One header row", "UTF-8, commas between the cells")
    rows = [["Timestamp", "b"], ["2020-01-01", "é"]]
    path = write_csv(tmp_path / "forms.txt", rows, encoding="cp1252", delimiter="\t")
    assert export_of(path).notes == ("Google Forms (the question as header)", "Windows-1252, tabs between the cells")


def test_the_cells_of_a_row(tmp_path: Path) -> None:
    """Origin: by hand: filled cells by name; a repeated name has its number, an e-mail address is left out."""
    header = ["Timestamp", "Email Address", "A", "A", "A"]
    export = export_of(write_csv(tmp_path / "x.csv", [header, ["2020-01-01", "made.up@example.org", "1", "", "3"]]))
    assert export.cells_of(0) == {"Timestamp": "2020-01-01", "A": "1", "A (column 5)": "3"}


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_size_of_the_pieces_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, size: int
) -> None:
    """Origin: the law: a file read in pieces of a few rows is the file read at once; three rows of it are header."""
    header = [["Our survey"], ["Respondent ID", "Q", "", "W"], ["", "A", "B", "Response"]]
    rows = [[str(n), "A" if n % 2 else "", "B" if n % 3 else "", f"text {n}"] for n in range(7)] + [["", "", "", ""]]
    path = tmp_path / f"replies{ending}"
    if ending == ".csv":
        write_csv(path, [*header, *rows])
    else:
        book(path, Sheet1=[*header, *rows])
    whole = export_of(path)
    for module in (pieces, text_files):
        monkeypatch.setattr(module, "ROWS", size)
    parts = export_of(path)
    assert cells(parts) == cells(whole)
    assert [c.values for c in parts.columns] == [c.values for c in whole.columns]
    assert parts.lines.tolist() == whole.lines.tolist() == list(range(4, 11))
    assert parts.blank_lines == whole.blank_lines


@given(st.permutations(range(4)), st.permutations(range(5)))
@settings(STEADY, max_examples=25)
def test_the_order_of_rows_and_columns_only_moves_cells(
    tmp_path_factory: pytest.TempPathFactory, columns: list[int], rows: list[int]
) -> None:
    """Origin: the law, on five rows of four columns."""
    header, table = ["a", "b", "c", "d"], [[f"{r}{c}" if (r + c) % 3 else "same" for c in range(4)] for r in range(5)]
    path = tmp_path_factory.getbasetemp() / "order.csv"
    moved = export_of(write_csv(path, [[header[c] for c in columns], *[[table[r][c] for c in columns] for r in rows]]))
    assert moved.header.names == [header[c] for c in columns]
    back = np.array(cells(moved))[np.argsort(rows)][:, np.argsort(columns)]
    assert back.tolist() == table
