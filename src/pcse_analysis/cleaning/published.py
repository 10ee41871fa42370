"""Published figures: from the CSV as it was typed to a tidy frame, each percentage checked against its base."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pandas as pd

from pcse_analysis.catalogue.fields import WHOLE, RowReader
from pcse_analysis.catalogue.files import read_table
from pcse_analysis.catalogue.load import CATALOGUE, PUBLISHED, read_known_on
from pcse_analysis.catalogue.survey import SERVICE_LINES
from pcse_analysis.catalogue.types import Catalogue, Survey
from pcse_analysis.errors import Problems, shown
from pcse_analysis.frames import PUBLISHED_FIGURES, tidy

COLUMNS = (
    "wave",
    "respondent_group",
    "service_line",
    "item",
    "measure",
    "percent",
    "count",
    "base",
    "statement",
    "sources",
    "known_on",
    "confidence",
    "note",
    "note_known_on",
)
MEASURES = ("share", "replies", "patients", "direction")
PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")


def reachable_counts(percent: str, base: int) -> range:
    """Every count whose percentage of ``base`` rounds to ``percent`` as printed; empty where there is none.

    The number of decimals printed gives the precision. A half may have been rounded either way, so both ends count.
    """
    decimals = len(percent.partition(".")[2])
    half = Fraction(1, 2 * 10**decimals)
    low = ceil((Fraction(percent) - half) * base / 100)
    high = floor((Fraction(percent) + half) * base / 100)
    return range(max(low, 0), min(high, base) + 1)


def read_published(root: Path, survey: Survey, catalogue: Catalogue, problems: Problems) -> pd.DataFrame:
    """The published figures of a survey as a tidy frame; every mistake is noted in ``problems``.

    Where a share has no published base, the replies of its wave and group stand in and ``base_status`` is ``assumed``.
    """
    if not survey.results:
        return tidy([], PUBLISHED_FIGURES)
    name = f"{PUBLISHED}/{survey.results}"
    table = read_table(root / name, name, COLUMNS, ("wave", "respondent_group", "item", "measure"), problems)
    replies = {
        (row["wave"], row["respondent_group"]): (int(row["count"]), row["known_on"])
        for row in table
        if row["measure"] == "replies" and re.fullmatch(WHOLE, row["count"]) and int(row["count"]) > 0
    }
    folder = f"{CATALOGUE}/surveys/{survey.id}"
    rows = []
    for row in table:
        read = RowReader(row, problems)
        sources, known_on = read_known_on(read, catalogue.publications)
        values: dict[str, object] = {
            "wave": read.one_of("wave", "a wave of this survey", survey.waves),
            "respondent_group": read.one_of(
                "respondent_group", "a group of this survey", survey.groups, f"{folder}/survey.yaml"
            ),
            "service_line": read.one_of(
                "service_line", "a service line, or all", ["all", *catalogue.service_lines], SERVICE_LINES
            ),
            "item": read.text("item"),
            "measure": read.one_of("measure", "a measure", MEASURES),
            "statement": row["statement"],
            "sources": "; ".join(sources),
            "known_on": known_on,
            "confidence": read.one_of("confidence", "a confidence", ("high", "medium", "low")),
            "note": row["note"],
            "note_known_on": read.day("note_known_on", optional=not row["note"]),
            "percent": row["percent"],
        }
        group = (row["wave"], row["respondent_group"])
        base, base_known_on = replies.get(group, (None, ""))
        numbers = _numbers(read, base) if row["measure"] in MEASURES else {}
        if numbers.get("base_status") == "assumed":
            values["known_on"] = "" if "" in (known_on, base_known_on) else max(known_on, base_known_on)
        _check_question(read, survey, f"{folder}/questions.csv")
        rows.append(values | numbers)
    return (
        tidy(rows, PUBLISHED_FIGURES) if not problems.found else pd.DataFrame(columns=list(PUBLISHED_FIGURES.columns))
    )


def _numbers(read: RowReader, replies: int | None) -> dict[str, object]:
    found: dict[str, object] = dict.fromkeys(("value", "numerator", "numerator_low", "numerator_high", "base"))
    found["base_status"] = ""
    measure, row = read.row["measure"], read.row
    count = read.whole("count", optional=measure in ("share", "direction"))
    base = read.whole("base", optional=True)
    if measure == "share":
        return found | _share(read, count, base, replies)
    if measure == "direction":
        read.text("statement")
        for column in ("percent", "count", "base"):
            if row[column]:
                read.wrong(column, "a direction has no number; the measure of a percentage is 'share'")
    elif row["percent"] or row["base"]:
        read.wrong("percent", "a number of replies or patients has no percentage and no base")
    elif count == 0 and measure == "replies":
        read.wrong("count", "found '0', expected at least one reply")
    return found | {"value": None if count is None else float(count), "numerator": count}


def _share(read: RowReader, count: int | None, published_base: int | None, replies: int | None) -> dict[str, object]:
    percent = read.row["percent"]
    if not PERCENT.fullmatch(percent) or Fraction(percent) > 100:
        what = f"found {shown(percent)}, expected a percentage from 0 to 100 as printed, such as 62 or 62.4"
        read.wrong("percent", what, "write the number alone, with a dot before decimals and without a % sign.")
        return {}
    base = published_base if published_base is not None else replies
    if count is not None and published_base is None:
        read.wrong("base", "is empty; a published count needs the base it was counted from")
    if base is None:
        return {"value": float(Fraction(percent) / 100)}
    if base == 0:
        read.wrong("base", "found '0', expected a base of at least 1")
        return {}
    counts = reachable_counts(percent, base)
    what = f"no count of {base} gives {percent} %"
    if not counts and published_base is None:
        read.wrong(
            "percent",
            f"{what}; {base} replied, and the item's base is not given",
            "check the percentage, or give the base of the item in column 'base'.",
        )
    elif not counts:
        read.wrong("percent", what, "check the percentage, its decimals and the base against the source.")
    elif count is not None and count not in counts:
        gives = f"{count} of {base} is {100 * count / base:.2f} %" if count <= base else f"{count} is more than {base}"
        read.wrong(
            "count",
            f"{gives}, not {percent} %; expected {counts[0]} to {counts[-1]}",
            "check the count, the percentage and the base against the source.",
        )
    else:
        return {
            "value": float(Fraction(percent) / 100) if count is None else count / base,
            "numerator": count,
            "numerator_low": counts[0] if count is None else count,
            "numerator_high": counts[-1] if count is None else count,
            "base": base,
            "base_status": "assumed" if published_base is None else "published",
        }
    return {}


def _check_question(read: RowReader, survey: Survey, questions: str) -> None:
    row = read.row
    if row["measure"] not in ("share", "direction") or row["wave"] not in survey.waves:
        return
    asked = {item for item, wave in survey.questions if wave == row["wave"]}
    if read.one_of("item", f"an item that questions.csv has for wave {row['wave']}", asked, questions) not in asked:
        return
    question = survey.questions[row["item"], row["wave"]]
    for column, wanted in (("respondent_group", question.asked_of), ("service_line", question.service_line)):
        if row[column] != wanted:
            read.wrong(column, f"found {shown(row[column])}, expected '{wanted}' as in questions.csv")


def known_by(frame: pd.DataFrame, evidence_date: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The facts known on or before ``evidence_date``, and those known later or not datable."""
    known = (frame["known_on"] != "") & (frame["known_on"] <= evidence_date)
    return frame[known], frame[~known]
