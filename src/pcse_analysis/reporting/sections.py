"""The parts of a page that hold its findings, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from pcse_analysis.catalogue.choices import ALL
from pcse_analysis.dossier import Dossier, Selection
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.compensation_words import waits_headline
from pcse_analysis.reporting.exhibit import change_exhibit, cited, share_sentences, shares_exhibit
from pcse_analysis.reporting.figures import NOT_APPLICABLE, figure, wave_name
from pcse_analysis.reporting.findings import Finding, change_finding
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.issue_words import headline as slow_down_headline
from pcse_analysis.reporting.ledger_figures import LedgerFigures, ledgers_of
from pcse_analysis.reporting.overview_chart import overview_chart
from pcse_analysis.reporting.pages import page_of, service_pages
from pcse_analysis.reporting.standing import banners, standing
from pcse_analysis.reporting.tables import KEY, KEY_OF_REPLIES, Cell, Table, share_table

GROUPS_OF_FINDINGS = (
    (Verdict.DETERIORATED, "What got worse", "No figure that can be compared got worse."),
    (Verdict.IMPROVED, "What got better", "No figure that can be compared got better."),
    (
        Verdict.NO_MATERIAL_CHANGE,
        "What did not change",
        "No figure that can be compared is shown to have stayed as it was.",
    ),
    (Verdict.UNCLEAR, "What cannot be said", "Every figure that can be compared has a clear verdict."),
)


def heading(
    dossier: Dossier, page: str, selection: Selection | None = None, group: str = ALL, ledger: str = ""
) -> Html:
    """The title of a page, and what kind of document it is."""
    title = next(p.title for p in dossier.catalogue.pages if p.id == page)
    line = selection.service_line.label if selection and selection.service_line else "All services"
    people = dossier.survey.groups.get(group, "all respondents")
    name = title.replace("{service_line}", line).replace("{group}", people)
    if ledger in dossier.catalogue.ledgers:
        described = dossier.catalogue.ledgers[ledger]
        name = name.replace(f"{{{described.kind}}}", described.label)
    return Html(joined([banners(dossier), Markup("<h1>{}</h1>").format(name), standing(dossier)]))


def _compared(dossier: Dossier, selection: Selection) -> list[tuple[Change, Finding]]:
    return [(change, change_finding(dossier, change)) for change in selection.changes(dossier)]


def summary(dossier: Dossier, selection: Selection) -> Html:
    """The findings in four lists: worse, better, unchanged, not to be said; a line each, details in the exhibits."""
    findings = _compared(dossier, selection)
    parts: list[Markup] = [_how_to_read(dossier, [change for change, _ in findings])]
    for verdict, title, none in GROUPS_OF_FINDINGS:
        chosen = [(c, f) for c, f in findings if c.verdict is verdict]
        if verdict is Verdict.UNCLEAR:
            chosen += [(c, f) for c, f in findings if c.verdict is Verdict.NONE]
        items = joined(Markup("<li>{}</li>").format(_line(dossier, change, finding)) for change, finding in chosen)
        body = Markup("<ul class='summary'>\n{}\n</ul>").format(items) if chosen else Markup("<p>{}</p>").format(none)
        parts += [Markup("<h3>{}</h3>").format(title), body]
    return Html(joined([*parts, *_beyond_the_survey(dossier)]))


def _beyond_the_survey(dossier: Dossier) -> list[Markup]:
    """What issue logs and claims show, a line each, with a link to the exhibit; nothing where none is held."""
    said = []
    for number, ledger in enumerate(ledgers_of(dossier, "issues"), start=1):
        log = LedgerFigures(dossier, ledger)
        said.append((f"I{number}", ledger.label, slow_down_headline(log.label("", ""), log.change())))
    for number, ledger in enumerate(ledgers_of(dossier, "claims"), start=1):
        said.append((f"W{number}", ledger.label, waits_headline(LedgerFigures(dossier, ledger))))
    if not said:
        return []
    items = joined(Markup("<li><a href='#{0}'>{0}</a> <strong>{1}</strong>: {2}.</li>").format(*one) for one in said)
    return [Markup("<h3>Beyond the survey</h3>"), Markup("<ul>\n{}\n</ul>").format(items)]


def _how_to_read(dossier: Dossier, changes: Sequence[Change]) -> Markup:
    """What the numbers of a line are, and the margin that they are held against; empty where nothing is compared."""
    one = next((change for change in changes if change.value is not None), None)
    if one is None:
        return Markup()
    words = (
        "<p>Each line: the finding, the share with the problem in {} and in {}, and in brackets the {} interval of the "
        "change in percentage points. Below nought is better. The margin that matters is {} points. {}</p>"
    )
    names = [wave_name(dossier.survey.waves[wave]) for wave in (one.wave_before, one.wave_after)]
    confidence, margin = figure(one, "confidence", "percent"), figure(one, "margin", "points")
    return Markup(words).format(*names, confidence, margin, dossier.survey.margin_fixed)


def _line(dossier: Dossier, change: Change, finding: Finding) -> Markup:
    """A finding on one line: what it is about, from what to what, the interval of the change, and the verdict."""
    head = Markup("<a href='#{0}'>{0}</a> <strong>{1}</strong>: ").format(finding.id, finding.subject)
    if not change.is_compared:
        return head + Markup("{}.").format(finding.verdict)
    before, after = dossier.figures.both(change)
    shares = [figure(estimate, "value", "percent") for estimate in (before, after)]
    if change.value is None:
        return head + Markup("{}, then {} over another time window; {}.").format(*shares, finding.verdict)
    limits = [figure(change, limit, "signed") for limit in ("low", "high")]
    return head + Markup("{} to {} ({} to {}), {}.").format(*shares, *limits, finding.verdict)


def overview(dossier: Dossier, selection: Selection) -> Html:
    """One picture of every change that may be compared, and the figures beneath it."""
    changes = selection.changes(dossier)
    chart = overview_chart(dossier, "chart-A", changes)
    if chart is None:
        return Html(Markup("<p>No figure of these two surveys may be compared.</p>"))
    rows: list[list[Cell]] = []
    for change, finding in _compared(dossier, selection):
        if not change.is_compared:
            continue
        before, after = dossier.figures.both(change)
        rows.append(
            [
                Markup("<a href='#{0}'>{0}</a> {1}").format(finding.id, finding.subject),
                figure(before, "value", "bare"),
                figure(after, "value", "bare"),
                figure(change, "value", "signed") if change.value is not None else NOT_APPLICABLE,
                finding.verdict,
            ]
        )
    heads = (
        "Finding",
        Markup("{} (%)").format(wave_name(selection.before)),
        Markup("{} (%)").format(wave_name(selection.after)),
        "Change (percentage points)",
        "Verdict",
    )
    table = Table(
        "Table A. Every pair of figures that may be compared, and its verdict", heads, rows, frozenset({1, 2, 3})
    )
    note = "Where the time windows differ, no single change is given; the finding says why."
    key = KEY_OF_REPLIES if dossier.edition.evidence == "responses" else KEY
    return Html(joined([chart, table, Markup("<p class='source'>{} {}</p>").format(key, note)]))


def findings(dossier: Dossier, selection: Selection, level: int = 3) -> Html:
    """The exhibits of every pair of figures in the selection, in the order of their ids."""
    brief = dossier.edition.evidence == "responses" and selection.service_line is None
    exhibits = [change_exhibit(dossier, change, level, brief=brief) for change in selection.changes(dossier)]
    if not exhibits:
        return Html(Markup("<p>No two figures of these surveys can be set side by side here.</p>"))
    pages = Markup(
        "<p>Tests, the whole scale, and the same by region and by list size stand on the page of each service, in the "
        "folder <code>pages</code> beside this file.</p>"
    )
    return Html(joined([pages, *exhibits] if brief else exhibits))


def service(dossier: Dossier, selection: Selection, level: int = 3) -> Html:
    """What a service is, the standard published for it, and every figure published about it; all services in turn."""
    if selection.service_line is None:
        return services(dossier, selection)
    return Html(joined([*_about(dossier, selection), shares_exhibit(dossier, selection, level)]))


def _about(dossier: Dossier, selection: Selection) -> list[Markup]:
    """What a service covers and the standard published for it, where a source was public by the evidence date."""
    line = selection.service_line
    assert line is not None
    if not line.known_on or line.known_on > dossier.edition.evidence_date:
        return [Markup("<p>No source that is held on what this service covers was public on the evidence date.</p>")]
    return [
        Markup("<p>{}. Used by: {}. Published standard: {}. Source: {}.</p>").format(
            line.covers,
            line.users,
            line.standard or "none was found",
            cited(dossier, dossier.catalogue.public_by(line.sources, dossier.edition.evidence_date)),
        )
    ]


def services(dossier: Dossier, selection: Selection) -> Html:
    """Every service line in turn with what each survey found, then all these figures in one table.

    Of replies, which fill pages: a table of the findings on each service, with the name of its page.
    """
    if dossier.edition.evidence == "responses":
        return Html(service_pages(dossier, selection))
    parts: list[object] = []
    for line in dossier.catalogue.service_lines.values():
        chosen = replace(selection, service_line=line)
        parts += [
            Markup("<h3 id='service-{}'>{}</h3>").format(line.id, line.label),
            *_about(dossier, chosen),
            share_sentences(dossier, chosen),
            _own_page(dossier, chosen),
        ]
    everything = replace(selection, service_line=None).figures(dossier)
    parts.append(share_table(dossier, everything, "Table F. Every published figure, each for its own survey"))
    parts.append(Markup("<p class='source'>{}</p>").format(KEY))
    return Html(joined(parts))


def _own_page(dossier: Dossier, selection: Selection) -> Markup:
    """Where the service's own page is, if this build made one; no link, as this file may be sent alone."""
    line = selection.service_line
    name = page_of(dossier, line.id) if line else ""
    if not name or not selection.figures(dossier):
        return Markup()
    words = "<p class='source'>Charts and sources of this service alone: <code>{}</code>, beside this file.</p>"
    return Markup(words).format(name)
