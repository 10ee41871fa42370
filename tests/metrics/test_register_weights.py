"""Replies weighted to the practices of a register: hand counts, replies that cannot be placed, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.types import Margins
from pcse_analysis.errors import DataError
from pcse_analysis.metrics.linearised import mean, standard_error
from pcse_analysis.metrics.register_weights import weights_to_register

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
COLUMNS = ("region_name", "size_band")
CELLS = {("North", "small"): 6, ("North", "large"): 4, ("South", "small"): 5, ("South", "large"): 5}


def frame(cells: list[tuple[str | None, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=list(COLUMNS), dtype="object")


def banded(found: pd.DataFrame) -> pd.DataFrame:
    bands = pd.Categorical(found["size_band"], ["small", "large"], ordered=True)
    return found.assign(code=[f"P{n}" for n in range(len(found))], size_band=bands)


REGISTER = banded(frame([cell for cell, count in CELLS.items() for _ in range(count)]))
REPLIES = frame([("North", "small"), ("North", "small"), ("North", "large"), ("South", "small"), ("South", "large")])


def by(method: str, least: int = 1, trim: float | None = None, columns: tuple[str, ...] = COLUMNS) -> Margins:
    return Margins(columns=columns, method=method, least=least, trim=trim)  # type: ignore[arg-type]


def test_post_stratified_by_hand() -> None:
    """6 practices for 2 replies, 4 for 1, 5 for 1, 5 for 1."""
    found = weights_to_register(REPLIES, REGISTER, by("post-stratify"))
    assert found.design.weights == pytest.approx([3, 3, 4, 5, 5])
    assert (found.joined, found.unmatched, found.unplaced, found.trimmed) == ((), 0, 0, 0)
    assert (found.smallest, found.largest) == pytest.approx((3, 5))
    assert found.untrimmed is None
    assert found.farthest < 1e-12
    # Kish: 20^2 over 9 + 9 + 16 + 25 + 25.
    assert found.effective_base == pytest.approx(400 / 84)
    assert found.design_effect == pytest.approx(5 * 84 / 400)


@pytest.mark.parametrize("method", ["rake", "calibrate"])
def test_each_column_by_itself(method: str) -> None:
    weights = weights_to_register(REPLIES, REGISTER, by(method)).design.weights
    assert weights[:3].sum() == pytest.approx(10)
    assert weights[[0, 1, 3]].sum() == pytest.approx(11)
    assert weights.sum() == pytest.approx(20)


def test_a_thin_cell_is_joined() -> None:
    found = weights_to_register(REPLIES, REGISTER, by("post-stratify", least=2))
    assert found.design.weights == pytest.approx([10 / 3] * 3 + [5, 5])
    assert len(found.joined) == 2
    assert found.joined[0].startswith("North: 'small' and 'large' are one cell")


def test_replies_that_cannot_be_placed_have_the_mean_weight() -> None:
    """One reply of six without a practice, one of seven whose practice has no list size: 5/7 of 20 for the others."""
    replies = pd.concat([REPLIES, frame([(None, None), ("North", "")])], ignore_index=True)
    found = weights_to_register(replies, REGISTER, by("post-stratify"))
    assert found.unmatched == 2
    assert found.design.weights == pytest.approx(
        [3 * 5 / 7, 3 * 5 / 7, 4 * 5 / 7, 5 * 5 / 7, 5 * 5 / 7, 20 / 7, 20 / 7]
    )
    assert found.design.weights.sum() == pytest.approx(20)


def test_what_replies_without_a_place_answered_stays_in_the_error() -> None:
    """Answers alike within each cell leave no error; those of the unplaced are explained by nothing.

    By hand for the mean: weight w = 20 / 7 of 20, so an influence of (0 - mean) / 7 and (4 - mean) / 7 for these two
    and 0 for the others; their variance over 7 respondents is 7 / 6 times the sum of squared deviations.
    """
    replies = pd.concat([REPLIES, frame([(None, None), (None, None)])], ignore_index=True)
    design = weights_to_register(replies, REGISTER, by("post-stratify")).design
    found = mean([2.0, 2.0, 2.0, 2.0, 2.0, 0.0, 4.0], design)
    assert found.value == pytest.approx(2)
    assert standard_error(found, design) == pytest.approx(np.sqrt(7 / 6 * 2 * (2 / 7) ** 2))


def test_practices_without_a_place_count_in_the_total() -> None:
    """Two practices more without a band: each weight times 22 / 20."""
    register = banded(frame([*REGISTER[list(COLUMNS)].astype("object").itertuples(index=False), (None, None),
                             ("North", None)]))  # fmt: skip
    found = weights_to_register(REPLIES, register, by("post-stratify"))
    assert found.unplaced == 2
    assert found.design.weights == pytest.approx(np.array([3, 3, 4, 5, 5]) * 1.1)


def test_labels_are_looked_up_by_practice_where_the_replies_have_none() -> None:
    replies = pd.DataFrame({"practice": ["P0", "P1", "P6", "P10", "P15", ""]})
    found = weights_to_register(replies, REGISTER, by("post-stratify"))
    assert found.unmatched == 1
    assert found.design.weights[:5] == pytest.approx(np.array([3, 3, 4, 5, 5]) * 5 / 6)


def test_trimmed_to_a_multiple_of_the_median() -> None:
    """Weights 1 (six times) and 14: the median is 1, the bound 8; 6 are shared out over six."""
    register = banded(frame([("North", "small")] * 6 + [("North", "large")] * 14))
    replies = frame([("North", "small")] * 6 + [("North", "large")])
    found = weights_to_register(replies, register, by("post-stratify", trim=8))
    assert found.design.weights == pytest.approx([2] * 6 + [8])
    assert found.trimmed == 1
    assert found.untrimmed is not None
    assert found.untrimmed.weights == pytest.approx([1] * 6 + [14])
    # Small came to 12 of 6, large to 8 of 14.
    assert found.farthest == pytest.approx(1)


def test_a_trim_that_cannot_be_met() -> None:
    register = banded(frame([("North", "small")] * 6 + [("North", "large")] * 14))
    replies = frame([("North", "small")] * 6 + [("North", "large")])
    with pytest.raises(DataError, match="7 weights that sum to 20 cannot all be between 0 and 2"):
        weights_to_register(replies, register, by("post-stratify", trim=2))


def test_columns_that_are_not_there() -> None:
    with pytest.raises(DataError) as caught:
        weights_to_register(
            REPLIES, REGISTER.drop(columns="size_band"), by("rake", columns=("size_band", "contract", "code"))
        )
    assert [p.what for p in caught.value.problems] == [
        "the register has no column 'size_band'",
        "the register has no column 'contract'",
        "the replies have no column 'code', nor a practice to look it up by",
    ]


def test_no_reply_that_can_be_placed() -> None:
    with pytest.raises(DataError, match="none of the 2 replies has region_name, size_band"):
        weights_to_register(frame([(None, None), ("", "small")]), REGISTER, by("rake"))


def test_no_reply_at_all() -> None:
    with pytest.raises(DataError, match="none of the 0 replies"):
        weights_to_register(frame([]), REGISTER, by("rake"))


def test_thin_labels_of_every_column_are_told() -> None:
    """A region has no order, so it cannot be joined; neither can all bands together."""
    with pytest.raises(DataError) as caught:
        weights_to_register(REPLIES, REGISTER, by("rake", least=6))
    assert [p.what.partition(":")[0] for p in caught.value.problems] == [
        "cell 'North'",
        "cell 'South'",
        "cell 'small + large'",
    ]


@LAW
@given(
    st.lists(st.sampled_from([*CELLS, (None, None)]), max_size=20),
    st.sampled_from(["post-stratify", "rake", "calibrate"]),
    st.sampled_from([None, 1.5, 4.0]),
)
def test_weights_sum_to_the_register_and_order_changes_nothing(more: list, method: str, trim: float | None) -> None:
    replies = pd.concat([REPLIES, frame(more)], ignore_index=True)
    before = replies.copy(), REGISTER.copy()
    try:
        found = weights_to_register(replies, REGISTER, by(method, trim=trim))
    except DataError as error:
        assert trim is not None or method == "calibrate", error
        return
    weights = found.design.weights
    assert weights.sum() == pytest.approx(20, rel=1e-11)
    assert trim is not None or found.farthest < 1e-11
    order = replies.sample(frac=1, random_state=1).index
    again = weights_to_register(replies.loc[order], REGISTER.iloc[::-1], by(method, trim=trim))
    np.testing.assert_allclose(again.design.weights, weights[order], rtol=1e-9)
    pd.testing.assert_frame_equal(replies, before[0])
    pd.testing.assert_frame_equal(REGISTER, before[1])
