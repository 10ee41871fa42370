"""Where contacts and numbers of persons and practices stand in a text: one finder for each kind.

A finder returns spans (start, end) in order, none overlapping. Each begins with a cheap question that most texts fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum.gb import nhs

Span = tuple[int, int]

DIGIT = re.compile(r"\d")
BLANK = " \t\u00a0\u2009\u202f\u200b"
"""Blanks within a number, the no-break, thin and zero-width ones of word processors included."""
HYPHEN = r"\-\u2010\u2011\u2013"
GAP = rf"[{BLANK}{HYPHEN}.]{{1,3}}"
NOT_WITHIN_NUMBER = r"(?<!\d)(?<!\d[.,])(?<![£$€])"
NUMBER_ENDS = r"(?!\d)(?![.,]\d)"


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [match.span() for match in pattern.finditer(text)]


def apart(spans: Iterable[Span]) -> list[Span]:
    """``spans`` in order, those that touch the same characters made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


# --- e-mail and web addresses. Brackets end an address, so that a mark in the text stays whole.

WEB_ADDRESS = re.compile(r"\b(?:https?:/{1,2}|ftp://|www\.)[^\s<>\"\[\]{}]*[\w/=&#-]", re.IGNORECASE)
DOMAIN = re.compile(
    r"(?<![\w@.-])(?:[\w-]{1,63}\.){1,6}(?:uk|com|org|net|info|eu|io|ly|me|gov|edu|int)\b(?!\.\w)"
    r"(?::\d+)?(?:/[^\s<>\"\[\]{}]*[\w/=&#-]|/)?"
)
E_MAIL = re.compile(
    rf"[\w.+%'’-]{{1,64}}(?:@(?=[^\W\d])[\w-]{{1,63}}|[{BLANK}]?@[{BLANK}]?[\w-]{{1,63}}(?=\.\w))(?:\.[\w-]{{1,63}}){{0,6}}"
)
SPELT_AT = rf"[{BLANK}]*(?:\[at\]|\(at\)|\bat\b|@)[{BLANK}]*"
SPELT_DOT = rf"[{BLANK}]*(?:\[dot\]|\(dot\)|\bdot\b)[{BLANK}]*"
SPELT_E_MAIL = re.compile(
    # "name at nhs dot net"
    rf"(?:[\w-]{{1,64}}(?:{SPELT_DOT}|\.)){{0,4}}[\w+-]{{1,64}}{SPELT_AT}"
    rf"(?:[\w-]{{1,63}}(?:{SPELT_DOT}|\.)){{0,4}}[\w-]{{1,63}}{SPELT_DOT}[\w-]{{2,63}}"
    # "first.last at nhs.net": the dot tells the address from "we looked at nhs.uk"
    rf"|\w{{1,64}}(?:[.+_-]\w{{1,64}}){{1,4}}{SPELT_AT}(?:[\w-]{{1,63}}\.){{1,6}}[^\W\d]{{2,12}}\b",
    re.IGNORECASE,
)
SPELT_OUT = re.compile(rf"\bdot\b|(?:\bat\b[)\]]?|@)[{BLANK}]*[\w-]+\.\w", re.IGNORECASE)


def web_addresses(text: str) -> list[Span]:
    """Web addresses with a scheme or www; they can carry tokens that open somebody's account."""
    return _spans(WEB_ADDRESS, text) if ":/" in text or "www." in text.lower() else []


def domains(text: str) -> list[Span]:
    """Web addresses without either, ``pcse.example.uk/login``, under the endings that British practices meet."""
    return _spans(DOMAIN, text) if "." in text else []


def e_mail_addresses(text: str) -> list[Span]:
    """E-mail addresses, also without a full domain."""
    return _spans(E_MAIL, text) if "@" in text else []


def spelt_e_mail_addresses(text: str) -> list[Span]:
    """E-mail addresses spelt out to mislead machines: "name at nhs dot net"."""
    return _spans(SPELT_E_MAIL, text) if SPELT_OUT.search(text) else []


# --- NHS numbers: ten digits, the last a check digit (NHS Data Dictionary, NHS NUMBER).

PARTED = rf"\d{{3}}{GAP}\d{{3}}{GAP}\d{{4}}"
AREA_CODE = re.compile(rf"(?<!\d)0\d{{2,4}}[{BLANK}{HYPHEN}.]\Z")
"""In "07700 900 123 2017" the phone number goes on, and what follows its first group is no NHS number."""
TEN_DIGITS = re.compile(rf"{NOT_WITHIN_NUMBER}(?:\d{{10}}|{PARTED}){NUMBER_ENDS}")
LONG_NUMBER = re.compile(rf"{NOT_WITHIN_NUMBER}(?:\d{{9,}}|{PARTED}){NUMBER_ENDS}")


def nhs_numbers(text: str) -> list[Span]:
    """Ten digits with a right check digit, together or as 3-3-4."""
    return [
        match.span()
        for match in TEN_DIGITS.finditer(text)
        if nhs.is_valid(re.sub(r"\D", "", match[0]))
        and not AREA_CODE.search(text[max(0, match.start() - 7) : match.start()])
    ]


def long_numbers(text: str) -> list[Span]:
    """Nine or more digits in a row, and ten as 3-3-4 whatever their check digit.

    A mistyped NHS number still points at a patient, and a case, account or order number at a practice.
    """
    return _spans(LONG_NUMBER, text)


# --- National Insurance numbers: two letters, six digits, a letter A to D (HMRC National Insurance Manual, NIM39110).
# Prefixes that are never allocated are taken too: QQ is the example people copy, and a mistyped prefix hides nobody.

SIX_DIGITS = rf"\d\d[{BLANK}{HYPHEN}]?\d\d[{BLANK}{HYPHEN}]?\d\d"
NI_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?i:[A-Z]{2}\d{6}[A-D])"
    rf"|(?i:[A-Z]{{2}}[{BLANK}{HYPHEN}]?\d\d[{BLANK}{HYPHEN}]\d\d[{BLANK}{HYPHEN}]\d\d[{BLANK}{HYPHEN}]?[A-D])"
    # Blanks around six digits in a row: in capitals only, or "of 123456 a day" would be one.
    rf"|[A-Z]{{2}}[{BLANK}{HYPHEN}]?\d{{6}}[{BLANK}{HYPHEN}]?[A-D]"
    r")(?![A-Za-z0-9])"
)
NI_WITHOUT_SUFFIX = re.compile(
    r"(?i:\b(?:NI|NINO|national insurance)\b)[^\d\[]{0,20}?"
    rf"\b([A-Z]{{2}}[{BLANK}{HYPHEN}]?{SIX_DIGITS}|[a-z]{{2}}\d{{6}})(?![A-Za-z0-9])"
)


def ni_numbers(text: str) -> list[Span]:
    """National Insurance numbers; without their last letter only where the text says what they are."""
    return apart(_spans(NI_NUMBER, text) + [match.span(1) for match in NI_WITHOUT_SUFFIX.finditer(text)])


# --- Phone numbers. The library's plan of British numbers is not used: under VALID it refuses numbers that are newly
# allocated, mistyped or kept for drama, and under POSSIBLE it takes dates and joins a number with its neighbours.

BETWEEN = rf"[{BLANK}{HYPHEN}./()_]{{0,3}}"
BRITISH_NUMBER = re.compile(
    r"(?<!\d)(?:"
    # +44 or 0044 or 0, then nine or ten digits (Ofcom, National Telephone Numbering Plan)
    rf"(?:(?:\+|00){BETWEEN}44{BETWEEN}(?:0{BETWEEN})?|\(?0)[1-9](?:{BETWEEN}\d){{8,9}}(?!\d)"
    # digit by digit
    rf"|0(?:[{BLANK}{HYPHEN}]\d){{9,10}}(?!\d)"
    # a mobile number that a spreadsheet robbed of its 0
    rf"|7\d{{3}}[{BLANK}{HYPHEN}]?\d{{3}}[{BLANK}{HYPHEN}]?\d{{3}}(?!\d)"
    rf")(?:[{BLANK},]{{0,2}}(?:ext|extension|x)\.?[{BLANK}]?\d{{1,6}})?",
    re.IGNORECASE,
)
FOREIGN_PREFIX = re.compile(r"\+[ (]?[1-9]|(?<![\d.,])00[1-9]")
NO_PHONE_NUMBER = re.compile(
    r"(?<![\d./-])(?:"
    r"(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)?\d\d"  # 31.12.2017
    r"|(?:19|20)\d\d([./-])(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])"  # 2017-12-31
    r"|(?:[01]?\d|2[0-3])[.:][0-5]\d"  # 09.30
    r"|\d+\.\d{9,}"  # a computed decimal
    r")(?![./]?\d)"
)


def phone_numbers(text: str) -> list[Span]:
    """British phone numbers by their shape, those of other countries (+ or 00 first) as ``phonenumbers`` knows them."""
    abroad = FOREIGN_PREFIX.search(text)
    if not abroad and not BRITISH_NUMBER.search(text):
        return []
    hidden = NO_PHONE_NUMBER.sub(lambda match: "_" * len(match[0]), text)
    return apart(_spans(BRITISH_NUMBER, hidden) + (_foreign_numbers(hidden) if abroad else []))


def _foreign_numbers(text: str) -> list[Span]:
    matches = PhoneNumberMatcher(text, "GB", leniency=Leniency.VALID)
    return [(match.start, match.end) for match in matches if match.raw_string.startswith(("+", "00"))]


# --- Numbers and codes of doctors and practices.

GMC_NUMBER = re.compile(
    rf"{NOT_WITHIN_NUMBER}(?:(?:(?:GMC|C)(?=\d))?\d{{7}}"
    # In two parts only right behind the word, or two counts side by side would be one.
    rf"|(?:(?<=GMC )|(?<=number ))\d{{3}}[{BLANK}{HYPHEN}]\d{{4}}){NUMBER_ENDS}"
)
GMC_WORDS = re.compile(r"GMC|General Medical Council|\bref(?:erence|\.)? ?(?:number|no\b)", re.IGNORECASE)
BEFORE, AFTER = 40, 25
"""Characters within which a word tells what a number is."""
DOCTOR_CODE = re.compile(r"(?<![A-Z0-9])[CG]\d{7}(?![A-Z0-9])", re.IGNORECASE)
PRACTICE_CODE = re.compile(r"(?<![A-Z0-9])[A-Z]\d{5}(?:\d{3})?(?![A-Z0-9])", re.IGNORECASE)


def gmc_numbers(text: str) -> Iterator[Span]:
    """Seven digits near the word GMC or "reference number"; elsewhere seven digits are most often something else."""
    if not GMC_WORDS.search(text):
        return
    for match in GMC_NUMBER.finditer(text):
        if GMC_WORDS.search(text[max(0, match.start() - BEFORE) : match.end() + AFTER]):
            yield match.span()


def doctor_codes(text: str) -> list[Span]:
    """Codes of one doctor: G or C and seven digits (NHS Data Dictionary, GENERAL MEDICAL PRACTITIONER PPD CODE)."""
    return _spans(DOCTOR_CODE, text)


def practice_codes(text: str) -> list[Span]:
    """Codes of a practice, a letter and five digits, or of its branch, three digits more (ODS, epraccur)."""
    return _spans(PRACTICE_CODE, text)


# --- Postcodes (BS7666, as in GOV.UK's ILR Specification, Appendix C), and ZZ99, the pseudo-postcodes of the NHS.

POSTCODE = re.compile(
    r"(?<![A-Z0-9])(?:GIR|ZZ99|[A-PR-UWYZ][A-HK-Y]?\d[\dA-HJKMNPR-Y]?)"
    rf"[{BLANK}{HYPHEN}]{{0,2}}\d[ABD-HJLNP-UW-Z]{{2}}(?![A-Z0-9])",
    re.IGNORECASE,
)
ORDINAL_AFTER_CAPITALS = re.compile(rf"[A-Z\d]+[{BLANK}{HYPHEN}]+(?:1st|2nd|3rd|\dth)")


def postcodes(text: str) -> list[Span]:
    """Full postcodes; "FP10 2nd" is none, as who writes the first half in capitals does so with the second."""
    return [match.span() for match in POSTCODE.finditer(text) if not ORDINAL_AFTER_CAPITALS.fullmatch(match[0])]
