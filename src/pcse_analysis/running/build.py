"""Builds an edition: figures, pages and record into a folder of its own, which then takes the place of the last one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from pcse_analysis.dossier import ALL, check_parameters
from pcse_analysis.errors import CommandError, Problem, Problems
from pcse_analysis.evidence import (
    BUILT_FOLDER,
    PROJECT_FOLDER,
    Inputs,
    find_edition,
    make_dossier,
    read_inputs,
    write_dossier,
)
from pcse_analysis.provenance import file_sha256
from pcse_analysis.running.notebooks import RunError, export_page, run_notebook
from pcse_analysis.running.parameters import Parameter, Value, check_names, declared_parameters, given_parameters, typed

RECORD = "provenance.json"


@dataclass(frozen=True, kw_only=True)
class PageRun:
    """One page to make: the notebook, its parameters, and where the page goes inside the edition's folder."""

    notebook: Path
    parameters: dict[str, Value]
    output: str

    @property
    def back(self) -> str:
        """The way from this page to the annex; empty on the annex itself."""
        return "" if self.output == "annex.html" else "../" * self.output.count("/") + "annex.html"


def build(root: Path, edition: str, out: Path, words: Sequence[str], timeout: int | None) -> Path:
    """Build one edition of the project at ``root`` into ``out/<edition>`` and return that folder.

    The earlier output stays untouched until every page is made.

    Raises:
        UserError: the command, the catalogue or the inputs have mistakes.
        RunError: a notebook failed or a page was refused.
    """
    inputs = read_inputs(root)
    problems = Problems()
    with problems.gathering():
        find_edition(inputs, edition)
    declared = {}
    for name in dict.fromkeys(page.notebook for page in inputs.catalogue.pages):
        with problems.gathering():
            declared[name] = declared_parameters(root / "notebooks" / f"{name}.ipynb")
    given = given_parameters(words, problems)
    check_names(given, declared, problems)
    problems.raise_as(CommandError)
    dossier = make_dossier(inputs, edition, given)
    runs = _plan(inputs, edition, declared, given, problems)
    for run in runs:
        check_parameters(dossier, [(k, v) for k, v in run.parameters.items() if isinstance(v, str)], problems)
    problems.raise_as(CommandError)
    target = out / edition
    if target.exists() and not (target / RECORD).is_file():
        what = f"'{target}' exists and is not the output of a build (it has no {RECORD})"
        raise CommandError([Problem(what=what, to_do="name another folder with --out.")])
    with _staged(target) as folder:
        write_dossier(dossier, folder)
        _make_pages(root, runs, folder, timeout)
        _write_sums(folder)
    return target


def _plan(
    inputs: Inputs, edition: str, declared: dict[str, dict[str, Parameter]], given: dict[str, str], problems: Problems
) -> list[PageRun]:
    runs = []
    for page in inputs.catalogue.pages:
        parameters = declared[page.notebook]
        values = {name: parameter.default for name, parameter in parameters.items()}
        values |= {name: typed(parameters[name], text, problems) for name, text in given.items() if name in parameters}
        if "edition" in parameters:
            values["edition"] = edition
        each: list[str] = [""]
        if page.each:
            each = [line for line in inputs.catalogue.service_lines if given.get(page.each) in (None, ALL, line)]
            if not each:
                each = [given[page.each]]
        for one in each:
            own = values | ({page.each: one} if page.each else {})
            output = page.output.replace(f"{{{page.each}}}", one) if page.each else page.output
            runs.append(
                PageRun(notebook=inputs.root / "notebooks" / f"{page.notebook}.ipynb", parameters=own, output=output)
            )
    return runs


@contextmanager
def _staged(target: Path) -> Iterator[Path]:
    """A folder beside ``target`` that replaces it when all went well, and vanishes when not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    old = staging.with_name(staging.name + "-old")
    try:
        yield staging
        staging.chmod(0o755)
        if target.exists():
            target.rename(old)
        try:
            staging.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
    finally:
        for leftover in (staging, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _make_pages(root: Path, runs: Sequence[PageRun], folder: Path, timeout: int | None) -> None:
    settings = {BUILT_FOLDER: str(folder.resolve()), PROJECT_FOLDER: str(root.resolve())}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    failed = root / "build" / "failed"
    try:
        with tempfile.TemporaryDirectory(prefix="pcse-run-") as temporary:
            for run in tqdm(runs, desc=f"pages of {folder.parent.name}", unit="page", disable=None, leave=False):
                executed = Path(temporary) / "executed.ipynb"
                try:
                    notebook = run_notebook(run.notebook, run.parameters, executed, timeout)
                    html = export_page(notebook, run.back, run.output)
                except RunError as error:
                    failed.mkdir(parents=True, exist_ok=True)
                    kept = failed / run.notebook.name
                    shutil.copy(executed, kept)
                    raise RunError(
                        error.exit_code, f"{error}\n  The notebook as far as it ran: {kept.relative_to(root)}"
                    ) from None
                page = folder / run.output
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_text(html, encoding="utf-8", newline="\n")
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _write_sums(folder: Path) -> None:
    """``SHA256SUMS`` over every file of the edition, in the form that ``sha256sum --check`` reads."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{file_sha256(folder / name)}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")
