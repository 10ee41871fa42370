"""Makes every file of ``data/synthetic`` from the catalogue, the plan and the published figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from pcse_analysis.catalogue.load import CATALOGUE, read_catalogue
from pcse_analysis.catalogue.raw import ExportFile
from pcse_analysis.catalogue.types import Survey, Wave
from pcse_analysis.errors import CatalogueError, Problems
from pcse_analysis.synthetic.answers import AnswerMaker
from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.claims import claims
from pcse_analysis.synthetic.extras import Extras
from pcse_analysis.synthetic.issue_logs import issue_logs
from pcse_analysis.synthetic.plan import ExportPlan, Plan
from pcse_analysis.synthetic.plan_file import read_plan
from pcse_analysis.synthetic.practices import Practice, make_practices, payments_file, practice_file
from pcse_analysis.synthetic.replies import (
    ADDRESS,
    INVITED,
    SCREENING,
    Reply,
    address_of,
    begun,
    mended_codes,
    name_practice,
    practices_that_reply,
    weekdays,
)
from pcse_analysis.synthetic.returns import returns
from pcse_analysis.synthetic.slips import Slips
from pcse_analysis.synthetic.straight_lines import plant
from pcse_analysis.synthetic.targets import Published, read_published
from pcse_analysis.synthetic.writing import export_bytes

SURVEY = "gpc-pcse-synthetic"
FOLDER = "data/synthetic"
PLAN = f"{CATALOGUE}/surveys/{SURVEY}/plan.yaml"
STRAIGHT_ANSWER = "Dissatisfied"
FASTEST = 20
"""Seconds that the fastest respondents take; the rule on speeding says the most."""


def made_files(root: Path) -> dict[str, bytes]:
    """Every file by its name inside the folder of the survey's raw data.

    Raises:
        CatalogueError: the catalogue or the plan has mistakes.
    """
    problems = Problems()
    survey = read_catalogue(root, problems).surveys[SURVEY]
    plan = read_plan(root / PLAN, PLAN, survey, problems)
    problems.raise_as(CatalogueError)
    maker = _Maker(survey, plan, read_published(root / plan.results, ("practice", *plan.also_of_practices)))
    return maker.files() | issue_logs(plan.seed) | claims(plan.seed) | returns(plan.seed)


class _Maker:
    """Makes the register first, then wave by wave the exports."""

    def __init__(self, survey: Survey, plan: Plan, published: Published) -> None:
        self.survey, self.plan, self.published = survey, plan, published
        self.waves = sorted(survey.waves.values(), key=lambda wave: wave.fieldwork_start)
        mended = {wave.id: {c for e in wave.exports.values() for c in mended_codes(e)} for wave in self.waves}
        always = sorted({code for codes in mended.values() for code in codes})
        self.practices = make_practices(plan.register, always, plan.seed)
        wanted = {wave.id: published.replies[wave.id, survey.design.unit] for wave in self.waves}
        self.replying = practices_that_reply(self.practices, self.waves, wanted, mended, plan.both_waves, plan.seed)

    def files(self) -> dict[str, bytes]:
        files: dict[str, bytes] = {}
        for wave in self.waves:
            for export in wave.exports.values():
                files[export.file] = self._export(wave, export)
            if wave.register is not None:
                payments = payments_file(self.practices, self.plan.payments_headings)
                files[wave.register.practices] = practice_file(self.practices).encode("utf-8")
                files[wave.register.payments] = payments.encode("utf-8")
        return files

    def _export(self, wave: Wave, export: ExportFile) -> bytes:
        plan = self.plan.exports[wave.id, export.id]
        chance = Chance(self.plan.seed, wave.id, export.id)
        replies = self._begun(wave, export, chance)
        self._answer(wave, export, replies)
        self._plant_flags(replies, export, plan, chance)
        slips = Slips(survey=self.survey, wave=wave.id, export=export, plan=plan, replies=replies, chance=chance)
        slips.plant_all(self.practices, self._in_both(), wave.register.as_of if wave.register else "")
        extras = Extras(survey=self.survey, wave=wave, export=export, plan=plan, replies=replies, chance=chance)
        return export_bytes([*replies, *extras.make_all()], export, plan, self.survey, wave.id, chance)

    def _plant_flags(self, replies: Sequence[Reply], export: ExportFile, plan: ExportPlan, chance: Chance) -> None:
        """Let some give one answer to a whole block, and others finish before the questions can be read."""
        rules = {rule.kind: rule for rule in export.rules}
        items = rules["straight_lining"].items
        straight = plant(replies, items, STRAIGHT_ANSWER, plan.flagged["straight_lining"], chance)
        for reply in straight:
            reply.touched.update((item, "") for item in items)
        others = [reply for reply in replies if reply not in straight]
        for reply in chance.some(others, plan.flagged["speeding"]):
            seconds = chance.between(FASTEST, int(rules["speeding"].least) - 1)
            reply.ended = reply.started + timedelta(seconds=seconds)

    def _in_both(self) -> set[str]:
        codes = [{practice.code for practice in replying} for replying in self.replying.values()]
        return set.intersection(*codes)

    def _begun(self, wave: Wave, export: ExportFile, chance: Chance) -> list[Reply]:
        """The replies that stay, without answers: one for each practice that replies, or for each doctor."""
        days = weekdays(wave)
        plan = self.plan.exports[wave.id, export.id]
        practices: Sequence[Practice | None] = self.replying[wave.id]
        if not export.columns:
            practices = [None] * self.published.replies[wave.id, export.group]
        replies = [begun(who, days, practice, chance) for who, practice in enumerate(practices)]
        for reply in replies:
            name_practice(reply, chance)
            if plan.screening:
                reply.cells[SCREENING] = "Yes"
            if reply.practice is None and chance.even() < INVITED:
                reply.cells[ADDRESS] = address_of(reply.who)
        return replies

    def _answer(self, wave: Wave, export: ExportFile, replies: Sequence[Reply]) -> None:
        luck = Chance(self.plan.seed, wave.id, export.id, "bent")
        maker = AnswerMaker(
            survey=self.survey,
            wave=wave.id,
            plan=self.plan,
            published=self.published,
            bents=[luck.bell() if reply.practice is None else reply.practice.bent for reply in replies],
            days=[reply.ended.date() for reply in replies],
        )
        for item in export.headers:
            maker.answer(item)
        for reply, cells in zip(replies, maker.answers, strict=True):
            reply.cells.update(cells)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` into ``folder``, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
