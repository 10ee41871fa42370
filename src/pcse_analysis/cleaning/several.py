"""Reads what the cells of a question with several options say: options joined in one cell, or one column an option."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.types import Scale
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.cleaning.joined import parted
from pcse_analysis.responses import NO_ANSWER


@dataclass(frozen=True)
class Marks:
    """What a cell says where the option of its column is chosen, and where it is not."""

    selected: frozenset[str]
    not_selected: frozenset[str]


@dataclass(frozen=True)
class Choices:
    """What each of some texts says: the options chosen, a row a text, and own words.

    ``wrong`` has the places of texts that say neither, with the part of the text that is wrong.
    """

    chosen: NDArray[np.bool_]
    own_words: list[str]
    wrong: dict[int, str]


def read_joined(texts: Sequence[str], scale: Scale, between: Sequence[str]) -> Choices:
    """Choices in texts that name several options; what is no option stands behind the open option, if there is one."""
    found = Choices(np.zeros((len(texts), len(scale.options)), dtype=bool), [""] * len(texts), {})
    for place, text in enumerate(texts):
        options, others = parted(text, scale.options, between) if text else ([], [])
        found.chosen[place, [scale.options.index(option) for option in options]] = True
        if others and scale.other:
            found.chosen[place, scale.options.index(scale.other)] = True
            found.own_words[place] = others[0]
        elif others:
            found.wrong[place] = others[0]
    return found


def read_ticks(texts: Sequence[str], part: str, scale: Scale, marks: Marks) -> Choices:
    """Choices in a column about the option ``part``: the option itself or a mark, or own words behind the open option.

    The option of another column is wrong there, as in a row whose cells are shifted. A column about no option, as below
    a blank header, may hold any option, and own words where the scale has an open one.
    """
    place_of = {tidied(option): place for place, option in enumerate(scale.options)}
    found = Choices(np.zeros((len(texts), len(scale.options)), dtype=bool), [""] * len(texts), {})
    its_own = place_of.get(part)
    for place, text in enumerate(texts):
        option = place_of.get(text, NO_ANSWER) if its_own is None else its_own
        if not text:
            continue
        if text == part or (its_own is None and text in place_of):
            found.chosen[place, option] = True
        elif text in marks.not_selected:
            continue
        elif its_own is not None and text in marks.selected:
            found.chosen[place, option] = True
        elif scale.other and its_own in (None, scale.options.index(scale.other)):
            found.chosen[place, scale.options.index(scale.other)] = True
            found.own_words[place] = text
        else:
            found.wrong[place] = text
    return found


def combinations(chosen: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """The distinct rows of a table of choices, and the position of each row among them."""
    packed = np.packbits(chosen, axis=1)
    keys = packed.view([("", packed.dtype)] * packed.shape[1]).ravel() if packed.shape[1] > 1 else packed.ravel()
    _, first, codes = np.unique(keys, return_index=True, return_inverse=True)
    return chosen[first], codes
