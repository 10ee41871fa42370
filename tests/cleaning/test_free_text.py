"""What is taken out of survey replies, and what is left alone. Every person, number and address is made up.

Phone numbers are those that Ofcom keeps for drama (01632 960000-960999, 07700 900000-900999, 020 7946 0000-0999), NHS
numbers begin with 999 as the NHS's own test numbers do, the National Insurance prefix QQ is the one of HMRC's example.
"""

from __future__ import annotations

import time
from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.cleaning.free_text import KINDS, MARK, SIGNS, patterns_found, redact, redact_texts
from pcse_analysis.cleaning.titled_names import TITLES
from tests.metrics.made import STEADY
from tests.shared import REALDATA, needs_realdata

NBSP = "\u00a0"


def marked(text: str) -> str:
    """``text`` with short marks: <phone> for [phone removed]."""
    return MARK.sub(lambda mark: f"<{mark[0][1:-1].removesuffix(' removed')}>", text)


REMOVED = [
    ("write to made.up@example.net.", "write to <e-mail>."),
    ("made-up+pcse@mail.example.org,then", "<e-mail>,then"),
    ("reception@surgery", "<e-mail>"),
    ("made.up @ example.net", "<e-mail>"),
    ("madeup at nhs dot net please", "<e-mail> please"),
    ("made dot up [at] example (dot) net", "<e-mail>"),
    ("made.up at example.net", "<e-mail>"),
    ("see https://example.org/reset?token=abc123&to=made.up@example.net.", "see <web address>."),
    ("(www.example.org/a_b)", "(<web address>)"),
    ("log in at portal.example.co.uk/login first", "log in at <web address> first"),
    ("ring 07700 900123 3 times", "ring <phone> 3 times"),
    ("12 07700 900123 45", "12 <phone> 45"),
    ("07700 900123 07700 900124/07700900125", "<phone> <phone>/<phone>"),
    ("(01632) 960123 or 01632-960-123 or 01632.960.123", "<phone> or <phone> or <phone>"),
    ("0207 946 0958, +44 (0)20 7946 0958 ext 12, 00442079460958", "<phone>, <phone>, <phone>"),
    (f"07700{NBSP}900{NBSP}123", "<phone>"),
    ("tel07700900123x", "tel<phone>x"),
    ("1.07700 900123", "1.<phone>"),
    ("0 7 7 0 0 9 0 0 1 2 3", "<phone>"),
    ("7700 900123", "<phone>"),
    ("01/12/2017 09:30 01632 960123", "01/12/2017 09:30 <phone>"),
    ("NHS number 9990000018", "NHS number <NHS number>"),
    ("999 000 0018, 999-000-0018; 999.000.0018", "<NHS number>, <NHS number>; <NHS number>"),
    ("120 999 000 0018, 2017 9990000018", "120 <NHS number>, 2017 <NHS number>"),
    ("07700 900 027 2017", "<phone> 2017"),
    ("NHSno9990000018", "NHSno<NHS number>"),
    ("999 000 0019", "<number>"),
    ("order 123456789", "order <number>"),
    ("QQ123456C, QQ 12 34 56 C, qq123456c, QQ-123456-C", "<NI number>, <NI number>, <NI number>, <NI number>"),
    ("NI number QQ123456", "NI number <NI number>"),
    ("GMC 5551234 and 5554321", "GMC <GMC number> and <GMC number>"),
    ("GMC5551234, GMC 555 1234", "<GMC number>, GMC <GMC number>"),
    ("my reference number is 5551234", "my reference number is <GMC number>"),
    ("practice X00001, branch X00001001", "practice <practice code>, branch <practice code>"),
    ("code G5551234", "code <doctor code>"),
    ("at ZZ99 3WZ or SW1A 1AA", "at <postcode> or <postcode>"),
    ("sw1a1aa, GIR 0AA", "<postcode>, <postcode>"),
    ("M1 1AA M60 1NW CR2 6XH DN55 1PT W1A 1HQ EC1A 1BB", " ".join(["<postcode>"] * 6)),
    ("Dr. J. Smith-Madeup rang", "<name> rang"),
    ("DR MADEUP, Dr O'Invented's list, Dr O’Invented", "<name>, <name> list, <name>"),
    ("Mr & Mrs Madeup, Mr and Mrs van der Madeup", "<name>, <name>"),
    ("Drs Madeup, Fakename and Testcase left", "<name> left"),
    ("Nurse Practitioner Madeup, Sister Madeup, Professor Dame A Madeup", "<name>, <name>, <name>"),
    ("Dr Mädeup, Dr Łmadeup, Dr d'Madeup, Dr al-Madeup, Dr Jo Madeup", ", ".join(["<name>"] * 5)),
    ("Dr So, Dr He and Dr A Madeup. We", "<name>, <name> and <name>. We"),
    ("for dr madeup and mrs jo madeup", "for <name> and <name>"),
    ("Dr Madeup made.up@example.net SW1A 1AA", "<name> <e-mail> <postcode>"),
]


@pytest.mark.parametrize(("text", "left"), REMOVED)
def test_what_names_or_reaches_a_person_is_removed(text: str, left: str) -> None:
    """Origin: by hand; six postcodes are Royal Mail's examples of its formats, 9990000018 is worked out below."""
    assert marked(redact(text).text) == left


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_an_example(kind: str) -> None:
    """Origin: the kinds of the table above."""
    assert any(f"<{kind}>" in left for _, left in REMOVED)


LEFT_ALONE = [
    "We are owed £151,370.00 and paid £1000000000 too much.",
    "On 01/12/2017 at 09:30, 31.12.2017 - 05.01.2018, 2017-12-31 2018-01-16 and 01-12-2017 10 boxes.",
    "Open 09.30-12.30 13.30 16.00 and 8.30 to 18.00.",
    "List sizes of 10500 12000 13000, in 2014 2015 2016 2017; 6,500 and 12,345,678 patients.",
    "A share of 0.1234567890, 2.0123456789012345 or 0.0123456789.",
    "Ring 111 or 999; form FP10 2nd page; M1 1st exit; wave 2 1st try; week 4 3rd day.",
    "We lost 1234567 labels, of 123456 a day, and 35 of 281.",
    "Q3 2nd half, A4 paper, B12 levels, PM+, Covid19, C19.",
    "Miss the deadline. MISS THE DEADLINE. We miss Capita.",
    "A Dr is a Dr. We waited, the Dr said so. THE DR IS LATE. Dr's list. Mr alone",
    "Sister practice and Sister Practice; our nurse practitioner; Nurse Manager; Dear Sir or Madam, Dear Sir/Madam",
    "our new dr started, the dr left and a prof waits; dr and nurse",
    "MS Word and MS Excel, ms patients",
    "5 boxes @ £30; we wait at the dot; e.g. this, i.e. that, etc. and so on...",
    "[name removed] rang [phone removed] about [GMC number removed]",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_money_dates_counts_and_words_stay(text: str) -> None:
    """Origin: by hand; nothing in these sentences names or reaches a person."""
    assert redact(text).text == text
    assert patterns_found(text) == []


ACCEPTED = [
    ("list sizes 100 200 3000", "list sizes <number>"),
    ("on a scale 0 1 2 3 4 5 6 7 8 9 10", "on a scale <phone> 10"),
    ("the GMC has 1234567 pages", "the GMC has <GMC number> pages"),
    ("fp10 2nd page", "<postcode> page"),
    ("BY 123456 A DAY", "<NI number> DAY"),
    ("DR MADEUP WAITED AGAIN", "<name> AGAIN"),
    ("MISS PAYMENTS EVERY MONTH", "<name> EVERY MONTH"),
    ("our Dr. Payments are late", "our <name> are late"),
    ("dr shortages", "<name>"),
    ("mr madeup rings often", "<name> often"),
    ("meet@noon", "<e-mail>"),
]


@pytest.mark.parametrize(("text", "left"), ACCEPTED)
def test_false_alarms_that_are_accepted(text: str, left: str) -> None:
    """Origin: by hand; each looks like a person's, and the rule that would spare it would let a true one through."""
    assert marked(redact(text).text) == left


@pytest.mark.parametrize(
    "text",
    ["Jane Madeup told us", "Madeup Surgery in Madeupton", "born 01/02/1950", "SW1A", "960123", "12 Made Street"],
)
def test_what_no_pattern_finds(text: str) -> None:
    """Origin: the limits that the module states; why a quotation needs a researcher's eye."""
    assert redact(text).text == text


def test_counts_by_kind() -> None:
    """Origin: by hand, two phone numbers and a name in two of three texts."""
    texts, counts = redact_texts(["07700 900123 or 07700 900124", "nothing here", "Dr Madeup"])
    assert texts == ["[phone removed] or [phone removed]", "nothing here", "[name removed]"]
    assert counts == Counter({"phone": 2, "name": 1})


def test_kinds_found_are_in_a_fixed_order() -> None:
    """Origin: by hand; the order of KINDS, each kind once."""
    assert patterns_found("Dr Madeup, Dr Fakename: made.up@example.net") == ["e-mail", "name"]


def test_a_digest_is_no_number_of_a_person() -> None:
    """Origin: a made-up sha256 which holds an NHS number of the test range."""
    digest = "a9990000018b" + "c" * 52
    assert patterns_found(f"sha256 {digest}") == []
    assert patterns_found("a9990000018b") == ["NHS number"]


# --- Laws

WORDS = st.sampled_from(["the", "records", "of", "our", "patients", "and", "at", "nobody", "35", "12", "2017", "6,500"])
SENTENCES = st.lists(WORDS, max_size=8)
DIGITS = "0123456789"


def check_digit(nine: str) -> int:
    """NHS Data Dictionary: weights 10 to 2, 11 less the remainder by 11; 11 is written 0, 10 is never issued."""
    return (11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11) % 11


def test_check_digit_of_the_example() -> None:
    """Origin: by hand, 9x10 + 9x9 + 9x8 + 1x2 = 245 = 22x11 + 3, and 11 - 3 = 8."""
    assert check_digit("999000001") == 8


def written(*parts: str) -> st.SearchStrategy[str]:
    """The parts with the same separator, or none, between them."""
    return st.sampled_from(["", " ", "-", NBSP, "."]).map(lambda separator: separator.join(parts))


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


NHS_NUMBERS = (
    digits(6)
    .map(lambda six: "999" + six)
    .filter(lambda nine: check_digit(nine) != 10)
    .map(lambda nine: f"{nine}{check_digit(nine)}")
    .flatmap(lambda ten: written(ten[:3], ten[3:6], ten[6:]))
)
PHONES = digits(3).flatmap(
    lambda last: st.one_of(
        written("01632", f"960{last}"),
        written("07700", "900", last),
        written("020", "7946", f"0{last}"),
        written("+44", "7700", f"900{last}"),
        st.just(f"(01632) 960{last}"),
        st.just(f"+44 (0)20 7946 0{last}"),
    )
)
NI_NUMBERS = st.tuples(digits(6), st.sampled_from("ABCD")).flatmap(
    lambda parts: st.sampled_from(
        [
            f"QQ{parts[0]}{parts[1]}",
            f"qq{parts[0]}{parts[1].lower()}",
            f"QQ {parts[0]} {parts[1]}",
            f"QQ {parts[0][:2]} {parts[0][2:4]} {parts[0][4:]} {parts[1]}",
        ]
    )
)
POSTCODES = st.sampled_from(["ZZ99 3WZ", "SW1A 1AA", "M1 1AA", "M60 1NW", "CR2 6XH", "DN55 1PT", "W1A 1HQ"]).flatmap(
    lambda code: st.sampled_from([code, code.lower(), code.replace(" ", "")])
)
SURNAMES = st.sampled_from(["Madeup", "Fakename-Testcase", "O'Invented", "O’Invented", "Mädeup", "MADEUP", "McMadeup"])
TITLED = st.tuples(
    st.sampled_from(["Dr", "Dr.", "DR", "Mr", "Mrs", "Ms", "Miss", "Mx", "Prof", "Professor", "Sir", "Dame", "Sister"]),
    st.sampled_from(["", "J ", "J. ", "J.K. ", "Jane ", "van der "]),
    SURNAMES,
).map(lambda parts: f"{parts[0]} {parts[1]}{parts[2]}")
PLANTED = {
    "NHS number": NHS_NUMBERS,
    "phone": PHONES,
    "NI number": NI_NUMBERS,
    "GMC number": digits(6).map(lambda six: f"GMC5{six}"),
    "practice code": digits(5).map(lambda five: f"X{five}"),
    "doctor code": digits(7).map(lambda seven: f"G{seven}"),
    "postcode": POSTCODES,
    "number": st.integers(10**12, 10**14).map(str),
    "name": TITLED,
    "e-mail": st.sampled_from(["made.up@example.net", "m@example.co.uk", "MADE_UP@EXAMPLE.ORG", "m.up at example.net"]),
    "web address": st.sampled_from(["https://example.org/a?b=1#c", "www.example.org", "example.co.uk/x"]),
}


def test_every_kind_is_planted() -> None:
    """Origin: the kinds of the package."""
    assert set(PLANTED) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_pattern_goes_and_nothing_else(kind: str) -> None:
    """Origin: the words around, counts included, hold nothing personal, so only what was planted may go, all of it."""

    @given(SENTENCES, PLANTED[kind], SENTENCES)
    @STEADY
    def law(before: list[str], planted: str, after: list[str]) -> None:
        redacted = redact(" ".join([*before, planted, *after]))
        assert redacted.text == " ".join([*before, f"[{kind} removed]", *after])
        assert redacted.removed == (kind,)

    law()


BEGINNINGS = (
    " at ",
    " dot ",
    "Dr ",
    "dr ",
    "Mr ",
    "GMC ",
    "NI ",
    "ref no ",
    "www.",
    "://",
    "07700",
    "44",
    " and ",
    "van ",
)
ENDINGS = ("removed", "name removed", "[GMC number removed]", "[name removed]", ".net", ".uk")
PIECES = st.one_of(
    st.sampled_from([*"0123456789 -.,@/()[]'AaDdGgQq\n+£&", *BEGINNINGS, *ENDINGS]),
    st.one_of(*PLANTED.values()),
    st.text(max_size=5),
)


@given(st.lists(PIECES, max_size=25).map("".join))
@STEADY
def test_redacting_again_changes_nothing(text: str) -> None:
    """Origin: a law; nothing is found in a redacted text, so redacting it once more removes nothing."""
    once = redact(text)
    assert redact(once.text).text == once.text
    assert redact(once.text).removed == ()
    assert patterns_found(once.text) == []


@given(st.text(st.characters(exclude_categories=["L", "N", "Cs"])))
@STEADY
def test_a_text_without_letters_and_digits_stays(text: str) -> None:
    """Origin: a law; names and numbers are made of letters and digits."""
    assert redact(text).text == text


# --- At length

HOSTILE = [
    "a",
    "a@",
    "a.",
    "Dr ",
    "Dr A ",
    "1 ",
    "1",
    "0 ",
    "at dot ",
    "a.a at ",
    "www.",
    "+4 ",
    "dr a ",
    "Dr van der ",
]
HOSTILE += [
    "Dr Smith, ",
    "NI ",
    "GMC 123 ",
    "07700-",
    "A-",
    "Ab ",
    "http://",
    "a-",
    "a a dot ",
    "Dr" + " " * 30,
    "[",
    "00 1",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_takes_long(piece: str) -> None:
    """Origin: 20,000 characters of what patterns begin with; the slowest took 0.2 s, quadratic ones take longer."""
    started = time.process_time()
    redact(piece * (20_000 // len(piece)))
    assert time.process_time() - started < 5


PUBLISHED = [
    "jupyter_2015_surveygizmo/20160115235816-SurveyExport.csv",
    "rse_international_survey/2016_uk/public_data.csv",
    "rse_international_survey/2017_uk/public_data.csv",
    "software_in_research_2014/form_responses_24oct14.csv",
]


@needs_realdata
def test_published_replies_raise_no_false_alarm() -> None:
    """Origin: four surveys whose owners took out what is personal before they published the replies.

    Web addresses are left in them; the one e-mail address is the conference "Infotech@Aerospace".
    """
    texts: list[str] = []
    for name in PUBLISHED:
        replies = pd.read_csv(REALDATA / name, dtype=str, encoding_errors="replace")
        texts += [text for column in replies for text in replies[column].dropna().unique() if len(text) > 40]
    assert len(texts) > 3000
    _, counts = redact_texts(list(dict.fromkeys(texts)))
    assert {kind: count for kind, count in counts.items() if kind != "web address"} == {"e-mail": 1}


@pytest.mark.parametrize("title", TITLES.split())
def test_no_title_is_passed_over_without_a_look(title: str) -> None:
    """Every title has one of the signs for which a text is searched at all, in any case."""
    assert all(any(sign in form.lower() for sign in SIGNS) for form in (title, title.upper(), title.lower()))
