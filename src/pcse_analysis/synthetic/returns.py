"""Makes example monthly returns of the provider: one measure misses its target four times in a row, one never does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pcse_analysis.synthetic.chance import Chance
from pcse_analysis.synthetic.ledger_files import file_of, written

HEADERS = ("Service", "Measure", "Month", "Result", "Target", "Target is", "Unit", "Known on")
MONTHS = [date(2016 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(15)]
"""October 2016 to December 2017."""
DAY_OF_RETURN = 8
"""The day of the next month on which a return becomes known."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A measure with its target, in tenths, and the share of its months that miss it; ``run`` misses for certain."""

    service: str
    name: str
    target: int
    at_least: bool = True
    unit: str = "percent"
    most_off: int
    misses: float
    run: tuple[int, ...] = ()


MEASURES = (
    Measure(
        service="Medical records",
        name="Records moved within 20 working days",
        target=900,
        most_off=60,
        misses=0,
        run=(7, 8, 9, 10),
    ),
    Measure(
        service="Patient registrations",
        name="Registrations made within 3 working days",
        target=950,
        most_off=40,
        misses=0,
    ),
    Measure(service="Supplies", name="Orders sent within 5 working days", target=960, most_off=35, misses=0.2),
    Measure(service="GP payments", name="Payments made on the day due", target=985, most_off=14, misses=0.3),
    Measure(service="GP pensions", name="Letters answered within 10 working days", target=900, most_off=90, misses=0.4),
    Measure(
        service="Performers list",
        name="Mean days to decide an application",
        target=840,
        at_least=False,
        unit="days",
        most_off=300,
        misses=0.35,
    ),
    Measure(
        service="Cervical screening letters",
        name="Letters sent late",
        target=20,
        at_least=False,
        most_off=12,
        misses=0.3,
    ),
    Measure(
        service="Support centre",
        name="Mean seconds until a call is answered",
        target=600,
        at_least=False,
        unit="seconds",
        most_off=400,
        misses=0.5,
    ),
)
GAP = ("Payments made on the day due", date(2017, 3, 1))
REVISED = ("Letters answered within 10 working days", date(2017, 6, 1), date(2017, 10, 9), 60)
"""The month that is stated anew, the day on which that became known, and by how many tenths it is then worse."""


def returns(seed: str) -> dict[str, bytes]:
    """The returns by the name of their file."""
    rows = [row for measure in MEASURES for row in _rows(measure, Chance(seed, "returns", measure.name))]
    return {"kpi-returns.csv": file_of(HEADERS, rows)}


def _rows(measure: Measure, chance: Chance) -> list[dict[str, str]]:
    rows = []
    for number, month in enumerate(MONTHS):
        missed = chance.even() < measure.misses or number in measure.run
        off = chance.between(1, measure.most_off)
        tenths = measure.target + (off if missed != measure.at_least else -off)
        empty = (measure.name, month) == GAP
        rows.append(_row(measure, month, _known_on(month), "" if empty else _in_tenths(tenths)))
        if (measure.name, month) == REVISED[:2]:
            rows.append(_row(measure, month, REVISED[2], _in_tenths(tenths - REVISED[3])))
    return rows


def _row(measure: Measure, month: date, known: date, result: str) -> dict[str, str]:
    return {
        "Service": measure.service,
        "Measure": measure.name,
        "Month": month.strftime("%m/%Y"),
        "Result": result,
        "Target": _in_tenths(measure.target),
        "Target is": "at least" if measure.at_least else "at most",
        "Unit": measure.unit,
        "Known on": written(known),
    }


def _known_on(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, DAY_OF_RETURN)


def _in_tenths(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
