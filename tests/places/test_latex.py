"""LaTeX: what pdflatex makes of a snippet, with the package animate and without."""

import re
import subprocess
import zlib

import pytest
from programs import program

from trajviz import compare, embed

HOSTILE = r'"q" %s% `b` {{x}} {% y \ \fi | $m$ [a](b) &lt; #1 ~ ^^ _ (ü € 中 ]'
LINE = 345 * 72 / 72.27
"""How wide a line of an article is, in a PDF's points."""
SHORT = {"size": (160, 120), "steps": 8, "seconds": 1, "hold": 0.2, "lead": 0, "fps": 10}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a bundle for LaTeX, its name with signs that TeX is particular about."""
    folder = tmp_path_factory.mktemp("latex")
    compare("bowl", ["sgd"], **SHORT).bundle(folder / "a b_lr=0.1", "latex")
    return folder


def typeset(folder, packages, body):
    """Return a document as pdflatex makes it, with all its streams unpacked."""
    text = f"\\documentclass{{article}}\\usepackage{{{packages}}}\\begin{{document}}\n{body}\n"
    (folder / "d.tex").write_text(f"{text}\\end{{document}}\n", "utf-8")
    order = [program("pdflatex"), "-interaction=nonstopmode", "-halt-on-error", "d.tex"]
    done = subprocess.run(order, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Overfull" not in done.stdout
    data = (folder / "d.pdf").read_bytes()
    streams = re.findall(rb"(?s)/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", data)
    return data + b"".join(map(inflated, streams))


def inflated(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def said(document):
    """Return the words that a document says of its animations."""
    found = re.findall(rb"/Contents \(((?:\\.|[^\\()])*)\)", document)
    return [unescaped(one) for one in found]


def unescaped(string):
    data = re.sub(rb"\\(\d{3})", lambda one: bytes([int(one[1], 8)]), string)
    wide = data.startswith(b"\xfe\xff")
    return data[2:].decode("utf-16-be") if wide else data.decode("latin-1")


@pytest.mark.parametrize("alt", ["100 % of (x): ä", HOSTILE])
def test_animate_plays_every_page_and_says_any_words(folder, alt):
    snippet = embed(folder / "a b_lr=0.1.anim.pdf", "latex", alt=alt)
    document = typeset(folder, "graphicx,animate", snippet)
    assert said(document) == [alt]
    assert document.count(b"/Subtype/Widget") or document.count(b"/Subtype /Widget")
    assert b"a0_fps=10;" in document
    assert b"if(a0_playsRight)" in document  # it plays by itself
    assert b"if(a0_playing){a0_seekFrame(" in document  # and begins again
    sides = re.findall(rb"/Rect ?\[([\d.]+) [\d.]+ ([\d.]+) ", document)
    assert max(float(right) - float(left) for left, right in sides) == pytest.approx(LINE, abs=0.5)


def test_the_snippet_of_a_bundle_is_a_still_where_animate_is_missing(folder):
    snippet = (folder / "a b_lr=0.1.tex").read_text("utf-8")
    assert said(typeset(folder, "graphicx,animate", snippet))[0].startswith("Contour plot of an")
    document = typeset(folder, "graphicx", snippet)
    assert said(document) == []
    assert document.count(b"/Subtype /Form") or document.count(b"/Subtype/Form")


def test_a_still_takes_any_words(folder):
    document = typeset(folder, "graphicx", embed(folder / "a b_lr=0.1.pdf", "latex", alt=HOSTILE))
    assert document.count(b"/PTEX.FileName")
