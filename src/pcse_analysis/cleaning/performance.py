"""Reads what was published on the performance of the services, and what of it is set beside what practices say."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.load import PUBLISHED, read_known_on
from pcse_analysis.catalogue.survey import SERVICE_LINES
from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.cleaning.public_record import optional_rows
from pcse_analysis.errors import Problems
from pcse_analysis.frames import PERFORMANCE, REPORTED_EXPERIENCED, tidy

PERFORMANCE_FILE = f"{PUBLISHED}/performance.csv"
PAIRS_FILE = f"{PUBLISHED}/reported_experienced.csv"
REPORTERS = ("provider", "commissioner", "auditor", "profession", "press")
OUTSIDE = "outside_contract"
"""Work that the contract does not cover, such as misdirected letters."""


def read_performance(root: Path, catalogue: Catalogue, problems: Problems) -> pd.DataFrame:
    """Published figures on performance as a tidy frame; none where a project has no such file."""
    rows = []
    lines = ("all", OUTSIDE, *catalogue.service_lines)
    for read in optional_rows(root, PERFORMANCE_FILE, PERFORMANCE, problems):
        sources, known_on = read_known_on(read, catalogue.publications)
        read.text("value")
        rows.append(
            {
                "id": read.identifier("id"),
                "service_line": read.one_of("service_line", "a service line, or a wider one", lines, SERVICE_LINES),
                "label": read.text("label"),
                "reported_by": read.one_of("reported_by", "who reported it", REPORTERS),
                "period": read.text("period"),
                "value": read.decimal("value"),
                "unit": read.text("unit"),
                "note": read.row["note"],
                "sources": "; ".join(sources),
                "known_on": known_on,
                "confidence": read.one_of("confidence", "a confidence", ("high", "medium", "low")),
            }
        )
    return tidy(rows, PERFORMANCE)


def read_pairs(root: Path, catalogue: Catalogue, problems: Problems) -> pd.DataFrame:
    """Which reported figure stands beside which experienced one, and whether they measure the same; maybe none."""
    rows = []
    lines = ("all", *catalogue.service_lines)
    for read in optional_rows(root, PAIRS_FILE, REPORTED_EXPERIENCED, problems):
        rows.append(
            {
                "id": read.identifier("id"),
                "survey": read.one_of("survey", "a survey of the catalogue", catalogue.surveys),
                "service_line": read.one_of("service_line", "a service line, or all", lines, SERVICE_LINES),
                "reported": read.text("reported"),
                "experienced": read.text("experienced"),
                "same_measure": read.one_of("same_measure", "yes, partly or no", ("yes", "partly", "no")),
                "reason": read.text("reason"),
            }
        )
    return tidy(rows, REPORTED_EXPERIENCED)
