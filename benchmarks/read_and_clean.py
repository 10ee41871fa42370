"""How long reading and cleaning an export takes, and how much memory, beside pandas reading the same file.

    python benchmarks/read_and_clean.py [ROWS ...]        (100,000 and 1,000,000 where none are given)

Each measurement is a process of its own; the two take turns. Memory is the largest resident size less that after the
imports. The file is made up: 45 columns as SurveyMonkey writes them, with identifiers, dates, one-answer and
several-answer questions, numbers and free text. ``make benchmark`` runs it.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from child import FOLDER, ROOT, answer_of, largest_resident

LIKERT = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree", "Don't know", ""]
TICKS = ["Records lost", "Records late", "Wrong practice", "No label", "Not collected", "Other (please specify)"]
SENTENCE = """the records came late again and nobody at the support centre could say where they were so we had to ask
the patient to wait another three weeks for an answer that never came by post or telephone"""
WORDS = SENTENCE.split()
SINGLES, REPEATS = 28, 3


def write_export(path: Path, rows: int) -> None:
    """Write an export of made-up replies, the same for the same number of rows."""
    draw = random.Random(20171201).random
    singles = [f"Q{n}. How far do you agree with statement {n}?" for n in range(1, SINGLES + 1)]
    questions = ["Respondent ID", "Start Date", "End Date", *singles, "Which of these happened?"]
    questions += [""] * (len(TICKS) - 1)
    questions += ["How many records are waiting?", "List size", "Date of the last visit", "Anything else?"]
    questions.append("Practice code")
    parts = ["", "", "", *["Response"] * SINGLES, *TICKS, *["Open-Ended Response"] * 5]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([questions, parts])
        for number in range(rows):
            minute, day = int(draw() * 60), 1 + int(draw() * 22)
            row = [str(11_000_000_000 + number), f"12/{day:02d}/2017 09:{minute:02d}:07 AM"]
            row.append(f"12/{day:02d}/2017 10:{minute:02d}:59 AM")
            row += [LIKERT[int(draw() * 7)] for _ in range(SINGLES)]
            row += [tick if draw() < 0.3 else "" for tick in TICKS[:-1]] + [""]
            row += [str(int(draw() * 60)), str(1500 + int(draw() * 15000)), f"11/{1 + int(draw() * 28):02d}/2017"]
            row.append(" ".join(WORDS[int(draw() * len(WORDS))] for _ in range(15)) if draw() < 0.2 else "")
            row.append(f"X{int(draw() * 90000) + 10000}")
            writer.writerow(row)


def one(kind: str, path: Path) -> None:
    """Read the file in one way and print what it took."""
    run = with_pandas(path) if kind == "pandas" else with_package(path, tidy=kind == "tidy")
    before = largest_resident()
    start = time.perf_counter()
    rows = run()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "megabytes": largest_resident() - before, "rows": rows}))


def with_pandas(path: Path) -> Callable[[], int]:
    """What pandas does with the file: every cell a text."""
    import pandas as pd

    return lambda: len(pd.read_csv(path, dtype=str))


def with_package(path: Path, *, tidy: bool) -> Callable[[], int]:
    """Reading, answers, routes, rules; with ``tidy`` also the tidy frame of one row a respondent and question."""
    from dataclasses import replace

    from pcse_analysis.catalogue.platforms import read_platforms
    from pcse_analysis.cleaning.survey import clean_export
    from pcse_analysis.errors import Problems
    from pcse_analysis.evidence.inputs import read_inputs
    from pcse_analysis.responses import tidy_responses

    survey = read_inputs(Path(__file__).parent / "project").catalogue.surveys["benchmark"]
    wave = survey.waves["2017-12"]
    platforms = read_platforms(ROOT, Problems())

    def run() -> int:
        problems = Problems()
        plan = replace(wave.exports["replies"], file=path.name)
        responses = clean_export(survey, wave, plan, path.parent, platforms, None, problems)
        problems.raise_as(problems.kind)
        assert responses is not None
        return len(tidy_responses([responses])) if tidy else len(responses)

    return run


def main() -> None:
    """Measure both, in turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--one", nargs=2)
    words = parser.parse_args()
    if words.one:
        one(words.one[0], Path(words.one[1]))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"{'rows':>9}  {'what':28} {'seconds':>8} {'ratio':>6} {'MB':>7} {'ratio':>6}")
    for rows in words.rows:
        path = FOLDER / f"export-{rows}.csv"
        if not path.exists():
            write_export(path, rows)
        found: dict[str, list[dict[str, float]]] = {"pandas": [], "clean": [], "tidy": []}
        for _ in range(REPEATS):
            for kind, results in found.items():
                results.append(answer_of([__file__, "--one", kind, path]))
        base = {key: median(result[key] for result in found["pandas"]) for key in ("seconds", "megabytes")}
        names = {"pandas": "pandas.read_csv(dtype=str)", "clean": "read and clean", "tidy": "read, clean, tidy frame"}
        for kind, results in found.items():
            seconds, size = (median(result[key] for result in results) for key in ("seconds", "megabytes"))
            ratios = f"{seconds / base['seconds']:6.2f} {size:7.0f} {size / base['megabytes']:6.2f}"
            print(f"{rows:9,}  {names[kind]:28} {seconds:8.2f} {ratios}")


if __name__ == "__main__":
    main()
