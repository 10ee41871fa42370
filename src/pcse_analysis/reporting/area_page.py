"""The page of one area: who replied there, and every share with a problem beside the region and all practices."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from matplotlib.axes import Axes

from pcse_analysis.catalogue.types import Question
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.area_figures import (
    ALL_PRACTICES,
    DIFFERENCE,
    PLACE,
    PlaceFigures,
    area_words,
    check_area,
    place_figures,
    region_of,
)
from pcse_analysis.reporting.drawing import INK, Chart, Row
from pcse_analysis.reporting.figures import NOT_APPLICABLE, absent, figure, text, wave_name
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.marks import AFTER, mark
from pcse_analysis.reporting.standing import banners, standing
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, interval_head, range_of

ROWS_OF_A_CHART = 12
"""More would not fit a sheet of paper beside their heading."""
CHANCE = (
    "Practices chose themselves whether to reply: intervals describe chance among those that did, not who did. Bases "
    "are small, so intervals are wide. “All practices” include those of this area; a difference is from all others."
)


def heading(dossier: Dossier, area: str) -> Html:
    """The title of an area's page, and what kind of document it is."""
    check_area(dossier, area)
    title = Markup("<h1>{}: what the replies show of this area</h1>").format(area)
    return Html(joined([banners(dossier), title, standing(dossier)]))


def about(dossier: Dossier, area: str) -> Html:
    """What the page shows and of whom, and what it does not say."""
    check_area(dossier, area)
    region = region_of(dossier, area)
    where = Markup(" in {}").format(region) if region else ""
    words = Markup(
        "<p>{} is a {}{}. Shown are the replies of its practices, as far as they can be without telling of any one "
        "of them, beside those of the region and of all practices.</p>\n<p>{}</p>\n"
        "<p>No figure was made for this page: it shows a part of the evidence of all areas, in which small numbers "
        "were withheld once and together.</p>"
    )
    return Html(words.format(area, area_words(dossier), where, CHANCE))


def who_replied(dossier: Dossier, area: str) -> Html:
    """The response rate of the area beside its region and all practices, for every survey."""
    place = check_area(dossier, area)
    region = region_of(dossier, area)
    places = _places(place, region)
    rows: list[list[Cell]] = []
    rates = []
    for figures in place_figures(dossier, [one for one, _ in places]):
        for one, name in places:
            rate = figures.rate(one)
            if rate is not None:
                rates.append(rate)
                rows.append(
                    [
                        Markup("{}: {}").format(wave_name(figures.wave), name),
                        figure(rate, "base", "count"),
                        figure(rate, "numerator", "count"),
                        figure(rate, "value", "bare1"),
                        range_of(rate, "low", "high", "bare1"),
                    ]
                )
    if not rows:
        return Html(Markup("<p>No survey of this edition names a register of practices.</p>"))
    heads = ("Practices", "In the register", "Replied", "Replied (%)", interval_head(rates) + " (%)")
    table = Table("Table R. Share of the practices of the register that replied", heads, rows, frozenset({1, 2, 3, 4}))
    note = "Only replies that were matched to a practice of the register count."
    return Html(joined([table, Markup("<p class='source'>{} {}</p>").format(note, KEY_OF_REPLIES)]))


def _places(area: PLACE, region: str) -> list[tuple[PLACE, str]]:
    regions: list[tuple[PLACE, str]] = [(("region_name", region), f"region, {region}")] if region else []
    return [(area, "this area"), *regions, (ALL_PRACTICES, "all practices")]


def shares(dossier: Dossier, area: str) -> Html:
    """Every question with an answer that counts as a problem: the area's share, the region's, and that of all."""
    place = check_area(dossier, area)
    region = ("region_name", region_of(dossier, area))
    parts: list[object] = []
    found = place_figures(dossier, [place, region, ALL_PRACTICES])
    for number, figures in reversed(list(enumerate(found, start=1))):
        name = wave_name(figures.wave)
        parts.append(Markup("<h3>{}</h3>").format(name))
        shown = figures.shown(place)
        if not shown:
            words = (
                "<p>No share of this area can be shown for this survey: each is withheld, or nobody there replied.</p>"
            )
            parts.append(Markup(words))
            continue
        parts.append(_told(figures, place))
        starts = range(0, len(shown), ROWS_OF_A_CHART)
        parts += [_chart(figures, place, shown[n : n + ROWS_OF_A_CHART], n // ROWS_OF_A_CHART) for n in starts]
        caption = Markup("Table A{}. Share with a problem, {}").format(number, name)
        parts.append(_table(figures, place, region, caption))
    note = "Base: practices that gave an opinion. The last column is the share of this area less that of all others."
    return Html(joined([*parts, Markup("<p class='source'>{} {}</p>").format(note, KEY_OF_REPLIES)]))


def _told(figures: PlaceFigures, place: PLACE) -> Markup:
    """On which questions the area differs from all others beyond chance."""
    found = [(q, d) for q in figures.questions if (d := figures.beyond_chance(place, q.item)) is not None]
    if not found:
        words = (
            "<p>On no question shown does this area differ from all other practices beyond chance, after adjusting for "
            "the areas that are looked at. That does not show that it is like them: with few replies only a large "
            "difference would be seen.</p>"
        )
        return Markup(words)
    listed = Markup("; ").join(
        Markup("{} {} ({} points, {} to {})").format(
            q.finding, q.label, *(figure(d, field, "signed") for field in ("value", "low", "high"))
        )
        for q, d in found
    )
    words = (
        "<p>Beyond chance, after adjusting for the areas that are looked at on each question, this area differs from "
        "all other practices on: {}. Nothing is adjusted for the number of questions on this page.</p>"
    )
    return Markup(words).format(listed)


def _chart(figures: PlaceFigures, place: PLACE, questions: Sequence[Question], part: int) -> Chart:
    """The area's share as a dot with its interval, and all practices as a tick, one row a question."""
    pairs = [(q, figures.share(place, q.item), figures.share(ALL_PRACTICES, q.item)) for q in questions]

    def row(question: Question, own: Estimate | None, whole: Estimate | None) -> Row:
        def draw(axes: Axes, y: float) -> None:
            if own is not None:
                mark(axes, own, y, later=True)
            if whole is not None and whole.value is not None:
                axes.plot([whole.value] * 2, [y - 11, y + 11], color=INK, linewidth=2.2, solid_capstyle="butt")

        values = tuple(text(e, "value", "percent") if e is not None else "[z]" for e in (own, whole))
        return Row(question.label, draw, values=values)

    first = pairs[0]
    told = [text(e, "value", "percent") if e is not None else "nothing" for e in first[1:]]
    alt = (
        f"Chart of shares with a problem in {place[1]}, {figures.wave.label}, part {part + 1}: dots with intervals, "
        f"and a tick for all practices. {first[0].label}: {told[0]} here, {told[1]} of all."
    )
    key = [(AFTER, "This area, with its interval"), (INK, "Tick: all practices together")]
    return Chart(
        id=f"chart-area-{figures.wave.id}-{part}", alt=alt, rows=[row(*pair) for pair in pairs], mark=34, column=0.36,
        heads=("This\narea", "All"), key=key,
    )  # fmt: skip


def _table(figures: PlaceFigures, place: PLACE, region: PLACE, caption: Markup) -> Table:
    rows: list[list[Cell]] = []
    for question in figures.questions:
        own = figures.share(place, question.item)
        apart = figures.found.get((place, question.item, DIFFERENCE))
        limits = Markup("{} ({})").format(figure(apart, "value", "signed"), range_of(apart, "low", "high", "signed"))
        rows.append(
            [
                Markup("{} {}").format(question.finding, question.label),
                figure(own, "value", "bare") if own is not None else NOT_APPLICABLE,
                range_of(own, "low", "high", "bare") if own is not None else NOT_APPLICABLE,
                figure(own, "base", "count") if own is not None else NOT_APPLICABLE,
                _beside(figures.share(region, question.item)),
                _beside(figures.share(ALL_PRACTICES, question.item)),
                limits if apart is not None else absent(own) if own is not None else NOT_APPLICABLE,
            ]
        )
    owns = [e for q in figures.questions if (e := figures.share(place, q.item)) is not None]
    interval = interval_head(owns) + " (%)"
    heads = ("Question", "Area (%)", interval, "Base", "Region (%)", "All (%)", "Against all others (points)")
    return Table(caption, heads, rows, frozenset(range(1, len(heads))))


def _beside(share: Estimate | None) -> Markup:
    return figure(share, "value", "bare") if share is not None else NOT_APPLICABLE
