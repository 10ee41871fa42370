"""Says of a page what made it and whether it is consistent with itself; and that a file alone can say no more."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.attachment.embedded import Embedded, bare_page, read_embedded, seals_of
from pcse_analysis.attachment.pieces import pieces_of, shortened, words_of
from pcse_analysis.attachment.printed import printed_figures, wrong_figures
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.provenance import RunRecord

SUMS = "SHA256SUMS"
CAN_SAY = (
    "This is all that the file alone can say. Whoever writes text, data and seals anew is not found out this way: "
    "compare the SHA-256 above with the one that the letter prints, or verify with the inputs at hand (--project)."
)


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found of one page: what it says of itself, what was checked, and every place that does not fit."""

    sha256: str
    embedded: Embedded
    said: tuple[str, ...]
    wrong: tuple[str, ...]


def verify(path: Path) -> Verified:
    """What a page's file says of itself, and every place where it contradicts itself.

    Raises:
        CommandError: the file cannot be read, or is no page of this package.
    """
    content = _read(path)
    html = content.decode("utf-8", "replace")
    advice = "give an annex.html or a page from 'pages', as a build of this package wrote it."
    try:
        embedded = read_embedded(html)
    except ValueError as error:
        raise CommandError([Problem(what=f"'{path}': {error}", to_do=advice)]) from None
    if embedded is None:
        what = f"'{path}' holds no data of this package, so there is nothing to verify it by"
        raise CommandError([Problem(what=what, to_do=advice)])
    sha256 = hashlib.sha256(content).hexdigest()
    wrong = (*_wrong_seals(html, embedded), *_wrong_sums(path, sha256))
    figures = sum(1 for _ in printed_figures(html))
    said = (
        f"{path.name}: SHA-256 {sha256}",
        *described(embedded.record),
        f"Figures recomputed from the rows inside the file: {figures}.",
        f"Pieces of text, tables and charts compared with their seals: {len(embedded.pieces)}.",
        _beside(path),
    )
    return Verified(sha256=sha256, embedded=embedded, said=tuple(s for s in said if s), wrong=wrong)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        what, to_do = f"'{path}' is a folder", "name one page in it, such as annex.html."
    except OSError as error:
        what, to_do = f"'{path}' cannot be read: {error.strerror}", "check the name."
    raise CommandError([Problem(what=what, to_do=to_do)])


def described(record: RunRecord) -> Iterator[str]:
    """What made a page, a line for each kind of thing."""
    yield f"Edition '{record.edition}', {record.state}, evidence as known on {record.evidence_date}."
    given = ", ".join(f"{name}={value}" for name, value in sorted(record.parameters.items()))
    yield f"Parameters given: {given or 'none'}."
    yield f"Inputs: {len(record.inputs)} files."
    yield from (f"  {file.name}  {file.rows} rows  SHA-256 {file.sha256}" for file in record.inputs)
    yield f"Code: commit {record.commit}; SHA-256 of the package {record.code_sha256}."
    yield f"Notebooks: SHA-256 {record.notebooks_sha256}. Lock: SHA-256 {record.lock_sha256}."
    yield "Versions: " + ", ".join(f"{name} {version}" for name, version in sorted(record.packages.items())) + "."


def _wrong_seals(html: str, embedded: Embedded) -> Iterator[str]:
    page = bare_page(html)
    if embedded.found_sha256 != embedded.data_sha256:
        yield "the data inside the file are not those that were sealed"
    yield from wrong_figures(html, embedded.figures)
    pieces = list(pieces_of(page))
    seals = seals_of(page)
    if seals != embedded.pieces:
        matcher = difflib.SequenceMatcher(None, embedded.pieces, seals, autojunk=False)
        for kind, first, last, start, end in matcher.get_opcodes():
            if kind != "equal":
                missing = (last - first) - (end - start)
                for piece in pieces[start:end]:
                    yield f"{piece.place}: not as it was sealed: {shortened(words_of(piece.raw)) or 'no words'}"
                if missing > 0:
                    where = pieces[min(start, len(pieces) - 1)].place
                    yield f"{missing} pieces are missing before this: {where}"
    elif hashlib.sha256(page.encode("utf-8")).hexdigest() != embedded.page_sha256:
        yield "the page as a whole is not as it was sealed, though every piece has its seal"


def _sums(path: Path) -> tuple[str, str]:
    """The SHA-256 that the list of the edition gives for a page, and where that list is; empty for none."""
    for folder in list(path.resolve().parents)[:2]:
        sums = folder / SUMS
        if sums.is_file():
            name = path.resolve().relative_to(folder).as_posix()
            for line in sums.read_text(encoding="utf-8", errors="replace").splitlines():
                sha256, _, named = line.partition("  ")
                if named == name:
                    return sha256, str(sums.relative_to(folder))
    return "", ""


def _wrong_sums(path: Path, sha256: str) -> Iterator[str]:
    listed, name = _sums(path)
    if listed and listed != sha256:
        yield f"{name} beside it lists another SHA-256: {listed}"


def _beside(path: Path) -> str:
    listed, name = _sums(path)
    return f"{name} beside it lists this file." if listed else f"No {SUMS} lists this file: it lies alone."
