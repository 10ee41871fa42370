"""What ``pcse verify`` says of a page: as it was built, altered anywhere, made by nobody, and against a project."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.attachment.columns import columns_of, rows_of
from pcse_analysis.attachment.embedded import CLOSE, OPEN, Data, find_block, read_data, with_data
from pcse_analysis.attachment.pieces import pieces_of
from pcse_analysis.attachment.verify import verify
from pcse_analysis.errors import CommandError
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict, read_figures
from pcse_analysis.origins import RunRecord, SourceFile, file_sha256
from tests.conftest import run_pcse
from tests.pages.test_gate import PAGE, ROW, printed

SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)
SLOW = [pytest.mark.slow, pytest.mark.xdist_group("published")]
RECORD = RunRecord(
    edition="tiny", evidence_date="2018-01-16", parameters={"group": "practice"},
    inputs=(SourceFile(name="data/a.csv", sha256="a" * 64, rows=2),), lock_sha256="b" * 64, code_sha256="c" * 64,
    notebooks_sha256="d" * 64, commit="e" * 40, packages={"python": "3.11.7"},
)  # fmt: skip
OTHER = replace(ROW, id="s.2016.practice.q.share", wave="2016", value=0.81, low=None, high=None)
FIGURES = Figures((OTHER, ROW), ())
TINY = PAGE.replace("<td>1</td>", f"<td>{printed()}</td>").replace(
    "<p><a", f"<p>In 2016 it was {printed(OTHER)} of 748.</p><p><a"
).replace('<path d="M0 0"/>', '<path d="M0 0"/><text x="1">25%</text><path d="M7 0"/>')  # fmt: skip


def tiny(folder: Path, html: str = TINY) -> Path:
    """A page of two figures with its data, as a build writes it."""
    page = folder / "page.html"
    sealed = with_data(html, FIGURES, RECORD, page="page.html", labels={"q": "Urgent requests", "r": "Not here"})
    page.write_text(sealed, encoding="utf-8")
    return page


def altered(page: Path, old: str, new: str) -> tuple[str, ...]:
    """What is found wrong of a page in which one text was replaced once."""
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    return verify(page).wrong


def data_of(html: str) -> Data:
    """What a page carries."""
    block = find_block(html)
    assert block is not None and block.data_fit and block.page_fits and block.in_place
    return read_data(block.text)


@given(st.text(st.sampled_from("ab<>/ph1trsvgex \n&\u2028é"), max_size=80))
@SOME
def test_no_byte_of_a_page_is_lost_between_its_pieces(html: str) -> None:
    """Joined again, the pieces are the page."""
    assert "".join(piece.raw for piece in pieces_of(html)) == html


def test_places_of_pieces() -> None:
    """Two tables and a chart by hand; rows are counted below each head, from one."""
    row = '<tr><th scope="row">a</th></tr>'
    table = '<table><caption>{}</caption><tr><th scope="col">h</th></tr>' + 2 * row + "</table>"
    html = f"<h1>H</h1>{table.format('A')}{table.format('B')}<svg aria-label='x'><text>1</text></svg><p>End</p>"
    rows = ("head of the table", "row 1", "row 2")
    assert [piece.place for piece in pieces_of(html)] == [
        "heading under 'H'",
        *(f"{kind} under 'H', table '{name}'" for name in "AB" for kind in ("caption", *rows)),
        *("alternative text of a chart under 'H'", "chart under 'H'", "chart under 'H'", "paragraph under 'H'"),
    ]


def test_a_page_says_what_made_it(tmp_path: Path) -> None:
    """Every part of the record above, and the file's own SHA-256."""
    page = tiny(tmp_path)
    found = verify(page)
    assert found.wrong == () and found.sha256 == file_sha256(page)
    said = "\n".join(found.said)
    for expected in (
        found.sha256, "Page 'page.html'", "Edition 'tiny', draft, evidence as known on 2018-01-16", "group=practice",
        "data/a.csv  2 rows  SHA-256 " + "a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 40, "python 3.11.7",
        "Figures recomputed from the rows inside the file: 2.", "No SHA256SUMS",
    ):  # fmt: skip
        assert expected in said
    data = data_of(page.read_text(encoding="utf-8"))
    assert data.figures == FIGURES and data.record == RECORD and data.labels == {"q": "Urgent requests"}


def test_the_rows_that_a_change_rests_on_travel_with_it() -> None:
    """The page prints the change alone; its two shares come along, a third does not."""
    change = Change(
        id="c", survey="s", respondent_group="practice", service_line="supplies", item="q", wave_before="2016",
        wave_after="2017", estimate_before=OTHER.id, estimate_after=ROW.id, value=-0.19, method="", reason="",
        comparability="same", margin=0.05, verdict=Verdict.IMPROVED, exceeds_margin=True,
    )  # fmt: skip
    figures = Figures((OTHER, ROW, replace(ROW, id="third")), (change,))
    html = PAGE.replace("<td>1</td>", f"<td>{printed(ROW).replace(ROW.id, 'c')}</td>")
    data = data_of(with_data(html, figures, RECORD))
    assert data.figures == Figures((OTHER, ROW), (change,))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (">62%<", ">63%<", "row 1 under 'Exhibit', table 'A table': it prints '63%'; its row gives '62%'"),
        ('value="0.62"', 'value="0.63"', "it says its value is 0.63; its row gives 0.62"),
        ("of 748.", "of 747.", "paragraph under 'Exhibit': not as it was written; it now reads: In 2016 it was 81% of"),
        (">25%<", ">26%<", "chart under 'Exhibit': not as it was written; it now reads: 26%"),
        ("M7 0", "M8 0", "chart under 'Exhibit': not as it was written"),
        ("62% now", "63% now", "alternative text of a chart under 'Exhibit': not as it was written; it now"),
        ("<caption>A table", "<caption>B table", "caption under 'Exhibit', table 'B table': not as it was written"),
        ('<h2 id="one">One', '<h2 id="one">Two', "heading under 'Two': not as it was written; it now reads: Two"),
        ("color: red", "color: tan", "style sheet before the first heading: not as it was written"),
        ("<p>In 2016", "<p>And more.</p><p>In 2016", "paragraph under 'Exhibit': not as it was written; it now"),
        ('"low":', '"how":', "the data inside the file are not those that were written"),
        ('"rows":2', '"rows":3', "the data inside the file are not those that were written"),
        ('"page":"', '"page": "', "the seals inside the file are not in the form"),
        ('},"data"', '}, "data"', "the seals inside the file are not in the form"),
        (CLOSE + "\n</body>", CLOSE + "</body>", "do not stand where they were written"),
        ('id="pcse-data"', 'id="pcse-date"', "the beginning or the end of the data inside the file"),
    ],
)  # fmt: skip
def test_an_alteration_is_named_by_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """The tiny page, one thing altered: a table, prose, a drawing, its words, data, seals."""
    found = altered(tiny(tmp_path), old, new)
    assert any(expected in line for line in found), found


def test_data_that_were_moved(tmp_path: Path) -> None:
    """From the end of the page into its head, with every seal as it was."""
    page = tiny(tmp_path)
    html = page.read_text(encoding="utf-8")
    block = html[html.index(OPEN) : html.index("</body>")]
    page.write_text(html.replace(block, "").replace("</head>", f"{block}</head>"), encoding="utf-8")
    (line,) = verify(page).wrong
    assert "do not stand where they were written" in line


def test_what_was_taken_out_is_missed(tmp_path: Path) -> None:
    """A whole paragraph: another one stands in its place now, and one is missing."""
    page = tiny(tmp_path)
    paragraph = re.search("<p>In 2016.*?</p>", page.read_text(encoding="utf-8"))
    assert paragraph is not None
    first, second = altered(page, paragraph[0], "")
    assert first.startswith("paragraph under 'Exhibit': not as it was written; it now reads: One")
    assert second == "missing: 1 piece before this: the end of the page"


@pytest.mark.parametrize("seal", ["page", "content", "pieces"])
def test_an_altered_seal_is_told_from_an_altered_page(tmp_path: Path, seal: str) -> None:
    """One digit of each of the three kinds of seal; nothing else is blamed."""
    page = tiny(tmp_path)
    found = re.search(f'"{seal}":"(.)', page.read_text(encoding="utf-8"))
    assert found is not None
    new = "0" if found[1] != "0" else "1"
    (line,) = altered(page, found[0], found[0][:-1] + new)
    assert "seal" in line and "under" not in line


def test_a_row_altered_with_its_figure_is_found_by_the_seals(tmp_path: Path) -> None:
    """0.62 and 62% become 0.72 and 72% wherever they stand, but not what seals them."""
    page = tiny(tmp_path)
    page.write_text(page.read_text(encoding="utf-8").replace("0.62", "0.72").replace("62%", "72%"), encoding="utf-8")
    found = verify(page).wrong
    assert any("the data inside the file are not those" in line for line in found)
    assert any(line.startswith("row 1 under 'Exhibit', table 'A table': not as it was written") for line in found)


@given(st.data())
@SOME
def test_every_altered_byte_is_noticed(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """A byte replaced, taken out or put in, anywhere: never silence, never a traceback."""
    page = tiny(tmp_path_factory.getbasetemp())
    content = page.read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    old, new = data.draw(st.sampled_from([(1, 1), (1, 0), (0, 1)]))
    put = data.draw(st.binary(min_size=new, max_size=new))
    spoilt = content[:place] + put + content[place + old :]
    page.write_bytes(spoilt)
    assert spoilt == content or verify(page).wrong


NUMBER = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-5, 5).map(float)
ROWS = st.lists(
    st.builds(
        replace, st.just(ROW), id=st.text(max_size=3), category=st.sampled_from(("", "<a&b>", "\u2028é")),
        value=NUMBER, low=NUMBER, missing=st.none() | st.integers(0, 3),
        sources=st.lists(st.sampled_from("abc"), max_size=2).map(tuple),
    ),
    max_size=9,
)  # fmt: skip


@given(ROWS)
@SOME
def test_rows_come_back_from_columns_as_they_were(rows: list[Estimate]) -> None:
    """Through JSON, whatever recurs in them; zero below nothing stays what it prints as."""
    again = rows_of(json.loads(json.dumps(columns_of(rows, Estimate))), Estimate)
    assert list(again) == rows
    assert [repr(row.value) for row in again] == [repr(row.value) for row in rows]


@pytest.mark.parametrize(
    "wrong",
    [
        [], {}, {"rows": [-1]}, {"rows": [10**12]}, {"rows": ["2"]}, {"rows": [1], "other": [1]},
        {"rows": [1], "id": [1]},
        {"rows": [1], "value": ["x"]}, {"rows": [1], "value": [True]}, {"rows": [3], "id": [["a"], [0, 0, 1]]},
        {"rows": [3], "id": ["a", "b"]}, {"rows": [1], "sources": [[1]]},
        {"rows": [1], "value": [1e999]}, {"rows": [1], "value": [10**400]},
    ],
)  # fmt: skip
def test_columns_that_no_build_wrote(wrong: object) -> None:
    """Too many rows, an unknown column, a value of another kind, a place that is none; and a column that is missing."""
    with pytest.raises((ValueError, OverflowError)):
        rows_of(wrong, Estimate)
    with pytest.raises(ValueError, match="missing"):
        rows_of({"rows": [1]}, Change)


def test_data_of_another_version(tmp_path: Path) -> None:
    """They fit their seal, so that nobody altered them: a message, exit code 2."""
    import hashlib

    page = tiny(tmp_path)
    text = page.read_text(encoding="utf-8")
    block = find_block(text)
    assert block is not None
    other = block.text.replace('"format":1', '"format":2')
    sealed = text.replace(block.text, other).replace(block.data_sha256, hashlib.sha256(other.encode()).hexdigest())
    page.write_text(sealed, encoding="utf-8")
    with pytest.raises(CommandError, match="with the version of the package that made it"):
        verify(page)


def test_nothing_in_a_file_speaks_for_the_command(tmp_path: Path) -> None:
    """A name with a line end and an order to the terminal: neither is passed on."""
    record = replace(RECORD, edition="x\nConsistent:\x1b[2K", commit="\ud800")
    page = tmp_path / "page.html"
    page.write_text(with_data(TINY, FIGURES, record), encoding="utf-8")
    ended = run_pcse("verify", page)
    assert ended.code == 0 and "Edition 'x\ufffdConsistent:\ufffd[2K'" in ended.out and "\x1b" not in ended.out


@pytest.mark.parametrize(
    ("listed", "expected", "code"),
    [
        ("{} *page.html\n", "SHA256SUMS beside it lists this file with this SHA-256.", 0),
        ("{}  annex.html\n", "SHA256SUMS beside it lists this SHA-256, for a file named 'annex.html'.", 0),
        ("0{}  page.html\n", "SHA256SUMS beside it lists another SHA-256", 7),
        ("nonsense\n", "No SHA256SUMS beside it or a folder up lists this file.", 0),
    ],
)
def test_the_list_beside_a_page(tmp_path: Path, listed: str, expected: str, code: int) -> None:
    page = tiny(tmp_path)
    (tmp_path / "SHA256SUMS").write_text(listed.format(file_sha256(page)), encoding="utf-8")
    ended = run_pcse("verify", page)
    assert ended.code == code and expected in ended.out
    assert ("NOT AS IT WAS WRITTEN: 1 place." in ended.err) == (code == 7)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("none.html", "cannot be read"),
        (".", "is a folder"),
        ("other.html", "holds no data of this package"),
        ("picture.html", "holds no data of this package"),
    ],
)
def test_what_cannot_be_verified_is_said(tmp_path: Path, name: str, expected: str) -> None:
    """A mistake of the user: one message, exit code 2."""
    (tmp_path / "other.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "picture.html").write_bytes(bytes(range(256)))
    ended = run_pcse("verify", tmp_path / name)
    assert ended.code == 2 and expected in ended.err and "Traceback" not in ended.err


def test_an_altered_page_stays_altered_where_the_project_fails(tmp_path: Path) -> None:
    """Exit code 7 weighs more than 2, and both are told."""
    page = tiny(tmp_path)
    altered(page, ">62%<", ">63%<")
    ended = run_pcse("verify", page, "--project", tmp_path)
    assert ended.code == 7 and "it prints '63%'" in ended.err and "CommandError" in ended.err


class TestBuilt:
    """Pages of editions as they are built."""

    pytestmark = SLOW

    def test_a_page_carries_the_rows_that_it_prints(self, published: Path) -> None:
        """Row by row what the CSV holds, and the page without its data is what it was; made twice, it is the same."""
        figures = read_figures(published)
        by_id = {e.id: e for e in figures.estimates} | {c.id: c for c in figures.changes}
        for path in published.rglob("*.html"):
            html = path.read_text(encoding="utf-8")
            data = data_of(html)
            rows = (*data.figures.estimates, *data.figures.changes)
            assert (rows or "data-row" not in html) and all(by_id[row.id] == row for row in rows)
            assert data.page == path.relative_to(published).as_posix()
            block = find_block(html)
            assert block is not None
            again = with_data(block.bare, figures, data.record, page=data.page, labels=data.labels)
            assert again == html

    def test_every_page_as_it_was_built_is_consistent(self, published: Path, synthetic: Path) -> None:
        """Nothing is wrong with any, and the command says what it cannot say."""
        for folder in (published, synthetic):
            for path in folder.rglob("*.html"):
                assert verify(path).wrong == (), path.name
        ended = run_pcse("verify", published / "annex.html")
        assert ended.code == 0
        assert "Edition 'published', draft, evidence as known on 2018-07-31" in ended.out
        assert "This is all that the file alone can say" in ended.out
        assert "SHA256SUMS beside it lists this file with this SHA-256." in ended.out
        assert "SHA256SUMS a folder up lists this file" in "\n".join(verify(published / "pages/supplies.html").said)

    def test_one_altered_digit_anywhere_is_named(self, published: Path, tmp_path: Path) -> None:
        """Thirty digits at random from text, tables, charts and attributes, and ten from the data."""
        html = (published / "annex.html").read_text(encoding="utf-8")
        start, end = html.index("<main"), html.index(OPEN)
        numbers = [m.start() for m in re.finditer("[0-9]", html)]
        dice = random.Random(5)
        page = tmp_path / "annex.html"
        drawn = dice.sample([n for n in numbers if start < n < end], 30) + dice.sample(
            [n for n in numbers if n > end], 10
        )
        for place in drawn:
            page.write_text(html[:place] + str((int(html[place]) + 1) % 10) + html[place + 1 :], encoding="utf-8")
            ended = run_pcse("verify", page)
            assert ended.code == 7, html[place - 40 : place + 20]
            assert "NOT AS IT WAS WRITTEN" in ended.err
            assert place > end or re.search(r" (under '|before the first heading)", ended.err)

    def test_an_altered_figure_is_named_with_what_its_row_gives(self, published: Path, tmp_path: Path) -> None:
        """62% of the urgent requests becomes 52%."""
        page = tmp_path / "annex.html"
        html = (published / "annex.html").read_text(encoding="utf-8")
        page.write_text(html.replace(">62%</data>", ">52%</data>", 1), encoding="utf-8")
        ended = run_pcse("verify", page)
        assert ended.code == 7
        assert re.search(r"it prints '52%'; its row gives '62%' \(gpc-pcse\.2017-12\..*, value\)", ended.err)
        assert "not as it was written" in ended.err

    def test_verify_sets_a_page_against_the_project(self, published: Path, small_project: Path) -> None:
        """One input changed since: it is named, and so is the number that moved with it."""
        results = small_project / "data" / "published" / "survey_results.csv"
        text = results.read_text(encoding="utf-8")
        results.write_text(
            text.replace("registrations_not_processed_3d,share,39,", "registrations_not_processed_3d,share,49,")
        )
        ended = run_pcse("verify", published / "annex.html", "--project", small_project)
        assert ended.code == 0
        assert "Input data/published/survey_results.csv: differs" in ended.out
        assert re.search(r"Changes that moved: .*|Verdicts that changed: ", ended.out)
        assert "Registrations not processed within three days" in ended.out
        assert "was 39.0%" in ended.out and "is 49.0%" in ended.out

    def test_built_again_from_the_same_inputs_it_is_identical(self, small_project: Path) -> None:
        """And from others it is not: the place is named."""
        out = small_project / "outputs"
        assert run_pcse("build", "--project", small_project, "--edition", "letter").code == 0
        page = out / "letter" / "annex.html"
        ended = run_pcse("verify", page, "--against", small_project, "--rebuild")
        assert ended.code == 0 and "Built again: identical." in ended.out
        assert "inputs, code, notebooks, lock and versions are the same." in ended.out
        notebook = small_project / "notebooks" / "annex.ipynb"
        notebook.write_text(notebook.read_text(encoding="utf-8").replace("## Sources", "## All sources"))
        ended = run_pcse("verify", page, "--project", small_project, "--rebuild")
        assert ended.code == 0 and "The notebooks differ." in ended.out
        assert "Built again: not identical. As built now:" in ended.out and "All sources" in ended.out
