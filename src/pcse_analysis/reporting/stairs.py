"""Where names stand that hang over narrow parts of a bar: one below another, each beside a line down to its part."""

from __future__ import annotations

from collections.abc import Sequence

from pcse_analysis.reporting.drawing import MARGIN, lines_of, wide_of

BROKEN = 100
"""Pixels that have to be free for a name to be broken in two; less room would tear short names apart."""
LEVEL, FOOT, BESIDE = 16, 4, 6
"""Pixels: a line of a name, what lies free under the last one, and between a name and its line."""


def stairs(
    names: Sequence[str], places: Sequence[float], pixels: float
) -> tuple[float, list[tuple[str, list[str], float]]]:
    """The height of all names in pixels, and for each: how it is aligned, its lines, and how far down it starts.

    ``places`` are the pixels from the left end of axes ``pixels`` long, from left to right. A name runs to the
    right of its line where two lines of it have room there (``left`` aligned), else to the left (``right``
    aligned). Names that run to the right go down from left to right and the others from right to left, so that
    within each kind no name crosses the line of another; no two names share a height.
    """
    chosen: list[tuple[str, list[str]]] = []
    for name, place in zip(names, places, strict=True):
        left, right = place + MARGIN - BESIDE, pixels - place + MARGIN - BESIDE
        lines = lines_of(name, right, bold=False)
        most = max(wide_of(line) for line in lines)
        fits = most <= right and (len(lines) == 1 or (len(lines) == 2 and right >= BROKEN))
        if fits or right >= left:
            chosen.append(("left", lines))
        else:
            chosen.append(("right", lines_of(name, left, bold=False)))
    order = [n for n, (across, _) in enumerate(chosen) if across == "left"]
    order += [n for n in reversed(range(len(chosen))) if chosen[n][0] == "right"]
    down, at = {}, 0.0
    for n in order:
        down[n] = at
        at += LEVEL * len(chosen[n][1])
    return at + FOOT, [(across, lines, down[n]) for n, (across, lines) in enumerate(chosen)]
