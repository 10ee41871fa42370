"""Guesses from the values of a column what kind of question it answers, and which of them are options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pcse_analysis.catalogue.raw import QuestionKind
from pcse_analysis.cleaning.dates import read_dates
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.cleaning.numbers import read_number

MOST_OPTIONS = 20
LONGEST_OPTION = 160
"""Characters: what is longer was written by respondents."""
LEAST_REPEATED = 2.5
"""Times that an option is chosen on average: what repeats less was written by respondents."""
MANY_REPLIES = 100
MOST_ALONE = 2
"""Among so many replies, more values than this that stand once each were written by respondents."""
OWN_WORDS = "Other (own words)"
"""The option that a draft adds for what respondents wrote: their words are no part of a catalogue."""


def kind_of(values: Counter[str], joined: Sequence[str]) -> tuple[QuestionKind, tuple[str, ...]]:
    """The kind of question that a column with these values and counts answers, and its options where it has any.

    ``joined`` lists what may stand between several chosen options. ``OWN_WORDS`` is among the options where some of the
    values seem to be none.
    """
    texts, filled = list(values), sum(values.values())
    if not texts:
        return "text", ()
    if all(read_number(text) is not None for text in texts):
        return "number", ()
    if not read_dates(texts).wrong:
        return "date", ()
    if _are_options(values, filled):
        single = _without_joins(values, joined)
        if len(single) < len(values):
            return "several", single
        return "one", _without_own_words(values, filled)
    for mark in joined:
        pieces = _pieces(values, mark)
        common = Counter({piece: n for piece, n in pieces.items() if n >= max(3, filled // 100)})
        if len(pieces) < len(values) + MOST_OPTIONS and _are_options(common, filled) and len(common) > 1:
            covered = sum(common.values()) / max(1, sum(pieces.values()))
            if covered > 0.6 and any(mark.strip() in text for text in texts):
                return "several", tuple(piece for piece, _ in common.most_common())
    return "text", ()


def options_of(columns: Sequence[Counter[str]]) -> tuple[str, ...]:
    """The options of columns that share one question, each given as its values and counts.

    A column that holds one value alone holds an option. Where few do, as where the first column has the first choice
    of each respondent, what more than one wrote is taken for an option.
    """
    every: Counter[str] = sum(columns, Counter())
    options = list(dict.fromkeys(value for values in columns if len(values) == 1 for value in values))
    if len(options) < len(columns) / 2:
        options = [value for value, count in every.most_common(MOST_OPTIONS) if count > 1 or len(every) <= 2]
    return (*options, OWN_WORDS) if set(every) - set(options) else tuple(options)


def _are_options(values: Counter[str], filled: int) -> bool:
    few = len(values) <= MOST_OPTIONS and max(map(len, values), default=0) <= LONGEST_OPTION
    return few and (filled >= LEAST_REPEATED * len(values) or len(values) <= 2)


def _pieces(values: Counter[str], mark: str) -> Counter[str]:
    pieces: Counter[str] = Counter()
    for text, count in values.items():
        for piece in text.split(mark.strip()):
            pieces[tidied(piece)] += count if tidied(piece) else 0
    return pieces


def _without_joins(values: Counter[str], joined: Sequence[str]) -> tuple[str, ...]:
    """The values, the most frequent first, without those that only name several of the others."""

    def is_join(text: str, mark: str) -> bool:
        pieces = [tidied(piece) for piece in text.split(mark.strip())]
        return len(pieces) > 1 and all(piece in values for piece in pieces)

    return tuple(text for text, _ in values.most_common() if not any(is_join(text, mark) for mark in joined))


def _without_own_words(values: Counter[str], filled: int) -> tuple[str, ...]:
    alone = [text for text, count in values.items() if count == 1]
    given = tuple(text for text, _ in values.most_common())
    if filled < MANY_REPLIES or len(alone) <= MOST_ALONE:
        return given
    return (*(text for text in given if text not in alone), OWN_WORDS)
