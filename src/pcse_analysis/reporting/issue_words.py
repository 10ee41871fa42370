"""What an issue log shows, in words: names of its parts, verdicts on its speed, and numbers of days."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.figures import date, figure, text
from pcse_analysis.reporting.ledger_figures import LedgerFigures

WORDS = {
    Verdict.DETERIORATED: "slower",
    Verdict.IMPROVED: "faster",
    Verdict.NO_MATERIAL_CHANGE: "no material change",
    Verdict.UNCLEAR: "cannot be said",
    Verdict.NONE: "not compared",
}
"""A verdict on the speed of resolving."""


def period(name: str) -> Markup:
    """A period that is named by its first and its last day."""
    first, _, last = name.partition(" to ")
    return Markup("{} to {}").format(date(first), date(last))


def way(value: float) -> str:
    """Whether a rate fell or rose."""
    return "lower" if value >= 0 else "higher"


def fall(change: Change, field: str = "value") -> Markup:
    """A relative fall of a rate, such as 35% lower."""
    return Markup("{} {}").format(figure(change, field, "percent_size"), way(getattr(change, field)))


def fall_range(change: Change) -> Markup:
    """The interval of a fall, from the greater rise or lesser fall on."""
    if change.low is None or change.high is None:
        return Markup("[x]")
    first = figure(change, "low", "percent_size")
    if way(change.low) != way(change.high):
        first = fall(change, "low")
    return Markup("{} to {}").format(first, fall(change, "high"))


def headline(label: str, change: Change | None) -> Markup:
    """The verdict on the speed of one part in a line."""
    if change is None or change.value is None:
        return Markup("{}: too few issues to compare the two periods").format(label)
    if change.verdict in (Verdict.DETERIORATED, Verdict.IMPROVED):
        return Markup("{}: {}; issues of the same age were resolved at a rate {}").format(
            label, WORDS[change.verdict], fall(change)
        )
    if change.verdict is Verdict.NO_MATERIAL_CHANGE:
        return Markup("{}: no material change in the speed of resolving").format(label)
    return Markup("{}: whether resolving slowed down cannot be said").format(label)


def sentence(log: LedgerFigures, label: str, change: Change) -> Markup:
    """What the two periods were, by how much the rate changed, and what that does not rule out."""
    if change.value is None:
        return Markup("{}: not compared. {}").format(label, change.reason)
    said = [
        Markup("{}, from {} against {}: issues of the same age, route and service were resolved at a rate {}.").format(
            label, period(change.wave_after), period(change.wave_before), fall(change)
        ),
        Markup("The {} interval runs from {}.").format(figure(change, "confidence", "percent"), fall_range(change)),
    ]
    if change.verdict is Verdict.UNCLEAR and change.no_improvement:
        margin = figure(change, "margin", "percent_size")
        said.append(Markup("So a slow-down is not shown, but a quickening by {} or more is ruled out.").format(margin))
    elif change.verdict is Verdict.UNCLEAR:
        said.append(Markup("So neither a slow-down nor a quickening is shown, and neither is ruled out."))
    speeds = [
        log.get("within_standard_at_speed", c, change.group_by, change.group) for c in ("before", "in the last months")
    ]
    if log.ledger.standard is not None and all(s is not None and s.value is not None for s in speeds):
        words = "At the speed of the earlier period {} would be resolved within {} {}, at that of the later one {}."
        first, second = (figure(s, "value", "percent") for s in speeds if s is not None)
        said.append(Markup(words).format(first, log.ledger.standard, log.ledger.day_name, second))
    return Markup(" ").join(said)


def naive(log: LedgerFigures) -> Markup:
    """What the mean of closed issues would have claimed, and why it is no evidence."""
    first, second = (log.get("mean_age_of_closed", category) for category in ("before", "in the last months"))
    change = log.change()
    if first is None or second is None or first.value is None or second.value is None or change is None:
        return Markup()
    told = [text(mean, "value", "decimal1") for mean in (first, second)]
    claimed = "as fast" if told[0] == told[1] else "slower" if second.value > first.value else "faster"
    found = WORDS[change.verdict] if change.value is not None else "nothing, as the periods cannot be compared"
    return Markup(
        "<p><strong>Not to be used: the mean of closed issues.</strong> Issues closed in the earlier period had been "
        "open for {0} {4} on average, those closed in the later one for {1}. Taken by itself that would say: {2}. The "
        "comparison at the same age says: {3}. The mean of closed issues leaves out all that are still open, and it "
        "moves with the number that was opened: when a backlog grows, few old issues are there to be closed, and when "
        "old ones are cleared at last, the mean rises although the service works faster.</p>"
    ).format(*(figure(mean, "value", "decimal1") for mean in (first, second)), claimed, found, log.ledger.day_name)
