"""Numbers as people and platforms write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.cleaning.numbers import read_number
from tests.metrics.made import STEADY


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("3.0", 3),
        (" 3 ", 3),
        ("-2.5", -2.5),
        ("+4", 4),
        ("1,200", 1200),
        ("1,234,567.5", 1234567.5),
        ("£1,200", 1200),
        ("£ 12.50", 12.5),
        ("62%", 62),
        ("1e3", 1000),
        ("007", 7),
    ],
)
def test_a_number(text: str, number: float) -> None:
    """Origin: by hand."""
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "ten", "3 days", "1,2", "1,20", "12,34,567", "1.200,50", "1.2.3", "3-4", ">5", "~5", ".", "-"),
        *("nan", "inf", "-inf", "1e999", "-1e400", "0x10", "1_000", "\u00b2", "½", "5£", "%", "£"),
    ],
)
def test_no_number(text: str) -> None:
    """Origin: by hand: a comma parts thousands or nothing; what is not finite is no number."""
    assert read_number(text) is None


@given(st.floats(allow_nan=False, allow_infinity=False))
@STEADY
def test_python_writes_what_is_read(number: float) -> None:
    """Origin: ``repr`` gives the shortest text that is this number."""
    assert read_number(repr(number)) == number


@given(st.integers(-(10**12), 10**12))
@STEADY
def test_thousands_with_commas(number: int) -> None:
    """Origin: Python's format of thousands."""
    assert read_number(f"{number:,}") == number


@given(st.text(max_size=12))
@STEADY
def test_any_text_is_a_finite_number_or_none(text: str) -> None:
    """Origin: the law of the module."""
    number = read_number(text)
    assert number is None or math.isfinite(number)
