"""The files that figures of replies are made from: each export and each list of practices, with its days."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.reporting.answers import waves_asked
from pcse_analysis.reporting.figures import date, wave_name
from pcse_analysis.reporting.tables import Cell, Table

SAME = "Each file is read as it was received and never edited; its SHA-256 stands under Provenance."


def source_files(dossier: Dossier) -> Markup:
    """A sentence and a table: for each wave its exports and the lists that its practices are set against."""
    rows: list[list[Cell]] = []
    for wave in waves_asked(dossier):
        name = wave_name(wave)
        days = Markup("replies from {} to {}").format(date(wave.fieldwork_start), date(wave.fieldwork_end))
        for export in wave.exports.values():
            words = Markup("Replies of {}, {}").format(dossier.survey.groups[export.group], name)
            rows.append([export.file, words, days])
        if wave.register is not None:
            as_of = Markup("as of {}").format(date(wave.register.as_of))
            lists = ((wave.register.practices, "Practices"), (wave.register.payments, "Number of patients"))
            rows += [[file, Markup("{}, for {}").format(words, name), as_of] for file, words in lists if file]
    if not rows:
        return Markup("<p>No export of replies is held.</p>")
    table = Table("Table J. Files behind the figures, and the days they are about", ("File", "What", "Days"), rows)
    return Markup("<p>{}</p>\n{}").format(SAME, table)
