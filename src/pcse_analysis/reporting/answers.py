"""What respondents answered, question by question: sentence, table and chart from the estimates of their replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup

from pcse_analysis.catalogue.choices import ALL
from pcse_analysis.catalogue.types import Question, Wave
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.errors import CommandError, Problems, not_an_option
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.figures import figure, wave_name
from pcse_analysis.reporting.findings import share_sentence
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.numbers import number_sentences
from pcse_analysis.reporting.ordered_chart import ordered_chart
from pcse_analysis.reporting.tables import Cell, Table, range_of

FAILING = "failing"
ABOUT = "About those that replied"
"""Over questions that are about no service line."""


def waves_asked(dossier: Dossier, group: str = ALL, wave: str = ALL) -> list[Wave]:
    """The waves that hold replies of a group, the earliest first.

    Raises:
        CommandError: there is no such group or wave; near misses are named.
    """
    survey = dossier.survey
    problems = Problems()
    for name, value, options in (("group", group, survey.groups), ("wave", wave, survey.waves)):
        if value != ALL and value not in options:
            problems.add(f"parameter '{name}': {not_an_option(value, f'a {name}, or {ALL!r}', [ALL, *options])}")
    problems.raise_as(CommandError)
    held = {
        e.wave
        for e in dossier.figures.estimates
        if e.measure == "rows_analysed" and group in (ALL, e.respondent_group) and wave in (ALL, e.wave)
    }
    return sorted((survey.waves[w] for w in held), key=lambda w: w.fieldwork_start)


def asked(dossier: Dossier, wave: Wave, group: str) -> list[Question]:
    """The questions that a wave asked a group and that the edition holds answers to, in the order of their ids."""
    held = {e.item for e in estimates_of(dossier, wave, group, "item_nonresponse")}
    found = [q for (item, w), q in dossier.survey.questions.items() if w == wave.id and item in held]
    return sorted(found, key=lambda q: finding_order(q.finding))


def estimates_of(dossier: Dossier, wave: Wave, group: str, measure: str) -> list[Estimate]:
    """The estimates of one measure of the replies of a whole group in a wave."""
    return [
        e
        for e in dossier.figures.estimates
        if (e.wave, e.respondent_group, e.measure) == (wave.id, group, measure) and not e.group_by
    ]


def answers(dossier: Dossier, group: str = ALL, wave: str = ALL, level: int = 3, service_line: str = ALL) -> Html:
    """Every question to a group, service line by service line: what was asked, of whom, and each option's share.

    For all groups and one service line, the groups stand one after the other.
    """
    groups = list(dossier.survey.groups) if group == ALL else [group]
    parts: list[object] = []
    for one in groups:
        found = list(_of_group(dossier, one, wave, level + (group == ALL), service_line))
        if group == ALL:
            name = dossier.survey.groups[one].capitalize()
            parts.append(Markup("<h{0}>{1}</h{0}>").format(level, name))
            found = found or [Markup("<p>They were not asked about this service.</p>")]
        parts += found
    return Html(joined(parts))


def _of_group(dossier: Dossier, group: str, wave: str, level: int, service_line: str) -> Iterator[object]:
    for one in waves_asked(dossier, group, wave):
        questions = asked(dossier, one, group)
        if service_line != ALL:
            questions = [question for question in questions if question.service_line == service_line]
            if not questions:
                continue
        yield Markup("<h{0}>{1}</h{0}>").format(level, wave_name(one))
        lines = {line.id: line.label for line in dossier.catalogue.service_lines.values()} | {ALL: ABOUT}
        for line, label in lines.items():
            of_line = [question for question in questions if question.service_line == line]
            if of_line:
                nested = service_line == ALL
                if nested:
                    yield Markup("<h{0}>{1}</h{0}>").format(level + 1, label)
                yield from (_question(dossier, one, group, question, level + 1 + nested) for question in of_line)
        if service_line == ALL:
            yield _unasked(dossier, questions)


def _unasked(dossier: Dossier, questions: Sequence[Question]) -> Markup:
    unasked = [
        line.label
        for line in dossier.catalogue.service_lines.values()
        if not any(question.service_line == line.id for question in questions)
    ]
    return Markup("<p>Not asked about: {}.</p>").format(", ".join(unasked)) if unasked and questions else Markup()


def _question(dossier: Dossier, wave: Wave, group: str, question: Question, level: int) -> Markup:
    held = [
        e for e in dossier.figures.estimates if (e.item, e.wave, e.respondent_group) == (question.item, wave.id, group)
    ]
    held = [e for e in held if not e.group_by]
    left = next(e for e in held if e.measure == "item_nonresponse")
    shares = [e for e in held if e.measure == "share" and e.category != FAILING]
    failing = next((e for e in held if e.category == FAILING and e.weighting == "unweighted"), None)
    means = [e for e in held if e.measure == "mean"]
    route = _route(dossier, question)
    return joined(
        [
            Markup("<section class='exhibit' aria-labelledby='{}'>").format(question.finding),
            Markup("<h{0} id='{1}'><span class='finding'>{1}</span> {2}</h{0}>").format(
                level, question.finding, question.label
            ),
            Markup("<p class='subtitle'>Asked, as the catalogue words it: {}{}</p>").format(question.wording, route),
            Markup("<p>{}</p>").format(share_sentence(dossier, failing))
            if failing and failing.value is not None
            else "",
            *(_mean_sentence(mean) for mean in means),
            number_sentences([e for e in held if e.weighting == "unweighted"]),
            (ordered_chart(dossier, f"chart-{question.finding}", [question]) if shares else None) or "",
            _option_table(dossier, question, shares) if shares else "",
            *_own_words(dossier, question, [e for e in held if e.measure == "theme_share"]),
            _who_answered(question, left, shares),
            Markup("</section>"),
        ]
    )


def _route(dossier: Dossier, question: Question) -> Markup:
    if not question.asked_if:
        return Markup()
    conditions = Markup(" and ").join(
        Markup("“{}” with {}").format(
            dossier.survey.questions[c.item, question.wave].label, " or ".join(f"“{option}”" for option in c.options)
        )
        for c in question.asked_if
    )
    return Markup(" Only those were asked who had answered {}.").format(conditions)


def _mean_sentence(mean: Estimate) -> Markup:
    weighted = "Weighted mean" if mean.weighting == "weighted" else "Mean"
    if mean.value is None:
        return Markup("<p>{}: {}.</p>").format(weighted, figure(mean, "value", "decimal1"))
    return Markup("<p>{}: {} ({} interval {}; numbers given: {}).</p>").format(
        weighted,
        figure(mean, "value", "decimal1"),
        figure(mean, "confidence", "percent") if mean.confidence is not None else "no",
        range_of(mean, "low", "high", "decimal1"),
        figure(mean, "base", "count"),
    )


def _option_table(dossier: Dossier, question: Question, shares: Sequence[Estimate]) -> Table:
    weighted = {e.category: e for e in shares if e.weighting == "weighted"}
    order = dossier.survey.scales[question.scale].options
    plain = sorted((e for e in shares if e.weighting == "unweighted"), key=lambda e: order.index(e.category))
    rows: list[list[Cell]] = []
    for share in plain:
        row: list[Cell] = [
            share.category,
            figure(share, "numerator", "count"),
            figure(share, "value", "bare1"),
            range_of(share, "low", "high", "bare1"),
        ]
        if weighted:
            beside = weighted[share.category]
            row += [figure(beside, "value", "bare1"), range_of(beside, "low", "high", "bare1")]
        rows.append(row)
    heads = ["Answer", "Replies", "Share (%)", "95% interval (%)"]
    heads += ["Weighted share (%)", "95% interval of it (%)"] if weighted else []
    kind = "; several could be chosen" if question.kind == "several" else ""
    caption = Markup("Table {}. {}{}").format(question.finding, question.label, kind)
    return Table(caption, heads, rows, frozenset(range(1, len(heads))))


def _own_words(dossier: Dossier, question: Question, shares: Sequence[Estimate]) -> list[Markup | Table]:
    """What respondents wrote about, by theme, and the quotations that a researcher approved."""
    labels = {theme.id: theme.label for theme in dossier.themes}
    rows: list[list[Cell]] = [
        [
            labels[share.category],
            figure(share, "numerator", "count"),
            figure(share, "value", "bare1"),
            range_of(share, "low", "high", "bare1"),
        ]
        for share in sorted(shares, key=lambda e: list(labels).index(e.category))
    ]
    heads = ("Theme", "Replies", "Share of those that wrote (%)", "95% interval (%)")
    caption = Markup("Table {}. What was written about, by keywords").format(question.finding)
    parts: list[Markup | Table] = [Table(caption, heads, rows, frozenset({1, 2, 3}))] if rows else []
    return parts + [
        Markup("<blockquote><p>{}</p></blockquote>").format(quote.quote)
        for quote in dossier.quotes
        if quote.wave == question.wave and quote.item in (question.item, f"{question.item}_other")
    ]


def _who_answered(question: Question, left: Estimate, shares: Iterable[Estimate]) -> Markup:
    base = next((e for e in shares if e.weighting == "unweighted"), None)
    chose = Markup("Base: {} that chose an answer. ").format(figure(base, "base", "count")) if base else Markup()
    text = "What was written is not published but for approved quotations. " if question.kind == "text" else ""
    return Markup("<p class='source'>{}{}Asked: {}; left open: {}.</p>").format(
        chose, text, figure(left, "base", "count"), figure(left, "numerator", "count")
    )
