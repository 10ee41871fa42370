"""Applies the rules of a wave's file to the rows of an export, one after the other, and counts what each did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import ROLES, ExportFile, Rule
from pcse_analysis.catalogue.types import Wave
from pcse_analysis.cleaning.answers import without
from pcse_analysis.cleaning.columns import Columns
from pcse_analysis.cleaning.dates import read_dates
from pcse_analysis.cleaning.exports import Coded, Export
from pcse_analysis.cleaning.headers import Column, near_column, not_found, tidied
from pcse_analysis.cleaning.unknown import Notes
from pcse_analysis.errors import Problems, shown
from pcse_analysis.responses import ANSWERED, NO_ANSWER, Answers, Step, state_code

Mask = NDArray[np.bool_]
NOT_COUNTED = ("text",)
"""Kinds of question that a reply need not answer to be complete."""
WHEN = ("ended", "started")
"""The roles of columns that say when a reply came, the better one first."""


@dataclass
class Work:
    """The rows of one export while the rules are applied. ``gone`` has the number of the rule that took a row out.

    A rule that needs a column which is missing does nothing: that the column is missing is told already.
    """

    export: Export
    plan: ExportFile
    wave: Wave
    roles: Mapping[str, Coded]
    answers: dict[str, Answers]
    practices: NDArray[np.object_] | None
    columns: Columns
    problems: Problems
    gone: NDArray[np.int16] = field(init=False)
    notes: Notes = field(init=False)
    flags: dict[str, Mask] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with every row in."""
        self.gone = np.full(len(self.export), -1, dtype=np.int16)
        self.notes = Notes(self.export, self.plan, self.problems)

    @property
    def kept(self) -> Mask:
        """The rows that no rule has taken out."""
        return self.gone < 0

    def apply_all(self) -> None:
        """Apply every rule of the export in its order."""
        for number, rule in enumerate(self.plan.rules):
            before = int(self.kept.sum())
            hit = getattr(self, f"_{rule.kind}")(rule) & self.kept
            action = "excluded"
            if rule.kind in ("straight_lining", "speeding"):
                self.flags[rule.kind] = hit
                action = "flagged"
            elif rule.kind == "impossible" and rule.then == "not_answered":
                action = "set to not answered"
            else:
                self.gone[hit] = number
            self.steps.append(
                Step(
                    rule=rule.id,
                    kind=rule.kind,
                    reason=rule.reason,
                    action=action,
                    rows_before=before,
                    count=int(hit.sum()),
                    rows_after=int(self.kept.sum()),
                )
            )

    def _nothing(self) -> Mask:
        return np.zeros(len(self.export), dtype=bool)

    def _wrong(self, rule: Rule, what: str, to_do: str = "") -> Mask:
        self.problems.add(f"rule '{rule.kind}': {what}", file=self.plan.catalogue_file, line=rule.line, to_do=to_do)
        return self._nothing()

    def _column(self, rule: Rule, name: str) -> Column | None:
        """The column of a role, of a question or of a header."""
        if name in self.roles:
            return self.columns.roles[name]
        if name in self.columns.missing:
            return None
        if name in ROLES:
            to_do = f"name it under 'columns' of '{self.plan.id}', or take the rule out."
            self._wrong(rule, f"'{name}' has no column in '{self.export.name}'", to_do)
            return None
        wanted = self.plan.headers.get(name, name)
        columns = self.export.header.found(wanted)
        if len(columns) != 1:
            near = near_column(wanted, self.export.header)
            many = f"{len(columns)} columns are named {shown(wanted)} in '{self.export.name}'"
            what = many if columns else not_found(wanted, self.export.name, near)
            self._wrong(rule, what, "name a column of the export, a question, or one of 'columns'.")
            return None
        return columns[0]

    def _cells(self, rule: Rule, name: str) -> Coded | None:
        column = self._column(rule, name)
        return None if column is None else self.roles.get(name, self.export.columns[column.place])

    def _rows_with(self, rule: Rule) -> Mask:
        found = self._column(rule, rule.column)
        if found is None:
            return self._nothing()
        column = self.export.columns[found.place]
        wanted = {tidied(value).casefold() for value in rule.values}
        hit: Mask = np.array([value.casefold() in wanted for value in column.tidy], dtype=bool)[column.codes]
        return hit

    _test_rows = _rows_with

    def _moments(self, rule: Rule, role: str) -> NDArray[np.datetime64] | None:
        """The moment of each row in a column of dates; not-a-time where it is blank."""
        found, column = self._column(rule, role), self._cells(rule, role)
        if found is None or column is None:
            return None
        held = np.zeros(len(column.values), dtype=bool)
        held[column.codes[self.kept]] = True
        texts = [text if is_held else "" for text, is_held in zip(column.tidy, held.tolist(), strict=True)]
        dates = read_dates(texts, self.plan.dates)
        if self.notes.dates(dates, column, role, found.name, self.kept):
            return None
        moments = [np.datetime64("NaT") if m is None else np.datetime64(m, "s") for m in dates.moments]
        rows: NDArray[np.datetime64] = np.array(moments, dtype="datetime64[s]")[column.codes]
        return rows

    def _outside_fieldwork(self, rule: Rule) -> Mask:
        role = rule.column or next((r for r in WHEN if r in self.roles or r in self.columns.missing), "ended")
        moments = self._moments(rule, role)
        if moments is None:
            return self._nothing()
        first, last = self.wave.fieldwork_start, self.wave.fieldwork_end
        unit = {4: "Y", 7: "M", 10: "D"}
        early = moments.astype(f"datetime64[{unit[len(first)]}]") < np.datetime64(first)
        late = moments.astype(f"datetime64[{unit[len(last)]}]") > np.datetime64(last)
        return early | late

    def answered_share(self) -> NDArray[np.float64]:
        """For each row the share of the questions it was asked that it answered, free text apart."""
        asked = np.zeros(len(self.export), dtype=np.int32)
        answered = np.zeros(len(self.export), dtype=np.int32)
        for answers in self.answers.values():
            if answers.kind not in NOT_COUNTED:
                asked += answers.state != state_code("not_asked")
                answered += (answers.state != state_code("not_asked")) & (answers.state != state_code("not_answered"))
        return answered / np.maximum(asked, 1)

    def _partial(self, rule: Rule) -> Mask:
        return self.answered_share() < rule.least / 100 - 1e-12

    def _same_respondent(self, rule: Rule) -> Mask:
        column = self._cells(rule, rule.column or "respondent")
        return self._nothing() if column is None else self._repeated(rule, column.texts)

    def _same_practice(self, rule: Rule) -> Mask:
        if self.practices is None:
            if not self.columns.missing.intersection(ROLES):
                self._wrong(rule, "the export names no practice", "name the column of 'practice_code' under 'columns'.")
            return self._nothing()
        return self._repeated(rule, self.practices)

    def _repeated(self, rule: Rule, keys: NDArray[np.object_]) -> Mask:
        """All rows of a key but the one to keep: by time where the export has one, else by the order of the file."""
        rows = np.flatnonzero(self.kept & (keys != ""))
        _, codes = np.unique(keys[rows].astype(str), return_inverse=True)
        place = np.arange(len(rows))
        when = place
        role = next((role for role in WHEN if role in self.roles), None)
        if role is not None:
            moments = self._moments(rule, role)
            when = place if moments is None else moments[rows].astype("int64")
        fullest = self.answered_share()[rows] if rule.keep == "fullest" else np.zeros(len(rows))
        sign = -1 if rule.keep == "first" else 1
        order = np.lexsort((sign * place, sign * when, fullest, codes))
        is_last = np.append(codes[order][1:] != codes[order][:-1], True) if len(order) else np.array([], dtype=bool)
        hit = self._nothing()
        hit[rows[order[~is_last]]] = True
        return hit

    def _impossible(self, rule: Rule) -> Mask:
        hit = self._nothing()
        for item in rule.items:
            if item in self.columns.missing:
                continue
            answers = self.answers.get(item)
            if answers is None or answers.numbers is None:
                to_do = "name questions of kind 'number' that stand under 'headers' of this export."
                self._wrong(rule, f"'{item}' is not a question of this export that asks for a number", to_do)
                continue
            low = -np.inf if rule.lowest is None else rule.lowest
            high = np.inf if rule.highest is None else rule.highest
            out = np.append((answers.numbers < low) | (answers.numbers > high), False)[answers.codes]
            if rule.then == "not_answered":
                self.answers[item] = without(answers, out & self.kept, "not_answered")
            hit |= out
        return hit

    def _straight_lining(self, rule: Rule) -> Mask:
        if self.columns.missing.intersection(rule.items):
            return self._nothing()
        answers = [self.answers[item] for item in rule.items if item in self.answers]
        if len(answers) < 3 or len({a.values for a in answers}) > 1 or answers[0].kind != "one":
            to_do = "name only questions of kind 'one' that stand under 'headers' of this export."
            return self._wrong(rule, "needs three questions or more of this export that share one scale", to_do)
        codes = np.stack([a.codes for a in answers])
        states = np.stack([a.state for a in answers])
        return np.asarray((codes == codes[0]).all(axis=0) & (states == state_code(ANSWERED)).all(axis=0))

    def _speeding(self, rule: Rule) -> Mask:
        started, ended = self._moments(rule, "started"), self._moments(rule, "ended")
        if started is None or ended is None:
            return self._nothing()
        seconds = (ended - started).astype("timedelta64[s]").astype(float)
        return np.where(np.isnat(started) | np.isnat(ended), np.inf, seconds) < rule.least


def set_off_route(
    answers: dict[str, Answers], asked: Mapping[str, Mask], *, set_aside: bool
) -> tuple[dict[str, Answers], dict[str, Mask]]:
    """The answers with those who were not asked told apart, and for each routed item who answered all the same."""
    off: dict[str, Mask] = {}
    for item, mask in asked.items():
        own = answers[item]
        gave = own.state != state_code("not_answered")
        gave &= own.state != state_code("not_asked")
        off[item] = gave & ~mask
        gone = ~mask if set_aside else ~mask & ~gave
        codes = np.where(gone, NO_ANSWER, own.codes).astype(own.codes.dtype)
        states = np.where(gone, state_code("not_asked"), own.state).astype(np.uint8)
        answers[item] = replace(own, codes=codes, state=states)
    return answers, off
