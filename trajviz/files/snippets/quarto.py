"""Quarto: As html, in the formats that are HTML; the PNG in all others."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import html


def quarto(shown: Shown) -> str:
    """Return a block for the formats that are HTML, and one for the others if there is a still."""
    blocks = [_division('when-format="html"', f"```{{=html}}\n{html(shown)}\n```")]
    if shown.still:
        (width, height), alt = shown.still.size, re.sub(r'([\\"&{}<>])', r"\\\1", shown.alt)
        still = f'![]({shown.still.url}){{fig-alt="{alt}" width={width} height={height}}}'
        blocks.append(_division('unless-format="html"', still))
    return "\n\n".join(blocks)


def _division(condition: str, text: str) -> str:
    return f"::: {{.content-visible {condition}}}\n{text}\n:::"


SNIPPET = Snippet(suffix="qmd", write=quarto)
