"""Opens an SPSS file: codes become the labels that the file holds, question texts become a second header row."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from pcse_analysis.cleaning.pieces import SAVED_AGAIN, HeldSheet
from pcse_analysis.errors import Problems


def open_spss(path: Path, name: str, problems: Problems) -> HeldSheet | None:
    """The replies of a ``.sav`` file as rows of texts below two header rows, names and question texts.

    A code with a label becomes the label, also where SPSS counts it as missing ("don't know"); other numbers and dates
    become texts. None, with a note in ``problems``, where the file cannot be read.
    """
    try:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True, apply_value_formats=False)
    except Exception as error:  # the library raises plain errors of several kinds on files that are not what they claim
        what = f"cannot be read as an SPSS file: {str(error).splitlines()[0] if str(error) else 'broken file'}"
        problems.unreadable(what, file=name, to_do=SAVED_AGAIN)
        return None
    if not len(frame.columns) or not len(frame):
        problems.unreadable("the file holds no replies", file=name, to_do=SAVED_AGAIN)
        return None
    labels = meta.variable_value_labels
    columns = [_texts(frame[code], labels.get(code, {})) for code in frame.columns]
    questions = [text or code for code, text in zip(meta.column_names, meta.column_labels, strict=True)]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return HeldSheet(name, [list(meta.column_names), questions, *rows], ["labels inside the file"])


def _texts(column: pd.Series, labels: dict[Any, str]) -> list[str]:
    known = {value: _text(value, labels) for value in column.unique()}
    return ["" if pd.isna(value) else known[value] for value in column]


def _text(value: Any, labels: dict[Any, str]) -> str:
    if value in labels:
        return labels[value]
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return str(value)
