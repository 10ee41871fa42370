"""What may not be found in anything that leaves the house: personal values, patterns of them, and small numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from pcse_analysis.catalogue.types import Survey
from pcse_analysis.cleaning.free_text import patterns_found
from pcse_analysis.estimates import Estimate
from pcse_analysis.evidence.received import Received
from pcse_analysis.evidence.replies import Replies
from pcse_analysis.metrics.disclosure import is_small

__all__ = ["codes_in", "codes_of", "patterns_found", "small_rows", "texts_of_replies"]
CODES = {"id", "who"}
"""Columns of a ledger that tell cases and persons apart."""
WORD = re.compile(r"[A-Za-z0-9]+")
Codes = Mapping[tuple[str, ...], set[str]]
"""Codes by their words: ISS-00001 has two."""
SHORTEST_TEXT = 25
"""Characters of an answer in own words from which it can hardly stand in a page by chance."""


def codes_of(received: Received, plain: str = "") -> Codes:
    """Keys of respondents, practices and cases, and who raised them, as they are or were given.

    What stands in ``plain``, words of the house, and holds no digit is nobody's code: a log may say "practice".
    """
    found: set[str] = set()
    for cleaned in received.ledgers:
        for column in CODES.intersection(cleaned.frame.columns):
            found |= set(cleaned.frame[column].dropna().astype(str))
    for responses in received.replies.responses if received.replies else ():
        for column in ("respondent", "practice"):
            if column in responses.respondents:
                found |= set(responses.respondents[column].dropna().astype(str))
    codes: dict[tuple[str, ...], set[str]] = {}
    house = _in_words(plain)
    for code in found:
        is_plain = _in_words(code) in house and not any(letter.isdigit() for letter in code)
        if len(code) > 4 and (words := tuple(WORD.findall(code))) and not is_plain:
            codes.setdefault(words, set()).add(code)
    return codes


def _in_words(text: str) -> str:
    """The words of a text in small letters, a blank around each."""
    return f" {' '.join(WORD.findall(text.casefold()))} "


def codes_in(text: str, codes: Codes, own: Collection[str] = ()) -> set[str]:
    """The codes that stand in a text as words of their own; not those in ``own``, of what it is openly about."""
    words = WORD.findall(text)
    found: set[str] = set()
    for length in {len(key) for key in codes}:
        runs = set(zip(*(words[start:] for start in range(length)), strict=False))
        found = found.union(*(codes[run] for run in runs & codes.keys()))
    return {code for code in found if code in text and code not in own}


def texts_of_replies(replies: Replies) -> set[str]:
    """What respondents wrote in their own words, without approved quotations."""
    written: set[str] = set()
    for responses in replies.responses:
        for answers in responses.answers.values():
            if answers.kind == "text":
                written |= {text for text in answers.values if len(text) >= SHORTEST_TEXT}
    approved = " ".join(quote.quote for quote in replies.words.quotes)
    return {text for text in written if text not in approved}


def small_rows(estimates: Iterable[Estimate], survey: Survey) -> list[str]:
    """The ids of estimates that break the survey's rules of disclosure."""
    return [e.id for e in estimates if not e.suppressed and is_small(e, survey)]
