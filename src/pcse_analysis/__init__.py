"""Survey evidence on Primary Care Support England: from published figures to pages that anyone can check.

What a notebook needs: open the evidence of an edition, choose a part of it, show sections of a page.
"""

from pcse_analysis.dossier import choose
from pcse_analysis.estimates import changes_frame, estimates_frame
from pcse_analysis.evidence import open_evidence, open_responses
from pcse_analysis.metrics.planning import detectable_change
from pcse_analysis.reporting import areas, commitments, compensation, issues, standards
from pcse_analysis.reporting.answers import answers
from pcse_analysis.reporting.background import left_out, methods, provenance, replies, sources, timeline
from pcse_analysis.reporting.failing import failing_shares
from pcse_analysis.reporting.letter_claims import claims, lead
from pcse_analysis.reporting.pages import other_pages
from pcse_analysis.reporting.quality import against_register, flow, nonresponse, repairs, respondents
from pcse_analysis.reporting.sections import findings, heading, overview, service, services, summary

__all__ = [
    "against_register",
    "answers",
    "areas",
    "changes_frame",
    "choose",
    "claims",
    "commitments",
    "compensation",
    "detectable_change",
    "estimates_frame",
    "failing_shares",
    "findings",
    "flow",
    "heading",
    "issues",
    "lead",
    "left_out",
    "methods",
    "nonresponse",
    "open_evidence",
    "open_responses",
    "other_pages",
    "overview",
    "provenance",
    "repairs",
    "replies",
    "respondents",
    "service",
    "services",
    "sources",
    "standards",
    "summary",
    "timeline",
]
