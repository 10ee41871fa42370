"""Makes a drawing of matplotlib's small enough to travel inside a page: short paths, and styles as shared classes.

What many charts share (colours, weights of lines and letters) are classes, whose rules ``class_rules`` gives. Letters
carry a white rim of their own, so that a line behind a word does not run through it and no box has to be drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

RIM = "; paint-order: stroke; stroke: #ffffff; stroke-width: 2.5px; stroke-linejoin: round"
PRINTED = ".chart text { print-color-adjust: exact; -webkit-print-color-adjust: exact }\n"
"""On paper without backgrounds browsers darken letters: white numbers in dark bars, and white rims, would go black."""
_SMALL, _LARGE = "font-size: 9.5px; font-family: 'DejaVu Sans'", "font-size: 10.5px; font-family: 'DejaVu Sans'"
TEXTS = {
    f"{_SMALL}; text-anchor: middle; fill: #0b0c0c": "cm",
    f"{_SMALL}; text-anchor: start; fill: #0b0c0c": "cs",
    f"{_SMALL}; text-anchor: end; fill: #0b0c0c": "ce",
    f"font-weight: 700; {_LARGE}; text-anchor: start; fill: #0b0c0c": "cl",
}
"""Words that stand over lines: they have a rim."""
CLASSES = {
    "fill: none; stroke: #e3e3e3; stroke-linecap: square": "cg",
    "fill: none; stroke: #f46a25; stroke-width: 2.5": "cb",
    "fill: none; stroke: #12436d; stroke-width: 2.5": "ca",
    "fill: none; stroke: #801650; stroke-width: 2.5": "cd",
    "fill: none; stroke: #3d3d3d; stroke-width: 2.5": "ck",
    "fill: none; stroke: #6b6b6b; stroke-width: 2.5": "cu",
    "fill: none; stroke: #6b6b6b; stroke-width: 1.2; stroke-linecap: square": "cz",
    "fill: none; stroke: #6b6b6b; stroke-width: 0.8": "ch",
    "fill: none; stroke: #bfbfbf; stroke-width: 0.8; stroke-linejoin: miter; stroke-linecap: square": "cx",
    "fill: #f46a25; stroke: #f46a25": "fb",
    "fill: #12436d; stroke: #12436d": "fa",
    "fill: #801650; stroke: #801650": "fd",
    "fill: #3d3d3d; stroke: #3d3d3d": "fk",
    "fill: #6b6b6b; stroke: #6b6b6b": "fu",
    f"{_LARGE}; text-anchor: middle; fill: #3d3d3d": "ct",
    f"{_SMALL}; text-anchor: middle; fill: #000000": "ci",
    f"{_SMALL}; text-anchor: middle; fill: #ffffff": "cw",
    **TEXTS,
}
"""Styles that recur, with the name of their class."""


def class_rules() -> str:
    """The classes as a style sheet."""
    rules = (f".{name} {{ {style}{RIM if style in TEXTS else ''} }}\n" for style, name in CLASSES.items())
    return "".join(rules) + PRINTED


def lean(svg: str) -> str:
    """What stands inside the ``svg`` of a drawing, without prologue, metadata, groups or ids.

    ``svg`` is what matplotlib writes with ``svg.fonttype: none`` and nothing clipped. Braces are doubled, so that the
    text may go through ``format``.
    """
    body = svg[svg.index("<svg") :]
    body = body[body.index(">") + 1 :].replace("</svg>", "")
    for unwanted in (r"<metadata>.*?</metadata>", r"<style.*?</style>", r"<!--.*?-->", r"</?g\b[^>]*>"):
        body = re.sub(unwanted, "", body, flags=re.DOTALL)
    # A marker is defined once and used by reference; written out where it stands it needs no id.
    marks = {m[1]: m[2] for m in re.finditer(r'<path id="([^"]+)" d="([^"]+)"[^>]*/>', body)}
    body = re.sub(r"<defs>.*?</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r' (?:transform="rotate\(-0 [^"]*\)"|id="[^"]*")', "", body)
    body = re.sub(
        r'<use xlink:href="#([^"]+)" x="([^"]+)" y="([^"]+)" (style="[^"]*")/>',
        lambda m: _mark(marks[m[1]], float(m[2]), float(m[3]), m[4].replace("; stroke-linejoin: miter", "")),
        body,
    )
    body = re.sub(r'<path d="([^"]*)"', lambda m: f'<path d="{short_path(m[1])}"', body)
    body = re.sub(r'( [xy])="([^"]+)"', lambda m: f'{m[1]}="{_number(float(m[2]))}"', body)
    body = re.sub(r'style="([^"]*)"', lambda m: f'class="{CLASSES[m[1]]}"' if m[1] in CLASSES else m[0], body)
    return "".join(_joined(re.sub(r"\s+(?=/?[<>])|(?<=>)\s+", "", body))).replace("{", "{{").replace("}", "}}")


def _number(value: float) -> str:
    """To a tenth of a point, without a needless nought or a minus before it."""
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def _mark(path: str, x: float, y: float, style: str) -> str:
    if "C" in path:  # the one curved marker is the circle; it starts at its lowest point
        return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(float(path.split()[2]))}" {style}/>'
    points = [tuple(float(n) for n in p) for p in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]
    moved = " ".join(f"{'L' if n else 'M'} {x + a} {y + b}" for n, (a, b) in enumerate(points))
    return f'<path d="{moved}z" {style}/>'


def short_path(path: str) -> str:
    """A path of straight lines in as few letters as it can be written, every place to a tenth of a point."""
    out: list[str] = []
    last = ("", "")
    for letter, a, b in re.findall(r"([MLz])\s*(-?[\d.]+)?\s*(-?[\d.]+)?", path):
        if letter == "z":
            out.append("z")
            continue
        here = (_number(float(a)), _number(float(b)))
        if letter == "M":
            out.append(f"M{here[0]} {here[1]}")
        elif here != last:
            if here[0] == last[0]:
                out.append(f"V{here[1]}")
            else:
                out.append(f"H{here[0]}" if here[1] == last[1] else f"L{here[0]} {here[1]}")
        last = here
    return "".join(out)


def _joined(body: str) -> Iterator[str]:
    """The elements; lines of the grid, which lie beneath all else, and neighbours of one class as one path each."""
    elements = re.findall(r"<text.*?</text>|<[^>]+>", body, flags=re.DOTALL)
    path = r'<path d="([^"]*)" (class="[^"]*")/>'
    grid = [m[1] for e in elements if (m := re.fullmatch(path, e)) and m[2] == 'class="cg"']
    if grid:
        yield f'<path d="{"".join(grid)}" class="cg"/>'
    held: tuple[str, str] = ("", "")
    for element in elements:
        found = re.fullmatch(path, element)
        if found and found[2] == 'class="cg"':
            continue
        if found and found[2] == held[1]:
            held = (held[0] + found[1], held[1])
            continue
        if held[0]:
            yield f'<path d="{held[0]}" {held[1]}/>'
        held = (found[1], found[2]) if found else ("", "")
        if not found:
            yield element
    if held[0]:
        yield f'<path d="{held[0]}" {held[1]}/>'
