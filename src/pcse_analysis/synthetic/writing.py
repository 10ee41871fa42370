"""Writes made-up replies in the form of SurveyMonkey's CSV export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pcse_analysis.catalogue.raw import DateOrder, ExportFile
from pcse_analysis.catalogue.types import Question, Survey
from pcse_analysis.synthetic.answers import Key
from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.plan import ExportPlan
from pcse_analysis.synthetic.replies import ADDRESS, SCREENING, Reply

INSIDE = " > "
"""Stands between a question and its part where a wave's file names a column."""
SYSTEM = (
    "Respondent ID",
    "Collector ID",
    "Start Date",
    "End Date",
    "IP Address",
    "Email Address",
    "First Name",
    "Last Name",
    "Custom Data 1",
)
RESPONSE, OPEN = "Response", "Open-Ended Response"
FIRST_ID = 10180116001
COLLECTORS = ("180116011", "180116012")
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
"""Addresses that RFC 5737 sets aside for examples."""
BLANK_IN_HEADER = 3
"""Every so many questions a non-breaking blank stands in the header, as SurveyMonkey's editor leaves them."""


@dataclass(frozen=True)
class Column:
    """One column of an export: the two cells of its header, and the cell of a reply that it shows."""

    question: str
    part: str
    key: Key


def columns_of(export: ExportFile, plan: ExportPlan, survey: Survey, wave: str) -> list[Column]:
    """The columns in order: SurveyMonkey's own, the screening question, the practice, the questions."""
    columns = [Column(name, "", (name, "")) for name in SYSTEM]
    if plan.screening:
        columns.append(Column(plan.screening, RESPONSE, SCREENING))
    for role, header in export.columns.items():
        question, _, part = header.partition(INSIDE)
        columns.append(Column(question, part or OPEN, (role, "")))
    for item, header in export.headers.items():
        columns.extend(_of_question(survey.questions[item, wave], header, survey))
    return columns


def _of_question(question: Question, header: str, survey: Survey) -> Iterable[Column]:
    text, _, part = header.partition(INSIDE)
    if question.kind == "several":
        return [Column(text, option, (question.item, option)) for option in survey.scales[question.scale].options]
    return [Column(text, part or (RESPONSE if question.kind == "one" else OPEN), (question.item, ""))]


def export_bytes(
    replies: Sequence[Reply], export: ExportFile, plan: ExportPlan, survey: Survey, wave: str, chance: Chance
) -> bytes:
    """The whole file: a title where the plan has one, two header rows, a row for each reply in the order of time."""
    columns = columns_of(export, plan, survey, wave)
    dates = {item for item in export.headers if survey.questions[item, wave].kind == "date"}
    rows = [_cells(reply, columns, export.dates, dates) for reply in _in_time(replies, chance)]
    for _ in range(plan.excluded.get("blank_rows", 0)):
        rows.insert(1 + chance.below(len(rows) - 1), [""] * len(columns))
    if plan.newest_first:
        rows.reverse()
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    if plan.title:
        writer.writerow([plan.title])
    writer.writerows([*_header(columns), *rows])
    return text.getvalue().encode(plan.encoding)


def _in_time(replies: Sequence[Reply], chance: Chance) -> list[Reply]:
    """The replies by the time they began, with SurveyMonkey's own cells; one respondent has one number."""
    ordered = sorted(replies, key=lambda reply: (reply.started, reply.who))
    numbers: dict[int, str] = {}
    number = FIRST_ID
    for reply in ordered:
        number += chance.between(1, 900)
        numbers.setdefault(reply.who, str(number))
        reply.cells["Respondent ID", ""] = numbers[reply.who]
        reply.cells["Collector ID", ""] = COLLECTORS[ADDRESS in reply.cells]
        if reply.practice is not None:
            reply.cells["IP Address", ""] = f"{chance.one_of(NETWORKS)}.{chance.between(1, 254)}"
    return ordered


def _header(columns: Sequence[Column]) -> list[list[str]]:
    """The question over the first of its columns only, and what each column shows below it."""
    questions = []
    previous = ""
    for column in columns:
        questions.append("" if column.question == previous else column.question)
        previous = column.question
    shown = [place for place, question in enumerate(questions) if question and place >= len(SYSTEM)]
    for place in shown[::BLANK_IN_HEADER]:
        questions[place] = questions[place].replace(" ", "\u00a0", 1)
    return [questions, [column.part for column in columns]]


def _cells(reply: Reply, columns: Sequence[Column], order: DateOrder, dates: set[str]) -> list[str]:
    cells = dict(reply.cells)
    cells["Start Date", ""] = written_moment(reply.started, order)
    cells["End Date", ""] = written_moment(reply.ended, order)
    for item in dates:
        if (item, "") in cells:
            cells[item, ""] = written_day(date.fromisoformat(cells[item, ""]), order)
    return [cells.get(column.key, "") for column in columns]


def written_day(day: date, order: DateOrder) -> str:
    """A day in numbers, with the day or the month first."""
    parts = (day.month, day.day) if order == "month-first" else (day.day, day.month)
    return f"{parts[0]:02d}/{parts[1]:02d}/{day.year}"


def written_moment(moment: datetime, order: DateOrder) -> str:
    """A moment: with the month first as in the United States, on a clock of twelve hours; else on one of 24."""
    day = written_day(moment.date(), order)
    if order != "month-first":
        return f"{day} {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"
    half = "AM" if moment.hour < 12 else "PM"
    return f"{day} {(moment.hour + 11) % 12 + 1:02d}:{moment.minute:02d}:{moment.second:02d} {half}"
