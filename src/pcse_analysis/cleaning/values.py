"""What the values of a column mean: blanks tidied, codes looked up, recodes made, kinds of missing told apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import ExportFile, Recode
from pcse_analysis.cleaning.exports import Coded
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.responses import ANSWERED, state_code


@dataclass
class Repairs:
    """How many cells were repaired, by what was done to them; for the log of the cleaning."""

    blanks: int = 0
    recoded: dict[Recode, int] = field(default_factory=dict)
    redacted: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Meant:
    """The meaning of each distinct value of a column: its text, and the state of a respondent who has it."""

    texts: list[str]
    states: NDArray[np.uint8]


class Meanings:
    """Reads the values of one export as its description in the wave's file says."""

    def __init__(self, plan: ExportFile, repairs: Repairs) -> None:
        """Values are read by ``plan``; what is repaired is counted in ``repairs``."""
        self.plan = plan
        self.repairs = repairs
        self.missing = {tidied(value): kind for value, kind in plan.missing.items()}

    def of(self, column: Coded, item: str, labels: Mapping[str, str] | None = None) -> Meant:
        """The meaning of a column's distinct values for one question; ``labels`` are those of its codebook."""
        counts = np.bincount(column.codes, minlength=len(column.values))
        recodes = {recode.found: recode for recode in self._recodes(item)}  # of the question last, so that they win
        tidy_recodes = {tidied(found): recode for found, recode in recodes.items()}
        texts, states = [], np.full(len(column.values), state_code(ANSWERED), dtype=np.uint8)
        for place, value in enumerate(column.values):
            tidy = text = column.tidy[place]
            if labels and text:  # below the empty value a codebook has the text of the question
                text = labels.get(text, text)
            recode = recodes.get(value) or tidy_recodes.get(text)
            if recode is not None:
                text = tidied(recode.meant)
                self.repairs.recoded[recode] = self.repairs.recoded.get(recode, 0) + int(counts[place])
            elif text and text != value and text == tidy:
                self.repairs.blanks += int(counts[place])
            kind = self.missing.get(text) or ("not_answered" if not text else None)
            if kind is not None:
                states[place] = state_code(kind)
                text = ""
            texts.append(text)
        return Meant(texts, states)

    def of_role(self, column: Coded, role: str) -> Coded:
        """A column with a role, after the recodes that name the role; what stands for missing is empty there."""
        recodes = {tidied(recode.found): recode for recode in self.plan.recodes if role in recode.items}
        counts = np.bincount(column.codes, minlength=len(column.values))
        texts = []
        for place, text in enumerate(column.tidy):
            recode = recodes.get(text)
            if recode is not None:
                text = tidied(recode.meant)
                self.repairs.recoded[recode] = self.repairs.recoded.get(recode, 0) + int(counts[place])
            texts.append("" if text in self.missing else text)
        return Coded(texts, column.codes) if texts != column.tidy else column

    def _recodes(self, item: str) -> Iterable[Recode]:
        for_all = (recode for recode in self.plan.recodes if not recode.items)
        return (*for_all, *(recode for recode in self.plan.recodes if item in recode.items))
