"""The columns of every tidy frame: their order, their kinds, and the check that a frame keeps to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from pcse_analysis.errors import DataError, Problem

Kind = Literal["text", "number", "whole", "flag", "coded", "day"]
DTYPES = {
    "text": "string",
    "number": "float64",
    "whole": "Int64",
    "flag": "boolean",
    "coded": "category",
    "day": "datetime64[s]",
}


@dataclass(frozen=True)
class FrameSpec:
    """Names and kinds of the columns of one tidy frame, in order, and the columns that tell rows apart."""

    name: str
    columns: dict[str, Kind]
    key: tuple[str, ...]


def _columns(**kinds: str) -> dict[str, Kind]:
    return {name: kind for kind, names in kinds.items() for name in names.split()}  # type: ignore[misc]


def _ordered(order: str, **kinds: str) -> dict[str, Kind]:
    typed = _columns(**kinds)
    return {name: typed.get(name, "text") for name in order.split()}


PUBLISHED_FIGURES = FrameSpec(
    "published figures",
    _ordered(
        "wave respondent_group service_line item measure percent value numerator numerator_low numerator_high base "
        "base_status statement sources known_on confidence note note_known_on",
        number="value",
        whole="numerator numerator_low numerator_high base",
    ),
    ("wave", "respondent_group", "item", "measure"),
)

POPULATION_FIGURES = FrameSpec(
    "population figures",
    _ordered("id measure area date value unit basis note sources known_on confidence", number="value"),
    ("id",),
)

TIMELINE = FrameSpec("timeline", _ordered("id date event sources known_on"), ("id",))

PRACTICES = FrameSpec(
    "practices",
    _ordered(
        "code name postcode opened closed status setting region region_name ccg ccg_name list_size contract dispensing",
        number="list_size",
    ),
    ("code",),
)

PAYMENTS = FrameSpec(
    "payments to practices",
    _ordered(
        "line code name postcode opened closed region region_name ccg ccg_name contract dispensing practice_type "
        "rurality characteristics quarter patients weighted_patients average_payment average_weighted_payment "
        "total_payments",
        number="patients weighted_patients average_payment average_weighted_payment total_payments",
        whole="line",
    ),
    ("line",),
)

MATCHES = FrameSpec(
    "practices matched to the register",
    _ordered(
        "row given_code given_name given_postcode code how why near_misses fits",
        whole="row fits",
    ),
    ("row",),
)

RESPONSES = FrameSpec(
    "responses",
    _ordered(
        "survey wave respondent_group export respondent item answer number state",
        coded="survey wave respondent_group export respondent item answer state",
        number="number",
    ),
    ("survey", "wave", "export", "respondent", "item"),
)

ISSUES = FrameSpec(
    "issues",
    _ordered(
        "line id opened resolved reopened withdrawn promised service_line route who region",
        whole="line",
        day="opened resolved reopened withdrawn promised",
        coded="service_line route who region",
    ),
    ("id",),
)

CLAIMS = FrameSpec(
    "claims",
    _ordered(
        "line id loss service_line submitted acknowledged decided closed status asked offered paid applied listed who "
        "region",
        whole="line asked offered paid",
        day="submitted acknowledged decided closed applied listed",
        coded="loss service_line status who region",
    ),
    ("id",),
)

KPI_RETURNS = FrameSpec(
    "returns of the provider",
    _ordered(
        "line service_line measure period value target direction unit known_on",
        whole="line",
        number="value target",
        day="known_on",
    ),
    ("service_line", "measure", "period", "known_on"),
)

PERFORMANCE = FrameSpec(
    "published performance",
    _ordered("id service_line label reported_by period value unit note sources known_on confidence", number="value"),
    ("id",),
)

REPORTED_EXPERIENCED = FrameSpec(
    "reported and experienced",
    _ordered("id survey service_line reported experienced same_measure reason"),
    ("id",),
)

COMMITMENTS = FrameSpec(
    "commitments",
    _ordered(
        "id survey kind who to_whom commitment made_on due service_line shown_by target direction needs sources "
        "known_on",
        number="target",
    ),
    ("id",),
)

ESTIMATES = FrameSpec(
    "estimates",
    _ordered(
        "id survey wave respondent_group service_line item measure category group_by group value low high confidence "
        "unit numerator numerator_low numerator_high base base_status weighted_base effective_base missing method "
        "weighting suppressed sources known_on",
        number="value low high confidence numerator base weighted_base effective_base",
        whole="numerator_low numerator_high missing",
    ),
    ("id",),
)

CHANGES = FrameSpec(
    "changes",
    _ordered(
        "id survey respondent_group service_line item group_by group wave_before wave_after estimate_before "
        "estimate_after value low high low90 high90 low_rounding high_rounding confidence method comparability reason "
        "margin family family_size p_value p_adjusted p_equivalence verdict exceeds_margin no_improvement "
        "base_tipping_before base_tipping_after base_tipping_both tipping_nonresponse",
        number="value low high low90 high90 low_rounding high_rounding confidence margin p_value p_adjusted "
        "p_equivalence base_tipping_before base_tipping_after base_tipping_both tipping_nonresponse",
        whole="family_size",
        flag="exceeds_margin no_improvement",
    ),
    ("id",),
)


def check_frame(frame: pd.DataFrame, spec: FrameSpec, *, key_is_sure: bool = False) -> pd.DataFrame:
    """``frame`` itself, when its columns, their kinds and its key are those of ``spec``.

    ``key_is_sure`` is for a frame of many million rows whose maker made each key once: looking again takes minutes.

    Raises:
        DataError: a column is missing, unknown, out of order or of another kind, or a key repeats.
    """
    problems = []
    if list(frame.columns) != list(spec.columns):
        what = f"{spec.name}: found columns {', '.join(frame.columns)}; expected {', '.join(spec.columns)}"
        problems.append(Problem(what=what))
    else:
        for column, kind in spec.columns.items():
            if str(frame[column].dtype) != DTYPES[kind]:
                what = f"{spec.name}: found {frame[column].dtype}, expected {DTYPES[kind]}"
                problems.append(Problem(what=what, column=column))
        repeated = frame.duplicated(list(spec.key)) if not key_is_sure else pd.Series(False, index=frame.index)
        for key in frame.loc[repeated, list(spec.key)].itertuples(index=False):
            problems.append(Problem(what=f"{spec.name}: {' '.join(map(str, key))} stands twice"))
    if problems:
        raise DataError(problems)
    return frame


def tidy(rows: Iterable[Mapping[str, object]], spec: FrameSpec) -> pd.DataFrame:
    """A frame of ``rows`` with the columns, order and kinds of ``spec``, checked; None is missing."""
    frame = pd.DataFrame([dict(row) for row in rows], columns=list(spec.columns), dtype="object")
    return check_frame(frame.astype({name: DTYPES[kind] for name, kind in spec.columns.items()}), spec)
