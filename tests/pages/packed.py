"""What a file of an edition says, whatever its form."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pypdfium2


def text_of(path: Path) -> str:
    """All that a file holds, unpacked where it is packed."""
    if path.suffix in (".xlsx", ".docx"):
        with zipfile.ZipFile(path) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        words = "\n".join(sheet.get_textpage().get_text_range() for sheet in document)
        document.close()
        return words + path.read_bytes().decode("latin-1")
    return path.read_bytes().decode("utf-8", "replace")
