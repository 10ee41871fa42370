"""Reads how a ledger is laid out: a file with one row a case, such as an issue log or compensation claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

from pcse_analysis.catalogue.fields import IDENTIFIER, MapReader, is_date
from pcse_analysis.catalogue.files import read_yaml
from pcse_analysis.catalogue.raw import DATE_ORDERS, DateOrder
from pcse_analysis.errors import Problems

LedgerKind = Literal["issues", "claims", "kpi_returns"]
Days = Literal["working", "all"]
LEDGER_PAGES: tuple[LedgerKind, ...] = ("issues", "claims")
"""The kinds of ledger that have a page each, and methods of their own."""
LEDGERS = "data/catalogue/ledgers"
RAW = "data/raw"
FIRST, LAST = "1990-01-01", "2060-12-30"
"""The days between which a ledger may begin and end; others cannot be counted in."""
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "issues": (
        ("id", "opened", "resolved", "service_line", "route"),
        ("status", "withdrawn", "reopened", "promised", "duplicate_of", "who", "region"),
    ),
    "claims": (
        ("id", "loss", "service_line", "submitted", "status", "closed", "asked", "offered", "paid"),
        ("acknowledged", "decided", "applied", "listed", "who", "region"),
    ),
    "kpi_returns": (("service_line", "measure", "period", "value", "target", "direction"), ("unit", "known_on")),
}
"""For each kind the columns that it must have and those that it may have besides."""
CHOICES: Mapping[str, Mapping[str, str]] = {
    "loss": {"direct": "direct loss", "lost_earnings": "lost earnings"},
    "direction": {"at_least": "at least", "at_most": "at most"},
}
"""What a column may hold, with its words; service lines come from the catalogue, routes from the ledger itself."""
STATUSES: Mapping[str, Mapping[str, str]] = {
    "issues": {"open": "open", "resolved": "resolved", "withdrawn": "withdrawn"},
    "claims": {"open": "undecided", "paid": "paid", "refused": "refused", "withdrawn": "withdrawn"},
}
KEYS = ("id", "kind", "survey", "label", "about", "file", "dates", "extracted_on", "columns")
OPTIONAL = (
    *("raw", "days", "time_zone", "missing", "values", "recodes", "exclusions", "repeated", "encoding", "sheet"),
    *("starts_on", "routes", "standard", "slow_down", "amounts", "expected_weeks"),
)


@dataclass(frozen=True, kw_only=True)
class Recode:
    """One spelling of one column, in capital or small letters, that is read as another, and why."""

    column: str
    found: str
    to: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """Rows that are left out, by their lines or by what a column holds in capital or small letters, and why."""

    lines: tuple[int, ...]
    column: str
    values: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Which row of a case that stands in the file several times with the same dates is kept, and why."""

    keep: Literal["first", "last"]
    reason: str


@dataclass(frozen=True, kw_only=True)
class SlowDown:
    """How the last months are held against those before: their number, the margin as a share, and when it was fixed."""

    months: int
    margin: float
    fixed: str


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One ledger: where it lies, how its columns and values are read, and what it is measured against.

    ``columns`` gives our name the header of the file; ``values`` gives a column's spellings our values.
    ``standard`` is a number of days within which a case should be closed. ``starts_on`` is the first day from which on
    every case is in it; cases opened before are in it only where they were still open then. ``routes`` are the ways
    in which an issue can be raised, with their words; the first is the one that the others are compared with.
    ``missing`` are texts that stand for an empty cell. ``amounts`` is the unit of money in the file. Within
    ``expected_weeks`` an application to join a list should end with a place on it.
    """

    id: str
    kind: LedgerKind
    survey: str
    label: str
    about: str
    file: str
    raw: str
    dates: DateOrder
    time_zone: str
    days: Days
    extracted_on: str
    starts_on: str
    columns: Mapping[str, str]
    missing: tuple[str, ...] = ()
    routes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    repeated: Repeated | None = None
    recodes: tuple[Recode, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    encoding: str = ""
    sheet: str = ""
    standard: int | None = None
    slow_down: SlowDown | None = None
    amounts: Literal["pence", "pounds"] = "pence"
    expected_weeks: int | None = None

    @property
    def description(self) -> str:
        """The name of the file of the catalogue that describes it."""
        return f"{LEDGERS}/{self.id}.yaml"

    @property
    def name(self) -> str:
        """The ledger's own file as messages and records name it."""
        return f"{self.raw}/{self.file}"

    @property
    def day_name(self) -> str:
        """What its durations are counted in."""
        return "working days" if self.days == "working" else "days"

    def choices(self, column: str) -> Mapping[str, str]:
        """What a column may hold, with its words; empty for a column of any content."""
        named = {"status": STATUSES.get(self.kind, {}), "route": self.routes}
        return named.get(column, CHOICES.get(column, {}))


def read_ledgers(
    root: Path, surveys: Iterable[str], service_lines: Iterable[str], problems: Problems
) -> dict[str, Ledger]:
    """Every ledger that the catalogue describes, by id; each mistake is noted in ``problems``."""
    found = {}
    known, lines = list(surveys), list(service_lines)
    for path in sorted((root / LEDGERS).glob("*.yaml"), key=lambda path: path.stem):
        found[path.stem] = _ledger(path, known, lines, problems)
    return found


def _ledger(path: Path, surveys: list[str], service_lines: list[str], problems: Problems) -> Ledger:
    document = read_yaml(path, f"{LEDGERS}/{path.name}", problems)
    head = MapReader(document, (), KEYS, problems, optional=OPTIONAL)
    if not IDENTIFIER.fullmatch(path.stem):
        head.wrong("id", f"the file is named '{path.name}', expected lower-case letters, digits, - and _")
    kind = head.one_of("kind", "a kind of ledger", COLUMNS)
    needed, possible = COLUMNS.get(kind, ((), ()))
    columns = head.map("columns", needed, optional=possible, kind="a column of this kind of ledger")
    headers = {name: columns.raw_text(name) for name in columns.content if name in (*needed, *possible)}
    for name in (n for n in headers if list(headers.values()).count(headers[n]) > 1):
        columns.wrong(name, f"'{name}': header '{headers[name]}' is named for several columns")
    routes = {name: head.map("routes", (), optional=head.names("routes")).text(name) for name in head.names("routes")}
    options = {name: list(choices) for name, choices in CHOICES.items()}
    options |= {"service_line": service_lines, "status": list(STATUSES.get(kind, ())), "route": list(routes)}
    ledger = Ledger(
        id=head.one_of("id", "the name of its file", [path.stem]),
        kind=cast(LedgerKind, kind),
        survey=head.one_of("survey", "a survey of the catalogue", surveys),
        label=head.text("label"),
        about=head.text("about"),
        file=head.text("file"),
        raw=head.text("raw") or RAW,
        dates=cast(DateOrder, head.one_of("dates", "an order of dates", [order for order in DATE_ORDERS if order])),
        time_zone=_zone(head),
        days=cast(Days, head.one_of("days", "a way to count days", ("working", "all")) or "working"),
        extracted_on=head.day("extracted_on"),
        starts_on=head.day("starts_on"),
        columns=headers,
        missing=head.texts("missing"),
        routes=routes,
        values=_values(head, headers, options),
        repeated=_repeated(head),
        recodes=tuple(_recodes(head, headers)),
        exclusions=tuple(_exclusions(head, headers)),
        encoding=head.text("encoding"),
        sheet=head.text("sheet"),
        standard=head.whole("standard"),
        slow_down=_slow_down(head),
        amounts=cast(Literal["pence", "pounds"], head.one_of("amounts", "a unit", ("pence", "pounds")) or "pence"),
        expected_weeks=head.whole("expected_weeks"),
    )
    if kind == "issues" and not ledger.starts_on:
        head.wrong("starts_on", "'starts_on' is missing: the first day from which on every issue is in the log")
    if kind == "issues" and not routes:
        head.wrong("routes", "'routes' is missing: the ways in which an issue can be raised, each with its words")
    if ledger.starts_on and ledger.extracted_on and ledger.starts_on >= ledger.extracted_on:
        head.wrong("starts_on", f"'starts_on': found '{ledger.starts_on}', expected a day before extracted_on")
    for key, day in (("starts_on", ledger.starts_on), ("extracted_on", ledger.extracted_on)):
        if is_date(day) and not FIRST <= day <= LAST:
            head.wrong(key, f"'{key}': found '{day}', expected a day from {FIRST} to {LAST}")
    if kind == "claims" and "amounts" not in head.content:
        head.wrong("amounts", "'amounts' is missing: whether the file's money is in 'pence' or in 'pounds'")
    if {"applied", "listed"} & headers.keys() and ledger.expected_weeks is None:
        head.wrong("expected_weeks", "'expected_weeks' is missing: the weeks that an application may take")
    return ledger


def _zone(head: MapReader) -> str:
    from zoneinfo import available_timezones  # here: it reads a folder, and few ledgers name one

    zone = head.text("time_zone")
    if zone and zone not in available_timezones():
        head.wrong("time_zone", f"'time_zone': found '{zone}', expected a name such as Europe/London")
    return zone


def _values(head: MapReader, headers: Mapping[str, str], choices: Mapping[str, list[str]]) -> dict[str, dict[str, str]]:
    """For each column the spellings of the file and what each stands for."""
    if "values" not in head.content:
        return {}
    found: dict[str, dict[str, str]] = {}
    reader = head.map("values", (), optional=headers, kind="a column of this ledger")
    for column in reader.content:
        options = choices.get(column)
        if options is None:
            reader.wrong(column, f"'{column}' holds no fixed choices; those that do: {', '.join(sorted(choices))}")
            continue
        listed = reader.map(column, (), optional=options, kind=f"a value of '{column}'")
        spellings: dict[str, str] = {}
        for ours in listed.content:
            for theirs in listed.texts(ours):
                if spellings.setdefault(theirs.casefold(), ours) != ours:
                    listed.wrong(ours, f"'{theirs}' stands for '{ours}' and for '{spellings[theirs.casefold()]}'")
        found[column] = spellings
    return found


def _recodes(head: MapReader, headers: Mapping[str, str]) -> Iterable[Recode]:
    for item in head.items("recodes", ("column", "from", "to", "reason")):
        yield Recode(
            column=item.one_of("column", "a column of this ledger", headers),
            found=item.raw_text("from"),
            to=item.raw_text("to"),
            reason=item.text("reason"),
        )


def _exclusions(head: MapReader, headers: Mapping[str, str]) -> Iterable[Exclusion]:
    for item in head.items("exclusions", ("reason",), optional=("lines", "column", "values")):
        lines = item.texts("lines")
        if any(not line.isdecimal() for line in lines):
            item.wrong("lines", "'lines' should be a list of line numbers, such as [12, 40]")
        if bool(lines) == ("column" in item.content):
            item.wrong("reason", "an exclusion names either 'lines', or a 'column' and its 'values'")
        yield Exclusion(
            lines=tuple(int(line) for line in lines if line.isdecimal()),
            column=item.one_of("column", "a column of this ledger", headers) if "column" in item.content else "",
            values=item.any_texts("values"),
            reason=item.text("reason"),
        )


def _repeated(head: MapReader) -> Repeated | None:
    if "repeated" not in head.content:
        return None
    reader = head.map("repeated", ("keep", "reason"))
    keep = reader.one_of("keep", "the row to keep", ("first", "last"))
    return Repeated(keep=cast(Literal["first", "last"], keep), reason=reader.text("reason"))


def _slow_down(head: MapReader) -> SlowDown | None:
    if "slow_down" not in head.content:
        return None
    reader = head.map("slow_down", ("months", "margin", "fixed"))
    months = reader.whole("months")
    if months is not None and not 1 <= months <= 12:
        reader.wrong("months", f"'months': found '{months}', expected 1 to 12")
    return SlowDown(months=months or 2, margin=reader.points("margin"), fixed=reader.text("fixed"))
