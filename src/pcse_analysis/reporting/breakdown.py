"""Failing shares of replies: both weightings side by side, and what the change was by region and by list size."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.catalogue.raw import REGISTER_WORDS
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.charts import groups_chart
from pcse_analysis.reporting.drawing import Chart
from pcse_analysis.reporting.figures import NOT_APPLICABLE, figure, wave_name
from pcse_analysis.reporting.tables import Cell, Table, interval_head, range_of

WEIGHTED = ".weighted"


def reply_table(dossier: Dossier, estimates: Sequence[Estimate], caption: Cell) -> Table:
    """Shares of replies with interval, unweighted beside weighted, with replies and base."""
    weighted = any(e.weighting == "weighted" for e in estimates)
    labels = {dossier.question(estimate).label for estimate in estimates}
    rows: list[list[Cell]] = []
    for estimate in estimates:
        plain = dossier.figures.estimate(estimate.id.removesuffix(WEIGHTED))
        name = wave_name(dossier.survey.waves[estimate.wave])
        # Where both surveys asked the same, the heading names the question.
        row: list[Cell] = [Markup("{}: {}").format(name, dossier.question(estimate).label) if len(labels) > 1 else name]
        if weighted:
            row += [figure(estimate, "value", "bare1"), range_of(estimate, "low", "high", "bare1")]
        row += [
            figure(plain, "value", "bare1"),
            range_of(plain, "low", "high", "bare1"),
            figure(plain, "numerator", "count"),
            figure(plain, "base", "count"),
        ]
        rows.append(row)
    interval = interval_head(estimates) + " (%)"
    heads: list[Cell] = ["Survey"]
    heads += ["Weighted share (%)", interval] if weighted else []
    heads += ["Unweighted share (%)" if weighted else "Share (%)", interval, "Replies", "Base"]
    return Table(caption, heads, rows, frozenset(range(1, len(heads))))


def breakdowns(dossier: Dossier, change: Change, finding: str, level: int) -> list[Markup | Chart | Table]:
    """The shares and the change in each region and band of list size: for each a heading, a chart and a table."""
    pieces: list[Markup | Chart | Table] = []
    both = dossier.figures.both(change)
    for letter, (column, words) in zip("efg", REGISTER_WORDS.items(), strict=False):
        shares = [
            {
                e.group: e
                for e in dossier.figures.estimates
                if (e.item, e.wave, e.respondent_group, e.measure, e.category, e.weighting, e.group_by)
                == (whole.item, whole.wave, whole.respondent_group, "share", whole.category, whole.weighting, column)
            }
            for whole in both
        ]
        changes = {
            c.group: c
            for c in dossier.figures.changes
            if c.group_by == column
            and (c.item, c.respondent_group) == (change.item, change.respondent_group)
            and (c.wave_before, c.wave_after) == (change.wave_before, change.wave_after)
        }
        groups = [group for group in dossier.groups_of(column) if group in shares[0] or group in shares[1]]
        rows = [[group, *_cells(shares, changes.get(group), group)] for group in groups]
        if rows:
            heads: list[Cell] = [words.capitalize()]
            heads += [Markup("{} (%)").format(wave_name(dossier.survey.waves[e.wave])) for e in both]
            heads += ["Bases", "Change (points)", interval_head([change]), "Verdict"]
            caption = Markup(
                "Table {}{}. The same by {} of the practice; verdicts adjusted for all such comparisons"
            ).format(finding, letter, words)
            ordered = [(group, shares[0].get(group), shares[1].get(group)) for group in groups]
            chart = groups_chart(dossier, f"chart-{finding}-{column}", change, words, ordered)
            pieces.append(Markup("<h{0}>By {1} of the practice</h{0}>").format(level, words))
            pieces += [chart] if chart is not None else []
            pieces.append(Table(caption, heads, rows, frozenset({1, 2, 3, 4, 5})))
    return pieces


def _cells(shares: Sequence[dict[str, Estimate]], change: Change | None, group: str) -> list[Cell]:
    found = [of_wave.get(group) for of_wave in shares]
    cells: list[Cell] = [figure(share, "value", "bare") if share else NOT_APPLICABLE for share in found]
    bases = [figure(share, "base", "count") if share else NOT_APPLICABLE for share in found]
    cells.append(Markup("{}, {}").format(*bases))
    if change is None:
        return [*cells, NOT_APPLICABLE, NOT_APPLICABLE, "not compared"]
    return [*cells, figure(change, "value", "signed"), range_of(change, "low", "high", "signed"), str(change.verdict)]
