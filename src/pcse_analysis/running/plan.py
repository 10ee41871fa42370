"""Which pages an edition has and with which parameters each notebook runs; every mistake in them is found first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.catalogue.choices import ALL, check_parameters, find_edition, names_over
from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.types import Catalogue, Page, Survey
from pcse_analysis.errors import CommandError, Problems, UserError
from pcse_analysis.origins import ANNEX
from pcse_analysis.running.material import Material, material_of
from pcse_analysis.running.parameters import (
    Notebook,
    Value,
    check_names,
    given_parameters,
    parameters_of,
    read_notebook,
)


@dataclass(frozen=True, kw_only=True)
class PageRun:
    """One page to make: the notebook, its parameters, and where the page goes inside the edition's folder."""

    notebook: Notebook
    parameters: dict[str, Value]
    output: str
    declares: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An edition about to be built: the project, the parameters that were given, and its pages."""

    root: Path
    catalogue: Catalogue
    edition: str
    given: Mapping[str, str]
    pages: tuple[PageRun, ...]

    def back(self, run: PageRun) -> str:
        """The way from a page to the annex; empty on the annex itself, and where this build makes none."""
        if run.output == ANNEX or all(page.output != ANNEX for page in self.pages):
            return ""
        return "../" * run.output.count("/") + ANNEX


def plan_build(root: Path, edition: str, words: Sequence[str]) -> Plan:
    """What a build of ``edition`` with the parameters ``words`` (``name=value``) will do.

    Only the catalogue and the notebooks are read for it, so that a mistake of the command is told at once.

    Raises:
        UserError: mistakes in the command, the notebooks or the catalogue; all are listed.
    """
    problems = Problems()
    given = given_parameters(words, problems)
    in_files = Problems()
    catalogue = read_catalogue(root, in_files)
    if in_files.told:
        _tell_all_of_files(root, problems)
    editions = catalogue.editions
    with problems.gathering():
        find_edition(catalogue, edition)
    notebooks: dict[str, Notebook] = {}
    kind = editions[edition].evidence if edition in editions else ""
    chosen = [page for page in catalogue.pages if kind == "" or kind in page.evidence]
    names = {page.notebook for page in chosen}
    for name in sorted(names):
        with problems.gathering():
            notebooks[name] = read_notebook(root / "notebooks" / f"{name}.ipynb")
    if len(notebooks) == len(names):
        check_names(given, {name: notebook.parameters for name, notebook in notebooks.items()}, problems)
    survey = catalogue.surveys[editions[edition].survey] if edition in editions else None
    pages = [
        run
        for page in chosen
        if page.notebook in notebooks
        for run in _runs(catalogue, page, edition, survey, notebooks[page.notebook], given, problems)
    ]
    for run in pages:
        texts = {name: value for name, value in run.parameters.items() if isinstance(value, str) and name != "edition"}
        check_parameters(catalogue, survey, texts, problems)
    problems.raise_as(CommandError)
    return Plan(root=root, catalogue=catalogue, edition=edition, given=given, pages=tuple(pages))


def read_now(plan: Plan, raw: Path | None) -> Material:
    """What the project holds now; of the plan's notebooks what they held when they were read."""
    notebooks = {run.notebook.path: run.notebook for run in plan.pages}
    return material_of(plan.root, raw).with_read(*notebooks.values())


def _tell_all_of_files(root: Path, problems: Problems) -> None:
    """Tell of mistakes in the data together with those in the catalogue; slow, which a wrong catalogue may be."""
    from pcse_analysis.evidence import read_inputs

    try:
        read_inputs(root)
    except UserError as error:
        raise type(error)([*problems.found, *error.problems]) from None


def _runs(
    catalogue: Catalogue,
    page: Page,
    edition: str,
    survey: Survey | None,
    notebook: Notebook,
    given: Mapping[str, str],
    problems: Problems,
) -> list[PageRun]:
    """The runs that make one page, or one for each service line."""
    values = parameters_of(notebook, edition, given, problems)
    if not page.each:
        return [PageRun(notebook=notebook, parameters=values, output=page.output, declares=page.declares)]
    asked = given.get(page.each, ALL)
    names = [asked] if asked != ALL else list(names_over(catalogue, page.each, survey)) if survey else []
    return [
        PageRun(
            notebook=notebook,
            parameters=values | {page.each: name},
            output=page.output.replace(f"{{{page.each}}}", name),
            declares=page.declares,
        )
        for name in names
    ]
