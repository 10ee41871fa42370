"""A copy of the project that a test may spoil, ways to spoil it, and the command called without a new process."""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from pcse_analysis.cli import main
from pcse_analysis.errors import Problem, UserError
from pcse_analysis.evidence import Inputs, read_inputs
from tests.editions import areas, letter, practices, published, small_project, synthetic

__all__ = ["areas", "letter", "practices", "published", "small_project", "synthetic"]

ROOT = Path(__file__).resolve().parents[1]
INPUTS = (
    *("data/catalogue/**/*", "data/published/*", "data/raw/*", "data/synthetic/*"),
    *("notebooks/*.ipynb", "requirements.lock"),
)
SIGNALS = (signal.SIGTERM, signal.SIGINT)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background job ignores it, and would hand that on to every command that a test starts and stops.
    signal.signal(signal.SIGINT, signal.default_int_handler)

SURVEY = "data/catalogue/surveys/gpc-pcse"
RESULTS = "data/published/survey_results.csv"


@functools.cache
def originals() -> dict[str, bytes]:
    """Give the inputs of the repository by name, read once."""
    paths = [path for pattern in INPUTS for path in ROOT.glob(pattern) if path.is_file()]
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def copy_project(target: Path) -> Path:
    """Write the inputs of the repository to ``target``: what a colleague has before the first build."""
    for name, content in originals().items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return target


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project's inputs without any output."""
    return copy_project(tmp_path / "project")


def read_rows(path: Path) -> list[list[str]]:
    """Give every row of a CSV, the header first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write rows as the repository keeps its CSVs: UTF-8, LF, commas."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def find_row(rows: list[list[str]], where: Mapping[str, str]) -> int:
    """Give the index of the only row with these values."""
    at = [
        index
        for index, row in enumerate(rows[1:], start=1)
        if all(row[rows[0].index(column)] == value for column, value in where.items())
    ]
    assert len(at) == 1, f"{where} fits {len(at)} rows"
    return at[0]


def edit_row(path: Path, where: Mapping[str, str], change: Mapping[str, str]) -> int:
    """Change cells of one row; give its line. No cell of the repository's CSVs holds a line break."""
    rows = read_rows(path)
    at = find_row(rows, where)
    for column, value in change.items():
        rows[at][rows[0].index(column)] = value
    write_rows(path, rows)
    return at + 1


def edit_cell(path: Path, where: Mapping[str, str], column: str, value: str) -> int:
    """Change one cell; give its line."""
    return edit_row(path, where, {column: value})


def edit_text(path: Path, old: str, new: str) -> int:
    """Replace the only occurrence of ``old``; give the line on which it starts."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")
    return text[: text.index(old)].count("\n") + 1


def append_line(path: Path, line: str) -> int:
    """Add a line at the end; give its number."""
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}{line}\n", encoding="utf-8", newline="")
    return text.count("\n") + 1


def refused(root: Path) -> UserError:
    """Give the one error that reading the inputs of ``root`` ends in."""
    with pytest.raises(UserError) as caught:
        read_inputs(root)
    return caught.value


def only_problem(root: Path) -> Problem:
    """Give the one problem that reading the inputs of ``root`` ends in, and no more than that one."""
    error = refused(root)
    if len(error.problems) != 1:
        head = "\n".join(str(error).splitlines()[:6])
        pytest.fail(f"one mistake made {len(error.problems)} problems:\n{head}", pytrace=False)
    return error.problems[0]


def accepted(root: Path) -> Inputs:
    """Give the inputs of ``root``, which must be free of mistakes."""
    return read_inputs(root)


FUZZ = settings(max_examples=50, deadline=None, derandomize=True, database=None)
"""The same examples on every run."""
ODD_BYTES = (
    *(
        b"",
        b"\n",
        b"\r",
        b"\r\n",
        b"\t",
        b"\0",
        b" ",
        b",",
        b";",
        b'"',
        b"'",
        b"#",
        b"-",
        b"- ",
        b": ",
        b"%",
        b"=",
        b"\\",
    ),
    *(b"{", b"[", b"]", b"&a ", b"*a", b"!!int ", b"---\n", b"...\n", b"? ", b"|\n", b"<<: ", b"Yes", b"012", b"~"),
    *(
        b"\xff",
        b"\x92",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xc2\xb2",
        b"\xd9\xa3",
        b"\xe2\x80\xa8",
        b"9" * 25,
        b"9" * 5000,
    ),
)
ODD_TEXTS = (
    *(
        "",
        " ",
        "0",
        "-1",
        "00",
        "1e3",
        "nan",
        "inf",
        "0.0",
        "100",
        "100.0",
        "62%",
        "62,4",
        "\u00b2",
        "\u0663",
        "9" * 25,
    ),
    *("9" * 5000, "2018-02-30", "16/01/2018", "0000-00-00", "9999-12-31", "2016", "2016-10", "2017-12", "Yes", "012"),
    *(
        "share",
        "direction",
        "replies",
        "same",
        "window_differs",
        "not_comparable",
        "practice",
        "individual",
        "headline",
    ),
    *("a;b", ";", "a,b", "a\nb", '"', "../x", "/", "\0", "<b>", "{0}", "{service_line}", "annex.html", "S1", "x" * 300),
)


@contextlib.contextmanager
def _for_now(path: Path) -> Iterator[bytes]:
    """Give the bytes of a file, and put them back afterwards."""
    before = path.read_bytes()
    try:
        yield before
    finally:
        path.write_bytes(before)


@contextlib.contextmanager
def spoilt_bytes(path: Path, data: st.DataObject) -> Iterator[None]:
    """Replace up to twelve bytes by others, in one to three places of a file."""
    with _for_now(path) as content:
        for _ in range(data.draw(st.integers(1, 3))):
            at, length = data.draw(st.integers(0, len(content))), data.draw(st.integers(0, 12))
            new = data.draw(st.sampled_from(ODD_BYTES) | st.binary(max_size=6))
            content = content[:at] + new + content[at + length :]
        path.write_bytes(content)
        yield


@contextlib.contextmanager
def spoilt_cells(path: Path, data: st.DataObject) -> Iterator[None]:
    """Replace one to three cells of a CSV, of the header too."""
    with _for_now(path):
        rows = read_rows(path)
        for _ in range(data.draw(st.integers(1, 3))):
            row = data.draw(st.sampled_from(rows))
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(
                st.sampled_from(ODD_TEXTS) | st.text(st.characters(codec="utf-8"), max_size=8)
            )
        write_rows(path, rows)
        yield


def read_or_refuse(root: Path) -> Inputs | None:
    """Read the inputs of ``root``; None where they are refused in a message. Anything else is raised."""
    try:
        return read_inputs(root)
    except UserError as error:
        assert error.problems
        return None


@pytest.fixture(scope="module")
def spoiling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project for one module, in which one file at a time is spoilt."""
    return copy_project(tmp_path_factory.mktemp("spoiling") / "project")


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def run_pcse(*words: object) -> Ended:
    """Call ``pcse`` with these words as a shell would, and put signal handlers back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    out, err = io.StringIO(), io.StringIO()
    try:
        with (
            mock.patch.object(sys, "argv", ["pcse", *map(str, words)]),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as ended,
        ):
            main()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return Ended(code=int(ended.value.code or 0), out=out.getvalue(), err=err.getvalue())


@pytest.fixture
def pcse(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """The command, called from inside ``project``."""
    monkeypatch.chdir(project)
    return run_pcse
