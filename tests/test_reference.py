"""The facts in ``data/published`` are those of the reference they were taken from; its sentences are not copied."""

import csv
import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
REFERENCE = SHARED / "reference"
RENAMED = {"item_id": "item", "base_n": "base"}


@pytest.fixture(autouse=True)
def reference() -> None:
    """Where the reference is not at hand the tests are skipped; in CI it must be there."""
    if not REFERENCE.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("../shared/reference is missing, and CI must have it")
        pytest.skip("../shared/reference is not on this machine")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_published_figure_is_that_of_the_reference() -> None:
    """Same items in the same order; percentage, count, base, group, line and confidence alike."""
    ours = rows(ROOT / "data/published/survey_results.csv")
    theirs = [
        {RENAMED.get(k, k): v for k, v in row.items()} for row in rows(REFERENCE / "published_survey_results.csv")
    ]
    columns = ("wave", "respondent_group", "service_line", "item", "percent", "count", "base", "confidence")
    assert [[row[c] for c in columns] for row in ours] == [[row[c] for c in columns] for row in theirs]


def test_every_source_of_a_figure_is_listed_with_its_address() -> None:
    """Addresses of a reference row are those of our row's sources; the letter itself has none."""
    address = {row["id"]: row["url"] for row in rows(ROOT / "data/published/sources.csv")}
    theirs = rows(REFERENCE / "published_survey_results.csv")
    for mine, reference_row in zip(rows(ROOT / "data/published/survey_results.csv"), theirs, strict=True):
        found = {address[source] for source in mine["sources"].split("; ")} - {""}
        assert found == {url.strip() for url in reference_row["source_url"].split(";")}, mine["item"]


def test_every_register_figure_is_that_of_the_reference() -> None:
    """All rows of the reference with the same value; ours has one more, the derived count of July 2016."""
    ours = rows(ROOT / "data/published/population_frames.csv")
    theirs = rows(REFERENCE / "population_frames.csv")
    derived = [row for row in ours if row["id"] == "practices-england-2016-07-01-derived"]
    assert [row["value"] for row in derived] == [str(7411 + 202 - 8)]
    kept = sorted((row["measure"], row["area"], row["value"], row["basis"]) for row in ours if row not in derived)
    assert kept == sorted((row["measure"], row["area"], row["value"], row["basis"]) for row in theirs)


def test_every_event_and_service_line_of_the_reference_is_there() -> None:
    """Dates of the timeline and ids of the service lines, in the reference's order."""
    assert [row["date"] for row in rows(ROOT / "data/published/timeline.csv")] == [
        row["date"] for row in rows(REFERENCE / "timeline.csv")
    ]
    assert [row["id"] for row in rows(ROOT / "data/catalogue/service_lines.csv")] == [
        row["service_line"] for row in rows(REFERENCE / "service_lines.csv")
    ]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def test_no_sentence_of_the_letters_is_copied() -> None:
    """No run of eight words of a letter stands in the catalogue or the notebooks."""
    runs = set()
    for path in (REFERENCE / "letters").glob("*.txt"):
        letter = words(path.read_text(encoding="utf-8"))
        runs |= {tuple(letter[i : i + 8]) for i in range(len(letter) - 7)}
    for path in [*(ROOT / "data").rglob("*.*"), *(ROOT / "notebooks").glob("*.ipynb")]:
        if path.suffix in (".csv", ".yaml", ".ipynb"):
            # One of the made-up exports is in Windows-1252, as some platforms write it.
            mine = words(path.read_text(encoding="utf-8", errors="replace"))
            copied = [" ".join(mine[i : i + 8]) for i in range(len(mine) - 7) if tuple(mine[i : i + 8]) in runs]
            assert copied == [], path.name
