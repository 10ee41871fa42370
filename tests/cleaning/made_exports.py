"""A project with one survey, one wave and one export, small enough to count by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
import yaml

from pcse_analysis.catalogue.load import read_catalogue
from pcse_analysis.catalogue.platforms import read_platforms
from pcse_analysis.catalogue.raw import ExportFile
from pcse_analysis.catalogue.survey import COMPARABILITY_COLUMNS, QUESTION_COLUMNS
from pcse_analysis.catalogue.types import Catalogue
from pcse_analysis.cleaning.exports import Export, read_export
from pcse_analysis.cleaning.register import Register
from pcse_analysis.cleaning.survey import clean_export
from pcse_analysis.errors import Problem, Problems
from pcse_analysis.responses import Responses
from tests.conftest import ROOT, Ended, run_pcse

SURVEY = "data/catalogue/surveys/made"
WAVE_FILE = f"{SURVEY}/waves/2020.yaml"
HEADER = [
    "RespondentID",
    "End Date",
    "Did you wait?",
    "How many days?",
    "Which ways?",
    "How is it?",
    "In your own words",
]
"""Of an export with the questions of ``Made.ask_each_kind`` and one in the respondent's own words."""
SCALES: dict[str, dict[str, object]] = {
    "yes_no": {"options": ["Yes", "No"]},
    "agree": {
        "options": ["Disagree", "Neither", "Agree", "Don't know", "Not applicable", "Prefer not to say"],
        "agreeing": ["Agree"],
        "disagreeing": ["Disagree"],
        "dont_know": ["Don't know"],
        "not_applicable": ["Not applicable"],
        "prefer_not_to_say": ["Prefer not to say"],
    },
    "ways": {"options": ["Post", "Email", "Phone", "Email, phone or post", "Other"], "other": "Other"},
    "delay": {
        "options": ["Up to a week", "8 to 14 days", "More than 14 days"],
        "unit": "days",
        "bands": {"Up to a week": ["0", "7"], "8 to 14 days": ["8", "14"], "More than 14 days": ["15"]},
    },
}
PROTECTED = Path(__file__).with_name("protected.xlsx")
"""A real workbook of two cells, encrypted by msoffcrypto-tool 5.4 with a password."""
FILES = {
    "data/catalogue/service_lines.csv": (
        "id,label,order,covers,users,standard,sources,known_on\n"
        "supplies,Supplies,1,made up,practices,,made,2020-12-31\n"
    ),
    "data/catalogue/editions.csv": (
        "id,label,survey,evidence,evidence_date,about,contact,marked,embargo_until,correction\n"
        "made,Made up,made,responses,2020-12-31,Made up for a test.,the maintainers,,,\n"
    ),
    "data/catalogue/pages.csv": (
        "id,notebook,output,title,evidence,each,declares\n"
        "annex,survey_annex,annex.html,What was made up,responses,,findings\n"
    ),
    "data/catalogue/methods.yaml": "share:\n  evidence: [responses]\n  title: A share\n  text: Made up.\n",
    "data/published/sources.csv": (
        "id,publisher,title,url,published_on,date_kind,date_basis\nmade,nobody,Made up,,2020-12-31,exact,made up\n"
    ),
    "data/published/population_frames.csv": (
        "id,measure,area,date,value,unit,basis,note,sources,known_on,confidence\n"
        "all,practices,England,2020-12-31,9,practices,published,Made up,made,2020-12-31,high\n"
    ),
    "data/published/timeline.csv": "id,date,event,sources,known_on\nmade,2020-12-31,Made up,made,2020-12-31\n",
    "notebooks/survey_annex.ipynb": (ROOT / "notebooks/survey_annex.ipynb").read_text(encoding="utf-8"),
    f"{SURVEY}/comparability.csv": ",".join(COMPARABILITY_COLUMNS) + "\n",
}


@dataclass
class Made:
    """The files of a project. A test says what is asked and what was exported, then cleans it or has it checked."""

    root: Path
    questions: list[dict[str, str]] = field(default_factory=list)
    scales: dict[str, dict[str, object]] = field(default_factory=lambda: {k: dict(v) for k, v in SCALES.items()})
    wave: dict[str, object] = field(default_factory=dict)
    exports: dict[str, dict[str, object]] = field(default_factory=dict)

    @property
    def raw(self) -> Path:
        """The folder of raw exports."""
        return self.root / "data" / "raw"

    def ask(
        self, item: str, header: str, kind: str = "one", scale: str = "", asked_if: str = "", export: str = "replies"
    ) -> None:
        """Ask a question whose answers stand in a column of an export."""
        usual = {"wave": "2020", "asked_of": "practice", "service_line": "supplies", "label": item, "wording": header}
        scale = scale or {"one": "yes_no", "several": "ways"}.get(kind, "")
        row = dict.fromkeys(QUESTION_COLUMNS, "") | usual
        row |= {"item": item, "kind": kind, "scale": scale, "asked_if": asked_if, "finding": f"F-{item}"}
        self.questions.append(row)
        self.plan(export).setdefault("headers", {})[item] = header  # type: ignore[index]

    def ask_each_kind(self) -> None:
        """Ask a yes or no, a number that hangs on it, several options, an opinion."""
        self.ask("waited", "Did you wait?")
        self.ask("days", "How many days?", "number", asked_if="waited is Yes")
        self.ask("ways", "Which ways?", "several")
        self.ask("feels", "How is it?", scale="agree")

    def plan(self, export: str = "replies") -> dict[str, object]:
        """What the wave's file says of an export, to be changed."""
        usual: dict[str, object] = {"file": f"{export}.csv", "group": "practice", "headers": {}}
        return self.exports.setdefault(export, usual)

    def export(
        self, *rows: Sequence[str], file: str = "replies.csv", encoding: str = "utf-8", delimiter: str = ","
    ) -> Path:
        """Write rows, the header first, as a raw export."""
        path = self.raw / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as out:
            csv.writer(out, delimiter=delimiter).writerows(rows)
        return path

    def write(self) -> None:
        """Write the catalogue."""
        head: dict[str, object] = {
            "id": "2020",
            "label": "2020",
            "fieldwork_start": "2020-01",
            "fieldwork_end": "2020-06",
        }
        head |= {"about": "Made up.", "population": []} | self.wave
        design = dict.fromkeys(("population", "frame", "mode", "pairing_note"), "made up")
        design |= {"unit": "practice", "selection": "self-selected", "pairing": "independent"}
        survey = {"id": "made", "label": "Made up", "asked_by": "nobody", "design": design, "margin": "5"}
        survey |= {"margin_fixed": "made up", "groups": {"practice": "practices", "doctor": "doctors"}}
        self._text("data/raw/.gitkeep", "")
        for name, text in FILES.items():
            self._text(name, text)
        self._text(f"{SURVEY}/survey.yaml", yaml.safe_dump(survey, sort_keys=False))
        self._text(f"{SURVEY}/scales.yaml", yaml.safe_dump(self.scales, sort_keys=False))
        self._text(WAVE_FILE, yaml.safe_dump(head | {"exports": self.exports}, sort_keys=False))
        frame = pd.DataFrame(self.questions, columns=list(QUESTION_COLUMNS))
        self._text(f"{SURVEY}/questions.csv", frame.to_csv(index=False))

    def _text(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")

    def catalogue(self) -> Catalogue:
        """The catalogue as it is read, which must be free of mistakes."""
        self.write()
        problems = Problems()
        catalogue = read_catalogue(self.root, problems)
        assert not problems.found, sentences(problems.found)
        return catalogue

    def cleaned(
        self, problems: Problems, register: Register | None = None, export: str = "replies"
    ) -> Responses | None:
        """The replies of an export; None where it has mistakes, which are noted."""
        catalogue = self.catalogue()
        survey = catalogue.surveys["made"]
        wave = survey.waves["2020"]
        return clean_export(survey, wave, wave.exports[export], self.raw, catalogue.platforms, register, problems)

    def clean(self, register: Register | None = None) -> Responses:
        """The replies of the export, which must be free of mistakes; rows in are rows analysed and rows excluded."""
        problems = Problems()
        responses = self.cleaned(problems, register)
        assert responses is not None, sentences(problems.found)
        assert not problems.found, sentences(problems.found)
        check_rows(responses)
        return responses

    def mistakes(self) -> list[Problem]:
        """What is wrong with the export, which must be refused."""
        problems = Problems()
        assert self.cleaned(problems) is None
        assert problems.found
        return list(dict.fromkeys(problems.found))

    def catalogue_mistakes(self) -> list[Problem]:
        """What is wrong with the catalogue."""
        self.write()
        problems = Problems()
        read_catalogue(self.root, problems)
        return list(dict.fromkeys(problems.told))

    def check(self) -> Ended:
        """``pcse check`` as a shell would call it."""
        self.write()
        return run_pcse("check", "--project", self.root)

    def plan_as_read(self) -> ExportFile:
        """What the catalogue reads of the export's description."""
        return self.catalogue().surveys["made"].waves["2020"].exports["replies"]


def check_rows(responses: Responses) -> None:
    """The law of every cleaning: rows received are analysed or excluded, and each excluded row is written down."""
    flow = responses.flow
    assert flow.received == flow.analysed + sum(step.count for step in flow.excluded)
    assert len(responses) == flow.analysed
    assert len(responses.excluded) == flow.received - flow.analysed
    assert not set(responses.excluded["line"]) & set(responses.respondents["line"])


def sentences(problems: Iterable[Problem]) -> list[str]:
    """Every problem on one line, the file left out."""
    return [problem.sentence() for problem in problems]


def answers_of(responses: Responses, item: str) -> list[str]:
    """The answer of each respondent in order: its text, or its state in brackets where there is none."""
    answers = responses.answers[item]
    states = ("answered", "not_asked", "not_answered", "dont_know", "not_applicable", "prefer_not_to_say")
    said = [answers.values[code] if code >= 0 else "" for code in answers.codes]
    return [
        text if states[state] == "answered" else f"({states[state]})"
        for text, state in zip(said, answers.state, strict=True)
    ]


def read(root: Path, path: Path, problems: Problems, **given: str) -> Export | None:
    """An export as the platforms of the package read it."""
    return read_export(path, path.name, read_platforms(root, problems), problems, **given)


def cells(export: Export) -> list[list[str]]:
    """The replies of an export, row by row."""
    return [[c.values[c.codes[row]] for c in export.columns] for row in range(len(export))]


def write_csv(path: Path, rows: Iterable[Sequence[str]], **how: str) -> Path:
    """Write rows as CSV: ``encoding``, ``delimiter`` and ``lineterminator`` may be given."""
    with path.open("w", encoding=how.pop("encoding", "utf-8"), newline="") as out:
        csv.writer(out, **how).writerows(rows)  # type: ignore[arg-type]
    return path


def labelled(responses: Responses) -> Mapping[str, list[str]]:
    """All answers by item."""
    return {item: answers_of(responses, item) for item in responses.answers}


def book(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """A workbook with these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path
