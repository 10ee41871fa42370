"""An area against the rest: a published example, and p-values adjusted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.areas import ADJUSTED_P, DIFFERENCE, against_the_rest
from pcse_analysis.metrics.intervals import TwoShares


def share(counted: int, base: int, area: str = "") -> Estimate:
    """A failing share of an area, or of all."""
    row = f"made.one.practice.q.share.failing{f'.ccg_name.{area}' if area else ''}"
    given = {
        **{"id": row, "survey": "made", "wave": "one", "respondent_group": "practice", "service_line": "all"},
        **{"item": "q", "measure": "share", "category": "failing", "group_by": "ccg_name" if area else ""},
        **{"group": area, "value": counted / base, "numerator": float(counted), "base": float(base)},
        **{"unit": "share", "method": "count, Wilson", "weighting": "unweighted", "sources": (), "known_on": ""},
    }
    return Estimate(**given)  # type: ignore[arg-type]


def of(made: list[Estimate], measure: str) -> dict[str, Estimate]:
    return {e.group: e for e in made if e.measure == measure}


def test_the_example_of_newcombe() -> None:
    """56 of 70 less 48 of 80, so 104 of 150 in all: 0.2000 with (0.0524, 0.3339).

    R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, example (a), method 10.
    """
    made = of(against_the_rest([share(104, 150), share(56, 70, "a")], "ccg_name"), DIFFERENCE)["a"]
    assert made.value == pytest.approx(0.2)
    assert (made.low, made.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
    assert (made.unit, made.id) == ("points", "made.one.practice.q.difference_from_rest.failing.ccg_name.a")


def test_p_values_are_adjusted_over_the_areas_of_a_question() -> None:
    """Benjamini and Hochberg by hand: of two p-values the larger stays, the smaller is doubled up to the larger.

    a: 56 of 70 against 48 of 80; b: 20 of 40 against 84 of 110.
    """
    plain = [
        TwoShares(before=48 / 80, base_before=80, after=56 / 70, base_after=70).p_of_no_change(),
        TwoShares(before=84 / 110, base_before=110, after=20 / 40, base_after=40).p_of_no_change(),
    ]
    made = of(against_the_rest([share(104, 150), share(56, 70, "a"), share(20, 40, "b")], "ccg_name"), ADJUSTED_P)
    smaller, larger = sorted(plain)
    by_area = dict(zip("ab", plain, strict=True))
    for area, e in made.items():
        expected = larger if by_area[area] == larger else min(2 * smaller, larger)
        assert e.value == pytest.approx(expected)


def test_what_is_withheld_is_compared_with_nothing() -> None:
    """Neither an area without a share, nor any where the whole has none, nor an area that is the whole."""
    gone = replace(share(3, 40, "a"), value=None, numerator=None, base=None)
    assert against_the_rest([share(104, 150), gone], "ccg_name") == []
    assert against_the_rest([replace(share(5, 9), value=None), share(56, 70, "a")], "ccg_name") == []
    assert against_the_rest([share(56, 70), share(56, 70, "a")], "ccg_name") == []
    assert against_the_rest([share(104, 150), share(56, 70, "a")], "") == []
