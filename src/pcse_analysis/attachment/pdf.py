"""The PDF form of a page, tagged for screen readers, printed by the Chromium of this machine where there is one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from markupsafe import escape

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 120
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
MUST_HOLD = {b"/StructTreeRoot": "tags", b"/Lang": "language", b"/Title": "title"}
"""What a PDF must hold to be read aloud, and what each is called."""


def find_chromium() -> str | None:
    """The path of a Chromium, or None; the environment variable CHROMIUM names another one."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


def print_pdf(page: Path, target: Path, note: str = "") -> str:
    """Print ``page``, and ``note`` below it, to ``target``; why that could not be done, or an empty text."""
    chromium = find_chromium()
    if chromium is None:
        return "Chromium was not found; install it, or name it in the environment variable CHROMIUM"
    # A process of Chromium may still write into its profile when the folder is taken away.
    with tempfile.TemporaryDirectory(prefix="pcse-pdf-", ignore_cleanup_errors=True) as folder:
        made, copy = Path(folder) / "page.pdf", Path(folder) / page.name
        copy.write_text(with_note(page.read_text(encoding="utf-8"), note), encoding="utf-8", newline="\n")
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        words = [chromium, *FLAGS, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}"]
        try:
            _run([*words, copy.as_uri()])
        except FileNotFoundError:
            return f"there is no program '{chromium}'; correct the environment variable CHROMIUM"
        except subprocess.TimeoutExpired:
            return f"Chromium took longer than {SECONDS} seconds; build again when the machine is less busy"
        except (OSError, subprocess.CalledProcessError):
            return f"'{chromium}' could not be run; name another Chromium in the environment variable CHROMIUM"
        content = made.read_bytes() if made.is_file() else b""
        lacking = [name for mark, name in MUST_HOLD.items() if mark not in content]
        if not content.startswith(b"%PDF"):
            return f"'{chromium}' made no PDF; name another Chromium in the environment variable CHROMIUM"
        if b"(file://" in content:
            return "a link of the page leads to a folder of this machine; link to places in the page only"
        if lacking:
            return f"the PDF that Chromium made has no {' and no '.join(lacking)}; install a newer Chromium"
        target.write_bytes(content)
    return ""


def with_note(html: str, note: str) -> str:
    """A page with one more paragraph at the end of its main part."""
    return html.replace("</main>", f"<p>{escape(note)}</p>\n</main>", 1) if note else html


def _run(words: Sequence[str]) -> None:
    """Run a command to its end; after ``SECONDS``, or when interrupted, end it with every process that it started."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True) as process:
        try:
            code = process.wait(SECONDS)
        finally:
            # Processes of its own may outlive it; they share its group, where the machine knows groups.
            with suppress(ProcessLookupError, PermissionError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
    if code:
        raise subprocess.CalledProcessError(code, words[0])
