"""Survey evidence on Primary Care Support England: from published figures to pages that anyone can check.

What a notebook needs: open the evidence of an edition, choose a part of it, show sections of a page.
"""

from pcse_analysis.dossier import Dossier, Selection, choose
from pcse_analysis.errors import CatalogueError, CommandError, DataError, UserError
from pcse_analysis.estimates import changes_frame, estimates_frame
from pcse_analysis.evidence import open_evidence
from pcse_analysis.reporting.background import left_out, methods, provenance, replies, sources, timeline
from pcse_analysis.reporting.sections import claims, findings, heading, lead, overview, service, services, summary

__all__ = [
    "CatalogueError",
    "CommandError",
    "DataError",
    "Dossier",
    "Selection",
    "UserError",
    "changes_frame",
    "choose",
    "claims",
    "estimates_frame",
    "findings",
    "heading",
    "lead",
    "left_out",
    "methods",
    "open_evidence",
    "overview",
    "provenance",
    "replies",
    "service",
    "services",
    "sources",
    "summary",
    "timeline",
]
