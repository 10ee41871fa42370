"""Every rule of the gate, seen to refuse a page that breaks it and to pass one that does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from pcse_analysis.attachment.page_rules import broken_rules, ids_of, links_of, lost_links
from pcse_analysis.attachment.printed import wrong_figures
from pcse_analysis.errors import UserError
from pcse_analysis.estimates import Estimate, Figures, read_figures
from pcse_analysis.evidence import make_evidence, read_inputs
from pcse_analysis.reporting.figures import figure
from pcse_analysis.running.build import build
from pcse_analysis.running.outcomes import EXIT_GATE, RunError
from pcse_analysis.running.plan import plan_build
from tests.pages.gated import gate
from tests.pages.test_build import content, edit

ROOT = Path(__file__).parents[2]
MACHINE = "/".join(("", "home", "someone", "x"))
ALT = "Chart of two shares: 62% now, 81% before."
PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><title>A page</title><style>p {{ color: red; }}</style></head><body>
<a class="skip" href="#content">Skip</a><main id="content"><h1>A page</h1><h2 id="one">One</h2>
<section class="exhibit"><h3>Exhibit</h3><div class="chart">
<svg role="img" aria-label="{ALT}"><path d="M0 0"/></svg>
</div><table><caption>A table</caption><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>
<tbody><tr><th scope="row">x</th><td>1</td></tr></tbody></table></section>
<p><a href="#one">One</a> <a class="address" href="https://example.org/">https://example.org/</a></p></main></body></html>"""
BROKEN = {
    "language": ('lang="en-GB"', 'lang="en"', "British English"),
    "title": ("<title>A page</title>", "<title></title>", "no title"),
    "two main headings": ("<h2 id", "<h1>Again</h1><h2 id", "found 2 elements 'h1'"),
    "skipped level": ("<h3>Exhibit</h3>", "<h4>Exhibit</h4>", "skips a level"),
    "id twice": ("<p>", '<p id="one">', "stands 2 times"),
    "no way past the head": ('class="skip"', 'class="other"', "skips to the content"),
    "no caption": ("<caption>A table</caption>", "", "no caption"),
    "empty caption": ("<caption>A table</caption>", "<caption> </caption>", "no caption"),
    "no scope": ('<th scope="col">b', "<th>b", "without scope"),
    "no header row": ('<th scope="row">x</th>', "<td>x</td>", "row without a header"),
    "ragged": ("<td>1</td>", "<td>1</td><td>2</td>", "different length"),
    "merged": ("<td>1</td>", '<td colspan="1">1</td>', "merged cells"),
    "empty cell": ("<td>1</td>", "<td></td>", "empty cell"),
    "no words for a chart": (f'aria-label="{ALT}"', "", "no alternative text"),
    "no chart": ('<path d="M0 0"/>', "", "has no drawing"),
    "same words twice": (
        "<table>",
        f'<div class="chart"><svg role="img" aria-label="{ALT}"><path d="M1 1"/></svg></div><table>',
        "alternative text of another one",
    ),
    "no heading of an exhibit": ("<h3>Exhibit</h3>", "", "exhibit has no heading"),
    "picture from elsewhere": (
        "<p>",
        '<p><img src="https://example.org/a.png" alt="a chart of shares">',
        "outside address",
    ),
    "style from elsewhere": ("color: red", "background: url(https://example.org/a)", "outside address"),
    "imported style": ("p {", "@import 'https://example.org/a.css'; p {", "outside address"),
    "style sheet": ("<style>", '<link rel="stylesheet" href="a.css"><style>', "element 'link'"),
    "script": ("</main>", "<script>alert(1)</script></main>", "holds a script"),
    "event": ("<p>", '<p onclick="x()">', "runs something"),
    "frame": ("<p>", '<p><iframe src="a.html"></iframe>', "element 'iframe'"),
    "refresh": ("<title>", '<meta http-equiv="refresh" content="0"><title>', "elsewhere"),
    "dead anchor": ('href="#one"', 'href="#two"', "leads nowhere"),
    "dead link": ('href="#one"', 'href="pages/none.html"', "leads nowhere"),
    "link outside the sources": ('href="#one"', 'href="https://example.org/x"', "leads outside"),
    "running link": ('href="#one"', 'href="javascript:x()"', "leads outside"),
}


def rules(html: str) -> list[str]:
    soup = BeautifulSoup(html, "html.parser")
    return broken_rules(soup) + lost_links(links_of(soup, "annex.html"), {"annex.html": ids_of(html)})


def test_a_page_that_keeps_every_rule_passes() -> None:
    """The page above, by hand."""
    assert rules(PAGE) == []


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_rule_is_named(kind: str) -> None:
    """One thing wrong, one rule named."""
    old, new, expected = BROKEN[kind]
    assert PAGE.count(old) >= 1
    found = rules(PAGE.replace(old, new, 1))
    assert any(expected in line for line in found), found


ROW = Estimate(
    id="s.2017.practice.q.share", survey="s", wave="2017", respondent_group="practice", service_line="supplies",
    item="q", measure="share", value=0.62, low=0.58, high=0.65, confidence=0.95, unit="share", numerator=464.0,
    base=748.0, method="count", sources=(), known_on="",
)  # fmt: skip


def printed(row: Estimate = ROW, form: str = "percent") -> str:
    """A figure as nbconvert writes it: attributes by name."""
    text = str(figure(row, "value", form))
    value = text.partition(' value="')[2].partition('"')[0]
    return text.replace(f' value="{value}"', "").replace(">", f' value="{value}">', 1).replace(
        f' data-row="{row.id}" data-field="value" data-form="{form}"',
        f' data-field="value" data-form="{form}" data-row="{row.id}"',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (">62%<", ">63%<", "it prints '63%'; its row gives '62%'"),
        ('value="0.62"', 'value="0.63"', "its value is 0.63; its row gives 0.62"),
        (ROW.id, "s.other", "names a row that is not there"),
        ('data-field="value"', 'data-field="method"', "names a field without a number"),
        ('data-form="percent"', 'data-form="nonsense"', "names no field or form"),
        (' data-form="percent"', "", "do not name their value"),
    ],
)
def test_a_figure_that_its_row_does_not_give(old: str, new: str, expected: str) -> None:
    """0.62 prints as 62%; anything else is named with its place."""
    html = f"<h2>Records</h2><p>In all {printed()} of them.</p>"
    figures = Figures((ROW,), ())
    assert wrong_figures(html, figures) == []
    (line,) = wrong_figures(html.replace(old, new), figures)
    assert expected in line and "Records" in line


@pytest.fixture(scope="module")
def staged(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a built edition that a test may spoil."""
    return published


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]


def refused(folder: Path, tmp_path: Path, spoil: dict[str, tuple[str, str]]) -> str:
    """What the gate says of a copy of an edition in which texts of files were replaced."""
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for name, (old, new) in spoil.items():
        path = copy / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    plan = replace(plan_build(ROOT, "published", ()), root=tmp_path)
    dossier, replies = make_evidence(read_inputs(ROOT), "published")
    try:
        gate(copy, plan, dossier, replies)
    except RunError as error:
        assert error.exit_code == EXIT_GATE
        assert (tmp_path / "build" / "refused" / "published" / "annex.html").is_file()
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("annex.html", "<p>", "<p>Write to jo.bloggs@nhs.net. ", "e-mail"),
        ("annex.html", "<p>", "<p>Ring 0113 496 0999. ", "phone"),
        ("estimates.csv", "practice", "practice " + MACHINE, "address of this machine"),
        ("annex.html", 'id="S1"', 'id="other"', "finding S1 is missing"),
        ("annex.html", "62%</data>", "63%</data>", "it prints '63%'"),
    ],
)
def test_what_is_wrong_in_an_edition_is_named(
    published: Path, tmp_path: Path, name: str, old: str, new: str, expected: str
) -> None:
    """The published edition passes; with one thing planted in it, it does not."""
    assert expected in refused(published, tmp_path, {name: (old, new)})


def test_the_published_edition_passes(published: Path, tmp_path: Path) -> None:
    """Nothing planted, nothing said."""
    assert refused(published, tmp_path, {}) == ""


def test_a_refused_build_keeps_the_last_good_one(small_project: Path) -> None:
    """A notebook that lost a cell's exhibit: exit code 7, and the folder is byte for byte what it was."""
    folder = build(small_project, "published", small_project / "outputs", (), 300)
    before = content(folder)
    edit(small_project / "notebooks" / "annex.ipynb", '"pcse.overview(evidence, selection)"', '"shown = 1"')
    with pytest.raises((RunError, UserError)) as caught:
        build(small_project, "published", small_project / "outputs", (), 300)
    assert getattr(caught.value, "exit_code", 0) == EXIT_GATE
    assert "shows nothing, expected an exhibit" in str(caught.value)
    assert content(folder) == before
    assert read_figures(folder).changes
