"""Reports made from one notebook: which there are, with which parameters; every mistake in them is found first."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.catalogue.choices import EACH, check_parameters, find_edition, names_over
from pcse_analysis.catalogue.files import SAVE_AS_CSV, read_table, read_text
from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.types import Catalogue, Survey
from pcse_analysis.errors import CommandError, Problems, near_miss, not_an_option, shown
from pcse_analysis.running.parameters import (
    BUILD_SETS,
    NAMES_STAND,
    Notebook,
    Value,
    check_names,
    given_parameters,
    parameters_of,
    read_notebook,
    typed,
)

PRACTICE = "practice"
OF_THE_REGISTER = ("area", PRACTICE)
"""What a batch may go over that stands in the register of the edition's latest wave."""
LONGEST_NAME = 60
MARK = 12
"""Digits that tell names apart: of 10,000 reports two have the same about once in six million batches."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report: the name of its file, what it is about, what it is called in a list, and its parameters."""

    name: str
    value: str
    label: str
    parameters: Mapping[str, Value]

    @property
    def output(self) -> str:
        """The file of the report in the folder of its batch."""
        return f"pages/{self.name}.html"

    @property
    def about(self) -> frozenset[str]:
        """The codes of practices that the report is openly about, whether or not these replied."""
        return frozenset([str(self.parameters[PRACTICE])] if PRACTICE in self.parameters else [])


@dataclass(frozen=True, kw_only=True)
class ReportPlan:
    """Reports about to be made, with the parameters that are common to all.

    ``over`` says what they go over; nothing where there is one report alone.
    """

    root: Path
    catalogue: Catalogue
    edition: str
    notebook: Notebook
    given: Mapping[str, str]
    common: Mapping[str, Value]
    over: str
    reports: tuple[Report, ...]

    @property
    def by(self) -> str:
        """The one parameter in which the reports differ; the name of their file where it sets several."""
        own = {n for report in self.reports for n, value in report.parameters.items() if self.common.get(n) != value}
        return own.pop() if len(own) == 1 else Path(self.over).stem

    @property
    def name(self) -> str:
        """The name of the batch, which is that of its folder."""
        stem = Path(self.over).stem
        (over,) = _names([stem], [stem])
        return f"{self.notebook.path.stem}-{self.edition}-by-{over}"


FromRegister = Callable[[str, str], Sequence[tuple[str, str]]]
"""Gives, for ``area`` or ``practice`` and an edition, each value with its label."""


def plan_report(root: Path, notebook: str, edition: str, words: Sequence[str]) -> ReportPlan:
    """One report from a notebook with the parameters ``words`` (``name=value``); see ``plan_batch``."""
    return _plan(root, notebook, edition, words, "", None)


def plan_batch(
    root: Path, notebook: str, edition: str, words: Sequence[str], over: str, from_register: FromRegister
) -> ReportPlan:
    """A report from a notebook for each of what ``over`` names: a parameter, or a CSV file of parameters.

    An empty ``edition`` is the one that the notebook names itself. Only the catalogue and the notebook are read for
    it; ``from_register`` is called where areas or practices are asked for and nothing else is wrong.

    Raises:
        UserError: mistakes in the command, the notebook, the catalogue or the CSV file; all are listed.
    """
    return _plan(root, notebook, edition, words, over, from_register)


def _plan(
    root: Path, name: str, edition: str, words: Sequence[str], over: str, from_register: FromRegister | None
) -> ReportPlan:
    problems = Problems()
    given = given_parameters(words, problems)
    catalogue = read_catalogue(root, problems)
    if any(problem.file for problem in problems.told):
        raise problems.kind(problems.told)
    notebook = _notebook(root, name, problems)
    if notebook is None:
        raise CommandError(problems.told)
    check_names(given, {notebook.path.stem: notebook.parameters}, problems)
    default = notebook.parameters.get("edition")
    chosen = edition or (str(default.default) if default else "")
    with problems.gathering():
        find_edition(catalogue, chosen)
    survey = catalogue.surveys[catalogue.editions[chosen].survey] if chosen in catalogue.editions else None
    _check_kind(catalogue, notebook, chosen, problems)
    common = parameters_of(notebook, chosen, given, problems)
    rows = _rows(root, catalogue, survey, notebook, given, over, problems)
    values = [common | row for _, row in rows]
    for one in values if over else [common]:
        texts = {k: v for k, v in one.items() if isinstance(v, str) and k != "edition"}
        check_parameters(catalogue, survey, texts, problems)
    problems.raise_as(CommandError)
    if over in OF_THE_REGISTER and from_register is not None:
        rows = [(label, {over: value}) for value, label in from_register(over, chosen)]
        values = [common | row for _, row in rows]
    if not over:
        rows, values = [(name, {key: common[key] for key in given})], [common]
    about = [", ".join(str(value) for value in row.values()) for _, row in rows]
    tells_apart = [json.dumps(row, sort_keys=True) for _, row in rows]
    names = _names([one or notebook.path.stem for one in about], tells_apart)
    parts = zip(names, about, rows, values, strict=True)
    reports = [Report(name=n, value=v, label=label, parameters=one) for n, v, (label, _), one in parts]
    return ReportPlan(
        root=root,
        catalogue=catalogue,
        edition=chosen,
        notebook=notebook,
        given=given,
        common=common,
        over=over,
        reports=tuple(reports),
    )


def _notebook(root: Path, name: str, problems: Problems) -> Notebook | None:
    """The notebook of this name, or at this path below ``notebooks``."""
    stem = Path(name).name.removesuffix(".ipynb")
    path = root / "notebooks" / f"{stem}.ipynb"
    if not path.is_file():
        known = [p.stem for p in (root / "notebooks").glob("*.ipynb")]
        problems.add(f"notebook: {not_an_option(stem, 'one of the notebooks', known)}")
        return None
    notebook = None
    with problems.gathering():
        notebook = read_notebook(path)
    return notebook


def _check_kind(catalogue: Catalogue, notebook: Notebook, edition: str, problems: Problems) -> None:
    """Note a notebook that is for editions of another kind, such as one on replies for published figures."""
    kinds = {kind for page in catalogue.pages if page.notebook == notebook.path.stem for kind in page.evidence}
    if kinds and edition in catalogue.editions and catalogue.editions[edition].evidence not in kinds:
        fitting = [e.id for e in catalogue.editions.values() if e.evidence in kinds]
        what = f"edition '{edition}' holds no evidence that '{notebook.path.stem}' shows"
        problems.add(what, to_do=f"choose one of these with --edition: {', '.join(fitting) or '(none exists)'}.")


def _rows(
    root: Path,
    catalogue: Catalogue,
    survey: Survey | None,
    notebook: Notebook,
    given: Mapping[str, str],
    over: str,
    problems: Problems,
) -> list[tuple[str, dict[str, Value]]]:
    """A label and the own parameters of each report; of areas and practices none yet."""
    if not over:
        return []
    options = (*EACH, *OF_THE_REGISTER)
    if over.endswith(".csv") or (over not in options and Path(over).is_file()):
        return _from_file(Path(over), notebook, given, problems)
    if over not in options:
        near = near_miss(over, options)
        hint = f"   near '{near}'" if near else f": {', '.join(options)}, or a file ending in .csv"
        problems.add(f"--over: found {shown(over)}, expected one of these{hint}")
        return []
    if over not in notebook.parameters:
        listed = ", ".join(notebook.parameters)
        problems.add(f"--over {over}: notebook '{notebook.path.stem}' declares no such parameter; it has: {listed}")
    if over in given:
        problems.add(f"-p {over}: the batch goes over it, so that it cannot be given")
    if over in OF_THE_REGISTER or survey is None:
        return []
    found = names_over(catalogue, over, survey)
    if not found:
        problems.add(f"--over {over}: this edition has none, so that there is nothing to report on")
    return [(label, {over: name}) for name, label in found.items()]


def _from_file(
    path: Path, notebook: Notebook, given: Mapping[str, str], problems: Problems
) -> list[tuple[str, dict[str, Value]]]:
    """A report for each row of a CSV file whose columns are parameters; every value is text until it is checked."""
    name = str(path)
    text = read_text(path, name, problems, SAVE_AS_CSV)
    if text is None:
        return []
    header = next(csv.reader([text.splitlines()[0]]), [])
    known = [one for one in notebook.parameters if one not in BUILD_SETS]
    wrong = [column for column in header if column not in known]
    for column in wrong if "," in text.splitlines()[0] or len(header) == 1 else []:
        near = near_miss(column, known)
        hint = f"   near '{near}'" if near else f"; it has: {', '.join(known)}"
        what = f"column {shown(column)}: notebook '{notebook.path.stem}' declares no such parameter{hint}"
        problems.add(what, file=name, line=1, to_do=NAMES_STAND)
    for column in (c for c in header if c in given):
        problems.add(f"column '{column}' is given with -p too", file=name, line=1)
    rows = []
    seen: dict[str, int] = {}
    for row in read_table(path, name, header, header, problems):
        values: dict[str, Value] = {}
        for column in (c for c in header if c in known):
            own = Problems()
            values[column] = typed(notebook.parameters[column], row[column], own)
            for problem in own.found:
                what = problem.what.removeprefix(f"-p {column}: ")
                problems.add(what, file=name, line=row.line, column=column)
        first = seen.setdefault(json.dumps(values, sort_keys=True), row.line)
        if first != row.line:
            what = f"repeats line {first}: the same values, differently written"
            problems.add(what, file=name, line=row.line, to_do="keep one of the repeated rows.")
        rows.append((", ".join(str(value) for value in values.values()), values))
    return rows


def named(words: str) -> str:
    """``words`` as a name for a file: small letters and digits of plain English, with hyphens between."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME].rstrip("-")


def _names(words: Iterable[str], tells_apart: Iterable[str]) -> list[str]:
    """A name for a file from each of the words; where several would have the same, each has a mark of its own besides.

    ``tells_apart`` is what the mark is made of: a text for each that no other has.
    """
    plain = [named(one) for one in words]
    counts = Counter(plain)
    return [
        name if name and counts[name] == 1 else f"{name or 'report'}-{hashlib.sha256(one.encode()).hexdigest()[:MARK]}"
        for name, one in zip(plain, tells_apart, strict=True)
    ]


def register_names(root: Path, raw: Path | None) -> FromRegister:
    """Reads the areas and the practices of an edition's register, which imports pandas."""

    def read(over: str, edition: str) -> Sequence[tuple[str, str]]:
        from pcse_analysis.evidence import names_in_register

        return names_in_register(root, raw, edition, over)

    return read
