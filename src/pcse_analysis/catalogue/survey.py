"""Reads one survey of the catalogue and checks every reference between its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from pcse_analysis.catalogue.disclosure import read_disclosure
from pcse_analysis.catalogue.fields import MapReader, RowReader
from pcse_analysis.catalogue.files import read_table, read_yaml
from pcse_analysis.catalogue.questionnaire import ENDS, check_routes, conditions, read_scales
from pcse_analysis.catalogue.raw import QUESTION_KINDS, QuestionKind
from pcse_analysis.catalogue.repairs import check_recodes
from pcse_analysis.catalogue.types import (
    Adjustment,
    Comparability,
    ComparabilityStatus,
    Family,
    Question,
    Survey,
    SurveyDesign,
    Wave,
)
from pcse_analysis.catalogue.wave import check_headers, read_exports, read_register_files
from pcse_analysis.catalogue.weighting import read_areas, read_margins
from pcse_analysis.errors import Problems

SURVEY_KEYS = ("id", "label", "asked_by", "design", "margin", "margin_fixed", "groups")
SURVEY_OPTIONAL = ("results", "families", "raw", "disclosure")
RAW = "data/raw"
DESIGN_KEYS = ("unit", "population", "frame", "mode", "selection", "pairing", "pairing_note")
DESIGN_OPTIONAL = ("margins", "areas")
WAVE_KEYS = ("id", "label", "fieldwork_start", "fieldwork_end", "about", "population")
WAVE_OPTIONAL = ("exports", "register")
QUESTION_COLUMNS = (
    "item",
    "wave",
    "asked_of",
    "service_line",
    "kind",
    "scale",
    "asked_if",
    "failing",
    "finding",
    "label",
    "wording",
    "failure",
    "window",
    "window_months",
)
COMPARABILITY_COLUMNS = (
    "finding",
    "respondent_group",
    "service_line",
    "wave_before",
    "item_before",
    "wave_after",
    "item_after",
    "status",
    "family",
    "reason",
    "assumptions",
)
SERVICE_LINES = "data/catalogue/service_lines.csv"
STATUSES = ("same", "window_differs", "wording_differs", "not_comparable")


def read_survey(
    folder: Path, name: str, service_lines: Iterable[str], platforms: Iterable[str], problems: Problems
) -> Survey:
    """The survey under ``folder``; mistakes in any of its files are noted in ``problems``."""
    return _SurveyReader(folder, name, list(service_lines), list(platforms), problems).survey()


class _SurveyReader:
    """Reads the files of one survey in the order in which they refer to one another."""

    def __init__(
        self, folder: Path, name: str, service_lines: list[str], platforms: list[str], problems: Problems
    ) -> None:
        self.folder, self.name, self.service_lines, self.problems = folder, name, service_lines, problems
        self.platforms = platforms
        self.head_file, self.scales_file, self.questions_file = (
            f"{name}/{file}" for file in ("survey.yaml", "scales.yaml", "questions.csv")
        )
        self.findings: dict[str, str] = {}

    def survey(self) -> Survey:
        head = self._head("survey.yaml", SURVEY_KEYS, SURVEY_OPTIONAL)
        head.one_of("id", "the name of its folder", [self.folder.name])
        self.groups = {key: head.map("groups", head.names("groups")).text(key) for key in head.names("groups")}
        self.families = {
            key: Family(
                id=key,
                label=family.text("label"),
                adjustment=cast(
                    Adjustment, family.one_of("adjustment", "an adjustment", ("holm", "benjamini-hochberg"))
                ),
                fixed=family.text("fixed"),
            )
            for key, family in head.maps("families", ("label", "adjustment", "fixed")).items()
        }
        self.scales = read_scales(self.folder / "scales.yaml", self.scales_file, self.problems)
        self.questions = self._questions()
        self.waves = self._waves()
        for wave in self.waves.values():
            check_headers(wave, self.questions.values(), self.groups, self.name, self.problems)
            check_recodes(wave, self.questions.values(), self.scales, self.problems)
        return Survey(
            id=self.folder.name,
            label=head.text("label"),
            asked_by=head.text("asked_by"),
            results=head.text("results"),
            raw=head.text("raw") or RAW,
            design=self._design(head.map("design", DESIGN_KEYS, optional=DESIGN_OPTIONAL)),
            disclosure=read_disclosure(head),
            margin=head.points("margin"),
            margin_fixed=head.text("margin_fixed"),
            families=self.families,
            groups=self.groups,
            scales=self.scales,
            waves=self.waves,
            questions=self.questions,
            comparability=self._comparability(),
        )

    def _head(self, file: str, keys: Iterable[str], optional: Iterable[str] = ()) -> MapReader:
        document = read_yaml(self.folder / file, f"{self.name}/{file}", self.problems)
        return MapReader(document, (), keys, self.problems, optional=optional)

    def _design(self, design: MapReader) -> SurveyDesign:
        margins = read_margins(design)
        return SurveyDesign(
            unit=design.text("unit"),
            population=design.text("population"),
            frame=design.text("frame"),
            mode=design.text("mode"),
            selection=design.one_of("selection", "a selection", ("census", "random", "self-selected")),  # type: ignore[arg-type]
            pairing=design.one_of("pairing", "a pairing", ("independent", "matched", "partly-matched")),  # type: ignore[arg-type]
            pairing_note=design.text("pairing_note"),
            margins=margins,
            areas=read_areas(design, margins),
        )

    def _waves(self) -> dict[str, Wave]:
        waves = {}
        for path in sorted((self.folder / "waves").glob("*.yaml")):
            head = self._head(f"waves/{path.name}", WAVE_KEYS, WAVE_OPTIONAL)
            head.one_of("id", "the name of its file", [path.stem])
            wave = Wave(
                id=path.stem,
                label=head.text("label"),
                fieldwork_start=head.day("fieldwork_start", partial=True),
                fieldwork_end=head.day("fieldwork_end", partial=True),
                about=head.text("about"),
                population=head.texts("population"),
                population_lines=tuple(
                    head.document.line("population", place) for place in range(len(head.texts("population")))
                ),
                exports=read_exports(head, self.groups, self.platforms, path.stem, self._asked_in(path.stem)),
                register=read_register_files(head),
            )
            if wave.fieldwork_end < wave.fieldwork_start:
                head.wrong(
                    "fieldwork_end",
                    f"'fieldwork_end': found '{wave.fieldwork_end}', before its start '{wave.fieldwork_start}'",
                )
            waves[path.stem] = wave
        return waves

    def _asked_in(self, wave: str) -> list[str]:
        return [item for item, asked_in in self.questions if asked_in == wave]

    def _questions(self) -> dict[tuple[str, str], Question]:
        file = "questions.csv"
        waves = sorted(path.stem for path in (self.folder / "waves").glob("*.yaml"))
        table = read_table(self.folder / file, f"{self.name}/{file}", QUESTION_COLUMNS, ("item", "wave"), self.problems)
        questions = {}
        for row in table:
            read = RowReader(row, self.problems)
            question = Question(
                item=read.identifier("item"),
                wave=read.one_of("wave", "a wave of this survey", waves),
                asked_of=read.one_of("asked_of", "a group of this survey", self.groups, self.head_file),
                service_line=read.one_of(
                    "service_line", "a service line, or all", ["all", *self.service_lines], SERVICE_LINES
                ),
                kind=cast(QuestionKind, read.one_of("kind", "a kind of question", QUESTION_KINDS)),
                scale=self._scale_of(read),
                asked_if=conditions(read),
                failing=read.one_of("failing", "the failing end of the scale, or nothing", ENDS),  # type: ignore[arg-type]
                finding=read.text("finding"),
                label=read.text("label"),
                wording=read.text("wording"),
                failure=read.text("failure") if row["failing"] else row["failure"],
                window=row["window"],
                window_months=read.decimal("window_months"),
            )
            self._check_failing(question, read)
            questions[question.item, question.wave] = question
            self._check_finding(question.finding, f"questions.csv, line {row.line}", read)
        check_routes(table, questions, self.scales, self.problems)
        return questions

    def _scale_of(self, read: RowReader) -> str:
        if read.row["kind"] in ("number", "date", "text"):
            if read.row["scale"]:
                read.wrong("scale", f"a question of kind '{read.row['kind']}' has no scale; expected nothing")
            return ""
        return read.one_of("scale", "a scale of this survey", self.scales, self.scales_file)

    def _check_failing(self, question: Question, read: RowReader) -> None:
        scale = self.scales.get(question.scale)
        if question.failing not in ("agreeing", "disagreeing") or (question.kind == "one" and scale is None):
            return
        if question.kind != "one" or (scale is not None and scale.options and not getattr(scale, question.failing)):
            what = f"'{question.failing}' needs a question of kind 'one' whose scale has such options"
            read.wrong("failing", what, refers_to=self.scales_file)

    def _comparability(self) -> tuple[Comparability, ...]:
        file = "comparability.csv"
        key = ("wave_before", "item_before", "wave_after", "item_after", "respondent_group")
        name = f"{self.name}/{file}"
        table = read_table(self.folder / file, name, COMPARABILITY_COLUMNS, key, self.problems, may_be_empty=True)
        pairs = []
        for row in table:
            read = RowReader(row, self.problems)
            pair = Comparability(
                finding=read.text("finding"),
                respondent_group=read.one_of("respondent_group", "a group of this survey", self.groups, self.head_file),
                service_line=read.one_of("service_line", "a service line", self.service_lines, SERVICE_LINES),
                wave_before=read.one_of("wave_before", "a wave of this survey", self.waves),
                item_before=row["item_before"],
                wave_after=read.one_of("wave_after", "a wave of this survey", self.waves),
                item_after=row["item_after"],
                status=cast(ComparabilityStatus, read.one_of("status", "a status", STATUSES)),
                family=read.one_of(
                    "family", "a family of survey.yaml, or nothing", ["", *self.families], self.head_file
                ),
                reason=read.text("reason"),
                assumptions=row["assumptions"],
            )
            self._check_finding(pair.finding, f"comparability.csv, line {row.line}", read)
            self._check_pair(pair, read)
            pairs.append(pair)
        return tuple(pairs)

    def _check_finding(self, finding: str, place: str, read: RowReader) -> None:
        if finding in self.findings:
            read.wrong("finding", f"'{finding}' is used already in {self.findings[finding]}")
        self.findings.setdefault(finding, place)

    def _check_pair(self, pair: Comparability, read: RowReader) -> None:
        sides = {}
        for side, wave in (("before", pair.wave_before), ("after", pair.wave_after)):
            items = [item for item, asked_in in self.questions if asked_in == wave]
            item = read.one_of(
                f"item_{side}", f"an item that questions.csv has for wave {wave}", items, self.questions_file
            )
            sides[side] = self.questions.get((item, wave))
        if pair.wave_before in self.waves and pair.wave_after in self.waves:
            start = {wave: self.waves[wave].fieldwork_start for wave in (pair.wave_before, pair.wave_after)}
            if not start[pair.wave_before] < start[pair.wave_after]:
                read.wrong(
                    "wave_after", f"found '{pair.wave_after}', expected a wave after '{pair.wave_before}' (wave_before)"
                )
        before, after = sides["before"], sides["after"]
        if before is None or after is None or pair.status == "not_comparable":
            return
        for column, found, wanted in (
            ("respondent_group", {before.asked_of, after.asked_of}, pair.respondent_group),
            ("service_line", {before.service_line, after.service_line}, pair.service_line),
        ):
            if found != {wanted}:
                read.wrong(column, f"found '{wanted}', expected that of both items: {', '.join(sorted(found))}")
        months = (before.window_months, after.window_months)
        if pair.status == "window_differs" and (None in months or months[0] == months[1]):
            read.wrong("status", "'window_differs' needs two items with different window_months in questions.csv")
        if pair.status == "same" and None not in months and months[0] != months[1]:
            read.wrong("status", f"'same', but the windows in questions.csv are {months[0]:g} and {months[1]:g} months")
