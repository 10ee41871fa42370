"""Commitments: kept, not kept, not due yet, and what cannot be told; what was asked for is no promise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate, Figures
from pcse_analysis.reporting.commitments import judged, overview, short_date, timeline_chart
from pcse_analysis.reporting.drawing import NARROW, WIDE, Chart
from tests.dossiers import own_dossier
from tests.reporting.made import figure_of, said, with_commitments

TIMELINE = pd.DataFrame(
    [("done", "2018-03-20", "It was done."), ("month", "2018-03", "It was done."), ("year", "2018", "It was done.")],
    columns=["id", "date", "event"],
).assign(sources="gpc-letter-2018-01-16", known_on="2018-03-31")
EVENT, SHARE = {"shown_by": "event:done"}, "log.within_standard"


def only(dossier: Dossier) -> tuple[str, str]:
    """The judgement on the one commitment of a dossier, and why."""
    (one,) = judged(dossier)
    return one.judgement, said(one.why)


def shown(value: float | None, low: float | None = None, high: float | None = None, **fields: Any) -> Estimate:
    made = figure_of("log", "within_standard", value, low=low, high=high, unit="share", **fields)
    return replace(made, known_on="2018-06-30")


def by_figure(target: float, direction: str, *figures: Estimate) -> tuple[str, str]:
    """The judgement on a promise that a share shows."""
    row = {"shown_by": SHARE, "target": target, "direction": direction}
    return only(with_commitments(row, figures=Figures(figures, ())))


@pytest.mark.parametrize(
    ("due", "event", "judgement"),
    [
        ("", "done", "kept"),  # no day was set
        ("2018-03-20", "done", "kept"),  # on the day itself
        ("2018-03-19", "done", "not kept"),  # a day late
        ("2018-03-31", "month", "kept"),  # the last day of the month
        ("2018-03-30", "month", "cannot be told"),  # in that month: before or after
        ("2018-02-28", "month", "not kept"),
        ("2018-03-20", "year", "cannot be told"),
        ("2017-12-31", "year", "not kept"),
        ("2018-03-20", "other", "cannot be told"),  # no such event was known
    ],
)
def test_an_event_shows_it(due: str, event: str, judgement: str) -> None:
    """Origin: by hand, from the three days above; only an event that came in time for certain keeps a promise."""
    dossier = with_commitments({"due": due, "shown_by": f"event:{event}"}, timeline=TIMELINE)
    found, why = only(dossier)
    assert found == judgement
    assert why.endswith("It would need a public record." if event == "other" else ": It was done.")


@pytest.mark.parametrize(("due", "judgement"), [("2018-07-31", "kept"), ("2018-08-01", "not due yet")])
def test_what_is_due_on_the_evidence_date_is_judged(due: str, judgement: str) -> None:
    """A day later it is not due yet, whatever is known."""
    assert only(with_commitments({"due": due, **EVENT}, timeline=TIMELINE))[0] == judgement


def test_what_nothing_can_show_says_what_it_would_need() -> None:
    assert only(with_commitments({})) == ("cannot be told", "No day was set. It would need a public record.")
    assert only(with_commitments({"due": "2018-02-01"})) == ("cannot be told", "It would need a public record.")


@pytest.mark.parametrize(
    ("direction", "value", "low", "high", "judgement"),
    [
        ("at_least", 0.85, 0.80, 0.90, "kept"),  # the lower limit on the target
        ("at_least", 0.85, 0.79, 0.90, "cannot be told"),
        ("at_least", 0.75, 0.70, 0.80, "cannot be told"),  # the upper limit on the target
        ("at_least", 0.75, 0.70, 0.79, "not kept"),
        ("at_most", 0.75, 0.70, 0.80, "kept"),
        ("at_most", 0.75, 0.70, 0.81, "cannot be told"),
        ("at_most", 0.85, 0.81, 0.90, "not kept"),
        ("at_least", 0.80, None, None, "kept"),  # a count without an interval
        ("at_least", 0.79, None, None, "not kept"),
    ],
)
def test_a_figure_shows_it_by_its_whole_interval(
    direction: str, value: float, low: float | None, high: float | None, judgement: str
) -> None:
    """Origin: by hand, against a target of 0.8."""
    assert by_figure(0.8, direction, shown(value, low, high))[0] == judgement


def test_what_got_better_but_not_by_enough_is_not_kept() -> None:
    """From 40 to 60 in a hundred, where 80 were promised: the earlier figure does not come into it."""
    earlier = shown(0.4, 0.35, 0.45, id="log.within_standard.before")
    assert by_figure(0.8, "at_least", earlier, shown(0.6, 0.55, 0.65)) == (
        "not kept",
        "60% (55.0% to 65.0%), on the evidence of 30 June 2018.",
    )


def test_a_figure_that_is_not_there_or_withheld_shows_nothing() -> None:
    """Neither does one that is no share: a target is a percentage, and days are none."""
    nothing = ("cannot be told", "No day was set. It would need a public record.")
    assert by_figure(0.8, "at_least") == nothing
    assert by_figure(0.8, "at_least", shown(None, suppressed="few")) == nothing
    assert by_figure(0.8, "at_most", replace(shown(20.0), unit="working days")) == nothing


def test_what_was_asked_for_is_never_called_a_promise() -> None:
    """Neither promised, nor kept, nor broken; where it was done, this is said."""
    asked = {"kind": "asked", "who": "GPC", "to_whom": "NHS England"}
    rows = [{**asked, **EVENT}, {**asked, **EVENT, "id": "b", "due": "2018-03-19"}, {**asked, "id": "c"}]
    html = overview(with_commitments(*rows, timeline=TIMELINE)).__html__()
    cells = re.findall(r"<tr><th scope=\"row\">(.*?)</th>.*?<strong>(.*?)</strong>", html)
    assert cells == [
        ("GPC asks NHS England: Something is done.", judgement) for judgement in ("done", "not done", "cannot be told")
    ]
    assert "promises" not in html.partition("<tbody>")[2]
    # Of promises there is none, so none is kept or broken, though two of these were judged.
    assert "None of the promises can be called kept or broken." in html


def test_a_promise_that_is_kept_is_told_so() -> None:
    html = overview(with_commitments(EVENT, timeline=TIMELINE)).__html__()
    assert "NHS England promises practices: Something is done." in html
    assert "<strong>kept</strong>" in html
    assert "kept or broken" not in html


def test_the_real_letters_are_judged_as_read_by_hand() -> None:
    """By 31 July 2018 only two promises have an event that shows them; no survey or figure shows any other."""
    found = {one.row["id"]: one.judgement for one in judged(own_dossier("published"))}
    kept = {"nhse-2016-09-experts", "gpc-2018-01-legal-routes"}
    assert {name for name, judgement in found.items() if judgement == "kept"} == kept
    assert {judgement for name, judgement in found.items() if name not in kept} == {"cannot be told"}


def test_without_commitments_their_absence_is_said() -> None:
    empty = replace(own_dossier("published"), commitments=own_dossier("published").commitments.iloc[:0])
    assert said(overview(empty)) == "No commitment about these services was known on the evidence date."


def lanes_of(dossier: Dossier) -> dict[str, str]:
    """What the alternative text of the timeline says of each of its lanes."""
    chart = timeline_chart(dossier)
    assert isinstance(chart, Chart)
    assert [row.label for row in chart.rows] == [part.partition(":")[0] for part in parts_of(chart)]
    return dict(part.split(": ") for part in parts_of(chart))


def parts_of(chart: Chart) -> list[str]:
    head = "Chart of events in order of time. "
    assert chart.alt.startswith(head) and chart.alt.endswith(".")
    return chart.alt.removeprefix(head).removesuffix(".").split("; ")


def test_the_timeline_is_told_in_words() -> None:
    """The two surveys and the two letters of the catalogue, one promise due in April 2018, three events."""
    row = {"made_on": "2018-01-16", "due": "2018-04-30"}
    assert lanes_of(with_commitments(row, timeline=TIMELINE)) == {
        "Surveys": "Oct 2016, Dec 2017",
        "Letters": "Jan 2018",
        "Promised or asked": "Jan 2018",
        "Deadlines": "Apr 2018",
        "All events": "3",
    }


def test_a_lane_without_anything_is_neither_drawn_nor_told() -> None:
    lanes = lanes_of(with_commitments({}, timeline=TIMELINE.iloc[:0]))
    assert {"Deadlines", "All events"} & lanes.keys() == set()


def test_a_survey_after_the_evidence_date_is_not_in_the_picture() -> None:
    """The second survey began in December 2017."""
    lanes = lanes_of(with_commitments({"made_on": "2017-01-02"}, evidence_date="2017-11-30", timeline=TIMELINE))
    assert lanes["Surveys"] == "Oct 2016"
    assert "Jan 2018" not in lanes.get("Letters", "")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_event_has_a_mark(width: int) -> None:
    """By hand: two surveys, one letter, one promise, one deadline, three events: eight marks on five lines."""
    chart = timeline_chart(with_commitments({"due": "2018-04-30"}, timeline=TIMELINE))
    assert isinstance(chart, Chart)
    (axes,) = chart.figure(width).axes
    marks = [line for line in axes.lines if line.get_marker() not in ("", "None", None)]
    assert len(marks) == 8 and len(axes.lines) == 8 + 5
    # The day in years: 30 April is day 120 of 2018, so 2018 + 119 / 365.25.
    places = sorted(float(line.get_xdata()[0]) for line in marks)
    assert places[-1] == pytest.approx(2018 + 119 / 365.25)


@pytest.mark.parametrize(("day", "words"), [("2018-01-16", "Jan 2018"), ("2017-05", "May 2017"), ("2017", "2017")])
def test_how_a_picture_names_a_day(day: str, words: str) -> None:
    assert short_date(day) == words
