"""How good the replies are: what came in and what was left out, questions left open, and who answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from pcse_analysis.catalogue.raw import ROLES, ExportFile
from pcse_analysis.catalogue.types import Wave
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.answers import waves_asked
from pcse_analysis.reporting.figures import figure, wave_name
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, range_of
from pcse_analysis.reporting.weights import weighting

REASONS = {
    "00-blank_rows": "The row holds no cell",
    "blanks": "Blanks at the ends of an answer, repeated or non-breaking ones, made plain",
}
PRACTICE_MENDED = "Code, name or postcode of a practice, as recorded in the wave's file"
"""The reason of such a recode may name the practice, so it stays in the wave's file and the log of the cleaning."""
DONE = {
    "rows_flagged": "Flagged and kept",
    "cells_repaired": "Repaired, cells",
    "rows_set_to_not_answered": "Answer set to not answered",
    "answers_off_route": "Answered without having been asked",
}
MATCHED = {
    "code": "by practice code",
    "postcode and name": "by postcode and name",
    "postcode": "by postcode",
    "name": "by name",
    "unmatched": "not matched",
}
GROUPINGS = {"": "All practices", "region_name": "Region", "size_band": "List size (patients)"}


def _exports(dossier: Dossier) -> list[tuple[Wave, ExportFile]]:
    return [(wave, export) for wave in waves_asked(dossier) for export in wave.exports.values()]


def _of_export(dossier: Dossier, wave: Wave, export: ExportFile, measure: str) -> list[Estimate]:
    found = [
        e
        for e in dossier.figures.estimates
        if (e.wave, e.item, e.measure) == (wave.id, "cleaning", measure) and e.respondent_group == export.group
    ]
    return sorted((e for e in found if e.category.split(".")[0] == export.id), key=lambda e: e.id)


def _reason(dossier: Dossier, wave: Wave, export: ExportFile, category: str) -> str:
    """Why a step of cleaning was made, as the wave's file says or as the package does."""
    step = category.partition(".")[2]
    if step in REASONS:
        return REASONS[step]
    for rule in export.rules:
        if rule.id == step:
            return rule.reason
    for recode in export.recodes:
        if f"recode-line-{recode.line}" == step:
            return PRACTICE_MENDED if set(recode.items) & set(ROLES) else recode.reason
    if step.startswith("redacted-"):
        kind = step.removeprefix("redacted-")
        return f"{kind[:1].upper()}{kind[1:]} taken out of free text"
    item = step.removeprefix("off-route-")
    question = dossier.survey.questions.get((item, wave.id))
    return question.label if question else step


def flow(dossier: Dossier) -> Html:
    """From the rows received to the replies analysed, for each export: a sentence and a table."""
    parts: list[object] = []
    for number, (wave, export) in enumerate(_exports(dossier), start=1):
        (received,), (analysed,) = (
            _of_export(dossier, wave, export, measure) for measure in ("rows_received", "rows_analysed")
        )
        excluded = _of_export(dossier, wave, export, "rows_excluded")
        name = Markup("{}, {}").format(wave_name(wave), dossier.survey.groups[export.group])
        rows: list[list[Cell]] = [
            ["Received", figure(received, "value", "count"), "Rows of the export below its header"]
        ]
        rows += [
            [f"Excluded, rule {place}", figure(e, "value", "count"), _reason(dossier, wave, export, e.category)]
            for place, e in enumerate(excluded, start=1)
        ]
        rows.append(["Analysed", figure(analysed, "value", "count"), "Replies that every figure is made from"])
        sentence = _flow_sentence(dossier, wave, export, received, excluded, analysed)
        caption = Markup("Table W{}. From received to analysed: {}").format(number, name)
        parts += [
            Markup("<h3>{}</h3>").format(name),
            Markup("<p>{}</p>").format(sentence),
            Table(caption, ("Step", "Rows", "Why"), rows, frozenset({1})),
        ]
    return Html(joined(parts))


def _flow_sentence(
    dossier: Dossier,
    wave: Wave,
    export: ExportFile,
    received: Estimate,
    excluded: Sequence[Estimate],
    analysed: Estimate,
) -> Markup:
    told = [
        Markup("{} ({})").format(figure(e, "value", "count"), _lower(_reason(dossier, wave, export, e.category)))
        for e in excluded
        if e.value
    ]
    if not told:
        return Markup("Received {}, excluded none, analysed {}.").format(
            figure(received, "value", "count"), figure(analysed, "value", "count")
        )
    return Markup("Received {}; excluded: {}; analysed {}.").format(
        figure(received, "value", "count"), Markup(", ").join(told), figure(analysed, "value", "count")
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def repairs(dossier: Dossier) -> Html:
    """What was repaired, flagged or set aside in the rows that were kept."""
    parts: list[object] = []
    for number, (wave, export) in enumerate(_exports(dossier), start=1):
        rows: list[list[Cell]] = [
            [
                _reason(dossier, wave, export, e.category),
                words,
                figure(e, "value", "count"),
            ]
            for measure, words in DONE.items()
            for e in _of_export(dossier, wave, export, measure)
        ]
        if rows:
            caption = Markup("Table X{}. Repaired, flagged or set aside: {}, {}").format(
                number, wave_name(wave), dossier.survey.groups[export.group]
            )
            parts.append(Table(caption, ("What", "What was done", "Count"), rows, frozenset({2})))
    return Html(joined(parts)) if parts else Html(Markup("<p>Nothing had to be repaired.</p>"))


def nonresponse(dossier: Dossier) -> Html:
    """For each question how many of those asked left it open, the most first."""
    parts: list[object] = []
    for number, (wave, export) in enumerate(_exports(dossier), start=1):
        found = [
            e
            for e in dossier.figures.estimates
            if (e.wave, e.respondent_group, e.measure) == (wave.id, export.group, "item_nonresponse")
        ]
        found.sort(key=lambda e: (-(e.value or 0), finding_order(dossier.question(e).finding)))
        rows: list[list[Cell]] = [
            [
                Markup("{} {}").format(dossier.question(e).finding, dossier.question(e).label),
                figure(e, "base", "count"),
                figure(e, "numerator", "count"),
                figure(e, "value", "bare1"),
            ]
            for e in found
        ]
        caption = Markup("Table N{}. Questions left open: {}, {}").format(
            number, wave_name(wave), dossier.survey.groups[export.group]
        )
        heads = ("Question", "Asked", "Left open", "Left open (% of those asked)")
        parts.append(Table(caption, heads, rows, frozenset({1, 2, 3})))
    return Html(joined([*parts, Markup("<p class='source'>{}</p>").format(KEY_OF_REPLIES)]))


def against_register(dossier: Dossier) -> Html:
    """Who answered: replies matched to the register, and the share of its practices that replied."""
    parts: list[object] = []
    for number, wave in enumerate(waves_asked(dossier), start=1):
        rates = [e for e in dossier.figures.estimates if (e.wave, e.measure) == (wave.id, "response_rate")]
        if not rates or wave.register is None:
            continue
        matched = [e for e in dossier.figures.estimates if (e.wave, e.measure) == (wave.id, "replies_matched")]
        parts += [
            Markup("<h3>{}</h3>").format(wave_name(wave)),
            Markup("<p>Replies set against the register: {}.</p>").format(_matched(matched)),
            Table(
                Markup("Table V{}. Share of the practices of the register that replied, {}").format(
                    number, wave_name(wave)
                ),
                ("Practices", "In the register", "Replied", "Replied (%)", "95% interval (%)"),
                [row for grouping in GROUPINGS for row in _rate_rows(rates, grouping)],
                frozenset({1, 2, 3, 4}),
            ),
            weighting(dossier, wave, number),
        ]
    if not parts:
        return Html(Markup("<p>No wave of this survey names a register of practices.</p>"))
    note = "Only replies that were matched to a practice count. A practice that was not found is never guessed."
    return Html(joined([*parts, Markup("<p class='source'>{} {}</p>").format(note, KEY_OF_REPLIES)]))


def _matched(matched: Iterable[Estimate]) -> Markup:
    return Markup(", ").join(
        Markup("{} {}").format(figure(e, "value", "count"), MATCHED.get(e.category, e.category)) for e in matched
    )


def _rate_rows(rates: Sequence[Estimate], grouping: str) -> list[list[Cell]]:
    title = GROUPINGS[grouping]
    return [
        [
            f"{title}: {e.group}" if grouping else title,
            figure(e, "base", "count"),
            figure(e, "numerator", "count"),
            figure(e, "value", "bare1"),
            range_of(e, "low", "high", "bare1"),
        ]
        for e in rates
        if e.group_by == grouping
    ]


def respondents(dossier: Dossier) -> Html:
    """Who asked whom, when and how, and how many replies of each group are analysed."""
    survey = dossier.survey
    rows: list[list[Cell]] = []
    for wave, export in _exports(dossier):
        (received,), (analysed,) = (
            _of_export(dossier, wave, export, measure) for measure in ("rows_received", "rows_analysed")
        )
        rows.append(
            [
                Markup("{}, {}").format(wave_name(wave), survey.groups[export.group]),
                figure(received, "value", "count"),
                figure(analysed, "value", "count"),
            ]
        )
    design = survey.design
    table = Table(
        "Table R. Replies to each survey", ("Survey and respondents", "Received", "Analysed"), rows, frozenset({1, 2})
    )
    words = Markup(
        "<p>Asked by {}. Population: {}. How respondents were found: {}. How they were asked: {}. "
        "Respondents are taken to be {}.</p>"
    ).format(survey.asked_by, design.population, design.frame, design.mode, design.selection)
    waves = joined(Markup("<p>{}: {}</p>").format(wave_name(w), w.about) for w in waves_asked(dossier))
    return Html(joined([words, waves, table]))
