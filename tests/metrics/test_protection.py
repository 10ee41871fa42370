"""Protection against working back: by hand on tables small enough, by attack on random ones."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.metrics.protection import (
    PublishedTable,
    Statement,
    attack,
    protect,
    protect_by_heuristic,
    two_way,
    unprotected,
)
from simulations.disclosure import _table, attacked, fewest_by_trying

SOME = settings(max_examples=40, deadline=None, derandomize=True, database=None)
TABLES = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4).map(two_way)
# Cells in reading order, then the totals of the rows, of the columns, and of all.
HAND = two_way([[5, 20, 30], [20, 15, 40], [30, 40, 50]])


def test_one_cell_alone_is_worked_back_from_its_row() -> None:
    """5 = 55 - 20 - 30: with the cell alone withheld, its range is 5 to 5."""
    assert HAND.primary == {0}
    assert attack(HAND, HAND.primary, {0: 1.0}) == (5, 5)
    assert unprotected(HAND, HAND.primary) == [{0: 1.0}]


def test_a_rectangle_of_four_protects_one_cell() -> None:
    """By hand: one other cell of its row, one of its column, and the fourth corner; 5 can then be as much as 20.

    With cells 0, 1, 3 and 4 withheld, row and column sums are 25 and 35: the first cell lies between 0 and 25.
    """
    assert attack(HAND, {0, 1, 3, 4}, {0: 1.0}) == (0, 25)
    assert len(protect(HAND)) == 4
    assert unprotected(HAND, protect(HAND)) == []


def test_a_total_that_is_known_caps_what_can_be_hoped_for() -> None:
    """Six practices are on the official list: that none replies in tens is known to all, and nothing more is asked."""
    both = Statement(coefficients={0: 1.0, 1: 1.0}, low=6, high=6)
    row = Statement(coefficients={0: 1.0}, low=4, high=4, row=0)
    table = PublishedTable(
        cells=(4, 2), statements=(both, row), costs=(1.0,), primary=frozenset({0}), sensitive=({0: 1.0},)
    )
    assert protect(table) == {0}
    assert attack(table, {0}, {0: 1.0}) == (0, 6)


def test_a_weighted_share_gives_away_what_the_plain_counts_leave_open() -> None:
    """By hand: x + y = 30 and 1 x + 3 y = 82 +- 0.1 have one answer, 4 and 26. With z withheld too, there are more."""
    counts = (4, 26, 40)
    statements = [Statement(coefficients=dict.fromkeys(range(3), 1.0), low=70, high=70)]
    statements += [Statement(coefficients={n: 1.0}, low=c, high=c, row=n) for n, c in enumerate(counts)]
    table = PublishedTable(
        cells=counts,
        statements=(*statements, Statement(coefficients={0: 1.0, 1: 3.0, 2: 2.0}, low=161.9, high=162.1)),
        costs=(1.0, 1.0, 2.0),
        primary=frozenset({0}),
        sensitive=({0: 1.0},),
    )
    assert attack(table, {0, 1}, {0: 1.0}) == (4, 4)
    assert protect(table) == {0, 1, 2}


def test_what_contradicts_itself_is_told() -> None:
    """A sum of two and a sum of three of the same cell cannot both be true."""
    statements = tuple(Statement(coefficients={0: 1.0}, low=n, high=n) for n in (2, 3))
    table = PublishedTable(cells=(2,), statements=statements, costs=(), primary=frozenset(), sensitive=({0: 1.0},))
    with pytest.raises(ValueError, match="cannot all be true"):
        attack(table, (), {0: 1.0})


@given(TABLES)
@SOME
def test_protected_tables_withstand_the_attack(table: PublishedTable) -> None:
    """Both ways of choosing; primary rows always go; where nothing is small, nothing goes."""
    for choose in (protect, protect_by_heuristic):
        withheld = choose(table)
        assert table.primary <= withheld
        assert all(attack(table, withheld, form)[1] >= 10 for form in table.sensitive)
        assert withheld or not table.primary
        assert choose(table) == withheld
    assert table.primary or protect(table) == frozenset()


@given(TABLES, st.integers(0, 5), st.integers(0, 3))
@SOME
def test_to_know_more_never_widens_a_range(table: PublishedTable, cell: int, more: int) -> None:
    """A further statement that is true leaves each range as it was or makes it narrower."""
    known = Statement(
        coefficients={cell: 1.0}, low=max(table.cells[cell] - more, 0), high=float(table.cells[cell] + more)
    )
    wiser = PublishedTable(
        cells=table.cells,
        statements=(*table.statements, known),
        costs=table.costs,
        primary=table.primary,
        sensitive=table.sensitive,
    )
    for form in table.sensitive[:3]:
        (low, high), (low_wiser, high_wiser) = (attack(t, table.primary, form) for t in (table, wiser))
        assert low <= low_wiser <= high_wiser <= high


def test_short_form_of_the_attack_on_random_tables() -> None:
    """docs/disclosure.md in short: none of 60 is broken, most would be with primary suppression alone."""
    kinds = itertools.chain(*([(kind, n) for n in range(20)] for kind in ("small", "tiny", "linked")))
    found = [attacked(_table(kind, number)) for kind, number in kinds]
    assert sum(a.broken for a in found) == 0
    at_risk = [a for a in found if a.sensitive]
    assert sum(a.broken_before for a in at_risk) > len(at_risk) / 2 > 10


def test_no_more_is_withheld_than_need_be() -> None:
    """Every choice tried, from the fewest rows on: at most 1.3 times as many are withheld, whichever way is taken."""
    for number in range(12):
        table = _table("tiny", number)
        fewest = fewest_by_trying(table)
        assert len(protect(table)) <= 1.3 * fewest
        assert len(protect_by_heuristic(table)) <= 1.3 * fewest + 1e-9
