"""One numbered exhibit: headline, what was measured, sentences, chart, tables, limits and source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from pcse_analysis.dossier import Dossier, Selection
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.breakdown import breakdowns, reply_table
from pcse_analysis.reporting.charts import change_chart, share_chart
from pcse_analysis.reporting.checks import check_table, family_note, test_table
from pcse_analysis.reporting.drawing import Chart
from pcse_analysis.reporting.figures import published_text, wave_name
from pcse_analysis.reporting.findings import Finding, change_finding, share_sentence
from pcse_analysis.reporting.html import Html, Piece, joined
from pcse_analysis.reporting.ordered import ordered_sentence, ordered_table
from pcse_analysis.reporting.ordered_chart import ordered_chart
from pcse_analysis.reporting.sensitivity import sensitivity_sentence, tipping_sentence, trend_sentence
from pcse_analysis.reporting.tables import KEY, KEY_OF_REPLIES, Table, share_table


@dataclass(frozen=True, kw_only=True)
class Exhibit(Piece):
    """A finding with what supports it."""

    id: str
    headline: Markup
    subtitle: Markup
    body: Markup
    chart: Chart | None
    tables: Sequence[Table]
    caveats: Sequence[Markup] = field(default=())
    source: Markup
    level: int = 3
    more: Sequence[object] = field(default=())

    def __html__(self) -> str:
        """The exhibit as one section of the page."""
        heading = Markup("<h{0} id='{1}'><span class='finding'>{2}</span> {3}</h{0}>").format(
            self.level, self.id, self.id, self.headline
        )
        caveats = joined(Markup("<li>{}</li>").format(caveat) for caveat in self.caveats if caveat)
        return joined(
            [
                Markup("<section class='exhibit' aria-labelledby='{}'>").format(self.id),
                heading,
                Markup("<p class='subtitle'>{}</p>").format(self.subtitle),
                self.body,
                self.chart or "",
                joined(self.tables),
                joined(self.more),
                Markup("<ul class='caveats'>\n{}\n</ul>").format(caveats) if self.caveats else "",
                Markup("<p class='source'>Source: {}</p>").format(self.source),
                Markup("</section>"),
            ]
        )


def cited(dossier: Dossier, names: Sequence[str]) -> Markup:
    """The publications among ``names`` by publisher and day, each with a link into the list of sources."""
    publications = [dossier.catalogue.publications[name] for name in names if name in dossier.catalogue.publications]
    return Markup("; ").join(
        # The day stands in the link: on an annex with hundreds of them, an element of its own weighs too much.
        Markup("<a href='#source-{}'>{}, {}</a>").format(p.id, p.publisher, published_text(p))
        for p in publications
    )


def source_line(dossier: Dossier, estimates: Sequence[Estimate]) -> Markup:
    """The publications behind estimates, and the file that holds their figures."""
    names = dict.fromkeys(source for estimate in estimates for source in estimate.sources)
    files = [name for name in names if name not in dossier.catalogue.publications]
    publications = cited(dossier, list(names))
    data = Markup("{}").format(", ".join(files))
    return Markup("{}. Data file: {}.").format(publications, data) if publications else Markup("{}.").format(data)


def change_exhibit(dossier: Dossier, change: Change, level: int = 3, *, brief: bool = False) -> Exhibit:
    """The exhibit of one pair of items; ``brief`` leaves tests, scale and breakdowns to the page of the service."""
    finding: Finding = change_finding(dossier, change)
    both = dossier.figures.both(change)
    waves = [wave_name(dossier.survey.waves[estimate.wave]) for estimate in both]
    tables = []
    replies = dossier.edition.evidence == "responses"
    if change.comparability != "not_comparable":
        caption = Markup("Table {}a. The two figures of finding {}").format(finding.id, finding.id)
        tables.append((reply_table if replies else share_table)(dossier, both, caption))
    if change.is_compared:
        tables.append(check_table(dossier, change, Markup("Table {}b. Checks on the change").format(finding.id)))
    body = [Markup("<p>{}</p>").format(finding.sentence)]
    if change.value is not None:
        ways = (sensitivity_sentence, tipping_sentence, ordered_sentence, trend_sentence)
        body += [Markup("<p>{}</p>").format(said) for way in ways if (said := way(dossier, change))]
    more: list[object] = []
    if replies and change.value is not None and not brief:
        tables.append(test_table(dossier, change, Markup("Table {}c. Tests of the change").format(finding.id)))
        scale = ordered_table(dossier, change, Markup("Table {}d. The change over the whole scale").format(finding.id))
        tables += [scale] if scale is not None else []
        scaled = ordered_chart(dossier, f"chart-{finding.id}-scale", [dossier.question(e) for e in both])
        if scaled is not None:
            stand = " and ".join(dossier.question(estimate).finding for estimate in both)
            more = [scaled, Markup("<p class='source'>The numbers of this picture: tables {}.</p>").format(stand)]
        more += breakdowns(dossier, change, finding.id, level + 1)
    groups = dict.fromkeys(dossier.survey.groups[estimate.respondent_group] for estimate in both)
    subtitle = Markup("Share of {}, surveys of {} and {}. Asked: {}").format(
        " and of ".join(groups), *waves, dossier.survey.design.population
    )
    return Exhibit(
        id=finding.id,
        headline=finding.headline,
        subtitle=subtitle,
        body=joined(body),
        chart=change_chart(dossier, f"chart-{finding.id}", [change]),
        tables=tables,
        caveats=[
            *finding.caveats,
            *([family_note(dossier, change)] if change.p_adjusted is not None else []),
            *([Markup(KEY_OF_REPLIES if replies else KEY)] if tables else []),
        ],
        source=source_line(dossier, both),
        level=level,
        more=more,
    )


def share_sentences(dossier: Dossier, selection: Selection) -> Markup:
    """What each survey found about one service line, a sentence a figure, each with the id of its finding."""
    estimates = selection.figures(dossier)
    if not estimates:
        return Markup("<p>{}</p>").format(nothing_published(dossier, selection))
    return joined(
        Markup("<p><span class='finding' id='{0}'>{0}</span> {1}{2}</p>").format(
            dossier.question(estimate).finding, share_sentence(dossier, estimate), _note(dossier, estimate)
        )
        for estimate in estimates
    )


def _note(dossier: Dossier, estimate: Estimate) -> str:
    note = dossier.notes.get(estimate.id, "") if estimate.value is not None else ""
    return f" {note}" if note else ""


def shares_exhibit(dossier: Dossier, selection: Selection, level: int = 3) -> Exhibit | Html:
    """Every published figure of one service line, each for its own survey."""
    assert selection.service_line is not None
    line = selection.service_line
    estimates = selection.figures(dossier)
    if not estimates:
        return Html(share_sentences(dossier, selection))
    number = f"F{line.order}"
    caption = Markup("Table {}. {}: every published figure, each for its own survey").format(number, line.label)
    return Exhibit(
        id=number,
        headline=Markup("{}: what each survey found").format(line.label),
        subtitle=Markup("Shares of those that replied, surveys of {} and {}. Asked: {}").format(
            wave_name(selection.before), wave_name(selection.after), dossier.survey.design.population
        ),
        body=share_sentences(dossier, selection),
        chart=share_chart(dossier, f"chart-{number}", estimates),
        tables=[share_table(dossier, estimates, caption)],
        caveats=[*_asked(dossier, estimates), Markup(KEY)],
        source=source_line(dossier, estimates),
        level=level,
    )


def _asked(dossier: Dossier, estimates: Sequence[Estimate]) -> list[Markup]:
    """What each figure answers, as the catalogue words it."""
    questions = [dossier.question(estimate) for estimate in estimates]
    asked = Markup(" ").join(Markup("{}: {}").format(question.finding, question.wording) for question in questions)
    return [Markup("Asked, as the catalogue words it: {}").format(asked)]


def nothing_published(dossier: Dossier, selection: Selection) -> Markup:
    """Why a service line has no figure: it was not asked about, or nothing was published by the evidence date."""
    line = selection.service_line
    assert line is not None
    if not any(question.service_line == line.id for question in dossier.survey.questions.values()):
        return Markup(
            "No figure about this service is known from either survey; whether it was asked about was not published."
        )
    return Markup("No figure of these surveys about this service was public on the evidence date.")
