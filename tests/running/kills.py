"""Kills builds and batches at random moments and looks at what is left; ``make kills`` writes ``docs/kills.md``.

The input of each run differs from that of the last good output, so that old, new and half can be told apart by hashes.
Old and new alternate; the hashes of both are those of runs that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import product, repeat
from pathlib import Path

from pcse_analysis.running.guard import marked
from tests.conftest import run_pcse
from tests.running.traps import ROOT, ended, hashes, rows, staging, start, sums_hold, trap_project, until

REPORT = ROOT / "docs/kills.md"
SEED, TIMES = 20180116, 50
OURS = "PCSE_KILLS"
"""A variable of the environment by which every process of a killed run is found, whatever started it."""
LINES = ("medical_records", "registrations", "supplies", "gp_payments", "gp_pensions", "performers_list")
GROUPS = ("all", "practice", "individual", "not_stated")
AIMED = 3
"""Of so many kills one is aimed: its moment is drawn from the time after the first thing was written."""
STATES = ("one", "other")
NAME = "Enquête 50 % d'été"
"""Of the folder of the project: with blanks, signs and letters that are not English."""
NO_BROWSER = "no-such-program"
"""A PDF bears the time, so that its bytes would be others at every build."""


@dataclass(kw_only=True)
class Series:
    """What is killed: its words, notebook, output and pages, and what tells how far it was."""

    name: str
    words: tuple[object, ...]
    notebook: Path
    target: Path
    phase: Callable[[Series], str]
    project: Path
    reports: int = 0
    good: dict[str, dict[str, str]] = field(default_factory=dict)
    """The hashes of the whole output by the state of the notebook."""
    length: float = 0.0
    quiet: float = 0.0
    """Seconds of a run before anything is written."""

    @property
    def work(self) -> Path:
        """Where reports of a batch lie until all are made."""
        return self.project / "build/batches" / self.target.name

    def put(self, state: str) -> None:
        """Bring the notebook into a state: a remark in the cell of its head."""
        notebook = json.loads(self.notebook.read_text(encoding="utf-8"))
        notebook["cells"][1]["source"] = [notebook["cells"][1]["source"][0], "\n", f"# {state}\n"] + [
            line for line in notebook["cells"][1]["source"][1:] if line.strip() and not line.startswith("#")
        ]
        self.notebook.write_text(json.dumps(notebook, indent=1) + "\n", encoding="utf-8")

    def run(self) -> str:
        """Run it to its end, undisturbed; what it said."""
        made = run_pcse(*self.words, "--project", self.project)
        assert made.code == 0, made.err
        return made.out

    def has_written(self) -> bool:
        """Whether there is anything yet of what a run makes."""
        return bool(list(self.target.parent.glob(f".{self.target.name}~*")) or list((self.work / "made").glob("*")))

    def rehearse(self) -> None:
        """Learn the hashes of both states, and how long a run takes."""
        for state in STATES:
            self.put(state)
            began = time.monotonic()
            process = start(self.project, *self.words)
            until(lambda running=process: self.has_written() or running.poll() is not None)
            self.quiet = time.monotonic() - began
            code, said = ended(process)
            assert code == 0, said
            self.length = time.monotonic() - began
            self.good[state] = hashes(self.target)
        assert self.good[STATES[0]] != self.good[STATES[1]]


def build_phase(series: Series) -> str:
    """How far a killed build was, by what it left."""
    left = [path for path in series.target.parent.glob(f".{series.target.name}~*") if path.is_dir()]
    if not left:
        return "before anything was written"
    names = {path.relative_to(left[0]).as_posix() for path in left[0].rglob("*") if path.is_file()}
    if "SHA256SUMS" in names:
        return "while it was put in its place, or just before"
    return "with the page made" if "annex.html" in names else "with the figures, without the page"


def batch_phase(series: Series) -> str:
    """How far a killed batch was, by what it left."""
    if list(series.target.parent.glob(f".{series.target.name}~*")):
        return "while the index and the whole were made"
    made = len(list((series.work / "made").glob("*.json")))
    if not made:
        return "before the first report was made"
    return "with some reports made" if made < series.reports else "with all reports made"


def kill_at(series: Series, chance: random.Random, number: int, *, complete: bool) -> str:
    """Kill a run at a random moment and check all that is to hold then; the phase it was in."""
    old = next(state for state, good in series.good.items() if good == hashes(series.target))
    new = next(state for state in STATES if state != old)
    series.put(new)
    token = f"{os.getpid()}-{series.name}-{number}"
    process = start(series.project, *series.words, env={OURS: token})
    if number % AIMED == 0:
        until(lambda: series.has_written() or process.poll() is not None)
        time.sleep(chance.uniform(0, series.length - series.quiet))
    else:
        time.sleep(chance.uniform(0, series.length))
    over = process.poll() is not None
    if not over:
        (os.kill if number % 2 else os.killpg)(process.pid, signal.SIGKILL)
    ended(process)
    until(lambda: not list(marked(token, OURS)), 2)

    found = hashes(series.target)
    done = found == series.good[new]
    assert done or found == series.good[old], "the output is neither that of before nor that of the run"
    phase = "after its end" if over else "when all was in its place" if done else series.phase(series)
    assert sums_hold(series.target)
    for page in series.target.glob("*.html"):
        assert run_pcse("verify", page).code == 0
    if complete:
        _complete(series, new, done=done)
    return phase


def _complete(series: Series, state: str, *, done: bool) -> None:
    """Run it again, undisturbed, and check that it made what was missing and no more."""
    made = len(list((series.work / "made").glob("*.json")))
    said = series.run()
    assert hashes(series.target) == series.good[state], "the next run made other bytes than one that nobody disturbed"
    assert staging(series.target.parent) == []
    if series.name == "batch" and not done:
        assert f"{series.reports - made} reports made, {made} reused" in said


def build_series(folder: Path) -> Series:
    """A build of an edition of one page."""
    project = trap_project(folder / NAME)
    return Series(
        name="build",
        words=("build",),
        notebook=project / "notebooks/annex.ipynb",
        target=project / "outputs/published",
        phase=build_phase,
        project=project,
    )


def batch_series(folder: Path, groups: Sequence[str] = GROUPS) -> Series:
    """A batch of a report for each service line and group."""
    project = trap_project(folder / NAME, "survey_change")
    over = rows(project / "lines.csv", ["service_line", "group"], list(product(LINES, groups)))
    return Series(
        name="batch",
        words=("batch", "survey_change", "--over", over, "--jobs", "2"),
        notebook=project / "notebooks/survey_change.ipynb",
        target=project / "outputs/batches/survey_change-published-by-lines",
        phase=batch_phase,
        project=project,
        reports=len(LINES) * len(groups),
    )


def kill(series: Series, times: int, seed: int, complete_every: int = 1) -> Counter[str]:
    """Kill a run so many times, at moments from its start to its full length; how often in which phase.

    After each ``complete_every`` kills a run comes to its end.
    """
    chance = random.Random(f"{seed} {series.name}")
    series.rehearse()
    return Counter(
        kill_at(series, chance, number, complete=number % complete_every == 0) for number in range(1, times + 1)
    )


def killed(make: Callable[[Path], Series], times: int, seed: int) -> list[str]:
    """Kill a run so many times; what the report says of it."""
    os.environ["CHROMIUM"] = NO_BROWSER
    with tempfile.TemporaryDirectory() as folder:
        series = make(Path(folder))
        phases = kill(series, times, seed)
    return [
        f"## {series.name.capitalize()}: {times} kills, all checks passed",
        "",
        f"A run took {series.length:.1f} s, {series.quiet:.1f} s of it before anything was written.",
        "",
        *("| killed | times |", "|---|---|"),
        *(f"| {phase} | {count} |" for phase, count in phases.most_common()),
        "",
    ]


def main() -> None:
    """Kill and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    lines = [
        "# Builds and batches killed at random",
        "",
        f"Made by `make kills` (seed {given.seed}): a build of an edition of one page, and a batch of "
        f"{len(LINES) * len(GROUPS)} reports on 2 processes, each killed with `kill -9` at a random moment between its "
        f"start and its full length; of every {AIMED} kills one between the first thing written and its full length. "
        "Every second kill takes the process that makes the pages with it. After each kill it was checked that",
        "",
        "- within two seconds no process of the run was left,",
        "- the output in its place was, byte for byte, that of before or that of a run that nobody disturbed; "
        "`sha256sum --check` and `pcse verify` passed on it,",
        "- the next run completed, and made the bytes of a run that nobody disturbed; a batch made only the reports "
        "that were missing,",
        "- after that nothing unfinished was left beside the output.",
        "",
    ]
    with ProcessPoolExecutor(max_workers=2) as pool:
        makers = (build_series, batch_series)
        for told in pool.map(killed, makers, repeat(given.times), repeat(given.seed)):
            lines += told
    REPORT.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
