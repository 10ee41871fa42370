"""The evidence of an edition: made once from the inputs, written to CSV, read back for the pages."""

from __future__ import annotations

import json
import os
from collections.abc import Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.catalogue.load import project_root
from pcse_analysis.catalogue.types import Edition
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import DataError, Problems
from pcse_analysis.estimates import Figures, estimate_id, write_figures
from pcse_analysis.evidence.figures import known, published_evidence
from pcse_analysis.evidence.inputs import Inputs, read_inputs, record_of
from pcse_analysis.evidence.ledgers import clean_ledgers, joined, ledger_evidence, ledger_files, ledgers_of
from pcse_analysis.evidence.left_out import left_out
from pcse_analysis.evidence.public_practices import public_practices
from pcse_analysis.evidence.received import Received
from pcse_analysis.evidence.replies import RAW_FOLDER, read_replies, read_words
from pcse_analysis.evidence.reply_figures import reply_evidence
from pcse_analysis.metrics.performance import performance_estimates
from pcse_analysis.origins import DRAFT, RunRecord

PROJECT_FOLDER = "PCSE_PROJECT"
"""Environment variable that a build sets for its notebooks: the project they belong to."""
_HANDED_OVER: list[Dossier] = []
"""The dossier of the run that this process makes a page of; empty where a notebook is run by hand."""
RECORD = "provenance.json"
"""The file in an edition's folder that says what it was made from."""


def make_dossier(inputs: Inputs, edition: str, parameters: dict[str, str] | None = None) -> Dossier:
    """All figures of an edition, computed from its inputs; nothing known after its evidence date enters."""
    return make_evidence(inputs, edition, parameters)[0]


def make_evidence(
    inputs: Inputs, edition: str, parameters: dict[str, str] | None = None, state: str = DRAFT
) -> tuple[Dossier, Received]:
    """The dossier of an edition, and the cleaned replies and ledgers that it rests on.

    Raises:
        DataError: an export or a ledger of the edition has mistakes; all of them are listed.
    """
    chosen = find_edition(inputs.catalogue, edition)
    received = _received(inputs, chosen)
    if received.replies is not None:
        figures = reply_evidence(inputs.catalogue, chosen, received.replies)
    else:
        figures = published_evidence(inputs, chosen)
    survey = inputs.catalogue.surveys[chosen.survey]
    figures = joined(figures, ledger_evidence(survey, chosen, received.ledgers, inputs.bank_holidays))
    reported = Figures(tuple(performance_estimates(known(inputs, _performance(inputs, chosen), chosen)[0])), ())
    figures = joined(figures, reported)
    record = record_of(inputs, chosen, parameters or {}, received, state)
    return _dossier(inputs, chosen, figures, record), received


def _performance(inputs: Inputs, edition: Edition) -> pd.DataFrame:
    """What was published on performance, whenever it was; a made-up edition holds no real figure."""
    return inputs.performance.iloc[:0] if edition.marked else inputs.performance


def _received(inputs: Inputs, edition: Edition) -> Received:
    """Replies and ledgers of an edition, cleaned; mistakes in both are told together."""
    problems = Problems()
    replies = None
    ledgers: tuple[CleanLedger, ...] = ()
    with problems.gathering():
        if edition.evidence == "responses":
            replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, edition)
    with problems.gathering():
        ledgers = clean_ledgers(inputs.root, inputs.raw, inputs.catalogue, edition)
    problems.raise_as(DataError)
    files = [*(replies.files if replies else ()), *ledger_files(inputs.root, inputs.raw, ledgers)]
    return Received(replies=replies, ledgers=ledgers, files=tuple(files))


def _dossier(inputs: Inputs, edition: Edition, figures: Figures, record: RunRecord) -> Dossier:
    """Figures together with what pages say about them, as known on the evidence date."""
    survey = inputs.catalogue.surveys[edition.survey]
    published, _ = known(inputs, inputs.published[survey.id], edition)
    timeline, _ = known(inputs, inputs.timeline, edition)
    commitments, _ = known(inputs, inputs.commitments[inputs.commitments["survey"] == survey.id], edition)
    words = {
        estimate_id(survey.id, row["wave"], row["respondent_group"], row["item"], row["measure"]): row
        for row in published.to_dict("records")
    }
    own = read_words(inputs.root, survey, Problems()) if edition.evidence == "responses" else None
    performance, ledgers = _performance(inputs, edition), tuple(ledgers_of(inputs.catalogue, edition))
    return Dossier(
        edition=edition,
        survey=survey,
        catalogue=inputs.catalogue,
        figures=figures,
        notes={row_id: _note(row, edition) for row_id, row in words.items()},
        left_out=left_out(inputs, edition, performance, ledgers),
        timeline=timeline,
        commitments=commitments,
        performance=known(inputs, performance, edition)[0],
        pairs=inputs.pairs[inputs.pairs["survey"] == survey.id],
        record=record,
        ledgers=ledgers,
        themes=own.themes if own else (),
        quotes=own.quotes if own else (),
        practices=partial(public_practices, inputs.root, inputs.raw, survey),
    )


def _note(row: Mapping[Hashable, Any], edition: Edition) -> str:
    """The words published in place of a number, or the note on a figure if that too was known on the evidence date."""
    return str(row["statement"] or (row["note"] if row["note_known_on"] <= edition.evidence_date else ""))


def write_dossier(dossier: Dossier, folder: Path) -> None:
    """Write the CSVs and ``provenance.json`` of an edition into ``folder``."""
    write_figures(dossier.figures, folder)
    record = json.dumps(dossier.record.to_json(), indent=2, ensure_ascii=False)
    (folder / RECORD).write_text(record + "\n", encoding="utf-8", newline="\n")


def _project() -> tuple[Path, Path | None]:
    raw = os.environ.get(RAW_FOLDER)
    return project_root(Path(os.environ.get(PROJECT_FOLDER, "."))), Path(raw) if raw else None


def hand_over(dossier: Dossier) -> None:
    """Let the notebooks of this process open ``dossier`` rather than make it anew."""
    _HANDED_OVER[:] = [dossier]


def open_evidence(edition: str) -> Dossier:
    """The evidence of an edition, for a notebook.

    Inside a run it is what was made for all its pages; by hand it is made from the inputs as they are now.

    Raises:
        CommandError, CatalogueError, DataError: the inputs have mistakes; all are listed.
    """
    for dossier in _HANDED_OVER:
        if dossier.edition.id == edition:
            return dossier
    return make_dossier(read_inputs(*_project()), edition)


def open_responses(edition: str) -> pd.DataFrame:
    """The cleaned replies of an edition as a tidy frame, one row a respondent and question, to explore by hand.

    Columns are those of ``frames.RESPONSES``. These are single replies: nothing of them may be passed on.

    Raises:
        CommandError, CatalogueError, DataError: the edition rests on published figures, or the inputs have mistakes.
    """
    inputs = read_inputs(*_project())
    replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, find_edition(inputs.catalogue, edition))
    return replies.frame()
