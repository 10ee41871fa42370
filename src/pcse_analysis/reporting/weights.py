"""How replies were weighted to the register, and what that costs in precision."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.catalogue.raw import REGISTER_WORDS
from pcse_analysis.catalogue.types import Wave
from pcse_analysis.dossier import Dossier
from pcse_analysis.reporting.figures import figure, wave_name
from pcse_analysis.reporting.html import joined
from pcse_analysis.reporting.tables import Table

WEIGHTING = "weighting"
FACTS = {
    "effective_base": ("Effective base: a simple random sample of so many would be as precise", "count"),
    "design_effect": ("Design effect of the weights: replies over effective base", "ratio"),
    "largest_weight": ("Largest weight, the mean being one", "ratio"),
    "smallest_weight": ("Smallest weight, the mean being one", "ratio"),
    "weights_trimmed": ("Weights that were cut, and their excess shared out", "count"),
    "replies_with_mean_weight": ("Replies with the mean weight, as their practice was not found", "count"),
    "farthest_from_register": ("Farthest that a weighted count is from the register", "percent1"),
}


def weighting(dossier: Dossier, wave: Wave, number: int) -> Markup:
    """The weights of a wave in a sentence and a table; empty where its replies are not weighted to a register."""
    facts = {
        e.measure: e
        for e in dossier.figures.estimates
        if (e.wave, e.item) == (wave.id, WEIGHTING) and e.measure in FACTS
    }
    margins = dossier.survey.design.margins
    if not facts or margins is None:
        return Markup()
    columns = " and ".join(REGISTER_WORDS.get(column, column) for column in margins.columns)
    how = "crossed with one another" if margins.method == "post-stratify" else "each by itself"
    words = Markup("<p>Replies are weighted so that they add up to the register by {}, {}.{}</p>").format(
        columns,
        how if len(margins.columns) > 1 else "",
        Markup(" Weights above {} times their median are cut.").format(f"{margins.trim:g}") if margins.trim else "",
    )
    caption = Markup("Table U{}. Weights of the replies, {}").format(number, wave_name(wave))
    rows = [[FACTS[name][0], figure(facts[name], "value", FACTS[name][1])] for name in FACTS if name in facts]
    cells = [e for e in dossier.figures.estimates if (e.wave, e.measure) == (wave.id, "cells_joined")]
    parts = [words, Table(caption, ("Fact", "Value"), rows, frozenset({1}))]
    if cells:
        parts.append(Markup("<ul>{}</ul>").format(joined(Markup("<li>{}.</li>").format(e.category) for e in cells)))
    return joined(parts)
