"""Probability of superiority, rank tests and the proportional-odds model against R."""

from __future__ import annotations

import functools
from dataclasses import replace
from math import inf

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from pcse_analysis.metrics.covariates import Covariates
from pcse_analysis.metrics.design import make_design
from pcse_analysis.metrics.ordinal import SCORES, middle_ranks, probability_of_superiority, rank_test, score_test
from pcse_analysis.metrics.proportional_odds import OrderedModel as Fitted
from pcse_analysis.metrics.proportional_odds import proportional_odds
from tests.stats_reference.designs import DELAYS, Floats, Rows, data_of, design_of, two_wave
from tests.stats_reference.rows import Row, claimed, close, key_of, misses, needs_stats_reference, tolerance

COVERS = [
    ("two_wave_a", "prob_superiority", ""),
    ("two_wave_a", "cliffs_delta", ""),
    ("apistrat", "svyranktest", ""),
    ("apistrat_nofpc", "svyranktest", ""),
    ("two_wave_a", "svyranktest", ""),
    ("apistrat", "svyolr", ""),
    ("two_wave_a", "svyolr", ""),
    ("two_wave_a", "polr", ""),
]
CLOSED, ITERATIVE = 1e-8, 1e-5
NAMED = {"wilcoxon": "wilcoxon", "KruskalWallis": "wilcoxon", "vanderWaerden": "van der waerden", "median": "median"}
POINTS = ("1", "2", "3", "4", "5")
MEALS = ("[0,25]", "(25,50]", "(50,75]", "(75,100]")


def rows_of(*statistics: str) -> list[Row]:
    return [row for row in claimed(COVERS) if row["statistic"] in statistics]


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("prob_superiority", "cliffs_delta"), ids=key_of)
def test_superiority_without_weights(row: Row) -> None:
    answers = two_wave(row["domain"])
    found = probability_of_superiority(answers, data_of("two_wave_a")["wave"], make_design(np.ones(len(answers))))
    value = found.value if row["statistic"] == "prob_superiority" else found.cliffs_delta
    assert not misses(row, CLOSED, estimate=value)


def variables(row: Row) -> tuple[Floats, pd.Series]:
    """The answers and groups of a row of svyranktest."""
    data = data_of(row["dataset"])
    answers, _, group = row["domain"].partition("~")
    values = two_wave(answers) if row["dataset"] == "two_wave_a" else data[answers].to_numpy(float)
    return values, data[group or "wave"]


def ranks_as_r(answers: Floats, weights: Floats) -> Floats:
    """Ranks that depend on the order of the rows: equal answers are ranked one by one, then the plain mean is taken.

    The package's ranks weight equal answers, so that the order of the rows does not matter.
    """
    order = np.argsort(answers, kind="stable")
    one_by_one = np.empty(len(answers))
    one_by_one[order] = np.cumsum(weights[order]) - weights[order] / 2
    return pd.Series(one_by_one).groupby(answers).transform("mean").to_numpy() / weights.sum()


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("svyranktest"), ids=key_of)
def test_rank_test(row: Row) -> None:
    # R's row order is fed in through its ranks; all else is the package's.
    name, _, method = row["method"].partition(";")
    design = design_of(row["dataset"], method)
    answers, groups = variables(row)
    used = ~np.isnan(answers)
    scores = np.full(len(answers), np.nan)
    scores[used] = SCORES[NAMED[name]](ranks_as_r(answers[used], design.weights[used]))
    found = score_test(scores, groups, design)
    if name == "KruskalWallis":
        # The columns of these rows are changed about: "estimate" has the numerator df and "df" the chi-square.
        assert not misses(row, CLOSED, estimate=found.df, df=found.statistic * found.df, p_value=found.p_value)
    else:
        assert not misses(row, CLOSED, estimate=found.statistic, p_value=found.p_value, df=found.df)


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("svyranktest"), ids=key_of)
def test_ranks_that_do_not_depend_on_row_order_are_near(row: Row) -> None:
    # Not closer: R's own p-value of the first row is .000317 to .000319, by how the rows are sorted (survey 4.1-1).
    name, _, method = row["method"].partition(";")
    answers, groups = variables(row)
    found = rank_test(answers, groups, design_of(row["dataset"], method), scores=NAMED[name])  # type: ignore[arg-type]
    assert close(found.p_value, row["p_value"], 0.015)


SUPERIORITY = [
    ("q_referral", "overlap", 0.443555801866, 0.01802338803147),
    ("q_referral", "overlap+fpc", 0.443555801866, 0.01704603182821),
    ("q_referral", "independent", 0.443555801866, 0.01852564960325),
    ("q_discharge", "overlap", 0.400421320839, 0.01757386846826),
    ("q_discharge", "overlap+fpc", 0.400421320839, 0.01661985954216),
    ("q_discharge", "independent", 0.400421320839, 0.01816159523188),
    ("delay_n", "overlap", 0.588316782777, 0.01801406303415),
    ("delay_n", "overlap+fpc", 0.588316782777, 0.01704524942317),
    ("delay_n", "independent", 0.588316782777, 0.01793603569674),
]
"""Origin: R 4.2.2, survey 4.1-1: svycontrast of the formula over svytotal of the ten cells wave x answer."""


@needs_stats_reference
@pytest.mark.parametrize(("variable", "method", "value", "error"), SUPERIORITY)
def test_superiority_under_designs(variable: str, method: str, value: float, error: float) -> None:
    wave = data_of("two_wave_a")["wave"]
    found = probability_of_superiority(two_wave(variable), wave, design_of("two_wave_a", method))
    assert found.value == pytest.approx(value, rel=1e-11)
    assert found.standard_error == pytest.approx(error, rel=1e-11)


MIDDLE_RANKS = [
    ("api00", "sch.wide", "wilcoxon", 3.665261915667, 0.0003180749907171, 196),
    ("api00", "sch.wide", "van der waerden", 3.875557159418, 0.0001450344548805, 196),
    ("ell", "awards", "wilcoxon", -0.4867631843574, 0.6269700378712, 196),
]
"""Origin: R 4.2.2, survey 4.1-1: svyttest(r ~ group), r the weighted share below and half of that equal (qnorm of it),
on svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)."""


@needs_stats_reference
@pytest.mark.parametrize(("answers", "group", "scores", "statistic", "p_value", "df"), MIDDLE_RANKS)
def test_rank_test_of_two(answers: str, group: str, scores: str, statistic: float, p_value: float, df: float) -> None:
    data = data_of("apistrat")
    found = rank_test(data[answers], data[group], design_of("apistrat"), scores=scores)  # type: ignore[arg-type]
    assert (found.statistic, found.p_value) == (pytest.approx(statistic, rel=1e-10), pytest.approx(p_value, rel=1e-10))
    assert (found.df, found.denominator_df) == (df, None)


@needs_stats_reference
def test_rank_test_of_three_and_of_overlapping_waves() -> None:
    """Origin: R 4.2.2, survey 4.1-1: regTermTest(svyglm(r ~ group), ~group) and svyttest(r ~ wave), r as above."""
    data = data_of("apistrat")
    found = rank_test(data["api00"], data["stype"], design_of("apistrat"))
    assert found.statistic == pytest.approx(3.356190084755, rel=1e-10)
    assert (found.df, found.denominator_df) == (2, 195)
    assert found.p_value == pytest.approx(0.03689356236962, rel=1e-10)
    waves, design = data_of("two_wave_a"), design_of("two_wave_a", "overlap")
    by_size = rank_test(two_wave("delay_n"), waves["size"], design)
    assert by_size.statistic == pytest.approx(2.183567661771, rel=1e-10)
    assert (by_size.denominator_df, by_size.p_value) == (787, pytest.approx(0.1133209101308, rel=1e-10))
    by_wave = rank_test(two_wave("delay_n"), waves["wave"], design)
    assert (by_wave.statistic, by_wave.df) == (pytest.approx(4.867849582544, rel=1e-10), 788)
    assert by_wave.p_value == pytest.approx(1.363208787454e-06, rel=1e-9)


def coded(variable: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Places of the answers (-1: none), and the options."""
    if variable == "mealcat":
        meals = pd.cut(data_of("apistrat")["meals"], [0, 25, 50, 75, 100], include_lowest=True)
        return meals.cat.codes.to_numpy(), MEALS
    if variable in ("delay_o", "delay_n"):
        return np.nan_to_num(two_wave("delay_n")).astype(int) - 1, DELAYS if variable == "delay_o" else POINTS
    return np.nan_to_num(two_wave(f"q_{variable[2:]}")).astype(int) - 1, POINTS


@functools.cache
def fitted(dataset: str, method: str, variable: str, call: str) -> Fitted:
    """The model of a row of svyolr."""
    data = data_of(dataset)
    codes, options = coded(variable)
    if dataset == "apistrat":
        columns = {name: data[name] for name in ("avg.ed", "mobility", "stype")}
        return proportional_odds(codes, options, Covariates(columns=columns), design_of(dataset))
    columns = {"wave_f": data["wave"].astype(str)} | ({"size": data["size"]} if "+ size" in call else {})
    design = design_of(dataset, "overlap+fpc" if "practice_id" in call else "independent+fpc")
    link = "probit" if method == "probit" else "logit"
    return proportional_odds(codes, options, Covariates(columns=columns), design, link=link)


def our_name(name: str) -> str:
    for column in ("wave_f", "size", "stype"):
        if name.startswith(column):
            return f"{column}: {name.removeprefix(column)}"
    return name.replace("|", " | ")


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("svyolr"), ids=key_of)
def test_proportional_odds(row: Row) -> None:
    variable, _, name = row["domain"].partition(":")
    model = fitted(row["dataset"], row["method"], variable, row["r_call"]).coefficients
    normal = replace(model, degrees_of_freedom=inf)
    place = model.place(our_name(name))
    low, high = (limits[place] for limits in normal.interval())
    found = {"estimate": model.values[place], "se": model.standard_errors[place], "ci_low": low, "ci_high": high}
    assert not misses(row, tolerance(row, ITERATIVE), **found)


CONVERGED = {
    ("apistrat", "logistic", "mealcat"): (
        [
            -4.24014090893,
            0.0118069383349,
            -2.05451435564,
            -0.636091248144,
            -14.0318584668,
            -11.3645726545,
            -8.97453899031,
        ],
        [0.5025731693, 0.01171063196, 0.447087346, 0.3613302334, 1.695560669, 1.465553688, 1.263062617],
    ),
    ("two_wave_a", "logistic", "o_referral"): (
        [-0.359338408065, -1.00802068305, 0.0214149537412, 0.878321475452, 1.81179808566],
        [0.1150003612, 0.0873549042, 0.08189417784, 0.08813635107, 0.1107870648],
    ),
    ("two_wave_a", "logistic", "o_imaging"): (
        [0.35408038289, -1.20773241467, -0.2482809221, 0.645674623428, 1.63332233452],
        [0.1135262318, 0.09498663407, 0.08391580944, 0.08541205666, 0.09850274537],
    ),
    ("two_wave_a", "logistic", "o_discharge"): (
        [-0.630909874463, -1.44161708762, -0.523626504398, 0.330499703905, 1.28018772945],
        [0.1139333229, 0.09537548993, 0.08664112359, 0.08586959382, 0.09743276002],
    ),
    ("two_wave_a", "logistic", "delay_o"): (
        [
            0.553228857322,
            -0.174784260056,
            -0.30032059126,
            -1.08771381279,
            -0.0306053765588,
            0.964360720313,
            1.88923914846,
        ],
        [0.1120302733, 0.1340175435, 0.1505687672, 0.1275708295, 0.1217629988, 0.125423156, 0.1366111012],
    ),
    ("two_wave_a", "probit", "delay_o"): (
        [0.337263784229, -0.567253174781, 0.0744377216375, 0.687615842474, 1.22095151113],
        [0.06535356841, 0.05102884258, 0.04842719265, 0.05130998473, 0.05643820499],
    ),
}
"""Origin: R 4.2.2, survey 4.1-1: the calls of the rows with control=list(reltol=1e-16, maxit=1000, ndeps=rep(1e-5, k)),
so that R goes on to the maximum, where by default it stops at 1e-8 of the likelihood."""


@needs_stats_reference
@pytest.mark.parametrize("key", CONVERGED, ids="-".join)
def test_proportional_odds_where_r_goes_on_to_the_maximum(key: tuple[str, str, str]) -> None:
    calls = {
        row["r_call"]
        for row in rows_of("svyolr")
        if (row["dataset"], row["method"]) == key[:2] and key[2] in row["domain"]
    }
    (call,) = calls
    model = fitted(*key, call).coefficients
    values, errors = CONVERGED[key]
    np.testing.assert_allclose(model.values, values, rtol=1e-6, atol=5e-8)
    np.testing.assert_allclose(model.standard_errors, errors, rtol=1e-7)


@functools.cache
def unweighted(variable: str) -> tuple[Floats, Floats, Fitted]:
    """Coefficients and model-based standard errors by the package, and the fit."""
    codes, options = coded(variable)
    wave = data_of("two_wave_a")["wave"].astype(str)
    design = make_design(np.ones(len(codes)))
    model = proportional_odds(codes, options, Covariates(columns={"w": wave}), design)
    return model.coefficients.values, np.sqrt(np.diag(np.linalg.inv(model.information))), model


@needs_stats_reference
@pytest.mark.parametrize("row", rows_of("polr"), ids=key_of)
def test_proportional_odds_without_weights(row: Row) -> None:
    variable, _, name = row["domain"].partition(":")
    values, errors, model = unweighted(variable)
    place = model.coefficients.place("w: 2" if name == "w2" else name.replace("|", " | "))
    assert not misses(row, tolerance(row, ITERATIVE), estimate=values[place], se=errors[place])


@needs_stats_reference
def test_proportional_odds_without_weights_where_r_goes_on_to_the_maximum() -> None:
    """Origin: R 4.2.2, MASS 7.3-58.2: polr(factor(delay_n) ~ factor(wave), Hess=TRUE, control=list(reltol=1e-16,
    maxit=1000, ndeps=rep(1e-5, 5)))."""
    values, errors, _ = unweighted("delay_n")
    expected = [0.562527331451, -0.927712693376, 0.130590102134, 1.12546643485, 2.05636094595]
    np.testing.assert_allclose(values, expected, rtol=1e-7)
    expected = [0.1145899852, 0.08957506487, 0.08356258469, 0.09095763784, 0.1094167689]
    np.testing.assert_allclose(errors, expected, rtol=1e-7)


@needs_stats_reference
@pytest.mark.parametrize("variable", ["q_referral", "q_imaging", "delay_n"])
def test_statsmodels_fits_the_same_without_weights(variable: str) -> None:
    answers: Rows = ~np.isnan(two_wave(variable))
    wave = (data_of("two_wave_a")["wave"] == 2).to_numpy(float)[answers]
    peer = OrderedModel(two_wave(variable)[answers].astype(int), wave[:, None], distr="logit")
    result = peer.fit(method="newton", disp=False, tol=1e-12)
    values, errors, _ = unweighted(variable)
    thresholds = peer.transform_threshold_params(result.params)[1:-1]
    np.testing.assert_allclose(values, [result.params[0], *thresholds], rtol=1e-6)
    assert errors[0] == pytest.approx(result.bse[0], rel=1e-5)


@needs_stats_reference
@pytest.mark.parametrize("variable", ["q_referral", "q_imaging", "delay_n"])
def test_brunner_and_munzel_is_the_peer_without_weights(variable: str) -> None:
    """Origin: scipy's brunnermunzel, whose statistic is the probability less a half over its standard error.

    statsmodels' rank_compare_2indep has the same.
    """
    from statsmodels.stats.nonparametric import rank_compare_2indep

    answers, wave = two_wave(variable), data_of("two_wave_a")["wave"].to_numpy()
    first, second = (answers[(wave == number) & ~np.isnan(answers)] for number in (1, 2))
    groups = np.repeat([1, 2], [len(first), len(second)])
    # Waves as strata: the spread of each wave is about its own mean.
    design = make_design(np.ones(len(groups)), strata=groups)
    alone = probability_of_superiority(np.concatenate([first, second]), groups, design)
    peer = stats.brunnermunzel(second, first)
    assert abs((alone.value - 0.5) / alone.standard_error) == pytest.approx(abs(peer.statistic), rel=1e-10)
    other = rank_compare_2indep(second, first)
    assert (alone.value, alone.standard_error**2) == (pytest.approx(other.prob1), pytest.approx(other.var_prob))
    low, high = other.conf_int()
    # At these bases the interval on the logit scale is the plain one to a third digit.
    assert alone.interval() == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


def test_middle_ranks_by_hand() -> None:
    # Answer 1 has 4 of the 8, answer 2 the rest: half of 4/8, and 4/8 and half of 4/8.
    assert middle_ranks(np.array([2.0, 1.0, 2.0]), np.array([1.0, 4.0, 3.0])).tolist() == [0.75, 0.25, 0.75]
