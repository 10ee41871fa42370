"""The sections of a page on an issue log: did it slow down, how long do issues take, how many are open."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.exhibit import Exhibit
from pcse_analysis.reporting.figures import NOT_APPLICABLE, NOT_AVAILABLE, absent, date, figure
from pcse_analysis.reporting.html import Html, Piece, joined
from pcse_analysis.reporting.issue_charts import curves_chart, months_chart, slow_down_chart
from pcse_analysis.reporting.issue_words import WORDS, fall_range, headline, naive, sentence
from pcse_analysis.reporting.ledger_figures import (
    LedgerFigures,
    days_range,
    days_text,
    find_ledger,
    half_done,
    ledgers_of,
)
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, range_of

ABSENT = (
    "No issue log is part of this edition. So nothing here can say how long issues take to resolve, or whether "
    "resolving them, directly or through the BMA to NHS England, slowed down."
)
ALL_AND_ROUTES = ("", "route")


def slow_down(dossier: Dossier, issues: str) -> Piece:
    """Whether resolving slowed down in the last months, by route and service line, beside the naive mean.

    Raises:
        CommandError: the edition has no issue log of this name.
    """
    log, number = find_ledger(dossier, "issues", issues)
    change = log.change()
    if change is None:
        return Html(Markup("<p>This log does not ask for a comparison of periods, or has not run for long enough.</p>"))
    label = log.label("", "")
    parts = log.parts("", "route", "service_line")
    said = [sentence(log, log.label(*p), c) for p in log.parts(*ALL_AND_ROUTES) if (c := log.change(*p)) is not None]
    body = [*(Markup("<p>{}</p>").format(one) for one in said), naive(log), _routes(log)]
    assert log.ledger.slow_down is not None
    rule = Markup(
        "The margin that matters is a rate {} lower or higher. {} All issues and each route are one family of "
        "comparisons (Holm), each service another (Benjamini-Hochberg)."
    ).format(figure(change, "margin", "percent_size"), log.ledger.slow_down.fixed)
    return Exhibit(
        id=f"I{number}",
        headline=headline(label, change),
        subtitle=log.subtitle,
        body=joined(body),
        chart=slow_down_chart(log, f"chart-I{number}", parts),
        tables=[_speed_table(log, number, parts)],
        caveats=[
            rule,
            log.flow,
            Markup(
                "An issue that was open already when a period began counts in it from the age that it had then. Issues "
                "still open count for as long as they have been open. The change of the rate is a mean over all ages: "
                "the share resolved within the standard may move otherwise."
            ),
            Markup(KEY_OF_REPLIES),
        ],
        source=log.source,
    )


def _routes(log: LedgerFigures) -> Markup:
    """How fast each other route is beside the first."""
    said = []
    routes = list(log.ledger.routes)
    for route in routes[1:]:
        ratio = log.get("rate_against_first", "", "route", route)
        if ratio is not None and ratio.value is not None:
            words = "<p>{}: at the same age and for the same service resolved {} times as fast as {} ({} to {}).</p>"
            limits = [figure(ratio, side, "ratio") for side in ("low", "high")]
            first = log.label("route", routes[0]).lower()
            said.append(
                Markup(words).format(log.label("route", route), figure(ratio, "value", "ratio"), first, *limits)
            )
    return joined(said)


def _speed_table(log: LedgerFigures, number: int, parts: Sequence[tuple[str, str]]) -> Table:
    rows: list[list[Cell]] = []
    for part in parts:
        change = log.change(*part)
        rates = [log.get("resolution_rate", c, *part) for c in ("before", "in the last months")]
        cells: list[Cell] = []
        for rate in rates:
            cells += (
                [figure(rate, "numerator", "count"), figure(rate, "value", "decimal1")] if rate else [NOT_AVAILABLE] * 2
            )
        given = change is not None and change.value is not None
        rows.append([
            log.label(*part),
            *cells,
            fall_range(change) if change is not None and given else _hidden(rates),
            WORDS[change.verdict] if change is not None else _hidden(rates),
        ])  # fmt: skip
    days = log.ledger.day_name
    heads = (
        *("Issues", "Resolved, earlier period", f"Rate, earlier (for a hundred {days} open)"),
        *("Resolved, later period", f"Rate, later (for a hundred {days} open)"),
        *("Rate at the same age, interval of the change", "Verdict"),
    )
    return Table(f"Table I{number}. The speed of resolving in both periods", heads, rows, frozenset({1, 2, 3, 4}))


def _hidden(rates: Sequence[Estimate | None]) -> Markup:
    """The mark for a change that is not given."""
    return absent(rates[0]) if rates and rates[0] is not None else NOT_AVAILABLE


def times(dossier: Dossier, issues: str) -> Piece:
    """How long issues take to resolve, with those still open, by route and service line, and beside the standard.

    Raises:
        CommandError: the edition has no issue log of this name.
    """
    log, number = find_ledger(dossier, "issues", issues)
    parts = log.parts("", "route", "service_line")
    standard = log.ledger.standard
    rows: list[list[Cell]] = []
    for part in parts:
        middle = log.get("days_to_resolve", "median", *part)
        within = log.get("within_standard", f"{standard} days", *part) if standard is not None else None
        promised = log.get("by_promised_day", "", *part)
        logged = log.get("logged", "", *part)
        rows.append([
            log.label(*part),
            figure(logged, "value", "count"),
            days_text(log.get("days_to_resolve", "lower quartile", *part)),
            days_text(middle),
            days_range(middle),
            days_text(log.get("days_to_resolve", "upper quartile", *part)),
            figure(within, "value", "bare") if within else NOT_APPLICABLE,
            range_of(within, "low", "high", "bare1") if within else NOT_APPLICABLE,
            figure(promised, "value", "bare") if promised else NOT_APPLICABLE,
        ])  # fmt: skip
    days = log.ledger.day_name
    within_days = "a standard" if standard is None else f"{standard} {days}"
    heads = (
        "Issues",
        "Logged",
        "A quarter resolved after",
        "Half resolved after",
        "Interval",
        "Three quarters resolved after",
        f"Resolved within {within_days} (%)",
        "Interval (%)",
        "Resolved by the day promised (%)",
    )
    middle = log.get("days_to_resolve", "median")
    return Exhibit(
        id=f"I{number}b",
        headline=Markup("{}: {}").format(log.label("", ""), half_done(middle, "resolved", days)),
        subtitle=log.subtitle,
        body=Markup("<p>Days are {}; an issue that is still open counts as open for as long as it was.</p>").format(
            log.days_counted
        ),
        chart=curves_chart(log, f"chart-I{number}b", log.parts("route")),
        tables=[Table(f"Table I{number}b. Time to resolve", heads, rows, frozenset(range(1, 9)))],
        caveats=[
            Markup("Kaplan and Meier's estimate. “Not reached”: fewer than that share are resolved at any age seen."),
            Markup(KEY_OF_REPLIES),
        ],
        source=log.source,
    )


def backlog(dossier: Dossier, issues: str) -> Piece:
    """What came in, what went out and what was open month by month, and how old the open issues are.

    Raises:
        CommandError: the edition has no issue log of this name.
    """
    log, number = find_ledger(dossier, "issues", issues)
    months = [e.group for e in log.figures.estimates if e.measure == "month_opened"]
    rows: list[list[Cell]] = []
    for month in sorted(months):
        counts = [log.get(f"month_{what}", "", "month", month) for what in ("opened", "resolved", "open_at_end")]
        speed = log.get("month_speed", "", "month", month)
        rows.append([
            date(month),
            *(figure(count, "value", "count") for count in counts),
            figure(speed, "value", "ratio"),
            range_of(speed, "low", "high", "ratio"),
        ])  # fmt: skip
    heads = ("Month", "Opened", "Resolved", "Open at the end", "Speed beside the usual", "Interval")
    still, over, age = log.get("open"), log.get("open_beyond_standard"), log.get("age_of_open", "median")
    said = Markup()
    if still is not None and age is not None:
        said = Markup("<p>Open on the last day: {}. Half of these had been open for {} {} or longer.").format(
            figure(still, "value", "count"), figure(age, "value", "count"), log.ledger.day_name
        )
        if over is not None:
            words = " {} had been open for longer than the standard of {} {}."
            said += Markup(words).format(figure(over, "value", "count"), log.ledger.standard, log.ledger.day_name)
        said += Markup("</p>")
    return Exhibit(
        id=f"I{number}c",
        headline=Markup("{} issues were open on the last day").format(figure(still, "value", "count")) if still
        else Markup("Issues month by month"),
        subtitle=log.subtitle,
        body=said,
        chart=months_chart(log, f"chart-I{number}c"),
        tables=[Table(f"Table I{number}c. Issues month by month", heads, rows, frozenset(range(1, 6)))],
        caveats=[
            Markup("The first and the last month may be parts of a month. What was withdrawn is no longer open either.")
        ],
        source=log.source,
    )  # fmt: skip


def overview(dossier: Dossier) -> Piece:
    """What each issue log of the edition says about its speed; a stated absence where there is none."""
    logs = ledgers_of(dossier, "issues")
    if not logs:
        return Html(Markup("<p>{}</p>").format(ABSENT))
    return Html(joined(slow_down(dossier, ledger.id) for ledger in logs))
