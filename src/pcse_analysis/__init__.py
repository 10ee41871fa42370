"""Survey evidence on Primary Care Support England: from published figures to pages that anyone can check.

What a notebook needs: open the evidence of an edition, choose a part of it, show sections of a page.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "dossier": ("choose",),
    "estimates": ("changes_frame", "estimates_frame"),
    "evidence": ("open_evidence", "open_responses"),
    "metrics.planning": ("detectable_change",),
    "reporting": ("areas", "commitments", "compensation", "issues", "standards"),
    "reporting.answers": ("answers",),
    "reporting.background": ("left_out", "methods", "provenance", "replies", "sources", "timeline"),
    "reporting.failing": ("failing_shares",),
    "reporting.letter_claims": ("claims", "lead"),
    "reporting.pages": ("other_pages",),
    "reporting.quality": ("against_register", "flow", "nonresponse", "repairs", "respondents"),
    "reporting.sections": ("findings", "heading", "overview", "service", "services", "summary"),
}
"""Where each name lives: a module is imported when one of its names is first asked for, so that a command is quick."""
__all__ = sorted(name for names in _HOMES.values() for name in names)


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            module = import_module(f"{__name__}.{home}")
            found = getattr(module, name, None)
            globals()[name] = found if found is not None else import_module(f"{module.__name__}.{name}")
            return globals()[name]
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(__all__)
