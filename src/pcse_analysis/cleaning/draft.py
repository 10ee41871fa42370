"""Writes what an inspection found as catalogue files to edit: questions, scales and the wave."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import yaml

from pcse_analysis.catalogue.survey import COMPARABILITY_COLUMNS, QUESTION_COLUMNS
from pcse_analysis.catalogue.types import Survey
from pcse_analysis.cleaning.headers import tidied
from pcse_analysis.cleaning.inspection import Inspection, Seen

KNOWN_ORDERS = (
    ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Neutral", "Agree", "Strongly agree"),
    ("Strongly disagree", "Disagree", "Neither agree or disagree", "Neither", "Agree", "Strongly agree"),
    (
        "Very dissatisfied",
        "Dissatisfied",
        "Neither satisfied nor dissatisfied",
        "Neutral",
        "Satisfied",
        "Very satisfied",
    ),
    ("Never", "Rarely", "Sometimes", "Often", "Frequently", "Always"),
    ("Yes", "No"),
)
NOT_AN_OPINION = {
    # "I don't know where to look" is an answer.
    "dont_know": re.compile(r"(i )?(do not|don.?t) know( ?[^\w\s].*)?|not sure|unsure|no opinion", re.IGNORECASE),
    "not_applicable": re.compile(r"not applicable.*|n/?a|does not apply.*", re.IGNORECASE),
    "prefer_not_to_say": re.compile(r"(i )?prefer not to (say|answer|disclose).*", re.IGNORECASE),
}
TO_FILL = "TO FILL IN"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a draft is for: names that the caller gives, or that are to be filled in."""

    survey: str
    wave: str
    group: str
    service_line: str
    file: str
    sha256: str
    codebook: str = ""
    encoding: str = ""
    sheet: str = ""


def draft_files(inspection: Inspection, wanted: Wanted, known: Survey | None) -> dict[str, str]:
    """The text of each catalogue file by its name. ``known`` is the survey as far as it is described already.

    A question whose header stands in an earlier wave keeps its item, and its label where it is worded alike.
    """
    earlier = _earlier(known)
    scales: dict[str, dict[str, object]] = {}
    rows, headers = [], {}
    for number, seen in enumerate(inspection.questions, start=1):
        item, label, wording = earlier.get(tidied(seen.header), (seen.item, seen.wording, seen.wording))
        label = label if wording == seen.wording else seen.wording
        headers[item] = seen.header
        scale = _scale_of(seen, wanted.wave, known, scales) if seen.options else ""
        rows.append(_row(wanted, seen, item, label, scale, f"Q{_letters(wanted.wave)}{number}"))
    if known is None and not scales:  # a survey has the file, also where all its questions ask for numbers or texts
        scales["yes_no"] = {"options": ["Yes", "No"]}
    files = {
        "questions.csv": _csv(rows),
        "scales.yaml": _yaml(scales) if scales else "",
        f"waves/{wanted.wave}.yaml": _yaml(_wave(inspection, wanted, headers)),
    }
    if known is None:
        files |= {"survey.yaml": _yaml(_survey(wanted)), "comparability.csv": _comparability()}
    return {name: text for name, text in files.items() if text}


def _earlier(known: Survey | None) -> dict[str, tuple[str, str, str]]:
    """Item, label and wording of every header that the waves described so far have."""
    if known is None:
        return {}
    return {
        tidied(header): (item, known.questions[item, wave.id].label, known.questions[item, wave.id].wording)
        for wave in known.waves.values()
        for export in wave.exports.values()
        for item, header in export.headers.items()
    }


def _row(wanted: Wanted, seen: Seen, item: str, label: str, scale: str, finding: str) -> dict[str, str]:
    wording = seen.wording
    return dict.fromkeys(QUESTION_COLUMNS, "") | {
        "item": item,
        "wave": wanted.wave,
        "asked_of": wanted.group,
        "service_line": wanted.service_line,
        "kind": seen.kind,
        "scale": scale,
        "finding": finding,
        "label": label if len(label) <= 120 else label[:117].rstrip() + "...",
        "wording": wording,
    }


def _letters(wave: str) -> str:
    """Letters that tell the findings of one wave from those of another: 2017-12 is BAHBC."""
    return "".join(chr(ord("A") + int(c)) if c.isdigit() else c.upper() for c in wave if c.isalnum())


def _scale_of(seen: Seen, wave: str, known: Survey | None, scales: dict[str, dict[str, object]]) -> str:
    """The name of a scale with these options: one that is there already, or a new one."""
    options = _in_order(seen.options)
    for name, scale in (known.scales if known else {}).items():
        if set(options) <= set(scale.options) and (len(options) > 1 or options == list(scale.options)):
            return name
    for name, drafted in scales.items():
        if drafted["options"] == options and drafted.get("other", "") == seen.other:
            return name
    made: dict[str, object] = {"options": options}
    for kind, pattern in NOT_AN_OPINION.items():
        found = [option for option in options if pattern.fullmatch(option)]
        if found:
            made[kind] = found
    if seen.other:
        made["other"] = seen.other
    taken = {*scales, *(known.scales if known else ())}
    name = "yes_no" if options == ["Yes", "No"] else f"{seen.item}_options"
    name = name if name not in taken else f"{name}_{wave}"
    scales[name] = made
    return name


def _in_order(options: Iterable[str]) -> list[str]:
    """Options in the order of a well-known scale, others behind; as given where no such scale fits."""
    given = list(options)
    places = {option: re.sub(r"\W+", " ", option).casefold().strip() for option in given}
    for order in KNOWN_ORDERS:
        known = [re.sub(r"\W+", " ", option).casefold().strip() for option in order]
        if sum(place in known for place in places.values()) >= min(3, len(order)):
            return sorted(given, key=lambda o: known.index(places[o]) if places[o] in known else len(known))
    return given


def _wave(inspection: Inspection, wanted: Wanted, headers: Mapping[str, str]) -> dict[str, object]:
    export: dict[str, object] = {
        "file": wanted.file,
        "sha256": wanted.sha256,
        "group": wanted.group,
        "platform": inspection.export.header.platform.id,
        **{key: value for key in ("codebook", "encoding", "sheet") if (value := getattr(wanted, key))},
        "columns": dict(inspection.roles),
        "headers": dict(headers),
    }
    if inspection.dates:
        export["dates"] = TO_FILL
    if inspection.nothing:
        export["missing"] = {"not_answered": list(inspection.nothing)}
    ignored = list(inspection.ignored)
    if ignored:
        export["ignored"] = ignored
    if "respondent" in inspection.roles:
        reason = "The same respondent replied more than once; the last reply counts"
        export["rules"] = [{"rule": "same_respondent", "keep": "last", "reason": reason}]
    return {
        "id": wanted.wave,
        "label": wanted.wave,
        "fieldwork_start": wanted.wave if re.fullmatch(r"\d{4}(-\d{2}){0,2}", wanted.wave) else TO_FILL,
        "fieldwork_end": wanted.wave if re.fullmatch(r"\d{4}(-\d{2}){0,2}", wanted.wave) else TO_FILL,
        "about": f"{TO_FILL}: who was asked, how, and when.",
        "population": [],
        "exports": {"replies": export},
    }


def _survey(wanted: Wanted) -> dict[str, object]:
    return {
        "id": wanted.survey,
        "label": wanted.survey,
        "asked_by": TO_FILL,
        "design": {
            "unit": wanted.group,
            "population": TO_FILL,
            "frame": TO_FILL,
            "mode": TO_FILL,
            "selection": "self-selected",
            "pairing": "independent",
            "pairing_note": TO_FILL,
        },
        "margin": "5",
        "margin_fixed": TO_FILL,
        "groups": {wanted.group: f"those that replied ({TO_FILL})"},
    }


def _comparability() -> str:
    return ",".join(COMPARABILITY_COLUMNS) + "\n"


def _csv(rows: Iterable[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, QUESTION_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _yaml(content: Mapping[str, object]) -> str:
    return yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=110)
