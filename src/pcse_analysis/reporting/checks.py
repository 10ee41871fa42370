"""What a sceptic would ask about one change: the tables of its checks and tests."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate
from pcse_analysis.reporting.figures import NOT_APPLICABLE, figure
from pcse_analysis.reporting.tables import Cell, Table, interval_head, range_of


def check_table(dossier: Dossier, change: Change, caption: Cell) -> Table:
    """Everything that a sceptic would ask about one change: tests, rounding, bases, who did not reply."""
    if change.value is None:
        return Table(caption, ("Check", "Result"), _window_checks(dossier, change))
    if dossier.edition.evidence == "responses":
        return Table(
            caption,
            ("Check", "Change (points)", "Interval (points)"),
            _reply_checks(dossier, change),
            frozenset({1, 2}),
        )
    rows: list[list[Cell]] = [
        ["Change, percentage points (later less earlier)", figure(change, "value", "signed1")],
        [interval_head([change]) + ", at the printed percentages", range_of(change, "low", "high", "signed1")],
        [
            "Interval of ninety per cent, for the test against the margin",
            range_of(change, "low90", "high90", "signed1"),
        ],
        [
            interval_head([change]) + " over every count that rounds to the printed percentages",
            range_of(change, "low_rounding", "high_rounding", "signed1"),
        ],
        ["p-value of no change", figure(change, "p_value", "probability")],
        ["The same, adjusted for the family of comparisons tested", _adjusted(dossier, change)],
        ["p-value of the test that the change stays within the margin", figure(change, "p_equivalence", "probability")],
        ["An improvement by the margin or more is ruled out", _yes(change.no_improvement)],
        ["The whole interval lies beyond the margin", _yes(change.exceeds_margin)],
        *_tipping(dossier, change),
        ["Practices that answered both surveys only", NO_RESPONSES],
        ["With “don't know” in and out of the base", NO_RESPONSES],
        ["Weighted beside unweighted", NO_RESPONSES],
    ]
    return Table(caption, ("Check", "Result"), rows)


NO_RESPONSES = "cannot be computed: no responses published"
TIPPING_NONRESPONSE = (
    "Points by which later non-repliers must exceed repliers for the change over all practices to be nil, if earlier "
    "non-repliers are like repliers"
)


def _yes(value: bool | None) -> Cell:
    return NOT_APPLICABLE if value is None else "yes" if value else "no"


ADJUSTMENTS = {"holm": "Holm", "benjamini-hochberg": "Benjamini-Hochberg"}


def _adjusted(dossier: Dossier, change: Change) -> Markup:
    family = dossier.survey.families.get(change.family)
    method = ADJUSTMENTS["holm" if family is None else family.adjustment]
    return Markup("{} ({}; tests in the family: {})").format(
        figure(change, "p_adjusted", "probability"), method, figure(change, "family_size", "count")
    )


def family_note(dossier: Dossier, change: Change) -> Markup:
    """The family that a change was tested in: its name, size, adjustment and when it was fixed."""
    family = dossier.survey.families[change.family]
    words = "Tested with its family, “{}”: {} comparisons, {}; fixed {}."
    size = figure(change, "family_size", "count")
    return Markup(words).format(family.label, size, ADJUSTMENTS[family.adjustment], family.fixed)


TIPPING = {"before": "the earlier base were {} or fewer", "after": "the later base were {} or fewer",
           "both": "both were {} of the replies or less"}  # fmt: skip
"""Rounded down, so that what is printed does touch."""


def _tipping(dossier: Dossier, change: Change) -> list[list[Cell]]:
    margins = {e.category: e for e in dossier.figures.estimates if e.id.startswith(f"{change.id}.base_tipping_margin.")}
    zero = [(change, f"base_tipping_{side}", side) for side in TIPPING]
    margin = [(margins[side], "value", side) for side in TIPPING if side in margins]
    return [
        ["With the same shares, the interval would touch zero if", _bases(zero)],
        ["With the same shares, the interval would touch the margin if", _bases(margin)],
        [
            TIPPING_NONRESPONSE,
            figure(change, "tipping_nonresponse", "signed"),
        ],
    ]


def _bases(numbers: Sequence[tuple[Estimate | Change, str, str]]) -> Markup:
    said = [
        Markup(TIPPING[side]).format(figure(number, field, "percent_at_most" if side == "both" else "at_most"))
        for number, field, side in numbers
        if (getattr(number, field) or 0) >= (0.01 if side == "both" else 1)
    ]
    if not said and any(getattr(number, field) is not None for number, field, _ in numbers):
        return Markup("no base of one reply or more would do so")
    return Markup(", or ").join(said) or NOT_APPLICABLE


def _window_checks(dossier: Dossier, change: Change) -> list[list[Cell]]:
    implied = dossier.figures.estimate(f"{change.id}.implied_share")
    points = dossier.figures.estimate(f"{change.id}.points_range")
    margin = dossier.figures.beside(change, "detectable_margin")
    return [
        ["Later share that an unchanged rate would give (%)", range_of(implied, "low", "high", "bare")],
        ["Later share less that, as printed (points)", range_of(points, "low", "high", "signed1")],
        [
            Markup("The same with rounding and {} sampling error").format(figure(change, "confidence", "percent")),
            range_of(change, "low", "high", "signed1"),
        ],
        [
            "The same with ninety per cent, for the test against the margin",
            range_of(change, "low90", "high90", "signed1"),
        ],
        [
            "Half the width of that range (points)",
            figure(margin, "value", "points1") if margin else NOT_APPLICABLE,
        ],
        ["An improvement by the margin or more is ruled out", _yes(change.no_improvement)],
        ["Practices that answered both surveys only", _unless_replies(dossier)],
        ["With “don't know” in and out of the base", _unless_replies(dossier)],
    ]


def _unless_replies(dossier: Dossier) -> str:
    """Why a check is not made on a pair whose windows differ."""
    return NO_RESPONSES if dossier.edition.evidence == "published" else "not made: the windows differ"


OTHER_WAYS = (
    ("change_unweighted", "", "Without weights"),
    ("change_untrimmed", "", "With weights that were not trimmed"),
    ("change_matched", "", "Practices that answered both surveys only, without weights"),
    ("change_dont_know_in_base", "", "With “don't know” in the base, as no problem"),
    ("change_defined", "narrower", "With fewer answers counted as a problem"),
    ("change_defined", "wider", "With more answers counted as a problem"),
    ("change_one_region_out", "lowest", "Lowest change when one region is left out"),
    ("change_one_region_out", "highest", "Highest change when one region is left out"),
    ("change_finite", "", "With the correction for a finite population"),
)
"""Every other way in which a change is made: measure, category, words."""


def made_otherwise(dossier: Dossier, change: Change, measure: str, category: str = "") -> Estimate | None:
    """The same change made in another way; None where it was not."""
    return dossier.figures.beside(change, f"{measure}.{category}" if category else measure)


def _reply_checks(dossier: Dossier, change: Change) -> list[list[Cell]]:
    rows: list[list[Cell]] = [
        ["As in the headline", figure(change, "value", "signed1"), range_of(change, "low", "high", "signed1")],
        [
            "Interval of ninety per cent, for the test against the margin",
            NOT_APPLICABLE,
            range_of(change, "low90", "high90", "signed1"),
        ],
    ]
    for measure, category, words in OTHER_WAYS:
        found = made_otherwise(dossier, change, measure, category)
        if found is not None:
            named: Cell = words
            if measure in ("change_defined", "change_one_region_out"):
                named = Markup("{} ({})").format(words, found.method)
            if measure == "change_matched" and found.base is not None:
                named = Markup("{} ({} practices)").format(words, figure(found, "base", "count"))
            rows.append([named, figure(found, "value", "signed1"), range_of(found, "low", "high", "signed1")])
    bounds = made_otherwise(dossier, change, "change_dont_know_bounds")
    if bounds is not None:
        words = "Were every “don't know” a problem in one survey and none in the other, and the reverse"
        rows.append([words, NOT_APPLICABLE, range_of(bounds, "low", "high", "signed1")])
    return rows


def test_table(dossier: Dossier, change: Change, caption: Cell) -> Table:
    """The tests of one change made from replies, and how different those who did not reply would have to be."""
    matched = made_otherwise(dossier, change, "p_matched")
    rows: list[list[Cell]] = [
        ["p-value of no change", figure(change, "p_value", "probability")],
        ["The same, adjusted for the family of comparisons tested", _adjusted(dossier, change)],
        ["p-value of the test that the change stays within the margin", figure(change, "p_equivalence", "probability")],
        ["An improvement by the margin or more is ruled out", _yes(change.no_improvement)],
        ["The whole interval lies beyond the margin", _yes(change.exceeds_margin)],
    ]
    if matched is not None:
        words = "p-value of no change among practices that answered both surveys (McNemar, exact)"
        rows.append([words, figure(matched, "value", "probability")])
    rows.append([TIPPING_NONRESPONSE, figure(change, "tipping_nonresponse", "signed")])
    return Table(caption, ("Test", "Result"), rows)
