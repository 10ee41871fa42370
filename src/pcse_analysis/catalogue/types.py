"""The nouns of the catalogue: what was asked, of whom, when, and what may be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pcse_analysis.catalogue.disclosure import DisclosureRules
from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.catalogue.raw import Condition, ExportFile, MissingKind, Platform, QuestionKind, RegisterFiles

EvidenceKind = Literal["published", "responses"]
ComparabilityStatus = Literal["same", "window_differs", "wording_differs", "not_comparable"]
Adjustment = Literal["holm", "benjamini-hochberg"]
WeightingMethod = Literal["post-stratify", "rake", "calibrate"]
ClaimTest = Literal["little_improvement", "some_deterioration", "slowed_down", "none"]


@dataclass(frozen=True, kw_only=True)
class ServiceLine:
    """One of the services that the provider runs."""

    id: str
    label: str
    order: int
    covers: str
    users: str
    standard: str
    sources: tuple[str, ...]
    known_on: str


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Ordered answer options, and which of them count as agreement.

    ``dont_know``, ``not_applicable`` and ``prefer_not_to_say`` are the options that are not an opinion. ``other`` is
    the option behind which respondents write their own words. ``bands`` gives options that stand for a range of a
    number, such as days of delay, with its lower and upper end (None: open).
    """

    id: str
    options: tuple[str, ...]
    agreeing: tuple[str, ...]
    disagreeing: tuple[str, ...]
    dont_know: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    prefer_not_to_say: tuple[str, ...] = ()
    other: str = ""
    unit: str = ""
    bands: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    standards: tuple[float, ...] = ()
    """Numbers in the unit of the bands above which an answer counts as late or too many."""

    @property
    def not_an_opinion(self) -> tuple[str, ...]:
        """The options that are chosen by those who give no opinion."""
        return (*self.dont_know, *self.not_applicable, *self.prefer_not_to_say)

    def kind_of(self, option: str) -> MissingKind | None:
        """The kind of missing that an option is; None for an opinion."""
        kinds: tuple[tuple[MissingKind, tuple[str, ...]], ...] = (
            ("dont_know", self.dont_know),
            ("not_applicable", self.not_applicable),
            ("prefer_not_to_say", self.prefer_not_to_say),
        )
        return next((kind for kind, options in kinds if option in options), None)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One item as one wave asked it. ``failure`` is the predicate of the share that had the failing answer.

    ``asked_if`` routes: all its conditions must hold. ``failing`` says which end of the scale is the failure; without
    it, the options are counted and nothing is called a failure.
    """

    item: str
    wave: str
    asked_of: str
    service_line: str
    kind: QuestionKind
    scale: str
    asked_if: tuple[Condition, ...]
    failing: Literal["", "agreeing", "disagreeing"]
    finding: str
    label: str
    wording: str
    failure: str
    window: str
    window_months: float | None


@dataclass(frozen=True, kw_only=True)
class Wave:
    """One round of a survey. ``population`` lists register figures to set the replies against, best first.

    ``population_lines`` are the lines of the wave's file on which they stand.
    """

    id: str
    label: str
    fieldwork_start: str
    fieldwork_end: str
    about: str
    population: tuple[str, ...]
    population_lines: tuple[int, ...]
    exports: Mapping[str, ExportFile]
    register: RegisterFiles | None


@dataclass(frozen=True, kw_only=True)
class Margins:
    """What the register knows of practices that replies are weighted by, and how.

    ``columns`` are columns of the register; cells with fewer than ``least`` replies are joined with a neighbour;
    weights above ``trim`` times their median are cut.
    """

    columns: tuple[str, ...]
    method: WeightingMethod
    least: int
    trim: float | None = None


@dataclass(frozen=True, kw_only=True)
class SurveyDesign:
    """How respondents came in; decides the interval of a change and the caveats under it.

    Without ``margins``, replies are not weighted, but where an export brings weights of its own.
    """

    unit: str
    population: str
    frame: str
    mode: str
    selection: Literal["census", "random", "self-selected"]
    pairing: Literal["independent", "matched", "partly-matched"]
    pairing_note: str
    margins: Margins | None = None
    areas: str = ""
    """The column of the register by which shares are broken down by area; empty for none."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Comparisons tested together, how their p-values are adjusted, and when that was fixed."""

    id: str
    label: str
    adjustment: Adjustment
    fixed: str


@dataclass(frozen=True, kw_only=True)
class Comparability:
    """What may be said of one pair of items from two waves, and why."""

    finding: str
    respondent_group: str
    service_line: str
    wave_before: str
    item_before: str
    wave_after: str
    item_after: str
    status: ComparabilityStatus
    family: str
    reason: str
    assumptions: str


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey over all its waves."""

    id: str
    label: str
    asked_by: str
    results: str
    raw: str
    """The folder of the survey's exports and registers, relative to the project."""
    design: SurveyDesign
    margin: float
    margin_fixed: str
    families: Mapping[str, Family]
    groups: Mapping[str, str]
    scales: Mapping[str, Scale]
    waves: Mapping[str, Wave]
    questions: Mapping[tuple[str, str], Question]
    comparability: tuple[Comparability, ...]
    disclosure: DisclosureRules = field(default_factory=DisclosureRules)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One thing a letter says, in our own words, and how figures could test it.

    ``ledger`` is the kind of ledger that it speaks of, where no test was fixed for one.
    """

    id: str
    claim: str
    test: ClaimTest
    needs: str
    ledger: str = ""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter whose claims the evidence is set against, and the two waves that it speaks of."""

    id: str
    label: str
    date: str
    survey: str
    wave_before: str
    wave_after: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One set of inputs with an evidence date: nothing known later may enter."""

    id: str
    label: str
    survey: str
    evidence: EvidenceKind
    evidence_date: str
    about: str
    contact: str
    marked: str
    """A word that is printed across every page, such as SYNTHETIC; empty for none."""
    embargo_until: str = ""
    """The day, or the day and time, before which it may not be published; empty for none."""
    correction: str = ""
    """Why an earlier edition was corrected; empty where it was not."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of an edition: the notebook that makes it and where it goes.

    ``evidence`` says which editions have it; ``each`` repeats it for every service line, group of respondents, or
    issue log of the edition.
    ``declares`` names what the gate must find on it: ``findings`` are those of every change that may be compared.
    """

    id: str
    notebook: str
    output: str
    title: str
    evidence: tuple[EvidenceKind, ...]
    each: Literal["", "service_line", "group", "issues", "claims"]
    declares: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A public document that facts are taken from.

    ``published_on`` is empty where no date is established; ``date_kind`` says whether it is that day or the latest it
    can have been.
    """

    id: str
    publisher: str
    title: str
    url: str
    published_on: str
    date_kind: Literal["", "exact", "latest"]


@dataclass(frozen=True, kw_only=True)
class Method:
    """How one kind of number is made, in words for the pages of some kinds of evidence, or of ledgers."""

    id: str
    evidence: tuple[str, ...]
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything recorded about surveys, letters, editions, pages and publications."""

    service_lines: Mapping[str, ServiceLine]
    surveys: Mapping[str, Survey]
    letters: Mapping[str, Letter]
    editions: Mapping[str, Edition]
    pages: tuple[Page, ...]
    publications: Mapping[str, Publication]
    methods: Mapping[str, Method]
    platforms: Mapping[str, Platform]
    ledgers: Mapping[str, Ledger] = field(default_factory=dict)

    def public_by(self, sources: Iterable[str], day: str) -> list[str]:
        """Those of the named publications that were public on ``day``; an undated one never counts."""
        dates = {source: self.publications[source].published_on for source in sources}
        return [source for source, date in dates.items() if date and date <= day]
