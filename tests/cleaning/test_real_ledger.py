"""A real log of requests, read by a description alone: requests to the city of St Louis, first week of January 2018.

Every expected count is made by pandas from the file itself, and the median by statsmodels; the numbers written out are
those of ``stl_csb_requests`` in SOURCES.md beside the data.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from statsmodels.duration.survfunc import SurvfuncRight

from pcse_analysis.catalogue.ledgers import LEDGERS, Ledger
from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.cleaning.issues import as_known, clean_issues
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.errors import DataError, Problems
from pcse_analysis.evidence.ledgers import clean_ledgers, ledger_evidence, ledger_in_words
from tests.cleaning.made_exports import FILES, Made
from tests.shared import REALDATA, needs_realdata

pytestmark = needs_realdata
FOLDER = REALDATA / "stl_csb_requests"
FILE = "january_2018.csv"
NAME = f"data/raw/{FILE}"
DRAWN = "2019-01-09"
"""The day of the last request that was closed; nothing later is in the file."""
OPEN = ["Disptch", "FieldCrw", "Inspect", "Letter", "NEW", "ON HOLD", "SCHEDULED"]
ROUTES = ["PHONE", "WEB", "OTHER", "TWITTER", "EMAIL", "CSB VCML", "DEPT_REF"]
NOT_TOLD = "unknown"
RULES = ("recodes", "repeated", "values")
"""What the description says of the file's mistakes."""


def slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


@cache
def raw() -> pd.DataFrame:
    """The file, every cell as it stands."""
    return pd.read_csv(FOLDER / FILE, dtype=str, keep_default_na=False)


@cache
def first_rows() -> pd.DataFrame:
    """The first row of each request, its days as days."""
    rows = raw().drop_duplicates("requestid")
    for name in ("datetimeinit", "datetimeclosed", "datecancelled", "prjcompletedate"):
        rows[name] = pd.to_datetime(rows[name].str[:10].where(rows[name] != "NA"))
    return rows


@cache
def departments() -> list[str]:
    return sorted(set(raw()["submitto"]) - {"NA"})


def description() -> dict[str, object]:
    recode = {"from": "", "to": NOT_TOLD, "reason": "the city did not note it"}
    return {
        "id": "requests",
        "kind": "issues",
        "survey": "made",
        "label": "Requests",
        "about": "Requests to the city of St Louis.",
        "file": FILE,
        "dates": "year-first",
        "days": "all",
        "extracted_on": DRAWN,
        "starts_on": "2018-01-01",
        "missing": ["NA"],
        "routes": {slug(name): name for name in ROUTES} | {NOT_TOLD: "Not told"},
        "columns": {
            **{"id": "requestid", "opened": "datetimeinit", "resolved": "datetimeclosed", "status": "status"},
            **{"withdrawn": "datecancelled", "promised": "prjcompletedate", "service_line": "submitto"},
            "route": "callertype",
        },
        "values": {
            "status": {"resolved": ["CLOSED"], "withdrawn": ["CANCEL"], "open": OPEN},
            "service_line": {slug(name): [name] for name in departments()},
        },
        "recodes": [{"column": column} | recode for column in ("route", "service_line")],
        "repeated": {"keep": "first", "reason": "the file has a row for each caller"},
    }


def project(root: Path, *without: str) -> Catalogue:
    """A project with the log alone; ``without`` are names that its description leaves out."""
    made = Made(root)
    made.ask_each_kind()
    made.write()
    says = {key: value for key, value in description().items() if key not in without}
    lines = [FILES["data/catalogue/service_lines.csv"].splitlines()[0]]
    names = ["supplies", NOT_TOLD, *map(slug, departments())]
    lines += [f"{name},{name} line,{n},made up,practices,,made,2020-12-31" for n, name in enumerate(names, 1)]
    (root / "data/catalogue/service_lines.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / LEDGERS).mkdir(parents=True, exist_ok=True)
    (root / LEDGERS / "requests.yaml").write_text(yaml.safe_dump(says, sort_keys=False), encoding="utf-8")
    return read_again(root)


def read_again(root: Path) -> Catalogue:
    problems = Problems()
    catalogue = read_catalogue(root, problems)
    assert not problems.found, problems.found
    return catalogue


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> tuple[Catalogue, CleanLedger]:
    root = tmp_path_factory.mktemp("requests")
    catalogue = project(root)
    (cleaned,) = clean_ledgers(root, FOLDER, catalogue, catalogue.editions["made"])
    return catalogue, cleaned


def test_every_request_is_kept_once(read: tuple[Catalogue, CleanLedger]) -> None:
    """Origin: 1,554 rows of 1,532 requests."""
    _, cleaned = read
    assert (cleaned.received, len(cleaned.frame), len(cleaned.excluded)) == (1554, 1532, 22)
    assert set(cleaned.excluded["reason"]) == {"the file has a row for each caller"}
    assert cleaned.frame["id"].tolist() == raw()["requestid"].drop_duplicates().tolist()
    rows = raw()
    unknown = [int((rows[column] == "NA").sum()) for column in ("callertype", "submitto")]
    told = f"recode of route: {unknown[0]}, recode of service_line: {unknown[1]}, repeated rows: 22"
    assert ledger_in_words(cleaned) == f"requests: received 1554 ({told}), kept 1532."


def test_routes_and_departments_are_those_of_the_file(read: tuple[Catalogue, CleanLedger]) -> None:
    """Origin: counts of the file by pandas."""
    _, cleaned = read
    for ours, theirs in (("route", "callertype"), ("service_line", "submitto")):
        expected = first_rows()[theirs].replace("NA", NOT_TOLD).map(slug).value_counts().to_dict()
        found = cleaned.frame[ours].value_counts()
        assert found[found > 0].to_dict() == expected


def test_how_requests_ended(read: tuple[Catalogue, CleanLedger]) -> None:
    """Origin: 39 rows were cancelled; those neither closed nor cancelled are open."""
    _, cleaned = read
    rows = first_rows()
    assert (raw()["datecancelled"] != "NA").sum() == 39
    closed, cancelled = rows["datetimeclosed"].notna(), rows["datecancelled"].notna()
    ends = as_known(cleaned.frame, DRAWN)["end"].value_counts().to_dict()
    assert ends == {
        "resolved": closed.sum(),
        "withdrawn": cancelled.sum(),
        "open": (~closed & ~cancelled).sum(),
    }


def figures_of(read: tuple[Catalogue, CleanLedger]) -> dict[str, float | None]:
    catalogue, cleaned = read
    made = ledger_evidence(catalogue.surveys["made"], catalogue.editions["made"], [cleaned], [])
    return {e.id: e.value for e in made.estimates}


def test_days_to_resolve(read: tuple[Catalogue, CleanLedger]) -> None:
    """Origin: statsmodels' own Kaplan-Meier on the days between the dates of the file, cancelled ones censored."""
    rows = first_rows()
    last = rows["datetimeclosed"].fillna(rows["datecancelled"]).fillna(pd.Timestamp(DRAWN))
    days = (last - rows["datetimeinit"]).dt.days.to_numpy()
    found = figures_of(read)
    for caller, part in {"": "", "WEB": ".route.web", "PHONE": ".route.phone"}.items():
        mask = (rows["callertype"] == caller).to_numpy() | (caller == "")
        curve = SurvfuncRight(days[mask], rows["datetimeclosed"].notna().to_numpy()[mask])
        for name, share in (("lower-quartile", 0.25), ("median", 0.5), ("upper-quartile", 0.75)):
            assert found[f"requests.issues.days_to_resolve.{name}{part}"] == curve.quantile(share)
    assert found["requests.issues.logged"] == 1532


def test_the_share_resolved_by_the_promised_day(read: tuple[Catalogue, CleanLedger]) -> None:
    """Origin: by pandas, of those not cancelled whose promised day had passed."""
    rows = first_rows()
    due = rows[rows["datecancelled"].isna() & (rows["prjcompletedate"] < DRAWN)]
    kept = due["datetimeclosed"] <= due["prjcompletedate"]
    assert figures_of(read)["requests.issues.by_promised_day"] == pytest.approx(kept.mean())


def refused(root: Path, *without: str) -> DataError:
    catalogue = project(root, *without)
    ledger: Ledger = catalogue.ledgers["requests"]
    problems = Problems()
    labels = {line.id: line.label for line in catalogue.service_lines.values()}
    assert clean_issues(ledger, FOLDER, labels, problems) is None
    with pytest.raises(DataError) as error:
        problems.raise_as(DataError)
    return error.value


def lines_of(rows: pd.Series) -> list[int]:
    """The lines of the file on which rows stand; none of its cells holds a line break."""
    return [int(row) + 2 for row in np.flatnonzero(rows.to_numpy())]


def test_without_rules_every_mistake_is_told_in_one_message(tmp_path: Path) -> None:
    """Origin: by pandas: repeated rows, callers and departments that are NA, and states that we have no name for."""
    error, rows = refused(tmp_path, *RULES), raw()
    assert {problem.file for problem in error.problems} == {NAME}
    assert str(error).startswith(f"DataError: {len(error.problems)} problems in '{NAME}'\n")
    told = {(p.column, p.line, p.what.split(" (also")[0]) for p in error.problems}
    repeated = lines_of(rows["requestid"].duplicated())
    assert ("requestid", repeated[0], "the id stands in an earlier row with the same dates") in told
    names = ", ".join([slug(name) for name in ROUTES] + [NOT_TOLD])
    nameless = lines_of(rows["callertype"] == "NA")
    # Routes are found by their words; an empty one is not.
    assert ("callertype", nameless[0], f"found (empty), expected a route: {names}") in told
    cancelled = lines_of(rows["status"] == "CANCEL")
    states = [p for p in error.problems if p.column == "status"]
    assert cancelled[0] in [p.line for p in states]
    assert [p for p in error.problems if p.column == "submitto"]
    assert sum("more" in p.what.rpartition(" and ")[2] for p in error.problems) >= 1


def test_each_rule_answers_one_kind_of_mistake(tmp_path: Path) -> None:
    """Origin: by pandas, lines and counts of the mistakes that a rule left out lets through."""
    rows = raw()
    (one,) = refused(tmp_path, "repeated").problems
    repeated = lines_of(rows["requestid"].duplicated())
    assert (one.column, one.line) == ("requestid", repeated[0])
    assert one.what.endswith(f"(also on lines {', '.join(map(str, repeated[1:5]))} and {len(repeated) - 5} more)")
    kept = rows.assign(line=np.arange(2, len(rows) + 2)).drop_duplicates("requestid")
    told = {p.column: p for p in refused(tmp_path, "recodes").problems}
    assert set(told) == {"callertype", "submitto"}
    for column, problem in told.items():
        empty = kept.loc[kept[column] == "NA", "line"].tolist()
        assert problem.line == empty[0]
        assert problem.what.startswith("found (empty), expected a ")
        assert problem.what.endswith(f"(also on lines {', '.join(map(str, empty[1:5]))} and {len(empty) - 5} more)")
