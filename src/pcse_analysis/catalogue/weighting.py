"""Reads what replies are weighted and broken down by: the ``margins`` and ``areas`` of a survey's design."""

from __future__ import annotations

from typing import cast

from pcse_analysis.catalogue.fields import MapReader
from pcse_analysis.catalogue.raw import AREA_WORDS
from pcse_analysis.catalogue.types import Margins, WeightingMethod

MARGIN_KEYS = ("columns", "method", "least")
MARGIN_OPTIONAL = ("trim",)
MARGIN_COLUMNS = ("region_name", "size_band", "ccg", "contract", "dispensing")
METHODS = ("post-stratify", "rake", "calibrate")


def read_margins(design: MapReader) -> Margins | None:
    """The margins of a design; None where it names none."""
    if "margins" not in design.content:
        return None
    margins = design.map("margins", MARGIN_KEYS, optional=MARGIN_OPTIONAL)
    columns = margins.many_of("columns", "a column of the register", MARGIN_COLUMNS)
    if "columns" in margins.content and isinstance(margins.content["columns"], list) and not columns:
        margins.wrong("columns", "'columns' should name at least one column of the register")
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        margins.wrong("columns", f"'columns': '{column}' stands twice")
    least, trim = margins.whole("least"), margins.number("trim")
    if least == 0:
        margins.wrong("least", "'least': found '0', expected a whole number of 1 or more")
    if trim is not None and trim <= 1:
        what = f"'trim': found '{trim:g}', expected a number above 1: a multiple of the median weight"
        margins.wrong("trim", what)
    return Margins(
        columns=columns,
        method=cast(WeightingMethod, margins.one_of("method", "a method of weighting", METHODS)),
        least=least or 1,
        trim=trim,
    )


def read_areas(design: MapReader, margins: Margins | None) -> str:
    """The column of the register that names the area of a practice; empty where the design names none."""
    if "areas" not in design.content:
        return ""
    areas = design.one_of("areas", "a column of the register that names areas", tuple(AREA_WORDS))
    if areas and margins is not None and "ccg" in margins.columns:
        what = "'areas': replies are weighted by 'ccg' too; a weighted share would tell of small numbers in an area"
        design.wrong("areas", what)
    return areas
