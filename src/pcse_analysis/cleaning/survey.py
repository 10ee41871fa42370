"""From an export to cleaned replies: read, answers, routes, practices, rules; then what is still unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import ExportFile, Platform, Recode, Rule
from pcse_analysis.catalogue.types import Question, Survey, Wave
from pcse_analysis.cleaning.answers import AnswerReader, only
from pcse_analysis.cleaning.codebook import read_codebook
from pcse_analysis.cleaning.columns import Columns, find_columns
from pcse_analysis.cleaning.exports import Export, read_export
from pcse_analysis.cleaning.free_text import patterns_found, redact
from pcse_analysis.cleaning.numbers import read_number
from pcse_analysis.cleaning.practices import ROLES as PRACTICE_ROLES
from pcse_analysis.cleaning.practices import UNMATCHED_COLUMNS, Practices, find_practices
from pcse_analysis.cleaning.register import Register
from pcse_analysis.cleaning.routes import who_was_asked
from pcse_analysis.cleaning.rules import Work, set_off_route
from pcse_analysis.cleaning.unknown import MOST_LISTED
from pcse_analysis.cleaning.values import Meanings, Repairs
from pcse_analysis.errors import Problems
from pcse_analysis.origins import file_sha256
from pcse_analysis.responses import Flow, Responses, Step

NO_WEIGHT = "leave such rows out by a rule such as 'rows_with', or ask who made the weights."
EXCLUDED_COLUMNS = ("wave", "export", "line", "respondent", "rule", "reason", "row")


def clean_export(
    survey: Survey,
    wave: Wave,
    plan: ExportFile,
    folder: Path,
    platforms: Mapping[str, Platform],
    register: Register | None,
    problems: Problems,
) -> Responses | None:
    """The cleaned replies of one export; None, with every mistake in ``problems``, where it has any.

    ``folder`` holds the raw files. Rows in are rows analysed and rows excluded, always.
    """
    name = f"{survey.raw}/{plan.file}"
    before = len(problems.found)
    export = read_export(
        folder / plan.file, name, platforms, problems, platform=plan.platform, encoding=plan.encoding, sheet=plan.sheet
    )
    codebook: dict[str, dict[str, str]] = {}
    if plan.codebook:
        codebook = read_codebook(folder / plan.codebook, f"{survey.raw}/{plan.codebook}", problems)
    _check_reasons(plan, problems)
    if export is None or not _is_as_received(folder / plan.file, name, plan, problems):
        return None
    questions = {item: q for (item, asked_in), q in survey.questions.items() if asked_in == wave.id}
    columns = find_columns(export, plan, questions, survey, problems)
    if columns is None or not _fits(codebook, export, plan, survey, problems):
        return None
    responses = _Cleaning(survey, wave, plan, export, columns, codebook, register, problems).responses()
    return responses if len(problems.found) == before else None


def _check_reasons(plan: ExportFile, problems: Problems) -> None:
    """Note reasons that name somebody: they are printed. A recode of a practice's code may, as it is not."""
    public = [recode for recode in plan.recodes if not set(recode.items) & set(PRACTICE_ROLES)]
    steps: list[Rule | Recode] = [*plan.rules, *public]
    for step in steps:
        if kinds := patterns_found(step.reason):
            what = f"'reason' holds what may name somebody ({', '.join(kinds)}), and is printed on pages"
            problems.add(what, file=plan.catalogue_file, line=step.line, to_do="word the reason without it.")


def _is_as_received(path: Path, name: str, plan: ExportFile, problems: Problems) -> bool:
    if plan.sha256 and file_sha256(path) != plan.sha256:
        to_do = f"put the file as it was received back, or record the new one's hash in '{plan.catalogue_file}'."
        problems.unreadable("is not the file whose 'sha256' the wave's file records", file=name, to_do=to_do)
        return False
    return True


def _fits(
    codebook: Mapping[str, Mapping[str, str]], export: Export, plan: ExportFile, survey: Survey, problems: Problems
) -> bool:
    """Whether the codebook, where there is to be one, is that of the export."""
    if not plan.codebook or any(c.code in codebook or c.name in codebook for c in export.header.columns):
        return True
    if codebook:
        what = f"none of its columns is in '{export.name}'"
        to_do = f"name the codebook of this export under 'codebook' of '{plan.id}'."
        problems.add(what, file=f"{survey.raw}/{plan.codebook}", to_do=to_do)
    return False


class _Cleaning:
    """The cleaning of one export, step by step."""

    def __init__(
        self,
        survey: Survey,
        wave: Wave,
        plan: ExportFile,
        export: Export,
        columns: Columns,
        codebook: Mapping[str, Mapping[str, str]],
        register: Register | None,
        problems: Problems,
    ) -> None:
        self.survey, self.wave, self.plan, self.export, self.problems = survey, wave, plan, export, problems
        self.register, self.columns = register, columns
        self.questions: dict[str, Question] = {item: survey.questions[item, wave.id] for item in columns.items}
        self.repairs = Repairs()
        meanings = Meanings(plan, self.repairs)
        self.roles = {role: meanings.of_role(export.columns[c.place], role) for role, c in columns.roles.items()}
        reader = AnswerReader(export, plan, survey.scales, meanings, codebook)
        for item, question in self.questions.items():
            reader.add(question, columns.items[item])
        self.answers, self.unknown = reader.read.answers, reader.read.unknown

    def responses(self) -> Responses:
        asked = who_was_asked(self.questions, self.answers)
        self.answers, masks = set_off_route(self.answers, asked, set_aside=self.plan.off_route == "set_aside")
        practices = find_practices(self.roles, self.register, self.wave.register)
        work = Work(
            export=self.export,
            plan=self.plan,
            wave=self.wave,
            roles=self.roles,
            answers=self.answers,
            practices=None if practices is None else practices.keys,
            columns=self.columns,
            problems=self.problems,
        )
        work.apply_all()
        kept = np.flatnonzero(work.kept)
        off_route = {item: int(mask[kept].sum()) for item, mask in masks.items()}
        for unknown in self.unknown:
            work.notes.unknown(unknown, work.kept)
        weights = self._weights(work.kept)
        respondents = self._respondents(kept, work, practices, weights)
        everything = len(kept) == len(self.export)
        return Responses(
            survey=self.survey.id,
            wave=self.wave.id,
            export=self.plan.id,
            group=self.plan.group,
            respondents=respondents,
            answers={item: a if everything else only(a, kept) for item, a in work.answers.items()},
            flow=self._flow(work, len(kept), off_route),
            excluded=self._excluded(work),
            unmatched=self._unmatched(practices, work),
            off_route=off_route,
        )

    @cached_property
    def _keys(self) -> NDArray[np.object_]:
        """A key for each row: the platform's own, or the line in the file where it gives none."""
        own = self.roles["respondent"].texts if "respondent" in self.roles else np.full(len(self.export), "", object)
        keys = own.copy()
        without = np.flatnonzero(own == "")
        keys[without] = [f"line {line}" for line in self.export.lines[without]]
        return keys

    def _respondents(
        self, kept: NDArray[np.intp], work: Work, practices: Practices | None, weights: NDArray[np.float64]
    ) -> pd.DataFrame:
        keys = self._keys[kept]
        repeated = pd.Index(keys)[pd.Index(keys).duplicated()].unique()
        if len(repeated):
            lines = self.export.lines[kept][keys == repeated[0]]
            who = "1 respondent stands" if len(repeated) == 1 else f"{len(repeated)} respondents stand"
            what = f"{who} in several rows, the first in lines {', '.join(map(str, lines[:MOST_LISTED]))}"
            to_do = f"add a rule 'same_respondent' to '{self.plan.catalogue_file}' that says which row to keep."
            self.problems.add(what, file=self.export.name, line=int(lines[0]), to_do=to_do)
        flags = np.full(len(kept), "", dtype=object)
        for flag, mask in work.flags.items():
            hit = mask[kept]
            flags[hit] = [f"{before}; {flag}" if before else flag for before in flags[hit]]
        frame = pd.DataFrame(
            {"respondent": keys, "line": self.export.lines[kept], "weight": weights[kept], "flags": flags}
        )
        return frame if practices is None else frame.join(practices.known.iloc[kept].reset_index(drop=True))

    def _weights(self, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The weight of each row, missing where the export has none; every kept reply needs one above zero."""
        if "weight" not in self.roles:
            return np.full(len(self.export), np.nan)
        column = self.roles["weight"]
        numbers = [read_number(value) for value in column.tidy]
        values = np.array([np.nan if n is None else n for n in numbers])
        weights: NDArray[np.float64] = values[column.codes]
        wrong, name = np.flatnonzero(kept & ~(weights > 0)), self.columns.roles["weight"].name
        for row in wrong[:MOST_LISTED]:
            found, number = column.tidy[column.codes[row]], numbers[column.codes[row]]
            said = "(empty)" if not found else "no number" if number is None else f"'{found}'"
            what, line = f"found {said}, expected a weight above 0", int(self.export.lines[row])
            self.problems.add(what, file=self.export.name, line=line, column=name, to_do=NO_WEIGHT)
        if len(wrong) > MOST_LISTED:
            rows = f"{len(wrong) - MOST_LISTED} more row{'s' if len(wrong) > MOST_LISTED + 1 else ''}"
            self.problems.add(f"and {rows} without a weight above 0", file=self.export.name, column=name)
        return weights

    def _flow(self, work: Work, analysed: int, off_route: Mapping[str, int]) -> Flow:
        blank, rows = len(self.export.blank_lines), len(self.export)
        steps: list[Step] = []
        whole = Step(rule="", kind="", reason="", action="", rows_before=rows, count=0, rows_after=rows)
        if blank:
            reason = "The row holds no cell"
            first = replace(
                whole, rule="00-blank_rows", kind="blank_rows", reason=reason, action="excluded", count=blank
            )
            steps.append(replace(first, rows_before=rows + blank))
        steps += work.steps
        after = replace(whole, rows_before=analysed, rows_after=analysed, action="repaired")
        if self.repairs.blanks:
            reason = "Blanks at the ends of an answer, repeated or non-breaking ones, made plain (cells)"
            steps.append(replace(after, rule="blanks", kind="blanks", reason=reason, count=self.repairs.blanks))
        for recode in self.plan.recodes:
            count = self.repairs.recoded.get(recode, 0)
            reason = f"{recode.reason} (cells)"
            steps.append(replace(after, rule=f"recode-line-{recode.line}", kind="recode", reason=reason, count=count))
        for kind, count in sorted(self.repairs.redacted.items()):
            reason = f"{kind} taken out of free text (a text given by several counts once)"
            steps.append(replace(after, rule=f"redacted-{kind}", kind="redacted", reason=reason, count=count))
        done = "set to not asked" if self.plan.off_route == "set_aside" else "kept"
        for item, count in off_route.items():
            if count:
                reason = f"Answered '{item}' without having been asked"
                steps.append(
                    replace(after, rule=f"off-route-{item}", kind="off_route", reason=reason, action=done, count=count)
                )
        return Flow(received=rows + blank, steps=tuple(steps), analysed=analysed)

    def _excluded(self, work: Work) -> pd.DataFrame:
        """A row for each reply left out, its cells as JSON.

        Columns that hold personal details are left out, and such details in free text are taken out.
        """
        rows = [
            (self.wave.id, self.plan.id, line, "", "00-blank_rows", "The row holds no cell", "{}")
            for line in self.export.blank_lines
        ]
        gone = np.flatnonzero(~work.kept)
        keys = self._keys if len(gone) else np.array([], dtype=object)
        for row in gone:
            rule = self.plan.rules[work.gone[row]]
            # Cell by cell, as JSON would hide a line break that ends a name; a respondent's key is no phone number.
            kept = self.export.cells_of(int(row))
            cells = json.dumps(
                {name: text if text == keys[row] else redact(text).text for name, text in kept.items()},
                ensure_ascii=False,
            )
            line = int(self.export.lines[row])
            rows.append((self.wave.id, self.plan.id, line, keys[row], rule.id, rule.reason, cells))
        return pd.DataFrame(rows, columns=list(EXCLUDED_COLUMNS)).sort_values("line", ignore_index=True)

    def _unmatched(self, practices: Practices | None, work: Work) -> pd.DataFrame:
        if practices is None or practices.unmatched is None:
            return pd.DataFrame(columns=list(UNMATCHED_COLUMNS))
        frame: pd.DataFrame = practices.unmatched
        frame = frame[work.kept[frame["row"].to_numpy(dtype=int) - 1]]
        lines = self.export.lines[frame["row"].to_numpy(dtype=int) - 1]
        return frame.assign(wave=self.wave.id, export=self.plan.id, line=lines)[list(UNMATCHED_COLUMNS)]
