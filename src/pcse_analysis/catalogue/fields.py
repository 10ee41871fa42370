"""Turns strings of the catalogue into typed values; every value that does not fit is noted, none is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from pcse_analysis.catalogue.files import Document, Row, Yaml
from pcse_analysis.errors import Problems, near_miss, not_an_option, shown

PARTIAL_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
NUMBER = r"[0-9]{1,9}(\.[0-9]{1,9})?"
WHOLE = r"[0-9]{1,9}"
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_-]*")
LISTED = 12
"""Names listed in a message at most."""


def listed(value: str) -> tuple[str, ...]:
    """The parts of a value that lists several, separated by semicolons."""
    return tuple(part.strip() for part in value.split(";") if part.strip())


def is_date(value: str, *, partial: bool = False) -> bool:
    """Whether ``value`` is a real date as year-month-day; with ``partial`` also a year or a year and month."""
    if not PARTIAL_DATE.fullmatch(value) or (len(value) != 10 and not partial):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


class RowReader:
    """Reads one row of a table, noting each value that is not what it should be."""

    def __init__(self, row: Row, problems: Problems) -> None:
        """Read from ``row``, note mistakes in ``problems``."""
        self.row = row
        self.problems = problems
        self.judged: set[str] = set()

    def wrong(self, column: str, what: str, to_do: str = "", refers_to: str = "") -> None:
        """Note a mistake in one column; only the first of a value, as the others follow from it."""
        if column not in self.judged:
            self.judged.add(column)
            self.problems.add(
                what, file=self.row.file, line=self.row.line, column=column, to_do=to_do, refers_to=refers_to
            )

    def text(self, column: str) -> str:
        """A text that must not be empty."""
        if not self.row[column]:
            self.wrong(column, "is empty")
        return self.row[column]

    def identifier(self, column: str) -> str:
        """A name made of lower-case letters, digits, hyphens and underscores."""
        if not IDENTIFIER.fullmatch(self.row[column]):
            self.wrong(column, f"found {shown(self.row[column])}, expected lower-case letters, digits, - and _")
        return self.row[column]

    def one_of(self, column: str, kind: str, options: Iterable[str], of: str = "") -> str:
        """A value out of ``options``, which were read from the file ``of``."""
        value = self.row[column]
        if value not in (known := list(options)):
            self.wrong(column, not_an_option(value, kind, known), refers_to=of)
        return value

    def many_of(self, column: str, kind: str, options: Iterable[str], of: str = "") -> tuple[str, ...]:
        """Values out of ``options``, separated by semicolons; ``options`` were read from the file ``of``."""
        known = list(options)
        wrong = [not_an_option(value, kind, known) for value in listed(self.row[column]) if value not in known]
        if wrong:
            to_do = "separate several values by semicolons." if "," in self.row[column] else ""
            self.wrong(column, "; ".join(wrong), to_do=to_do, refers_to=of)
        return listed(self.row[column])

    def day(self, column: str, *, optional: bool = False, partial: bool = False) -> str:
        """A date, written year-month-day."""
        value = self.row[column]
        if not (optional and not value) and not is_date(value, partial=partial):
            self.wrong(column, f"found {shown(value)}, expected a date such as 2018-01-16")
        return value

    def moment(self, column: str) -> str:
        """A date, or a date and a time of day, or nothing."""
        value = self.row[column]
        day, _, time = value.partition(" ")
        if value and not (is_date(day) and (not time or re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", time))):
            self.wrong(column, f"found {shown(value)}, expected a date such as 2018-01-16, or 2018-01-16 00:01")
        return value

    def whole(self, column: str, *, optional: bool = False) -> int | None:
        """A whole number of zero or more, without separators."""
        value = self.row[column]
        if not value and optional:
            return None
        if not re.fullmatch(WHOLE, value):
            self.wrong(column, f"found {shown(value)}, expected a whole number such as 748")
            return None
        return int(value)

    def decimal(self, column: str) -> float | None:
        """A number above zero, or None where the value is empty."""
        value = self.row[column]
        if not value:
            return None
        if not re.fullmatch(NUMBER, value) or float(value) == 0:
            self.wrong(column, f"found {shown(value)}, expected a number above 0, or nothing")
            return None
        return float(value)


class MapReader:
    """Reads one mapping of a YAML document, noting missing, unknown and wrong values."""

    def __init__(
        self,
        document: Document,
        path: Sequence[str | int],
        keys: Iterable[str],
        problems: Problems,
        *,
        optional: Iterable[str] = (),
        kind: str = "a name of this file",
    ) -> None:
        """Read the mapping at ``path``; ``keys`` are the names it must have, ``optional`` those it may have besides."""
        self.document, self.path, self.problems = document, tuple(path), problems
        content: Yaml = document.content
        for part in self.path:
            content = content.get(str(part), {}) if isinstance(content, dict) else content[int(part)]
        self.content = content if isinstance(content, dict) else {}
        needed = [] if document.file in problems.unread else list(keys)
        expected = [*needed, *optional]
        unknown = [key for key in self.content if key not in expected]
        meant = {key: near_miss(key, expected) for key in unknown}
        for key, near in meant.items():
            listed = ", ".join(expected[:LISTED]) + (", ..." if len(expected) > LISTED else "")
            hint = f"   near '{near}'" if near else f"; expected {listed or 'none'}"
            self.wrong(key, f"'{key}' is not {kind}" + hint)
        for key in needed:
            if key not in self.content and key not in meant.values():
                self.wrong("", f"'{key}' is missing")

    def wrong(self, key: str | int, what: str) -> None:
        """Note a mistake at one key."""
        line = self.document.line(*self.path, key)
        self.problems.add(what, file=self.document.file, line=line)

    def text(self, key: str) -> str:
        """A text that must not be empty; nothing more is said where the key is missing."""
        if key not in self.content:
            return ""
        value = self.content[key]
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, f"'{key}' should be a text")
            return ""
        return " ".join(value.split())

    def raw_text(self, key: str) -> str:
        """A text as it stands, blanks and all, for what is looked up in data; empty where the key is missing."""
        value = self.content.get(key, "")
        if not isinstance(value, str):
            self.wrong(key, f"'{key}' should be a text")
            return ""
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        if not all(self.any_texts(key)):
            self.wrong(key, f"'{key}' should be a list of texts")
            return ()
        return self.any_texts(key)

    def any_texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, of which some may be empty."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(key, f"'{key}' should be a list of texts")
            return ()
        return tuple(str(item) for item in value)

    def flag(self, key: str) -> bool:
        """Yes or no; no where the key is missing."""
        return self.one_of(key, "yes or no", ("yes", "no")) == "yes"

    def whole(self, key: str) -> int | None:
        """A whole number of zero or more; None where the key is missing."""
        number = self.number(key)
        if number is not None and (number < 0 or number != int(number)):
            self.wrong(key, f"'{key}' should be a whole number")
            return None
        return None if number is None else int(number)

    def number(self, key: str) -> float | None:
        """A number; None where the key is missing."""
        value = self.text(key)
        if key not in self.content or not value:
            return None
        if not re.fullmatch(f"-?{NUMBER}", value):
            self.wrong(key, f"'{key}': found {shown(value)}, expected a number")
            return None
        return float(value)

    def one_of(self, key: str, kind: str, options: Iterable[str]) -> str:
        """A value out of ``options``."""
        value, known = self.text(key), list(options)
        if value and key in self.content and value not in known:
            self.wrong(key, f"'{key}': {not_an_option(value, kind, known)}")
        return value

    def many_of(self, key: str, kind: str, options: Iterable[str]) -> tuple[str, ...]:
        """A list of values out of ``options``."""
        known = list(options)
        for value in self.texts(key):
            if value not in known:
                self.wrong(key, f"'{key}': {not_an_option(value, kind, known)}")
        return self.texts(key)

    def day(self, key: str, *, partial: bool = False) -> str:
        """A date, written year-month-day."""
        value = self.text(key)
        if value and key in self.content and not is_date(value, partial=partial):
            self.wrong(key, f"'{key}': found {shown(value)}, expected a date such as 2018-01-16")
        return value

    def points(self, key: str) -> float:
        """A number of percentage points between 0 and 100, as a share."""
        value = self.text(key)
        if value and key in self.content and not (re.fullmatch(NUMBER, value) and 0 < float(value) < 100):
            self.wrong(key, f"'{key}': found {shown(value)}, expected percentage points between 0 and 100")
        return float(value) / 100 if re.fullmatch(NUMBER, value) else 0.0

    def names(self, key: str) -> list[str]:
        """The names below ``key``; noted where there is none."""
        value = self.content.get(key)
        if key in self.content and (not isinstance(value, dict) or not value):
            self.wrong(key, f"'{key}' should hold named entries")
        return list(value) if isinstance(value, dict) else []

    def map(
        self, key: str, keys: Iterable[str], *, optional: Iterable[str] = (), kind: str = "a name of this file"
    ) -> MapReader:
        """The mapping at ``key``."""
        if key in self.content and not isinstance(self.content[key], dict):
            self.wrong(key, f"'{key}' should hold 'name: value' lines")
            keys = ()
        return MapReader(self.document, (*self.path, key), keys, self.problems, optional=optional, kind=kind)

    def maps(self, key: str, keys: Iterable[str], *, optional: Iterable[str] = ()) -> dict[str, MapReader]:
        """The mappings below ``key``, by name."""
        expected, more = list(keys), list(optional)
        path = (*self.path, key)
        return {
            name: MapReader(self.document, (*path, name), expected, self.problems, optional=more)
            for name in self.names(key)
        }

    def items(self, key: str, keys: Iterable[str], *, optional: Iterable[str] = ()) -> list[MapReader]:
        """The mappings in the list at ``key``."""
        value = self.content.get(key, [])
        if not isinstance(value, list):
            self.wrong(key, f"'{key}' should be a list")
            return []
        expected, more = list(keys), list(optional)
        return [
            MapReader(self.document, (*self.path, key, i), expected, self.problems, optional=more)
            for i in range(len(value))
        ]
