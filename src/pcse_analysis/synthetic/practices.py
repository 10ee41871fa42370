"""Made-up practices and the two official lists that they stand in: the practice file of ODS and NHS Payments."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pcse_analysis.synthetic.chance import Chance, on_line
from pcse_analysis.synthetic.plan import RegisterPlan

FIRST_CODE, CODE_STEP = 10007, 73
"""Codes are far apart, so that a slip of the pen in one does not make another."""
INWARD = "ABDEFGHJLNPQRSTUWXY"
"""Letters of the second half of a postcode but Z: the pseudo postcodes of the NHS in ZZ99 end in Z."""
LONG_OPEN, ENDED_EARLY = "19740401", "20160331"
ENDED_BETWEEN, OPENED_BETWEEN = "20170630", "20170403"
GP_PRACTICE, OTHER_SETTING = "4", "1"
CONTRACTS = ("GMS", "GMS", "GMS", "PMS", "PMS", "APMS")
PENCE_A_PATIENT = {
    "Global Sum": 8028,
    "Premises Payments": 1302,
    "Total QOF Payments": 1176,
    "Total Local Enhanced Services": 418,
}
"""What the made-up practices are paid by heading, about; the other headings are 0."""
TOTAL = "Total NHS Payments to General Practice"
DEDUCTIONS = "Deductions for Pensions, Levies and Prescription Charge Income"
NET = "Total NHS Payments to General Practice Minus Deductions"


@dataclass(frozen=True, kw_only=True)
class Practice:
    """A made-up practice. ``opened`` and ``closed`` are written as ODS does; ``bent`` is its luck with services."""

    number: int
    code: str
    name: str
    postcode: str
    phone: str
    region: str
    region_code: str
    ccg: str
    ccg_code: str
    opened: str
    closed: str
    setting: str
    patients: int
    weighted: int
    contract: str
    dispensing: bool
    in_payments: bool
    bent: float

    def is_open(self, day: str) -> bool:
        """Whether it is a GP practice that is open on ``day`` (year-month-day)."""
        written = day.replace("-", "")
        return self.setting == GP_PRACTICE and self.opened <= written and (not self.closed or self.closed >= written)


def make_practices(plan: RegisterPlan, always_open: Sequence[str], seed: str) -> list[Practice]:
    """All practices of the register; those with a code in ``always_open`` are GP practices open at every time."""
    chance = Chance(seed, "register")
    count = plan.counts["listed"]
    codes = [f"X{FIRST_CODE + CODE_STEP * place}" for place in range(count)]
    free = chance.shuffled([place for place, code in enumerate(codes) if code not in always_open])
    kinds = {}
    for kind in (*(key for key in plan.counts if key not in ("listed", "ccgs_in_each_region")),):
        kinds[kind] = set(free[: plan.counts[kind]])
        del free[: plan.counts[kind]]
    return [_practice(place, code, kinds, plan, chance) for place, code in enumerate(codes)]


def _practice(place: int, code: str, kinds: dict[str, set[int]], plan: RegisterPlan, chance: Chance) -> Practice:
    region = chance.below(len(plan.regions))
    ccg = chance.below(plan.counts["ccgs_in_each_region"]) + 1
    patients = on_line(plan.list_sizes, chance.even())
    closed = ENDED_EARLY if place in kinds["closed_before_first_wave"] else ""
    unseen, digit = divmod(place, 10)
    return Practice(
        number=place + 1,
        code=code,
        name=f"EXAMPLE SURGERY {place + 1:04d}",
        postcode=f"ZZ99 {digit}{INWARD[unseen // len(INWARD)]}{INWARD[unseen % len(INWARD)]}",
        phone=f"01632 960{place % 1000:03d}",
        region=f"SYNTHETIC REGION {plan.regions[region]}",
        region_code=f"XR{region + 1}",
        ccg=f"SYNTHETIC CCG {plan.regions[region]} {ccg}",
        ccg_code=f"X{region + 1}{ccg}",
        opened=OPENED_BETWEEN if place in kinds["opened_between_waves"] else LONG_OPEN,
        closed=ENDED_BETWEEN if place in kinds["closed_between_waves"] else closed,
        setting=OTHER_SETTING if place in kinds["not_gp_practices"] else GP_PRACTICE,
        patients=0 if place in kinds["without_patients"] else patients,
        weighted=0 if place in kinds["without_patients"] else patients * chance.between(86, 118) // 100,
        contract=chance.one_of(CONTRACTS),
        dispensing=chance.even() < 0.14,
        in_payments=place
        not in kinds["without_payments"] | kinds["not_gp_practices"] | kinds["closed_before_first_wave"],
        bent=chance.bell() + (0.25 if region == 0 else 0.0),
    )


def practice_file(practices: Iterable[Practice]) -> str:
    """The practices in the form of ``epraccur`` of ODS: 27 columns, no header, every cell in quotation marks."""
    rows = []
    for practice in practices:
        address = [f"{practice.number} EXAMPLE STREET", "", "", "", "", practice.postcode]
        status = ["C" if practice.closed else "A", "B", practice.ccg_code, "20130401", practice.closed]
        contact = [practice.phone, "", "", "", "0", "", practice.ccg_code, "", practice.setting, ""]
        whole = ["Y99", practice.region_code, *address, practice.opened, practice.closed, *status, *contact]
        rows.append([practice.code, practice.name, *whole])
    return _csv(rows, csv.QUOTE_ALL)


def payments_file(practices: Iterable[Practice], headings: Sequence[str]) -> str:
    """The practices in the form of NHS Payments to General Practice, and one row of payments to unknown practices."""
    rows = [list(headings)]
    for practice in practices:
        if practice.in_payments:
            rows.append([_cells(practice).get(heading.strip(), "0") for heading in headings])
    unknown = {"Practice Code": "UNKNOWN", "Practice Name": "UNKNOWN", "Practice Type": "N/A", TOTAL: "1250.00"}
    numbers = [heading for heading in headings if heading not in rows[0][:16]]
    unknown = {**dict.fromkeys(numbers, "0"), **unknown, NET: "1250.00"}
    return _csv([*rows, [unknown.get(heading, "") for heading in headings]], csv.QUOTE_MINIMAL)


def _cells(practice: Practice) -> dict[str, str]:
    paid = {heading: pence * practice.weighted for heading, pence in PENCE_A_PATIENT.items()}
    total = sum(paid.values())
    deducted = total * 11 // 100
    averages = [total // patients if patients else 0 for patients in (practice.patients, practice.weighted)]
    return {
        "NHS England (Region) code": practice.region_code,
        "NHS England (Region) Name": practice.region,
        "CCG Code": practice.ccg_code,
        "CCG NAME": practice.ccg,
        "Practice Code": practice.code,
        "Practice Name": practice.name,
        "Practice Address": f"{practice.number} EXAMPLE STREET",
        "Practice Postcode": practice.postcode,
        "Practice Open Date": _day_first(practice.opened),
        "Practice Close Date": _day_first(practice.closed),
        "Contract Type": practice.contract,
        "Dispensing Practice": "Yes" if practice.dispensing else "No",
        "Practice Type": "GP practice",
        "Practice Rurality": "Rural" if practice.dispensing else "Urban",
        "Atypical Characteristics": "",
        "Quarter used for patient data": "Q4",
        "Number of Registered Patients (Last Known Figure)": str(practice.patients),
        "Number of Weighted Patients (Last Known Figure)": str(practice.weighted),
        "Average payments per registered patient": _pounds(averages[0]),
        "Average payments per weighted patient": _pounds(averages[1]),
        **{heading: _pounds(pence) for heading, pence in paid.items()},
        TOTAL: _pounds(total),
        DEDUCTIONS: f"-{_pounds(deducted)}",
        NET: _pounds(total - deducted),
    }


def _day_first(day: str) -> str:
    return f"{day[6:]}/{day[4:6]}/{day[:4]}" if day else ""


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def _csv(rows: Iterable[Sequence[str]], quoting: int) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()
