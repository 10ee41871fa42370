"""Compensation claims: each kind of mistake with its line, what lets a file go on, and what was known on a day.

Origin of every expected message, amount and day: by hand, from the rows written in the test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.cleaning.claims import claims_as_known, clean_claims
from pcse_analysis.errors import Problems
from tests.cleaning.made_exports import sentences
from tests.cleaning.made_ledgers import MadeLedger, counts, example
from tests.conftest import ODD_TEXTS, ROOT

YAML = "data/catalogue/ledgers/log.yaml"
HEADER = [
    *("Claim", "Loss", "Service", "Submitted", "Acknowledged", "Decided", "Closed", "Status"),
    *("Asked", "Offered", "Paid", "Applied", "Listed", "Who"),
]
DESCRIPTION: dict[str, object] = {
    "id": "log",
    "kind": "claims",
    "survey": "made",
    "label": "Made up",
    "about": "Made up.",
    "file": "log.csv",
    "dates": "day-first",
    "extracted_on": "2018-01-31",
    "amounts": "pence",
    "expected_weeks": "12",
    "columns": {
        **{"id": "Claim", "loss": "Loss", "service_line": "Service", "submitted": "Submitted"},
        **{"acknowledged": "Acknowledged", "decided": "Decided", "closed": "Closed", "status": "Status"},
        **{"asked": "Asked", "offered": "Offered", "paid": "Paid", "applied": "Applied", "listed": "Listed"},
        "who": "Who",
    },
}
USUAL = dict.fromkeys(HEADER, "") | {
    **{"Loss": "direct loss", "Service": "Supplies", "Submitted": "04/12/2017", "Status": "open", "Asked": "125000"}
}
OFFER = {"Decided": "11/12/2017", "Offered": "100000"}
PAID = {**OFFER, "Closed": "18/12/2017", "Status": "paid", "Paid": "100000"}
REFUSED = {"Decided": "11/12/2017", "Closed": "11/12/2017", "Status": "refused"}
LEAVE_OUT = f"correct the cells, or leave the rows out under 'exclusions' in {YAML} with a reason."
STATUS = f"correct the cells, or recode the status in {YAML} with a reason."
IN_PENCE = f"give the amounts in pence, or write 'amounts: pounds' in {YAML}."
STEADY = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def row(claim: str, **cells: str) -> list[str]:
    """A direct loss of 1,250 pounds claimed on 4 December 2017 and open, but for the cells given."""
    assert cells.keys() <= set(HEADER)
    return list((USUAL | {"Claim": claim} | cells).values())


def made(root: Path) -> MadeLedger:
    return MadeLedger(root, says=DESCRIPTION, header=HEADER, door=clean_claims)


@pytest.fixture
def log(tmp_path: Path) -> MadeLedger:
    return made(tmp_path)


def table(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The claims as plain values, days as texts; missing is None."""
    as_text = {name: cells.dt.strftime("%Y-%m-%d") for name, cells in frame.items() if cells.dtype == "datetime64[s]"}
    plain = frame.assign(**as_text).astype(object)
    return [dict(one) for one in plain.where(plain.notna(), None).to_dict("records")]


def only(log: MadeLedger, *rows: list[str]) -> tuple[str, str]:
    """The one mistake of a file on a line, and what to do."""
    log.write(*rows)
    (problem,) = log.refused().problems
    assert problem.file == log.name
    return problem.sentence(), problem.to_do


def test_claims_without_mistakes(log: MadeLedger) -> None:
    log.write(
        row("1", Who="C0001"),
        row("2", **PAID, Acknowledged="05/12/2017", Loss="lost_earnings", Who="C0002"),
        row("3", **REFUSED, Applied="01/06/2017", Listed="08/01/2018", Who="C0001", Asked="1,000,000"),
        row("4", Status="withdrawn", Closed="05/12/2017", Asked=""),
    )
    found = log.cleaned()
    nothing = dict.fromkeys(["acknowledged", "decided", "closed", "offered", "paid", "applied", "listed", "region"])
    usual = nothing | {"loss": "direct", "service_line": "supplies", "submitted": "2017-12-04", "who": None}
    assert table(found.frame) == [
        usual | {"line": 2, "id": "1", "status": "open", "asked": 125000, "who": "C0001"},
        usual
        | {"line": 3, "id": "2", "loss": "lost_earnings", "acknowledged": "2017-12-05", "decided": "2017-12-11"}
        | {"closed": "2017-12-18", "status": "paid", "asked": 125000, "offered": 100000, "paid": 100000}
        | {"who": "C0002"},
        usual
        | {"line": 4, "id": "3", "decided": "2017-12-11", "closed": "2017-12-11", "status": "refused"}
        | {"asked": 1000000, "applied": "2017-06-01", "listed": "2018-01-08", "who": "C0001"},
        usual | {"line": 5, "id": "4", "closed": "2017-12-05", "status": "withdrawn", "asked": None},
    ]
    assert counts(found) == {}


@pytest.mark.parametrize(
    ("cells", "column", "what"),
    [
        ({"Acknowledged": "03/12/2017"}, "Acknowledged", "acknowledged on 2017-12-03, before it was submitted"),
        ({"Decided": "03/12/2017"}, "Decided", "decided on 2017-12-03, before it was submitted"),
        (
            {"Acknowledged": "08/12/2017", "Decided": "07/12/2017"},
            "Decided",
            "decided on 2017-12-07, before it was acknowledged (2017-12-08)",
        ),
        ({**PAID, "Closed": "10/12/2017"}, "Closed", "closed on 2017-12-10, before it was decided (2017-12-11)"),
        (
            {**REFUSED, "Acknowledged": "06/12/2017", "Closed": "01/12/2017"},  # before all of them: told once
            "Closed",
            "closed on 2017-12-01, before it was decided (2017-12-11)",
        ),
        ({"Applied": "02/10/2017", "Listed": "01/10/2017"}, "Listed", "listed on 2017-10-01, before it was applied"),
    ],
)
def test_steps_out_of_order(log: MadeLedger, cells: dict[str, str], column: str, what: str) -> None:
    told, to_do = only(log, row("1"), row("2", **cells))
    assert told.startswith(f"line 3, column '{column}': {what}")
    assert to_do == LEAVE_OUT


def test_steps_on_one_day_are_in_order(log: MadeLedger) -> None:
    day = dict.fromkeys(["Acknowledged", "Decided", "Closed", "Applied", "Listed"], "04/12/2017")
    log.write(row("1", Status="refused", **day))
    assert len(log.cleaned().frame) == 1


@pytest.mark.parametrize("column", ["Submitted", "Acknowledged", "Decided", "Closed", "Applied", "Listed"])
@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("01/02/2018", "found '01/02/2018': a day after the file was drawn (extracted_on: 2018-01-31)"),
        ("12/31/2017", "found '12/31/2017': is a date only as month-first, but the file's dates are day-first"),
        (
            "2017-12-31T23:30:00Z",
            "found '2017-12-31T23:30:00Z': a time with a time zone, so that its day depends on where it is read",
        ),
    ],
)
def test_days_that_cannot_be(log: MadeLedger, column: str, cell: str, what: str) -> None:
    log.write(row("1"), row("2", **{column: cell}))
    assert f"line 3, column '{column}': {what}" in log.told()


@pytest.mark.parametrize("column", ["Asked", "Offered", "Paid"])
@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("-500", ": it is negative"),
        ("(500)", ": it is negative"),
        ("1250.00", ": this is written in pounds"),
        ("£1250", ": this is written in pounds"),
        ("12,50", ""),
    ],
)
def test_amounts_that_are_no_pence(log: MadeLedger, column: str, cell: str, why: str) -> None:
    log.write(row("1"), row("2", **PAID | {column: cell}))
    told = f"line 3, column '{column}': found '{cell}', expected whole pence such as 125000{why}"
    assert (told, IN_PENCE) in [(p.sentence(), p.to_do) for p in log.refused().problems]


@pytest.mark.parametrize("column", ["Asked", "Offered", "Paid", "Status", "Loss", "Service", "Submitted", "Closed"])
@pytest.mark.parametrize("text", ["ask Zoe", "Mrs Jones, 0161 496 0000", "paid (Zoe)"])
def test_free_text_is_never_printed(log: MadeLedger, column: str, text: str) -> None:
    log.write(row("1", **{column: text}))
    assert text not in str(log.refused())


def test_a_whole_column_of_pounds(log: MadeLedger) -> None:
    """Origin: 999 pence in two of three claims; a claim without an amount and one for nothing do not count."""
    rows = [row("1", Asked="999"), row("2", Asked="125000"), row("3", Asked="999"), row("4", Asked="")]
    told, to_do = only(log, *rows, row("5", Asked="0"))
    assert told == "line 2, column 'Asked': 2 of 3 amounts are below 1,000 pence: they are pounds (also on line 4)"
    assert to_do == f"write 'amounts: pounds' in {YAML}, or give the amounts in pence."
    log.write(row("1", Asked="999"), row("2", Asked="1000"))  # no more than half
    assert len(log.cleaned().frame) == 2
    log.says["amounts"] = "pounds"
    log.write(*rows)
    assert log.cleaned().frame["asked"].tolist()[:3] == [99900, 12500000, 99900]
    log.write(row("1", Asked="£9.99"))  # whoever writes pounds may claim for so little
    assert log.cleaned().frame["asked"].tolist() == [999]


def test_an_amount_that_cannot_be_read_is_told_once(log: MadeLedger) -> None:
    """Not also as a payment that is missing, with the advice to change the status."""
    log.write(row("1", **{**PAID, "Paid": "£1,000.00"}), row("2", **PAID))
    assert len(log.told()) == 1


@pytest.mark.parametrize(
    ("cells", "column", "what"),
    [
        ({**OFFER, "Offered": "1250"}, "Offered", "is a 100th of what was asked"),
        ({**OFFER, "Offered": "12500000"}, "Offered", "is 100 times what was asked"),
        ({**PAID, "Paid": "1250"}, "Paid", "is a 100th of what was asked"),
        ({**PAID, "Offered": "", "Paid": "12500000"}, "Paid", "is 100 times what was asked"),
    ],
)
def test_pounds_and_pence_in_one_row(log: MadeLedger, cells: dict[str, str], column: str, what: str) -> None:
    expected = f"line 3, column '{column}': {what}: one of the two is in pounds, the other in pence"
    assert only(log, row("1"), row("2", **cells)) == (expected, LEAVE_OUT)


def test_nothing_is_no_hundredth_of_nothing(log: MadeLedger) -> None:
    log.write(row("1", **REFUSED, Asked="0", Offered="0", Paid="0"), row("2", **REFUSED, Offered="0"))
    assert log.cleaned().frame["offered"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"Closed": "05/12/2017"}, "is open, but there is a day on which it was closed"),
        ({**OFFER, "Paid": "5000"}, "is open, but an amount was paid"),
        ({**PAID, "Closed": ""}, "is paid, but there is no day on which it was closed"),
        ({**PAID, "Paid": ""}, "is paid, but no amount is given, or 0"),
        ({**PAID, "Paid": "0"}, "is paid, but no amount is given, or 0"),
        ({**REFUSED, "Closed": ""}, "is refused, but there is no day on which it was closed"),
        ({**REFUSED, "Paid": "5000"}, "is refused, but an amount was paid"),
        ({"Status": "withdrawn"}, "is withdrawn, but there is no day on which it was closed"),
        (
            {"Status": "withdrawn", "Closed": "05/12/2017", "Paid": "5000"},
            "is withdrawn, but an amount was paid",
        ),
    ],
)
def test_a_status_that_days_or_amounts_contradict(log: MadeLedger, cells: dict[str, str], what: str) -> None:
    assert only(log, row("1"), row("2", **cells)) == (f"line 3, column 'Status': {what}", STATUS)


def test_an_offer_needs_a_decision(log: MadeLedger) -> None:
    expected = "line 3, column 'Offered': an offer, but there is no day of a decision"
    assert only(log, row("1"), row("2", Offered="100000")) == (expected, LEAVE_OUT)


def test_no_more_is_paid_than_was_offered_but_more_than_was_asked_may_be(log: MadeLedger) -> None:
    expected = "line 2, column 'Paid': more was paid than was offered"
    assert only(log, row("1", **PAID | {"Paid": "100001"})) == (expected, LEAVE_OUT)
    log.write(row("1", **PAID | {"Offered": "200000", "Paid": "150000"}), row("2", **PAID | {"Offered": ""}))
    assert log.cleaned().frame["paid"].tolist() == [150000, 100000]


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("Status", "piad", "found 'piad', expected a status   near 'paid'"),
        ("Status", "", "found (empty), expected a status: open, paid, refused, withdrawn"),
        ("Loss", "dirct loss", "found 'dirct loss', expected a loss   near 'direct loss'"),
        ("Service", "suplies", "found 'suplies', expected a service line   near 'supplies'"),
    ],
)
def test_an_unknown_choice(log: MadeLedger, column: str, cell: str, found: str) -> None:
    ours = {"Service": "service_line"}.get(column, column.casefold())
    to_do = f"name it under 'values' of '{ours}' in {YAML}, or add a recode with a reason."
    assert only(log, row("1"), row("2", **{column: cell})) == (f"line 3, column '{column}': {found}", to_do)


@pytest.mark.parametrize("cells", [{"Submitted": "05/12/2017"}, {"Asked": "125001"}, OFFER])
def test_one_id_with_different_days_or_amounts(log: MadeLedger, cells: dict[str, str]) -> None:
    log.says["repeated"] = {"keep": "first", "reason": "made up"}  # it does not help
    what, to_do = only(log, row("7"), row("8"), row("7", **cells))
    assert what == "line 2, column 'Claim': one id in 2 rows with different dates or amounts (also on line 4)"
    assert to_do == f"correct the ids, or leave rows out by 'lines' under 'exclusions' in {YAML}."


def test_one_id_with_the_same_days_and_amounts(log: MadeLedger) -> None:
    rows = [row("7"), row("8"), row("7", Who="C0001")]
    what, to_do = only(log, *rows)
    assert what == "line 4, column 'Claim': the id stands in an earlier row with the same dates and amounts"
    assert to_do == f"give the ids new, or say under 'repeated' in {YAML} which row is kept and why."
    log.says["repeated"] = {"keep": "last", "reason": "exported twice"}
    log.write(*rows)
    found = log.cleaned()
    assert found.frame["line"].tolist() == [3, 4]
    assert found.excluded[["line", "reason"]].to_numpy().tolist() == [[2, "exported twice"]]
    assert counts(found) == {"repeated rows": 1}


BAD = {
    "acknowledged on 2017-12-01, before it was submitted (2017-12-04)": row("1", Acknowledged="01/12/2017"),
    "found '01/02/2018': a day after the file was drawn (extracted_on: 2018-01-31)": row("2", Submitted="01/02/2018"),
    "found '12/31/2017': is a date only as month-first, but the file's dates are day-first": row(
        "3", Decided="12/31/2017"
    ),
    "found '-1', expected whole pence such as 125000: it is negative": row("4", Asked="-1"),
    "found '1250.00', expected whole pence such as 125000: this is written in pounds": row("5", Asked="1250.00"),
    "is a 100th of what was asked: one of the two is in pounds, the other in pence": row(
        "6", **OFFER | {"Offered": "1250"}
    ),
    "found 'opne', expected a status   near 'open'": row("7", Status="opne"),
    "is open, but there is a day on which it was closed": row("8", Closed="05/12/2017"),
    "is paid, but no amount is given, or 0": row("9", **PAID | {"Paid": ""}),
    "is refused, but an amount was paid": row("10", **REFUSED, Paid="5000"),
    "an offer, but there is no day of a decision": row("11", Offered="100000"),
    "more was paid than was offered": row("12", **PAID | {"Paid": "110000"}),
    "found 'indirect loss', expected a loss   near 'direct loss'": row("13", Loss="indirect loss"),
    "is empty": row(""),
}
GOOD = [row("14"), row("15", **PAID), row("16", **REFUSED)]


def test_all_mistakes_are_told_in_one_message(log: MadeLedger) -> None:
    """Origin: one bad row a line, from the second line on, in the order of ``BAD``."""
    log.write(*BAD.values(), row("17"), row("17", Submitted="05/12/2017"), *GOOD)
    told = {(p.line, p.what) for p in log.refused().problems}
    assert told == {(line, what) for line, what in enumerate(BAD, start=2)} | {
        (16, "one id in 2 rows with different dates or amounts (also on line 17)")
    }


@pytest.mark.parametrize("place", range(len(BAD)))
def test_an_exclusion_with_a_reason_lets_each_go_on(log: MadeLedger, place: int) -> None:
    log.says["exclusions"] = [{"lines": ["2"], "reason": "cannot be mended"}]
    log.write(list(BAD.values())[place], *GOOD)
    found = log.cleaned()
    assert found.frame["line"].tolist() == [3, 4, 5]
    assert counts(found) == {"exclusion": 1}
    assert found.excluded[["line", "reason"]].to_numpy().tolist() == [[2, "cannot be mended"]]


@pytest.mark.parametrize(
    ("column", "found", "to", "bad"),
    [
        ("status", "opne", "open", row("1", Status="opne")),
        ("status", "settled", "paid", row("1", **PAID | {"Status": "settled"})),
        ("asked", "1250.00", "125000", row("1", Asked="1250.00")),
        ("decided", "12/31/2017", "31/12/2017", row("1", Decided="12/31/2017")),
        ("loss", "indirect loss", "direct", row("1", Loss="indirect loss")),
    ],
)
def test_a_recode_with_a_reason_lets_a_cell_go_on(
    log: MadeLedger, column: str, found: str, to: str, bad: list[str]
) -> None:
    log.says["recodes"] = [{"column": column, "from": found, "to": to, "reason": "mistyped"}]
    log.write(bad, row("2"))
    assert counts(log.cleaned()) == {f"recode of {column}": 1}


def test_words_of_the_ledger_for_losses_and_statuses(log: MadeLedger) -> None:
    log.says["values"] = {"loss": {"lost_earnings": ["Locum income"]}, "status": {"open": ["In hand", "New"]}}
    log.write(row("1", Loss="locum income", Status="In hand"), row("2", Status="new"), row("3", Status="Undecided"))
    frame = log.cleaned().frame
    assert frame["loss"].tolist() == ["lost_earnings", "direct", "direct"]
    assert frame["status"].tolist() == ["open"] * 3


def test_money_must_be_said_to_be_pence_or_pounds(log: MadeLedger) -> None:
    del log.says["amounts"]
    (problem,) = log.badly_described().problems
    assert problem.what == "'amounts' is missing: whether the file's money is in 'pence' or in 'pounds'"
    assert problem.file == YAML


def test_an_application_needs_the_weeks_that_it_may_take(log: MadeLedger) -> None:
    del log.says["expected_weeks"]
    (problem,) = log.badly_described().problems
    assert problem.what == "'expected_weeks' is missing: the weeks that an application may take"


# ---- what was known on a day

WHOLE = {
    **{"Submitted": "04/12/2017", "Acknowledged": "06/12/2017", "Decided": "08/12/2017", "Closed": "12/12/2017"},
    **{"Status": "paid", "Asked": "125000", "Offered": "100000", "Paid": "90000"},
    **{"Applied": "01/06/2017", "Listed": "10/12/2017"},
}


LATER = ("acknowledged", "decided", "closed", "status", "offered", "paid", "listed")
KNOWN = {
    "2017-12-04": (None, None, None, "open", None, None, None),
    "2017-12-06": ("2017-12-06", None, None, "open", None, None, None),
    "2017-12-08": ("2017-12-06", "2017-12-08", None, "open", 100000, None, None),
    "2017-12-11": ("2017-12-06", "2017-12-08", None, "open", 100000, None, "2017-12-10"),
    "2017-12-12": ("2017-12-06", "2017-12-08", "2017-12-12", "paid", 100000, 90000, "2017-12-10"),
}


@pytest.mark.parametrize("day", list(KNOWN))
def test_a_claim_as_it_was_known(log: MadeLedger, day: str) -> None:
    """Origin: by hand; the day itself counts as known."""
    log.write(row("1", **WHOLE))
    (known,) = table(claims_as_known(log.cleaned().frame, day))
    always = {"id": "1", "submitted": "2017-12-04", "asked": 125000, "applied": "2017-06-01"}
    expected = dict(zip(LATER, KNOWN[day], strict=True)) | always
    assert {name: known[name] for name in expected} == expected


def test_a_claim_is_not_known_before_it_is_submitted(log: MadeLedger) -> None:
    log.write(row("1", **WHOLE))
    frame = log.cleaned().frame
    before = claims_as_known(frame, "2017-12-03")
    assert len(before) == 0
    assert before.dtypes.to_dict() == frame.dtypes.to_dict()
    assert table(claims_as_known(frame, "2018-01-31")) == table(frame)


FIRST, LAST = date(2017, 10, 2), date(2018, 1, 31)


@st.composite
def claim(draw: st.DrawFn) -> dict[str, Any]:
    """A claim without mistakes: its days as days, its amounts in pence."""
    days = sorted(draw(st.lists(st.integers(0, (LAST - FIRST).days), min_size=4, max_size=4)))
    steps = [FIRST + timedelta(days=n) for n in days]
    end = draw(st.sampled_from(["new", "acknowledged", "decided", "paid", "refused", "withdrawn"]))
    found: dict[str, Any] = {"Submitted": steps[0], "Status": "open", "Asked": draw(st.integers(1000, 10**7))}
    if end != "new":
        found["Acknowledged"] = steps[1]
    if end in ("decided", "paid", "refused"):
        found["Decided"] = steps[2]
    if end in ("decided", "paid"):
        found["Offered"] = found["Asked"] * draw(st.integers(10, 150)) // 100
    if end == "paid":
        found["Paid"] = max(found["Offered"] * draw(st.integers(50, 100)) // 100, found["Asked"] // 99)
    if end in ("paid", "refused", "withdrawn"):
        found |= {"Closed": steps[3], "Status": end}
    if draw(st.booleans()):
        found["Applied"], found["Listed"] = FIRST - timedelta(days=30), draw(st.sampled_from(steps))
    return found


def cut(one: Mapping[str, Any], day: date) -> dict[str, Any]:
    """A claim as the file would have shown it on a day: what came later is not in it."""
    found = {name: cell for name, cell in one.items() if not (isinstance(cell, date) and cell > day)}
    if "Closed" not in found:
        found |= {"Status": "open"}
        found.pop("Paid", None)
    if "Decided" not in found:
        found.pop("Offered", None)
    return found


def in_file(number: int, one: Mapping[str, Any]) -> list[str]:
    cells = {n: c.strftime("%d/%m/%Y") if isinstance(c, date) else str(c) for n, c in one.items()}
    return row(str(number), **cells)


def test_what_was_known_is_what_the_file_of_the_day_says(tmp_path: Path) -> None:
    """Law: a file cut back by us is the file drawn on that day, cleaned."""
    seen = set()

    @given(st.lists(claim(), min_size=1, max_size=6), st.integers(0, (LAST - FIRST).days))
    @STEADY
    def law(claims: list[dict[str, Any]], after: int) -> None:
        day = FIRST + timedelta(days=after)
        log = made(tmp_path)
        log.write(*(in_file(n, one) for n, one in enumerate(claims)))
        known = table(claims_as_known(log.cleaned().frame, day.isoformat()))
        then = [in_file(n, cut(one, day)) for n, one in enumerate(claims) if one["Submitted"] <= day]
        seen.add(bool(then))
        if not then:
            assert known == []
            return
        log.says["extracted_on"] = day.isoformat()
        log.write(*then)
        assert [one | {"line": 0} for one in known] == [one | {"line": 0} for one in table(log.cleaned().frame)]

    law()
    assert seen == {True, False}


def test_pence_and_pounds_give_the_same_claims(tmp_path: Path) -> None:
    """Law: the unit of the file is not to be seen in the frame."""

    @given(st.lists(claim(), min_size=1, max_size=6), st.sampled_from(["{}.{:02d}", "£{:,}.{:02d}"]))
    @STEADY
    def law(claims: list[dict[str, Any]], form: str) -> None:
        log = made(tmp_path)
        log.write(*(in_file(n, one) for n, one in enumerate(claims)))
        in_pence = log.cleaned().frame
        pounds = [
            {n: form.format(*divmod(c, 100)) if isinstance(c, int) else c for n, c in one.items()} for one in claims
        ]
        log.says["amounts"] = "pounds"
        log.write(*(in_file(n, one) for n, one in enumerate(pounds)))
        pd.testing.assert_frame_equal(log.cleaned().frame, in_pence)

    law()


CELLS = st.sampled_from(
    [
        *ODD_TEXTS,
        *("open", "paid", "refused", "withdrawn", "direct", "Supplies", "04/12/2017", "12/31/2017", "43100", "1", "2"),
        *("125000", "1250", "12500000", "0", "-1", "1250.00", "£5", "1e9", "99999999999999999999"),
    ]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
SPOILT = st.lists(st.tuples(st.integers(0, 4), st.integers(0, len(HEADER) - 1), CELLS), max_size=4)


def test_odd_cells_give_a_frame_or_a_message(tmp_path: Path) -> None:
    """Law: five rows with odd cells are cleaned, or refused with at least one mistake told; both come up."""
    outcomes = set()

    @given(SPOILT, st.sampled_from(["pence", "pounds"]))
    @STEADY
    def law(spoilt: list[tuple[int, int, str]], unit: str) -> None:
        log = made(tmp_path)
        log.says["amounts"] = unit
        outcomes.add(
            log.outcome([row("1"), row("2", **PAID), row("3", **REFUSED), row("4"), row("5")], spoilt, claims_as_known)
        )

    law()
    assert outcomes == {"read", "refused"}


# ---- the example


def test_the_example_is_cleaned_whole() -> None:
    """Origin: counts of the file by the csv module."""
    problems = Problems()
    catalogue = read_catalogue(ROOT, problems)
    ledger = catalogue.ledgers["claims"]
    labels = {line.id: line.label for line in catalogue.service_lines.values()}
    found = clean_claims(ledger, ROOT / ledger.raw, labels, problems)
    assert found is not None, sentences(problems.found)
    rows = example("claims")
    assert "made-up" in ledger.label.casefold()
    assert found.received == len(found.frame) == len(rows)
    assert found.frame["status"].tolist() == [one["Status"].casefold() for one in rows]
    assert found.frame["asked"].sum() == sum(int(one["Asked (pence)"]) for one in rows)
    assert found.frame["paid"].sum() == sum(int(one["Paid (pence)"] or 0) for one in rows)
    for ours, theirs in {"decided": "Decided", "closed": "Closed", "listed": "On the list since"}.items():
        assert int(found.frame[ours].notna().sum()) == sum(bool(one[theirs]) for one in rows)


def test_the_example_holds_what_it_is_made_to_show() -> None:
    """Origin: counts of the file by the csv module, against what data/synthetic is to show."""
    rows = example("claims")
    assert 350 <= len(rows) <= 450
    undecided = {
        loss: sum(one["Status"] == "Open" and not one["Decided"] for one in rows if one["Kind of loss"] == loss)
        / sum(one["Kind of loss"] == loss for one in rows)
        for loss in ("Direct loss", "Lost earnings")
    }
    assert undecided["Lost earnings"] > undecided["Direct loss"] + 0.1
    assert sum(undecided.values()) > 0.5
    performers = [one for one in rows if one["Service"] == "Performers list"]
    assert all(one["Applied to the list"] for one in performers)
    assert 0 < sum(not one["On the list since"] for one in performers) < len(performers) / 2
    assert not [one for one in rows if one["Applied to the list"] and one["Service"] != "Performers list"]
    claimants = [one["Claimant"] for one in rows]
    assert len(set(claimants)) < len(rows)
    assert {one["Status"] for one in rows} == {"Open", "Paid", "Refused", "Withdrawn"}
