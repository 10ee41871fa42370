"""The ledgers behind an edition, cleaned, and all figures that are made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pcse_analysis.catalogue.ledgers import RAW, Ledger, LedgerKind
from pcse_analysis.catalogue.types import Catalogue, Edition, Survey
from pcse_analysis.cleaning.claims import claims_as_known, clean_claims
from pcse_analysis.cleaning.issues import as_known, clean_issues
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.cleaning.returns import clean_returns, returns_as_known
from pcse_analysis.errors import DataError, Problems
from pcse_analysis.estimates import Change, Estimate, Figures
from pcse_analysis.metrics.claims import claims_estimates
from pcse_analysis.metrics.claims_book import ClaimsBook
from pcse_analysis.metrics.claims_disclosure import protected
from pcse_analysis.metrics.claims_money import money_estimates
from pcse_analysis.metrics.disclosure import Row, suppress
from pcse_analysis.metrics.issue_log import ITEM, IssueLog
from pcse_analysis.metrics.ledger_parts import row_estimates
from pcse_analysis.metrics.resolution import resolution_estimates
from pcse_analysis.metrics.returns import returns_estimates
from pcse_analysis.metrics.slow_down_figures import families_of, slow_down_figures
from pcse_analysis.metrics.verdict import judge
from pcse_analysis.origins import SourceFile, file_sha256


def ledgers_of(catalogue: Catalogue, edition: Edition) -> list[Ledger]:
    """The ledgers of an edition's survey whose file was drawn, or can be cut back to, by the evidence date."""
    return [ledger for ledger in catalogue.ledgers.values() if ledger.survey == edition.survey]


def clean_ledgers(root: Path, raw: Path, catalogue: Catalogue, edition: Edition) -> tuple[CleanLedger, ...]:
    """Every ledger of the edition, cleaned.

    Raises:
        DataError: their files have mistakes; all of all files are listed.
    """
    problems = Problems()
    lines = {line.id: line.label for line in catalogue.service_lines.values()}
    found = []
    for ledger in ledgers_of(catalogue, edition):
        folder = raw if ledger.raw == RAW else root / ledger.raw
        found.append(DOORS[ledger.kind](ledger, folder, lines, problems))
    problems.raise_as(DataError)
    return tuple(one for one in found if one is not None)


def known_day(ledger: Ledger, edition: Edition) -> str:
    """The day as of which a ledger enters an edition: that on which it was drawn, or the evidence date if earlier."""
    return min(ledger.extracted_on, edition.evidence_date)


def ledger_evidence(
    survey: Survey, edition: Edition, ledgers: Sequence[CleanLedger], holidays: Sequence[str]
) -> Figures:
    """All figures of the ledgers, small parts withheld; nothing that came later than the evidence date is in them."""
    estimates: list[Estimate] = []
    changes: list[Change] = []
    for cleaned in ledgers:
        day = known_day(cleaned.ledger, edition)
        made = FIGURES[cleaned.ledger.kind](survey, cleaned, day, holidays)
        if day == cleaned.ledger.extracted_on:  # else later rows would be counted too
            estimates += row_estimates(cleaned.ledger, day, cleaned.received, cleaned.steps)
        estimates += made.estimates
        changes += made.changes
    return Figures(tuple(estimates), tuple(changes))


def _of_issues(survey: Survey, cleaned: CleanLedger, day: str, holidays: Sequence[str]) -> Figures:
    ledger = cleaned.ledger
    log = IssueLog(ledger, as_known(cleaned.frame, day), day, holidays)
    withheld = log.withheld(survey.disclosure.threshold)
    rates, changes = slow_down_figures(log)
    rows: set[Row] = {("", "", ITEM, by, group) for by, group in withheld}
    estimates = suppress([*resolution_estimates(log), *rates], survey, rows)
    shown = [c for c in changes if (c.group_by, c.group) not in withheld]
    return Figures(tuple(estimates), tuple(judge(shown, dict(families_of(ledger)))))


def _of_claims(survey: Survey, cleaned: CleanLedger, day: str, holidays: Sequence[str]) -> Figures:
    book = ClaimsBook(cleaned.ledger, claims_as_known(cleaned.frame, day), day, holidays)
    threshold = survey.disclosure.threshold
    made = [*claims_estimates(book), *money_estimates(book, threshold)]
    return Figures(tuple(protected(book, made, threshold)), ())


def _of_returns(_survey: Survey, cleaned: CleanLedger, day: str, _holidays: Sequence[str]) -> Figures:
    return Figures(tuple(returns_estimates(cleaned.ledger, returns_as_known(cleaned.frame, day), day)), ())


DOORS: Mapping[LedgerKind, Callable[[Ledger, Path, Mapping[str, str], Problems], CleanLedger | None]] = {
    "issues": clean_issues,
    "claims": clean_claims,
    "kpi_returns": clean_returns,
}
FIGURES: Mapping[LedgerKind, Callable[[Survey, CleanLedger, str, Sequence[str]], Figures]] = {
    "issues": _of_issues,
    "claims": _of_claims,
    "kpi_returns": _of_returns,
}


def ledger_files(root: Path, raw: Path, ledgers: Sequence[CleanLedger]) -> list[SourceFile]:
    """The files that the ledgers were read from."""
    found = []
    for cleaned in ledgers:
        ledger = cleaned.ledger
        folder = raw if ledger.raw == RAW else root / ledger.raw
        found.append(SourceFile(name=ledger.name, sha256=file_sha256(folder / ledger.file), rows=cleaned.received))
    return found


def joined(first: Figures, second: Figures) -> Figures:
    """Two sets of figures as one, sorted by id."""
    return replace(
        first,
        estimates=tuple(sorted((*first.estimates, *second.estimates), key=lambda e: e.id)),
        changes=tuple(sorted((*first.changes, *second.changes), key=lambda c: c.id)),
    )


def ledger_in_words(cleaned: CleanLedger) -> str:
    """From the rows received to the cases kept, on one line."""
    steps = [f"{row['rule']}: {row['count']}" for row in cleaned.steps.to_dict("records") if row["count"]]
    told = f" ({', '.join(steps)})" if steps else ""
    return f"{cleaned.ledger.id}: received {cleaned.received}{told}, kept {len(cleaned.frame)}."
