"""Sentences made from numbers: the verb follows the interval, and no figure is typed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate, Verdict
from pcse_analysis.reporting.figures import figure, wave_name
from pcse_analysis.reporting.sizes import between, points

SMALL_BASE = 30
IMPROVED = Markup("<strong>Among those that replied, this improved.</strong>")
WORSE = Markup("<strong>Among those that replied, this got worse.</strong>")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing the evidence says: its id, what it is about, a headline, the sentences and what limits them."""

    id: str
    subject: str
    headline: Markup
    sentence: Markup
    caveats: tuple[Markup, ...]
    verdict: str


def share_sentence(dossier: Dossier, estimate: Estimate) -> Markup:
    """What one wave found, with interval and base; for a direction the words that were published."""
    wave = wave_name(dossier.survey.waves[estimate.wave])
    if estimate.measure == "direction":
        return Markup("{}: no percentage was published. {}").format(wave, dossier.notes[estimate.id])
    question = dossier.question(estimate)
    share = Markup("In the survey of {}, {} of {} {}").format(
        wave, figure(estimate, "value", "percent"), _group(dossier, estimate), question.failure
    )
    if estimate.low is None:
        return share + Markup(". The base was not published, so no interval can be given.")
    low, high = figure(estimate, "low", "percent"), figure(estimate, "high", "percent")
    confidence = figure(estimate, "confidence", "percent")
    if estimate.base is not None and estimate.base < SMALL_BASE:
        words = "In the survey of {}, between {} and {} of {} {} ({} interval; few replies: {})."
        base = figure(estimate, "base", "count")
        return Markup(words).format(wave, low, high, _group(dossier, estimate), question.failure, confidence, base)
    return share + Markup(" ({} interval {} to {}).").format(confidence, low, high)


def _group(dossier: Dossier, number: Estimate | Change) -> str:
    return dossier.survey.groups[number.respondent_group]


def change_finding(dossier: Dossier, change: Change) -> Finding:
    """The finding of a pair of items: what changed, or why nothing may be said."""
    pair = dossier.pair(change)
    after = dossier.figures.estimate(change.estimate_after)
    subject = dossier.question(after).label
    if not change.is_compared:
        headline, sentence, caveats = _apart(dossier, change)
    elif change.comparability == "window_differs":
        headline, sentence, caveats = _window(dossier, change)
    else:
        headline, sentence, caveats = _plain(dossier, change)
    if pair.assumptions:
        caveats = (Markup("Assumed: {}").format(pair.assumptions), *caveats)
    return Finding(
        id=pair.finding,
        subject=subject,
        headline=Markup("{}: {}").format(subject, headline),
        sentence=sentence,
        caveats=caveats,
        verdict=change.verdict or change.comparability.replace("_", " "),
    )


def _shares(dossier: Dossier, change: Change) -> Markup:
    before, after = dossier.figures.both(change)
    waves = [wave_name(dossier.survey.waves[wave]) for wave in (change.wave_before, change.wave_after)]
    first, second = (dossier.question(e).failure for e in (before, after))
    return Markup("In {}, {} of {} {}; in {}, {} {}.").format(
        waves[0],
        figure(before, "value", "percent"),
        _group(dossier, change),
        first,
        waves[1],
        figure(after, "value", "percent"),
        second,
    )


def _plain(dossier: Dossier, change: Change) -> tuple[Markup, Markup, tuple[Markup, ...]]:
    limits = between(change, "low", "high")
    confidence = figure(change, "confidence", "percent")
    size = points(change, "value", "percentage point")
    falls = (change.value or 0) < 0
    if change.value == 0:
        moved = Markup("The share is the same in both ({} interval of the change: {}).").format(confidence, limits)
    elif change.verdict in (Verdict.IMPROVED, Verdict.DETERIORATED):
        verb = "fell" if falls else "rose"
        moved = Markup("The share {} by {} ({} interval: {}).").format(verb, size, confidence, limits)
    else:
        # No verb of movement: read alone, such a sentence must not be taken for a claim that something changed.
        moved = Markup("Among those that replied, the later share is {} {} ({} interval of the change: {}).").format(
            size, "lower" if falls else "higher", confidence, limits
        )
    match change.verdict:
        case Verdict.IMPROVED:
            headline, words = Markup("improved by {}").format(points(change, "value")), IMPROVED
        case Verdict.DETERIORATED:
            headline, words = Markup("worse by {}").format(points(change, "value")), WORSE
        case Verdict.NO_MATERIAL_CHANGE:
            headline = Markup("no material change")
            words = Markup(
                "<strong>Among those that replied, this did not change materially</strong>: the interval for the test "
                "against the margin lies within {} either way."
            ).format(points(change, "margin"))
            if change.p_adjusted is not None and change.p_adjusted < 0.05:
                words += Markup(" A small {} is measurable.").format("fall" if falls else "rise")
        case _:
            headline, words = Markup("change unclear"), _unclear(dossier, change)
    if change.exceeds_margin:
        words += Markup(" The whole interval lies beyond the margin of {} that was set as mattering.").format(
            points(change, "margin")
        )
    if change.no_improvement and change.verdict is not Verdict.IMPROVED:
        words += Markup(" An improvement by the margin of {} or more is ruled out.").format(points(change, "margin"))
    sentence = Markup("{} {} {}").format(_shares(dossier, change), moved, words)
    few = _few_replies(dossier, change)
    if few:
        headline, sentence = Markup("{} (few replies)").format(headline), Markup("{} {}").format(sentence, few)
    return (
        headline,
        sentence,
        (Markup("Compared because: {}").format(change.reason), Markup("{}").format(dossier.survey.design.pairing_note)),
    )


def _few_replies(dossier: Dossier, change: Change) -> Markup:
    """A warning where one of the two bases is small; nothing else."""
    before, after = dossier.figures.both(change)
    if min(before.base or 0, after.base or 0) >= SMALL_BASE:
        return Markup()
    return Markup("Few replies: {} and {}; read the interval, not the single figure.").format(
        figure(before, "base", "count"), figure(after, "base", "count")
    )


def _unclear(dossier: Dossier, change: Change) -> Markup:
    words = Markup("<strong>Whether this changed is unclear.</strong>")
    if change.low is not None and change.high is not None and not change.low <= 0 <= change.high:
        words += Markup(
            " The interval leaves out zero, but adjusted for the {} comparisons tested in its family "
            "the p-value is {}, which is above one in twenty."
        ).format(figure(change, "family_size", "count"), figure(change, "p_adjusted", "probability"))
        if (change.low_rounding or change.low) <= 0 <= (change.high_rounding or change.high):
            words += Markup(" Over every count that rounds to the printed figures, it holds zero.")
    return words + _smallest(dossier, change)


def _smallest(dossier: Dossier, change: Change) -> Markup:
    margin = dossier.figures.beside(change, "detectable_margin")
    if margin is None:
        return Markup()
    if change.comparability == "window_differs":
        words = "The windows differ so much that only a difference beyond about {} either way could be told from none."
        return Markup(" " + words).format(points(margin, "value"))
    words = "With this many replies, the smallest margin within which no change could be shown is {} points."
    return Markup(" " + words).format(figure(margin, "value", "points1"))


def _window(dossier: Dossier, change: Change) -> tuple[Markup, Markup, tuple[Markup, ...]]:
    before, after = dossier.figures.both(change)
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    printed = dossier.figures.estimate(f"{change.id}.points_range")
    windows = [dossier.question(estimate).window for estimate in (before, after)]
    waves = [wave_name(dossier.survey.waves[wave]) for wave in (change.wave_before, change.wave_after)]
    groups = _group(dossier, change)
    months = [dossier.question(estimate).window_months or 0 for estimate in (before, after)]
    ends = ["if always the same are hit", "if each month is independent of the others"]
    if months[1] < months[0]:
        ends.reverse()
    low, high = figure(implied, "low", "percent"), figure(implied, "high", "percent")
    sentence = Markup(
        "In the survey of {}, {} of {} {} {}; in the survey of {}, {} did {}. The two windows differ. "
        "At an unchanged rate, the earlier share would become {} ({}) to {} ({}) over the window of the later survey. "
    ).format(
        waves[0],
        figure(before, "value", "percent"),
        groups,
        dossier.question(before).failure,
        windows[0],
        waves[1],
        figure(after, "value", "percent"),
        windows[1],
        low,
        ends[0],
        high,
        ends[1],
    )
    inside = (
        implied.low is not None
        and implied.high is not None
        and after.value is not None
        and implied.low <= after.value <= implied.high
    )
    if inside:
        sentence += Markup("The later share of {} lies inside that range. ").format(figure(after, "value", "percent"))
    words, headline = {
        Verdict.IMPROVED: (IMPROVED, "improved"),
        Verdict.DETERIORATED: (WORSE, "worse"),
        Verdict.NO_MATERIAL_CHANGE: (
            Markup("<strong>Among those that replied, this did not change materially.</strong>"),
            "no material change",
        ),
    }.get(change.verdict, (_unclear(dossier, change), "change unclear"))
    ranges = Markup(
        "As printed, the later share lies {} than an unchanged rate would give; with rounding and {} sampling "
        "error, {}. The verdict rests on the whole of the wider range. No single change is given."
    ).format(between(printed, "low", "high"), figure(change, "confidence", "percent"), between(change, "low", "high"))
    return Markup(headline), sentence + words, (Markup("{}").format(change.reason), ranges)


def _apart(dossier: Dossier, change: Change) -> tuple[Markup, Markup, tuple[Markup, ...]]:
    """Two items that are not subtracted: named, with the reason, and without their values."""
    named = [
        Markup("“{}” ({}, finding {})").format(
            dossier.question(estimate).label,
            wave_name(dossier.survey.waves[estimate.wave]),
            dossier.question(estimate).finding,
        )
        for estimate in dossier.figures.both(change)
    ]
    earlier = wave_name(dossier.survey.waves[change.wave_before])
    if change.comparability == "wording_differs":
        sentence = Markup(
            "{} and {} stand side by side and are <strong>not subtracted</strong>: their wording differs. {}"
        )
        return Markup("worded differently in {}").format(earlier), sentence.format(*named, change.reason), ()
    if change.comparability != "not_comparable":
        few = any(estimate.suppressed for estimate in dossier.figures.both(change))
        why = "too few replied for one of them to be shown" if few else "the base of one of them is not known"
        words = f"{{}} and {{}} could be compared, but are <strong>not</strong>: {why}."
        return Markup("not compared with {}").format(earlier), Markup(words).format(*named), ()
    sentence = Markup("{} and {} are <strong>not compared</strong>. {}").format(*named, change.reason)
    return Markup("not comparable with {}").format(earlier), sentence, ()
