"""What differs between the records of two builds, in words."""

from __future__ import annotations

from pcse_analysis.provenance import RunRecord


def different_records(before: RunRecord, after: RunRecord) -> list[str]:
    """A line for everything that two builds were not both made from; none where they were made from the same."""
    lines = []
    for name, words in (
        ("edition", "Edition"),
        ("state", "State"),
        ("evidence_date", "Evidence date"),
        ("parameters", "Parameters"),
        ("commit", "Commit"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            lines.append(f"{words}: was {old or 'none'}, is {new or 'none'}.")
    for name, words in (
        ("code_sha256", "The code of the package"),
        ("notebooks_sha256", "The notebooks"),
        ("lock_sha256", "The lock of packages"),
    ):
        if getattr(before, name) != getattr(after, name):
            lines.append(f"{words} differs.")
    olds, news = ({file.name: file for file in record.inputs} for record in (before, after))
    for file in sorted(olds.keys() | news.keys()):
        old_file, new_file = olds.get(file), news.get(file)
        if old_file is None or new_file is None:
            lines.append(f"Input {file}: {'new' if old_file is None else 'gone'}.")
        elif old_file.sha256 != new_file.sha256:
            lines.append(f"Input {file}: differs ({old_file.rows} rows before, {new_file.rows} after).")
    for name in sorted(before.packages.keys() | after.packages.keys()):
        old, new = before.packages.get(name, "none"), after.packages.get(name, "none")
        if old != new:
            lines.append(f"Version of {name}: was {old}, is {new}.")
    return lines
