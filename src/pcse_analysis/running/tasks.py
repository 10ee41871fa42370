"""What the process that makes pages is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pcse_analysis.dossier import Dossier
from pcse_analysis.running.page_check import PageCheck, Secrets
from pcse_analysis.running.parameters import Value


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What all pages of a run have in common: the evidence, and the folders to read from and to write to."""

    dossier: Dossier
    secrets: Secrets
    root: Path
    raw: Path | None
    folder: Path
    kept: Path
    """Where a notebook goes that did not come to its end, with the last words of its process."""
    with_register: bool = False
    """Whether pages read the register of practices, so that it is read once for all of them."""


@dataclass(frozen=True, kw_only=True)
class PageTask:
    """One page to make from a notebook's text: ``output`` is its file in the folder, ``back`` the way to the annex.

    ``recorded`` are parameters that the record of this page names beside those of the whole run. With ``tables`` each
    table of the page is written as a CSV file too. ``own`` are codes of practices that the page is openly about.
    """

    notebook: Path
    text: str
    parameters: dict[str, Value]
    output: str
    back: str = ""
    timeout: int | None = None
    recorded: Mapping[str, str] = field(default_factory=dict)
    tables: bool = False
    own: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PageEnd:
    """How a page ended: what was found in it, or the error (a ``UserError`` or ``RunError``); and its seconds."""

    task: PageTask
    check: PageCheck | None = None
    error: Exception | None = None
    seconds: float = field(default=0.0, compare=False)


class Maker(Protocol):
    """Whatever makes pages: a workshop on this machine, or a cluster of machines."""

    def open(self, desk: Desk) -> None:
        """Tell it what all pages have in common."""

    def make(self, tasks: Iterable[PageTask]) -> Iterator[PageEnd]:
        """How each page ended, as they come."""
