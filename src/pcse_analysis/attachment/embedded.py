"""The data behind a page, inside the page: what made it, the rows it prints, and seals on its text.

It is one block of JSON that no browser runs. The page is sealed as a whole and piece by piece, so that a change can be
named by its place. A seal proves nothing against somebody who makes a new one; see ``verify``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeGuard

from pcse_analysis.attachment.columns import columns_of, rows_of
from pcse_analysis.attachment.pieces import pieces_of
from pcse_analysis.attachment.printed import rows_named
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.origins import RunRecord

FORMAT = 1
SEAL = 6
"""Hexadecimal digits of the seal of a piece: enough to name a place; the page's own seal has all 64."""
OPEN, CLOSE = '<script type="application/json" id="pcse-data">', "</script>"
BLOCK = re.compile(re.escape(OPEN) + "(.*?)" + re.escape(CLOSE) + "\n?", re.DOTALL)
SEALED = re.compile(
    r'\{"seals":\{"page":"([0-9a-f]{64})","content":"([0-9a-f]{64})","pieces":"((?:[0-9a-f]{6})*)"\},"data":(.*)\}',
    re.DOTALL,
)
"""The block as it is written, byte by byte: anything else in it was put there later."""
END = "</body>"


@dataclass(frozen=True, kw_only=True)
class Data:
    """What a page says of itself: its name, its record, its rows, and the names of items in words."""

    page: str
    record: RunRecord
    figures: Figures
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Block:
    """The block as it stands in a page, not yet read: the data's text, the seals, and the page without it."""

    text: str
    bare: str
    in_place: bool
    """Whether it stands where a build puts it, with the line end that a build puts after it."""
    pieces: tuple[str, ...]
    page_sha256: str
    data_sha256: str

    @property
    def data_fit(self) -> bool:
        """Whether the data are those that were sealed."""
        return _sha256(self.text) == self.data_sha256

    @property
    def page_fits(self) -> bool:
        """Whether the page without its data is the one that was sealed."""
        return _sha256(self.bare) == self.page_sha256


def with_data(
    html: str, figures: Figures, record: RunRecord, *, page: str = "", labels: Mapping[str, str] | None = None
) -> str:
    """The page with its data before its end: the rows that its figures name, and those that these are made from.

    ``page`` is its name in the edition's folder; ``labels`` names items in words, those that its rows are of are kept.
    """
    named = rows_named(html)
    changes = [change for change in figures.changes if change.id in named]
    named |= {row for change in changes for row in (change.estimate_before, change.estimate_after)}
    estimates = [estimate for estimate in figures.estimates if estimate.id in named]
    items = {estimate.item for estimate in estimates} | {change.item for change in changes}
    data = {
        "format": FORMAT,
        "page": page,
        "record": record.to_json(),
        "labels": {item: label for item, label in sorted((labels or {}).items()) if item in items},
        "estimates": columns_of(estimates, Estimate),
        "changes": columns_of(changes, Change),
    }
    text = _compact(data)
    seals = {"page": _sha256(html), "content": _sha256(text), "pieces": "".join(seals_of(html))}
    block = f'{OPEN}{{"seals":{_compact(seals)},"data":{text}}}{CLOSE}\n'
    place = html.rindex(END)
    return html[:place] + block + html[place:]


def seals_of(html: str) -> tuple[str, ...]:
    """A short seal for every piece of a page."""
    return tuple(_sha256(piece.raw)[:SEAL] for piece in pieces_of(html))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _compact(value: object) -> str:
    """JSON without blanks that may stand inside a page: nothing in it can end the block."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def find_block(html: str) -> Block | None:
    """The block of a page; None where it has none.

    Raises:
        ValueError: there is one, but its frame is not as a build writes it, so that its seals cannot be read.
    """
    found = BLOCK.search(html)
    if found is None:
        if "pcse-data" in html or '"seals":{"page":' in html:
            raise ValueError("the beginning or the end of the data inside the file is not as it was written")
        return None
    sealed = SEALED.fullmatch(found[1])
    if sealed is None:
        raise ValueError("the seals inside the file are not in the form in which they were written")
    page_sha256, data_sha256, pieces, text = sealed.groups()
    rest = html[found.end() :]
    return Block(
        text=text,
        bare=html[: found.start()] + rest,
        in_place=found[0].endswith("\n") and rest.startswith(END),
        pieces=tuple(pieces[n : n + SEAL] for n in range(0, len(pieces), SEAL)),
        page_sha256=page_sha256,
        data_sha256=data_sha256,
    )


def read_data(text: str) -> Data:
    """The data of a block.

    Raises:
        ValueError: they are not such data.
    """
    try:
        data = json.loads(text, parse_constant=_refused)
        if data["format"] != FORMAT:
            raise ValueError(f"their format is not {FORMAT}, the one that this version of the package reads")
        labels, page = data.get("labels", {}), data.get("page", "")
        if not isinstance(page, str) or not _are_texts(labels):
            raise ValueError("the name of the page or of an item is no text")
        return Data(
            page=page,
            record=_record(data["record"]),
            figures=Figures(rows_of(data["estimates"], Estimate), rows_of(data["changes"], Change)),
            labels=labels,
        )
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError, json.JSONDecodeError) as error:
        raise ValueError("they are not in the form in which a build writes them") from error


def _refused(_: str) -> NoReturn:
    raise ValueError("a value is no number")


def _are_texts(values: object) -> TypeGuard[dict[str, str]]:
    return isinstance(values, dict) and all(isinstance(value, str) for value in values.values())


def _record(values: dict[str, Any]) -> RunRecord:
    """The record, its parts of the kind that they must be."""
    record = RunRecord.from_json(values)
    texts = ("edition", "state", "evidence_date", "lock_sha256", "code_sha256", "notebooks_sha256", "commit")
    right = all(isinstance(getattr(record, name), str) for name in texts)
    right = right and _are_texts(record.parameters) and _are_texts(record.packages)
    right = right and all(isinstance(i.name, str) and isinstance(i.sha256, str) for i in record.inputs)
    earlier = record.supersedes
    if earlier is not None:
        right = right and all(isinstance(text, str) for text in (earlier.annex_sha256, *earlier.moved))
    if not right or not all(type(i.rows) is int for i in record.inputs):
        raise ValueError("what made the page is not told in the form in which it was written")
    return record
