"""Reads what a questionnaire is made of: scales with their options, and who is asked which question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pcse_analysis.catalogue.fields import NUMBER, MapReader, RowReader, listed
from pcse_analysis.catalogue.files import Table, read_yaml
from pcse_analysis.catalogue.raw import Condition
from pcse_analysis.catalogue.types import Question, Scale
from pcse_analysis.errors import Problems, not_an_option

ENDS = ("", "agreeing", "disagreeing")
SCALE_OPTIONAL = (
    "agreeing",
    "disagreeing",
    "dont_know",
    "not_applicable",
    "prefer_not_to_say",
    "other",
    "unit",
    "bands",
    "standards",
)
AND = " && "
IS = " is "


def read_scales(path: Path, name: str, problems: Problems) -> dict[str, Scale]:
    """The scales of a survey by id, their options in order."""
    document = read_yaml(path, name, problems)
    return {
        key: _scale(key, MapReader(document, (key,), ("options",), problems, optional=SCALE_OPTIONAL))
        for key in document.content
    }


def _scale(key: str, read: MapReader) -> Scale:
    options = read.texts("options")
    if "options" in read.content and not options:
        read.wrong("options", "'options' should list the answers in their order")
    plain = [" ".join(option.split()) for option in options]
    for option in dict.fromkeys(o for o in plain if plain.count(o) > 1):
        read.wrong("options", f"option '{option}' stands twice")
    if not options:
        return Scale(id=key, options=(), agreeing=(), disagreeing=())
    parts = {
        part: read.many_of(part, "an option of this scale", options)
        for part in ("agreeing", "disagreeing", "dont_know", "not_applicable", "prefer_not_to_say")
    }
    seen: dict[str, str] = {}
    for part, chosen in parts.items():
        for option in chosen:
            if option in seen:
                read.wrong(part, f"'{option}' is listed under '{seen[option]}' too")
            seen[option] = part
    return Scale(
        id=key,
        options=options,
        **parts,
        other=read.one_of("other", "an option of this scale", options),
        unit=read.text("unit"),
        bands=_bands(read, options),
        standards=_standards(read),
    )


def _standards(read: MapReader) -> tuple[float, ...]:
    """Numbers that answers are set against; they need bands to be set against."""
    if "standards" not in read.content:
        return ()
    found = read.texts("standards")
    if "bands" not in read.content:
        read.wrong("standards", "'standards' needs 'bands': without them no answer is above or below a number")
    wrong = [text for text in found if not re.fullmatch(NUMBER, text)]
    for text in wrong:
        read.wrong("standards", f"'standards': found '{text}', expected a number such as 21")
    return tuple(float(text) for text in found if text not in wrong)


def _bands(read: MapReader, options: tuple[str, ...]) -> dict[str, tuple[float, float | None]]:
    """Options that stand for a range: lower and upper end of each, the upper one empty where it is open."""
    if "bands" not in read.content:
        return {}
    bands = read.map("bands", (), optional=options, kind="an option of this scale")
    found: dict[str, tuple[float, float | None]] = {}
    for option in bands.content:
        ends = bands.any_texts(option)
        if not 1 <= len(ends) <= 2 or not all(re.fullmatch(NUMBER, end) for end in ends):
            bands.wrong(
                option, f"'{option}': expected its lower and upper end, such as [8, 14], or [15] without an end"
            )
            continue
        low, high = float(ends[0]), float(ends[1]) if len(ends) > 1 else None
        if high is not None and high < low:
            bands.wrong(option, f"'{option}': its upper end is below its lower end")
        found[option] = (low, high)
    return found


def conditions(read: RowReader) -> tuple[Condition, ...]:
    """The conditions of ``asked_if``: ``item is option; option``, several of them joined by ``&&``."""
    text = read.row["asked_if"]
    if not text:
        return ()
    found = []
    for part in text.split(AND):
        item, is_, options = part.partition(IS)
        if not is_ or not listed(options):
            to_do = "write for example: had_request is Yes; Sometimes"
            read.wrong("asked_if", f"found '{part}', expected an item, the word 'is', and options", to_do)
            return ()
        found.append(Condition(item=item.strip(), options=listed(options)))
    return tuple(found)


def check_routes(
    table: Table, questions: Mapping[tuple[str, str], Question], scales: Mapping[str, Scale], problems: Problems
) -> None:
    """Note every route that names an item or an option which its wave does not have, and routes in a circle."""
    for row in table:
        question = questions[row["item"], row["wave"]]
        read = RowReader(row, problems)
        for condition in question.asked_if:
            items = [item for item, wave in questions if wave == question.wave and item != question.item]
            if condition.item not in items:
                read.wrong("asked_if", not_an_option(condition.item, f"another item of wave {question.wave}", items))
                continue
            asked = questions[condition.item, question.wave]
            scale = scales.get(asked.scale)
            if scale is None and asked.kind in ("one", "several"):
                continue  # that it has no scale is told already
            if scale is None:
                read.wrong("asked_if", f"'{condition.item}' has no options to be routed by")
                continue
            for option in condition.options:
                if option not in scale.options:
                    read.wrong("asked_if", not_an_option(option, f"an option of scale '{scale.id}'", scale.options))
        if not read.judged and _circles(question, questions):
            read.wrong("asked_if", "the route leads back to this question")


def _circles(question: Question, questions: Mapping[tuple[str, str], Question]) -> bool:
    """Whether following the routes upwards from a question comes back to it."""
    ahead, seen = [c.item for c in question.asked_if], set()
    while ahead:
        item = ahead.pop()
        if item == question.item:
            return True
        if item not in seen and (item, question.wave) in questions:
            seen.add(item)
            ahead += [c.item for c in questions[item, question.wave].asked_if]
    return False
