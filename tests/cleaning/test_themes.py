"""Themes of replies by keywords, and the mistakes of a keyword file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.catalogue.fields import listed
from pcse_analysis.cleaning.themes import Theme, read_themes, themes_of
from pcse_analysis.errors import Problems
from tests.metrics.made import STEADY

NAME = "data/catalogue/themes.csv"
HEADER = "theme,label,keywords,not_keywords\n"


def theme(keywords: str, not_keywords: str = "") -> Theme:
    """A theme ``t`` with keywords between semicolons."""
    return Theme(id="t", label="T", keywords=listed(keywords), not_keywords=listed(not_keywords))


def read(tmp_path: Path, rows: str) -> tuple[tuple[Theme, ...], list[str]]:
    """The themes of a file with these rows, and its mistakes as sentences."""
    path = tmp_path / "themes.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    problems = Problems()
    themes = read_themes(path, NAME, problems)
    assert all(problem.file == NAME for problem in problems.found)
    return themes, [problem.sentence() for problem in problems.found]


@pytest.mark.parametrize(
    ("keywords", "text", "expected"),
    [
        ("record", "a record is lost", True),
        ("record", "records are lost", False),
        ("record", "the Record's cover", True),
        ("record*", "re-recorded; RECORDS!", True),
        ("record*", "prerecorded", False),
        ("medical record*", "the medical\n  records", True),
        ("medical record*", "medical and other records", False),
        ("can't reach", "we CAN’T reach anybody", True),
        ("e-mail", "no e‑mail came", True),
        ("late;slow", "painfully slow", True),
        ("r&d", "our R&D work", True),
        ("pay*", "", False),
    ],
)
def test_keywords_are_whole_words(keywords: str, text: str, expected: bool) -> None:
    """Origin: by hand."""
    assert themes_of([text], [theme(keywords)])["t"].tolist() == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the list is wrong", True),
        ("the performers list is wrong", False),
        ("the performers  LIST and list cleansing", True),
        ("performers listing", False),
    ],
)
def test_not_keywords_take_their_own_words_only(text: str, expected: bool) -> None:
    """Origin: by hand; the docstring's example of lists that are not the performers list."""
    assert themes_of([text], [theme("list*", "performers list*")])["t"].tolist() == [expected]


def test_no_phrase_is_made_of_words_that_a_not_keyword_parted() -> None:
    """Origin: by hand; "records late" does not stand in the text."""
    assert not themes_of(["records never late"], [theme("records late;never", "never")])["t"].any()


def test_marks_of_redaction_are_not_read() -> None:
    """Origin: by hand; only the second reply speaks of phones itself."""
    texts = ["ring [phone removed] or [practice code removed]", "the phone is not answered"]
    assert themes_of(texts, [theme("phone;practice")])["t"].tolist() == [False, True]


def test_rows_are_texts_and_columns_themes() -> None:
    """Origin: by hand; a missing reply is of no theme, and the index of the replies is kept."""
    texts = pd.Series(["late payments", None, "records"], index=[7, 3, 5], dtype="string")
    themes = [
        Theme(id="payments", label="Payments", keywords=("payment*",), not_keywords=()),
        Theme(id="records", label="Records", keywords=("record*",), not_keywords=()),
    ]
    found = themes_of(texts, themes)
    expected = pd.DataFrame(
        {"payments": [True, False, False], "records": [False, False, True]}, index=pd.Index([7, 3, 5]), dtype="bool"
    )
    pd.testing.assert_frame_equal(found, expected)


@given(st.lists(st.text(max_size=20), max_size=6), st.permutations(range(6)))
@STEADY
def test_order_of_texts_never_matters(texts: list[str], order: list[int]) -> None:
    """Origin: a law; each text is looked at alone."""
    themes = [theme("a*;b c", "ab")]
    places = [place for place in order if place < len(texts)]
    one_way = themes_of(texts, themes)["t"].tolist()
    assert themes_of([texts[place] for place in places], themes)["t"].tolist() == [one_way[place] for place in places]


@given(st.text(max_size=40))
@STEADY
def test_case_never_matters(text: str) -> None:
    """Origin: a law, for texts whose capitals have small letters of their own."""
    themes = [theme("a*;b")]
    plain = "".join(char for char in text if char.isascii())
    assert themes_of([plain.upper()], themes).equals(themes_of([plain.lower()], themes))


def test_a_file_is_read_as_it_stands(tmp_path: Path) -> None:
    """Origin: the two rows of the file, in small letters and with straight apostrophes."""
    themes, mistakes = read(
        tmp_path, "records,Medical records,record*; Lloyd  George;can’t find,track record\npay,Pay,pay*,\n"
    )
    assert mistakes == []
    assert themes == (
        Theme(
            id="records",
            label="Medical records",
            keywords=("record*", "lloyd george", "can't find"),
            not_keywords=("track record",),
        ),
        Theme(id="pay", label="Pay", keywords=("pay*",), not_keywords=()),
    )


def test_every_mistake_is_listed(tmp_path: Path) -> None:
    """Origin: the mistakes made on purpose, one in each row but the last two, which hold two each."""
    rows = (
        "No Id,A,a,\n"
        "b,,b,\n"
        "c,C,,\n"
        'd,D,"late, slow",\n'
        "e,E,*ate,\n"
        "f,F,slow;Slow,\n"
        "g,G,list,performers list;list\n"
        "h,H,;,\n"
        "b,B,b,\n"
        "i,,(x),\n"
        "j,J,a*b,c**\n"
    )
    _, mistakes = read(tmp_path, rows)
    assert mistakes == [
        "line 10: repeats line 3 (same theme)",
        "line 2, column 'theme': found 'No Id', expected lower-case letters, digits, - and _",
        "line 3, column 'label': is empty",
        "line 4, column 'keywords': is empty",
        "line 5, column 'keywords': 'late, slow' holds a comma",
        "line 6, column 'keywords': found '*ate', expected words, each of them with a * at its end or without",
        "line 7, column 'keywords': 'slow' stands 2 times",
        "line 8, column 'not_keywords': 'list' is a keyword of the theme too",
        "line 9, column 'keywords': holds semicolons and no keyword",
        "line 11, column 'label': is empty",
        "line 11, column 'keywords': found '(x)', expected words, each of them with a * at its end or without",
        "line 12, column 'keywords': found 'a*b', expected words, each of them with a * at its end or without",
        "line 12, column 'not_keywords': found 'c**', expected words, each of them with a * at its end or without",
    ]


def test_a_missing_column_is_told_once(tmp_path: Path) -> None:
    """Origin: by hand; no row can be read, so nothing else is said."""
    path = tmp_path / "themes.csv"
    path.write_text("theme,label,keyword,not_keywords\na,A,a,\n", encoding="utf-8")
    problems = Problems()
    assert read_themes(path, NAME, problems) == ()
    assert len(problems.found) == 1
    assert "'keywords' is missing" in problems.found[0].what
