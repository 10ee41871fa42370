"""Finds out how a text file is encoded; every byte must fit."""

from __future__ import annotations

import codecs
from pathlib import Path

from pcse_analysis.cleaning.pieces import SAVED_AGAIN
from pcse_analysis.errors import Problems

NOT_IN_WINDOWS_1252 = bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D])
ONE_BYTE_MARKS = ("utf-8-sig", "cp1252", "iso8859-1")
"""Encodings in which delimiters, quotation marks and line ends are one byte that stands for nothing else."""
WORDS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
OTHER_FILES = {
    b"%PDF": ("is a PDF", SAVED_AGAIN),
    b"PK\x03\x04": (
        "is a workbook or an archive under another name",
        "give a workbook its ending .xlsx, and take the export out of an archive.",
    ),
    b"\xd0\xcf\x11\xe0": ("is a workbook or an archive under another name", "give a workbook its ending .xls."),
    b"$FL": ("is an SPSS file under another name", "give it its ending .sav."),
    b"\x1f\x8b": ("is a compressed file under another name", "take the export out of it."),
    b"<!doctype html": ("is a web page, as a platform gives it to who is not signed in", SAVED_AGAIN),
    b"<html": ("is a web page, as a platform gives it to who is not signed in", SAVED_AGAIN),
}
"""How files begin that are no text between delimiters, what to call them, and what to do."""


def encoding_of(path: Path, name: str, wanted: str, problems: Problems) -> str | None:
    """The encoding in which all of a file can be read: the one given, else UTF-8, marked UTF-16, or Windows-1252.

    None, with a note in ``problems``, where there is none.
    """
    if wanted:
        try:
            "".encode(wanted)  # a codec that is no text encoding is refused here
            wanted = codecs.lookup(wanted).name
        except (LookupError, ValueError):
            what = f"'encoding': '{wanted}' is not known; expected utf-8, cp1252, ..."
            problems.unreadable(what, file=name, to_do="correct 'encoding' or leave it out.")
            return None
    with path.open("rb") as file:
        start = file.read(64)
    for sign, (what, to_do) in OTHER_FILES.items():
        if start.lower().startswith(sign.lower()):
            problems.unreadable(what, file=name, to_do=to_do)
            return None
    marked = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    tried = "utf-8-sig" if wanted == "utf-8" else wanted or ("utf-16" if marked else "utf-8-sig")
    if _is_readable(path, tried):
        return tried
    if wanted or marked:
        problems.unreadable(
            f"cannot be read as {wanted or tried}", file=name, to_do="correct 'encoding' or leave it out."
        )
        return None
    raw = path.read_bytes()
    odd = [place for byte in (*NOT_IN_WINDOWS_1252, 0) if (place := raw.find(bytes([byte]))) >= 0]
    if not odd:
        return "cp1252"
    line = raw[: min(odd)].count(b"\n") + 1
    what = "is neither UTF-8 nor Windows-1252; it may be cut, or no text file"
    problems.unreadable(what, file=name, line=line, to_do=f"name its encoding in the wave's file, or {SAVED_AGAIN}")
    return None


def _is_readable(path: Path, encoding: str) -> bool:
    """Whether all of a file can be read in an encoding, and holds no zero character."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                if "\0" in decoder.decode(piece):
                    return False
        return "\0" not in decoder.decode(b"", final=True)
    except UnicodeError:
        return False
