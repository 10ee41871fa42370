"""Bad issue logs: what is told of each mistake, where it stands, what was found there, and what to do.

Origin of every expected message and day: by hand, from the rows written in the test.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.cleaning.exports import Coded
from pcse_analysis.cleaning.issues import as_known
from pcse_analysis.cleaning.rows import Rows
from pcse_analysis.errors import Problems
from tests.cleaning.made_exports import sentences
from tests.cleaning.made_ledgers import HEADER, MadeLedger, counts, row
from tests.conftest import ODD_TEXTS

YAML = "data/catalogue/ledgers/log.yaml"
DATES = (
    f"correct the cells, or leave the rows out under 'exclusions' in {YAML} with a reason.",
    f"correct the cell, or leave the row out under 'exclusions' in {YAML} with a reason.",
)
NAME_IT = f"name it under 'values' of '{{}}' in {YAML}, or add a recode with a reason."
STATUS = f"correct the cells, or recode the status in {YAML} with a reason."
ZONE = f"give 'time_zone' in {YAML}, such as Europe/London, and write stamps as ISO 8601."
ZONED = "a time with a time zone, so that its day depends on where it is read"
STALE = "correct it or take it out."
NONE_LATER = "and none later on which it was reopened"


@pytest.fixture
def log(tmp_path: Path) -> MadeLedger:
    return MadeLedger(tmp_path)


def days(column: pd.Series) -> list[str]:
    return column.dt.strftime("%Y-%m-%d").fillna("none").tolist()


def only(log: MadeLedger, *rows: list[str]) -> tuple[str, str]:
    """The one mistake of a log on a line, and what to do."""
    log.write(*rows)
    (problem,) = log.refused().problems
    assert problem.file == log.name
    return problem.sentence(), problem.to_do


def test_a_log_without_mistakes(log: MadeLedger) -> None:
    log.write(
        row("1"), row("2", Resolved="11/12/2017", Status="resolved", Who="an LMC"), row("3", Promised="01/06/2018")
    )
    found = log.cleaned()
    assert days(found.frame["opened"]) == ["2017-12-04"] * 3
    assert days(found.frame["resolved"]) == ["none", "2017-12-11", "none"]
    assert days(found.frame["promised"]) == ["none", "none", "2018-06-01"]  # a promise may be to come
    assert found.frame["line"].tolist() == [2, 3, 4]
    assert counts(found) == {}


@pytest.mark.parametrize("later", ["resolved", "withdrawn", "reopened", "promised"])
def test_what_came_before_the_issue_was_opened(log: MadeLedger, later: str) -> None:
    status = later if later in ("resolved", "withdrawn") else "open"
    cells = {later.capitalize(): "01/12/2017", "Status": status}
    expected = f"column '{later.capitalize()}': {later} on 2017-12-01, before it was opened (2017-12-04)"
    assert only(log, row("1"), row("2", **cells)) == (f"line 3, {expected}", DATES[0])
    assert only(log, row("1", **cells), row("2", **cells), row("3", **cells))[0] == (
        f"line 2, {expected} (also on lines 3, 4)"
    )


def test_dates_in_mixed_orders(log: MadeLedger) -> None:
    what, to_do = only(log, row("1"), row("2", Opened="12/31/2017"), row("3", Opened="12/30/2017"))
    assert what == (
        "line 3, column 'Opened': found '12/31/2017': is a date only as month-first, but the file's dates are "
        "day-first (also on line 4)"
    )
    assert to_do == (
        "export the dates again in one order (year-month-day is safest); Excel turns some round and not others."
    )


@pytest.mark.parametrize(
    "stamp", ["2017-12-31T23:30:00Z", "2017-12-31T23:30+01:00", "2017-12-31 23:30 +01", "2017-12-31 23:30+1"]
)
def test_a_time_zone_is_refused(log: MadeLedger, stamp: str) -> None:
    assert only(log, row("1", Opened=stamp)) == (f"line 2, column 'Opened': found '{stamp}': {ZONED}", ZONE)


@pytest.mark.parametrize("zone", ["", "Europe/London"])
@pytest.mark.parametrize("stamp", ["2017-12-31 23:30 EST", "31/12/2017 23:30 ET", "31/12/2017 11:30 PM BST"])
def test_the_name_of_a_time_zone_is_refused(log: MadeLedger, stamp: str, zone: str) -> None:
    """Names such as EST stand for several zones."""
    log.says |= {"time_zone": zone} if zone else {}
    assert only(log, row("1", Opened=stamp)) == (f"line 2, column 'Opened': found a text: {ZONED}", ZONE)


@pytest.mark.parametrize(
    ("stamp", "zone", "day"),
    [
        ("2017-12-31T23:30:00Z", "Europe/London", "2017-12-31"),
        ("2017-06-30T23:30:00Z", "Europe/London", "2017-07-01"),  # summer time
        ("2017-12-31T23:30:00Z", "Europe/Paris", "2018-01-01"),
        ("2018-01-01T00:30:00+01:00", "Europe/London", "2017-12-31"),
        ("2017-12-31T20:00:00-05:00", "Europe/London", "2018-01-01"),
        ("31/12/2017 11:30 PM", "Europe/London", "2017-12-31"),  # without a zone: as it stands
    ],
)
def test_a_time_zone_that_is_named_moves_the_day(log: MadeLedger, stamp: str, zone: str, day: str) -> None:
    log.says["time_zone"] = zone
    log.write(row("1", Opened=stamp))
    assert days(log.cleaned().frame["opened"]) == [day]


def test_a_stamp_that_no_calendar_holds_is_refused(log: MadeLedger) -> None:
    """In New York it is a day of the year 0."""
    log.says["time_zone"] = "America/New_York"
    stamp = "0001-01-01T00:00:00+00:00"
    assert only(log, row("1", Opened=stamp)) == (f"line 2, column 'Opened': found '{stamp}': {ZONED}", ZONE)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("01/02/2018", "'01/02/2018': a day after the file was drawn (extracted_on: 2018-01-31)"),
        ("31/12/1989", "'31/12/1989': a day before 1990"),
        ("", "(empty): expected a date"),
        ("30/02/2017", "'30/02/2017': expected a date"),
        ("soon, says Mr Smith", "a text: expected a date"),
    ],
)
def test_no_day_that_can_be(log: MadeLedger, cell: str, found: str) -> None:
    assert only(log, row("1", Opened=cell)) == (f"line 2, column 'Opened': found {found}", DATES[1])


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("Status", "opne", "found 'opne', expected a status   near 'open'"),
        ("Route", "Directy", "found 'Directy', expected a route   near 'directly'"),
        ("Service", "suplies", "found 'suplies', expected a service line   near 'supplies'"),
        ("Status", "", "found (empty), expected a status: open, resolved, withdrawn"),
        ("Route", "", "found (empty), expected a route: direct, committee"),
        ("Route", "Mr Smith rang", "found (text, 13 characters), expected a route: direct, committee"),
    ],
)
def test_an_unknown_choice(log: MadeLedger, column: str, cell: str, found: str) -> None:
    ours = {"Service": "service_line"}.get(column, column.casefold())
    assert only(log, row("1"), row("2", **{column: cell})) == (
        f"line 3, column '{column}': {found}",
        NAME_IT.format(ours),
    )


def test_many_unknown_choices_are_not_all_listed(log: MadeLedger) -> None:
    log.write(*(row(str(n), Route=f"{n} secret") for n in range(8)))
    told = log.told()
    assert len(told) == 6
    assert told[-1] == "column 'Route': and 3 more values of this kind"
    assert "secret" not in str(log.refused())


def test_the_same_issue_with_different_dates(log: MadeLedger) -> None:
    log.says["repeated"] = {"keep": "first", "reason": "made up"}  # it does not help
    what, to_do = only(log, row("7"), row("8"), row("7", Opened="05/12/2017"))
    assert what == "line 2, column 'Issue': one id in 2 rows with different dates (also on line 4)"
    assert to_do == f"correct the ids, or leave rows out by 'lines' under 'exclusions' in {YAML}."


def test_the_same_issue_with_the_same_dates(log: MadeLedger) -> None:
    what, to_do = only(log, row("7"), row("8"), row("7"))
    assert what == "line 4, column 'Issue': the id stands in an earlier row with the same dates"
    assert to_do == f"give the ids new, or say under 'repeated' in {YAML} which row is kept and why."


@pytest.mark.parametrize(("keep", "lines", "left_out"), [("first", [2, 3], 4), ("last", [3, 4], 2)])
def test_a_repeated_row_is_left_out_with_its_reason(
    log: MadeLedger, keep: str, lines: list[int], left_out: int
) -> None:
    log.says["repeated"] = {"keep": keep, "reason": "exported twice"}
    log.write(row("7"), row("8"), row("7"))
    found = log.cleaned()
    assert found.frame["line"].tolist() == lines
    assert found.excluded[["line", "reason"]].to_numpy().tolist() == [[left_out, "exported twice"]]
    assert counts(found) == {"repeated rows": 1}


def test_an_issue_without_an_id(log: MadeLedger) -> None:
    assert only(log, row("1"), row("")) == ("line 3, column 'Issue': is empty", "give every case an id.")


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"Status": "resolved"}, "is resolved, but there is no day on which it was"),
        (
            {"Status": "resolved", "Resolved": "05/12/2017", "Reopened": "06/12/2017"},
            "is resolved, but there is a later day on which it was reopened",
        ),
        (
            {"Status": "resolved", "Resolved": "05/12/2017", "Withdrawn": "06/12/2017"},
            f"is resolved, but there is a day on which it was withdrawn, {NONE_LATER}",
        ),
        ({"Resolved": "05/12/2017"}, f"is open, but there is a day on which it was resolved, {NONE_LATER}"),
        ({"Withdrawn": "05/12/2017"}, f"is open, but there is a day on which it was withdrawn, {NONE_LATER}"),
        ({"Status": "withdrawn"}, "is withdrawn, but there is no day on which it was"),
        (
            {"Status": "withdrawn", "Withdrawn": "06/12/2017", "Resolved": "05/12/2017"},
            f"is withdrawn, but there is a day on which it was resolved, {NONE_LATER}",
        ),
    ],
)
def test_a_status_that_its_dates_contradict(log: MadeLedger, cells: dict[str, str], what: str) -> None:
    assert only(log, row("1"), row("2", **cells)) == (f"line 3, column 'Status': {what}", STATUS)


@pytest.mark.parametrize(
    ("resolved", "reopened", "withdrawn", "ends"),
    [
        ("05/12/2017", "", "07/12/2017", None),  # in two ways
        ("07/12/2017", "", "05/12/2017", None),
        ("06/12/2017", "", "06/12/2017", None),
        ("06/12/2017", "05/12/2017", "07/12/2017", None),  # reopened before both, of something else
        ("05/12/2017", "06/12/2017", "07/12/2017", "withdrawn"),
        ("07/12/2017", "06/12/2017", "05/12/2017", "resolved"),
        ("05/12/2017", "08/12/2017", "07/12/2017", "open"),  # whatever it was, it is open again
        ("05/12/2017", "", "", "resolved"),
        ("", "", "05/12/2017", "withdrawn"),
    ],
)
def test_an_issue_without_a_status_ends_in_one_way(
    log: MadeLedger, resolved: str, reopened: str, withdrawn: str, ends: str | None
) -> None:
    columns = log.says["columns"]
    assert isinstance(columns, dict)
    del columns["status"]
    cells = {"Resolved": resolved, "Reopened": reopened, "Withdrawn": withdrawn}
    if ends is None:
        what = "line 3, column 'Withdrawn': is resolved as well as withdrawn, and was not reopened in between"
        assert only(log, row("1"), row("2", **cells)) == (what, DATES[0])
        return
    log.write(row("1", **cells))
    assert as_known(log.cleaned().frame, "2018-01-31")["end"].tolist() == [ends]


def test_capital_letters_do_not_matter(log: MadeLedger) -> None:
    """Neither to a spelling under 'values', nor to a recode or an exclusion; blanks do not either."""
    log.says["values"] = {"route": {"direct": ["By Phone"]}}
    log.says["recodes"] = [{"column": "status", "from": "In  Hand", "to": "open", "reason": "another word"}]
    log.says["exclusions"] = [{"column": "route", "values": ["By Post"], "reason": "not of this log"}]
    log.write(
        row("1", Route="BY PHONE", Status="IN HAND"), row("2", Route="by phone", Status="in hand "),
        row("3", Route="BY POST"), row("4", Route=" by  post"), row("5", Route="By Post"),
    )  # fmt: skip
    found = log.cleaned()
    assert found.frame["line"].tolist() == [2, 3]
    assert found.frame["route"].tolist() == ["direct", "direct"]
    assert counts(found) == {"recode of status": 2, "exclusion": 3}


def test_exclusions_and_recodes_are_counted(log: MadeLedger) -> None:
    log.says["exclusions"] = [
        {"lines": ["2", "4"], "reason": "tests of the form"},
        {"column": "route", "values": ["post"], "reason": "not of this log"},
    ]
    log.says["recodes"] = [{"column": "status", "from": "opne", "to": "open", "reason": "mistyped"}]
    log.write(row("1"), row("2", Route="post"), row("3"), row("4", Status="opne"), row("5", Status="opne"))
    found = log.cleaned()
    assert found.frame["line"].tolist() == [5, 6]
    assert found.excluded[["line", "reason"]].to_numpy().tolist() == [
        [2, "tests of the form"],
        [4, "tests of the form"],
        [3, "not of this log"],
    ]
    steps = found.steps[["rule", "reason", "count"]].to_numpy().tolist()
    assert steps[:4] == [
        ["blank rows", "no cell is filled", 0],
        ["recode of status", "mistyped", 2],
        ["exclusion", "tests of the form", 2],
        ["exclusion", "not of this log", 1],
    ]


def test_rules_that_find_nothing_are_refused(log: MadeLedger) -> None:
    log.says["exclusions"] = [
        {"lines": ["9"], "reason": "made up"},
        {"column": "route", "values": ["post"], "reason": "made up"},
    ]
    log.says["recodes"] = [{"column": "status", "from": "opne", "to": "open", "reason": "made up"}]
    log.write(row("1"))
    problems = log.refused().problems
    assert {(p.file, p.to_do) for p in problems} == {(YAML, STALE)}
    assert sentences(problems) == [
        f"a recode of 'status' finds nothing: 'opne' is not in '{log.name}'",
        f"an exclusion finds nothing: 9 in '{log.name}'",
        f"an exclusion finds nothing: post in '{log.name}'",
    ]


def test_no_row_is_left(log: MadeLedger) -> None:
    log.says["exclusions"] = [{"lines": ["2"], "reason": "made up"}]
    assert only(log, row("1")) == ("every row is left out", f"correct 'exclusions' in {YAML}.")


def test_a_missing_column(log: MadeLedger) -> None:
    log.write(row("1"), header=[name.replace("Opened", "Opend") for name in HEADER])
    (problem,) = log.refused().problems
    assert problem.sentence() == "line 1: found 0 columns 'Opened' (our 'opened'), expected 1   near 'Opend'"
    assert problem.to_do == f"correct 'columns' in {YAML}, or export the file again with all its columns."


def test_a_column_that_stands_twice(log: MadeLedger) -> None:
    log.write([*row("1"), ""], header=[*HEADER, "Opened"])
    assert log.told() == ["line 1: found 2 columns 'Opened' (our 'opened'), expected 1"]


def test_an_empty_file(log: MadeLedger) -> None:
    log.write()
    log.file.write_bytes(b"")
    assert log.told() == ["the file is empty"]
    assert "survey" not in str(log.refused())


def test_a_header_and_nothing_else(log: MadeLedger) -> None:
    log.write()
    assert log.told() == ["has a header and no rows"]
    (problem,) = log.refused().problems
    assert (
        problem.to_do == "export the file again from the system that it comes from, or save it as CSV (UTF-8) or XLSX."
    )


def test_no_file(log: MadeLedger) -> None:
    log.write()
    log.file.rename(log.file.with_name("lgo.csv"))
    assert log.told() == ["the file is missing or cannot be read   near 'lgo.csv'"]


def test_all_mistakes_are_told_in_one_message(log: MadeLedger) -> None:
    log.write(
        row("1", Resolved="01/12/2017", Status="resolved"),
        row("2", Opened="12/31/2017"),
        row("3", Opened="01/02/2018"),
        row("4", Status="opne"),
        row("5", Route="Mrs Jones, 0161 496 0000"),
        row("6", Status="resolved"),
        row("6", Opened="05/12/2017"),
        row(""),
    )
    error = log.refused()
    assert str(error).splitlines() == [
        f"DataError: 8 problems in '{log.name}'",
        "    line 2, column 'Resolved': resolved on 2017-12-01, before it was opened (2017-12-04)",
        "    line 3, column 'Opened': found '12/31/2017': is a date only as month-first, but the file's dates are "
        "day-first",
        "    line 4, column 'Opened': found '01/02/2018': a day after the file was drawn (extracted_on: 2018-01-31)",
        "    line 5, column 'Status': found 'opne', expected a status   near 'open'",
        "    line 6, column 'Route': found (text, 24 characters), expected a route: direct, committee",
        "    line 7, column 'Issue': one id in 2 rows with different dates (also on line 8)",
        "    line 7, column 'Status': is resolved, but there is no day on which it was",
        "    line 9, column 'Issue': is empty",
        "  To mend: give every case an id.",
        f"  To mend: correct the ids, or leave rows out by 'lines' under 'exclusions' in {YAML}.",
        "  To mend: export the dates again in one order (year-month-day is safest); Excel turns some round and not "
        "others.",
        f"  To mend: {DATES[1]}",
        f"  To mend: {NAME_IT.format('route')}",
        f"  To mend: {NAME_IT.format('status')}",
        f"  To mend: {STATUS}",
        f"  To mend: {DATES[0]}",
    ]


@pytest.mark.parametrize("column", ["Opened", "Resolved", "Status", "Service", "Route"])
@pytest.mark.parametrize("text", ["Mrs Jones, 0161 496 0000", "J. Smith", "ask Zoe", "direct: ask Zoe", "open (Zoe)"])
def test_free_text_is_never_printed(log: MadeLedger, column: str, text: str) -> None:
    log.write(row("1", **{column: text}))
    assert text not in str(log.refused())


def amounts(log: MadeLedger, unit: str, *cells: str) -> tuple[list[int | None], list[str]]:
    """A column of money as it is read, and the mistakes in it."""
    log.says |= {"amounts": unit}
    problems = Problems()
    column = Coded(list(cells), np.arange(len(cells)))
    lines = np.arange(2, 2 + len(cells), dtype=np.int32)
    rows = Rows(
        ledger=log.read(), problems=problems, columns={"who": column}, lines=lines, received=len(cells)
    )  # fmt: skip
    read = rows.pence("who")
    return [None if value is pd.NA else int(value) for value in read], sentences(problems.found)


@pytest.mark.parametrize(
    ("unit", "cell", "pence"),
    [
        ("pence", "125000", 125000),
        ("pence", "125,000", 125000),
        ("pence", "0", 0),
        ("pence", "", None),
        ("pounds", "1250", 125000),
        ("pounds", "1250.5", 125050),
        ("pounds", "£1,250.00", 125000),
        ("pounds", "£ 1 250.07", 125007),
        ("pounds", "0.29", 29),  # 0.29 * 100 is 28.999... in floating point
        ("pounds", "", None),
    ],
)
def test_amounts(log: MadeLedger, unit: str, cell: str, pence: int | None) -> None:
    assert amounts(log, unit, cell) == ([pence], [])


POUNDS, PENCE = "expected an amount in pounds such as 1250.00", "expected whole pence such as 125000"


@pytest.mark.parametrize(
    ("unit", "cell", "what"),
    [
        ("pence", "-125", f"{PENCE}: it is negative"),
        ("pence", "(125)", f"{PENCE}: it is negative"),
        ("pence", "1250.00", f"{PENCE}: this is written in pounds"),
        ("pence", "£1250", f"{PENCE}: this is written in pounds"),
        ("pence", "1,250.5", f"{PENCE}: this is written in pounds"),
        ("pence", "12,50", PENCE),
        ("pence", "1.234", PENCE),
        ("pounds", "-1250.00", f"{POUNDS}: it is negative"),
        ("pounds", "1250.005", POUNDS),
        ("pounds", "12,50", POUNDS),
        ("pounds", "1.250,00", POUNDS),
        ("pounds", "1e3", POUNDS),
    ],
)
def test_what_is_no_amount(log: MadeLedger, unit: str, cell: str, what: str) -> None:
    assert amounts(log, unit, "1", cell)[1] == [f"line 3, column 'Who': found '{cell}', {what}"]


@pytest.mark.parametrize("cell", ["about 100", "nan", "ask Zoe", "100 (Zoe)", "inf"])
def test_a_text_in_the_place_of_an_amount_is_not_printed(log: MadeLedger, cell: str) -> None:
    """It may say who claimed."""
    for unit, what in {"pence": PENCE, "pounds": POUNDS}.items():
        told = f"line 3, column 'Who': found (text, {len(cell)} characters), {what}"
        assert amounts(log, unit, "1", cell)[1] == [told]


CELLS = st.sampled_from(
    [
        *ODD_TEXTS,
        *("resolved", "withdrawn", "open", "direct", "Supplies", "04/12/2017", "31/12/2017", "12/31/2017", "43100"),
        *("2017-12-31T23:30:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "31/12/9999", "1", "2"),
    ]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
SPOILT = st.lists(st.tuples(st.integers(0, 4), st.integers(0, len(HEADER) - 1), CELLS), max_size=4)


def test_odd_cells_give_a_frame_or_a_message(tmp_path: Path) -> None:
    """Law: five rows with odd cells are cleaned, or refused with at least one mistake told; both come up."""
    outcomes = set()

    @given(SPOILT, st.booleans(), st.sampled_from(["", "Europe/London", "Pacific/Apia"]))
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    def law(spoilt: list[tuple[int, int, str]], repeated: bool, zone: str) -> None:
        log = MadeLedger(tmp_path)
        log.says |= {"repeated": {"keep": "last", "reason": "made up"}} if repeated else {}
        log.says |= {"time_zone": zone} if zone else {}
        outcomes.add(log.outcome([row(str(n)) for n in range(1, 6)], spoilt, as_known))

    law()
    assert outcomes == {"read", "refused"}


def described(log: MadeLedger, **says: Any) -> list[tuple[str, int | None, str]]:
    """What is wrong with the description: file, the line's beginning, and the mistake."""
    log.says |= says
    error = log.badly_described()
    lines = log.description.read_text(encoding="utf-8").splitlines()
    assert {p.file for p in error.problems} == {YAML}
    return [(lines[p.line - 1].split(":")[0].strip() if p.line else "", p.line, p.what) for p in error.problems]


@pytest.mark.parametrize(
    ("says", "key", "what"),
    [
        ({"colour": "blue"}, "colour", "'colour' is not a name of this file; expected"),
        ({"extracted_no": "2018-01-31"}, "extracted_no", "'extracted_no' is not a name of this file   near"),
        ({"starts_on": "2018-02-01"}, "starts_on", "'starts_on': found '2018-02-01', expected a day before"),
        ({"starts_on": "2018-01-31"}, "starts_on", "'starts_on': found '2018-01-31', expected a day before"),
        ({"starts_on": "01/01/2017"}, "starts_on", "'starts_on': found '01/01/2017', expected a date such as"),
        (
            {"starts_on": "1989-12-31"},
            "starts_on",
            "'starts_on': found '1989-12-31', expected a day from 1990-01-01 to",
        ),
        ({"extracted_on": "2061-01-01"}, "extracted_on", "'extracted_on': found '2061-01-01', expected a day from"),
        ({"survey": "mode"}, "survey", "'survey': found 'mode', expected a survey of the catalogue   near 'made'"),
        ({"dates": "day first"}, "dates", "'dates': found 'day first', expected an order of dates   near 'day-first'"),
        ({"days": "weekdays"}, "days", "'days': found 'weekdays', expected a way to count days: all, working"),
        ({"time_zone": "BST"}, "time_zone", "'time_zone': found 'BST', expected a name such as Europe/London"),
        ({"amounts": "euros"}, "amounts", "'amounts': found 'euros', expected a unit"),
        ({"standard": "soon"}, "standard", "'standard': found 'soon', expected a number"),
        ({"routes": ["direct"]}, "routes", "'routes' should hold named entries"),
        ({"routes": {}}, "routes", "'routes' should hold named entries"),
        ({"values": {"who": {"a": ["b"]}}}, "who", "'who' holds no fixed choices; those that do: "),
        ({"values": {"route": {"direkt": ["b"]}}}, "direkt", "'direkt' is not a value of 'route'   near 'direct'"),
        (
            {"values": {"route": {"direct": ["b"], "committee": ["B"]}}},
            "committee",
            "'B' stands for 'committee' and for 'direct'",
        ),
        ({"repeated": {"keep": "both", "reason": "made up"}}, "keep", "'keep': found 'both', expected the row to keep"),
        ({"slow_down": {"months": "13", "margin": "10", "fixed": "x"}}, "months", "'months': found '13', expected 1"),
        ({"recodes": [{"column": "wo", "from": "a", "to": "b", "reason": "c"}]}, "- column", "'column': found 'wo'"),
        ({"exclusions": [{"lines": ["x"], "reason": "c"}]}, "- lines", "'lines' should be a list of line numbers"),
        ({"exclusions": [{"reason": "c"}]}, "- reason", "an exclusion names either 'lines', or a 'column' and its"),
    ],
)
def test_mistakes_of_a_description(log: MadeLedger, says: dict[str, Any], key: str, what: str) -> None:
    """Each names the line of the key that is wrong."""
    told = described(log, **says)
    assert [(at, said) for at, _, said in told if said.startswith(what)], told
    assert next(at for at, _, said in told if said.startswith(what)) == key


@pytest.mark.parametrize("key", ["extracted_on", "columns", "dates", "routes", "starts_on"])
def test_what_a_description_must_say(log: MadeLedger, key: str) -> None:
    del log.says[key]
    told = described(log)
    assert any(what.startswith(f"'{key}' is missing") for _, _, what in told), told


def test_a_column_that_a_description_must_name(log: MadeLedger) -> None:
    columns = log.says["columns"]
    assert isinstance(columns, dict)
    del columns["opened"]
    assert [(at, what) for at, _, what in described(log)] == [("columns", "'opened' is missing")]


def test_two_columns_with_one_header(log: MadeLedger) -> None:
    columns = log.says["columns"]
    assert isinstance(columns, dict)
    columns["reopened"] = "Opened"
    assert [(at, what) for at, _, what in described(log)] == [
        ("opened", "'opened': header 'Opened' is named for several columns"),
        ("reopened", "'reopened': header 'Opened' is named for several columns"),
    ]


def test_an_unknown_kind(log: MadeLedger) -> None:
    told = described(log, kind="isues")
    assert ("kind", "'kind': found 'isues', expected a kind of ledger   near 'issues'") in [(a, w) for a, _, w in told]


def test_several_mistakes_of_a_description_are_told_at_once(log: MadeLedger) -> None:
    told = described(log, days="weekdays", dates="day first", standard="soon")
    assert {at for at, _, _ in told} == {"days", "dates", "standard"}


KNOWN = [
    # opened, resolved, reopened, withdrawn; how it ended as known on 15 January 2018, and when
    ("2018-01-15", "", "", "", "open", ""),
    ("2018-01-16", "", "", "", None, ""),  # opened the day after: not known
    ("2018-01-02", "2018-01-15", "", "", "resolved", "2018-01-15"),
    ("2018-01-02", "2018-01-16", "", "", "open", ""),
    ("2018-01-02", "", "", "2018-01-15", "withdrawn", "2018-01-15"),
    ("2018-01-02", "", "", "2018-01-16", "open", ""),
    ("2018-01-02", "2018-01-10", "2018-01-12", "", "open", ""),
    ("2018-01-02", "2018-01-10", "2018-01-15", "", "open", ""),
    ("2018-01-02", "2018-01-10", "2018-01-16", "", "resolved", "2018-01-10"),  # reopened, but not known yet
    ("2018-01-02", "2018-01-14", "2018-01-12", "", "resolved", "2018-01-14"),  # reopened, then resolved for good
    ("2018-01-02", "2018-01-20", "2018-01-12", "", "open", ""),
    ("2018-01-02", "2018-01-10", "2018-01-12", "2018-01-14", "withdrawn", "2018-01-14"),
    ("2018-01-02", "2018-01-10", "2018-01-12", "2018-01-17", "open", ""),
    ("2018-01-02", "", "2018-01-12", "2018-01-10", "open", ""),  # withdrawn, then reopened
    ("2018-01-02", "", "2018-01-16", "2018-01-10", "withdrawn", "2018-01-10"),
]


@pytest.mark.parametrize(("opened", "resolved", "reopened", "withdrawn", "end", "closed"), KNOWN)
def test_what_was_known_on_a_day(
    opened: str, resolved: str, reopened: str, withdrawn: str, end: str | None, closed: str
) -> None:
    """Origin: by hand; what came after 15 January is not known."""
    cells = {"opened": opened, "resolved": resolved, "reopened": reopened, "withdrawn": withdrawn}
    frame = pd.DataFrame({name: np.array([day or "NaT"], dtype="datetime64[s]") for name, day in cells.items()})
    known = as_known(frame, "2018-01-15")
    assert known["end"].tolist() == ([] if end is None else [end])
    assert days(known["closed"]) == ([closed or "none"] if end else [])
