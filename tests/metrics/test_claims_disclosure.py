"""Few people are not to be found in the figures of claims: small tables by hand, and an attack on what is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.claims import claims_estimates
from pcse_analysis.metrics.claims_book import ENDS, ClaimsBook
from pcse_analysis.metrics.claims_disclosure import WAYS, hidden_ends, hidden_parts, protected
from pcse_analysis.metrics.claims_money import money_estimates
from pcse_analysis.metrics.disclosure import SUPPRESSED
from pcse_analysis.metrics.protection import Form, PublishedTable, Statement, attack
from tests.metrics.made_claims import LINES, Claim, after, book, found

LAWS = settings(max_examples=30, deadline=None, derandomize=True, database=None)
LOSSES = ("direct", "lost_earnings")
PARTS = [("loss", loss) for loss in LOSSES] + [("service_line", line) for line in LINES]


def some(number: int, way: str = "open", loss: str = "direct", line: str = "supplies", **cells: object) -> list[Claim]:
    """Claims of one loss and service that ended in one way after 30 days, or are open since 2 January 2017."""
    kind = {"loss": loss, "service_line": line, "status": way}
    closed = {} if way == "open" else {"closed": after(30)}
    decided = {"decided": after(30)} if way in ("paid", "refused") else {}
    return [kind | closed | decided | cells] * number


def figures(of: ClaimsBook, threshold: int = 10) -> dict[str, Estimate]:
    return found(protected(of, [*claims_estimates(of), *money_estimates(of, threshold)], threshold))


def ends(rows: Sequence[Claim], threshold: int = 10) -> set[tuple[str, str, str]]:
    of = book(rows)
    return hidden_ends(of, hidden_parts(of, threshold), threshold)


BOTH = [*some(20), *some(20, "paid")]
OTHERS = [*some(20, line="payments"), *some(20, "paid", line="payments")]


def test_a_part_of_few_people_is_withheld_however_many_claims_it_has() -> None:
    """Origin: by hand. Records are 24 claims of two people; of the other services supplies has the fewest people."""
    records = [*some(12, "paid", line="records", who="A"), *some(12, line="records", who="B")]
    rows = [*BOTH, *OTHERS, *some(1, line="payments"), *records]
    assert hidden_parts(book(rows), 10) == {("service_line", "records"), ("service_line", "supplies")}
    by_many = [{**row, "who": f"M{n}"} for n, row in enumerate(rows)]
    assert hidden_parts(book(by_many), 10) == set()


def test_a_part_in_which_everybody_ended_in_one_way_is_withheld() -> None:
    """Origin: by hand. All 30 claims on records were refused: whoever claimed for records was refused."""
    rows = [*BOTH, *OTHERS, *some(1, line="payments"), *some(30, "refused", line="records")]
    of = book(rows)
    assert hidden_parts(of, 10) == {("service_line", "records"), ("service_line", "supplies")}
    of_records = [e for e in figures(of).values() if e.group == "records"]
    assert of_records and all(e.suppressed for e in of_records)
    assert hidden_parts(book([*rows, *some(1, line="records")]), 10) == set()


def test_a_part_that_ended_in_one_way_is_not_worked_back_from_another_parting() -> None:
    """Origin: by hand. All for records were refused; supplies, of the fewest other people, are withheld with them.

    But supplies are all direct losses: from these, or from lost earnings less payments, records could be had.
    """
    rows = [*BOTH, *some(30, "refused", "lost_earnings", "records")]
    rows += [*some(30, "open", "lost_earnings", "payments"), *some(20, "paid", "lost_earnings", "payments")]
    assert hidden_parts(book(rows), 10) == {("service_line", "records"), ("service_line", "supplies")}
    gone = ends(rows)
    shown = [part for part in PARTS if (*part, "refused") not in gone]
    assert ("loss", "direct") not in shown or ("service_line", "payments") not in shown
    assert ("loss", "lost_earnings") not in shown or ("service_line", "payments") not in shown


def test_a_small_number_goes_with_others_that_would_give_it() -> None:
    """Origin: by hand. Four of supplies were refused, of 60 and of 36 refused in all: at least one more of its own
    ways, and the refused of another service, go; losses, all direct, are the whole and stay."""
    rows = [*BOTH, *some(4, "refused"), *some(16, "withdrawn")]
    rows += [*OTHERS, *some(16, "refused", line="payments"), *some(16, "withdrawn", line="payments")]
    rows += [*some(20, line="records"), *some(16, "refused", line="records"), *some(16, "withdrawn", line="records")]
    gone = ends(rows)
    assert ("service_line", "supplies", "refused") in gone
    assert len([way for by, line, way in gone if line == "supplies"]) >= 2
    assert len([line for by, line, way in gone if way == "refused"]) >= 2
    assert not [place for place in gone if place[0] == "loss"]


def test_what_few_people_did_is_withheld_though_it_is_many_claims() -> None:
    """Origin: by hand. Fifteen of supplies were refused, all of one person: as if it were one."""
    rows = [*BOTH, *OTHERS, *some(20, "refused", line="payments")]
    alone = [*rows, *some(15, "refused", who="A")]
    assert ("service_line", "supplies", "refused") in ends(alone)
    assert ("service_line", "payments", "refused") in ends(alone)
    assert ends([*rows, *some(15, "refused")]) == set()


def test_nothing_is_left_of_a_withheld_estimate() -> None:
    """Origin: by hand. Of supplies 5 were paid: their number, shares by each day and the wrong share go whole."""
    rows = [*some(30), *some(5, "paid"), *some(20, "refused"), *OTHERS, *some(20, "refused", line="payments")]
    made = figures(book(rows))
    gone = [e for e in made.values() if e.group == "supplies" and e.category.startswith("paid")]
    assert {e.measure for e in gone} == {"ended", "ended_by", "ended_by_naive"}
    assert all(e.suppressed for e in gone)
    for e in [e for e in made.values() if e.suppressed]:
        left = (e.value, e.low, e.high, e.confidence, e.numerator, e.base, e.weighted_base, e.effective_base, e.missing)
        assert left == (None,) * 9
        assert e.suppressed == SUPPRESSED
    for name in ("submitted", "ended.paid", "ended_by.paid-by-240-days", "decided_by.240-days"):
        assert made[name].value is not None
    assert made["submitted.service_line.supplies"].value == 55


def test_the_wrong_share_goes_with_the_right_one() -> None:
    """Origin: by hand. Twelve of supplies are paid, but only 4 of those followed, the others being from before."""
    old = some(8, "paid", submitted="2016-12-01")
    made = figures(book([*some(30), *some(4, "paid"), *old, *some(12, "refused"), *OTHERS]))
    assert made["ended.paid.service_line.supplies"].value == 12
    for measure in ("ended_by", "ended_by_naive"):
        assert made[f"{measure}.paid-by-240-days.service_line.supplies"].suppressed


def test_a_share_by_a_day_is_not_worked_back_from_that_of_all() -> None:
    """Origin: by hand. All followed for 394 days: of 40 direct losses 20 are decided after 30 days, of 40 for lost
    earnings 5 after 30 days and 15 after 100. By 40 days the share of all is 25/80; 5 = 25 - 20, so both go."""
    late = {"decided": after(100), "closed": after(100)}
    earnings = [{**row, "loss": "lost_earnings"} for row in (*some(20), *some(5, "paid"), *some(15, "paid", **late))]
    made = figures(book([*BOTH, *earnings]))
    assert made["decided_by.40-days"].value == pytest.approx(25 / 80)
    for loss in LOSSES:
        assert made[f"decided_by.40-days.loss.{loss}"].suppressed
        assert made[f"decided_by.120-days.loss.{loss}"].value == pytest.approx(1 / 2)
    assert made["decided_by.20-days.loss.direct"].value == 0


def test_how_many_were_decided_goes_with_how_many_were_paid_or_refused() -> None:
    """Origin: by hand. Of 59 for supplies 30 were paid and 4 refused: 34 decided, less 30, are the 4."""
    rows = [*some(15), *some(30, "paid"), *some(4, "refused"), *some(10, "withdrawn")]
    rows += [*OTHERS, *some(16, "refused", line="payments"), *some(16, "withdrawn", line="payments")]
    made = figures(book(rows))
    for line in ("supplies", "payments"):
        assert made[f"decided_by.240-days.service_line.{line}"].suppressed
        assert made[f"days_from_decided_to_closed.median.service_line.{line}"].base is None
    assert made["days_from_decided_to_closed.median"].base == 70


def test_how_many_are_undecided_is_not_worked_back() -> None:
    """Origin: by hand. Of supplies 12 are open, 4 of them undecided; of payments 30; of records 20: 54 in all.

    The four go, with the twenty of records: 54 - 30 is all that is known of both.
    """
    rows = [*some(4), *some(8, decided=after(10)), *some(20, "paid")]
    rows += [*some(30, line="payments"), *some(20, "paid", line="payments")]
    rows += [*some(20, line="records"), *some(20, "paid", line="records")]
    made = figures(book(rows))
    assert (made["age_of_undecided.median"].base, made["ended.open.service_line.supplies"].value) == (54, 12)
    told = {line: made[f"age_of_undecided.median.service_line.{line}"].base for line in LINES}
    assert told == {"supplies": None, "payments": 30, "records": None}


def test_days_lost_by_few_are_not_told() -> None:
    """Origin: by hand. Of 20 applications 3 took too long: how many days these three lost is theirs alone."""
    applied = {"applied": "2017-06-01"}
    rows = [*some(17, listed="2017-07-03", **applied), *some(3, listed="2017-12-01", **applied)]
    made = figures(book(rows))
    assert (made["applications"].value, made["beyond_expected"].value) == (20, 3)
    assert made["working_days_lost"].suppressed and made["working_days_lost_by_each.median"].suppressed
    none = figures(book(rows[:17]))
    assert (none["beyond_expected"].value, none["working_days_lost"].value) == (0, 0)


# ---- an attack on what is printed

CELLS = tuple(product(LOSSES, LINES, WAYS))
COUNTS = st.lists(st.sampled_from([0, 0, 1, 2, 5, 9, 10, 14, 25]), min_size=24, max_size=24).filter(any)
"""How many claims of each loss, service and way."""


def claims_of(counts: list[int], one_person: int) -> list[Claim]:
    """The claims; those of one cell are all of one person."""
    rows = []
    for n, ((loss, line, way), count) in enumerate(zip(CELLS, counts, strict=True)):
        rows += some(count, way, loss, line, **({"who": "A"} if n == one_person else {}))
    return rows


def form(by: str, group: str, ways: Sequence[str]) -> Form:
    return {n: 1.0 for n, cell in enumerate(CELLS) if (not by or group in cell[:2]) and cell[2] in ways}


def told(made: Sequence[Estimate]) -> Iterator[tuple[Form, float]]:
    """The counts that printed figures give: all claims were followed until they ended, or for longer than any day."""
    for e in made:
        if e.base is not None and e.measure in ("submitted", "ended", "decided_by", "ended_by", "ended_by_naive"):
            yield form(e.group_by, e.group, WAYS), e.base
        if e.base is not None and e.measure == "age_of_undecided":
            yield form(e.group_by, e.group, ["open"]), e.base
        if e.base is not None and e.measure in ("offered_of_asked", "days_from_decided_to_closed"):
            yield form(e.group_by, e.group, ["paid", "refused"]), e.base
        if e.base is not None and e.measure in ("paid", "paid_median", "offered", "offered_median"):
            yield form(e.group_by, e.group, ["paid"]), e.base
        if e.value is None:
            continue
        if e.measure == "ended":
            yield form(e.group_by, e.group, [e.category]), e.value
        if e.base is None or not e.category.endswith("240 days"):
            continue
        if e.measure == "decided_by":
            yield form(e.group_by, e.group, ["paid", "refused"]), round(e.value * e.base)
        if e.measure == "ended_by":
            yield form(e.group_by, e.group, [e.category.split()[0]]), round(e.value * e.base)


def known(counts: list[int], made: Sequence[Estimate]) -> PublishedTable:
    printed = [Statement(coefficients=f, low=value, high=value) for f, value in told(made)]
    positive = [Statement(coefficients={n: 1.0}, low=0, high=np.inf) for n in range(len(CELLS))]
    return PublishedTable(
        cells=tuple(counts), statements=(*printed, *positive), costs=(), primary=frozenset(), sensitive=()
    )


def test_no_small_number_of_a_part_is_worked_back() -> None:
    """Law: from all that is printed, each number of a part that 1 to 9 people make up can be 10 or more, or as large as
    the counts of all claims let it be; one of many claims can be larger than it is. Both come up, and printed ones."""
    seen = set()

    @LAWS
    @given(COUNTS, st.integers(0, 47))
    def law(counts: list[int], one_person: int) -> None:
        of = book([row | {"asked": 100, "offered": 90, "paid": 80} if row["status"] == "paid" else row
                   for row in claims_of(counts, one_person)])  # fmt: skip
        made = list(figures(of).values())
        printed = known(counts, made)
        public = known(counts, [e for e in made if not e.group_by])
        for (by, group), way in product(PARTS, ("", *WAYS)):
            cells = form(by, group, [way] if way else WAYS)
            mask = np.ones(len(of.claims), dtype=bool) & (of.claims[by] == group).to_numpy()
            mask &= (of.claims["status"] == way).to_numpy() if way else True
            crowd, count = len(np.unique(of.people[mask])), sum(counts[cell] for cell in cells)
            if not 0 < crowd < 10:
                seen.add("large")
                continue
            seen.add("small" if count < 10 else "many claims of few")
            wanted = max(10, count + 1)
            assert attack(printed, (), cells)[1] >= min(wanted, attack(public, (), cells)[1])

    law()
    assert seen == {"large", "small", "many claims of few"}


def test_the_attack_breaks_what_is_not_protected() -> None:
    """The attack is one: without protection every small number is known."""
    counts = [25] * len(CELLS)
    counts[CELLS.index(("direct", "supplies", "refused"))] = 0
    counts[CELLS.index(("lost_earnings", "supplies", "refused"))] = 4
    of = book(claims_of(counts, -1))
    small = form("service_line", "supplies", ["refused"])
    assert attack(known(counts, claims_estimates(of)), (), small) == (4, 4)
    low, high = attack(known(counts, list(figures(of).values())), (), small)
    assert low < 4 and high >= 10


def test_every_end_is_a_way() -> None:
    assert ("open", *ENDS) == WAYS


def test_no_part_says_whether_a_rare_end_was_among_its_own() -> None:
    """Origin: by hand. Three of all were withdrawn, all direct losses: a nought beside lost earnings tells so."""
    rows = [*BOTH, *OTHERS, *some(3, "withdrawn"), *some(20, loss="lost_earnings", line="payments")]
    rows += some(20, "paid", loss="lost_earnings", line="payments")
    gone = ends(rows)
    assert {("loss", "direct", "withdrawn"), ("loss", "lost_earnings", "withdrawn")} <= gone
    for loss in ("direct", "lost_earnings"):  # nor can it be worked back from the part's other ends and its size
        assert gone & {("loss", loss, way) for way in ("", "open", "paid")}
