"""The data behind a page, inside the page: what made it, the rows it prints, and seals on its text.

It is one block of JSON that no browser runs. The page is sealed as a whole and piece by piece, so that a change can be
named by its place. A seal proves nothing against somebody who makes a new one; see ``verify``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pcse_analysis.attachment.pieces import pieces_of
from pcse_analysis.attachment.printed import rows_named
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict
from pcse_analysis.provenance import RunRecord

FORMAT = 1
SEAL = 6
"""Hexadecimal digits of the seal of a piece: enough to name a place; the page's own seal has all 64."""
OPEN, CLOSE = '<script type="application/json" id="pcse-data">', "</script>"
BLOCK = re.compile(re.escape(OPEN) + "(.*?)" + re.escape(CLOSE) + "\n?", re.DOTALL)
END = "</body>"


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """What a page carries: its record, its rows, the seals of its pieces, of the whole page, and of this data."""

    record: RunRecord
    figures: Figures
    pieces: tuple[str, ...]
    page_sha256: str
    data_sha256: str
    found_sha256: str
    """The seal of the data as it stands in the page; another one than ``data_sha256`` where it was altered."""


def with_data(html: str, figures: Figures, record: RunRecord) -> str:
    """The page with its data before its end: the rows that its figures name, and those that these are made from."""
    named = rows_named(html)
    changes = [change for change in figures.changes if change.id in named]
    named |= {row for change in changes for row in (change.estimate_before, change.estimate_after)}
    estimates = [estimate for estimate in figures.estimates if estimate.id in named]
    data = {
        "format": FORMAT,
        "record": record.to_json(),
        "estimates": _columns(estimates, Estimate),
        "changes": _columns(changes, Change),
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
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c").replace("&", "\\u0026")


def _columns(rows: Sequence[Estimate | Change], kind: type[Estimate] | type[Change]) -> dict[str, list[Any]]:
    """Rows as columns: those with any value; where all values are one, that one; texts that recur by their place."""
    found: dict[str, list[Any]] = {}
    for field in fields(kind):
        values = [_plain(getattr(row, field.name)) for row in rows]
        distinct = list(dict.fromkeys(map(_hashable, values)))
        if distinct in ([], [None], [""], [()]):
            continue
        if len(distinct) == 1:
            found[field.name] = [_listed(distinct[0])]
        elif 2 * len(distinct) < len(values) and not isinstance(values[0], float):
            found[field.name] = [list(map(_listed, distinct)), [distinct.index(_hashable(value)) for value in values]]
        else:
            found[field.name] = values
    return found | {"rows": [len(rows)]}


def _plain(value: object) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)  # written alike, whether it was computed or read from a file
    return str(value) if isinstance(value, Verdict) else list(value) if isinstance(value, tuple) else value


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _rows(columns: dict[str, list[Any]], kind: type[Any]) -> Iterable[Any]:
    """The rows that ``_columns`` made columns of."""
    (count,) = columns["rows"]
    known = {field.name: field for field in fields(kind)}
    given: dict[str, list[Any]] = {}
    for name, values in columns.items():
        if name not in known:
            continue
        if len(values) == 1 and count != 1:
            given[name] = values * count
        elif len(values) == 2 and isinstance(values[0], list) and count > 2:
            given[name] = [values[0][place] for place in values[1]]
        else:
            given[name] = values
    blank: dict[str, Any] = {"sources": (), "verdict": Verdict.NONE}
    texts = {f.name: "" for f in fields(kind) if f.type == "str"} | {
        f.name: None for f in fields(kind) if "None" in f.type
    }
    for place in range(count):
        row = texts | {k: v for k, v in blank.items() if k in known}
        row |= {name: values[place] for name, values in given.items()}
        if "sources" in row:
            row["sources"] = tuple(row["sources"])
        if "verdict" in row:
            row["verdict"] = Verdict(row["verdict"])
        yield kind(**row)


def bare_page(html: str) -> str:
    """The page without its data, as it was sealed."""
    return BLOCK.sub("", html, count=1)


def read_embedded(html: str) -> Embedded | None:
    """What a page carries; None where it carries nothing that can be read.

    Raises:
        ValueError: there is such a block, but it cannot be read.
    """
    found = BLOCK.search(html)
    if found is None:
        return None
    try:
        whole = json.loads(found[1])
        seals, data = whole["seals"], whole["data"]
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']}, expected {FORMAT}")
        text = found[1][found[1].index(',"data":') + len(',"data":') : -1]
        pieces = seals["pieces"]
        return Embedded(
            record=RunRecord.from_json(data["record"]),
            figures=Figures(
                tuple(_rows(data["estimates"], Estimate)),
                tuple(_rows(data["changes"], Change)),
            ),
            pieces=tuple(pieces[n : n + SEAL] for n in range(0, len(pieces), SEAL)),
            page_sha256=seals["page"],
            data_sha256=seals["content"],
            found_sha256=_sha256(text),
        )
    except (KeyError, TypeError, IndexError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"its data cannot be read: {type(error).__name__}") from None
