"""The provider's returns as figures by measure, and the picture of the months in which each was met or missed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.drawing import EDGE, Axis, Chart, Row, pixels_of
from pcse_analysis.reporting.figures import MONTHS, text
from pcse_analysis.reporting.ledger_figures import LedgerFigures
from pcse_analysis.reporting.marks import AFTER, WORSE

MET, MISSED = AFTER, WORSE


class Returned:
    """The figures of one ledger of returns, by measure."""

    def __init__(self, dossier: Dossier, ledger: Ledger) -> None:
        """Those of ``ledger`` in the edition."""
        figures = LedgerFigures(dossier, ledger)
        self.subtitle: Markup = figures.subtitle
        self.source: Markup = figures.source
        self.ledger = ledger
        self.flow: Markup = figures.flow
        own = [e for e in figures.figures.estimates if e.group_by == "measure"]
        self._found = {(e.item, e.measure, e.category): e for e in own}
        lines = list(dossier.catalogue.service_lines)
        labels = {line.id: line.label for line in dossier.catalogue.service_lines.values()}
        first = {e.item: e for e in own}
        self.items = sorted(first, key=lambda item: (lines.index(first[item].service_line), first[item].group))
        self._labels = {item: f"{labels[e.service_line]}: {e.group}" for item, e in first.items()}
        there = [e.category for e in own if e.measure == "reported"]
        # Months in which nobody returned anything stand between the others, so that no gap looks like a run.
        self.periods = [str(month) for month in pd.period_range(min(there), max(there), freq="M")] if there else []

    def get(self, item: str, measure: str, category: str = "") -> Estimate | None:
        """One estimate of a measure, or None where there is none."""
        return self._found.get((item, measure, category))

    def last(self, item: str, measure: str) -> Estimate | None:
        """The last return of a measure, or the last target that it had."""
        found = (self.get(item, measure, period) for period in reversed(self.periods))
        return next((e for e in found if e is not None), None)

    def label(self, item: str) -> str:
        """The service and the name of a measure."""
        return self._labels[item]

    def longest_run(self, item: str) -> float:
        """The most months in a row in which a measure missed its target."""
        found = self.get(item, "longest_run_of_misses")
        return found.value or 0.0 if found else 0.0


def returns_chart(returned: Returned, key: str) -> Chart | None:
    """Each measure as a row of months, met and missed; None where nothing was returned."""
    if not returned.periods:
        return None
    places = {period: place for place, period in enumerate(returned.periods)}
    said = []
    for item in returned.items:
        met, missed = (returned.get(item, "months", outcome) for outcome in ("met", "missed"))
        if met is not None and missed is not None:
            counts = f"{text(met, 'value', 'count')} met, {text(missed, 'value', 'count')} missed"
            said.append(f"{returned.label(item)}: {counts}")
    return Chart(
        id=key,
        alt=f"Chart of the months in which each measure met or missed its target. {'; '.join(said)}.",
        rows=[Row(returned.label(item), _months(returned, item, places)) for item in returned.items],
        axis=Axis(low=-0.7, high=len(places) - 0.3, ticks=_ticks(returned.periods)),
        mark=26,
        column=0.42,
        key=[
            (MET, "Met"),
            (MISSED, "Missed (a cross)"),
            ("", "Open square: no target. Small dot: no return was made."),
        ],
    )


def _ticks(periods: Sequence[str]) -> tuple[tuple[float, str], ...]:
    """The first month of each quarter, and in its place the year where that is new."""
    months = [(place, int(period[5:]), period[:4]) for place, period in enumerate(periods)]
    return tuple(
        (float(place), year if month == 1 else MONTHS[month - 1][:3]) for place, month, year in months if month % 3 == 1
    )


def _months(returned: Returned, item: str, places: Mapping[str, int]) -> Callable[[Axes, float], None]:
    def draw(axes: Axes, y: float) -> None:
        half = min(8.0, pixels_of(axes) / len(places) / 2 - 1)
        wide = half * len(places) / pixels_of(axes)
        for period, place in places.items():
            met = returned.get(item, "met", period)
            if met is not None and not met.value:
                axes.plot(
                    [place], [y], marker="X", color=MISSED, markersize=half, markeredgewidth=2.2, linestyle="none"
                )
            elif returned.get(item, "reported", period) is None:
                axes.plot([place], [y], marker=".", color=EDGE, markersize=3, linestyle="none")
            else:
                colour = MET if met is not None else "none"
                size = (place - wide, y - half), 2 * wide, 2 * half
                axes.add_patch(Rectangle(*size, facecolor=colour, edgecolor=EDGE if met is None else colour))

    return draw
