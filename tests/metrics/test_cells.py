"""Thin cells joined by the stated rule: tables small enough to join by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.cells import joined_cells

BANDS = ["small", "medium", "large", "huge"]
COLUMNS = ("region", "band")
Counts = dict[tuple[str, str], int]


def frame(counts: Counts, *, ordered: bool = True) -> pd.DataFrame:
    rows = [cell for cell, count in counts.items() for _ in range(count)]
    found = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    return found.assign(band=pd.Categorical(found["band"], BANDS, ordered=True)) if ordered else found


def in_region(*counts: int, region: str = "North") -> Counts:
    return {(region, band): count for band, count in zip(BANDS, counts, strict=False) if count}


REGISTER = frame(in_region(40, 30, 20, 10) | in_region(4, 3, 2, 1, region="South"))


def cells(replies: Counts, least: int, register: pd.DataFrame = REGISTER):
    return joined_cells(frame(replies, ordered=False), register, COLUMNS, least)


def test_no_cell_is_thin() -> None:
    found = cells(in_region(5, 5, 5, 5) | in_region(5, 5, 5, 5, region="South"), 5)
    assert found.words == ()
    assert found.totals["North, small"] == 40
    assert len(found.totals) == 8
    assert list(found.labels[:2]) == ["North, small", "North, small"]


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        # The thin cell goes to the neighbour with fewer replies ...
        ((9, 2, 6, 7), {"small": 40, "medium + large": 50, "huge": 10}),
        ((6, 2, 9, 7), {"small + medium": 70, "large": 20, "huge": 10}),
        # ... of equals to the lower one ...
        ((6, 2, 6, 7), {"small + medium": 70, "large": 20, "huge": 10}),
        # ... at an end to the only one ...
        ((9, 9, 9, 1), {"small": 40, "medium": 30, "large + huge": 30}),
        # ... and again until none is thin, the thinnest first: huge (1) to large, the two (3) to medium.
        ((9, 9, 2, 1), {"small": 40, "medium + large + huge": 60}),
        # Of equally thin cells the lowest is first: small (2) to medium (2), and large stands by itself.
        ((2, 2, 5, 9), {"small + medium": 70, "large": 20, "huge": 10}),
        # A cell without any reply is the thinnest.
        ((9, 0, 9, 9), {"small + medium": 70, "large": 20, "huge": 10}),
    ],
)
def test_joined_by_hand(replies: tuple[int, ...], expected: dict[str, int]) -> None:
    least = 4 if replies != (9, 2, 6, 7) else 5
    register = frame(in_region(40, 30, 20, 10))
    found = joined_cells(frame(in_region(*replies), ordered=False), register, COLUMNS, least)
    assert found.totals == {f"North, {name}": count for name, count in expected.items()}
    assert len(found.words) == sum(" + " in name for name in expected)


def test_what_was_joined_is_told_without_a_small_number() -> None:
    found = cells(in_region(9, 9, 2, 1) | in_region(5, 5, 5, 5, region="South"), 4)
    assert found.words == (
        "North: 'medium', 'large' and 'huge' are one cell, as fewer than 4 replies came from a part of it",
    )


def test_a_cell_that_no_practice_is_in_does_not_exist() -> None:
    """Small and large are neighbours where the register has no medium practice."""
    register = frame(in_region(40, 0, 20))
    found = joined_cells(frame(in_region(8, 0, 1), ordered=False), register, COLUMNS, 5)
    assert found.totals == {"North, small + large": 60}


def test_the_last_ordered_column_is_joined_along_wherever_it_stands() -> None:
    register = frame(in_region(4, 3))
    found = joined_cells(frame(in_region(8, 1), ordered=False), register, ("band", "region"), 5)
    assert found.totals == {"North, small + medium": 7}


def test_one_column_alone() -> None:
    found = joined_cells(frame(in_region(8, 1), ordered=False), frame(in_region(4, 3)), ("band",), 5)
    assert found.totals == {"small + medium": 7}
    assert found.words == ("band: 'small' and 'medium' are one cell, as fewer than 5 replies came from a part of it",)


def test_labels_that_hold_what_stands_between_them_stay_apart() -> None:
    register = pd.DataFrame({"region": ["a, b", "a"], "band": ["c", "b, c"]})
    found = joined_cells(register, register, COLUMNS, 1)
    assert list(found.totals.values()) == [1, 1]
    assert found.labels[0] != found.labels[1]


# ---- refused


def test_a_region_with_too_few_replies_in_all() -> None:
    with pytest.raises(DataError) as caught:
        cells(in_region(9, 9, 9, 9) | in_region(1, 1, 1, 1, region="South"), 5)
    (problem,) = caught.value.problems
    assert problem.what == (
        "cell 'South, small + medium + large + huge': 4 replies for 10 practices, expected at least 5; no neighbour is "
        "left to join it with"
    )
    assert "lower 'least'" in problem.to_do


def test_every_region_without_replies_is_named() -> None:
    register = pd.concat([REGISTER, frame(in_region(3, region="East"))])
    with pytest.raises(DataError) as caught:
        joined_cells(frame(in_region(9, 9, 9, 9), ordered=False), register.astype({"band": REGISTER["band"].dtype}),
                     COLUMNS, 5)  # fmt: skip
    assert [p.what.partition(":")[0] for p in caught.value.problems] == [
        "cell 'East, small'",
        "cell 'South, small + medium + large + huge'",
    ]


def test_no_order_to_join_along() -> None:
    register = frame(in_region(4, 3), ordered=False)
    with pytest.raises(DataError, match="'band' has no order to join it along"):
        joined_cells(frame(in_region(8, 1), ordered=False), register, COLUMNS, 5)


def test_replies_from_a_cell_that_the_register_does_not_have() -> None:
    with pytest.raises(DataError, match="cell 'West, small': 1 reply, but no practice of the register is in it"):
        cells(in_region(9, 9, 9, 9) | {("West", "small"): 1}, 1)


def test_columns_that_are_not_there_and_labels_that_are_missing() -> None:
    replies = frame(in_region(2), ordered=False)
    replies.loc[1, "region"] = None
    with pytest.raises(DataError) as caught:
        joined_cells(replies.drop(columns="band"), REGISTER, COLUMNS)
    assert [p.what for p in caught.value.problems] == [
        "1 of 2 replies have no 'region'",
        "the replies have no column 'band'",
    ]
    with pytest.raises(DataError, match="no column is named"):
        joined_cells(replies, REGISTER, ())


# ---- a law


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(0, 8), min_size=4, max_size=4), st.integers(1, 6), st.integers(0, 5))
def test_joining_keeps_everyone_and_leaves_no_thin_cell(counts: list[int], least: int, seed: int) -> None:
    replies, register = frame(in_region(*counts), ordered=False), frame(in_region(4, 3, 2, 1))
    before = replies.copy(), register.copy()
    if sum(counts) < least:
        with pytest.raises(DataError):
            joined_cells(replies, register, COLUMNS, least)
        return
    found = joined_cells(replies, register, COLUMNS, least)
    assert sum(found.totals.values()) == 10
    sizes = pd.Series(found.labels).value_counts()
    assert set(sizes.index) == set(found.totals)
    assert sizes.min() >= least
    order = replies.sample(frac=1, random_state=seed).index
    again = joined_cells(replies.loc[order], register.sample(frac=1, random_state=seed), COLUMNS, least)
    assert again.totals == found.totals
    assert list(again.labels) == list(found.labels[order])
    pd.testing.assert_frame_equal(replies, before[0])
    pd.testing.assert_frame_equal(register, before[1])
