"""Small made-up estimates and changes, limits derived another way, and how properties are searched."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from pcse_analysis.catalogue.types import Family
from pcse_analysis.estimates import Change, Estimate

Z95 = 1.959963984540054
"""Two-sided 95 %: any table of the normal distribution, here from R's qnorm(0.975)."""
Z90 = 1.6448536269514722
"""Two-sided 90 %: R's qnorm(0.95)."""

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=60)
"""The same examples on every run."""


@st.composite
def counted_shares(draw: st.DrawFn, largest: int = 3000) -> tuple[float, int]:
    """A share that a whole count gives, and its base."""
    base = draw(st.integers(1, largest))
    return draw(st.integers(0, base)) / base, base


def wilson_roots(count: int, base: int, z: float) -> tuple[float, float]:
    """Wilson's limits as he defined them: the roots x of (count / base - x)^2 = z^2 x (1 - x) / base."""
    p = count / base
    low, high = sorted(np.roots([1 + z**2 / base, -(2 * p + z**2 / base), p**2]).real)
    return float(low), float(high)


def estimate(
    value: float | None = 0.5,
    base: int | None = 100,
    *,
    counts: tuple[int, int] | None = None,
    wave: str = "2016-10",
    item: str = "urgent_requests_not_actioned_3wk",
    **fields: object,
) -> Estimate:
    """A published share of practices; ``counts`` are those that round to it, the nearest one unless given."""
    if counts is None and value is not None and base is not None:
        counts = (round(value * base), round(value * base))
    given: dict[str, object] = {
        "id": f"{wave}.{item}",
        "survey": "gpc-pcse",
        "wave": wave,
        "respondent_group": "practice",
        "service_line": "medical_records",
        "item": item,
        "measure": "share",
        "value": value,
        "unit": "share",
        "numerator_low": counts[0] if counts else None,
        "numerator_high": counts[1] if counts else None,
        "base": base,
        "method": "made",
        "sources": ("made",),
        "known_on": "2018-01-16",
    }
    return Estimate(**(given | fields))  # type: ignore[arg-type]


def change(row: str = "a", **fields: object) -> Change:
    """A change of -10 points with a 90 % interval of -15 to -6 points, against a margin of 5."""
    given: dict[str, object] = {
        "id": row,
        "survey": "s",
        "respondent_group": "practice",
        "service_line": "supplies",
        "item": "i",
        "wave_before": "1",
        "wave_after": "2",
        "estimate_before": "b",
        "estimate_after": "a",
        "value": -0.10,
        "low90": -0.15,
        "high90": -0.06,
        "method": "made",
        "comparability": "same",
        "reason": "made",
        "margin": 0.05,
    }
    return Change(**(given | fields))  # type: ignore[arg-type]


def families(adjustment: str) -> dict[str, Family]:
    """One family named ``f`` with this adjustment."""
    return {"f": Family(id="f", label="made", adjustment=adjustment, fixed="before")}  # type: ignore[arg-type]
