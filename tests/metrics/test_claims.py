"""How long claims wait, how they end, and working days lost: counted by hand on a few claims, against R, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.cleaning.claims import claims_as_known
from pcse_analysis.metrics.claims import GRID, claims_estimates, days_lost
from pcse_analysis.metrics.claims_book import ENDS, ClaimsBook
from pcse_analysis.metrics.durations import risk_table
from tests.metrics.made_claims import Claim, after, book, claims, found

LAWS = settings(max_examples=60, deadline=None, derandomize=True, database=None)
HOLIDAYS = ("2017-12-25", "2017-12-26", "2018-01-01")


def ended(status: str, days: int, **cells: object) -> Claim:
    """A claim that ended so many days after it was submitted; one paid or refused was decided on that day."""
    decided = {} if status == "withdrawn" else {"decided": after(days)}
    return {"status": status, "closed": after(days), **decided, **cells}


def values(*rows: Claim, day: str = "2018-01-31", **says: object) -> dict[str, float | None]:
    made = found(claims_estimates(book(rows, day, HOLIDAYS, **says)))
    return {name: estimate.value for name, estimate in made.items()}


SIX = (
    ended("paid", 10),
    ended("refused", 20, loss="lost_earnings"),
    ended("withdrawn", 30),
    ended("paid", 40, service_line="records"),
    {},
    {"submitted": after(394 - 25)},
)
"""Six claims. The last two are open on 31 January 2018: one for 394 days, since 2 January 2017, and one for 25."""


def test_counts_of_all_and_of_parts() -> None:
    """Origin: by hand from ``SIX``."""
    made = values(*SIX)
    parts = ("", ".loss.direct", ".loss.lost_earnings", ".service_line.supplies", ".service_line.records")
    assert [made[f"submitted{part}"] for part in parts] == [6, 5, 1, 5, 1]
    ways = ("open", *ENDS)
    assert [made[f"ended.{way}"] for way in ways] == [2, 2, 1, 1]
    assert [made[f"ended.{way}.loss.direct"] for way in ways] == [2, 2, 0, 1]
    assert [made[f"ended.{way}.service_line.records"] for way in ways] == [0, 1, 0, 0]


def test_shares_that_ended_in_each_way() -> None:
    """Origin: by hand, in eighteenths.

    Day 10: 1 of 6 paid, 15 stay open. Day 20: 1 of 5 refused, 3; 12 stay. On day 25 one is lost sight of. Day 30: 1 of
    3 withdrawn, 4; 8 stay. Day 40: 1 of 2 paid, 4; 4 stay. Decided: 3 by day 10, 6 by day 20, 10 by day 40. Counted
    as lost sight of, the others leave 5/6 of the paid open after day 10 and 5/12 after day 40.
    """
    made = values(*SIX)
    eighteenths = {
        **{"decided_by.20-days": 6, "decided_by.40-days": 10, "decided_by.240-days": 10},
        **{"ended_by.paid-by-20-days": 3, "ended_by.paid-by-40-days": 7, "ended_by.paid-by-240-days": 7},
        **{"ended_by.refused-by-20-days": 3, "ended_by.refused-by-40-days": 3},
        **{"ended_by.withdrawn-by-20-days": 0, "ended_by.withdrawn-by-40-days": 4},
    }
    assert {name: 18 * (made[name] or 0) for name in eighteenths} == pytest.approx(eighteenths)
    assert made["ended_by_naive.paid-by-240-days"] == pytest.approx(7 / 12)


def test_a_withdrawn_claim_can_no_longer_be_decided() -> None:
    """Origin: by hand. Decided after 3, 5 and 9 days, withdrawn after 4: 1/4, 1/2, 3/4 are decided, and never more.

    Were the withdrawn one lost sight of, the shares would be 1/4, 5/8 and 1."""
    rows = [ended("paid", 3), ended("withdrawn", 4), ended("refused", 5), ended("paid", 9)]
    made = values(*rows, standard=9)
    quartiles = [made[f"days_to_decided.{name}"] for name in ("lower-quartile", "median", "upper-quartile")]
    assert quartiles == [3, 5, 9]
    assert made["decided_by.9-days"] == pytest.approx(3 / 4)
    rows[3] = ended("withdrawn", 9)
    assert values(*rows)["days_to_decided.upper-quartile"] is None


def test_waits_between_steps() -> None:
    """Origin: by hand. Acknowledged after 1 and 3 days, one of two; decided after 10 and 20; closed 4 and 6 days later.

    The third claim is still open without a step: 1/3 and 2/3 are reached after the two days of each step.
    """
    made = values(
        {"status": "paid", "acknowledged": after(1), "decided": after(10), "closed": after(14)},
        {"status": "refused", "acknowledged": after(3), "decided": after(20), "closed": after(26)},
        {},
    )
    steps = ("days_to_acknowledged", "days_to_decided", "days_to_closed", "days_from_decided_to_closed")
    told = {step: [made[f"{step}.{name}"] for name in ("lower-quartile", "median", "upper-quartile")] for step in steps}
    assert told == {
        "days_to_acknowledged": [1, 3, None],
        "days_to_decided": [10, 20, None],
        "days_to_closed": [14, 26, None],
        "days_from_decided_to_closed": [4, 4, 6],
    }
    bases = found(claims_estimates(book([ended("paid", 3), {}])))
    assert bases["days_from_decided_to_closed.median"].base == 1
    assert not [name for name in bases if name.startswith("days_to_acknowledged")]


def test_how_old_the_undecided_claims_are() -> None:
    """Origin: by hand. On 31 January 2018 three are undecided for 394, 30 and 10 days; one decided one is open."""
    rows = [{}, {"submitted": after(364)}, {"submitted": after(384)}, {"decided": after(3)}]
    assert values(*rows)["age_of_undecided.median"] == 30


def test_claims_from_before_the_ledger_begins_are_counted_and_not_followed() -> None:
    """Origin: by hand. Of three claims one is from before 1 January 2017; of the two followed one is decided."""
    early = {"submitted": "2016-06-01", "decided": "2017-02-01"}
    rows = [early, ended("paid", 7), {}]
    made = found(claims_estimates(book(rows)))
    assert (made["submitted"].value, made["ended.open"].value) == (3, 2)
    assert (made["days_to_decided.median"].value, made["days_to_decided.median"].base) == (7, 2)
    assert made["decided_by.20-days"].value == pytest.approx(1 / 2)
    assert made["days_from_decided_to_closed.median"].base == 1
    everything = found(claims_estimates(book(rows, starts_on="")))
    assert everything["days_to_decided.median"].base == 3
    assert everything["days_to_decided.median"].value == 245  # 1 June 2016 to 1 February 2017


def test_days_are_working_days_where_the_ledger_says_so() -> None:
    """Origin: by hand. From Friday 22 December to Tuesday 2 January: 22, 27, 28 and 29 are working days before it."""
    row = {"submitted": "2017-12-22", "decided": "2018-01-02", "closed": "2018-01-02", "status": "refused"}
    assert values(row, days="working")["days_to_decided.median"] == 4
    assert values(row)["days_to_decided.median"] == 11


def test_days_by_which_shares_are_given() -> None:
    """Origin: by hand. The longest wait is 70 days; the ledger's own standard is given besides."""
    row = {"submitted": after(394 - 70)}
    told = [name for name in values(row, standard=30) if name.startswith("decided_by.") and name.count(".") == 1]
    assert told == ["decided_by.20-days", "decided_by.30-days", "decided_by.40-days", "decided_by.60-days"]


# ---- laws

MANY = st.lists(
    st.tuples(st.sampled_from(("open", *ENDS)), st.integers(0, 300), st.sampled_from(["direct", "lost_earnings"])),
    min_size=1,
    max_size=25,
)
"""How each claim ended, after how many days, or for how many it was followed; and its loss."""


def book_of(many: list[tuple[str, int, str]]) -> ClaimsBook:
    rows = [
        {"submitted": after(394 - days), "loss": loss} if way == "open" else ended(way, days, loss=loss)
        for way, days, loss in many
    ]
    return book(rows)


@LAWS
@given(MANY)
def test_to_count_other_ends_as_lost_sight_of_never_says_less(many: list[tuple[str, int, str]]) -> None:
    """Law: the share paid is never above 1 less Kaplan and Meier's curve of the paid (Aalen and Johansen 1978)."""
    made = found(claims_estimates(book_of(many)))
    naive = {name: e for name, e in made.items() if e.measure == "ended_by_naive"}
    for name, estimate in naive.items():
        right = made[name.replace("ended_by_naive", "ended_by")].value
        assert right is None or estimate.value is not None
        assert right is None or right <= (estimate.value or 0) + 1e-12


@LAWS
@given(MANY)
def test_all_ends_and_what_is_open_make_one(many: list[tuple[str, int, str]]) -> None:
    """Law: by each day the shares paid, refused and withdrawn, and Kaplan and Meier's share still open, are 1."""
    of = book_of(many)
    made = found(claims_estimates(of))
    days = np.array([days for _, days, _ in many])
    curve = risk_table(days, np.array([way != "open" for way, _, _ in many])).curve()
    for at in GRID:
        shares = [e.value for way in ENDS if (e := made.get(f"ended_by.{way}-by-{at}-days"))]
        assert len(shares) == (3 if at <= days.max() else 0)
        if shares:
            assert sum(share for share in shares if share is not None) + curve.at(at)[0] == pytest.approx(1)


@LAWS
@given(MANY, st.integers(0, 394))
def test_nothing_that_came_later_is_in_the_figures_of_an_earlier_day(
    many: list[tuple[str, int, str]], known: int
) -> None:
    """Law: the figures of a day are those of the file as it stood then, cut back by hand."""
    day = after(known)
    rows = [
        {"submitted": after(394 - days), "loss": loss, "asked": 100}
        if way == "open"
        else ended(way, days, loss=loss, asked=100)
        for way, days, loss in many
    ]
    cut = []
    for row in rows:
        kept = {name: cell for name, cell in row.items() if name not in ("decided", "closed") or str(cell) <= day}
        status = row.get("status", "open") if "closed" in kept else "open"
        if str(row.get("submitted", after(0))) <= day:
            cut.append(kept | {"status": status})
    if not cut:
        assert len(claims_as_known(claims(rows), day)) == 0
        return
    told = [[(e.id, e.value, e.low, e.high, e.base) for e in claims_estimates(book(some, day))] for some in (rows, cut)]
    assert told[0] == told[1]


# ---- lost earnings beside direct losses


def forty() -> list[Claim]:
    """Forty claims by arithmetic: 20 of each loss, in two services, a few of them undecided or withdrawn."""
    rows: list[Claim] = []
    for n in range(40):
        days = 5 + (37 * n) % 101 + (30 if n % 2 else 0)
        way = "withdrawn" if n % 9 == 4 else "open" if n % 11 == 6 else "paid"
        cells = {"loss": ("direct", "lost_earnings")[n % 2], "service_line": ("supplies", "records")[n // 20]}
        rows.append(cells | {"submitted": after(394 - days)} if way == "open" else ended(way, days, **cells))
    return rows


OF_R = (0.430195119077, 0.201325020326, 0.919249083787)


def test_the_rate_of_lost_earnings_beside_direct_losses_is_that_of_r() -> None:
    """Origin: R 4.2.2, survival 3.5-3.

    n <- 0:39; days <- 5 + (37 * n) %% 101 + ifelse(n %% 2, 30, 0)
    ended <- !(n %% 9 == 4 | n %% 11 == 6)
    f <- coxph(Surv(days, ended) ~ I(n %% 2) + strata(n %/% 20), ties = "efron", control = coxph.control(eps = 1e-14))
    print(exp(c(coef(f), confint(f))), digits = 12)
    """
    rows = [dict(row) | {"who": None} for row in forty()]
    ratio = found(claims_estimates(book(rows)))["rate_against_direct.loss.lost_earnings"]
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx(OF_R, rel=1e-8)
    assert (ratio.base, ratio.confidence) == (40, 0.95)


def test_without_lost_earnings_or_with_few_there_is_no_ratio() -> None:
    for rows in ([ended("paid", 3)], forty()[:12]):
        assert not [name for name in values(*rows) if name.startswith("rate_against_direct")]


# ---- applications to the performers list

WAITED = (
    {"applied": "2017-10-02", "listed": "2018-01-02"},
    {"applied": "2017-10-16"},
    {"applied": "2017-06-01", "listed": "2017-07-03"},
    {},
)
"""Twelve weeks after 2 October is 25 December, after 16 October 8 January, after 1 June 24 August."""


def test_working_days_lost() -> None:
    """Origin: by hand, from a calendar.

    From 25 December up to 2 January lie 27, 28 and 29 December: 25, 26 and 1 January are bank holidays. From 8 January
    until 31 January lie 5, 5, 5 and 2 working days. Who was listed before the twelve weeks were over lost none.
    """
    of = book(WAITED, holidays=HOLIDAYS)
    assert days_lost(of).tolist() == [3, 17, 0]
    made = {name: e.value for name, e in found(claims_estimates(of)).items()}
    told = (
        "applications",
        "not_yet_listed",
        "beyond_expected",
        "working_days_lost",
        "working_days_lost_by_each.median",
    )
    assert [made[name] for name in told] == [3, 1, 2, 20, 10]
    assert made["days_to_listed.lower-quartile"] == 32  # 1 June to 3 July; the next after 92 days
    assert made["days_to_listed.median"] == 92
    assert days_lost(book(WAITED, holidays=HOLIDAYS, expected_weeks=14)).tolist() == [0, 7, 0]


def test_working_days_lost_as_known_before_anybody_was_listed_late() -> None:
    """Origin: by hand. On 28 December one is over the twelve weeks by 27 December alone; two are not listed."""
    of = book(WAITED, "2017-12-28", HOLIDAYS)
    made = {name: e.value for name, e in found(claims_estimates(of)).items()}
    assert days_lost(of).tolist() == [1, 0, 0]
    assert [made[name] for name in ("not_yet_listed", "beyond_expected", "working_days_lost")] == [2, 1, 1]


def test_an_application_that_several_claims_name_counts_once() -> None:
    """Origin: by hand. Two claims of C1 name one application, and one of them the place; C2 applied on the same day."""
    same = WAITED[0] | {"who": "C1"}
    rows = [same | {"listed": None}, same, same | {"who": "C2"}, {"applied": "2017-10-16", "who": "C1"}]
    of = book(rows, holidays=HOLIDAYS)
    assert sorted(days_lost(of).tolist()) == [3, 3, 17]
    assert found(claims_estimates(of))["applications"].value == 3


def test_nothing_is_said_of_applications_without_weeks_to_hold_them_against() -> None:
    assert "applications" not in values(*WAITED, expected_weeks=None)
    assert "applications" not in values({})
