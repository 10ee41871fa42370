"""Charts of shares: in two surveys, in one, and by groups of respondents. Words and marks come from the same rows."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.drawing import Axis, Chart, Row, label_at
from pcse_analysis.reporting.figures import text

BEFORE, AFTER, RANGE = "#F46A25", "#12436D", "#BFBFBF"
"""First two colours of the Analysis Function's pair, and its grey."""
NEAR = 0.08
"""Shares closer than this are drawn one over the other."""
SUPPRESSED = "[c] withheld"


def _mark(axes: Axes, estimate: Estimate, y: float, *, later: bool) -> None:
    assert estimate.value is not None
    colour, marker = (AFTER, "o") if later else (BEFORE, "D")
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [y, y], color=colour, linewidth=2.5, solid_capstyle="butt")
        for end in (estimate.low, estimate.high):
            axes.plot([end, end], [y - 5, y + 5], color=colour, linewidth=1.5)
    axes.plot([estimate.value], [y], marker=marker, color=colour, markersize=8.5, linestyle="none")


def _point(axes: Axes, estimate: Estimate, y: float, *, later: bool, word: str, above: bool = True) -> None:
    _mark(axes, estimate, y, later=later)
    words = f"{text(estimate, 'value', 'percent')} {word}".rstrip()
    label_at(axes, estimate.value or 0, y, words, side="above" if above else "below")


def short_name(dossier: Dossier, wave: str) -> str:
    """A wave as a chart names it: the month in three letters, and the year; what else its label says is left out."""
    month, *rest = dossier.survey.waves[wave].label.split()
    return f"{month[:3]} {rest[0]}" if rest else month


def change_chart(dossier: Dossier, key: str, changes: Sequence[Change]) -> Chart | None:
    """Earlier and later share of every pair that may be compared, each with its interval; None where there is none.

    Where the windows differ, a grey band stands in for the earlier share: what an unchanged rate would give.
    """
    compared = [change for change in changes if change.is_compared]
    if not compared:
        return None
    words = " ".join(_words(dossier, change) for change in compared)
    rows = [_change_row(dossier, change) for change in compared]
    return Chart(id=key, alt=f"Chart of shares in two surveys, with intervals. {words}", rows=rows)


def _words(dossier: Dossier, change: Change) -> str:
    before, after = dossier.figures.both(change)
    label = f"{dossier.question(after).label}: {change.verdict}"
    first, second = (dossier.survey.waves[wave].label for wave in (change.wave_before, change.wave_after))
    if change.comparability == "same":
        shares = [text(estimate, "value", "percent") for estimate in (before, after)]
        return f"{label}, from {shares[0]} in {first} to {shares[1]} in {second}."
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    low, high = (text(implied, side, "percent") for side in ("low", "high"))
    return (
        f"{label}, {text(after, 'value', 'percent')} in {second}, against {low} to {high} that the rate of "
        f"{first} would give over the window of the later survey."
    )


def _change_row(dossier: Dossier, change: Change) -> Row:
    before, after = dossier.figures.both(change)
    label = f"{dossier.question(after).label}: {change.verdict}"
    first, second = (short_name(dossier, wave) for wave in (change.wave_before, change.wave_after))
    if change.comparability == "same":

        def draw(axes: Axes, y: float) -> None:
            axes.plot([before.value or 0, after.value or 0], [y, y], color=RANGE, linewidth=1.2, zorder=1)
            apart = 5 if abs((after.value or 0) - (before.value or 0)) < NEAR else 0
            _point(axes, before, y + apart, later=False, word=first, above=False)
            _point(axes, after, y - apart, later=True, word=second)

        return Row(label, draw)
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    low, high = (text(implied, side, "percent") for side in ("low", "high"))

    def draw_range(axes: Axes, y: float) -> None:
        assert implied.low is not None and implied.high is not None
        axes.fill_between([implied.low, implied.high], y - 7, y + 7, color=RANGE, linewidth=0)
        label_at(axes, (implied.low + implied.high) / 2, y, f"{low} to {high} if rate of {first} held", side="below")
        _point(axes, after, y, later=True, word=second)

    return Row(label, draw_range)


def share_chart(dossier: Dossier, key: str, estimates: Sequence[Estimate]) -> Chart | None:
    """Every share of a selection with its interval; None where there is none to show."""
    shown = [e for e in estimates if e.value is not None]
    if not shown:
        return None
    names = len({e.wave for e in estimates}) > 1
    rows = [_share_row(dossier, e, names_wave=names) for e in shown]
    told = " ".join(
        f"{dossier.question(e).label}, {dossier.survey.waves[e.wave].label}: {text(e, 'value', 'percent')}."
        for e in shown
    )
    return Chart(id=key, alt=f"Chart of published shares, with intervals. {told}", rows=rows)


def _share_row(dossier: Dossier, estimate: Estimate, *, names_wave: bool) -> Row:
    later = estimate.wave == max(dossier.survey.waves, key=lambda w: dossier.survey.waves[w].fieldwork_start)
    word = short_name(dossier, estimate.wave) if names_wave else ""

    def draw(axes: Axes, y: float) -> None:
        _point(axes, estimate, y, later=later, word=word)

    return Row(dossier.question(estimate).label, draw)


def groups_chart(
    dossier: Dossier,
    key: str,
    change: Change,
    by: str,
    shares: Sequence[tuple[str, Estimate | None, Estimate | None]],
) -> Chart | None:
    """The two shares of a change in every group, one row a group, with the later share of all as a line through them.

    ``by`` says what the groups are; ``shares`` has for each its name and the earlier and the later share. A share that
    is withheld has no mark. None where no group has two shares to show.
    """
    whole = dossier.figures.estimate(change.estimate_after)
    both = [(g, a, b) for g, a, b in shares if a and b and a.value is not None and b.value is not None]
    if not both or whole.value is None:
        return None
    rows = [_group_row(group, before, after) for group, before, after in shares]
    falls = sum((b.value or 0) < (a.value or 0) for _, a, b in both)
    first, second = (dossier.survey.waves[wave].label for wave in (change.wave_before, change.wave_after))
    alt = (
        f"Chart of {dossier.question(whole).label}, by {by}, {first} and {second}, with intervals: lower later in "
        f"{falls} of {len(both)} groups that can be shown in both; all together {text(whole, 'value', 'percent')}."
    )
    colours = ((BEFORE, f"{first} (diamond)"), (AFTER, f"{second} (circle); the line is the share of all then"))
    return Chart(id=key, alt=alt, rows=rows, axis=Axis(lines=(whole.value,)), mark=34, column=0.36, key=colours)


def _group_row(group: str, before: Estimate | None, after: Estimate | None) -> Row:
    def draw(axes: Axes, y: float) -> None:
        shown = [e for e in (before, after) if e is not None and e.value is not None]
        if not shown:
            label_at(axes, 0.0, y, SUPPRESSED, side="right")
            return
        ends = sorted((e.value or 0, e.low or 0, e.high or 0, text(e, "value", "percent")) for e in shown)
        for estimate, apart in ((before, 4), (after, -4)):
            if estimate is not None and estimate.value is not None:
                _mark(axes, estimate, y + apart, later=estimate is after)
        if len(shown) == 1:
            _, low, high, share = ends[0]
            room = high < 0.7
            label_at(axes, high if room else low, y, f"{share}, other [c]", side="right" if room else "left")
            return
        label_at(axes, min(end[1] for end in ends), y, ends[0][3], side="left")
        label_at(axes, max(end[2] for end in ends), y, ends[-1][3], side="right")

    return Row(group, draw)
