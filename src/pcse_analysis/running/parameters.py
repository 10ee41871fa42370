"""The parameters that notebooks declare, and values for them from a command line, checked and typed.

A notebook declares them in the cell tagged ``parameters``, one a line, the type as Python writes it: ``str``, ``int``,
``float``, ``bool``, ``Literal["a", "b"]`` for a choice, ``Annotated[int, Interval(ge=1, le=9)]`` for a range. The cell
is read as text and never run, so that a mistake is told before anything slow is imported.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import math
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pcse_analysis.errors import CommandError, Problem, Problems, near_miss, not_an_option, shown

Value = str | int | float | bool
TYPES = ("str", "int", "float", "bool")
NUMBERS = {"int": r"-?[0-9]{1,15}", "float": r"-?[0-9]{1,15}(\.[0-9]+)?(e-?[0-9]{1,3})?"}
FORMS = f"name: type = value, the type {', '.join(TYPES)}, Literal[...] or Annotated[type, Interval(ge=..., le=...)]"
HELPERS = {"typing": {"Annotated", "Literal"}, "annotated_types": {"Interval"}}
"""What the cell may import, to say what a parameter may be."""
NAMES_STAND = "names and defaults of parameters stand in the first cell of each notebook."
BUILD_SETS = ("edition",)
"""Parameters that the build itself gives to every notebook."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a notebook: its type, default and description as the notebook declares them.

    ``choices`` are the only values that it may have, ``least`` and ``most`` the ends of its range, where it has such.
    """

    name: str
    type: str
    default: Value
    about: str
    choices: tuple[Value, ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook as it was read once: a change of the file after that changes nothing of a run."""

    path: Path
    text: str
    sha256: str
    parameters: Mapping[str, Parameter]


def read_notebook(path: Path) -> Notebook:
    """The notebook at ``path`` with its parameters.

    Raises:
        CommandError: it cannot be read, has no cell of parameters, or lines in that are not of the form they must be.
    """
    name = f"notebooks/{path.name}"
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
        tagged = list(_tagged(json.loads(text)))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        what = "cannot be read as a notebook"
        problem = Problem(what=what, file=name, to_do="save the notebook again from JupyterLab, or take it from git.")
        raise CommandError([problem]) from None
    if len(tagged) != 1:
        raise CommandError([Problem(what=f"found {len(tagged)} cells tagged 'parameters', expected 1", file=name)])
    sha256 = hashlib.sha256(content).hexdigest()
    return Notebook(path=path, text=text, sha256=sha256, parameters=_declared(tagged[0], name))


def declared_parameters(notebook: Path) -> Mapping[str, Parameter]:
    """The parameters of the notebook at this path; see ``read_notebook``."""
    return read_notebook(notebook).parameters


def _tagged(notebook: dict[str, Any]) -> Iterator[str]:
    """The source of each cell tagged ``parameters``, which a file may hold in one piece or line by line."""
    if notebook["nbformat"] != 4:
        raise ValueError("a notebook of another form")
    for cell in notebook["cells"]:
        source = cell["source"]
        if not isinstance(source, str):
            source = "".join(source)
        if "parameters" in (cell["metadata"].get("tags") or []):
            yield source


def _declared(source: str, name: str) -> dict[str, Parameter]:
    """The parameters of a cell, by name.

    Raises:
        CommandError: what stands in it is no declaration of a parameter.
    """
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        raise CommandError([Problem(what="the cell tagged 'parameters' is not valid Python", file=name)]) from None
    descriptions = _descriptions(source)
    problems = Problems()
    found: dict[str, Parameter] = {}
    for statement in (s for s in statements if not _is_helper(s)):
        parameter = _parameter(statement, descriptions.get(statement.end_lineno or 0, ""))
        if parameter is None:
            line = source.splitlines()[statement.lineno - 1].strip()
            problems.add(f"cell 'parameters': found {shown(line)}, expected: {FORMS}", file=name)
        elif parameter.name in found:
            problems.add(f"cell 'parameters': '{parameter.name}' stands twice", file=name)
        else:
            found[parameter.name] = parameter
            if said := _outside(parameter, parameter.default):
                problems.add(f"cell 'parameters', default of '{parameter.name}': {said}", file=name)
    problems.raise_as(CommandError)
    return found


def _is_helper(statement: ast.stmt) -> bool:
    """Whether a statement only imports what says what a parameter may be."""
    return isinstance(statement, ast.ImportFrom) and {a.name for a in statement.names} <= HELPERS.get(
        statement.module or "", set()
    )


def _descriptions(source: str) -> dict[int, str]:
    """The remark at the end of each line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.removeprefix("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _parameter(statement: ast.stmt, about: str) -> Parameter | None:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            try:
                default, allowed = ast.literal_eval(value), _allowed(annotation)
            except ValueError:
                return None
            if allowed is not None and type(default).__name__ == allowed["type"]:
                return Parameter(name=name, default=default, about=about, **allowed)
    return None


def _allowed(annotation: ast.expr) -> dict[str, Any] | None:
    """The type, choices and range that an annotation gives; None where it is none that a parameter may have.

    Raises:
        ValueError: a choice or an end of a range is not written out.
    """
    match annotation:
        case ast.Name(id=kind) if kind in TYPES:
            return {"type": kind}
        case ast.Subscript(value=ast.Name(id="Literal"), slice=listed):
            given = ast.literal_eval(listed)
            choices = given if isinstance(given, tuple) else (given,)
            kinds = {type(choice).__name__ for choice in choices}
            return {"type": kinds.pop(), "choices": choices} if len(kinds) == 1 and kinds <= set(TYPES) else None
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[kind_of, ast.Call() as interval])):
            kind = kind_of.id if isinstance(kind_of, ast.Name) else ""
            named = isinstance(interval.func, ast.Name) and interval.func.id == "Interval" and not interval.args
            if not named or kind not in NUMBERS:
                return None
            ends = {str(k.arg): ast.literal_eval(k.value) for k in interval.keywords}
            if ends and set(ends) <= {"ge", "le"} and all(type(end) in (int, float) for end in ends.values()):
                return {"type": kind, "least": ends.get("ge"), "most": ends.get("le")}
    return None


def _outside(parameter: Parameter, value: Value) -> str:
    """What is wrong with a value that is no choice or out of the range; empty where nothing is."""
    if parameter.choices and value not in parameter.choices:
        return not_an_option(str(value), "one of", map(str, parameter.choices))
    least, most = parameter.least, parameter.most
    if isinstance(value, int | float) and not ((least is None or value >= least) and (most is None or value <= most)):
        ends = [f"at least {least}"] * (least is not None) + [f"at most {most}"] * (most is not None)
        return f"found {value}, expected {' and '.join(ends)}"
    return ""


def given_parameters(words: Iterable[str], problems: Problems) -> dict[str, str]:
    """``name=value`` words of a command line as a mapping; a value may itself hold ``=``."""
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.isidentifier():
            problems.add(f"-p {shown(word)}: expected name=value", to_do=NAMES_STAND)
        elif name in given:
            problems.add(f"-p {name} is given twice")
        elif any("\ud800" <= character <= "\udfff" for character in value):
            problems.add(f"-p {name}: holds bytes that are no text in UTF-8")
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
    """``text`` as the parameter's type; a text stays exactly as it was typed, leading zeros and all.

    What is not of its type, none of its choices or out of its range is noted, and its default given back.
    """
    value = _converted(parameter.type, text)
    if value is None:
        wanted = {"bool": "true or false", "int": "a whole number", "float": "a number"}[parameter.type]
        problems.add(f"-p {parameter.name}: found {shown(text)}, expected {wanted}")
        return parameter.default
    if said := _outside(parameter, value):
        problems.add(f"-p {parameter.name}: {said}")
        return parameter.default
    return value


def _converted(kind: str, text: str) -> Value | None:
    match kind:
        case "str":
            return text
        case "bool" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "int" | "float" if re.fullmatch(NUMBERS[kind], text):
            value = int(text) if kind == "int" else float(text)
            return value if math.isfinite(value) else None
    return None


def parameters_of(notebook: Notebook, edition: str, given: Mapping[str, str], problems: Problems) -> dict[str, Value]:
    """The value of each parameter that a notebook declares: as given, else its default; mistakes are noted."""
    values = {name: parameter.default for name, parameter in notebook.parameters.items()}
    values |= {
        name: typed(notebook.parameters[name], text, problems)
        for name, text in given.items()
        if name in notebook.parameters
    }
    return values | ({"edition": edition} if "edition" in notebook.parameters else {})
