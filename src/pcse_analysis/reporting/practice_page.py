"""The page of one practice of the register: public facts, and shares of the groups that it belongs to.

It is made from the register and from figures that are published anyway. Whether the practice replied is nowhere in what
it is made from, so that it cannot tell.
"""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.catalogue.raw import REGISTER_WORDS
from pcse_analysis.catalogue.types import Wave
from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError, Problem, near_miss, shown
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.answers import waves_asked
from pcse_analysis.reporting.area_figures import ALL_PRACTICES, NOT_KNOWN, PLACE, area_column, place_figures
from pcse_analysis.reporting.figures import NOT_APPLICABLE, date, figure, wave_name
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.standing import banners, standing
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, interval_head, range_of

DOES_NOT_TELL = (
    "This page does not tell whether this practice replied, or what. It holds facts of the public register and figures "
    "of groups of practices, and is made alike for a practice that replied and for one that did not."
)


def _facts(dossier: Dossier, practice: str) -> tuple[Wave, dict[str, str]]:
    """The latest wave whose register lists the practice, and what that register says of it, in words.

    Raises:
        CommandError: no register of the edition lists it.
    """
    codes: list[str] = []
    area_column(dossier)
    for wave in reversed(waves_asked(dossier, dossier.survey.design.unit)):
        frame = dossier.practices(wave.id)
        if frame is None:
            continue
        found = frame.loc[frame["code"] == practice].to_dict("records")
        if found:
            return wave, {str(name): _in_words(value) for name, value in found[0].items()}
        codes += frame["code"].tolist()
    near = near_miss(practice, codes)
    what = f"parameter 'practice': found {shown(practice)}, expected the code of a practice of the register"
    raise CommandError([Problem(what=what + (f"   near '{near}'" if near else ""))])


def _in_words(fact: object) -> str:
    """A fact of the register as text; numbers are whole."""
    if isinstance(fact, str):
        return fact
    return f"{fact:,.0f}" if isinstance(fact, int | float) and fact == fact else NOT_KNOWN


def practice_heading(dossier: Dossier, practice: str) -> Html:
    """The name and code of a practice as the register has them, and that the page does not tell whether it replied."""
    _, facts = _facts(dossier, practice)
    title = Markup("<h1>{} ({})</h1>").format(facts["name"], facts["code"])
    told = Markup("<p class='lead'>{}</p>").format(DOES_NOT_TELL)
    return Html(joined([banners(dossier), title, standing(dossier), told]))


def practice_facts(dossier: Dossier, practice: str) -> Html:
    """What the register says of a practice: its area, region, and list size."""
    wave, facts = _facts(dossier, practice)
    assert wave.register is not None
    named = {
        "Code": "code",
        "Name": "name",
        "Clinical commissioning group": area_column(dossier),
        "Region": "region_name",
        "Band of list size (patients)": "size_band",
        "Registered patients": "list_size",
    }
    rows: list[list[Cell]] = [[words, facts[column]] for words, column in named.items()]
    said = Markup("<p>From the register of practices as of {}, which anyone can read.</p>").format(
        date(wave.register.as_of)
    )
    return Html(joined([said, Table("Table F. The practice in the register", ("Fact", "As registered"), rows)]))


def practice_shares(dossier: Dossier, practice: str) -> Html:
    """The shares with a problem in the practice's area, region and band of list size, and among all practices.

    Those of the latest survey whose register lists the practice.
    """
    wave, facts = _facts(dossier, practice)
    column = area_column(dossier)
    columns = {column: "Its area (%)", "region_name": "Its region (%)", "size_band": "Practices of its size (%)"}
    places: list[PLACE] = [(name, facts[name]) for name in columns]
    found = next(f for f in place_figures(dossier, [*places, ALL_PRACTICES]) if f.wave == wave)
    rows: list[list[Cell]] = [
        [
            Markup("{} {}").format(q.finding, q.label),
            *(_cell(found.share(place, q.item)) for place in (*places, ALL_PRACTICES)),
        ]
        for q in found.questions
    ]
    caption = Markup("Table G. Share with a problem, {}; in brackets the {}").format(
        wave_name(wave), interval_head([e for e in found.found.values() if e.measure == "share"])
    )
    heads = ("Question", *columns.values(), "All practices (%)")
    words = Markup(
        "<p>Practices that replied and gave an opinion: of {}, of {}, of those with {} ({}), and of all. "
        "The region includes the area, and all include every group. Practices chose themselves whether to reply: "
        "intervals describe chance among those that did.</p>"
    ).format(facts[column], facts["region_name"], facts["size_band"], REGISTER_WORDS["size_band"])
    key = Markup("<p class='source'>{}</p>").format(KEY_OF_REPLIES)
    return Html(joined([words, Table(caption, heads, rows, frozenset(range(1, len(heads)))), key]))


def _cell(share: Estimate | None) -> Markup:
    """A share with its interval; a mark alone where it is withheld, or nobody of that group replied."""
    if share is None:
        return NOT_APPLICABLE
    if share.value is None:
        return figure(share, "value", "bare")
    return Markup("{} ({})").format(figure(share, "value", "bare"), range_of(share, "low", "high", "bare"))
