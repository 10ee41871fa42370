"""The change of a pair of published shares, as far as its comparability allows."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from pcse_analysis.catalogue.types import Comparability, Survey
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.metrics.change import published_change
from pcse_analysis.metrics.intervals import newcombe
from pcse_analysis.metrics.windows import full_range
from tests.metrics.made import Z90, Z95, estimate

ITEM_1M, ITEM_3M = "incorrect_records_received_1m", "incorrect_records_received_3m"


def pair(survey: Survey, status: str, item_before: str = "", item_after: str = "") -> Comparability:
    """The first pair of the catalogue with another status and, where given, other items."""
    given = survey.comparability[0]
    items = {"item_before": item_before or given.item_before, "item_after": item_after or given.item_after}
    return replace(given, status=status, **items)  # type: ignore[arg-type]


def same(survey: Survey, before: tuple[int, int], after: tuple[int, int], rate: float | None = 0.1) -> Change:
    """The change of a pair with status same, from two counts over their bases."""
    shares = [count / base for count, base in (before, after)]
    return published_change(
        pair(survey, "same"),
        survey,
        estimate(shares[0], before[1]),
        estimate(shares[1], after[1], wave="2017-12"),
        rate,
    )


def windowed(survey: Survey, before: tuple[int, int], after: tuple[int, int]) -> Change:
    """The change of one month against three, from two counts over their bases."""
    return published_change(
        pair(survey, "window_differs", ITEM_1M, ITEM_3M),
        survey,
        estimate(before[0] / before[1], before[1], item=ITEM_1M),
        estimate(after[0] / after[1], after[1], wave="2017-12", item=ITEM_3M),
        0.1,
    )


def has_no_number(change: Change) -> bool:
    """Whether every field that may be None is, and no verdict is given."""
    numbers = [getattr(change, field.name) for field in fields(Change) if field.default is None]
    return set(numbers) == {None} and change.verdict is Verdict.NONE


def test_a_fall_is_negative(survey: Survey) -> None:
    """Origin: the design, later minus earlier; 30 of 100 less 60 of 100 is -30 points."""
    assert same(survey, (60, 100), (30, 100)).value == pytest.approx(-0.30)


def test_the_interval_is_newcombes(survey: Survey) -> None:
    """Origin: statsmodels confint_proportions_2indep(method="newcomb")."""
    change = same(survey, (60, 100), (90, 300))
    expected = confint_proportions_2indep(90, 300, 60, 100, method="newcomb", compare="diff", alpha=0.05)
    assert (change.low, change.high, change.confidence) == pytest.approx((*expected, 0.95), abs=1e-9)


@pytest.mark.parametrize(("before", "after"), [((60, 100), (90, 300)), ((14, 281), (75, 748)), ((0, 20), (1, 30))])
def test_what_is_set_against_the_margin_reaches_as_far_as_newcombes_and_walds(
    survey: Survey, before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Origin: statsmodels confint_proportions_2indep at 90 %, "newcomb" and "wald"; the outer limits of both."""
    change = same(survey, before, after)
    both = [
        confint_proportions_2indep(*after, *before, method=method, compare="diff", alpha=0.1)
        for method in ("newcomb", "wald")
    ]
    lows, highs = zip(*both, strict=True)
    assert (change.low90, change.high90) == pytest.approx((min(lows), max(highs)), abs=1e-9)


def test_the_rounding_range_is_over_every_pair_of_counts(survey: Survey) -> None:
    """Origin: brute force with statsmodels over 3 x 7 pairs of counts."""
    before = estimate(0.81, 281, counts=(227, 229))
    after = estimate(0.62, 748, counts=(461, 467), wave="2017-12")
    change = published_change(pair(survey, "same"), survey, before, after, None)
    limits = [
        confint_proportions_2indep(a, 748, b, 281, method="newcomb", compare="diff")
        for b in (227, 228, 229)
        for a in range(461, 468)
    ]
    assert change.low_rounding == pytest.approx(min(low for low, _ in limits), abs=1e-9)
    assert change.high_rounding == pytest.approx(max(high for _, high in limits), abs=1e-9)


@pytest.mark.parametrize(
    ("before", "after", "exceeds"),
    [
        ((810, 1000), (620, 1000), True),
        ((620, 1000), (810, 1000), True),
        ((40, 50), (31, 50), False),
        ((545, 1000), (455, 1000), False),
        ((500, 1000), (500, 1000), False),
    ],
)
def test_exceeds_margin_when_the_95_percent_interval_lies_beyond_it(
    survey: Survey, before: tuple[int, int], after: tuple[int, int], exceeds: bool
) -> None:
    """Origin: the design; by hand, 19 points with a standard error of 2.0 at bases of 1,000, 18 with 8.9 at 50;
    9 with 2.23 reach -4.6 at 95 % and -5.3 at 90 %.
    """
    assert same(survey, before, after).exceeds_margin is exceeds


@pytest.mark.parametrize(
    ("before", "after", "ruled_out"),
    [
        ((500, 1000), (540, 1000), True),
        ((5000, 10000), (4800, 10000), True),
        ((505, 1000), (495, 1000), True),
        ((500, 1000), (480, 1000), False),
        ((500, 1000), (400, 1000), False),
    ],
)
def test_no_improvement_when_the_lower_90_percent_limit_is_above_minus_the_margin(
    survey: Survey, before: tuple[int, int], after: tuple[int, int], ruled_out: bool
) -> None:
    """Origin: the design; by hand, the lower 90 % limit is 3.7 points down at 1,000 (4.4 at 95 %), 1.2 at 10,000."""
    assert same(survey, before, after).no_improvement is ruled_out


@pytest.mark.parametrize(("count_after", "within"), [(510, True), (520, False)])
def test_equivalence_is_tested_against_the_margin_of_the_survey(survey: Survey, count_after: int, within: bool) -> None:
    """Origin: by hand; 1 and 2 points from 500 of 1,000, with 3.7 points to either side at 90 %."""
    p = same(survey, (500, 1000), (count_after, 1000)).p_equivalence
    assert p is not None and (p < 0.05) is within


def test_the_tipping_bases_of_a_change_are_those_of_0(survey: Survey) -> None:
    """Origin: the design; put back into the interval, which then touches 0."""
    change = same(survey, (600, 1000), (450, 900))
    assert change.base_tipping_before and change.base_tipping_after and change.base_tipping_both
    both = change.base_tipping_both
    limits = [
        newcombe(0.6, change.base_tipping_before, 0.5, 900, Z95)[1],
        newcombe(0.6, 1000, 0.5, change.base_tipping_after, Z95)[1],
        newcombe(0.6, 1000 * both, 0.5, 900 * both, Z95)[1],
    ]
    assert limits == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_change_is_not_judged_before_its_family_is_known(survey: Survey) -> None:
    """Origin: the design, the verdict needs the adjusted p-value."""
    change = same(survey, (60, 100), (30, 100))
    assert (change.p_adjusted, change.family_size, change.verdict) == (None, None, Verdict.NONE)
    assert change.p_value is not None


def test_without_a_response_rate_there_is_no_tipping_point(survey: Survey) -> None:
    """Origin: the share of practices that did not reply is not known."""
    assert same(survey, (60, 100), (30, 100), rate=None).tipping_nonresponse is None


def test_the_tipping_point_is_that_of_the_later_wave(survey: Survey) -> None:
    """Origin: by hand; 30 points undone by the three quarters that did not reply take 40."""
    assert same(survey, (60, 100), (30, 100), rate=0.25).tipping_nonresponse == pytest.approx(0.40)


def test_a_change_carries_what_the_catalogue_says_of_the_pair(survey: Survey) -> None:
    """Origin: the row of the catalogue and the survey's margin."""
    row = survey.comparability[0]
    change = same(survey, (60, 100), (30, 100))
    assert (change.reason, change.family, change.comparability) == (row.reason, row.family, "same")
    assert (change.margin, change.survey, change.service_line) == (0.05, "gpc-pcse", row.service_line)
    assert (change.wave_before, change.wave_after) == ("2016-10", "2017-12")


@pytest.mark.parametrize("status", ["not_comparable", "wording_differs"])
def test_a_pair_that_is_not_comparable_is_not_differenced(survey: Survey, status: str) -> None:
    """Origin: the design, shown side by side only."""
    change = published_change(pair(survey, status), survey, estimate(), estimate(wave="2017-12"), 0.1)
    assert has_no_number(change)
    assert change.method == "not differenced"
    assert change.comparability == status


@pytest.mark.parametrize("status", ["same", "window_differs"])
@pytest.mark.parametrize("missing", ["value", "base"])
@pytest.mark.parametrize("side", [0, 1])
def test_without_both_shares_and_both_bases_nothing_is_differenced(
    survey: Survey, status: str, missing: str, side: int
) -> None:
    """Origin: an interval needs a share and a base on each side."""
    shares = [estimate(), estimate(wave="2017-12")]
    shares[side] = replace(shares[side], **{missing: None})
    assert has_no_number(published_change(pair(survey, status), survey, shares[0], shares[1], 0.1))


def test_a_change_of_windows_is_a_range_without_a_single_value(survey: Survey) -> None:
    """Origin: the design; the range has no p-value and no tipping point."""
    change = windowed(survey, (87, 281), (479, 748))
    assert (change.value, change.p_value, change.tipping_nonresponse) == (None, None, None)
    assert change.confidence == 0.95
    assert (change.low, change.high) == full_range([87], 281, 1, [479], 748, 3, Z95)
    assert (change.low90, change.high90) == full_range([87], 281, 1, [479], 748, 3, Z90)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((270, 300), (30, 300), Verdict.IMPROVED),
        ((15, 300), (270, 300), Verdict.DETERIORATED),
        ((87, 281), (479, 748), Verdict.UNCLEAR),
        ((10, 10000), (20, 10000), Verdict.NO_MATERIAL_CHANGE),
    ],
)
def test_a_change_of_windows_is_judged_by_the_whole_range(
    survey: Survey, before: tuple[int, int], after: tuple[int, int], expected: Verdict
) -> None:
    """Origin: by hand; an unchanged rate gives 90 to 99.9 %, 5 to 14.3 %, 31 to 67.1 % and 0.1 to 0.3 %."""
    assert windowed(survey, before, after).verdict is expected


@pytest.mark.parametrize(
    ("before", "after", "exceeds", "ruled_out"),
    [
        ((270, 300), (30, 300), True, False),
        ((15, 300), (270, 300), True, True),
        ((87, 281), (479, 748), False, False),
        ((10, 10000), (20, 10000), False, True),
    ],
)
def test_a_change_of_windows_says_what_the_range_rules_out(
    survey: Survey, before: tuple[int, int], after: tuple[int, int], exceeds: bool, ruled_out: bool
) -> None:
    """Origin: the definitions of the design, applied to the same four cases."""
    change = windowed(survey, before, after)
    assert (change.exceeds_margin, change.no_improvement) == (exceeds, ruled_out)


@pytest.mark.parametrize(
    ("before", "base_after", "step"), [((150, 300), 300, 1), ((100, 10000), 10000, 10)], ids=["half", "few"]
)
def test_the_rules_for_windows_hold_at_every_later_count(
    survey: Survey, before: tuple[int, int], base_after: int, step: int
) -> None:
    """Origin: the design; verdict and margin by the 95 % range, ruling out an improvement by the 90 % one."""
    seen = set()
    for count in range(0, min(base_after, 2000) + 1, step):
        low, high = full_range([before[0]], before[1], 1, [count], base_after, 3, Z95)
        low90, _ = full_range([before[0]], before[1], 1, [count], base_after, 3, Z90)
        expected = Verdict.IMPROVED if high < 0 else Verdict.DETERIORATED if low > 0 else Verdict.UNCLEAR
        if low > -0.05 and high < 0.05:
            expected = Verdict.NO_MATERIAL_CHANGE
        change = windowed(survey, before, (count, base_after))
        found = (change.verdict, change.exceeds_margin, change.no_improvement)
        assert found == (expected, high < -0.05 or low > 0.05, low90 > -0.05)
        seen.add(expected)
    assert len(seen) > 1


def test_a_change_of_windows_uses_all_counts_that_round_to_what_was_printed(survey: Survey) -> None:
    """Origin: the counts by hand, 86 to 88 of 281 and 475 to 482 of 748."""
    before = estimate(0.31, 281, counts=(86, 88), item=ITEM_1M)
    after = estimate(0.64, 748, counts=(475, 482), wave="2017-12", item=ITEM_3M)
    change = published_change(pair(survey, "window_differs", ITEM_1M, ITEM_3M), survey, before, after, 0.1)
    assert (change.low, change.high) == full_range([86, 87, 88], 281, 1, list(range(475, 483)), 748, 3, Z95)
