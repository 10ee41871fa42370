"""Finds the practice of each respondent in the register: by its code, or by postcode and name; never by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from pcse_analysis.frames import MATCHES, PRACTICES, check_frame

GIVEN = ["given_code", "given_name", "given_postcode"]
FOUND = ["code", "how", "why", "near_misses", "fits"]
UNMATCHED = "unmatched"
CODE_FORM = re.compile("[A-Z][0-9]{5}")
LOOKALIKES = str.maketrans("OQDILZSGB", "000112568")
"""Letters that are taken for a digit when a code is copied by hand."""
FARTHEST = 2
"""Characters put in, left out, changed or swapped between a wrong code and a near miss (rapidfuzz's OSA)."""
MOST_NEAR = 3
AT_ONCE = 2048
"""Wrong codes that are compared with the register in one step; a matter of memory."""
LIKE = 85
"""Likeness, from 0 to 100, of a name to that of the only practice at a postcode (rapidfuzz's token_set_ratio)."""
LIKE_AMONG_SEVERAL = 92
"""The same where several practices share the postcode, with every word counted (rapidfuzz's token_sort_ratio)."""
NOT_IN_A_NAME = frozenset({"and", "doctor", "doctors", "dr", "drs", "the"})
SPELLINGS = {
    "center": "centre",
    "cntr": "centre",
    "ctr": "centre",
    "grp": "group",
    "hc": "health centre",
    "hlth": "health",
    "mc": "medical centre",
    "med": "medical",
    "prac": "practice",
    "ptnrs": "partners",
}
KINDS = frozenset(
    {"care", "centre", "clinic", "family", "general", "gp", "group", "health", "house"}
    | {"medical", "partner", "partners", "practice", "primary", "surgery"}
)
"""Words that say what a place is, not which: alone they do not make two names alike."""


@dataclass(frozen=True, kw_only=True)
class Matches:
    """What was found for each row: a frame MATCHES, in the order of the rows given.

    ``code`` is missing where ``how`` is ``unmatched``. ``why`` says it in words, without the text that was given, as
    that may be personal; ``fits`` counts the practices that fit; ``near_misses`` lists up to three codes that a wrong
    one may stand for. ``row`` counts from 1.
    """

    frame: pd.DataFrame

    def counts(self) -> pd.Series:
        """Rows by the way they were matched, the most frequent first."""
        return self.frame["how"].value_counts().rename("rows")

    def unmatched_frame(self) -> pd.DataFrame:
        """The rows without a practice, with what was given: for the git-ignored ``unmatched.csv`` only."""
        left = self.frame[self.frame["how"] == UNMATCHED]
        return left[["row", *GIVEN, "why", "near_misses", "fits"]].reset_index(drop=True)


def match_practices(
    codes: pd.Series,
    names: pd.Series,
    postcodes: pd.Series,
    register_frame: pd.DataFrame,
    outside: pd.Series | None = None,
    also_known: pd.DataFrame | None = None,
) -> Matches:
    """Match the practices that respondents named to those of a frame PRACTICES, row by row.

    A code decides alone, after blanks are taken out and letters put in capitals; a wrong code is never mended here,
    and name and postcode do not stand in for it. Without a code, exactly one practice must have the postcode and, where
    a name is given, a name like it; without a postcode, exactly one must have the name. Where several practices share
    the postcode, the name must be the same but for slips of the pen. ``outside`` says, by code, why a practice is not
    in the register (``Register.outside``). ``also_known`` holds further names and postcodes of its practices, as
    columns code, name and postcode (``Register.also_known``): lists of different dates name a practice differently.

    Raises:
        ValueError: the three columns differ in length.
    """
    check_frame(register_frame, PRACTICES)
    if not len(codes) == len(names) == len(postcodes):
        raise ValueError("codes, names and postcodes differ in length")
    columns = zip(GIVEN, (codes, names, postcodes), strict=True)
    given = pd.DataFrame({name: column.astype("string").fillna("").array for name, column in columns})
    different = given.drop_duplicates(ignore_index=True)
    places = _Places(register_frame, also_known)
    tidied = [_tidy_code(code) for code in different["given_code"]]
    wrong = {code for code in tidied if code and code not in places.at_code}
    reasons = {} if outside is None else {str(code): str(why) for code, why in outside.items()}
    near = _near_misses([code for code in wrong if code not in reasons], places)
    found = [
        places.by_code(code, raw, postcode, reasons, near) if code else places.by_place(name, postcode)
        for code, (raw, name, postcode) in zip(tidied, different.itertuples(index=False), strict=True)
    ]
    answers = different.join(pd.DataFrame(found, columns=FOUND))
    frame = given.merge(answers, on=GIVEN, how="left", validate="many_to_one")
    frame.insert(0, "row", range(1, len(frame) + 1))
    typed = frame[list(MATCHES.columns)].astype(dict.fromkeys(["row", "fits"], "Int64"))
    return Matches(frame=check_frame(typed.astype(dict.fromkeys([*GIVEN, *FOUND[:-1]], "string")), MATCHES))


class _Places:
    """The register by code, postcode and name; a practice may have several of the last two."""

    def __init__(self, frame: pd.DataFrame, also_known: pd.DataFrame | None) -> None:
        self.codes = list(frame["code"])
        self.at_code = {code: at for at, code in enumerate(self.codes)}
        self.names: defaultdict[int, set[str]] = defaultdict(set)
        self.postcodes: defaultdict[int, set[str]] = defaultdict(set)
        for source in (frame, also_known):
            if source is not None:
                texts = (source[column].fillna("") for column in ("code", "name", "postcode"))
                for code, name, postcode in zip(*texts, strict=True):
                    if code in self.at_code:
                        self.names[self.at_code[code]].add(tidy_name(name))
                        self.postcodes[self.at_code[code]].add(_tidy_postcode(postcode))
        self.at_name = _turned(self.names)
        self.at_postcode = _turned(self.postcodes)

    def by_code(
        self, code: str, raw: str, postcode: str, reasons: Mapping[str, str], near: Mapping[str, list[str]]
    ) -> tuple[object, ...]:
        if code in self.at_code:
            why = "the code is in the register" + ("" if code == raw else ", read without blanks and in capitals")
            moved = _tidy_postcode(postcode) not in {"", *self.postcodes[self.at_code[code]]}
            return code, "code", why + ("; the postcode is another one" if moved else ""), "", 1
        if code in reasons:
            return None, UNMATCHED, f"the practice is not in the register: {reasons[code]}", "", 0
        why = "no practice has this code" if CODE_FORM.fullmatch(code) else "not a code: one letter and five digits"
        return None, UNMATCHED, why, "; ".join(near.get(code, [])), 0

    def by_place(self, raw_name: str, raw_postcode: str) -> tuple[object, ...]:
        name, postcode = tidy_name(raw_name), _tidy_postcode(raw_postcode)
        if not name and not postcode:
            return None, UNMATCHED, "no code, name or postcode was given", "", 0
        here = self.at_postcode.get(postcode, []) if postcode else self.at_name.get(name, [])
        if not postcode:
            how, words = "name", f"{_practices(len(here))} this name"
        elif not name:
            how, words = "postcode", f"{_practices(len(here))} this postcode"
        elif not here:
            how, words = UNMATCHED, "no practice has this postcode"
        else:
            how, words = "postcode and name", f"{_practices(len(here))} this postcode"
            same = [at for at in here if name in self.names[at]]
            alike = _alike if len(here) == 1 else _same_but_for_slips
            here = same or [at for at in here if any(alike(known, name) for known in self.names[at])]
            words += f", {len(here)} with a name like this one"
        if len(here) == 1:
            return self.codes[here[0]], how, words, "", 1
        return None, UNMATCHED, words, "", len(here)


def _practices(count: int) -> str:
    return {0: "no practice has", 1: "one practice has"}.get(count, f"{count} practices have")


def _turned(texts: Mapping[int, Iterable[str]]) -> dict[str, list[int]]:
    """By text, the positions that have it."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, several in texts.items():
        for text in several:
            found[text].append(at)
    return dict(found)


def _near_misses(wrong: list[str], places: _Places) -> dict[str, list[str]]:
    """Codes of the register that each wrong code may stand for, the likeliest first.

    First the code with digits for letters that look like them, then those at the least distance.
    """
    near: dict[str, list[str]] = {}
    comparable = sorted(code for code in wrong if abs(len(code) - 6) <= FARTHEST)
    for start in range(0, len(comparable), AT_ONCE):
        some = comparable[start : start + AT_ONCE]
        away = process.cdist(some, places.codes, scorer=OSA.distance, score_cutoff=FARTHEST, dtype=np.uint8)
        for code, distances in zip(some, away, strict=True):
            least = int(distances.min(initial=FARTHEST + 1))
            at_least = [places.codes[at] for at in np.flatnonzero(distances == least)] if least <= FARTHEST else []
            meant = code[:1] + code[1:].translate(LOOKALIKES)
            likeliest = [meant] if meant in places.at_code else []
            near[code] = list(dict.fromkeys(likeliest + sorted(at_least)))[:MOST_NEAR]
    return near


def _tidy_code(code: str) -> str:
    return "".join(code.split()).upper()


def _tidy_postcode(postcode: str) -> str:
    return re.sub(r"[\W_]+", "", postcode).upper()


def tidy_name(name: str) -> str:
    """A practice name for comparison: lower case, no accents and punctuation, one spelling of common words.

    Titles, articles and "and" go. "Surgery", "practice" and the like stay: two practices may differ in nothing else.
    """
    plain = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", "")).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = (SPELLINGS.get(word, word) for word in re.findall(r"[^\W_]+", plain))
    return " ".join(word for word in words if word not in NOT_IN_A_NAME)


def _alike(one: str, other: str) -> bool:
    """Whether two tidied names may be the same, by the words that are not only kinds of place."""
    first, second = (" ".join(word for word in name.split() if word not in KINDS) for name in (one, other))
    if not first or not second:
        return one == other
    return _numbers(one) == _numbers(other) and fuzz.token_set_ratio(first, second) >= LIKE


def _same_but_for_slips(one: str, other: str) -> bool:
    return _numbers(one) == _numbers(other) and fuzz.token_sort_ratio(one, other) >= LIKE_AMONG_SEVERAL


def _numbers(name: str) -> list[str]:
    return re.findall("[0-9]+", name)
