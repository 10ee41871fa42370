"""The parameters that notebooks declare, and values for them from a command line, checked and typed."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from pcse_analysis.errors import CommandError, Problem, Problems, near_miss, shown

Value = str | int | float | bool
TYPES = ("str", "int", "float", "bool")
NUMBERS = {"int": r"-?[0-9]{1,15}", "float": r"-?[0-9]{1,15}(\.[0-9]+)?(e-?[0-9]{1,3})?"}
NAMES_STAND = "names and defaults of parameters stand in the first cell of each notebook."
BUILD_SETS = ("edition",)
"""Parameters that the build itself gives to every notebook."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a notebook: its type, default and description as the notebook declares them."""

    name: str
    type: str
    default: Value
    about: str


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """The parameters in the cell tagged ``parameters``: lines such as ``group: str = "all"  # who replied``.

    Raises:
        CommandError: the notebook cannot be read, has no such cell, or lines in it are not of this form.
    """
    name = f"notebooks/{notebook.name}"
    try:
        cells = nbformat.read(notebook, as_version=4).cells
        tagged = [cell.source for cell in cells if "parameters" in (cell.metadata.get("tags") or [])]
    except (OSError, ValueError, AttributeError, TypeError, KeyError, nbformat.ValidationError):
        what = "cannot be read as a notebook"
        problem = Problem(what=what, file=name, to_do="save the notebook again from JupyterLab, or take it from git.")
        raise CommandError([problem]) from None
    if len(tagged) != 1:
        raise CommandError([Problem(what=f"found {len(tagged)} cells tagged 'parameters', expected 1", file=name)])
    try:
        statements = ast.parse(tagged[0]).body
    except SyntaxError:
        raise CommandError([Problem(what="the cell tagged 'parameters' is not valid Python", file=name)]) from None
    descriptions = _descriptions(tagged[0])
    problems = Problems()
    found: dict[str, Parameter] = {}
    for statement in statements:
        parameter = _parameter(statement, descriptions.get(statement.end_lineno or 0, ""))
        if parameter is None:
            line = tagged[0].splitlines()[statement.lineno - 1].strip()
            what = f"cell 'parameters': found {shown(line)}, expected: name: type = value, the type {', '.join(TYPES)}"
            problems.add(what, file=name)
        elif parameter.name in found:
            problems.add(f"cell 'parameters': '{parameter.name}' stands twice", file=name)
        else:
            found[parameter.name] = parameter
    problems.raise_as(CommandError)
    return found


def _descriptions(source: str) -> dict[int, str]:
    """The remark at the end of each line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.removeprefix("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _parameter(statement: ast.stmt, about: str) -> Parameter | None:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr() as value):
            try:
                default = ast.literal_eval(value)
            except ValueError:
                return None
            if kind in TYPES and type(default).__name__ == kind:
                return Parameter(name=name, type=kind, default=default, about=about)
    return None


def given_parameters(words: Iterable[str], problems: Problems) -> dict[str, str]:
    """``name=value`` words of a command line as a mapping; a value may itself hold ``=``."""
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            problems.add(f"-p {shown(word)}: expected name=value", to_do=NAMES_STAND)
        elif name in given:
            problems.add(f"-p {name} is given twice")
        else:
            given[name] = value
    return given


def check_names(given: Mapping[str, str], declared: Mapping[str, Mapping[str, Parameter]], problems: Problems) -> None:
    """Note every given parameter that no notebook declares, or that the build sets itself."""
    known = sorted({name for parameters in declared.values() for name in parameters} - set(BUILD_SETS))
    for name in given:
        if name in BUILD_SETS:
            problems.add(f"-p {name}: use --{name}")
        elif name not in known:
            near = near_miss(name, known)
            hint = f"   near '{near}'" if near else f"; known: {', '.join(known)}"
            problems.add(f"-p {name}: no notebook declares it{hint}", to_do=NAMES_STAND)


def typed(parameter: Parameter, text: str, problems: Problems) -> Value:
    """``text`` as the parameter's type; a text stays exactly as it was typed, leading zeros and all."""
    match parameter.type:
        case "str":
            return text
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int" | "float" as kind:
            if re.fullmatch(NUMBERS[kind], text):
                return int(text) if kind == "int" else float(text)
    wanted = {"bool": "true or false", "int": "a whole number", "float": "a number"}[parameter.type]
    problems.add(f"-p {parameter.name}: found {shown(text)}, expected {wanted}")
    return parameter.default
