"""A batch of reports: which of them are to be made, and what the last good output already has.

What was made from the same files, code, parameters and lock is not made again; what is unchanged as a whole is found
out without importing anything that makes reports. Reports are kept one by one as they are made, so that a batch that
was stopped, however that came about, goes on where it was.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.origins import file_sha256, listed_sums
from pcse_analysis.running.finished import is_sound
from pcse_analysis.running.material import Material
from pcse_analysis.running.parameters import Notebook, read_notebook
from pcse_analysis.running.report_plan import Report, ReportPlan

LIST = "reports.csv"
INDEX_NOTEBOOK = "batch_index"
COLUMNS = ("report", "file", "label", "key")
WORK = "build/batches"
"""Where reports lie until all of their batch are made."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """A batch: its plan, the notebook of its index, what both are made from, and the key of each report by its file.

    ``target`` is the folder it goes to, ``work`` the one it is made in.
    """

    plan: ReportPlan
    index: Notebook
    material: Material
    keys: Mapping[str, str]
    target: Path
    work: Path

    @property
    def key(self) -> str:
        """One key over those of all reports, in their order."""
        return hashlib.sha256("\n".join(self.keys.values()).encode()).hexdigest()

    def note(self, report: Report) -> Path:
        """Where it is noted that a report lies finished in the working folder, by its hash and its key."""
        return self.work / "made" / f"{report.name}.json"


def batch_of(plan: ReportPlan, material: Material, out: Path) -> Batch:
    """The batch of a plan into a folder below ``out``. Reports with equal keys would be equal.

    Raises:
        CommandError: the notebook of the index cannot be read.
    """
    index = read_notebook(plan.root / "notebooks" / f"{INDEX_NOTEBOOK}.ipynb")
    material = material.with_read(plan.notebook, index)
    keys = {report.output: _key(plan, report, material) for report in plan.reports}
    work = plan.root / WORK / plan.name
    return Batch(plan=plan, index=index, material=material, keys=keys, target=out / plan.name, work=work)


def report_key(plan: ReportPlan, material: Material) -> str:
    """The key of the one report of a plan."""
    return _key(plan, plan.reports[0], material)


def _key(plan: ReportPlan, report: Report, material: Material) -> str:
    parts = (dict(plan.given), dict(report.parameters))
    words = [json.dumps(part, sort_keys=True) for part in parts]
    return material.key(plan.notebook.path.name, plan.edition, plan.over, report.label, *words)


def is_unchanged(batch: Batch) -> bool:
    """Whether the last good output has these reports and no others, whole, and made from the same."""
    return good_keys(batch.target, listed_sums(batch.target)) == dict(batch.keys) and is_sound(batch.target)


def good_keys(folder: Path, sums: Mapping[str, str]) -> dict[str, str]:
    """The key of each report in a finished folder, by file, where its list of reports is as it was written."""
    try:
        if not sums or file_sha256(folder / LIST) != sums.get(LIST):
            return {}
        text = (folder / LIST).read_text(encoding="utf-8")
        return {row["file"]: row["key"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    except (OSError, ValueError, KeyError, csv.Error):
        return {}


def made_before(batch: Batch) -> dict[str, Path]:
    """The reports that need not be made again, by file, and where each lies: in the last good output, or kept."""
    sums = listed_sums(batch.target)
    good = good_keys(batch.target, sums)
    found: dict[str, Path] = {}
    for report in batch.plan.reports:
        name, key = report.output, batch.keys[report.output]
        if good.get(name) == key and _has(batch.target / name, sums.get(name)):
            found[name] = batch.target / name
        elif _has(batch.work / name, _noted(batch.note(report), key)):
            found[name] = batch.work / name
    return found


def _noted(note: Path, key: str) -> str | None:
    """The hash of a report that was made with this key."""
    try:
        noted = json.loads(note.read_text(encoding="utf-8"))
        return str(noted["sha256"]) if noted["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _has(path: Path, sha256: str | None) -> bool:
    return sha256 is not None and path.is_file() and file_sha256(path) == sha256
