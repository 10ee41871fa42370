"""Cells that hold several chosen options, joined by marks that options may hold themselves."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pcse_analysis.cleaning.joined import parted
from tests.metrics.made import STEADY

WAYS = ("Post", "Email", "Phone", "Email, phone or post", "Other (say which, please)")


@pytest.mark.parametrize(
    ("text", "options", "left"),
    [
        ("", [], []),
        ("Post", ["Post"], []),
        ("Post, Email", ["Post", "Email"], []),
        ("Post,Email", ["Post", "Email"], []),
        ("Email, phone or post", ["Email, phone or post"], []),
        ("Post, Email, phone or post, Phone", ["Post", "Email, phone or post", "Phone"], []),
        ("Email, Phone", ["Email", "Phone"], []),
        ("Other (say which, please), Post", ["Other (say which, please)", "Post"], []),
        ("Post, by hand", ["Post"], ["by hand"]),
        ("by hand, twice", [], ["by hand, twice"]),
        ("by hand", [], ["by hand"]),
        ("Post, , Email,", ["Post", "Email"], []),
        ("post", [], ["post"]),
    ],
)
def test_commas(text: str, options: list[str], left: list[str]) -> None:
    """Origin: by hand: an option with commas is found whole; what is left over is given as one text."""
    assert parted(text, WAYS, [", "]) == (options, left)


def test_the_first_mark_that_stands_in_the_cell_is_the_one() -> None:
    """Origin: by hand: with semicolons in it, commas belong to the options."""
    assert parted("Email, phone or post;Post", WAYS, [";", ", "]) == (["Email, phone or post", "Post"], [])
    assert parted("Post, Email", WAYS, [";", ", "]) == (["Post", "Email"], [])


def test_the_fewest_left_over_and_then_the_longest_options() -> None:
    """Origin: by hand: 'A, B' is one option, not two; but not where that would leave 'C' over."""
    options = ("A", "B", "A, B", "B, C")
    assert parted("A, B", options, [", "]) == (["A, B"], [])
    assert parted("A, B, C", options, [", "]) == (["A", "B, C"], [])


def test_options_with_odd_blanks() -> None:
    """Origin: by hand: an option with odd blanks is found in tidied text, and given as it is."""
    options = ("Post  today", "Email\xa0now")
    assert parted("Post today, Email now", options, [", "]) == (list(options), [])


WORDS = st.text("abc ", min_size=1, max_size=4).map(lambda text: " ".join(text.split())).filter(bool)
OPTIONS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(", ".join), min_size=1, max_size=6, unique=True)


@given(OPTIONS, st.data())
@STEADY
def test_joined_options_come_back(options: list[str], data: st.DataObject) -> None:
    """Origin: the law: where no piece stands in two options, the options that were joined are the ones found."""
    pieces = [piece for option in options for piece in option.split(", ")]
    assume(len(set(pieces)) == len(pieces))
    chosen = data.draw(st.lists(st.sampled_from(options), unique=True))
    assert parted(", ".join(chosen), options, [", "]) == (chosen, [])


@given(st.text("ab, ;", max_size=20), OPTIONS)
@STEADY
def test_nothing_is_lost(text: str, options: list[str]) -> None:
    """Origin: the law: the pieces of options found and left over are those of the cell."""
    found, left = parted(text, options, [", "])
    pieces = sorted(" ".join(p.split()) for part in (*found, *left) for p in part.split(",") if p.strip())
    assert pieces == sorted(" ".join(piece.split()) for piece in text.split(",") if piece.strip())
