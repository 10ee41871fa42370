"""Changes made from replies and the checks beside them, each counted by hand on two waves of a few practices."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pcse_analysis.catalogue.types import Scale
from pcse_analysis.estimates import Change, Estimate, Verdict
from pcse_analysis.metrics.checks import Checks, rows_without
from pcse_analysis.metrics.disclosure import suppress
from pcse_analysis.metrics.reply_change import INDEPENDENT, OVERLAPPING, changes_by_group, questions_of, reply_change
from pcse_analysis.metrics.sample import Sample, by_column
from pcse_analysis.metrics.survey import survey_estimates
from pcse_analysis.metrics.two_waves import Populations
from tests.metrics.made_replies import figures_of, made_waves

SATISFIED = Scale(
    id="satisfied",
    options=("Very satisfied", "Satisfied", "Neither", "Dissatisfied", "Very dissatisfied", "Don't know"),
    agreeing=("Very satisfied", "Satisfied"),
    disagreeing=("Dissatisfied", "Very dissatisfied"),
    dont_know=("Don't know",),
)
FIRST = ["Disagree"] * 12 + ["Agree"] * 8 + ["Don't know"] * 2
SECOND = ["Disagree"] * 9 + ["Agree"] * 21 + ["Don't know"] * 3
CODES = [f"P{n:02d}" for n in range(22)], [f"P{n:02d}" for n in range(10, 43)]
"""Practices 10 to 21 answered both times: at first two disagreed, eight agreed and two did not know."""


def made(**more: object) -> tuple[Change, Sample, Sample, dict[str, Estimate]]:
    pair, before, after = made_waves({"q": FIRST}, {"q": SECOND}, CODES, **more)  # type: ignore[arg-type]
    figures = figures_of(before, after)
    change = reply_change(pair, before, after, figures, 0.1)
    assert change is not None
    return change, before, after, figures


def checks(change: Change, before: Sample, after: Sample, **more: object) -> dict[str, Estimate]:
    pair, *_ = made_waves({"q": FIRST}, {"q": SECOND}, CODES)
    found = Checks(change, (before, after), questions_of(pair, before, after))
    populations = more.get("populations")
    return {
        f"{e.measure}.{e.category}".rstrip("."): e
        for e in found.all(populations, more.get("without", {}))  # type: ignore[arg-type]
    }


def test_the_change_is_the_later_less_the_earlier_failing_share() -> None:
    """Hand count: 9 of 30 less 12 of 20. Tipping: 0.3 / (1 - 0.1)."""
    change, *_ = made()
    assert change.value == pytest.approx(9 / 30 - 12 / 20)
    assert change.method == OVERLAPPING and change.low is not None and change.low < change.value
    assert change.tipping_nonresponse == pytest.approx(0.3 / 0.9)
    assert change.estimate_before.endswith("share.failing")


def test_waves_without_a_common_practice_are_independent() -> None:
    """No key in both."""
    pair, before, after = made_waves({"q": FIRST}, {"q": SECOND}, ([""] * 22, CODES[1]))
    change = reply_change(pair, before, after, figures_of(before, after))
    assert change is not None and change.method == INDEPENDENT and change.tipping_nonresponse is None


def test_weights_make_the_headline_and_the_plain_change_stands_beside() -> None:
    """Later weights: those that disagree count double. 18 of 39 less 12 of 20; unweighted 9 of 30 less 12 of 20."""
    weights = [1.0] * 22, [2.0] * 9 + [1.0] * 24
    change, before, after, _ = made(weights=weights)
    assert change.value == pytest.approx(18 / 39 - 12 / 20)
    assert change.estimate_after.endswith(".weighted")
    assert checks(change, before, after)["change_unweighted"].value == pytest.approx(9 / 30 - 12 / 20)


def test_weights_of_one_wave_alone_are_not_used() -> None:
    """Like is set against like."""
    change, before, after, _ = made(weights=(None, [2.0] * 9 + [1.0] * 24))
    assert change.value == pytest.approx(9 / 30 - 12 / 20)
    assert "change_unweighted" not in checks(change, before, after)


def test_practices_of_both_waves_alone() -> None:
    """Practices 10 to 19 have an opinion both times: 2 of 10 failed at first, 9 of 10 later.

    Worse 7, better none: McNemar's exact p is 2 / 2^7 = 1/64.
    """
    change, before, after, _ = made()
    found = checks(change, before, after)
    matched = found["change_matched"]
    assert (matched.value, matched.base, matched.numerator) == (pytest.approx(0.7), 10, 7)
    assert found["p_matched"].value == pytest.approx(2 / 2**7)


def test_few_practices_of_both_waves_are_suppressed() -> None:
    """Seven of ten changed: one to nine of a part, so both the change and its test go."""
    change, before, after, _ = made()
    found = {e.measure: e for e in suppress(checks(change, before, after).values(), after.survey)}
    assert found["change_matched"].suppressed and found["change_matched"].value is None
    assert found["p_matched"].suppressed and found["p_matched"].numerator is None


def test_dont_knows_in_the_base_and_at_their_worst() -> None:
    """In the base: 9 of 33 less 12 of 22. Bounds: 9/33 - 14/22 and 12/33 - 12/22."""
    change, before, after, _ = made()
    found = checks(change, before, after)
    assert found["change_dont_know_in_base"].value == pytest.approx(9 / 33 - 12 / 22)
    bounds = found["change_dont_know_bounds"]
    assert (bounds.value, bounds.low, bounds.high) == (
        None, pytest.approx(9 / 33 - 14 / 22), pytest.approx(12 / 33 - 12 / 22),
    )  # fmt: skip


def test_the_finite_population_leaves_the_value_and_narrows_the_interval() -> None:
    """A census of 22 and 33 would leave next to nothing."""
    change, before, after, _ = made()
    finite = checks(change, before, after, populations=Populations(25, 40, 25))["change_finite"]
    assert finite.value == pytest.approx(change.value) and finite.low is not None and finite.high is not None
    assert change.low is not None and change.high is not None and change.low < finite.low < finite.high < change.high


def test_other_definitions_of_a_problem() -> None:
    """Hand count of 10 and 10. Failing 4 and 6; narrower (very) 1 and 3; wider (neither too) 6 and 7."""
    before = ["Very satisfied"] * 4 + ["Neither"] * 2 + ["Dissatisfied"] * 3 + ["Very dissatisfied"]
    after = ["Satisfied"] * 3 + ["Neither"] + ["Dissatisfied"] * 3 + ["Very dissatisfied"] * 3
    codes = [f"A{n}" for n in range(10)], [f"B{n}" for n in range(10)]
    pair, first, second = made_waves({"q": before}, {"q": after}, codes, scale=SATISFIED)
    change = reply_change(pair, first, second, figures_of(first, second))
    assert change is not None and change.value == pytest.approx(0.2)
    found = checks(change, first, second)
    assert found["change_defined.narrower"].value == pytest.approx(0.2)
    assert found["change_defined.wider"].value == pytest.approx(0.1)
    assert "Very dissatisfied" in found["change_defined.narrower"].method


def test_a_scale_of_two_opinions_has_no_other_definition() -> None:
    """Agree or disagree: nothing narrower or wider is left."""
    change, before, after, _ = made()
    assert not [name for name in checks(change, before, after) if name.startswith("change_defined")]


REGIONS = ["north"] * 11 + ["south"] * 11, ["north"] * 15 + ["south"] * 18
"""North: 11 of 11 disagreed, then 9 of 15. South: 1 of 9 with an opinion, then 0 of 15."""


def test_leaving_out_one_region_at_a_time() -> None:
    """Without the south 9/15 - 11/11; without the north 0/15 - 1/9."""
    change, before, after, _ = made(regions=REGIONS)
    partitions = by_column(before.responses, "region_name"), by_column(after.responses, "region_name")
    assert partitions[0] is not None and partitions[1] is not None
    without = rows_without((partitions[0], partitions[1]), ["north", "south"])
    found = checks(change, before, after, without=without)
    assert found["change_one_region_out.lowest"].value == pytest.approx(9 / 15 - 1)
    assert found["change_one_region_out.lowest"].method == "without region south"
    assert found["change_one_region_out.highest"].value == pytest.approx(-1 / 9)


def test_changes_by_region_leave_out_what_is_suppressed() -> None:
    """By hand: 11 of 11 to 9 of 15 in the north; none of it may be shown, as one to nine are counted."""
    pair, before, after = made_waves({"q": FIRST}, {"q": SECOND}, CODES, regions=REGIONS)
    partitions = by_column(before.responses, "region_name"), by_column(after.responses, "region_name")
    assert partitions[0] is not None and partitions[1] is not None
    both = (partitions[0], partitions[1])
    estimates = [
        e
        for s, p in zip((before, after), both, strict=True)
        for e in survey_estimates(s, [s.survey.questions["q", s.responses.wave]], p, only_failing=True)
    ]
    shown = changes_by_group(pair, (before, after), both, {e.id: e for e in estimates})
    assert {c.group: c.value for c in shown} == {"north": pytest.approx(9 / 15 - 1), "south": pytest.approx(-1 / 9)}
    assert {c.family for c in shown} == {"by region_name"}
    assert changes_by_group(pair, (before, after), both, {e.id: e for e in suppress(estimates, after.survey)}) == []


def test_a_suppressed_share_is_not_differenced() -> None:
    """Nine practices with an opinion are too few: no value, no interval, no test."""
    codes = CODES[0][:9], CODES[1]
    pair, before, after = made_waves({"q": ["Agree"] * 9}, {"q": SECOND}, codes)
    figures = {e.id: e for e in suppress(figures_of(before, after).values(), after.survey)}
    change = reply_change(pair, before, after, figures)
    assert change is not None and not change.is_compared and change.p_value is None


def test_windows_that_differ_give_a_range_and_no_value() -> None:
    """One month, then three: 60 % over one month is 60 to 93.6 % over three; later 30 %.

    The Wilson limits of 12 of 20 and 9 of 30 overlap (0.39 to 0.78, 0.17 to 0.48), so the whole range holds 0.
    """
    change, *_ = made(status="window_differs", months=(1, 3))
    assert change.value is None and change.verdict is Verdict.UNCLEAR
    assert change.low is not None and change.high is not None
    assert change.low < 0.3 - (1 - 0.4**3) < 0.3 - 0.6 < 0 < change.high


def test_pairs_that_may_not_be_compared_are_not() -> None:
    """The recorded status decides."""
    change, *_ = made(status="not_comparable")
    assert not change.is_compared and change.method == "not differenced"


def test_no_check_changes_the_samples() -> None:
    """A sample that goes in comes out as it was."""
    change, before, after, figures = made(regions=REGIONS)
    kept = before.plain.weights.copy(), after.responses.respondents.copy(deep=True)
    checks(change, before, after)
    assert (before.plain.weights == kept[0]).all() and after.responses.respondents.equals(kept[1])
    assert figures == figures_of(before, after) and change == replace(change)
