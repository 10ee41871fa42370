"""Looks at an export that nobody has described yet and says what each of its columns seems to be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pcse_analysis.catalogue.raw import QuestionKind
from pcse_analysis.cleaning.dates import read_dates
from pcse_analysis.cleaning.exports import Export
from pcse_analysis.cleaning.headers import INSIDE, MANY, Column, tidied, unnamed_column
from pcse_analysis.cleaning.joined import parted
from pcse_analysis.cleaning.kinds import OWN_WORDS, kind_of, options_of

OTHER = re.compile(r"\bother\b|please specify|write[- ]in", re.IGNORECASE)
WEIGHT = re.compile(r"weights?|wt|weighting", re.IGNORECASE)
PRACTICE = {
    "practice_code": re.compile(r"\b(practice|ods|organisation) code\b", re.IGNORECASE),
    "practice_name": re.compile(r"\b(practice|surgery) name\b|name of (your|the) (practice|surgery)", re.IGNORECASE),
    "practice_postcode": re.compile(r"\bpost ?code\b", re.IGNORECASE),
}
NOT_ANSWERS = {"-", "null", "#null!"}
"""What some platforms write for nothing; a draft lists those it met as not answered."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one question of an export seems to be. ``options`` are empty for numbers, dates and text."""

    item: str
    header: str
    wording: str
    kind: QuestionKind
    options: tuple[str, ...]
    other: str
    filled: int
    distinct: int


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What an export seems to hold: a role for some columns, questions, and columns that hold personal details.

    ``ignored`` are columns with a name and nothing in them, and numbers of rows. ``nothing`` is what stands for no
    answer. ``dates`` says why its dates cannot be read without being told their order, empty where they can.
    """

    export: Export
    roles: Mapping[str, str]
    private: tuple[str, ...]
    empty: tuple[str, ...]
    ignored: tuple[str, ...]
    questions: tuple[Seen, ...]
    nothing: tuple[str, ...]
    dates: str


def inspect(export: Export, texts: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]) -> Inspection:
    """What ``export`` seems to hold; ``texts`` and ``labels`` are those of its codebook, by column."""
    return _Inspector(export, texts, labels).inspection()


class _Inspector:
    def __init__(self, export: Export, texts: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]) -> None:
        self.export, self.texts, self.labels = export, texts, labels
        self.names: Counter[str] = Counter()

    def inspection(self) -> Inspection:
        header = self.export.header
        roles = {
            role: column
            for role, wanted in header.platform.roles.items()
            for name in wanted[:1] or ()
            for column in [next((c for n in wanted for c in header.found(n)), None)]
            if column is not None and name
        }
        taken = {column.place for column in roles.values()}
        private = [c for c in header.columns if {c.name, c.code} & set(header.platform.private)]
        taken |= {column.place for column in private}
        # An option that nobody chose stays an option: its column is empty, and its question is not.
        empty = [c for c in header.columns if c.place not in taken and not c.part and self._filled([c]) == 0]
        taken |= {column.place for column in empty}
        for column in header.columns:
            for role, pattern in (*PRACTICE.items(), ("weight", WEIGHT)):
                fits = pattern.fullmatch(column.name) if role == "weight" else pattern.search(column.name)
                if fits and role not in roles and column.place not in taken:
                    roles[role] = column
                    taken.add(column.place)
        numbered = [c for c in header.columns if c.place not in taken and self._numbers_rows(c)]
        taken |= {column.place for column in numbered}
        questions = [
            seen
            for name, columns in self._by_question(c for c in header.columns if c.place not in taken)
            for seen in self._seen(name, columns)
        ]
        return Inspection(
            export=self.export,
            roles={role: self._reference(column) for role, column in roles.items()},
            private=tuple(self._reference(c) for c in private),
            empty=tuple(dict.fromkeys(c.name for c in empty)),
            ignored=tuple(dict.fromkeys(c.name for c in (*numbered, *(c for c in empty if not self._unnamed(c))))),
            questions=tuple(questions),
            nothing=tuple(sorted({v for c in self.export.columns for v in c.tidy if v.casefold() in NOT_ANSWERS})),
            dates=self._dates(roles),
        )

    @staticmethod
    def _unnamed(column: Column) -> bool:
        return column.name == unnamed_column(column.place)

    def _numbers_rows(self, column: Column) -> bool:
        """Whether a column without a name only numbers the rows."""
        values = self._values([column])
        return self._unnamed(column) and len(values) == len(self.export) and all(v.isdigit() for v in values)

    def _dates(self, roles: Mapping[str, Column]) -> str:
        values = [tidied(v) for role in ("started", "ended") if role in roles for v in self._values([roles[role]])]
        return read_dates(values).trouble

    def _by_question(self, columns: Iterable[Column]) -> Iterator[tuple[str, list[Column]]]:
        found: dict[str, list[Column]] = {}
        for column in columns:
            prefix = self._prefix(column)
            found.setdefault(prefix or column.question or column.code, []).append(column)
        for name, together in found.items():
            # A name with a star stands for all columns that start so, or for none of them.
            if name.endswith(MANY) and (len(together) == 1 or len(self.export.header.found(name)) > len(together)):
                yield from ((column.question or column.code, [column]) for column in together)
            else:
                yield name, together

    def _prefix(self, column: Column) -> str:
        """The common start of columns such as q4_1, q4_2 that each hold one option or nothing; empty for others."""
        match = re.fullmatch(r"(.+_)\d+", column.code or column.question)
        if match is None or (column.part and not column.code):
            return ""
        values = set(self._values([column])) - set(map(tidied, self.export.header.platform.not_selected))
        is_option = self._marks_only(column) if column.part else len(values) <= 1
        return match[1] + MANY if is_option else ""

    def _reference(self, column: Column) -> str:
        """The shortest name by which the column alone is found, its number where another has the same names."""
        header = self.export.header
        names = [column.code, column.question, column.name] if not column.part else [column.code, column.name]
        alone = len([c for c in header.columns if c.name == column.name]) == 1
        last = column.name if alone else unnamed_column(column.place)
        return next((n for n in names if n and len(header.found(n)) == 1), last)

    def _values(self, columns: Sequence[Column]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for column in columns:
            coded = self.export.columns[column.place]
            labels = self.labels.get(column.code, {})
            by_value = Counter(coded.codes.tolist())
            for code, count in by_value.items():
                text = tidied(coded.values[code])
                if text and text.casefold() not in NOT_ANSWERS:
                    counts[labels.get(text, text)] += count
        return counts

    def _filled(self, columns: Sequence[Column]) -> int:
        return sum(self._values(columns).values())

    def _seen(self, name: str, columns: list[Column]) -> Iterator[Seen]:
        parts = [c.part for c in columns]
        if len(columns) == 1:
            yield self._one_column(columns[0])
            return
        if name.endswith(MANY):
            together = self._over_coded_columns(name, columns)
            yield from [together] if together.options else map(self._one_column, columns)
            return
        spread = [c for c in columns if self._marks_only(c)]
        same = not any(parts) and len({(c.code, c.name) for c in columns}) == 1
        open_ones = [c for c in columns if OTHER.search(c.part)]
        if same or len(spread) >= max(2, len(columns) - len(open_ones) - 1):
            yield self._over_columns(columns, spread if not same else [])
            return
        main = [c for c in columns if not c.part]
        if len(main) == 1 and len(columns) == 1 + len(open_ones):
            seen, part = self._one_column(main[0]), open_ones[0].part
            yield replace(seen, other=part) if part in seen.options and not seen.other else seen
            return
        for column in columns:
            yield self._one_column(column)

    def _marks_only(self, column: Column) -> bool:
        """Whether a column says only that its own option was chosen or not."""
        platform = self.export.header.platform
        marks = {column.part, *map(tidied, platform.selected), *map(tidied, platform.not_selected)}
        return bool(column.part) and set(self._values([column])) <= marks

    def _over_columns(self, columns: list[Column], spread: list[Column]) -> Seen:
        parts = tuple(dict.fromkeys(c.part for c in columns if c.part))
        options = parts if spread else options_of([self._values([c]) for c in columns])
        open_ones = [c.part for c in columns if c.part and c not in spread]
        if not spread and OWN_WORDS in options:
            open_ones = [OWN_WORDS]
        question = columns[0].question or columns[0].code
        return Seen(
            item=self._name(columns[0], question),
            header=question,
            wording=self.texts.get(columns[0].code, question),
            kind="several",
            options=options,
            other=open_ones[0] if open_ones else "",
            filled=max(self._filled([c]) for c in columns),
            distinct=len(options),
        )

    def _over_coded_columns(self, name: str, columns: list[Column]) -> Seen:
        """Columns that share the start of their code: each is about one option, in header, cell or codebook."""
        marks = set(map(tidied, (*self.export.header.platform.selected, *self.export.header.platform.not_selected)))
        start = name.removesuffix(MANY).rstrip("_")
        known = self.labels.get(start, {})
        labels = [c.part or known.get((c.code or c.question).rpartition("_")[2], "") for c in columns]
        options = list(dict.fromkeys(label for label in labels if label))
        options += [v for v in self._values(columns) if v not in marks and v not in options]
        return Seen(
            item=self._name(columns[0], start).removesuffix(
                "_" + (columns[0].code or "").rpartition("_")[2].casefold()
            ),
            header=name,
            wording=columns[0].question if columns[0].part else self.texts.get(start, start),
            kind="several",
            options=tuple(options),
            other=next((option for option in options if OTHER.search(option)), ""),
            filled=max(self._filled([c]) for c in columns),
            distinct=len(options),
        )

    def _one_column(self, column: Column) -> Seen:
        values = self._values([column])
        joined = self.export.header.platform.joined
        kind, options = kind_of(values, joined)
        if kind == "several" and any(parted(text, options, joined)[1] for text in values):
            options = (*options, OWN_WORDS)
        wording = self.texts.get(column.code, column.name.replace(INSIDE, ": "))
        return Seen(
            item=self._name(column, column.part or column.question),
            header=self._reference(column),
            wording=wording,
            kind=kind,
            options=options,
            other=OWN_WORDS if OWN_WORDS in options else "",
            filled=sum(values.values()),
            distinct=len(values),
        )

    def _name(self, column: Column, text: str) -> str:
        """A name for an item: the column's code, or the first words of its text; numbered where taken."""
        code = re.sub(r"\[.*\]", "", column.code) if not column.part else column.code
        words = re.sub(r"[^a-z0-9]+", "_", (code or text).casefold()).strip("_")
        name = words if column.code else "_".join(words.split("_")[:7])[:48].strip("_")
        name = name or f"column_{column.place + 1}"
        self.names[name] += 1
        return name if self.names[name] == 1 else f"{name}_{self.names[name]}"
