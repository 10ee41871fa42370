"""All figures of the made-up edition, as they are before they are written: what must hold of every one."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from math import isfinite
from pathlib import Path

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.estimates import Estimate, Figures, Verdict
from pcse_analysis.evidence import read_inputs, read_replies
from pcse_analysis.evidence.reply_figures import reply_evidence

ROOT = Path(__file__).parents[2]
PLAIN = (str, float, int, bool, tuple, Verdict, type(None))


@cache
def figures() -> Figures:
    inputs = read_inputs(ROOT)
    edition = find_edition(inputs.catalogue, "synthetic")
    replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, edition)
    return reply_evidence(inputs.catalogue, edition, replies)


def test_every_field_is_plain_and_finite() -> None:
    """A number of numpy prints as "np.float64(…)", and a page must never print NaN or infinity."""
    for number in (*figures().estimates, *figures().changes):
        for field in fields(number):
            value = getattr(number, field.name)
            assert type(value) in PLAIN, (number.id, field.name, type(value))
            assert not isinstance(value, float) or isfinite(value), (number.id, field.name)


def test_no_two_figures_have_one_id() -> None:
    """The law of ids, over shares, changes by group and every check beside them."""
    for numbers in (figures().estimates, figures().changes):
        ids = [number.id for number in numbers]
        assert len(set(ids)) == len(ids)


def test_every_interval_holds_its_value_and_is_not_0_wide() -> None:
    """Law of the issue: never 0 wide, never missing one side but where it is open."""
    for number in (*figures().estimates, *figures().changes):
        if number.low is not None and number.high is not None and number.confidence is not None:
            assert number.low < number.high or number.measure == "median", number.id  # type: ignore[union-attr]
            assert number.value is None or number.low <= number.value <= number.high, number.id


def test_weighted_stands_beside_unweighted() -> None:
    """Every weighted figure of practices has its unweighted twin, suppressed or shown alike."""
    by_id = {e.id: e for e in figures().estimates}
    weighted = [e for e in by_id.values() if e.id.endswith(".weighted")]
    assert len(weighted) > 200
    for e in weighted:
        twin = by_id[e.id.removesuffix(".weighted")]
        assert (twin.base, twin.numerator, twin.suppressed) == (e.base, e.numerator, e.suppressed)


def test_no_change_is_shown_where_one_of_its_shares_is_suppressed() -> None:
    """A change and one share give the other share."""
    by_id = {e.id: e for e in figures().estimates}
    shown = [c for c in figures().changes if c.value is not None]
    assert any(c.group_by for c in shown)
    for change in shown:
        assert not by_id[change.estimate_before].suppressed and not by_id[change.estimate_after].suppressed


def test_totals_less_the_groups_shown_leave_no_small_number() -> None:
    """The simplest attack, by subtraction: what is left of the whole is nothing, or ten and more on each side."""
    plain = [e for e in figures().estimates if e.weighting == "unweighted" and e.measure in ("share", "response_rate")]
    whole = {(e.wave, e.respondent_group, e.item, e.category): e for e in plain if not e.group_by}
    parts: dict[tuple[tuple[str, ...], str], list[Estimate]] = {}
    for e in (e for e in plain if e.group_by):
        parts.setdefault(((e.wave, e.respondent_group, e.item, e.category), e.group_by), []).append(e)
    hidden = 0
    for (key, _), members in parts.items():
        total, shown = whole[key], [e for e in members if not e.suppressed]
        assert total.base is not None and total.numerator is not None
        base = total.base - sum(e.base or 0 for e in shown)
        counted = total.numerator - sum(e.numerator or 0 for e in shown)
        assert base == 0 or ((counted == 0 or counted >= 10) and (base - counted == 0 or base - counted >= 10)), key
        hidden += len(members) - len(shown)
    assert len(parts) > 60 and hidden > 60


def test_the_headline_family_counts_only_its_own() -> None:
    """Seven pairs of the headline family have a p-value, eight of the screening one (comparability.csv, counted)."""
    sizes = {c.family: c.family_size for c in figures().changes if c.p_value is not None}
    assert sizes["headline"] == 7 and sizes["screening"] == 8
    groups = [c for c in figures().changes if c.group_by == "region_name"]
    assert sizes["by region_name"] == len(groups)
