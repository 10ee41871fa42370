"""Pictures of compensation claims: how soon they are decided, how they end, and the money asked, offered and paid."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from pcse_analysis.estimates import Estimate
from pcse_analysis.reporting.drawing import EDGE, Axis, Chart, Row
from pcse_analysis.reporting.figures import text
from pcse_analysis.reporting.issue_charts import HALF_HEIGHT, curve_row
from pcse_analysis.reporting.ledger_figures import LedgerFigures, half_done
from pcse_analysis.reporting.marks import AFTER, BEFORE, WITHHELD, WORSE

ENDS = {"paid": AFTER, "refused": WORSE, "withdrawn": BEFORE}
"""Ways in which claims end, with their colours; what is left of a bar is undecided."""
MONEY = {"asked": "#3D3D3D", "offered": BEFORE, "paid": AFTER}
Part = tuple[str, str]


def decided_chart(book: LedgerFigures, key: str, parts: Sequence[Part]) -> Chart | None:
    """The share of claims decided by each day, one row a part; None where no part can be shown."""
    rows, said, last = [], [], 0
    for part in parts:
        shares = [(day, book.get("decided_by", f"{day} days", *part)) for day in book.days_of("decided_by")]
        points = [(day, e.value) for day, e in shares if e is not None and e.value is not None]
        median = book.get("days_to_decided", "median", *part)
        if not points or median is None or median.suppressed:
            continue
        last = max(last, points[-1][0])
        said.append(f"{book.label(*part)}: {half_done(median, 'decided', book.ledger.day_name).striptags()}")
        rows.append(curve_row(said[-1], [(0, 0.0), *points], median))
    if not rows:
        return None
    return Chart(
        id=key,
        alt=f"Chart of the share of claims decided by the days since they were submitted. {'; '.join(said)}.",
        rows=rows,
        axis=Axis(low=0, high=float(last), ticks=tuple((float(day), f"{day}") for day in range(0, last + 1, 40))),
        mark=2 * HALF_HEIGHT + 24,
        column=0.3,
        key=[("", f"Along: {book.ledger.day_name} since a claim was submitted. Up: share decided, from none to all.")],
    )


def ends_chart(book: LedgerFigures, key: str, parts: Sequence[Part], day: int) -> Chart | None:
    """The shares paid, refused and withdrawn by one day as parts of a bar; None where no part can be shown."""
    rows, said = [], []
    for part in parts:
        shares = [book.get("ended_by", f"{end} by {day} days", *part) for end in ENDS]
        if any(share is None for share in shares):
            continue
        found = [share for share in shares if share is not None]
        values = tuple(WITHHELD[:3] if e.suppressed else text(e, "value", "percent") for e in found)
        rows.append(Row(book.label(*part), _stacked(found), values=values))
        told = ", ".join(f"{end} {value}" for end, value in zip(ENDS, values, strict=True))
        said.append(f"{book.label(*part)}: {told}")
    if not rows:
        return None
    return Chart(
        id=key,
        alt=f"Chart of how claims had ended {day} {book.ledger.day_name} after they were submitted. {'; '.join(said)}.",
        rows=rows,
        mark=36,
        column=0.2,
        heads=tuple(end.capitalize() for end in ENDS),
        key=[*((colour, end.capitalize()) for end, colour in ENDS.items()), ("", "The rest of a bar: not ended yet.")],
    )


def _stacked(shares: Sequence[Estimate]) -> Callable[[Axes, float], None]:
    def draw(axes: Axes, y: float) -> None:
        left = 0.0
        for share, colour in zip(shares, ENDS.values(), strict=True):
            if share.value is not None:
                axes.add_patch(Rectangle((left, y - 11), share.value, 22, facecolor=colour, edgecolor="#ffffff"))
                left += share.value
        axes.add_patch(Rectangle((0, y - 11), 1, 22, facecolor="none", edgecolor=EDGE, linewidth=0.8))

    return draw


def money_chart(book: LedgerFigures, key: str, parts: Sequence[Part]) -> Chart | None:
    """What was asked, offered and paid in each part as bars; None where nothing can be shown."""
    found = [(part, name, book.get(name, "", *part)) for part in parts for name in MONEY]
    shown = [(part, name, e) for part, name, e in found if e is not None and e.value is not None]
    most = max((e.value or 0 for _, _, e in shown), default=0.0)
    if most <= 0:
        return None
    rows = []
    for part in parts:
        of_part = [(name, e) for p, name, e in shown if p == part]
        rows += [
            Row(f"{book.label(*part)}, {n}", _bar(e, MONEY[n]), values=(text(e, "value", "pounds"),))
            for n, e in of_part
        ]
    said = "; ".join(f"{book.label(*part)}, {name}: {text(e, 'value', 'pounds')}" for part, name, e in shown)
    return Chart(
        id=key,
        alt=f"Chart of the money asked for, offered and paid. {said}.",
        rows=rows,
        axis=Axis(low=0, high=most, ticks=()),
        mark=22,
        column=0.28,
        heads=("Pounds",),
    )


def _bar(amount: Estimate, colour: str) -> Callable[[Axes, float], None]:
    def draw(axes: Axes, y: float) -> None:
        axes.add_patch(Rectangle((0, y - 7), amount.value or 0, 14, facecolor=colour, edgecolor="none"))

    return draw
