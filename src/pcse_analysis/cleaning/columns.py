"""Finds the columns of an export that its wave's file names; says all that is missing, new, repeated or renamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pcse_analysis.catalogue.raw import ExportFile
from pcse_analysis.catalogue.types import Question, Survey, Wave
from pcse_analysis.cleaning.exports import Export
from pcse_analysis.cleaning.headers import INSIDE, Column, Header, not_found, tidied, unnamed_column
from pcse_analysis.errors import Problems, shown

MOST_LISTED = 12
WRONG_FILE = 0.5
"""From this share of missing columns on, the file is taken to be another one."""


@dataclass(frozen=True)
class Columns:
    """The columns of each question and of each role."""

    items: Mapping[str, tuple[Column, ...]]
    roles: Mapping[str, Column]


def find_columns(
    export: Export, plan: ExportFile, questions: Mapping[str, Question], survey: Survey, problems: Problems
) -> Columns:
    """The columns that ``plan`` names in an export; every one that is missing, repeated or unknown is noted."""
    header, name = export.header, export.name
    before = len(problems.found)
    items: dict[str, tuple[Column, ...]] = {}
    roles: dict[str, Column] = {}
    taken: dict[int, str] = {}
    missing: list[tuple[str, str]] = []
    for item, wanted in plan.headers.items():
        found = header.found(wanted)
        if not found:
            missing.append((item, wanted))
            continue
        _check_number(found, item, wanted, questions[item], plan, name, problems)
        items[item] = tuple(found)
        for column in found:
            if column.place in taken and taken[column.place] != item:
                what = f"column {shown(column.name)} is given to both '{taken[column.place]}' and '{item}'"
                problems.add(what, file=plan.catalogue_file, line=plan.lines.get("headers"))
            taken.setdefault(column.place, item)
    for role, wanted in plan.columns.items():
        found = header.found(wanted)
        if not found:
            missing.append((role, wanted))
        elif len(found) > 1:
            problems.add(f"column {shown(wanted)} stands {len(found)} times", file=name, line=1)
        else:
            roles[role] = found[0]
    for role, names in header.platform.roles.items():
        columns = [c for wanted in names for c in header.found(wanted)]
        if role not in plan.columns and len(columns) == 1 and columns[0].place not in taken:
            roles[role] = columns[0]
    if missing and not _is_another_file(header, plan, survey, missing, name, problems):
        used = [column.name for found in items.values() for column in found]
        to_do = f"correct the header in '{plan.catalogue_file}', or export the file again."
        for _, wanted in missing[:MOST_LISTED]:
            problems.add(not_found(wanted, header, name, used), file=plan.catalogue_file, line=_line(plan), to_do=to_do)
        if len(missing) > MOST_LISTED:
            problems.add(f"and {len(missing) - MOST_LISTED} more columns are missing", file=plan.catalogue_file)
    if len(problems.found) == before or not missing:
        without_content = {place for place, column in enumerate(export.columns) if column.values == [""]}
        unnamed = {c.place for c in header.columns if c.place in without_content and c.name == unnamed_column(c.place)}
        _check_others(header, plan, {*taken, *unnamed, *(c.place for c in roles.values())}, name, problems)
    return Columns(items, roles)


def _line(plan: ExportFile) -> int | None:
    return plan.lines.get("headers")


def _check_number(
    found: list[Column], item: str, wanted: str, question: Question, plan: ExportFile, name: str, problems: Problems
) -> None:
    """One column for a question with one answer; more only for several options or the respondent's own words."""
    if question.kind == "several" or len(found) == 1:
        return
    main = [column for column in found if not column.part]
    if len(main) == 1 and question.kind == "one":
        return
    if len({column.name for column in found}) < len(found):
        what, line = f"column {shown(wanted)} stands {len(found)} times", 1
        problems.add(what, file=name, line=line, to_do="take the repeated column out, or export the file again.")
        return
    what = f"'{item}': {shown(wanted)} has {len(found)} columns, and a question of kind '{question.kind}' has one"
    to_do = f"name one of them as 'question{INSIDE}part', or make the question of kind 'several'."
    problems.add(what, file=plan.catalogue_file, line=_line(plan), to_do=to_do)


def _is_another_file(
    header: Header, plan: ExportFile, survey: Survey, missing: list[tuple[str, str]], name: str, problems: Problems
) -> bool:
    """Whether so many columns are missing that this is another file; says which export it looks like."""
    wanted = len(plan.headers) + len(plan.columns)
    if len(missing) < 3 or len(missing) < WRONG_FILE * wanted:
        return False
    like = ""
    for wave, export in _others(survey.waves.values(), plan):
        hits = sum(1 for text in export.headers.values() if header.found(text))
        if hits > 0.8 * max(len(export.headers), 1):
            like = f"; it looks like export '{export.id}' of wave {wave.id}"
            break
    what = f"{len(missing)} of the {wanted} columns that '{plan.catalogue_file}' names are not in this file{like}"
    problems.unreadable(
        what, file=name, to_do=f"put the right export in its place, or name it under 'file' of '{plan.id}'."
    )
    return True


def _others(waves: Iterable[Wave], plan: ExportFile) -> Iterable[tuple[Wave, ExportFile]]:
    return ((wave, e) for wave in waves for e in wave.exports.values() if e is not plan)


def _check_others(header: Header, plan: ExportFile, taken: set[int], name: str, problems: Problems) -> None:
    """Note columns that are neither mapped nor ignored: a new question must not be lost in silence."""
    ignored: set[int] = set()
    for wanted in plan.ignored:
        found = header.found(wanted)
        if not found:
            what = f"'ignored': {not_found(wanted, header, name)}"
            problems.add(what, file=plan.catalogue_file, line=plan.lines.get("ignored"))
        ignored |= {column.place for column in found}
    if plan.ignores_others:
        return
    private = {tidied(text) for text in header.platform.private}
    new = [
        column
        for column in header.columns
        if column.place not in taken | ignored and column.name not in private and column.code not in private
    ]
    for column in new[:MOST_LISTED]:
        what = f"column {column.place + 1}, {shown(column.name)}, is neither a question nor ignored"
        to_do = (
            f"add it to 'headers', 'columns' or 'ignored' in '{plan.catalogue_file}' ('ignored: all others' for all)."
        )
        problems.add(what, file=name, line=1, to_do=to_do)
    if len(new) > MOST_LISTED:
        problems.add(f"and {len(new) - MOST_LISTED} more columns that nothing names", file=name, line=1)
