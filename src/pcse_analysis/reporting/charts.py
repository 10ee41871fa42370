"""Charts of shares: in two surveys, in one, and by groups of respondents. Words and marks come from the same rows."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.drawing import Axis, Chart, Row, label_at
from pcse_analysis.reporting.figures import text
from pcse_analysis.reporting.marks import (
    AFTER,
    BEFORE,
    EDGE,
    WITHHELD,
    band,
    label_of,
    mark,
    short_name,
    verdicts_in_words,
)

NEAR = 0.08
"""Shares closer than this are drawn one over the other."""
FEW = 2
"""Rows that an alternative text can name one by one."""


def _point(axes: Axes, estimate: Estimate, y: float, *, later: bool, word: str, above: bool = True) -> None:
    mark(axes, estimate, y, later=later)
    words = f"{text(estimate, 'value', 'percent')} {word}".rstrip()
    label_at(axes, estimate.value or 0, y, words, side="above" if above else "below")


def change_chart(dossier: Dossier, key: str, changes: Sequence[Change]) -> Chart | None:
    """Earlier and later share of every pair that may be compared, each with its interval; None where there is none.

    Where the windows differ, a grey band stands in for the earlier share: what an unchanged rate would give.
    """
    compared = [change for change in changes if change.is_compared]
    if not compared:
        return None
    if len(compared) <= FEW:
        words = " ".join(_words(dossier, change) for change in compared)
    else:
        words = f"{len(compared)} pairs: {verdicts_in_words(dossier, compared)}"
    rows = [_change_row(dossier, change) for change in compared]
    return Chart(id=key, alt=f"Chart of shares in two surveys, with intervals. {words}", rows=rows)


def _words(dossier: Dossier, change: Change) -> str:
    before, after = dossier.figures.both(change)
    label = f"{label_of(dossier, change)}: {change.verdict}"
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
    label = f"{label_of(dossier, change)}: {change.verdict}"
    first, second = (short_name(dossier, wave) for wave in (change.wave_before, change.wave_after))
    if change.comparability == "same":

        def draw(axes: Axes, y: float) -> None:
            first_at, second_at = before.value or 0, after.value or 0
            apart = 5 if abs(second_at - first_at) < NEAR else 0
            if not apart:
                axes.plot([first_at, second_at], [y, y], color=EDGE, linewidth=0.8, solid_capstyle="butt")
            _point(axes, before, y + apart, later=False, word=first, above=False)
            _point(axes, after, y - apart, later=True, word=second)

        return Row(label, draw)
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    low, high = (text(implied, side, "percent") for side in ("low", "high"))

    def draw_range(axes: Axes, y: float) -> None:
        assert implied.low is not None and implied.high is not None
        band(axes, implied.low, implied.high, y, 8, fill="#e3e3e3")
        label_at(axes, (implied.low + implied.high) / 2, y, f"{low} to {high} if rate of {first} held", side="below")
        _point(axes, after, y, later=True, word=second)

    return Row(label, draw_range)


def share_chart(dossier: Dossier, key: str, estimates: Sequence[Estimate]) -> Chart | None:
    """Every share of a selection with its interval; None where there is none to show.

    A share that is withheld has words in place of a mark; one that was never published has no row.
    """
    chosen = [e for e in estimates if e.value is not None or e.suppressed]
    shown = [e for e in chosen if e.value is not None]
    if not shown:
        return None
    names = len({e.wave for e in estimates}) > 1
    rows = [_share_row(dossier, e, names_wave=names) for e in chosen]

    def said(e: Estimate) -> str:
        wave = f", {dossier.survey.waves[e.wave].label}" if names else ""
        return f"{text(e, 'value', 'percent')}, {dossier.question(e).label}{wave}"

    waves = " and ".join(dossier.survey.waves[wave].label for wave in dict.fromkeys(e.wave for e in shown))
    if len(shown) <= FEW:
        told = f"{'; '.join(said(e) for e in shown)}."
    else:
        ends = [pick(shown, key=lambda e: e.value or 0) for pick in (max, min)]
        told = f"The highest is {said(ends[0])}; the lowest {said(ends[1])}."
    hidden = f" {len(chosen) - len(shown)} withheld." if len(chosen) > len(shown) else ""
    head = f"Chart of {len(shown)} share{'s' if len(shown) > 1 else ''} with intervals, {waves}."
    return Chart(id=key, alt=f"{head} {told}{hidden}", rows=rows)


def _share_row(dossier: Dossier, estimate: Estimate, *, names_wave: bool) -> Row:
    later = estimate.wave == max(dossier.survey.waves, key=lambda w: dossier.survey.waves[w].fieldwork_start)
    word = short_name(dossier, estimate.wave) if names_wave else ""
    label = dossier.question(estimate).label
    if estimate.value is None:
        return Row(f"{label}{', ' if word else ''}{word}: {WITHHELD}")

    def draw(axes: Axes, y: float) -> None:
        _point(axes, estimate, y, later=later, word=word)

    return Row(label, draw)


def groups_chart(
    dossier: Dossier,
    key: str,
    change: Change,
    by: str,
    shares: Sequence[tuple[str, Estimate | None, Estimate | None]],
) -> Chart | None:
    """The two shares of a change in every group, one row a group, with the later share of all as a line through them.

    ``by`` says what the groups are; ``shares`` has for each its name and the earlier and the later share. The shares
    stand as numbers at the right; one that is withheld has [c] there and no mark. None where no group has two shares
    to show.
    """
    whole = dossier.figures.estimate(change.estimate_after)
    both = [(g, a, b) for g, a, b in shares if a and b and a.value is not None and b.value is not None]
    if not both or whole.value is None:
        return None
    rows = [_group_row(group, before, after) for group, before, after in shares]
    falls = sum((b.value or 0) < (a.value or 0) for _, a, b in both)
    first, second = (dossier.survey.waves[wave].label for wave in (change.wave_before, change.wave_after))
    group, before, after = max(both, key=lambda row: abs((row[2].value or 0) - (row[1].value or 0)))
    most = f"{group}, from {text(before, 'value', 'percent')} to {text(after, 'value', 'percent')}"
    alt = (
        f"Chart of {dossier.question(whole).label}, by {by}, {first} and {second}, with intervals: lower later in "
        f"{falls} of {len(both)} groups that can be shown in both; all together {text(whole, 'value', 'percent')} in "
        f"{second}. The largest difference: {most}."
    )
    colours = [(BEFORE, f"{first} (diamond)"), (AFTER, f"{second} (circle); the line is the share of all then")]
    if any("[c]" in row.values for row in rows):
        colours.append(("", f"{WITHHELD}."))
    if any("[z]" in row.values for row in rows):
        colours.append(("", "[z] no reply from there."))
    heads = tuple(short_name(dossier, wave).replace(" ", "\n") for wave in (change.wave_before, change.wave_after))
    axis = Axis(lines=(whole.value,))
    return Chart(id=key, alt=alt, rows=rows, axis=axis, mark=34, column=0.36, heads=heads, key=colours)


def _group_row(group: str, before: Estimate | None, after: Estimate | None) -> Row:
    def draw(axes: Axes, y: float) -> None:
        for estimate, apart in ((before, 5), (after, -5)):
            if estimate is not None:
                mark(axes, estimate, y + apart, later=estimate is after)

    return Row(group, draw, values=(_cell(before), _cell(after)))


def _cell(estimate: Estimate | None) -> str:
    """A share as a number; marks in its place where it is withheld or the group was not there."""
    if estimate is None:
        return "[z]"
    return "[c]" if estimate.value is None else text(estimate, "value", "percent")
