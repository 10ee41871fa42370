"""The index of a batch: a link to every report, and areas or services side by side where that means something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from markupsafe import Markup

from pcse_analysis.catalogue.types import Question
from pcse_analysis.dossier import Dossier, ListedReport, finding_order
from pcse_analysis.errors import CommandError, Problem, not_an_option
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.answers import FAILING, waves_asked
from pcse_analysis.reporting.area_figures import (
    ALL_PRACTICES,
    DIFFERENCE,
    NOT_KNOWN,
    PLACE,
    PlaceFigures,
    area_column,
    areas_of,
    place_figures,
    register_of,
)
from pcse_analysis.reporting.background import methods
from pcse_analysis.reporting.charts import share_chart
from pcse_analysis.reporting.figures import figure, wave_name
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.rank_chart import rank_chart
from pcse_analysis.reporting.standing import banners, standing
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, interval_head, range_of

AREA, SERVICE_LINE, PRACTICE = "area", "service_line", "practice"
NAMES = {AREA: "area", SERVICE_LINE: "service", PRACTICE: "practice"}
DEFAULT = "default"
NOT_RANKED = {
    PRACTICE: "Reports on practices stand in no order but that of their names: none tells what a practice said.",
    "": "These reports stand in no order but that of their names.",
}
MEANS_NOTHING = (
    "The order in which areas stand means nothing where their intervals overlap: it may be chance, and the same areas "
    "asked again would stand in another one. What is more than chance stands in the last column."
)


def index_heading(dossier: Dossier, over: str) -> Html:
    """The title of a batch's index, and what kind of document it is."""
    title = Markup("<h1>Reports by {}</h1>").format(NAMES.get(over, over))
    return Html(joined([banners(dossier), title, standing(dossier)]))


def reports(dossier: Dossier, over: str) -> Html:
    """A link to every report of the batch by name, in groups that the head of the list leads to.

    Areas are grouped by region, practices by area; others stand in one list.
    """
    if not dossier.reports:
        return Html(Markup("<p>No report is listed beside this page.</p>"))
    group_of = _groups(dossier, over)
    grouped: dict[str, list[ListedReport]] = defaultdict(list)
    for one in sorted(dossier.reports, key=lambda r: (r.label, r.report)):
        grouped[group_of.get(one.report, NOT_KNOWN) if group_of else ""].append(one)
    if list(grouped) == [""]:
        return Html(_listed(grouped[""]))
    names = sorted(grouped, key=lambda name: (name == NOT_KNOWN, name))
    jumps = Markup(" · ").join(Markup("<a href='#group-{}'>{}</a>").format(n, name) for n, name in enumerate(names))
    parts = [Markup("<p class='jumps'>{}</p>").format(jumps)]
    for number, name in enumerate(names):
        parts += [Markup("<h3 id='group-{}'>{}</h3>").format(number, name), _listed(grouped[name])]
    return Html(joined(parts))


def index_methods(dossier: Dossier, over: str) -> Html:
    """How the figures of the index are made: those of areas, or of the whole edition."""
    return methods(dossier, "areas" if over in (AREA, PRACTICE) and dossier.survey.design.areas else "")


def _listed(found: Sequence[ListedReport]) -> Markup:
    items = joined(Markup("<li><a href='{}'>{}</a></li>").format(quote(one.file), one.label) for one in found)
    return Markup("<ul class='reports'>\n{}\n</ul>").format(items)


def _groups(dossier: Dossier, over: str) -> Mapping[str, str]:
    """The region of every area, or the area of every practice, as the latest register has them."""
    known = register_of(dossier) if over in (AREA, PRACTICE) and dossier.survey.design.areas else None
    if known is None:
        return {}
    frame, column = known[1], area_column(dossier)
    key, group = (column, "region_name") if over == AREA else ("code", column)
    rows = frame[[key, group]].dropna().drop_duplicates(key)
    return dict(zip(rows[key].astype(str), rows[group].astype(str), strict=True))


def ranking(dossier: Dossier, over: str, question: str = DEFAULT) -> Html:
    """Areas by their share on one question, or services by the share on the question that most of them were asked.

    ``question`` is an item of the latest survey; by default the first of the survey's first family of comparisons that
    practices were asked then, or where there is none the first with an answer that counts as a problem.

    Raises:
        CommandError: the latest survey has no such question.
    """
    if over == AREA and dossier.survey.design.areas:
        return _areas(dossier, question)
    if over == SERVICE_LINE:
        return _services(dossier)
    return Html(Markup("<p>{}</p>").format(NOT_RANKED.get(over, NOT_RANKED[""])))


def _areas(dossier: Dossier, item: str) -> Html:
    column = area_column(dossier)
    places: list[PLACE] = [(column, area) for area in areas_of(dossier)]
    figures = place_figures(dossier, [*places, ALL_PRACTICES])[-1]
    question = _question(dossier, figures, item)
    whole = figures.share(ALL_PRACTICES, question.item)
    found = [(place, figures.share(place, question.item)) for place in places]
    shown = [(place, e) for place, e in found if e is not None and e.value is not None]
    hidden = [place[1] for place, e in found if e is None or e.value is None]
    shown.sort(key=lambda one: (-(one[1].value or 0), one[0]))
    asked = Markup("<p>{} {}: {} Share of practices that {}, {}.</p>").format(
        question.finding, question.label, question.wording, question.failure, wave_name(figures.wave)
    )
    parts: list[object] = [asked]
    if not shown or whole is None or whole.value is None:
        parts.append(Markup("<p>No area has a share that can be shown on this question.</p>"))
    else:
        parts += [
            _whole(whole, shown[0], shown[-1]),
            _apart(figures, [place for place, _ in shown], question),
            rank_chart("chart-ranking", question.label, [(place[1], e) for place, e in shown], whole),
            _area_table(dossier, figures, shown, question),
            Markup("<p>{}</p>").format(MEANS_NOTHING),
        ]
    if hidden:
        words = "<p>Withheld to protect respondents, or without a reply, and so in no order: {}.</p>"
        parts.append(Markup(words).format("; ".join(hidden)))
    return Html(joined([*parts, Markup("<p class='source'>{}</p>").format(KEY_OF_REPLIES)]))


def _question(dossier: Dossier, figures: PlaceFigures, item: str) -> Question:
    """The question that areas are ranked by."""
    by_item = {q.item: q for q in figures.questions}
    if item != DEFAULT:
        if item not in by_item:
            what = f"parameter 'question': {not_an_option(item, 'an item of the latest survey', [DEFAULT, *by_item])}"
            raise CommandError([Problem(what=what)])
        return by_item[item]
    first = next(iter(dossier.survey.families), "")
    pairs = [
        pair
        for pair in dossier.survey.comparability
        if pair.family == first and pair.wave_after == figures.wave.id and pair.item_after in by_item
    ]
    if pairs:
        return by_item[min(pairs, key=lambda pair: finding_order(pair.finding)).item_after]
    if not figures.questions:
        what = "parameter 'question': the latest survey has no question with an answer that counts as a problem"
        raise CommandError([Problem(what=what)])
    return figures.questions[0]


def _whole(whole: Estimate, highest: tuple[PLACE, Estimate], lowest: tuple[PLACE, Estimate]) -> Markup:
    words = (
        "<p>Of all practices {} ({} interval {} to {}). The areas that can be shown lie from {} ({}) to {} ({}).</p>"
    )
    limits = [figure(whole, "confidence", "percent"), *(figure(whole, end, "percent") for end in ("low", "high"))]
    ends = [part for place, e in (lowest, highest) for part in (figure(e, "value", "percent"), place[1])]
    return Markup(words).format(figure(whole, "value", "percent"), *limits, *ends)


def _apart(figures: PlaceFigures, places: Sequence[PLACE], question: Question) -> Markup:
    """Which areas differ from all others beyond chance, after adjusting for how many are looked at."""
    found = [(place, d) for place in places if (d := figures.beyond_chance(place, question.item)) is not None]
    if not found:
        words = (
            "<p>No area differs from all others beyond chance, after adjusting for how many are looked at (Benjamini "
            "and Hochberg).</p>"
        )
        return Markup(words)
    named = Markup("; ").join(
        Markup("{} ({} points, {} to {})").format(
            place[1], *(figure(d, field, "signed") for field in ("value", "low", "high"))
        )
        for place, d in found
    )
    words = (
        "<p>Beyond chance, after adjusting for how many areas are looked at (Benjamini and Hochberg), these differ "
        "from all others together: {}.</p>"
    )
    return Markup(words).format(named)


def _area_table(
    dossier: Dossier, figures: PlaceFigures, shown: Sequence[tuple[PLACE, Estimate]], question: Question
) -> Table:
    links = {one.report: one for one in dossier.reports}
    rows: list[list[Cell]] = []
    for place, share in shown:
        apart = figures.found.get((place, question.item, DIFFERENCE))
        far = figures.beyond_chance(place, question.item)
        verdict = "no" if far is None else "higher" if (far.value or 0) > 0 else "lower"
        rows.append(
            [
                _link(links.get(place[1]), place[1]),
                figure(share, "value", "bare"),
                range_of(share, "low", "high", "bare"),
                figure(share, "base", "count"),
                figure(apart, "value", "signed"),
                range_of(apart, "low", "high", "signed"),
                verdict,
            ]
        )
    interval = interval_head([e for _, e in shown])
    heads = (
        "Area", "Share (%)", interval + " (%)", "Base", "Less all others (points)", interval, "Beyond chance",
    )  # fmt: skip
    caption = Markup("Table K. Areas by share, the highest first: {}").format(question.label)
    return Table(caption, heads, rows, frozenset(range(1, len(heads))))


def _link(report: ListedReport | None, words: str) -> Cell:
    return words if report is None else Markup("<a href='{}'>{}</a>").format(quote(report.file), words)


def _services(dossier: Dossier) -> Html:
    """The services by the latest share on the scale and end that most services were asked about."""
    held = waves_asked(dossier, dossier.survey.design.unit) if dossier.edition.evidence == "responses" else []
    asked = _asked_of_most(dossier, held[-1].id) if held else {}
    unit = dossier.survey.design.unit
    found: dict[str, Estimate] = {}
    for e in dossier.survey_figures.estimates:
        if not e.group_by and (e.measure, e.category, e.respondent_group) == ("share", FAILING, unit):
            question = asked.get(e.service_line)
            if question and (e.item, e.wave) == (question.item, question.wave):
                found[e.service_line] = (
                    e if e.weighting == "weighted" or e.service_line not in found else found[e.service_line]
                )
    shown = sorted((e for e in found.values() if e.value is not None), key=lambda e: -(e.value or 0))
    if not shown:
        return Html(Markup("<p>No question was put alike about several services, so none stand side by side.</p>"))
    links = {one.report: one for one in dossier.reports}
    labels = {line.id: line.label for line in dossier.catalogue.service_lines.values()}
    rows: list[list[Cell]] = [
        [
            _link(links.get(e.service_line), labels[e.service_line]),
            figure(e, "value", "bare"),
            range_of(e, "low", "high", "bare"),
            figure(e, "base", "count"),
        ]
        for e in shown
    ]
    heads = ("Service", "Share (%)", interval_head(shown) + " (%)", "Base")
    caption = Markup("Table K. Services by share with a problem, the highest first, {}").format(wave_name(held[-1]))
    without = [label for line, label in labels.items() if line not in found]
    rest = Markup("<p>Not asked about in this way: {}.</p>").format("; ".join(without)) if without else Markup()
    words = (
        "Services whose intervals overlap may stand in the order that they do by chance. The same practices rated all."
    )
    note = Markup("<p>{}</p>\n{}\n<p class='source'>{}</p>").format(words, rest, KEY_OF_REPLIES)
    chart = share_chart(dossier, "chart-ranking", shown)
    return Html(joined([chart or "", Table(caption, heads, rows, frozenset({1, 2, 3})), note]))


def _asked_of_most(dossier: Dossier, wave: str) -> dict[str, Question]:
    """For each service the question on the scale, and with the failing end, that the most services were asked with."""
    by_form: dict[tuple[str, str], dict[str, Question]] = defaultdict(dict)
    lines = dossier.catalogue.service_lines
    for question in sorted(dossier.survey.questions.values(), key=lambda q: finding_order(q.finding)):
        here = question.wave == wave and question.asked_of == dossier.survey.design.unit
        if question.failing and here and question.service_line in lines:
            by_form[question.scale, question.failing].setdefault(question.service_line, question)
    return max(by_form.values(), key=len, default={})
