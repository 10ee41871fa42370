"""The parts of a page, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from pcse_analysis.catalogue.types import Claim, Letter
from pcse_analysis.dossier import ALL, Dossier, Selection
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.exhibit import change_exhibit, cited, share_sentences, shares_exhibit
from pcse_analysis.reporting.figures import NOT_APPLICABLE, date, figure, wave_name
from pcse_analysis.reporting.findings import Finding, change_finding
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.letter import Judged, Judgement, judged_claims, letters_of
from pcse_analysis.reporting.overview_chart import overview_chart
from pcse_analysis.reporting.standing import banners, standing
from pcse_analysis.reporting.tables import KEY, Cell, Table, share_table

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


def heading(dossier: Dossier, page: str, selection: Selection | None = None, group: str = ALL) -> Html:
    """The title of a page, and what kind of document it is."""
    title = next(p.title for p in dossier.catalogue.pages if p.id == page)
    line = selection.service_line.label if selection and selection.service_line else "All services"
    people = dossier.survey.groups.get(group, "all respondents")
    name = title.replace("{service_line}", line).replace("{group}", people)
    return Html(joined([banners(dossier), Markup("<h1>{}</h1>").format(name), standing(dossier)]))


def _compared(dossier: Dossier, selection: Selection) -> list[tuple[Change, Finding]]:
    return [(change, change_finding(dossier, change)) for change in selection.changes(dossier)]


def summary(dossier: Dossier, selection: Selection) -> Html:
    """The findings in four lists: worse, better, unchanged, not to be said; a line each, details in the exhibits."""
    findings = _compared(dossier, selection)
    parts: list[Markup] = []
    for verdict, title, none in GROUPS_OF_FINDINGS:
        chosen = [(c, f) for c, f in findings if c.verdict is verdict]
        if verdict is Verdict.UNCLEAR:
            chosen += [(c, f) for c, f in findings if c.verdict is Verdict.NONE]
        items = joined(Markup("<li>{}</li>").format(_line(dossier, change, finding)) for change, finding in chosen)
        body = Markup("<ul class='summary'>\n{}\n</ul>").format(items) if chosen else Markup("<p>{}</p>").format(none)
        parts += [Markup("<h3>{}</h3>").format(title), body]
    return Html(joined(parts))


def _line(dossier: Dossier, change: Change, finding: Finding) -> Markup:
    """A finding on one line: what it is about, from what to what, by how much, and what that amounts to."""
    head = Markup("<a href='#{0}'>{0}</a> <strong>{1}</strong>: ").format(finding.id, finding.subject)
    if not change.is_compared:
        return head + Markup("{}.").format(finding.verdict)
    before, after = dossier.figures.both(change)
    shares = [figure(estimate, "value", "percent") for estimate in (before, after)]
    if change.value is None:
        words = "{} over one time window, {} over another: no single change can be given; {}."
        return head + Markup(words).format(*shares, finding.verdict)
    span = "{} to {}, a change of {} points ({} interval {} to {}): {}."
    numbers = [figure(change, "value", "signed"), figure(change, "confidence", "percent")]
    limits = [figure(change, limit, "signed") for limit in ("low", "high")]
    return head + Markup(span).format(*shares, *numbers, *limits, finding.verdict)


def lead(dossier: Dossier) -> Html:
    """The claims of letters that the figures contradict, before anything else is said."""
    said = []
    for letter in letters_of(dossier):
        judged = judged_claims(dossier, letter)
        for claim in letter.claims:
            of_claim = [j for j in judged if j.claim is claim]
            if any(j.judgement == "contradicted" for j in of_claim):
                answer = _answer(dossier, of_claim)
                words = Markup("<p class='lead'>{} says in substance (reworded here): {} {}</p>")
                said.append(words.format(letter.label, claim.claim, answer))
    return Html(joined(said))


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
    return Html(joined([chart, table, Markup("<p class='source'>{} {}</p>").format(KEY, note)]))


def claims(dossier: Dossier) -> Html:
    """Each claim of each letter set against the figures, service line by service line."""
    letters = letters_of(dossier)
    if not letters:
        return Html(Markup("<p>No letter about this survey had been written by the evidence date.</p>"))
    parts: list[object] = []
    for letter in letters:
        judged = judged_claims(dossier, letter)
        parts.append(Markup("<p>{}, {}. Its claims are reworded here.</p>").format(letter.label, date(letter.date)))
        testable = [claim for claim in letter.claims if claim.test != "none"]
        for claim in testable:
            answer = _answer(dossier, [j for j in judged if j.claim is claim])
            parts.append(Markup("<h3>Claim {}. {}</h3>\n<p>{}</p>").format(claim.id, claim.claim, answer))
        parts.append(_claim_table(dossier, letter, testable, judged))
        others = joined(
            Markup("<li>Claim {}. {} <strong>Not testable</strong>: it would need {}.</li>").format(
                c.id, c.claim, c.needs
            )
            for c in letter.claims
            if c.test == "none"
        )
        title = "Claims that no published figure of these surveys can test"
        parts.append(Markup("<h3>{}</h3>\n<ul>\n{}\n</ul>").format(title, others))
    return Html(joined(parts))


ANSWERS: dict[Judgement, str] = {
    "contradicted": "<strong>The published figures contradict this</strong> for {}.",
    "supported": "<strong>The published figures support this</strong> for {}.",
    "not shown": "<strong>The published figures do not show this</strong> for {}.",
}


def _answer(dossier: Dossier, judged: Sequence[Judged]) -> Markup:
    """The judgement of one claim in plain words: first where it is settled, then where it cannot be tested."""
    answers = []
    for judgement, template in ANSWERS.items():
        lines = [_line_with_grounds(dossier, j) for j in judged if j.judgement == judgement]
        if lines:
            answers.append(Markup(template).format(_list(lines)))
    untested = [j.service_line.label for j in judged if j.judgement == "not testable" and j.service_line]
    if untested:
        answers.append(
            Markup("It cannot be tested for {}: that would need {}.").format(_list(untested), judged[0].claim.needs)
        )
    return Markup(" ").join(answers)


def _line_with_grounds(dossier: Dossier, judged: Judged) -> Markup:
    assert judged.service_line is not None
    telling = {"contradicted": Verdict.IMPROVED, "supported": Verdict.DETERIORATED}.get(judged.judgement)
    grounds = [change for change in judged.changes if change.verdict is telling] or judged.changes
    headlines = Markup("; ").join(change_finding(dossier, change).headline for change in grounds)
    return Markup("{} ({})").format(judged.service_line.label, headlines)


def _list(labels: Sequence[str]) -> Markup:
    separated = Markup(", ").join(labels[:-1])
    return Markup("{} and {}").format(separated, labels[-1]) if separated else Markup("{}").format(labels[-1])


def _claim_table(dossier: Dossier, letter: Letter, claims: Sequence[Claim], judged: Sequence[Judged]) -> Table:
    rows: list[list[Cell]] = []
    for line in dossier.catalogue.service_lines.values():
        of_line = [next(j for j in judged if j.claim is claim and j.service_line is line) for claim in claims]
        grounds = Markup("; ").join(
            Markup("<a href='#{0}'>{0}</a> {1}").format(dossier.pair(change).finding, change.verdict)
            for change in of_line[0].changes
        )
        rows.append([line.label, *(j.judgement for j in of_line), grounds or "no figure that can be compared"])
    heads = ("Service", *(Markup("Claim {}").format(claim.id) for claim in claims), "On the grounds of finding")
    return Table(Markup("Table L. {}: claims judged by service").format(letter.label), heads, rows)


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
    """What a service is, the standard published for it, and every figure published about it."""
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
    """Every service line in turn with what each survey found, then all these figures in one table."""
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
    page = next((page for page in dossier.catalogue.pages if page.each == "service_line"), None)
    made = dossier.record.parameters.get("service_line", ALL)
    if line is None or page is None or made not in (ALL, line.id) or not selection.figures(dossier):
        return Markup()
    words = "<p class='source'>Charts and sources of this service alone: <code>{}</code>, beside this file.</p>"
    return Markup(words).format(page.output.replace("{service_line}", line.id))
