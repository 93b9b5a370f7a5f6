"""HTML: <video> with the GIF as fall-back, or <picture>; under reduced motion the PNG stands."""

from __future__ import annotations

import re
from html import escape

from trajviz.files.snippets import Medium, Shown, Snippet

_STILL_WANTED = "(prefers-reduced-motion: reduce)"
_MOTION_WANTED = "(prefers-reduced-motion: no-preference)"
_STYLE = (
    f"<style>@media {_STILL_WANTED} "
    "{ .trajviz-moving { display: none } .trajviz-still { display: block } }</style>"
)
_FLUID = 'style="max-width:100%;height:auto"'


def html(shown: Shown) -> str:
    """Return the elements that show a film, or a picture where there is no film."""
    if not shown.films:
        return _picture(shown)
    sources = [
        f'<source src="{_attribute(film.url)}" type="{film.format.media_type}"'
        for film in shown.films
    ]
    fall_back = [_image(shown.picture, shown.alt)] if shown.moving or shown.still else []
    preload = "none" if shown.still else "metadata"
    # A page that strips <style> shows the first alone, which then stays its poster.
    return "\n".join(
        [
            _STYLE,
            f'<video class="trajviz-moving" autoplay{_film(shown)}>',
            *(f'  {source} media="{_MOTION_WANTED}">' for source in sources),
            *(f"  {image}" for image in fall_back),
            "</video>",
            f'<video class="trajviz-still" hidden preload="{preload}"{_film(shown)}>',
            *(f"  {source}>" for source in sources),
            "</video>",
        ]
    )


def _picture(shown: Shown) -> str:
    """Return an <img>, in a <picture> that gives way to the still where motion is unwanted."""
    image = _image(shown.picture, shown.alt)
    if not (shown.moving and shown.still):
        return image
    still = _attribute(shown.still.url)
    return f'<picture>\n  <source srcset="{still}" media="{_STILL_WANTED}">\n  {image}\n</picture>'


def _film(shown: Shown) -> str:
    """Return the attributes of a <video> that loops silently and can be paused."""
    poster = f' poster="{_attribute(shown.still.url)}"' if shown.still else ""
    return (
        f" loop muted playsinline controls {_size(shown.films[0])} {_FLUID}"
        f' loading="lazy"{poster} aria-label="{_attribute(shown.alt)}"'
    )


def _image(picture: Medium, alt: str) -> str:
    source = _attribute(picture.url)
    return f'<img src="{source}" {_size(picture)} {_FLUID} loading="lazy" alt="{_attribute(alt)}">'


def _size(medium: Medium) -> str:
    width, height = medium.size
    return f'width="{width}" height="{height}"'


def _attribute(text: str) -> str:
    """Return a text for an attribute, safe from what reads the page before a browser does.

    >>> print(_attribute('a "b" <c> {{d}} `e`'))
    a &quot;b&quot; &lt;c&gt; &#123;&#123;d&#125;&#125; &#96;e&#96;
    """
    return re.sub(r"[{}`]", lambda found: f"&#{ord(found[0])};", escape(text))


SNIPPET = Snippet(suffix="html", write=html)
