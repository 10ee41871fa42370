"""Pieces of a page: what a notebook cell shows is what the page will hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from pcse_analysis.origins import MADE_HERE


class Piece:
    """Anything that is shown as HTML, and marked as made by this package when a cell shows it."""

    def __html__(self) -> str:
        """The piece as HTML."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """What a notebook stores: the HTML, and in its metadata who made it, which the export asks for."""
        return {"text/html": str(self.__html__()), "text/plain": type(self).__name__}, {"text/html": MADE_HERE}


@dataclass(frozen=True)
class Html(Piece):
    """A piece that is written already."""

    html: Markup

    def __html__(self) -> str:
        """The piece itself."""
        return self.html


def joined(pieces: Iterable[object]) -> Markup:
    """Several pieces, one under the other."""
    return Markup("\n").join(Markup("{}").format(piece) for piece in pieces)
