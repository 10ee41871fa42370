"""How long all shares of a survey take with standard errors and intervals, beside a plain numpy pass and beside svy.

    python benchmarks/estimates.py [RESPONDENTS ...] [--svy-up-to N] [--changes-up-to N]

40 items x 5 options x 2 waves x 9 regions, of 1,000, 10,000, 100,000 and 1,000,000 respondents where none are given, in
three lines: respondents by themselves; respondents clustered in practices, 35 % of them in both waves; and the changes
between the waves by region, with the covariance through the practices.

Every contestant is a process that has loaded the data; they take turns, and the median turn counts. Each starts from
the loaded arrays and ends with share, standard error and limits as arrays: the package makes and checks its design
(and counts bases, which the floor does not), the floor sorts, svy makes its data frame. The package makes changes one
by one; those of one item are timed and scaled up. The floor is ``residual_pass.py``. Memory is the largest resident
size of a fresh process less that after its imports, over the size of the loaded data (int8 codes, float64 weights,
int64 keys, int8 wave and region), which is part of it. svy is installed on first use into an environment of its own
under build/. Whatever is found, the exit code is 0. ``make benchmark`` runs it.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from math import inf
from pathlib import Path
from statistics import median

from child import FOLDER, HERE, Child, answer_of

SVY = "0.35.0"
MOST_RATIO, MOST_MEMORY, MOST_APART = 3.0, 1.5, 1e-10
LINES = {
    "respondents": "respondents by themselves, strata of wave and region",
    "practices": "respondents in practices, strata of region, 35 % of practices in both waves",
    "changes": "the same, and later less earlier share by region (without a limit: changes are made one by one)",
}
SVY_LINES = MEMORY_LINES = ("respondents", "practices")
SVY_TURNS = 3


def svy_python() -> Path | None:
    """The interpreter of the environment that has svy, made where there is none; None where that failed."""
    folder = FOLDER / f"svy-{SVY}"
    python, ready = folder / "bin" / "python", folder / ".ready"
    if ready.exists():
        return python
    print(f"Installing svy {SVY} into {folder.relative_to(HERE.parent)}", flush=True)
    try:
        for words in (
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"svy=={SVY}"],
            [str(python), "-c", "import polars, svy"],
        ):
            subprocess.run(words, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        print(f"svy could not be installed ({said[-1] if said else 'no reason given'}): it is left out")
        return None
    ready.touch()
    return python


def make_data(respondents: int) -> Path:
    """The folder of the made survey of so many respondents, made in a process of its own."""
    folder = FOLDER / f"survey-{respondents}"
    answer_of([HERE / "made_survey.py", str(respondents), folder])
    return folder


def contestant(what: str, name: str, line: str, folder: Path) -> list[str | Path]:
    """The call of the process of a contestant."""
    return [HERE / "contestants.py", what, name, line, folder]


def race(line: str, respondents: int, folder: Path, svy: Path | None) -> dict[str, dict[str, float]]:
    """For each contestant the median ``seconds`` of its turns, and how far its results lie from the floor's."""
    pythons: dict[str, str | Path] = {"floor": sys.executable, "package": sys.executable}
    if svy is not None:
        pythons["svy"] = svy
    children = {name: Child(contestant("serve", name, line, folder), python) for name, python in pythons.items()}
    files = {name: folder / f"{line}-{name}.npz" for name in children}
    for name, child in children.items():
        child.ask(f"keep {files[name]}")
    turns: dict[str, list[float]] = {name: [] for name in children}
    for number in range(15 if respondents <= 10_000 else 7 if respondents <= 100_000 else 5):
        for name, child in children.items():
            if name != "svy" or number < SVY_TURNS:
                turns[name].append(child.ask("time")["seconds"])
    for child in children.values():
        child.close()
    found = {name: answer_of([HERE / "contestants.py", "apart", file, files["floor"]]) for name, file in files.items()}
    return {name: apart | {"seconds": median(turns[name])} for name, apart in found.items()}


def marked(value: float, most: float, form: str) -> str:
    """A value, and whether it is over its limit."""
    return f"{value:{form}} {'over' if value > most else '':4}"


def print_times(line: str, folders: dict[int, Path], svy: Path | None, svy_up_to: int) -> None:
    """Run one line at every size and print its table."""
    print(f"\n{LINES[line]}")
    print(
        f"{'n':>9} {'package s':>10} {'floor s':>9} {'ratio':>6} (most {MOST_RATIO:g}) "
        f"{'apart':>8} (most {MOST_APART:g}) {'svy s':>8} {'to package':>10} {'apart':>8} {'apart SE':>8}"
    )
    for respondents, folder in folders.items():
        with_svy = svy if line in SVY_LINES and respondents <= svy_up_to else None
        found = race(line, respondents, folder, with_svy)
        seconds = {name: one["seconds"] for name, one in found.items()}
        most = MOST_RATIO if line in MEMORY_LINES else inf
        ratio = marked(seconds["package"] / seconds["floor"], most, "6.2f")
        apart = marked(found["package"]["largest"], MOST_APART, "8.1e")
        row = f"{respondents:9,} {seconds['package']:10.4f} {seconds['floor']:9.4f} {ratio}     {apart}       "
        if with_svy is not None:
            own = found["svy"]
            row += f"{own['seconds']:8.2f} {own['seconds'] / seconds['package']:10.0f} "
            row += f"{own['share']:8.1e} {own['standard_error']:8.1e}"
        print(row.rstrip(), flush=True)


def print_memory(respondents: int, folder: Path, svy: Path | None) -> None:
    """Run each contestant once in a fresh process and print its largest resident size."""
    print(f"\npeak memory at {respondents:,} respondents: largest resident size less that after the imports")
    head = f"{'':12} {'':8} {'data MB':>8} {'loaded MB':>9} {'peak MB':>8} {'over data':>9}"
    print(f"{head} (package: most {MOST_MEMORY:g} at a million)")
    pythons: dict[str, str | Path] = {"package": sys.executable, "floor": sys.executable}
    if svy is not None:
        pythons["svy"] = svy
    for line in MEMORY_LINES:
        for name, python in pythons.items():
            found = answer_of(contestant("memory", name, line, folder), python)
            judged = name == "package" and respondents >= 1_000_000
            ratio = marked(found["peak"] / found["data"], MOST_MEMORY if judged else inf, "9.2f")
            row = f"{line:12} {name:8} {found['data']:8.0f} {found['loaded']:9.0f} {found['peak']:8.0f} {ratio}"
            print(row.rstrip(), flush=True)


def main() -> None:
    """Run all and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("respondents", nargs="*", type=int, default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--svy-up-to", type=int, default=10_000, help="largest survey that svy gets; 0 leaves it out")
    parser.add_argument("--changes-up-to", type=int, default=10_000, help="largest survey of the third line")
    words = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    svy = svy_python() if min(words.respondents) <= words.svy_up_to else None
    beside = f"svy {SVY} up to n = {words.svy_up_to:,}" if svy else "no svy"
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; {beside}")
    print("ratio: package over floor, aim 2; apart: largest difference from the floor, relative but for limits")
    folders = {respondents: make_data(respondents) for respondents in words.respondents}
    for line in LINES:
        most = words.changes_up_to if line == "changes" else max(folders)
        print_times(line, {n: folder for n, folder in folders.items() if n <= most}, svy, words.svy_up_to)
    largest = max(folders)
    print_memory(largest, folders[largest], svy if largest <= words.svy_up_to else None)


if __name__ == "__main__":
    main()
