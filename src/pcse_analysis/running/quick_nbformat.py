"""Imported before nbformat: keeps it from importing what takes most of a second and is of no use to it.

jsonschema, by which nbformat checks notebooks, tries to import this for a check of web addresses, goes without it where
it is not installed, and finds no web address in the form of a notebook.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
