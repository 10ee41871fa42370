"""What differs between the records of two builds, in words."""

from __future__ import annotations

from pcse_analysis.attachment.verify import parameters_of
from pcse_analysis.origins import RunRecord


def different_records(before: RunRecord, after: RunRecord) -> list[str]:
    """A line for everything that two builds were not both made from; none where they were made from the same."""
    lines = []
    for name, words in (
        ("edition", "Edition"),
        ("state", "State"),
        ("evidence_date", "Evidence date"),
        ("commit", "Commit"),
    ):
        old, new = (getattr(record, name) for record in (before, after))
        if old != new:
            lines.append(f"{words}: was {old or 'none'}, is {new or 'none'}.")
    given = [parameters_of(record) for record in (before, after)]
    if given[0] != given[1]:
        lines.append(f"Parameters: were {given[0]}, are {given[1]}.")
    corrected = [r.supersedes.annex_sha256 if r.supersedes else "none" for r in (before, after)]
    if corrected[0] != corrected[1]:
        lines.append(f"Annex that it corrects: was {corrected[0]}, is {corrected[1]}.")
    for name, words in (
        ("code_sha256", "The code of the package differs"),
        ("notebooks_sha256", "The notebooks differ"),
        ("lock_sha256", "The lock of packages differs"),
    ):
        if getattr(before, name) != getattr(after, name):
            lines.append(f"{words}.")
    olds, news = ({file.name: file for file in record.inputs} for record in (before, after))
    for file in sorted(olds.keys() | news.keys()):
        old_file, new_file = olds.get(file), news.get(file)
        if old_file is None or new_file is None:
            lines.append(f"Input {file}: {'new' if old_file is None else 'gone'}.")
        elif old_file.sha256 != new_file.sha256:
            rows = f" ({old_file.rows} rows before, {new_file.rows} after)" if old_file.rows or new_file.rows else ""
            lines.append(f"Input {file}: differs{rows}.")
    for name in sorted(before.packages.keys() | after.packages.keys()):
        old, new = before.packages.get(name, "none"), after.packages.get(name, "none")
        if old != new:
            lines.append(f"Version of {name}: was {old}, is {new}.")
    return lines
