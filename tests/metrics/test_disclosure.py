"""Which figures are suppressed, and what is left of them. The rules are those of DESIGN and of the survey's file."""

from __future__ import annotations

from dataclasses import fields, replace

import pandas as pd
import pytest

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.disclosure import SUPPRESSED, coarsened, is_small, row_of, suppress
from pcse_analysis.metrics.quality import flow_counts, response_rates
from tests.metrics.made_replies import made_responses, made_sample, option_shares

FIVE = "Agree", "Disagree", "Neither", "Don't know"


def survey_of(rules: DisclosureRules | None = None) -> Survey:
    """A survey with a question 'q' whose scale has one answer that is a failure, one that is none, and don't know."""
    survey = made_sample({"q": ["Agree"]}, failing="agreeing").survey
    return replace(survey, disclosure=rules or DisclosureRules())


def share(counted: float, base: float, group: str = "", **more: object) -> Estimate:
    """The share of question 'q', in a region where one is named."""
    by = "region_name" if group else ""
    return Estimate(
        id=f"q.{group}.{more.get('weighting', '')}", survey="made", wave="one", respondent_group="practice",
        service_line="supplies", item="q", measure="share", category="failing", group_by=by, group=group,
        value=counted / base, low=0.1, high=0.9, confidence=0.95, unit="share", numerator=counted, base=base,
        base_status="counted", missing=3, method="count, Wilson", sources=(), known_on="", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("counted", "base", "group", "small"),
    [
        (5, 9, "", True),  # fewer than ten respondents, anywhere
        (5, 10, "", False),  # ten are enough, and a whole group may have few that are counted
        (1, 20, "north", True),  # one to nine counted, below a whole group
        (9, 100, "north", True),
        (10, 20, "north", False),
        (11, 20, "north", True),  # all but nine
        (91, 100, "north", True),
        (90, 100, "north", False),
        (50, 50, "north", True),  # everybody: it says the same of each of the fifty
        (0, 50, "north", True),  # nobody, where only one other answer is there: it says that all gave that one
        (5, 9, "north", True),
    ],
)
def test_what_counts_as_small(counted: float, base: float, group: str, small: bool) -> None:
    """Each rule by hand at its edge."""
    assert is_small(share(counted, base, group), survey_of()) is small


def test_nobody_is_shown_where_the_others_may_have_answered_in_several_ways() -> None:
    """With two answers that are no failure, "nobody" does not say what anybody did answer."""
    survey = survey_of()
    scale = replace(survey.scales["agree"], options=FIVE)
    assert not is_small(share(0, 50, "north"), replace(survey, scales={"agree": scale}))


def test_both_rules_are_parameters_of_the_catalogue() -> None:
    """A survey that asks for thirty and five gets thirty and five."""
    survey = survey_of(DisclosureRules(threshold=30, smallest_side=5))
    assert is_small(share(15, 29), survey) and not is_small(share(15, 30), survey)
    assert is_small(share(4, 40, "north"), survey) and not is_small(share(5, 40, "north"), survey)


def test_nothing_is_left_of_a_suppressed_figure_and_the_reason_does_not_tell_which_rule_it_was() -> None:
    """3 of 100 is small; 40 of 90 is withheld so that it cannot be worked back. Both look the same afterwards."""
    estimates = [share(3, 100, "north"), share(40, 90, "south"), share(45, 90, "west")]
    north, south, west = suppress(estimates, survey_of(), [row_of(estimates[1])])
    for gone in (north, south):
        left = {f.name for f in fields(gone) if isinstance(getattr(gone, f.name), int | float)}
        assert left == set(), "no number may be left"
        assert gone.suppressed == SUPPRESSED
    assert (west.value, west.numerator, west.base) == (0.5, 45, 90)


def test_all_figures_of_a_row_go_together() -> None:
    """The weighted share of a region would tell of the plain one that is suppressed."""
    both = [share(3, 100, "north"), share(30, 100, "north", weighting="weighted", weighted_base=80.0)]
    assert [e.suppressed for e in suppress(both, survey_of())] == [SUPPRESSED, SUPPRESSED]


def test_counts_of_the_cleaning_and_figures_published_by_others_stay() -> None:
    """They say nothing of what a respondent of ours answered."""
    sample = made_sample({"q": ["Agree"] * 9})
    assert {e.suppressed for e in suppress(flow_counts(sample.responses, (), ""), sample.survey)} == {""}
    assert {e.suppressed for e in suppress(option_shares(sample), sample.survey)} == {SUPPRESSED}
    published = replace(share(3, 5), base_status="published")
    assert suppress([published], sample.survey) == [published]


def test_a_measure_that_nobody_exempted_is_protected() -> None:
    """A new measure with a base is under the rules until it is said to be exempt, not the other way round."""
    assert suppress([replace(share(4, 9), measure="a new one")], survey_of())[0].suppressed


def test_response_rates_by_region_obey() -> None:
    """Hand count: 3 of 20 practices replied, 2 of 10 in the north and 1 of 10 in the south: only the whole is shown."""
    responses = made_responses({"q": ["Agree"] * 4})
    responses.respondents["practice"] = ["X00001", "X00002", "X00011", ""]
    register = pd.DataFrame({"code": [f"X{n:05d}" for n in range(20)], "region_name": ["n"] * 10 + ["s"] * 10})
    rates = suppress(response_rates(responses, register, ("region_name",), (), ""), survey_of())
    assert [(r.group, r.numerator) for r in rates] == [("", 3), ("n", None), ("s", None)]


def test_how_many_of_a_group_gave_no_opinion_is_not_told() -> None:
    """That, too, is a number of few respondents; of a whole group it may be told."""
    whole, part = suppress([share(40, 90), share(40, 90, "north")], survey_of())
    assert (whole.missing, part.missing) == (3, None)


def test_weighted_figures_keep_so_many_decimals() -> None:
    """0.123456 to four places is 0.1235; bases are whole; plain figures stay exact."""
    exact = replace(share(40, 90), value=0.123456, low=0.0123456, high=0.2, weighted_base=81.6, effective_base=70.2)
    weighted = coarsened(replace(exact, weighting="weighted"), survey_of())
    assert (weighted.value, weighted.low, weighted.weighted_base, weighted.effective_base) == (0.1235, 0.0123, 82, 70)
    assert coarsened(exact, survey_of()) == exact


def test_rounding_is_a_choice() -> None:
    """To multiples of five: 42 of 93 is 40 of 95, and 45.16 % is 45 %."""
    rounded = coarsened(share(42, 93), survey_of(DisclosureRules(rounding=5)))
    assert (rounded.numerator, rounded.base, rounded.value, rounded.missing) == (40, 95, 0.45, 5)
