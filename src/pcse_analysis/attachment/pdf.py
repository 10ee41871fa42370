"""The PDF form of a page, tagged for screen readers, printed by the Chromium of this machine where there is one."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

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


def find_chromium() -> str | None:
    """The path of a Chromium, or None; the environment variable CHROMIUM names another one."""
    return os.environ.get("CHROMIUM") or next((path for path in map(shutil.which, NAMES) if path), None)


def print_pdf(page: Path, target: Path) -> str:
    """Print ``page`` to ``target``; why that could not be done, or an empty text."""
    chromium = find_chromium()
    if chromium is None:
        return "Chromium was not found; install it, or name it in the environment variable CHROMIUM"
    with tempfile.TemporaryDirectory(prefix="pcse-pdf-") as folder:
        made = Path(folder) / "page.pdf"
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        words = [chromium, *FLAGS, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}"]
        try:
            subprocess.run([*words, page.resolve().as_uri()], capture_output=True, timeout=SECONDS, check=True)
        except FileNotFoundError:
            return f"there is no program '{chromium}'; correct the environment variable CHROMIUM"
        except subprocess.TimeoutExpired:
            return f"Chromium took longer than {SECONDS} seconds"
        except (OSError, subprocess.CalledProcessError):
            return "Chromium could not be run"
        content = made.read_bytes() if made.is_file() else b""
        if not content.startswith(b"%PDF") or b"/StructTreeRoot" not in content:
            return "Chromium made no tagged PDF; a newer version would"
        target.write_bytes(content)
    return ""
