"""Shares, means and quality counts of replies, each counted by hand on a table of a few rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.types import Scale
from pcse_analysis.metrics.design import kish_base
from pcse_analysis.metrics.quality import item_nonresponse, response_rates
from pcse_analysis.metrics.sample import by_answer
from pcse_analysis.metrics.themes import theme_shares
from pcse_analysis.responses import BETWEEN, tidy_responses
from tests.metrics.made_replies import (
    failing_share,
    made_answers,
    made_estimates,
    made_responses,
    made_sample,
    option_shares,
)

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
CELLS = ["Agree", "Agree", "Disagree", "Disagree", "Disagree", "Don't know", "", None]
"""Two agree, three disagree, one does not know, one left it open, one was not asked."""


def test_an_option_is_shared_among_those_that_chose_any() -> None:
    """Hand count: 2, 3 and 1 of 6; one of the asked left it open."""
    sample = made_sample({"q": CELLS})
    shares = option_shares(sample)
    assert [(s.category, s.numerator, s.base, s.missing) for s in shares] == [
        ("Agree", 2, 6, 1),
        ("Disagree", 3, 6, 1),
        ("Don't know", 1, 6, 1),
    ]
    assert [s.value for s in shares] == [2 / 6, 3 / 6, 1 / 6]


def test_the_failing_share_leaves_out_those_without_an_opinion() -> None:
    """Hand count: 3 of the 5 that gave an opinion disagree; two that were asked gave none."""
    sample = made_sample({"q": CELLS}, failing="disagreeing")
    share = failing_share(sample)
    assert (share.numerator, share.base, share.missing, share.value) == (3, 5, 2, 3 / 5)
    assert share.low is not None and share.high is not None and share.low < 3 / 5 < share.high


def test_wilson_of_three_in_five() -> None:
    """Wilson's formula by hand: (0.6 + 0.38415) / 1.76829 = 0.55655, and 1.95996 / 1.76829 * 0.29394 = 0.32580."""
    sample = made_sample({"q": CELLS}, failing="disagreeing")
    share = failing_share(sample)
    assert (share.low, share.high) == (pytest.approx(0.2307, abs=5e-5), pytest.approx(0.8824, abs=5e-5))


def test_weights_change_the_share_and_the_effective_base() -> None:
    """By hand: weights 1, 1, 2 of which the agreeing one has 2: 2 / 4.

    Influences -1/8, -1/8, 1/4; variance 3/2 (1/64 + 1/64 + 1/16) = 9/64; effective base (1/4) / (9/64) = 16/9.
    """
    sample = made_sample({"q": ["Disagree", "Disagree", "Agree"]}, weights=[1, 1, 2])
    agree, *_ = option_shares(sample, weighting="weighted")
    assert (agree.value, agree.weighted_base) == (0.5, 4)
    assert agree.effective_base == pytest.approx(16 / 9)
    assert (agree.numerator, agree.base, agree.weighting) == (1, 3, "weighted")


def test_equal_weights_change_nothing() -> None:
    """Kish's base is the base where all weights are the same."""
    plain = made_sample({"q": CELLS})
    weighted = made_sample({"q": CELLS}, weights=[2.5] * len(CELLS))
    one, other = option_shares(plain), option_shares(weighted)
    for a, b in zip(one, other, strict=True):
        assert (a.value, a.low, a.high) == pytest.approx((b.value, b.low, b.high))


def test_several_options_do_not_sum_to_one() -> None:
    """Hand count over three replies, two of which chose two: 2, 2 and 1 of 3; a blank one is not in the base."""
    scale = Scale(id="happened", options=("Late", "Lost", "Wrong"), agreeing=(), disagreeing=())
    chosen = [("Late", "Lost"), ("Late", "Wrong"), ("Lost",), ()]
    sample = made_sample({"q": chosen}, scale=scale, kind="several")
    shares = option_shares(sample)
    assert [(s.numerator, s.base) for s in shares] == [(2, 3), (2, 3), (1, 3)]


def test_a_group_is_an_option_of_another_question() -> None:
    """Hand count: of the two with "Agree" on the first, one agrees on the second."""
    sample = made_sample({"q": ["Agree", "Disagree", "Agree"], "by": ["Agree", "Agree", "Disagree"]})
    agree = option_shares(sample, by_answer(sample.responses.answers["by"]))[0]
    assert (agree.group_by, agree.group, agree.numerator, agree.base) == ("by", "Agree", 1, 2)
    assert agree.id.endswith(".share.Agree.by.Agree")


def test_a_mean_with_students_interval() -> None:
    """By hand for 1, 2, 3: mean 2, standard error 1 / sqrt(3), t(2) at 97.5 % is 4.3027 (any table of t)."""
    sample = made_sample({"q": [1.0, 2.0, 3.0, None]}, kind="number")
    (found,) = made_estimates(sample)
    assert found.value == 2 and found.base == 3
    assert found.low == pytest.approx(2 - 4.3027 / 3**0.5, abs=1e-3)


def test_a_mean_of_equal_numbers_claims_no_precision() -> None:
    """Three times the same number says nothing of the spread: no interval of width nought."""
    sample = made_sample({"q": [4.0, 4.0, 4.0]}, kind="number")
    (found,) = made_estimates(sample)
    assert (found.value, found.low, found.high, found.confidence) == (4, None, None, None)


def test_nobody_answered() -> None:
    """A base of nought has no share, and no interval that looks like one."""
    sample = made_sample({"q": ["", "", None]})
    assert {(s.value, s.low, s.base) for s in option_shares(sample)} == {(None, None, 0)}


@LAW
@given(st.lists(st.sampled_from(["Agree", "Disagree", "Don't know"]), min_size=1, max_size=40))
def test_the_shares_of_a_question_with_one_answer_sum_to_one(cells: list[str]) -> None:
    """Law."""
    sample = made_sample({"q": cells})
    assert sum(s.value or 0 for s in option_shares(sample)) == pytest.approx(1)


@LAW
@given(st.lists(st.sampled_from([*CELLS[:7], None]), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(cells: list[str | None], random: object) -> None:
    """Law."""
    shuffled = list(cells)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (made_sample({"q": c}) for c in (cells, shuffled))
    assert option_shares(one) == option_shares(other)


def test_kish_of_two_weights() -> None:
    """By hand: (1 + 3)^2 / (1 + 9) = 1.6."""
    assert kish_base(np.array([1.0, 3.0])) == pytest.approx(1.6)


def test_questions_left_open_are_counted_among_those_asked() -> None:
    """Hand count: 7 were asked, 1 left it open."""
    sample = made_sample({"q": CELLS})
    (found,) = item_nonresponse(sample.responses, sample.survey, (), "")
    assert (found.numerator, found.base, found.value) == (1, 7, 1 / 7)


def test_themes_are_shared_among_those_that_wrote() -> None:
    """Hand count: two of three texts (one given twice) are of the theme; distinct texts stand in their order."""
    sample = made_sample({"q": ["late", "late", "fine", None]}, kind="text")
    of = pd.DataFrame({"delay": [False, True]})
    (found,) = theme_shares(sample.responses, sample.survey.questions["q", "one"], of, (), "")
    assert (found.numerator, found.base) == (2, 3)


def register(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"code": [f"X{n:05d}" for n in range(20)], **columns})


def test_response_rates_by_region() -> None:
    """Hand count: 3 of 20 practices replied, 2 of the 10 in the north and 1 of the 10 in the south."""
    responses = made_responses({"q": ["Agree"] * 4})
    responses.respondents["practice"] = ["X00001", "X00002", "X00011", ""]
    rates = response_rates(responses, register(region_name=["north"] * 10 + ["south"] * 10), ("region_name",), (), "")
    assert [(r.group, r.numerator, r.base) for r in rates] == [("", 3, 20), ("north", 2, 10), ("south", 1, 10)]


def test_the_tidy_frame_holds_every_answer() -> None:
    """Hand count: two questions times three replies; the number beside its text, none where nothing was given."""
    responses = made_responses({"q": ["Agree", "", None]})
    responses = replace(
        responses, answers=responses.answers | {"n": made_answers("n", [5.0, None, 7.0], kind="number")}
    )
    frame = tidy_responses([responses])
    assert len(frame) == 6
    assert frame["answer"].astype(object).where(frame["answer"].notna(), None).tolist() == [
        "Agree", None, None, "5", None, "7",
    ]  # fmt: skip
    assert frame["number"].tolist()[3] == 5 and frame["number"].isna().sum() == 4
    assert frame["state"].tolist() == ["answered", "not_answered", "not_asked", "answered", "not_answered", "answered"]


def test_several_chosen_options_are_one_answer_of_the_tidy_frame() -> None:
    """One row a respondent and question, also where two options were chosen."""
    scale = Scale(id="happened", options=("Late", "Lost"), agreeing=(), disagreeing=())
    frame = tidy_responses([made_sample({"q": [("Late", "Lost"), ()]}, scale=scale, kind="several").responses])
    assert frame["answer"].tolist()[0] == f"Late{BETWEEN}Lost" and len(frame) == 2
