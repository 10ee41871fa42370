"""Codes of claimants and cases, planted in every kind of file that leaves the house: the gate refuses each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path

import docx
import pandas as pd
import pytest
import xlsxwriter

from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.estimates import Figures, write_figures
from pcse_analysis.evidence.protected import codes_in, codes_of
from pcse_analysis.evidence.received import Received
from pcse_analysis.running.outcomes import EXIT_GATE, RunError
from pcse_analysis.running.plan import Plan
from tests.dossiers import own_dossier, own_inputs
from tests.pages.gated import gate
from tests.pages.test_gate import PAGE
from tests.reporting.made import ledger

CODES = {"a claimant's code": "C1236", "a case's id": "ISS-00001", "who raised it": "Jo O'Brien & Co"}
FILES = ("annex.html", "estimates.csv", "annex.xlsx", "annex.docx", "pages/issue-log.html", "provenance.json")


def received(*codes: str) -> Received:
    """What an edition rests on: a ledger in which every code is the id of a case, and of who raised it."""
    none = pd.DataFrame()
    frame = pd.DataFrame({"id": codes, "who": pd.Categorical(codes), "line": range(2, 2 + len(codes))})
    one = CleanLedger(ledger=ledger("issue-log"), frame=frame, received=len(codes), excluded=none, steps=none)
    return Received(replies=None, ledgers=(one,), files=())


def workbook(path: Path, *words: str) -> None:
    """A sheet with a row of numbers for each of 1,300 rows, so that a cell C1236 is there, and words in A1 and on."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Table")
        for row in range(1300):
            sheet.write_row(row, 1, [row, row])
        for row, word in enumerate(words):
            sheet.write_string(row, 0, word)
        sheet.set_selection("C1236")
        sheet.conditional_format("B1:B9", {"type": "no_errors", "multi_range": "B1:B9 C1236 C1240:C1250"})


def staged(folder: Path) -> Path:
    """An edition without figures: a page that keeps every rule, a workbook, a document, and the CSVs."""
    (folder / "pages").mkdir(parents=True)
    for name in ("annex.html", "pages/issue-log.html"):
        (folder / name).write_text(PAGE, encoding="utf-8")
    (folder / "provenance.json").write_text('{"edition": "made"}\n', encoding="utf-8")
    write_figures(Figures((), ()), folder)
    workbook(folder / "annex.xlsx", "A table")
    document(folder / "annex.docx", "A page")
    return folder


def document(path: Path, words: str) -> None:
    made = docx.Document()
    made.add_paragraph(words)
    made.save(str(path))


def plant(folder: Path, name: str, code: str) -> None:
    """The code as a writer of such a file would write it: in a cell, a paragraph, an element, a field."""
    path = folder / name
    match path.suffix:
        case ".html":
            text = PAGE.replace('<a href="#one">One</a>', f'<a href="#one">One</a> {escape(code)}', 1)
            assert text != PAGE
            path.write_text(text, encoding="utf-8")
        case ".xlsx":
            workbook(path, "A table", code)
        case ".docx":
            document(path, f"Raised by {code}.")
        case ".json":
            path.write_text(f'{{"edition": "{code}"}}\n', encoding="utf-8")
        case _:
            path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + f'\n"{code}"\n', encoding="utf-8")


def said_of(folder: Path, given: Received, root: Path, own: dict[str, frozenset[str]] | None = None) -> str:
    """What the gate says of an edition; nothing where it lets it pass."""
    plan = Plan(root=root, catalogue=own_inputs().catalogue, edition="published", given={}, pages=())
    dossier = replace(own_dossier("published"), figures=Figures((), ()))
    try:
        gate(folder, plan, dossier, given, own)
    except RunError as error:
        assert error.exit_code == EXIT_GATE
        assert (root / "build" / "refused" / "published" / "annex.html").is_file()
        return str(error)
    return ""


@pytest.mark.parametrize("name", [name for name in FILES if name != "estimates.csv"])
@pytest.mark.parametrize("what", CODES)
def test_a_code_in_any_file_is_refused(tmp_path: Path, name: str, what: str) -> None:
    """The file and the length of the code are named, and not the code."""
    code = CODES[what]
    folder = staged(tmp_path / "edition")
    plant(folder, name, code)
    told = said_of(folder, received(*CODES.values(), "ISS-00002"), tmp_path)
    assert f"{name}: holds the code of a person, practice or case ({len(code)} characters)" in told
    assert code not in told and told.count("holds the code") == 1


@pytest.mark.parametrize("what", CODES)
def test_a_code_in_a_csv_is_refused(tmp_path: Path, what: str) -> None:
    """A table beside the page, as ``tables/`` has them."""
    folder = staged(tmp_path / "edition")
    (folder / "tables").mkdir()
    (folder / "tables" / "i1.csv").write_text("Issues,Number\n", encoding="utf-8")
    plant(folder, "tables/i1.csv", CODES[what])
    told = said_of(folder, received(CODES[what]), tmp_path)
    assert "tables/i1.csv: holds the code" in told


def test_nothing_planted_is_let_pass(tmp_path: Path) -> None:
    """C1236 is the name of a cell, of a selection and of a range of the workbook; no cell says it."""
    assert said_of(staged(tmp_path / "edition"), received(*CODES.values()), tmp_path) == ""


def test_the_page_of_a_practice_may_hold_its_own_code_and_no_other(tmp_path: Path) -> None:
    """That a practice is on the register is public; which of two did reply is not told by what the gate lets pass."""
    folder, page = staged(tmp_path / "edition"), "pages/issue-log.html"
    own = {page: frozenset({"C1236"})}
    plant(folder, page, "C1236")
    assert said_of(folder, received("C1236", "C9999"), tmp_path, own) == ""
    assert f"{page}: holds the code" in said_of(folder, received("C1236", "C9999"), tmp_path)
    plant(folder, page, "C9999")
    assert f"{page}: holds the code" in said_of(folder, received("C1236", "C9999"), tmp_path, own)
    plant(folder, page, "C1236")
    plant(folder, "annex.html", "C1236")
    told = said_of(folder, received("C1236", "C9999"), tmp_path, own)
    assert "annex.html: holds the code" in told and told.count("holds the code") == 1


NEAR: dict[str, Callable[[str], str]] = {
    "longer": lambda code: code + "x",
    "shorter": lambda code: code[:-1],
    "in a word": lambda code: "X" + code,
}


@pytest.mark.parametrize("way", NEAR)
@pytest.mark.parametrize("what", CODES)
def test_what_only_looks_like_a_code_is_let_pass(tmp_path: Path, what: str, way: str) -> None:
    folder = staged(tmp_path / "edition")
    plant(folder, "annex.html", NEAR[way](CODES[what]))
    assert said_of(folder, received(*CODES.values()), tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ISS-00001", {"ISS-00001"}),
        ("of ISS-00001, and ISS-00002.", {"ISS-00001", "ISS-00002"}),
        ("ISS 00001", set()),  # other signs between: another name
        ("ISS-000011", set()),
        ("1,234", set()),  # a number, not the id 1-234
        ("<b>1-234</b>", {"1-234"}),
        ("C1236-ISS-00001", {"C1236", "ISS-00001"}),
        ("LMC1", set()),  # too short to tell anybody from a word
        ("", set()),
    ],
)
def test_codes_are_found_as_words_of_their_own(text: str, found: set[str]) -> None:
    codes = codes_of(received("ISS-00001", "ISS-00002", "1-234", "C1236", "LMC1", "-----"))
    assert codes_in(text, codes) == found


def test_two_codes_with_the_same_words_are_two() -> None:
    codes = codes_of(received("AB-001", "AB 001"))
    assert codes_in("AB 001", codes) == {"AB 001"}
    assert codes_in("AB-001", codes) == {"AB-001"}


def test_a_word_of_the_house_is_nobodys_code() -> None:
    """A log that says "Practice" of who raised an issue must not be refused; a name, or a code with a digit, is one."""
    house = "Share of practices | GP practice | Dr at a Practice"
    codes = codes_of(received("Practice", "GP practice", "Jo Practice", "GP practice 7"), house)
    assert codes_in("GP practice 7 and a Practice, of Jo Practice", codes) == {"Jo Practice", "GP practice 7"}
