"""Who was asked a question, and what becomes of answers of those who were not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.responses import Responses
from tests.cleaning.made_exports import Made, answers_of
from tests.metrics.made import STEADY

HEADER = ["RespondentID", "Q1", "Q2", "Q3"]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A chain: Q2 is asked of those who say yes to Q1, Q3 of those who say yes to Q2."""
    return chain(tmp_path)


def chain(root: Path) -> Made:
    """The chain in a folder."""
    project = Made(root)
    project.ask("q1", "Q1")
    project.ask("q2", "Q2", asked_if="q1 is Yes")
    project.ask("q3", "Q3", asked_if="q2 is Yes")
    return project


def cleaned(made: Made, *rows: str) -> Responses:
    """Replies written as 'Yes No Yes', a dash for no answer."""
    cells = [["" if cell == "-" else cell for cell in row.split()] for row in rows]
    made.export(HEADER, *[[str(number), *row] for number, row in enumerate(cells, start=1)])
    return made.clean()


def test_a_chain(made: Made) -> None:
    """Origin: by hand: who said no or nothing to Q1 was asked neither; who said no to Q2 was not asked Q3."""
    responses = cleaned(made, "Yes Yes No", "Yes No -", "No - -", "- - -", "Yes - -")
    assert answers_of(responses, "q2") == ["Yes", "No", "(not_asked)", "(not_asked)", "(not_answered)"]
    assert answers_of(responses, "q3") == ["No", "(not_asked)", "(not_asked)", "(not_asked)", "(not_asked)"]
    assert [responses.answers[item].asked for item in ("q1", "q2", "q3")] == [5, 3, 1]
    assert responses.off_route == {"q2": 0, "q3": 0}


def test_answers_off_the_route_are_set_aside(made: Made) -> None:
    """Origin: by hand: the first was not asked Q2, and so not led on to Q3 by the answer there."""
    responses = cleaned(made, "No Yes Yes", "Yes No Yes", "Yes Yes Yes")
    assert answers_of(responses, "q2") == ["(not_asked)", "No", "Yes"]
    assert answers_of(responses, "q3") == ["(not_asked)", "(not_asked)", "Yes"]
    assert responses.off_route == {"q2": 1, "q3": 2}
    steps = {s.rule: (s.count, s.action) for s in responses.flow.steps if s.kind == "off_route"}
    assert steps == {"off-route-q2": (1, "set to not asked"), "off-route-q3": (2, "set to not asked")}


def test_answers_off_the_route_are_kept(made: Made) -> None:
    """Origin: by hand: the same replies; the answers stay and are counted all the same."""
    made.plan()["off_route"] = "keep"
    responses = cleaned(made, "No Yes Yes", "Yes No Yes", "No - -")
    assert answers_of(responses, "q2") == ["Yes", "No", "(not_asked)"]
    assert answers_of(responses, "q3") == ["Yes", "Yes", "(not_asked)"]
    assert responses.off_route == {"q2": 1, "q3": 2}


def test_no_opinion_off_the_route_is_an_answer(made: Made) -> None:
    """Origin: by hand: who was not asked and says "don't know" has answered off the route."""
    made.questions[1]["scale"] = "agree"
    made.questions[2]["asked_if"] = ""
    responses = cleaned(made, "No Neither Yes", "Yes Agree No")
    made.export(HEADER, ["1", "No", "Don't know", "Yes"], ["2", "Yes", "Don't know", "No"])
    responses = made.clean()
    assert responses.off_route == {"q2": 1}
    assert answers_of(responses, "q2") == ["(not_asked)", "(dont_know)"]


def test_two_conditions(made: Made) -> None:
    """Origin: by hand: both must hold; the second question may have either of two options."""
    made.questions[1]["asked_if"] = ""
    made.questions[2]["asked_if"] = "q1 is Yes && q2 is Yes; No"
    responses = cleaned(made, "Yes Yes -", "Yes No -", "Yes - -", "No Yes -")
    assert answers_of(responses, "q3") == ["(not_answered)", "(not_answered)", "(not_asked)", "(not_asked)"]


def test_a_condition_on_one_of_several_options(made: Made) -> None:
    """Origin: by hand: chosen alone or with others."""
    made.questions[0] |= {"kind": "several", "scale": "ways"}
    made.questions[1]["asked_if"] = "q1 is Email; Phone"
    made.questions[2]["asked_if"] = ""
    responses = cleaned(made, "Post - Yes", "Post;Email - Yes", "Phone - Yes", "- - Yes")
    assert answers_of(responses, "q2") == ["(not_asked)", "(not_answered)", "(not_answered)", "(not_asked)"]


def test_off_route_answers_of_excluded_replies_are_not_counted(made: Made) -> None:
    """Origin: by hand: of two such replies one is left out."""
    made.plan()["rules"] = [{"rule": "rows_with", "column": "RespondentID", "values": ["2"], "reason": "made up"}]
    assert cleaned(made, "No Yes -", "No Yes -").off_route == {"q2": 1, "q3": 0}


REPLIES = st.lists(st.tuples(*[st.sampled_from(["Yes", "No", "-"])] * 3).map(" ".join), min_size=1, max_size=8)


@given(REPLIES)
@settings(STEADY, max_examples=25)
def test_the_law_of_routes(tmp_path_factory: pytest.TempPathFactory, replies: list[str]) -> None:
    """Origin: the law: asked of a question is who said yes to the one before and was asked that one."""
    responses = cleaned(chain(tmp_path_factory.getbasetemp() / "routes"), *replies)
    asked = [True] * len(replies)
    for item, place in (("q1", 0), ("q2", 1), ("q3", 2)):
        said = answers_of(responses, item)
        assert [answer != "(not_asked)" for answer in said] == asked
        given = [reply.split()[place] for reply in replies]
        assert responses.off_route.get(item, 0) == sum(g != "-" and not a for g, a in zip(given, asked, strict=True))
        asked = [a and g == "Yes" for a, g in zip(asked, given, strict=True)]
