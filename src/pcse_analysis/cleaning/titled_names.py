"""Where names that follow a title stand in a text: "Dr. J. Smith-Jones", "Mr and Mrs O'Neill", "dr smith"."""

from __future__ import annotations

import re
from itertools import chain
from unicodedata import category

from pcse_analysis.cleaning.identifiers import BLANK, HYPHEN, Span, apart

TITLES = (
    "Dr Drs Mr Mrs Ms Miss Mx Messrs Prof Profs Professor Professors Sir Dame Sister Nurse Doctor Doctors Rev Reverend"
)
ROLES = "practitioner manager prescriber consultant specialist lead assistant associate"
"""Words of a job between the title and the name: "Nurse Practitioner Jones"."""
NO_NAMES = (
    "practice practices surgery surgeries clinic clinics partner partners company companies hospital hospitals "
    "organisation organisations team staff patient patients appointment appointments record records time times "
    "madam locum locums trainee trainees led NHS NHSE PCSE Capita GP GPs GPC CCG CCGs LMC LMCs BMA BMJ PCN CQC HMRC "
    "office word words excel excell outlook power powerpoint windows teams access project software proprietary "
    "propriety"
)
"""Words that follow a title without being a name, in any case; those after "MS" are Microsoft's."""
FUNCTION_WORDS = (
    "a about after again all also although always am an and another any are as at back be because been before but by "
    "can cannot could did do does during each either even every for from get gets given got had has have he her hers "
    "here his how however i if in into is it its just me most much must my never new no none nor not nothing now of "
    "off often on once only or our out over per said same says she should since so some still such than that the their "
    "them then there these they this those though through to told too under until up us very via was we went were what "
    "when where which while who whose why with within without would yet you your"
)
"""Words that make sentences rather than name people; "will" and "may" do both and are left out."""
FOLLOWING_WORDS = (
    "alone asked came complained cover joined joining leaving left moved moving need needs paid resigned retired "
    "retiring rang started starting took tried waited waits wants works worked"
)
"""Words that follow a name, or "dr" alone, in lower case."""
AFTER_THESE_A_NAME = (
    "about after and as because before but by for from if like met nor of or over per saw since than that to via when "
    "where while with"
)
"""Words after which "dr" without an article begins a name: "for dr smith", but not "our new dr started"."""


def _either(words: str) -> str:
    return "(?:" + "|".join(sorted(words.split(), key=lambda word: (-len(word), word))) + ")"


BLANKS, GAP = f"[{BLANK}]{{1,8}}", f"[{BLANK}]{{0,8}}"
LATIN = map(chr, chain(range(0x250), range(0x1E00, 0x1F00)))
CAPITAL = f"[{''.join(letter for letter in LATIN if category(letter) in ('Lu', 'Lt'))}]"
LETTER = r"(?:[^\W\d_]|[\u0300-\u036f])"
TITLE = rf"\b{_either(f'{TITLES} {TITLES.upper()} {TITLES.lower()}')}\b(?:{BLANKS}(?i:{_either(ROLES)})\b)?"
NO_NAME = rf"(?!(?i:{_either(TITLES + ' ' + ROLES + ' ' + NO_NAMES)})\b)"
NOT_I_OR_A = rf"(?![AI]\b(?!\.|{BLANKS}{CAPITAL}{LETTER}))"
NO_SENTENCE = rf"(?!(?i:(?!(?:a|i)\b){_either(FUNCTION_WORDS)})\b){NOT_I_OR_A}"
NO_CAPITAL_SENTENCE = rf"(?!(?!(?:A|I)\b){_either(FUNCTION_WORDS.upper())}\b){NOT_I_OR_A}"
"""After a title without a full stop "He" or "So" is a surname; in capitals nobody can tell."""
PARTICLES = "van von der den de del della di da dos du la le el al bin ibn ter ap"
PARTICLE = rf"(?:{_either(PARTICLES)}[{BLANK}{HYPHEN}]{{1,3}}|[dl]['’])"
INITIAL = rf"{NO_NAME}{CAPITAL}(?:\.{GAP}|{BLANKS})"
JOINED = rf"(?:['’‘`{HYPHEN}]{LETTER}+)*"
WORD = rf"{NO_NAME}{CAPITAL}{LETTER}*{JOINED}"
FULL_NAME = (
    rf"(?:{INITIAL}){{0,4}}{PARTICLE}{{0,3}}{WORD}"
    rf"(?:{BLANKS}(?:{INITIAL}){{0,3}}{PARTICLE}{{0,3}}{NO_SENTENCE}{WORD}){{0,2}}"
)
AND = rf"{GAP}(?:\b(?i:and)\b|&){GAP}"
TITLED_NAME = re.compile(
    rf"{TITLE}(?:\.?{GAP}(?:\b(?i:and|or)\b|&|/|,)?{GAP}{TITLE}){{0,3}}"
    rf"(?:\.{GAP}{NO_SENTENCE}|{BLANKS}{NO_CAPITAL_SENTENCE}){FULL_NAME}"
    # "Drs Smith, Jones and Patel"
    rf"(?:(?:,{GAP}{NO_SENTENCE}{FULL_NAME}){{0,5}},?{AND}{NO_SENTENCE}{FULL_NAME})?"
)
LOWER_CASE_WORD = rf"[^\W\d_A-Z]{LETTER}+{JOINED}"
NO_LOWER_CASE_NAME = rf"(?!{_either(f'{TITLES} {ROLES} {NO_NAMES} {FUNCTION_WORDS} {FOLLOWING_WORDS}'.lower())}\b)"
LOWER_CASE_NAME = re.compile(
    rf"\b(?P<title>(?i:dr|prof|mr|mrs|ms|mx))\b(?:\.{GAP}|{BLANKS})"
    rf"(?:(?!a\b|i\b)[a-z](?:\.{GAP}|{BLANKS})){{0,3}}"
    rf"{NO_LOWER_CASE_NAME}{LOWER_CASE_WORD}(?:{BLANKS}{NO_LOWER_CASE_NAME}{LOWER_CASE_WORD})?"
)
BEGINS_NAME = re.compile(rf"(?:^|[.,;:!?()\n/&\"“]|\b(?i:{_either(AFTER_THESE_A_NAME)})){GAP}\Z")
LOOK_BACK = 20
ANY_TITLE = re.compile(_either(f"{TITLES} {TITLES.upper()} {TITLES.lower()}") + r"\b")


def titled_names(text: str) -> list[Span]:
    """Spans of names with their titles, in order.

    After a title up to three capitalised words with their initials are a name. In lower case up to two words are, after
    "mr", "mrs", "ms" and "mx" always, after "dr" and "prof" only where no article or adjective stands before. In a text
    written in capitals the words after a name cannot be told from it, so up to two of them go too.
    """
    found = []
    for title in ANY_TITLE.finditer(text):
        if match := TITLED_NAME.match(text, title.start()):
            found.append(match.span())
        elif match := LOWER_CASE_NAME.match(text, title.start()):
            before = text[max(0, match.start() - LOOK_BACK) : match.start()]
            if match["title"].lower() not in ("dr", "prof") or BEGINS_NAME.search(before):
                found.append(match.span())
    return apart(found)
