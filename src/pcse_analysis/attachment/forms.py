"""The other forms of an annex, made beside it from the same figures and the same page."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from pcse_analysis.attachment.pdf import print_pdf
from pcse_analysis.attachment.spreadsheet import spreadsheet
from pcse_analysis.attachment.word import word
from pcse_analysis.dossier import Dossier
from pcse_analysis.provenance import file_sha256
from pcse_analysis.reporting.standing import marks

ANNEX, SPREADSHEET, WORD, PDF = "annex.html", "annex.xlsx", "annex.docx", "annex.pdf"
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can give a file; the same for every file of every build."""


def make_forms(folder: Path, dossier: Dossier) -> list[str]:
    """Make the spreadsheet, Word and PDF forms of the annex in ``folder``; a line for each that could not be made."""
    annex = folder / ANNEX
    if not annex.is_file():
        return []
    sha256, day = file_sha256(annex), day_of(dossier)
    (folder / SPREADSHEET).write_bytes(same_bytes(spreadsheet(dossier, sha256, day)))
    html = annex.read_text(encoding="utf-8")
    (folder / WORD).write_bytes(same_bytes(word(html, sha256, " ".join(marks(dossier)), day)))
    why = print_pdf(annex, folder / PDF)
    return [f"No {PDF}: {why}."] if why else []


def day_of(dossier: Dossier) -> str:
    """The date that forms bear: that of SOURCE_DATE_EPOCH where it is set, else the evidence date."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
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
