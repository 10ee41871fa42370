"""Reads what a wave's file says of its exports: where the cells are, how they are read, what is left out and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from pcse_analysis.catalogue.fields import MapReader
from pcse_analysis.catalogue.raw import (
    DATE_ORDERS,
    MISSING_KINDS,
    ROLES,
    DateOrder,
    ExportFile,
    MissingKind,
    RegisterFiles,
)
from pcse_analysis.catalogue.repairs import read_recodes, read_rules
from pcse_analysis.catalogue.types import Question, Wave
from pcse_analysis.errors import Problems

EXPORT_KEYS = ("file", "group", "headers")
EXPORT_OPTIONAL = (
    "sha256",
    "platform",
    "encoding",
    "sheet",
    "codebook",
    "dates",
    "columns",
    "ignored",
    "missing",
    "selected",
    "not_selected",
    "off_route",
    "recodes",
    "rules",
)
ALL_OTHERS = "all others"
SHA256 = re.compile(r"[0-9a-f]{64}")


def read_exports(
    head: MapReader, groups: Iterable[str], platforms: Iterable[str], wave: str, asked: Iterable[str]
) -> dict[str, ExportFile]:
    """The exports of one wave by name. ``asked`` are the items that questions.csv has for it."""
    if "exports" not in head.content:
        return {}
    known = list(groups), list(platforms), list(asked)
    return {
        name: _export(name, read, *known, wave)
        for name, read in head.maps("exports", EXPORT_KEYS, optional=EXPORT_OPTIONAL).items()
    }


def _export(
    name: str, read: MapReader, groups: list[str], platforms: list[str], asked: list[str], wave: str
) -> ExportFile:
    ignored = read.content.get("ignored", ())
    return ExportFile(
        id=name,
        catalogue_file=read.document.file,
        file=_path(read, "file"),
        group=read.one_of("group", "a group of this survey", groups),
        sha256=_sha256(read),
        platform=read.one_of("platform", "a platform", platforms) if "platform" in read.content else "",
        encoding=read.text("encoding"),
        sheet=read.text("sheet"),
        codebook=_path(read, "codebook"),
        dates=cast(DateOrder, read.one_of("dates", "an order of dates", DATE_ORDERS)),
        columns=_columns(read),
        headers=_headers(read, asked, wave),
        ignored=() if ignored == ALL_OTHERS else read.texts("ignored"),
        ignores_others=ignored == ALL_OTHERS,
        missing=_missing(read),
        selected=read.texts("selected"),
        not_selected=read.any_texts("not_selected"),
        off_route=read.one_of("off_route", "what to do", ("set_aside", "keep")) or "set_aside",  # type: ignore[arg-type]
        recodes=read_recodes(read, asked),
        rules=read_rules(read, asked),
        lines=_lines(read),
    )


def _lines(read: MapReader) -> dict[tuple[str, ...], int]:
    keys: list[tuple[str, ...]] = [(key,) for key in read.content]
    for key in ("headers", "columns"):
        below = read.content.get(key)
        keys += [(key, name) for name in below] if isinstance(below, dict) else []
    return {key: read.document.line(*read.path, *key) for key in keys}


def _path(read: MapReader, key: str) -> str:
    value = read.text(key)
    if value.startswith("/") or ".." in value.split("/"):
        read.wrong(key, f"'{key}': expected a path inside the folder of raw data, without '..'")
    return value


def _sha256(read: MapReader) -> str:
    value = read.text("sha256")
    if value and not SHA256.fullmatch(value):
        read.wrong("sha256", "'sha256' should be 64 hexadecimal digits in lower case")
    return value


def _columns(read: MapReader) -> dict[str, str]:
    if "columns" not in read.content:
        return {}
    columns = read.map("columns", (), optional=ROLES)
    return {role: _column_name(columns, role) for role in columns.content if role in ROLES}


def _headers(read: MapReader, asked: list[str], wave: str) -> dict[str, str]:
    if "headers" not in read.content:
        return {}
    headers = read.map("headers", (), optional=asked, kind=f"an item that questions.csv has for wave {wave}")
    return {item: _column_name(headers, item) for item in headers.content if item in asked}


def _column_name(read: MapReader, key: str) -> str:
    value = read.raw_text(key)
    if not value.strip() and isinstance(read.content[key], str):
        read.wrong(key, f"'{key}' should name a column of the export")
    return value


def _missing(read: MapReader) -> dict[str, MissingKind]:
    if "missing" not in read.content:
        return {}
    kinds = read.map("missing", (), optional=MISSING_KINDS)
    found: dict[str, MissingKind] = {}
    for kind in MISSING_KINDS:
        for value in kinds.any_texts(kind):
            if value in found:
                kinds.wrong(kind, f"'{value}' is listed as two kinds of missing")
            found[value] = kind
    return found


def check_headers(
    wave: Wave, questions: Iterable[Question], groups: Iterable[str], name: str, problems: Problems
) -> None:
    """Note questions that no export of the wave has a column for, and columns of questions to another group.

    So is a route that starts at a question which the export does not hold: it could take nobody out. A wave without
    exports rests on published figures, and has no columns.
    """
    asked = {question.item: question for question in questions if question.wave == wave.id}
    known = set(groups)
    mapped = {item for export in wave.exports.values() for item in export.headers}
    for item in asked if wave.exports else ():
        if item not in mapped:
            what = f"'{item}' of wave {wave.id} stands under 'headers' of no export"
            to_do = "name its column there, or take the question out of questions.csv."
            problems.add(what, file=f"{name}/questions.csv", to_do=to_do)
    for export in wave.exports.values():
        for item in export.headers:
            if item in asked and asked[item].asked_of != export.group and export.group in known:
                of = asked[item].asked_of
                what = f"'{item}' is asked of '{of}' in questions.csv, and export '{export.id}' is of '{export.group}'"
                to_do = "correct 'asked_of' in questions.csv, or 'group' of the export."
                problems.add(what, file=export.catalogue_file, line=export.line("headers", item), to_do=to_do)
            for condition in asked[item].asked_if if item in asked else ():
                if condition.item not in export.headers and condition.item in asked:
                    what = f"the route to '{item}' starts at '{condition.item}', for which '{export.id}' has no column"
                    to_do = "name its column under 'headers', or take the route out of questions.csv."
                    problems.add(what, file=export.catalogue_file, line=export.line("headers", item), to_do=to_do)


def read_register_files(head: MapReader) -> RegisterFiles | None:
    """The register that the wave's practices are looked up in; None where the file names none."""
    if "register" not in head.content:
        return None
    read = head.map("register", ("practices", "as_of"), optional=("payments", "size_bands"))
    bands: list[int] = []
    for text in read.texts("size_bands"):
        if not re.fullmatch(r"[1-9]\d{0,6}", text) or (bands and int(text) <= bands[-1]):
            read.wrong("size_bands", "'size_bands' should be rising whole numbers, such as [4000, 8000, 12000]")
            break
        bands.append(int(text))
    as_of = read.day("as_of")
    return RegisterFiles(
        practices=_path(read, "practices"), payments=_path(read, "payments"), as_of=as_of, size_bands=tuple(bands)
    )
