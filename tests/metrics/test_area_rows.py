"""Which areas are withheld: by hand on a few replies, and by attack on all tables of a survey together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pcse_analysis.catalogue.choices import find_edition
from pcse_analysis.errors import Problems
from pcse_analysis.evidence import read_replies
from pcse_analysis.evidence import reply_figures as edition_figures
from pcse_analysis.metrics.area_rows import withheld_areas
from pcse_analysis.metrics.breakdowns import (
    Atoms,
    answers_by,
    counts_shown,
    crossed_codes,
    practices_by,
    published_table,
    rows_of,
    withheld_rows,
)
from pcse_analysis.metrics.disclosure import Row, has_one_alternative
from pcse_analysis.metrics.protection import Form, PublishedTable, Statement, attack, unprotected
from pcse_analysis.metrics.sample import Partition, Sample
from tests.dossiers import own_inputs
from tests.metrics.made_replies import made_sample

REGIONS = ("east", "west")
Cells = dict[tuple[str, str], tuple[int, int]]
"""Replies by region and area: so many that agree, which is the problem, and so many that disagree."""
HAND: Cells = {
    ("west", "a"): (12, 30), ("west", "b"): (3, 40), ("west", "c"): (25, 25),
    ("east", "d"): (40, 60), ("east", "e"): (20, 20),
}  # fmt: skip


def sample_of(cells: Cells) -> tuple[Sample, Partition, Partition]:
    """Replies with their regions and areas; an empty name is none."""
    rows = [(r, a, said) for (r, a), (yes, no) in cells.items() for said in ["Agree"] * yes + ["Disagree"] * no]
    names = tuple(sorted({a for _, a, _ in rows} - {""}))
    regions = Partition(group_by="region_name", groups=REGIONS, of_row=places(REGIONS, [r for r, _, _ in rows]))
    areas = Partition(group_by="ccg_name", groups=names, of_row=places(names, [a for _, a, _ in rows]))
    return made_sample({"q": [said for _, _, said in rows]}, failing="agreeing"), regions, areas


def places(names: Sequence[str], found: Iterable[str]) -> np.ndarray:
    return np.array([names.index(name) if name else -1 for name in found], dtype=np.intp)


def withheld(cells: Cells) -> tuple[set[str], set[str]]:
    """The regions and the areas that are withheld; what is left withstands every attack."""
    sample, regions, areas = sample_of(cells)
    gone, of_areas = decided(sample, [regions], areas, None)
    assert broken(sample, [regions], areas, None, gone | of_areas) == []
    return {row[4] for row in gone}, {row[4] for row in of_areas}


def decided(
    sample: Sample, partitions: Sequence[Partition], areas: Partition, practices: pd.DataFrame | None
) -> tuple[set[Row], set[Row]]:
    questions = list(sample.survey.questions.values())
    gone = withheld_rows(sample, questions, partitions, practices)
    return gone, withheld_areas(sample, questions, areas, partitions, practices, gone)


def broken(
    sample: Sample,
    partitions: Sequence[Partition],
    areas: Partition,
    practices: pd.DataFrame | None,
    gone: set[Row],
    items: Iterable[str] = (),
) -> list[Form]:
    """The small numbers of regions, bands, areas, those in none, and response rates that an attack on all finds."""
    every, survey, rules = [*partitions, areas], sample.survey, sample.survey.disclosure
    found: list[Form] = []
    rates: dict[Row, int] = {}
    listed = None
    if practices is not None:
        atoms = practices_by(sample, [p.group_by for p in every], practices)
        table = published_table(atoms, rules, set(), either_or=True, public=True)
        found += still_open(table, rows_of(atoms), gone, rules.threshold)
        listed = atoms
        rates = counts_shown(atoms, gone)
    crossed = crossed_codes([p.of_row for p in every])
    for question in survey.questions.values():
        if not question.failing or question.wave != sample.responses.wave or (items and question.item not in items):
            continue
        if question.item not in sample.responses.answers:
            continue
        atoms = answers_by(sample, question, every, crossed)
        one = has_one_alternative(survey, question.item, question.wave)
        table = published_table(atoms, rules, set(), either_or=one, replied=rates)
        found += still_open(with_rooms(table, atoms, listed), rows_of(atoms), gone, rules.threshold)
    return found


def still_open(table: PublishedTable, rows: list[Row], gone: set[Row], threshold: int) -> list[Form]:
    """The sums that are too small for certain, and would be less so with all areas withheld.

    Where ``unprotected`` gave a search up, it is made without a limit. What regions and bands say without any area, as
    of an area with no practice in some band, is theirs.
    """
    withheld = [n for n, row in enumerate(rows) if row in gone]
    no_area = [n for n, row in enumerate(rows) if row in gone or row[3] == "ccg_name"]
    return [
        form
        for form in unprotected(table, withheld, threshold)
        if attack(table, withheld, form)[1] < min(threshold, attack(table, no_area, form)[1])
    ]


def with_rooms(table: PublishedTable, atoms: Atoms, listed: Atoms | None) -> PublishedTable:
    """The table for an outsider who has counted the practices of every area and band on the official list."""
    if listed is None:
        return table
    known = []
    for n in range(len(atoms.counted)):
        names = {part.row[3:] for parts in atoms.breakdowns for part in parts if part.row and part.atoms[n]}
        of = [p.atoms for parts in listed.breakdowns for p in parts if p.row and p.row[3:] in names]
        if len(of) == len(listed.breakdowns):
            cells = np.logical_and.reduce(of)
            room = int(listed.counted[cells].sum() + listed.others[cells].sum())
            known.append(Statement(coefficients={2 * n: 1.0, 2 * n + 1: 1.0}, low=0.0, high=float(room)))
    return replace(table, statements=(*table.statements, *known))


def test_a_region_less_its_other_areas_would_give_a_small_number_away() -> None:
    """By hand: 40 of the west agree, 12 of a and 25 of c, so that 3 are of b. The smaller, a, goes too: 3 + 12 = 15."""
    assert withheld(HAND) == (set(), {"a", "b"})


def test_the_attack_finds_that_number_where_the_area_goes_alone() -> None:
    """The attack is seen to work: with b alone withheld its 3 are known, and with a too it may be anything to 15."""
    sample, regions, areas = sample_of(HAND)
    crossed = crossed_codes([regions.of_row, areas.of_row])
    question = next(iter(sample.survey.questions.values()))
    atoms = answers_by(sample, question, [regions, areas], crossed)
    table = published_table(atoms, sample.survey.disclosure, set(), either_or=True)
    (form,) = table.sensitive
    rows = [row[4] for row in rows_of(atoms)]
    assert attack(table, [rows.index("b")], form) == (3, 3)
    assert attack(table, [rows.index("a"), rows.index("b")], form) == (0, 15)


def test_small_ones_that_hide_one_another_need_no_third() -> None:
    """a has 7 and b 3 that agree: 10 together, which is the threshold."""
    assert withheld(HAND | {("west", "a"): (7, 30)}) == (set(), {"a", "b"})


def test_where_one_companion_is_too_few_the_largest_go_first() -> None:
    """Both sides of b are small, 2 and 3; the others of the west have 9 that agree each, or few that do not.

    By hand: c (9, 60) and f (9, 60) are small themselves; with b they hold 20 and 123.
    """
    cells: Cells = {
        ("west", "b"): (2, 3), ("west", "c"): (9, 60), ("west", "f"): (9, 60), ("west", "a"): (40, 50),
        ("east", "d"): (40, 60),
    }  # fmt: skip
    assert withheld(cells) == (set(), {"b", "c", "f"})


def test_areas_of_a_withheld_region_stay_where_it_hides_enough() -> None:
    """Of the east 6 agree, so both regions go, and of the west what may have to be moved out: 10 of each kind.

    The east has two areas with 3 each. The west may keep its largest; e, the smallest with 10 and 10, hides enough.
    """
    cells: Cells = {
        ("east", "d"): (3, 40), ("east", "g"): (3, 30),
        ("west", "a"): (40, 60), ("west", "b"): (30, 40), ("west", "e"): (20, 20),
    }  # fmt: skip
    assert withheld(cells) == ({"east", "west"}, {"d", "g", "e"})


def test_replies_in_no_area_of_a_region_are_a_small_number_too() -> None:
    """4 and 20 of the west are in no area: the west less its areas. The smallest that hides them, a, goes."""
    assert withheld(HAND | {("west", "b"): (13, 40), ("west", ""): (4, 20)}) == (set(), {"a"})


def test_an_area_in_two_regions_is_never_shown() -> None:
    """a has 12 and 30 in the west and 30 and 12 in the east; neither piece is small, and neither is published."""
    assert withheld(HAND | {("west", "b"): (13, 40), ("east", "a"): (30, 12)}) == (set(), {"a"})


def test_without_a_small_number_no_area_is_withheld() -> None:
    """All sides are 10 and more."""
    assert withheld(HAND | {("west", "b"): (13, 40)}) == (set(), set())


def test_without_regions_areas_are_set_against_the_whole() -> None:
    """By hand: of a to e the smallest with 7 or more that agree, e with 20 and 20, goes with b."""
    sample, _, areas = sample_of(HAND)
    _, of_areas = decided(sample, [], areas, None)
    assert {row[4] for row in of_areas} == {"b", "e"}


def test_a_response_rate_goes_where_no_more_practices_could_have_replied() -> None:
    """By hand: 3 of the 40 practices of b replied. a has 12 that did, all under 4,000 patients, where b has 5.

    So that with the smaller a it may be 7 at most, 5 of the small band and its own 2; with c, large, it may be 33.
    """
    listed = {("a", "small"): (12, 30), ("b", "small"): (1, 5), ("b", "large"): (2, 35), ("c", "large"): (30, 60)}
    codes, replied, areas = [], [], []
    for (area, size), (some, of) in listed.items():
        codes += [(f"{area}-{size}-{n}", area, size) for n in range(of)]
        replied += [f"{area}-{size}-{n}" for n in range(some)]
        areas += [area] * some
    sample = made_sample({"q": ["Agree"] * 20 + ["Disagree"] * 25}, failing="agreeing")
    sample.responses.respondents["practice"] = replied
    names = ("a", "b", "c")
    bands = Partition(group_by="size_band", groups=("large", "small"), of_row=np.zeros(45, dtype=np.intp))
    of = Partition(group_by="ccg_name", groups=names, of_row=places(names, areas))
    register = pd.DataFrame(codes, columns=["code", "ccg_name", "size_band"])
    found = withheld_areas(sample, [], of, [bands], register, set())
    assert {row[4] for row in found} == {"b", "c"}
    assert {row[2] for row in found} == {"register"}


def random_sample(seed: int) -> tuple[Sample, list[Partition], Partition, pd.DataFrame]:
    """A made-up survey of regions, bands and areas with few replies each, weights by both, and some in none."""
    draw = np.random.default_rng([20180116, seed])
    regions, bands, areas = int(draw.integers(2, 5)), int(draw.integers(2, 4)), int(draw.integers(2, 5))
    practices = int(draw.integers(150, 700))
    region = draw.choice(regions, practices, p=draw.dirichlet([4.0] * regions))
    band = draw.choice(bands, practices, p=draw.dirichlet([3.0] * bands))
    area = region * areas + np.array([draw.choice(areas, p=draw.dirichlet([2.0] * areas)) for _ in region])
    if seed % 4 == 0:  # a practice whose area is that of another region
        area[0] = (area[0] + areas) % (areas * regions)
    frame = pd.DataFrame({"code": [f"P{n}" for n in range(practices)], "region_name": [f"r{n}" for n in region],
                          "size_band": [f"s{n}" for n in band], "ccg_name": [f"a{n:02d}" for n in area]})  # fmt: skip
    rows = np.flatnonzero(draw.random(practices) < draw.uniform(0.2, 0.7))
    lost = draw.random(len(rows)) < 0.03
    fails = draw.random(len(rows)) < draw.uniform(0.05, 0.6)
    answers = np.where(draw.random(len(rows)) < 0.1, "Don't know", np.where(fails, "Agree", "Disagree"))
    weights = draw.uniform(0.5, 3, (regions, bands))[region[rows], band[rows]]
    sample = made_sample({"q": list(answers)}, failing="agreeing", weights=list(np.where(lost, 1.0, weights)))
    sample.responses.respondents["practice"] = np.where(lost, "", frame["code"].to_numpy()[rows])
    parts = []
    for column in ("region_name", "size_band", "ccg_name"):
        names = tuple(sorted(set(frame[column].iloc[rows])))
        of_row = places(names, np.where(lost, "", frame[column].to_numpy()[rows]))
        parts.append(Partition(group_by=column, groups=names, of_row=of_row))
    return sample, parts[:2], parts[2], frame


@pytest.mark.parametrize("seed", range(8))
def test_random_surveys_withstand_the_attack_on_all_tables_together(seed: int) -> None:
    """No region, band, area, rest, or response rate; and no region is withheld that was not without areas."""
    sample, partitions, areas, practices = random_sample(seed)
    gone, of_areas = decided(sample, partitions, areas, practices)
    assert {row[3] for row in of_areas} <= {"ccg_name"}
    assert broken(sample, partitions, areas, practices, gone | of_areas) == []


ATTACKED = ("2016-10", ("payments_incorrect", "screening_letters_late", "satisfaction_gp_pensions")), ("2017-12", ())


def test_the_made_up_edition_withstands_the_attack() -> None:
    """Every question of the later wave, three of the earlier, and both response rates; each area's protection too."""
    inputs = own_inputs()
    edition = find_edition(inputs.catalogue, "synthetic")
    replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, edition)
    survey = inputs.catalogue.surveys[edition.survey]
    before: set[Row] = set()
    for wave, items in ATTACKED:
        responses = next(r for r in replies.responses if (r.wave, r.group) == (wave, "practice"))
        one = edition_figures._sampled(survey, survey.waves[wave], responses, replies, Problems())
        assert one.areas is not None
        asked = edition_figures._asked(survey, one)
        gone = withheld_rows(one.sample, asked, one.partitions, one.practices, before)
        gone |= withheld_areas(one.sample, asked, one.areas, one.partitions, one.practices, gone)
        before |= gone
        assert broken(one.sample, one.partitions, one.areas, one.practices, gone, items) == []


def test_a_survey_that_names_no_areas_has_none() -> None:
    """Without ``areas`` in its design a survey has the rows it had."""
    inputs = own_inputs()
    edition = find_edition(inputs.catalogue, "synthetic")
    survey = inputs.catalogue.surveys[edition.survey]
    replies = read_replies(inputs.root, inputs.raw, inputs.catalogue, edition)
    plain = replace(survey, design=replace(survey.design, areas=""))
    one = edition_figures._sampled(plain, plain.waves["2017-12"], replies.responses[1], replies, Problems())
    assert one.areas is None
