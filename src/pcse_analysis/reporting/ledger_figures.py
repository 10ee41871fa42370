"""The figures of one ledger by what they are and of which part; the names of parts; numbers of days in words."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError, Problem, not_an_option
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.reporting.figures import date, figure

NOT_REACHED = "not reached"
COUNTED = {"issues": "logged", "claims": "submitted"}
"""The measure that counts the cases of a ledger of each kind."""


def ledgers_of(dossier: Dossier, kind: str) -> list[Ledger]:
    """The ledgers of one kind that an edition holds, in the order of the catalogue."""
    return [ledger for ledger in dossier.ledgers if ledger.kind == kind]


def find_ledger(dossier: Dossier, kind: str, name: str) -> tuple[LedgerFigures, int]:
    """The figures of the ledger of this name, and its number among those of its kind.

    Raises:
        CommandError: the edition has no such ledger.
    """
    names = [ledger.id for ledger in ledgers_of(dossier, kind)]
    if name not in names:
        what = f"parameter '{kind}': {not_an_option(name, 'a ledger of this kind in this edition', names)}"
        raise CommandError([Problem(what=what)])
    number = names.index(name)
    return LedgerFigures(dossier, ledgers_of(dossier, kind)[number]), number + 1


class LedgerFigures:
    """The figures of one ledger by measure, category and part."""

    def __init__(self, dossier: Dossier, ledger: Ledger) -> None:
        """Those of ``ledger`` in the edition."""
        self.dossier, self.ledger = dossier, ledger
        self.figures: Figures = dossier.figures_of(ledger.id)
        self._found = {(e.measure, e.category, e.group_by, e.group): e for e in self.figures.estimates}
        lines = {line.id: line.label for line in dossier.catalogue.service_lines.values()}
        self._names = {
            "": {"": f"All {ledger.kind}"},
            "route": ledger.routes,
            "loss": {name: words.capitalize() for name, words in ledger.choices("loss").items()},
            "service_line": lines,
        }

    def get(self, measure: str, category: str = "", by: str = "", group: str = "") -> Estimate | None:
        """One estimate, or None where the ledger has none."""
        return self._found.get((measure, category, by, group))

    def parts(self, *kinds: str) -> list[tuple[str, str]]:
        """The parts of the ledger that are of these kinds, in the order of the catalogue; withheld ones too."""
        counted = COUNTED[self.ledger.kind]
        there = {(e.group_by, e.group) for e in self.figures.estimates if e.measure == counted}
        return [(by, group) for by in kinds for group in self._names[by] if (by, group) in there]

    def label(self, by: str, group: str) -> str:
        """The name of a part."""
        return self._names[by][group]

    def change(self, by: str = "", group: str = "") -> Change | None:
        """The change of the speed of a part."""
        return next((c for c in self.figures.changes if (c.group_by, c.group) == (by, group)), None)

    def days_of(self, measure: str) -> list[int]:
        """The days by which shares of the whole ledger are given, as in "paid by 120 days"; the first one first."""
        found = [e.category for e in self.figures.estimates if (e.measure, e.group_by) == (measure, "")]
        return sorted({int(category.split()[-2]) for category in found})

    @property
    def subtitle(self) -> Markup:
        """What the ledger is, and the day as of which it is known."""
        first = next(iter(self.figures.estimates), None)
        known = Markup(", as known on {}").format(date(first.known_on)) if first else Markup()
        return Markup("{}{}. {}").format(self.ledger.label, known, self.ledger.about)

    @property
    def flow(self) -> Markup:
        """What was done with the rows of the file, each rule with its reason; empty where that is not known."""
        received = self.get("rows_received")
        if received is None:
            return Markup()
        told = []
        for measure, done in (("rows_recoded", "recoded"), ("rows_excluded", "left out")):
            found = sorted((e for e in self.figures.estimates if e.measure == measure), key=lambda e: e.category)
            told += [Markup("{} {} ({})").format(figure(e, "value", "count"), done, e.group.rstrip(".")) for e in found]
        said = Markup("; ").join(told) or "none was left out or recoded"
        return Markup("Of {} rows of the file: {}.").format(figure(received, "value", "count"), said)

    @property
    def source(self) -> Markup:
        """The ledger's file, and the file that describes it."""
        return Markup("{}, described in {}.").format(self.ledger.name, self.ledger.description)

    @property
    def days_counted(self) -> str:
        """How its days are counted."""
        return "working days, without weekends and bank holidays" if self.ledger.days == "working" else "all days"


def days_text(estimate: Estimate | None, field: str = "value") -> Markup:
    """A number of days; "not reached" where the curve never comes so far."""
    if estimate is not None and not estimate.suppressed and getattr(estimate, field) is None:
        return Markup(NOT_REACHED)
    return figure(estimate, field, "count")


def days_range(estimate: Estimate | None) -> Markup:
    """The limits of a number of days."""
    if estimate is None or estimate.suppressed:
        return days_text(estimate)
    return Markup("{} to {}").format(days_text(estimate, "low"), days_text(estimate, "high"))


def half_done(median: Estimate | None, done: str, days: str) -> Markup:
    """When half of the cases were done, such as resolved; that fewer ever are, where the curve never comes so far."""
    if median is not None and median.value is None and not median.suppressed:
        return Markup("fewer than half {} at any age seen").format(done)
    counted = Markup(" {}").format(days) if median is not None and median.value is not None else Markup()
    return Markup("half {} after {}{}").format(done, days_text(median), counted)
