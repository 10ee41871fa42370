"""Reads CSV and YAML as strings with the line of every value; notes every mistake and goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from pcse_analysis.errors import Problem, Problems, near_miss, not_an_option, shown

SAVE_AS_CSV = (
    "save the file as plain CSV: UTF-8 without a byte order mark, commas between columns, dots in decimals "
    "(a text editor or LibreOffice does; Excel's 'CSV UTF-8' and its regional CSV do not)."
)


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


def read_text(path: Path, name: str, problems: Problems) -> str:
    """The text of a UTF-8 file; a missing file, a byte order mark or another encoding is noted in ``problems``."""
    try:
        raw = path.read_bytes()
    except OSError:
        near = near_miss(path.name, [p.name for p in path.parent.glob("*")]) if path.parent.is_dir() else None
        problems.add("the file is missing or cannot be read" + (f"   near '{near}'" if near else ""), file=name)
        return ""
    if raw.startswith(b"\xef\xbb\xbf"):
        problems.add("starts with a byte order mark, as Excel writes it", file=name, to_do=SAVE_AS_CSV)
        raw = raw[3:]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        what = f"byte 0x{raw[error.start]:02x} is not UTF-8; the file looks like Windows-1252 or UTF-16"
        problems.add(what, file=name, line=line, to_do=SAVE_AS_CSV)
        return raw.decode("cp1252", errors="replace").replace("\0", "")


def read_table(path: Path, name: str, columns: Sequence[str], key: Sequence[str], problems: Problems) -> Table:
    """A CSV file as rows of strings. Notes missing, unknown and repeated columns, ragged and duplicate rows.

    ``key`` names the columns that tell one row from another.
    """
    text = read_text(path, name, problems)
    if not text.strip():
        if path.is_file():
            problems.add("the file is empty", file=name)
        return Table(name, tuple(columns), ())
    first_line = text.splitlines()[0]
    delimiter = max(",;\t", key=first_line.count)
    if delimiter != ",":
        word = {";": "semicolons", "\t": "tabs"}[delimiter]
        problems.add(f"{word} stand between the columns, expected commas", file=name, line=1, to_do=SAVE_AS_CSV)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        header = next(reader)
        _check_header(header, columns, name, problems)
        line = reader.line_num + 1
        for cells in reader:
            if any(cells):
                if len(cells) != len(header):
                    problems.add(
                        f"found {len(cells)} values, expected {len(header)} as in the header", file=name, line=line
                    )
                values = dict.fromkeys(columns, "") | dict(zip(header, cells, strict=False))
                rows.append(Row(name, line, values))
            line = reader.line_num + 1
    except csv.Error as error:
        problems.add(f"cannot be read as CSV: {error}", file=name, line=reader.line_num)
    kept = _check_rows(rows, set(header), key, problems)
    return Table(name, tuple(columns), tuple(kept))


def _check_header(header: Sequence[str], columns: Sequence[str], name: str, problems: Problems) -> None:
    for column in dict.fromkeys(c for c in header if header.count(c) > 1):
        problems.add(f"column {shown(column)} stands {header.count(column)} times", file=name, line=1)
    unknown = [c for c in dict.fromkeys(header) if c not in columns]
    missing = [c for c in columns if c not in header]
    for column in missing:
        near = near_miss(column, unknown)
        found = f"   near '{near}', which is not a column of this file" if near else ""
        problems.add(f"column '{column}' is missing{found}", file=name, line=1)
    named = {near_miss(column, unknown) for column in missing}
    for column in unknown:
        if column not in named:
            problems.add(f"column {not_an_option(column, 'a column of this file', columns)}", file=name, line=1)


def _check_rows(rows: Iterable[Row], present: set[str], key: Sequence[str], problems: Problems) -> list[Row]:
    seen: dict[tuple[str, ...], int] = {}
    kept = []
    for row in rows:
        for column, value in row.values.items():
            if value != value.strip():
                problems.add(f"{shown(value)} starts or ends with a blank", file=row.file, line=row.line, column=column)
        identity = tuple(row[column].strip() for column in key)
        if identity in seen and present.issuperset(key):
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
    """A YAML mapping with strings only: ``Yes`` stays 'Yes' and ``012`` stays '012'."""
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        root = yaml.compose(read_text(path, name, problems), Loader=yaml.BaseLoader)
        content = _plain(root, (), lines, name, problems) if root is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = f"cannot be read as YAML: {getattr(error, 'problem', None) or 'broken text'}"
        problems.add(what, file=name, line=mark.line + 1 if mark else None)
        return Document(name, {}, lines)
    if not isinstance(content, dict):
        problems.add("expected 'name: value' lines at the top level", file=name, line=1)
        content = {}
    return Document(name, content, lines)


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
