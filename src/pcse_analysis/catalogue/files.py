"""Reads CSV and YAML as strings with the line of every value; notes every mistake and goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pcse_analysis.errors import Problem, Problems, near_miss, shown

SAVE_AS_CSV = (
    "save the file as plain CSV: UTF-8 without a byte order mark, commas between columns, dots in decimals "
    "(a text editor or LibreOffice does; Excel's 'CSV UTF-8' and its regional CSV do not)."
)

SAVE_AS_UTF8 = "save the file as UTF-8 without a byte order mark (any text editor does)."
QUICK = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""The loader in C, ten times as quick, where PyYAML was built with it; strings only, like the other."""
DEEPEST = 20
"""Levels of a YAML file; a catalogue needs four."""


@dataclass(frozen=True)
class Row:
    """One data row of a table: its values by column, and the line it starts on."""

    file: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


@dataclass(frozen=True)
class Table:
    """Rows of one CSV file; every row has every column that was asked for."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)


def read_text(path: Path, name: str, problems: Problems, to_do: str) -> str | None:
    """The text of a UTF-8 file; None, and a note in ``problems``, where it cannot be read as text.

    A byte order mark and stray bytes of Windows-1252 are noted too, and the rest is read on.
    """
    if path.is_dir():
        problems.unreadable("is a folder, expected a file", file=name)
        return None
    try:
        raw = path.read_bytes()
    except OSError:
        others = [p.name for p in path.parent.glob("*") if p.name != path.name] if path.parent.is_dir() else []
        near = near_miss(path.name, others)
        what = "the file is missing or cannot be read" + (f"   near '{near}'" if near else "")
        problems.unreadable(what, file=name)
        return None
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        problems.unreadable("is not UTF-8; it looks like UTF-16 ('Unicode text')", file=name, to_do=to_do)
        return None
    if raw.startswith(b"\xef\xbb\xbf"):
        problems.add("starts with a byte order mark, as Excel writes it", file=name, to_do=to_do)
        raw = raw[3:]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8; the file looks like Windows-1252"
        problems.add(what, file=name, line=line, to_do=to_do)
        text = raw.decode("cp1252", errors="replace")
    if not text.strip():
        problems.unreadable("the file is empty", file=name)
        return None
    return text


def read_table(
    path: Path,
    name: str,
    columns: Sequence[str],
    key: Sequence[str],
    problems: Problems,
    *,
    may_be_empty: bool = False,
) -> Table:
    """A CSV file as rows of strings. Notes missing, unknown and repeated columns, ragged and duplicate rows.

    ``key`` names the columns that tell one row from another. A file whose header is wrong has no rows; a ragged row is
    left out.
    """
    none = Table(name, tuple(columns), ())
    text = read_text(path, name, problems, SAVE_AS_CSV)
    if text is None:
        return none
    first_line = text.splitlines()[0]
    delimiter = max(",;\t", key=first_line.count)
    if delimiter != ",":
        word = {";": "semicolons", "\t": "tabs"}[delimiter]
        what = f"{word} stand between the columns, expected commas"
        problems.unreadable(what, file=name, line=1, to_do=SAVE_AS_CSV)
        return none
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    line = 1
    try:
        header = next(reader)
        if not _header_is_right(header, columns, name, problems):
            return none
        line = reader.line_num + 1
        for cells in reader:
            if any(cells) and len(cells) != len(header):
                what = f"found {len(cells)} values, expected {len(header)} as in the header"
                problems.add(what, file=name, line=line)
            elif any(cells):
                rows.append(Row(name, line, dict(zip(header, cells, strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.unreadable(f"cannot be read as CSV from here on: {error}", file=name, line=line)
        return none
    if not rows and not may_be_empty and not any(problem.file == name for problem in problems.found):
        problems.unreadable("has a header and no rows", file=name)
    return Table(name, tuple(columns), tuple(_check_rows(rows, key, problems)))


def _header_is_right(header: Sequence[str], columns: Sequence[str], name: str, problems: Problems) -> bool:
    if not any(header):
        problems.unreadable("the first line is blank, expected the names of the columns", file=name, line=1)
        return False
    for column in dict.fromkeys(c for c in header if header.count(c) > 1):
        problems.unreadable(f"column {shown(column)} stands {header.count(column)} times", file=name, line=1)
    unknown = [c for c in dict.fromkeys(header) if c not in columns]
    missing = [c for c in columns if c not in header]
    for column in missing:
        near = near_miss(column, unknown)
        found = f"   near '{near}', which is not a column of this file" if near else ""
        problems.unreadable(f"column '{column}' is missing{found}", file=name, line=1)
    named = {near_miss(column, unknown) for column in missing}
    for column in unknown:
        if column not in named:
            listed = ", ".join(columns)
            problems.unreadable(f"column {shown(column)} is not a column of this file: {listed}", file=name, line=1)
    return name not in problems.unread


def _check_rows(rows: Iterable[Row], key: Sequence[str], problems: Problems) -> list[Row]:
    seen: dict[tuple[str, ...], int] = {}
    kept = []
    for row in rows:
        for column, value in row.values.items():
            if "\r" in value.replace("\r\n", ""):
                problems.add("holds a stray carriage return", file=row.file, line=row.line, column=column)
            if value != value.strip():
                problems.add(f"{shown(value)} starts or ends with a blank", file=row.file, line=row.line, column=column)
        identity = tuple(row[column].strip() for column in key)
        if identity in seen:
            what = f"repeats line {seen[identity]} (same {', '.join(key)})"
            problems.add(what, file=row.file, line=row.line, to_do="keep one of the repeated rows.")
            continue
        seen[identity] = row.line
        kept.append(Row(row.file, row.line, {c: v.strip() for c, v in row.values.items()}))
    return kept


Yaml = str | list["Yaml"] | dict[str, "Yaml"]


@dataclass(frozen=True)
class Document:
    """A YAML file with every scalar a string, and the line on which each key or item stands."""

    file: str
    content: dict[str, Yaml]
    lines: Mapping[tuple[str | int, ...], int]

    def line(self, *path: str | int) -> int:
        """The line of a key; of the nearest thing that holds it where the key is missing."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path, name: str, problems: Problems) -> Document:
    """A YAML mapping with strings only: ``Yes`` stays 'Yes' and ``012`` stays '012'. Empty where it cannot be read."""
    lines: dict[tuple[str | int, ...], int] = {}
    none = Document(name, {}, lines)
    text = read_text(path, name, problems, SAVE_AS_UTF8)
    if text is None:
        return none
    try:
        try:
            plain, root = _composed(text, name, problems, QUICK)
        except yaml.YAMLError:  # told in the words of the other loader, which every machine has
            plain, root = _composed(text, name, problems, yaml.BaseLoader)
        if not plain:
            return none
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line: int | None = mark.line + 1 if mark else None
        if line and text.splitlines()[line - 1 : line] and "\t" in text.splitlines()[line - 1][:40]:
            what = "a tab stands at the start of the line or before a value, expected blanks"
        else:
            what = f"cannot be read as YAML: {getattr(error, 'problem', None) or 'broken text'}"
        problems.unreadable(what, file=name, line=line)
        return none
    if root is None:
        problems.unreadable("the file is empty", file=name)
        return none
    content = _plain(root, (), lines, name, problems)
    if not isinstance(content, dict):
        problems.unreadable("expected 'name: value' lines at the top level", file=name, line=1)
        return none
    return Document(name, content, lines)


def _composed(text: str, name: str, problems: Problems, loader: Any) -> tuple[bool, yaml.Node | None]:
    """Whether YAML is plain, and then its root; None where there is nothing in it."""
    plain = _is_plain(text, name, problems, loader)
    return plain, yaml.compose(text, Loader=loader) if plain else None


def _is_plain(text: str, name: str, problems: Problems, loader: Any) -> bool:
    """Whether YAML neither refers to itself nor is nested beyond what a catalogue needs."""
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            what = f"'*{event.anchor}' refers to another place; write the value itself"
            problems.unreadable(what, file=name, line=line)
            return False
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            what = f"is nested more than {DEEPEST} levels deep"
            problems.unreadable(what, file=name, line=line)
            return False
    return True


def _plain(
    node: yaml.Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], name: str, problems: Problems
) -> Yaml:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Yaml] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                problems.found.append(Problem(what=f"'{key}' stands twice", file=name, line=line))
            lines[(*path, key)] = line
            found[key] = _plain(value_node, (*path, key), lines, name, problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines, name, problems) for i, item in enumerate(node.value)]
    return str(node.value)
