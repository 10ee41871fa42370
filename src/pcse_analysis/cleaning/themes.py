"""Themes of free text by keywords: which replies speak of what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.fields import RowReader, listed
from pcse_analysis.catalogue.files import read_table
from pcse_analysis.catalogue.raw import Theme
from pcse_analysis.cleaning.free_text import MARK
from pcse_analysis.errors import Problems, shown

COLUMNS = ("theme", "label", "keywords", "not_keywords")
KEYWORD = re.compile(r"\w+\*?(?:[ '&/-]\w+\*?)*")
ALIKE = str.maketrans("‘’ʼ`‐‑", "''''--")
"""Apostrophes and hyphens of word processors, written as a keyboard does."""
CUT = "\n"
"""Stands where words were left out: no keyword reaches across it."""


def read_themes(path: Path, name: str, problems: Problems) -> tuple[Theme, ...]:
    """The themes of a keyword file in its order; keywords are separated by semicolons, every mistake is noted."""
    themes = []
    for row in read_table(path, name, COLUMNS, ("theme",), problems):
        read = RowReader(row, problems)
        theme = Theme(
            id=read.identifier("theme"),
            label=read.text("label"),
            keywords=_keywords(read, "keywords"),
            not_keywords=_keywords(read, "not_keywords"),
        )
        if not row["keywords"]:
            read.wrong("keywords", "is empty", to_do="give each theme a keyword.")
        for keyword in theme.not_keywords:
            if keyword in theme.keywords:
                read.wrong("not_keywords", f"{shown(keyword)} is a keyword of the theme too")
        themes.append(theme)
    return tuple(themes)


def _keywords(read: RowReader, column: str) -> tuple[str, ...]:
    keywords = tuple(_plain(keyword) for keyword in listed(read.row[column]))
    if read.row[column] and not keywords:
        read.wrong(column, "holds semicolons and no keyword")
    for keyword in keywords:
        if "," in keyword:
            read.wrong(column, f"{shown(keyword)} holds a comma", to_do="separate keywords by semicolons.")
        elif not KEYWORD.fullmatch(keyword):
            what = f"found {shown(keyword)}, expected words, each of them with a * at its end or without"
            read.wrong(column, what)
        elif keywords.count(keyword) > 1:
            read.wrong(column, f"{shown(keyword)} stands {keywords.count(keyword)} times")
    return keywords


def themes_of(texts: Sequence[str] | pd.Series[str], themes: Iterable[Theme]) -> pd.DataFrame:
    """Which text is of which theme: a row for each text (with the index of a Series), a column of bool for each theme.

    A text is of a theme when it holds one of the keywords as whole words outside the theme's ``not_keywords``: with
    "list" and not "performers list", "the performers list and list cleansing" still speaks of lists. Case, the kind of
    apostrophe and blanks do not matter. Marks of redaction are not read: "[phone removed]" does not speak of phones. A
    missing text is of no theme.
    """
    index = texts.index if isinstance(texts, pd.Series) else pd.RangeIndex(len(texts))
    plain = ["" if pd.isna(text) else _plain(MARK.sub(" | ", text)) for text in texts]
    found = {theme.id: np.fromiter(map(_Search(theme), plain), dtype=bool, count=len(plain)) for theme in themes}
    return pd.DataFrame(found, index=index)


class _Search:
    """Tells of one plain text whether it is of a theme."""

    def __init__(self, theme: Theme) -> None:
        self.keywords = _pattern(theme.keywords)
        self.not_keywords = _pattern(theme.not_keywords)

    def __call__(self, text: str) -> bool:
        if not self.keywords.search(text):
            return False
        return bool(self.keywords.search(self.not_keywords.sub(CUT, text)))


def _plain(text: str) -> str:
    """``text`` in small letters, with single blanks and the apostrophes and hyphens of a keyboard."""
    return " ".join(normalize("NFKC", text).translate(ALIKE).casefold().split())


def _pattern(keywords: Iterable[str]) -> re.Pattern[str]:
    """Any of ``keywords`` as whole words; nothing at all where there are none."""
    phrases = "|".join(re.escape(keyword).replace(r"\*", r"\w*") for keyword in keywords)
    return re.compile(rf"(?<!\w)(?:{phrases})(?!\w)" if phrases else r"(?!)")
