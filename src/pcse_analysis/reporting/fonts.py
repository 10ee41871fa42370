"""Makes ``template/fonts.css``: the letters that charts use, cut out of the font that comes with matplotlib.

Run by ``make fonts`` when matplotlib's font changes. The page carries these letters, so that a chart's layout does not
depend on the fonts of the reader's machine, and one copy serves all charts of a page.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import matplotlib
from fontTools import subset  # a dependency of matplotlib

LETTERS = "".join(c for c in map(chr, range(32, 127)) if c.isalnum() or c in " %&'()+,-./:;?[]") + "–’“”−■"
WEIGHTS = {"DejaVuSans.ttf": 400, "DejaVuSans-Bold.ttf": 700}
NOTICE = (
    "/* Letters of DejaVu Sans, made from Bitstream Vera. Copyright (c) 2003 by Bitstream, Inc. All Rights Reserved. "
    "Bitstream Vera is a trademark of Bitstream, Inc. DejaVu changes are in public domain. */\n"
)
TARGET = Path(__file__).parent / "template" / "fonts.css"


def font_face(file: str, weight: int) -> str:
    """One CSS rule that holds the letters of ``file`` as WOFF."""
    options = subset.Options(
        flavor="woff", layout_features=[], hinting=False, recalc_timestamp=False, name_IDs=[], drop_tables=["FFTM"]
    )
    font = subset.load_font(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / file), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=LETTERS)
    subsetter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    data = base64.b64encode(out.getvalue()).decode()
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    return f"@font-face {{ font-family: 'DejaVu Sans'; font-weight: {weight}; src: {source}; }}\n"


def make_fonts() -> str:
    """The whole style sheet, with the notice that copies of these letters must carry."""
    return NOTICE + "".join(font_face(file, weight) for file, weight in WEIGHTS.items())


if __name__ == "__main__":
    TARGET.write_text(make_fonts(), encoding="utf-8", newline="\n")
