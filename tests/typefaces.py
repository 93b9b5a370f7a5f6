"""Fonts made for tests: every glyph is a box."""

import contextlib

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables.TupleVariation import TupleVariation

from trajviz.scene import fonts
from trajviz.scene.lettering import text_coverage, text_width


@contextlib.contextmanager
def only_fonts_in(folder, monkeypatch):
    """Look for fonts in one folder alone, and remember no text that was set with others."""

    def forget():
        text_width.cache_clear()
        text_coverage.cache_clear()

    forget()
    monkeypatch.setattr(fonts, "_folders", lambda: (folder,))
    yield
    forget()


def box(pen, right, top=800):
    """Draw a rectangle from the baseline up."""
    pen.moveTo((100, 0))
    for corner in ((100, top), (right, top), (right, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen


def font(characters, family="Boxes", right=900, kind="glyf", weights=False):
    """Return a font of 1000 units per em whose glyphs are boxes, each 1000 wide."""
    names = [".notdef", *(f"u{ord(character):x}" for character in characters)]
    builder = FontBuilder(1000, isTTF=kind == "glyf")
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"u{ord(c):x}" for c in characters})
    if kind == "glyf":
        builder.setupGlyf({name: box(TTGlyphPen(None), right).glyph() for name in names})
    else:
        drawn = {name: box(T2CharStringPen(1000, None), right).getCharString() for name in names}
        builder.setupCFF(family, {}, drawn, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    if weights:
        builder.setupFvar([("wght", 100, 100, 900, "Weight")], [])
        wider = [(0, 0), (0, 0), (-400, 0), (-400, 0), *[(0, 0)] * 4]
        builder.setupGvar({name: [variation(wider)] for name in names})
    return builder.font


def variation(moves):
    return TupleVariation({"wght": (0.0, 1.0, 1.0)}, moves)
