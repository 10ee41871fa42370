"""Competing ends of claims: a table by hand, the textbook's sums in fractions, R, statsmodels, laws, edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from fractions import Fraction
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from pcse_analysis.metrics.competing import MOST_DAYS, Incidence, cumulative_incidence
from tests.shared import REALDATA, needs_realdata

LAWS = settings(max_examples=60, deadline=None, derandomize=True, database=None)
CLAIMS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=40)
"""Days and kinds of end, with many ties; 0 is undecided."""
ENDED = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3)), min_size=1, max_size=40)
BY_HAND = ([1, 2, 2, 3, 5, 5], [1, 2, 0, 1, 2, 0])
ENDS = {"censored": 0, "death": 1, "ltx": 2, "withdraw": 3}


def incidence(claims: list[tuple[int, int]], of: int, times: Sequence[float]) -> Incidence:
    return cumulative_incidence([day for day, _ in claims], [end for _, end in claims], of, times)


def undecided(claims: list[tuple[int, int]], by: int) -> Fraction:
    """Kaplan and Meier's share that has not ended in any way by a day."""
    share = Fraction(1)
    for day in sorted({day for day, end in claims if end and day <= by}):
        share *= 1 - Fraction(sum(d == day and e > 0 for d, e in claims), sum(d >= day for d, _ in claims))
    return share


def textbook(claims: list[tuple[int, int]], of: int, by: int) -> tuple[Fraction, Fraction]:
    """The share and its variance: the three sums of Marubini and Valsecchi (1995), as SAS prints them for ERROR=DELTA.

    The variance at t is the sum over the days j of [I(t) - I(j)]^2 d / (n (n - d)) + S(j-)^2 k (n - k) / n^3
    - 2 [I(t) - I(j)] S(j-) k / n^2, with n at risk, d ended, k of these in the way asked. The first term is 0 where all
    end, because then I(t) is I(j).
    """
    share, rows = Fraction(0), []
    for day in sorted({day for day, end in claims if end and day <= by}):
        n, d = sum(d >= day for d, _ in claims), sum(d == day and e > 0 for d, e in claims)
        k, before = sum(d == day and e == of for d, e in claims), undecided(claims, day - 1)
        share += before * k / n
        rows.append((n, d, k, before, share))
    variance = Fraction(0)
    for n, d, k, before, then in rows:
        variance += (share - then) ** 2 * Fraction(d, n * (n - d)) if n > d else 0
        variance += before**2 * Fraction(k * (n - k), n**3) - 2 * (share - then) * before * Fraction(k, n**2)
    return share, variance


def transplants(group: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    data = pd.read_csv(REALDATA / "survival_claims/survival_transplant.csv")
    chosen = data if group is None else data[data["abo"] == group]
    return chosen["futime"].to_numpy(), chosen["event"].map(ENDS).to_numpy()


@pytest.mark.parametrize(
    ("of", "shares", "variances"),
    # By hand. Day 1: 1 of 6 ends as 1, 5/6 remain. Day 2: 1 of 5 ends as 2, 2/3 remain, and one goes unseen. Day 3: 1
    # of 3 ends as 1, 4/9 remain. Day 5: 1 of 2 ends as 2, 2/9 remain. Way 1: 1/6, then 1/6 + 2/3 * 1/3 = 7/18. Way 2:
    # 5/6 * 1/5 = 1/6, then 1/6 + 4/9 * 1/2 = 7/18. Variances by the sums of ``textbook``, a day's terms between two
    # semicolons. Way 1, day 1: 1/6 * 5/6 / 6 = 5/216. Way 1, day 3, in 9720ths: (2/9)^2/30 = 16, 5/216 = 225,
    # -2 * 2/9 * 1/36 = -120; (2/9)^2/20 = 24; (2/3)^2 * 2/27 = 320; in all 465/9720 = 31/648. Way 2, day 2: (1/6)^2/30
    # = 1/1080; (5/6)^2 * 4/125 = 1/45; in all 25/1080 = 5/216. Way 2, day 5, in 9720ths: (7/18)^2/30 = 49; (2/9)^2/20 =
    # 24, 1/45 = 216, -2 * 2/9 * 5/6 * 1/25 = -144; (2/9)^2/6 = 80; (4/9)^2/8 = 240; in all 465/9720 again.
    [
        (1, ["0", "1/6", "1/6", "1/6", "7/18", "7/18", "7/18"], ["0", "5/216", "5/216", "5/216", *["31/648"] * 3]),
        (2, ["0", "0", "1/6", "1/6", "1/6", "1/6", "7/18"], ["0", "0", *["5/216"] * 4, "31/648"]),
    ],
)
def test_six_claims_by_hand(of: int, shares: list[str], variances: list[str]) -> None:
    found = cumulative_incidence(*BY_HAND, of, [0, 1, 2, 2.5, 3, 4, 5])
    assert found.share == pytest.approx([float(Fraction(share)) for share in shares], abs=1e-15)
    assert found.error == pytest.approx([sqrt(Fraction(variance)) for variance in variances], abs=1e-15)
    assert found.at_risk.tolist() == [6, 6, 5, 3, 3, 2, 2]
    assert found.times.tolist() == [0, 1, 2, 2.5, 3, 4, 5]


def test_limits_of_six_claims() -> None:
    # R 4.2.2, survival 3.5-3: survfit(Surv(day, end) ~ 1, data.frame(day = c(1, 2, 2, 3, 5, 5), end = factor(c(1, 2, 0,
    # 1, 2, 0), 0:2)), conf.type = "log-log"), $lower and $upper of the column "1". Where the share is 0 R gives NA.
    found = cumulative_incidence(*BY_HAND, 1, [0, 1, 3])
    assert found.low == pytest.approx([0, 0.00772310404017, 0.04810216441433], abs=1e-12)
    assert found.high == pytest.approx([0, 0.516801781845, 0.745304523626], abs=1e-12)


@LAWS
@given(CLAIMS, st.integers(1, 3), st.integers(0, 12))
def test_equals_the_sums_of_the_textbook(claims: list[tuple[int, int]], of: int, by: int) -> None:
    # Reckoned in fractions, day by day, from the printed formula; the package adds up squares instead.
    by = min(by, max(day for day, _ in claims))
    share, variance = textbook(claims, of, by)
    found = incidence(claims, of, [by])
    assert found.share == pytest.approx([float(share)], abs=1e-14)
    assert found.error**2 == pytest.approx([float(variance)], abs=1e-14)


@LAWS
@given(CLAIMS)
def test_all_ends_and_the_undecided_make_one(claims: list[tuple[int, int]]) -> None:
    days = list(range(max(day for day, _ in claims) + 1))
    ended = np.sum([incidence(claims, of, days).share for of in (1, 2, 3)], axis=0)
    open_still = np.array([float(undecided(claims, day)) for day in days])
    assert ended + open_still == pytest.approx(np.ones(len(days)), abs=1e-14)


@LAWS
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=1, max_size=40))
def test_one_kind_of_end_is_kaplan_and_meier(claims: list[tuple[int, int]]) -> None:
    # Greenwood: the variance is S(t)^2 times the sum of d / (n (n - d)); nothing is left to err about once S(t) is 0.
    days = list(range(max(day for day, _ in claims) + 1))
    found = incidence(claims, 1, days)
    for day, share, error in zip(days, found.share, found.error, strict=True):
        open_still, spread = undecided(claims, day), Fraction(0)
        for then in range(day + 1):
            n, d = sum(d >= then for d, _ in claims), sum(pair == (then, 1) for pair in claims)
            spread += Fraction(d, n * (n - d)) if n > d else 0
        assert share == pytest.approx(float(1 - open_still), abs=1e-14)
        assert error**2 == pytest.approx(float(open_still**2 * spread), abs=1e-14)


@LAWS
@given(ENDED, st.integers(1, 3), st.integers(0, 14))
def test_without_undecided_claims_it_is_a_simple_share(claims: list[tuple[int, int]], of: int, by: int) -> None:
    # Then the share is a count over the base, and its error the binomial's, sqrt(p (1 - p) / n).
    share = sum(day <= by and end == of for day, end in claims) / len(claims)
    found = incidence(claims, of, [by])
    assert found.share == pytest.approx([share], abs=1e-14)
    assert found.error**2 == pytest.approx([share * (1 - share) / len(claims)], abs=1e-14)


@LAWS
@given(CLAIMS.flatmap(lambda claims: st.tuples(st.just(claims), st.permutations(claims))))
def test_the_order_of_rows_and_of_times_never_matters(
    claims: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    times = [0, 1.5, 3, 7, 12, 13]
    one, other = incidence(claims[0], 1, times), incidence(claims[1], 1, times[::-1])
    for field in fields(Incidence):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name)[::-1])


@LAWS
@given(CLAIMS, st.integers(1, 3))
def test_the_limits_hold_the_share(claims: list[tuple[int, int]], of: int) -> None:
    found = incidence(claims, of, list(range(max(day for day, _ in claims) + 1)))
    inside = (found.share > 0) & (found.share < 1)
    assert np.all((found.low < found.share)[inside] & (found.share < found.high)[inside])
    assert np.all((found.low >= 0) & (found.high <= 1))
    assert np.all((found.low == found.share)[~inside] & (found.high == found.share)[~inside])


def against_statsmodels(days: np.ndarray, ends: np.ndarray, kinds: int) -> int:
    """Compare all days on which statsmodels gives an error; how many days of how many kinds were compared."""
    # Where all that are left end on a day, statsmodels divides by 0 and gives no error.
    with np.errstate(divide="ignore", invalid="ignore"):
        theirs = CumIncidenceRight(days, ends)
    compared = 0
    for of in range(1, kinds + 1):
        found = cumulative_incidence(days, ends, of, theirs.times)
        given = np.isfinite(theirs.cinc_se[of - 1])
        assert found.share == pytest.approx(theirs.cinc[of - 1], abs=1e-11)
        assert found.error[given] == pytest.approx(theirs.cinc_se[of - 1][given], abs=1e-11)
        assert given[:-1].all()
        compared += int(given.sum())
    return compared


@pytest.mark.parametrize("seed", range(5))
def test_equals_statsmodels_on_random_claims(seed: int) -> None:
    draw = np.random.default_rng(seed)
    days, ends = draw.geometric(0.01, 2_000), draw.choice(4, 2_000, p=[0.3, 0.4, 0.2, 0.1])
    assert against_statsmodels(days, ends, 3) > 500


@needs_realdata
@pytest.mark.parametrize("group", [None, "A", "B", "AB", "O"])
def test_equals_statsmodels_on_real_data(group: str | None) -> None:
    assert against_statsmodels(*transplants(group), 3) > 50


@needs_realdata
def test_a_single_kind_equals_the_curve_of_statsmodels_on_real_data() -> None:
    days, ends = transplants()
    curve = SurvfuncRight(days, (ends > 0).astype(int))
    found = cumulative_incidence(days, ends > 0, 1, curve.surv_times)
    assert found.share == pytest.approx(1 - curve.surv_prob, abs=1e-12)
    # On the last day all that are left have ended: there statsmodels gives no error.
    assert found.error[:-1] == pytest.approx(curve.surv_prob_se[:-1], abs=1e-12)
    assert found.at_risk.tolist() == curve.n_risk.tolist()


@needs_realdata
@pytest.mark.parametrize(
    ("group", "of", "time", "at_risk", "share", "error", "low", "high"),
    # R 4.2.2, survival 3.5-3, on the same file read with read.csv: summary(survfit(Surv(futime, factor(event,
    # c("censored", "death", "ltx", "withdraw"))) ~ 1, d, conf.type = "log-log"), times = t): n.risk, pstate, std.err,
    # lower, upper; d is all of it or d[d$abo == "O", ].
    [
        (None, "death", 0, 815, 0.0012269939, 0.0012262409, 0.0001261328, 0.0067066077),
        (None, "death", 30, 697, 0.0234032319, 0.0053059125, 0.0146019532, 0.0355857670),
        (None, "ltx", 30, 697, 0.1194442268, 0.0113808505, 0.0982631191, 0.1428260152),
        (None, "withdraw", 30, 697, 0.0049315677, 0.0024596972, 0.0016860095, 0.0120437317),
        (None, "death", 365, 141, 0.0729217770, 0.0091415254, 0.0563615689, 0.0921957430),
        (None, "ltx", 365, 141, 0.7112552013, 0.0159588459, 0.6786396529, 0.7412132624),
        (None, "withdraw", 365, 141, 0.0371341955, 0.0066528603, 0.0256358726, 0.0518112667),
        (None, "ltx", 730, 34, 0.7932796903, 0.0147927935, 0.7624867451, 0.8205594477),
        (None, "death", 1460, 2, 0.1038040589, 0.0179923171, 0.0719512438, 0.1423057704),
        ("O", "death", 365, 86, 0.0877910079, 0.0153105769, 0.0608229488, 0.1207649699),
        ("O", "ltx", 365, 86, 0.6130549550, 0.0264081455, 0.5590869176, 0.6624864604),
        ("O", "withdraw", 730, 19, 0.0647019383, 0.0141042878, 0.0407478085, 0.0960985267),
        ("O", "ltx", 1460, 1, 0.7812852985, 0.0244227418, 0.7287988870, 0.8248453455),
    ],
)
def test_equals_survfit_of_r_on_real_data(
    group: str | None, of: str, time: int, at_risk: int, share: float, error: float, low: float, high: float
) -> None:
    found = cumulative_incidence(*transplants(group), ENDS[of], [time])
    assert found.at_risk.tolist() == [at_risk]
    got = [float(each[0]) for each in (found.share, found.error, found.low, found.high)]
    # R's figures are printed to ten decimals.
    assert got == pytest.approx([share, error, low, high], abs=6e-11)


@needs_realdata
def test_after_the_last_day_the_shares_are_known_where_none_is_left() -> None:
    # The last of the 815 is transplanted on day 2055. R, as above, extend = TRUE: std.err and pstate of "death" on day
    # 3000. statsmodels gives no error here.
    found = cumulative_incidence(*transplants(), ENDS["death"], [3000])
    assert (found.share[0], found.error[0]) == pytest.approx((0.1038040589001, 0.01799231707641), abs=1e-12)
    assert found.at_risk.tolist() == [0]


def test_past_the_last_day_nothing_is_known_while_claims_are_undecided() -> None:
    found = cumulative_incidence(*BY_HAND, 1, [5, 5.5, np.inf])
    for each in (found.share, found.error, found.low, found.high):
        assert np.isnan(each).tolist() == [False, True, True]
    assert found.at_risk.tolist() == [2, 0, 0]


def test_a_share_of_one_has_no_limits_but_itself() -> None:
    # In floating point the eleven steps of 1/11 add up to 0.9999999999999996; the scale of the interval ends at 1.
    found = cumulative_incidence(range(11), [1] * 11, 1, [9, 10, 100])
    assert found.share[1:].tolist() == found.low[1:].tolist() == found.high[1:].tolist() == [1, 1]
    assert found.error[1:].tolist() == [0, 0] and found.low[0] < found.share[0] < found.high[0] < 1


def test_a_kind_no_claim_has_and_no_claims_at_all() -> None:
    found = cumulative_incidence(*BY_HAND, 9, [0, 5])
    for each in (found.share, found.error, found.low, found.high):
        assert each.tolist() == [0, 0]
    none = cumulative_incidence([], [], 1, [0, 10])
    assert np.isnan(none.share).all() and none.at_risk.tolist() == [0, 0]
    assert cumulative_incidence(*BY_HAND, 1, []).share.size == 0


def test_whole_numbers_stored_otherwise_are_taken() -> None:
    kept = cumulative_incidence(*BY_HAND, 1, [3]).share
    for kind in (np.float64, np.int16, np.uint64):
        assert cumulative_incidence(np.array(BY_HAND[0], kind), np.array(BY_HAND[1], kind), 1, [3]).share == kept


@pytest.mark.parametrize(
    ("days", "ends", "of", "times", "reason"),
    [
        ([1, 2], [1], 1, [1], "differ in length: 2 and 1"),
        ([1.5], [1], 1, [1], "days must be whole numbers"),
        ([-1], [1], 1, [1], "days must be whole numbers"),
        ([np.nan], [1], 1, [1], "days must be whole numbers"),
        ([np.inf], [1], 1, [1], "days must be whole numbers"),
        ([MOST_DAYS + 1], [1], 1, [1], "days must not be above 1000000, found 1000001"),
        (pd.array([1, None], "Int64"), [1, 1], 1, [1], "days must be whole numbers"),
        (np.array([1], "timedelta64[D]"), [1], 1, [1], "days must be one row of numbers"),
        ([[1]], [1], 1, [1], "days must be one row of numbers"),
        (["1"], [1], 1, [1], "days must be one row of numbers"),
        ([1], [-1], 1, [1], "ends must be whole numbers"),
        ([1], [np.nan], 1, [1], "ends must be whole numbers"),
        ([1], [1], 0, [1], "must be 1 or more, found 0"),
        ([1], [1], 1, [-1], "times must be 0 or more"),
        ([1], [1], 1, [np.nan], "times must be 0 or more"),
    ],
)
def test_what_cannot_be_reckoned_is_refused(days: object, ends: object, of: int, times: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cumulative_incidence(days, ends, of, times)  # type: ignore[arg-type]
