"""Dossiers made by hand: the published edition, with other commitments, or with a ledger of a few figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.dossier import Dossier
from pcse_analysis.estimates import RATE_RATIO, Change, Estimate, Figures, Verdict
from pcse_analysis.reporting.html import Piece
from tests.dossiers import own_dossier, own_inputs

ROOT = Path(__file__).parents[2]
BEFORE, LATER = "before", "in the last months"


def said(piece: Piece | str) -> str:
    """The words of a piece of a page, without its tags."""
    return " ".join(Markup(piece.__html__() if isinstance(piece, Piece) else piece).striptags().split())


def figure_of(ledger: str, measure: str, value: float | None, category: str = "", **fields: Any) -> Estimate:
    """One figure of a ledger; without ``by`` and ``group`` it is that of the whole."""
    by, group = fields.pop("by", ""), fields.pop("group", "")
    given: dict[str, Any] = {
        **{"id": ".".join(part for part in (ledger, measure, category, by, group) if part), "survey": ledger},
        **{"wave": "", "respondent_group": "", "service_line": group if by == "service_line" else "all"},
        **{"item": "cases", "measure": measure, "category": category, "group_by": by, "group": group, "value": value},
        **{"unit": "made", "method": "made", "sources": (), "known_on": "2018-01-10"},
    }
    return Estimate(**(given | fields))


def withheld(ledger: str, measure: str, category: str = "", **fields: Any) -> Estimate:
    """A figure that is not given, to protect people."""
    return figure_of(ledger, measure, None, category, suppressed="few", **fields)


def fall_of(ledger: str, value: float | None, low: float | None, high: float | None, **fields: Any) -> Change:
    """A relative fall of the rate of resolving, 2016-10-03 to 2017-11-10 against 2017-11-11 to 2018-01-10."""
    by, group = fields.pop("by", ""), fields.pop("group", "")
    given: dict[str, Any] = {
        **{"id": f"{ledger}.slow-down.{by}.{group}", "survey": ledger, "respondent_group": "", "service_line": "all"},
        **{"item": "issues", "group_by": by, "group": group, "wave_before": "2016-10-03 to 2017-11-10"},
        **{"wave_after": "2017-11-11 to 2018-01-10", "estimate_before": "b", "estimate_after": "a", "value": value},
        **{"low": low, "high": high, "confidence": 0.95, "method": RATE_RATIO, "comparability": "same"},
        **{"reason": "Too few were resolved.", "margin": 0.1, "verdict": Verdict.UNCLEAR, "no_improvement": False},
    }
    return Change(**(given | fields))


def with_ledger(one: Ledger, figures: Iterable[Estimate], changes: Iterable[Change] = ()) -> Dossier:
    """The published edition with one ledger and its figures alone."""
    return replace(own_dossier("published"), figures=Figures(tuple(figures), tuple(changes)), ledgers=(one,))


def ledger(name: str, **fields: Any) -> Ledger:
    """A ledger of the catalogue, with other fields."""
    return replace(own_inputs().catalogue.ledgers[name], **fields)


def with_commitments(*rows: dict[str, Any], evidence_date: str = "2018-07-31", **fields: Any) -> Dossier:
    """The published edition with these commitments, each one of 16 January 2018 but for the cells given."""
    usual = {
        **{"id": "a", "survey": "gpc-pcse", "kind": "promised", "who": "NHS England", "to_whom": "practices"},
        **{"commitment": "Something is done.", "made_on": "2018-01-16", "due": "", "service_line": "all"},
        **{"shown_by": "", "target": float("nan"), "direction": "", "needs": "a public record"},
        **{"sources": "gpc-letter-2018-01-16", "known_on": "2018-01-16"},
    }
    frame = pd.DataFrame([usual | row for row in rows], columns=list(usual))
    edition = replace(own_dossier("published").edition, evidence_date=evidence_date)
    return replace(own_dossier("published"), commitments=frame, edition=edition, **fields)
