"""Cleaned replies to one export: who replied, what each answered, and how many rows went where.

Answers are held question by question as small codes over the distinct answers, because a survey has few of those and
many replies. ``tidy_responses`` gives them as a tidy frame, one row a respondent and question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import MISSING_KINDS, MissingKind, QuestionKind
from pcse_analysis.frames import RESPONSES, check_frame

Codes = NDArray[np.integer]
ANSWERED = "answered"
STATES = (ANSWERED, *MISSING_KINDS)
"""What a respondent did with a question; the position of each is its code in ``Answers.state``."""
NO_ANSWER = -1
BETWEEN = "; "
"""Stands between the options of a respondent who chose several."""


def state_code(kind: MissingKind | str) -> int:
    """The code of a state."""
    return STATES.index(kind)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The answers to one question.

    ``codes`` has one entry a respondent: the position of the answer in ``values``, or -1 for none. ``state`` has the
    code of the respondent's state. For a question with one answer, ``values`` are the options of its scale in order.
    For one with several, each value is a combination, and row ``i`` of ``chosen`` says which of ``options`` are in it.
    For numbers, ``numbers`` holds the number of each value; dates are year-month-day; texts are redacted.
    """

    item: str
    kind: QuestionKind
    codes: Codes
    state: NDArray[np.uint8]
    values: tuple[str, ...]
    options: tuple[str, ...] = ()
    chosen: NDArray[np.bool_] | None = None
    numbers: NDArray[np.float64] | None = None

    def taken(self, rows: NDArray[np.intp]) -> tuple[Codes, NDArray[np.uint8]]:
        """Codes and states of some rows."""
        return self.codes[rows], self.state[rows]

    def count(self, state: str) -> int:
        """How many respondents are in a state."""
        return int(np.count_nonzero(self.state == state_code(state)))

    @property
    def asked(self) -> int:
        """How many respondents were asked."""
        return len(self.state) - self.count("not_asked")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rule of cleaning as it was applied: what it did to how many of the rows that were left."""

    rule: str
    kind: str
    reason: str
    action: str
    rows_before: int
    count: int
    rows_after: int


@dataclass(frozen=True, kw_only=True)
class Flow:
    """From the rows received to the replies analysed: ``received`` is ``analysed`` and all that was excluded."""

    received: int
    steps: tuple[Step, ...]
    analysed: int

    @property
    def excluded(self) -> tuple[Step, ...]:
        """The steps that took rows out."""
        return tuple(step for step in self.steps if step.action == "excluded")


@dataclass(frozen=True, kw_only=True)
class Responses:
    """The replies of one export after cleaning.

    ``respondents`` has one row each: respondent (its key), line in the export, weight, the practice it was matched to
    with region, CCG, list size, size band and contract, and ``flags``. ``excluded`` has a row for each reply left out:
    line, respondent, rule, reason, and the row as JSON with free text redacted. ``unmatched`` lists replies without a
    practice. ``off_route`` counts answers of those who should not have been asked, by item.
    """

    survey: str
    wave: str
    export: str
    group: str
    respondents: pd.DataFrame
    answers: Mapping[str, Answers]
    flow: Flow
    excluded: pd.DataFrame
    unmatched: pd.DataFrame
    off_route: Mapping[str, int]

    def __len__(self) -> int:
        """The number of replies analysed."""
        return len(self.respondents)

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        """The weight of each reply, or None where the export has no weights."""
        weights = self.respondents["weight"]
        return None if weights.isna().all() else weights.to_numpy(dtype=float)

    @property
    def texts(self) -> pd.DataFrame:
        """Free text, redacted: wave, item, text; one row an answer."""
        found = [
            pd.DataFrame(
                {"wave": self.wave, "item": a.item, "text": np.array(a.values, dtype=object)[a.codes[a.codes >= 0]]}
            )
            for a in self.answers.values()
            if a.kind == "text"
        ]
        empty = pd.DataFrame({"wave": [], "item": [], "text": []}, dtype="object")
        return pd.concat([empty, *found], ignore_index=True)


def tidy_responses(responses: Sequence[Responses]) -> pd.DataFrame:
    """Cleaned replies as one tidy frame: a row for each respondent and question, in the form of ``RESPONSES``."""
    parts = [(r, a) for r in responses for a in r.answers.values()]
    ends = np.cumsum([len(r) for r, _ in parts], dtype=np.int64)
    total = int(ends[-1]) if parts else 0
    keys, key_codes = _coded_keys(responses)
    values = list(dict.fromkeys(value for _, a in parts for value in a.values))
    place = {value: code for code, value in enumerate(values)}
    # Filled part by part in the width they keep, as this frame is the largest thing in memory.
    answer = np.empty(total, dtype=_narrow(len(values)))
    respondent = np.empty(total, dtype=_narrow(len(keys)))
    number = np.full(total, np.nan)
    state = np.empty(total, dtype=np.int8)
    for (r, a), end in zip(parts, ends, strict=True):
        rows = slice(int(end) - len(r), int(end))
        codes = np.array([*(place[value] for value in a.values), NO_ANSWER], dtype=answer.dtype)
        np.take(codes, a.codes, out=answer[rows], mode="wrap")
        if a.numbers is not None:
            np.take(np.append(a.numbers, np.nan), a.codes, out=number[rows], mode="wrap")
        state[rows] = a.state
        respondent[rows] = key_codes[id(r)]

    def constant(texts: Sequence[str]) -> pd.Categorical[Any]:
        names = list(dict.fromkeys(texts))
        if len(names) == 1:
            return _categorical(np.zeros(total, dtype=np.int8), names)
        codes = np.array([names.index(text) for text in texts], dtype=_narrow(len(names)))
        return _categorical(np.repeat(codes, np.diff(ends, prepend=0)), names)

    frame = pd.DataFrame(
        {
            "survey": constant([r.survey for r, _ in parts]),
            "wave": constant([r.wave for r, _ in parts]),
            "respondent_group": constant([r.group for r, _ in parts]),
            "export": constant([r.export for r, _ in parts]),
            "respondent": _categorical(respondent, keys),
            "item": constant([a.item for _, a in parts]),
            "answer": _categorical(answer, values),
            "number": number,
            "state": _categorical(state, STATES),
        },
        copy=False,
    )
    return check_frame(frame, RESPONSES, key_is_sure=True)


def _coded_keys(responses: Sequence[Responses]) -> tuple[list[str], dict[int, NDArray[np.intp]]]:
    """The respondents' keys over all exports, and for each export the position of each of its rows among them."""
    everyone = [r.respondents["respondent"].to_numpy(dtype=object) for r in responses]
    codes, keys = pd.factorize(np.concatenate(everyone)) if everyone else (np.array([], dtype=np.intp), np.array([]))
    pieces = np.split(codes, np.cumsum([len(r) for r in responses])[:-1]) if everyone else []
    return keys.tolist(), {id(r): piece for r, piece in zip(responses, pieces, strict=True)}


def _narrow(distinct: int) -> type[np.signedinteger]:
    """The smallest whole numbers that hold the codes of so many values, and -1."""
    return np.int8 if distinct < 2**7 else np.int16 if distinct < 2**15 else np.int32


def _categorical(codes: NDArray[np.signedinteger], names: Sequence[str]) -> pd.Categorical[Any]:
    categories = pd.Index(list(names), dtype="str")
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories), validate=False)
