"""Reads the whole catalogue of a project and checks every reference in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from pcse_analysis.catalogue.choices import EACH
from pcse_analysis.catalogue.fields import MapReader, RowReader, is_date
from pcse_analysis.catalogue.files import Table, read_table, read_yaml
from pcse_analysis.catalogue.ledgers import COLUMNS as LEDGER_KINDS
from pcse_analysis.catalogue.ledgers import LEDGER_PAGES, Ledger, read_ledgers
from pcse_analysis.catalogue.platforms import ADDED, read_platforms
from pcse_analysis.catalogue.survey import SERVICE_LINES, read_survey
from pcse_analysis.catalogue.types import (
    Catalogue,
    Claim,
    ClaimTest,
    Edition,
    Letter,
    Method,
    Page,
    Publication,
    ServiceLine,
    Survey,
)
from pcse_analysis.errors import CommandError, Problem, Problems

CATALOGUE = "data/catalogue"
PUBLISHED = "data/published"
SOURCES = f"{PUBLISHED}/sources.csv"
PUBLICATION_COLUMNS = ("id", "publisher", "title", "url", "published_on", "date_kind", "date_basis")
SERVICE_LINE_COLUMNS = ("id", "label", "order", "covers", "users", "standard", "sources", "known_on")
EDITION_COLUMNS = (
    *("id", "label", "survey", "evidence", "evidence_date", "about", "contact", "marked"),
    *("embargo_until", "correction"),
)
PAGE_COLUMNS = ("id", "notebook", "output", "title", "evidence", "each", "declares")
LETTER_KEYS = ("id", "label", "date", "survey", "wave_before", "wave_after", "claims")
EVIDENCE = ("published", "responses")
DECLARED = ("findings",)
METHODS_OF = (*EVIDENCE, *LEDGER_PAGES, "areas")
"""Kinds of evidence that have methods of their own."""
CLAIM_TESTS = ("little_improvement", "some_deterioration", "slowed_down", "none")


def project_root(start: Path) -> Path:
    """The project folder that ``start`` lies in: the nearest one upwards that holds ``data/catalogue``.

    Raises:
        CommandError: there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / CATALOGUE).is_dir():
            return folder
    what = f"no folder '{CATALOGUE}' in '{start}' or above it"
    raise CommandError([Problem(what=what, to_do="work inside the project, or name it with --project.")])


def read_catalogue(root: Path, problems: Problems) -> Catalogue:
    """The catalogue of the project at ``root``; every mistake is noted in ``problems``."""
    publications = _publications(root, problems)
    service_lines = _service_lines(root, publications, problems)
    platforms = read_platforms(root, problems)
    surveys = {
        path.name: read_survey(path, f"{CATALOGUE}/surveys/{path.name}", service_lines, platforms, problems)
        for path in sorted((root / CATALOGUE / "surveys").glob("*/"))
    }
    ledgers = read_ledgers(root, surveys, service_lines, problems)
    return Catalogue(
        service_lines=service_lines,
        surveys=surveys,
        letters=_letters(root, surveys, problems),
        editions=_editions(root, surveys, problems),
        pages=_pages(root, service_lines, surveys, ledgers, problems),
        publications=publications,
        methods=_methods(root, problems),
        platforms=platforms,
        ledgers=ledgers,
    )


def read_known_on(
    read: RowReader, publications: Mapping[str, Publication], *, needs_all: bool = False
) -> tuple[tuple[str, ...], str]:
    """The sources of a fact and the day it became known, checked against the dates of those sources.

    A fact is known from its earliest dated source on; one derived from several (``needs_all``) from the last of them.
    It stays empty where no date is established: such a fact enters no edition.
    """
    sources = read.many_of("sources", "a source of sources.csv", publications, SOURCES)
    known_on = read.day("known_on", optional=True)
    dates = [publications[source].published_on for source in sources if source in publications]
    if needs_all:
        expected, which = ("" if "" in dates else max(dates, default="")), "latest"
    else:
        expected, which = min((date for date in dates if date), default=""), "earliest dated"
    if known_on != expected and len(dates) == len(sources) and all(is_date(date) for date in dates if date):
        found = f"'{known_on}'" if known_on else "(empty)"
        what = f"found {found}, expected the date of the {which} source: {expected or '(empty)'}"
        read.wrong("known_on", what, refers_to=SOURCES)
    return sources, known_on


def input_files(root: Path, catalogue: Catalogue) -> list[str]:
    """The names of all files that a project's evidence is made from, raw exports and registers apart."""
    names = [f"{CATALOGUE}/{name}" for name in ("editions.csv", "methods.yaml", "pages.csv", "service_lines.csv")]
    names += [f"{CATALOGUE}/letters/{letter}.yaml" for letter in catalogue.letters]
    names += [ledger.description for ledger in catalogue.ledgers.values()]
    names += [SOURCES, f"{PUBLISHED}/population_frames.csv", f"{PUBLISHED}/timeline.csv"]
    for survey in catalogue.surveys.values():
        parts = ["survey.yaml", "scales.yaml", "questions.csv", "comparability.csv"]
        parts += [f"waves/{wave}.yaml" for wave in survey.waves]
        names += [f"{CATALOGUE}/surveys/{survey.id}/{part}" for part in parts]
        names += [f"{PUBLISHED}/{survey.results}"] if survey.results else []
    may_be_there = [
        f"{CATALOGUE}/surveys/{s}/{part}" for s in catalogue.surveys for part in ("themes.csv", "quotes.csv")
    ]
    optional = ("bank_holidays", "commitments", "performance", "reported_experienced")
    may_be_there += [f"{PUBLISHED}/{name}.csv" for name in optional]
    names += [name for name in (*may_be_there, ADDED) if (root / name).is_file()]
    return sorted(names)


def _table(root: Path, name: str, columns: Sequence[str], problems: Problems) -> Table:
    return read_table(root / name, name, columns, ("id",), problems)


def _publications(root: Path, problems: Problems) -> dict[str, Publication]:
    publications = {}
    for row in _table(root, SOURCES, PUBLICATION_COLUMNS, problems):
        read = RowReader(row, problems)
        read.text("date_basis")
        publication = Publication(
            id=read.identifier("id"),
            publisher=read.text("publisher"),
            title=read.text("title"),
            url=row["url"],
            published_on=read.day("published_on", optional=True),
            date_kind=read.one_of("date_kind", "exact, latest, or nothing without a date", ("", "exact", "latest")),  # type: ignore[arg-type]
        )
        if bool(publication.published_on) != bool(publication.date_kind):
            read.wrong("date_kind", "is given exactly where published_on is; expected exact or latest with a date")
        if publication.url and not publication.url.startswith(("http://", "https://")):
            read.wrong("url", "expected an address that starts with http:// or https://, or nothing")
        publications[publication.id] = publication
    return publications


def _service_lines(root: Path, publications: dict[str, Publication], problems: Problems) -> dict[str, ServiceLine]:
    lines = {}
    for row in _table(root, SERVICE_LINES, SERVICE_LINE_COLUMNS, problems):
        read = RowReader(row, problems)
        sources, known_on = read_known_on(read, publications)
        lines[row["id"]] = ServiceLine(
            id=read.identifier("id"),
            label=read.text("label"),
            order=read.whole("order") or 0,
            covers=read.text("covers"),
            users=read.text("users"),
            standard=row["standard"],
            sources=sources,
            known_on=known_on,
        )
    return dict(sorted(lines.items(), key=lambda item: item[1].order))


def _letters(root: Path, surveys: dict[str, Survey], problems: Problems) -> dict[str, Letter]:
    letters = {}
    for path in sorted((root / CATALOGUE / "letters").glob("*.yaml")):
        document = read_yaml(path, f"{CATALOGUE}/letters/{path.name}", problems)
        head = MapReader(document, (), LETTER_KEYS, problems)
        claims: dict[str, Claim] = {}
        for item in head.items("claims", ("id", "claim", "test", "needs"), optional=("ledger",)):
            claim = Claim(
                id=item.text("id"),
                claim=item.text("claim"),
                test=cast(ClaimTest, item.one_of("test", "a test", CLAIM_TESTS)),
                needs=item.text("needs"),
                ledger=item.one_of("ledger", "a kind of ledger", LEDGER_KINDS) if item.text("ledger") else "",
            )
            if claim.id in claims:
                item.wrong("id", f"'{claim.id}' stands twice")
            claims[claim.id] = claim
        survey = head.one_of("survey", "a survey of the catalogue", surveys)
        waves = surveys[survey].waves if survey in surveys else ()
        letters[path.stem] = Letter(
            id=head.one_of("id", "the name of its file", [path.stem]),
            label=head.text("label"),
            date=head.day("date"),
            survey=survey,
            wave_before=head.one_of("wave_before", "a wave of its survey", waves) if survey in surveys else "",
            wave_after=head.one_of("wave_after", "a wave of its survey", waves) if survey in surveys else "",
            claims=tuple(claims.values()),
        )
    return letters


def _editions(root: Path, surveys: dict[str, Survey], problems: Problems) -> dict[str, Edition]:
    editions = {}
    for row in _table(root, f"{CATALOGUE}/editions.csv", EDITION_COLUMNS, problems):
        read = RowReader(row, problems)
        editions[row["id"]] = Edition(
            id=read.identifier("id"),
            label=read.text("label"),
            survey=read.one_of("survey", "a survey of the catalogue", surveys),
            evidence=read.one_of("evidence", "a kind of evidence", EVIDENCE),  # type: ignore[arg-type]
            evidence_date=read.day("evidence_date"),
            about=read.text("about"),
            contact=read.text("contact"),
            marked=row["marked"],
            embargo_until=read.moment("embargo_until"),
            correction=row["correction"],
        )
        survey = surveys.get(row["survey"])
        if survey is not None and row["evidence"] == "published" and not survey.results:
            what = "'results' is missing: an edition shows the published figures of this survey"
            head = f"{CATALOGUE}/surveys/{survey.id}/survey.yaml"
            problems.add(what, file=head, line=1, refers_to=head)
    return editions


def _methods(root: Path, problems: Problems) -> dict[str, Method]:
    document = read_yaml(root / CATALOGUE / "methods.yaml", f"{CATALOGUE}/methods.yaml", problems)
    readers = {key: MapReader(document, (key,), ("evidence", "title", "text"), problems) for key in document.content}
    return {
        key: Method(
            id=key,
            evidence=read.many_of("evidence", "a kind of evidence", METHODS_OF),
            title=read.text("title"),
            text=read.text("text"),
        )
        for key, read in readers.items()
    }


def _pages(
    root: Path,
    service_lines: Iterable[str],
    surveys: Mapping[str, Survey],
    ledgers: Mapping[str, Ledger],
    problems: Problems,
) -> tuple[Page, ...]:
    pages = []
    taken: dict[tuple[str, str], int] = {}
    groups = sorted({group for survey in surveys.values() for group in survey.groups})
    notebooks = sorted(path.stem for path in (root / "notebooks").glob("*.ipynb"))
    for row in _table(root, f"{CATALOGUE}/pages.csv", PAGE_COLUMNS, problems):
        read = RowReader(row, problems)
        page = Page(
            id=read.identifier("id"),
            notebook=read.one_of("notebook", "a notebook under notebooks/", notebooks),
            output=read.text("output"),
            title=read.text("title"),
            evidence=read.many_of("evidence", "a kind of evidence", EVIDENCE),  # type: ignore[arg-type]
            each=read.one_of("each", "what a page can be made for one by one, or nothing", ("", *EACH)),  # type: ignore[arg-type]
            declares=read.many_of("declares", "a kind of exhibit", DECLARED),
        )
        placeholder = f"{{{page.each}}}" if page.each in EACH else ""
        if placeholder not in page.output:
            read.wrong("output", f"expected '{placeholder}' in the name, as the page is made for each {page.each}")
        if not page.output.endswith(".html") or page.output.startswith("/") or ".." in page.output:
            read.wrong("output", "expected a file name that ends in .html, inside the edition's folder")
        if not page.evidence:
            read.wrong("evidence", "is empty")
        of_kind = [ledger.id for ledger in ledgers.values() if ledger.kind == page.each]
        names = {"service_line": service_lines, "group": groups, "": [""]}.get(page.each, of_kind)
        for output in [page.output.replace(placeholder, name) if placeholder else page.output for name in names]:
            for kind in page.evidence:
                if (kind, output) in taken:
                    read.wrong("output", f"'{output}' is made already by line {taken[kind, output]}")
                taken.setdefault((kind, output), row.line)
        pages.append(page)
    return tuple(pages)
