"""Imports go one way, as the table of rooms in DESIGN section 4 draws it."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "pcse_analysis"
EVERYTHING = {
    "errors", "frames", "estimates", "origins", "catalogue", "dossier", "responses", "cleaning", "metrics",
    "reporting", "evidence", "attachment", "synthetic", "running", "cli",
}  # fmt: skip
MAY_ENTER = {
    "errors": set(),
    "origins": {"errors"},
    "frames": {"errors"},
    "estimates": {"errors", "frames"},
    "catalogue": {"errors", "frames", "estimates", "origins"},
    "dossier": {"errors", "frames", "estimates", "origins", "catalogue"},
    "responses": {"errors", "frames", "estimates", "origins", "catalogue"},
    "cleaning": {"errors", "frames", "estimates", "origins", "catalogue", "dossier", "responses"},
    "synthetic": {"errors", "catalogue"},
    "metrics": {"errors", "frames", "estimates", "origins", "catalogue", "dossier", "responses"},
    "reporting": {"errors", "frames", "estimates", "origins", "catalogue", "dossier"},
    "evidence": EVERYTHING - {"evidence", "synthetic", "attachment", "running", "cli"},
    "attachment": EVERYTHING - {"cleaning", "metrics", "attachment", "synthetic", "running", "cli"},
    "running": {"errors", "estimates", "catalogue", "origins", "dossier", "evidence", "reporting", "attachment"},
    "cli_options": set(),
    "cli_checks": EVERYTHING - {"cli"} | {"cli_options"},
    "cli_reports": EVERYTHING - {"cli"} | {"cli_options"},
    "cli_runs": {"catalogue", "running", "cli_options"},
    "cli": EVERYTHING | {"cli_options", "cli_checks", "cli_reports", "cli_runs"},
    "__main__": {"cli"},
    "__init__": EVERYTHING,
}
"""Rooms that each room may import from, itself apart. ``dossier`` is a noun: see docs/decisions."""
MODULES = sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            if node.module == "pcse_analysis":
                names = [f"pcse_analysis.{alias.name}" for alias in node.names]
            elif node.module:
                names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("pcse_analysis.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_rooms_below_its_own(path: Path) -> None:
    """The table above, held for every module."""
    own = room(path)
    assert own in MAY_ENTER, f"a new room '{own}': draw it in the table"
    assert imported_rooms(path) - {own} <= MAY_ENTER[own]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_is_short_and_says_its_one_purpose(path: Path) -> None:
    """DESIGN section 4: short enough to read in one sitting, no catch-all names, a docstring."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 320
    assert path.stem not in ("utils", "helpers", "common", "base")
    assert ast.get_docstring(ast.parse(text))


def test_the_notebook_names_are_about_twenty_and_all_exist() -> None:
    """DESIGN section 4: ``__init__`` holds the names that a notebook may use; three stand for a kind of evidence."""
    import pcse_analysis

    assert 15 <= len(pcse_analysis.__all__) <= 33
    assert all(hasattr(pcse_analysis, name) for name in pcse_analysis.__all__)
