"""What ``pcse verify`` and ``pcse diff`` say: of a page as it was built, of one that was altered, of two editions."""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.attachment.embedded import bare_page, read_embedded, with_data
from pcse_analysis.attachment.moved import moved, sentences
from pcse_analysis.attachment.pieces import pieces_of
from pcse_analysis.attachment.verify import verify
from pcse_analysis.estimates import Change, Figures, Verdict, read_figures
from tests.conftest import run_pcse
from tests.pages.test_gate import PAGE, ROW, printed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("published")]
SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)
CHANGE = Change(
    id="s.practice.q.2016.to.2017", survey="s", respondent_group="practice", service_line="supplies", item="q",
    wave_before="2016", wave_after="2017", estimate_before="b", estimate_after=ROW.id, value=-0.19, low=-0.25,
    high=-0.13, confidence=0.95, method="", comparability="same", reason="", margin=0.05, verdict=Verdict.IMPROVED,
)  # fmt: skip


@given(st.text(st.sampled_from("ab<>/ph1trsvg \n&\u2028é"), max_size=80))
@SOME
def test_no_byte_of_a_page_is_lost_between_its_pieces(html: str) -> None:
    """Joined again, the pieces are the page."""
    assert "".join(piece.raw for piece in pieces_of(html)) == html


def test_a_page_carries_the_rows_that_it_prints(published: Path) -> None:
    """Row by row what the CSV holds, and the page without its data is what it was; made twice, it is the same."""
    figures = read_figures(published)
    by_id = {e.id: e for e in figures.estimates} | {c.id: c for c in figures.changes}
    for path in published.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        embedded = read_embedded(html)
        assert embedded is not None and embedded.data_sha256 == embedded.found_sha256
        rows = (*embedded.figures.estimates, *embedded.figures.changes)
        assert rows and all(by_id[row.id] == row for row in rows)
        assert with_data(bare_page(html), figures, embedded.record) == html


def test_every_page_as_it_was_built_is_consistent(published: Path, synthetic: Path) -> None:
    """Nothing is wrong with any, and the command says what it cannot say."""
    for folder in (published, synthetic):
        for path in folder.rglob("*.html"):
            assert verify(path).wrong == (), path.name
    ended = run_pcse("verify", published / "annex.html")
    assert ended.code == 0
    assert "Edition 'published', draft, evidence as known on 2018-07-31" in ended.out
    assert "This is all that the file alone can say" in ended.out
    assert "SHA256SUMS beside it lists this file." in ended.out


def test_one_altered_digit_anywhere_is_named(published: Path, tmp_path: Path) -> None:
    """Thirty digits drawn at random from text, tables, charts, alternative texts and attributes, one at a time."""
    html = (published / "annex.html").read_text(encoding="utf-8")
    body = html.index("<main")
    digits = [m.start() for m in re.finditer("[0-9]", html) if m.start() > body]
    page = tmp_path / "annex.html"
    for place in random.Random(5).sample(digits, 30):
        page.write_text(html[:place] + str((int(html[place]) + 1) % 10) + html[place + 1 :], encoding="utf-8")
        ended = run_pcse("verify", page)
        assert ended.code in (7, 2), html[place - 40 : place + 20]
        assert "NOT AS IT WAS WRITTEN" in ended.err or "cannot be read" in ended.err


def test_an_altered_figure_is_named_with_what_its_row_gives(published: Path, tmp_path: Path) -> None:
    """62% of the urgent requests becomes 52%."""
    page = tmp_path / "annex.html"
    html = (published / "annex.html").read_text(encoding="utf-8")
    page.write_text(html.replace(">62%</data>", ">52%</data>", 1), encoding="utf-8")
    ended = run_pcse("verify", page)
    assert ended.code == 7
    assert re.search(r"it prints '52%'; its row gives '62%' \(gpc-pcse\.2017-12\..*, value\)", ended.err)
    assert "not as it was sealed" in ended.err


@pytest.mark.parametrize(
    ("name", "expected"),
    [("none.html", "cannot be read"), (".", "is a folder"), ("other.html", "holds no data of this package")],
)
def test_what_cannot_be_verified_is_said(tmp_path: Path, name: str, expected: str) -> None:
    """A mistake of the user: one message, exit code 2."""
    (tmp_path / "other.html").write_text(PAGE, encoding="utf-8")
    ended = run_pcse("verify", tmp_path / name)
    assert ended.code == 2 and expected in ended.err and "Traceback" not in ended.err


def test_verify_sets_a_page_against_the_project(published: Path, small_project: Path) -> None:
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
    assert "was 39.0%" in ended.out and "is 49.0%" in ended.out


def test_rows_that_moved_are_told_by_their_weight() -> None:
    """By hand: a verdict, a share, one newly withheld, one moved by less than is printed."""
    later = replace(CHANGE, verdict=Verdict.UNCLEAR, value=-0.04, low=-0.1, high=0.02)
    hair = replace(ROW, id="hair", value=0.62004)
    hidden = replace(ROW, id="hidden", value=None, low=None, high=None, base=None, suppressed="to protect respondents")
    before = Figures((ROW, replace(ROW, id="hair"), replace(ROW, id="hidden")), (CHANGE,))
    after = Figures((replace(ROW, value=0.58), hair, hidden), (later,))
    found = moved(before, after, {"q": "Urgent requests"})
    assert [m.kind for m in found] == ["verdict", "estimate", "withheld", "less than is printed"]
    assert found[0].sentence == (
        "Urgent requests, 2016 to 2017: was 'improved' (\u221219.0 points, interval \u221225.0 to \u221213.0), "
        "is 'unclear' (\u22124.0 points, interval \u221210.0 to +2.0)"
    )
    assert sentences(found)[0] == "Verdicts that changed: 1."
    assert sentences(()) == ["No number moved."]


@given(st.lists(st.sampled_from((0.1, 0.2, 0.20001)), min_size=3, max_size=3))
@SOME
def test_what_moved_one_way_moved_back_the_other(values: list[float]) -> None:
    """A law: nothing moves against itself, and both ways name the same rows."""
    before = Figures(tuple(replace(ROW, id=str(n)) for n in range(3)), (CHANGE,))
    after = Figures(tuple(replace(ROW, id=str(n), value=value) for n, value in enumerate(values)), ())
    assert moved(before, before) == ()
    assert {m.id for m in moved(before, after)} == {m.id for m in moved(after, before)}


def test_diff_of_two_editions(published: Path, letter: Path, tmp_path: Path) -> None:
    """The letter's edition knows less: figures that came later are gone, and its evidence date is another."""
    ended = run_pcse("diff", published, letter)
    assert ended.code == 0
    assert "Rows that are gone" in ended.out
    assert "Evidence date: was 2018-07-31, is 2018-01-16." in ended.out
    same = run_pcse("diff", published, published / "annex.html", "--all")
    assert same.code == 0 and "Made from the same inputs by the same code." in same.out
    wrong = run_pcse("diff", tmp_path / "a", tmp_path / "b.html")
    assert wrong.code == 2 and "2 problems" in wrong.err


def test_a_tiny_page_whose_data_were_altered(tmp_path: Path, published: Path) -> None:
    """The row inside is changed with the figure, but not its seal."""
    record = read_embedded((published / "annex.html").read_text(encoding="utf-8"))
    assert record is not None
    html = with_data(PAGE.replace("<td>1</td>", f"<td>{printed()}</td>"), Figures((ROW,), ()), record.record)
    page = tmp_path / "page.html"
    page.write_text(html, encoding="utf-8")
    assert verify(page).wrong == ()
    page.write_text(html.replace("0.62", "0.72").replace("62%", "72%"), encoding="utf-8")
    assert any("not those that were sealed" in line for line in verify(page).wrong)
    shutil.rmtree(tmp_path)
