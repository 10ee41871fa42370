"""Published figures on performance as estimates: facts that others counted, without an interval."""

from __future__ import annotations

import pandas as pd

from pcse_analysis.estimates import PERFORMANCE_SURVEY, Estimate

PERFORMANCE_SOURCE = "performance.csv"


def performance_estimates(figures: pd.DataFrame) -> list[Estimate]:
    """One estimate for each published figure; a percentage becomes a share between 0 and 1."""
    made = []
    for row in figures.to_dict("records"):
        percent = row["unit"] == "percent"
        made.append(
            Estimate(
                id=f"{PERFORMANCE_SURVEY}.{row['id']}",
                survey=PERFORMANCE_SURVEY,
                wave="",
                respondent_group="",
                service_line=str(row["service_line"]),
                item=str(row["id"]),
                measure="reported",
                category=str(row["reported_by"]),
                value=float(row["value"]) / 100 if percent else float(row["value"]),
                unit="share" if percent else str(row["unit"]),
                method="published",
                base_status="published",
                sources=(PERFORMANCE_SOURCE, *str(row["sources"]).split("; ")),
                known_on=str(row["known_on"]),
            )
        )
    return made
