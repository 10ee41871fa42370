"""Words follow numbers: the verb, the headline and every rounded figure."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Figures, Verdict
from pcse_analysis.reporting.figures import FORMS, date_text
from pcse_analysis.reporting.findings import change_finding, share_sentence
from pcse_analysis.reporting.tables import Table
from tests.dossiers import own_dossier

ROOT = Path(__file__).parents[2]
REGISTRATIONS = "gpc-pcse.practice.registrations_not_processed_3d.2016-10.to.2017-12"


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return own_dossier("published")


def finding(dossier: Dossier, **fields: Any) -> tuple[str, str]:
    """Headline and sentence of registrations, had its change these fields."""
    change: Change = replace(dossier.figures.change(REGISTRATIONS), **fields)
    found = change_finding(dossier, change)
    return found.headline.striptags(), " ".join(found.sentence.striptags().split())


def test_a_fall_that_is_an_improvement(dossier: Dossier) -> None:
    """The verdict decides on the word, the sign on the verb."""
    headline, sentence = finding(dossier)
    assert headline == "Registrations not processed within three days: improved by 19 points"
    assert (
        "fell by 19 percentage points (95% interval: 12 to 26 points lower). Among those that replied, this improved."
        in sentence
    )


def test_a_rise_that_is_a_deterioration(dossier: Dossier) -> None:
    """Positive is worse: DESIGN section 6."""
    headline, sentence = finding(
        dossier,
        value=0.08,
        low=0.02,
        high=0.14,
        verdict=Verdict.DETERIORATED,
        exceeds_margin=False,
        no_improvement=True,
    )
    assert headline.endswith("worse by 8 points")
    assert (
        "rose by 8 percentage points (95% interval: 2 to 14 points higher). Among those that replied, this got worse."
        in sentence
    )
    assert "improved" not in sentence
    assert "An improvement by the margin of 5 points or more is ruled out." in sentence


def test_no_material_change_that_is_measurable(dossier: Dossier) -> None:
    """DESIGN section 6 (a): inside the margin, and the adjusted p under 0.05."""
    headline, sentence = finding(
        dossier, value=-0.02, low=-0.035, high=-0.005, low90=-0.03, high90=-0.01, p_adjusted=0.01,
        verdict=Verdict.NO_MATERIAL_CHANGE, exceeds_margin=False, no_improvement=True,
    )  # fmt: skip
    assert headline.endswith("no material change")
    assert "Among those that replied, this did not change materially" in sentence
    assert "A small fall is measurable." in sentence
    assert "improved." not in sentence


def test_unclear_although_the_interval_leaves_out_zero(dossier: Dossier) -> None:
    """DESIGN section 6 (c): the sentence says so and gives the adjusted p and the family's size."""
    headline, sentence = finding(
        dossier, value=-0.06, low=-0.11, high=-0.01, p_adjusted=0.061, family_size=3, verdict=Verdict.UNCLEAR,
        exceeds_margin=False, no_improvement=False,
    )  # fmt: skip
    assert headline.endswith("change unclear")
    assert "The interval leaves out zero, but adjusted for the 3 comparisons tested in its family" in sentence
    assert "0.061" in sentence
    assert "improved" not in sentence


def test_equal_shares_did_not_move_by_nothing(dossier: Dossier) -> None:
    """A difference of exactly 0 has a sentence of its own; one that rounds to 0 is under 1 point."""
    nothing = {"verdict": Verdict.UNCLEAR, "exceeds_margin": False, "no_improvement": False, "low": -0.06, "high": 0.06}
    _, same = finding(dossier, value=0.0, **nothing)
    assert "The share is the same in both (95% interval of the change: from 6 points lower to 6 points higher)." in same
    _, near = finding(dossier, value=-0.002, **nothing)
    assert "the later share is under 1 percentage point lower (" in near


def test_rounding_that_brings_zero_into_the_interval_is_told(dossier: Dossier) -> None:
    """At the printed figures 0 is just left out, over all counts it is not."""
    _, sentence = finding(
        dossier, value=-0.07, low=-0.14, high=-0.002, low_rounding=-0.147, high_rounding=0.007, p_adjusted=0.09,
        verdict=Verdict.UNCLEAR, exceeds_margin=False, no_improvement=False,
    )  # fmt: skip
    assert "(95% interval of the change: under 1 to 14 points lower)" in sentence
    assert "Over every count that rounds to the printed figures, it holds zero." in sentence


def test_few_replies_are_told_beside_a_change(dossier: Dossier) -> None:
    """A base under 30 is named in headline and sentence."""
    change = dossier.figures.change(REGISTRATIONS)
    before = replace(dossier.figures.estimate(change.estimate_before), base=20.0)
    estimates = tuple(before if e.id == before.id else e for e in dossier.figures.estimates)
    small = replace(dossier, figures=Figures(estimates, dossier.figures.changes))
    found = change_finding(small, change)
    assert found.headline.striptags().endswith("improved by 19 points (few replies)")
    assert "Few replies: 20 and 748" in found.sentence.striptags()


def test_a_shorter_later_window_turns_the_two_ends_round(dossier: Dossier) -> None:
    """From three months to one, always the same practices keep the share; independent months lower it."""
    row = next(c for c in dossier.figures.changes if c.comparability == "window_differs")
    survey = dossier.survey
    months = {("incorrect_records_received_1m", "2016-10"): 3.0, ("incorrect_records_received_3m", "2017-12"): 1.0}
    questions = {k: replace(q, window_months=months.get(k, q.window_months)) for k, q in survey.questions.items()}
    turned = replace(dossier, survey=replace(survey, questions=questions))
    sentence = change_finding(turned, row).sentence.striptags()
    assert sentence.index("if each month is independent") < sentence.index("if always the same are hit")
    forward = change_finding(dossier, row).sentence.striptags()
    assert forward.index("if always the same are hit") < forward.index("if each month is independent")


@pytest.mark.parametrize("status", ["same", "window_differs"])
def test_a_pair_without_a_base_is_named_and_not_compared(dossier: Dossier, status: str) -> None:
    """Where a base is not even assumed there is no interval, so there is no change to tell."""
    blank = dict.fromkeys(("value", "low", "high", "low90", "high90", "low_rounding", "high_rounding"))
    headline, sentence = finding(dossier, **blank, comparability=status, verdict=Verdict.NONE)
    assert headline.endswith("not compared with October 2016")
    assert "the base of one of them is not known" in sentence
    assert "58%" not in sentence


def test_one_point_is_singular(dossier: Dossier) -> None:
    """An interval over zero is told from its lower to its higher end."""
    _, sentence = finding(
        dossier, value=0.01, low=-0.04, high=0.01, verdict=Verdict.UNCLEAR, exceeds_margin=False, no_improvement=True
    )
    assert "1 percentage point higher (95% interval of the change: from 4 points lower to 1 point higher)" in sentence


def test_few_replies_are_told_by_their_interval(dossier: Dossier) -> None:
    """Under 30 replies the interval is quoted rather than the point."""
    share = replace(
        dossier.figures.estimate("gpc-pcse.2016-10.practice.supplies_not_on_expected_date.share"), base=20.0
    )
    sentence = share_sentence(dossier, share).striptags()
    assert "between 18% and 28% of practices that replied did not receive ordered supplies" in sentence
    assert "(95% interval; few replies: 20)" in sentence
    assert "23%" not in sentence


@pytest.mark.parametrize(
    ("form", "value", "printed"),
    [
        ("percent", 0.125, "13%"),
        ("percent", 0.0, "0%"),
        ("percent", 0.001, "under 1%"),
        ("percent", 0.999, "over 99%"),
        ("percent", 1.0, "100%"),
        ("percent1", 0.8797, "88.0%"),
        ("bare1", 0.35569, "35.6"),
        ("points", -0.19000000000000006, "19"),
        ("points", 0.0, "0"),
        ("points", -0.002, "under 1"),
        ("points1", 0.286, "28.6"),
        ("signed1", -0.1295, "−13.0"),
        ("signed", 0.004, "0"),
        ("signed", 0.2113, "+21"),
        ("count", 2159547.0, "2,159,547"),
        ("at_most", 25.82, "25"),
        ("percent_at_most", 0.1156, "11%"),
        ("probability", 8.2e-09, "under 0.001"),
        ("probability", 0.9999, "over 0.999"),
        ("probability", 0.0125, "0.013"),
    ],
)
def test_how_a_number_is_printed(form: str, value: float, printed: str) -> None:
    """Halves are rounded away from zero, as in school; what is not zero is not printed as zero."""
    assert FORMS[form](value) == printed


@given(st.floats(0, 1))
def test_a_share_that_is_neither_nothing_nor_everything_is_never_printed_so(value: float) -> None:
    """0% and 100% are printed for exactly these shares."""
    assert (FORMS["percent"](value) == "0%") == (value == 0)
    assert (FORMS["percent"](value) == "100%") == (value == 1)


@pytest.mark.parametrize(
    ("day", "read"), [("2018-01-16", "16 January 2018"), ("2016-10", "October 2016"), ("2017", "2017")]
)
def test_how_a_date_is_read(day: str, read: str) -> None:
    """Dates as 2 November 2026."""
    assert date_text(day) == read


def test_a_table_escapes_what_it_is_given_and_leaves_no_cell_blank() -> None:
    """Text of a CSV cannot become markup; an empty cell says not applicable."""
    html = Table("A & B", ("<i>", "Two"), [["x<y", ""]]).__html__()
    assert "<caption><span>A &amp; B</span></caption>" in html
    assert "&lt;i&gt;" in html and "x&lt;y" in html
    assert "[z]" in html


def test_the_alternative_text_of_a_chart_cannot_break_out_of_its_attribute(dossier: Dossier) -> None:
    """A label with a quotation mark and braces, as a colleague may type it."""
    from pcse_analysis.reporting.charts import change_chart

    item = ("registrations_not_processed_3d", "2017-12")
    survey = dossier.survey
    question = replace(survey.questions[item], label='Not "processed" <b> {0}')
    changed = replace(dossier, survey=replace(survey, questions={**survey.questions, item: question}))
    chart = change_chart(changed, "chart-x", [changed.figures.change(REGISTRATIONS)])
    assert chart is not None
    html = chart.__html__()
    assert 'aria-label="Chart of shares' in html
    assert "Not &#34;processed&#34; &lt;b&gt; {0}: improved" in html
    assert "<b>" not in html


def test_figures_of_a_dossier_are_found_by_id(dossier: Dossier) -> None:
    """The same rows whether looked up one by one or listed."""
    figures: Figures = dossier.figures
    assert [figures.estimate(e.id) for e in figures.estimates] == list(figures.estimates)
    assert figures.of_item("no such item", "2017-12") is None
