"""The editions of the repository's own data, against hand counts from what was published."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace

import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import Change, Estimate, Verdict
from pcse_analysis.evidence import Inputs, make_dossier
from pcse_analysis.metrics.windows import full_range
from tests.metrics.conftest import ROOT
from tests.metrics.made import Z95

URGENT, REGISTRATIONS = "urgent_requests_not_actioned_3wk", "registrations_not_processed_3d"
RECORDS_3M = "incorrect_records_received_3m"
LETTER_DAY = "2018-01-16"
LATER_ITEMS = {"records_service_increased_workload", "incorrect_pension_deductions_12m"}


def share(dossier: Dossier, item: str, wave: str) -> Estimate:
    found = dossier.figures.of_item(item, wave)
    assert found is not None
    return found


def change_of(dossier: Dossier, item: str) -> Change:
    (found,) = [c for c in dossier.figures.changes if c.item == item]
    return found


@pytest.mark.parametrize(
    ("item", "wave", "low", "high"),
    [
        ("records_missed_agreed_date", "2016-10", 78, 80),
        (URGENT, "2016-10", 227, 229),
        ("incorrect_records_received_1m", "2016-10", 86, 88),
        (REGISTRATIONS, "2016-10", 162, 164),
        ("supplies_not_on_expected_date", "2016-10", 64, 66),
        ("support_unable_to_resolve_in_time", "2016-10", 142, 144),
        (RECORDS_3M, "2017-12", 475, 482),
        (URGENT, "2017-12", 461, 467),
        (REGISTRATIONS, "2017-12", 288, 295),
        ("records_service_increased_workload", "2017-12", 543, 549),
    ],
)
def test_counts_that_round_to_what_was_printed(published: Dossier, item: str, wave: str, low: int, high: int) -> None:
    """Origin: by hand; 281 x 0.805 = 226.2 and 281 x 0.815 = 229.01 give 227 to 229, and so on."""
    found = share(published, item, wave)
    assert (found.numerator_low, found.numerator_high, found.numerator) == (low, high, None)
    assert found.base_status == "assumed"


@pytest.mark.parametrize(("item", "count"), [("records_waiting_collection", 658), ("records_awaiting_delivery", 696)])
def test_a_published_count_is_its_own_range(published: Dossier, item: str, count: int) -> None:
    """Origin: the letter's survey, 658 and 696 of 748."""
    found = share(published, item, "2017-12")
    assert (found.numerator_low, found.numerator, found.numerator_high) == (count, count, count)
    assert (found.value, found.base_status) == (pytest.approx(count / 748), "published")


def test_a_share_without_a_base_has_no_interval(published: Dossier) -> None:
    """Origin: the base of the question on pensions was not published, nor who was asked."""
    found = share(published, "incorrect_pension_deductions_12m", "2017-12")
    assert (found.value, found.base, found.low, found.high, found.confidence) == (0.51, None, None, None, None)


@pytest.mark.parametrize(
    ("edition", "wave", "replies", "practices"),
    [
        ("published", "2016-10", 281, 7411 + 202 - 8),
        ("published", "2017-12", 748, 7411),
        ("letter", "2016-10", 281, 7435),
        ("letter", "2017-12", 748, 7435),
    ],
)
def test_response_rate(
    edition: str, wave: str, replies: int, practices: int, published: Dossier, letter: Dossier
) -> None:
    """Origin: by hand; 7,411 practices became public in July 2018, so the letter has 7,435 of July 2017 for both."""
    dossier = {"published": published, "letter": letter}[edition]
    rate = dossier.figures.of_item("survey_responses", wave, "response_rate")
    assert rate is not None
    assert rate.value == pytest.approx(replies / practices, rel=1e-12)
    assert (rate.numerator, rate.base) == (replies, practices)


def test_a_response_rate_is_known_when_both_its_parts_are(published: Dossier, letter: Dossier) -> None:
    """Origin: by hand; replies of 7 November 2016 over practices known on 24 July 2018 and on 20 July 2017."""
    rates = [d.figures.of_item("survey_responses", "2016-10", "response_rate") for d in (published, letter)]
    assert [rate.known_on for rate in rates if rate] == ["2018-07-24", "2017-07-20"]


@pytest.mark.parametrize(
    ("item", "before", "after", "printed"),
    [
        (URGENT, range(227, 230), range(461, 468), (-0.253, -0.123)),
        (REGISTRATIONS, range(162, 165), range(288, 296), (-0.264, -0.114)),
    ],
)
def test_range_over_all_counts(
    published: Dossier, item: str, before: range, after: range, printed: tuple[float, float]
) -> None:
    """Origin: brute force with statsmodels over every pair of counts; three digits stated at the outset."""
    limits = [
        confint_proportions_2indep(a, 748, b, 281, method="newcomb", compare="diff") for b in before for a in after
    ]
    expected = (min(low for low, _ in limits), max(high for _, high in limits))
    change = change_of(published, item)
    assert (change.low_rounding, change.high_rounding) == pytest.approx(expected, abs=1e-9)
    assert (change.low_rounding, change.high_rounding) == pytest.approx(printed, abs=5e-4)


@pytest.mark.parametrize(("item", "low", "high"), [(URGENT, -0.2445, -0.1295), (REGISTRATIONS, -0.2559, -0.1217)])
def test_headline_changes(published: Dossier, item: str, low: float, high: float) -> None:
    """Origin: 81 to 62 % and 58 to 39 % by hand; limits stated when the package was asked for."""
    change = change_of(published, item)
    assert change.value == pytest.approx(-0.19, abs=1e-12)
    assert (change.low, change.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert change.verdict is Verdict.IMPROVED
    assert (change.exceeds_margin, change.no_improvement) == (True, False)


def test_incorrect_records_are_unclear(published: Dossier) -> None:
    """Origin: the design, -15 to +42 points, from one month against three."""
    change = change_of(published, RECORDS_3M)
    assert (change.value, change.verdict) == (None, Verdict.UNCLEAR)
    assert (change.low, change.high) == full_range(range(86, 89), 281, 1, range(475, 483), 748, 3, Z95)


def test_urgent_requests_tip_at_about_25_practices(published: Dossier) -> None:
    """Origin: stated at the outset: only if the earlier base were about 25, or both under 12 % of the totals."""
    change = change_of(published, URGENT)
    assert change.base_tipping_before == pytest.approx(25, abs=1)
    assert change.base_tipping_both is not None and 0.11 < change.base_tipping_both < 0.12


def test_the_detectable_margin_of_a_range_is_half_of_it(published: Dossier) -> None:
    """Origin: by hand; the verdict rests on the whole range, and one that wide round 0 needs half its width."""
    change = change_of(published, RECORDS_3M)
    margin = published.figures.estimate(f"{change.id}.detectable_margin").value
    assert change.low is not None and change.high is not None
    assert margin == pytest.approx((change.high - change.low) / 2, abs=1e-12)


def test_the_headline_family_is_the_two_comparisons_with_a_p_value(published: Dossier) -> None:
    """Origin: by hand, Holm over two: the smaller p twice, the larger once."""
    changes = [change_of(published, item) for item in (URGENT, REGISTRATIONS)]
    smaller, larger = sorted(changes, key=lambda c: c.p_value or 0)
    assert [c.family_size for c in changes] == [2, 2]
    assert smaller.p_adjusted == pytest.approx(2 * (smaller.p_value or 0))
    assert larger.p_adjusted == pytest.approx(larger.p_value)


@pytest.mark.parametrize("item", ["records_waiting_collection", "records_awaiting_delivery"])
def test_28_percent_is_set_against_neither_88_nor_93(published: Dossier, item: str) -> None:
    """Origin: the catalogue; missed dates in one month are not any record that waits."""
    change = change_of(published, item)
    numbers = (change.value, change.low, change.high, change.p_value, change.exceeds_margin, change.no_improvement)
    assert set(numbers) == {None}
    assert change.verdict is Verdict.NONE
    assert not [e.id for e in published.figures.estimates if e.id.startswith(change.id)]


def test_51_percent_is_not_set_against_51_percent(published: Dossier) -> None:
    """Origin: the catalogue; the two have nothing but the figure in common."""
    change = change_of(published, "incorrect_pension_deductions_12m")
    assert (change.value, change.low, change.verdict) == (None, None, Verdict.NONE)


@pytest.mark.parametrize("item", [URGENT, REGISTRATIONS])
def test_nonresponse_tipping_undoes_the_change_over_all_practices(published: Dossier, item: str) -> None:
    """Origin: the later share over 7,411 practices rebuilt from 748 that replied and 6,663 that did not."""
    change = change_of(published, item)
    before, after = share(published, item, "2016-10").value, share(published, item, "2017-12").value
    assert before is not None and after is not None and change.tipping_nonresponse is not None
    over_all = (748 * after + (7411 - 748) * (after + change.tipping_nonresponse)) / 7411
    assert over_all == pytest.approx(before, abs=1e-12)


def test_only_the_unclear_change_has_a_detectable_margin(published: Dossier) -> None:
    """Origin: the design; the two other headlines improved."""
    found = [e.id for e in published.figures.estimates if e.measure == "detectable_margin"]
    assert found == [f"{change_of(published, RECORDS_3M).id}.detectable_margin"]


def test_ids_are_unique(published: Dossier) -> None:
    """Origin: an id must lead to one row."""
    ids = [e.id for e in published.figures.estimates] + [c.id for c in published.figures.changes]
    assert len(ids) == len(set(ids))


def test_the_published_edition_leaves_out_no_figure_of_the_survey(published: Dossier) -> None:
    """Origin: all 19 published figures were public by 31 July 2018; some on performance came later."""
    assert set(published.left_out["kind"]) == {"performance"}
    assert all(not day or day > "2018-07-31" for day in published.left_out["known_on"])


def test_the_letter_edition_leaves_out_what_became_known_later(letter: Dossier) -> None:
    """Origin: by hand; two of the 19 figures were first printed in the report of 25 July 2018.

    The number of individuals comes from a single article, printed after the letter. Of the figures on performance,
    those with a later day, or none, in their file are listed.
    """
    of_survey = letter.left_out[letter.left_out["kind"] == "survey"]
    assert set(of_survey["item"]) == LATER_ITEMS | {"survey_responses"}
    assert len(of_survey) == 3
    with (ROOT / "data/published/performance.csv").open(encoding="utf-8", newline="") as file:
        later = {row["label"] for row in csv.DictReader(file) if not "" < row["known_on"] <= LETTER_DAY}
    assert set(letter.left_out.loc[letter.left_out["kind"] == "performance", "item"]) == later and len(later) > 10
    assert not LATER_ITEMS & {e.item for e in letter.figures.estimates}
    assert not LATER_ITEMS & {c.item for c in letter.figures.changes}


def test_what_is_left_out_has_no_values(letter: Dossier) -> None:
    """Origin: the type's promise; 73 and 51 are the percentages that were left out."""
    columns = ["kind", "wave", "respondent_group", "service_line", "item", "measure", "known_on"]
    assert list(letter.left_out.columns) == columns
    cells = {str(cell) for row in letter.left_out.itertuples(index=False) for cell in row}
    assert not {"73", "51", "0.73", "0.51"} & cells


def test_nothing_in_the_letter_edition_was_known_later(letter: Dossier) -> None:
    """Origin: the day of the letter."""
    days = [e.known_on for e in letter.figures.estimates] + list(letter.timeline["known_on"])
    assert all("" < day <= LETTER_DAY for day in days)
    assert LETTER_DAY in days


def later_sources(sources: Iterable[str]) -> set[str]:
    """Those that ``sources.csv`` dates after the letter, or not at all."""
    with (ROOT / "data/published/sources.csv").open(encoding="utf-8", newline="") as file:
        dates = {row["id"]: row["published_on"] for row in csv.DictReader(file)}
    files = {"survey_results.csv", "population_frames.csv", "performance.csv"}
    return {s for s in sources if s not in files and not "" < dates[s] <= LETTER_DAY}


def test_no_source_in_the_letter_edition_is_later_than_the_letter(letter: Dossier) -> None:
    """Origin: the dates of sources.csv, read here on their own."""
    used = {source for e in letter.figures.estimates for source in e.sources}
    used |= {source for cell in letter.timeline["sources"] for source in cell.split("; ")}
    assert later_sources(used) == set()
    assert len(used) > 10


def test_the_published_edition_has_sources_that_the_letter_could_not_have(published: Dossier) -> None:
    """Origin: by hand; the check above would notice the committee's report of July 2018."""
    assert "pac-hc698-summary" in later_sources(s for e in published.figures.estimates for s in e.sources)


@pytest.mark.parametrize(("known_on", "enters"), [(LETTER_DAY, True), ("2018-01-17", False), ("", False)])
def test_a_fact_enters_up_to_the_evidence_date(inputs: Inputs, known_on: str, enters: bool) -> None:
    """Origin: the design; known on the day itself is known, a fact without a date enters no edition."""
    frame = inputs.published["gpc-pcse"]
    moved = frame["known_on"].mask((frame["item"] == URGENT) & (frame["wave"] == "2017-12"), known_on)
    dossier = make_dossier(replace(inputs, published={"gpc-pcse": frame.assign(known_on=moved)}), "letter")
    assert (dossier.figures.of_item(URGENT, "2017-12") is not None) is enters
    assert (URGENT in {c.item for c in dossier.figures.changes}) is enters
    assert (URGENT in set(dossier.left_out["item"])) is not enters


def test_a_register_figure_names_only_the_sources_of_its_day(inputs: Inputs) -> None:
    """Origin: by hand; a second source of July 2018 was not public on the day of the letter."""
    rows = inputs.population["id"] == "practices-england-2017-06"
    cited = inputs.population["sources"].mask(rows, "gponline-1436925; gponline-1487848")
    dossier = make_dossier(replace(inputs, population=inputs.population.assign(sources=cited)), "letter")
    practices = dossier.figures.of_item("population", "2017-12", "practices")
    assert practices is not None
    assert practices.sources == ("population_frames.csv", "gponline-1436925")


def test_the_period_of_a_fact_does_not_let_it_in(inputs: Inputs) -> None:
    """Origin: the design; the guard is the day a fact became known, not what it is about."""
    frame = inputs.published["gpc-pcse"]
    moved = frame["known_on"].mask(frame["wave"] == "2016-10", "2018-01-17")
    dossier = make_dossier(replace(inputs, published={"gpc-pcse": frame.assign(known_on=moved)}), "letter")
    assert "2016-10" not in {e.wave for e in dossier.figures.estimates}
    assert dossier.figures.changes == ()
