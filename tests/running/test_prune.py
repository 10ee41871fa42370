"""What ``pcse prune`` lists and deletes. Every tree is small enough to say by hand what must be left of it."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from pcse_analysis.running import records
from pcse_analysis.running.outdated import DATE
from pcse_analysis.running.prune import prune, what_goes
from pcse_analysis.running.records import RUNS, recorded
from pcse_analysis.running.staging import locked
from tests.conftest import FUZZ, run_pcse

DAY = 86_400
LONG_AGO = "2018-01-16T06:15:00.000000+00:00"


def built(folder: Path, *, edition: str = "letter", state: str = "draft", text: str = "", **parameters: str) -> Path:
    """A folder as a build leaves it."""
    (folder / "pages").mkdir(parents=True)
    files = {
        "annex.html": text or folder.as_posix(),
        "pages/supplies.html": "a page",
        "provenance.json": json.dumps({"edition": edition, "state": state, "parameters": parameters}),
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "SHA256SUMS").write_text(
        "".join(f"{hashlib.sha256(content.encode()).hexdigest()}  {name}\n" for name, content in files.items()),
        encoding="utf-8",
    )
    return folder


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder: files with their bytes, links with where they lead, folders with None."""
    return {
        path.relative_to(folder).as_posix(): (
            str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else None
        )
        for path in folder.rglob("*")
    }


def pruned(root: Path, keep: int = 1, days: int = 0) -> tuple[list[str], list[str]]:
    """Prune; what went and what was told."""
    going, told = what_goes(root, keep, days)
    went = [one.path.relative_to(root).as_posix() for one in going]
    assert prune(root, going) == []
    return went, told


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_into(folder: Path, root: Path, monkeypatch: pytest.MonkeyPatch, moment: str = LONG_AGO) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(records, "_now", lambda: moment)
        with recorded(root, command="build", what="letter", target=folder):
            built(folder)


# ---- outputs


def test_the_newest_of_each_group_stay(root: Path) -> None:
    """Three dates of 'letter', of which two stay; one edition beside it, and one with other parameters, stay."""
    for day in ("2018-01-16", "2018-01-23", "2018-01-30"):
        built(root / "outputs" / day / "letter")
    built(root / "outputs" / "2017-01-01" / "published", edition="published")
    built(root / "outputs" / "2017-01-02" / "letter", service_line="supplies")
    assert pruned(root, keep=2) == (["outputs/2018-01-16/letter"], [])
    assert sorted(path.name for path in (root / "outputs").iterdir()) == [
        "2017-01-01", "2017-01-02", "2018-01-23", "2018-01-30",
    ]  # fmt: skip


def test_a_date_in_the_name_of_the_folder_itself(root: Path) -> None:
    for day in ("2018-01-16", "2018-01-23"):
        built(root / "outputs" / f"letter-{day}")
    assert pruned(root) == (["outputs/letter-2018-01-16"], [])


def test_newest_is_told_by_records_where_the_clock_was_set_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Built in the order b, a: by the clock, the date in the path and the times of the files a is the older one."""
    a, b = root / "outputs" / "2018-01-16" / "letter", root / "outputs" / "2018-01-23" / "letter"
    run_into(b, root, monkeypatch, "2018-01-23T06:15:00+00:00")
    run_into(a, root, monkeypatch, "2018-01-16T06:15:00+00:00")
    os.utime(a / "SHA256SUMS", (0, 0))
    assert pruned(root, days=10**5) == (["outputs/2018-01-23/letter"], [])


def test_without_records_the_date_in_the_path_goes_before_the_time_of_the_file(root: Path) -> None:
    a, b = built(root / "outputs" / "2018-01-16" / "letter"), built(root / "outputs" / "2018-01-23" / "letter")
    os.utime(b / "SHA256SUMS", (0, 0))
    assert pruned(root) == (["outputs/2018-01-16/letter"], [])
    built(root / "outputs" / "x" / "published", edition="published")
    built(root / "outputs" / "y" / "published", edition="published")
    os.utime(root / "outputs" / "y" / "published" / "SHA256SUMS", (0, 0))
    assert pruned(root) == (["outputs/y/published"], [])
    assert not a.exists() and b.exists()


def test_final_editions_and_an_edition_in_its_own_place_stay(root: Path) -> None:
    built(root / "outputs" / "letter")
    built(root / "outputs" / "2018-01-09" / "letter", state="final")
    built(root / "outputs" / "2018-01-16" / "letter")
    built(root / "outputs" / "2018-01-23" / "letter")
    assert pruned(root) == (["outputs/2018-01-16/letter"], [])


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda f: (f / "notes.txt").write_text("mine"), "no build put 'notes.txt' there"),
        (lambda f: (f / "pages" / "n").symlink_to(f), "'pages/n' is a link"),
        (lambda f: (f / "annex.html").write_text("edited"), "'annex.html' is not as it was built"),
        (lambda f: (f / "annex.html").unlink(), "'annex.html' is not as it was built"),
        (lambda f: os.mkfifo(f / "pipe"), "no build put 'pipe' there"),
        (lambda f: (f / "provenance.json").write_text("{"), "provenance.json: not JSON"),
        (lambda f: (f / "provenance.json").write_text("[]"), "provenance.json: not the record of a build"),
        (lambda f: (f / "provenance.json").write_text('{"edition": "letter", "parameters": {}, "state": "finl"}'),
         "provenance.json: not the record of a build"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_was_built_is_left_alone_and_told(root: Path, spoil: object, told: str) -> None:
    odd = built(root / "outputs" / "2018-01-16" / "letter")
    for day in ("2018-01-23", "2018-01-30"):
        built(root / "outputs" / day / "letter")
    spoil(odd)
    before = tree(odd)
    assert pruned(root) == (["outputs/2018-01-23/letter"], [f"outputs/2018-01-16/letter is left alone: {told}"])
    assert tree(odd) == before


def test_a_damaged_newest_does_not_cost_the_last_good_one(root: Path) -> None:
    good, damaged = built(root / "outputs" / "2018-01-16" / "letter"), built(root / "outputs" / "2018-01-23" / "letter")
    (damaged / "annex.html").write_text("half", encoding="utf-8")
    went, told = pruned(root)
    assert went == [] and len(told) == 1 and good.is_dir()


def test_no_link_is_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for day in ("2018-01-16", "2018-01-23"):
        built(elsewhere / day / "letter")
    before = tree(elsewhere)
    (root / "outputs").mkdir()
    (root / "outputs" / "linked").symlink_to(elsewhere)
    assert pruned(root) == ([], [])
    (root / "outputs" / "linked").unlink()
    (root / "outputs").rmdir()
    (root / "outputs").symlink_to(elsewhere)
    (root / "build").symlink_to(elsewhere)
    linked = ("outputs", "build/failed", "build/refused", "build/batches", "build/runs")
    told = [f"{name} is left alone: a link" for name in linked]
    assert pruned(root) == ([], told)
    assert tree(elsewhere) == before


def test_folders_inside_one_another_are_left_alone(root: Path) -> None:
    built(root / "outputs" / "2018-01-16" / "letter")
    built(root / "outputs" / "2018-01-16" / "letter" / "2018-01-09" / "letter")
    built(root / "outputs" / "2018-01-23" / "letter")
    assert pruned(root) == ([], ["outputs/2018-01-16/letter is left alone: it holds others"])


def test_nothing_goes_while_a_build_is_at_work_there(root: Path) -> None:
    for day in ("2018-01-16", "2018-01-23"):
        built(root / "outputs" / day / "letter")
    with FileLock(root / "outputs" / "2018-01-16" / ".letter.lock"):
        assert pruned(root) == ([], ["outputs/2018-01-16/letter is left alone: a build is at work there"])
    assert pruned(root) == (["outputs/2018-01-16/letter"], [])
    assert not (root / "outputs" / "2018-01-16").exists()  # nor does the lock stay behind alone


def test_what_is_built_anew_after_the_list_was_made_stays(root: Path) -> None:
    """The first is being built when it is to be deleted, the second was built again, the third is gone by then."""
    for day in ("2018-01-09", "2018-01-16", "2018-01-23", "2018-01-30"):
        built(root / "outputs" / day / "letter")
    going, told = what_goes(root, 1, 0)
    first, second, third = (one.path for one in going)
    second.rename(second.with_name("moved"))
    built(second, text="another")
    third.rename(third.with_name("gone"))
    with FileLock(first.with_name(".letter.lock")):
        assert prune(root, going) == ["outputs/2018-01-09/letter stays: a build is at work there"]
    assert (first.is_dir(), second.is_dir(), told) == (True, True, [])


# ---- staging


def test_abandoned_staging_goes_where_nobody_holds_the_lock(root: Path) -> None:
    built(root / "outputs" / "letter")
    half = root / "outputs" / ".letter~ab12_xyz"
    old = built(root / "outputs" / ".letter~ab12_xyz~old")
    (half / "pages").mkdir(parents=True)
    (half / "annex.html").write_text("half", encoding="utf-8")
    mine = root / "outputs" / ".myself~settings"
    mine.mkdir()
    with FileLock(root / "outputs" / ".letter.lock"):
        went, told = pruned(root)
        assert went == [] and len(told) == 2 and "a build is at work there" in told[0]
    assert pruned(root) == (["outputs/.letter~ab12_xyz", "outputs/.letter~ab12_xyz~old"], [])
    assert (mine.is_dir(), half.exists(), old.exists()) == (True, False, False)


def test_what_may_be_the_last_good_one_is_no_staging(root: Path) -> None:
    """A build was killed between its two renames: the earlier edition lies beside its place, which is empty."""
    built(root / "outputs" / ".letter~ab12_xyz~old")
    told = ["outputs/.letter~ab12_xyz~old is left alone: it may be the last good 'letter'"]
    assert pruned(root) == ([], told)


def test_staging_that_is_final_stays(root: Path) -> None:
    built(root / "outputs" / "letter")
    built(root / "outputs" / ".letter~ab12_xyz~old", state="final")
    assert pruned(root) == ([], ["outputs/.letter~ab12_xyz~old is left alone: final"])


# ---- failures and records


def test_failed_refused_and_half_made_beyond_the_newest_and_older_than_the_days(root: Path) -> None:
    """Ages in days: 5, 20, 30; the newest stays whatever its age, and so does what is younger than 10 days.

    Half a batch is spared while another run makes the rest of it.
    """
    for kept in ("batches", "failed", "refused"):
        for age in (5, 20, 30):
            folder = root / "build" / kept / f"{age}"
            folder.mkdir(parents=True)
            (folder / "annex.ipynb").write_text("{}", encoding="utf-8")
            for path in (folder / "annex.ipynb", folder):
                os.utime(path, (time.time() - age * DAY,) * 2)
    with locked(root / "build" / "batches" / "30"):
        going, _ = what_goes(root, 1, 10)
        assert prune(root, going) == ["build/batches/30 stays: a build is at work there"]
    assert pruned(root, keep=1, days=10)[0] == ["build/batches/30"]
    assert sorted(path.name for path in (root / "build").glob("*/[0-9]*")) == ["5", "5", "5"]
    assert pruned(root, keep=1, days=3) == ([], [])


def test_older_records_go_but_for_the_newest_and_the_last_of_what_is_there(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of five runs: the first made a folder that is there, the second one that is gone, the last is the newest."""
    run_into(root / "outputs" / "letter", root, monkeypatch)
    run_into(root / "outputs" / "2018-01-16" / "letter", root, monkeypatch)
    for path in sorted((root / "outputs" / "2018-01-16").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    for moment in (LONG_AGO, "2999-01-01T00:00:00+00:00", LONG_AGO):
        monkeypatch.setattr(records, "_now", lambda moment=moment: moment)
        with recorded(root, command="build", what="letter"):
            pass
    names = sorted((int(path.name[24:30]), path.name) for path in (root / RUNS).iterdir())
    went, _ = pruned(root, keep=1, days=30)
    assert went == sorted(f"{RUNS}/{name}" for number, name in names if number in (2, 3))


def test_a_run_that_goes_on_keeps_its_record(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_now", lambda: LONG_AGO)
    with recorded(root, command="build", what="letter"):
        with recorded(root, command="build", what="letter"):
            pass
        assert pruned(root) == ([], [])
    assert len(pruned(root)[0]) == 1


# ---- the command


def test_the_command_lists_and_deletes_only_with_yes(root: Path) -> None:
    for day in ("2018-01-16", "2018-01-23"):
        built(root / "outputs" / day / "letter", text="x" * 10_000)
    before = tree(root)
    ended = run_pcse("prune", "--keep", "1")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "  10.3 kB  outputs/2018-01-16/letter  (an older output of 'letter')"
    assert "1 thing, 10.3 kB. Nothing was deleted: give --yes" in ended.out
    assert tree(root) == before
    assert run_pcse("prune", "--keep", "1", "--yes").out.endswith("1 thing, 10.3 kB. Deleted.\n")
    assert run_pcse("prune", "--keep", "1", "--yes").out == "Nothing is to go.\n"
    assert not (root / "outputs" / "2018-01-16").exists()


@pytest.mark.parametrize("words", [("--keep", "0"), ("--keep", "-1"), ("--days", "-1")])
def test_fewer_than_one_is_refused(root: Path, words: tuple[str, str]) -> None:
    ended = run_pcse("prune", *words)
    assert ended.code == 2 and ended.err.startswith("CommandError: ")


# ---- whatever is there

PLACES = ("2018-01-16", "2018-01-23", "2018-01-30", "a b%", "x/y", "", "2018-01-16/letter", ".letter~abcdefgh")
NAMES = (
    *("letter",) * 6,
    *("published", "letter-2018-01-16", ".letter~abcdefgh", ".letter~abcdefgh~old", ".x~abcdefgh~pruned"),
)
SPOILS = (*("",) * 8, "note", "edit", "json", "link", "lost", "nosums")


@st.composite
def folders(draw: st.DrawFn) -> dict[str, object]:
    return {
        "place": draw(st.sampled_from(PLACES)),
        "name": draw(st.sampled_from(NAMES)),
        "edition": draw(st.sampled_from(("letter", "letter", "letter", "published"))),
        "state": draw(st.sampled_from(("draft", "draft", "final"))),
        "spoil": draw(st.sampled_from(SPOILS)),
        "within": draw(st.sampled_from((*("outputs",) * 6, "build/failed", "build/refused"))),
        "run": draw(st.booleans()),
        "mtime": draw(st.integers(0, 2 * 10**9)),
    }


def make(root: Path, one: dict[str, object]) -> None:
    folder = root / str(one["within"]) / str(one["place"]) / str(one["name"])
    if folder.exists():
        return
    built(folder, edition=str(one["edition"]), state=str(one["state"]))
    if one["run"]:
        with recorded(root, command="build", what=str(one["edition"]), target=folder):
            pass
    match one["spoil"]:
        case "note":
            (folder / "notes.txt").write_text("mine", encoding="utf-8")
        case "edit":
            (folder / "annex.html").write_text("edited", encoding="utf-8")
        case "json":
            (folder / "provenance.json").write_text("{", encoding="utf-8")
        case "link":
            (folder / "pages" / "up").symlink_to(root)
        case "lost":
            (folder / "annex.html").unlink()
        case "nosums":
            (folder / "SHA256SUMS").unlink()
    for path in folder.rglob("*"):
        os.utime(path, (int(str(one["mtime"])),) * 2, follow_symlinks=False)


def editions(root: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    """Every folder that holds a legible record, wherever it lies."""
    for path in sorted(root.rglob("provenance.json")):
        try:
            yield path.parent, json.loads(path.read_bytes())
        except ValueError:
            continue


def whole(folder: Path) -> bool:
    """Whether a folder holds exactly what its list says: written here anew, not with the code under test."""
    if not (folder / "SHA256SUMS").is_file():
        return False
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {line[66:]: line[:64] for line in lines}
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir()}
    found.pop("SHA256SUMS")
    return not any(p.is_symlink() for p in found.values()) and listed == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in found.items()
    }


@settings(FUZZ, max_examples=200)
@given(st.lists(folders(), min_size=2, max_size=12), st.integers(1, 2), st.integers(0, 400))
def test_whatever_is_there_finals_and_the_last_good_stay(parts: list[dict[str, object]], keep: int, days: int) -> None:
    """Every final edition byte for byte, and for each group at least one that is whole; twice is as once."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for one in parts:
            make(root, one)
        before = {folder: tree(folder) for folder, values in editions(root) if values["state"] == "final"}
        groups = {
            (values["edition"], DATE.sub("", folder.name))
            for folder, values in editions(root / "outputs")
            if whole(folder) and not any(part.startswith(".") for part in folder.relative_to(root).parts)
        }
        pruned(root, keep, days)
        once = tree(root)
        assert {folder: tree(folder) for folder in before} == before
        left = {
            (values["edition"], DATE.sub("", folder.name))
            for folder, values in editions(root / "outputs")
            if whole(folder)
        }
        assert groups <= left
        assert pruned(root, keep, days)[0] == []
        assert tree(root) == once
