"""Which pages an edition has and with which parameters each notebook runs; every mistake in them is found first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.catalogue.types import Page, Survey
from pcse_analysis.dossier import ALL, check_parameters, repeated_for
from pcse_analysis.errors import CommandError, Problems, UserError
from pcse_analysis.evidence import Inputs, find_edition, read_inputs
from pcse_analysis.provenance import ANNEX
from pcse_analysis.running.parameters import Parameter, Value, check_names, declared_parameters, given_parameters, typed


@dataclass(frozen=True, kw_only=True)
class PageRun:
    """One page to make: the notebook, its parameters, and where the page goes inside the edition's folder."""

    notebook: Path
    parameters: dict[str, Value]
    output: str
    declares: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """An edition about to be built: its inputs, the parameters that were given, and its pages."""

    inputs: Inputs
    edition: str
    given: Mapping[str, str]
    pages: tuple[PageRun, ...]

    def back(self, run: PageRun) -> str:
        """The way from a page to the annex; empty on the annex itself, and where this build makes none."""
        if run.output == ANNEX or all(page.output != ANNEX for page in self.pages):
            return ""
        return "../" * run.output.count("/") + ANNEX


def plan_build(root: Path, edition: str, words: Sequence[str], raw: Path | None = None) -> Plan:
    """What a build of ``edition`` with the parameters ``words`` (``name=value``) will do.

    Raises:
        UserError: mistakes in the command, the notebooks, the catalogue or the inputs; all are listed.
    """
    problems = Problems()
    given = given_parameters(words, problems)
    try:
        inputs = read_inputs(root, raw)
    except UserError as error:
        raise type(error)([*problems.found, *error.problems]) from None
    editions = inputs.catalogue.editions
    with problems.gathering():
        find_edition(inputs, edition)
    declared: dict[str, dict[str, Parameter]] = {}
    kind = editions[edition].evidence if edition in editions else ""
    chosen = [page for page in inputs.catalogue.pages if kind == "" or kind in page.evidence]
    notebooks = {page.notebook for page in chosen}
    for name in sorted(notebooks):
        with problems.gathering():
            declared[name] = declared_parameters(root / "notebooks" / f"{name}.ipynb")
    if len(declared) == len(notebooks):
        check_names(given, declared, problems)
    survey = inputs.catalogue.surveys[editions[edition].survey] if edition in editions else None
    pages = [
        run
        for page in chosen
        if page.notebook in declared
        for run in _runs(inputs, page, edition, survey, declared[page.notebook], given, problems)
    ]
    for run in pages:
        texts = {name: value for name, value in run.parameters.items() if isinstance(value, str) and name != "edition"}
        check_parameters(inputs.catalogue, survey, texts, problems)
    problems.raise_as(CommandError)
    return Plan(inputs=inputs, edition=edition, given=given, pages=tuple(pages))


def _runs(
    inputs: Inputs,
    page: Page,
    edition: str,
    survey: Survey | None,
    parameters: Mapping[str, Parameter],
    given: Mapping[str, str],
    problems: Problems,
) -> list[PageRun]:
    """The runs that make one page, or one for each service line."""
    values: dict[str, Value] = {name: parameter.default for name, parameter in parameters.items()}
    values |= {name: typed(parameters[name], text, problems) for name, text in given.items() if name in parameters}
    values |= {"edition": edition} if "edition" in parameters else {}
    notebook = inputs.root / "notebooks" / f"{page.notebook}.ipynb"
    if not page.each:
        return [PageRun(notebook=notebook, parameters=values, output=page.output, declares=page.declares)]
    asked = given.get(page.each, ALL)
    names = repeated_for(inputs.catalogue, page, survey) if asked == ALL else [asked]
    return [
        PageRun(
            notebook=notebook,
            parameters=values | {page.each: name},
            output=page.output.replace(f"{{{page.each}}}", name),
            declares=page.declares,
        )
        for name in names
    ]
