"""What an edition leaves out because it became known after the evidence date: what it is about, never its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.catalogue.types import Edition, Survey
from pcse_analysis.cleaning.published import known_by
from pcse_analysis.evidence.inputs import Inputs
from pcse_analysis.evidence.replies import last_day

COLUMNS = ["kind", "wave", "respondent_group", "service_line", "item", "measure", "known_on"]
"""``kind`` is survey, performance, commitment or ledger; ``item`` is an item of the survey, and else words."""


def left_out(inputs: Inputs, edition: Edition, performance: pd.DataFrame, ledgers: Sequence[Ledger]) -> pd.DataFrame:
    """A row for each figure, promise, wave and ledger that was not known, or not wholly, on the evidence date.

    Columns are ``COLUMNS``; ``known_on`` is empty where there is no dated source. ``performance`` and ``ledgers`` are
    all that the edition could hold.
    """
    survey = inputs.catalogue.surveys[edition.survey]
    rows: list[Mapping[str, object]] = []
    if edition.evidence == "responses":
        rows += _later_waves(survey, edition)
    else:
        rows += _later(inputs.published[survey.id], edition, kind="survey")
    reported = performance.rename(columns={"label": "item"})
    rows += _later(reported, edition, kind="performance", measure="reported")
    promised = inputs.commitments[inputs.commitments["survey"] == survey.id].rename(columns={"commitment": "item"})
    rows += _later(promised, edition, kind="commitment", measure="promised")
    drawn_later = [ledger for ledger in ledgers if ledger.extracted_on > edition.evidence_date]
    rows += [{"kind": "ledger", "item": one.label, "known_on": one.extracted_on} for one in drawn_later]
    return pd.DataFrame([{name: row.get(name, "") for name in COLUMNS} for row in rows], columns=COLUMNS, dtype=str)


def _later(facts: pd.DataFrame, edition: Edition, **named: str) -> list[Mapping[str, object]]:
    later = known_by(facts, edition.evidence_date)[1].assign(**named)
    return [{str(name): value for name, value in row.items()} for row in later.to_dict("records")]


def _later_waves(survey: Survey, edition: Edition) -> list[Mapping[str, object]]:
    """The waves with exports that were made later."""
    return [
        {
            "kind": "survey",
            "wave": wave.id,
            "respondent_group": export.group,
            "service_line": "all",
            "item": "survey_responses",
            "measure": "replies",
            "known_on": last_day(wave),
        }
        for wave in survey.waves.values()
        for export in wave.exports.values()
        if last_day(wave) > edition.evidence_date
    ]
