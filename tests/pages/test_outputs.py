"""What a build leaves behind: exactly the files and columns that DESIGN section 6a lists."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from tests.pages.packed import text_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]

ESTIMATE_COLUMNS = [
    "id",
    "survey",
    "wave",
    "respondent_group",
    "service_line",
    "item",
    "measure",
    "category",
    "group_by",
    "group",
    "value",
    "low",
    "high",
    "confidence",
    "unit",
    "numerator",
    "numerator_low",
    "numerator_high",
    "base",
    "base_status",
    "weighted_base",
    "effective_base",
    "missing",
    "method",
    "weighting",
    "suppressed",
    "sources",
    "known_on",
]
CHANGE_COLUMNS = [
    "id",
    "survey",
    "respondent_group",
    "service_line",
    "item",
    "group_by",
    "group",
    "wave_before",
    "wave_after",
    "estimate_before",
    "estimate_after",
    "value",
    "low",
    "high",
    "low90",
    "high90",
    "low_rounding",
    "high_rounding",
    "confidence",
    "method",
    "comparability",
    "reason",
    "margin",
    "family",
    "family_size",
    "p_value",
    "p_adjusted",
    "p_equivalence",
    "verdict",
    "exceeds_margin",
    "no_improvement",
    "base_tipping_before",
    "base_tipping_after",
    "base_tipping_both",
    "tipping_nonresponse",
]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_edition_holds_the_files_of_design_section_6a_and_no_others(published: Path) -> None:
    """Annex and its other forms, pages of nine services, of promises and of standards, CSVs, record and sums."""
    files = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()}
    pages = {name for name in files if name.startswith("pages/")}
    tables = {name for name in files if name.startswith("tables/")}
    forms = {"annex.xlsx", "annex.docx", "annex.pdf"}
    named = {"annex.html", "estimates.csv", "changes.csv", "provenance.json", "SHA256SUMS"}
    assert files - pages - tables - forms == named
    assert {"annex.xlsx", "annex.docx"} <= files
    assert len(pages) == 9 + 2 and {"pages/commitments.html", "pages/service-standards.html"} <= pages
    assert all(name.endswith(".csv") for name in tables)


def test_the_csv_columns_are_those_of_design_section_6a(published: Path) -> None:
    """Column order as DESIGN section 6a prints it."""
    for name, columns in (("estimates.csv", ESTIMATE_COLUMNS), ("changes.csv", CHANGE_COLUMNS)):
        head = (published / name).read_bytes().split(b"\n")[0].decode("utf-8").split(",")
        assert head == columns
        assert b"\r" not in (published / name).read_bytes()
        ids = [row["id"] for row in rows(published / name)]
        assert ids == sorted(ids) and len(ids) == len(set(ids))


def test_the_sums_are_those_of_the_files(published: Path) -> None:
    """Every file but the list itself and the PDF, which holds the time; hashed anew with hashlib."""
    lines = (published / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {p.relative_to(published).as_posix(): p for p in published.rglob("*") if p.is_file()}
    assert set(listed) == set(files) - {"SHA256SUMS", "annex.pdf"}
    assert all(hashlib.sha256(files[name].read_bytes()).hexdigest() == digest for name, digest in listed.items())


def test_the_record_names_inputs_lock_code_and_parameters(published: Path) -> None:
    """Hashes of the inputs are those of the files in the repository."""
    record = json.loads((published / "provenance.json").read_text(encoding="utf-8"))
    root = Path(__file__).parents[2]
    assert record["edition"] == "published"
    assert record["parameters"] == {}
    hashes = {one["name"]: one["sha256"] for one in record["inputs"]}
    for name in ("data/published/survey_results.csv", "data/catalogue/surveys/gpc-pcse/comparability.csv"):
        assert hashes[name] == hashlib.sha256((root / name).read_bytes()).hexdigest()
    assert record["lock_sha256"] == hashlib.sha256((root / "requirements.lock").read_bytes()).hexdigest()
    assert len(record["code_sha256"]) == 64


def test_no_machine_path_stands_in_any_output(published: Path, tmp_path: Path) -> None:
    """Neither the project's folder nor the folder of the build is named anywhere."""
    for path in published.rglob("*"):
        if path.is_file():
            text = text_of(path)
            assert str(published.parent) not in text
            assert str(Path(__file__).parents[2]) not in text


def test_urgent_requests_and_registrations_improved_by_19_points(published: Path) -> None:
    """Published percentages 81 to 62 and 58 to 39; limits of Newcombe's interval as printed in the commission."""
    changes = {row["item"]: row for row in rows(published / "changes.csv")}
    for item, low, high in (
        ("urgent_requests_not_actioned_3wk", -0.2445, -0.1295),
        ("registrations_not_processed_3d", -0.2559, -0.1217),
    ):
        row = changes[item]
        assert row["verdict"] == "improved"
        assert round(float(row["value"]), 4) == -0.19
        assert round(float(row["low"]), 4) == low
        assert round(float(row["high"]), 4) == high


def test_incorrect_records_have_a_range_and_no_value(published: Path) -> None:
    """DESIGN section 5: points -3 to +33, in full about -15 to +42, unclear, value empty."""
    row = {row["item"]: row for row in rows(published / "changes.csv")}["incorrect_records_received_3m"]
    assert (row["value"], row["verdict"], row["comparability"]) == ("", "unclear", "window_differs")
    assert round(float(row["low"]), 2) == -0.15
    assert round(float(row["high"]), 2) == 0.42


def test_the_28_percent_is_set_against_neither_88_nor_93_percent(published: Path) -> None:
    """Different questions: a row that says so, without any number."""
    pairs = {
        row["item"]: row
        for row in rows(published / "changes.csv")
        if "records_missed_agreed_date" in row["estimate_before"]
    }
    assert set(pairs) == {"records_waiting_collection", "records_awaiting_delivery"}
    for row in pairs.values():
        assert row["comparability"] == "not_comparable"
        assert row["reason"]
        assert not any(row[name] for name in ("value", "low", "high", "p_value", "verdict"))
