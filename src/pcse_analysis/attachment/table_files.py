"""Every table of a page as a CSV file beside it: as it is printed, a row a row, with one row of heads."""

from __future__ import annotations

import csv
import io
import re

from bs4 import BeautifulSoup

FOLDER = "tables"
LONGEST = 60


def table_files(html: str, page: str) -> dict[str, str]:
    """The tables of a page as CSV, by the name of the file that each belongs in, relative to the edition's folder.

    Marks such as [c] stay; a range stays as it is printed, such as "12 to 24".
    """
    soup = BeautifulSoup(html, "html.parser")
    folder = f"{FOLDER}/{page.removesuffix('.html')}"
    found = {}
    for number, table in enumerate(soup.find_all("table"), start=1):
        caption = " ".join(table.caption.get_text().split()) if table.caption else ""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for row in table.find_all("tr"):
            writer.writerow([" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])])
        found[f"{folder}/{number:02d}-{_slug(caption)}.csv"] = out.getvalue()
    return found


def _slug(caption: str) -> str:
    """A caption as part of a file's name."""
    words = re.sub(r"[^a-z0-9]+", "-", caption.removeprefix("Table ").lower()).strip("-")
    return words[:LONGEST].rstrip("-") or "table"
