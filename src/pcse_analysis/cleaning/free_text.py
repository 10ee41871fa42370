"""Takes out of survey replies what names or reaches a person: names, contacts and numbers, each replaced by a mark.

Found by pattern only. What stays: names without a title ("Jane told us"), names of practices and places, addresses
without a postcode, dates of birth, postcodes cut short, phone numbers without their area code. A redacted reply is
therefore safer, not anonymous, and is quoted only where a researcher approved it (``quotes``). Where it is in doubt
whether a pattern is personal, it is removed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pcse_analysis.cleaning import identifiers
from pcse_analysis.cleaning.identifiers import DIGIT, Span
from pcse_analysis.cleaning.titled_names import titled_names

# Order matters: a web address may hold an e-mail address, an e-mail address a domain; numbers look alike, so those with
# a check digit or a letter come before phone numbers, and plain long numbers last.
# The number is the fewest digits that the kind can have: most texts have fewer and are not searched for it.
FINDERS: tuple[tuple[str, int, Callable[[str], Iterable[Span]]], ...] = (
    ("web address", 0, identifiers.web_addresses),
    ("e-mail", 0, identifiers.e_mail_addresses),
    ("e-mail", 0, identifiers.spelt_e_mail_addresses),
    ("web address", 0, identifiers.domains),
    ("NHS number", 10, identifiers.nhs_numbers),
    ("NI number", 6, identifiers.ni_numbers),
    ("doctor code", 7, identifiers.doctor_codes),
    ("practice code", 5, identifiers.practice_codes),
    ("phone", 8, identifiers.phone_numbers),
    ("GMC number", 7, identifiers.gmc_numbers),
    ("postcode", 1, identifiers.postcodes),
    ("number", 9, identifiers.long_numbers),
    ("name", 0, titled_names),
)
KINDS = tuple(dict.fromkeys(kind for kind, *_ in FINDERS))
MARK = re.compile(rf"\[(?:{'|'.join(KINDS)}) removed\]")
"""The marks that stand in redacted text in place of what was removed."""

FULL_STOP_INSIDE = re.compile(r"\.\w|www\.", re.IGNORECASE)
SIGNS = (
    "@",
    ":/",
    "dot",
    "dr",
    "mr",
    "ms",
    "mx",
    "mess",
    "miss",
    "prof",
    "sir",
    "dame",
    "sister",
    "nurse",
    "doctor",
    "rev",
)
"""Without one of these, a digit or a full stop inside a word a text holds nothing to remove, and few texts have one."""
DIGEST = re.compile(r"\b[0-9a-f]{40,64}\b")


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """A text with marks in place of personal data, and the kind of each removal in the order they were made."""

    text: str
    removed: tuple[str, ...]


def redact(text: str) -> Redacted:
    """``text`` with every recognised piece of personal data replaced by a mark such as ``[phone removed]``.

    Nothing else changes. A removal may bring a new pattern to light (a number beside the mark of a GMC number), so the
    search is repeated until nothing is found: redacting the result again changes nothing.
    """
    removed: list[str] = []
    if not _may_hold_something(text):
        return Redacted(text=text, removed=())
    while True:
        before = len(removed)
        digits = len(DIGIT.findall(text))
        for kind, fewest, find in FINDERS:
            spans = list(find(text)) if digits >= fewest else []
            removed += [kind] * len(spans)
            for start, end in reversed(spans):
                text = f"{text[:start]}[{kind} removed]{text[end:]}"
        if len(removed) == before:
            return Redacted(text=text, removed=tuple(removed))


def _may_hold_something(text: str) -> bool:
    lower = text.lower()
    if any(sign in lower for sign in SIGNS):
        return True
    return bool(DIGIT.search(text)) or ("." in text and bool(FULL_STOP_INSIDE.search(text)))


def redact_texts(values: Sequence[str]) -> tuple[list[str], Counter[str]]:
    """The redacted texts in the same order, and how many pieces of each kind were removed from them.

    ``values`` are unique texts; a reply given by several respondents counts once.
    """
    redacted = [redact(value) for value in values]
    return [one.text for one in redacted], Counter(kind for one in redacted for kind in one.removed)


def patterns_found(text: str) -> list[str]:
    """The kinds of personal data still in ``text``, in the order of ``KINDS``; empty for a redacted text.

    Meant for the visible text of outputs too. A file's digest (40 to 64 hexadecimals) is no number of a person and is
    passed over. Coordinates of a drawing are not: leave them out of what is given here.
    """
    found = set(redact(DIGEST.sub(" ", text)).removed)
    return [kind for kind in KINDS if kind in found]
