"""The files that describe the environment must agree, and must work on any machine.

Expectations come from pyproject.toml, the one place where names and ranges are decided.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]

# In pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("ftp", "debian", "org"),
    ]
]
MACHINE_FOLDERS = ["work", "root", "home"]


def ranges(lines: list[str]) -> dict[str, str]:
    """Give canonical name -> sorted version range."""
    found = [Requirement(line) for line in lines]
    assert len({canonicalize_name(r.name) for r in found}) == len(found), "a name stands there twice"
    return {canonicalize_name(r.name): str(r.specifier) for r in found}


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def required(project: dict) -> dict[str, str]:
    return ranges(
        [
            *project["dependencies"],
            *project["optional-dependencies"]["dev"],
            *project["optional-dependencies"]["cluster"],
        ]
    )


@pytest.fixture(scope="module")
def lock() -> list[str]:
    """One logical line for each locked package, without comments."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


@pytest.fixture(scope="module")
def repository_files() -> list[Path]:
    """Files that git tracks, or would take with `git add`."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    names = sorted({name for name in listing.stdout.decode().split("\0") if name})
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_conda_environment_has_the_ranges_of_pyproject(project: dict, required: dict[str, str]) -> None:
    """Origin: pyproject.toml, run time and dev together."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip_lines,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "-e ." in pip_lines
    stated = ranges([*conda, *(line for line in pip_lines if not line.startswith("-"))])
    assert stated.pop("pip") == ""
    assert stated.pop("python") == project["requires-python"]
    assert stated == required
    assert environment["name"] == project["name"]


def test_lock_has_every_requirement_inside_its_range(required: dict[str, str], lock: list[str]) -> None:
    """Origin: the ranges of pyproject.toml; a package may be locked once for each Python version."""
    locked: dict[str, list[Version]] = {}
    for entry in lock:
        name, version = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", entry).groups()
        locked.setdefault(canonicalize_name(name), []).append(Version(version))
    missing = sorted(set(required) - set(locked))
    assert not missing, f"run `make lock`: {missing}"
    for name, range_ in required.items():
        specifier = Requirement(f"{name}{range_}").specifier
        assert all(version in specifier for version in locked[name]), (name, range_, locked[name])


def test_lock_has_a_hash_for_every_entry(lock: list[str]) -> None:
    """Origin: `pip install --require-hashes` refuses any other file."""
    assert lock
    assert [entry for entry in lock if not re.search(r"--hash=sha256:[0-9a-f]{64}(\s|$)", entry)] == []


def test_no_file_names_a_package_registry(repository_files: list[Path]) -> None:
    """Origin: where packages come from is each machine's own setting."""
    needle = re.compile("|".join(re.escape(host) for host in REGISTRY_HOSTS).encode(), re.IGNORECASE)
    assert [str(path.relative_to(ROOT)) for path in repository_files if needle.search(path.read_bytes())] == []


def test_no_file_holds_a_path_of_one_machine(repository_files: list[Path]) -> None:
    """Origin: the project must work in any folder. A web address's path is not a machine's."""
    folders = "|".join(MACHINE_FOLDERS)
    needle = re.compile(rf"(?<![\w.~%-])/(?:{folders})/".encode())
    texts = [path for path in repository_files if path.suffix != ".lock"]
    assert [str(path.relative_to(ROOT)) for path in texts if needle.search(path.read_bytes())] == []


@pytest.mark.parametrize("target", ["evidence", "test", "lab", "check", "clean"])
def test_makefile_has_target(target: str) -> None:
    """Origin: the commands that the documentation promises."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE)
