"""Mistakes a user can mend: collected while the work goes on, reported together in one message."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from rapidfuzz import fuzz, process

DATA, CATALOGUE = "data/", "data/catalogue/"
LONGEST_SHOWN = 40
NEAR_ENOUGH = 65
DISK = {
    errno.ENOSPC: "free some space, or name a folder on another disk.",
    errno.EDQUOT: "free some space, or name a folder on another disk.",
    errno.ENAMETOOLONG: "choose a shorter name.",
    errno.EROFS: "name a folder that may be written to.",
    errno.EACCES: "name a folder that may be written to, or ask who owns it.",
    errno.EPERM: "name a folder that may be written to, or ask who owns it.",
}
"""Errors of a disk that the user can mend, and how."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: what is wrong, where it stands and, where it helps, what to do."""

    what: str
    file: str = ""
    line: int | None = None
    column: str = ""
    to_do: str = ""
    refers_to: str = ""
    """The file that the value was looked up in; where that file is unreadable, the value may well be right."""

    def sentence(self) -> str:
        """The mistake on one line, without the file."""
        place = ", ".join(
            part
            for part in (f"line {self.line}" if self.line else "", f"column '{self.column}'" if self.column else "")
            if part
        )
        return f"{place}: {self.what}" if place else self.what


class UserError(Exception):
    """A mistake the user can mend. Ends a command with exit code 2 and no traceback."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep every problem; the message lists them file by file."""
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(self._message())

    def __reduce__(self) -> tuple[type[UserError], tuple[tuple[Problem, ...]]]:
        """How it is sent from one process to another: by its problems, not by its message."""
        return type(self), (self.problems,)

    def _message(self) -> str:
        count = len(self.problems)
        files = list(dict.fromkeys(p.file for p in self.problems if p.file))
        head = f"{count} problem{'s' if count != 1 else ''}"
        if len(files) == 1 and all(p.file for p in self.problems):
            head += f" in '{files[0]}'"
        elif files:
            head += f" in {len(files)} files"
        lines = [f"{type(self).__name__}: {head}"]
        ordered = sorted(self.problems, key=lambda p: (files.index(p.file) if p.file else -1, p.line or 0))
        for file, group in groupby(ordered, key=lambda p: p.file):
            if file and f"'{file}'" not in head:
                lines.append(f"  {file}")
            lines.extend(f"    {problem.sentence()}" for problem in group)
        lines.extend(f"  To mend: {todo}" for todo in dict.fromkeys(p.to_do for p in self.problems if p.to_do))
        return "\n".join(lines)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows in place of a traceback."""
        return str(self).splitlines()


class CommandError(UserError):
    """A wrong command, option or parameter."""


class CatalogueError(UserError):
    """Mistakes in files under ``data/catalogue/``."""


class DataError(UserError):
    """Mistakes in input data."""


def disk_error(error: OSError, place: Path) -> CommandError | None:
    """What to say of a disk that is full or may not be written to; None of any other error. ``place`` is the folder."""
    to_do = DISK.get(error.errno or 0)
    if to_do is None:
        return None
    where = error.filename2 or error.filename or place  # of two, a file was to be copied to the second
    what = f"nothing can be written to '{where}': {(error.strerror or 'unknown').lower()}"
    return CommandError([Problem(what=what, to_do=to_do)])


@dataclass
class Problems:
    """Collects mistakes so that all of them are reported at once, and none that only follows from another.

    ``unread`` names the files that could not be read as what they should be: what is looked up in them is not judged.
    """

    found: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def add(
        self,
        what: str,
        *,
        file: str = "",
        line: int | None = None,
        column: str = "",
        to_do: str = "",
        refers_to: str = "",
    ) -> None:
        """Note one mistake."""
        problem = Problem(what=what, file=file, line=line, column=column, to_do=to_do, refers_to=refers_to)
        self.found.append(problem)

    def unreadable(self, what: str, *, file: str, line: int | None = None, to_do: str = "") -> None:
        """Note that a file cannot be read as what it should be."""
        self.add(what, file=file, line=line, to_do=to_do)
        self.unread.add(file)

    @property
    def told(self) -> list[Problem]:
        """The mistakes to report: all but those that only follow from a file that could not be read."""
        return [problem for problem in self.found if problem.refers_to not in self.unread]

    @property
    def kind(self) -> type[UserError]:
        """The class of error that these mistakes amount to, by the files they stand in."""
        files = {problem.file for problem in self.told if problem.file.startswith(DATA)}
        if not files:
            return CommandError
        return CatalogueError if all(file.startswith(CATALOGUE) for file in files) else DataError

    def raise_as(self, kind: type[UserError]) -> None:
        """Raise ``kind`` with every mistake noted so far; do nothing when there is none."""
        if self.told:
            raise kind(self.told)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Take the problems of a ``UserError`` raised inside and go on."""
        try:
            yield
        except UserError as error:
            self.found.extend(error.problems)


def near_miss(value: str, options: Iterable[str]) -> str | None:
    """The option most like ``value``, or None when none is alike enough to be meant."""
    match = process.extractOne(value.casefold(), {o: o.casefold() for o in options}, scorer=fuzz.ratio)
    return match[2] if match and match[1] >= NEAR_ENOUGH else None


def shown(value: str) -> str:
    """``value`` in quotation marks, or its length where it is too long to print."""
    if value == "":
        return "(empty)"
    return f"'{value}'" if len(value) <= LONGEST_SHOWN else f"(text, {len(value)} characters)"


def not_an_option(value: str, kind: str, options: Iterable[str]) -> str:
    """The words for a value that is none of the options, with the near miss or the whole list."""
    known = sorted(options)
    near = near_miss(value, known)
    if near is not None:
        return f"found {shown(value)}, expected {kind}   near '{near}'"
    named = [option for option in known if option]
    listed = ", ".join(named[:12]) + (", ..." if len(named) > 12 else "")
    return f"found {shown(value)}, expected {kind}: {listed or '(none exists)'}"
