"""Takes apart a cell that holds several chosen options, also where an option itself holds what stands between them."""

from __future__ import annotations

from collections.abc import Sequence

from pcse_analysis.cleaning.headers import tidied


def parted(text: str, options: Sequence[str], between: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options that a cell names, and the pieces that are none of them.

    Every way of joining pieces back together is tried, so that "Email, phone" is found as one option or two; the
    reading that leaves the fewest pieces over is taken, and of those the one with the fewest, so the longest, options.
    """
    known = {tidied(option): option for option in options}
    if text in known:
        return [known[text]], []
    mark = next((m for m in between if m.strip() in text), None)
    if mark is None:
        return ([], [text]) if text else ([], [])
    pieces = text.split(mark.strip())
    longest = max((option.count(mark.strip()) for option in known), default=0) + 1
    # best[i]: (pieces left over, options used, the options, the leftovers) for the pieces from i on.
    best: list[tuple[int, int, list[str], list[str]]] = [(0, 0, [], [])]
    for start in range(len(pieces) - 1, -1, -1):
        alone = tidied(pieces[start])
        rest = best[0]
        choices = [(rest[0] + bool(alone), rest[1], rest[2], [alone, *rest[3]] if alone else rest[3])]
        for end in range(start + 1, min(start + longest, len(pieces)) + 1):
            option = tidied(mark.strip().join(pieces[start:end]))
            if option in known:
                after = best[end - start - 1]
                choices.append((after[0], after[1] + 1, [known[option], *after[2]], after[3]))
        best.insert(0, min(choices, key=lambda choice: choice[:2]))
    return best[0][2], _merged(best[0][3], mark)


def _merged(leftovers: list[str], mark: str) -> list[str]:
    """What is left over as one text: respondents' own words may hold the mark too."""
    return [tidied(mark.join(leftovers))] if leftovers else []
