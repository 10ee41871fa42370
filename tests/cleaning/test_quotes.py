"""Which quotations may be published. Every reply is made up."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pcse_analysis.cleaning.quotes import Quote, check_quotes, read_quotes
from pcse_analysis.errors import Problems

NAME = "data/catalogue/surveys/made/quotes.csv"
HEADER = "id,wave,item,quote,approved_by,approved_on,note\n"
REPLIES = pd.DataFrame(
    [
        ("2017-12", "q9", "Records take  weeks.\nWe rang [phone removed] twice."),
        ("2017-12", "q9", "Nobody answers."),
        ("2016-10", "q9", "It was better before."),
        ("2017-12", "q8", "Payments are late."),
        ("2017-12", "q9", None),
    ],
    columns=["wave", "item", "text"],
)


def read(tmp_path: Path, rows: str) -> tuple[tuple[Quote, ...], Problems]:
    """The quotations of a file with these rows, and what is wrong with it."""
    path = tmp_path / "quotes.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    problems = Problems()
    return read_quotes(path, NAME, ["2016-10", "2017-12"], ["q8", "q9"], problems), problems


def quote(text: str, wave: str = "2017-12", item: str = "q9") -> Quote:
    """An approved quotation on line 2."""
    return Quote(
        id="a",
        wave=wave,
        item=item,
        quote=text,
        approved_by="lead researcher",
        approved_on="2018-01-10",
        note="",
        file=NAME,
        line=2,
    )


def test_no_file_means_no_quotations(tmp_path: Path) -> None:
    """Origin: by hand; most surveys have none, which is no mistake."""
    problems = Problems()
    assert read_quotes(tmp_path / "quotes.csv", NAME, ["2017-12"], ["q9"], problems) == ()
    assert problems.found == []


def test_an_approved_quotation_is_read(tmp_path: Path) -> None:
    """Origin: the row of the file, blanks tidied."""
    quotes, problems = read(tmp_path, "a,2017-12,q9,Nobody   answers.,lead researcher,2018-01-10,\n")
    assert problems.found == []
    assert quotes == (quote("Nobody answers."),)


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ("a,2017-12,q9,Nobody answers.,,2018-01-10,", "line 2, column 'approved_by': is empty"),
        (
            "a,2017-12,q9,Nobody answers.,LR,,",
            "line 2, column 'approved_on': found (empty), expected a date such as 2018-01-16",
        ),
        (
            "a,2017-12,q9,Nobody answers.,LR,10/01/2018,",
            "line 2, column 'approved_on': found '10/01/2018', expected a date such as 2018-01-16",
        ),
        ("a,2017-12,q9,Nobody answers.,Dr Madeup,2018-01-10,", "line 2, column 'approved_by': names a person"),
        ("a,2017-12,q9,,LR,2018-01-10,", "line 2, column 'quote': is empty"),
        (
            "a,2017-12,q9,Ring Dr Madeup on 07700 900123,LR,2018-01-10,",
            "line 2, column 'quote': holds what is redacted (phone, name)",
        ),
        (
            "a,2017-12,q7,Nobody answers.,LR,2018-01-10,",
            "line 2, column 'item': found 'q7', expected an item: q8, q9",
        ),
    ],
)
def test_a_quotation_that_may_not_be_published(tmp_path: Path, row: str, mistake: str) -> None:
    """Origin: one mistake made on purpose; the row is told and left out, and its words are not printed."""
    quotes, problems = read(tmp_path, row + "\n")
    assert quotes == ()
    assert [problem.sentence() for problem in problems.found] == [mistake]


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    """Origin: three mistakes in one row and one in the next; the third is right."""
    rows = "a,2018-12,q9,,,2018-01-10,\nb,2017-12,q9,Yes.,LR,soon,\nc,2017-12,q9,Nobody answers.,LR,2018-01-10,\n"
    quotes, problems = read(tmp_path, rows)
    assert [one.id for one in quotes] == ["c"]
    assert [(problem.line, problem.column) for problem in problems.found] == [
        (2, "wave"),
        (2, "quote"),
        (2, "approved_by"),
        (3, "approved_on"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Nobody answers.",
        "Nobody answers",
        "Records take weeks. We rang",
        "We rang [phone removed] twice.",
        "take weeks",
    ],
)
def test_words_of_one_reply_may_be_quoted(text: str) -> None:
    """Origin: by hand; blanks and line breaks do not matter."""
    problems = Problems()
    assert check_quotes([quote(text)], REPLIES, problems) == (quote(text),)
    assert problems.found == []


@pytest.mark.parametrize(
    "given",
    [
        quote("Nobody ever answers."),
        quote("nobody answers."),
        quote("body answers."),
        quote("Nobody answer"),
        quote("Records take ... twice."),
        quote("twice. Nobody answers."),
        quote("Nobody answers.", wave="2016-10"),
        quote("Nobody answers.", item="q8"),
        quote("We rang 07700 900123 twice."),
    ],
    ids=lambda given: f"{given.wave} {given.item} {given.quote}",
)
def test_other_words_may_not(given: Quote) -> None:
    """Origin: by hand; changed, cut within a word, shortened, joined, of another wave or item, or not redacted."""
    problems = Problems()
    assert check_quotes([given], REPLIES, problems) == ()
    told = problems.found[0]
    assert (told.file, told.line, told.column) == (NAME, 2, "quote")
    assert told.what == (
        f"(text, {len(given.quote)} characters) stands in no reply to '{given.item}' in wave '{given.wave}'"
    )
