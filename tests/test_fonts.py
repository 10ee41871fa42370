"""The letters that the pages carry are those that charts can need."""

import base64
import io
import re

from fontTools.ttLib import TTFont

from pcse_analysis.reporting.fonts import LETTERS, TARGET, WEIGHTS


def test_the_style_sheet_holds_every_letter_in_both_weights() -> None:
    """Read back with fontTools: ASCII from blank to tilde, typographic quotes, dash and minus."""
    faces = re.findall(r"font-weight: (\d+); src: url\(data:font/woff;base64,([^)]+)\)", TARGET.read_text("utf-8"))
    assert sorted(int(weight) for weight, _ in faces) == sorted(WEIGHTS.values())
    for _, data in faces:
        letters = TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap()
        assert {ord(letter) for letter in LETTERS} <= set(letters)
        assert {ord("0"), ord("%"), ord("Z")} <= set(letters)
