"""Which rows of a breakdown are withheld, on replies few enough to count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.metrics.breakdowns import withheld_rows
from pcse_analysis.metrics.sample import Partition, Sample
from tests.metrics.made_replies import made_sample

REGIONS = ("east", "north", "south", "west")


def sample_of(counts: dict[str, tuple[int, int]]) -> tuple[Sample, Partition]:
    """Replies by region: so many that agree, which is the problem, and so many that disagree; "" is in no region."""
    cells = [(r, a) for r, (yes, no) in counts.items() for a in ["Agree"] * yes + ["Disagree"] * no]
    sample = made_sample({"q": [answer for _, answer in cells]}, failing="agreeing")
    of_row = np.array([REGIONS.index(r) if r else -1 for r, _ in cells], dtype=np.intp)
    return sample, Partition(group_by="region_name", groups=REGIONS, of_row=of_row)


def withheld(counts: dict[str, tuple[int, int]], *, elsewhere: str = "", threshold: int = 10) -> set[str]:
    """The regions that are withheld."""
    sample, regions = sample_of(counts)
    rules = DisclosureRules(threshold=threshold, smallest_side=threshold)
    sample = replace(sample, survey=replace(sample.survey, disclosure=rules))
    before = [("earlier", "practice", "other", "region_name", elsewhere)] if elsewhere else []
    questions = list(sample.survey.questions.values())
    return {row[4] for row in withheld_rows(sample, questions, [regions], None, before)}


LARGE = {"east": (40, 60), "north": (30, 70), "south": (25, 30), "west": (35, 80)}


def test_where_nothing_is_small_nothing_is_withheld() -> None:
    """All sides are 10 and more, and every reply is in a region."""
    assert withheld(LARGE) == set()


def test_a_small_number_takes_one_other_region_with_it() -> None:
    """By hand: 3 with the problem in the west; the smallest of the others, the south, hides it: 3 + 25 = 28."""
    assert withheld(LARGE | {"west": (3, 80)}) == {"west", "south"}


def test_replies_in_no_region_are_a_small_group_too() -> None:
    """6 and 40 replies of practices without a region: 6 = total less all regions, so that one has to go."""
    assert withheld(LARGE | {"": (6, 40)}) == {"south"}
    assert withheld(LARGE | {"": (16, 40)}) == set()


def test_two_small_ones_that_hide_one_another_need_no_third() -> None:
    """6 and 5 together are 11: either may be as much as 11. 4 and 3 are 7, so that another one goes with them."""
    both = LARGE | {"west": (6, 80), "east": (5, 60)}
    assert withheld(both) == {"west", "east"}
    few = LARGE | {"west": (4, 80), "east": (3, 60)}
    assert withheld(few) == {"west", "east", "south"}


def test_a_region_withheld_elsewhere_is_withheld_rather_than_another() -> None:
    """A change needs a region in both waves: of the north and the smaller south, the north goes, as it went before."""
    assert withheld(LARGE | {"west": (3, 80)}, elsewhere="north") == {"west", "north"}


def test_where_all_said_the_same_the_group_is_withheld() -> None:
    """All 30 of the west have the problem: that says so of each of them."""
    assert "west" in withheld(LARGE | {"west": (30, 0)})


def test_the_threshold_is_a_parameter() -> None:
    """Three are few under a threshold of ten, and not under one of three."""
    assert withheld(LARGE | {"west": (3, 80)}, threshold=3) == set()


def test_a_whole_that_is_too_small_takes_every_row() -> None:
    """Nine replies in all."""
    assert withheld({"east": (2, 3), "north": (2, 2), "south": (0, 0), "west": (0, 0)}) == set(REGIONS)


def test_response_rates_are_protected_and_the_official_list_is_known_to_all() -> None:
    """3 of the 40 practices of the west replied; the north, with the fewest that replied, goes with it."""
    replied = {"east": 35, "north": 20, "south": 30, "west": 3}
    codes = [f"{region}{n}" for region, count in replied.items() for n in range(count)]
    sample, regions = sample_of({region: (count // 2, count - count // 2) for region, count in replied.items()})
    sample.responses.respondents["practice"] = codes
    listed = [f"{region}{n}" for region in REGIONS for n in range(60)]
    register = pd.DataFrame({"code": listed, "region_name": np.repeat(REGIONS, 60)})
    gone = withheld_rows(sample, [], [regions], register)
    assert {row[4] for row in gone} == {"west", "north"}
    assert {row[2] for row in gone} == {"register"}
