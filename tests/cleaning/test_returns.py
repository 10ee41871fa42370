"""The provider's monthly returns: months however written, each kind of mistake with its line, versions as they came.

Origin of every expected message, month and number: by hand, from the rows written in the test.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.cleaning.months import read_month
from pcse_analysis.cleaning.returns import clean_returns, returns_as_known
from pcse_analysis.errors import Problems
from tests.cleaning.made_exports import sentences
from tests.cleaning.made_ledgers import MadeLedger, counts, example
from tests.conftest import ODD_TEXTS, ROOT

YAML = "data/catalogue/ledgers/log.yaml"
HEADER = ["Service", "Measure", "Month", "Result", "Target", "Target is", "Unit", "Known on"]
COLUMNS = {
    **{"service_line": "Service", "measure": "Measure", "period": "Month", "value": "Result", "target": "Target"},
    **{"direction": "Target is", "unit": "Unit", "known_on": "Known on"},
}
DESCRIPTION: dict[str, object] = {
    "id": "log",
    "kind": "kpi_returns",
    "survey": "made",
    "label": "Made up",
    "about": "Made up.",
    "file": "log.csv",
    "dates": "day-first",
    "extracted_on": "2018-01-31",
    "columns": COLUMNS,
}
USUAL = ["Supplies", "Orders sent in time", "2017-11", "97.5", "95", "at least", "percent", "08/12/2017"]
MONTH = "expected a month such as 2017-11"
LEAVE_OUT = f"correct the cells, or leave the rows out under 'exclusions' in {YAML} with a reason."
RECODE = f"correct the cells, or add a recode in {YAML} with a reason."
STEADY = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def row(period: str = "2017-11", **cells: str) -> list[str]:
    """Orders sent in time in November 2017: 97.5 per cent, target 95, known on 8 December, but for the cells given."""
    found = dict(zip(COLUMNS, USUAL, strict=True)) | {"period": period}
    assert cells.keys() <= found.keys()
    return list((found | cells).values())


def made(root: Path) -> MadeLedger:
    return MadeLedger(root, says=DESCRIPTION, header=HEADER, door=clean_returns)


@pytest.fixture
def log(tmp_path: Path) -> MadeLedger:
    return made(tmp_path)


def without(log: MadeLedger, column: str) -> None:
    """Describe a file that has no such column; it may still be there under a header that is not named."""
    log.says["columns"] = {ours: theirs for ours, theirs in COLUMNS.items() if ours != column}


def only(log: MadeLedger, *rows: list[str]) -> tuple[str, str]:
    """The one mistake of a file on a line, and what to do."""
    log.write(*rows)
    (problem,) = log.refused().problems
    assert problem.file == log.name
    return problem.sentence(), problem.to_do


def test_returns_without_mistakes(log: MadeLedger) -> None:
    log.write(
        row(value="97%", target="95%"),
        row("10/2017", value="", target=""),
        row(measure="Mean days", value="1,250", target="", direction="", unit="days"),
        row(measure="Late", value="0", target="2", direction="at_most", unit="%"),
    )
    frame = log.cleaned().frame
    usual = {"service_line": "supplies", "direction": "at_least", "unit": "percent", "measure": "Orders sent in time"}
    usual |= {"period": "2017-11", "known_on": "2017-12-08"}
    plain = frame.assign(known_on=frame["known_on"].dt.strftime("%Y-%m-%d")).astype(object)
    assert plain.where(plain.notna(), None).to_dict("records") == [
        usual | {"line": 2, "value": 97.0, "target": 95.0},
        usual | {"line": 3, "period": "2017-10", "value": None, "target": None},  # a gap stays in its place
        usual | {"line": 4, "measure": "Mean days", "value": 1250.0, "target": None, "direction": "", "unit": "days"},
        usual | {"line": 5, "measure": "Late", "value": 0.0, "target": 2.0, "direction": "at_most"},
    ]
    assert frame.notna().all()[["direction", "unit"]].all()


# ---- months


@pytest.mark.parametrize(
    "text",
    [
        *("2017-11", "2017/11", "11/2017", "11-2017", "Nov 2017", "November 2017", "nov 2017", "Nov. 2017", "Nov-17"),
        *("Nov-2017", "2017-11-01", "2017-11-30", "2017-11-01 00:00:00", "01/11/2017", "30/11/2017", "1 November 2017"),
        *("43040", "43069"),  # the first and the last day of November 2017 as Excel stores them
    ],
)
def test_one_month_in_many_forms(log: MadeLedger, text: str) -> None:
    log.write(row(text))
    assert log.cleaned().frame["period"].tolist() == ["2017-11"]


@pytest.mark.parametrize(("order", "month"), [("day-first", "2017-02"), ("month-first", "2017-01")])
def test_a_date_is_read_in_the_order_of_the_file(order: str, month: str) -> None:
    """28 February and 31 January; the other order gives no date."""
    text = {"day-first": "28/02/2017", "month-first": "01/31/2017"}[order]
    assert read_month(text, order) == month  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2017-13", f"found '2017-13', {MONTH}"),
        ("00/2017", f"found '00/2017', {MONTH}"),
        ("", f"found (empty), {MONTH}"),
        ("2017", f"found '2017', {MONTH}"),
        ("Nob 2017", f"found 'Nob 2017', {MONTH}"),
        ("Nov 17", f"found 'Nov 17', {MONTH}"),  # a day of November, or a year
        ("15/11/2017", f"found '15/11/2017', {MONTH}: it is a day within a month"),
        ("2017-11-15", f"found '2017-11-15', {MONTH}: it is a day within a month"),
        (
            "11/30/2017",
            f"found '11/30/2017', {MONTH}: it is a date only as month-first, but the file's dates are day-first",
        ),
        ("11/0217", f"found '11/0217', {MONTH}: it is before 1990"),
        ("Q3 of 2017, says Mrs Jones", f"found (text, 26 characters), {MONTH}"),
    ],
)
def test_what_is_no_month(log: MadeLedger, text: str, found: str) -> None:
    assert only(log, row("2017-10"), row(text)) == (f"line 3, column 'Month': {found}", RECODE)


MONTHS = st.dates(date(1990, 1, 1), date(2067, 12, 31)).map(lambda day: day.replace(day=1))


@given(MONTHS, st.sampled_from(["%Y-%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%Y-%m-%d", "%d/%m/%Y"]), st.booleans())
@STEADY
def test_every_form_of_a_month_gives_the_same_month(month: date, form: str, last: bool) -> None:
    """Law: Python's own writing of a month's first or last day, read back."""
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    assert read_month((end if last else month).strftime(form), "day-first") == f"{month:%Y-%m}"


@given(st.dates(date(1990, 1, 1), date(2067, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y"]))
@STEADY
def test_a_day_within_a_month_is_refused(day: date, form: str) -> None:
    """Law: all days but two of each month say nothing of a month."""
    inner = day.replace(day=2 + day.day % 26)
    with pytest.raises(ValueError, match="a day within a month"):
        read_month(inner.strftime(form), "day-first")


# ---- numbers


@pytest.mark.parametrize("column", ["value", "target"])
@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("about 97", "found (text, 8 characters)"),
        ("12,50", "found '12,50'"),
        ("97.5.1", "found '97.5.1'"),
        ("ask Zoe", "found (text, 7 characters)"),
        ("nan", "found (text, 3 characters)"),
    ],
)
def test_what_is_no_number(log: MadeLedger, column: str, cell: str, found: str) -> None:
    header = {"value": "Result", "target": "Target"}[column]
    expected = f"line 3, column '{header}': {found}, expected a number such as 97.5"
    assert only(log, row("2017-10"), row(**{column: cell})) == (expected, RECODE)


@pytest.mark.parametrize("column", ["value", "target"])
@pytest.mark.parametrize("cell", ["100.1", "105%", "-1", "1,250"])
def test_a_percentage_outside_0_to_100(log: MadeLedger, column: str, cell: str) -> None:
    header = {"value": "Result", "target": "Target"}[column]
    expected = f"line 3, column '{header}': is a percentage outside 0 to 100"
    assert only(log, row("2017-10"), row(**{column: cell})) == (expected, LEAVE_OUT)


def test_the_ends_of_percentages_and_other_units(log: MadeLedger) -> None:
    log.write(row("2017-10", value="0"), row(value="100"), row(measure="Days", value="-3", target="250", unit="days"))
    assert log.cleaned().frame["value"].tolist() == [0, 100, -3]


SHARE = "write percentages, such as 97 (Excel keeps 97% as 0.97); where so little is meant, write the sign too: {}%."


@pytest.mark.parametrize(
    ("first", "second", "column", "cell"),
    [
        ({"value": "97.5"}, {"value": "0.97"}, "Result", "0.97"),
        ({"value": "97.5"}, {"value": "1"}, "Result", "1"),  # one whole, not one per cent
        ({"value": "97.5"}, {"target": "0.95"}, "Target", "0.95"),
        ({"value": "0"}, {"value": "0.97"}, "Result", "0.97"),  # nothing is nothing in any unit
        ({"value": "", "target": "95"}, {"value": "0.97", "target": "95"}, "Result", "0.97"),  # targets tell it too
        ({"value": "97.5", "unit": ""}, {"value": "0.97", "unit": ""}, "Result", "0.97"),
    ],
)
def test_a_share_where_a_percentage_is_meant(
    log: MadeLedger, first: dict[str, str], second: dict[str, str], column: str, cell: str
) -> None:
    expected = f"line 3, column '{column}': found '{cell}': a share where a percentage is meant"
    assert only(log, row("2017-10", **first), row(**second)) == (expected, SHARE.format(cell))


def test_a_measure_all_in_shares(log: MadeLedger) -> None:
    """No target asks for one per cent at least; but one may ask for one per cent at most."""
    log.write(row("2017-10", value="0.97", target="0.95"), row(value="0.94", target="0.95"))
    assert log.told() == [
        "line 2, column 'Result': found '0.97': a share where a percentage is meant (also on line 3)",
        "line 2, column 'Target': found '0.95': a share where a percentage is meant (also on line 3)",
    ]
    log.write(row("2017-10", value="0.4", target="0.5", direction="at most"))
    assert log.cleaned().frame["value"].tolist() == [0.4]


@pytest.mark.parametrize(
    ("values", "target", "unit"),
    [
        (["0.8", "1.2", "2.3"], "2", "percent"),  # small percentages beside small ones
        (["0.8", "1.6", "2.3"], "2", "percent"),  # 80 would be much farther from 2 than 0.8 is
        (["0.97%", "97", "96"], "95", "percent"),  # it is written what is meant
        (["0", "97", "96"], "95", "percent"),
        (["0.8", "1.2", "20", "40"], "30", "percent"),  # not all others are large
        (["0.6"], "0.5", ""),  # who knows of what
        (["0.9", "12", "30"], "20", "days"),
    ],
)
def test_small_numbers_that_are_meant(log: MadeLedger, values: list[str], target: str, unit: str) -> None:
    log.write(*(row(f"2017-0{n}", value=v, target=target, unit=unit) for n, v in enumerate(values, start=1)))
    assert log.cleaned().frame["value"].tolist() == [float(v.rstrip("%")) for v in values]


def test_the_sign_of_a_percentage_says_the_unit(log: MadeLedger) -> None:
    without(log, "unit")
    log.write(row("2017-10", value="97%"), row(value="96"), row(measure="Days", value="120", target=""))
    assert log.cleaned().frame["unit"].tolist() == ["percent", "percent", ""]
    log.write(row("2017-10", value="97%"), row(value="120"))
    assert log.told() == ["line 3, column 'Result': is a percentage outside 0 to 100"]


def test_the_sign_of_a_percentage_in_another_unit(log: MadeLedger) -> None:
    expected = "line 2, column 'Result': is written with the sign of a percentage, but the unit is another"
    assert only(log, row(value="97%", unit="days")) == (expected, LEAVE_OUT)


# ---- measures


def test_a_measure_with_two_directions(log: MadeLedger) -> None:
    told, to_do = only(log, row("2017-09"), row("2017-10", direction="at most"), row(direction="at_most"))
    expected = "is another direction than that of the same measure on line 2 (also on line 4)"
    assert (told, to_do) == (f"line 3, column 'Target is': {expected}", LEAVE_OUT)


def test_a_measure_with_two_units(log: MadeLedger) -> None:
    told, _ = only(log, row("2017-09", unit=""), row("2017-10", unit="%"), row(unit="days", value="120"))
    assert told == "line 4, column 'Unit': is another unit than that of the same measure on line 3"


def test_measures_of_two_service_lines_are_two(log: MadeLedger) -> None:
    log.lines = {"supplies": "Supplies", "records": "Records"}
    log.write(row(measure="Waiting"), row(measure="Waiting", service_line="records", unit="days", direction="at most"))
    frame = log.cleaned().frame
    assert frame["unit"].tolist() == ["percent", "days"]
    assert frame["service_line"].tolist() == ["supplies", "records"]
    assert len(returns_as_known(frame, "2017-12-31")) == 2


def test_a_measure_in_other_capital_letters(log: MadeLedger) -> None:
    told, _ = only(log, row("2017-10"), row(measure="Orders Sent in Time"))
    assert told == "line 3, column 'Measure': is a measure of an earlier row in other capital letters"


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("measure", "", "column 'Measure': is empty"),
        ("service_line", "suplies", "column 'Service': found 'suplies', expected a service line   near 'supplies'"),
        ("direction", "at lest", "column 'Target is': found 'at lest', expected a direction   near 'at least'"),
        ("direction", ">=", "column 'Target is': found (text, 2 characters), expected a direction: at_least, at_most"),
        ("direction", "", "column 'Target is': is empty, but there is a target"),
        ("known_on", "", "column 'Known on': found (empty): expected a date"),
        (
            "known_on",
            "01/02/2018",
            "column 'Known on': found '01/02/2018': a day after the file was drawn (extracted_on: 2018-01-31)",
        ),
        (
            "known_on",
            "12/31/2017",
            "column 'Known on': found '12/31/2017': is a date only as month-first, but the file's dates are day-first",
        ),
    ],
)
def test_what_must_be_said(log: MadeLedger, column: str, cell: str, found: str) -> None:
    told, _ = only(log, row("2017-10"), row(**{column: cell}))
    assert told == f"line 3, {found}"


def test_other_words_for_a_direction(log: MadeLedger) -> None:
    """``min`` and signs are read only where the description says what they stand for."""
    rows = [row("2017-10", direction=">="), row(direction="min"), row(measure="Late", direction="<=")]
    log.write(*rows)
    assert len(log.told()) == 3
    log.says["values"] = {"direction": {"at_least": [">=", "min"], "at_most": ["<=", "max"]}}
    assert log.cleaned().frame["direction"].tolist() == ["at_least", "at_least", "at_most"]


# ---- versions


def test_a_return_after_the_day_on_which_it_was_known(log: MadeLedger) -> None:
    told, to_do = only(log, row("2017-12"), row("2018-01"))
    assert told == (
        "line 3, column 'Month': 2018-01 is after the month in which the return became known (2017-12)"
    )  # that of line 2 became known within its month
    assert to_do == LEAVE_OUT


def test_without_a_day_on_which_it_was_known_it_is_that_of_the_file(log: MadeLedger) -> None:
    without(log, "known_on")
    log.write(row("2017-12"), row("2018-01"))
    assert log.cleaned().frame["known_on"].dt.strftime("%Y-%m-%d").tolist() == ["2018-01-31"] * 2
    told, _ = only(log, row("2018-01"), row("2018-02"))
    assert told == "line 3, column 'Month': 2018-02 is after the month in which the return became known (2018-01)"


def test_a_return_twice_with_different_figures(log: MadeLedger) -> None:
    log.says["repeated"] = {"keep": "first", "reason": "made up"}  # it does not help
    told, to_do = only(log, row(), row("2017-10"), row("Nov 2017", value="96"))
    assert told == "line 2, column 'Month': one return in 2 rows with different values or targets (also on line 4)"
    assert to_do == (
        "give under 'known_on' the day on which each became known, or leave rows out by 'lines' under 'exclusions' in "
        f"{YAML}."
    )


def test_a_return_twice_with_the_same_figures(log: MadeLedger) -> None:
    rows = [row(), row("2017-10"), row("Nov 2017", value="97.50%")]
    told, to_do = only(log, *rows)
    assert told == "line 4, column 'Month': the return stands in an earlier row with the same value and target"
    assert to_do == f"take one of the rows out, or say under 'repeated' in {YAML} which row is kept and why."
    log.says["repeated"] = {"keep": "last", "reason": "sent twice"}
    log.write(*rows)
    found = log.cleaned()
    assert found.frame["line"].tolist() == [3, 4]
    assert counts(found) == {"repeated rows": 1}
    assert found.excluded[["line", "reason"]].to_numpy().tolist() == [[2, "sent twice"]]


def test_a_revised_return_stands_twice_with_two_days(log: MadeLedger) -> None:
    log.write(row(), row("2017-10", value=""), row(value="93", known_on="09/01/2018"))
    frame = log.cleaned().frame
    assert frame["line"].tolist() == [2, 3, 4]
    for day, lines in {
        "2017-12-07": [],
        "2017-12-08": [2, 3],
        "2018-01-08": [2, 3],
        "2018-01-09": [3, 4],
        "2018-01-31": [3, 4],
    }.items():
        assert returns_as_known(frame, day)["line"].tolist() == lines


def test_a_return_that_was_taken_back_is_a_gap(log: MadeLedger) -> None:
    """The latest version counts, also where it holds no value."""
    log.write(row(), row(value="", known_on="09/01/2018"))
    frame = log.cleaned().frame
    assert returns_as_known(frame, "2018-01-08")["value"].tolist() == [97.5]
    assert np.isnan(returns_as_known(frame, "2018-01-09")["value"].to_numpy()).all()


BAD = {
    "found 'suplies', expected a service line   near 'supplies'": row("2017-01", service_line="suplies"),
    "is empty": row("2017-01", measure=""),
    f"found '15/01/2017', {MONTH}: it is a day within a month": row("15/01/2017"),
    "found (text, 8 characters), expected a number such as 97.5": row("2017-01", value="about 97"),
    "is a percentage outside 0 to 100": row("2017-02", value="105"),
    "found '0.97': a share where a percentage is meant": row("2017-03", value="0.97"),
    "is another direction than that of the same measure on line {good}": row("2017-04", direction="at most"),
    "is another unit than that of the same measure on line {good}": row("2017-05", unit="days"),
    "found '01/02/2018': a day after the file was drawn (extracted_on: 2018-01-31)": row(
        "2017-06", known_on="01/02/2018"
    ),
    "2018-01 is after the month in which the return became known (2017-12)": row("2018-01"),
    "is empty, but there is a target": row("2017-07", direction=""),
    "is a measure of an earlier row in other capital letters": row("2017-08", measure="ORDERS SENT IN TIME"),
}
GOOD = [row("2017-10"), row("2017-11", value=""), row("2017-12", target="")]


def test_all_mistakes_are_told_in_one_message(log: MadeLedger) -> None:
    """Origin: three good rows on lines 2 to 4, then one bad row a line in the order of ``BAD``, then one twice."""
    log.write(*GOOD, *BAD.values(), row("2017-10", value="50"))
    told = {(p.line, p.what) for p in log.refused().problems}
    assert told == {(line, what.format(good=2)) for line, what in enumerate(BAD, start=5)} | {
        (2, "one return in 2 rows with different values or targets (also on line 17)")
    }


@pytest.mark.parametrize("place", range(len(BAD)))
def test_an_exclusion_with_a_reason_lets_each_go_on(log: MadeLedger, place: int) -> None:
    log.says["exclusions"] = [{"lines": ["5"], "reason": "cannot be mended"}]
    log.write(*GOOD, list(BAD.values())[place])
    found = log.cleaned()
    assert found.frame["line"].tolist() == [2, 3, 4]
    assert counts(found) == {"exclusion": 1}
    assert found.excluded[["line", "reason"]].to_numpy().tolist() == [[5, "cannot be mended"]]
    log.says["exclusions"] = []
    assert log.refused()


@pytest.mark.parametrize(
    ("column", "found", "to", "bad"),
    [
        ("period", "15/01/2017", "2017-01", row("15/01/2017")),
        ("value", "about 97", "97", row("2017-01", value="about 97")),
        ("value", "0.97", "97", row("2017-01", value="0.97")),
        ("direction", "min", "at_least", row("2017-01", direction="min")),
        ("measure", "ORDERS SENT IN TIME", "Orders sent in time", row("2017-01", measure="ORDERS SENT IN TIME")),
    ],
)
def test_a_recode_with_a_reason_lets_a_cell_go_on(
    log: MadeLedger, column: str, found: str, to: str, bad: list[str]
) -> None:
    log.says["recodes"] = [{"column": column, "from": found, "to": to, "reason": "mistyped"}]
    log.write(*GOOD, bad)
    cleaned = log.cleaned()
    assert counts(cleaned) == {f"recode of {column}": 1}
    assert cleaned.frame["period"].tolist()[-1] == "2017-01"


@pytest.mark.parametrize("column", ["service_line", "measure", "period", "value", "target", "direction", "known_on"])
@pytest.mark.parametrize("text", ["ask Zoe", "Mrs Jones, 0161 496 0000"])
def test_free_text_is_never_printed(log: MadeLedger, column: str, text: str) -> None:
    log.write(row(**{"value": "105", column: text}))
    assert text not in str(log.refused())


VERSIONS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]), st.integers(1, 3), st.integers(0, 60), st.one_of(st.none(), st.integers(2, 100))
    ),
    min_size=1,
    max_size=10,
    unique_by=lambda version: version[:3],
)
"""Measure, month, days from 1 April 2017 to the day on which it was known, and value."""


def test_the_latest_known_version_counts_and_none_that_came_later(tmp_path: Path) -> None:
    """Law: a dictionary that each version known by the day overwrites in the order in which they came; and the file
    as it stood on the day says the same."""
    outcomes = set()

    @given(VERSIONS, st.integers(0, 60))
    @STEADY
    def law(versions: list[tuple[str, int, int, int | None]], after: int) -> None:
        start = date(2017, 4, 1)
        day = (start + timedelta(days=after)).isoformat()

        def cleaned(some: list[tuple[str, int, int, int | None]]) -> CleanLedger:
            log = made(tmp_path)
            log.write(
                *(
                    row(
                        f"2017-0{month}",
                        measure=measure,
                        value="" if value is None else str(value),
                        known_on=(start + timedelta(days=known)).strftime("%d/%m/%Y"),
                    )
                    for measure, month, known, value in some
                )
            )
            return log.cleaned()

        known = returns_as_known(cleaned(versions).frame, day)
        expected: dict[tuple[str, str], int | None] = {}
        for measure, month, _, value in sorted((v for v in versions if v[2] <= after), key=lambda v: v[2]):
            expected[measure, f"2017-0{month}"] = value
        values = [None if np.isnan(value) else int(value) for value in known["value"]]
        assert dict(zip(zip(known["measure"], known["period"], strict=True), values, strict=True)) == expected
        assert len(known) == len(expected)
        then = [version for version in versions if version[2] <= after]
        outcomes.add(bool(then))
        if then:
            again = returns_as_known(cleaned(then).frame, day)
            pd.testing.assert_frame_equal(again.drop(columns="line"), known.drop(columns="line"))

    law()
    assert outcomes == {True, False}


CELLS = st.sampled_from(
    [
        *ODD_TEXTS,
        *("at most", "days", "%", "Supplies", "2017-10", "Nov-17", "12/2017", "31/12/2017", "12/31/2017", "43100"),
        *("0.97", "97%", "105", "-1", "1,250", "1e9", "1e999", "0"),
    ]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
SPOILT = st.lists(st.tuples(st.integers(0, 4), st.integers(0, len(HEADER) - 1), CELLS), max_size=4)


def test_odd_cells_give_a_frame_or_a_message(tmp_path: Path) -> None:
    """Law: five rows with odd cells are cleaned, or refused with at least one mistake told; both come up."""
    outcomes = set()

    @given(SPOILT, st.booleans())
    @STEADY
    def law(spoilt: list[tuple[int, int, str]], repeated: bool) -> None:
        log = made(tmp_path)
        log.says |= {"repeated": {"keep": "last", "reason": "made up"}} if repeated else {}
        outcomes.add(log.outcome([row(f"2017-0{n}") for n in range(1, 6)], spoilt, returns_as_known))

    law()
    assert outcomes == {"read", "refused"}


# ---- the example


def missed(one: dict[str, str]) -> bool:
    value, target = float(one["Result"] or "nan"), float(one["Target"])
    return value < target if one["Target is"] == "at least" else value > target


def test_the_example_is_cleaned_whole() -> None:
    """Origin: counts of the file by the csv module."""
    problems = Problems()
    catalogue = read_catalogue(ROOT, problems)
    ledger = catalogue.ledgers["kpi-returns"]
    labels = {line.id: line.label for line in catalogue.service_lines.values()}
    found = clean_returns(ledger, ROOT / ledger.raw, labels, problems)
    assert found is not None, sentences(problems.found)
    assert "made-up" in ledger.label.casefold()
    assert found.received == len(found.frame) == len(example("kpi-returns"))
    assert found.frame["value"].sum() == pytest.approx(sum(float(one["Result"] or 0) for one in example("kpi-returns")))
    months = sorted(set(found.frame["period"]))
    assert (months[0], months[-1], len(months)) == ("2016-10", "2017-12", 15)
    assert len(returns_as_known(found.frame, ledger.extracted_on)) == len(example("kpi-returns")) - 1


def test_the_example_holds_what_it_is_made_to_show() -> None:
    """Origin: counts of the file by the csv module, against what data/synthetic is to show."""
    measures: dict[str, list[dict[str, str]]] = {}
    for one in example("kpi-returns"):
        measures.setdefault(one["Measure"], []).append(one)
    assert len(measures) == 8
    assert {one["Target is"] for one in example("kpi-returns")} == {"at least", "at most"}
    marks = {name: "".join("x" if missed(one) else "." for one in rows) for name, rows in measures.items()}
    assert [name for name, mark in marks.items() if "xxxx" in mark] == ["Records moved within 20 working days"]
    assert max(map(len, marks["Records moved within 20 working days"].split("."))) == 4
    assert [name for name, mark in marks.items() if "x" not in mark] == ["Registrations made within 3 working days"]
    assert [(one["Measure"], one["Month"]) for one in example("kpi-returns") if not one["Result"]] == [
        ("Payments made on the day due", "03/2017")
    ]
    (revised,) = [name for name, rows in measures.items() if len(rows) != len({one["Month"] for one in rows})]
    assert revised == "Letters answered within 10 working days"
    first, second = [one for one in measures[revised] if one["Month"] == "06/2017"]
    assert (first["Known on"], second["Known on"]) == ("08/07/2017", "09/10/2017")
    assert float(first["Result"]) - float(second["Result"]) == pytest.approx(6)
