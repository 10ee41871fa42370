"""All that an edition was made from and that never leaves the house: cleaned replies, and cleaned ledgers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pcse_analysis.cleaning.ledgers import CleanLedger
from pcse_analysis.errors import DATA
from pcse_analysis.evidence.replies import Replies
from pcse_analysis.origins import SourceFile

INTERIM = f"{DATA}interim"


@dataclass(frozen=True, kw_only=True)
class Received:
    """The replies of an edition, where it rests on replies; its ledgers; and the files that they come from."""

    replies: Replies | None
    ledgers: tuple[CleanLedger, ...]
    files: tuple[SourceFile, ...]


def write_interim(received: Received, root: Path, edition: str) -> None:
    """Write what must never be published: rows left out, the log of the cleaning, and practices not found.

    The files go to the git-ignored ``data/interim/<edition>/``; of an edition without replies or ledgers, none. Those
    of an earlier build that this one does not write are taken away, so that what lies there is of one build.
    """
    replies, ledgers = received.replies, received.ledgers
    tables = {
        "excluded.csv": replies.excluded if replies else None,
        "cleaning_log.csv": replies.log if replies else None,
        "unmatched.csv": replies.unmatched if replies else None,
        "ledgers_excluded.csv": pd.concat([one.excluded for one in ledgers], ignore_index=True) if ledgers else None,
        "ledgers_log.csv": pd.concat([one.steps for one in ledgers], ignore_index=True) if ledgers else None,
    }
    folder = root / INTERIM / edition
    if replies or ledgers:
        folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        if table is None:  # only these: what else lies beside them is somebody's own
            (folder / name).unlink(missing_ok=True)
            continue
        part = folder / f".{name}"
        table.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
        part.replace(folder / name)
