"""Jekyll: As html, with addresses that hold below a base and for pages of any permalink."""

from __future__ import annotations

import re

from trajviz.files.snippets import Shown, Snippet
from trajviz.files.snippets.html import html

_ADDRESS = re.compile(r'(?<= )(src|srcset|poster)="([^"]*)"')
_BESIDE = "page.path | remove: page.name | prepend: '/'"
"""The folder of a page, and not of its permalink; posts have none of their own in the site."""


def jekyll(shown: Shown) -> str:
    """Return HTML that kramdown takes for one block."""
    inside = _ADDRESS.sub(lambda found: f'{found[1]}="{_mended(found[2])}"', html(shown))
    return f"<div>\n{inside}\n</div>"


def _mended(address: str) -> str:
    """Return an address of an attribute, made to hold below the site's base.

    >>> print(_mended("/assets/race.gif"))
    {{ '/assets/race.gif' | relative_url }}
    """
    if re.match("[a-z]+:|//", address):
        return address
    if address.startswith("/"):
        return f"{{{{ '{address}' | relative_url }}}}"
    return f"{{{{ {_BESIDE} | append: '{address}' | relative_url }}}}"


SNIPPET = Snippet(suffix="md", write=jekyll)
