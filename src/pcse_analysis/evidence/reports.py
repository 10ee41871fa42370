"""The list of a batch's reports, which the index of the batch links: written by the batch beside its figures."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from pcse_analysis.dossier import Report
from pcse_analysis.errors import DataError, Problem

REPORTS = "reports.csv"
COLUMNS = ("report", "file", "label")


def write_reports(reports: Iterable[Report], folder: Path) -> None:
    """Write the list into the folder of the batch: UTF-8, line feeds, in the order given."""
    with (folder / REPORTS).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows((one.report, one.file, one.label) for one in reports)


def read_reports(folder: Path) -> tuple[Report, ...]:
    """The reports of a batch; none where the folder holds no list.

    Raises:
        DataError: the list has other columns, or a file that does not lie in the folder of the batch.
    """
    path = folder / REPORTS
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = [*csv.reader(file)] or [[]]
    if tuple(head) != COLUMNS or any(len(row) != len(COLUMNS) for row in rows):
        raise DataError([Problem(what=f"expected the columns {', '.join(COLUMNS)} in every row", file=REPORTS)])
    found = tuple(Report(report=report, file=name, label=label) for report, name, label in rows)
    for line, one in enumerate(found, start=2):
        place = PurePosixPath(one.file)
        if not one.file or place.is_absolute() or ".." in place.parts or ":" in one.file:
            what = f"found the file '{one.file}', expected one inside the folder of the batch"
            raise DataError([Problem(what=what, file=REPORTS, line=line)])
    return found
