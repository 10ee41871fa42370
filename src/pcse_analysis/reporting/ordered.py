"""What the whole scale of an ordered question says of a change: a sentence and a table."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.figures import NOT_APPLICABLE, figure
from pcse_analysis.reporting.tables import Cell, Table, range_of

MEASURES = {
    "superiority": ("Probability that a later reply is worse than an earlier one, ties counting half", "percent1"),
    "p_rank": ("p-value of the rank test that it is one half", "probability"),
    "odds_ratio": ("Odds of a worse reply in the later survey, over those in the earlier one", "ratio"),
    "p_parallel": ("p-value of the test that one such ratio serves at every step of the scale", "probability"),
    "p_distribution": ("p-value of the Rao-Scott test that all options are chosen alike", "probability"),
}


UNADJUSTED = "later replies lie nearer the {} end, by a test that is not adjusted for the number of comparisons"


def ordered_table(dossier: Dossier, change: Change, caption: Cell) -> Table | None:
    """The change over the whole scale, a row a measure; None where the question has no ordered scale."""
    rows: list[list[Cell]] = []
    for measure, (words, form) in MEASURES.items():
        found = dossier.figures.beside(change, measure)
        if found is None:
            continue
        interval = range_of(found, "low", "high", form) if found.low is not None else NOT_APPLICABLE
        rows.append([words, figure(found, "value", form), interval, found.method])
    return Table(caption, ("Measure", "Value", "Interval", "How"), rows, frozenset({1, 2})) if rows else None


def ordered_sentence(dossier: Dossier, change: Change) -> Markup:
    """Which way replies moved over the whole scale; empty where the question has no ordered scale."""
    found = dossier.figures.beside(change, "superiority")
    if found is None or found.value is None or found.low is None or found.high is None:
        return Markup()
    if found.low <= 0.5 <= found.high:
        way = "replies did not clearly move either way"
    else:
        end = "better" if found.high < 0.5 else "worse"
        # Beside an unclear verdict, a test of its own must not read as if it settled the matter.
        settled = change.verdict in (Verdict.IMPROVED, Verdict.DETERIORATED)
        words = "replies moved towards the {} end" if settled else UNADJUSTED
        way = words.format(end)
    return Markup(
        "Over the whole scale, {}: of one reply from each survey, the later one is the worse with a probability of {} "
        "({} interval {} to {}; one half would be no move)."
    ).format(
        way,
        figure(found, "value", "percent"),
        figure(found, "confidence", "percent"),
        figure(found, "low", "percent"),
        figure(found, "high", "percent"),
    )
