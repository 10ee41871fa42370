"""Practices that respondents name, set against the register."""

from __future__ import annotations

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pcse_analysis.cleaning.matching import Matches, match_practices, tidy_name
from pcse_analysis.cleaning.payments import read_payments
from pcse_analysis.cleaning.register import read_ods_practices, register
from pcse_analysis.errors import Problems
from pcse_analysis.frames import MATCHES, check_frame
from tests.cleaning.made_practices import practices
from tests.metrics.made import STEADY
from tests.shared import REALDATA, needs_realdata

REGISTER = practices(
    {"code": "X00001", "name": "THE PARK SURGERY", "postcode": "ZZ1 1AA"},
    {"code": "X00002", "name": "DR MADEUP & PARTNERS", "postcode": "ZZ1 1BB"},
    {"code": "X00003", "name": "HILL HOUSE - PRACTICE 1", "postcode": "ZZ2 2AA"},
    {"code": "X00004", "name": "HILL HOUSE - PRACTICE 2", "postcode": "ZZ2 2AA"},
    {"code": "X00005", "name": "VALLEY MEDICAL CENTRE", "postcode": "ZZ2 2AA"},
    {"code": "X00006", "name": "THE SURGERY", "postcode": "ZZ3 3AA"},
    {"code": "X00007", "name": "THE SURGERY", "postcode": "ZZ4 4AA"},
    {"code": "X05555", "name": "GREEN LANE SURGERY", "postcode": "ZZ5 5BB"},
    {"code": "X05556", "name": "GREEN LANES SURGERY", "postcode": "ZZ5 5BB"},
    {"code": "X01234", "name": "LONELY SURGERY", "postcode": ""},
)
OUTSIDE = pd.Series({"X00009": "closed on 2017-10-31, before 2017-12-01"})


def match(*rows: tuple[str | None, str | None, str | None]) -> Matches:
    columns = pd.DataFrame(rows, columns=["code", "name", "postcode"], dtype="object")
    return match_practices(columns["code"], columns["name"], columns["postcode"], REGISTER, OUTSIDE)


@pytest.mark.parametrize("code", ["X00001", " X00001 ", "x00001", "X 00 001", "X00001\n"])
def test_a_code_in_the_register_decides(code: str) -> None:
    """Origin: by hand; blanks and small letters are not part of a code, and the words say that they were there."""
    row = match((code, "", "")).frame.iloc[0]
    assert (row["code"], row["how"], row["given_code"]) == ("X00001", "code", code)
    assert ("without blanks" in row["why"]) == (code != "X00001")


def test_a_code_goes_before_name_and_postcode() -> None:
    """Origin: by hand; that the postcode is another practice's is said."""
    row = match(("X00001", "VALLEY MEDICAL CENTRE", "ZZ2 2AA")).frame.iloc[0]
    assert (row["code"], row["how"]) == ("X00001", "code")
    assert "the postcode is another one" in row["why"]


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("X0000l", "X00001"),
        ("XOOOO2", "X00002"),
        ("X0I234", "X01234"),
        ("X1234", "X01234"),
        ("X012345", "X01234"),
        ("X10234", "X01234"),
        ("01234", "X01234"),
    ],
)
def test_a_wrong_code_is_never_mended(code: str, near: str) -> None:
    """Origin: by hand: letters for digits, a zero lost, a digit too many, two swapped, the letter lost."""
    row = match((code, "THE PARK SURGERY", "ZZ1 1AA")).frame.iloc[0]
    assert row["how"] == "unmatched"
    assert pd.isna(row["code"])
    assert row["near_misses"].split("; ")[0] == near


def test_near_misses_are_at_most_three_and_near() -> None:
    """Origin: by hand; X00008 is one digit from X00001 to X00007, X77701 is three from X00001."""
    rows = [(code, "", "") for code in ("X00008", "X77701", "X99999", "do not know")]
    assert match(*rows).frame["near_misses"].tolist() == ["X00001; X00002; X00003", "", "", ""]


def test_what_was_given_stands_in_no_words() -> None:
    """Origin: the brief on raw data: an answer may be personal."""
    frame = match(("A. Person", "", ""), ("", "Dr A. Person", ""), ("", "Dr A. Person", "ZZ1 1AA")).frame
    assert not frame[["why", "near_misses"]].stack().str.contains("Person").any()


def test_the_code_of_a_closed_practice_is_said_to_be_one() -> None:
    """Origin: by hand."""
    row = match(("X00009", "", "")).frame.iloc[0]
    assert (row["how"], row["near_misses"]) == ("unmatched", "")
    assert row["why"] == "the practice is not in the register: closed on 2017-10-31, before 2017-12-01"


@pytest.mark.parametrize(
    ("name", "postcode", "code", "how", "fits"),
    [
        ("", "zz11aa", "X00001", "postcode", 1),
        ("", "ZZ2 2AA", None, "unmatched", 3),
        ("", "ZZ9 9ZZ", None, "unmatched", 0),
        ("Park Surgery", "ZZ1  1AA", "X00001", "postcode and name", 1),
        ("Park Medical Practice", "ZZ1 1AA", "X00001", "postcode and name", 1),
        ("Prak Surgery", "ZZ1 1AA", None, "unmatched", 0),
        ("Dr Madeup", "ZZ1 1BB", "X00002", "postcode and name", 1),
        ("Valley Medical Centre", "ZZ1 1AA", None, "unmatched", 0),
        ("Hill House Practice 1", "ZZ2 2AA", "X00003", "postcode and name", 1),
        ("Hill House Practise 2", "ZZ2 2AA", "X00004", "postcode and name", 1),
        ("Hill House", "ZZ2 2AA", None, "unmatched", 0),
        ("Hill House Practice 3", "ZZ2 2AA", None, "unmatched", 0),
        ("Valley", "ZZ2 2AA", None, "unmatched", 0),
        ("Victoria Medical Centre", "ZZ2 2AA", None, "unmatched", 0),
        ("Green Lane Surgery", "ZZ5 5BB", "X05555", "postcode and name", 1),
        ("Green Lanne Surgery", "ZZ5 5BB", None, "unmatched", 2),
        ("Valley medical center", "ZZ2 2AA", "X00005", "postcode and name", 1),
        ("Park Surgery", "ZZ9 9ZZ", None, "unmatched", 0),
        ("the park surgery", "", "X00001", "name", 1),
        ("Dr. Madeup and Partners", "", "X00002", "name", 1),
        ("Park Medical Practice", "", None, "unmatched", 0),
        ("The Surgery", "", None, "unmatched", 2),
        ("The Surgery", "ZZ4 4AA", "X00007", "postcode and name", 1),
        ("The", "", None, "unmatched", 0),
        ("", "", None, "unmatched", 0),
    ],
)
def test_without_a_code_exactly_one_practice_must_fit(
    name: str, postcode: str, code: str | None, how: str, fits: int
) -> None:
    """Origin: by hand on the register above."""
    row = match(("", name, postcode)).frame.iloc[0]
    assert (None if pd.isna(row["code"]) else row["code"], row["how"], row["fits"]) == (code, how, fits)


def test_other_names_of_a_practice_count() -> None:
    """Origin: by hand: X00002 was the Old Mill; X00001 and X00005 were both the Green, so that name tells none."""
    also = pd.DataFrame(
        [("X00002", "OLD MILL", "ZZ5 5AA"), ("X00001", "GREEN", "ZZ1 1AA"), ("X00005", "GREEN", "ZZ2 2AA")],
        columns=["code", "name", "postcode"],
    )
    names = pd.Series(["Old Mill", "Green", "Green", ""])
    postcodes = pd.Series(["", "", "ZZ1 1AA", "ZZ5 5AA"])
    frame = match_practices(pd.Series([""] * 4), names, postcodes, REGISTER, also_known=also).frame
    assert frame["code"].fillna("none").tolist() == ["X00002", "none", "X00001", "X00002"]


def test_missing_cells_are_empty_ones() -> None:
    """Origin: by hand: a column that the survey does not have, and single answers left out."""
    frame = match((None, None, "ZZ1 1AA"), ("X00002", None, None), (None, None, None)).frame
    assert frame["how"].tolist() == ["postcode", "code", "unmatched"]


def test_columns_of_different_length_are_refused() -> None:
    """Origin: rows could not be told from each other."""
    with pytest.raises(ValueError, match="length"):
        match_practices(pd.Series(["X00001"]), pd.Series([], dtype="str"), pd.Series([""]), REGISTER)


def test_no_rows_give_no_matches() -> None:
    """Origin: by hand."""
    assert len(match().frame) == len(match().unmatched_frame()) == 0


def test_unmatched_rows_are_listed_with_what_was_given() -> None:
    """Origin: by hand, rows counted from 1."""
    found = match(("X00001", "", ""), ("X0000l", "A name", ""), ("", "", "ZZ2 2AA"))
    left = found.unmatched_frame()
    assert left["row"].tolist() == [2, 3]
    assert left["given_code"].tolist() == ["X0000l", ""]
    assert found.counts().to_dict() == {"unmatched": 2, "code": 1}


CODES = st.sampled_from(["", "X00001", "x00002", "X0000l", "X00009", "nonsense", "Ⅹ00001"]) | st.text(max_size=7)
NAMES = st.sampled_from(["", "Park Surgery", "The Surgery", "Hill House", "’"]) | st.text(max_size=9)
POSTCODES = st.sampled_from(["", "ZZ1 1AA", "zz22aa", "ZZ9"]) | st.text(max_size=8)
ROWS = st.lists(st.tuples(CODES, NAMES, POSTCODES), max_size=8)


@given(ROWS)
@STEADY
def test_any_text_is_matched_into_the_register_or_not_at_all(rows: list[tuple[str, str, str]]) -> None:
    """Origin: the rules: a matched row has a practice of the register and no near misses, others have no practice."""
    frame = check_frame(match(*rows).frame, MATCHES)
    matched = frame["how"] != "unmatched"
    assert (frame["code"].notna() == matched).all()
    assert frame.loc[matched, "code"].isin(REGISTER["code"]).all()
    assert (frame.loc[matched, "fits"] == 1).all()
    assert (frame["why"] != "").all()
    assert frame["given_code"].tolist() == [code for code, _, _ in rows]


@given(ROWS, st.randoms(use_true_random=False))
@STEADY
def test_the_order_of_rows_and_of_the_register_never_matters(rows: list[tuple[str, str, str]], random: object) -> None:
    """Origin: each row is judged alone, against a set of practices."""
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    columns = pd.DataFrame([rows[at] for at in order], columns=["code", "name", "postcode"], dtype="str")
    turned = REGISTER.iloc[::-1].reset_index(drop=True)
    found = match_practices(columns["code"], columns["name"], columns["postcode"], turned, OUTSIDE).frame
    expected = match(*rows).frame.drop(columns="row").iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.drop(columns="row"), expected)


@given(st.text(max_size=20))
@STEADY
def test_a_tidied_name_is_tidy(name: str) -> None:
    """Origin: what is tidied once is not changed again."""
    assert tidy_name(tidy_name(name)) == tidy_name(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("THE PARK SURGERY", "Park Surgery"),
        ("Drs. Madeup & Fake", "DR MADEUP AND FAKE"),
        ("St. Nobody's Med. Ctr", "ST NOBODYS MEDICAL CENTRE"),
        ("CAFÉ STREET HC", "Cafe Street Health Center"),
    ],
)
def test_names_that_are_one(one: str, other: str) -> None:
    """Origin: spellings as they stand in the two NHS files, with made-up names."""
    assert tidy_name(one) == tidy_name(other)


@pytest.mark.parametrize(("one", "other"), [("PARK SURGERY", "PARK MEDICAL CENTRE"), ("PRACTICE 1", "PRACTICE 2")])
def test_names_that_are_two(one: str, other: str) -> None:
    """Origin: practices that differ in nothing else exist in the real list."""
    assert tidy_name(one) != tidy_name(other)


@pytest.fixture(scope="module")
def real() -> dict[str, pd.DataFrame]:
    """The register of December 2017 by its parts, and practices of it as a list of a year before has them."""
    problems = Problems()
    folder = REALDATA / "nhs_payments_general_practice"
    listed = read_ods_practices(REALDATA / "ods_epraccur" / "epraccur.csv", "list.csv", problems)
    before, after = (read_payments(folder / f"{year}.csv", f"{year}.csv", problems) for year in ("16-17", "17-18"))
    assert problems.found == []
    found = register(listed, after, "2017-12-01")
    asked = before[before["code"].isin(found.frame["code"])].reset_index(drop=True)
    return {"register": found.frame, "also_known": found.also_known, "asked": asked}


@needs_realdata
@pytest.mark.parametrize("given_columns", [("name", "postcode"), ("postcode",), ("name",)])
def test_real_names_and_postcodes_find_their_practice(
    real: dict[str, pd.DataFrame], given_columns: tuple[str, ...]
) -> None:
    """Origin: the code in the file of 2016-17. At most 2 of 1,000 found may be others, as practices swap names."""
    asked = real["asked"]
    empty = pd.Series("", index=asked.index)
    name, postcode = (asked[column] if column in given_columns else empty for column in ("name", "postcode"))
    found = match_practices(empty, name, postcode, real["register"], also_known=real["also_known"]).frame
    matched = found["code"].notna()
    wrong = matched & (found["code"].fillna("") != asked["code"])
    assert matched.mean() > 0.8
    assert wrong.sum() <= 0.002 * matched.sum()


@needs_realdata
def test_real_codes_find_their_practice(real: dict[str, pd.DataFrame]) -> None:
    """Origin: the codes themselves."""
    asked = real["asked"]
    found = match_practices(asked["code"], asked["name"], asked["postcode"], real["register"]).frame
    assert found["code"].tolist() == asked["code"].tolist()


@needs_realdata
def test_a_hundred_thousand_rows_are_matched_at_once(real: dict[str, pd.DataFrame]) -> None:
    """Origin: the aim of about a second; five allow for a busy machine, row by row it takes minutes."""
    asked = real["asked"].sample(100_000, replace=True, random_state=1).reset_index(drop=True)
    codes = asked["code"].where(asked.index % 3 > 0, "")
    codes = codes.where(asked.index % 10 > 0, codes.str[:4] + "l" + codes.str[5:])
    start = time.perf_counter()
    found = match_practices(codes, asked["name"], asked["postcode"], real["register"]).frame
    assert time.perf_counter() - start < 5
    assert len(found) == 100_000
