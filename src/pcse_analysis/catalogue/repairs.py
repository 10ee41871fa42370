"""Reads what is done to the replies of an export: recodes of values, and rules that leave replies out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast

from pcse_analysis.catalogue.fields import MapReader
from pcse_analysis.catalogue.raw import ROLES, ExportFile, Recode, Rule, RuleKind
from pcse_analysis.catalogue.types import Question, Scale, Wave
from pcse_analysis.errors import Problems, not_an_option, shown

RULES: dict[RuleKind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "test_rows": (("column", "values"), ()),
    "rows_with": (("column", "values"), ()),
    "outside_fieldwork": ((), ("column",)),
    "partial": (("least",), ()),
    "same_respondent": (("keep",), ("column",)),
    "same_practice": (("keep",), ()),
    "impossible": (("items",), ("lowest", "highest", "then")),
    "straight_lining": (("items",), ()),
    "speeding": (("least",), ()),
}
"""What each kind of rule must say besides its reason, and what it may say."""
RULE_KEYS = tuple(sorted({key for needed, optional in RULES.values() for key in (*needed, *optional)}))


def read_recodes(read: MapReader, asked: list[str]) -> tuple[Recode, ...]:
    """The recodes of an export; ``asked`` are the items of its wave."""
    recodes = []
    places = [*asked, *ROLES]  # what respondents wrote about their practice may be mended too
    for entry in read.items("recodes", ("from", "to", "reason"), optional=("item", "items")):
        items = entry.many_of("items", "an item of this wave", places)
        if "item" in entry.content:
            items = (entry.one_of("item", "an item of this wave", places), *items)
        recodes.append(
            Recode(
                items=items,
                found=entry.raw_text("from"),
                meant=entry.raw_text("to"),
                reason=entry.text("reason"),
                line=entry.document.line(*entry.path),
            )
        )
    return tuple(recodes)


def read_rules(read: MapReader, asked: list[str]) -> tuple[Rule, ...]:
    """The rules of an export in their order, named by number and kind; ``asked`` are the items of its wave."""
    rules = []
    for number, entry in enumerate(read.items("rules", ("rule", "reason"), optional=RULE_KEYS), start=1):
        kind = cast(RuleKind, entry.one_of("rule", "a rule", RULES))
        if kind in RULES:
            _check_keys(kind, entry)
        least = entry.number("least")
        rule = Rule(
            kind=kind,
            id=f"{number:02d}-{kind}",
            reason=entry.text("reason"),
            line=entry.document.line(*entry.path),
            column=entry.raw_text("column"),
            items=entry.many_of("items", "an item of this wave", asked),
            values=entry.any_texts("values"),
            keep=entry.one_of("keep", "which to keep", ("first", "last", "fullest")) or "last",  # type: ignore[arg-type]
            least=least or 0.0,
            lowest=entry.number("lowest"),
            highest=entry.number("highest"),
            then=entry.one_of("then", "what to do", ("exclude", "not_answered")) or "exclude",  # type: ignore[arg-type]
        )
        if kind == "partial" and least is not None and not 0 < least <= 100:
            entry.wrong("least", "'least' of a rule 'partial' is a percentage of the questions asked, 1 to 100")
        if kind == "speeding" and least is not None and least <= 0:
            entry.wrong("least", "'least' of a rule 'speeding' is a number of seconds above 0")
        if kind == "impossible" and rule.lowest is None and rule.highest is None:
            entry.wrong("rule", "a rule 'impossible' needs 'lowest' or 'highest' or both")
        if rule.lowest is not None and rule.highest is not None and rule.lowest > rule.highest:
            entry.wrong("lowest", "'lowest' is above 'highest', so that every answer would be impossible")
        rules.append(rule)
    return tuple(rules)


def _check_keys(kind: RuleKind, entry: MapReader) -> None:
    """Note what a rule of its kind lacks, leaves empty, or does not have."""
    needed, optional = RULES[kind]
    for key in needed:
        if key not in entry.content:
            entry.wrong("rule", f"a rule '{kind}' needs '{key}'")
        elif entry.content[key] in ("", []):
            entry.wrong(key, f"'{key}' of a rule '{kind}' is empty")
    for key in entry.content:
        if key in RULE_KEYS and key not in (*needed, *optional):
            entry.wrong(key, f"a rule '{kind}' has no '{key}'")


def check_recodes(wave: Wave, questions: Iterable[Question], scales: Mapping[str, Scale], problems: Problems) -> None:
    """Note recodes that contradict one another, and those that lead to no option of a question with one answer."""
    asked = {question.item: question for question in questions if question.wave == wave.id}
    for export in wave.exports.values():
        seen: dict[tuple[str, str], Recode] = {}
        for recode in export.recodes:
            for item in recode.items or ("",):
                first = seen.setdefault((item, " ".join(recode.found.split())), recode)
                if first is not recode:
                    what = f"{shown(recode.found)} is recoded in line {first.line} already"
                    problems.add(what, file=export.catalogue_file, line=recode.line, to_do="keep one of the two.")
                question = asked.get(item)
                scale = scales.get(question.scale) if question is not None and question.kind == "one" else None
                if scale is not None and not scale.other:
                    _check_meant(recode, item, scale, export, problems)


def _check_meant(recode: Recode, item: str, scale: Scale, export: ExportFile, problems: Problems) -> None:
    known = {" ".join(option.split()) for option in (*scale.options, *export.missing, "")}
    meant = " ".join(recode.meant.split())
    if meant not in known:
        kind = f"an option of scale '{scale.id}'"
        what = f"'to' of '{item}': {not_an_option(meant, kind, known)}"
        problems.add(what, file=export.catalogue_file, line=recode.line)
