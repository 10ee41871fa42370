"""Whether an edition may be called final, and which earlier one it corrects."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pcse_analysis.attachment.earlier import Earlier, check_same_edition, comparable, read_earlier
from pcse_analysis.attachment.moved import moved, sentences
from pcse_analysis.attachment.wording import labels_of
from pcse_analysis.dossier import Dossier
from pcse_analysis.errors import CommandError, Problem, Problems
from pcse_analysis.origins import ANNEX, Superseded
from pcse_analysis.running.plan import Plan

LISTED = 5
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
TOLD = 12
"""Rows of a kind that a corrected edition tells one by one."""


def check_final(root: Path, plan: Plan) -> None:
    """Pass where nothing speaks against a final edition.

    Raises:
        CommandError: everything that does: a work tree that is not clean, parameters, outputs stored in notebooks,
            packages that are not those of the lock.
    """
    problems = Problems()
    for what, to_do in (*_unclean(root), *_narrowed(plan), *_stored(plan), *_unlocked(root)):
        problems.add(f"--final: {what}", to_do=to_do)
    problems.raise_as(CommandError)


def _unclean(root: Path) -> Iterator[tuple[str, str]]:
    command = ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=all"]
    try:
        status = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        yield "the project is no git work tree, so its state cannot be named", "build it from a clone."
        return
    changed = [line[3:] for line in status.splitlines()]
    if changed:
        listed = ", ".join(changed[:LISTED]) + (", ..." if len(changed) > LISTED else "")
        yield f"the work tree is not clean: {listed}", "commit these changes, or take them back."


def _narrowed(plan: Plan) -> Iterator[tuple[str, str]]:
    for name in plan.given:
        yield f"-p {name} is given, so that the edition would not be whole", "leave it out."


def _stored(plan: Plan) -> Iterator[tuple[str, str]]:
    for notebook in {run.notebook.path: run.notebook for run in plan.pages}.values():
        if any(cell.get("outputs") for cell in json.loads(notebook.text)["cells"]):
            yield f"notebooks/{notebook.path.name} has outputs stored in it", "clear them and commit it."


def _unlocked(root: Path) -> Iterator[tuple[str, str]]:
    lock = root / "requirements.lock"
    if not lock.is_file():
        yield "there is no requirements.lock", "take it from git."
        return
    versions: dict[str, set[str]] = {}  # a package may be locked to several, for several versions of Python
    for name, version in LOCKED.findall(lock.read_text(encoding="utf-8")):
        versions.setdefault(name, set()).add(version)
    wrong = []
    for name, locked in sorted(versions.items()):
        try:
            installed = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # a package of another platform
        if installed not in locked:
            wrong.append(f"{name} {installed} (lock: {', '.join(sorted(locked))})")
    if wrong:
        listed = ", ".join(wrong[:LISTED]) + (", ..." if len(wrong) > LISTED else "")
        yield f"installed packages are not those of requirements.lock: {listed}", "run 'make setup'."


def read_superseded(path: Path, plan: Plan) -> Earlier:
    """The edition that a build corrects, from its folder or its annex.

    Raises:
        CommandError: there is none, it is a page whose SHA-256 no letter prints, or it is of another edition.
    """
    if path.is_file() and path.name != ANNEX:
        what = f"--supersedes: '{path}' is not the annex, whose SHA-256 is printed"
        raise CommandError([Problem(what=what, to_do=f"name the earlier edition's folder, or its {ANNEX}.")])
    earlier = read_earlier(path)
    check_same_edition(earlier, plan.edition, plan.catalogue.editions[plan.edition].survey)
    return earlier


def corrected(dossier: Dossier, earlier: Earlier) -> Dossier:
    """The edition with what it supersedes in its record, and which numbers moved since, in words."""
    labels = labels_of(dossier)
    # A page carries only the rows that it prints: the others of this edition are not new.
    here = Earlier(figures=dossier.figures, record=dossier.record, annex_sha256="")
    before, after = comparable(earlier, here)
    superseded = Superseded(
        annex_sha256=earlier.annex_sha256,
        evidence_date=earlier.record.evidence_date,
        commit=earlier.record.commit,
        moved=tuple(sentences(moved(before, after, labels), TOLD)),
    )
    return replace(dossier, record=replace(dossier.record, supersedes=superseded))
