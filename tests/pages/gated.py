"""The gate as a build calls it, for a folder that a test has spoilt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pcse_analysis.dossier import Dossier
from pcse_analysis.evidence import Received
from pcse_analysis.running.gate import check_edition
from pcse_analysis.running.page_check import check_page, secrets_of
from pcse_analysis.running.plan import Plan


def gate(
    folder: Path,
    plan: Plan,
    dossier: Dossier,
    received: Received,
    own: Mapping[str, frozenset[str]] | None = None,
) -> None:
    """Look at every page of a folder, as is done when it is made, and then at the folder as a whole.

    ``own`` gives, by page, the codes of practices that it is openly about.
    """
    secrets = secrets_of(received, dossier)
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        pages[name] = check_page(
            path.read_text(encoding="utf-8"), name, dossier, secrets, (own or {}).get(name, frozenset())
        )
    check_edition(folder, plan, dossier, secrets, pages)
