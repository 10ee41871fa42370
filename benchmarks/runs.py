"""How long reports take, beside papermill's and nbconvert's own commands and beside the bare code.

    python benchmarks/runs.py [--turns N] [--only one|batch|unchanged|telling|memory]

One report from command to finished page: ``pcse run``, the notebook's code as a plain script that writes the same
exhibits to a file (the floor), and ``papermill`` then ``jupyter nbconvert``. A batch of 40 reports on two processors:
``pcse batch``, and these two commands, two at a time. 200 reports that are unchanged, the help and a wrong parameter,
each in seconds. The memory of a batch of 300 reports, of the processes that stay, early and late. Contestants take
turns, all in one run; medians count. The exit code is 1 where a limit is not kept. ``make benchmark`` runs it; it needs
the packages of the lock, and takes some minutes.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from child import FOLDER, ROOT

BIN = Path(sys.executable).parent
NOTEBOOKS = ROOT / "notebooks"
WORK = FOLDER / "runs"
REPORTS = (("survey_change", "published"), ("survey_service", "synthetic"))
"""A light report, from published figures, and a heavy one, from replies."""
LINES = (
    *("all", "medical_records", "registrations", "supplies", "gp_payments", "gp_pensions", "performers_list"),
    *("cervical_screening", "customer_support", "pharmacy_market_entry"),
)
GROUPS = ("all", "practice", "individual", "not_stated")
MOST_OF_SCRIPT, LEAST_OF_COMMANDS, MOST_UNCHANGED, MOST_TELLING, MOST_GROWTH = 1.5, 3.0, 2.0, 0.2, 1.1
PARALLEL = 2


def run(words: Sequence[str | Path], **more: str) -> float:
    """Run a command to its end; the seconds that it took."""
    began = time.perf_counter()
    surroundings = os.environ | {"PCSE_PROJECT": str(ROOT)} | more
    done = subprocess.run(
        list(map(str, words)), cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return time.perf_counter() - began


def script_of(notebook: str, edition: str) -> Path:
    """The code of a notebook as a plain script: each exhibit is rendered and written to one file."""
    lines = ["shown = []"]
    for cell in json.loads((NOTEBOOKS / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"]).rstrip()
        if "parameters" in cell["metadata"].get("tags", []):
            lines += [source, f"edition = {edition!r}"]
            continue
        head, _, last = source.rpartition("\n")
        lines += [head, f"shown.append({last}._repr_mimebundle_()[0]['text/html'])"]
    lines.append(f"open({str(WORK / 'script.html')!r}, 'w').write('\\n'.join(shown))")
    path = WORK / f"{notebook}.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def by_commands(notebook: str, parameters: dict[str, str], name: str) -> None:
    """A report by papermill and then nbconvert, as their users call them."""
    made = WORK / f"{name}.ipynb"
    given = [word for key, value in parameters.items() for word in ("-p", key, value)]
    run([BIN / "papermill", NOTEBOOKS / f"{notebook}.ipynb", made, "--no-progress-bar", *given])
    run([BIN / "jupyter", "nbconvert", "--to", "html", "--log-level", "ERROR", made])


def timed(function: Callable[[], object]) -> float:
    """The seconds that a function takes."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def one_report(turns: int) -> bool:
    """One report beside the script and the commands; whether the limit is kept."""
    kept = True
    for notebook, edition in REPORTS:
        script = script_of(notebook, edition)
        taken: dict[str, list[float]] = {"script": [], "pcse run": [], "papermill, nbconvert": []}
        for _ in range(turns):
            taken["script"].append(run([sys.executable, script]))
            words = ["run", notebook, "--edition", edition, "--out", WORK / "one.html"]
            taken["pcse run"].append(run([BIN / "pcse", *words]))
            commands = timed(lambda n=notebook, e=edition: by_commands(n, {"edition": e}, "one"))
            taken["papermill, nbconvert"].append(commands)
        floor = median(taken["script"])
        print(f"one report, {notebook} of '{edition}':")
        for name, seconds in taken.items():
            print(f"  {name:22}{median(seconds):7.2f} s  {median(seconds) / floor:5.2f} times the script")
        ratio = median(o / s for o, s in zip(taken["pcse run"], taken["script"], strict=True))
        kept &= told(f"pcse run over the script, turn by turn: {ratio:.2f}", ratio <= MOST_OF_SCRIPT)
    return kept


def batch(turns: int) -> bool:
    """Forty reports beside the commands; whether the limit is kept."""
    rows = [(line, group) for line in LINES for group in GROUPS]
    listed = WORK / "forty.csv"
    with listed.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("service_line", "group"), *rows])
    taken: dict[str, list[float]] = {"pcse batch": [], "papermill, nbconvert": []}

    def commands() -> None:
        with ThreadPoolExecutor(PARALLEL) as two:
            given = [{"service_line": line, "group": group} for line, group in rows]
            list(two.map(lambda n: by_commands("survey_change", given[n], f"batch-{n}"), range(len(rows))))

    words = ["batch", "survey_change", "--over", listed, "--jobs", str(PARALLEL), "--again", "--out", WORK / "batches"]
    for _ in range(turns):
        taken["pcse batch"].append(run([BIN / "pcse", *words]))
        taken["papermill, nbconvert"].append(timed(commands))
    print(f"batch of {len(rows)} reports, {PARALLEL} at a time:")
    for name, seconds in taken.items():
        print(f"  {name:22}{median(seconds):7.1f} s  {60 * len(rows) / median(seconds):6.0f} a minute")
    pairs = zip(taken["papermill, nbconvert"], taken["pcse batch"], strict=True)
    ratio = median(theirs / ours for theirs, ours in pairs)
    return told(f"reports a minute over those of the commands: {ratio:.1f}", ratio >= LEAST_OF_COMMANDS)


def practices(count: int) -> Path:
    """A list of so many practices of the made-up register."""
    with (ROOT / "data/synthetic/payments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    head = next(n for n, row in enumerate(rows) if "Practice Code" in row)
    codes = [row[rows[head].index("Practice Code")] for row in rows[head + 1 : head + 1 + count]]
    path = WORK / f"practices-{count}.csv"
    path.write_text("practice\n" + "".join(f"{code}\n" for code in codes), encoding="utf-8")
    return path


def unchanged(turns: int) -> bool:
    """Two hundred reports that are there already; whether the limit is kept."""
    words = [BIN / "pcse", "batch", "practice_report", "--over", practices(200), "--out", WORK / "batches"]
    run(words)
    seconds = median(run(words) for _ in range(max(turns, 3)))
    return told(f"200 unchanged reports skipped: {seconds:.2f} s", seconds <= MOST_UNCHANGED)


def telling(turns: int) -> bool:
    """Help, and a mistake in a parameter; whether the limit is kept."""
    kept = True
    for name, words in (("help", ["--help"]), ("a wrong parameter", ["run", "survey_change", "-p", "grop=all"])):
        taken = []
        for _ in range(max(turns, 7)):
            began = time.perf_counter()
            subprocess.run([BIN / "pcse", *words], cwd=ROOT, capture_output=True, check=False)
            taken.append(time.perf_counter() - began)
        kept &= told(f"{name}: {median(taken):.3f} s", median(taken) <= MOST_TELLING)
    return kept


def memory(turns: int) -> bool:
    """The memory of the processes of a batch that are there all the time, after 50 reports and before the last."""
    words = [BIN / "pcse", "batch", "practice_report", "--over", practices(300), "--again", "--out", WORK / "batches"]
    work = ROOT / "build" / "batches"
    seen: list[tuple[int, float]] = []
    with subprocess.Popen(
        list(map(str, words)), cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as going:
        while going.poll() is None:
            made = sum(1 for _ in work.glob("practice_report-*-practices-300/made/*.json"))
            if 50 <= made < 300:
                seen.append((made, lasting(going.pid)))
            time.sleep(0.2)
    early = median(m for n, m in seen if n < 100)
    late = median(m for n, m in seen if n >= 250)
    return told(
        f"memory of a batch, MB: {early:.0f} at 50 to 100 reports, {late:.0f} at 250 to 300",
        late <= MOST_GROWTH * early,
    )


def lasting(process: int) -> float:
    """Megabytes that a process and the one that it started have of their own."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    found = 0.0
    for one in (process, *children):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                found += int(line.split()[1]) / 1024
    return found


def told(line: str, kept: bool) -> bool:
    """Print a line, and whether a limit is kept, which is given back."""
    print(f"  {line}{'' if kept else '   LIMIT NOT KEPT'}", flush=True)
    return kept


PARTS: dict[str, Callable[[int], bool]] = {
    "one": one_report,
    "batch": batch,
    "unchanged": unchanged,
    "telling": telling,
    "memory": memory,
}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", choices=PARTS)
    asked = parser.parse_args()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors")
    chosen = [asked.only] if asked.only else list(PARTS)
    kept = [PARTS[name](asked.turns) for name in chosen]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
