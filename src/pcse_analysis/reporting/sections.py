"""The parts of a page, in the order in which a reader meets them."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.dossier import Dossier, Selection
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.charts import change_chart
from pcse_analysis.reporting.exhibit import Html, change_exhibit, joined, shares_exhibit
from pcse_analysis.reporting.figures import date, figure, wave_name
from pcse_analysis.reporting.findings import Finding, change_finding
from pcse_analysis.reporting.letter import Judged, judged_claims, letters_of
from pcse_analysis.reporting.tables import Cell, Table

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


def heading(dossier: Dossier, page: str, selection: Selection | None = None) -> Html:
    """The title of a page, and what kind of document it is."""
    title = next(p.title for p in dossier.catalogue.pages if p.id == page)
    line = selection.service_line.label if selection and selection.service_line else "All services"
    edition = dossier.edition
    return Html(joined([
        Markup("<h1>{}</h1>").format(title.replace("{service_line}", line)),
        Markup("<p class='standing'>Evidence known on {}. Edition “{}”: {} Not an official statistic. Draft. Questions: {}.</p>")
        .format(date(edition.evidence_date), edition.label, edition.about, edition.contact),
    ]))  # fmt: skip


def _compared(dossier: Dossier, selection: Selection) -> list[tuple[Change, Finding]]:
    return [(change, change_finding(dossier, change)) for change in selection.changes(dossier)]


def summary(dossier: Dossier, selection: Selection) -> Html:
    """The findings in four lists: worse, better, unchanged, not to be said."""
    findings = _compared(dossier, selection)
    parts: list[Markup] = []
    for verdict, title, none in GROUPS_OF_FINDINGS:
        chosen = [f for change, f in findings if change.verdict is verdict]
        if verdict is Verdict.UNCLEAR:
            chosen += [f for change, f in findings if change.verdict is Verdict.NONE]
        items = joined(Markup("<li><a href='#{0}'>Finding {0}</a>. {1}</li>").format(f.id, f.sentence) for f in chosen)
        body = Markup("<ul>\n{}\n</ul>").format(items) if chosen else Markup("<p>{}</p>").format(none)
        parts += [Markup("<h3>{}</h3>").format(title), body]
    return Html(joined(parts))


def overview(dossier: Dossier, selection: Selection) -> Html:
    """One picture of every change that may be compared, and the figures beneath it."""
    changes = selection.changes(dossier)
    chart = change_chart(dossier, "chart-A", changes)
    if chart is None:
        return Html(Markup("<p>No figure of these two surveys may be compared.</p>"))
    rows: list[list[Cell]] = []
    for change, finding in _compared(dossier, selection):
        before, after = (dossier.figures.estimate(row) for row in (change.estimate_before, change.estimate_after))
        rows.append([
            Markup("<a href='#{0}'>{0}</a> {1}").format(finding.id, finding.subject),
            figure(before, "value", "percent"),
            figure(after, "value", "percent"),
            figure(change, "value", "signed") if change.value is not None else Markup("[z]"),
            finding.verdict,
        ])  # fmt: skip
    heads = ("Finding", Markup("{} (%)").format(wave_name(selection.before)),
             Markup("{} (%)").format(wave_name(selection.after)), "Change (percentage points)", "Verdict")  # fmt: skip
    table = Table("Table A. Every pair of figures and its verdict", heads, rows, frozenset({1, 2, 3}))
    note = "[z]: not applicable, as the two figures may not be differenced; the finding says why."
    return Html(joined([chart, table, Markup("<p class='source'>{}</p>").format(note)]))


def claims(dossier: Dossier) -> Html:
    """Each claim of each letter set against the figures, service line by service line."""
    letters = letters_of(dossier)
    if not letters:
        return Html(Markup("<p>No letter about this survey had been written by the evidence date.</p>"))
    parts: list[object] = []
    for letter in letters:
        judged = judged_claims(dossier, letter)
        parts.append(
            Markup("<p>{}, {}. The claims stand here in our own words.</p>").format(letter.label, date(letter.date))
        )
        for claim in letter.claims:
            of_claim = [j for j in judged if j.claim is claim]
            parts += [
                Markup("<h3>Claim {}. {}</h3>").format(claim.id, claim.claim),
                Markup("<p>{}</p>").format(_plain_answer(dossier, of_claim)),
            ]
            if claim.test != "none":
                parts.append(_claim_table(dossier, of_claim))
    return Html(joined(parts))


def _plain_answer(dossier: Dossier, judged: Sequence[Judged]) -> Markup:
    claim = judged[0].claim
    by_judgement: dict[str, list[str]] = {}
    for one in judged:
        by_judgement.setdefault(one.judgement, []).append(one.service_line.label if one.service_line else "")
    if claim.test == "none":
        return Markup("<strong>Not testable</strong> with the published figures. It would need {}.").format(claim.needs)
    words = {
        "contradicted": "<strong>The published figures contradict this</strong> for {}.",
        "supported": "<strong>The published figures support this</strong> for {}.",
        "not shown": "<strong>The published figures do not show this</strong> for {}, though some of them can be compared.",
        "not testable": "It cannot be tested for {}: that would need {}.",
    }
    return Markup(" ").join(
        Markup(template).format(_list(by_judgement[judgement]), claim.needs)
        for judgement, template in words.items()
        if judgement in by_judgement
    )


def _list(labels: Sequence[str]) -> str:
    return labels[0] if len(labels) == 1 else ", ".join(labels[:-1]) + " and " + labels[-1]


def _claim_table(dossier: Dossier, judged: Sequence[Judged]) -> Table:
    rows: list[list[Cell]] = []
    for one in judged:
        assert one.service_line is not None
        grounds = Markup("; ").join(
            Markup("<a href='#{0}'>{0}</a> {1}: {2}").format(
                dossier.pair(change).finding, change_finding(dossier, change).subject, change.verdict
            )
            for change in one.changes
        )
        rows.append([one.service_line.label, one.judgement, grounds or "no figure that can be compared"])
    caption = Markup("Table {}. Claim {} by service").format(judged[0].claim.id, judged[0].claim.id)
    return Table(caption, ("Service", "Judgement", "On the grounds of"), rows)


def findings(dossier: Dossier, selection: Selection, level: int = 3) -> Html:
    """The exhibits of every pair of figures in the selection, in the order of their ids."""
    exhibits = [change_exhibit(dossier, change, level) for change in selection.changes(dossier)]
    if not exhibits:
        return Html(
            Markup("<p>No pair of figures of these two surveys is recorded as comparable or as not comparable.</p>")
        )
    return Html(joined(exhibits))


def service(dossier: Dossier, selection: Selection, level: int = 3) -> Html:
    """What a service is, the standard published for it, and every figure published about it."""
    line = selection.service_line
    assert line is not None
    about = Markup("<p>{}. Used by: {}.</p>").format(line.covers, line.users)
    standard = Markup("<p>Published standard: {}.</p>").format(line.standard or "none was found") if (
        line.known_on and line.known_on <= dossier.edition.evidence_date
    ) else Markup()  # fmt: skip
    return Html(joined([about, standard, shares_exhibit(dossier, selection, level)]))


def services(dossier: Dossier, selection: Selection) -> Html:
    """Every service line in turn."""
    parts: list[object] = []
    for line in dossier.catalogue.service_lines.values():
        chosen = Selection(before=selection.before, after=selection.after, service_line=line, group=selection.group)
        exhibit = service(dossier, chosen, level=4)
        parts += [Markup("<h3 id='service-{}'>{}</h3>").format(line.id, line.label), exhibit]
    return Html(joined(parts))
