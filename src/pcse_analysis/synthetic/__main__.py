"""Writes the example exports anew: ``python -m pcse_analysis.synthetic``, run by ``make synthetic``.

Prints the sha256 of each file: those of the exports stand in the files of the waves.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from pcse_analysis.catalogue.load import project_root
from pcse_analysis.errors import UserError
from pcse_analysis.synthetic.make import FOLDER, made_files, write_files


def main() -> int:
    """Write the files into the project around the current folder; 0 when done, 2 where its catalogue has mistakes."""
    try:
        root = project_root(Path.cwd())
        files = made_files(root)
    except UserError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    write_files(root / FOLDER, files)
    for name, content in files.items():
        print(f"{hashlib.sha256(content).hexdigest()}  {FOLDER}/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
