"""The door of the issue log: from its file to one row an issue, with the days on which it was opened and resolved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pcse_analysis.catalogue.ledgers import Ledger
from pcse_analysis.cleaning.ledgers import (
    CleanLedger,
    Repeats,
    check_days,
    check_ids,
    cleaned,
    drop_repeated,
    read_rows,
)
from pcse_analysis.cleaning.rows import Rows
from pcse_analysis.errors import Problems

DAYS = ("opened", "resolved", "reopened", "withdrawn", "promised")
REPEATS = Repeats(different="dates", same="dates")


def clean_issues(
    ledger: Ledger, folder: Path, service_lines: Mapping[str, str], problems: Problems
) -> CleanLedger | None:
    """The issues of a log, those filed twice left out; None where mistakes were noted in ``problems``.

    ``service_lines`` gives each line its label.
    """
    before = len(problems.found)
    rows = read_rows(ledger, folder, problems)
    if rows is None:
        return None
    drop_repeated(rows, check_ids(rows, REPEATS, DAYS))
    _check_duplicates(rows)
    filed = np.array([bool(t) for t in rows.texts("duplicate_of")])
    days = {name: rows.days(name, optional=name != "opened", to_come=name == "promised") for name in DAYS}
    service_line = rows.choice("service_line", service_lines)
    route = rows.choice("route", ledger.routes)
    _check_status(rows, days)
    check_days(rows, days, [("opened", name) for name in DAYS[1:]])
    if len(problems.found) > before:
        return None
    frame = pd.DataFrame(
        {"line": rows.lines, "id": rows.texts("id")}
        | days
        | {"service_line": service_line, "route": route, "who": rows.free("who"), "region": rows.free("region")}
    )
    rows.drop(filed, "filed again", "the same issue as another one in the log")
    return cleaned(rows, frame[~filed])


def _check_duplicates(rows: Rows) -> None:
    """Note issues that are said to be filed again of an issue which is not there, or which is filed again itself."""
    ids, of = rows.texts("id"), rows.texts("duplicate_of")
    known, filed = set(ids), {i for i, other in zip(ids, of, strict=True) if other}
    unknown = [n for n, other in enumerate(of) if other and other not in known]
    chained = [n for n, other in enumerate(of) if other in filed]
    to_do = "name the issue that stays, which is in the log and filed only once."
    if unknown:
        rows.note("duplicate_of", "names an issue that is not in the log", unknown, to_do)
    if chained:
        rows.note("duplicate_of", "names an issue that is itself filed again", chained, to_do)


def _check_status(rows: Rows, days: Mapping[str, np.ndarray]) -> None:
    """Note every issue whose status and dates contradict each other, or that ended in two ways at once."""
    resolved, withdrawn = ~np.isnat(days["resolved"]), ~np.isnat(days["withdrawn"])
    again, back = (days["reopened"] > days[name] for name in ("resolved", "withdrawn"))
    if "status" not in rows.columns:
        both = resolved & withdrawn & ~again & ~back
        if both.any():
            what = "is resolved as well as withdrawn, and was not reopened in between"
            rows.note("withdrawn", what, np.flatnonzero(both), rows.to_mend)
        return
    status = np.asarray(rows.choice("status", rows.ledger.choices("status")), dtype=object)
    none_later = ", and none later on which it was reopened"
    wrong = {
        "is resolved, but there is no day on which it was": (status == "resolved") & ~resolved,
        "is resolved, but there is a later day on which it was reopened": (status == "resolved") & again,
        f"is resolved, but there is a day on which it was withdrawn{none_later}": (
            (status == "resolved") & withdrawn & ~back
        ),
        f"is open, but there is a day on which it was resolved{none_later}": (status == "open") & resolved & ~again,
        f"is open, but there is a day on which it was withdrawn{none_later}": (status == "open") & withdrawn & ~back,
        "is withdrawn, but there is no day on which it was": (status == "withdrawn") & ~withdrawn,
        f"is withdrawn, but there is a day on which it was resolved{none_later}": (
            (status == "withdrawn") & resolved & ~again
        ),
    }
    for what, which in wrong.items():
        if which.any():
            to_do = f"correct the cells, or recode the status in {rows.ledger.description} with a reason."
            rows.note("status", what, np.flatnonzero(which), to_do)


def as_known(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """The issues that were known on a day, with two columns more: ``closed`` and ``end``.

    ``end`` is ``resolved``, ``withdrawn`` or ``open``. An issue opened later is left out, and what was done with one
    later is not known yet. One that was reopened counts as open from its first day on until it is resolved for good.
    """
    today = np.datetime64(day, "s")
    known = frame.loc[frame["opened"] <= today].copy()
    later = known["reopened"] > today
    resolved, withdrawn = (
        known[name].where((known[name] <= today) & ~((known["reopened"] > known[name]) & ~later))
        for name in ("resolved", "withdrawn")
    )
    known["closed"] = resolved.fillna(withdrawn)
    end = np.where(resolved.notna(), "resolved", np.where(withdrawn.notna(), "withdrawn", "open"))
    known["end"] = pd.Categorical(end, categories=["open", "resolved", "withdrawn"])
    return known.reset_index(drop=True)
