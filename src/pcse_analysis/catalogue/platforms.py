"""Reads how each survey platform writes its exports: the package's own list, and what a project adds to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from pcse_analysis.catalogue.fields import MapReader
from pcse_analysis.catalogue.files import read_yaml
from pcse_analysis.catalogue.raw import ROLES, Platform, Sign
from pcse_analysis.errors import Problems

ADDED = "data/catalogue/platforms.yaml"
HEADER_ROWS = ("code", "question", "part", "skip")
KEYS = ("label", "header", "signs")
OPTIONAL = (
    "fill_right",
    "blank",
    "pattern",
    "mark",
    "part_first",
    "plain_parts",
    "joined",
    "selected",
    "not_selected",
    "roles",
    "private",
)
SELECTED = ("1", "Yes", "yes", "True", "TRUE", "true", "Y", "Checked", "Selected", "x", "X")
NOT_SELECTED = ("", "0", "No", "no", "False", "FALSE", "false", "N", "Unchecked", "Not selected", "Not Selected")


def read_platforms(root: Path, problems: Problems) -> dict[str, Platform]:
    """Every platform by id: those that the project at ``root`` adds, then those that come with the package."""
    own = root / ADDED
    added = _read(own, ADDED, problems) if own.exists() else {}
    with as_file(files("pcse_analysis") / "catalogue" / "platforms.yaml") as path:
        return added | {name: p for name, p in _read(path, "platforms.yaml", problems).items() if name not in added}


def _read(path: Path, name: str, problems: Problems) -> dict[str, Platform]:
    document = read_yaml(path, name, problems)
    return {
        key: _platform(key, MapReader(document, (key,), KEYS, problems, optional=OPTIONAL))
        for key in document.content
        if isinstance(key, str)
    }


def _platform(key: str, read: MapReader) -> Platform:
    signs = []
    for sign in read.items("signs", ("row", "like"), optional=("share",)):
        signs.append(
            Sign(
                row=sign.whole("row") or 1,
                like=_regex(sign, "like"),
                share=(sign.whole("share") or 0) / 100 if "share" in sign.content else 0.0,
            )
        )
    roles: Mapping[str, tuple[str, ...]] = {}
    if "roles" in read.content:
        given = read.map("roles", (), optional=ROLES)
        roles = {role: given.texts(role) for role in ROLES if role in given.content}
    return Platform(
        id=key,
        label=read.text("label"),
        header=_header(read),
        signs=tuple(signs),
        fill_right=read.flag("fill_right"),
        blank=_regex(read, "blank"),
        pattern=_regex(read, "pattern"),
        mark=read.raw_text("mark"),
        part_first=read.flag("part_first"),
        plain_parts=read.texts("plain_parts"),
        joined=read.texts("joined"),
        selected=read.texts("selected") or SELECTED,
        not_selected=("", *read.texts("not_selected")) if "not_selected" in read.content else NOT_SELECTED,
        roles=roles,
        private=read.texts("private"),
    )


def _header(read: MapReader) -> tuple[str, ...]:
    rows = read.many_of("header", "a kind of header row", HEADER_ROWS)
    kinds = [row for row in rows if row != "skip"]
    if "header" in read.content and (not {"code", "question"} & set(kinds) or len(set(kinds)) < len(kinds)):
        read.wrong("header", "'header' should list its rows from the top, one of them 'code' or 'question', none twice")
    return rows


def _regex(read: MapReader, key: str) -> str:
    value = read.raw_text(key)
    try:
        re.compile(value)
    except re.error as error:
        read.wrong(key, f"'{key}' is not a regular expression: {error}")
        return ""
    return value
