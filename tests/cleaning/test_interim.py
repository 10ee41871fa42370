"""What is kept in ``data/interim`` of one build: its own files, and nothing of an earlier one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pcse_analysis.evidence.received import Received, write_interim
from tests.cleaning.made_ledgers import MadeLedger, row

OF_LEDGERS = {"ledgers_excluded.csv", "ledgers_log.csv"}
OF_REPLIES = {"excluded.csv", "cleaning_log.csv", "unmatched.csv"}


def received(root: Path, *, ledgers: bool) -> Received:
    log = MadeLedger(root)
    log.write(row("1"), row("2"))
    return Received(replies=None, ledgers=(log.cleaned(),) if ledgers else (), files=())


def test_what_an_earlier_build_left_is_taken_away(tmp_path: Path) -> None:
    """Of the names that the package writes, those of this build stay; a colleague's own file stays in any case."""
    folder = tmp_path / "data" / "interim" / "made"
    folder.mkdir(parents=True)
    for name in {*OF_REPLIES, *OF_LEDGERS, "notes.csv", "excluded.xlsx"}:
        (folder / name).write_text("earlier", encoding="utf-8")
    (folder / "ledgers_log").mkdir()
    write_interim(received(tmp_path, ledgers=True), tmp_path, "made")
    assert {path.name for path in folder.iterdir()} == {*OF_LEDGERS, "notes.csv", "excluded.xlsx", "ledgers_log"}
    assert set(pd.read_csv(folder / "ledgers_log.csv")["ledger"]) == {"log"}
    assert (folder / "notes.csv").read_text(encoding="utf-8") == "earlier"


def test_an_edition_without_ledgers_leaves_none_of_them(tmp_path: Path) -> None:
    """Its ledgers were taken out of the catalogue after an earlier build."""
    folder = tmp_path / "data" / "interim" / "made"
    write_interim(received(tmp_path, ledgers=True), tmp_path, "made")
    assert {path.name for path in folder.iterdir()} == OF_LEDGERS
    write_interim(received(tmp_path, ledgers=False), tmp_path, "made")
    assert list(folder.iterdir()) == []


def test_another_edition_is_not_touched(tmp_path: Path) -> None:
    """And an edition with nothing to keep makes no folder."""
    write_interim(received(tmp_path, ledgers=True), tmp_path, "made")
    write_interim(received(tmp_path, ledgers=False), tmp_path, "other")
    interim = tmp_path / "data" / "interim"
    assert {path.relative_to(interim).as_posix() for path in interim.rglob("*.csv")} == {
        f"made/{name}" for name in OF_LEDGERS
    }
    assert not (interim / "other").exists()
