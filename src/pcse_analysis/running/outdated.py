"""Which built folders under ``outputs/`` newer ones have taken the place of: the newest of each group stay.

A group holds what was built for one edition with the same parameters into folders of the same name, wherever they lie;
a date in the name does not count. Which is newest is told by the number in the newest record of a run that made the
folder as it is; among folders without one by the last date in their path; only then by the time of their SHA256SUMS.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pcse_analysis.origins import DRAFT, FINAL, SUMS
from pcse_analysis.running.finished import unlike
from pcse_analysis.running.records import DONE, NAME, Run, one_line, sums_sha256

OUTPUTS, PROVENANCE = "outputs", "provenance.json"
DATE = re.compile(r"[-_ ]?(\d{4}-\d{2}-\d{2})[-_ ]?")


@dataclass(frozen=True, kw_only=True)
class Built:
    """A folder that a build made: what it is of, its state, and its place among the others, the newest last."""

    folder: Path
    group: tuple[str, str, str]
    state: str
    order: tuple[int, str, int, str]


def outdated(root: Path, keep: int, runs: Iterable[Run], told: list[str]) -> list[Built]:
    """The built folders beyond the newest ``keep`` of their group that may go; why others stay is added to ``told``.

    An edition in its own place, ``outputs/EDITION``, stays, and so does a final one. A folder whose files are not
    those that its SHA256SUMS lists is left alone and does not count.
    """
    numbers = _numbers(runs)
    groups: dict[tuple[str, str, str], list[Built]] = defaultdict(list)
    for folder in _built_folders(root / OUTPUTS, root, told):
        try:
            built = _built(folder, root, numbers)
        except (OSError, ValueError) as error:
            told.append(f"{shown(folder, root)} is left alone: {PROVENANCE}: {error}")
        else:
            groups[built.group].append(built)
    going = []
    for members in groups.values():
        if len(members) > keep:
            sound = sorted((one for one in members if _is_sound(one.folder, root, told)), key=lambda one: one.order)
            going += [one for one in sound[:-keep] if one.state != FINAL and not _in_its_place(one, root)]
    return going


def is_whole(folder: Path) -> bool:
    """Whether a folder holds what every finished build does: its record and its list of hashes."""
    return all((folder / name).is_file() and not (folder / name).is_symlink() for name in (PROVENANCE, SUMS))


def read_provenance(path: Path) -> tuple[str, str, str]:
    """Edition, parameters and state from a ``provenance.json``.

    Raises:
        OSError, ValueError: it cannot be read, or is no record of a build.
    """
    if path.is_symlink() or not path.is_file():
        raise ValueError("no file of its own")
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    edition, parameters, state = (
        [values.get(name) for name in ("edition", "parameters", "state")] if isinstance(values, dict) else ("", "", "")
    )
    if not isinstance(edition, str) or not isinstance(parameters, dict) or state not in (DRAFT, FINAL):
        raise ValueError("not the record of a build")
    return edition, json.dumps(parameters, sort_keys=True), state


def shown(path: Path, root: Path) -> str:
    """A path relative to the project, on one line whatever its name holds."""
    return one_line(path.relative_to(root).as_posix())


def _built_folders(outputs: Path, root: Path, told: list[str]) -> list[Path]:
    """Every folder below ``outputs`` that a build finished, but for nests of several; no link is followed."""
    found: list[Path] = []
    if outputs.is_symlink():
        told.append(f"{OUTPUTS} is left alone: a link")
        return found
    for where, folders, _ in os.walk(outputs):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if Path(where) != outputs and is_whole(Path(where)):
            found.append(Path(where))
    whole = set(found)
    around = {parent for folder in found for parent in folder.parents if parent in whole}
    nested = {folder for folder in found if not around.isdisjoint(folder.parents)}
    told.extend(f"{shown(folder, root)} is left alone: it holds others" for folder in sorted(around - nested))
    return [folder for folder in found if folder not in nested | around]


def _built(folder: Path, root: Path, numbers: dict[tuple[str, str], int]) -> Built:
    edition, parameters, state = read_provenance(folder / PROVENANCE)
    place = folder.relative_to(root).as_posix()
    number = numbers.get((place, sums_sha256(folder)), 0)
    dates = DATE.findall(place)
    return Built(
        folder=folder,
        group=(edition, DATE.sub("", folder.name), parameters),
        state=state,
        order=(number, dates[-1] if dates else "", (folder / SUMS).stat().st_mtime_ns, place),
    )


def _numbers(runs: Iterable[Run]) -> dict[tuple[str, str], int]:
    """The number of the newest run that made a folder with these hashes, by the two."""
    made = (run for run in runs if run.outcome == DONE and run.sums_sha256)
    return {(run.target, run.sums_sha256): int(match[1]) for run in made if (match := NAME.fullmatch(run.name))}


def _in_its_place(built: Built, root: Path) -> bool:
    return built.folder == root / OUTPUTS / built.group[0]


def _is_sound(folder: Path, root: Path, told: list[str]) -> bool:
    """Whether a folder holds the files that its SHA256SUMS lists, as they were written, and no others."""
    try:
        wrong = next(unlike(folder), "")
    except OSError as error:
        wrong = f"it cannot be read: {error.strerror}"
    if wrong:
        told.append(f"{shown(folder, root)} is left alone: {wrong}")
    return not wrong
