"""The bank holidays of England and Wales in the project's file against the rules that make them.

Eight days make an ordinary year: New Year's Day, Good Friday, Easter Monday, the first Monday of May, the last Mondays
of May and August, Christmas Day and Boxing Day; one that falls on a weekend has a substitute on the next weekday that
is not itself a bank holiday. Days moved or added by proclamation are listed below with their reason. One year stands
here by hand, from www.gov.uk/bank-holidays.
"""

from __future__ import annotations

import csv
from calendar import MONDAY
from datetime import date, timedelta
from pathlib import Path

import pytest
from dateutil.easter import easter

FILE = Path(__file__).parents[1] / "data" / "published" / "bank_holidays.csv"
YEARS = range(2014, 2027)
SATURDAY = 5

# Moved for one year: the day by the rules, the day kept instead, the reason.
MOVED = (
    (date(2020, 5, 4), date(2020, 5, 8), "75 years since the end of the war in Europe (VE Day)"),
    (date(2022, 5, 30), date(2022, 6, 2), "Platinum Jubilee of Elizabeth II, for four days in a row"),
)
# Added for one year: the day, the reason.
ADDED = (
    (date(2022, 6, 3), "Platinum Jubilee of Elizabeth II"),
    (date(2022, 9, 19), "State Funeral of Elizabeth II"),
    (date(2023, 5, 8), "Coronation of Charles III"),
)


def rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_file(year: int) -> dict[date, str]:
    return {date.fromisoformat(row["date"]): row["name"] for row in rows() if row["date"].startswith(f"{year}-")}


def first_monday(year: int, month: int) -> date:
    day = date(year, month, 1)
    return day + timedelta(days=(MONDAY - day.weekday()) % 7)


def last_monday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() - MONDAY) % 7)


def by_the_rules(year: int) -> set[date]:
    fixed = [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)]
    days = {day for day in fixed if day.weekday() < SATURDAY}
    for day in fixed:
        substitute = day
        while day.weekday() >= SATURDAY and (substitute.weekday() >= SATURDAY or substitute in days):
            substitute += timedelta(days=1)
        days.add(substitute)
    days |= {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)}
    return days | {first_monday(year, 5), last_monday(year, 5), last_monday(year, 8)}


def expected(year: int) -> set[date]:
    days = by_the_rules(year)
    for instead_of, kept, reason in MOVED:
        if kept.year == year:
            assert instead_of in days, reason
            days = (days - {instead_of}) | {kept}
    return days | {day for day, _ in ADDED if day.year == year}


@pytest.mark.parametrize("year", YEARS)
def test_year_follows_the_rules(year: int) -> None:
    assert sorted(in_file(year)) == sorted(expected(year))


def test_2017_as_on_gov_uk() -> None:
    """All eight days, copied by hand."""
    assert sorted(in_file(2017)) == [
        date(2017, 1, 2),
        date(2017, 4, 14),
        date(2017, 4, 17),
        date(2017, 5, 1),
        date(2017, 5, 29),
        date(2017, 8, 28),
        date(2017, 12, 25),
        date(2017, 12, 26),
    ]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2016-12-26", "Boxing Day"),
        ("2016-12-27", "Christmas Day (substitute day)"),
        ("2017-01-02", "New Year's Day (substitute day)"),
        ("2020-05-08", "Early May bank holiday (VE Day)"),
        ("2020-12-28", "Boxing Day (substitute day)"),
        ("2021-12-27", "Christmas Day (substitute day)"),
        ("2021-12-28", "Boxing Day (substitute day)"),
        ("2022-06-02", "Spring bank holiday"),
        ("2022-06-03", "Platinum Jubilee bank holiday"),
        ("2022-09-19", "Bank holiday for the State Funeral of Queen Elizabeth II"),
        ("2023-05-08", "Bank holiday for the coronation of King Charles III"),
        ("2026-12-28", "Boxing Day (substitute day)"),
    ],
)
def test_names_of_unusual_days(day: str, name: str) -> None:
    year = int(day[:4])
    assert in_file(year)[date.fromisoformat(day)] == name


def test_every_day_is_a_weekday_once_in_order_and_in_the_years_covered() -> None:
    days = [date.fromisoformat(row["date"]) for row in rows()]
    assert days == sorted(set(days))
    assert {day.year for day in days} == set(YEARS)
    assert all(day.weekday() < SATURDAY for day in days)
    assert all(row["name"] for row in rows())


def test_substitutes_are_named_as_such() -> None:
    """Ten such days, counted by hand from a calendar."""
    assert [row["date"] for row in rows() if row["name"].endswith("(substitute day)")] == [
        "2015-12-28",
        "2016-12-27",
        "2017-01-02",
        "2020-12-28",
        "2021-12-27",
        "2021-12-28",
        "2022-01-03",
        "2022-12-27",
        "2023-01-02",
        "2026-12-28",
    ]
