"""What was promised or asked for, judged by the evidence; and a picture of what happened when."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as day_of
from typing import Any, Literal

from markupsafe import Markup
from matplotlib.axes import Axes

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.drawing import EDGE, Axis, Chart, Row, label_at
from pcse_analysis.reporting.exhibit import cited
from pcse_analysis.reporting.figures import date, date_text, figure
from pcse_analysis.reporting.html import Html, Piece, joined
from pcse_analysis.reporting.marks import AFTER, BEFORE
from pcse_analysis.reporting.tables import Cell, Table

Judgement = Literal["kept", "not kept", "cannot be told", "not due yet"]
EVENT = "event:"
OF_ASKED: dict[Judgement, str] = {"kept": "done", "not kept": "not done"}
"""The words for what somebody was asked for, who never promised it."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A commitment, the judgement on it, and why, in words."""

    row: Mapping[str, Any]
    judgement: Judgement
    why: Markup


def judged(dossier: Dossier) -> list[Judged]:
    """Every commitment that was known on the evidence date, judged by what was known then."""
    return [_judged(dossier, row) for row in dossier.commitments.to_dict("records")]


def _judged(dossier: Dossier, row: Mapping[Any, Any]) -> Judged:
    needs = Markup("It would need {}.").format(row["needs"])
    if row["due"] and row["due"] > dossier.edition.evidence_date:
        return Judged(row=row, judgement="not due yet", why=needs)
    if row["shown_by"].startswith(EVENT):
        return _by_event(dossier, row, needs)
    shares = (e for e in dossier.figures.estimates if e.unit == "share")  # a target is one
    shown = next((e for e in shares if e.id == row["shown_by"]), None)
    if shown is None or shown.value is None:
        no_day = Markup() if row["due"] else Markup("No day was set. ")
        return Judged(row=row, judgement="cannot be told", why=no_day + needs)
    return _by_figure(row, shown)


def _by_event(dossier: Dossier, row: Mapping[Any, Any], needs: Markup) -> Judged:
    """Kept where the event that shows it is known and not later than the day; what came later was not kept in time.

    Of an event in the month or year of that day it cannot be told whether it came in time.
    """
    wanted = row["shown_by"].removeprefix(EVENT)
    event = next((e for e in dossier.timeline.to_dict("records") if e["id"] == wanted), None)
    if event is None:
        return Judged(row=row, judgement="cannot be told", why=needs)
    told = Markup("{}: {}").format(date(event["date"]), event["event"])
    due, (first, last) = row["due"], _span(event["date"])
    judgement: Judgement = "kept" if not due or last <= due else "not kept" if first > due else "cannot be told"
    return Judged(row=row, judgement=judgement, why=told)


def _span(day: str) -> tuple[str, str]:
    """The first and the last day that a day, a month or a year can stand for."""
    year, month, *_ = [*(int(part) for part in day.split("-")), 0]
    last = monthrange(year, month or 12)[1]
    return (day + "-01-01")[:10], day if len(day) == 10 else f"{year:04d}-{month or 12:02d}-{last:02d}"


def _by_figure(row: Mapping[Any, Any], shown: Estimate) -> Judged:
    """Kept where the whole interval lies on the right side of the target, not kept where it lies on the other."""
    low = shown.value if shown.low is None else shown.low
    high = shown.value if shown.high is None else shown.high
    assert low is not None and high is not None
    at_least = row["direction"] == "at_least"
    kept, missed = (
        (low >= row["target"], high < row["target"]) if at_least else (high <= row["target"], low > row["target"])
    )
    judgement: Judgement = "kept" if kept else "not kept" if missed else "cannot be told"
    limits = Markup()
    if shown.low is not None:
        limits = Markup(" ({} to {})").format(figure(shown, "low", "percent1"), figure(shown, "high", "percent1"))
    words = Markup("{}{}, on the evidence of {}.")
    return Judged(
        row=row, judgement=judgement, why=words.format(figure(shown, "value", "percent"), limits, date(shown.known_on))
    )


def overview(dossier: Dossier) -> Piece:
    """Every commitment with its judgement; a stated absence where none was known."""
    found = judged(dossier)
    if not found:
        return Html(Markup("<p>No commitment about these services was known on the evidence date.</p>"))
    rows: list[list[Cell]] = []
    for one in found:
        row = one.row
        sources = cited(dossier, row["sources"].split("; ")) if row["sources"] else Markup("made up")
        rows.append(
            [
                Markup("{} {} {}: {}").format(
                    row["who"], "promises" if row["kind"] == "promised" else "asks", row["to_whom"], row["commitment"]
                ),
                date(row["made_on"]),
                date(row["due"]) if row["due"] else "no day was set",
                Markup("<strong>{}</strong>").format(_in_words(one)),
                one.why,
                sources,
            ]
        )
    told = any(one.judgement in ("kept", "not kept") for one in found if one.row["kind"] == "promised")
    heads = ("Who promised or asked for what", "Made on", "Due", "Judgement", "Why", "Source")
    note = Markup(
        "<p>What somebody was asked for is no promise of theirs, and is marked so. A promise is judged by the "
        "evidence, and where that does not show whether it was kept, this is said and what it would need.{}</p>"
    ).format("" if told else " None of the promises can be called kept or broken.")
    return Html(joined([note, Table("Table M. Commitments and what the evidence shows of them", heads, rows)]))


def _in_words(one: Judged) -> str:
    return OF_ASKED.get(one.judgement, one.judgement) if one.row["kind"] == "asked" else one.judgement


def timeline_chart(dossier: Dossier) -> Piece:
    """A picture of what happened when: surveys, letters, promises and deadlines, and all other events."""
    lanes = _lanes(dossier)
    days = [at for _, marks in lanes for at, _ in marks]
    if not days:
        return Html(Markup("<p>Nothing was known on the evidence date that could be put in order of time.</p>"))
    low, high = int(min(days)), int(max(days)) + 1
    said = "; ".join(
        f"{name}: {', '.join(words for _, words in marks if words) or len(marks)}" for name, marks in lanes if marks
    )
    return Chart(
        id="chart-T",
        alt=f"Chart of events in order of time. {said}.",
        rows=[_lane(name, marks, place) for place, (name, marks) in enumerate(lanes) if marks],
        axis=Axis(low=low, high=high, ticks=tuple((float(year), str(year)) for year in range(low, high + 1))),
        mark=58,
        column=0.2,
        key=[("", "Every event stands with its source in table T.")],
    )


def _lanes(dossier: Dossier) -> list[tuple[str, list[tuple[float, str]]]]:
    """What stands on each line of the picture: its place in years, and its words; none for events, which are many."""
    edition = dossier.edition
    waves = [w for w in dossier.survey.waves.values() if w.fieldwork_start <= edition.evidence_date]
    rows = dossier.commitments.to_dict("records")
    own = {one.date for one in dossier.catalogue.letters.values() if one.survey == dossier.survey.id}
    letters = {day for day in own if day <= edition.evidence_date} | {
        r["made_on"] for r in rows if _in_letter(dossier, r)
    }
    made = {row["made_on"] for row in rows}
    due = {row["due"] for row in rows if row["due"]}
    return [
        ("Surveys", [(_years(w.fieldwork_start), short_date(w.fieldwork_start)) for w in waves]),
        *(
            (name, [(_years(day), short_date(day)) for day in sorted(days)])
            for name, days in (("Letters", letters), ("Promised or asked", made), ("Deadlines", due))
        ),
        ("All events", [(_years(day), "") for day in dossier.timeline["date"]]),
    ]


def _in_letter(dossier: Dossier, row: Mapping[Any, Any]) -> bool:
    """Whether a commitment was made in a letter, which then is its source and of the same day."""
    found = [dossier.catalogue.publications[name] for name in row["sources"].split("; ") if name]
    return any(one.published_on == row["made_on"] and "letter" in one.title.lower() for one in found)


def short_date(day: str) -> str:
    """A day as a picture names it: the month in three letters, and the year."""
    words = date_text(day[:7]).split()
    return " ".join([*(word[:3] for word in words[:-1]), words[-1]])


def _years(day: str) -> float:
    """A day in years; a month or a year stands at its first day."""
    whole = day_of.fromisoformat((day + "-01-01")[:10])
    return whole.year + (whole.timetuple().tm_yday - 1) / 365.25


def _lane(name: str, marks: Sequence[tuple[float, str]], place: int) -> Row:
    colour = (AFTER, BEFORE)[place % 2]

    def draw(axes: Axes, y: float) -> None:
        low, high = axes.get_xlim()
        axes.plot([low, high], [y, y], color=EDGE, linewidth=0.6, zorder=0)
        for number, (at, words) in enumerate(sorted(marks)):
            axes.plot([at], [y], marker="o" if words else "|", color=colour, markersize=8, linestyle="none")
            if words:
                label_at(axes, at, y, words, side="above" if number % 2 == 0 else "below")

    return Row(name, draw)
