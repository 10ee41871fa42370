"""Sets the practices that respondents name against the register, and brings in what the register knows of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pcse_analysis.catalogue.raw import RegisterFiles
from pcse_analysis.cleaning.exports import Coded
from pcse_analysis.cleaning.matching import CODE_FORM, UNMATCHED, match_practices
from pcse_analysis.cleaning.register import Register, size_band

ROLES = ("practice_code", "practice_name", "practice_postcode")
JOINED = ("region_name", "ccg_name", "list_size", "size_band", "contract")
UNMATCHED_COLUMNS = (
    "wave",
    "export",
    "line",
    "given_code",
    "given_name",
    "given_postcode",
    "why",
    "near_misses",
    "fits",
)


@dataclass(frozen=True)
class Practices:
    """For each row of an export its practice. ``keys`` tell practices apart, empty where none is named.

    ``known`` has for each row: practice (its code in the register), how it was matched, and what the register says.
    """

    keys: NDArray[np.object_]
    known: pd.DataFrame
    unmatched: pd.DataFrame | None


def with_size_bands(register: Register, files: RegisterFiles | None) -> pd.DataFrame:
    """The practices of the register with the band of their list size, by the edges that the wave's file gives."""
    edges = files.size_bands if files is not None else ()
    return register.frame.assign(size_band=size_band(register.frame["list_size"], edges)) if edges else register.frame


def find_practices(
    roles: Mapping[str, Coded], register: Register | None, files: RegisterFiles | None
) -> Practices | None:
    """The practices of an export's rows; None where it has no column for them."""
    named = [role for role in ROLES if role in roles]
    if not named:
        return None
    count = len(next(iter(roles.values())))
    texts = {role: roles[role].texts if role in roles else np.full(count, "", dtype=object) for role in ROLES}
    given = texts["practice_code"]
    if register is None:
        known = pd.DataFrame({"practice": given, "matched": ""})
        return Practices(np.array([key.upper() for key in given], dtype=object), known, None)
    codes, names, postcodes = (pd.Series(texts[role], dtype="str") for role in ROLES)
    matches = match_practices(codes, names, postcodes, register.frame, register.outside, register.also_known)
    found = matches.frame["code"].fillna("").to_numpy(dtype=object)
    facts = with_size_bands(register, files).set_index("code")
    known = pd.DataFrame({"practice": found, "matched": matches.frame["how"].to_numpy(dtype=object)})
    for column in JOINED:
        if column in facts:
            known[column] = facts[column].reindex(found).to_numpy()
    # A wrong code tells two replies of one practice all the same; "unknown" written twice does not.
    codes_given = np.array([code if CODE_FORM.fullmatch(code) else "" for code in given], dtype=object)
    keys = np.where(matches.frame["how"].to_numpy(dtype=object) == UNMATCHED, codes_given, found)
    return Practices(keys, known, matches.unmatched_frame())
