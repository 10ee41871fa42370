"""The example exports: made the same every time, true to the published shares, reaching nobody, wrong as planned."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.gb import nhs

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.errors import Problems
from pcse_analysis.evidence.replies import Replies, read_replies
from pcse_analysis.synthetic.chance import Chance, on_line, parted
from pcse_analysis.synthetic.make import FOLDER, PLAN, SURVEY, made_files
from pcse_analysis.synthetic.plan import Plan
from pcse_analysis.synthetic.plan_file import read_plan
from pcse_analysis.synthetic.targets import Share, failing_and_silent
from pcse_analysis.synthetic.texts import nhs_number
from tests.shared import REALDATA, needs_realdata

ROOT = Path(__file__).parents[1]
STEADY = settings(derandomize=True, database=None, deadline=None)
PRACTICES_2016, PRACTICES_2017 = ("2016-10", "practices"), ("2017-12", "practices")
DOCTORS_2017 = ("2017-12", "individuals")

RECEIVED = {PRACTICES_2016: 300, PRACTICES_2017: 812, DOCTORS_2017: 1601}
ANALYSED = {PRACTICES_2016: 281, PRACTICES_2017: 748, DOCTORS_2017: 1540}
EXCLUDED = {
    PRACTICES_2016: {
        "blank_rows": 2,
        "test_rows": 2,
        "outside_fieldwork": 3,
        "partial": 6,
        "same_respondent": 2,
        "same_practice": 4,
    },
    PRACTICES_2017: {
        "blank_rows": 3,
        "test_rows": 5,
        "rows_with": 6,
        "outside_fieldwork": 7,
        "partial": 24,
        "impossible": 2,
        "same_respondent": 6,
        "same_practice": 11,
    },
    DOCTORS_2017: {
        "blank_rows": 2,
        "test_rows": 4,
        "rows_with": 8,
        "outside_fieldwork": 8,
        "partial": 27,
        "same_respondent": 12,
    },
}
NOT_ANSWERED = {PRACTICES_2016: 0, PRACTICES_2017: 5, DOCTORS_2017: 4}
FLAGGED = {
    PRACTICES_2016: {"straight_lining": 2, "speeding": 3},
    PRACTICES_2017: {"straight_lining": 4, "speeding": 6},
    DOCTORS_2017: {"straight_lining": 5, "speeding": 8},
}
OFF_ROUTE = {
    PRACTICES_2016: {"urgent_request_wait": 4},
    PRACTICES_2017: {"urgent_request_wait": 5, "registrations_wait": 4, "payments_put_right": 6},
    DOCTORS_2017: {"own_list_wait": 6, "own_start_delayed": 5, "compensation_asked": 4},
}
RECODED = {
    PRACTICES_2016: {"Very disatisfied": 6, "Neither": 5, "Don’t know": 4, "X1OOO7": 1, "X1OO8O": 1},
    PRACTICES_2017: {
        "Dont know": 7,
        "Very disatisfied": 5,
        "A bit more": 6,
        "about 20": 3,
        "a dozen": 2,
        "XIO299": 1,
        "X1O372": 1,
        "X1081O": 1,
    },
    DOCTORS_2017: {"Partner": 9, "Registrar": 4, "Dont know": 6, "about 500": 1},
}
MATCHED = {
    PRACTICES_2016: {"code": 273, "name": 2, "postcode": 2, "unmatched": 4},
    PRACTICES_2017: {"code": 712, "name": 6, "postcode": 5, "postcode and name": 6, "unmatched": 19},
}
IN_BOTH_WAVES = 100
OPEN = {"2016-10": 1150 - 24 - 16 - 12, "2017-12": 1150 - 24 - 16 - 30}
"""Of the practices listed: not those closed before, no GP practices, not yet open, or closed between the waves."""
WITHOUT_LIST_SIZE = 9 + 4
"""Practices without a row in the payments file, or with no patients in it."""


@cache
def survey() -> Survey:
    problems = Problems()
    found = read_catalogue(ROOT, problems).surveys[SURVEY]
    assert not problems.told
    return found


@cache
def plan() -> Plan:
    problems = Problems()
    found = read_plan(ROOT / PLAN, PLAN, survey(), problems)
    assert not problems.told
    return found


@cache
def cleaned() -> Replies:
    problems = Problems()
    catalogue = read_catalogue(ROOT, problems)
    return read_replies(ROOT, ROOT / "data" / "raw", catalogue, catalogue.editions["synthetic"])


def content(name: str) -> bytes:
    return (ROOT / FOLDER / name).read_bytes()


def file_of(export: tuple[str, str]) -> str:
    wave, name = export
    return survey().waves[wave].exports[name].file


# ---- the same bytes


def test_the_files_are_made_again_byte_for_byte() -> None:
    """Origin: the committed files; DESIGN section 2, the same inputs give the same bytes."""
    made = made_files(ROOT)
    assert sorted(made) == sorted(path.name for path in (ROOT / FOLDER).glob("*.csv"))
    for name, expected in made.items():
        assert content(name) == expected, f"{name}: run make synthetic"


def test_the_files_are_small() -> None:
    """Origin: the limits set for files of the repository, 1 MB a file and 1.6 MB for the folder.

    It was 1.5 MB until the claims and the provider's returns came to the exports and the logs of issues.
    """
    sizes = [path.stat().st_size for path in (ROOT / FOLDER).iterdir()]
    assert max(sizes) < 1_000_000
    assert sum(sizes) < 1_600_000


# ---- the published shares, counted without the package's readers


@dataclass
class Row:
    """One row of an export by question and part."""

    cells: dict[tuple[str, str], str]

    def text(self, question: str, part: str = "") -> str:
        return self.cells.get((question, part), "").replace("\u00a0", " ").strip()

    @property
    def ended(self) -> datetime:
        text = self.text("End Date")
        return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p" if text.endswith("M") else "%d/%m/%Y %H:%M:%S")

    @property
    def answers(self) -> int:
        """Filled cells after the columns that say who replied."""
        return sum(1 for (question, _), text in self.cells.items() if text and question.endswith("?"))


def rows_of(export: tuple[str, str]) -> list[Row]:
    """The rows that hold anything, with the question filled to the right."""
    raw = content(file_of(export))
    text = raw.decode("cp1252" if export == PRACTICES_2016 else "utf-8-sig")
    questions, parts, *rows = csv.reader(io.StringIO(text, newline=""))
    names, last = [], ""
    for question, part in zip(questions, parts, strict=True):
        last = question.replace("\u00a0", " ") or last
        names.append((last, "" if part in ("Response", "Open-Ended Response") else part))
    return [Row(dict(zip(names, row, strict=True))) for row in rows if any(row)]


def practice_of(row: Row, codes: dict[str, str]) -> str:
    """The code as given, or that of the practice with the name or the postcode."""
    code = row.text("About the practice", "ODS practice code").replace(" ", "").upper()
    name = row.text("About the practice", "Name of the practice").upper()
    return code or codes.get(name) or codes.get(row.text("About the practice", "Postcode").upper()) or ""


def practice_codes() -> dict[str, str]:
    rows = list(csv.reader(io.StringIO(content("epraccur.csv").decode("utf-8"), newline="")))
    return {row[1]: row[0] for row in rows} | {row[9]: row[0] for row in rows}


def analysed(export: tuple[str, str]) -> list[Row]:
    """The rows left after the rules of the wave's file, which are written here a second time."""
    wave = survey().waves[export[0]]
    first, last = (datetime.fromisoformat(day).date() for day in (wave.fieldwork_start, wave.fieldwork_end))
    rows = [row for row in rows_of(export) if row.text("About the practice", "ODS practice code").upper() != "TEST"]
    rows = [row for row in rows if row.text("Is this a GP practice in England?") != "No"]
    rows = [row for row in rows if first <= row.ended.date() <= last]
    rows = [row for row in rows if row.answers >= 10]
    rows = [row for row in rows if row.text("How many records does the practice wait for?") != "999999"]
    by_respondent = {row.text("Respondent ID"): row for row in sorted(rows, key=lambda row: row.ended)}
    codes = practice_codes()
    kept: dict[str, Row] = {}
    for place, row in enumerate(sorted(by_respondent.values(), key=lambda row: row.answers)):
        kept[practice_of(row, codes) or f"unnamed {place}"] = row
    return list(kept.values())


def published_shares() -> Iterator[tuple[str, str, Fraction]]:
    with (ROOT / "data/published/survey_results.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["measure"] == "share":
                yield row["wave"], row["item"], Fraction(row["percent"])


@pytest.mark.parametrize("export", [PRACTICES_2016, PRACTICES_2017])
def test_an_independent_count_finds_the_replies_that_stay(export: tuple[str, str]) -> None:
    """Origin: the published numbers of practices that replied, 281 and 748."""
    assert len(analysed(export)) == ANALYSED[export]
    assert len(rows_of(export)) == RECEIVED[export] - EXCLUDED[export]["blank_rows"]


@pytest.mark.parametrize(("wave", "item", "percent"), list(published_shares()), ids=str)
def test_a_published_share_holds_in_the_made_up_replies(wave: str, item: str, percent: Fraction) -> None:
    """Origin: data/published/survey_results.csv, with those without an opinion in the base and out of it."""
    question = survey().questions[item, wave]
    assert question.asked_of == "practice"
    assert not question.asked_if
    header = survey().waves[wave].exports["practices"].headers[item]
    given = Counter(row.text(header) for row in analysed((wave, "practices")))
    failing = sum(given[answer] for answer in ("Yes", "Much more", "A little more", "A bit more"))
    silent = sum(given[answer] for answer in ("", "-", "Don't know", "Don’t know", "Dont know"))
    for base in (given.total(), given.total() - silent):
        assert abs(Fraction(100 * failing, base) - percent) < Fraction(1, 2)


def test_every_published_share_is_there() -> None:
    """Origin: a count of the rows of data/published/survey_results.csv, six of 2016 and seven of 2017."""
    assert Counter(wave for wave, _, _ in published_shares()) == {"2016-10": 6, "2017-12": 7}


def test_the_published_items_carry_the_names_of_the_real_survey() -> None:
    """Origin: questions.csv of the survey that is imitated; pharmacies were asked nothing."""
    real = read_catalogue(ROOT, Problems()).surveys["gpc-pcse"]
    for wave, item, _ in published_shares():
        assert survey().questions[item, wave].service_line == real.questions[item, wave].service_line
    lines = {question.service_line for question in survey().questions.values()}
    assert len(lines - {"all"}) == 8
    assert "pharmacy_market_entry" not in lines


# ---- what cleaning finds is what was planted


@pytest.mark.parametrize("export", list(RECEIVED), ids="/".join)
def test_the_plan_says_what_is_planted(export: tuple[str, str]) -> None:
    """Origin: the tables above, which were fixed before the exports were made."""
    planned = plan().exports[export]
    assert planned.excluded == EXCLUDED[export]
    assert planned.flagged == FLAGGED[export]
    assert planned.off_route == OFF_ROUTE[export]
    assert len(planned.numbers_not_answered) == NOT_ANSWERED[export]
    assert planned.recoded == {found: n for found, n in RECODED[export].items() if not re.match("X[1I]", found)}
    assert RECEIVED[export] - ANALYSED[export] == sum(EXCLUDED[export].values())


@pytest.mark.parametrize("export", list(RECEIVED), ids="/".join)
def test_cleaning_finds_what_was_planted(export: tuple[str, str]) -> None:
    """Origin: the tables above."""
    responses = next(r for r in cleaned().responses if (r.wave, r.export) == export)
    flow = responses.flow
    assert (flow.received, flow.analysed, len(responses)) == (RECEIVED[export], ANALYSED[export], ANALYSED[export])
    assert {step.kind: step.count for step in flow.excluded} == EXCLUDED[export]
    assert {step.kind: step.count for step in flow.steps if step.action == "flagged"} == FLAGGED[export]
    assert sum(step.count for step in flow.steps if step.action == "set to not answered") == NOT_ANSWERED[export]
    assert {item: count for item, count in responses.off_route.items() if count} == OFF_ROUTE[export]
    recodes = survey().waves[export[0]].exports[export[1]].recodes
    counts = [step.count for step in flow.steps if step.kind == "recode"]
    assert dict(zip((recode.found for recode in recodes), counts, strict=True)) == RECODED[export]


@pytest.mark.parametrize("export", list(MATCHED), ids="/".join)
def test_practices_are_found_in_the_register_as_planned(export: tuple[str, str]) -> None:
    """Origin: the plan's counts of codes written badly; all others give a code that can be read."""
    responses = next(r for r in cleaned().responses if (r.wave, r.export) == export)
    assert responses.respondents["matched"].value_counts().to_dict() == MATCHED[export]
    assert len(responses.unmatched) == MATCHED[export]["unmatched"]


def test_as_many_practices_as_planned_answer_both_waves() -> None:
    """Origin: the plan, 100; counted by the package's matching and by the codes as they stand in the files."""
    named = [set(r.respondents["practice"]) - {""} for r in cleaned().responses if r.group == "practice"]
    codes = practice_codes()
    counted = [{practice_of(row, codes) for row in analysed(e)} - {""} for e in (PRACTICES_2016, PRACTICES_2017)]
    assert len(named[0] & named[1]) == IN_BOTH_WAVES
    assert len(counted[0] & counted[1] & set(codes.values())) == IN_BOTH_WAVES


@pytest.mark.parametrize("wave", list(OPEN))
def test_the_register_has_the_planned_practices(wave: str) -> None:
    """Origin: the plan's counts of practices, taken from one another by hand."""
    register = cleaned().registers[wave]
    assert (register.open, register.without_list_size) == (OPEN[wave], WITHOUT_LIST_SIZE)


@pytest.mark.parametrize("export", list(RECEIVED), ids="/".join)
def test_no_planted_personal_detail_is_left_after_cleaning(export: tuple[str, str]) -> None:
    """Origin: the names and the forms of numbers in the plan, looked for by patterns that are not the package's."""
    responses = next(r for r in cleaned().responses if (r.wave, r.export) == export)
    words = "\n".join(responses.texts["text"])
    assert words.count(" removed]") > 5
    surnames = [name.split()[-1] for name in plan().people]
    assert not [name for name in surnames if name in words]
    assert not re.findall(r"@|QQ|ZZ99|\d{3} \d{3}|\d{6}", words)


# ---- nobody is reached


def texts() -> str:
    files = [content(path.name) for path in (ROOT / FOLDER).glob("*.csv")]
    return "\n".join(raw.decode("cp1252" if b"\x92" in raw[:9000] else "utf-8-sig") for raw in files)


def test_addresses_and_numbers_are_those_set_aside_for_examples() -> None:
    """Origin: RFC 2606 (names), RFC 5737 (networks), Ofcom's numbers for drama, the area ZZ99, NHS numbers from 999."""
    text = texts()
    hosts = set(re.findall(r"[\w.]+@([\w.]+\w)", text))
    assert hosts == {"example.org", "example.com", "surgery.invalid"}
    networks = set(re.findall(r"\b(\d+\.\d+\.\d+)\.\d+\b", text))
    assert networks == {"192.0.2", "198.51.100", "203.0.113"}
    phones = re.findall(r"(?<![\d.])0(?:\d{4} \d{6}|\d{2} \d{4} \d{4}|\d{3} \d{3} \d{4})\b", text)
    assert len(phones) > 1000
    assert all(re.fullmatch(r"01632 960\d{3}|020 7946 0\d{3}|07700 900\d{3}|0808 157 0\d{3}", p) for p in phones)
    assert {p[:4] for p in re.findall(r"\b[A-Z]{1,2}\d{1,2} \d[A-Z]{2}\b", text)} == {"ZZ99"}
    assert {number[:3] for number in re.findall(r"\b(\d{3} \d{3} \d{4})\b", text) if number[0] != "0"} == {"999"}
    assert set(re.findall(r"\bQ[A-Z](?: ?\d\d){3} ?[A-D]\b", text)) == {"QQ123456C", "QQ 12 34 56 C"}
    assert {number[0] for number in re.findall(r"GMC (\d{7})", text)} == {"0"}


def test_practices_carry_made_up_names_and_no_pseudo_postcode_of_the_nhs() -> None:
    """Origin: the pseudo postcodes of the NHS in ZZ99 end in Z."""
    rows = list(csv.reader(io.StringIO(content("epraccur.csv").decode("utf-8"), newline="")))
    assert all(re.fullmatch(r"EXAMPLE SURGERY \d{4}", row[1]) for row in rows)
    assert len({row[0] for row in rows}) == len({row[9] for row in rows}) == len(rows) == 1150
    assert not [row[9] for row in rows if row[9].endswith("Z")]
    assert {len(row) for row in rows} == {27}


@needs_realdata
def test_no_code_is_one_of_a_real_practice() -> None:
    """Origin: epraccur as ODS published it, closed practices included: no code in it begins with X."""
    with (REALDATA / "ods_epraccur" / "epraccur.csv").open(encoding="utf-8", newline="") as file:
        real = {row[0] for row in csv.reader(file)}
    made = set(re.findall(r"\bX[0-9]{5}\b", texts()))
    assert len(made) > 1000
    assert not made & real
    assert "X" not in {code[0] for code in real}


@needs_realdata
def test_the_payments_file_has_the_real_headings() -> None:
    """Origin: NHS Payments to General Practice 2017/18 as published."""
    with (REALDATA / "nhs_payments_general_practice" / "17-18.csv").open(encoding="utf-8-sig", newline="") as file:
        real = next(csv.reader(file))
    made = csv.reader(io.StringIO(content("payments.csv").decode("utf-8"), newline=""))
    assert next(made) == real
    assert {len(row) for row in made} == {len(real)}


# ---- the form of the exports


def test_each_export_has_the_oddities_of_its_platform() -> None:
    """Origin: exports of SurveyMonkey as others published them: encodings, line ends, titles, breaks within cells."""
    first, second, third = (content(file_of(export)) for export in RECEIVED)
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")
    assert {"’", "“", "£", "\u00a0"} <= set(first.decode("cp1252"))
    assert second.startswith(b"\xef\xbb\xbfRespondent ID,")
    assert third.decode("utf-8").splitlines()[0].count(",") == 0
    for raw in (first, second, third):
        rows = list(csv.reader(io.StringIO(raw.decode("cp1252" if raw is first else "utf-8-sig"), newline="")))
        assert raw.count(b"\r\n") == len(rows)
        assert any("\n" in cell for row in rows for cell in row)
        assert any(cell.endswith(" ") for row in rows[3:] for cell in row)


def test_dates_have_the_month_first_in_one_wave_and_the_day_in_the_other() -> None:
    """Origin: the fieldwork, October 2016 and December 2017, with some rows before and after."""
    before = [row.text("End Date") for row in rows_of(PRACTICES_2016)]
    after = [row.text("End Date") for row in rows_of(PRACTICES_2017)]
    assert Counter(text[:2] for text in before).most_common(1)[0][0] == "10"
    assert {text[-2:] for text in before} == {"AM", "PM"}
    assert Counter(text[3:5] for text in after).most_common(1)[0][0] == "12"


def test_every_column_of_an_export_is_named_in_its_wave() -> None:
    """Origin: the rule of the catalogue that no column is lost in silence; SurveyMonkey's own nine stand first."""
    for wave in survey().waves.values():
        for export in wave.exports.values():
            asked = [q for (_, w), q in survey().questions.items() if w == wave.id and q.asked_of == export.group]
            assert {q.item for q in asked} == set(export.headers)
            assert not export.ignores_others


# ---- the plan and the tools of the maker


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("listed: 1150", "listed: many", "expected a number"),
        ("  role: {2017-12: [47,", "  role: {2017-12: [most,", "'2017-12' should be a list of percentages"),
        ("test_rows: 5", "test_row: 5", "near 'test_rows'"),
    ],
)
def test_a_mistake_in_the_plan_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, said: str) -> None:
    """Origin: DESIGN section 8, what is wrong and where; the line is counted in the file itself."""
    text = (ROOT / PLAN).read_text(encoding="utf-8")
    assert text.count(right) == 1
    (tmp_path / "plan.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    problems = Problems()
    read_plan(tmp_path / "plan.yaml", PLAN, survey(), problems)
    (problem,) = problems.told
    assert said in problem.what
    assert problem.line == text[: text.index(right)].count("\n") + 1


@given(st.integers(1, 99), st.integers(200, 3000))
@STEADY
def test_a_share_rounds_to_its_percentage_with_the_silent_and_without(percent: int, asked: int) -> None:
    """Origin: the meaning of a rounded percentage, half a point to either side and no more."""
    failed, silent = failing_and_silent(Share(percent=Fraction(percent), count=None), asked)
    assert 0 <= silent <= asked - failed
    for base in (asked, asked - silent):
        assert abs(Fraction(100 * failed, base) - percent) < Fraction(1, 2)


def test_a_published_count_is_kept() -> None:
    """Origin: 658 of 748 practices, as published."""
    assert failing_and_silent(Share(percent=Fraction(88), count=658), 748) == (658, 0)


@given(st.integers(0, 2000), st.lists(st.integers(0, 90), min_size=1, max_size=9).filter(any))
@STEADY
def test_parts_make_up_the_whole(total: int, weights: list[int]) -> None:
    """Origin: the meaning of a division: nothing is lost, and no part is a whole one away from its weight."""
    parts = parted(total, [Fraction(weight) for weight in weights])
    assert sum(parts) == total
    assert all(abs(part - Fraction(total * w, sum(weights))) < 1 for part, w in zip(parts, weights, strict=True))


def test_numbers_lie_on_straight_lines() -> None:
    """Origin: by hand, half of the way from 0 over 10 to 40 is 10, and three quarters is 25."""
    assert [on_line((0, 10, 40), share) for share in (0, 0.5, 0.75)] == [0, 10, 25]
    found = [on_line((1, 5, 9, 100), share / 50) for share in range(50)]
    assert all(low <= high for low, high in pairwise(found))


def test_streams_of_draws_do_not_touch_one_another() -> None:
    """Origin: the promise that a further question changes no other."""
    alone, beside, other = Chance("seed", "a"), Chance("seed", "a"), Chance("seed", "b")
    other.even()
    assert alone.shuffled(range(50)) == beside.shuffled(range(50))
    assert alone.shuffled(range(50)) != other.shuffled(range(50))


def test_test_numbers_have_a_right_check_digit() -> None:
    """Origin: python-stdnum, an independent reckoning of the check digit."""
    chance = Chance("seed")
    numbers = [nhs_number(chance) for _ in range(300)]
    assert all(nhs.is_valid(number) and number.startswith("999") for number in numbers)
