"""How firm a change is, in sentences: made in other ways, over all surveys, and were those who did not reply unlike."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Verdict
from pcse_analysis.reporting.checks import OTHER_WAYS, made_otherwise
from pcse_analysis.reporting.figures import figure
from pcse_analysis.reporting.sizes import between, points

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def trend_sentence(dossier: Dossier, change: Change) -> Markup:
    """How the share moved over all waves that asked alike; empty where there are but two."""
    found = made_otherwise(dossier, change, "trend")
    if found is None or found.value is None:
        return Markup()
    line = Markup("On a straight line through all surveys that asked this alike, ")
    confidence, limits = figure(found, "confidence", "percent"), between(found, "low", "high")
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        words = "whether the share moved is unclear ({} interval of the change in a year: {})."
        return line + Markup(words).format(confidence, limits)
    verb = "fell" if found.value < 0 else "rose"
    return line + Markup("the share {} by {} a year ({} interval: {}).").format(
        verb, points(found, "value"), confidence, limits
    )


def _in_words(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else "many"


def tipping_sentence(dossier: Dossier, change: Change) -> Markup:
    """How different those who did not reply would have to be for a clear change to be nil; empty for any other.

    For published figures also how small both bases would have to be, and which checks need replies.
    """
    if change.verdict not in (Verdict.IMPROVED, Verdict.DETERIORATED) or change.value is None:
        return Markup()
    said = Markup()
    tipping, (_, after) = change.tipping_nonresponse, dossier.figures.both(change)
    if tipping is not None and after.value is not None:
        said += Markup(
            "For the change over the whole population to be nil, the later share among those that did not reply would "
            "have to be {} {} than among those that did, were the two alike in the earlier survey."
        ).format(points(change, "tipping_nonresponse", "percentage point"), "higher" if tipping > 0 else "lower")
        if not 0 <= after.value + tipping <= 1:
            said += Markup(" No share can be so {}.").format("high" if tipping > 0 else "low")
    if dossier.edition.evidence == "published":
        if change.base_tipping_both is not None and change.base_tipping_both >= 0.01:
            said += Markup(" With the same shares, the interval would reach zero were both bases {} or less.").format(
                figure(change, "base_tipping_both", "percent_at_most") + " of the replies"
            )
        said += Markup(" Weights, “don’t know” and practices that answered both cannot be checked without replies.")
    return said


def sensitivity_sentence(dossier: Dossier, change: Change) -> Markup:
    """The change made in other ways, and whether any of them turns its direction; empty without replies."""
    made = [
        (words, found)
        for measure, category, words in OTHER_WAYS
        if (found := made_otherwise(dossier, change, measure, category)) is not None and found.value is not None
    ]
    if not made or not change.value:
        return Markup()
    lowest, highest = (pick((e for _, e in made), key=lambda e: e.value or 0) for pick in (min, max))
    turned = [words for words, e in made if (e.value or 0) * change.value < 0]
    plain = made_otherwise(dossier, change, "change_unweighted")
    first = Markup()
    if plain is not None:
        first = Markup("Shares are weighted to the register; without weights the change is {} points. ").format(
            figure(plain, "value", "signed1")
        )
    said = first + Markup("Made in {} other ways, the change lies between {} and {} points").format(
        _in_words(len(made)),
        figure(lowest, "value", "signed1"),
        figure(highest, "value", "signed1"),
    )
    if not turned and change.verdict is Verdict.UNCLEAR:
        # A direction that all share settles nothing: all are made from the same replies.
        clear = sum(e.low is not None and e.high is not None and not e.low <= 0 <= e.high for _, e in made)
        return Markup("{}; the interval leaves out zero in {} of them.").format(said, _in_words(clear))
    if not turned:
        return Markup("{}; its direction is the same in all of them.").format(said)
    named = turned[0][0].lower() + turned[0][1:]
    more = " and in others" if len(turned) > 1 else ""
    return Markup("{}. <strong>Its direction is the other one</strong> {}{}.").format(said, f"“{named}”", more)
