"""The sections of a page on compensation claims: waits, ends, money, and working days lost for want of approval."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.reporting.compensation_charts import ENDS, MONEY, decided_chart, ends_chart, money_chart
from pcse_analysis.reporting.compensation_words import (
    LOSSES,
    against_direct,
    ends_headline,
    money_headline,
    naive,
    undecided,
    unpaid,
    waits_headline,
)
from pcse_analysis.reporting.exhibit import Exhibit
from pcse_analysis.reporting.figures import NOT_APPLICABLE, figure
from pcse_analysis.reporting.html import Html, Piece, joined
from pcse_analysis.reporting.ledger_figures import (
    LedgerFigures,
    days_range,
    days_text,
    find_ledger,
    ledgers_of,
)
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, range_of

ABSENT = (
    "No compensation claims are part of this edition. So nothing here can say how long people with lost earnings wait, "
    "or how much is asked, offered and paid."
)
EVERYTHING = ("", "loss", "service_line")
METHOD = (
    "Aalen and Johansen's estimate: a claim that ended in another way can no longer end in this one, and one that is "
    "still undecided counts for as long as it was. Of the claims submitted since the ledger began. A claim that was "
    "withdrawn is closed, but not decided."
)


def waits(dossier: Dossier, claims: str) -> Piece:
    """How long claims wait for each step, those for lost earnings beside direct losses.

    Raises:
        CommandError: the edition has no claims of this name.
    """
    book, number = find_ledger(dossier, "claims", claims)
    parts = book.parts(*EVERYTHING)
    rows: list[list[Cell]] = []
    for part in parts:
        counted, middle = book.get("submitted", "", *part), book.get("days_to_decided", "median", *part)
        rows.append([
            book.label(*part),
            figure(counted, "value", "count"),
            days_text(book.get("days_to_acknowledged", "median", *part)),
            days_text(book.get("days_to_decided", "lower quartile", *part)),
            days_text(middle),
            days_range(middle),
            days_text(book.get("days_to_decided", "upper quartile", *part)),
            days_text(book.get("days_to_closed", "median", *part)),
        ])  # fmt: skip
    heads = (
        "Claims",
        "Submitted",
        "Half acknowledged after",
        "A quarter decided after",
        "Half decided after",
        "Interval",
        "Three quarters decided after",
        "Half closed after",
    )
    caption = f"Table W{number}. Waits by step, in {book.ledger.day_name}"
    table = Table(caption, heads, rows, frozenset(range(1, 8)))
    return Exhibit(
        id=f"W{number}",
        headline=waits_headline(book),
        subtitle=book.subtitle,
        body=joined([against_direct(book), undecided(book)]),
        chart=decided_chart(book, f"chart-W{number}", book.parts("loss")),
        tables=[table, _decided_table(book, number)],
        caveats=[
            book.flow,
            Markup("Days are {}. {}").format(book.days_counted, METHOD),
            Markup(KEY_OF_REPLIES),
        ],
        source=book.source,
    )


def _decided_table(book: LedgerFigures, number: int) -> Table:
    parts = book.parts(*LOSSES)
    rows: list[list[Cell]] = []
    for category in (f"{day} days" for day in book.days_of("decided_by")):
        row: list[Cell] = [category]
        for part in parts:
            share = book.get("decided_by", category, *part)
            row += [
                figure(share, "value", "bare"),
                range_of(share, "low", "high", "bare"),
            ]
        rows.append(row)
    heads = [f"After so many {book.ledger.day_name}"]
    for part in parts:
        heads += [f"{book.label(*part)}: decided (%)", f"Interval, {book.label(*part).lower()} (%)"]
    return Table(f"Table W{number}a. Share decided by each day", heads, rows, frozenset(range(1, len(heads))))


def ends(dossier: Dossier, claims: str) -> Piece:
    """How claims end: paid, refused, withdrawn, or not yet.

    Raises:
        CommandError: the edition has no claims of this name.
    """
    book, number = find_ledger(dossier, "claims", claims)
    last = _last_day(book)
    parts = book.parts(*EVERYTHING)
    counts: list[list[Cell]] = []
    for part in parts:
        found = [book.get("ended", end, *part) for end in ("open", *ENDS)]
        counts.append([book.label(*part), *(figure(e, "value", "count") for e in found)])
    shares: list[list[Cell]] = []
    for part in parts:
        row: list[Cell] = [book.label(*part)]
        for share in (book.get("ended_by", f"{end} by {last} days", *part) for end in ENDS):
            row.append(figure(share, "value", "bare"))
            row.append(range_of(share, "low", "high", "bare"))
        shares.append(row)
    words = [end.capitalize() for end in ENDS]
    heads = ["Claims", *(head for word in words for head in (f"{word} (%)", f"Interval, {word.lower()} (%)"))]
    by_then = f"Table W{number}b. Share that ended in each way within {last} {book.ledger.day_name}"
    tables = [
        Table(by_then, heads, shares, frozenset(range(1, 7))),
        Table(f"Table W{number}c. Claims by their end", ["Claims", "Open", *words], counts, frozenset(range(1, 5))),
    ]
    return Exhibit(
        id=f"W{number}b",
        headline=ends_headline(book, last),
        subtitle=book.subtitle,
        body=naive(book, last),
        chart=ends_chart(book, f"chart-W{number}b", book.parts(*LOSSES), last),
        tables=tables,
        caveats=[Markup("Days are {}. {}").format(book.days_counted, METHOD), Markup(KEY_OF_REPLIES)],
        source=book.source,
    )


def _last_day(book: LedgerFigures) -> int:
    """The last day by which the ends of all claims and of each kind of loss are known; else of all claims."""
    days = book.days_of("ended_by")
    parts = book.parts(*LOSSES)
    told = [
        day
        for day in days
        if all((e := book.get("ended_by", f"paid by {day} days", *p)) and e.value is not None for p in parts)
    ]
    return max(told or days, default=0)


def money(dossier: Dossier, claims: str) -> Piece:
    """What was asked, offered and paid, by kind of loss and service line.

    Raises:
        CommandError: the edition has no claims of this name.
    """
    book, number = find_ledger(dossier, "claims", claims)
    rows: list[list[Cell]] = []
    for part in book.parts(*EVERYTHING):
        row: list[Cell] = [book.label(*part)]
        for name in MONEY:
            for measure in (name, f"{name}_median"):
                amount = book.get(measure, "", *part)
                row.append(figure(amount, "value", "pounds") if amount else NOT_APPLICABLE)
        ratio = book.get("offered_of_asked", "", *part)
        rows.append([*row, figure(ratio, "value", "bare") if ratio else NOT_APPLICABLE])
    heads = ["Claims"]
    for name in MONEY:
        heads += [f"{name.capitalize()}, in all", f"{name.capitalize()}, the middle claim"]
    heads.append("Offered, of what was asked in the claims decided (%)")
    return Exhibit(
        id=f"W{number}d",
        headline=money_headline(book),
        subtitle=book.subtitle,
        body=unpaid(book),
        chart=money_chart(book, f"chart-W{number}d", book.parts(*LOSSES)),
        tables=[Table(f"Table W{number}d. Money asked, offered and paid", heads, rows, frozenset(range(1, 8)))],
        caveats=[
            Markup(
                "The middle claim is that of the claims with such an amount, rounded to ten pounds. Of the claims "
                "decided, one without an offer counts with nothing. A sum that would tell the amount of one claimant, "
                "who makes up much of it, is withheld."
            ),
            Markup(KEY_OF_REPLIES),
        ],
        source=book.source,
    )


def lost_days(dossier: Dossier, claims: str) -> Piece:
    """How long approval for the performers list took, and the working days lost by it.

    Raises:
        CommandError: the edition has no claims of this name.
    """
    book, number = find_ledger(dossier, "claims", claims)
    counts = {n: book.get(n) for n in ("applications", "beyond_expected", "not_yet_listed", "working_days_lost")}
    if any(count is None for count in counts.values()):
        return Html(Markup("<p>These claims say nothing of applications to join the performers list.</p>"))
    told = {n: figure(e, "value", "count") for n, e in counts.items() if e is not None}
    weeks = book.ledger.expected_weeks
    each = book.get("working_days_lost_by_each", "median")
    middle = figure(each, "value", "count")
    body = Markup(
        "<p>Of {} applications, {} took longer than {} weeks, and {} were not on the list on the last "
        "day. From the end of these weeks until the place on the list, or until the last day, {} working days passed; "
        "half of those who waited longer lost {} or more.</p>"
    ).format(
        told["applications"], told["beyond_expected"], weeks, told["not_yet_listed"], told["working_days_lost"], middle
    )
    rows: list[list[Cell]] = [
        [words, days_text(e), days_range(e)]
        for words, e in (
            (f"{share} on the list after", book.get("days_to_listed", name))
            for name, share in (
                ("lower quartile", "A quarter"),
                ("median", "Half"),
                ("upper quartile", "Three quarters"),
            )
        )
    ]
    heads = ("Applications", book.ledger.day_name.capitalize(), "Interval")
    return Exhibit(
        id=f"W{number}e",
        headline=Markup("{} working days passed after approval was due, of those who claimed").format(
            told["working_days_lost"]
        ),
        subtitle=book.subtitle,
        body=body,
        chart=None,
        tables=[
            Table(f"Table W{number}e. From the application to the performers list", heads, rows, frozenset({1, 2}))
        ],
        caveats=[
            Markup(
                "Only those who claimed are in it: nothing is known here of others whose application was late, or on "
                "time. A day counts as lost whether or not work was offered on it; where an application is not "
                "settled, the days are those until the last day, and so at least as many."
            ),
            Markup(KEY_OF_REPLIES),
        ],
        source=book.source,
    )


def overview(dossier: Dossier) -> Piece:
    """What the claims of the edition say of waits and money; a stated absence where there are none."""
    found = ledgers_of(dossier, "claims")
    if not found:
        return Html(Markup("<p>{}</p>").format(ABSENT))
    pieces: Sequence[Piece] = [piece(dossier, one.id) for one in found for piece in (waits, money)]
    return Html(joined(pieces))
