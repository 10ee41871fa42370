"""All estimates and changes of an edition: the one place where cleaning, metrics and reporting's nouns meet."""

from pcse_analysis.evidence.dossiers import (
    PROJECT_FOLDER,
    RECORD,
    hand_over,
    make_dossier,
    make_evidence,
    open_evidence,
    open_responses,
    write_dossier,
)
from pcse_analysis.evidence.inputs import Inputs, read_inputs
from pcse_analysis.evidence.public_practices import names_in_register
from pcse_analysis.evidence.received import Received, write_interim
from pcse_analysis.evidence.replies import RAW_FOLDER, Replies, read_replies

__all__ = [
    "PROJECT_FOLDER",
    "RAW_FOLDER",
    "RECORD",
    "Inputs",
    "Received",
    "Replies",
    "hand_over",
    "make_dossier",
    "make_evidence",
    "names_in_register",
    "open_evidence",
    "open_responses",
    "read_inputs",
    "read_replies",
    "write_dossier",
    "write_interim",
]
