"""``python -m pcse_analysis`` is the ``pcse`` command."""

from pcse_analysis.cli import main

main()
