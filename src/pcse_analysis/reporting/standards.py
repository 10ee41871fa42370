"""What is reported of the services, and what is experienced, side by side, with whether both measure the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import PERFORMANCE_SURVEY, Estimate
from pcse_analysis.reporting.exhibit import Exhibit, cited
from pcse_analysis.reporting.figures import NOT_AVAILABLE, date, date_text, figure, wave_name
from pcse_analysis.reporting.html import Html, Piece, joined
from pcse_analysis.reporting.ledger_figures import ledgers_of
from pcse_analysis.reporting.returned import Returned, returns_chart
from pcse_analysis.reporting.tables import Cell, Table

REPORTERS = {
    "provider": "the provider",
    "commissioner": "NHS England or a minister",
    "auditor": "auditors or Parliament",
    "profession": "doctors and practices",
    "press": "the press",
}
SAME = {"yes": "yes", "partly": "in part", "no": "no"}
NO_RETURNS = (
    "Returns of the provider, with a figure for each measure and month beside its target, are not part of this "
    "edition: none is held. So nothing here says whether standards were met or missed month by month."
)
NONE = "No published figure on the performance of these services was known on the evidence date."


def _facts(dossier: Dossier) -> dict[str, dict[str, str]]:
    """What each published figure is about, by its id."""
    return {str(row["id"]): {str(k): v for k, v in row.items()} for row in dossier.performance.to_dict("records")}


def _number(estimate: Estimate) -> Markup:
    """A reported figure with its unit."""
    if estimate.unit == "share":
        return figure(estimate, "value", "percent")
    form = "count" if estimate.value is not None and estimate.value == int(estimate.value) else "as_published"
    return Markup("{} {}").format(figure(estimate, "value", form), estimate.unit)


def _line(dossier: Dossier, service_line: str) -> str:
    line = dossier.catalogue.service_lines.get(service_line)
    if line is not None:
        return line.label
    return "Outside the contract" if service_line != "all" else "All services"


def _period(words: str) -> str:
    """A period in words, its months named."""
    return re.sub(r"\d{4}-\d{2}", lambda month: date_text(month[0]), words)


def reported_and_experienced(dossier: Dossier) -> Piece:
    """Pairs of a reported and an experienced figure, and whether they measure the same; no difference is made."""
    known = {e.id: e for e in dossier.figures.estimates}
    facts = _facts(dossier)
    rows: list[list[Cell]] = []
    absent = []
    for pair in dossier.pairs.to_dict("records"):
        first, second = known.get(pair["reported"]), known.get(pair["experienced"])
        if first is None or second is None or first.value is None or second.value is None:
            absent.append(str(pair["id"]))
            continue
        rows.append(
            [
                _line(dossier, pair["service_line"]),
                _told(dossier, facts, first),
                _told(dossier, facts, second),
                Markup("<strong>{}</strong>").format(SAME[pair["same_measure"]]),
                pair["reason"],
            ]
        )
    words = "<p>Not shown, as one of their figures is not part of this edition: {}.</p>"
    left = [Markup(words).format(", ".join(absent))] if absent else []
    if not rows:
        none = Markup("<p>No reported figure can be set beside an experienced one in this edition.</p>")
        return Html(joined([none, *left]))
    heads = ("Service", "Reported", "Experienced, or as others see it", "The same measure?", "Why")
    note = "<p>Where two figures do not measure the same, no difference is made of them: they stand side by side.</p>"
    table = Table("Table N. Reported and experienced", heads, rows)
    return Html(joined([Markup(note), table, *left]))


def _told(dossier: Dossier, facts: dict[str, dict[str, str]], estimate: Estimate) -> Markup:
    """A figure in words: what it is about, when, and its value."""
    if estimate.survey == PERFORMANCE_SURVEY:
        fact = facts[estimate.item]
        return Markup("{}: {} ({}; by {}). {}").format(
            fact["label"], _number(estimate), _period(fact["period"]), REPORTERS[estimate.category], fact["note"]
        )
    ledger = dossier.catalogue.ledgers.get(estimate.survey)
    if ledger is not None:
        words = "{}: {} ({}; {})"
        return Markup(words).format(estimate.group, _number(estimate), date(estimate.category), ledger.label)
    question = dossier.question(estimate)
    wave = wave_name(dossier.survey.waves[estimate.wave])
    return Markup("{}: {} ({}, {})").format(
        question.label, figure(estimate, "value", "percent"), dossier.survey.groups[estimate.respondent_group], wave
    )


def published(dossier: Dossier) -> Piece:
    """Every published figure on performance that was known on the evidence date; a stated absence where none was."""
    found = dossier.figures_of(PERFORMANCE_SURVEY).estimates
    if not found:
        return Html(Markup("<p>{}</p>").format(NONE))
    facts = _facts(dossier)
    order = ["all", *dossier.catalogue.service_lines]
    rows: list[list[Cell]] = []
    places = {line: place for place, line in enumerate(order)}
    for estimate in sorted(found, key=lambda e: (places.get(e.service_line, len(places)), e.id)):
        fact = facts[estimate.item]
        rows.append(
            [
                Markup("{}: {}").format(_line(dossier, estimate.service_line), fact["label"]),
                _period(fact["period"]),
                _number(estimate),
                fact["note"],
                REPORTERS[estimate.category],
                cited(dossier, [name for name in estimate.sources if name in dossier.catalogue.publications]),
                date(estimate.known_on),
            ]
        )
    heads = ("What", "Period", "Figure", "Note", "Said by", "Source", "Public by")
    return Html(Markup("{}").format(Table("Table Q. Published figures on performance", heads, rows)))


def returns(dossier: Dossier) -> Piece:
    """Standards met and missed month by month, and runs of misses; a stated absence where no returns are held."""
    found = [Returned(dossier, ledger) for ledger in ledgers_of(dossier, "kpi_returns")]
    if not found:
        return Html(Markup("<p>{}</p>").format(NO_RETURNS))
    return Html(joined(_returns(one, number) for number, one in enumerate(found, start=1)))


def _returns(returned: Returned, number: int) -> Piece:
    rows: list[list[Cell]] = []
    for item in returned.items:
        get = partial(returned.get, item)
        counts = [get("months", outcome) for outcome in ("met", "missed", "no target", "no return")]
        runs = [get(name) for name in ("longest_run_of_misses", "misses_at_the_end")]
        target, value = returned.last(item, "target"), returned.last(item, "reported")
        rows.append([
            returned.label(item),
            Markup("{} {}").format(target.method, figure(target, "value", "as_published")) if target else NOT_AVAILABLE,
            Markup("{} {}").format(figure(value, "value", "as_published"), value.unit) if value else NOT_AVAILABLE,
            *(figure(e, "value", "count") for e in (*counts, *runs)),
        ])  # fmt: skip
    heads = (
        "Measure",
        "Target",
        "Last return",
        "Met",
        "Missed",
        "No target",
        "No return",
        "Missed in a row, at most",
        "Missed in a row, at the end",
    )
    missed = [item for item in returned.items if (e := returned.get(item, "months", "missed")) and e.value]
    return Exhibit(
        id=f"B{number}",
        headline=_missed_headline(returned, missed),
        subtitle=returned.subtitle,
        body=Markup(
            "<p>Met and missed are the provider's own figures against its own targets. Whether a standard that is met "
            "is one that practices notice is another question: see what is reported beside what is experienced.</p>"
        ),
        chart=returns_chart(returned, f"chart-B{number}"),
        tables=[
            Table(f"Table B{number}. Months in which each measure met its target", heads, rows, frozenset(range(3, 9)))
        ],
        caveats=[
            Markup("A return that equals its target has met it. A month without a return ends a run of misses."),
            returned.flow,
        ],
        source=returned.source,
    )


def _missed_headline(returned: Returned, missed: Sequence[str]) -> Markup:
    """The longest run of misses and every measure that had it; what is said where none was missed, or none twice."""
    if not missed:
        any_met = any((e := returned.get(item, "months", "met")) and e.value for item in returned.items)
        return Markup("Every return that has a target met it" if any_met else "No return has a target")
    most = max(returned.longest_run(item) for item in missed)
    longest = [item for item in missed if returned.longest_run(item) == most]
    run = returned.get(longest[0], "longest_run_of_misses")
    if run is None or most < 2:
        return Markup("Targets were missed, but none in two months in a row")
    words = "{}: missed {} in {} months in a row, the longest run of all measures"
    told = Markup("; ").join(returned.label(item) for item in longest)
    target = "its target" if len(longest) == 1 else "their targets"
    return Markup(words).format(told, target, figure(run, "value", "count"))
