"""Finds the columns of an export that its wave's file names; says all that is missing, new, repeated or renamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pcse_analysis.catalogue.raw import ExportFile
from pcse_analysis.catalogue.types import Question, Survey, Wave
from pcse_analysis.cleaning.exports import Export
from pcse_analysis.cleaning.headers import INSIDE, Column, Header, named, near_column, not_found, tidied, unnamed_column
from pcse_analysis.errors import Problems

MOST_LISTED = 12
WRONG_FILE = 0.5
"""From this share of missing columns on, the file is taken to be another one."""
TAKE_OUT = "name each of them by its number, as '(column 5)', under 'headers' or 'ignored'."


@dataclass(frozen=True)
class Columns:
    """The columns of each question and of each role; ``missing`` are those that are named and not found."""

    items: Mapping[str, tuple[Column, ...]]
    roles: Mapping[str, Column]
    missing: frozenset[str]


def find_columns(
    export: Export, plan: ExportFile, questions: Mapping[str, Question], survey: Survey, problems: Problems
) -> Columns | None:
    """The columns that ``plan`` names in an export; every one that is missing, repeated or unknown is noted.

    None where so many are missing that this is another file.
    """
    header, name = export.header, export.name
    items: dict[str, tuple[Column, ...]] = {}
    roles: dict[str, Column] = {}
    taken: dict[int, str] = {}
    missing: dict[str, str] = {}
    alone = _named_alone(header, plan)
    for item, wanted in plan.headers.items():
        found = [c for c in header.found(wanted) if alone.get(c.place, wanted) == wanted]
        if not found:
            missing[item] = wanted
            continue
        _check_number(found, item, wanted, questions[item], plan, export, problems)
        items[item] = tuple(found)
        for column in items[item]:
            if taken.get(column.place, item) != item:
                what = f"column {named(column.name)} is given to both '{taken[column.place]}' and '{item}'"
                to_do = "name another column for one of them, or leave one out."
                problems.add(what, file=plan.catalogue_file, line=plan.line("headers", item), to_do=to_do)
            taken.setdefault(column.place, item)
    for role, wanted in plan.columns.items():
        found = header.found(wanted)
        if not found:
            missing[role] = wanted
        elif len(found) > 1:
            problems.add(_repeated(wanted, found), file=name, line=header.line, to_do=TAKE_OUT)
        else:
            roles[role] = found[0]
    for role, names in header.platform.roles.items():
        single = [found[0] for wanted in names if len(found := header.found(wanted)) == 1]
        if role not in plan.columns and single and single[0].place not in taken:
            roles[role] = single[0]
    if _is_another_file(header, plan, survey, len(missing), name, problems):
        return None
    used = [column.name for found in items.values() for column in found]
    near = {wanted: near_column(wanted, header, used) for wanted in missing.values()}
    _note_missing(missing, near, plan, name, problems)
    places = {*taken, *(column.place for column in roles.values())}
    places |= {column.place for text in near.values() if text for column in header.found(text)}
    _check_others(export, plan, places, problems)
    return Columns(items, roles, frozenset(missing))


def _note_missing(
    missing: Mapping[str, str], near: Mapping[str, str | None], plan: ExportFile, name: str, problems: Problems
) -> None:
    to_do = f"correct the header in '{plan.catalogue_file}', or export the file again."
    for place, wanted in list(missing.items())[:MOST_LISTED]:
        line = plan.line("headers" if place in plan.headers else "columns", place)
        what = not_found(wanted, name, near[wanted])
        problems.add(what, file=plan.catalogue_file, line=line, to_do=to_do)
    if len(missing) > MOST_LISTED:
        problems.add(f"and {len(missing) - MOST_LISTED} more columns are missing", file=plan.catalogue_file)


def _repeated(wanted: str, found: list[Column]) -> str:
    return f"column {named(wanted)} stands {len(found)} times"


def _check_number(
    found: list[Column],
    item: str,
    wanted: str,
    question: Question,
    plan: ExportFile,
    export: Export,
    problems: Problems,
) -> None:
    """One column for a question with one answer; more only for several options or the respondent's own words."""
    if question.kind == "several" or len(found) == 1:
        return
    main = [column for column in found if not column.part]
    if len(main) == 1:
        return
    if len({column.name for column in found}) < len(found):
        problems.add(_repeated(wanted, found), file=export.name, line=export.header.line, to_do=TAKE_OUT)
        return
    what = f"'{item}': {named(wanted)} has {len(found)} columns, and a question of kind '{question.kind}' has one"
    to_do = f"name one of them as 'question{INSIDE}part', or make the question of kind 'several'."
    problems.add(what, file=plan.catalogue_file, line=plan.line("headers", item), to_do=to_do)


def _named_alone(header: Header, plan: ExportFile) -> dict[int, str]:
    """The parts of questions that something names by themselves, so that they do not go with their question."""
    texts = (*plan.headers.values(), *plan.columns.values(), *plan.ignored)
    wanted = {tidied(text): text for text in texts}
    names = {c.place: (unnamed_column(c.place), c.name) for c in header.columns if c.part}
    return {place: wanted[name] for place, both in names.items() for name in both if name in wanted}


def _is_another_file(
    header: Header, plan: ExportFile, survey: Survey, missing: int, name: str, problems: Problems
) -> bool:
    """Whether so many columns are missing that this is another file; says which export it looks like."""
    wanted = len(plan.headers) + len(plan.columns)
    if missing < 3 or missing < WRONG_FILE * wanted:
        return False
    like = ""
    for wave, export in _others(survey.waves.values(), plan):
        hits = sum(1 for text in export.headers.values() if header.found(text))
        if hits > 0.8 * max(len(export.headers), 1):
            like = f"; it looks like export '{export.id}' of wave {wave.id}"
            break
    what = f"{missing} of the {wanted} columns that '{plan.catalogue_file}' names are not in this file{like}"
    problems.unreadable(
        what, file=name, to_do=f"put the right export in its place, or name it under 'file' of '{plan.id}'."
    )
    return True


def _others(waves: Iterable[Wave], plan: ExportFile) -> Iterable[tuple[Wave, ExportFile]]:
    return ((wave, e) for wave in waves for e in wave.exports.values() if e is not plan)


def _check_others(export: Export, plan: ExportFile, taken: set[int], problems: Problems) -> None:
    """Note columns that are neither mapped nor ignored: a new question must not be lost in silence."""
    header, name = export.header, export.name
    without_content = {place for place, column in enumerate(export.columns) if column.values == [""]}
    ignored = {c.place for c in header.columns if c.place in without_content and c.name == unnamed_column(c.place)}
    for wanted in plan.ignored:
        found = header.found(wanted)
        if not found:
            what = f"'ignored': {not_found(wanted, name, near_column(wanted, header))}"
            to_do = "correct the name, or take it out of 'ignored'."
            problems.add(what, file=plan.catalogue_file, line=plan.line("ignored"), to_do=to_do)
        ignored |= {column.place for column in found}
    if plan.ignores_others:
        return
    new = [column for column in header.columns if column.place not in taken | ignored | header.private]
    for column in new[:MOST_LISTED]:
        what = f"column {column.place + 1}, {named(column.name)}, is neither a question nor ignored"
        to_do = (
            f"add it to 'headers', 'columns' or 'ignored' in '{plan.catalogue_file}' ('ignored: all others' for all)."
        )
        problems.add(what, file=name, line=header.line, to_do=to_do)
    if len(new) > MOST_LISTED:
        problems.add(f"and {len(new) - MOST_LISTED} more columns that nothing names", file=name, line=header.line)
