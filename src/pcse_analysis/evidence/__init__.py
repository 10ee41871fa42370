"""All estimates and changes of an edition: the one place where cleaning, metrics and reporting's nouns meet."""

from pcse_analysis.evidence.dossiers import (
    BUILT_FOLDER,
    PROJECT_FOLDER,
    RECORD,
    make_dossier,
    make_evidence,
    open_evidence,
    open_responses,
    write_dossier,
)
from pcse_analysis.evidence.inputs import Inputs, find_edition, read_inputs
from pcse_analysis.evidence.received import Received, write_interim
from pcse_analysis.evidence.replies import RAW_FOLDER, Replies, read_replies

__all__ = [
    "BUILT_FOLDER",
    "PROJECT_FOLDER",
    "RAW_FOLDER",
    "RECORD",
    "Inputs",
    "Received",
    "Replies",
    "find_edition",
    "make_dossier",
    "make_evidence",
    "open_evidence",
    "open_responses",
    "read_inputs",
    "read_replies",
    "write_dossier",
    "write_interim",
]
