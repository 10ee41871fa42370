"""The parameters that notebooks declare, and values for them from a command line, checked and typed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from pcse_analysis.errors import CommandError, Problem, Problems, near_miss, shown

Value = str | int | float | bool
TYPES = ("str", "int", "float", "bool")
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
        CommandError: the notebook cannot be read, has no such cell, or a line in it is not of this form.
    """
    name = f"notebooks/{notebook.name}"
    try:
        cells = nbformat.read(notebook, as_version=4).cells
    except (OSError, ValueError, nbformat.reader.NotJSONError, nbformat.ValidationError) as error:
        raise CommandError([Problem(what=f"cannot be read as a notebook: {type(error).__name__}", file=name)]) from None
    tagged = [cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise CommandError([Problem(what=f"found {len(tagged)} cells tagged 'parameters', expected 1", file=name)])
    try:
        statements = ast.parse(tagged[0]).body
    except SyntaxError:
        raise CommandError([Problem(what="the cell tagged 'parameters' is not valid Python", file=name)]) from None
    lines = tagged[0].splitlines()
    found = {}
    for statement in statements:
        line = lines[statement.lineno - 1]
        match statement:
            case ast.AnnAssign(
                target=ast.Name(id=target), annotation=ast.Name(id=kind), value=ast.Constant(value=default)
            ):
                if kind in TYPES and isinstance(default, str | int | float | bool):
                    about = line.partition("#")[2].strip()
                    found[target] = Parameter(name=target, type=kind, default=default, about=about)
                    continue
        what = f"found {shown(line.strip())}, expected a line: name: type = value, its type one of {', '.join(TYPES)}"
        raise CommandError([Problem(what=f"cell 'parameters': {what}", file=name)])
    return found


def given_parameters(words: Iterable[str], problems: Problems) -> dict[str, str]:
    """``name=value`` words of a command line as a mapping; a value may itself hold ``=``."""
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            problems.add(f"-p {shown(word)}: expected name=value")
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
            problems.add(
                f"-p {name}: no notebook declares it"
                + (f"   near '{near}'" if near else f"; known: {', '.join(known)}")
            )


def typed(parameter: Parameter, text: str, problems: Problems) -> Value:
    """``text`` as the parameter's type; a text stays exactly as it was typed, leading zeros and all."""
    match parameter.type:
        case "str":
            return text
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int" | "float" as kind:
            try:
                return int(text) if kind == "int" else float(text)
            except ValueError:
                pass
    wanted = {"bool": "true or false", "int": "a whole number", "float": "a number"}[parameter.type]
    problems.add(f"-p {parameter.name}: found {shown(text)}, expected {wanted}")
    return parameter.default
