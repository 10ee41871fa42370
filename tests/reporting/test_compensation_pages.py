"""Pages of compensation claims: waits, ends, money and lost days, each with the numbers of its row and no more.

Origin of every expected sentence: by hand, from the figures written in the test.
"""

from __future__ import annotations

import re

import pytest

from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.compensation import ABSENT, ends, lost_days, money, overview, waits
from pcse_analysis.reporting.compensation_charts import decided_chart, ends_chart, money_chart
from pcse_analysis.reporting.drawing import NARROW, WIDE
from pcse_analysis.reporting.ledger_figures import LedgerFigures
from tests.dossiers import own_dossier
from tests.reporting.made import figure_of, ledger, said, with_ledger, withheld

BOOK = "claims"
BOTH_WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
LOST, DIRECT = {"by": "loss", "group": "lost_earnings"}, {"by": "loss", "group": "direct"}


def fig(measure: str, value: float | None, category: str = "", **fields: object) -> Estimate:
    return figure_of(BOOK, measure, value, category, **fields)


def hidden(measure: str, category: str = "", **fields: object) -> Estimate:
    return withheld(BOOK, measure, category, **fields)


def submitted(*parts: dict[str, str]) -> list[Estimate]:
    return [fig("submitted", 100.0, **part) for part in parts]


def dossier(*figures: Estimate) -> Dossier:
    return with_ledger(ledger(BOOK), figures)


def book(*figures: Estimate) -> LedgerFigures:
    held = dossier(*figures)
    return LedgerFigures(held, held.ledgers[0])


def headline(piece: object) -> str:
    found = re.search(r"<span class='finding'>.*?</span> (.*?)</h3>", piece.__html__(), re.S)  # type: ignore[attr-defined]
    assert found is not None
    return said(found[1])


def rows_of(piece: object, caption: str) -> list[list[str]]:
    """The cells of the table whose caption begins so."""
    table = piece.__html__().partition(f"<span>{caption}")[2].partition("</table>")[0]  # type: ignore[attr-defined]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", table)
    return [[said(first), *(said(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", rest))] for first, rest in rows]


def median(value: float | None, **fields: object) -> Estimate:
    return fig("days_to_decided", value, "median", **fields)


@pytest.mark.parametrize(
    ("lost", "direct", "expected"),
    [
        (
            median(150.0, **LOST), median(51.0, **DIRECT),
            "Direct loss: half decided after 51 working days; Lost earnings: half decided after 150 working days",
        ),
        (
            median(None, low=120.0, **LOST), median(51.0, **DIRECT),
            "Direct loss: half decided after 51 working days; Lost earnings: fewer than half decided at any age seen",
        ),
        (
            hidden("days_to_decided", "median", **LOST), median(51.0, **DIRECT),
            "Direct loss: half decided after 51 working days; Lost earnings: half decided after [c]",
        ),
    ],
)  # fmt: skip
def test_the_headline_of_waits(lost: Estimate, direct: Estimate, expected: str) -> None:
    """A wait that is not reached, or withheld, has no day."""
    assert headline(waits(dossier(*submitted({}, LOST, DIRECT), lost, direct), BOOK)) == expected


def test_waits_that_are_not_reached_or_withheld_are_so_marked() -> None:
    figures = [
        *submitted({}, LOST), hidden("submitted", **DIRECT),
        median(76.0, low=62.0, high=None), fig("days_to_decided", 33.0, "lower quartile"),
        fig("days_to_decided", None, "upper quartile"), fig("days_to_acknowledged", 4.0, "median"),
        *(hidden("days_to_decided", name, **DIRECT) for name in ("lower quartile", "median", "upper quartile")),
    ]  # fmt: skip
    assert rows_of(waits(dossier(*figures), BOOK), "Table W1. ") == [
        ["All claims", "100", "4", "33", "76", "62 to not reached", "not reached", "[x]"],
        ["Direct loss", "[c]", "[x]", "[c]", "[c]", "[c]", "[c]", "[x]"],
        ["Lost earnings", "100", "[x]", "[x]", "[x]", "[x]", "[x]", "[x]"],
    ]


def test_lost_earnings_beside_direct_losses() -> None:
    """Where the ratio is withheld nothing is said of it."""
    ratio = fig("rate_against_direct", 0.31, low=0.22, high=0.44, confidence=0.95, **LOST)
    text = said(waits(dossier(*submitted({}, LOST), ratio), BOOK))
    assert (
        "claims for lost earnings were decided 0.31 times as fast as those for direct losses (95% interval 0.22 to "
        "0.44)." in text
    )
    assert "times as fast" not in said(
        waits(dossier(*submitted({}, LOST), hidden("rate_against_direct", **LOST)), BOOK)
    )


def test_what_is_still_undecided() -> None:
    figures = [fig("age_of_undecided", 67.0, "median", base=147.0), hidden("age_of_undecided", "median", **LOST)]
    text = said(waits(dossier(*submitted({}, LOST), *figures), BOOK))
    assert "All claims: 147 undecided on the last day, half of them for 67 working days or longer." in text
    assert "Lost earnings: 1" not in text


ENDED = {"paid": 0.30, "refused": 0.20, "withdrawn": 0.05}


def ended(day: int = 120, **part: str) -> list[Estimate]:
    return [fig("ended_by", share, f"{end} by {day} days", **part) for end, share in ENDED.items()]


def test_how_claims_end() -> None:
    """Days are counted as the ledger counts them: the headline and the caption say working days."""
    found = ends(dossier(*submitted({}), *ended()), BOOK)
    assert headline(found) == "Of all claims 30% were paid, 20% refused and 5% withdrawn within 120 working days"
    assert "Share that ended in each way within 120 working days" in said(found)


def test_ends_that_are_withheld_make_no_headline() -> None:
    figures = [hidden("ended_by", f"{end} by 120 days") for end in ENDED]
    found = ends(dossier(*submitted({}), *figures), BOOK)
    assert headline(found) == "How claims end"
    assert rows_of(found, "Table W1b. ") == [["All claims", *["[c]"] * 6]]


def test_the_last_day_is_one_at_which_every_kind_is_known() -> None:
    """At 240 days the shares of lost earnings are withheld: the page stops at 120."""
    late = [hidden("ended_by", f"{end} by 240 days", **LOST) for end in ENDED]
    held = dossier(*submitted({}, LOST), *ended(), *ended(240), *ended(120, **LOST), *late)
    assert headline(ends(held, BOOK)).endswith("within 120 working days")


def test_counting_other_ends_as_lost_sight_of_is_told_beside_it() -> None:
    wrong = fig("ended_by_naive", 0.41, "paid by 120 days")
    text = said(ends(dossier(*submitted({}), *ended(), wrong), BOOK))
    assert "would say that 41% are paid by then, as though they could still be paid." in text
    assert text.count("Taken as ends of their own, 30% are.") == 1
    gone = hidden("ended_by_naive", "paid by 120 days")
    assert "Not to be used" not in said(ends(dossier(*submitted({}), *ended(), gone), BOOK))


def test_money_in_pounds() -> None:
    """Pence in the ledger: 12,543,892 of them are 125,439 pounds; what is withheld is marked."""
    figures = [
        fig("asked", 12543892.0), hidden("paid"), fig("asked_undecided", 6135433.0), fig("offered_of_asked", 0.41),
        fig("asked_median", 88000.0),
    ]  # fmt: skip
    found = money(dossier(*submitted({}), *figures), BOOK)
    assert headline(found) == "41% of what was asked in the claims decided was offered"
    assert (
        "Asked for in all: £125,439. In claims still undecided: £61,354. Offered, and the claim not closed: [x]. Paid: "
        "[c]." in said(found)
    )
    (row,) = rows_of(found, "Table W1d. ")
    assert row == ["All claims", "£125,439", "£880", "[z]", "[z]", "[c]", "[z]", "41"]


def test_without_a_ratio_the_headline_claims_nothing() -> None:
    for figures in ([], [hidden("offered_of_asked")]):
        assert headline(money(dossier(*submitted({}), *figures), BOOK)) == "What was asked, offered and paid"


def test_working_days_lost() -> None:
    counts = {"applications": 187.0, "beyond_expected": 122.0, "not_yet_listed": 30.0, "working_days_lost": 9123.0}
    figures = [fig(name, value) for name, value in counts.items()]
    found = lost_days(dossier(*submitted({}), *figures, fig("working_days_lost_by_each", 41.0, "median")), BOOK)
    assert headline(found) == "9,123 working days passed after approval was due, of those who claimed"
    assert "Of 187 applications, 122 took longer than 12 weeks, and 30 were not on the list on the last day." in said(
        found
    )
    assert "half of those who waited longer lost 41 or more." in said(found)
    assert said(lost_days(dossier(*submitted({}), *figures[:3]), BOOK)) == (
        "These claims say nothing of applications to join the performers list."
    )


def test_an_edition_without_claims_says_what_nothing_here_can_say() -> None:
    assert said(overview(own_dossier("published"))) == said(ABSENT)


@pytest.mark.parametrize("page", [waits, ends, money, lost_days])
def test_a_wrong_name_is_one_message(page: object) -> None:
    with pytest.raises(CommandError) as caught:
        page(dossier(*submitted({})), "claim")  # type: ignore[operator]
    assert str(caught.value).splitlines() == [
        "CommandError: 1 problem",
        "    parameter 'claims': found 'claim', expected a ledger of this kind in this edition   near 'claims'",
    ]
    assert caught.value.exit_code == 2


@BOTH_WIDTHS
def test_a_curve_for_each_kind_that_may_be_shown(width: int) -> None:
    """Three days and the first, at which nothing is decided; the kind that is withheld is neither drawn nor told."""
    shares = [
        fig("decided_by", share, f"{day} days", **part)
        for part in ({}, DIRECT)
        for day, share in ((20, 0.1), (60, 0.4), (120, 0.6))
    ]
    figures = [*shares, median(76.0, **DIRECT), median(150.0), hidden("days_to_decided", "median", **LOST)]
    held = book(*submitted({}, LOST, DIRECT), *figures, hidden("decided_by", "20 days", **LOST))
    chart = decided_chart(held, "c", held.parts("loss"))
    assert chart is not None
    assert chart.alt == (
        "Chart of the share of claims decided by the days since they were submitted. Direct loss: half decided after "
        "76 working days."
    )
    (axes,) = chart.figure(width).axes
    assert [list(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 4] == [[0, 20, 60, 120]]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"] == [76.0]
    assert "Lost earnings" not in chart.__html__()


@BOTH_WIDTHS
def test_ends_are_parts_of_a_bar(width: int) -> None:
    """By hand: 0.30, then 0.20, then 0.05, side by side; of the kind that is withheld there is only the frame."""
    gone = [hidden("ended_by", f"{end} by 120 days", **LOST) for end in ENDED]
    held = book(*submitted({}, LOST), *ended(), *gone)
    chart = ends_chart(held, "c", held.parts("", "loss"), 120)
    assert chart is not None
    (axes,) = chart.figure(width).axes
    bars = [(round(p.get_x(), 9), round(p.get_width(), 9)) for p in axes.patches]
    assert bars == [(0, 0.3), (0.3, 0.2), (0.5, 0.05), (0, 1), (0, 1)]
    assert chart.alt == (
        "Chart of how claims had ended 120 working days after they were submitted. All claims: paid 30%, refused 20%, "
        "withdrawn 5%; Lost earnings: paid [c], refused [c], withdrawn [c]."
    )


@BOTH_WIDTHS
def test_money_as_bars(width: int) -> None:
    """Three amounts are there, of two parts; a fourth is withheld, and has neither a bar nor a word."""
    figures = [fig("asked", 40000.0), fig("paid", 10000.0), fig("asked", 20000.0, **LOST), hidden("paid", **LOST)]
    held = book(*submitted({}, LOST), *figures)
    chart = money_chart(held, "c", held.parts("", "loss"))
    assert chart is not None
    (axes,) = chart.figure(width).axes
    assert [p.get_width() for p in axes.patches] == [40000, 10000, 20000]
    assert chart.alt == (
        "Chart of the money asked for, offered and paid. All claims, asked: £400; All claims, paid: £100; Lost "
        "earnings, asked: £200."
    )
    assert [row.values for row in chart.rows] == [("£400",), ("£100",), ("£200",)]


def test_a_picture_of_nothing_is_none() -> None:
    held = book(*submitted({}), hidden("asked"))
    assert decided_chart(held, "c", [("", "")]) is None
    assert ends_chart(held, "c", [("", "")], 120) is None
    assert money_chart(held, "c", [("", "")]) is None
