"""Canaries: strings planted in everything personal that exports hold, which may come out nowhere."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import pytest

from pcse_analysis.running.build import build
from tests.conftest import copy_project
from tests.pages.packed import text_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("canaries")]
EXPORTS = ("pcse-2016-10-practices.csv", "pcse-2017-12-practices.csv", "pcse-2017-12-individuals.csv")
PERSONAL = (
    *("IP Address", "Email Address", "First Name", "Last Name", "Custom Data 1"),
    *("Name of the practice", "Postcode"),
)
WRITTEN = ("Other (please specify)", "What did problems", "What one change", "Is there anything else")
CODE = "ODS practice code"
CANARY = re.compile(r"canary[a-z]{4}", re.IGNORECASE)


def letters(number: int) -> str:
    """A number in four letters, as digits might be taken for a telephone number and struck out."""
    return "".join(chr(ord("a") + number // 26**place % 26) for place in range(4))


def encoding_of(raw: bytes) -> str:
    """The encoding in which an export was written, to write it back in the same."""
    for name in ("utf-8-sig", "cp1252"):
        try:
            raw.decode(name)
        except UnicodeDecodeError:
            continue
        return name if raw.startswith(b"\xef\xbb\xbf") or name != "utf-8-sig" else "utf-8"
    return "latin-1"


def planted(path: Path) -> tuple[int, set[str]]:
    """Plant a canary in every personal and written cell of an export; how many there are, and its practice codes."""
    raw = path.read_bytes()
    encoding = encoding_of(raw)
    rows = list(csv.reader(io.StringIO(raw.decode(encoding), newline="")))
    first = next(number for number, row in enumerate(rows) if row[0] == "Respondent ID")
    heads = ["\n".join(pair).replace("\xa0", " ") for pair in zip(rows[first], rows[first + 1], strict=True)]
    count, codes = 0, set()
    for number, row in enumerate(rows[first + 2 :]):
        for column, head in enumerate(heads):
            if any(name in head for name in (*PERSONAL, *WRITTEN)):
                count += 1
                row[column] = f"Canary{letters(count)} {row[column]}".strip()
            elif CODE in head:
                if number % 40 == 0:  # some codes that no register knows
                    count += 1
                    row[column] = f"CANARY{letters(count)}".upper()
                codes.add(row[column])
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return count, {code for code in codes if len(code) == 6 and not CANARY.match(code)}


def test_nothing_personal_comes_out(tmp_path: Path) -> None:
    """Names, addresses, codes and free text of every reply are canaries; no file that a build leaves holds one.

    What is kept for the researcher under data/interim, which is never committed nor sent, does hold them: so the
    canaries were alive.
    """
    project = copy_project(tmp_path / "project")
    folder = project / "data" / "catalogue" / "surveys" / "gpc-pcse-synthetic"
    for wave in (folder / "waves").glob("*.yaml"):
        text = re.sub(r"\n +sha256: .*", "", wave.read_text(encoding="utf-8"))
        wave.write_text(text, encoding="utf-8")
    (folder / "quotes.csv").unlink()
    pages = project / "data" / "catalogue" / "pages.csv"
    kept = [line for line in pages.read_text(encoding="utf-8").splitlines() if not line.startswith("survey-service")]
    pages.write_text("\n".join(kept) + "\n", encoding="utf-8")
    count, codes = 0, set()
    for name in EXPORTS:
        more, found = planted(project / "data" / "synthetic" / name)
        count, codes = count + more, codes | found
    assert count > 5_000 and len(codes) > 500
    outputs = project / "outputs"
    build(project, "synthetic", outputs, (), 300)
    left = [p for p in project.rglob("*") if p.is_file() and "data" not in p.relative_to(project).parts]
    assert {"annex.html", "estimates.csv"} <= {p.name for p in left}
    told = {p.relative_to(project).as_posix(): text_of(p) for p in left}
    assert {name: CANARY.findall(text)[:3] for name, text in told.items() if CANARY.search(text)} == {}
    words = {name: set(re.findall(r"\b[A-Z][0-9]{5}\b", text)) & codes for name, text in told.items()}
    assert {name: sorted(found)[:3] for name, found in words.items() if found} == {}
    interim = "".join(text_of(p) for p in (project / "data" / "interim").rglob("*") if p.is_file())
    assert CANARY.search(interim)
    shutil.rmtree(project)
