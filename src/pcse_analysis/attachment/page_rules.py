"""The rules that every finished page keeps: readable by everybody, opened anywhere, fetching and running nothing.

Rules of the Government Analysis Function for tables and charts, of WCAG 2.2 for structure. Each broken rule is a line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from bs4 import BeautifulSoup, Tag

FETCHING = ("src", "srcset", "poster", "data", "action", "formaction", "background", "xlink:href", "manifest")
REFUSED = ("iframe", "object", "embed", "link", "base", "form", "applet", "frame", "portal")
DRAWN = ("path", "use", "circle", "rect", "line", "polyline", "polygon")
SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
CSS_ADDRESS = re.compile(r"url\(\s*['\"]?([^)'\"]*)|@import\s+['\"]?([^'\";]*)", re.IGNORECASE)
Link = tuple[str, str, str]
"""The page that a link leads to, the id on it or nothing, and the address as it stands."""
LEAST_WORDS = 15
"""Characters of an alternative text, at the least: shorter ones say nothing of a chart."""


def broken_rules(soup: BeautifulSoup) -> list[str]:
    """A line for every rule that a page breaks by itself; see ``lost_links`` for where its links lead."""
    rules: tuple[Callable[[BeautifulSoup], Iterable[str]], ...] = (
        _structure,
        _tables,
        _images,
        _exhibits,
        _addresses,
        _outside,
    )
    return [line for rule in rules for line in rule(soup)]


def links_of(soup: BeautifulSoup, page: str) -> tuple[Link, ...]:
    """The links of a page to places in its edition: the page and the id that each leads to, and how it stands there."""
    folder = page.rpartition("/")[0]
    addresses = [str(link["href"]) for link in soup.find_all(["a", "use"], href=True)]
    found = []
    for address in dict.fromkeys(a for a in addresses if not SCHEME.match(a)):
        target, _, anchor = address.partition("#")
        found.append((_resolved(folder, target) if target else page, anchor, address))
    return tuple(found)


def lost_links(links: Iterable[Link], anchors: Mapping[str, Collection[str]]) -> list[str]:
    """A line for every link that leads nowhere. ``anchors`` has the ids of every page of the edition by file name."""
    return [
        f"a link leads nowhere: {address[:80]}"
        for name, anchor, address in links
        if name not in anchors or (anchor and anchor not in anchors[name])
    ]


def ids_of(html: str) -> set[str]:
    """The ids on a page that a link can lead to."""
    return set(re.findall(r'\bid="([^"]+)"', html))


def _structure(soup: BeautifulSoup) -> Iterator[str]:
    root = soup.find("html")
    if not isinstance(root, Tag) or root.get("lang") != "en-GB":
        yield "the page does not say that it is in British English (lang='en-GB')"
    if soup.title is None or not soup.title.get_text(strip=True):
        yield "the page has no title"
    for name in ("h1", "main"):
        if (count := len(soup.find_all(name))) != 1:
            yield f"found {count} elements '{name}', expected 1"
    level = 0
    for heading in soup.find_all(re.compile("^h[1-6]$")):
        if int(heading.name[1]) > level + 1:
            yield f"heading '{_words(heading)}' skips a level"
        level = int(heading.name[1])
        if not _words(heading):
            yield f"a heading of level {level} is empty"
    counts = Counter(str(tag["id"]) for tag in soup.find_all(id=True))
    yield from (f"the id '{name}' stands {count} times" for name, count in counts.items() if count > 1)
    skip = soup.find("a", class_="skip")
    if not isinstance(skip, Tag) or str(skip.get("href", ""))[1:] not in counts:
        yield "there is no link that skips to the content"


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text(" ").split())


def _tables(soup: BeautifulSoup) -> Iterator[str]:
    for number, table in enumerate(soup.find_all("table"), start=1):
        caption = table.find("caption")
        name = _words(caption) if isinstance(caption, Tag) else ""
        place = f"table '{name}'" if name else f"table {number} of the page"
        if not name:
            yield f"{place} has no caption"
        rows = [row.find_all(["th", "td"]) for row in table.find_all("tr")]
        heads = table.select("thead th")
        if not heads or len(table.select("thead tr")) != 1:
            yield f"{place} has not exactly one row of headers"
        if any(head.get("scope") not in ("col", "row") for head in table.find_all("th")):
            yield f"{place} has a header without scope"
        if any(len(cells) != len(rows[0]) for cells in rows):
            yield f"{place} has rows of different length"
        if any(cell.get("colspan") or cell.get("rowspan") for cells in rows for cell in cells):
            yield f"{place} has merged cells"
        if any(not _words(cell) for cells in rows for cell in cells):
            yield f"{place} has an empty cell"
        if any(row and row[0].name != "th" for row in rows):
            yield f"{place} has a row without a header"


def _images(soup: BeautifulSoup) -> Iterator[str]:
    told: dict[str, int] = {}
    for number, image in enumerate(soup.find_all(["img", "svg", "picture", "canvas"]), start=1):
        text = " ".join(str(image.get("aria-label") or image.get("alt") or "").split())
        if image.name in ("canvas", "picture"):
            yield f"image {number} is a '{image.name}', which has no words of its own"
        if len(text) < LEAST_WORDS:
            yield f"image {number} has no alternative text of its own"
        if image.name == "svg" and image.get("role") != "img":
            yield f"image {number} does not say that it is one (role='img')"
        chart = id(image.find_parent(class_="chart"))
        if told.setdefault(text, chart) != chart and text:
            yield f"image {number} has the alternative text of another one: {text[:60]}"


def _exhibits(soup: BeautifulSoup) -> Iterator[str]:
    for chart in soup.find_all(class_="chart"):
        drawings = chart.find_all("svg")
        if not drawings or any(not drawing.find(DRAWN) for drawing in drawings):
            heading = chart.find_previous(re.compile("^h[1-6]$"))
            yield f"the chart under '{_words(heading) if isinstance(heading, Tag) else ''}' has no drawing"
    for exhibit in soup.find_all("section", class_="exhibit"):
        if exhibit.find(re.compile("^h[1-6]$")) is None:
            yield "an exhibit has no heading"


def _addresses(soup: BeautifulSoup) -> Iterator[str]:
    """Whatever a browser would fetch or run by itself."""
    for tag in soup.find_all(True):
        if tag.name in REFUSED:
            yield f"the page holds an element '{tag.name}'"
        if tag.name == "script" and tag.get("type") != "application/json":
            yield "the page holds a script"
        if tag.name == "meta" and str(tag.get("http-equiv", "")).lower() == "refresh":
            yield "the page sends its reader elsewhere"
        for name, value in tag.attrs.items():
            text = str(value).strip()
            if name.lower().startswith("on"):
                yield f"an element '{tag.name}' runs something ({name})"
            if name.lower() in FETCHING and not (tag.name == "data" or text.startswith("data:")):
                yield f"an element '{tag.name}' fetches an outside address: {text[:80]}"
            if name.lower() == "style":
                yield from _style(text)
    for style in soup.find_all("style"):
        yield from _style(style.get_text())


def _style(text: str) -> Iterator[str]:
    for match in CSS_ADDRESS.finditer(text):
        address = match[1] or match[2] or ""
        if not address.startswith(("data:", "#")):
            yield f"a style fetches an outside address: {address[:80]}"


def _outside(soup: BeautifulSoup) -> Iterator[str]:
    """Links that leave the edition; only the list of sources may name outside addresses to be followed by hand."""
    for link in soup.find_all(["a", "use"], href=True):
        address = str(link["href"])
        is_source = link.name == "a" and "address" in (link.get("class") or []) and address.startswith("http")
        if SCHEME.match(address) and not is_source:
            yield f"a link leads outside: {address[:80]}"


def _resolved(folder: str, target: str) -> str:
    parts = folder.split("/") if folder else []
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
