"""The share with a problem for every question that has a failing answer: charts and one table for each survey."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.catalogue.choices import ALL
from pcse_analysis.dossier import Dossier, finding_order
from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.answers import FAILING, estimates_of, waves_asked
from pcse_analysis.reporting.breakdown import WEIGHTED
from pcse_analysis.reporting.charts import share_chart
from pcse_analysis.reporting.figures import NOT_AVAILABLE, figure, wave_name
from pcse_analysis.reporting.html import Html, joined
from pcse_analysis.reporting.tables import KEY_OF_REPLIES, Cell, Table, range_of

ROWS_OF_A_CHART = 8
"""More would not fit a sheet of paper beside their heading."""


def failing_shares(dossier: Dossier, group: str, wave: str = ALL) -> Html:
    """One chart and one table of the share with a problem, for every question that has a failing answer."""
    parts: list[object] = []
    for number, one in enumerate(waves_asked(dossier, group, wave), start=1):
        shares = [
            e
            for e in estimates_of(dossier, one, group, "share")
            if e.category == FAILING and e.weighting == "unweighted"
        ]
        shares.sort(key=lambda e: finding_order(dossier.question(e).finding))
        if not shares:
            continue
        name, groups = wave_name(one), dossier.survey.groups[group].capitalize()
        caption = Markup("Table G{}. {}: share with a problem, {}").format(number, groups, name)
        charts = [
            share_chart(dossier, f"chart-failing-{group}-{one.id}-{start}", shares[start : start + ROWS_OF_A_CHART])
            for start in range(0, len(shares), ROWS_OF_A_CHART)
        ]
        parts += [
            Markup("<h3>{}</h3>").format(name),
            *(chart for chart in charts if chart is not None),
            _failing_table(dossier, shares, caption),
        ]
    if not parts:
        return Html(Markup("<p>No question that was asked has an answer that counts as a problem.</p>"))
    note = "Base: those that gave an opinion; “don’t know”, “not applicable” and “prefer not to say” are not in it."
    return Html(joined([*parts, Markup("<p class='source'>{} {}</p>").format(note, KEY_OF_REPLIES)]))


def _failing_table(dossier: Dossier, shares: Sequence[Estimate], caption: Markup) -> Table:
    beside = {e.id: e for e in dossier.figures.estimates if e.category == FAILING and e.weighting == "weighted"}
    weighted = any(share.id + WEIGHTED in beside for share in shares)
    rows: list[list[Cell]] = []
    for share in shares:
        question = dossier.question(share)
        row: list[Cell] = [
            Markup("{} {}").format(question.finding, question.label),
            figure(share, "value", "bare"),
            range_of(share, "low", "high", "bare1"),
            figure(share, "numerator", "count"),
            figure(share, "base", "count"),
        ]
        if weighted:
            same = beside.get(share.id + WEIGHTED)
            row.append(figure(same, "value", "bare") if same else NOT_AVAILABLE)
        rows.append(row)
    heads = ["Question", "Share (%)", "95% interval (%)", "Replies", "Base"] + (
        ["Weighted share (%)"] if weighted else []
    )
    return Table(caption, heads, rows, frozenset(range(1, len(heads))))
