"""Quotations from free text: only those that a researcher approved one by one, and only as they were written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.fields import RowReader
from pcse_analysis.catalogue.files import read_table
from pcse_analysis.catalogue.raw import Quote
from pcse_analysis.cleaning.free_text import patterns_found
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.errors import Problems

COLUMNS = ("id", "wave", "item", "quote", "approved_by", "approved_on", "note")
TAKE_FROM_REDACTED = "copy the words from the redacted replies, marks included, or quote a part without them."


def read_quotes(
    path: Path, name: str, waves: Collection[str], items: Collection[str], problems: Problems
) -> tuple[Quote, ...]:
    """The quotations of a file that are approved and hold nothing personal, in its order; every mistake is noted.

    A row is approved when it says by whom (a role or initials) and on what day. A file that does not exist holds no
    quotations, which is no mistake.
    """
    if not path.exists():
        return ()
    quotes = []
    for row in read_table(path, name, COLUMNS, ("id",), problems):
        read = RowReader(row, problems)
        quote = Quote(
            id=read.identifier("id"),
            wave=read.one_of("wave", "a wave", waves),
            item=read.one_of("item", "an item", items),
            quote=tidied(read.text("quote")),
            approved_by=read.text("approved_by"),
            approved_on=read.day("approved_on"),
            note=row["note"],
            file=name,
            line=row.line,
        )
        if kinds := patterns_found(quote.quote):
            read.wrong("quote", f"holds what is redacted ({', '.join(kinds)})", to_do=TAKE_FROM_REDACTED)
        if patterns_found(quote.approved_by):
            read.wrong("approved_by", "names a person", to_do="give a role or initials in 'approved_by'.")
        if not read.judged:
            quotes.append(quote)
    return tuple(quotes)


def check_quotes(quotes: Iterable[Quote], texts: pd.DataFrame, problems: Problems) -> tuple[Quote, ...]:
    """The quotations that stand word for word in one reply; each of the others is noted.

    ``texts`` has the columns wave, item and text, one row for each redacted reply. A quotation is part of one reply to
    its item in its wave, begins and ends with whole words, and differs in nothing but blanks.
    """
    replies = {
        (str(wave), str(item)): [tidied(text) for text in group["text"].dropna().unique()]
        for (wave, item), group in texts.groupby(["wave", "item"], observed=True)
    }
    found = []
    for quote in quotes:
        if _stands_in(quote.quote, replies.get((quote.wave, quote.item), ())):
            found.append(quote)
            continue
        what = f"(text, {len(quote.quote)} characters) stands in no reply to '{quote.item}' in wave '{quote.wave}'"
        problems.add(what, file=quote.file, line=quote.line, column="quote", to_do=TAKE_FROM_REDACTED)
    return tuple(found)


def _stands_in(quote: str, replies: Sequence[str]) -> bool:
    whole_words = re.compile(rf"(?<!\w){re.escape(quote)}(?!\w)")
    return any(whole_words.search(reply) for reply in replies)
