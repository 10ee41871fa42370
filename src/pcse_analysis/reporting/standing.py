"""What kind of document a page is: draft or final, under embargo, a correction of an earlier one."""

from __future__ import annotations

from markupsafe import Markup

from pcse_analysis.dossier import Dossier
from pcse_analysis.origins import FINAL
from pcse_analysis.reporting.figures import date
from pcse_analysis.reporting.html import joined

MARKED = "{}: made-up example. No figure here says anything about real practices or people."
DRAFT = "DRAFT. Figures and words may still change; not for quotation."
"""Stands at the head of a draft, and its first word across it."""


def marks(dossier: Dossier) -> list[str]:
    """The words that stand across every page: that it is made up, that it is a draft; none on a final one."""
    draft = [] if dossier.record.state == FINAL else [DRAFT.partition(".")[0]]
    return [word for word in (dossier.edition.marked, *draft) if word]


def notices(dossier: Dossier) -> list[Markup]:
    """What must be said before all else: that an edition is made up, a draft, or under embargo."""
    edition = dossier.edition
    said = []
    if edition.marked:
        said.append(Markup("{}").format(MARKED.format(edition.marked)))
    if dossier.record.state != FINAL:
        said.append(Markup(DRAFT))
    if edition.embargo_until:
        day, _, time = edition.embargo_until.partition(" ")
        at = Markup('<time datetime="{0}">{0}</time> on ').format(time) if time else ""
        words = "Embargoed until {}{}: not to be published or passed on before."
        said.append(Markup(words).format(at, date(day)))
    return said


def banners(dossier: Dossier) -> Markup:
    """The notices as they stand above a page's title."""
    return joined(Markup("<p class='marked'>{}</p>").format(notice) for notice in notices(dossier))


def state_of(dossier: Dossier) -> str:
    """Whether an edition is final, in a word."""
    return "Final." if dossier.record.state == FINAL else "Draft."


def standing(dossier: Dossier) -> Markup:
    """What stands under a page's title: what kind of document it is, and which earlier one it corrects."""
    edition = dossier.edition
    words = "<p class='standing'>{} Evidence as known on {}. {} Not an official statistic. Questions: {}.</p>"
    about = Markup(words).format(state_of(dossier), date(edition.evidence_date), edition.about, edition.contact)
    return joined([about, _superseded(dossier)])


def _superseded(dossier: Dossier) -> Markup:
    earlier = dossier.record.supersedes
    if earlier is None:
        return Markup()
    why = Markup(" {}").format(dossier.edition.correction) if dossier.edition.correction else Markup()
    lines = joined(Markup("<li><code>{}</code></li>").format(line.strip()) for line in earlier.moved)
    return Markup(
        "<div class='standing'><p><strong>This edition supersedes an earlier one</strong>, with evidence as known on "
        "{}, whose annex has the SHA-256 <code>{}</code>.{} What moved since:</p>\n<ul>\n{}\n</ul></div>"
    ).format(date(earlier.evidence_date), earlier.annex_sha256, why, lines)
