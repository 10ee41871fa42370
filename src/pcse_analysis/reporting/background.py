"""The parts of a page behind the findings: who replied, how it was made, what is left out, sources, provenance."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import asdict
from typing import Any

from markupsafe import Markup

from pcse_analysis.dossier import Dossier, Selection
from pcse_analysis.reporting.exhibit import cited
from pcse_analysis.reporting.figures import NOT_APPLICABLE, date, figure, published, wave_name
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.source_files import source_files
from pcse_analysis.reporting.tables import Cell, Table


def replies(dossier: Dossier, selection: Selection) -> Html:
    """Who asked whom and when, how many replied, and out of how many."""
    survey, figures = dossier.survey, dossier.figures
    rows: list[list[Cell]] = []
    for wave in (selection.before, selection.after):
        for estimate in figures.estimates:
            if (estimate.wave, estimate.measure) != (wave.id, "replies"):
                continue
            whole = estimate.respondent_group == survey.design.unit
            population, rate, patients = (
                figures.of_item(item, wave.id, measure) if whole else None
                for item, measure in (
                    ("population", "practices"),
                    ("survey_responses", "response_rate"),
                    ("patients_covered", "patients"),
                )
            )
            rows.append(
                [
                    Markup("{}, {}").format(wave_name(wave), survey.groups[estimate.respondent_group]),
                    figure(estimate, "value", "count"),
                    figure(population, "value", "count"),
                    figure(rate, "value", "bare1"),
                    figure(patients, "value", "count"),
                ]
            )
    heads = (
        "Survey and respondents",
        "Replies",
        "In the population",
        "Response rate (%)",
        "Registered patients of those that replied (more than)",
    )
    table = Table("Table R. Replies to each survey", heads, rows, frozenset({1, 2, 3, 4}))
    design = survey.design
    asked = Markup(
        "<p>Asked by {}. Population: {}. How respondents were found: {}. How they were asked: {}. "
        "Respondents are taken to be {}.</p>"
    ).format(survey.asked_by, design.population, design.frame, design.mode, design.selection)
    waves = joined(Markup("<p>{}: {}</p>").format(wave_name(w), w.about) for w in (selection.before, selection.after))
    note = Markup("<p class='source'>[x]: not available. {}</p>").format(_register_note(dossier, selection))
    return Html(joined([asked, waves, table, note]))


def _register_note(dossier: Dossier, selection: Selection) -> Markup:
    """Of which day the number of practices is that each wave is set against, and who gives it."""
    parts = []
    for wave in (selection.before, selection.after):
        population = dossier.figures.of_item("population", wave.id, "practices")
        if population is not None:
            parts.append(
                Markup("For {} they are those of {} ({}; {}).").format(
                    wave_name(wave),
                    date(population.category),
                    population.base_status,
                    cited(dossier, population.sources),
                )
            )
    words = "In the population: {}. {}"
    return Markup(words).format(dossier.survey.design.population, Markup(" ").join(parts)) if parts else Markup()


def methods(dossier: Dossier, kind: str = "") -> Html:
    """How each kind of number is made, who is missing, and when the margin and the family were fixed.

    ``kind`` is that of a ledger, such as issues, where the page is about one and not about the survey.
    """
    survey = dossier.survey
    found = filled_methods(dossier, kind or dossier.edition.evidence)
    parts = [Markup("<h3>{}</h3>\n<p>{}</p>").format(title, text) for title, text in found]
    if kind or not dossier.survey_figures.changes:
        return Html(joined(parts))
    families = Markup("; ").join(
        Markup("{} ({}; fixed {})").format(f.label, f.adjustment.title(), f.fixed) for f in survey.families.values()
    )
    margin = figure(dossier.survey_figures.changes[0], "margin", "points")
    parts.append(
        Markup(
            "<h3>Margin and family of comparisons</h3>\n"
            "<p>The margin that matters: {} percentage points. {} Family: {}.</p>"
        ).format(margin, survey.margin_fixed, families)
    )
    return Html(joined(parts))


def filled_methods(dossier: Dossier, kind: str) -> Iterator[tuple[str, str]]:
    """Title and text of every method of one kind of evidence, with the rules of disclosure in their places."""
    for method in dossier.catalogue.methods.values():
        if kind in method.evidence:
            text = method.text
            for name, value in asdict(dossier.survey.disclosure).items():
                text = text.replace(f"{{{name}}}", str(value))
            yield method.title, text


def left_out(dossier: Dossier) -> Html:
    """The facts that were not known on the evidence date: what they are about, and when they became known."""
    rows: list[list[Cell]] = [
        [*_of_what(dossier, row), date(row["known_on"]) if row["known_on"] else "no dated source"]
        for row in dossier.left_out.to_dict("records")
    ]
    if not rows:
        return Html(Markup("<p>Nothing: all that is held was public on the evidence date.</p>"))
    return Html(
        joined(
            [
                Markup(
                    "<p>This became known after {} and is not used; no value of it is shown. "
                    "Events and register figures that became public later are left out too.</p>"
                ).format(date(dossier.edition.evidence_date)),
                Table("Table O. Left out", ("What", "Of", "Public by"), rows),
            ]
        )
    )


def _of_what(dossier: Dossier, row: dict[Hashable, Any]) -> tuple[Cell, Cell]:
    """What a fact that is left out is about, and which body of facts it is of."""
    survey = dossier.survey
    match row["kind"]:
        case "survey":
            question = survey.questions.get((row["item"], row["wave"]))
            number = "Number of {}: {}".format(row["measure"], survey.groups.get(row["respondent_group"]))
            return question.label if question else number, wave_name(survey.waves[row["wave"]])
        case "performance":
            return row["item"], "Published figures on performance"
        case "commitment":
            return row["item"], "What was promised or asked for"
    return "Cases, and steps of cases, of a later day", row["item"]


def timeline(dossier: Dossier) -> Html:
    """What happened when, as far as it was public on the evidence date."""
    rows: list[list[Cell]] = [
        [date(row["date"]), row["event"], cited(dossier, row["sources"].split("; "))]
        for row in dossier.timeline.to_dict("records")
    ]
    return Html(joined([Table("Table T. Events, as public on the evidence date", ("Date", "Event", "Source"), rows)]))


def sources(dossier: Dossier, *, with_timeline: bool = False, with_commitments: bool = False) -> Html:
    """Every publication behind the figures of this edition, with its date and address; of replies, every export."""
    replies = dossier.edition.evidence == "responses"
    used = {source for estimate in dossier.figures.estimates for source in estimate.sources}
    for line in () if replies else dossier.catalogue.service_lines.values():
        used.update(dossier.catalogue.public_by(line.sources, dossier.edition.evidence_date))
    if with_timeline:
        used |= {source for row in dossier.timeline["sources"] for source in row.split("; ")}
    if with_commitments:
        used |= {source for row in dossier.commitments["sources"] for source in row.split("; ")}
    publications = sorted(
        (p for p in dossier.catalogue.publications.values() if p.id in used), key=lambda p: (p.published_on, p.id)
    )
    items = joined(
        Markup("<li id='source-{}'>{}. {}. {}.</li>").format(
            p.id,
            p.publisher,
            # The address itself is printed behind the title on paper, by the style.
            Markup("<a class='address' href='{}'>{}</a>").format(p.url, p.title) if p.url else p.title,
            published(p),
        )
        for p in publications
    )
    exports = Markup("{}").format(source_files(dossier)) if replies else Markup()
    if not publications:
        return Html(exports)
    note = (
        "With “by”, only a month, a year or the order of articles is certain: the day is the latest it can have been."
    )
    listed = Markup("<p>{}</p>\n<ul class='sources'>\n{}\n</ul>").format(note, items)
    return Html(joined([exports, listed] if replies else [listed]))


def provenance(dossier: Dossier) -> Html:
    """What this page was made from: files with hashes, code, parameters and versions."""
    record = dossier.record
    inputs: list[list[Cell]] = [
        [i.name, str(i.rows) if i.rows else NOT_APPLICABLE, Markup("<code>{}</code>").format(i.sha256)]
        for i in record.inputs
    ]
    parameters = "; ".join(f"{name}={value}" for name, value in sorted(record.parameters.items())) or "defaults"
    made: list[list[Cell]] = [
        ["Edition", record.edition],
        ["Evidence date", date(record.evidence_date)],
        ["Parameters", parameters],
        ["Commit", Markup("<code>{}</code>").format(record.commit)],
        ["Code (SHA-256)", Markup("<code>{}</code>").format(record.code_sha256)],
        ["Notebooks (SHA-256)", Markup("<code>{}</code>").format(record.notebooks_sha256)],
        ["Lock of packages (SHA-256)", Markup("<code>{}</code>").format(record.lock_sha256 or "none")],
        ["Versions", ", ".join(f"{name} {version}" for name, version in sorted(record.packages.items()))],
    ]
    return Html(
        joined(
            [
                Table("Table P. What made this page", ("Part", "Value"), made),
                Table("Table I. Input files", ("File", "Rows", "SHA-256"), inputs, frozenset({1})),
            ]
        )
    )
