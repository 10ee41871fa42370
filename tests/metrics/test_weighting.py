"""Weights fitted to known totals: hand counts, values of R, laws that hold for any margins, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.errors import DataError
from pcse_analysis.metrics.design import Design, make_design
from pcse_analysis.metrics.known_totals import KnownTotals
from pcse_analysis.metrics.linearised import mean, standard_error, total
from pcse_analysis.metrics.weighting import calibrated, post_stratified, raked

LAW = settings(max_examples=60, deadline=None, derandomize=True, database=None)
Margins = list[KnownTotals]
FITS = {
    "raked": raked,
    "linear": calibrated,
    "raking": lambda design, margins: calibrated(design, margins, distance="raking"),
}


def margin(name: str, labels: list[str] | str, **totals: float) -> KnownTotals:
    return KnownTotals(name=name, labels=list(labels), totals=totals)


# ---- hand counts


def test_post_stratified_by_hand() -> None:
    """x: weights 1 and 3 to a total of 8, so times 2; y: weight 4 to a total of 6, so times 1.5."""
    design = post_stratified(make_design([1.0, 4.0, 3.0]), margin("a", "xyx", x=8, y=6))
    assert design.weights.tolist() == [2.0, 6.0, 6.0]
    assert design.calibration is not None
    assert design.calibration.base_weights.tolist() == [1.0, 4.0, 3.0]


def test_post_strata_that_explain_the_answers_leave_no_error() -> None:
    """Answers that are alike within each cell are known for all of the population."""
    design = post_stratified(make_design([1.0, 4.0, 3.0, 2.0]), margin("a", "xyxy", x=8, y=6))
    found = mean([5.0, 1.0, 5.0, 1.0], design)
    assert found.value == pytest.approx((8 * 5 + 6) / 14)
    assert standard_error(found, design) == 0


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_a_table_of_two_by_two_that_fits_at_once(fit) -> None:
    """Margins that are independent as the replies are: each cell has the product of its shares, 40 x row x column."""
    design = fit(make_design(np.ones(4)), [margin("a", "xxyy", x=30, y=10), margin("b", "uvuv", u=20, v=20)])
    if fit is not calibrated:
        assert design.weights == pytest.approx([15, 15, 5, 5])
    # The linear fit is 10 + 5 for a, 0 for b: the same here.
    assert design.weights == pytest.approx([15, 15, 5, 5])


# ---- values of R


STRATA = [1, 1, 1, 1, 1, 2, 2, 2, 2]
BASE = [1.0, 2, 3, 3, 2, 4, 4, 7, 4]
ANSWERS = [1.0, 4, 6, 3, 10, 2, 8, 5, 7]
BOTH = [margin("a", "xxyyxxyyx", x=20, y=16), margin("b", "uvuvvvuvu", u=15, v=21)]


@pytest.mark.parametrize(
    ("fit", "margins", "expected"),
    [
        # R 4.2, survey 4.1-1: s <- svydesign(id=~1, strata=~h, weights=~w); postStratify(s, ~a, ...)
        ("raked", BOTH[:1], (5.2352941176471, 0.96581344059265, 188.47058823529, 34.769283861335)),
        ("linear", BOTH[:1], (5.2352941176471, 0.96581344059265, 188.47058823529, 34.769283861335)),
        # calibrate(s, ~a+b, c(36, 16, 21), calfun="raking", epsilon=1e-13)
        ("raked", BOTH, (5.2742386304491, 0.77974802675878, 189.87259069617, 28.070928963316)),
        ("raking", BOTH, (5.2742386304491, 0.77974802675878, 189.87259069617, 28.070928963316)),
        # calibrate(s, ~a+b, c(36, 16, 21))
        ("linear", BOTH, (5.2777777777778, 0.78292207237119, 190.0, 28.185194605363)),
    ],
)
def test_estimates_of_r(fit: str, margins: Margins, expected: tuple[float, ...]) -> None:
    """Mean and its standard error, total and its standard error, with base weights that differ within cells."""
    design = FITS[fit](make_design(BASE, strata=STRATA), margins)
    of_mean, of_total = mean(ANSWERS, design), total(ANSWERS, design)
    found = (of_mean.value, standard_error(of_mean, design), of_total.value, standard_error(of_total, design))
    assert found == pytest.approx(expected, rel=1e-11)


# ---- laws


@st.composite
def samples(draw: st.DrawFn) -> tuple[Design, Margins]:
    """Respondents in a crossed table without empty cells, and totals that some positive weights add up to."""
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 3)))
    cells = [(a, b) for a in range(shape[0]) for b in range(shape[1])]
    cells += draw(st.lists(st.sampled_from(cells), max_size=12))
    weight = st.floats(0.5, 20)
    base, true = (np.array(draw(st.lists(weight, min_size=len(cells), max_size=len(cells)))) for _ in range(2))
    margins = []
    for name, place in (("region", 0), ("size", 1)):
        labels = [f"{name} {cell[place]}" for cell in cells]
        totals = {label: float(true[[other == label for other in labels]].sum()) for label in dict.fromkeys(labels)}
        margins.append(KnownTotals(name=name, labels=labels, totals=totals))
    return make_design(base), margins


def changed(margins: Margins, order: np.ndarray | None = None, rename=str) -> Margins:
    """The same margins with respondents in another order, or labels under other names."""
    return [
        KnownTotals(
            name=m.name,
            labels=[rename(label) for label in np.asarray(m.labels)[slice(None) if order is None else order]],
            totals={rename(label): count for label, count in reversed(m.totals.items())},
        )
        for m in margins
    ]


@LAW
@given(samples())
def test_fitted_margins_are_the_totals(sample: tuple[Design, Margins]) -> None:
    design, margins = sample
    before = design.weights.copy()
    found = raked(design, margins)
    for m in margins:
        for label, count in m.totals.items():
            at = np.asarray(m.labels) == label
            assert found.weights[at].sum() == pytest.approx(count, rel=1e-11)
    assert (design.weights == before).all()
    assert design.calibration is None


@LAW
@given(samples())
def test_both_ways_to_rake_agree(sample: tuple[Design, Margins]) -> None:
    """Proportional fitting and Newton's method solve the same equations (Deville and Sarndal 1992)."""
    design, margins = sample
    np.testing.assert_allclose(
        calibrated(design, margins, distance="raking").weights, raked(design, margins).weights, rtol=1e-9
    )


@LAW
@given(samples(), st.sampled_from(list(FITS)), st.floats(1e-3, 1e3))
def test_scale_order_and_names_change_nothing(sample: tuple[Design, Margins], name: str, scale: float) -> None:
    design, margins = sample
    try:
        found = FITS[name](design, margins).weights
    except DataError:
        assert name == "linear"  # Its weights may come out negative, and that does not hang on order either.
        return
    order = np.random.default_rng(1).permutation(len(design))
    np.testing.assert_allclose(FITS[name](make_design(design.weights * scale), margins).weights, found, rtol=1e-8)
    np.testing.assert_allclose(
        FITS[name](make_design(design.weights[order]), changed(margins, order)).weights, found[order], rtol=1e-8
    )
    renamed = changed(margins, rename=lambda label: str(label)[::-1])
    np.testing.assert_allclose(FITS[name](design, renamed).weights, found, rtol=1e-8)
    again = FITS[name](design, margins[::-1]).weights
    np.testing.assert_allclose(again, found, rtol=1e-8)


@LAW
@given(samples())
def test_a_fit_that_is_met_already_changes_nothing(sample: tuple[Design, Margins]) -> None:
    design, margins = sample
    found = raked(design, margins)
    np.testing.assert_allclose(raked(found, margins).weights, found.weights, rtol=1e-9)


# ---- refused


def test_all_mistakes_of_margins_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        raked(
            make_design(np.ones(4)),
            [
                margin("region", ["North", "North", "Suoth", ""], North=10, South=5, West=0),
                margin("size", ["s", "s", "m", "l"], s=10, m=0, l=-2),
                margin("type", ["a", "a"], a=8),
            ],
        )
    told = [problem.what for problem in caught.value.problems]
    assert told == [
        "margin 'region': no label in 1 of 4 replies: reply 4",
        "margin 'region': 'Suoth' has 1 reply but no known total   near 'South'",
        "margin 'region': 'South' has a total of 5 but no replies",
        "margin 'size': 'm' has a total of 0 but 1 reply",
        "margin 'size': 'l': found a total of -2, expected a number above 0",
        "margin 'type': found 2 labels, expected one for each of 4",
    ]


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_total_that_is_no_number(bad: float) -> None:
    with pytest.raises(DataError, match="expected a number above 0"):
        post_stratified(make_design(np.ones(2)), margin("a", "xy", x=bad, y=3))


def test_margins_of_different_sums() -> None:
    with pytest.raises(DataError, match="do not add up to the same: 'a' 40, 'b' 41"):
        raked(make_design(np.ones(4)), [margin("a", "xxyy", x=30, y=10), margin("b", "uvuv", u=20, v=21)])


def test_margins_whose_sums_differ_by_rounding_are_fitted() -> None:
    halves = margin("b", "uvuv", u=5 + 1e-9, v=5)
    design = raked(make_design(np.ones(4)), [margin("a", "xxyy", x=20 / 3, y=10 / 3), halves])
    assert design.weights == pytest.approx([10 / 3, 10 / 3, 5 / 3, 5 / 3])


def test_no_margin() -> None:
    with pytest.raises(DataError, match="no margin is given"):
        raked(make_design(np.ones(2)), [])


@pytest.mark.parametrize("fit", FITS.values(), ids=FITS)
def test_totals_that_contradict_one_another(fit) -> None:
    """Only x-u and y-v have replies, so a and b count the same people: 30 of x can never be 20 of u."""
    with pytest.raises(DataError) as caught:
        fit(make_design(np.ones(4)), [margin("a", "xxyy", x=30, y=10), margin("b", "uuvv", u=20, v=20)])
    text = str(caught.value)
    assert "weights cannot be fitted" in text
    assert "expected" in text
    assert "join labels" in text


def test_no_convergence_names_the_label_and_what_it_came_to() -> None:
    with pytest.raises(DataError, match=r"margin 'a': 'y' came to 20, expected 10"):
        raked(make_design(np.ones(4)), [margin("a", "xxyy", x=30, y=10), margin("b", "uuvv", u=20, v=20)])


@pytest.mark.parametrize("fit", [raked, FITS["raking"]], ids=["raked", "raking"])
def test_totals_that_leave_a_reply_no_weight(fit) -> None:
    """x is as large as u and y as v, so the reply of x-v would have to weigh nothing."""
    with pytest.raises(DataError):
        fit(make_design(np.ones(3)), [margin("a", "xxy", x=20, y=20), margin("b", "uvv", u=20, v=20)])


def test_a_linear_fit_with_a_negative_weight() -> None:
    """By hand: ten replies each of x-u and y-v, one each of x-v and y-u. With w = 1 + p, 1 - p and 1 for these,
    10 (1 + p) + 1 = 21.5 gives p = 1.05, so y-v would weigh -0.05."""
    design = make_design(np.ones(22))
    labels = [margin("a", "x" * 11 + "y" * 11, x=21.5, y=0.5), margin("b", "u" * 10 + "vu" + "v" * 10, u=21.5, v=0.5)]
    with pytest.raises(DataError, match="weights of 0 or less in 1 of 4 cells") as caught:
        calibrated(design, labels)
    assert "rake" in str(caught.value)
    assert (raked(design, labels).weights > 0).all()
