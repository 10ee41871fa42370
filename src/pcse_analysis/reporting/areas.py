"""What notebooks of a batch call: sections of the page of an area, of the page of a practice, and of the index."""

from pcse_analysis.reporting.area_page import about, heading, shares, who_replied
from pcse_analysis.reporting.batch_index import index_heading, index_methods, ranking, reports
from pcse_analysis.reporting.practice_page import practice_facts, practice_heading, practice_shares

__all__ = [
    "about",
    "heading",
    "index_heading",
    "index_methods",
    "practice_facts",
    "practice_heading",
    "practice_shares",
    "ranking",
    "reports",
    "shares",
    "who_replied",
]
