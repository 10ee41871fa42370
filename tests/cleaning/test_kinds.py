"""What kind of question some values answer. Origin of every expected value: by hand, from the counts given."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pcse_analysis.cleaning.draft import NOT_AN_OPINION
from pcse_analysis.cleaning.kinds import OWN_WORDS, kind_of, options_of


def test_values_that_stand_once_each_were_written_by_respondents() -> None:
    """Three of 100 and more do; two may be options that few chose, as may those of a small export."""
    often = {"Band 5": 60, "Band 6": 50}
    alone = {"not graded": 1, "band B": 1, "see my title": 1}
    assert kind_of(Counter(often | alone), [";"]) == ("one", ("Band 5", "Band 6", OWN_WORDS))
    assert kind_of(Counter(often | {"Band 9": 1, "Band 8": 1}), [";"])[1] == ("Band 5", "Band 6", "Band 9", "Band 8")
    few = {"Band 5": 10, "Band 6": 9}
    assert OWN_WORDS not in kind_of(Counter(few | alone), [";"])[1]


def test_values_that_name_several_of_the_others_are_several_options() -> None:
    """Few options make few combinations, so that the combinations look like options themselves."""
    values = Counter({"At a desk;On the way": 40, "At a desk": 30, "On the way": 20})
    assert kind_of(values, [";"]) == ("several", ("At a desk", "On the way"))
    comma = Counter({"No, but we mean to": 40, "No": 30, "Yes": 20})
    assert kind_of(comma, [";", ", "]) == ("one", ("No, but we mean to", "No", "Yes"))


def test_columns_below_blank_headers_hold_an_option_each() -> None:
    """The one with many values holds respondents' own words, which are no options."""
    columns = [Counter({"Post": 9}), Counter({"Email": 4}), Counter(), Counter({"by pigeon": 1, "by cart": 1})]
    assert options_of(columns) == ("Post", "Email", OWN_WORDS)
    assert options_of(columns[:3]) == ("Post", "Email")


def test_columns_that_share_a_header_and_all_options() -> None:
    """The first column has the first choice of each respondent, the second the second one."""
    columns = [Counter({"Post": 9, "Email": 4, "by pigeon": 1}), Counter({"Email": 3, "Phone": 2})]
    assert options_of(columns) == ("Post", "Email", "Phone", OWN_WORDS)


@pytest.mark.parametrize(
    ("option", "is_none"),
    [
        ("Don't know", True),
        ("I don’t know / NA", True),
        ("I don't know, someone else does this for me", True),
        ("I don't know where to find data", False),
        ("I do not know how to cite the data", False),
    ],
)
def test_not_knowing_the_way_is_an_answer(option: str, is_none: bool) -> None:
    """The options are those of real surveys: of a community survey, of Dask's, and of one on open data."""
    assert bool(re.fullmatch(NOT_AN_OPINION["dont_know"], option)) is is_none
