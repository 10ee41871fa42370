"""One issue log, or a ledger of another kind, and its description, small enough to count by hand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from pcse_analysis.catalogue.ledgers import LEDGERS, Ledger, read_ledgers
from pcse_analysis.cleaning.issues import clean_issues
from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.errors import CatalogueError, DataError, Problems
from tests.cleaning.made_exports import sentences

ROOT = Path(__file__).parents[2]
HEADER = ["Issue", "Opened", "Resolved", "Status", "Withdrawn", "Reopened", "Promised", "Service", "Route", "Who"]
DESCRIPTION: dict[str, object] = {
    "id": "log",
    "kind": "issues",
    "survey": "made",
    "label": "Made up",
    "about": "Made up.",
    "file": "log.csv",
    "dates": "day-first",
    "extracted_on": "2018-01-31",
    "starts_on": "2017-01-01",
    "routes": {"direct": "Directly", "committee": "Through a committee"},
    "columns": {
        **{"id": "Issue", "opened": "Opened", "resolved": "Resolved", "status": "Status", "withdrawn": "Withdrawn"},
        **{"reopened": "Reopened", "promised": "Promised", "service_line": "Service", "route": "Route", "who": "Who"},
    },
}
USUAL = dict.fromkeys(HEADER, "") | {"Opened": "04/12/2017", "Status": "open", "Service": "Supplies", "Route": "direct"}


def row(issue: str, **cells: str) -> list[str]:
    """An open issue about supplies, raised directly on 4 December 2017, but for the cells given."""
    assert cells.keys() <= set(HEADER)
    return list((USUAL | {"Issue": issue} | cells).values())


Door = Callable[[Ledger, Path, Mapping[str, str], Problems], CleanLedger | None]


@cache
def example(name: str) -> list[dict[str, str]]:
    """The rows of a ledger of the repository's example, by the csv module."""
    with (ROOT / "data" / "synthetic" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class MadeLedger:
    """A log and its description, to be changed; then it is cleaned."""

    def __init__(
        self,
        root: Path,
        name: str = "log.csv",
        says: Mapping[str, object] = DESCRIPTION,
        header: Sequence[str] = HEADER,
        door: Door = clean_issues,
    ) -> None:
        """Everything is written below ``root``; what ``door`` cleans has a ``header`` and is described by ``says``."""
        self.root, self.header, self.door = root, header, door
        self.file = root / "data" / "raw" / name
        self.name = f"data/raw/{name}"
        self.says: dict[str, object] = deepcopy(dict(says)) | {"file": name}
        self.lines: Mapping[str, str] = {"supplies": "Supplies"}

    @property
    def description(self) -> Path:
        """Where the log is described."""
        return self.root / LEDGERS / "log.yaml"

    def write(self, *rows: Sequence[str], header: Sequence[str] | None = None) -> None:
        """Write rows as the log's file."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header or self.header, *rows])

    def read(self) -> Ledger:
        """The description as it is read.

        Raises:
            CatalogueError: it has mistakes.
        """
        self.description.parent.mkdir(parents=True, exist_ok=True)
        self.description.write_text(yaml.safe_dump(self.says, sort_keys=False), encoding="utf-8")
        problems = Problems()
        found = read_ledgers(self.root, ["made"], self.lines, problems)
        problems.raise_as(CatalogueError)
        return found["log"]

    def cleaned(self) -> CleanLedger:
        """The log; every row received is kept or left out with a reason.

        Raises:
            DataError: it has mistakes.
        """
        return self.clean_as(self.read())

    def outcome(
        self,
        rows: Sequence[list[str]],
        spoilt: Iterable[tuple[int, int, str]],
        as_known: Callable[[pd.DataFrame, str], pd.DataFrame],
    ) -> str:
        """Whether rows with spoilt cells (line, column, text) are "read", each kept or left out, or "refused"."""
        for line, column, cell in spoilt:
            rows[line][column] = cell
        self.write(*rows)
        try:
            found = self.cleaned()
        except DataError as error:
            assert error.problems
            return "refused"
        assert len(found.frame) + len(found.excluded) == len(rows)
        as_known(found.frame, "2017-12-31")
        return "read"

    def clean_as(self, ledger: Ledger) -> CleanLedger:
        """The log by a description that was read before."""
        problems = Problems()
        found = self.door(ledger, self.file.parent, self.lines, problems)
        problems.raise_as(DataError)
        assert found is not None
        assert found.received == len(found.frame) + len(found.excluded)
        assert not set(found.excluded["line"]) & set(found.frame["line"])
        assert (found.excluded["reason"] != "").all()
        return found

    def refused(self) -> DataError:
        """The one message in which the log is refused."""
        try:
            self.cleaned()
        except DataError as error:
            return error
        raise AssertionError("the log was not refused")

    def told(self) -> list[str]:
        """Each mistake of the log on a line."""
        return sentences(self.refused().problems)

    def badly_described(self) -> CatalogueError:
        """The one message in which the description is refused."""
        try:
            self.read()
        except CatalogueError as error:
            return error
        raise AssertionError("the description was not refused")


def counts(found: CleanLedger) -> dict[str, int]:
    """How many rows each rule found, those that found none left out."""
    steps: pd.DataFrame = found.steps
    return {rule: count for rule, count in zip(steps["rule"], steps["count"], strict=True) if count}
