"""Processes of their own for what is measured, so that one cannot warm, slow or fill the memory of another."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FOLDER = ROOT / "build" / "benchmark"
MEGABYTE = 1024 * 1024
ENVIRONMENT = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Linear algebra on one thread: two of them wait for each other where another process has the second core."""


def answer_of(words: Sequence[str | Path], python: str | Path = sys.executable) -> dict[str, Any]:
    """What a script called with these words prints at its end, one JSON object.

    Raises:
        subprocess.CalledProcessError: the script failed; what it said is shown.
    """
    done = subprocess.run([python, *words], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, env=ENVIRONMENT)
    return dict(json.loads(done.stdout))


class Child:
    """A script that stays and answers a line with a line, so that its imports and data are not made again."""

    def __init__(self, words: Sequence[str | Path], python: str | Path = sys.executable) -> None:
        self._name = " ".join(str(word) for word in words)
        self._process = subprocess.Popen(
            [python, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=ENVIRONMENT
        )

    def ask(self, question: str) -> dict[str, Any]:
        """Send a line and wait for the answer.

        Raises:
            RuntimeError: the process ended instead; what it said is on the screen.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(question + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._name} ended with {self._process.wait()}")
        return dict(json.loads(answer))

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


def serve(answer: Callable[[str], object]) -> None:
    """In the process itself: answer every line that comes until there are no more."""
    for line in sys.stdin:
        print(json.dumps(answer(line.strip())), flush=True)


def largest_resident() -> float:
    """The largest resident size of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident() -> float:
    """The resident size of this process now, in megabytes; the largest so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return largest_resident()
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
