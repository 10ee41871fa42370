"""Whether the standard error of a change is what the changes of one survey after another vary by."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pcse_analysis.metrics.two_waves import Populations
from simulations.populations import OVERLAPS, bases_of
from simulations.report import Job, Section, per_cent, table, verdict_on
from simulations.waves import REAL, Spread, anew, fixed, stratified, weighted_waves

LIMIT = 0.02
COLUMNS = (
    "practices", "bases", "in both", "alike", "SD of changes", "mean standard error", "bias, %",
    "95 % interval holds the change, %",
)  # fmt: skip


def _write(intro: str) -> Callable[[list[Spread]], str]:
    def write(found: list[Spread]) -> str:
        seen = [row for row in found if row.overlap or row.what not in CORRECTED]
        worst = max(seen, key=lambda row: abs(row.bias))
        kept = verdict_on(abs(worst.bias), LIMIT, worst.error)
        said = f"Limit: a bias under 2 %. Largest: {100 * worst.bias:+.2f} % ± {per_cent(worst.error, 2)}: {kept}."
        unseen = [row for row in found if row not in seen]
        if unseen:
            most = max(unseen, key=lambda row: row.bias)
            least = min(unseen, key=lambda row: row.bias)
            said += (
                " Without any practice in both waves nothing is known of how alike answers are in the population, and"
                f" they are taken to be as alike as can be; the standard error is then off by {100 * least.bias:+.2f}"
                f" to {100 * most.bias:+.2f} %."
            )
        return f"{intro} {said}\n\n{table(COLUMNS, [row.cells for row in found])}"

    return write


STRATIFIED = ((280, 748), (500, 500))
SAME = "7,500"
STAYING = "7,490 and 7,266, 7,200 in both"
LEAVING = "7,490 and 7,266, 6,500 in both"
CORRECTED = {
    SAME: Populations(7500, 7500, 7500),
    STAYING: Populations(7490, 7266, 7200),
    LEAVING: Populations(7490, 7266, 6500),
}


def sections(effort: float) -> list[Section]:
    """The sections on standard errors; ``effort`` 1 is the full number of surveys."""
    many, some = round(200_000 * effort), round(12_000 * effort)
    sizes = ((500, 500), REAL)
    drawn: list[Job] = [
        partial(anew, bases_of(*size, overlap), alike, many)
        for size in (*sizes, (100, 100))
        for overlap in OVERLAPS
        for alike in (0.2, 0.6)
    ]
    one: list[Job] = [
        partial(fixed, SAME, CORRECTED[SAME], bases_of(*size, overlap), alike, some)
        for size in sizes
        for overlap in OVERLAPS
        for alike in (0.2, 0.6)
    ]
    two: list[Job] = [
        partial(fixed, what, CORRECTED[what], bases_of(500, 500, overlap), 0.6, some)
        for what in (STAYING, LEAVING)
        for overlap in OVERLAPS
    ]
    raked: list[Job] = [
        partial(weighted_waves, method, overlap, 0.5, some)
        for method in ("post-stratified", "raked")
        for overlap in OVERLAPS
    ]
    within: list[Job] = [
        partial(stratified, bases_of(*size, overlap), 0.5, some // 2) for size in STRATIFIED for overlap in OVERLAPS
    ]
    return [
        Section(
            title="Standard error of a change: answers drawn anew, no correction for the population",
            jobs=drawn,
            write=_write(f"The answers of every practice are drawn anew for each of {many:,} surveys a row."),
        ),
        Section(
            title="Standard error of a change: one fixed population, corrected",
            jobs=one,
            write=_write(
                f"7,500 practices keep their answers; {some:,} pairs of simple random samples a row are drawn of them,"
                " and the finite population correction is made."
            ),
        ),
        Section(
            title="Standard error of a change: practices close and open between the waves, corrected",
            jobs=two,
            write=_write(
                f"{some:,} pairs of samples a row. Practices that close before the later wave fail more often than"
                " others. As many practices are in both samples as the share of the overlap says, as far as they are"
                " still open."
            ),
        ),
        Section(
            title="Standard error of a change: unequal response, weighted to the register",
            jobs=raked,
            write=_write(
                f"{some:,} pairs of waves a row, about 281 and 748 replies of 7,500 practices of four regions and three"
                " list sizes. The readiest cell replies nearly seven times as often as the least ready one, and the"
                " cells differ in their failing shares. Weights are fitted to regions (post-stratified) or to regions"
                " and list sizes (raked), in both waves; no correction for the population."
            ),
        ),
        Section(
            title="Standard error of a change: samples of fixed size in strata",
            jobs=within,
            write=_write(
                f"{some // 2:,} pairs of waves a row. As many practices are drawn in each of four strata that hold 10,"
                " 20, 30 and 40 % of all and of which 80, 60, 35 and 24 % fail; no correction for the population."
            ),
        ),
    ]
