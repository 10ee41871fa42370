"""Looks at an export that nobody has described yet and says what each of its columns seems to be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pcse_analysis.catalogue.raw import QuestionKind
from pcse_analysis.cleaning.dates import read_dates
from pcse_analysis.cleaning.exports import Export
from pcse_analysis.cleaning.headers import INSIDE, MANY, Column, tidied, unnamed_column
from pcse_analysis.cleaning.joined import parted
from pcse_analysis.cleaning.numbers import read_number

MOST_OPTIONS = 20
LONGEST_OPTION = 160
"""Characters: what is longer was written by respondents."""
LEAST_REPEATED = 2.5
"""Times that an option is chosen on average: what repeats less was written by respondents."""
OTHER = re.compile(r"\bother\b|please specify|write[- ]in", re.IGNORECASE)
WEIGHT = re.compile(r"weights?|wt|weighting", re.IGNORECASE)
PRACTICE = {
    "practice_code": re.compile(r"\b(practice|ods|organisation) code\b", re.IGNORECASE),
    "practice_name": re.compile(r"\b(practice|surgery) name\b|name of (your|the) (practice|surgery)", re.IGNORECASE),
    "practice_postcode": re.compile(r"\bpost ?code\b", re.IGNORECASE),
}
OWN_WORDS = "Other (own words)"
"""The option that a draft adds where some wrote what few others did between options that they chose."""
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
        values = self.export.columns[column.place].values
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
            if name.endswith(MANY) and len(together) == 1:
                name = together[0].question or together[0].code
            yield name, together

    def _prefix(self, column: Column) -> str:
        """The common start of columns such as q4_1, q4_2 that each hold one option or nothing; empty for others."""
        match = re.fullmatch(r"(.+_)\d+", column.code or column.question)
        if column.part or match is None:
            return ""
        values = set(self._values([column])) - set(map(tidied, self.export.header.platform.not_selected))
        return match[1] + MANY if len(values) <= 1 else ""

    def _reference(self, column: Column) -> str:
        """The shortest name by which the column alone is found."""
        header = self.export.header
        names = [column.code, column.question, column.name] if not column.part else [column.code, column.name]
        return next((n for n in names if n and len(header.found(n)) == 1), column.name)

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
            seen = self._one_column(main[0])
            yield seen
            return
        for column in columns:
            yield self._one_column(column)

    def _marks_only(self, column: Column) -> bool:
        """Whether a column says only that its own option was chosen or not."""
        platform = self.export.header.platform
        marks = {column.part, *map(tidied, platform.selected), *map(tidied, platform.not_selected)}
        return bool(column.part) and set(self._values([column])) <= marks

    def _over_columns(self, columns: list[Column], spread: list[Column]) -> Seen:
        values = self._values(columns)
        parts = list(dict.fromkeys(c.part for c in columns if c.part))
        options = parts if spread else [option for option, _ in values.most_common(MOST_OPTIONS)]
        open_ones = [c.part for c in columns if c.part and c not in spread]
        if not spread and len(values) > len(options):
            options, open_ones = [*options, OWN_WORDS], [OWN_WORDS]
        question = columns[0].question
        return Seen(
            item=self._name(columns[0], question),
            header=question,
            wording=self.texts.get(columns[0].code, question),
            kind="several",
            options=tuple(options),
            other=open_ones[0] if open_ones else "",
            filled=max(self._filled([c]) for c in columns),
            distinct=len(options),
        )

    def _over_coded_columns(self, name: str, columns: list[Column]) -> Seen:
        """Columns that share the start of their code: each holds its option, or a mark for one in the codebook."""
        marks = set(map(tidied, (*self.export.header.platform.selected, *self.export.header.platform.not_selected)))
        start = name.removesuffix(MANY).rstrip("_")
        labels = [self.labels.get(start, {}).get((c.code or c.question).rpartition("_")[2], "") for c in columns]
        options = list(dict.fromkeys(label for label in labels if label))
        options += [v for v in self._values(columns) if v not in marks and v not in options]
        return Seen(
            item=self._name(columns[0], start).removesuffix(
                "_" + (columns[0].code or "").rpartition("_")[2].casefold()
            ),
            header=name,
            wording=self.texts.get(start, start),
            kind="several",
            options=tuple(options),
            other=next((option for option in options if OTHER.search(option)), ""),
            filled=max(self._filled([c]) for c in columns),
            distinct=len(options),
        )

    def _one_column(self, column: Column) -> Seen:
        values = self._values([column])
        filled = sum(values.values())
        kind, options = self._kind(values, filled)
        own_words = kind == "several" and any(
            parted(text, options, self.export.header.platform.joined)[1] for text in values
        )
        wording = self.texts.get(column.code, column.name.replace(INSIDE, ": "))
        return Seen(
            item=self._name(column, column.part or column.question),
            header=self._reference(column),
            wording=wording,
            kind=kind,
            options=(*options, OWN_WORDS) if own_words else options,
            other=OWN_WORDS if own_words else "",
            filled=filled,
            distinct=len(values),
        )

    def _kind(self, values: Counter[str], filled: int) -> tuple[QuestionKind, tuple[str, ...]]:
        texts = list(values)
        if not texts:
            return "text", ()
        if all(read_number(text) is not None for text in texts):
            return "number", ()
        if not read_dates(texts).wrong:
            return "date", ()
        if self._are_options(values, filled):
            return "one", tuple(option for option, _ in values.most_common())
        for mark in self.export.header.platform.joined:
            pieces: Counter[str] = Counter()
            for text, count in values.items():
                for piece in text.split(mark.strip()):
                    pieces[tidied(piece)] += count if tidied(piece) else 0
            common = Counter({piece: n for piece, n in pieces.items() if n >= max(3, filled // 100)})
            if len(pieces) < len(values) + MOST_OPTIONS and self._are_options(common, filled) and len(common) > 1:
                covered = sum(common.values()) / max(1, sum(pieces.values()))
                if covered > 0.6 and any(mark.strip() in text for text in texts):
                    return "several", tuple(piece for piece, _ in common.most_common())
        return "text", ()

    @staticmethod
    def _are_options(values: Counter[str], filled: int) -> bool:
        few = len(values) <= MOST_OPTIONS and max(map(len, values), default=0) <= LONGEST_OPTION
        return few and (filled >= LEAST_REPEATED * len(values) or len(values) <= 2)

    def _name(self, column: Column, text: str) -> str:
        """A name for an item: the column's code, or the first words of its text; numbered where taken."""
        code = re.sub(r"\[.*\]", "", column.code) if not column.part else column.code
        words = re.sub(r"[^a-z0-9]+", "_", (code or text).casefold()).strip("_")
        name = words if column.code else "_".join(words.split("_")[:7])[:48].strip("_")
        name = name or f"column_{column.place + 1}"
        self.names[name] += 1
        return name if self.names[name] == 1 else f"{name}_{self.names[name]}"
