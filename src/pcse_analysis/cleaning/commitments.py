"""Reads what was promised, or asked for, by whom and until when, and what would show that it was done."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.fields import RowReader
from pcse_analysis.catalogue.files import read_table
from pcse_analysis.catalogue.load import PUBLISHED, read_known_on
from pcse_analysis.catalogue.survey import SERVICE_LINES
from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.errors import Problems
from pcse_analysis.frames import COMMITMENTS, tidy

COMMITMENTS_FILE = f"{PUBLISHED}/commitments.csv"
EVENT = "event:"
"""Stands before the id of an event of the timeline that shows a commitment to be kept."""


def read_commitments(root: Path, catalogue: Catalogue, timeline: pd.DataFrame, problems: Problems) -> pd.DataFrame:
    """The commitments as a tidy frame, in the order of the file; none where a project has no such file.

    A commitment is known from its earliest dated source on. Of a survey that nobody made, there is no source.
    """
    if not (root / COMMITMENTS_FILE).is_file():
        return tidy([], COMMITMENTS)
    rows = []
    for row in read_table(root / COMMITMENTS_FILE, COMMITMENTS_FILE, tuple(COMMITMENTS.columns), ("id",), problems):
        read = RowReader(row, problems)
        shown_by = row["shown_by"]
        if shown_by.startswith(EVENT) and shown_by.removeprefix(EVENT) not in set(timeline["id"]):
            what = f"found '{shown_by}', expected '{EVENT}' and the id of an event of timeline.csv"
            read.wrong("shown_by", what, refers_to=f"{PUBLISHED}/timeline.csv")
        target = read.decimal("target")
        if (target is None) != (row["direction"] == ""):
            read.wrong("direction", "is given exactly where target is")
        sources, known_on = read_known_on(read, catalogue.publications) if row["sources"] else ((), row["made_on"])
        lines = ("all", *catalogue.service_lines)
        made_on, due = read.day("made_on", partial=True), read.day("due", optional=True)
        if due and made_on > due:
            read.wrong("due", f"found '{due}', expected a day after it was made ({made_on})")
        rows.append(
            {
                "id": read.identifier("id"),
                "survey": read.one_of("survey", "a survey of the catalogue", catalogue.surveys),
                "kind": read.one_of("kind", "promised or asked", ("promised", "asked")),
                "who": read.text("who"),
                "to_whom": read.text("to_whom"),
                "commitment": read.text("commitment"),
                "made_on": made_on,
                "due": due,
                "service_line": read.one_of("service_line", "a service line, or all", lines, SERVICE_LINES),
                "shown_by": shown_by,
                "target": None if target is None else target / 100,
                "direction": read.one_of("direction", "at_least or at_most", ("", "at_least", "at_most")),
                "needs": read.text("needs"),
                "sources": "; ".join(sources),
                "known_on": known_on,
            }
        )
    return tidy(rows, COMMITMENTS)
