"""The form of the message that a user's mistake ends in: section 8 of the design.

An error says what is wrong, where (file, column, row), what was found, what was expected and what to do; all problems
at once. Expected messages below are written out from that form.
"""

from __future__ import annotations

import pickle
import re

import pytest

from pcse_analysis.errors import (
    LONGEST_SHOWN,
    CatalogueError,
    CommandError,
    DataError,
    Problem,
    Problems,
    UserError,
    near_miss,
    not_an_option,
    shown,
)


def test_message_has_the_parts_of_the_design_example_in_its_order():
    """Design, section 8: kind and count first, then each place with the near miss, the advice last."""
    error = DataError(
        [
            Problem(
                what="found 'Agre', expected an option of scale 'agree5'   near 'Agree'",
                file="practices.csv",
                line=18,
                column="Q7",
            ),
            Problem(
                what="(text, 212 characters) is not an option of scale 'agree5'",
                file="practices.csv",
                line=203,
                column="Q7",
                to_do="to accept one, add it to 'recodes'.",
            ),
        ]
    )
    assert str(error).splitlines() == [
        "DataError: 2 problems in 'practices.csv'",
        "    line 18, column 'Q7': found 'Agre', expected an option of scale 'agree5'   near 'Agree'",
        "    line 203, column 'Q7': (text, 212 characters) is not an option of scale 'agree5'",
        "  To mend: to accept one, add it to 'recodes'.",
    ]


def test_one_problem_is_not_called_problems():
    assert str(CommandError([Problem(what="-p 'x': expected name=value")])).splitlines() == [
        "CommandError: 1 problem",
        "    -p 'x': expected name=value",
    ]


def test_several_files_are_headings_in_the_order_in_which_they_were_met():
    """Files as met, lines within a file from the top."""
    error = CatalogueError(
        [
            Problem(what="late", file="b.csv", line=9),
            Problem(what="of the whole file", file="b.csv"),
            Problem(what="second file", file="a.csv", line=2),
            Problem(what="early", file="b.csv", line=3),
        ]
    )
    assert str(error).splitlines() == [
        "CatalogueError: 4 problems in 2 files",
        "  b.csv",
        "    of the whole file",
        "    line 3: early",
        "    line 9: late",
        "  a.csv",
        "    line 2: second file",
    ]


def test_a_mistake_of_the_command_line_is_not_said_to_be_in_a_file():
    """One of the two stands in a file, the other does not: where, design section 8, is said of each."""
    error = CommandError([Problem(what="-p 'x': expected name=value"), Problem(what="is empty", file="a.csv")])
    first, *rest = str(error).splitlines()
    assert first.startswith("CommandError: 2 problems")
    assert "2 problems in 'a.csv'" not in first
    assert "a.csv" in "\n".join(rest)


def test_the_same_mistake_is_said_once_and_so_is_the_same_advice():
    """Two rows with the same cause need the advice once; a problem noted twice is one problem."""
    twice = Problem(what="is wrong", file="a.csv", line=2, to_do="save it again.")
    other = Problem(what="is wrong", file="a.csv", line=3, to_do="save it again.")
    error = DataError([twice, twice, other])
    assert error.problems == (twice, other)
    assert str(error).startswith("DataError: 2 problems in 'a.csv'")
    assert str(error).count("To mend: save it again.") == 1


@pytest.mark.parametrize("kind", [CommandError, CatalogueError, DataError])
def test_every_kind_leaves_with_exit_code_2(kind: type[UserError]):
    """Design, section 6a: exit code 2 for anything the user can mend."""
    error = kind([Problem(what="x")])
    assert error.exit_code == 2
    assert isinstance(error, UserError)
    assert str(error).startswith(f"{kind.__name__}: ")


def test_a_notebook_shows_the_message_and_no_traceback():
    """Design, section 8: no inner traceback. IPython shows what ``_render_traceback_`` gives."""
    error = DataError([Problem(what="is empty", file="a.csv", line=2, to_do="fill it.")])
    assert "\n".join(error._render_traceback_()) == str(error)


def test_problems_without_any_raise_nothing():
    problems = Problems()
    problems.raise_as(DataError)
    problems.add("one")
    with pytest.raises(DataError, match=re.escape("1 problem\n    one")):
        problems.raise_as(DataError)


def test_gathering_takes_all_problems_and_the_work_goes_on():
    """All problems at once: those found before, those raised inside, those found later."""
    problems = Problems()
    problems.add("before")
    with problems.gathering():
        raise CatalogueError([Problem(what="inside 1", file="a.csv"), Problem(what="inside 2")])
    problems.add("after")
    assert [p.what for p in problems.found] == ["before", "inside 1", "inside 2", "after"]
    assert problems.found[1].file == "a.csv"


def test_gathering_lets_a_fault_of_the_program_through():
    """Only mistakes of users are gathered; anything else must be seen."""
    problems = Problems()
    with pytest.raises(ZeroDivisionError), problems.gathering():
        _ = 1 / 0
    assert problems.found == []


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        ("suplies", ["registrations", "supplies"], "supplies"),
        ("Practice", ["individual", "practice"], "practice"),
        ("PRACTICE", ["individual", "practice"], "practice"),
        ("2017-13", ["2016-10", "2017-12"], "2017-12"),
        ("zzz", ["registrations", "supplies"], None),
        ("x", [], None),
        ("", ["registrations"], None),
    ],
)
def test_near_miss(value: str, options: list[str], expected: str | None):
    """One letter off or another case is near (the option keeps its own case); nothing in common is not."""
    assert near_miss(value, options) == expected


def test_near_miss_gives_the_option_as_it_is_written():
    assert near_miss("agre", ["Agree", "Disagree"]) == "Agree"


def test_shown_values():
    """Design, section 8: a long text is given by its length, never in full, as it may be somebody's words."""
    assert shown("62%") == "'62%'"
    assert shown("") == "(empty)"
    assert shown("x" * LONGEST_SHOWN) == f"'{'x' * LONGEST_SHOWN}'"
    assert shown("x" * 212) == "(text, 212 characters)"


def test_not_an_option_names_the_near_miss_or_else_the_options():
    options = ["supplies", "registrations"]
    near = not_an_option("suplies", "a service line", options)
    assert near == "found 'suplies', expected a service line   near 'supplies'"
    far = not_an_option("zzz", "a service line", options)
    assert far == "found 'zzz', expected a service line: registrations, supplies"
    assert not_an_option("zzz", "a service line", []) == "found 'zzz', expected a service line: (none exists)"


def test_not_an_option_lists_a_dozen_and_says_that_there_are_more():
    options = [f"wave{number:02d}" for number in range(13)]
    listed = not_an_option("zzz", "a wave", options)
    assert listed.endswith("wave10, wave11, ...")
    assert "wave12" not in listed


def test_an_empty_option_is_not_listed_as_nothing():
    """A list of options never starts with a bare comma: 'or nothing' is said in words by the caller."""
    assert not_an_option("zzz", "a family, or nothing", ["", "headline"]).endswith("a family, or nothing: headline")


def test_an_error_survives_the_way_between_processes() -> None:
    """A worker's mistake must reach its parent whole; an exception that cannot be unpickled hangs a pool."""
    error = DataError([Problem(what="one", file="a.csv", line=3), Problem(what="two")])
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.problems, str(back)) == (DataError, error.problems, str(error))
