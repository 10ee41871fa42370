"""What is looked at in a page as soon as it is made, in the process that made it; the gate puts all pages together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from bs4 import BeautifulSoup

from pcse_analysis.attachment.page_rules import Link, broken_rules, ids_of, links_of
from pcse_analysis.attachment.printed import rows_named, wrong_figures
from pcse_analysis.dossier import Dossier
from pcse_analysis.evidence import Received
from pcse_analysis.evidence.protected import Codes, codes_in, codes_of, patterns_found, texts_of_replies

LOCAL_PATH = re.compile(r"(?:(?<![\w./])/(?:home|root|tmp|Users|work)/|\b[A-Z]:\\)[^\s<>\"']{1,60}")


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What may stand in no output: codes of persons, practices and cases, and what respondents wrote.

    ``allowed`` are texts that look like an address of a person and are none.
    """

    codes: Codes
    written: frozenset[str]
    allowed: tuple[str, ...]

    def found_in(self, text: str, own: frozenset[str] = frozenset()) -> Iterator[str]:
        """A line for everything in a text that may not stand there; what it is, and never the thing itself.

        ``own`` are codes of practices that it is openly about, whether or not these replied.
        """
        for code in sorted(codes_in(text, self.codes, own))[:3]:
            yield f"holds the code of a person, practice or case ({len(code)} characters)"
        for words in self.written:
            if words in text:
                yield f"holds what a respondent wrote ({len(words)} characters)"
        if match := LOCAL_PATH.search(text):
            yield f"holds an address of this machine: {match[0]}"


@dataclass(frozen=True, kw_only=True)
class PageCheck:
    """What was found in a page: what is wrong, a line each; the ids that a link can lead to; where its links lead."""

    wrong: tuple[str, ...]
    ids: frozenset[str]
    links: tuple[Link, ...]


def secrets_of(received: Received, dossier: Dossier) -> Secrets:
    """What of the replies and ledgers may stand in no output of an edition."""
    allowed = [dossier.edition.contact, *(p.publisher for p in dossier.catalogue.publications.values())]
    return Secrets(
        codes=codes_of(received, _words_of_the_house(dossier)),
        written=frozenset(texts_of_replies(received.replies) if received.replies else ()),
        allowed=tuple(words for words in allowed if words),
    )


def check_page(
    html: str, name: str, dossier: Dossier, secrets: Secrets, own: frozenset[str] = frozenset()
) -> PageCheck:
    """Set a page against the rules of pages, its edition's figures, and what but ``own`` may stand in no output."""
    soup = BeautifulSoup(html, "html.parser")
    withheld = {e.id for e in dossier.figures.estimates if e.suppressed}
    wrong = [*broken_rules(soup), *wrong_figures(html, dossier.figures)]
    named = sorted(rows_named(html) & withheld)
    wrong += [f"a figure of {row} is printed, though it is withheld" for row in named]
    wrong += secrets.found_in(unescape(html), own)
    links = links_of(soup, name)
    words = prose_of(soup)
    for known in (*secrets.allowed, *sorted(own)):
        words = words.replace(known, " ")
    wrong += [f"holds something like a {kind}" for kind in patterns_found(words)]
    return PageCheck(wrong=tuple(wrong), ids=frozenset(ids_of(html)), links=links)


def _words_of_the_house(dossier: Dossier) -> str:
    """Words that pages take from the catalogue: on methods, services, groups and routes; of no ledger's rows."""
    catalogue = dossier.catalogue
    lines = catalogue.service_lines.values()
    said = [text for method in catalogue.methods.values() for text in (method.title, method.text)]
    said += [text for line in lines for text in (line.label, line.covers, line.users)]
    said += [*dossier.survey.groups.values(), *(words for one in dossier.ledgers for words in one.routes.values())]
    return " | ".join(said)


def prose_of(soup: BeautifulSoup) -> str:
    """The words of a page without figures, drawings, code and data, which are taken out of ``soup`` for that."""
    for tag in soup.select("script, style, svg, data, code, time, a.address"):
        tag.decompose()
    return " ".join(soup.get_text(" | ").split())  # so that two cells do not read as one name
