"""The rules of a verdict in their order, and the adjustment of p-values within a family."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.metrics.verdict import judge, verdict
from tests.metrics.made import STEADY, change, families

T2B_RAW = (
    0.051206077950626,
    0.014887742020555,
    0.012524644630693,
    0.83691600259358,
    2.5128608490912e-07,
    0.096430525278002,
    0.75251644884674,
    0.028186938494705,
    0.17518491364862,
)
T2B_HOLM = (
    0.25603038975313,
    0.10421419414388,
    0.10019715704555,
    1.0,
    2.2615747641821e-06,
    0.38572210111201,
    1.0,
    0.16912163096823,
    0.52555474094586,
)
T2B_BH = (
    0.092170940311126,
    0.044663226061665,
    0.044663226061665,
    0.83691600259358,
    2.2615747641821e-06,
    0.144645787917,
    0.83691600259358,
    0.063420611613087,
    0.22523774611966,
)


def family(*p_values: float | None) -> list[Change]:
    """Changes of family ``f`` with these p-values."""
    return [change(str(place), family="f", p_value=p) for place, p in enumerate(p_values)]


def adjusted(changes: list[Change]) -> list[float | None]:
    return [c.p_adjusted for c in changes]


@pytest.mark.parametrize(
    ("value", "low90", "high90", "p_adjusted", "expected"),
    [
        (-0.10, -0.15, -0.06, 0.001, Verdict.IMPROVED),
        (+0.10, +0.06, +0.15, 0.001, Verdict.DETERIORATED),
        (-0.10, -0.15, -0.06, 0.20, Verdict.UNCLEAR),
        (+0.10, +0.06, +0.15, 0.20, Verdict.UNCLEAR),
        (-0.01, -0.04, +0.02, 0.60, Verdict.NO_MATERIAL_CHANGE),
        (-0.03, -0.04, -0.02, 0.001, Verdict.NO_MATERIAL_CHANGE),
        (-0.04, -0.06, -0.02, 0.001, Verdict.IMPROVED),
        (+0.04, +0.02, +0.06, 0.001, Verdict.DETERIORATED),
        (+0.00, -0.06, +0.06, 1.0, Verdict.UNCLEAR),
    ],
    ids=[
        "b: fall",
        "b: rise",
        "c: fall, adjusted p too large",
        "c: rise, adjusted p too large",
        "a: within the margin",
        "a before b: small but measurable",
        "b: fall, interval across the margin",
        "b: rise, interval across the margin",
        "c: interval wider than the margin",
    ],
)
def test_verdict_follows_the_rules_in_order(
    value: float, low90: float, high90: float, p_adjusted: float, expected: Verdict
) -> None:
    """Origin: the design's section on verdicts, rules (a), (b), (c); margin 5 points."""
    assert verdict(change(value=value, low90=low90, high90=high90), p_adjusted) is expected


@pytest.mark.parametrize(("low90", "high90"), [(-0.05, 0.02), (-0.02, 0.05)])
def test_an_interval_that_touches_the_margin_is_not_inside_it(low90: float, high90: float) -> None:
    """Origin: the design, the open range (-m, m)."""
    assert verdict(change(value=0.0, low90=low90, high90=high90), 0.9) is Verdict.UNCLEAR


@pytest.mark.parametrize(("p_adjusted", "expected"), [(0.049999, Verdict.IMPROVED), (0.05, Verdict.UNCLEAR)])
def test_the_adjusted_p_must_be_below_5_percent(p_adjusted: float, expected: Verdict) -> None:
    """Origin: the design, p_adjusted < 0.05."""
    assert verdict(change(), p_adjusted) is expected


def test_verdict_uses_the_margin_of_the_change() -> None:
    """Origin: the design; a 90 % interval of -15 to -6 points lies inside a margin of 20."""
    assert verdict(change(margin=0.20), 0.001) is Verdict.NO_MATERIAL_CHANGE


def test_holm_by_hand() -> None:
    """Origin: by hand, Holm 1979: 3 x 0.01; 2 x 0.02 = 0.04; 1 x 0.03, raised to the 0.04 before it."""
    judged = judge(family(0.03, 0.01, 0.02), families("holm"))
    assert adjusted(judged) == pytest.approx([0.04, 0.03, 0.04])


def test_benjamini_hochberg_by_hand() -> None:
    """Origin: by hand, Benjamini and Hochberg 1995: 3/3 x 0.03; 3/2 x 0.02 and 3/1 x 0.005."""
    judged = judge(family(0.03, 0.005, 0.02), families("benjamini-hochberg"))
    assert adjusted(judged) == pytest.approx([0.03, 0.015, 0.03])


@pytest.mark.parametrize(("adjustment", "expected"), [("holm", T2B_HOLM), ("benjamini-hochberg", T2B_BH)])
def test_adjustments_agree_with_r(adjustment: str, expected: tuple[float, ...]) -> None:
    """Origin: R 4.2.2, p.adjust(p, "holm") and p.adjust(p, "BH") of nine p-values of a made survey."""
    assert adjusted(judge(family(*T2B_RAW), families(adjustment))) == pytest.approx(list(expected), rel=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.sampled_from(["holm", "benjamini-hochberg"]))
@settings(STEADY, max_examples=15)
def test_no_adjustment_makes_a_p_value_smaller(p_values: list[float], adjustment: str) -> None:
    """Origin: both adjustments multiply by at least 1; Holm never exceeds Bonferroni; none exceeds 1."""
    for raw, found in zip(p_values, adjusted(judge(family(*p_values), families(adjustment))), strict=True):
        assert found is not None
        assert raw * (1 - 1e-12) <= found <= min(1.0, raw * len(p_values) * (1 + 1e-12))


def test_the_verdict_follows_the_adjusted_p() -> None:
    """Origin: by hand; 0.03 alone is below 5 %, 2 x 0.03 and 2 x 0.04 are not. The unadjusted interval leaves out 0."""
    judged = judge(
        [change(str(p), family="f", p_value=p, low=-0.16, high=-0.01) for p in (0.03, 0.04)], families("holm")
    )
    assert [c.verdict for c in judged] == [Verdict.UNCLEAR, Verdict.UNCLEAR]
    assert judge([change(p_value=0.03)], {})[0].verdict is Verdict.IMPROVED


def test_family_size_counts_the_comparisons_with_a_p_value() -> None:
    """Origin: by hand; the third was not tested, so Holm multiplies the smaller of two by 2."""
    judged = judge(family(0.01, 0.04, None), families("holm"))
    assert [c.family_size for c in judged] == [2, 2, None]
    assert adjusted(judged) == [pytest.approx(0.02), pytest.approx(0.04), None]


def test_a_change_without_p_is_left_as_it_is() -> None:
    """Origin: the design; a range is judged by itself, a pair that may not be differenced not at all."""
    untested = change(family="f", value=None, verdict=Verdict.DETERIORATED)
    assert judge([untested, *family(0.01)], families("holm"))[0] == untested


def test_changes_outside_every_family_are_judged_alone() -> None:
    """Origin: the docstring of judge; nothing is multiplied."""
    judged = judge([change("a", p_value=0.04), change("b", p_value=0.03), *family(0.02)], families("holm"))
    assert adjusted(judged) == pytest.approx([0.04, 0.03, 0.02])
    assert [c.family_size for c in judged] == [1, 1, 1]


def test_families_do_not_mix() -> None:
    """Origin: by hand; two families of two, Holm in each."""
    two = {"f": families("holm")["f"], "g": families("holm")["f"]}
    changes = [
        change(row, family=row[0], p_value=p) for row, p in (("f1", 0.01), ("g1", 0.02), ("f2", 0.9), ("g2", 0.8))
    ]
    assert adjusted(judge(changes, two)) == pytest.approx([0.02, 0.04, 0.9, 0.8])


def test_judge_keeps_the_order() -> None:
    """Origin: the changes given."""
    assert [c.id for c in judge(family(0.9, None, 0.1), families("holm"))] == ["0", "1", "2"]
