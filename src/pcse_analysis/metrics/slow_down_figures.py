"""The figures of a slow-down: the rates of both periods, the change between them, and what a naive mean would say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.catalogue.types import Family
from pcse_analysis.estimates import RATE_RATIO, Change, Estimate
from pcse_analysis.metrics.intervals import CONFIDENCE
from pcse_analysis.metrics.issue_log import ITEM, IssueLog
from pcse_analysis.metrics.ledger_parts import Part
from pcse_analysis.metrics.rates import FEWEST, Spells, expected_ends, rate_ratio
from pcse_analysis.metrics.slow_down import Periods, Side, naive_means, periods_of, sides_of, slower, spells_of

BEFORE, AFTER = "before", "in the last months"
HEADLINE, SCREENING = "slow-down", "slow-down by service"
SAME = "Issues of the same age, route and service are set against each other."
TOO_FEW = f"At equal speed fewer than {FEWEST} issues would be expected to be resolved in one of the two periods."
ONE_REPORTER = "Too much of what can be compared hangs on one reporter: the ratio could be almost anything."


def families_of(ledger: Ledger) -> dict[str, Family]:
    """The comparisons of a log that are tested together: all issues and each route; and each service."""
    if ledger.slow_down is None:
        return {}
    kinds = ((HEADLINE, "holm", "all issues and each route"), (SCREENING, "benjamini-hochberg", "each service"))
    return {
        f"{ledger.id}.{name}": Family(
            id=f"{ledger.id}.{name}",
            label=f"{ledger.label}: speed of resolving, {of}",
            adjustment=adjustment,  # type: ignore[arg-type]
            fixed=ledger.slow_down.fixed,
        )
        for name, adjustment, of in kinds
    }


def slow_down_figures(log: IssueLog) -> tuple[list[Estimate], list[Change]]:
    """For the whole log, each route and each service line: both periods, and the change; not judged yet."""
    periods = periods_of(log.ledger, log.day)
    estimates: list[Estimate] = []
    changes: list[Change] = []
    for part in log.parts if periods is not None else []:
        assert periods is not None
        seen = log.seen.where(part.mask)
        turn = log.days.first(periods.turn)
        spells = spells_of(seen, turn, log.stratum[part.mask])
        sides = dict(zip((BEFORE, AFTER), sides_of(spells), strict=True))
        rates = [_rate(log, part, name, side) for name, side in sides.items()]
        estimates += rates
        if log.ledger.standard is not None:
            estimates += [_at_speed(log, part, log.ledger.standard, name, side) for name, side in sides.items()]
        for name, mean in zip(sides, naive_means(seen, turn), strict=True):
            unit = log.ledger.day_name
            estimates.append(log.estimate(part, "mean_age_of_closed", unit, "mean, biased", category=name, value=mean))
        changes.append(_change(log, part, rates, spells, periods))
    return estimates, changes


def _rate(log: IssueLog, part: Part, name: str, side: Side) -> Estimate:
    unit = f"resolved for 100 {log.ledger.day_name} open"
    method = "resolved over days open"
    return log.estimate(
        part, "resolution_rate", unit, method, category=name, value=side.rate, numerator=float(side.resolved)
    )


def _at_speed(log: IssueLog, part: Part, standard: int, name: str, side: Side) -> Estimate:
    value, low, high = side.curve.at(standard)
    limits: dict[str, Any] = {"value": 1 - value, "low": 1 - high, "high": 1 - low, "confidence": CONFIDENCE}
    method = "Kaplan-Meier, delayed entry"
    return log.estimate(part, "within_standard_at_speed", "share", method, category=name, **limits)


def _change(log: IssueLog, part: Part, rates: Sequence[Estimate], spells: Spells, periods: Periods) -> Change:
    plan = log.ledger.slow_down
    assert plan is not None
    ratio = rate_ratio(spells)
    tested: dict[str, Any] = {}
    if ratio is not None:
        found = slower(ratio, plan.margin)
        tested = {
            **vars(found),
            "confidence": CONFIDENCE,
            "exceeds_margin": found.low > plan.margin or found.high < -plan.margin,
            "no_improvement": found.low90 > -plan.margin,
        }
    before, after = periods.names
    return Change(
        id=".".join([log.ledger.id, ITEM, "slow-down", *(name for name in (part.group_by, part.group) if name)]),
        survey=log.ledger.id,
        respondent_group="",
        service_line=part.group if part.group_by == "service_line" else "all",
        item=ITEM,
        group_by=part.group_by,
        group=part.group,
        wave_before=before,
        wave_after=after,
        estimate_before=rates[0].id,
        estimate_after=rates[1].id,
        method=RATE_RATIO,
        comparability="same",
        reason=SAME if tested else TOO_FEW if min(expected_ends(spells.table())) < FEWEST else ONE_REPORTER,
        margin=plan.margin,
        family=f"{log.ledger.id}.{SCREENING if part.group_by == 'service_line' else HEADLINE}",
        **tested,
    )
