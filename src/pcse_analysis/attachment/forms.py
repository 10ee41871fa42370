"""The other forms of an annex, made beside it from the same figures and the same page."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pcse_analysis.attachment.pdf import print_pdf
from pcse_analysis.dossier import Dossier
from pcse_analysis.origins import ANNEX, PDF, file_sha256
from pcse_analysis.reporting.standing import marks

SPREADSHEET, WORD = "annex.xlsx", "annex.docx"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can give a file; the same for every file of every build."""


def make_forms(folder: Path, dossier: Dossier) -> list[str]:
    """Make the spreadsheet, Word and PDF forms of the annex in ``folder``; a line for each that could not be made."""
    annex = folder / ANNEX
    if not annex.is_file():
        return []
    sha256, day = file_sha256(annex), day_of(dossier)
    html = annex.read_text(encoding="utf-8")

    def make_spreadsheet() -> bytes:
        from pcse_analysis.attachment.spreadsheet import spreadsheet

        return spreadsheet(dossier, form_note("spreadsheet", dossier, sha256), day)

    def make_word() -> bytes:
        from pcse_analysis.attachment.word import word

        return word(html, form_note("Word", dossier, sha256), " ".join(marks(dossier)), day)

    said = [_packed(folder / SPREADSHEET, make_spreadsheet), _packed(folder / WORD, make_word)]
    why = print_pdf(annex, folder / PDF, form_note("PDF", dossier, sha256))
    return [*filter(None, said), *([f"No {PDF}: {why}."] if why else [])]


def _packed(target: Path, make: Callable[[], bytes]) -> str:
    """Write a form to ``target``; why that could not be done where its library is not installed."""
    try:
        target.write_bytes(same_bytes(make()))
    except ImportError as error:
        # Imported here and not above: without a library of a form, all else of the package works.
        return f"No {target.name}: the package '{error.name}' cannot be imported; install what requirements.lock names."
    return ""


def form_note(kind: str, dossier: Dossier, sha256: str) -> str:
    """What a form says of itself: of which page it is a form, and that the page is the one to check."""
    return (
        f"This is the {kind} form of {ANNEX} of the edition “{dossier.edition.id}”, whose SHA-256 is {sha256}. "
        "The HTML is the one to check."
    )


def day_of(dossier: Dossier) -> str:
    """The date that forms bear: that of SOURCE_DATE_EPOCH where it is a date, else the evidence date."""
    try:
        return datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "")), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return dossier.edition.evidence_date


def same_bytes(packed: bytes) -> bytes:
    """An archive with its files in order of their names, and without the times at which they were made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        # The list of contents comes first, as programs that read only the beginning look for it there.
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
