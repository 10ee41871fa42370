"""What the distinct values of a column mean, and the counts of what was repaired."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pcse_analysis.catalogue.raw import ExportFile, MissingKind, Recode
from pcse_analysis.cleaning.exports import Coded
from pcse_analysis.cleaning.values import Meanings, Repairs
from pcse_analysis.responses import STATES


def coded(*cells: str) -> Coded:
    """A column of cells."""
    values = list(dict.fromkeys(cells))
    return Coded(values, np.array([values.index(cell) for cell in cells]))


def plan(*recodes: Recode, missing: Mapping[str, MissingKind] | None = None) -> ExportFile:
    """What a wave's file says of an export's values."""
    return ExportFile(
        id="replies", catalogue_file="", file="", group="practice", recodes=recodes, missing=dict(missing or {})
    )


def recode(found: str, meant: str, *items: str) -> Recode:
    """One value that is taken for another one."""
    return Recode(items=items, found=found, meant=meant, reason="made up", line=1)


def meant(
    column: Coded, described: ExportFile, item: str = "waited", labels: Mapping[str, str] | None = None
) -> tuple[list[str], Repairs]:
    """For each row its text, or its state in brackets where it has none, and what was repaired."""
    repairs = Repairs()
    found = Meanings(described, repairs).of(column, item, labels)
    texts = [found.texts[code] or f"({STATES[found.states[code]]})" for code in column.codes]
    return texts, repairs


def test_blanks_are_made_plain_and_counted_by_cell() -> None:
    """Origin: by hand: three of five cells have odd blanks; an all-blank one is no repair."""
    texts, repairs = meant(coded("Yes", "Yes ", "Not\xa0yet", "Yes ", "  "), plan())
    assert texts == ["Yes", "Yes", "Not yet", "Yes", "(not_answered)"]
    assert repairs.blanks == 3


def test_recodes_are_counted_by_cell() -> None:
    """Origin: by hand: two cells; the recode of another question is left alone."""
    mine, other = recode("Ys", "Yes", "waited"), recode("No", "Never", "other")
    texts, repairs = meant(coded("Ys", "No", "Ys"), plan(mine, other))
    assert texts == ["Yes", "No", "Yes"]
    assert repairs.recoded == {mine: 2}


def test_a_recode_without_a_question_is_for_all() -> None:
    """Origin: by hand; blanks in the cell or in the recode do not matter."""
    texts, repairs = meant(coded(" Ys", "Ys"), plan(recode("Ys ", "Yes")))
    assert texts == ["Yes", "Yes"]
    assert sum(repairs.recoded.values()) == 2
    assert repairs.blanks == 0


def test_the_recode_of_a_question_goes_before_the_one_for_all() -> None:
    """Origin: by hand: whatever their order in the file."""
    mine, general = recode("x", "Yes", "waited"), recode("x", "No")
    for order in ((mine, general), (general, mine)):
        assert meant(coded("x"), plan(*order))[0] == ["Yes"]


def test_an_empty_cell_can_be_recoded() -> None:
    """Origin: by hand: a platform that writes nothing for 'No'."""
    assert meant(coded("", "Yes"), plan(recode("", "No", "waited")))[0] == ["No", "Yes"]


def test_five_kinds_of_missing() -> None:
    """Origin: by hand: what stands for each kind; what is empty was not answered."""
    kinds: dict[str, MissingKind] = {
        "n/a": "not_applicable",
        "DK": "dont_know",
        "refused": "prefer_not_to_say",
        "skipped": "not_asked",
        "-": "not_answered",
    }
    texts, _ = meant(coded("n/a", "DK", "refused", "skipped", "-", "", "Yes", " DK "), plan(missing=kinds))
    assert texts == [
        "(not_applicable)",
        "(dont_know)",
        "(prefer_not_to_say)",
        "(not_asked)",
        "(not_answered)",
        "(not_answered)",
        "Yes",
        "(dont_know)",
    ]


def test_a_recode_may_lead_to_a_kind_of_missing() -> None:
    """Origin: by hand."""
    texts, _ = meant(coded("dunno"), plan(recode("dunno", "DK"), missing={"DK": "dont_know"}))
    assert texts == ["(dont_know)"]


def test_codes_become_labels_before_anything_else() -> None:
    """Origin: by hand: 1 is Yes, 9 stands for missing, 3 has no label; below nothing is the question."""
    labels = {"": "Did you wait?", "1": "Yes", "9": "DK", "2": "Ys"}
    described = plan(recode("Ys", "Yes"), missing={"DK": "dont_know"})
    texts, _ = meant(coded("1", "9", "3", "", "2"), described, labels=labels)
    assert texts == ["Yes", "(dont_know)", "3", "(not_answered)", "Yes"]


def test_the_first_value_of_a_column_does_not_change_its_meaning() -> None:
    """Origin: the law: the order of the rows is of no matter."""
    cells = ["Ys", " Yes", "", "DK", "No", "Ys"]
    described = plan(recode("Ys", "Yes"), missing={"DK": "dont_know"})
    forwards, first = meant(coded(*cells), described)
    backwards, second = meant(coded(*reversed(cells)), described)
    assert backwards == forwards[::-1]
    assert first == second
