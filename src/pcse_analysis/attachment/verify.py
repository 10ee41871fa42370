"""Says of a page what made it and whether it is consistent with itself; and that a file alone can say no more."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.attachment.embedded import Block, Data, find_block, read_data, seals_of
from pcse_analysis.attachment.pieces import Piece, pieces_of, shortened
from pcse_analysis.attachment.printed import printed_figures, wrong_figures
from pcse_analysis.errors import CommandError, Problem
from pcse_analysis.origins import SUMS, RunRecord, listed_sums

CAN_SAY = (
    "This is all that the file alone can say. Whoever writes text, data and seals anew is not found out this way: "
    "compare the SHA-256 above with the one that the letter prints, or verify with the inputs at hand (--project)."
)
ADVICE = "give an annex.html or a page from 'pages', as a build of this package wrote it."


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found of one page: what it says of itself, what was checked, and every place that does not fit.

    ``data`` is None where what the page carries was altered so that it cannot be read.
    """

    sha256: str
    data: Data | None
    said: tuple[str, ...]
    wrong: tuple[str, ...]


def verify(path: Path) -> Verified:
    """What a page's file says of itself, and every place where it contradicts itself.

    Raises:
        CommandError: the file cannot be read, or is no page that this version of the package can judge.
    """
    content = _read(path)
    html = content.decode("utf-8", "replace")
    sha256 = hashlib.sha256(content).hexdigest()
    head, listed = f"{path.name}: SHA-256 {sha256}", _listed(path, sha256)
    try:
        block = find_block(html)
    except ValueError as error:
        said = (head, "What made this page cannot be read from it.", listed.said)
        wrong = (f"{error}, so that nothing else can be judged by them", *listed.wrong)
        return Verified(sha256=sha256, data=None, said=printable(said), wrong=printable(wrong))
    if block is None:
        what = f"'{path}' holds no data of this package, so there is nothing to verify it by"
        raise CommandError([Problem(what=what, to_do=ADVICE)])
    data = _data(path, block)
    said = (
        head,
        *(described(data) if data else ("What made this page cannot be read from it.",)),
        f"Figures recomputed from the rows inside the file: {_count(html) if data else 0}.",
        f"Pieces of text, tables and charts compared with what was written: {len(block.pieces)}.",
        listed.said,
    )
    figures = wrong_figures(html, data.figures) if data else []
    wrong = (*_wrong_data(block), *figures, *wrong_pieces(block), *listed.wrong)
    return Verified(sha256=sha256, data=data, said=printable(said), wrong=printable(wrong))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        what, to_do = f"'{path}' is a folder", "name one page in it, such as annex.html."
    except (OSError, ValueError) as error:
        what, to_do = f"'{path}' cannot be read: {getattr(error, 'strerror', None) or error}", "check the name."
    raise CommandError([Problem(what=what, to_do=to_do)])


def _data(path: Path, block: Block) -> Data | None:
    """The data of a block; None where they were altered so that they cannot be read."""
    try:
        return read_data(block.text)
    except ValueError as error:
        if not block.data_fit:
            return None
        what = f"'{path}' carries data that fit their seal and cannot be read: {error}"
        to_do = "verify it with the version of the package that made it."
        raise CommandError([Problem(what=what, to_do=to_do)]) from None


def _count(html: str) -> int:
    return sum(1 for _ in printed_figures(html))


def printable(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that hold anything, of a file by anybody: none of them moves a cursor or begins another line."""
    return tuple("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line) for line in lines if line)


def described(data: Data) -> Iterator[str]:
    """What made a page, a line for each kind of thing."""
    record = data.record
    if data.page:
        yield f"Page '{data.page}'."
    yield f"Edition '{record.edition}', {record.state}, evidence as known on {record.evidence_date}."
    if record.supersedes is not None:
        yield f"Corrects an earlier edition, whose annex has the SHA-256 {record.supersedes.annex_sha256}."
    yield f"Parameters given: {parameters_of(record)}."
    yield f"Inputs: {len(record.inputs)} files."
    for file in record.inputs:
        rows = f"{file.rows} rows  " if file.rows or file.name.endswith(".csv") else ""
        yield f"  {file.name}  {rows}SHA-256 {file.sha256}"
    yield f"Code: commit {record.commit}; SHA-256 of the package {record.code_sha256}."
    yield f"Notebooks: SHA-256 {record.notebooks_sha256}. Lock: SHA-256 {record.lock_sha256 or 'none'}."
    yield "Versions: " + ", ".join(f"{name} {version}" for name, version in sorted(record.packages.items())) + "."


def parameters_of(record: RunRecord) -> str:
    """The parameters that were given to a build, in words."""
    return ", ".join(f"{name}={value}" for name, value in sorted(record.parameters.items())) or "none"


def _wrong_data(block: Block) -> Iterator[str]:
    if not block.data_fit:
        yield "the data inside the file are not those that were written: a row, an input or their seal was altered"
    if not block.in_place:
        yield "the data inside the file do not stand where they were written, right before the end of the page"


def wrong_pieces(block: Block) -> Iterator[str]:
    """Every piece of a page that is not as it was written, by its place."""
    if block.page_fits and block.pieces != seals_of(block.bare):
        yield "the list of seals inside the file was altered; the page as a whole is as it was written"
        return
    found = list(_different(block.pieces, block.bare))
    yield from found
    if not found and not block.page_fits:
        yield "the seal of the whole page does not fit, though every piece is as it was written"


def compared(written: Block, other: Block) -> Iterator[str]:
    """Every piece of another page that is not as in this one, by its place."""
    yield from _different(written.pieces, other.bare)


def _different(written: Sequence[str], html: str) -> Iterator[str]:
    """Every piece of a page whose seal is not among those that were written, by its place."""
    pieces, seals = list(pieces_of(html)), seals_of(html)
    matcher = difflib.SequenceMatcher(None, written, seals, autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind != "equal":
            yield from map(_told, pieces[start:end])
            missing = (last - first) - (end - start)
            if missing > 0:
                where = pieces[end].place if end + 1 < len(pieces) else "the end of the page"
                yield f"missing: {missing} {'piece' if missing == 1 else 'pieces'} before this: {where}"


def _told(piece: Piece) -> str:
    words = shortened(piece.words)
    return f"{piece.place}: not as it was written" + (f"; it now reads: {words}" if words else "")


@dataclass(frozen=True)
class _Listed:
    """What a list of hashes beside a page, or a folder up, says of it."""

    said: str
    wrong: tuple[str, ...] = ()


def _listed(path: Path, sha256: str) -> _Listed:
    page = path.resolve()
    for folder, where in zip(page.parents, ("beside it", "a folder up"), strict=False):
        lines = listed_sums(folder)
        if not lines:
            continue
        name = page.relative_to(folder).as_posix()
        if lines.get(name) == sha256:
            return _Listed(f"{SUMS} {where} lists this file with this SHA-256.")
        if name in lines:
            return _Listed(
                f"{SUMS} {where} lists another SHA-256 for this file.",
                (f"{SUMS} {where} lists another SHA-256 for this file: {lines[name]}",),
            )
        same = sorted(other for other, listed in lines.items() if listed == sha256)
        if same:
            return _Listed(f"{SUMS} {where} lists this SHA-256, for a file named '{same[0]}'.")
    return _Listed(f"No {SUMS} beside it or a folder up lists this file.")
