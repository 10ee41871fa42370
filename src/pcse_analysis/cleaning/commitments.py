"""Reads what was promised, or asked for, by whom and until when, and what would show that it was done."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.fields import RowReader, is_date
from pcse_analysis.catalogue.load import PUBLISHED, read_known_on
from pcse_analysis.catalogue.survey import SERVICE_LINES
from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.cleaning.public_record import optional_rows
from pcse_analysis.errors import Problems, not_an_option
from pcse_analysis.frames import COMMITMENTS, tidy

COMMITMENTS_FILE = f"{PUBLISHED}/commitments.csv"
EVENT = "event:"
"""Stands before the id of an event of the timeline that shows a commitment to be kept."""


def read_commitments(root: Path, catalogue: Catalogue, timeline: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The commitments as a tidy frame, in the order of the file; none where a project has no such file.

    A commitment is known from its earliest dated source on. One of a survey that only marked editions are about needs
    none: nobody made it, and it is known from the day that it gives.
    """
    rows = []
    lines, events = ("all", *catalogue.service_lines), set(timeline["id"])
    real = {edition.survey for edition in catalogue.editions.values() if not edition.marked}
    for read in optional_rows(root, COMMITMENTS_FILE, COMMITMENTS, problems):
        row = read.row
        survey = read.one_of("survey", "a survey of the catalogue", catalogue.surveys)
        _check_shown_by(read, events)
        if row["sources"] or survey in real:
            read.text("sources")
            sources, known_on = read_known_on(read, catalogue.publications)
        else:
            sources, known_on = (), row["made_on"]
        made_on, due = read.day("made_on", partial=bool(sources)), read.day("due", optional=True)
        if is_date(due) and is_date(made_on, partial=True) and made_on > due:
            read.wrong("due", f"found '{due}', which is before it was made ({made_on})")
        target = read.decimal("target")
        if target is not None and target > 100:
            read.wrong("target", f"found '{row['target']}', expected a percentage up to 100")
        rows.append(
            {
                "id": read.identifier("id"),
                "survey": survey,
                "kind": read.one_of("kind", "promised or asked", ("promised", "asked")),
                "who": read.text("who"),
                "to_whom": read.text("to_whom"),
                "commitment": read.text("commitment"),
                "made_on": made_on,
                "due": due,
                "service_line": read.one_of("service_line", "a service line, or all", lines, SERVICE_LINES),
                "shown_by": row["shown_by"],
                "target": None if target is None else target / 100,
                "direction": read.one_of("direction", "at_least or at_most", ("", "at_least", "at_most")),
                "needs": read.text("needs"),
                "sources": "; ".join(sources),
                "known_on": known_on,
            }
        )
    return tidy(rows, COMMITMENTS)


def _check_shown_by(read: RowReader, events: set[str]) -> None:
    """Note an event that is not there, and a figure without a target or a target without a figure."""
    shown_by, target = read.row["shown_by"], read.row["target"]
    by_event = shown_by.startswith(EVENT)
    if by_event and (event := shown_by.removeprefix(EVENT)) not in events:
        what = not_an_option(event, f"'{EVENT}' and the id of an event of timeline.csv", sorted(events))
        read.wrong("shown_by", what, refers_to=f"{PUBLISHED}/timeline.csv")
    if bool(target) != (shown_by != "" and not by_event):
        read.wrong("target", "is given exactly where shown_by names a figure")
    elif bool(target) != bool(read.row["direction"]):
        read.wrong("direction", "is given exactly where target is")
