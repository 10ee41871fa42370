"""Reads the plan of made-up replies; every mistake in it is noted with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from pcse_analysis.catalogue.fields import MapReader
from pcse_analysis.catalogue.files import read_yaml
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.errors import Problems
from pcse_analysis.synthetic.plan import ExportPlan, Plan, RegisterPlan, TextPlan

T = TypeVar("T")
KEYS = (
    "seed",
    "published",
    "register",
    "both_waves",
    "unanswered",
    "one",
    "implied",
    "several",
    "other",
    "number",
    "date",
    "text",
    "people",
    "exports",
    "payments_headings",
)
REGISTER_KEYS = (
    "listed",
    "closed_before_first_wave",
    "closed_between_waves",
    "opened_between_waves",
    "not_gp_practices",
    "without_payments",
    "without_patients",
    "ccgs_in_each_region",
)
EXCLUDED = (
    "blank_rows",
    "test_rows",
    "rows_with",
    "outside_fieldwork",
    "partial",
    "impossible",
    "same_respondent",
    "same_practice",
)
FLAGGED = ("straight_lining", "speeding")
BLANKS = ("after", "non_breaking")
CODES = (
    "lower_case",
    "inner_blank",
    "no_code_but_name",
    "no_code_but_postcode",
    "no_code_but_both",
    "letter_for_digit",
    "not_in_register",
    "not_a_code",
    "closed",
    "nothing",
)
EXPORT_OPTIONAL = (
    "title",
    "screening",
    "newest_first",
    "excluded",
    "flagged",
    "recoded",
    "off_route",
    "numbers",
    "blanks",
    "instead_of_nothing",
    "codes",
)


def read_plan(path: Path, name: str, survey: Survey, problems: Problems) -> Plan:
    """The plan at ``path`` for the questions of ``survey``; mistakes are noted in ``problems``."""
    head = MapReader(read_yaml(path, name, problems), (), KEYS, problems)
    items = list(dict.fromkeys(item for item, _ in survey.questions))
    published = head.map("published", ("results", "also_of_practices"))
    register = head.map("register", (*REGISTER_KEYS, "regions", "list_sizes"))
    own_words = head.map("other", (), optional=items)
    texts = head.map("text", (), optional=items)
    exports = {f"{wave.id}/{export}": (wave.id, export) for wave in survey.waves.values() for export in wave.exports}
    files = head.map("exports", tuple(exports))
    return Plan(
        seed=head.text("seed"),
        results=published.text("results"),
        also_of_practices=published.texts("also_of_practices"),
        register=RegisterPlan(
            counts={key: register.whole(key) or 0 for key in REGISTER_KEYS},
            regions=register.texts("regions"),
            list_sizes=_wholes(register, "list_sizes"),
        ),
        both_waves=head.whole("both_waves") or 0,
        unanswered=_percentage(head, "unanswered"),
        one=_by_wave(head, "one", items, _percentages),
        implied=_texts_by_name(head, "implied", items),
        several=_by_wave(head, "several", items, _percentages),
        other={
            item: (_percentage(read, "chosen"), read.texts("texts"))
            for item in own_words.content
            for read in [own_words.map(item, ("chosen", "texts"))]
        },
        number=_by_wave(head, "number", items, _wholes),
        date=_by_wave(head, "date", items, _wholes),
        text={item: _text(texts, item) for item in texts.content},
        people=head.texts("people"),
        exports={key: _export(files, text, items) for text, key in exports.items()},
        payments_headings=head.any_texts("payments_headings"),
    )


def _export(files: MapReader, name: str, items: list[str]) -> ExportPlan:
    read = files.map(name, ("encoding",), optional=EXPORT_OPTIONAL)
    numbers = read.map("numbers", (), optional=("item", "excluded", "set_to_not_answered"))
    return ExportPlan(
        encoding=read.text("encoding"),
        title=read.text("title"),
        screening=read.text("screening"),
        newest_first=read.flag("newest_first"),
        excluded=_counts(read, "excluded", EXCLUDED),
        flagged=_counts(read, "flagged", FLAGGED),
        recoded=_counts(read, "recoded", None),
        off_route=_counts(read, "off_route", items),
        number_item=numbers.text("item"),
        number_excluded=numbers.text("excluded"),
        numbers_not_answered=numbers.texts("set_to_not_answered"),
        blanks=_counts(read, "blanks", BLANKS),
        instead_of_nothing=_counts(read, "instead_of_nothing", None),
        codes=_counts(read, "codes", CODES),
    )


def _text(texts: MapReader, item: str) -> TextPlan:
    read = texts.map(item, ("written", "plain"), optional=("personal", "personal_texts"))
    return TextPlan(
        written=_percentage(read, "written"),
        plain=read.any_texts("plain"),
        personal=_counts(read, "personal", None),
        personal_texts=read.any_texts("personal_texts"),
    )


def _counts(read: MapReader, key: str, names: Iterable[str] | None) -> dict[str, int]:
    """Whole numbers below ``key`` by name; every name is right where ``names`` is None."""
    if key not in read.content:
        return {}
    counts = read.map(key, (), optional=read.names(key) if names is None else names)
    return {name: counts.whole(name) or 0 for name in counts.content}


def _texts_by_name(read: MapReader, key: str, names: Iterable[str]) -> dict[str, str]:
    texts = read.map(key, (), optional=names)
    return {name: texts.text(name) for name in texts.content}


def _by_wave(
    head: MapReader, key: str, items: list[str], of: Callable[[MapReader, str], T]
) -> dict[tuple[str, str], T]:
    found = head.map(key, (), optional=items)
    by_wave = {}
    for item in found.content:
        names = found.content[item]
        read = found.map(item, (), optional=list(names) if isinstance(names, dict) else ())
        by_wave.update({(item, wave): of(read, wave) for wave in read.content})
    return by_wave


def _percentage(read: MapReader, key: str) -> Fraction:
    return Fraction(str(read.number(key) or 0))


def _percentages(read: MapReader, key: str) -> tuple[Fraction, ...]:
    return tuple(Fraction(text) for text in _like(read, key, r"\d+(\.\d+)?", "percentages"))


def _wholes(read: MapReader, key: str) -> tuple[int, ...]:
    return tuple(int(text) for text in _like(read, key, r"\d+", "whole numbers"))


def _like(read: MapReader, key: str, form: str, what: str) -> tuple[str, ...]:
    """The texts of a list; none, and a note, where one of them has not the form of ``what``."""
    texts = read.texts(key)
    if all(re.fullmatch(form, text) for text in texts):
        return texts
    read.wrong(key, f"'{key}' should be a list of {what}")
    return ()
