"""How long issues stay open, how many are open and how old they are, and how fast each route and month resolves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np
from scipy.stats import chi2

from pcse_analysis.estimates import Estimate
from pcse_analysis.metrics.durations import QUARTILES, log_rank, risk_table
from pcse_analysis.metrics.intervals import CONFIDENCE, share_limits
from pcse_analysis.metrics.issue_log import IssueLog
from pcse_analysis.metrics.ledger_parts import Part
from pcse_analysis.metrics.rates import FEWEST, rate_ratio
from pcse_analysis.metrics.slow_down import Month, Observed, months_of

GRID = (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 160, 200)
"""Days at which the curve is kept for the picture."""
KAPLAN_MEIER = "Kaplan-Meier"


def resolution_estimates(log: IssueLog) -> list[Estimate]:
    """Every figure of a log but those of its slow-down."""
    made: list[Estimate] = []
    for part in log.parts:
        seen = log.seen.where(part.mask)
        made += [*_counts(log, part), *_durations(log, part, seen), *_open(log, part, seen), *_promised(log, part)]
    return [*made, *_months(log), *_against_first(log)]


def _counts(log: IssueLog, part: Part) -> Iterator[Estimate]:
    ends = log.issues.loc[part.mask, "end"]
    base = float(len(ends))
    yield log.estimate(part, "logged", "issues", "count", value=base, base=base)
    for end in ends.cat.categories:
        yield log.estimate(part, str(end), "issues", "count", value=float((ends == end).sum()), base=base)


def _durations(log: IssueLog, part: Part, seen: Observed) -> Iterator[Estimate]:
    seen = seen.where(seen.last >= seen.begins)  # what was closed before the log begins is in it by chance
    curve = risk_table(seen.ages, seen.resolved, entries=seen.entries).curve()
    common: dict[str, Any] = {"base": float(len(seen)), "confidence": CONFIDENCE}
    limits: dict[str, Any]
    for name, share in QUARTILES.items():
        limits = curve.quantile(share).limits
        yield log.estimate(
            part, "days_to_resolve", log.ledger.day_name, KAPLAN_MEIER, category=name, **common, **limits
        )
    for at in (at for at in GRID if at < len(curve.share)):
        value, low, high = curve.at(at)
        limits = {"value": value, "low": low, "high": high}
        yield log.estimate(part, "still_open", "share", KAPLAN_MEIER, category=f"{at} days", **common, **limits)
    standard = log.ledger.standard
    if standard is not None:
        value, low, high = curve.at(standard)
        limits = {"value": 1 - value, "low": 1 - high, "high": 1 - low}
        yield log.estimate(
            part, "within_standard", "share", KAPLAN_MEIER, category=f"{standard} days", **common, **limits
        )


def _open(log: IssueLog, part: Part, seen: Observed) -> Iterator[Estimate]:
    ages = seen.ages[(log.issues.loc[part.mask, "end"] == "open").to_numpy()]
    if not len(ages):
        return
    middle = float(np.median(ages))
    yield log.estimate(part, "age_of_open", log.ledger.day_name, "median", category="median", value=middle)
    if log.ledger.standard is not None:
        over = float((ages > log.ledger.standard).sum())
        yield log.estimate(part, "open_beyond_standard", "issues", "count", value=over)


def _promised(log: IssueLog, part: Part) -> Iterator[Estimate]:
    """The share that was resolved by the day promised for it, of issues whose day has come."""
    issues = log.issues.loc[part.mask & (log.issues["end"] != "withdrawn").to_numpy()]
    due = issues.loc[issues["promised"] < np.datetime64(log.day, "s")]
    if len(due) < FEWEST:
        return
    kept = float(((due["end"] == "resolved") & (due["closed"] <= due["promised"])).sum())
    base = float(len(due))
    low, high = share_limits(kept / base, base)
    yield log.estimate(
        part,
        "by_promised_day",
        "share",
        "Wilson",
        value=kept / base,
        low=low,
        high=high,
        confidence=CONFIDENCE,
        base=base,
    )


def _months(log: IssueLog) -> Iterator[Estimate]:
    for month in months_of(log.seen, log.ledger, log.day, log.days, log.stratum):
        part = Part(group_by="month", group=month.name, mask=np.zeros(0, dtype=bool))
        for measure in ("opened", "resolved", "open_at_end"):
            yield log.estimate(part, f"month_{measure}", "issues", "count", value=float(getattr(month, measure)))
        if month.expected > 0:
            yield _speed(log, part, month)


def _speed(log: IssueLog, part: Part, month: Month) -> Estimate:
    """Resolved over expected, with the exact limits of a count (F. Garwood, Biometrika 28, 1936)."""
    tail = (1 - CONFIDENCE) / 2
    low = float(chi2.ppf(tail, 2 * month.resolved)) / 2 if month.resolved else 0.0
    high = float(chi2.ppf(1 - tail, 2 * month.resolved + 2)) / 2
    value, low, high = (count / month.expected for count in (float(month.resolved), low, high))
    method = "resolved over expected at the same ages"
    return log.estimate(part, "month_speed", "ratio", method, value=value, low=low, high=high, confidence=CONFIDENCE)


def _against_first(log: IssueLog) -> Iterator[Estimate]:
    """Each other route beside the first: the ratio of their rates at the same age and service, and a log-rank test."""
    routes = {part.group: part for part in log.parts if part.group_by == "route"}
    first = routes.pop(next(iter(log.ledger.routes), ""), None)
    if first is None:
        return
    lines = log.issues["service_line"].cat.codes.to_numpy().astype(np.int64)
    lines = lines - lines.min() if len(lines) else lines
    for other in routes.values():
        mask = first.mask | other.mask
        seen, second = log.seen.where(mask), other.mask[mask]
        there = (seen.opened <= seen.ends) & (seen.last >= seen.begins)
        spells = seen.between(seen.begins, seen.ends, second=False, stratum=lines[mask])
        spells = replace(spells, second=second[there])
        ratio = rate_ratio(spells)
        if ratio is None:
            continue
        low, high = ratio.limits()
        test = log_rank([risk_table(spells.exit, spells.ended, spells.second.astype(np.int64), 2, spells.entry)])
        limits: dict[str, Any] = {
            "value": exp(ratio.log_ratio),
            "low": exp(low),
            "high": exp(high),
            "confidence": CONFIDENCE,
        }
        yield log.estimate(other, "rate_against_first", "ratio", "Cox by service, delayed entry", **limits)
        yield log.estimate(other, "log_rank_p", "probability", "log-rank", value=test.p_value)
