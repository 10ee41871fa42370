"""What moved between two editions, in words: ``moved``, ``sentences`` and ``pcse diff``, on rows made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.attachment.differences import different_records
from pcse_analysis.attachment.embedded import with_data
from pcse_analysis.attachment.moved import moved, sentences
from pcse_analysis.attachment.wording import labels_of, name_of
from pcse_analysis.estimates import Change, Estimate, Figures, Verdict, write_figures
from pcse_analysis.origins import RunRecord, SourceFile, Superseded, file_sha256
from pcse_analysis.reporting.figures import figure
from tests.conftest import run_pcse
from tests.dossiers import own_dossier

SOME = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ROW = Estimate(
    id="s.2017.practice.q.share", survey="s", wave="2017", respondent_group="practice", service_line="supplies",
    item="q", measure="share", category="failing", value=0.62, low=0.58, high=0.65, confidence=0.95, unit="share",
    numerator=464.0, base=748.0, method="count", sources=("a",), known_on="2018-01-16",
)  # fmt: skip
BEFORE = replace(ROW, id="s.2016.practice.q.share", wave="2016", value=0.81, low=0.76, high=0.85)
CHANGE = Change(
    id="s.practice.q.2016.to.2017", survey="s", respondent_group="practice", service_line="supplies", item="q",
    wave_before="2016", wave_after="2017", estimate_before=BEFORE.id, estimate_after=ROW.id, value=-0.19, low=-0.25,
    high=-0.13, confidence=0.95, method="", comparability="same", reason="", margin=0.05, p_adjusted=0.001,
    verdict=Verdict.IMPROVED, exceeds_margin=True,
)  # fmt: skip
RECORD = RunRecord(
    edition="tiny", evidence_date="2018-01-16", parameters={}, inputs=(SourceFile(name="a.csv", sha256="a", rows=2),),
    lock_sha256="b", code_sha256="c", notebooks_sha256="d", commit="e", packages={"python": "3.11.7"},
)  # fmt: skip
MINUS = "\N{MINUS SIGN}"
LABELS = {"q": "Finding S3, Urgent requests"}


def told(before: Estimate | Change | None, after: Estimate | Change | None) -> tuple[str, str]:
    """The kind and the sentence of the one row that moved."""
    (found,) = moved(figures(before), figures(after), LABELS)
    return found.kind, found.sentence


def figures(*rows: Estimate | Change | None) -> Figures:
    """Figures of these rows."""
    return Figures(
        tuple(r for r in rows if isinstance(r, Estimate)), tuple(r for r in rows if isinstance(r, Change))
    )  # fmt: skip


def test_a_verdict_that_changed() -> None:
    """Minus 19 points, improved, becomes minus 4, unclear."""
    later = replace(CHANGE, verdict=Verdict.UNCLEAR, value=-0.04, low=-0.1, high=0.02)
    assert told(CHANGE, later) == (
        "verdict",
        f"Finding S3, Urgent requests, practice, 2016 to 2017: was 'improved' ({MINUS}19.0 points, interval "
        f"{MINUS}25.0 to {MINUS}13.0), is 'unclear' ({MINUS}4.0 points, interval {MINUS}10.0 to +2.0)",
    )


def test_a_share_that_moved() -> None:
    """62 per cent of 748 becomes 58 per cent of 740."""
    later = replace(ROW, value=0.58, low=0.54, high=0.61, base=740.0)
    assert told(ROW, later) == (
        "estimate",
        "Finding S3, Urgent requests, practice, 2017: was 62.0%, interval 58.0% to 65.0%, base 748, "
        "is 58.0%, interval 54.0% to 61.0%, base 740",
    )


def test_a_range_without_a_value() -> None:
    """Of a pair with two windows only a range is known: -3 to +33 points, then -3 to +30."""
    ranged = replace(CHANGE, value=None, low=-0.03, high=0.33, verdict=Verdict.UNCLEAR)
    kind, sentence = told(ranged, replace(ranged, high=0.30))
    assert kind == "change"
    assert sentence.endswith(f": was {MINUS}3.0 to +33.0 points, is {MINUS}3.0 to +30.0 points")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (CHANGE, replace(CHANGE, p_adjusted=0.049), "adjusted p was 0.001, is 0.049"),
        (CHANGE, replace(CHANGE, margin=0.1), "the margin that matters was +5.0, is +10.0"),
        (CHANGE, replace(CHANGE, exceeds_margin=False), "whether it exceeds the margin was yes, is no"),
        (CHANGE, replace(CHANGE, p_adjusted=None), "differs in adjusted p"),
        (CHANGE, replace(CHANGE, reason="Other."), "differs in the reason of the comparability"),
        (ROW, replace(ROW, missing=300), "differs in the number of missing answers"),
        (ROW, replace(ROW, numerator=460.0), "the count behind the share was 464, is 460"),
        (ROW, replace(ROW, sources=("b",)), "differs in the sources"),
        (ROW, replace(ROW, confidence=0.9), "the confidence of the interval was 95%, is 90%"),
    ],
)
def test_something_else_than_the_figure_moved(
    before: Estimate | Change, after: Estimate | Change, expected: str
) -> None:
    """Each is printed on a page, so none has "moved by less than is printed"."""
    kind, sentence = told(before, after)
    assert kind == "other" and sentence.endswith(f": {expected}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ROW, replace(ROW, value=0.62004)),
        (CHANGE, replace(CHANGE, p_adjusted=0.00101)),
        (CHANGE, replace(CHANGE, low=-0.25004)),
    ],
)
def test_less_than_is_printed(before: Estimate | Change, after: Estimate | Change) -> None:
    """62.0% and 62.004% print alike; so are they counted and not told."""
    assert told(before, after)[0] == "less than is printed"
    assert sentences(moved(figures(before), figures(after))) == ["Rows that moved by less than is printed: 1."]


HIDDEN = replace(ROW, value=None, low=None, high=None, base=None, numerator=None, suppressed="under 10")


def test_what_is_withheld_now_is_not_told_again() -> None:
    """Neither the share, nor the change that rests on it, nor a row that is gone says what it was."""
    unsaid = replace(CHANGE, value=None, low=None, high=None, verdict=Verdict.NONE)
    found = moved(figures(BEFORE, ROW, CHANGE), figures(HIDDEN, unsaid), LABELS)
    assert [m.kind for m in found] == ["withheld", "withheld", "gone"]
    text = " ".join(m.sentence for m in found)
    for number in ("62", "748", "19.0", "25.0", "81"):
        assert number not in text
    shown = moved(figures(HIDDEN, unsaid), figures(BEFORE, ROW, CHANGE), LABELS)
    assert [m.kind for m in shown] == ["shown", "shown", "new"]
    assert "was withheld, is 62.0%" in shown[0].sentence


def test_a_change_that_is_not_given_any_more() -> None:
    """Its shares are there, but it is not: what it was stays in the earlier edition."""
    unsaid = replace(CHANGE, value=None, low=None, high=None, verdict=Verdict.NONE)
    assert told(CHANGE, unsaid) == (
        "verdict",
        "Finding S3, Urgent requests, practice, 2016 to 2017: was 'improved', is 'not judged' (no value)",
    )


def test_a_share_that_is_not_given_any_more() -> None:
    """It has no value now, though nobody says that it is withheld: 62 per cent is not told again."""
    kind, sentence = told(ROW, replace(ROW, value=None, low=None, high=None))
    assert kind == "estimate"
    assert sentence.startswith("Finding S3, Urgent requests, practice, 2017: was given, is no value, base 748")


def test_lines_come_by_weight_and_are_cut() -> None:
    """Three shares moved, two are told; a verdict stands before them."""
    old = [replace(ROW, id=str(n)) for n in range(3)]
    new = [replace(row, value=0.5) for row in old]
    later = replace(CHANGE, verdict=Verdict.UNCLEAR)
    lines = sentences(moved(figures(CHANGE, *old), figures(later, *new)), 2)
    assert lines[0] == "Verdicts that changed: 1." and lines[2] == "Figures that moved: 3."
    assert lines[5] == "  ... and 1 more" and len(lines) == 6
    assert sentences(()) == ["No number moved."]


VALUES = st.sampled_from((None, 0.1, 0.2, 0.20001))
SETS = st.lists(st.tuples(VALUES, st.booleans(), st.booleans()), min_size=3, max_size=3)
Drawn = list[tuple[float | None, bool, bool]]
MIRRORED = {"withheld": "shown", "shown": "withheld", "new": "gone", "gone": "new"}


def made(drawn: Drawn) -> Figures:
    """A change, and up to three shares: there or not, withheld or not."""
    rows = [
        replace(HIDDEN, id=str(n)) if hidden else replace(ROW, id=str(n), value=value)
        for n, (value, hidden, there) in enumerate(drawn)
        if there
    ]
    return figures(replace(CHANGE, value=drawn[0][0], estimate_after="0"), *rows)


@given(SETS, SETS)
@SOME
def test_what_moved_one_way_moved_back_the_other(first: Drawn, second: Drawn) -> None:
    """Laws: nothing moves against itself; both ways name the same rows, withheld for shown and new for gone."""
    before, after = made(first), made(second)
    assert moved(before, before) == ()
    there, back = ({m.id: m.kind for m in moved(*pair)} for pair in ((before, after), (after, before)))
    assert {row: MIRRORED.get(kind, kind) for row, kind in there.items()} == back


def test_records_that_differ() -> None:
    """Every part, by hand."""
    later = replace(
        RECORD, state="final", evidence_date="2018-07-31", parameters={"group": "practice"}, commit="f",
        code_sha256="0", notebooks_sha256="0", lock_sha256="0", packages={"python": "3.12.0", "new": "1"},
        inputs=(SourceFile(name="a.csv", sha256="0", rows=3), SourceFile(name="b.yaml", sha256="1", rows=0)),
        supersedes=Superseded(annex_sha256="9", evidence_date="2018-01-16", commit="e", moved=()),
    )  # fmt: skip
    assert different_records(RECORD, RECORD) == []
    assert different_records(RECORD, later) == [
        "State: was draft, is final.",
        "Evidence date: was 2018-01-16, is 2018-07-31.",
        "Commit: was e, is f.",
        "Parameters: were none, are group=practice.",
        "Annex that it corrects: was none, is 9.",
        "The code of the package differs.",
        "The notebooks differ.",
        "The lock of packages differs.",
        "Input a.csv: differs (2 rows before, 3 after).",
        "Input b.yaml: new.",
        "Version of new: was none, is 1.",
        "Version of python: was 3.11.7, is 3.12.0.",
    ]


def edition(folder: Path, rows: Figures, record: RunRecord = RECORD) -> Path:
    """The folder of a tiny edition, whose annex prints the later share alone."""
    folder.mkdir()
    write_figures(rows, folder)
    (folder / "provenance.json").write_text(json.dumps(record.to_json()), encoding="utf-8")
    row = rows.estimate(ROW.id)
    text = str(figure(row, "value", "percent"))
    value = repr(row.value)
    text = text.replace(
        f'value="{value}" data-row="{row.id}" data-field="value" data-form="percent"',
        f'data-field="value" data-form="percent" data-row="{row.id}" value="{value}"',
    )
    html = f"<html><body><h1>A page</h1><p>It is {text}.</p></body></html>"
    page = with_data(html, rows, record, page="annex.html", labels=LABELS)
    (folder / "annex.html").write_text(page, encoding="utf-8")
    return folder


def test_diff_of_folders_and_pages(tmp_path: Path) -> None:
    """The later share moved and the change with it; a page carries the share alone, so that nothing else is gone."""
    first = edition(tmp_path / "a", figures(BEFORE, ROW, CHANGE))
    later = replace(CHANGE, value=-0.23, low=-0.29, high=-0.17)
    second = edition(tmp_path / "b", figures(BEFORE, replace(ROW, value=0.58), later), replace(RECORD, commit="f"))
    ended = run_pcse("diff", first, second)
    assert ended.code == 0
    assert "Changes that moved: 1." in ended.out and "Figures that moved: 1." in ended.out
    assert "Finding S3, Urgent requests, practice, 2017: was 62.0%" in ended.out
    assert "Commit: was e, is f." in ended.out
    for pair in ((first, second / "annex.html"), (first / "annex.html", second)):
        ended = run_pcse("diff", *pair)
        assert ended.code == 0 and "A page carries the rows that it prints" in ended.out
        assert "Figures that moved: 1." in ended.out and "gone" not in ended.out and "new" not in ended.out
    same = run_pcse("diff", first, first)
    assert same.code == 0 and same.out == "No number moved.\nMade from the same inputs by the same code.\nIdentical.\n"


SPOILT = {
    "record is a list": ("provenance.json", "[]"),
    "record is no JSON": ("provenance.json", "{"),
    "record has no edition": ("provenance.json", "{}"),
    "no columns": ("estimates.csv", "id\nx\n"),
    "a text for a number": ("changes.csv", None),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_folder_that_no_build_wrote(tmp_path: Path, kind: str) -> None:
    """A message and exit code 2, no traceback."""
    folder = edition(tmp_path / "a", figures(BEFORE, ROW, CHANGE))
    name, text = SPOILT[kind]
    path = folder / name
    path.write_text(text or path.read_text(encoding="utf-8").replace("-0.19", "x"), encoding="utf-8")
    ended = run_pcse("diff", folder, folder)
    assert ended.code == 2 and "is no folder that a build wrote" in ended.err


def test_what_is_not_there_or_altered_is_told_at_once(tmp_path: Path) -> None:
    """Both sides in one message: a folder whose CSV is not the one that its list names, and a page that was altered."""
    folder = edition(tmp_path / "a", figures(BEFORE, ROW, CHANGE))
    (folder / "SHA256SUMS").write_text(f"{file_sha256(folder / 'estimates.csv')}  estimates.csv\n", encoding="utf-8")
    assert run_pcse("diff", folder, folder).code == 0
    (folder / "estimates.csv").write_text((folder / "estimates.csv").read_text(encoding="utf-8")[:-1], encoding="utf-8")
    page = folder / "annex.html"
    page.write_text(page.read_text(encoding="utf-8").replace("62%", "52%"), encoding="utf-8")
    ended = run_pcse("diff", folder, page)
    assert ended.code == 2 and "2 problems" in ended.err
    assert "SHA256SUMS lists another SHA-256 for estimates.csv" in ended.err and "it prints '52%'" in ended.err
    ended = run_pcse("diff", tmp_path / "none", tmp_path / "none.html")
    assert ended.code == 2 and "2 problems" in ended.err


def test_figures_of_two_ledgers_of_one_kind_are_told_apart() -> None:
    """Both logs of the example have the item "issues"; each is named as its own file names it."""
    dossier = own_dossier("synthetic")
    labels = labels_of(dossier)
    named = {log: name_of(dossier.figures_of(log).estimates[0], labels) for log in ("issue-log", "issue-log-steady")}
    assert named["issue-log"].startswith("Made-up issue log, ")
    assert named["issue-log-steady"].startswith("Made-up issue log without a slow-down, ")
